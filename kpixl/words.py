"""Every text for people, in English and Japanese, looked up by key in words.json."""

from __future__ import annotations

import json
import os
import unicodedata
from functools import lru_cache

from kpixl.errors import Frozen, Reason

# A cell and `kpixl --help` wait for a few words: what they do not need is not imported for them.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Dict, Mapping, Tuple

    from kpixl.errors import KpixlError, Problem

LANGUAGES = ("en", "ja")
FILE = "words.json"
MORE = "…"
"""Stands for more names at the end of a list."""
PLAIN = "_./\\:~@%+=,-"
"""What every shell takes in a file's name as it stands, beside letters and digits."""

_NOT_COMPARED = dict.fromkeys(map(ord, "_:：・*"))

_text = ""
_sections: Dict[str, Dict[str, Dict[str, str]]] = {}


def _section(name: str) -> Dict[str, Dict[str, str]]:
    """One section, taken out of the file when it is first asked for: few programs need all."""
    if name not in _sections:
        whole = _whole()
        # A line break within a text is written as \\n, so that these mark what they seem to mark.
        start = whole.find(f'\n "{name}": {{\n')
        if start < 0:
            raise KeyError(name)
        end = whole.index("\n }", start)
        _sections[name] = json.loads(whole[whole.index("{", start) : end] + "}")
    return _sections[name]


def _whole() -> str:
    global _text  # noqa: PLW0603 -- read once, like a module
    if not _text:
        # Not by pathlib, which takes longer to import than all of this.
        path = os.path.join(os.path.dirname(__file__), FILE)  # noqa: PTH118, PTH120
        with open(path, encoding="utf-8") as file:  # noqa: PTH123
            _text = file.read()
    return _text


@lru_cache(maxsize=4096)
def word(key: str, language: str) -> str:
    """The text of ``"section.name"`` in ``"en"`` or ``"ja"``, as it stands in words.json."""
    group, _, name = key.partition(".")
    return _section(group)[name][language]


def say(key: str, language: str, /, **details: object) -> str:
    """The text of ``key`` with its ``{placeholders}`` filled in; one may be called ``language``."""
    return word(key, language).format(**details)


def section(name: str) -> Mapping[str, Mapping[str, str]]:
    """All entries of one section: name -> language -> text."""
    return _section(name)


def fold(text: str) -> str:
    """``text`` as it is compared: NFKC, without case, spaces, underscores or closing colons, and
    with straight apostrophes."""
    folded = unicodedata.normalize("NFKC", text).casefold().replace("’", "'")
    return "".join(folded.split()).translate(_NOT_COMPARED)


class BookNames:
    """What a workbook calls its sheets, columns and settings, by ``sheet.<key>``,
    ``column.<sheet>.<key>`` and ``setting.<key>``: whoever reads a sentence in another language
    still looks for them by the names that they have there. What it does not have goes by the
    language of its Goals sheet, and without a workbook by that of the sentence."""

    def __init__(self, names: Mapping[str, str], language: str) -> None:
        goals = section("sheet")["goals"]
        own = (one for one in LANGUAGES if goals[one] == names.get("sheet.goals"))
        self._names, self._language = names, next(own, language)

    def __getitem__(self, key: str) -> str:
        kind, *_, name = key.split(".")
        return self._names.get(key) or word(f"{kind}.{name}", self._language)


class ProblemText(Frozen):
    """A problem in words: what was found, what was expected, how to mend it."""

    what: str
    expected: str
    mend: str


def problem_text(problem: Problem | KpixlError, language: str) -> ProblemText:
    """The sentences for a problem or error (section ``problem``: ``<code>``,
    ``<code>.expected`` and ``<code>.mend``). A ``form`` among its details, such as "one" against
    "many", takes ``<code>.<form>`` and what belongs to that, where there is such an entry;
    ``book`` has the names that the workbook has for its sheets, columns and settings."""
    values = {
        key: shown(value, language)
        for key, value in {"found": getattr(problem, "found", ""), **problem.details}.items()
    }
    names = values.get("book")
    values["book"] = BookNames(names if isinstance(names, dict) else {}, language)
    entries = section("problem")

    def text(part: str) -> str:
        names = (f"{problem.code}.{values.get('form')}{part}", f"{problem.code}{part}")
        name = next((one for one in names if one in entries), None)
        return entries[name][language].format(**values) if name else ""

    return ProblemText(text(""), text(".expected"), text(".mend"))


def shown(value: object, language: str) -> object:
    """A detail as a sentence has it: names as a list, and a system's reason in the language, where
    there are words for it."""
    if type(value) is tuple:
        return _listed(value, language)
    if type(value) is Reason and value.name:
        return word(f"reason.{value.name}", language)
    return value


def _listed(names: Tuple[object, ...], language: str) -> str:
    """Names in quotation marks, as a list is written in the language; an … stands for more."""
    left, right, joint = ("「", "」", "、") if language == "ja" else ("“", "”", ", ")
    shown = (str(one) if one == MORE else f"{left}{one}{right}" for one in names)
    return joint.join(shown) or "–"


def typed(name: str) -> str:
    """A file's name as it is typed after a command: in quotes where it holds more than letters,
    digits and what stands in every path. Parentheses, ``&`` and spaces of full width are read
    otherwise by one shell or another."""
    return name if all(sign.isalnum() or sign in PLAIN for sign in name) else f'"{name}"'
