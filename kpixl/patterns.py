"""Find the files that a pattern such as ``books/*.xlsx`` means: shells on Windows leave that to the
programs, and so do quotation marks on any system."""

from __future__ import annotations

import glob
from pathlib import Path

LOCK_FILE = "~$"
"""Begins the name of the marker that Excel keeps beside an open workbook."""


def is_pattern(text: str) -> bool:
    """Whether ``text`` is a pattern and not, whatever signs it has, a file or folder that is
    there."""
    return glob.has_magic(text) and not Path(text).exists()


def matching(pattern: str) -> list[Path]:
    """The files that ``pattern`` means, in order, without Excel's markers and hidden files. A
    folder that is there is itself: in ``KPI [2026]/*.xlsx`` the brackets belong to its name."""
    path = Path(pattern)
    there = next((one for one in path.parents if one.exists()), Path(path.anchor))
    rest = path.relative_to(there)
    found = glob.glob(str(Path(glob.escape(str(there)), rest)), recursive=True)  # noqa: PTH207 -- an absolute pattern, too
    return sorted(one for one in map(Path, found) if one.is_file() and is_shown(one.name))


def is_shown(name: str) -> bool:
    """Whether a file of this name is meant where nobody has named it."""
    return not name.startswith((LOCK_FILE, "."))
