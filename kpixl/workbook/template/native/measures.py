"""Write the measures of SPEC 3 and 4 as plain formulas.

``way`` is an address that holds 1 where higher is better, -1 where lower is, 0 for a Range;
``band`` one that holds the tolerance of a Range.
"""

from __future__ import annotations

from kpixl.words import word
from kpixl.workbook.grid import text
from kpixl.workbook.template.units import is_percent

SLACK = "1E-9"


def gap(actual: str, plan: str, way: str, band: str) -> str:
    """Actual against plan, signed so that positive is good."""
    return f"IF({way}=0,MIN(0,{band}-ABS({actual}-{plan})),{way}*({actual}-{plan}))"


def growth(current: str, prior: str, unit: str) -> str:
    """Change against the prior year; in points where the unit is %."""
    change = f"({current}-{prior})"
    return f"IF({is_percent(unit)},{current}-{prior},{change}/ABS({prior}))"


def graded(reached: str, amber: str, green: str, language: str) -> str:
    """Green, Amber or Red for an attainment or a score."""
    best, fair, poor = (_status(key, language) for key in ("green", "amber", "red"))
    return f"IF({reached}>={green}-{SLACK},{best},IF({reached}>={amber}-{SLACK},{fair},{poor}))"


def status(actual: str, plan: str, how: tuple[str, str], limits: tuple[str, str, str]) -> str:
    """The status word. ``how`` is way and band, ``limits`` are Amber at, Green at, language."""
    way, band = how
    amber, green, language = limits
    best, fair, poor = (_status(key, language) for key in ("green", "amber", "red"))
    distance = f"ABS({actual}-{plan})"
    slack = f"{SLACK}*MAX(1,ABS({actual}),ABS({plan}))"
    within = f"IF({distance}<=2*{band}+{slack},{fair},{poor})"
    in_range = f"IF({distance}<={band}+{slack},{best},{within})"
    at_zero = f"IF({way}*({actual}-{plan})>=-{SLACK}*MAX(1,ABS({actual})),{best},{poor})"
    reached = graded(f"1+{way}*({actual}-{plan})/ABS({plan})", amber, green, language)
    judged = f"IF({way}=0,{in_range},IF({plan}=0,{at_zero},{reached}))"
    missing = f'IF({actual}="",{_status("no_data", language)},{judged})'
    known = f'IF({plan}="",{_status("no_plan", language)},{missing})'
    # A word that is no direction is an error before anything else is said.
    return f"IF(ISNUMBER({way}),{known},{way})"


def _status(key: str, language: str) -> str:
    return text(word(f"status.{key}", language))
