"""What an adoption says of itself: what it took and why, what it checked, what it left."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

Cell = tuple[str, int, int]
"""Sheet, row, column."""


class Certainty(StrEnum):
    """How sure a reading is: the book says so, its figures say so, or a person has to confirm."""

    CERTAIN = "certain"
    DERIVED = "derived"
    ASSUMED = "assumed"


@dataclass(frozen=True)
class Note:
    """Something that was concluded. ``about`` and ``reason`` are keys of words.json (``adopt``);
    ``value`` is a text of the book, or a word of ``vocabulary``."""

    about: str
    value: str
    reason: str
    certainty: Certainty
    goal: str = ""
    sheet: str = ""
    area: str = ""
    vocabulary: str = ""
    details: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Checked:
    """Figures that follow from others, and do: they are not taken over."""

    sheet: str
    area: str
    kind: str
    cells: int


@dataclass(frozen=True)
class Left:
    """What was not understood: where it stands, what it is, and why it was left."""

    sheet: str
    area: str
    shown: str
    reason: str
    cells: int
    details: Mapping[str, object] = field(default_factory=dict)
