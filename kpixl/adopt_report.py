"""Turn an adoption into what a terminal shows, or into data."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from kpixl.adopting.notes import Certainty
from kpixl.adopting.origin_sheets import areas_of, comment_row, left_row, note_row
from kpixl.plan.cells import cell_name
from kpixl.terminal import console, say_line
from kpixl.words import say, typed, word

if TYPE_CHECKING:
    from kpixl.adopting.adopt import Adoption
    from kpixl.adopting.notes import Note

MOST_TOLD = 12
"""So many entries of a list are told; the new book and ``--json`` have them all."""


def print_adoption(adoption: Adoption, written: Path | None, language: str) -> None:
    """What was made of an old book: how much, what was left, what was assumed, and what is
    next."""
    out = console()
    draft = adoption.draft
    if draft is None:
        left = adoption.counts["left"]
        say_line(out, say("adopt.summary_none", language, file=adoption.source, left=left))
        _print_left(out, adoption, language)
        return
    months = sorted({month for _, _, month in draft.origins})
    counts = {"goals": len(adoption.goals.goals), "first": months[0], "last": months[-1]}
    summary = say("adopt.summary", language, file=adoption.source, **counts, **adoption.counts)
    say_line(out, summary, style="bold")
    _print_goals(out, adoption, language)
    comments = (comment_row(one, language) for one in draft.comments)
    lines = [
        say("adopt.tell.comment", language, id=goal, month=month, cell=cell, text=text)
        for goal, month, cell, text, _ in comments
    ]
    _list(out, "comments", lines, language)
    _print_left(out, adoption, language)
    unsure = [note for note in adoption.notes if note.certainty is Certainty.ASSUMED]
    _list(out, "assumed", (_note_line(note, language) for note in unsure), language)
    if written is None:
        say_line(out, word("adopt.dry", language))
    else:
        sheet = word("adopt.sheet", adoption.language)
        say_line(out, say("adopt.next", language, sheet=sheet, path=typed(str(written))))


def _print_goals(out: Console, adoption: Adoption, language: str) -> None:
    lines = []
    for goal in adoption.goals.goals:
        cells = _cells(adoption, goal.id) or [word("adopt.by_formula", language)]
        indent = "  " if goal.parent else ""
        name = f"{indent}{goal.name}" + (f" [{goal.unit}]" if goal.unit else "")
        lines.append(
            say("adopt.tell.goal", language, id=goal.id, name=name, cells=", ".join(cells))
        )
    _list(out, "goals", lines, language)


def _cells(adoption: Adoption, goal: str) -> list[str]:
    if adoption.draft is None:
        return []
    found: list[str] = []
    for key in ("plan", "revision", "actuals", "outlook"):
        found.extend(areas_of(adoption.draft, goal, key))
    return found


def _print_left(out: Console, adoption: Adoption, language: str) -> None:
    lines = []
    for entry in adoption.left:
        sheet, area, shown, why, _ = left_row(entry, language)
        lines.append(say("adopt.tell.at", language, sheet=sheet, area=area, shown=shown, why=why))
    _list(out, "left", lines, language)


def _note_line(note: Note, language: str) -> str:
    goals, about, value, why, _ = note_row(note, language)
    return say("adopt.tell.note", language, goals=goals, about=about, value=value, why=why)


def _list(out: Console, key: str, lines: Iterable[str], language: str) -> None:
    told: Sequence[str] = list(lines)
    if not told:
        return
    say_line(out, f"{word(f'adopt.tell.{key}', language)} ({len(told)})", style="bold")
    for line in told[:MOST_TOLD]:
        say_line(out, line, 2)
    if len(told) > MOST_TOLD:
        sheet = word("adopt.sheet", language)
        more = say("adopt.tell.more", language, n=len(told) - MOST_TOLD, sheet=sheet)
        say_line(out, more, 2, "dim")


def adoption_data(adoption: Adoption, written: Path | None, language: str) -> dict[str, object]:
    """An adoption as data, for ``--json``: goals, every figure with its cell, what was concluded,
    checked and left."""
    draft = adoption.draft
    origins = [] if draft is None else sorted(draft.origins.items())
    figures = {
        "plan": draft.content.plan, "revision": draft.content.revision,
        "actuals": draft.content.actuals, "outlook": draft.content.outlook,
    } if draft is not None else {}  # fmt: skip
    return {
        "source": adoption.source,
        "source_sha256": adoption.sha256,
        "written": str(written) if written is not None else None,
        "language": adoption.language,
        "counts": dict(adoption.counts),
        "goals": [
            {
                "id": goal.id, "name": goal.name, "parent": goal.parent or None,
                "level": goal.level, "unit": goal.unit or None, "owner": goal.owner or None,
                "department": goal.department or None, "direction": goal.direction,
                "aggregation": goal.aggregation, "formula": goal.formula or None,
                "label": _place(adoption.book.subjects[goal.subject].at),
            }
            for goal in adoption.goals.goals
        ],
        "figures": [
            {
                "goal": goal, "sheet": key, "month": str(month),
                "value": figures[key][goal][month], "origin": _place(cell),
            }
            for (goal, key, month), cell in origins
        ],
        "comments": [
            {
                "goal": one.goal, "month": str(one.month), "text": one.text,
                "certainty": one.certainty.value, "origin": _place(one.cell),
            }
            for one in (draft.comments if draft is not None else ())
        ],
        "notes": [_note_data(note, language) for note in adoption.notes],
        "checked": [
            {"sheet": one.sheet, "cells": one.area, "kind": one.kind, "count": one.cells}
            for one in adoption.checked
        ],
        "left": [
            {
                "sheet": entry.sheet, "cells": entry.area, "found": entry.shown,
                "code": entry.reason, "why": left_row(entry, language)[3], "count": entry.cells,
            }
            for entry in adoption.left
        ],
    }  # fmt: skip


def _note_data(note: Note, language: str) -> dict[str, object]:
    return {
        "about": note.about, "goals": note.goal.split(", ") if note.goal else [],
        "value": note.value, "code": note.reason, "why": note_row(note, language)[3],
        "certainty": note.certainty.value, "sheet": note.sheet or None,
        "cells": note.area or None,
    }  # fmt: skip


def _place(cell: tuple[str, int, int]) -> dict[str, str]:
    return {"sheet": cell[0], "cell": cell_name(cell[1], cell[2])}
