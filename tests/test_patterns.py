"""Patterns that no shell has expanded, as on Windows, and what shells expand too much."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from kpixl import cli
from kpixl.books.merge import spread
from kpixl.cli import application
from kpixl.cli.arguments import as_a_shell
from kpixl.errors import UsageProblem
from kpixl.files import at_home
from kpixl.importing.sources import expand
from kpixl.many.addresses import find_books
from kpixl.patterns import matching

NAMES = ("a.xlsx", "b.xlsx", "~$a.xlsx", ".b.xlsx")


@pytest.fixture
def books(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    r"""``KPI [2026]``, beside ``KPI 2``, which its name means as a pattern."""
    for folder in ("KPI [2026]", "KPI 2"):
        (tmp_path / folder).mkdir()
        for name in NAMES:
            (tmp_path / folder / name).write_bytes(b"x")
    (tmp_path / "plan [A].xlsx").write_bytes(b"x")
    (tmp_path / "plan A.xlsx").write_bytes(b"x")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_brackets_of_a_folder_that_is_there_belong_to_its_name(books: Path) -> None:
    found = [Path("KPI [2026]/a.xlsx"), Path("KPI [2026]/b.xlsx")]
    assert matching("KPI [2026]/*.xlsx") == found
    assert matching(str(books / "KPI [2026]" / "?.xlsx")) == [books / one for one in found]
    assert [Path(one.source) for one in find_books(["KPI [2026]/*.xlsx"])] == found
    assert list(spread(["KPI [2026]/*.xlsx"])) == found
    assert list(map(Path, expand(["KPI [2026]/*.xlsx"], books / "plan A.xlsx"))) == found
    # Where no such folder is, they are a pattern's.
    assert matching("KPI [12]/a.xlsx") == [Path("KPI 2/a.xlsx")]


def test_markers_of_open_books_that_a_shell_has_named_are_passed_over(books: Path) -> None:
    named = ["~$a.xlsx", "a.xlsx", "b.xlsx"]
    os.chdir(books / "KPI 2")
    assert list(map(str, spread(named))) == named[1:]
    assert list(expand(named, books / "plan A.xlsx")) == named[1:]


def test_a_marker_that_is_named_alone_is_told_of_by_whoever_reads_it(books: Path) -> None:
    os.chdir(books / "KPI 2")
    assert list(map(str, spread(["~$a.xlsx"]))) == ["~$a.xlsx"]
    assert list(expand(["~$a.xlsx"], books / "plan A.xlsx")) == ["~$a.xlsx"]


def test_a_pattern_that_means_nothing_but_markers_is_wrong_use(books: Path) -> None:
    with pytest.raises(UsageProblem, match="merge-no-match"):
        spread(["KPI 2/~*.xlsx"])


def test_home_is_that_of_whoever_runs_kpixl(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/sato")
    assert at_home(Path("~/kpi/l.sqlite")) == Path("/home/sato/kpi/l.sqlite")
    for name in ("~$plan.xlsx", "~nobody-of-that-name/plan.xlsx", "plan~.xlsx"):
        assert at_home(Path(name)) == Path(name)


# ---- The command line on Windows ------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        # There: not the "plan A.xlsx" that it means as a pattern.
        (["check", "plan [A].xlsx"], ["check", "plan [A].xlsx"]),
        (["check", "plan A*"], ["check", "plan A.xlsx"]),
        (["check", "none*.xlsx", "--json"], ["check", "none*.xlsx", "--json"]),
        (["import", "plan A.xlsx", "*.xlsx"], ["import", "plan A.xlsx", "*.xlsx"]),
        (["pack", "KPI 2/*.xlsx"], ["pack", "KPI 2/*.xlsx"]),
        (["show", "~/plan.xlsx"], ["show", "/home/sato/plan.xlsx"]),
        (["check", "~$a.xlsx"], ["check", "~$a.xlsx"]),
        (["check", "s3://b/*.xlsx", "$HOME"], ["check", "s3://b/*.xlsx", "$HOME"]),
        ([], []),
    ],
)
def test_words_are_what_a_shell_would_have_made_of_them(
    words: list[str], expected: list[str], books: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", "/home/sato")
    assert as_a_shell(words) == expected


def test_on_windows_the_library_expands_nothing(
    books: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[object] = []
    monkeypatch.setattr(application, "app", given.append)
    monkeypatch.setattr(sys, "argv", ["kpixl", "check", "plan [A].xlsx"])
    monkeypatch.setattr(cli, "_plain_streams", lambda: None)
    cli.main()
    with monkeypatch.context() as windows:
        windows.setattr(sys, "platform", "win32")
        cli.main()
    assert given == [None, ["check", "plan [A].xlsx"]]
