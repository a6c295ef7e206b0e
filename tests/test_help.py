"""``kpixl --help`` answers at once, with the page that the whole application would print."""

from __future__ import annotations

import errno
import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import typer
from typer.core import TyperGroup
from typer.main import get_command
from typer.testing import CliRunner

import kpixl
from kpixl import words
from kpixl.cli import app
from kpixl.cli.common import guarded
from kpixl.cli.help import COMMANDS, answered

HOME = str(Path(__file__).resolve().parents[1])
LATE = ("typer", "click", "rich", "dataclasses", "pathlib", "typing")
"""What costs more to import than it takes to print a page of help."""


def process(code: str, *arguments: str, **environment: str) -> str:
    path = os.pathsep.join(part for part in (HOME, os.environ.get("PYTHONPATH", "")) if part)
    found = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        env={**os.environ, "PYTHONPATH": path, "PYTHONIOENCODING": "utf-8", **environment},
        capture_output=True,
        check=True,
    )
    return found.stdout.decode("utf-8")


# Both pages from processes of their own: the application takes its language when it is imported.
LIGHT = "import sys; from kpixl.cli import main; sys.argv[0] = 'kpixl'; main()"
FULL = "import sys; from kpixl.cli import app; app(prog_name='kpixl')"


@pytest.mark.parametrize("columns", ["40", "63", "80", "200", "much"])
@pytest.mark.parametrize("language", ["en", "ja"])
def test_the_quick_page_is_the_page_of_the_application(language, columns):
    places = {"KPIXL_LANG": language, "COLUMNS": columns}
    quick = process(LIGHT, "--help", **places)
    assert quick == process(FULL, "--help", **places)
    assert words.word("help.demo", language)[:20] in quick


def test_the_page_lists_the_commands_that_there_are():
    group = get_command(app)
    assert isinstance(group, TyperGroup)
    assert set(COMMANDS) == set(group.commands)


def test_what_a_command_needs_is_not_waited_for():
    code = (
        "import sys; base = set(sys.modules)\n"
        "from kpixl.cli import main; main()\n"
        f"print('#', *[one for one in {LATE!r} if one in set(sys.modules) - base])"
    )
    assert process(code, "-h").splitlines()[-1] == "#"


def test_the_version_is_said_at_once_and_by_the_application(capsys):
    assert answered(["--version"])
    assert capsys.readouterr().out == f"kpixl {kpixl.__version__}\n"
    assert CliRunner().invoke(app, ["--version"]).stdout == f"kpixl {kpixl.__version__}\n"


@pytest.mark.parametrize(
    "line", [[], ["pack", "--help"], ["--help", "pack"], ["--hlp"], ["-h", "-h"]]
)
def test_all_else_is_left_to_the_application(line, capsys):
    assert not answered(line)
    assert capsys.readouterr().out == ""


def test_every_command_tells_its_help_in_the_language_of_the_rest():
    for line in (["doctor", "--help"], ["addin", "excel", "--help"], ["addin", "--help"]):
        page = process(FULL, *line, KPIXL_LANG="ja")
        assert words.word("help.help", "ja") in page
        assert "Show this message" not in page


def test_a_section_of_the_words_is_what_the_file_says():
    whole = json.loads((Path(kpixl.__file__).parent / "words.json").read_text(encoding="utf-8"))
    assert {name: dict(words.section(name)) for name in whole} == whole
    with pytest.raises(KeyError):
        words.section("nonsense")


# ---- Whoever has read enough, on Windows ----------------------------------------------------


class ClosedPipe(io.StringIO):
    """Standard output whose reader is gone, as Windows says it."""

    def __init__(self, handle: int) -> None:
        super().__init__()
        self.handle = handle

    def fileno(self) -> int:
        return self.handle

    def flush(self) -> None:
        raise OSError(errno.EINVAL, "Invalid argument")


@contextmanager
def closed_pipe(folder: Path) -> Iterator[io.StringIO]:
    """The same for as long as the block takes; what is said on standard error."""
    place = folder / "pipe"
    with place.open("wb") as file, pytest.MonkeyPatch.context() as windows:
        errors = io.StringIO()
        windows.setattr(sys, "platform", "win32")
        windows.setattr(sys, "stdout", ClosedPipe(file.fileno()))
        windows.setattr(sys, "stderr", errors)
        yield errors
        # What the end of Python flushes goes nowhere.
        assert os.path.samestat(os.fstat(file.fileno()), Path(os.devnull).stat())


def test_help_that_nobody_reads_on_is_no_fault(tmp_path: Path) -> None:
    with closed_pipe(tmp_path):
        assert answered(["--version"])


def test_an_answer_that_nobody_reads_on_is_no_fault(tmp_path: Path) -> None:
    with closed_pipe(tmp_path) as errors, pytest.raises(typer.Exit):
        guarded(lambda: typer.echo("figures"))()
    assert errors.getvalue() == ""


def test_another_invalid_argument_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def command() -> None:
        raise OSError(errno.EINVAL, "Invalid argument")

    with monkeypatch.context() as windows:
        windows.setattr(sys, "platform", "win32")
        with pytest.raises(typer.Exit):
            guarded(command)()
    assert "Invalid argument" in capsys.readouterr().err
