"""Turn brand.toml into entries: each with its line, taken out by type, wrong ones explained."""

from __future__ import annotations

import difflib
import json
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from kpixl.errors import UsageProblem
from kpixl.files import reason_of
from kpixl.plan.settings import COLOURS

LONGEST_SHOWN = 80
_AT = re.compile(r"\(at line (\d+)")
_END = "(at end of document)"
_TWICE = ("overwrite", "twice")
"""In what tomllib says of a key or table that is there already."""
_HEX = re.compile(r"#?([0-9a-f]{6}|[0-9a-f]{3})")


class BrandProblem(UsageProblem):
    """A brand folder holds what cannot be used: ``place`` is the file with its line, ``key`` what
    was set, ``found`` to what."""


@dataclass(frozen=True)
class Entries:
    """What ``file`` says. Raises :class:`BrandProblem` for what is wrong with it; what it is asked
    for may be missing, and is then "" or None."""

    file: Path
    source: str
    content: Mapping[str, object]

    def place(self, key: str, found: str = "") -> str:
        """The file with the line on which ``found`` stands below ``key``."""
        lines = self.source.splitlines()
        start = _line(lines, 0, rf"""\s*\[*\s*["']?{re.escape(key)}["']?\s*[].=]""")
        inside = start and found and _line(lines, start - 1, rf""".*["']{re.escape(found)}["']""")
        line = inside or start
        return f"{self.file}:{line}" if line else str(self.file)

    def refuse(self, code: str, key: str, found: object, **details: object) -> NoReturn:
        """Raise a problem with what stands at ``key``."""
        text = found if isinstance(found, str) else _shown(found)
        shown = text if len(text) <= LONGEST_SHOWN else text[:LONGEST_SHOWN] + "…"
        place = self.place(key, text)
        raise BrandProblem(code, place=place, key=key, found=shown, **details) from None

    def unknown(self, code: str, key: str, found: str, known: Sequence[str]) -> NoReturn:
        """Raise a problem with a name that is none of ``known``."""
        near = difflib.get_close_matches(found.casefold(), known, n=1)
        hint = {"form": "near", "near": near[0]} if near else {}
        self.refuse(code, key, found, known=", ".join(known), **hint)

    def text(self, key: str) -> str:
        """The text at ``key``, without what is blank around it."""
        found = self.content.get(key, "")
        if not isinstance(found, str):
            self.refuse("brand-type", key, found, form="text")
        return found.strip()

    def texts(self, key: str, languages: Sequence[str]) -> dict[str, str]:
        """The texts at ``key`` by language; one text is that of all of them."""
        found = self.content.get(key, "")
        if isinstance(found, str):
            return dict.fromkeys(languages, found.strip()) if found.strip() else {}
        if not isinstance(found, dict):
            self.refuse("brand-type", key, found, form="texts")
        for name, text in found.items():
            if name not in languages or not isinstance(text, str):
                self.refuse("brand-type", key, found, form="texts")
        return {name: text.strip() for name, text in found.items() if text.strip()}

    def names(self, key: str) -> tuple[str, ...] | None:
        """The list of names at ``key``, none of them twice."""
        found = self.content.get(key)
        if found is None:
            return None
        if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
            self.refuse("brand-type", key, found, form="names")
        names = tuple(one.strip() for one in found)
        if not names:
            self.refuse("brand-names", key, found, form="none")
        twice = next((one for one in names if names.count(one) > 1), None)
        if twice is not None:
            self.refuse("brand-names", key, twice)
        return names

    def colour(self, key: str) -> str:
        """The colour at ``key`` as ``#rrggbb``."""
        found = self.text(key).casefold()
        match = _HEX.fullmatch(found)
        if match is not None:
            digits = match[1]
            return "#" + (digits if len(digits) == 6 else "".join(2 * one for one in digits))
        if found and found not in COLOURS:
            self.refuse("brand-colour", key, self.text(key))
        return COLOURS.get(found, "")


def read_entries(file: Path, known: Sequence[str]) -> Entries:
    """What brand.toml says. Raises :class:`BrandProblem` where it cannot be read, or has a key that
    is none of ``known``."""
    source = _source(file)
    try:
        content = tomllib.loads(source)
    except (tomllib.TOMLDecodeError, RecursionError) as fault:
        raise _not_toml(file, source, str(fault)) from None
    entries = Entries(file, source, content)
    for key in content:
        if key not in known:
            entries.unknown("brand-unknown", key, key, known)
    return entries


def _not_toml(file: Path, source: str, fault: str) -> BrandProblem:
    """What is said of a file that is no TOML: its line, and whether something stands twice there.
    The rest of what the parser says is in English only, and for programmers."""
    found = _AT.search(fault)
    last = len(source.rstrip().splitlines()) if _END in fault else 0
    line = int(found[1]) if found else last
    form = {"form": "twice"} if any(one in fault for one in _TWICE) else {}
    place = f"{file}:{line}" if line else str(file)
    return BrandProblem("brand-not-toml", place=place, found=fault, **form)


def _source(file: Path) -> str:
    try:
        # Windows' Notepad may begin a file with a byte-order mark.
        return file.read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
    except OSError as fault:
        reason = reason_of(fault)
        raise BrandProblem("brand-unreadable", place=str(file), reason=reason) from fault
    except UnicodeDecodeError:
        raise BrandProblem("brand-not-utf8", place=str(file)) from None


def _line(lines: Sequence[str], start: int, pattern: str) -> int:
    """The number of the first line from ``start`` that begins with ``pattern``; 0 for none."""
    numbered = enumerate(lines[start:], start + 1)
    return next((number for number, line in numbered if re.match(pattern, line)), 0)


def _shown(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)
