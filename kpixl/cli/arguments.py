"""Do to a command line on Windows what shells elsewhere have done to it before kpixl sees it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from kpixl.files import at_home
from kpixl.patterns import is_pattern, matching

OWN_PATTERNS = ("pack", "import", "merge")
"""The commands that expand patterns themselves, each in its own way."""


def as_a_shell(words: Sequence[str]) -> list[str]:
    r"""The ``words`` of a command line with ``~\`` as the home, and for commands that know no
    patterns those that fit some file as these files. A name that is there stays as it is, whatever
    signs it has, and so does a URL."""
    own = bool(words) and words[0] in OWN_PATTERNS
    found: list[str] = []
    for word in words:
        plain = str(at_home(Path(word))) if word == "~" or word.startswith(("~/", "~\\")) else word
        matched = [] if own or "://" in plain or not is_pattern(plain) else matching(plain)
        found.extend(map(str, matched) if matched else (plain,))
    return found
