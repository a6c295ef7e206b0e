"""The browser of the machine is found where its makers put it, and leaves nothing behind."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from kpixl.pack import browser_print, browsers
from kpixl.pack.browser_print import print_page
from kpixl.pack.browsers import Browser, find_browser, version_of
from kpixl.pack.problems import RenderProblem


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A machine without any browser; its home."""
    for name in ("KPIXL_BROWSER", *browsers._WINDOWS_FOLDERS):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setattr(Path, "home", lambda: tmp_path / "home")
    return tmp_path / "home"


def program(path: Path, text: str = "#!/bin/sh\n") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)
    return path


# ---- Found ----------------------------------------------------------------------------------


def test_a_machine_without_a_browser_has_none(bare: Path) -> None:
    assert find_browser() is None


@pytest.mark.parametrize("name", ["chromium", "google-chrome", "microsoft-edge-stable"])
def test_linux_has_it_on_the_path(name: str, bare: Path, tmp_path: Path) -> None:
    path = program(tmp_path / "bin" / name)
    assert find_browser() == Browser(path)


def test_a_snap_or_flatpak_gets_a_folder_that_it_can_see(bare: Path, tmp_path: Path) -> None:
    # Ubuntu's chromium-browser is a script that calls the snap.
    script = program(
        tmp_path / "bin" / "chromium-browser", '#!/bin/sh\nexec /snap/bin/chromium "$@"\n'
    )
    assert find_browser() == Browser(script, bare / "snap" / "chromium" / "common")
    script.unlink()
    flatpak = program(bare / ".local/share/flatpak/exports/bin/org.chromium.Chromium")
    expected = Browser(flatpak, bare / ".var" / "app" / "org.chromium.Chromium" / "cache")
    assert find_browser() == expected


@pytest.mark.parametrize(
    ("variable", "below"),
    [
        ("PROGRAMFILES(X86)", "Microsoft/Edge/Application/msedge.exe"),
        ("PROGRAMFILES", "Microsoft/Edge/Application/msedge.exe"),
        ("PROGRAMFILES", "Google/Chrome/Application/chrome.exe"),
        ("LOCALAPPDATA", "Google/Chrome/Application/chrome.exe"),
        ("LOCALAPPDATA", "Chromium/Application/chrome.exe"),
    ],
)
def test_windows_has_it_among_its_programs(
    variable: str, below: str, bare: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = program(tmp_path / "programs" / below)
    (path.parent / "131.0.2903.51").mkdir()
    (path.parent / "9.0.1.2").mkdir()
    on_windows(monkeypatch, {})
    monkeypatch.setenv(variable, str(tmp_path / "programs"))
    found = find_browser()
    assert found == Browser(path)
    assert version_of(found) == "131.0.2903.51"


def on_windows(monkeypatch: pytest.MonkeyPatch, registered: dict[str, str]) -> None:
    def query(root: str, key: str) -> str:
        if root != "machine" or key not in registered:
            raise FileNotFoundError(key)
        return registered[key]

    registry = SimpleNamespace(
        HKEY_CURRENT_USER="user", HKEY_LOCAL_MACHINE="machine", QueryValue=query
    )
    monkeypatch.setitem(sys.modules, "winreg", registry)
    monkeypatch.setattr(sys, "platform", "win32")


def test_windows_knows_it_by_its_registry(
    bare: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = program(tmp_path / "elsewhere" / "msedge.exe")
    key = r"SOFTWARE\Microsoft\Windows\CurrentVersion\App Paths\msedge.exe"
    on_windows(monkeypatch, {key: f'"{path}"'})
    assert find_browser() == Browser(path)


def test_a_mac_has_it_among_the_applications(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = program(bare / "Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge")
    monkeypatch.setattr(sys, "platform", "darwin")
    assert find_browser() == Browser(path)


def test_the_variable_names_another(
    bare: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program(tmp_path / "bin" / "chromium")
    own = program(tmp_path / "my browser")
    monkeypatch.setenv("KPIXL_BROWSER", str(own))
    assert find_browser() == Browser(own)
    monkeypatch.setenv("KPIXL_BROWSER", str(tmp_path / "none"))
    with pytest.raises(RenderProblem, match="browser-not-there"):
        find_browser()


# ---- Started, and gone ----------------------------------------------------------------------

PRINTS = """#!/bin/sh
for argument; do case "$argument" in
  --print-to-pdf=*) echo '%PDF-1.4 %%EOF' > "${argument#*=}";;
  --user-data-dir=*) mkdir "${argument#*=}"; touch "${argument#*=}/history";;
esac; done
"""


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def test_the_profile_is_gone_when_it_has_printed(tmp_path: Path, temporary: Path) -> None:
    browser = Browser(program(tmp_path / "browser", PRINTS))
    assert print_page(browser, "<p>x").startswith(b"%PDF")
    assert list(temporary.iterdir()) == []


def test_it_prints_in_its_own_room(tmp_path: Path, temporary: Path) -> None:
    script = PRINTS + f'echo "$@" > {tmp_path}/said\n'
    browser = Browser(program(tmp_path / "browser", script), tmp_path / "snap" / "common")
    print_page(browser, "<p>x")
    assert f"--user-data-dir={tmp_path}/snap/common/kpixl-print-" in (tmp_path / "said").read_text()
    assert list((tmp_path / "snap" / "common").iterdir()) == []


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("#!/bin/sh\necho 'dbus: no' >&2\necho 'no display' >&2\nexit 3\n", "no display"),
        ("#!/bin/sh\nexit 3\n", "exit 3"),
        ("#!/bin/sh\nexit 0\n", "exit 0"),
        (PRINTS.replace("%%EOF", ""), "exit 0"),
    ],
)
def test_a_browser_that_fails_is_named_with_what_it_said(
    script: str, said: str, tmp_path: Path, temporary: Path
) -> None:
    browser = Browser(program(tmp_path / "browser", script))
    with pytest.raises(RenderProblem) as failed:
        print_page(browser, "<p>x")
    assert failed.value.code == "browser-failed"
    assert failed.value.details == {"program": str(browser.program), "found": said}
    assert list(temporary.iterdir()) == []


def test_one_that_cannot_be_started_is_named(tmp_path: Path, temporary: Path) -> None:
    with pytest.raises(RenderProblem, match="browser-failed"):
        print_page(Browser(tmp_path / "none"), "<p>x")
    assert list(temporary.iterdir()) == []


def test_one_that_hangs_is_stopped_with_its_children(tmp_path: Path, temporary: Path) -> None:
    # A child that outlived it would go on to write here.
    script = f"#!/bin/sh\n(sleep 2; touch {tmp_path}/alive) &\nsleep 60\n"
    with pytest.raises(RenderProblem) as late:
        print_page(Browser(program(tmp_path / "browser", script)), "<p>x", seconds=0.5)
    assert late.value.code == "browser-too-slow"
    assert list(temporary.iterdir()) == []
    time.sleep(2.5)
    assert not (tmp_path / "alive").exists()


def test_one_that_leaves_the_work_to_another_process_is_waited_for(
    tmp_path: Path, temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # As Edge on Windows may.
    monkeypatch.setattr(browser_print, "LATE_SECONDS", 20.0)
    script = PRINTS.replace("echo '%PDF", "(sleep 1; echo '%PDF").replace(
        '#*=}";;', '#*=}") &;;', 1
    )
    assert print_page(Browser(program(tmp_path / "browser", script)), "<p>x").endswith(b"EOF\n")


def test_the_sandbox_stays_for_everybody_but_root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert "--no-sandbox" not in tuple(browser_print._for_this_user())
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert "--no-sandbox" in tuple(browser_print._for_this_user())
