"""Whether who began something is still at work on it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from kpixl.delivery import processes
from kpixl.delivery.processes import SILENT, at_work, this_process
from tests.ledgers import NOW

LATE = NOW + timedelta(days=1)


@pytest.fixture
def other() -> Iterator[subprocess.Popen[bytes]]:
    """A process that does nothing until it is ended."""
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        yield process
        process.kill()


def test_this_process_is_at_work_however_long_it_takes():
    assert at_work(this_process(), NOW, LATE)


def test_one_that_has_ended_is_seen_at_once_even_before_it_is_buried(other):
    owner = replace(this_process(), pid=other.pid, started=processes._birth(other.pid))
    assert at_work(owner, NOW, LATE)
    other.send_signal(signal.SIGKILL)
    os.waitid(os.P_PID, other.pid, os.WEXITED | os.WNOWAIT)
    assert not at_work(owner, NOW, NOW)
    other.wait()
    assert not at_work(owner, NOW, NOW)


def test_another_process_with_the_same_number_is_another_process():
    here = this_process()
    earlier = replace(here, started=here.started.rpartition("/")[0] + "/1")
    assert not at_work(earlier, NOW, NOW)


def test_on_another_machine_it_is_told_by_silence():
    elsewhere = replace(this_process(), host="another-machine")
    assert at_work(elsewhere, NOW, NOW + SILENT - timedelta(seconds=1))
    assert not at_work(elsewhere, NOW, NOW + SILENT)


@pytest.mark.parametrize("place", ["another-boot/1", "another-container/2"])
def test_a_number_of_another_container_or_boot_says_nothing_about_one_here(place):
    # Its host has this one's name, and its number is one that nobody here has.
    twin = replace(this_process(), pid=2**22 + 1, started=f"{place}/99")
    assert at_work(twin, NOW, NOW + SILENT - timedelta(seconds=1))
    assert not at_work(twin, NOW, NOW + SILENT)


def test_on_windows_nobody_is_asked_and_silence_tells(monkeypatch):
    monkeypatch.setattr(sys, "platform", "win32")
    # There, signal 0 would end the process.
    monkeypatch.setattr(os, "kill", lambda *_: pytest.fail("a signal was sent"))
    owner = this_process()
    assert owner.started == ""
    assert at_work(owner, NOW, NOW + SILENT - timedelta(seconds=1))
    assert not at_work(owner, NOW, NOW + SILENT)


def test_a_process_hidden_from_view_is_not_taken_for_dead(monkeypatch, tmp_path):
    here = this_process()
    proc = tmp_path / "proc"
    (proc / "self/ns").mkdir(parents=True)
    (proc / "self/stat").touch()
    (proc / "self/ns/pid").symlink_to("pid:[4026531836]")
    (proc / "sys/kernel/random").mkdir(parents=True)
    (proc / "sys/kernel/random/boot_id").write_text("boot\n", encoding="ascii")
    own = proc / str(here.pid)
    own.mkdir()
    (own / "stat").write_text(f"{here.pid} (a) b) S " + "0 " * 30, encoding="ascii")
    monkeypatch.setattr(processes, "PROC", proc)
    hidden = replace(here, pid=os.getppid(), started="boot/4026531836/7")
    assert at_work(hidden, NOW, NOW)
    assert not at_work(hidden, NOW, NOW + SILENT)
    gone = replace(hidden, pid=2**22 + 1)
    assert not at_work(gone, NOW, NOW)


@pytest.mark.skipif(not Path("/bin/ps").exists(), reason="there is no ps on this machine")
def test_where_there_is_no_proc_ps_is_asked(monkeypatch, tmp_path, other):
    monkeypatch.setattr(processes, "PROC", tmp_path)
    owner = replace(this_process(), pid=other.pid, started=processes._birth(other.pid))
    assert owner.started.startswith("posix/")
    assert at_work(owner, NOW, LATE)
    other.kill()
    other.wait()
    assert not at_work(owner, NOW, NOW)
