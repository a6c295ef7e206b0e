"""Read the small file beside a book that remembers how its sources are read."""

from __future__ import annotations

import codecs
import difflib
import json
import re
import tomllib
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, NoReturn

from kpixl.errors import UsageProblem
from kpixl.files import reason_of
from kpixl.importing.rules import KEYS, SHAPES, TARGETS, Rules
from kpixl.importing.terms import Terms
from kpixl.measures.ids import normalise_id

SUFFIX = ".import.toml"
DATED = re.compile(r"[-_ ]*(\d{4}[-_.]?\d{2}|\d{4}年\d{1,2}月|\d{1,2}月)(分|度)?$")
"""A month at the end of a book's name."""

LONGEST_SHOWN = 80
SECRET = re.compile(r"pass(word|wd|phrase)|secret|token|パスワード", re.IGNORECASE)


class MappingProblem(UsageProblem):
    """The mapping file is wrong: ``file``, ``line`` and ``key`` say where."""


def mapping_file(workbook: Path) -> Path:
    """The mapping file of a workbook: ``plan.import.toml`` beside ``plan.xlsx``, and beside
    ``plan-2026-11.xlsx``, too, unless that has one of its own: every month's import writes a new
    book."""
    own = workbook.with_name(workbook.stem + SUFFIX)
    undated = DATED.sub("", workbook.stem)
    shared = workbook.with_name(undated + SUFFIX)
    return shared if undated and not own.exists() and shared.exists() else own


def read_mapping(path: Path) -> tuple[Rules, ...]:
    """The rules for every source, in the file's order; none where there is no file. Raises
    :class:`MappingProblem` for the first mistake."""
    if not path.exists():
        return ()
    text = _text(path)
    try:
        content = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as fault:
        raise MappingProblem("import-map-toml", file=path.name, found=str(fault)) from None
    for key in content:
        if key != "source":
            _unknown(_Place(path, text, -1), key, ("source",))
    sources = content.get("source", [])
    if not isinstance(sources, list) or not all(isinstance(one, dict) for one in sources):
        _Place(path, text, -1).refuse("import-map-type", "source", sources, form="tables")
    return tuple(_rules(one, _Place(path, text, n)) for n, one in enumerate(sources))


def rules_for(rules: Sequence[Rules], names: Sequence[str]) -> Rules | None:
    """The first rules whose pattern fits one of the ``names`` of a source, without regard to case,
    to which way the strokes of a path lean, and to how a Mac spells が; None where none does."""
    for one in rules:
        for name in names:
            if name == one.match or fnmatchcase(_comparable(name), _comparable(one.match)):
                return one
    return None


def _comparable(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold().replace("\\", "/")


def check_goals(path: Path, rules: Sequence[Rules], terms: Terms) -> None:
    """Raise :class:`MappingProblem` where the file speaks of a goal that the book does not have."""
    for number, one in enumerate(rules):
        named = [(f"ids.{code}", goal) for code, goal in one.ids.items()]
        named += [(f"factors.{goal}", goal) for goal in one.factors]
        for key, goal in named:
            if goal not in terms.labels:
                near = terms.nearest(goal)
                hint = {"form": "near", "near": near} if near else {}
                _Place(path, _text(path), number).refuse("import-map-goal", key, goal, **hint)


def _text(path: Path) -> str:
    try:
        # Windows' Notepad may begin a file with a byte-order mark.
        return path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
    except OSError as fault:
        reason = reason_of(fault)
        raise MappingProblem("config-unreadable", file=str(path), reason=reason) from fault
    except UnicodeDecodeError:
        raise MappingProblem("config-not-utf8", file=path.name) from None


@dataclass(frozen=True)
class _Place:
    """One ``[[source]]`` of a file, the first being 0; -1 is what stands outside of them."""

    file: Path
    text: str
    number: int

    def refuse(self, code: str, key: str, found: object, **details: object) -> NoReturn:
        """Raise what is wrong with ``key``, which may be in a table of its own (``ids.4100``)."""
        plain = isinstance(found, str) and code != "import-map-type"
        shown = str(found) if plain else json.dumps(found, ensure_ascii=False, default=str)
        if len(shown) > LONGEST_SHOWN:
            shown = shown[:LONGEST_SHOWN] + "…"
        raise MappingProblem(
            code, file=self.file.name, line=self.line(key), key=key, found=shown, **details
        ) from None

    def line(self, key: str) -> int:
        """The line of ``key``, or of the table that it belongs to."""
        table, _, name = key.rpartition(".")
        number, within, nearest = -1, "", 1
        for count, line in enumerate(self.text.splitlines(), start=1):
            stripped = line.strip()
            if re.match(r"\[\[\s*source\s*\]\]", stripped):
                number, within = number + 1, ""
                nearest = count if number == self.number else nearest
            elif (found := re.match(r"\[\s*source\s*\.\s*(\w+)\s*\]", stripped)) is not None:
                within = found[1]
            elif number == self.number and within == table and _sets(stripped, name):
                return count
        return nearest


def _sets(line: str, key: str) -> bool:
    found = re.match(r"(?:\"([^\"]*)\"|'([^']*)'|([\w-]+))\s*[=.]", line)
    return found is not None and key in found.groups()


def _unknown(place: _Place, key: str, known: Sequence[str]) -> NoReturn:
    near = difflib.get_close_matches(key.casefold(), known, n=1)
    hint = {"form": "near", "near": near[0]} if near else {}
    place.refuse("import-map-unknown", key, key, known=", ".join(known), **hint)


def _rules(content: Mapping[str, Any], place: _Place) -> Rules:
    for key in content:
        if SECRET.search(key):
            place.refuse("import-map-secret", key, "")
        if key not in KEYS:
            _unknown(place, key, KEYS)
    texts = ("match", "sheet", "id", "month", "year", "value", "query", "encoding", "delimiter")
    rules = {key: _words(content, key, place) for key in texts}
    if not rules["match"]:
        place.refuse("import-map-missing", "match", "")
    if re.search(r"://[^/@]*:[^/@]*@", rules["match"]):
        place.refuse("import-map-secret", "match", "")
    if rules["encoding"] and not _is_encoding(rules["encoding"]):
        place.refuse(
            "import-map-choice", "encoding", rules["encoding"], known="utf-8, cp932, utf-16, cp1252"
        )
    if len(rules["delimiter"]) > 1:
        place.refuse("import-map-choice", "delimiter", rules["delimiter"], known=r'",", ";", "\t"')
    return Rules(
        **rules,
        shape=_choice(content, "shape", SHAPES, place),
        into=_choice(content, "into", TARGETS, place),
        decimal=_choice(content, "decimal", (".", ","), place),
        header=_header(content, place),
        factor=_factor(content.get("factor"), "factor", place),
        ignore=_ignore(content, place),
        ids={
            normalise_id(code): normalise_id(_goal(goal, f"ids.{code}", place))
            for code, goal in _table(content, "ids", place).items()
        },
        factors={
            normalise_id(goal): _factor(by, f"factors.{goal}", place) or 1.0
            for goal, by in _table(content, "factors", place).items()
        },
    )


def _words(content: Mapping[str, Any], key: str, place: _Place) -> str:
    found = content.get(key, "")
    if not isinstance(found, str):
        place.refuse("import-map-type", key, found, form="text")
    # A tab is a delimiter, not blank space.
    return found if key == "delimiter" else found.strip()


def _choice(content: Mapping[str, Any], key: str, known: Sequence[str], place: _Place) -> str:
    found = _words(content, key, place)
    if found and found not in known:
        place.refuse("import-map-choice", key, found, known=", ".join(f'"{one}"' for one in known))
    return found


def _header(content: Mapping[str, Any], place: _Place) -> int | None:
    found = content.get("header")
    if found is not None and (isinstance(found, bool) or not isinstance(found, int) or found < 0):
        place.refuse("import-map-type", "header", found, form="whole")
    return found


def _factor(found: object, key: str, place: _Place) -> float | None:
    if found is None:
        return None
    if isinstance(found, bool) or not isinstance(found, (int, float)) or not 0 < abs(found) < 1e15:
        place.refuse("import-map-type", key, found, form="factor")
    return float(found)


def _ignore(content: Mapping[str, Any], place: _Place) -> tuple[str, ...]:
    found = content.get("ignore", [])
    if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
        place.refuse("import-map-type", "ignore", found, form="texts")
    return tuple(normalise_id(one) for one in found)


def _table(content: Mapping[str, Any], key: str, place: _Place) -> Mapping[str, Any]:
    found = content.get(key, {})
    if not isinstance(found, dict):
        place.refuse("import-map-type", key, found, form="table")
    return found


def _goal(found: object, key: str, place: _Place) -> str:
    if not isinstance(found, str) or not found.strip():
        place.refuse("import-map-type", key, found, form="text")
    return found


def _is_encoding(name: str) -> bool:
    try:
        # Some codecs turn bytes into bytes.
        return isinstance(codecs.decode(b"", name), str)
    except LookupError:
        return False
