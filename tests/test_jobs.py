"""One job, end to end: what is written, where, and what keeps it from being written."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import IO

import pytest

from kpixl.checking import check_workbook
from kpixl.demo import demo_steps
from kpixl.errors import UsageProblem
from kpixl.files import try_folder, write_all
from kpixl.jobs import (
    CannotWrite,
    DataErrors,
    NotReadable,
    PackJob,
    make_pack,
    new_workbook,
    pack_stem,
    review_workbook,
    safe_name,
    write_export,
    write_file,
)
from kpixl.plan.model import Source
from kpixl.plan.month import Month
from kpixl.review.review import review
from kpixl.review.scope import scoped, scopes_by
from kpixl.workbook.content import BookContent
from tests.books import put, sample_bytes, spoilt_bytes
from tests.plans import goal, plan_of

HTML = ("html",)
HOSTILE = (
    "../../etc/passwd", "/etc/passwd", "..\\..\\windows", "C:\\temp\\x", "a\0b", "a\nb", "..", ".",
    "-rf", "", " ", "CON", "nul.txt", 'a"b', "a|b<c>d?e*f:g", "~", "$(rm)", "`x`", "%2e%2e",
    "営業部／東日本", "x" * 500, "営" * 300, "\u202egnp.exe", "a" * 95 + "営",
)  # fmt: skip


# ---- Names ----------------------------------------------------------------------------------


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_can_leave_its_folder_or_break_a_file_name(text, tmp_path):
    name = f"2026-10_{safe_name(text)}_en.pdf"
    assert not set(name) & set('/\\:*?"<>|\0\n\u202e')
    assert ".." not in Path(name).parts
    assert len(f".kpixl-{name}".encode()) < 200
    path = write_file(tmp_path / name, b"x")
    assert path.parent == tmp_path
    assert path.read_bytes() == b"x"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("plan", "plan"),
        ("plan 2026", "plan_2026"),
        ("KPI管理表", "KPI管理表"),
        ("dept:Human Resources", "dept-Human_Resources"),
        ("owner:佐藤 一郎", "owner-佐藤_一郎"),
        ("R&D", "R&D"),
    ],
)
def test_ordinary_names_stay_readable(text, name):
    assert safe_name(text) == name


def test_different_texts_get_different_names():
    texts = [*HOSTILE, "dept:A/B", "dept:A-B", "dept:A:B", "営" * 299, "x" * 499]
    assert len({safe_name(text).casefold() for text in texts}) == len({*texts}) - 1  # "" is " "


def test_a_packs_name_sorts_by_month_and_says_book_scope_and_language():
    plan = plan_of(goal("A", owner="Sato"), source=Source("my plan.xlsx"))
    found = review(plan, Month(2026, 6))
    assert pack_stem(found, "ja") == "2026-06_my_plan_ja"
    assert pack_stem(scoped(found, "担当：sato"), "en") == "2026-06_my_plan_owner-Sato_en"


# ---- Writing --------------------------------------------------------------------------------


def test_a_file_is_written_whole_or_not_at_all(tmp_path, monkeypatch):
    path = put(tmp_path, "pack.pdf", b"old")

    def full(self: Path, data: bytes) -> int:
        with open(self, "wb") as file:  # noqa: PTH123 -- the method itself is replaced
            file.write(data[:2])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(CannotWrite, match="No space left"):
        write_file(path, b"new pack")
    assert path.read_bytes() == b"old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["pack.pdf"]


def test_a_file_that_was_not_written_leaves_no_folder_that_was_made_for_it(tmp_path, monkeypatch):
    (tmp_path / "mine").mkdir()

    def full(self: Path, data: bytes) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(CannotWrite):
        write_file(tmp_path / "mine" / "a" / "b" / "pack.pdf", b"pack")
    assert [*tmp_path.rglob("*")] == [tmp_path / "mine"]


def test_several_files_are_written_all_or_none(tmp_path, monkeypatch):
    written = Path.write_bytes

    def full(self: Path, data: bytes) -> int:
        if data == b"two":
            raise OSError(28, "No space left on device")
        return written(self, data)

    monkeypatch.setattr(Path, "write_bytes", full)
    (tmp_path / "mine").mkdir()
    for folder in (tmp_path / "a" / "b", tmp_path / "mine"):
        with pytest.raises(CannotWrite) as fault:
            write_all([(folder / "1", b"one"), (folder / "2", b"two")])
        assert fault.value.details["form"] == "full"
    assert [*tmp_path.rglob("*")] == [tmp_path / "mine"]
    assert write_all([(tmp_path / "a" / "1", b"one")]) == (tmp_path / "a" / "1",)


def test_what_ctrl_c_stops_leaves_no_half_a_file(tmp_path, monkeypatch):
    def stopped(self: Path, target: Path) -> Path:
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "replace", stopped)
    with pytest.raises(KeyboardInterrupt):
        write_file(tmp_path / "packs" / "pack.pdf", b"pack")
    assert [*tmp_path.iterdir()] == []


def test_a_folder_that_is_tried_is_left_as_it_was(tmp_path):
    put(tmp_path / "mine", "old.pdf", b"old")
    try_folder(tmp_path / "mine")
    try_folder(tmp_path / "a" / "b")
    assert {*tmp_path.rglob("*")} == {tmp_path / "mine", tmp_path / "mine" / "old.pdf"}
    with pytest.raises(CannotWrite) as fault:
        try_folder(tmp_path / "mine" / "old.pdf")
    assert fault.value.details["form"] == "in-the-way"
    assert fault.value.details["found"] == str(tmp_path / "mine" / "old.pdf")


def test_folders_on_the_way_are_made(tmp_path):
    assert write_file(tmp_path / "a b" / "資料" / "x.html", b"x").read_bytes() == b"x"


def test_a_place_that_cannot_be_written_is_said_and_not_thrown(tmp_path):
    put(tmp_path, "file", b"")
    for path in (tmp_path / "file" / "x.pdf", tmp_path):
        with pytest.raises(CannotWrite) as fault:
            write_file(path, b"x")
        assert fault.value.details["reason"]


def test_an_export_never_replaces_a_workbook(tmp_path):
    path = put(tmp_path, "plan.XLSX", b"mine")
    with pytest.raises(UsageProblem, match="already-there"):
        write_export(path, b"{}")
    assert path.read_bytes() == b"mine"
    assert write_export(tmp_path / "plan.json", b"{}").read_bytes() == b"{}"
    assert write_export(tmp_path / "plan.json", b"[]").read_bytes() == b"[]"


# ---- New books ------------------------------------------------------------------------------


def fresh(folder: Path, name: str, sample: bool = False, first: Month | None = None) -> Path:
    return new_workbook(folder / name, "en", sample, 4, 12, first)


def test_a_new_book_says_kindly_that_it_has_no_goals_yet(tmp_path):
    path = fresh(tmp_path, "plan.xlsx")
    assert [problem.code for problem in check_workbook(path).problems] == ["goals-none"]
    with pytest.raises(NotReadable) as fault:
        review_workbook(path)
    assert [problem.code for problem in fault.value.problems] == ["goals-none"]


@pytest.fixture
def written(monkeypatch):
    """The settings of every book that would be written; writing one takes a second."""
    settings = []

    def write(target: IO[bytes], content: BookContent, macros: object = None) -> None:
        assert macros is None
        settings.append(content.settings)
        target.write(b"a workbook")

    monkeypatch.setattr("kpixl.workbook.template.write_book", write)
    return settings


def test_every_new_book_has_an_id_of_its_own(tmp_path, written):
    for n, sample in enumerate((True, True, False)):
        fresh(tmp_path, f"{n}.xlsx", sample)
    found = {settings["book_id"] for settings in written}
    assert len(found) == 3
    assert all(found)


def test_a_new_book_is_never_written_over_another(tmp_path):
    path = put(tmp_path, "plan.xlsx", b"mine")
    with pytest.raises(UsageProblem, match="already-there"):
        fresh(tmp_path, "plan.xlsx")
    assert path.read_bytes() == b"mine"
    with pytest.raises(UsageProblem, match="new-suffix"):
        fresh(tmp_path, "plan.xls")


@pytest.mark.parametrize(
    ("first", "month"),
    [
        (Month(2000, 4), "2001-03"),  # all past: the last column
        (Month(2200, 4), "2200-04"),  # all to come: the first
    ],
)
def test_a_new_book_reviews_a_month_that_it_has(first, month, tmp_path, written):
    fresh(tmp_path, "plan.xlsx", first=first)
    assert written[0]["review_month"] == month


# ---- Packs ----------------------------------------------------------------------------------


def html(folder: Path, data: bytes, **fields: object) -> list[str]:
    job = PackJob(put(folder, "plan.xlsx", data), folder / "out", formats=HTML)
    made = make_pack(replace(job, **fields))  # type: ignore[arg-type]
    return [path.name for path in made.files]


@pytest.mark.parametrize(
    ("spoilt", "blocked"),
    [("DEFECT", "QUALITY"), ("VISITS", "ONLINE")],
)
def test_a_bad_value_blocks_only_the_packs_that_hold_it(spoilt, blocked, tmp_path):
    path = put(tmp_path, "plan.xlsx", spoilt_bytes(spoilt))
    whole = review_workbook(path)
    held = {}
    for scope in scopes_by(whole, "csf"):
        held[scope] = bool(scoped(whole, scope).errors)
    assert [scope for scope, bad in held.items() if bad] == [blocked]
    with pytest.raises(DataErrors) as fault:
        make_pack(PackJob(path, tmp_path, formats=HTML), whole)
    assert [problem.goals for problem in fault.value.problems] == [(spoilt,)]


def test_a_draft_is_made_in_spite_of_errors_and_says_so(tmp_path):
    with pytest.raises(DataErrors):
        html(tmp_path, spoilt_bytes("DEFECT"), scope="QUALITY")
    (name,) = html(tmp_path, spoilt_bytes("DEFECT"), scope="QUALITY", draft=True)
    text = (tmp_path / "out" / name).read_text(encoding="utf-8")
    assert "DRAFT" in text
    assert "about nine" in text  # the error itself is on the first page


def test_a_draft_without_errors_is_an_ordinary_pack(tmp_path):
    (name,) = html(tmp_path, sample_bytes("en"), draft=True, pages=("summary",))
    assert "DRAFT" not in (tmp_path / "out" / name).read_text(encoding="utf-8")


def test_a_bad_address_keeps_no_one_from_the_pack(tmp_path):
    data = spoilt_bytes(email="not an address")
    assert [problem.code for problem in check_workbook(put(tmp_path, "p.xlsx", data)).problems] == [
        "email-bad"
    ]
    assert html(tmp_path, data, pages=("summary",)) == ["2026-10_plan_en.html"]


def test_a_pack_of_a_scope_holds_no_other_names(tmp_path):
    (name,) = html(tmp_path, sample_bytes("en"), scope="PEOPLE")
    text = (tmp_path / "out" / name).read_text(encoding="utf-8")
    whole = review_workbook(put(tmp_path, "plan.xlsx", sample_bytes("en")))
    inside = {entry.id for entry in scoped(whole, "PEOPLE").goals}
    # Names such as "Revenue" are words of other names, too.
    others = [one.goal.name for one in whole.goals if one.id not in inside and one.depth == 2]
    assert [name for name in others if name in text] == []
    assert [p.email for p in whole.recipients if p.email in text] == []


def test_no_split_without_something_to_split_by():
    found = review(plan_of(goal("A", owner="")), Month(2026, 6))
    for each in ("csf", "owner", "department"):
        with pytest.raises(UsageProblem, match="each-none"):
            scopes_by(found, each)


def test_split_packs_never_share_a_file():
    names = ("A/B", "A-B", "A B", "a|b", "Ａ／Ｂ２", "x" * 200, "x" * 201)
    plan = plan_of(*(goal(f"K{n}", department=name) for n, name in enumerate(names)))
    found = review(plan, Month(2026, 6))
    split = scopes_by(found, "department")
    stems = {pack_stem(scoped(found, scope), "en").casefold() for scope in split}
    assert len(stems) == len(split) == len(names)


def test_the_demo_does_not_overwrite_a_workbook_that_was_changed(tmp_path, written):
    first = demo_steps(tmp_path)[0]
    (path,) = first()
    assert first() == (path,)  # unchanged: made again
    path.write_bytes(path.read_bytes() + b"mine")
    with pytest.raises(UsageProblem, match="already-there"):
        first()
    assert path.read_bytes().endswith(b"mine")


# ---- The same again -------------------------------------------------------------------------

DIGESTS = """
import hashlib, json, sys
from pathlib import Path
from kpixl.jobs import PackJob, export, make_pack, review_workbook
book, out = Path(sys.argv[1]), Path(sys.argv[2])
whole = review_workbook(book)
data = [export(whole, form, "ja") for form in ("json", "csv", "parquet")]
pages = make_pack(PackJob(book, out, formats=("html",), language="ja"), whole).files
data += [page.read_bytes() for page in pages]
print(json.dumps([hashlib.sha256(piece).hexdigest() for piece in data]))
"""


def test_the_same_workbook_gives_the_same_bytes_whatever_the_machine(tmp_path):
    book = put(tmp_path, "plan.xlsx", sample_bytes("en"))
    machines = (
        {"TZ": "Pacific/Kiritimati", "LANG": "C", "PYTHONHASHSEED": "1"},
        {"TZ": "America/Adak", "LANG": "ja_JP.UTF-8", "PYTHONHASHSEED": "2", "KPIXL_LANG": "ja"},
    )
    found = []
    for n, machine in enumerate(machines):
        out = tmp_path / f"somewhere {n}"
        run = subprocess.run(
            [sys.executable, "-c", DIGESTS, str(book), str(out)],
            env={**os.environ, **machine}, capture_output=True, text=True, check=True,
        )  # fmt: skip
        found.append(json.loads(run.stdout))
    assert found[0] == found[1]
    assert len(set(found[0])) == 4


def test_reading_leaves_the_workbook_as_it_was(tmp_path):
    path = put(tmp_path, "plan.xlsx", sample_bytes("en"))
    before = (hashlib.sha256(path.read_bytes()).hexdigest(), path.stat().st_mtime_ns)
    review_workbook(path)
    html(tmp_path, sample_bytes("en"), pages=("summary",))
    assert hashlib.sha256(path.read_bytes()).hexdigest() == before[0]
