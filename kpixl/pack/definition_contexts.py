"""What the page on definitions shows."""

from __future__ import annotations

from dataclasses import dataclass

from kpixl.pack.contexts import Page


@dataclass(frozen=True)
class DefinitionRow:
    """How one goal is defined."""

    id: str
    name: str
    anchor: str
    level: str
    depth: int
    owner: str
    unit: str
    direction: str
    aggregation: str
    formula: str
    why: str


@dataclass(frozen=True)
class ChangeRow:
    """A change of the goal tree during the fiscal year; ``anchor`` is "" for a goal that the pack
    does not hold."""

    month: str
    name: str
    anchor: str
    text: str


@dataclass(frozen=True)
class DefinitionsPage(Page):
    """How every goal is defined, what has changed in the tree this fiscal year, and what the words
    on the pages mean, in two columns. ``page_turns`` are the rows that begin a page, counted from
    0 through the goals and on through the changes; one more than the last, the words. ``widths``
    are those of the goals' columns, in CSS pixels."""

    widths: tuple[float, ...]
    rows: tuple[DefinitionRow, ...]
    terms: tuple[tuple[tuple[str, str], ...], ...]
    changes: tuple[ChangeRow, ...] = ()
    page_turns: frozenset[int] = frozenset()
