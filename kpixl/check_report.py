"""Turn what a check has found into what a terminal shows, or into data."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

from rich.console import Console

from kpixl.errors import Problem
from kpixl.review.advice import by_mend
from kpixl.review.export import problem_data
from kpixl.review.figures import blocks_a_pack
from kpixl.terminal import console, is_empty, print_details, say_line
from kpixl.words import ProblemText, problem_text, say, word

if TYPE_CHECKING:
    from kpixl.checking import Check
    from kpixl.workbook.cell_check import CellReport


def print_check(name: str, found: Check, language: str, strict: bool = False) -> None:
    """All that was found in a workbook, and what follows from it."""
    print_problems(found.told, language)
    if found.switched_off:
        codes = ", ".join(found.switched_off)
        say_line(console(), say("page.checks_off", language, codes=codes))
    _print_verdict(name, found, language, strict)
    if found.cells:
        print_cells(found.cells, language)


GROUPS = ("errors", "warnings", "advice")
"""What findings are grouped by, the gravest first."""


def group_of(problem: Problem) -> str:
    """The group of :data:`GROUPS` that a finding belongs to."""
    if problem.method:
        return "advice"
    return "warnings" if problem.warning else "errors"


def print_problems(problems: Sequence[Problem], language: str, stderr: bool = False) -> None:
    """Errors of the data and its warnings by sheet, then advice on the method by check: each with
    place, finding, expectation and mend. What is mended alike is told one after the other, and the
    mend once."""
    out = console(stderr)
    for group in GROUPS:
        chosen = [problem for problem in problems if group_of(problem) == group]
        if not chosen:
            continue
        if not is_empty(chosen):
            say_line(out, say(f"cli.{group}", language, n=len(chosen)), style="bold")
        if group == "advice":
            _print_advice(out, chosen, language)
            continue
        for sheet, found in _by_sheet(chosen).items():
            say_line(out, sheet or word("cli.whole_book", language), 2, "bold")
            for one, following in zip(found, [*found[1:], None], strict=True):
                _print_problem(out, one, following, language)


def _by_sheet(problems: Iterable[Problem]) -> dict[str, list[Problem]]:
    groups: dict[str, list[Problem]] = {}
    for problem in problems:
        groups.setdefault(problem.sheet or "", []).append(problem)
    return groups


def _print_problem(
    out: Console, problem: Problem, following: Problem | None, language: str
) -> None:
    text = problem_text(problem, language)
    say_line(out, _at(problem.cell or "", text.what, language), 4)
    after = problem_text(following, language) if following is not None else NOTHING
    if after.mend == text.mend:
        expected = "" if after.expected == text.expected else text.expected
        text = ProblemText(text.what, expected, "")
    print_details(out, text, language, 6, "dim")


NOTHING = ProblemText("", "", "")


def _at(place: str, what: str, language: str) -> str:
    return say("cli.at", language, place=place, what=what) if place else what


def _print_advice(out: Console, advice: Sequence[Problem], language: str) -> None:
    """Check by check: what was found, then once what would be better, the mend, and the code by
    which Settings switch the check off."""
    for group in by_mend(advice, language):
        for place, what in group.findings:
            say_line(out, _at(place, what, language), 2)
        say_line(out, say("cli.advised", language, text=group.expected), 4, "dim")
        say_line(out, say("cli.mend", language, text=group.mend), 4, "dim")
        say_line(out, say("cli.code", language, code=group.code), 4, "dim")


def check_data(found: Check, language: str) -> dict[str, object]:
    """All findings as data, for ``--json``, in the order of :data:`GROUPS`, and how many each group
    has; with what was compared where cells were."""
    told = sorted(found.told, key=lambda problem: GROUPS.index(group_of(problem)))
    data: dict[str, object] = {
        "counts": {group: sum(group_of(one) == group for one in told) for group in GROUPS},
        "problems": [problem_data(problem, language) for problem in told],
        "switched_off": list(found.switched_off),
    }
    cells = found.cells
    if cells is not None:
        data["cells"] = {
            "compared": cells.compared,
            "differ": len(cells.differences),
            "leaning": cells.leaning,
            "unchecked": cells.unchecked_cells,
            "reasons": [asdict(entry) for entry in cells.unchecked],
            "unreadable": list(cells.unreadable),
        }
    return data


def print_cells(cells: CellReport, language: str) -> None:
    """How many cells were compared, and why some were not."""
    out = console()
    differ, unchecked = len(cells.differences), cells.unchecked_cells
    nothing = not cells.compared and not differ and not unchecked
    key = "summary_none" if nothing else "summary" if differ else "summary_fine"
    counts = {"compared": cells.compared, "differ": differ, "unchecked": unchecked}
    say_line(out, say(f"cell_check.{key}", language, **counts), style="bold")
    for entry in cells.unchecked:
        about = {
            "n": entry.count,
            "reason": word(f"cell_check.reason.{entry.reason}", language),
            "found": ", ".join(entry.found),
            "cells": ", ".join(entry.cells),
        }
        key = "reason_found" if entry.found else "reason"
        say_line(out, say(f"cell_check.{key}", language, **about), 2)
    if cells.leaning:
        say_line(out, say("cell_check.leaning", language, n=cells.leaning), 2)
    if cells.unreadable:
        sheets = ", ".join(cells.unreadable)
        say_line(out, say("cell_check.unreadable", language, sheets=sheets), 2)


def _print_verdict(name: str, found: Check, language: str, strict: bool) -> None:
    """One line: fit for a pack or not."""
    errors = [problem for problem in found.problems if not problem.warning]
    key, n = ("cli.verdict_errors" if errors else "cli.verdict_fine"), len(errors)
    if is_empty(errors):
        key = "cli.verdict_empty"
    elif errors and not any(blocks_a_pack(problem) for problem in errors):
        key = "cli.verdict_people"
    elif strict and not errors and found.told:
        key, n = "cli.verdict_strict", len(found.told)
    say_line(console(), say(key, language, name=name, n=n), style="bold")
