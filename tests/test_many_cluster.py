"""Packs made on a real Dask cluster: a scheduler and two workers, each a process of its own."""

from __future__ import annotations

import gc
import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from distributed import Client

from kpixl.errors import KpixlError
from kpixl.many.cluster import Cluster
from kpixl.many.orders import Order
from tests.books import put, sample_bytes
from tests.many_runs import LIGHT, Watched, files

WORKER = ("worker", "--nthreads", "1", "--no-dashboard", "--host", "127.0.0.1")


class Dask:
    """A scheduler on loopback, and the workers that are started for it."""

    def __init__(self, watched: Watched) -> None:
        self.watched = watched
        self.processes: list[subprocess.Popen[bytes]] = []
        self.file = watched.folder / "scheduler.json"

    def start(self, *words: str, **more: str) -> subprocess.Popen[bytes]:
        with (self.watched.folder / f"{len(self.processes)}.log").open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "dask", *words, "--scheduler-file", str(self.file)],
                env=self.watched.environment(**more), stdout=log, stderr=log,
                cwd=self.watched.folder,
            )  # fmt: skip
        self.processes.append(process)
        return process

    def scheduler(self) -> str:
        # A pack that kills its worker is given up at once, which spares starting more workers.
        once = {"DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "0"}
        self.start("scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard", **once)
        for _ in range(1200):
            if self.file.exists() and self.file.read_text():
                return str(json.loads(self.file.read_text())["address"])
            time.sleep(0.05)
        pytest.fail("the scheduler did not start")

    def worker(self, *words: str, **more: str) -> subprocess.Popen[bytes]:
        folder = str(self.watched.temporary())
        return self.start(*WORKER, "--local-directory", folder, *words, **more)

    def ready(self, address: str, workers: int = 0) -> str:
        """The address, once the scheduler has so many workers: kpixl waits for seconds only, and
        they may take longer to start on a machine that has much else to do."""
        with Client(address, timeout=60, set_as_default=False) as client:  # type: ignore[no-untyped-call]
            if workers:
                client.wait_for_workers(workers, timeout=120)
        return address

    def stop(self) -> None:
        for process in reversed(self.processes):
            process.send_signal(signal.SIGTERM)
        for process in self.processes:
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@pytest.fixture
def dask(tmp_path: Path) -> Iterator[Dask]:
    found = Dask(Watched(tmp_path))
    yield found
    found.stop()


def test_a_cluster_makes_the_bytes_that_a_pool_makes_and_reads_each_workbook_once(dask, tmp_path):
    for n in range(2):
        put(tmp_path / "books", f"b{n}.xlsx", sample_bytes("ja" if n % 2 else "en"))
    put(tmp_path / "books", "text.xlsx", b"hello")
    watched = dask.watched
    address = dask.scheduler()
    dask.worker("--no-nanny")
    dask.worker("--no-nanny")
    dask.ready(address, workers=2)
    words = ("books", "--each", "csf", "--pages", "cover")
    data = watched.data(*words, "-o", "cluster", "--cluster", address, code=1)
    assert [Path(one["workbook"]).name for one in data["failed"]] == ["text.xlsx"]
    assert watched.opened() == ["b0.xlsx", "b1.xlsx", "text.xlsx"]
    workers = {process.pid for process in dask.processes[1:]}
    assert watched.processes() <= workers
    watched.data(*words, "-o", "pool", "-j", "2", code=1)
    made = files(tmp_path / "pool", ".pdf")
    assert len(made) == 10
    assert files(tmp_path / "cluster", ".pdf") == made
    again = watched.data(*words, "-o", "cluster", "--cluster", address, "--resume", code=1)
    assert [one["kept"] for one in again["packs"]] == [True] * 10


def test_a_workbook_that_kills_every_worker_costs_only_itself(dask, tmp_path):
    for name in ("a.xlsx", "doomed.xlsx"):
        put(tmp_path / "books", name, sample_bytes("en"))
    address = dask.scheduler()
    dask.worker(WATCH_KILL="doomed.xlsx")
    dask.ready(address, workers=1)
    data = dask.watched.data("books", *LIGHT, "--cluster", address, code=1)
    assert [(Path(one["workbook"]).name, one["error"]) for one in data["failed"]] == [
        ("doomed.xlsx", "worker-died")
    ]
    assert list(files(tmp_path / "packs")) == ["2026-10_a_en.html"]


def test_a_cluster_without_kpixl_is_said_and_nothing_is_made(dask, tmp_path):
    put(tmp_path, "a.xlsx", sample_bytes("en"))
    other = tmp_path / "other"
    put(other / "kpixl", "__init__.py", b"")
    address = dask.scheduler()
    dask.worker("--no-nanny", PYTHONPATH=str(other))
    dask.ready(address, workers=1)
    told = dask.watched.run("a.xlsx", *LIGHT, "--cluster", address)
    assert told.returncode == 1
    assert "cannot run kpixl: ModuleNotFoundError" in told.stderr
    assert not (tmp_path / "packs").exists()


def test_a_cluster_of_another_version_is_said(dask, tmp_path):
    put(tmp_path, "a.xlsx", sample_bytes("en"))
    address = dask.scheduler()
    dask.worker("--no-nanny")
    dask.ready(address, workers=1)
    words = ("a.xlsx", *LIGHT, "--cluster", address)
    code = (
        "import kpixl, sys; kpixl.__version__ = '9.9'; from kpixl.cli import main; "
        "sys.argv[0] = 'kpixl'; main()"
    )
    told = subprocess.run(
        [sys.executable, "-c", code, "pack", *words], cwd=tmp_path,
        env=dask.watched.environment(), capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert told.returncode == 1
    assert "other templates than kpixl 9.9" in told.stderr
    assert not (tmp_path / "packs").exists()


def test_a_scheduler_that_goes_away_ends_the_run_with_a_sentence(dask, tmp_path):
    put(tmp_path / "books", "a.xlsx", sample_bytes("en"))
    put(tmp_path / "books", "held.xlsx", sample_bytes("en"))
    address = dask.scheduler()
    dask.worker("--no-nanny", WATCH_HOLD="held.xlsx")
    dask.ready(address, workers=1)
    process = dask.watched.start("books", *LIGHT, "--cluster", address)
    for _ in range(1200):
        if dask.watched.processes("held"):
            break
        time.sleep(0.05)
    dask.processes[0].kill()
    _, told = process.communicate(timeout=120)
    dask.processes[1].kill()
    assert process.returncode == 1
    assert "The connection to the Dask scheduler" in told
    assert "Traceback" not in told


@pytest.mark.parametrize(
    ("address", "code"),
    [("tcp://127.0.0.1:1", "cluster-unreachable"), ("nonsense", "cluster-unreachable")],
)
def test_a_scheduler_that_cannot_be_reached_is_said(address, code):
    with pytest.raises(KpixlError) as fault, Cluster(Order("packs"), address, patience=0.5):
        pass
    assert fault.value.code == code
    assert fault.value.details["reason"]
    # One that is still open would be closed by the collector, at a moment that may block.
    left = [one for one in gc.get_objects() if isinstance(one, Client)]
    assert {one.status for one in left} <= {"closed"}


def test_a_cluster_without_workers_is_said(dask):
    address = dask.ready(dask.scheduler())
    with (
        pytest.raises(KpixlError, match="cluster-empty"),
        Cluster(Order("packs"), address, patience=3.0),
    ):
        pass
