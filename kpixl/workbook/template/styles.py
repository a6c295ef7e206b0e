"""How cells look: words of style and their properties, number formats, fonts and colours."""

from __future__ import annotations

from typing import Dict, Mapping, Optional, Tuple, Union

from kpixl.plan.model import Negatives
from kpixl.plan.schema import SCALES
from kpixl.plan.values import is_percent

Properties = Dict[str, Union[str, int, float, bool]]

BRAND = "#0B3D6B"
SLATE = "#4F6F8F"
GREY = "#7A8794"
INK = "#1F2933"
MUTED = "#66717D"
LINE = "#DCE1E7"
INPUT = "#FFFBEC"
INPUT_LINE = "#EADFBF"
COMPUTED = "#F4F6F8"
BAND = "#E7EDF4"
PALE = "#F7F9FB"
PRIOR = "#C3CBD4"
GOOD = "#14532D"
BAD = "#A3231A"

FONTS: Mapping[str, str] = {"en": "Calibri", "ja": "Yu Gothic"}
"""Fonts that every Excel has, on Windows, Mac and the web."""

DATE_FORMATS: Mapping[str, str] = {"en": "yyyy-mm-dd", "ja": "yyyy/mm/dd"}
TEXT_FORMAT = "@"
PERCENT = "0.0%"
WHOLE_PERCENT = "0%"

STATUS_COLOURS: Mapping[str, Properties] = {
    "green": {"bg_color": "#DDEFE3", "font_color": GOOD},
    "amber": {"bg_color": "#F6CF6F", "font_color": "#3D2C00", "bold": True},
    "red": {"bg_color": BAD, "font_color": "#FFFFFF", "bold": True},
    "no_data": {"font_color": GREY, "italic": True},
    "no_plan": {"font_color": GREY, "italic": True},
}
"""From light to dark as it gets worse, so that it reads in grey as well."""

STATUS_MARKS: Mapping[str, str] = {
    "green": "●", "amber": "◆", "red": "■", "no_data": "○", "no_plan": "–",
}  # fmt: skip

SIGNALS: Mapping[str, Properties] = {
    "better": {"font_color": GOOD, "bold": True},
    "worse": {"font_color": BAD, "bold": True},
    "changed": {"font_color": BRAND, "bold": True},
}
SIGNAL_MARK = "★"

_LOOKS: Mapping[str, Properties] = {
    "title": {"bold": True, "font_size": 16, "font_color": BRAND, "valign": "vcenter"},
    "lead": {"font_color": MUTED, "valign": "vcenter"},
    "header": {
        "bold": True, "font_color": "#FFFFFF", "bg_color": BRAND, "text_wrap": True,
        "valign": "vcenter", "border": 1, "border_color": BRAND,
    },
    "optional": {"bg_color": SLATE, "border_color": SLATE},
    "computed_header": {"bg_color": GREY, "border_color": GREY},
    "input": {"bg_color": INPUT, "border": 1, "border_color": INPUT_LINE, "valign": "vcenter"},
    "computed": {
        "bg_color": COMPUTED, "border": 1, "border_color": LINE, "valign": "vcenter",
        "font_color": "#3E4C59",
    },
    "label": {
        "bold": True, "bg_color": PALE, "border": 1, "border_color": LINE, "valign": "vcenter",
    },
    "note": {"font_color": MUTED, "border": 1, "border_color": LINE, "valign": "vcenter"},
    "wrap": {"text_wrap": True, "valign": "vcenter"},
    "middle": {"valign": "vcenter"},
    "left": {"align": "left"},
    "centre": {"align": "center"},
    "right": {"align": "right"},
    "indent1": {"indent": 1},
    "indent2": {"indent": 2},
    "bold": {"bold": True},
    "muted": {"font_color": MUTED},
    "year": {"left": 2, "left_color": SLATE},
    "plain": {"valign": "vcenter"},
    "band": {"bold": True, "font_color": BRAND, "bg_color": BAND, "valign": "vcenter"},
    "band2": {"bold": True, "font_color": "#FFFFFF", "bg_color": SLATE, "valign": "vcenter"},
    "tile": {
        "bold": True, "shrink": True, "align": "center", "valign": "vcenter", "border": 1,
        "border_color": LINE,
    },
    "section": {
        "bold": True, "font_size": 13, "font_color": BRAND, "bottom": 2, "bottom_color": BRAND,
        "valign": "vcenter",
    },
    "step": {
        "bold": True, "font_size": 14, "font_color": "#FFFFFF", "bg_color": BRAND,
        "align": "center", "valign": "vcenter",
    },
    "row": {"bottom": 1, "bottom_color": LINE, "valign": "vcenter", "text_wrap": True},
    "line": {"bottom": 1, "bottom_color": LINE, "valign": "vcenter"},
    "link": {"font_color": "#1A5FA8", "underline": 1, "bold": True},
    "code": {"font_name": "Consolas", "bg_color": COMPUTED},
    "warn": {"bold": True, "font_color": BAD},
    "small": {"font_size": 9},
    "choice": {
        "bold": True, "font_size": 14, "bg_color": INPUT, "border": 1, "border_color": "#C9B775",
        "valign": "vcenter", "align": "center", "shrink": True,
    },
}  # fmt: skip
_STATUS_STYLE = "status_"


def properties(style: str, number_format: str = "") -> Properties:
    """What XlsxWriter is told of a cell whose style is these words, later ones winning."""
    found: Properties = {}
    for name in style.split():
        if name.startswith(_STATUS_STYLE):
            found.update(STATUS_COLOURS[name[len(_STATUS_STYLE) :]])
        else:
            found.update(_LOOKS[name])
    if number_format:
        found["num_format"] = number_format
    return found


def number_format(
    decimals: int, percent: bool = False, thousands: int = 0, signed: bool = False,
    negatives: Negatives = Negatives.MINUS, points: bool = False,
) -> str:  # fmt: skip
    """A number format: ``thousands`` is how often the shown figure is divided by 1,000.

    Signed ones, for gaps and growth, carry a plus; ``points`` are differences of % figures.
    """
    places = f".{'0' * decimals}" if decimals else ""
    body = f"0{places}%" if percent else f"#,##0{places}{',' * thousands}"
    if points:
        body = f'{body}"pt"'
    if negatives is Negatives.TRIANGLE:
        below = f"▲{body}"
    elif negatives is Negatives.PARENTHESES:
        below = f"({body})"
    else:
        below = f"-{body}"
    if signed:
        return f"+{body};{below};±{body}"
    return body if negatives is Negatives.MINUS else f"{body};{below}"


MOST_DECIMALS = 3
SCORE_KEY = "%s1"
"""The key of a roll-up's figures, which are attainments."""
SCORE_FORMAT = '[<0.9995]0.0%;[<0.999999999]"99.9%";0.0%'
"""Never negative, and below 100 % never shown as 100 % (SPEC 2)."""
_THOUSANDS_KEYS: Mapping[int, str] = {0: "n", 1: "k", 2: "m", 3: "b"}


def format_keys() -> Dict[str, Tuple[int, bool, int]]:
    """Key of a number format -> decimals, percent, thousands. The Figures sheet works the key
    out for each goal; formats follow it, so that they stay right as goals are added or moved."""
    found: Dict[str, Tuple[int, bool, int]] = {SCORE_KEY: (1, True, 0)}
    for decimals in range(MOST_DECIMALS + 1):
        found[f"%{decimals}"] = (decimals, True, 0)
        for thousands, letter in _THOUSANDS_KEYS.items():
            found[f"{letter}{decimals}"] = (decimals, False, thousands)
    return found


def scale_letters() -> Dict[str, str]:
    """Scale word -> the letter of its format keys. A number format divides by thousands only,
    so 億 is not among them: those figures are shown in full."""
    letters = {1e3: "k", 1e6: "m", 1e9: "b"}
    return {name: letters[factor] for name, factor in SCALES.items() if factor in letters}


def entry_format(
    unit: object, decimals: object, scale: object, figures: Tuple[float, ...], negatives: Negatives
) -> str:
    """The number format of a goal's row in a monthly sheet: in full, not scaled."""
    percent = isinstance(unit, str) and is_percent(unit)
    # Decimals speak of the figure as it is shown; what is scaled there stands here in full.
    stated = decimals if isinstance(decimals, (int, float)) and not scale else None
    places: Optional[int] = None if stated is None else int(stated)
    if places is None:
        places = _places(figures, percent)
    return number_format(min(places, 6), percent, negatives=negatives)


def _places(figures: Tuple[float, ...], percent: bool) -> int:
    """As many places as the figures entered have, two at most, one at least for %."""
    factor = 100 if percent else 1
    for places in (0, 1):
        if all(abs(round(value * factor, places) - value * factor) < 1e-9 for value in figures):
            return max(places, 1) if percent else places
    return 2
