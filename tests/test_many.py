"""Many packs at once, in real processes: what is made, what fails, and what is never done twice."""

from __future__ import annotations

import json
import os
import pickle
import random
import re
import signal
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from kpixl.cli import app
from kpixl.errors import KpixlError
from kpixl.many.addresses import Book
from kpixl.many.hands import OwnHands, Pool, Result, Task
from kpixl.many.orders import Failed, Made, Opened, Order, Piece
from kpixl.many.run import run
from kpixl.many.start import prepared
from kpixl.plan.month import Month
from tests.books import put, sample_bytes, spoilt_bytes
from tests.many_runs import LIGHT, Watched, files, is_running
from tests.packs import sample_review

CSFS = ("ONLINE", "PEOPLE", "QUALITY", "SUBSC", "WHOLESALE")


@pytest.fixture
def watched(tmp_path: Path) -> Watched:
    return Watched(tmp_path)


@pytest.fixture
def books(tmp_path: Path) -> Path:
    """Four workbooks, English and Japanese."""
    for n in range(4):
        put(tmp_path / "books", f"b{n}.xlsx", sample_bytes("ja" if n % 2 else "en"))
    return tmp_path / "books"


def until(found: Callable[[], object], what: str) -> None:
    """Wait for something that another process does."""
    for _ in range(1200):
        if found():
            return
        time.sleep(0.05)
    pytest.fail(f"waited in vain for {what}")


# ---- The same packs, whoever makes them -----------------------------------------------------


@pytest.mark.parametrize("language", ["en", "ja"])
def test_a_review_arrives_equal_in_another_process(language: str):
    whole = sample_review(language)
    arrived = pickle.loads(pickle.dumps(whole))  # noqa: S301 - made here
    assert arrived == whole
    assert arrived.by_id.keys() == whole.by_id.keys()
    assert arrived.by_id["ONLINE"] is arrived.goals[arrived.goals.index(arrived.by_id["ONLINE"])]


def test_a_pool_makes_the_bytes_that_one_process_makes(books, watched):
    words = ("books/b0.xlsx", "books/b1.xlsx", "--each", "csf", "--pages", "cover", "--html")
    alone = watched.data(*words, "-o", "alone", "-j", "1")
    pool = watched.data(*words, "-o", "pool", "-j", "2")
    assert len(alone["files"]) == len(pool["files"]) == 2 * 5 * 2
    assert [Path(one).name for one in alone["files"]] == [Path(one).name for one in pool["files"]]
    for ending in (".pdf", ".html"):
        found = files(watched.folder / "alone", ending)
        assert len(found) == 10
        assert files(watched.folder / "pool", ending) == found


def test_every_workbook_is_read_once_however_many_packs_it_gives(books, watched):
    made = watched.data("books", "--each", "csf", "--lang", "en", "--lang", "ja", *LIGHT, "-j", "2")
    assert len(made["files"]) == 4 * 5 * 2
    assert watched.opened() == ["b0.xlsx", "b1.xlsx", "b2.xlsx", "b3.xlsx"]
    assert len(watched.processes()) == 2


def test_packs_are_told_in_the_order_of_the_workbooks(books, watched):
    told = watched.run("books/b3.xlsx", "books/b0.xlsx", *LIGHT, "-j", "2").stdout.splitlines()
    assert told == [
        "Wrote packs/2026-10_b3_ja.html",
        "Wrote packs/2026-10_b0_en.html",
        "Packs: 2. Made: 2. Already there: 0. Failed: 0.",
    ]


def test_one_pack_of_one_workbook_needs_nothing_that_many_need(tmp_path, watched):
    put(tmp_path, "plan.xlsx", sample_bytes("en"))
    found = watched.run("plan.xlsx", *LIGHT, "-j", "2", PYTHONPROFILEIMPORTTIME="1")
    assert found.stdout == "Wrote packs/2026-10_plan_en.html\n"
    imported = {line.split("|")[-1].strip() for line in found.stderr.splitlines()}
    assert "kpixl.jobs" in imported
    heavy = {"kpixl.many.hands", "pebble", "fsspec", "distributed", "multiprocessing"}
    assert imported & heavy == set()
    assert [path.name for path in (tmp_path / "packs").iterdir()] == ["2026-10_plan_en.html"]


# ---- What fails -----------------------------------------------------------------------------


def test_what_is_wrong_with_some_workbooks_keeps_no_pack_of_the_others(books, watched):
    put(books, "a_text.xlsx", b"hello")
    put(books, "spoilt.xlsx", spoilt_bytes("DEFECT"))
    told = watched.run("books", "nowhere.xlsx", *LIGHT, "-j", "2")
    assert told.returncode == 1
    assert len(files(watched.folder / "packs")) == 4
    lines = told.stderr.splitlines()
    assert lines[0] == (
        "books/a_text.xlsx: a_text.xlsx holds text (CSV / TSV), whatever its name says."
    )
    assert "books/spoilt.xlsx: No pack was made: its data has errors." in lines
    assert any(line.strip().startswith("Actuals AH16: “about nine”") for line in lines)
    assert any(line.startswith("nowhere.xlsx: There is no file nowhere.xlsx") for line in lines)
    assert told.stdout.splitlines()[-1] == "Packs: 7. Made: 4. Already there: 0. Failed: 3."
    data = watched.data("books", "nowhere.xlsx", *LIGHT, "-j", "1", code=1)
    assert [(one["workbook"], one["error"]) for one in data["failed"]] == [
        ("books/a_text.xlsx", "file-text"),
        ("books/spoilt.xlsx", "data-errors"),
        ("nowhere.xlsx", "file-missing"),
    ]


def test_a_bad_value_costs_only_the_pack_of_its_scope(books, watched):
    put(books, "spoilt.xlsx", spoilt_bytes("DEFECT"))
    words = ("books/b0.xlsx", "books/spoilt.xlsx", "--each", "csf", *LIGHT, "-j", "2")
    data = watched.data(*words, code=1)
    assert [(one["workbook"], one["scope"]) for one in data["failed"]] == [
        ("books/spoilt.xlsx", "QUALITY")
    ]
    assert len(data["files"]) == 9


def test_a_worker_that_is_killed_costs_only_its_pack(books, watched):
    put(books, "a_doomed.xlsx", sample_bytes("en"))
    data = watched.data("books", *LIGHT, "-j", "2", code=1, WATCH_KILL="a_doomed.xlsx")
    (failed,) = data["failed"]
    assert (failed["workbook"], failed["error"]) == ("books/a_doomed.xlsx", "worker-died")
    assert "exit status −9" in failed["what"]
    assert sorted(files(watched.folder / "packs")) == [
        "2026-10_b0_en.html", "2026-10_b1_ja.html", "2026-10_b2_en.html", "2026-10_b3_ja.html",
    ]  # fmt: skip
    assert list(watched.temporary().glob("kpixl-reviews-*")) == []


def test_a_worker_that_somebody_kills_from_outside_costs_only_its_pack(books, watched):
    put(books, "a_held.xlsx", sample_bytes("en"))
    process = watched.start("books", *LIGHT, "-j", "2", "--json", WATCH_HOLD="a_held.xlsx")
    until(lambda: watched.processes("a_held"), "the workbook to be opened")
    (worker,) = watched.processes("a_held")
    assert worker != process.pid
    os.kill(worker, signal.SIGKILL)
    out, _ = process.communicate(timeout=120)
    data = json.loads(out)
    assert [one["workbook"] for one in data["failed"]] == ["books/a_held.xlsx"]
    assert len(data["files"]) == 4


def test_a_worker_killed_while_it_writes_leaves_no_half_pack_and_resume_tidies_up(books, watched):
    name = "2026-10_b0_en.html"
    words = ("books/b0.xlsx", "books/b1.xlsx", *LIGHT, "-j", "2")
    data = watched.data(*words, code=1, WATCH_KILL=name)
    assert [(one["workbook"], one["error"]) for one in data["failed"]] == [
        ("books/b0.xlsx", "worker-died")
    ]
    packs = watched.folder / "packs"
    assert list(files(packs)) == ["2026-10_b1_ja.html"]
    assert len(list(packs.glob(".kpixl-*.part"))) == 1
    ours = put(packs, f".kpixl-{os.getpid()}-0123abcd.part", b"%PDF-half")
    assert names_of(watched.data(*words, "--resume")) == ["b0.xlsx"]
    assert list(packs.glob(".kpixl-*.part")) == [ours], "its process is running"
    assert name in files(packs)


def test_a_pack_that_does_not_come_to_its_end_is_given_up(books, watched, monkeypatch):
    for name, value in watched.environment(WATCH_HOLD="b0.xlsx").items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(watched.folder)
    found, order = prepared(["books/b0.xlsx", "books/b1.xlsx"], light(watched.folder))
    # Long enough for the other one, whatever else the machine has to do.
    with Pool(order, 2, seconds=20.0) as pool:
        outcomes = {step.outcome.workbook: step.outcome for step in run(found, pool)}
    late = outcomes["books/b0.xlsx"]
    assert isinstance(late, Failed)
    assert (late.code, late.details["seconds"]) == ("pack-too-slow", 20)
    assert isinstance(outcomes["books/b1.xlsx"], Made)


def test_an_idle_worker_that_dies_is_replaced_and_nobody_notices(books, monkeypatch):
    monkeypatch.chdir(books.parent)
    found, order = prepared(["books"], light(books.parent))
    with Pool(order, 1) as pool:
        pool.start(Task(0, found[0]))
        assert isinstance(pool.finished()[0][1], Opened)
        (worker,) = pool._pool._pool_manager.worker_manager.workers
        os.kill(worker, signal.SIGKILL)
        until(lambda: not is_running(worker), "the worker's end")
        pool.start(Task(1, found[1]))
        results: list[tuple[Task, Result]] = []
        while not results:
            results.extend(pool.finished())
    ((task, opened),) = results
    assert task.number == 1
    assert isinstance(opened, Opened)
    assert isinstance(opened.outcomes[0][1], Made)


def light(folder: Path, **more: object) -> Order:
    """An order of covers as HTML."""
    order = Order(target=str(folder / "packs"), formats=("html",), pages=("cover",))
    return replace(order, **more)  # type: ignore[arg-type]


def test_a_fault_of_our_own_costs_its_pack_and_is_shown_with_debug(books, monkeypatch):
    monkeypatch.chdir(books.parent)
    monkeypatch.setenv("KPIXL_LANG", "en")
    real = pickle.dumps

    def broken(book: Book, order: Order) -> bytes:
        if book.name == "b1.xlsx":
            raise ZeroDivisionError("division by zero")
        return real(None)

    def open_book(book: Book, order: Order) -> tuple[Opened, None]:
        from kpixl.many.work import failed

        try:
            broken(book, order)
        except ZeroDivisionError as fault:
            return Opened(((0, failed(fault, book)),)), None
        return Opened(((0, Made(book.source, "", "en", ())),)), None

    monkeypatch.setattr("kpixl.many.hands.open_book", open_book)
    told = CliRunner().invoke(app, ["pack", "books", "-j", "1", "--debug"])
    assert told.exit_code == 1
    assert "books/b1.xlsx: kpixl met a fault of its own: ZeroDivisionError" in told.stderr
    assert f"line {broken.__code__.co_firstlineno + 2}, in broken\n" in told.stderr


# ---- Stopped, and going on ------------------------------------------------------------------


def names_of(made: dict[str, object]) -> list[str]:
    packs = made["packs"]
    assert isinstance(packs, list)
    return [Path(one["workbook"]).name for one in packs if not one["kept"]]


def made_now(folder: Path, **more: object) -> list[str]:
    """The workbooks of which a run that is resumed makes packs, in this process."""
    found, order = prepared([str(folder / "books")], light(folder, resume=True, **more))
    with OwnHands(order) as hands:
        outcomes = [step.outcome for step in run(found, hands)]
    assert all(isinstance(one, Made) for one in outcomes)
    return [Path(one.workbook).name for one in outcomes if isinstance(one, Made) and not one.kept]


def test_what_is_still_there_is_not_made_again(books, watched):
    words = ("books", *LIGHT, "-j", "1")
    watched.data(*words)
    before = {path: path.stat().st_mtime_ns for path in (watched.folder / "packs").glob("*.html")}
    assert len(before) == 4
    told = watched.run(*words, "--resume").stdout
    assert told == "Packs: 4. Made: 0. Already there: 4. Failed: 0.\n"
    assert {path: path.stat().st_mtime_ns for path in before} == before


def test_what_has_changed_is_made_again_and_nothing_else(books, tmp_path):
    assert len(made_now(tmp_path)) == 4
    packs = tmp_path / "packs"
    put(books, "b0.xlsx", sample_bytes("ja"))
    assert made_now(tmp_path) == ["b0.xlsx"]
    (packs / "2026-10_b1_ja.html").write_bytes(b"somebody else's")
    (packs / "2026-10_b2_en.html").unlink()
    assert made_now(tmp_path) == ["b1.xlsx", "b2.xlsx"]
    assert made_now(tmp_path) == []


@pytest.mark.parametrize(
    "other",
    [
        {"as_of": date(2026, 11, 30)},
        {"month": Month(2026, 9)},
        {"draft": True},
        {"scope": "ONLINE"},
        {"languages": ("ja",)},
        {"pages": ("summary",)},
        {"formats": ("html", "pdf"), "pages": ("cover",)},
    ],
)
def test_another_order_is_another_pack(other, tmp_path):
    put(tmp_path / "books", "b0.xlsx", sample_bytes("en"))
    assert made_now(tmp_path) == ["b0.xlsx"]
    assert made_now(tmp_path, **other) == ["b0.xlsx"]
    assert made_now(tmp_path, **other) == []


def test_other_templates_give_other_packs(tmp_path):
    put(tmp_path / "books", "b0.xlsx", sample_bytes("en"))
    own = put(tmp_path / "own", "cover.html", b'{% extends "kpixl/cover.html" %}')
    templates = str(own.parent)
    assert made_now(tmp_path) == made_now(tmp_path, templates=templates) == ["b0.xlsx"]
    assert made_now(tmp_path, templates=templates) == []
    own.write_bytes(b'{% extends "kpixl/cover.html" %}\n')
    assert made_now(tmp_path, templates=templates) == ["b0.xlsx"]


def test_another_logo_beside_the_workbook_is_another_pack(tmp_path, logo_book):
    assert made_now(tmp_path) == ["logo.xlsx"]
    assert made_now(tmp_path) == []
    picture = logo_book / "logo.svg"
    picture.write_bytes(picture.read_bytes() + b"<!-- another -->")
    assert made_now(tmp_path) == ["logo.xlsx"]
    assert made_now(tmp_path) == []


@pytest.fixture
def logo_book(tmp_path: Path) -> Path:
    """A folder with a workbook whose Settings name a picture beside it."""
    from kpixl.workbook.sample import sample_book
    from tests.books import book_bytes

    content = sample_book("en")
    data = book_bytes(replace(content, settings={**content.settings, "logo": "logo.svg"}))
    picture = b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'
    put(tmp_path / "books", "logo.svg", picture)
    return put(tmp_path / "books", "logo.xlsx", data).parent


def test_a_run_killed_at_any_time_goes_on_and_makes_the_same_packs(books, watched):
    # Packs that take their time: a run that has come to its end has nothing to resume.
    words = ("books", "--each", "csf", "--pages", "summary,scorecard,goals", "-j", "2")
    watched.data(*words, "-o", "whole")
    wanted = files(watched.folder / "whole", ".pdf")
    assert len(wanted) == 20
    chance = random.Random(7)
    packs = watched.folder / "packs"
    for _ in range(3):
        enough = len(files(packs, ".pdf")) + chance.randrange(1, 5)
        kill_when(watched, words, enough)
        for name, data in files(packs, ".pdf").items():
            assert data == wanted[name], name
    made = watched.data(*words, "--resume")
    assert files(packs, ".pdf") == wanted
    assert [one["kept"] for one in made["packs"]].count(True) >= 3
    assert [path.name for path in packs.rglob("*.part")] == []


def kill_when(watched: Watched, words: Sequence[str], enough: int) -> None:
    """Start a run, kill it when there are enough packs, and see that no worker outlives it."""
    watched.log.unlink(missing_ok=True)
    process = watched.start(*words, "--resume")
    packs = watched.folder / "packs"
    until(lambda: len(files(packs, ".pdf")) >= enough or process.poll() is not None, "packs")
    workers = watched.processes()
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=60)
    until(lambda: not any(is_running(one) for one in workers), "the workers' end")
    until(lambda: not list(watched.temporary().glob("kpixl-reviews-*")), "the reviews' end")


def test_ctrl_c_stops_at_once_and_says_how_to_go_on(books, watched):
    put(books, "z_held.xlsx", sample_bytes("en"))
    process = watched.start("books", *LIGHT, "-j", "2", WATCH_HOLD="z_held.xlsx")
    packs = watched.folder / "packs"
    until(lambda: watched.processes("z_held") and len(files(packs)) == 4, "four packs")
    workers = watched.processes()
    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=60)
    assert process.returncode == 130
    # A pack that is written may not have been told of yet.
    assert re.search(r"[34] of 5 packs are finished\. The same command with --resume goes on", told)
    assert "Traceback" not in told
    assert not any(is_running(one) for one in workers)
    assert names_of(watched.data("books", *LIGHT, "-j", "1", "--resume")) == ["z_held.xlsx"]


def test_ctrl_c_in_a_terminal_reaches_all_processes_and_only_one_answers(books, watched):
    put(books, "z_held.xlsx", sample_bytes("en"))
    process = watched.start("books", *LIGHT, "-j", "2", WATCH_HOLD="z_held.xlsx")
    until(lambda: len(children(process.pid)) == 3, "the workers")
    # Two workers and what multiprocessing starts for them, while they are still importing.
    for one in children(process.pid):
        os.kill(one, signal.SIGINT)
    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=60)
    assert process.returncode == 130
    assert told.count("\n") <= 2
    assert "of 5 packs are finished" in told


def children(process: int) -> list[int]:
    found = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    return [int(one) for one in found]


def test_one_workbook_leaves_nothing_behind_but_its_packs(books, watched):
    watched.data("books/b0.xlsx", "--each", "csf", *LIGHT, "-j", "2")
    names = [path.name for path in (watched.folder / "packs").iterdir()]
    assert sorted(names) == [f"2026-10_b0_{scope}_en.html" for scope in CSFS]


@pytest.mark.parametrize(
    "words",
    [
        ("none.xlsx",),
        ("none.xlsx", "--each", "csf"),
        ("none.xlsx", "nor_this.xlsx", "-j", "1"),
        ("books/b0.xlsx", "--scope", "NOBODY"),
        ("books/b0.xlsx", "books/b1.xlsx", "--scope", "NOBODY", "-j", "1"),
    ],
)
def test_where_no_pack_was_made_there_is_no_folder_for_them(words, books, watched):
    assert watched.run(*words, *LIGHT).returncode in (1, 2)
    assert not (watched.folder / "packs").exists()
    (watched.folder / "packs").mkdir()  # somebody's own, and empty
    watched.run(*words, *LIGHT)
    assert [*(watched.folder / "packs").iterdir()] == []


# ---- How tasks are given out ----------------------------------------------------------------


class Counting:
    """Hands that finish the newest task first, and count what they are given."""

    room = 4

    def __init__(self, packs: int, stem: str = "{book}_{part}") -> None:
        self.packs, self.stem = packs, stem
        self.waiting: list[Task] = []
        self.most_waiting = self.most_open = 0
        self.open: set[int] = set()

    def __enter__(self) -> Counting:
        return self

    def __exit__(self, *fault: object) -> None:
        pass

    def start(self, task: Task) -> None:
        self.waiting.append(task)
        self.most_waiting = max(self.most_waiting, len(self.waiting))

    def finished(self) -> list[tuple[Task, Result]]:
        task = self.waiting.pop()
        if task.piece is not None:
            assert task.number in self.open
            return [(task, Made(task.book.source, task.piece.scope, "en", ()))]
        self.open.add(task.number)
        self.most_open = max(self.most_open, len(self.open))
        pieces = tuple(
            (part, Piece(task.book, "", f"S{part}", "en",
                         self.stem.format(book=task.book.name, part=part)))
            for part in range(self.packs)
        )  # fmt: skip
        return [(task, Opened((), pieces))]

    def release(self, number: int) -> None:
        self.open.discard(number)


def test_however_many_workbooks_there_are_few_reviews_are_open_at_a_time():
    hands = Counting(packs=20)
    steps = list(run([Book(f"b{n}.xlsx") for n in range(200)], hands))
    assert len(steps) == 4000
    assert len({step.place for step in steps}) == 4000
    assert (steps[-1].done, steps[-1].total) == (4000, 4000)
    assert hands.most_waiting == 4
    assert hands.most_open <= 4
    assert hands.open == set()


def test_no_pack_takes_the_file_of_another():
    hands = Counting(packs=2, stem="2026-10_{part}")
    steps = list(run([Book("a.xlsx"), Book("b.xlsx", "elsewhere"), Book("c.xlsx")], hands))
    failed = [step.outcome for step in steps if isinstance(step.outcome, Failed)]
    assert [one.code for one in failed] == ["name-taken", "name-taken"]
    assert len({one.workbook for one in failed} & {"a.xlsx", "c.xlsx"}) >= 1
    assert all(one.workbook != "b.xlsx" for one in failed)


def test_a_failure_becomes_the_fault_again_that_it_was():
    one = Failed("a.xlsx", "", "", "no-such-folder", {"found": "x"}, is_usage=True)
    fault = pickle.loads(pickle.dumps(one)).fault()  # noqa: S301 - made here
    assert isinstance(fault, KpixlError)
    assert (fault.code, fault.details) == ("no-such-folder", {"found": "x"})


def test_own_hands_forget_a_review_when_its_packs_are_made(books, monkeypatch):
    monkeypatch.chdir(books.parent)
    found, order = prepared(["books"], light(books.parent, each="csf"))
    with OwnHands(order) as hands:
        most = 0
        for _ in run(found, hands):
            most = max(most, len(hands._read))
        assert most == 1
        assert hands._read == {}
