"""What comes out of a source: figures, remarks, and what was understood of where they stood."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from kpixl.errors import Problem
from kpixl.plan.month import Month

NOTHING: Mapping[str, str] = {}


@dataclass(frozen=True)
class Origin:
    """Where a figure came from: the file (or the database, without its password), the sheet where
    there are several, and the cell."""

    source: str
    sheet: str = ""
    cell: str = ""

    @property
    def place(self) -> str:
        """The source with its sheet."""
        return f"{self.source} › {self.sheet}" if self.sheet else self.source

    def __str__(self) -> str:
        return f"{self.place} {self.cell}".rstrip()


@dataclass(frozen=True)
class Figure:
    """One figure for the sheet ``into`` (a key of the schema). ``goal`` is the ID as compared;
    ``sure`` says that the scale is certain (it had a % sign, or a factor from the mapping);
    ``owner`` is that of an entry book, ``since`` the month that it was handed out for."""

    goal: str
    month: Month
    value: float
    origin: Origin
    into: str = "actuals"
    sure: bool = False
    owner: str = ""
    since: Month | None = None


@dataclass(frozen=True)
class Remark:
    """A comment on a goal that an entry book brings back."""

    goal: str
    month: Month
    text: str
    author: str
    origin: Origin


@dataclass(frozen=True)
class Understood:
    """How a source was read, to be shown before anything is written. ``shape`` is ``long``,
    ``wide`` or ``entry``; ``columns`` are the headers that were taken for id, month, year and
    value; ``names`` says which goals were recognised by their name; ``fiscal_year`` is the first
    month of the year that months without one were placed in; ``remembered`` says that the mapping
    file knew the source."""

    source: str
    kind: str
    shape: str
    into: str = "actuals"
    sheet: str = ""
    encoding: str = ""
    delimiter: str = ""
    header: int = 0
    columns: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    months: tuple[Month, ...] = ()
    names: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    fiscal_year: Month | None = None
    fixed_month: Month | None = None
    remembered: bool = False
    owner: str = ""
    figures: int = 0


@dataclass(frozen=True)
class SourceReading:
    """All that one source gave. A source that could not be read has only problems. An entry book
    says its ``owner`` and for which ``month`` it was handed out."""

    understood: Understood | None
    figures: tuple[Figure, ...] = ()
    problems: tuple[Problem, ...] = ()
    remarks: tuple[Remark, ...] = ()
    owner: str = ""
    month: Month | None = None
