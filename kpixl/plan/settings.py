"""Turn the Settings sheet into typed settings."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any, Callable, Dict, List, Mapping, Optional, Sequence, Set, Tuple

from kpixl.plan import schema
from kpixl.plan.countries import Calendars, country_code
from kpixl.plan.findings import Findings, Severity, both_names
from kpixl.plan.fiscal import KNOWN, label_pattern
from kpixl.plan.headers import Table
from kpixl.plan.model import Negatives, Rounding, Settings, State
from kpixl.plan.month import CloseDay
from kpixl.plan.rows import Row, filled_rows
from kpixl.plan.schema import Kind
from kpixl.plan.values import bare_month_in, is_blank, number_text, plain
from kpixl.words import fold, word

MOST_CLOSE_DAYS = 366
ALIKE = 0.65
"""How alike a row's label and a missing setting's are, of 1, for one to be taken for the other."""

# The colours that HTML 4 and CSS name, by what they are on a screen.
COLOURS: Mapping[str, str] = {
    "black": "#000000", "silver": "#c0c0c0", "gray": "#808080", "grey": "#808080",
    "white": "#ffffff", "maroon": "#800000", "red": "#ff0000", "purple": "#800080",
    "fuchsia": "#ff00ff", "magenta": "#ff00ff", "green": "#008000", "lime": "#00ff00",
    "olive": "#808000", "yellow": "#ffff00", "navy": "#000080", "blue": "#0000ff",
    "teal": "#008080", "aqua": "#00ffff", "cyan": "#00ffff", "orange": "#ffa500",
}  # fmt: skip

PERIODS: Mapping[str, str] = {
    "quarter": "quarter", "quarters": "quarter", "q": "quarter", "四半期": "quarter",
    "half": "half", "halves": "half", "halfyear": "half", "h": "half", "半期": "half",
    "上期": "half", "下期": "half", "上下期": "half",
    "year": "year", "fullyear": "year", "fy": "year", "年度": "year", "年": "year",
    "通期": "year", "年間": "year",
}  # fmt: skip

# A fault in these changes the look or the advice, never a figure.
ONLY_LOOK = ("brand_colour", "fiscal_label", "periods_shown", "max_kpis_per_csf", "max_kpis",
             "max_kpis_per_owner", "max_weight", "checks_off")  # fmt: skip

WHOLE_NUMBERS: Mapping[str, Tuple[int, int]] = {
    "format_version": (1, 9999),
    "max_kpis_per_csf": (1, schema.MAX_GOALS),
    "max_kpis": (1, schema.MAX_GOALS),
    "max_kpis_per_owner": (1, schema.MAX_GOALS),
}

_COLOUR = re.compile(r"#?([0-9a-f]{6}|[0-9a-f]{3})")
_CLOSE_DAY = re.compile(
    r"(?:翌月)?第?\s*(\d{1,4})\s*"
    r"(日|days?|calendar\s*days?|(?P<business>営業日|business\s*days?|working\s*days?))?\s*"
    r"(?:以内|まで|目|after\s+month\s+end)?"
)
_SEPARATORS = re.compile(r"[,、，;；/\n]+|\s+")
_LAYOUT = str.maketrans("", "", " 　")


def read_settings(
    table: Table,
    goals: Sequence[str],
    findings: Findings,
    calendars: Optional[Calendars] = None,
) -> Tuple[Settings, Mapping[str, Tuple[str, str]]]:
    """The settings, and sheet and cell of each that is given; rows of people's own are ignored,
    unless they look like a setting that is not there, blank values are the defaults of SPEC 2.

    ``goals`` are all goals: a setting that cannot be read touches each of them. Without
    ``calendars`` it is not asked whether there is a country of the code that is given.
    """
    names = schema.setting_names()
    kinds = {setting.key: setting.kind for setting in schema.SETTINGS}
    found: Dict[str, Tuple[Row, Any]] = {}
    there: Set[str] = set()
    strange: List[Row] = []
    for row in filled_rows(table, findings):
        key_text = row.value("key")
        key = names.get(fold(key_text)) if isinstance(key_text, str) else None
        if key is not None:
            there.add(key)
            findings.names[f"setting.{key}"] = row.text("key")
        if is_blank(row.value("value")) and row.formula("value") is None:
            continue
        if key is None:
            strange.append(row)
            continue
        row.goals = () if key in ONLY_LOOK else tuple(goals)
        if key in found:
            details = {"first": found[key][0].name("value"), "name": row.text("key")}
            row.report("setting-double", "value", details=details)
            continue
        found[key] = (row, _value(row, key, kinds[key]))
    _report_renamed(strange, {name: key for name, key in names.items() if key not in there})
    values = {key: value for key, (_, value) in found.items() if value is not None}
    places = {key: (table.sheet.name, row.name("value")) for key, (row, _) in found.items()}
    settings = _consistent(replace(Settings(), **values), found)
    if "country" in found:
        country = _country(found["country"][0], settings.close_day.business, calendars)
        settings = replace(settings, country=country)
    return settings, places


def _report_renamed(rows: Sequence[Row], missing: Mapping[str, str]) -> None:
    """Tell of rows that look like one of the settings that are ``missing``, by folded name: a
    label that somebody has changed would take its setting away without a word."""
    if not rows or not missing:
        return
    from difflib import get_close_matches  # only where it is needed: cells have to start fast

    for row in rows:
        near = get_close_matches(fold(row.text("key")), list(missing), n=1, cutoff=ALIKE)
        if near:
            details = both_names("setting", missing[near[0]])
            row.report("setting-renamed", "key", severity=Severity.WARNING, details=details)


def _country(row: Row, business: bool, calendars: Optional[Calendars]) -> str:
    """The code of the country; "" where it is not known. It counts only where the close day is in
    ``business`` days: else a wrong one is no more than a slip."""
    row.severity = Severity.ERROR if business else Severity.WARNING
    text = row.text("value")
    code = country_code(text)
    country, _, part = (code or "").partition("-")
    known = () if calendars is None else tuple(calendars.countries())
    if text and (not country or (calendars is not None and country not in known)):
        row.report("country-unknown", "value", details={"known": ", ".join(known)})
        return ""
    if part and calendars is not None:
        parts = tuple(calendars.parts(country))
        if part not in {one.upper() for one in parts}:
            shown = ", ".join(f"{country}-{one}" for one in parts) or country
            details = {"country": country, "known": shown}
            row.report("country-part-unknown", "value", details=details)
            return ""
    return code or ""


def _consistent(settings: Settings, found: Mapping[str, Tuple[Row, Any]]) -> Settings:
    if settings.format_version > schema.FORMAT_VERSION:
        known = {"known": schema.FORMAT_VERSION}
        found["format_version"][0].report("format-newer", "value", details=known)
    _label_fits(settings, found)
    if settings.amber_at <= settings.green_at:
        return settings
    where = found.get("amber_at") or found["green_at"]
    details = {
        "green": number_text(settings.green_at),
        "amber": number_text(settings.amber_at),
    }
    where[0].report("amber-above-green", "value", details=details)
    return replace(settings, amber_at=settings.green_at)


def _label_fits(settings: Settings, found: Mapping[str, Tuple[Row, Any]]) -> None:
    """Report a label such as 2027年3月期 whose month is not the last one of the fiscal year, which
    is shown in its place."""
    pattern = label_pattern(settings.fiscal_label)
    last = (settings.fiscal_start + 10) % 12 + 1
    if "fiscal_label" not in found or pattern is None or pattern.month in (0, last):
        return
    details = {}
    for language in ("en", "ja"):
        names = word("period.full", language).split()
        details[f"named_{language}"] = names[pattern.month - 1]
        details[f"last_{language}"] = names[last - 1]
    found["fiscal_label"][0].report("fiscal-label-month", "value", details=details)


def _value(row: Row, key: str, kind: Kind) -> Any:
    row.severity = Severity.WARNING if key in ONLY_LOOK else Severity.ERROR
    if key in WHOLE_NUMBERS:
        return row.whole("value", *WHOLE_NUMBERS[key])
    if key == "fiscal_start":
        return _fiscal_start(row)
    if key == "periods_shown":
        return _periods(row)
    if key == "fiscal_label":
        return _fiscal_label(row)
    if key == "checks_off":
        return _checks(row)
    return _READERS[kind](row)


def _fiscal_start(row: Row) -> Optional[int]:
    value = row.value("value")
    named = bare_month_in(plain(value)) if isinstance(value, str) else None
    return named if named is not None else row.whole("value", 1, 12)


def _fiscal_label(row: Row) -> Optional[str]:
    text = row.text("value")
    if text and label_pattern(text) is None:
        row.report("fiscal-label-unknown", "value", text, details={"known": ", ".join(KNOWN)})
        return None
    return text or None


def _close_day(row: Row) -> Optional[CloseDay]:
    text = row.text("value")
    if not text:
        return None
    match = _CLOSE_DAY.fullmatch(plain(text))
    if match is None or int(match[1]) > MOST_CLOSE_DAYS:
        row.report("close-day-unknown", "value")
        return None
    return CloseDay(int(match[1]), match["business"] is not None)


def _colour(row: Row) -> Optional[str]:
    text = plain(row.text("value")).translate(_LAYOUT)
    if not text:
        return None
    match = _COLOUR.fullmatch(text)
    if match is None:
        if text not in COLOURS:
            row.report("colour-unknown", "value")
        return COLOURS.get(text)
    digits = match[1]
    return "#" + (digits if len(digits) == 6 else "".join(digit * 2 for digit in digits))


def _list(row: Row) -> Tuple[str, ...]:
    parts = _SEPARATORS.split(plain(row.text("value")))
    return tuple(dict.fromkeys(part for part in parts if part))


def _periods(row: Row) -> Tuple[str, ...]:
    known: List[str] = []
    for part in _list(row):
        period = PERIODS.get(fold(part))
        if period is None:
            row.report("period-unknown", "value", part)
        elif period not in known:
            known.append(period)
    return tuple(known)


def _checks(row: Row) -> Tuple[str, ...]:
    known: List[str] = []
    for part in _list(row):
        code = part.replace("_", "-")
        if code not in schema.CHECKS:
            row.report("check-unknown", "value", part, details={"known": ", ".join(schema.CHECKS)})
        elif code not in known:
            known.append(code)
    return tuple(known)


def _state(row: Row) -> Optional[State]:
    known = row.word("value", "state")
    return None if known is None else State(known)


def _rounding(row: Row) -> Optional[Rounding]:
    known = row.word("value", "rounding")
    return None if known is None else Rounding(known)


def _negatives(row: Row) -> Optional[Negatives]:
    known = row.word("value", "negatives")
    return None if known is None else Negatives(known)


_READERS: Mapping[Kind, Callable[[Row], Any]] = {
    Kind.TEXT: lambda row: row.text("value"),
    Kind.MONTH: lambda row: row.month("value"),
    Kind.FRACTION: lambda row: row.fraction("value"),
    Kind.LANGUAGE: lambda row: row.word("value", "language"),
    Kind.STATE: _state,
    Kind.ROUNDING: _rounding,
    Kind.NEGATIVES: _negatives,
    Kind.CLOSE_DAY: _close_day,
    # What it means is asked when it is known whether the close day is in business days.
    Kind.COUNTRY: lambda _: None,
    Kind.COLOUR: _colour,
    Kind.LIST: _list,
}
