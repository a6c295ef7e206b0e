"""Write into the mapping file how a source was read, for the next month."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path

from kpixl.files import write_file
from kpixl.importing.database import is_database
from kpixl.importing.figures import Understood
from kpixl.importing.rules import Rules
from kpixl.words import say, word

# A month or day in a file's name: "2026-10", "202610", "2026年10月", "_26.10.".
_DATED = re.compile(r"\d{4,8}(?:[-_.年]\d{1,2}){0,2}[月日]?|\d{1,2}月")


def pattern_for(source: str) -> str:
    """The pattern that next month's file fits, too: what looks like a date becomes ``*``."""
    if is_database(source):
        return source
    # What means something in a pattern stands for itself in brackets.
    plain = re.sub(r"([\[\]*?])", r"[\1]", source)
    return re.sub(r"\*{2,}", "*", _DATED.sub("*", plain))


def entry(found: Understood, rules: Rules, language: str) -> str:
    """The lines of one source, with a comment on each key that is not plain."""
    said: list[tuple[str, object]] = [("match", pattern_for(found.source))]
    if found.kind == "workbook":
        said.append(("sheet", found.sheet))
    if found.kind == "csv":
        said += [("encoding", _lasting(found.encoding)), ("delimiter", found.delimiter)]
    if rules.query:
        said.append(("query", rules.query))
    said.append(("shape", found.shape))
    said += list(found.columns.items())
    if rules.decimal:
        said.append(("decimal", rules.decimal))
    if found.into != "actuals":
        said.append(("into", found.into))
    lines = ["[[source]]", *(f"{key} = {_toml(value)}" for key, value in said if value != "")]
    hints = (("factor", "1000"), ("ignore", '["9999", "X*"]'))
    lines += [
        f"# {key} = {example}  # {word(f'import.map_{key}', language)}" for key, example in hints
    ]
    lines += ["# [source.ids]", f'# "4100" = "SALES"  # {word("import.map_ids", language)}']
    return "\n".join(lines) + "\n"


def remember(path: Path, entries: Sequence[tuple[Understood, Rules]], language: str) -> bool:
    """Add sources to the mapping file, which is made where it is missing; what stands in it stays
    as it is. Returns whether there was anything to add. Raises :class:`CannotWrite`."""
    if not entries:
        return False
    before = path.read_bytes().decode("utf-8-sig") if path.exists() else ""
    if not before:
        book = path.name.partition(".import.toml")[0]
        before = "".join(
            f"# {line}\n" for line in say("import.map_head", language, book=book).splitlines()
        )
    parts = [
        before.rstrip("\r\n") + "\n",
        *(entry(found, rules, language) for found, rules in entries),
    ]
    write_file(path, "\n".join(parts).encode("utf-8"))
    return True


def _lasting(encoding: str) -> str:
    # A mark at the beginning tells itself, and next month's file may come without.
    return "" if encoding in ("utf-8-sig", "utf-16") else encoding


def _toml(value: object) -> str:
    """A basic string of TOML, which escapes as JSON does."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
