"""Faults and findings: what kpixl raises, and what it reports about a workbook."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Mapping, Optional, Tuple

ERROR_VALUES = ("#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A")


class KpixlError(Exception):
    """Something a person must mend; ``code`` names its text in words.json (``problem.<code>``)."""

    def __init__(self, code: str, **details: object) -> None:
        super().__init__(code, details)
        self.code = code
        self.details: Mapping[str, object] = details

    def __str__(self) -> str:
        shown = ", ".join(f"{name}={value!r}" for name, value in self.details.items())
        return f"{self.code}({shown})"


class FileProblem(KpixlError):
    """The file cannot be read as a workbook at all."""


class UsageProblem(KpixlError):
    """The command was called with something that cannot be done (exit code 2)."""


@dataclass(frozen=True)
class CellError:
    """A spreadsheet error value such as ``#N/A``, as data: it comes in and goes out as itself."""

    code: str

    def __post_init__(self) -> None:
        if self.code not in ERROR_VALUES:
            object.__setattr__(self, "code", "#VALUE!")

    def __str__(self) -> str:
        return self.code


@dataclass(frozen=True)
class Problem:
    """One finding in a workbook.

    The sentence is made from ``code`` and ``details`` by :func:`kpixl.words.problem_text`, in
    either language. ``goals`` and ``people`` name whom it touches: a pack that holds one of the
    goals is blocked, a mail to one of the people is not sent. ``structural`` problems give no
    plan at all.
    """

    code: str
    sheet: Optional[str] = None
    cell: Optional[str] = None
    found: str = ""
    details: Mapping[str, object] = field(default_factory=dict)
    goals: Tuple[str, ...] = ()
    people: Tuple[str, ...] = ()
    structural: bool = False
    warning: bool = False
