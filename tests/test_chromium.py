"""The page for a browser, in a real one: it fits phone, tablet and desk, and says no error."""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.packs import LANGUAGES, sample_html

WIDTHS = (360, 768, 1440)
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
QUIET = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--enable-logging=stderr", "--window-size=1600,1000", "--virtual-time-budget=4000",
)  # fmt: skip
MEASURE = """
window.addEventListener("load", () => {
  const found = {};
  for (const frame of document.querySelectorAll("iframe")) {
    const page = frame.contentDocument, root = page.documentElement;
    const scrolls = e => e && (["auto", "scroll", "hidden"].includes(
      frame.contentWindow.getComputedStyle(e).overflowX) || scrolls(e.parentElement));
    const wide = [...page.body.querySelectorAll("*")].filter(e =>
      e.getBoundingClientRect().right > root.clientWidth + 1 && !scrolls(e.parentElement));
    const figures = [...page.querySelectorAll(".num")].filter(e =>
      e.scrollWidth > e.clientWidth + 1);
    const small = [...page.querySelectorAll("p, td, .entry, .remark")].filter(e =>
      e.textContent.trim() && parseFloat(frame.contentWindow.getComputedStyle(e).fontSize) < 12);
    found[frame.id] = {
      across: root.scrollWidth - root.clientWidth,
      wide: wide.slice(0, 5).map(e => e.outerHTML.slice(0, 120)),
      cut: figures.slice(0, 5).map(e => e.textContent),
      small: small.slice(0, 5).map(e => e.outerHTML.slice(0, 120)),
      sections: page.querySelectorAll("section.page").length,
    };
  }
  document.getElementById("found").textContent = JSON.stringify(found);
});
"""


def browser() -> str:
    for name in BROWSERS:
        path = shutil.which(name)
        if path is not None:
            return path
    pytest.fail(
        "These tests open the page in Chromium, and none is installed: "
        "apt-get install chromium (Debian), or put chromium on the PATH."
    )


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], str]:
    """What the browser measured of every page and width, and what it wrote to its log."""
    folder = tmp_path_factory.mktemp("browser")
    frames = "".join(
        f'<iframe id="{language}-{width}" style="width:{width}px;height:900px;border:0" '
        f'srcdoc="{html.escape(sample_html(language))}"></iframe>'
        for language in LANGUAGES
        for width in WIDTHS
    )
    page = folder / "frames.html"
    page.write_text(
        "<!DOCTYPE html><meta charset=utf-8><pre id=found></pre>"
        f"{frames}<script>{MEASURE}</script>",
        encoding="utf-8",
    )
    command = [browser(), *QUIET, f"--user-data-dir={folder / 'profile'}", "--dump-dom"]
    run = subprocess.run(
        [*command, page.as_uri()], capture_output=True, text=True, timeout=120, check=False
    )
    match = re.search(r'<pre id="found">(.*?)</pre>', run.stdout, re.DOTALL)
    assert match, run.stderr[-2000:]
    measured: dict[str, Any] = json.loads(html.unescape(match[1]))
    return measured, run.stderr


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_fits_every_width(
    seen: tuple[dict[str, Any], str], language: str, width: int
) -> None:
    found = seen[0][f"{language}-{width}"]
    assert found["sections"] > 10
    assert found["across"] <= 0, found["wide"]
    assert found["wide"] == []


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_no_figure_is_cut_and_no_text_too_small_to_read(
    seen: tuple[dict[str, Any], str], language: str, width: int
) -> None:
    found = seen[0][f"{language}-{width}"]
    assert found["cut"] == []
    assert found["small"] == []


def test_the_browser_has_nothing_to_complain_of(seen: tuple[dict[str, Any], str]) -> None:
    complaints = [line for line in seen[1].splitlines() if "CONSOLE" in line]
    assert complaints == []


def test_a_machine_without_a_browser_is_told_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(pytest.fail.Exception, match="apt-get install chromium"):
        browser()
