"""Turn the facts about a machine into findings: what works here, and what to install for more."""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Callable, Mapping

from kpixl import __version__
from kpixl.machine import JAPANESE_FONTS, LATIN_FONT, Machine, look
from kpixl.pack.browsers import find_browser, version_of
from kpixl.pack.engines import PLUTOPRINT
from kpixl.pack.problems import RenderProblem
from kpixl.words import say, section

OLDEST_PYTHON = (3, 11)
OLDEST_PANGO = (1, 44, 0)  # WeasyPrint's own requirement


@dataclass(frozen=True)
class Finding:
    """One thing looked for: whether it is well, what was found, how to mend it, what needs it.

    ``name`` and ``needed_for`` name texts of words.json (section ``doctor``), ``mend`` one or
    "" where nothing needs mending; :func:`finding_text` says them. ``required`` things stop the
    work; the others only narrow it.
    """

    name: str
    ok: bool
    found: str
    mend: str
    needed_for: str
    required: bool
    details: Mapping[str, str]


@dataclass(frozen=True)
class FindingText:
    """A finding in words of one language; ``mend`` is "" where nothing needs mending."""

    name: str
    found: str
    mend: str
    needed_for: str


def examine(folder: Path | None = None) -> tuple[Finding, ...]:
    """What kpixl finds on this machine, with ``folder`` (default: the current one) as the place
    to write to. Takes about a second; looks only, and changes nothing."""
    machine = look(folder or Path.cwd())
    return judge(replace(machine, browser=_browser()))


def _browser() -> str | None:
    """The browser that would print packs, with its version."""
    try:
        found = find_browser()
    except RenderProblem:  # the one that is named is not there
        return None
    return f"{found.program} {version_of(found)}".strip() if found else None


def judge(machine: Machine) -> tuple[Finding, ...]:
    """The findings about ``machine``, in the order in which one would mend them."""
    return tuple(
        _finding(check, machine)
        for check in _CHECKS
        if not check.systems or machine.system in check.systems
    )


def finding_text(finding: Finding, language: str) -> FindingText:
    """``finding`` in ``"en"`` or ``"ja"``."""
    return FindingText(
        name=say(f"doctor.{finding.name}", language),
        found=finding.found or say("doctor.not_found", language),
        mend=say(f"doctor.{finding.mend}", language, **finding.details) if finding.mend else "",
        needed_for=say(f"doctor.{finding.needed_for}", language),
    )


@dataclass(frozen=True)
class _Check:
    """One thing to look for: what of it is there, and whether that is good enough."""

    name: str
    needed_for: str
    found: Callable[[Machine], str]
    good: Callable[[Machine], bool]
    required: bool = False
    wanted: Callable[[Machine], str] = lambda _: ""
    systems: tuple[str, ...] = ()  # where it can be at all; everywhere if empty


def _dotted(version: tuple[int, ...] | None) -> str:
    return ".".join(str(part) for part in version or ())


def _japanese_fonts(machine: Machine) -> str:
    return ", ".join(name for name in JAPANESE_FONTS if name in machine.fonts)


def _right(name: str) -> Callable[[Machine], bool]:
    """Whether the package is there in the version that is wanted, if one is."""

    def good(machine: Machine) -> bool:
        found, wanted = getattr(machine, name), getattr(machine, f"{name}_wanted")
        return found is not None and wanted in (None, found)

    return good


def _requirement(name: str) -> Callable[[Machine], str]:
    """What to ask pip for."""

    def wanted(machine: Machine) -> str:
        version = getattr(machine, f"{name}_wanted")
        return f"{name}=={version}" if version else name

    return wanted


def _has_pango(machine: Machine) -> bool:
    return machine.pango is not None and machine.pango >= OLDEST_PANGO


def _has_plutoprint(machine: Machine) -> bool:
    return machine.plutoprint == PLUTOPRINT


def _engine(machine: Machine) -> str:
    """What packs are made with where no templates ask for more."""
    if _has_plutoprint(machine):
        return f"PlutoPrint {machine.plutoprint}"
    if machine.weasyprint and _has_pango(machine):
        return f"WeasyPrint {machine.weasyprint}, Pango {_dotted(machine.pango)}"
    return machine.browser or ""


def _frames(machine: Machine) -> str:
    versions = {"pandas": machine.pandas, "pyarrow": machine.pyarrow}
    return ", ".join(f"{name} {version}" for name, version in versions.items() if version)


_CHECKS = (
    _Check(
        "python",
        "for_everything",
        found=lambda m: _dotted(m.python),
        good=lambda m: m.python >= OLDEST_PYTHON,
        required=True,
        wanted=lambda _: _dotted(OLDEST_PYTHON),
    ),
    _Check(
        "weasyprint",
        "for_pages",
        found=lambda m: m.weasyprint or "",
        good=_right("weasyprint"),
        wanted=_requirement("weasyprint"),
    ),
    _Check(
        "pango",
        "for_pages",
        found=lambda m: _dotted(m.pango),
        good=_has_pango,
        wanted=lambda _: _dotted(OLDEST_PANGO),
    ),
    _Check(
        "plutoprint",
        "for_speed",
        found=lambda m: m.plutoprint or "",
        good=_has_plutoprint,
        wanted=lambda _: f"plutoprint=={PLUTOPRINT}",
    ),
    _Check(
        "browser",
        "for_pdf_without_pango",
        found=lambda m: m.browser or "",
        good=lambda m: m.browser is not None,
    ),
    _Check(
        "engine",
        "for_pdf",
        found=_engine,
        good=lambda m: bool(_engine(m)),
        required=True,
    ),
    _Check(
        "subset",
        "for_small_fonts",
        found=lambda m: "libharfbuzz-subset" if m.subset else "",
        good=lambda m: m.subset,
    ),
    _Check(
        "latin_font",
        "for_look",
        found=lambda m: LATIN_FONT if LATIN_FONT in m.fonts else "",
        good=lambda m: LATIN_FONT in m.fonts,
    ),
    _Check(
        "japanese_font",
        "for_japanese_packs",
        found=_japanese_fonts,
        good=lambda m: bool(_japanese_fonts(m)),
    ),
    _Check(
        "folder",
        "for_results",
        found=lambda m: str(m.folder),
        good=lambda m: m.writable,
        required=True,
    ),
    _Check(
        "frames",
        "for_frames",
        found=_frames,
        good=lambda m: bool(m.pandas and m.pyarrow),
    ),
    _Check(
        "libreoffice",
        "for_cells_libreoffice",
        found=lambda m: m.libreoffice or "",
        good=lambda m: m.libreoffice is not None,
    ),
    _Check(
        "calc_functions",
        "for_cells_libreoffice",
        found=lambda m: m.calc_functions or "",
        good=lambda m: m.calc_functions == __version__,
        wanted=lambda _: __version__,
    ),
    _Check(
        "excel",
        "for_cells",
        found=lambda m: "Excel" if m.excel else "",
        good=lambda m: m.excel,
        systems=("windows", "macos"),
    ),
    _Check(
        "xlwings",
        "for_cells",
        found=lambda m: m.xlwings or "",
        good=_right("xlwings"),
        wanted=_requirement("xlwings"),
        systems=("windows",),
    ),
    _Check(
        "pywin32",
        "for_cells",
        found=lambda m: m.pywin32 or "",
        good=lambda m: m.pywin32 is not None,
        systems=("windows",),
    ),
)


def _finding(check: _Check, machine: Machine) -> Finding:
    good = check.good(machine)
    return Finding(
        name=check.name,
        ok=good,
        found=check.found(machine),
        mend="" if good else _mend(check.name, machine.system),
        needed_for=check.needed_for,
        required=check.required,
        details={
            "wanted": check.wanted(machine),
            "folder": str(machine.folder),
            "python": sys.executable,
        },
    )


def _mend(name: str, system: str) -> str:
    """The name of the advice: that of the system where it has one of its own."""
    own = f"mend_{name}_{system}"
    return own if own in section("doctor") else f"mend_{name}"
