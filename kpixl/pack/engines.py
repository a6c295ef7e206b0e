"""Choose what lays a pack out on pages: WeasyPrint, PlutoPrint, or this machine's browser."""

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


PLUTOPRINT = "0.23.0"
"""The PlutoPrint whose pages :mod:`kpixl.pack.pluto` knows how to read."""


class Engine(StrEnum):
    """The ways to make PDF pages; ``auto`` is WeasyPrint where it can run, else PlutoPrint where it
    is installed, else Chromium."""

    AUTO = "auto"
    WEASYPRINT = "weasyprint"
    PLUTOPRINT = "plutoprint"
    CHROMIUM = "chromium"


@dataclass(frozen=True)
class Chosen:
    """The engine that makes the pages; ``browser`` is Chromium's. ``missing`` says why WeasyPrint
    does not, "" where it does or was not asked."""

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


@cache
def plutoprint_missing() -> str:
    """Why PlutoPrint cannot run here, "" where it can."""
    try:
        import plutoprint
    except (ImportError, OSError) as fault:
        return " ".join(str(fault).split())[:200] or type(fault).__name__
    found = str(plutoprint.__version__)
    return "" if found == PLUTOPRINT else f"{found} ≠ {PLUTOPRINT}"


def choose(wanted: str) -> Chosen:
    """The engine for ``wanted``, one of :class:`Engine`. Raises :class:`UsageProblem`
    ``engine-unknown``; :class:`RenderProblem`: ``renderer-missing``, ``plutoprint-missing``,
    ``browser-missing``, ``engines-missing``, ``browser-not-there``."""
    from kpixl.pack.browsers import find_browser

    if wanted not in tuple(Engine):
        raise UsageProblem("engine-unknown", found=wanted, known=", ".join(Engine))
    missing = weasyprint_missing() if wanted in (Engine.AUTO, Engine.WEASYPRINT) else ""
    if wanted in (Engine.AUTO, Engine.WEASYPRINT) and not missing:
        return Chosen(Engine.WEASYPRINT)
    if wanted == Engine.WEASYPRINT:
        raise RenderProblem("renderer-missing", found=missing)
    if wanted in (Engine.AUTO, Engine.PLUTOPRINT):
        without = plutoprint_missing()
        if not without:
            return Chosen(Engine.PLUTOPRINT, None, missing)
        if wanted == Engine.PLUTOPRINT:
            raise RenderProblem("plutoprint-missing", found=without, wanted=PLUTOPRINT)
    browser = find_browser()
    if browser is not None:
        return Chosen(Engine.CHROMIUM, browser, missing)
    if missing:
        raise RenderProblem("engines-missing", found=missing)
    raise RenderProblem("browser-missing")
