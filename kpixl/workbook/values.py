"""Turn the texts that stand in a workbook's XML into cell values: dates, numbers, plain text."""

from __future__ import annotations

import math
import re
from datetime import datetime, timedelta
from typing import Union

EPOCH_1900 = datetime.fromisoformat("1899-12-30")
EPOCH_1904 = datetime.fromisoformat("1904-01-01")
_LAST_DAY = datetime.fromisoformat("9999-12-31")
_FALSE_LEAP_DAY = 60
_MILLISECONDS_A_DAY = 86_400_000
_EXACT = 1e15

# Number formats that mean a date without being written out in the file (ECMA-376 18.8.30; those
# from 27 on as Japanese Excel has them).
BUILT_IN_DATES = frozenset((*range(14, 18), 22, *range(27, 32), *range(34, 37), *range(50, 59)))

_NOT_CODE = re.compile(r'"[^"]*"|\\.|_.|\*.|General|G/標準', re.IGNORECASE)
_ELAPSED = re.compile(r"\[(?:h+|m+|s+)\]", re.IGNORECASE)
_BRACKETS = re.compile(r"\[[^\]]*\]")
_YEAR_OR_DAY = re.compile(r"[ydg]|e(?![-+])", re.IGNORECASE)
_CLOCK = re.compile(r"[hs]", re.IGNORECASE)

ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_UNSHOWABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


def is_date_format(code: str) -> bool:
    """Whether a number format shows a day or a month; clock times and durations do not."""
    code = _NOT_CODE.sub("", code).partition(";")[0]
    if _ELAPSED.search(code):
        return False
    code = _BRACKETS.sub("", code)
    if _YEAR_OR_DAY.search(code):
        return True
    return "m" in code.lower() and not _CLOCK.search(code)


def number_of(text: str) -> Union[int, float]:
    """The number that ``text`` writes in XML's way; ValueError for anything else."""
    value = float(text)
    # float() takes more than XML does: 1_000, full-width digits, nan.
    if not math.isfinite(value) or "_" in text or not text.isascii():
        raise ValueError(text)
    return int(value) if value.is_integer() and abs(value) < _EXACT else value


def date_of(serial: Union[int, float], epoch: datetime) -> Union[datetime, int, float]:
    """The date of a serial number, to the millisecond.

    A number that is no date in Excel either (negative, before the first day, after 9999) stays
    the number that it is.
    """
    first = 1 if epoch == EPOCH_1900 else 0
    if not first <= serial < (_LAST_DAY - epoch).days + 1:
        return serial
    days = serial
    if epoch == EPOCH_1900 and serial < _FALSE_LEAP_DAY:
        days += 1
    return epoch + timedelta(milliseconds=round(days * _MILLISECONDS_A_DAY))


def clean_text(text: str) -> str:
    """``text`` with Excel's ``_xHHHH_`` escapes resolved, one kind of line end, and without
    characters that no document can hold."""
    if "_x" in text:
        text = ESCAPED.sub(lambda match: chr(int(match[1], 16)), text)
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text if text.isprintable() else _UNSHOWABLE.sub("", text)
