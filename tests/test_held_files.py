"""Files that another program holds open, which Windows neither moves nor removes."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kpixl import files
from kpixl.files import CannotWrite, scratch_folder, write_file
from kpixl.many import folders
from kpixl.words import problem_text

IN_USE = "The process cannot access the file because it is being used by another process"


class Held:
    """Moves and removes nothing the first ``times``, then as ever."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, times: int, *names: str) -> None:
        self.left = times
        for name in names:
            monkeypatch.setattr(os, name, self._of(getattr(os, name)))

    def _of(self, real: Callable[..., object]) -> Callable[..., object]:
        def held(path: Any, *others: object, **options: object) -> object:
            self.left -= 1
            if self.left >= 0:
                raise PermissionError(13, IN_USE, os.fspath(path))
            return real(path, *others, **options)

        return held


def test_a_new_file_that_a_scanner_looks_at_is_moved_when_it_lets_go(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "HELD", (0.0, 0.0))
    Held(monkeypatch, 2, "replace")
    assert write_file(tmp_path / "pack.pdf", b"pack").read_bytes() == b"pack"
    assert [one.name for one in tmp_path.iterdir()] == ["pack.pdf"]


def test_a_pack_that_is_open_in_a_viewer_is_told_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "pack.pdf"
    path.write_bytes(b"old")
    monkeypatch.setattr(files, "HELD", (0.0, 0.0))
    Held(monkeypatch, 99, "replace")
    with pytest.raises(CannotWrite) as caught:
        write_file(path, b"new")
    told = problem_text(caught.value, "en")
    assert str(path) in told.what
    assert told.mend.startswith("Close the file if it is open")
    assert [one.name for one in tmp_path.iterdir()] == ["pack.pdf"]
    assert path.read_bytes() == b"old"


def test_what_is_held_in_a_folder_for_the_moment_is_no_fault_of_the_work(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with monkeypatch.context() as windows:
        with scratch_folder() as folder:
            (folder / "copy.xlsx").write_bytes(b"x")
            Held(windows, 99, "unlink", "rmdir")
        assert folder.is_dir()
    shutil.rmtree(folder)


def test_a_scratch_folder_is_gone_afterwards() -> None:
    with scratch_folder() as folder:
        (folder / "copy.xlsx").write_bytes(b"x")
        assert os.name == "nt" or folder.stat().st_mode & 0o077 == 0
    assert not folder.exists()


def test_a_file_that_another_run_is_writing_does_not_stop_this_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Windows has no question whether a process runs; its open file cannot be removed.
    monkeypatch.setattr(folders, "_is_running", lambda _: False)
    for process in (1, 2):
        (tmp_path / f".kpixl-{process}-0123abcd.part").write_bytes(b"half")
    Held(monkeypatch, 1, "unlink")
    folders.clean(str(tmp_path))
    assert len([*tmp_path.iterdir()]) == 1
