"""Who makes the packs: this process, or a pool of processes that outlives any of its workers."""

from __future__ import annotations

import gc
import multiprocessing
import os
import pickle
import shutil
import signal
import tempfile
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from concurrent.futures import TimeoutError as Late
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, Self

from kpixl.errors import KpixlError
from kpixl.many.addresses import Book
from kpixl.many.orders import Opened, Order, Outcome, Piece, Whole
from kpixl.many.work import failed, make_piece, open_book

if TYPE_CHECKING:
    from pebble import ProcessPool

MAX_SECONDS = 900.0
"""A pack takes seconds; one that takes this long will not come to an end."""
PACKS_OF_A_WORKER = 25
"""Then it is replaced: half a megabyte stays behind after every pack, so that it never grows by
more than about a tenth."""
GRACE = 60.0
MAX_REVIVALS = 3


@dataclass(frozen=True)
class Task:
    """A workbook to read (``piece`` is None) or a pack to make of it. ``number`` counts the
    workbooks of the run, ``part`` the packs of one."""

    number: int
    book: Book
    piece: Piece | None = None
    part: int = 0


Result = Opened | Outcome
"""What becomes of a task: Opened of a workbook to read, an Outcome of a pack to make."""


class Hands(Protocol):
    """Takes tasks and gives results, in whatever order they are finished."""

    room: int
    """How many tasks to keep it busy with; more would only fill memory."""

    def start(self, task: Task) -> None:
        """Take a task."""
        ...

    def finished(self) -> Sequence[tuple[Task, Result]]:
        """Wait until at least one task is done, and return what is."""
        ...

    def release(self, number: int) -> None:
        """Nothing more will be made of this workbook."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(self, *fault: object) -> None:
        """Stop at once what is still under way."""
        ...


def without_result(task: Task, fault: BaseException) -> Result:
    """The result of a task that ended with ``fault`` instead of one."""
    if task.piece is None:
        return Opened(((0, failed(fault, task.book)),))
    return failed(fault, task.book, task.piece.scope, task.piece.language)


class OwnHands:
    """One task after the other, in this process."""

    room = 1

    def __init__(self, order: Order) -> None:
        self._order = order
        self._waiting: list[Task] = []
        self._read: dict[int, Whole] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *fault: object) -> None:
        self._read.clear()

    def start(self, task: Task) -> None:
        """Take a task; it is done when results are asked for."""
        self._waiting.append(task)

    def finished(self) -> Sequence[tuple[Task, Result]]:
        """The result of the oldest task."""
        task = self._waiting.pop(0)
        if task.piece is not None:
            return ((task, make_piece(self._read[task.number], task.piece, self._order)),)
        opened, whole = open_book(task.book, self._order)
        if whole is not None:
            self._read[task.number] = whole
        return ((task, opened),)

    def release(self, number: int) -> None:
        """Forget a review."""
        self._read.pop(number, None)


# ---- In a worker ----------------------------------------------------------------------------


def warm_up(formats: Sequence[str], engine: str, spool: str) -> None:
    """What every worker of a pool does once. A worker whose parent is killed would wait for ever:
    it ends with it."""
    warm_imports(formats, engine)
    threading.Thread(target=_end_with_parent, args=(spool,), daemon=True).start()


def warm_imports(formats: Sequence[str], engine: str) -> None:
    """Import what packs need, and take it out of the collector's sight."""
    import kpixl.pack.html
    import kpixl.pack.pages
    import kpixl.plan.tables
    import kpixl.workbook.reader  # noqa: F401 -- imported for their own sake

    if "pdf" in formats:
        _warm_engine(engine)
    gc.collect()
    gc.freeze()


def _warm_engine(engine: str) -> None:
    """Import what lays pages out; whoever makes the pack says what is missing."""
    from kpixl.pack.engines import Engine, plutoprint_missing, weasyprint_missing

    if engine in (Engine.AUTO, Engine.PLUTOPRINT, "") and not plutoprint_missing():
        import kpixl.pack.pluto.engine  # noqa: F401 -- imported for its own sake
    elif engine != Engine.CHROMIUM:
        weasyprint_missing()


def _end_with_parent(spool: str) -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        shutil.rmtree(spool, ignore_errors=True)
        os._exit(1)


@dataclass
class _Memory:
    """The review that a worker has used last, and where it came from."""

    path: Path | None = None
    whole: Whole | None = None


_memory = _Memory()


def open_into(book: Book, order: Order, path: Path) -> Opened:
    """Read a workbook, and leave its review at ``path`` for those who make its packs."""
    opened, whole = open_book(book, order)
    if whole is not None:
        path.write_bytes(pickle.dumps(whole, pickle.HIGHEST_PROTOCOL))
        _memory.path, _memory.whole = path, whole
    return opened


def make_from(piece: Piece, order: Order, path: Path) -> Outcome:
    """Make a pack from the review at ``path``, which is read once for all that follow."""
    if _memory.path != path or _memory.whole is None:
        # Written by a worker of this pool, into a folder that is this user's alone.
        _memory.whole = pickle.loads(path.read_bytes())  # noqa: S301
        _memory.path = path
    return make_piece(_memory.whole, piece, order)


@contextmanager
def _deaf_to_interrupts() -> Iterator[None]:
    """Processes and threads started meanwhile do not hear Ctrl-C, which a terminal tells them all:
    this process alone answers it. Windows has no such switch; pool workers there learn it late."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    from multiprocessing import resource_tracker

    # Whenever it starts, it makes the one who starts it hear again; so it starts first.
    resource_tracker.ensure_running()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


# ---- The pool -------------------------------------------------------------------------------


class Pool:
    """As many processes as wanted, which are replaced when they have made many packs or died."""

    def __init__(self, order: Order, processes: int, seconds: float = MAX_SECONDS) -> None:
        self.room = 2 * processes
        self._order, self._processes, self._seconds = order, processes, seconds
        self._tasks: dict[Future[Result], Task] = {}
        self._revivals = 0

    def __enter__(self) -> Self:
        self._spool = Path(tempfile.mkdtemp(prefix="kpixl-reviews-"))
        self._pool = self._new_pool()
        return self

    def __exit__(self, *fault: object) -> None:
        self._stop()
        shutil.rmtree(self._spool, ignore_errors=True)

    def _new_pool(self) -> ProcessPool:
        from pebble import ProcessPool

        pool = ProcessPool(
            max_workers=self._processes,
            max_tasks=PACKS_OF_A_WORKER,
            initializer=warm_up,
            initargs=(self._order.formats, self._order.engine, str(self._spool)),
            # The same on all systems, and nothing of this process is copied.
            context=multiprocessing.get_context("spawn"),
        )
        with _deaf_to_interrupts():
            _ = pool.active  # it starts when it is first asked
        return pool

    def start(self, task: Task) -> None:
        """Hand a task to the pool."""
        try:
            future = self._scheduled(task)
        except RuntimeError:  # it has broken since the last result
            self._revive()
            future = self._scheduled(task)
        self._tasks[future] = task

    def _scheduled(self, task: Task) -> Future[Result]:
        path = self._spool / f"{task.number}.pickle"
        if task.piece is None:
            opening = (task.book, self._order, path)
            return self._pool.schedule(open_into, opening, timeout=self._seconds)
        making = (task.piece, self._order, path)
        return self._pool.schedule(make_from, making, timeout=self._seconds)

    def finished(self) -> Sequence[tuple[Task, Result]]:
        """What is done; a task whose worker died has failed, the others are none the worse."""
        # Longer than any task may take: then the pool itself has got stuck.
        done, _ = wait(self._tasks, self._seconds + GRACE, return_when=FIRST_COMPLETED)
        if not done:
            return self._again([self._tasks.pop(future) for future in tuple(self._tasks)])
        found: list[tuple[Task, Result]] = []
        broken: list[Task] = []
        for future in done:
            task = self._tasks.pop(future)
            fault = future.exception()
            if isinstance(fault, BrokenProcessPool):
                broken.append(task)
            else:
                found.append((task, self._result(task, future, fault)))
        if found:
            self._revivals = 0
        return [*found, *self._again(broken)]

    def _result(self, task: Task, future: Future[Result], fault: BaseException | None) -> Result:
        from pebble import ProcessExpired

        if fault is None:
            return future.result()
        if isinstance(fault, ProcessExpired):
            return without_result(task, KpixlError("worker-died", status=_shown(fault.exitcode)))
        if isinstance(fault, Late):
            return without_result(task, KpixlError("pack-too-slow", seconds=int(self._seconds)))
        return without_result(task, fault)

    def _again(self, broken: Sequence[Task]) -> list[tuple[Task, Result]]:
        """A pool breaks where a worker dies that had nothing to do. Its tasks are given to a new
        one, unless that happens again and again without a single result."""
        if broken and self._revivals >= MAX_REVIVALS:
            fault = KpixlError("worker-died", status="–")
            return [(task, without_result(task, fault)) for task in broken]
        if broken:
            self._revive()
        for task in broken:
            self.start(task)
        return []

    def _revive(self) -> None:
        self._revivals += 1
        waiting = tuple(self._tasks.values())
        self._tasks.clear()
        self._stop()
        self._pool = self._new_pool()
        for task in waiting:
            self.start(task)

    def _stop(self) -> None:
        self._pool.stop()
        self._pool.join()

    def release(self, number: int) -> None:
        """Remove a review that is needed no more."""
        (self._spool / f"{number}.pickle").unlink(missing_ok=True)


def _shown(status: int | None) -> str:
    return "–" if status is None else str(status).replace("-", "−")


def cores() -> int:
    """How many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
