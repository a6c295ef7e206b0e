"""The figures of a book by what they are about, and the tables that they stand in."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from kpixl.adopting.known import (
    BASE,
    Measure,
    Said,
    Total,
    said_by,
    told_by_title,
    undecorated,
)
from kpixl.adopting.notes import Cell, Certainty, Note
from kpixl.adopting.rows import table_unit
from kpixl.adopting.tables import Found, title_texts
from kpixl.adopting.units import stated_unit
from kpixl.adopting.years import Times
from kpixl.plan.cells import cell_name
from kpixl.plan.month import Month


@dataclass(frozen=True)
class Slot:
    """The meaning of one cell of a table, whether or not it holds a figure: whose figure for
    which time, in which table."""

    subject: int
    measure: Measure | None
    cumulative: bool
    month: Month | None
    total: Total | None
    table: int

    @property
    def is_base(self) -> bool:
        """Whether it is a month's figure that may be taken over."""
        return self.measure in BASE and not self.cumulative and self.month is not None


@dataclass(frozen=True)
class Fact:
    """A figure and where it stands."""

    cell: Cell
    slot: Slot
    value: float
    formula: str | None = None
    number_format: str = ""
    is_text: bool = False


@dataclass(frozen=True)
class Odd:
    """A cell where a figure belongs that holds none: an error, other text, a formula that was
    never calculated, or a figure of which it is not said what it is."""

    cell: Cell
    shown: str
    reason: str
    details: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Remark:
    """A remark on an item; ``subject`` is -1 where the item has no figures. ``month`` is None where
    it stands beside all months, ``measure`` what the figures of its row are."""

    cell: Cell
    text: str
    month: Month | None
    measure: Measure | None
    subject: int = -1


@dataclass(frozen=True)
class Subject:
    """What figures are about; may become a goal."""

    name: str
    groups: tuple[str, ...]
    department: str
    owner: str
    unit: str
    table_unit: str
    at: Cell
    indent: int
    outline: int
    table: int
    is_by_sheet: bool = False
    """Whether the department is only the name of the sheet, or of the block."""


@dataclass(frozen=True)
class Gathered:
    """All figures of a book, by subject. ``cells`` are the slots of all cells of its tables."""

    subjects: tuple[Subject, ...]
    facts: tuple[Fact, ...]
    slots: Mapping[Cell, Slot]
    odd: tuple[Odd, ...]
    notes: tuple[Note, ...]
    remarks: tuple[Remark, ...] = ()


@dataclass(frozen=True)
class Timed:
    """A table whose columns have their times, and what its title, or that of its sheet, says of
    its figures and their unit."""

    found: Found
    times: Times
    said: Said | None
    unit: str
    tag: str
    block: str = ""
    """What its title says beside year, month and measure."""
    note: Note | None = None


_GENERIC = re.compile(
    r"シート\s*\d*|予実|予算実績|管理表?|一覧表?|月次|月別|年度|推移表?|表|データ|入力|報告書?|レポート|集計"
)
_GENERIC_WORD = re.compile(
    r"sheet\d*|monthly|reports?|data|table|summary|kpis?|fy\d*|results?|vs|and|dashboard",
    re.IGNORECASE,
)


_TIMES = re.compile(
    r"(?:fy\s*)?(?:19|20|21)\d{2}\s*(?:[./-]\s*\d{1,2}|年度?)?|(?:fy|令和|平成|(?<![a-z])[rh])\s*'?\d{1,2}\s*(?:年度?)?"
    r"|\d{2}年度|\d{1,2}\s*月(?:度|分)?",
    re.IGNORECASE,
)
_BETWEEN = re.compile(r"[\s_\-–/・()（）]+")


def tag_of(name: str) -> str:
    """What a sheet's name says beside year, month and measure: its department, perhaps."""
    text = _TIMES.sub(" ", unicodedata.normalize("NFKC", undecorated(name)))
    words = (_without_generic(word) for word in _BETWEEN.split(text))
    return " ".join(word for word in words if word)


def _without_generic(word: str) -> str:
    if said_by(word) is not None or _GENERIC_WORD.fullmatch(word):
        return ""
    return _GENERIC.sub("", re.sub("計画|予算|実績|目標|見込|前年", "", word))


def titled(found: Found, times: Times, sheet_title: Sequence[str]) -> Timed:
    """A table with what its title says of it; that of the sheet's name where it has none."""
    name = found.view.name
    said, note = None, None
    corner = [
        ((found.header, column), text) for column in found.labels
        if (text := found.view.text(found.header, column)) and said_by(text) is not None
    ]  # fmt: skip
    for place, text in (*corner, *title_texts(found)):
        said = said_by(text) or told_by_title(text)
        if said is not None:
            note = _said_note(found, said, "measure-title", found.view.place(*place))
            break
    if said is None or said.measure is None:
        said = told_by_title(name)
        note = _said_note(found, said, "measure-sheet", None) if said is not None else None
    unit = table_unit(found, sheet_title)
    return Timed(found, times, said, unit, tag_of(name), _block_of(found), note)


def _block_of(found: Found) -> str:
    """The title right above a table: that of a department, perhaps."""
    for _, text in reversed(title_texts(found)):
        block = tag_of(text)
        if block and not stated_unit(text):
            return block
    return ""


def _said_note(found: Found, said: Said, reason: str, at: tuple[int, int] | None) -> Note:
    return Note(
        "measure", str(said.measure), reason, Certainty.CERTAIN, sheet=found.view.name,
        area=cell_name(*at) if at else "", vocabulary="adopt.measure",
    )  # fmt: skip
