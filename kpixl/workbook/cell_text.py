"""Turn a value into the markup of a cell, and tell whether a cell holds it already."""

from __future__ import annotations

import math
import re
from datetime import date, datetime
from typing import NamedTuple, Optional, Sequence, Union
from xml.sax.saxutils import escape

from kpixl.errors import EditRefused
from kpixl.plan.schema import MAX_TEXT
from kpixl.workbook.edits import EditValue
from kpixl.workbook.sheet_places import CellPlace
from kpixl.workbook.values import EPOCH_1900, ESCAPED
from kpixl.workbook.worksheet import BOOLEANS

_EXACT = 1e16
_LEAP_DAY = 61
_MICROSECONDS_A_DAY = 86_400_000_000
_LOOKS_ESCAPED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
# A carriage return is a line end to XML, which a reader would turn into another.
_UNWRITABLE = re.compile("[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]")
_TEXTS = ("s", "str", "inlineStr")


class Stored(NamedTuple):
    """A value as cells store it: the type (``n``, ``b``, ``inlineStr``; ``f`` for a formula that
    is not calculated yet), and the text without any escapes; None for a blank."""

    kind: str
    text: Optional[str]

    @property
    def type(self) -> Optional[str]:
        """What the cell's ``t`` says; None where that is left out."""
        return None if self.kind in ("n", "f") else self.kind


def stored(value: EditValue, epoch: datetime) -> Stored:
    """How a cell stores ``value``, days as serial numbers counted from ``epoch``. Raises
    EditRefused, without sheet and cell, for what no cell can hold."""
    if value is None or value == "":
        return Stored("n", None)
    if isinstance(value, bool):
        return Stored("b", "1" if value else "0")
    if isinstance(value, str):
        # Excel counts as UTF-16 does.
        length = len(value) + sum(ord(character) > 0xFFFF for character in value)
        if length > MAX_TEXT:
            raise EditRefused("edit-long-text", found=length, limit=MAX_TEXT)
        return Stored("inlineStr", value)
    return Stored("n", number_text(serial(value, epoch) if isinstance(value, date) else value))


def number_text(value: float) -> str:
    """The shortest text that reads as this number again."""
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise EditRefused("edit-no-number", found=str(value)[:40])
    if number.is_integer() and abs(number) < _EXACT:
        return str(int(number))
    return repr(number).upper()


def serial(day: date, epoch: datetime) -> Union[int, float]:
    """The number that stands for a day (or a moment of it) in a book's date system."""
    moment = day if isinstance(day, datetime) else datetime(day.year, day.month, day.day)  # noqa: DTZ001
    passed = moment.replace(tzinfo=None) - epoch
    # Excel counts a 29 February 1900, which never was.
    days = passed.days - (epoch == EPOCH_1900 and passed.days < _LEAP_DAY)
    if days < (1 if epoch == EPOCH_1900 else 0):
        raise EditRefused("edit-no-date", found=day.isoformat())
    part = (passed.seconds * 1_000_000 + passed.microseconds) / _MICROSECONDS_A_DAY
    return days + part if part else days


def holds(cell: Optional[CellPlace], new: Stored, texts: Sequence[str], epoch: datetime) -> bool:
    """Whether a cell (None: it is not in the sheet) holds this value already. ``texts`` are the
    book's shared texts as they are stored, ``epoch`` is the day from which its dates count."""
    value = None if cell is None or cell.value == "" else cell.value
    if cell is not None and cell.kind == "s" and value is not None:
        value = _shared(value, texts)
    if cell is None or not value or new.text is None:
        return not value and new.text is None
    if new.kind == "inlineStr":
        return cell.kind in _TEXTS and one_line_end(unescaped(value)) == one_line_end(new.text)
    if new.kind == "b" or cell.kind == "b":
        return new.kind == cell.kind and BOOLEANS.get(value) == BOOLEANS[new.text]
    if cell.kind not in ("n", "d"):
        return False
    known = _number(value) if cell.kind == "n" else _iso_serial(value, epoch)
    return known == float(new.text)


def _shared(index: str, texts: Sequence[str]) -> str:
    return texts[int(index)] if index.isdecimal() and int(index) < len(texts) else "\0"


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan


def _iso_serial(text: str, epoch: datetime) -> float:
    """The serial number of a day as Strict Office Open XML writes it."""
    try:
        return serial(datetime.fromisoformat(text), epoch)
    except (ValueError, EditRefused):
        return math.nan


def one_line_end(text: str) -> str:
    """``text`` with the line ends of a cell."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def unescaped(text: str) -> str:
    """A stored text with its ``_xHHHH_`` escapes resolved."""
    return ESCAPED.sub(lambda match: chr(int(match[1], 16)), text) if "_x" in text else text


def content(new: Stored, prefix: str) -> bytes:
    """The markup within a cell; ``prefix`` is that of its tag."""
    if new.text is None:
        return b""
    if new.kind == "f":
        return f"<{prefix}f>{escape(new.text)}</{prefix}f>".encode()
    if new.kind != "inlineStr":
        return f"<{prefix}v>{new.text}</{prefix}v>".encode()
    text = _LOOKS_ESCAPED.sub("_x005F_", new.text.replace("\r\n", "\n"))
    text = _UNWRITABLE.sub(lambda match: f"_x{ord(match[0]):04X}_", text)
    space = ' xml:space="preserve"' if text != text.strip() or "\n" in text else ""
    return f"<{prefix}is><{prefix}t{space}>{escape(text)}</{prefix}t></{prefix}is>".encode()
