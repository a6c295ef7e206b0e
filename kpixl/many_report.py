"""Make many packs and say how it goes: a bar or lines while they are made, then what became of
each."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field

from rich.console import Console

from kpixl.check_report import print_problems
from kpixl.errors import KpixlError, Problem
from kpixl.many import journal
from kpixl.many.addresses import Book
from kpixl.many.hands import Hands
from kpixl.many.orders import Failed, Made, Order
from kpixl.many.run import Step, run
from kpixl.review.export import problem_data
from kpixl.terminal import (
    console,
    fault_data,
    is_empty,
    print_details,
    print_fault,
    print_trace,
    say_line,
)
from kpixl.words import problem_text, say, typed, word

LINE_EVERY = 30.0
"""Seconds between two lines of progress where there is no terminal for a bar."""
MOST_PATHS = 40
MOST_PROBLEMS = 3
INTERRUPTED = 130
"""The exit code of what Ctrl-C has stopped, as shells know it."""


@dataclass
class Tally:
    """What has become of the packs so far. ``total`` is an estimate until all workbooks have been
    read; ``seconds`` count since the first task."""

    steps: list[Step] = field(default_factory=list)
    total: int = 0
    failed: int = 0
    kept: int = 0
    seconds: float = 0.0

    def add(self, step: Step) -> None:
        """Count one more pack."""
        self.steps.append(step)
        self.total = step.total
        self.failed += isinstance(step.outcome, Failed)
        self.kept += isinstance(step.outcome, Made) and step.outcome.kept

    @property
    def done(self) -> int:
        """How many packs are finished, one way or the other."""
        return len(self.steps)

    def made(self) -> list[Made]:
        """The packs that are there, in the order of the workbooks."""
        found = sorted(self.steps, key=lambda step: step.place)
        return [step.outcome for step in found if isinstance(step.outcome, Made)]

    def failures(self) -> list[Failed]:
        """The packs that are not, in the order of the workbooks."""
        found = sorted(self.steps, key=lambda step: step.place)
        return [step.outcome for step in found if isinstance(step.outcome, Failed)]


def make_many(
    books: Sequence[Book], order: Order, hands: Hands, language: str, quiet: bool
) -> tuple[Tally, bool]:
    """Make all packs, showing how it goes unless ``quiet``. Returns what became of them, and
    whether the run came to its end: Ctrl-C stops it. A fault that ends the run is raised when it
    has been said how far it came."""
    tally = Tally(total=len(books))
    started = time.monotonic()
    if order.resume:
        journal.tidy(order, books)
    try:
        with hands, _progress(language, quiet) as show:
            for step in run(books, hands):
                tally.add(step)
                tally.seconds = time.monotonic() - started
                show(tally)
    except KeyboardInterrupt:
        _say_stopped(tally, language)
        return tally, False
    except KpixlError:
        if tally.done:
            _say_stopped(tally, language)
        raise
    if len(books) == 1 and not order.resume and all(one.of_data for one in tally.failures()):
        # Only another workbook would give other packs.
        journal.forget(order, tally.made())
    return tally, True


def _say_stopped(tally: Tally, language: str) -> None:
    done = tally.done - tally.failed
    text = say("cli.many_stopped", language, done=done, total=tally.total)
    say_line(console(stderr=True), text, style="bold")


# ---- While they are made --------------------------------------------------------------------


@contextmanager
def _progress(language: str, quiet: bool) -> Iterator[Callable[[Tally], None]]:
    out = console(stderr=True)
    if quiet:
        yield lambda _: None
    elif out.is_terminal:
        with _bar(out, language) as show:
            yield show
    else:
        yield _Lines(out, language).show


@contextmanager
def _bar(out: Console, language: str) -> Iterator[Callable[[Tally], None]]:
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn

    columns = (SpinnerColumn(), TextColumn("{task.description}", markup=False), BarColumn())
    with Progress(*columns, console=out, transient=True) as progress:
        bar = progress.add_task(word("cli.making", language), total=None)

        def show(tally: Tally) -> None:
            progress.update(
                bar, completed=tally.done, total=tally.total, description=_pace(tally, language)
            )

        yield show


class _Lines:
    """A line every so often, for logs."""

    def __init__(self, out: Console, language: str) -> None:
        self._out, self._language = out, language
        self._next = LINE_EVERY

    def show(self, tally: Tally) -> None:
        """Say how far it is, if that has not been said lately."""
        if tally.seconds >= self._next:
            self._next = tally.seconds + LINE_EVERY
            say_line(self._out, _pace(tally, self._language))


def _pace(tally: Tally, language: str) -> str:
    """Done, rate and time left. What was there already says nothing of the rate."""
    worked = tally.done - tally.kept
    rate = worked / tally.seconds if worked and tally.seconds else 0.0
    left = (tally.total - tally.done) / rate if rate else 0.0
    text = say(
        "cli.many_pace",
        language,
        done=tally.done,
        total=tally.total,
        rate=f"{60 * rate:.0f}" if rate else "–",
        left=_duration(left, language),
    )
    if tally.failed:
        text += " · " + say("cli.many_failed_so_far", language, n=tally.failed)
    return text


def _duration(seconds: float, language: str) -> str:
    if seconds < 60:
        return say("cli.seconds", language, n=round(seconds))
    minutes = round(seconds / 60)
    if minutes < 60:
        return say("cli.minutes", language, n=minutes)
    return say("cli.hours", language, h=minutes // 60, n=minutes % 60)


# ---- At the end -----------------------------------------------------------------------------


def lone_failure(tally: Tally, books: Sequence[Book]) -> KpixlError | None:
    """Where one workbook was ordered and nothing became of it: the fault, to be raised as that of
    a single pack would be."""
    failures = tally.failures()
    if len(books) == 1 and len(tally.steps) == len(failures) == 1 and not failures[0].trace:
        return failures[0].fault()
    return None


def print_tally(
    tally: Tally, books: Sequence[Book], order: Order, language: str, debug: bool
) -> None:
    """The files that were made, and what failed with the reason and the mend."""
    out = console()
    made, failures = tally.made(), tally.failures()
    for one in failures:
        (_print_alone if len(books) == 1 else _print_among)(one, language)
        if debug and one.trace:
            print_trace(one.trace)
    for workbook, warnings in _warnings(made).items():
        if len(books) > 1:
            say_line(console(stderr=True), workbook, style="bold")
        print_problems(warnings, language, stderr=True)
    paths = [file.address for one in made if not one.kept for file in one.files]
    if len(paths) <= MOST_PATHS:
        for path in paths:
            say_line(out, say("cli.made", language, path=path))
    elif paths:
        say_line(out, say("cli.many_folder", language, folder=order.target))
    counts = {"total": tally.done, "made": len(made) - tally.kept, "kept": tally.kept}
    say_line(out, say("cli.many_made", language, failed=len(failures), **counts), style="bold")


def _warnings(made: Sequence[Made]) -> dict[str, list[Problem]]:
    """What there is to say of packs that were made, by workbook: the same of several packs once."""
    found: dict[str, list[Problem]] = {}
    for one in made:
        for warning in one.warnings:
            told = found.setdefault(one.workbook, [])
            if warning not in told:
                told.append(warning)
    return found


def _print_alone(failure: Failed, language: str) -> None:
    fault = failure.fault()
    print_problems(failure.problems, language, stderr=True)
    if not is_empty(failure.problems):
        print_fault(fault, language)


def _print_among(failure: Failed, language: str) -> None:
    """In few lines: there may be many."""
    out = console(stderr=True)
    text = problem_text(failure.fault(), language)
    whose = (failure.workbook, failure.scope, failure.language)
    where = " · ".join(part for part in whose if part)
    say_line(out, say("cli.at", language, place=where, what=text.what), style="bold red")
    if not failure.problems:
        print_details(out, text, language, 2)
        return
    for problem in failure.problems[:MOST_PROBLEMS]:
        found = problem_text(problem, language)
        cell = " ".join(part for part in (problem.sheet, problem.cell) if part)
        what = say("cli.at", language, place=cell, what=found.what) if cell else found.what
        say_line(out, what, 2)
        print_details(out, found, language, 4)
    more = len(failure.problems) - MOST_PROBLEMS
    if more > 0:
        say_line(out, say("cli.many_more", language, n=more, path=typed(failure.workbook)), 2)


def tally_data(tally: Tally, ended: bool, language: str) -> dict[str, object]:
    """All of it as data, for ``--json``."""
    made, failures = tally.made(), tally.failures()
    return {
        "files": [file.address for one in made for file in one.files],
        "failed": [
            {
                "workbook": one.workbook,
                "scope": one.scope,
                "language": one.language,
                **fault_data(one.fault(), one.problems, language),
            }
            for one in failures
        ],
        "packs": [
            {
                "workbook": one.workbook,
                "scope": one.scope,
                "language": one.language,
                "kept": one.kept,
                "seconds": one.seconds,
                "files": [asdict(file) for file in one.files],
                "warnings": [problem_data(warning, language) for warning in one.warnings],
            }
            for one in made
        ],
        "ended": ended,
    }


def exit_code(tally: Tally, ended: bool) -> int:
    """0 where every pack is there, 1 where some are not, 130 where Ctrl-C stopped the run."""
    if not ended:
        return INTERRUPTED
    return 1 if tally.failed else 0
