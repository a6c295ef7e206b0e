"""Which workbooks are meant, where their packs go, and filesystems that are not folders."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import fsspec
import pytest
from fsspec.implementations.memory import MemoryFileSystem

from kpixl.errors import UsageProblem
from kpixl.many import folders
from kpixl.many.addresses import Book, find_books, is_lone, local_path, placed, scheme_of
from kpixl.many.hands import OwnHands
from kpixl.many.orders import Failed, Made, Order, Outcome
from kpixl.many.remote import RemoteProblem, filesystem, read_remote, write_remote
from kpixl.many.run import run
from kpixl.many.start import find_hands, prepared
from kpixl.workbook.sample import sample_book
from tests.books import book_bytes, put, sample_bytes

LOGO = b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder, in which commands are given."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def memory() -> Iterator[MemoryFileSystem]:
    """An empty filesystem in memory."""
    fs = fsspec.filesystem("memory")
    fs.store.clear()
    yield fs
    fs.store.clear()


def sources(*arguments: str) -> list[str]:
    return [Path(book.source).as_posix() for book in find_books(arguments)]


# ---- Which workbooks are meant --------------------------------------------------------------


def test_a_pattern_that_no_shell_has_expanded_is_expanded(folder):
    for name in ("b.xlsx", "a.xlsx", "~$a.xlsx", ".hidden.xlsx", "notes.txt", "c.xlsm"):
        put(folder / "books", name, b"x")
    (folder / "books" / "folder.xlsx").mkdir()
    assert sources("books/*.xlsx") == ["books/a.xlsx", "books/b.xlsx"]
    assert sources("books/[bc].xls?") == ["books/b.xlsx", "books/c.xlsm"]
    assert sources("**/*.xlsm") == ["books/c.xlsm"]
    assert sources("books") == ["books/a.xlsx", "books/b.xlsx", "books/c.xlsm"]


def test_what_a_shell_has_expanded_has_no_lock_files_either(folder):
    assert sources("a.xlsx", "~$a.xlsx", "b.xlsx") == ["a.xlsx", "b.xlsx"]


def test_a_lock_file_that_was_named_alone_is_told_of(folder):
    assert sources("~$a.xlsx") == ["~$a.xlsx"]


def test_a_file_is_itself_even_where_its_name_looks_like_a_pattern(folder):
    put(folder, "plan [final].xlsx", b"x")
    assert sources("plan [final].xlsx") == ["plan [final].xlsx"]
    assert is_lone(["plan [final].xlsx"])


def test_a_workbook_named_twice_is_one(folder):
    put(folder / "books", "a.xlsx", b"x")
    whole = str(folder / "books" / "a.xlsx")
    assert sources("books/a.xlsx", "./books/../books/a.xlsx", "books", whole) == ["books/a.xlsx"]


@pytest.mark.parametrize("argument", ["books", "books/*.xlsx", "memory://nothing/*.xlsx"])
def test_where_there_is_no_workbook_that_is_wrong_use(argument, folder, memory):
    (folder / "books").mkdir()
    with pytest.raises(UsageProblem, match="no-workbooks"):
        find_books([argument])


@pytest.mark.parametrize(
    ("arguments", "lone"),
    [
        (["plan.xlsx"], True),
        (["./plan.xlsx"], True),
        (["nowhere.xlsx"], True),
        (["plan.xlsx", "b.xlsx"], False),
        (["*.xlsx"], False),
        (["."], False),
        (["s3://bucket/plan.xlsx"], False),
        (["file:///plan.xlsx"], False),
    ],
)
def test_one_workbook_is_told_from_what_may_be_many(arguments, lone, folder):
    assert is_lone(arguments) is lone


@pytest.mark.parametrize(
    ("address", "scheme"),
    [
        ("plan.xlsx", ""), ("C:\\books\\plan.xlsx", ""), ("C:/books/plan.xlsx", ""),
        ("S3://bucket/plan.xlsx", "s3"), ("file:///srv/plan.xlsx", ""), ("a/b://c.xlsx", ""),
        ("abfs://c@account.example/plan.xlsx", "abfs"),
    ],
)  # fmt: skip
def test_a_drive_is_no_scheme_and_a_file_url_is_a_path(address, scheme):
    assert scheme_of(address) == scheme


def test_file_urls_are_paths_with_and_without_a_drive():
    assert local_path("file:///srv/my plan.xlsx") == Path("/srv/my plan.xlsx")
    assert local_path("file:///C:/plan.xlsx") == Path("C:/plan.xlsx")


# ---- Where their packs go -------------------------------------------------------------------


def folders_of(*names: str) -> list[str]:
    return [book.folder for book in placed(names)]


def test_workbooks_of_different_names_need_no_folders():
    assert folders_of("a/x.xlsx", "b/y.xlsx") == ["", ""]


def test_workbooks_of_the_same_name_are_put_apart_by_their_folders():
    assert folders_of("tokyo/plan.xlsx", "osaka/plan.xlsx", "osaka/other.xlsx") == [
        "tokyo", "osaka", "",
    ]  # fmt: skip
    assert folders_of("tokyo/Plan.xlsx", "osaka/plan.xlsm") == ["tokyo", "osaka"]


def test_where_the_folders_are_called_the_same_a_digest_tells_them_apart():
    found = folders_of("a/2026/plan.xlsx", "b/2026/plan.xlsx", "c/2025/plan.xlsx")
    assert found[2] == "2025"
    assert found[0] != found[1]
    assert all(one.startswith("2026-") and len(one) == 11 for one in found[:2])
    same = folders_of("a/plan.xlsx", "a/plan.xlsm")
    assert len(set(same)) == 2


def test_urls_are_put_apart_as_paths_are():
    assert folders_of("s3://tokyo/plan.xlsx", "s3://osaka/plan.xlsx", "plan2.xlsx") == [
        "tokyo", "osaka", "",
    ]  # fmt: skip


def test_no_pack_overwrites_the_pack_of_a_workbook_of_the_same_name(folder):
    put(folder / "tokyo", "plan.xlsx", sample_bytes("en"))
    put(folder / "osaka", "plan.xlsx", sample_bytes("en"))
    made = all_made(["tokyo", "osaka"], light("packs"))
    assert [one.files[0].name for one in made] == [
        "tokyo/2026-10_plan_en.html", "osaka/2026-10_plan_en.html",
    ]  # fmt: skip
    assert all((folder / "packs" / one.files[0].name).is_file() for one in made)


# ---- Filesystems ----------------------------------------------------------------------------


def light(target: str, **more: Any) -> Order:
    order = Order(target=target, formats=("html",), pages=("cover",))
    return replace(order, **more)


def outcomes(arguments: list[str], order: Order) -> list[Outcome]:
    books, order = prepared(arguments, order)
    with find_hands(books, order, 1, None) as hands:
        return [step.outcome for step in sorted(run(books, hands), key=lambda step: step.place)]


def all_made(arguments: list[str], order: Order) -> list[Made]:
    found = outcomes(arguments, order)
    assert [one for one in found if not isinstance(one, Made)] == []
    return [one for one in found if isinstance(one, Made)]


def test_workbooks_and_packs_may_lie_on_another_filesystem(folder, memory):
    put(folder / "books", "a.xlsx", sample_bytes("en"))
    put(folder / "books", "b.xlsx", sample_bytes("ja"))
    here = all_made(["books"], light("packs"))
    for name in ("a", "b"):
        memory.pipe_file(f"/in/{name}.xlsx", (folder / "books" / f"{name}.xlsx").read_bytes())
    memory.pipe_file("/in/~$a.xlsx", b"x")
    memory.pipe_file("/in/notes.txt", b"x")
    for argument in ("memory://in", "memory://in/*.xlsx"):
        there = all_made([argument], light("memory://out/packs"))
        assert [one.files[0].sha256 for one in there] == [one.files[0].sha256 for one in here]
        assert [one.workbook for one in there] == ["memory://in/a.xlsx", "memory://in/b.xlsx"]
    assert (
        memory.cat_file("/out/packs/2026-10_a_en.html")
        == (folder / "packs" / "2026-10_a_en.html").read_bytes()
    )
    assert [one for one in memory.find("/out") if one.endswith(".part")] == []


def test_a_run_on_another_filesystem_goes_on_where_it_was(memory):
    memory.pipe_file("/in/a.xlsx", sample_bytes("en"))
    memory.pipe_file("/in/b.xlsx", sample_bytes("ja"))
    order = light("memory://out", resume=True, each="csf")
    assert [one.kept for one in all_made(["memory://in"], order)] == [False] * 10
    memory.rm_file("/out/2026-10_a_QUALITY_en.html")
    memory.pipe_file("/out/2026-10_b_PEOPLE_ja.html", b"another")
    made = [one for one in all_made(["memory://in"], order) if not one.kept]
    assert [(one.workbook, one.scope) for one in made] == [
        ("memory://in/a.xlsx", "QUALITY"), ("memory://in/b.xlsx", "PEOPLE"),
    ]  # fmt: skip


def test_the_logo_that_lies_with_a_workbook_elsewhere_is_on_its_packs(folder, memory):
    content = sample_book("en")
    settings = {**content.settings, "logo": "logo.svg"}
    data = book_bytes(replace(content, settings=settings))
    put(folder / "books", "a.xlsx", data)
    put(folder / "books", "logo.svg", LOGO)
    memory.pipe_file("/in/a.xlsx", data)
    (failed,) = outcomes(["memory://in/a.xlsx"], light("memory://out"))
    assert isinstance(failed, Failed)
    assert (failed.code, failed.details["found"]) == ("logo-missing", "logo.svg")
    memory.pipe_file("/in/logo.svg", LOGO)
    (here,) = all_made(["books"], light("packs"))
    (there,) = all_made(["memory://in/a.xlsx"], light("memory://out"))
    assert here.files[0].sha256 == there.files[0].sha256


@pytest.mark.parametrize("name", ["../secret.svg", "/secret.svg", "..\\secret.svg", "a/../../x"])
def test_no_logo_leads_out_of_the_folder_of_its_workbook(name, folder, memory):
    put(folder, "secret.svg", LOGO)
    memory.pipe_file("/secret.svg", LOGO)
    assert folders.read_beside(str(folder / "books" / "a.xlsx"), name, 99) is None
    assert folders.read_beside("memory://in/a.xlsx", name, 99) is None


def test_a_workbook_elsewhere_has_the_limits_of_one_here(memory, monkeypatch):
    monkeypatch.setattr(folders, "MAX_FILE", 1000)
    memory.pipe_file("/in/a.xlsx", sample_bytes("en"))
    memory.pipe_file("/in/b.xlsx", b"hello")
    large, text = outcomes(["memory://in"], light("memory://out"))
    assert isinstance(large, Failed)
    assert isinstance(text, Failed)
    assert (large.code, large.details["file"]) == ("file-too-large", "a.xlsx")
    assert (text.code, text.details["file"]) == ("file-text", "b.xlsx")


def test_file_urls_are_folders(folder):
    put(folder / "books", "a.xlsx", sample_bytes("en"))
    (made,) = all_made([f"file://{folder}/books/*.xlsx"], light(f"file://{folder}/out"))
    assert made.files[0].address == str(folder / "out" / "2026-10_a_en.html")
    assert (folder / "out" / "2026-10_a_en.html").is_file()


# ---- What may be wrong there ----------------------------------------------------------------


class Locked(MemoryFileSystem):  # type: ignore[misc]  # fsspec has no types
    """A filesystem on which files can be seen but not opened, nor written."""

    protocol = "locked"
    fault: Exception = PermissionError("no")

    def _open(self, path: str, mode: str = "rb", **_: Any) -> Any:
        raise self.fault

    @classmethod
    def _strip_protocol(cls, path: str) -> str:
        return "/" + path.removeprefix("locked://").lstrip("/")


@pytest.fixture
def locked(monkeypatch: pytest.MonkeyPatch) -> type[Locked]:
    fsspec.register_implementation("locked", Locked, clobber=True)
    return Locked


def test_what_may_not_be_read_or_written_is_said(locked):
    (failed,) = outcomes(["locked://in/a.xlsx"], light_here())
    assert isinstance(failed, Failed)
    assert (failed.code, failed.details) == ("remote-forbidden", {"found": "locked://in/a.xlsx"})


def light_here() -> Order:
    return light("memory://out")


def test_a_target_that_cannot_be_written_stops_the_run_before_it_begins(locked, monkeypatch):
    monkeypatch.setattr(Locked, "fault", RuntimeError("Could not connect to the endpoint"))
    with pytest.raises(RemoteProblem) as fault:
        prepared(["memory://in/a.xlsx"], light("locked://out"))
    assert fault.value.code == "remote-failed"
    assert fault.value.details["reason"] == "Could not connect to the endpoint"


def test_a_file_that_is_not_there_is_missing(memory):
    (failed,) = outcomes(["memory://in/a.xlsx"], light_here())
    assert isinstance(failed, Failed)
    assert (failed.code, failed.details) == ("remote-missing", {"found": "memory://in/a.xlsx"})
    with pytest.raises(RemoteProblem, match="remote-missing"):
        read_remote("memory://in/a.xlsx", 9)


def test_an_unknown_scheme_is_wrong_use():
    with pytest.raises(UsageProblem, match="remote-scheme"):
        filesystem("nonsense://a/b.xlsx")


def test_a_scheme_whose_package_is_missing_says_which(monkeypatch):
    def missing(address: str) -> None:
        raise ImportError("Install s3fs to access S3")

    monkeypatch.setattr("fsspec.core.url_to_fs", missing)
    with pytest.raises(UsageProblem) as fault:
        filesystem("s3://bucket/plan.xlsx")
    assert fault.value.code == "remote-package"
    assert fault.value.details == {"scheme": "s3", "reason": "Install s3fs to access S3"}


def test_memory_belongs_to_one_process(memory):
    books = (Book("memory://in/a.xlsx"), Book("b.xlsx"))
    assert isinstance(find_hands(books, light("packs"), None, None), OwnHands)
    for processes, cluster in ((2, None), (None, "tcp://127.0.0.1:1")):
        with pytest.raises(UsageProblem, match="one-process-only"):
            find_hands(books, light("packs"), processes, cluster)


def test_a_half_written_file_is_never_seen_under_its_name(memory, monkeypatch):
    seen: list[list[str]] = []
    move = MemoryFileSystem.mv

    def watched(fs: MemoryFileSystem, old: str, new: str, **options: Any) -> None:
        seen.append(fs.find("/out"))
        move(fs, old, new, **options)

    monkeypatch.setattr(MemoryFileSystem, "mv", watched)
    write_remote("memory://out/a.pdf", b"whole")
    ((before,),) = seen
    assert before.startswith("/out/.kpixl-")
    assert memory.cat_file("/out/a.pdf") == b"whole"
    assert memory.find("/out") == ["/out/a.pdf"]


def test_what_cannot_be_moved_is_taken_away_again(memory, monkeypatch):
    def fails(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(MemoryFileSystem, "mv", fails)
    with pytest.raises(RemoteProblem, match="No space left"):
        write_remote("memory://out/a.pdf", b"whole")
    assert memory.find("/out") == []


def test_a_run_that_is_resumed_takes_away_what_was_half_written(memory):
    memory.pipe_file("/out/.kpixl-0123.part", b"half")
    memory.pipe_file("/out/keep.part", b"yours")
    folders.clean("memory://out")
    assert memory.find("/out") == ["/out/keep.part"]
