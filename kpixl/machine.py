"""Turn the machine that kpixl runs on into facts: versions, fonts, programs. Changes nothing."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import unicodedata
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

LATIN_FONT = "Inter"
JAPANESE_FONTS = ("BIZ UDPGothic", "Hiragino Sans", "Noto Sans CJK JP")

# The file in which a font comes, where no font list can be asked (Windows, macOS).
_FONT_FILES = {
    "inter": LATIN_FONT,
    "biz-udgothic": "BIZ UDPGothic",
    "bizudpgothic": "BIZ UDPGothic",
    "notosanscjk": "Noto Sans CJK JP",
    "ヒラギノ角ゴシック": "Hiragino Sans",
}
# An extension's name, then what it is kept as, its kind and its version.
_CALC_FUNCTIONS = re.compile(
    rb"\borg\.kpixl\.functions\n[^\xff]*\xff[^\xff]*\xff[^\xff]*\xff([0-9.]+)"
)
# What an extension says of itself, where it is kept for all users.
_SHARED_FUNCTIONS = re.compile(
    rb'<identifier value="org\.kpixl\.functions"\s*/>\s*<version value="([0-9.]+)"'
)
# Runs in a process of its own: a missing library prints a page of advice and may end Python.
_ASK_WEASYPRINT = """
import warnings; warnings.simplefilter("ignore")
from weasyprint.text import ffi
print("pango", ffi.pango.pango_version(), getattr(ffi, "harfbuzz_subset", None) is not None)
"""


@dataclass(frozen=True)
class Machine:
    """What was found on a machine; versions are None where a thing is not there.

    ``system`` is ``debian``, ``fedora``, ``macos``, ``windows`` or ``other``; ``pango`` is None
    where WeasyPrint cannot load it, and what is ``wanted`` None where kpixl is not installed.
    ``browser`` is the one that could print packs; :func:`look` leaves it to others to find.
    """

    system: str
    python: tuple[int, int, int]
    weasyprint: str | None
    weasyprint_wanted: str | None
    pango: tuple[int, int, int] | None
    subset: bool
    fonts: frozenset[str]
    libreoffice: str | None
    excel: bool
    xlwings: str | None
    pandas: str | None
    pyarrow: str | None
    folder: Path
    writable: bool
    xlwings_wanted: str | None = None
    pywin32: str | None = None
    calc_functions: str | None = None
    browser: str | None = None
    plutoprint: str | None = None


def look(folder: Path) -> Machine:
    """What this machine has. Heavy or fragile things are asked in processes of their own."""
    pango, subset = _pango()
    office = libreoffice()
    return Machine(
        system=_system(),
        python=sys.version_info[:3],
        weasyprint=installed_version("weasyprint"),
        weasyprint_wanted=_wanted("weasyprint"),
        pango=pango,
        subset=subset,
        fonts=_font_families(),
        libreoffice=office,
        excel=has_excel(),
        xlwings=installed_version("xlwings"),
        pandas=installed_version("pandas"),
        pyarrow=installed_version("pyarrow"),
        folder=folder,
        writable=_can_write(folder),
        xlwings_wanted=_wanted("xlwings"),
        pywin32=installed_version("pywin32"),
        # A user's own come before those that are there for all.
        calc_functions=calc_functions(_office_profiles())
        or functions_for_all(_shared_extensions(office)),
        plutoprint=installed_version("plutoprint"),
    )


def _system() -> str:
    if sys.platform == "win32":
        return "windows"
    if sys.platform == "darwin":
        return "macos"
    try:
        release = platform.freedesktop_os_release()
    except OSError:
        return "other"
    family = f"{release.get('ID', '')} {release.get('ID_LIKE', '')}".split()
    for system, names in (("debian", {"debian", "ubuntu"}), ("fedora", {"fedora", "rhel"})):
        if names & set(family):
            return system
    return "other"


def installed_version(distribution: str) -> str | None:
    """The version of an installed package; None where it is not installed."""
    try:
        return importlib.metadata.version(distribution)
    except importlib.metadata.PackageNotFoundError:
        return None


def _wanted(distribution: str) -> str | None:
    """The one version that kpixl asks for: charts are drawn through WeasyPrint's internals, and
    Excel's workbooks call xlwings' file by a name that holds its version."""
    try:
        requirements = importlib.metadata.requires("kpixl") or []
    except importlib.metadata.PackageNotFoundError:
        return None
    for requirement in requirements:
        match = re.match(rf"{distribution}\s*==\s*([\w.]+)", requirement, re.IGNORECASE)
        if match:
            return match.group(1)
    return None


def _pango() -> tuple[tuple[int, int, int] | None, bool]:
    """Pango's version as WeasyPrint loads it, and whether HarfBuzz can cut fonts down."""
    if importlib.util.find_spec("weasyprint") is None:
        return None, False
    answer = _output(sys.executable, "-c", _ASK_WEASYPRINT)
    match = re.search(r"^pango (\d+) (True|False)$", answer, re.MULTILINE)
    if match is None:
        return None, False
    number = int(match.group(1))  # 1.50.12 is 15012
    return (number // 10000, number // 100 % 100, number % 100), match.group(2) == "True"


def _font_families() -> frozenset[str]:
    """Those of kpixl's fonts that are here."""
    listed = _output("fc-list", "--format", "%{family}\n") if shutil.which("fc-list") else ""
    families = {name.strip() for line in listed.splitlines() for name in line.split(",")}
    return frozenset((families or _families_by_file()) & {LATIN_FONT, *JAPANESE_FONTS})


def _families_by_file() -> set[str]:
    return {
        family
        for place in _font_places()
        for file in _files(place)
        for start, family in _FONT_FILES.items()
        # macOS spells ゴ as two characters.
        if unicodedata.normalize("NFC", file.name).lower().startswith(start)
    }


def _font_places() -> tuple[Path, ...]:
    home = Path.home()
    local = Path(os.environ.get("LOCALAPPDATA", home))
    return (
        Path(os.environ.get("WINDIR", "C:/Windows")) / "Fonts",
        local / "Microsoft" / "Windows" / "Fonts",
        home / "Library" / "Fonts",
        Path("/Library/Fonts"),
        Path("/System/Library/Fonts"),
    )


def _files(place: Path) -> list[Path]:
    """The files of a folder; none where it is not there or not ours to read."""
    try:
        return list(place.iterdir())
    except OSError:
        return []


def libreoffice() -> str | None:
    """The program of the LibreOffice on this machine; None where there is none."""
    for name in ("soffice", "libreoffice", *map(str, _office_places())):
        found = shutil.which(name)
        if found:
            return found
    return None


def _office_places() -> tuple[Path, ...]:
    """Where LibreOffice's program lies that is not on the PATH: on Windows for all users, the
    32-bit one on any drive included; on macOS for all users, and for one."""
    starts = ("PROGRAMFILES", "PROGRAMW6432", "PROGRAMFILES(X86)")
    folders = dict.fromkeys(os.environ[name] for name in starts if os.environ.get(name))
    program = Path("LibreOffice.app", "Contents", "MacOS", "soffice")
    found = [Path(folder, "LibreOffice", "program", "soffice.exe") for folder in folders]
    found.append(Path("/Applications", program))
    with suppress(RuntimeError):  # nobody's home is known
        found.append(Path.home() / "Applications" / program)
    return tuple(found)


def calc_functions(profiles: Iterable[Path]) -> str | None:
    """The version of the KPI functions that LibreOffice has by one of its profiles, as it notes
    its extensions there; None where it has none."""
    for profile in profiles:
        note = profile / "uno_packages" / "cache" / "uno_packages.pmap"
        with suppress(OSError):
            found = _CALC_FUNCTIONS.search(note.read_bytes())
            if found:
                return found[1].decode()
    return None


def functions_for_all(places: Iterable[Path]) -> str | None:
    """The version of the KPI functions that LibreOffice has for all users of the machine, as root
    installs them; None where it has none. ``places`` are where it keeps such extensions: each in a
    folder of its own, beside which a file tells when it was removed."""
    for place in places:
        for folder in _files(place / "uno_packages"):
            if not folder.name.endswith("_"):
                continue
            removed = folder.with_name(f"{folder.name.removesuffix('_')}removed")
            for extension in _files(folder):
                with suppress(OSError):
                    found = _SHARED_FUNCTIONS.search((extension / "description.xml").read_bytes())
                    if found and not removed.exists():
                        return found[1].decode()
    return None


def _shared_extensions(office: str | None) -> tuple[Path, ...]:
    if office is None:
        return ()
    home = Path(office).resolve().parent.parent
    shares = (home / "share", home / "Resources")  # the second on macOS
    return tuple(share / "uno_packages" / "cache" for share in shares)


def _office_profiles() -> tuple[Path, ...]:
    """Where LibreOffice keeps what is a user's own."""
    home = Path.home()
    roaming = Path(os.environ.get("APPDATA", home))
    settings = Path(os.environ.get("XDG_CONFIG_HOME", home / ".config"))
    return (
        roaming / "LibreOffice" / "4" / "user",
        home / "Library" / "Application Support" / "LibreOffice" / "4" / "user",
        settings / "libreoffice" / "4" / "user",
    )


def has_excel() -> bool:
    """Whether a desktop Excel is installed here."""
    if sys.platform == "win32":
        import winreg

        try:
            winreg.CloseKey(winreg.OpenKey(winreg.HKEY_CLASSES_ROOT, "Excel.Application"))
        except OSError:
            return False
        return True
    return Path("/Applications/Microsoft Excel.app").exists()


def _can_write(folder: Path) -> bool:
    """By writing: permissions alone do not tell on Windows and on network shares."""
    try:
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


def _output(*command: str) -> str:
    """What ``command`` prints, or "" where it cannot be run or fails."""
    try:
        done = subprocess.run(  # noqa: S603  # commands of this module, no text from outside
            command, capture_output=True, timeout=30, check=False,
            # A Japanese Windows speaks cp932 here, of a path in a traceback for one; what is no
            # UTF-8 would take the answer with it, and print a traceback of kpixl's own there.
            encoding="utf-8", errors="replace",
        )  # fmt: skip
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout if done.returncode == 0 else ""
