"""How kpixl is started, and how Ctrl-C ends it while it is still loading."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

HOME = Path(__file__).resolve().parents[1]
# What an installer writes for `kpixl`, and what Python does for `-m kpixl`.
STARTS = {
    "script": "import sys; from {module} import {name}; sys.exit({name}())",
    "module": "import runpy; runpy.run_module('kpixl', run_name='__main__', alter_sys=True)",
}
# Ctrl-C at the very moment at which a module is looked for.
STOPPED_AT = """
import os, signal, sys
signal.signal(signal.SIGINT, {handler})
class Stop:
    def find_spec(self, name, path=None, target=None):
        if name == {at!r}:
            os.kill(os.getpid(), signal.SIGINT)
sys.meta_path.insert(0, Stop())
sys.argv = ['kpixl', *{words!r}]
"""


def entry() -> str:
    """``module:name`` of the script, as the project or what is installed of it says."""
    project = tomllib.loads((HOME / "pyproject.toml").read_text(encoding="utf-8"))
    return str(project["project"]["scripts"]["kpixl"])


def started(way: str, at: str, handler: str, *words: str) -> subprocess.CompletedProcess[str]:
    module, _, name = entry().partition(":")
    code = STOPPED_AT.format(at=at, words=list(words), handler=handler)
    path = os.pathsep.join(part for part in (str(HOME), os.environ.get("PYTHONPATH", "")) if part)
    return subprocess.run(
        [sys.executable, "-c", code + STARTS[way].format(module=module, name=name)],
        env={**os.environ, "PYTHONPATH": path, "KPIXL_LANG": "en"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip


@pytest.mark.parametrize("way", STARTS)
@pytest.mark.parametrize("at", ["kpixl.cli", "kpixl.words", "typer", "kpixl.cli.sending"])
def test_ctrl_c_while_modules_load_ends_quietly(way: str, at: str) -> None:
    found = started(way, at, "signal.default_int_handler", "check", "none.xlsx")
    assert (found.returncode, found.stdout, found.stderr) == (130, "", "")


@pytest.mark.parametrize("way", STARTS)
def test_once_loaded_a_command_is_told_of_ctrl_c(way: str) -> None:
    found = started(way, "kpixl.checking", "signal.default_int_handler", "check", "none.xlsx")
    assert found.returncode in (130, -signal.SIGINT)
    assert found.stderr == "Stopped before it was finished; no half-written file is left.\n"


@pytest.mark.parametrize("way", STARTS)
def test_who_is_kept_from_ctrl_c_stays_so(way: str) -> None:
    # As `nohup` and a shell's `&` start it.
    found = started(way, "typer", "signal.SIG_IGN", "check", "none.xlsx")
    assert found.returncode == 1
    assert "There is no file" in found.stderr
