"""What is ordered, what it is divided into, and what becomes of each part: small data that goes
between processes and machines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from kpixl.delivery.editions import Issue
from kpixl.errors import KpixlError, Problem, UsageProblem
from kpixl.many.addresses import Book
from kpixl.pack.look import Paper
from kpixl.plan.month import Month
from kpixl.review.figures import Review


@dataclass(frozen=True)
class Order:
    """What to make of every workbook. ``languages`` is empty for each book's own; ``each`` splits
    by csf, owner or department; ``recipe`` stands for all else that makes a pack what it is:
    templates and versions (:func:`kpixl.many.journal.recipe`). ``engine`` makes the PDFs' pages,
    "" for what the kpixl.toml of each workbook says."""

    target: str
    month: Month | None = None
    as_of: date | None = None
    scope: str = ""
    each: str = ""
    languages: tuple[str, ...] = ()
    formats: tuple[str, ...] = ("pdf",)
    pages: tuple[str, ...] | None = None
    templates: str | None = None
    draft: bool = False
    resume: bool = False
    engine: str = "auto"
    recipe: str = ""
    attach_workbook: bool = False
    paper: Paper | None = None


@dataclass(frozen=True)
class Piece:
    """One pack to make of a workbook that has been read. ``language`` is "" for the book's own;
    ``stem`` is the name of its files without ending, "" where it is not known yet; ``kit`` a digest
    of the brand kit that only the workbook's kpixl.toml names, ``engine`` the engine that it names,
    "" where the order says it."""

    book: Book
    sha256: str
    scope: str
    language: str
    stem: str = ""
    kit: str = ""
    engine: str = ""


@dataclass(frozen=True)
class Whole:
    """A workbook that has been read: its review, the logo as a data URI, and the logo's file with
    its hash (``("", "")`` where Settings name none), what the ledger says of it, and the folder of
    its brand kit or templates, None where it has none."""

    review: Review
    logo: str
    logo_file: tuple[str, str] = ("", "")
    issue: Issue | None = None
    templates: str | None = None


@dataclass(frozen=True)
class PackFile:
    """A file that was written: its place below the target, its size in bytes and its SHA-256."""

    name: str
    address: str
    size: int
    sha256: str


@dataclass(frozen=True)
class Made:
    """A pack that is there: made in so many ``seconds``, or ``kept`` from an earlier run.
    ``record`` is the address of what was written down of it; ``warnings`` tell of characters that
    no font has."""

    workbook: str
    scope: str
    language: str
    files: tuple[PackFile, ...]
    seconds: float = 0.0
    kept: bool = False
    record: str = ""
    warnings: tuple[Problem, ...] = ()


@dataclass(frozen=True)
class Failed:
    """A pack, or a workbook with all its packs, of which nothing became: ``code`` and ``details``
    are those of a KpixlError. ``of_data``: only another workbook would mend it."""

    workbook: str
    scope: str
    language: str
    code: str
    details: Mapping[str, object] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    is_usage: bool = False
    of_data: bool = False
    trace: str = ""

    def fault(self) -> KpixlError:
        """The error that it was."""
        kind = UsageProblem if self.is_usage else KpixlError
        return _with_problems(kind(self.code, **self.details), self.problems)


def _with_problems(fault: KpixlError, problems: Sequence[Problem]) -> KpixlError:
    fault.problems = tuple(problems)  # type: ignore[attr-defined]  # as NotReadable and DataErrors
    return fault


Outcome = Made | Failed


@dataclass(frozen=True)
class Opened:
    """A workbook after its reading: what has become of packs already, and which are left to
    make; each with its number among the packs of the workbook."""

    outcomes: tuple[tuple[int, Outcome], ...] = ()
    pieces: tuple[tuple[int, Piece], ...] = ()
