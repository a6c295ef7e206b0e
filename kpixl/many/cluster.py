"""Make packs on a Dask cluster: the same work, on workers that may be other machines.

Workers read the workbooks and write the packs themselves; a review stays where it was read, and
goes from worker to worker.
"""

from __future__ import annotations

import logging
import platform
import threading
import warnings
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any, Self

from kpixl import __version__
from kpixl.errors import KpixlError, UsageProblem
from kpixl.many import journal
from kpixl.many.addresses import Book
from kpixl.many.hands import Result, Task, warm_imports, without_result
from kpixl.many.orders import Opened, Order, Outcome, Piece, Whole
from kpixl.many.work import failed, make_piece, open_book

if TYPE_CHECKING:
    from distributed import Client, Future

PATIENCE = 10.0
"""Seconds to wait for the scheduler, and for a first worker."""
ANSWER = 60.0
"""Seconds for a worker, which may be busy with something else, to say which kpixl it has."""
_warm = threading.Event()


@dataclass(frozen=True)
class Identity:
    """What has to be the same everywhere, so that a pack is the same wherever it is made."""

    kpixl: str
    python: str
    recipe: str


def identity() -> Identity:
    """That of this process."""
    python = ".".join(platform.python_version_tuple()[:2])
    return Identity(__version__, python, journal.recipe(None))


# ---- In a worker ----------------------------------------------------------------------------


def read_there(book: Book, order: Order) -> tuple[Opened, Whole | None]:
    """Read a workbook; its review stays on the worker."""
    if not _warm.is_set():
        _warm.set()
        warm_imports(order.formats, order.engine)
    return open_book(book, order)


def opened_there(read: tuple[Opened, Whole | None]) -> Opened:
    """What the one who ordered has to know of it."""
    return read[0]


def make_there(read: tuple[Opened, Whole | None], piece: Piece, order: Order) -> Outcome:
    """Make one pack of a workbook that was read here or on another worker."""
    whole = read[1]
    if whole is None:  # it is not the same workbook that it was when it was read first
        return failed(KpixlError("workbook-changed"), piece.book, piece.scope, piece.language)
    return make_piece(whole, piece, order)


def _has_killed(fault: BaseException) -> bool:
    """Whether Dask has given a task up because workers died with it."""
    from distributed import KilledWorker

    return isinstance(fault, KilledWorker)


def _hush() -> None:
    """What Dask logs of lost connections is said by us, and without traces. Its modules have
    levels of their own, which Dask's configuration sets."""
    for name in tuple(logging.root.manager.loggerDict):
        if name.partition(".")[0] in ("distributed", "tornado", "asyncio"):
            logging.getLogger(name).setLevel(logging.CRITICAL + 1)


# ---- At the one who orders ------------------------------------------------------------------


class Cluster:
    """The workers of the Dask scheduler at ``address``."""

    def __init__(self, order: Order, address: str, patience: float = PATIENCE) -> None:
        self._order, self._address, self._patience = order, address, patience
        self._tasks: dict[Any, Task] = {}
        self._read: dict[int, Future[tuple[Opened, Whole | None]]] = {}
        self._suspects: deque[Task] = deque()
        self._suspected: set[Task] = set()
        self.room = 0

    def __enter__(self) -> Self:
        self._client = self._connected()
        try:
            self.room = 2 * self._checked_workers()
        except BaseException:
            self._client.close()
            raise
        from distributed import as_completed

        self._done = as_completed(loop=self._client.loop, raise_errors=False)
        return self

    def __exit__(self, *fault: object) -> None:
        self._tasks.clear()
        self._read.clear()
        self._client.close()

    def _connected(self) -> Client:
        try:
            from distributed import Client
        except ImportError as missing:
            raise UsageProblem("extra-missing", extra="cluster", package="distributed") from missing
        _hush()
        client: Client = Client.__new__(Client)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                Client.__init__(client, self._address, timeout=self._patience, set_as_default=False)
        # The last is what Dask's handshake ends with where it was cut short.
        except (OSError, ValueError, TypeError, AssertionError) as fault:
            # Left to the collector, it would close itself at any moment: in the middle of another
            # client's start it waits for a lock that this start holds, for ever.
            client.close()
            reason = str(fault).strip() or type(fault).__name__
            raise KpixlError("cluster-unreachable", found=self._address, reason=reason) from fault
        return client

    def _checked_workers(self) -> int:
        """How many threads the workers have, when each has been found to be our equal."""
        from distributed import TimeoutError as NoWorkers

        try:
            self._client.wait_for_workers(1, timeout=self._patience)
        except NoWorkers as fault:
            raise KpixlError("cluster-empty", found=self._address) from fault
        own = identity()
        threads: dict[str, int] = self._client.nthreads()
        # A worker that gets a function of ours without having kpixl does not survive it.
        for function, argument in ((import_module, (__name__,)), (identity, ())):
            asked = {
                worker: self._client.submit(
                    function, *argument, workers=[worker], pure=False, priority=1
                )
                for worker in threads
            }
            for worker, future in asked.items():
                refused = self._refusal(future)
                if refused:
                    raise KpixlError("cluster-without-kpixl", found=worker, reason=refused)
        for worker, future in asked.items():
            theirs = future.result()
            if isinstance(theirs, Identity) and theirs != own:
                raise KpixlError(
                    "cluster-differs", found=worker, kpixl=theirs.kpixl, python=theirs.python,
                    own_kpixl=own.kpixl, own_python=own.python,
                )  # fmt: skip
        return sum(threads.values())

    def _refusal(self, future: Future[Any]) -> str:
        """Why a worker could not do what it was asked; "" where it could."""
        from distributed import TimeoutError as NoAnswer

        try:
            fault = future.exception(timeout=ANSWER)
        except NoAnswer as late:
            fault = late
        return "" if fault is None else f"{type(fault).__name__}: {fault}"

    def start(self, task: Task) -> None:
        """Hand a task to the scheduler."""
        future: Future[Any]
        if task.piece is None:
            future = self._client.submit(opened_there, self._reading(task), pure=False)
        else:
            read = self._reading(task)
            future = self._client.submit(make_there, read, task.piece, self._order, pure=False)
        self._tasks[future.key] = task
        self._done.add(future)

    def _reading(self, task: Task) -> Future[tuple[Opened, Whole | None]]:
        """The workbook as a worker has read it, or will."""
        read = self._read.get(task.number)
        if read is None or read.status == "error":
            read = self._client.submit(read_there, task.book, self._order, pure=False)
            self._read[task.number] = read
        return read

    def finished(self) -> Sequence[tuple[Task, Result]]:
        """What is done. Raises KpixlError ``cluster-lost`` where the scheduler is.

        Dask suspects every task that a worker held when it died, the innocent ones, too. Such a
        task gets a second chance, when nothing else is under way that could be the culprit.
        """
        if not self._tasks:
            self.start(self._suspects.popleft())
        found: list[tuple[Task, Result]] = []
        for future in self._done.next_batch(block=True):
            if future.status in ("cancelled", "lost"):
                raise KpixlError("cluster-lost", found=self._address)
            task = self._tasks.pop(future.key)
            fault = future.exception()
            if fault is None:
                found.append((task, future.result()))
            elif not _has_killed(fault):
                found.append((task, without_result(task, fault)))
            elif task in self._suspected:
                died = KpixlError("worker-died", status="–")
                found.append((task, without_result(task, died)))
            else:
                self._suspected.add(task)
                self._suspects.append(task)
        return found

    def release(self, number: int) -> None:
        """Let the cluster forget a review."""
        self._read.pop(number, None)
