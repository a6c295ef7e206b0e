"""A real browser for tests: Chromium as the machine has it, driven through its debugging pipe."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path

import axe_playwright_python
import pytest
from playwright.sync_api import Page, sync_playwright

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
QUIET = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--enable-logging=stderr", "--window-size=1600,1000", "--virtual-time-budget=4000",
)  # fmt: skip
PATIENCE = 120_000
"""Milliseconds: machines that run tests may be slow, and a slow page is not what is tested."""
AXE_TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")


def browser() -> str:
    """Where Chromium is; a test fails with what to install where there is none."""
    for name in BROWSERS:
        path = shutil.which(name)
        if path is not None:
            return path
    pytest.fail(
        "These tests open the page in Chromium, and none is installed: "
        "apt-get install chromium (Debian), or put chromium on the PATH."
    )


@contextmanager
def opened(path: Path, width: int, complaints: list[str], fetched: list[str]) -> Iterator[Page]:
    """The page in a window so wide; what the browser says of it and asks for is collected."""
    with sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=browser(), timeout=PATIENCE)
        page = chromium.new_page(viewport={"width": width, "height": 800})
        page.set_default_timeout(PATIENCE)
        page.on("console", lambda message: complaints.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("dialog", lambda dialog: complaints.append(f"dialog: {dialog.message}"))
        page.on("request", lambda request: fetched.append(request.url))
        page.goto(path.as_uri())
        yield page
        chromium.close()


@lru_cache
def axe() -> str:
    """axe-core, as the package brings it."""
    folder = Path(axe_playwright_python.__file__).parent
    return (folder / "axe.min.js").read_text(encoding="utf-8")


def violations(
    page: Page, within: str = "html", *, rules: tuple[str, ...] = (), without: tuple[str, ...] = ()
) -> list[str]:
    """What axe-core finds against the page as it stands: the rule, and the first places.

    What is inside a picture is taken out for it: an image is one thing to a screen reader, and
    axe would look at thousands of shapes that it cannot judge.
    """
    page.evaluate("document.querySelectorAll('svg').forEach(svg => svg.replaceChildren())")
    if not page.evaluate("'axe' in window"):
        page.evaluate(axe())
    only = {"type": "rule", "values": rules} if rules else {"type": "tag", "values": AXE_TAGS}
    found = page.evaluate(
        "([within, options]) => axe.run(within, options)",
        [
            within,
            {
                "runOnly": only,
                "rules": {rule: {"enabled": False} for rule in without},
                "resultTypes": ["violations"],
            },
        ],
    )
    return [
        f"{violation['id']}: {[node['html'][:160] for node in violation['nodes'][:3]]}"
        for violation in found["violations"]
    ]
