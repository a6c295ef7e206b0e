"""Tell whether the process that began something is still at work on it."""

from __future__ import annotations

import getpass
import os
import socket
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path

from kpixl.delivery.records import Owner

SILENT = timedelta(minutes=15)
"""An owner that cannot be looked at is taken to be at work for so long."""

PROC = Path("/proc")
UNKNOWN = ""
GONE = "gone"


def this_process() -> Owner:
    """The process that asks."""
    pid = os.getpid()
    return Owner(socket.gethostname(), pid, _birth(pid))


def this_person() -> str:
    """Who runs kpixl: the account, and the computer that it is on."""
    host = socket.gethostname()
    try:
        return f"{getpass.getuser()}@{host}"
    except (KeyError, OSError, ImportError):  # an account without a name
        return host


def at_work(owner: Owner, since: datetime, now: datetime) -> bool:
    """Whether ``owner`` may still be at work on what it began at ``since``.

    On the same machine that is seen by looking. Elsewhere, and where this system cannot tell, an
    owner counts as at work until it has been silent for :data:`SILENT`.
    """
    if _is_here(owner):
        birth = _birth(owner.pid)
        if birth != UNKNOWN:
            return birth == owner.started
    return now - since < SILENT


def _is_here(owner: Owner) -> bool:
    """Whether ``owner`` has its number where this process has its own: a number means something
    within one machine, since it was started, and one container only, whatever their names."""
    if not owner.started or owner.host != socket.gethostname():
        return False
    here = _birth(os.getpid())
    return owner.started.rpartition("/")[0] == here.rpartition("/")[0]


def _birth(pid: int) -> str:
    """Since when a process has had its number; :data:`GONE` where there is none of that number,
    :data:`UNKNOWN` where this system cannot tell.

    Never asked by a signal: on Windows even signal 0 ends the process it is sent to.
    """
    if sys.platform == "win32":
        return UNKNOWN
    if (PROC / "self" / "stat").exists():
        return _birth_on_linux(pid)
    return _birth_by_ps(pid)


def _birth_on_linux(pid: int) -> str:
    try:
        boot = (PROC / "sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        space = (PROC / "self/ns/pid").readlink().name.strip("pid:[]")
    except OSError:
        return UNKNOWN
    try:
        told = (PROC / str(pid) / "stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return UNKNOWN if _is_there(pid) else GONE
    # The name in parentheses may hold spaces and parentheses itself; what follows it does not.
    state, *following = told.rpartition(")")[2].split()
    if state in "ZX":
        return GONE
    return f"{boot}/{space}/{following[18]}"


def _is_there(pid: int) -> bool:
    """Whether there is such a process on this POSIX system: one of another person's may be hidden
    from /proc, and must not be taken for dead."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        return True
    return True


def _birth_by_ps(pid: int) -> str:
    """Elsewhere on POSIX, macOS for one."""
    command = ["/bin/ps", "-o", "stat=,lstart=", "-p", str(pid)]
    try:
        found = subprocess.run(  # noqa: S603 - a fixed program, and a number
            command, capture_output=True, text=True, check=False, env={"LC_ALL": "C"}, timeout=10
        )
    except (OSError, subprocess.TimeoutExpired):
        return UNKNOWN
    state, _, started = found.stdout.strip().partition(" ")
    if not state:
        return GONE if not found.stderr.strip() else UNKNOWN
    return GONE if state.startswith("Z") else f"posix/{started.strip()}"
