"""Give every workbook and every pack of a run to those who make them, a few at a time."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kpixl.errors import KpixlError
from kpixl.many.addresses import Book
from kpixl.many.hands import Hands, Task
from kpixl.many.orders import Made, Opened, Outcome
from kpixl.many.work import failed

Owner = tuple[str, str]
"""The workbook and the scope whose pack has a file name."""


@dataclass(frozen=True)
class Step:
    """A pack is finished, one way or the other. ``place`` sorts the outcomes as the workbooks
    stand in the run and their packs in them. ``total`` is an estimate until every workbook has
    been read."""

    place: tuple[int, int]
    outcome: Outcome
    done: int
    total: int


@dataclass
class _Count:
    books: int
    opened: int = 0
    packs: int = 0
    done: int = 0

    def total(self) -> int:
        """The packs known, and for each workbook that has not been read as many as the others
        have on average."""
        average = self.packs / self.opened if self.opened else 1.0
        return self.packs + round(average * (self.books - self.opened))


def run(books: Sequence[Book], hands: Hands) -> Iterator[Step]:
    """Every pack of ``books``, as they are finished.

    Packs of workbooks that have been read come before further workbooks, and no more tasks are
    out than ``hands`` have room for: reviews never pile up, however many workbooks there are.
    """
    unread = deque(Task(number, book) for number, book in enumerate(books))
    ready: deque[Task] = deque()
    left: dict[int, int] = {}
    names: dict[str, Owner] = {}
    count = _Count(len(books))
    under_way = 0
    while unread or ready or under_way:
        while under_way < hands.room and (ready or unread):
            hands.start(ready.popleft() if ready else unread.popleft())
            under_way += 1
        for task, result in hands.finished():
            under_way -= 1
            if isinstance(result, Opened):
                outcomes, tasks = _divided(task, result, names)
                count.opened += 1
                count.packs += len(outcomes) + len(tasks)
                ready.extend(tasks)
                left[task.number] = len(tasks)
            else:
                outcomes = [(task.part, result)]
                left[task.number] -= 1
            if not left[task.number]:
                hands.release(task.number)
            for part, outcome in outcomes:
                count.done += 1
                yield Step((task.number, part), outcome, count.done, count.total())


def _divided(
    task: Task, opened: Opened, names: dict[str, Owner]
) -> tuple[list[tuple[int, Outcome]], list[Task]]:
    """What is finished with a workbook's reading, and the tasks that follow from it. A pack that
    would take the file of another is none of them."""
    outcomes = list(opened.outcomes)
    for _, outcome in outcomes:
        for file in outcome.files if isinstance(outcome, Made) else ():
            owner = (outcome.workbook, outcome.scope)
            names.setdefault(file.name.rpartition(".")[0].casefold(), owner)
    tasks: list[Task] = []
    for part, piece in opened.pieces:
        place = f"{piece.book.folder}/" if piece.book.folder else ""
        owner = (piece.book.source, piece.scope)
        other = names.setdefault(f"{place}{piece.stem}".casefold(), owner)
        if other == owner:
            tasks.append(Task(task.number, task.book, piece, part))
        else:
            fault = KpixlError(
                "name-taken", found=piece.stem, workbook=other[0], scope=other[1] or "–"
            )
            outcomes.append((part, failed(fault, piece.book, piece.scope, piece.language)))
    return outcomes, tasks
