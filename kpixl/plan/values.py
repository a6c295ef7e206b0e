"""Turn one cell into what it plainly means: text, ID, number, date or month."""

from __future__ import annotations

import math
import re
import unicodedata
from datetime import date, datetime
from functools import lru_cache
from typing import Optional, Tuple

from kpixl.errors import CellError
from kpixl.measures.ids import normalise_id
from kpixl.measures.numbers import read_number
from kpixl.plan import schema
from kpixl.plan.month import Month

# Codes of what can be wrong with a cell; their sentences stand in words.json under ``problem``.
CELL_ERROR = "cell-error"
NOT_A_NUMBER = "not-a-number"
TOO_LARGE = "number-too-large"
NOT_A_DATE = "not-a-date"
NOT_A_MONTH = "not-a-month"
NOT_AN_ID = "not-an-id"

EARLIEST_YEAR, LATEST_YEAR = 1950, 2199
PERCENT_UNITS = ("%", "percent", "pct", "パーセント")
SHOWN_LENGTH = 80
BEYOND_FLOATS = 1.7e308

_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
# What takes no room, or none that is seen: a cell of nothing else is blank, and an ID copied from a
# web page is the one that it looks like.
_UNSEEN = re.compile(
    r"[\s\u00ad\u061c\u115f\u1160\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\u2800"
    r"\u3164\ufeff\uffa0]+"
)
_DASHES = dict.fromkeys(map(ord, "‐‑‒–—―−－"), "-")

MONTH_NAMES = {
    name: number
    for number, names in enumerate(
        (
            ("jan", "january"), ("feb", "february"), ("mar", "march"), ("apr", "april"),
            ("may",), ("jun", "june"), ("jul", "july"), ("aug", "august"),
            ("sep", "sept", "september"), ("oct", "october"), ("nov", "november"),
            ("dec", "december"),
        ),
        start=1,
    )
    for name in names
}  # fmt: skip

# Japanese eras: the year before their first.
ERAS = {"令和": 2018, "平成": 1988}

_YEAR_MONTH = re.compile(
    r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*月?(?:度|分)?"
    r"(?:(?<=月)(\d{1,2})日|[-/.](\d{1,2}))?(?:[ t]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?"
)
_MONTH_YEAR = re.compile(r"(\d{1,2})\s*[-/.]\s*(\d{4})")
_NAME_YEAR = re.compile(r"([a-z]{3,9})\.?[\s\-/,'’]*(\d{4}|\d{2})")
_YEAR_NAME = re.compile(r"(\d{4})[\s\-/,]*([a-z]{3,9})\.?")
_COMPACT = re.compile(r"(\d{4})(\d{2})")
_ERA_MONTH = re.compile(r"(令和|平成)\s*(\d{1,2}|元)年\s*(\d{1,2})月(?:度|分)?(?:(\d{1,2})日)?")
_DAY_NAME_YEAR = re.compile(r"(\d{1,2})[\s\-/]*([a-z]{3,9})\.?[\s\-/,]*(\d{4})")
_NAME_DAY_YEAR = re.compile(r"([a-z]{3,9})\.?\s*(\d{1,2}),?\s+(\d{4})")
_BARE_MONTH = re.compile(r"(\d{1,2})月(?:度|分)?")


def clean_text(text: str) -> str:
    """``text`` without control characters, trimmed of all that is not seen; line breaks stay."""
    if not text.isprintable():
        text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
        text = _CONTROL.sub("", text)
    if not text.isascii():
        text = _trimmed(text)
    return text.strip()[: schema.MAX_TEXT]


def _trimmed(text: str) -> str:
    first = _UNSEEN.match(text)
    text = text[first.end() :] if first else text
    end = len(text)
    while end and _UNSEEN.fullmatch(text, end - 1, end):
        end -= 1
    return text[:end]


def plain(text: str) -> str:
    """``text`` as patterns compare it: NFKC, lower case, one kind of dash."""
    return unicodedata.normalize("NFKC", text).translate(_DASHES).casefold().strip()


@lru_cache(maxsize=256)
def is_percent(unit: str) -> bool:
    """Whether figures in ``unit`` are fractions shown as %, whose differences are points."""
    return plain(unit) in PERCENT_UNITS


def is_blank(value: object) -> bool:
    """Whether a cell is blank: empty, or text of nothing but white space (SPEC 2)."""
    return value is None or (isinstance(value, str) and not clean_text(value))


def number_text(number: float) -> str:
    """A number as a person would have typed it: ``2.0`` is "2"."""
    if abs(number) > BEYOND_FLOATS:
        return "∞"
    return str(int(number)) if number == number // 1 and abs(number) < 1e15 else str(number)


def shown(value: object) -> str:
    """A cell's content as a problem quotes it: one line, not too long."""
    text = " ".join(text_of(value).split())
    return text if len(text) <= SHOWN_LENGTH else text[: SHOWN_LENGTH - 1] + "…"


def text_of(value: object) -> str:
    """A cell as text; blank cells are empty."""
    if value is None:
        return ""
    if isinstance(value, str):
        return clean_text(value)
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, (int, float)):
        return number_text(value)
    if isinstance(value, datetime):
        midnight = (value.hour, value.minute, value.second) == (0, 0, 0)
        return value.date().isoformat() if midnight else value.isoformat(" ", "seconds")
    if isinstance(value, date):
        return value.isoformat()
    return clean_text(str(value))


def id_of(value: object) -> Tuple[str, Optional[str]]:
    """An ID as compared (NFKC, trimmed, upper case), empty where blank, and the fault if any.

    Numbers become their digits: 1 and 2.0 are "1" and "2".
    """
    if isinstance(value, CellError):
        return "", CELL_ERROR
    if value is None or isinstance(value, str):
        return normalise_id(clean_text(value or "")), None
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        return "", NOT_AN_ID
    return normalise_id(number_text(value)), None


def number_of(value: object) -> Tuple[Optional[float], Optional[str]]:
    """A number, or None where blank, and the fault if any.

    Text is read where it plainly is a number (SPEC 2, "Reading"); a truth value is none.
    """
    if value is None:
        return None, None
    if isinstance(value, CellError):
        return None, CELL_ERROR
    if isinstance(value, str):
        return _number_in(value)
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return _within_limits(value)
    return None, NOT_A_NUMBER


@lru_cache(maxsize=4096)
def _number_in(text: str) -> Tuple[Optional[float], Optional[str]]:
    """A number in a text; the same few texts stand in many cells."""
    cleaned = clean_text(text)
    if not cleaned:
        return None, None
    number = read_number(cleaned)
    return (None, NOT_A_NUMBER) if number is None else _within_limits(number)


def _within_limits(number: float) -> Tuple[Optional[float], Optional[str]]:
    # Written so that "not a number" fails the comparison, too.
    if not -schema.MAX_NUMBER <= number <= schema.MAX_NUMBER:
        return None, TOO_LARGE
    return float(number), None


def date_of(value: object) -> Tuple[Optional[date], Optional[str]]:
    """A day, or None where blank, and the fault if any.

    Numbers are none: without a date format they do not say which date system they count in.
    """
    if isinstance(value, datetime):
        return value.date(), None
    if isinstance(value, date):
        return value, None
    if isinstance(value, CellError):
        return None, CELL_ERROR
    if is_blank(value):
        return None, None
    day = _day_in(plain(value)) if isinstance(value, str) else None
    return (day, None) if day is not None else (None, NOT_A_DATE)


def month_of(value: object) -> Tuple[Optional[Month], Optional[str]]:
    """A month, or None where blank, and the fault if any: a date, ``2026-04``, ``Apr-26``,
    ``2026/4``, ``2026年4月``, ``202604`` and their like."""
    if isinstance(value, date):
        month = _month(value.year, value.month)
        return (month, None) if month is not None else (None, NOT_A_MONTH)
    if isinstance(value, CellError):
        return None, CELL_ERROR
    if is_blank(value):
        return None, None
    text = text_of(value) if _is_number(value) else value
    month = month_in(plain(text)) if isinstance(text, str) else None
    return (month, None) if month is not None else (None, NOT_A_MONTH)


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def month_in(text: str) -> Optional[Month]:
    """The month that a text (as :func:`plain` gives it) names with its year, or None."""
    found = _YEAR_MONTH.fullmatch(text)
    if found:
        day = found[3] or found[4]
        if day is not None and _day(int(found[1]), int(found[2]), int(day)) is None:
            return None
        return _month(int(found[1]), int(found[2]))
    found = _MONTH_YEAR.fullmatch(text)
    if found:
        return _month(int(found[2]), int(found[1]))
    found = _NAME_YEAR.fullmatch(text)
    if found:
        return _month(_full_year(found[2]), MONTH_NAMES.get(found[1], 0))
    found = _YEAR_NAME.fullmatch(text)
    if found:
        return _month(int(found[1]), MONTH_NAMES.get(found[2], 0))
    found = _COMPACT.fullmatch(text)
    if found:
        return _month(int(found[1]), int(found[2]))
    found = _ERA_MONTH.fullmatch(text)
    if found and found[4] is None:
        return _month(era_year(found[1], found[2]), int(found[3]))
    return None


def bare_month_in(text: str) -> Optional[int]:
    """The month (1-12) that a text names without a year: ``4月``, ``Apr``; or None."""
    found = _BARE_MONTH.fullmatch(text)
    if found:
        return int(found[1]) if 1 <= int(found[1]) <= 12 else None
    return MONTH_NAMES.get(text.rstrip("."))


def era_year(era: str, year: str) -> int:
    """The calendar year of a year of a Japanese era; 元 is its first."""
    return ERAS[era] + (1 if year == "元" else int(year))


def _full_year(digits: str) -> int:
    return int(digits) if len(digits) == 4 else 2000 + int(digits)


def _month(year: int, month: int) -> Optional[Month]:
    plausible = EARLIEST_YEAR <= year <= LATEST_YEAR and 1 <= month <= 12
    return Month(year, month) if plausible else None


def _day(year: int, month: int, day: int) -> Optional[date]:
    try:
        return date(year, month, day) if _month(year, month) else None
    except ValueError:  # the 31st of a month that has 30 days
        return None


def _day_in(text: str) -> Optional[date]:
    found = _YEAR_MONTH.fullmatch(text)
    if found and (found[3] or found[4]):
        return _day(int(found[1]), int(found[2]), int(found[3] or found[4]))
    found = _DAY_NAME_YEAR.fullmatch(text)
    if found:
        return _day(int(found[3]), MONTH_NAMES.get(found[2], 0), int(found[1]))
    found = _NAME_DAY_YEAR.fullmatch(text)
    if found:
        return _day(int(found[3]), MONTH_NAMES.get(found[1], 0), int(found[2]))
    found = _ERA_MONTH.fullmatch(text)
    if found and found[4] is not None:
        return _day(era_year(found[1], found[2]), int(found[3]), int(found[4]))
    return None
