"""Choose what lays a pack out on pages: WeasyPrint, or the browser that this machine has."""

from __future__ import annotations

import contextlib
import io
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING

from kpixl.errors import UsageProblem
from kpixl.pack.problems import RenderProblem

if TYPE_CHECKING:
    from kpixl.pack.browsers import Browser


class Engine(StrEnum):
    """The ways to make PDF pages; ``auto`` is WeasyPrint where it can run, else Chromium."""

    AUTO = "auto"
    WEASYPRINT = "weasyprint"
    CHROMIUM = "chromium"


@dataclass(frozen=True)
class Chosen:
    """The engine that makes the pages; ``browser`` is None for WeasyPrint. ``missing`` says why
    WeasyPrint does not, "" where it does or was not asked."""

    engine: Engine
    browser: Browser | None = None
    missing: str = ""


@cache
def weasyprint_missing() -> str:
    """Why WeasyPrint cannot run here, "" where it can. Without Pango it prints a page of advice,
    which is not ours to show."""
    with contextlib.redirect_stdout(io.StringIO()):
        try:
            import weasyprint  # noqa: F401 -- whether it can be imported is the question
        except (ImportError, OSError) as fault:
            return " ".join(str(fault).split())[:200] or type(fault).__name__
    return ""


def choose(wanted: str) -> Chosen:
    """The engine for ``wanted``, one of :class:`Engine`. Raises :class:`UsageProblem`
    ``engine-unknown``; :class:`RenderProblem`: ``renderer-missing``, ``browser-missing``,
    ``engines-missing``, ``browser-not-there``."""
    from kpixl.pack.browsers import find_browser

    if wanted not in tuple(Engine):
        raise UsageProblem("engine-unknown", found=wanted, known=", ".join(Engine))
    missing = "" if wanted == Engine.CHROMIUM else weasyprint_missing()
    if wanted != Engine.CHROMIUM and not missing:
        return Chosen(Engine.WEASYPRINT)
    if wanted == Engine.WEASYPRINT:
        raise RenderProblem("renderer-missing", found=missing)
    browser = find_browser()
    if browser is not None:
        return Chosen(Engine.CHROMIUM, browser, missing)
    if missing:
        raise RenderProblem("engines-missing", found=missing)
    raise RenderProblem("browser-missing")
