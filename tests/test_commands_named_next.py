"""What a command names as the next one can be pasted, whatever the files are called."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

from kpixl.cli.application import app
from kpixl.workbook.rebook import content_of
from tests.books import book_bytes, put
from tests.test_merging import department_book, group_book

FOLDER = "R&D (2026) 月次"


def run(*words: str) -> tuple[int, str]:
    found = CliRunner().invoke(app, list(words))
    return found.exit_code, found.output


def named(output: str) -> list[str]:
    """The words of the command that the last line names first, as a shell takes them."""
    line = output.splitlines()[-1].partition("kpixl ")[2]
    return shlex.split(line.partition(", then")[0])


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KPIXL_LANG", "en")
    (tmp_path / FOLDER).mkdir()
    return tmp_path


@pytest.fixture
def plan(home: Path) -> str:
    path = f"{FOLDER}/my plan.xlsx"
    assert run("new", path, "--sample")[0] == 0
    return path


def test_the_one_after_a_new_book(home: Path) -> None:
    path = f"{FOLDER}/my plan.xlsx"
    assert named(run("new", path, "--sample")[1]) == ["show", path]
    assert named(run("new", f"{FOLDER}/empty one.xlsx")[1]) == ["check", f"{FOLDER}/empty one.xlsx"]


def test_the_one_after_the_next_year_s_book(plan: str) -> None:
    path = f"{FOLDER}/next year.xlsx"
    assert named(run("new", path, "--from", plan)[1]) == ["check", path]


def test_the_one_after_handing_out_brings_the_books_back(plan: str, home: Path) -> None:
    _, output = run("collect", plan, "--to-files", f"{FOLDER}/to fill in", "--month", "2026-11")
    words = named(output)
    assert words == [
        "import", plan, f"{FOLDER}/to fill in/*.xlsx", "-o", f"{FOLDER}/my plan-2026-11.xlsx",
    ]  # fmt: skip
    # Nobody has filled in anything, but every book is found.
    code, told = run(*words)
    assert code == 0
    assert told.count("2026-11_my_plan_") == len(list((home / FOLDER / "to fill in").iterdir()))


def test_the_one_after_a_merge(home: Path) -> None:
    group = put(home / FOLDER, "group.xlsx", book_bytes(content_of(group_book(), "en")))
    tokyo = department_book("", 120, 12, 200)
    part = put(home / FOLDER, "tokyo.xlsx", book_bytes(content_of(tokyo, "en")))
    path = f"{FOLDER}/all of it.xlsx"
    assert named(run("merge", str(group), str(part), "-o", path)[1]) == ["check", path]


def test_the_one_in_place_of_adopting_a_book_of_kpixl_s_own(plan: str) -> None:
    code, output = run("adopt", plan, "-o", "new.xlsx")
    assert code == 2
    assert named(output) == ["check", plan]
