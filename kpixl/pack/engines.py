"""Choose what lays a pack out on pages: PlutoPrint, WeasyPrint, or this machine's browser."""

from __future__ import annotations

import contextlib
import io
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING

from kpixl.errors import UsageProblem
from kpixl.pack.beyond import Beyond, beyond
from kpixl.pack.problems import RenderProblem

if TYPE_CHECKING:
    from pathlib import Path

    from kpixl.pack.browsers import Browser


PLUTOPRINT = "0.23.0"
"""The PlutoPrint whose pages :mod:`kpixl.pack.pluto` knows how to read."""


class Engine(StrEnum):
    """The ways to make PDF pages; ``auto`` is PlutoPrint where it is installed, else WeasyPrint
    where it can run, else Chromium. Where templates ask for what PlutoPrint would pass over,
    WeasyPrint comes first."""

    AUTO = "auto"
    WEASYPRINT = "weasyprint"
    PLUTOPRINT = "plutoprint"
    CHROMIUM = "chromium"


@dataclass(frozen=True)
class Chosen:
    """The engine that makes the pages; ``browser`` is Chromium's. ``missing`` says why WeasyPrint
    does not, "" where it does or was not asked; ``beyond`` is what of the templates PlutoPrint
    passes over, or would."""

    engine: Engine
    browser: Browser | None = None
    missing: str = ""
    beyond: Beyond | None = None


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


def choose(wanted: str, templates: Path | None = None) -> Chosen:
    """The engine for ``wanted``, one of :class:`Engine`, and for packs that the folder
    ``templates`` has a part in. Raises :class:`UsageProblem` ``engine-unknown``;
    :class:`RenderProblem`: ``renderer-missing``, ``plutoprint-missing``, ``browser-missing``,
    ``engines-missing``, ``browser-not-there``."""
    if wanted not in tuple(Engine):
        raise UsageProblem("engine-unknown", found=wanted, known=", ".join(Engine))
    if wanted == Engine.AUTO:
        return _chosen(templates)
    if wanted == Engine.WEASYPRINT:
        missing = weasyprint_missing()
        if missing:
            raise RenderProblem("renderer-missing", found=missing)
        return Chosen(Engine.WEASYPRINT)
    if wanted == Engine.PLUTOPRINT:
        missing = plutoprint_missing()
        if missing:
            raise RenderProblem("plutoprint-missing", found=missing, wanted=PLUTOPRINT)
        return Chosen(Engine.PLUTOPRINT, beyond=beyond(templates))
    return _browser("")


def _chosen(templates: Path | None) -> Chosen:
    """The first engine that can run here and lays out all that is asked for, else the first that
    can run."""
    pluto = not plutoprint_missing()
    past = beyond(templates) if pluto else None
    if pluto and past is None:
        return Chosen(Engine.PLUTOPRINT)
    missing = weasyprint_missing()
    if not missing:
        return Chosen(Engine.WEASYPRINT, beyond=past)
    return Chosen(Engine.PLUTOPRINT, None, missing, past) if pluto else _browser(missing)


def _browser(missing: str) -> Chosen:
    """The browser, ``missing`` saying why WeasyPrint is not taken, "" where it was not asked."""
    from kpixl.pack.browsers import find_browser

    browser = find_browser()
    if browser is not None:
        return Chosen(Engine.CHROMIUM, browser, missing)
    if missing:
        raise RenderProblem("engines-missing", found=missing)
    raise RenderProblem("browser-missing")
