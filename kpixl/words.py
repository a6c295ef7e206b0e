"""Every text for people, in English and Japanese, looked up by key in words.json."""

from __future__ import annotations

import json
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Dict, Mapping

from kpixl.errors import KpixlError, Problem

LANGUAGES = ("en", "ja")


@lru_cache(maxsize=1)
def _all() -> Dict[str, Dict[str, Dict[str, str]]]:
    text = (Path(__file__).parent / "words.json").read_text(encoding="utf-8")
    loaded: Dict[str, Dict[str, Dict[str, str]]] = json.loads(text)
    return loaded


def word(key: str, language: str) -> str:
    """The text of ``"section.name"`` in ``"en"`` or ``"ja"``, as it stands in words.json."""
    section, _, name = key.partition(".")
    return _all()[section][name][language]


def say(key: str, language: str, **details: object) -> str:
    """The text of ``key`` with its ``{placeholders}`` filled in."""
    return word(key, language).format(**details)


def section(name: str) -> Mapping[str, Mapping[str, str]]:
    """All entries of one section: name -> language -> text."""
    return _all()[name]


def fold(text: str) -> str:
    """``text`` as it is compared: NFKC, without case, spaces, underscores or closing colons."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(ch for ch in folded if not ch.isspace() and ch not in "_:：・*")


@dataclass(frozen=True)
class ProblemText:
    """A problem in words: what was found, what was expected, how to mend it."""

    what: str
    expected: str
    mend: str


def problem_text(problem: Problem | KpixlError, language: str) -> ProblemText:
    """The sentences for a problem or error (section ``problem``: ``<code>``,
    ``<code>.expected`` and ``<code>.mend``). A ``form`` among its details, such as "one" against
    "many", takes ``<code>.<form>`` and what belongs to that, where there is such an entry."""
    values = {"found": getattr(problem, "found", ""), **problem.details}
    entries = section("problem")

    def text(part: str) -> str:
        names = (f"{problem.code}.{values.get('form')}{part}", f"{problem.code}{part}")
        name = next((one for one in names if one in entries), None)
        return entries[name][language].format(**values) if name else ""

    return ProblemText(text(""), text(".expected"), text(".mend"))
