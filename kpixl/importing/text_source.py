"""Turn a text file of figures (CSV, semicolons, tabs) into rows of cells."""

from __future__ import annotations

import codecs
import csv
import io
import stat
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from kpixl.errors import KpixlError
from kpixl.files import reason_of
from kpixl.importing.rules import Rules
from kpixl.plan.cells import SheetRows
from kpixl.plan.schema import MAX_ROWS, MAX_TEXT

MOST_BYTES = 50_000_000
MOST_CELLS = 2_000_000
DELIMITERS = (",", ";", "\t")
SAMPLE_LINES = 60

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_TRIED = ("utf-8", "cp932")


class SourceProblem(KpixlError):
    """A source of figures cannot be read as a whole."""


@dataclass(frozen=True)
class TextTable:
    """A text file's rows, and how they were told apart."""

    sheet: SheetRows
    encoding: str
    delimiter: str


def read_text(path: Path, rules: Rules) -> TextTable:
    """The file's rows; every cell is a text or blank. Encoding and delimiter are those of
    ``rules``, else found out. Raises :class:`SourceProblem`."""
    data = _bytes(path)
    text, encoding = _decoded(data, rules.encoding, path.name)
    if "\0" in text:
        raise SourceProblem("import-not-text", found=path.name)
    text, told = _separator_line(text)
    delimiter = rules.delimiter or told or _delimiter(text, path)
    return TextTable(SheetRows("", _rows(text, delimiter, path.name)), encoding, delimiter)


def _bytes(path: Path) -> bytes:
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise SourceProblem("import-not-text", found=path.name)
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except OSError as fault:
        reason = reason_of(fault)
        raise SourceProblem("import-unreadable", found=path.name, reason=reason) from fault
    if len(data) > MOST_BYTES:
        raise SourceProblem("import-too-large", found=path.name, limit=MOST_BYTES // 1_000_000)
    if not data.strip():
        raise SourceProblem("import-empty", found=path.name)
    return data


def _decoded(data: bytes, wanted: str, name: str) -> tuple[str, str]:
    """The text and the encoding that it was in: a mark at its beginning says so, else the first
    of UTF-8 and cp932 (Windows' Japanese) that all of it fits into."""
    marked = next((encoding for mark, encoding in _MARKS if data.startswith(mark)), "")
    # A file that says UTF-8 of itself is that, whatever was remembered of an earlier one.
    tried = (marked,) if marked else (wanted,) if wanted else _TRIED
    for encoding in tried:
        try:
            text = data.decode(encoding)
        except UnicodeError:
            continue
        # Bytes of other code pages fall into cp932's area for characters of one's own.
        if encoding == "cp932" and not wanted and any("\ue000" <= ch <= "\uf8ff" for ch in text):
            continue
        return text.removeprefix("\ufeff"), encoding
    raise SourceProblem("import-encoding", found=name, tried=", ".join(tried))


def _separator_line(text: str) -> tuple[str, str]:
    """Excel takes a first line ``sep=;`` as the delimiter; the line stays, to keep the numbers of
    the rows, but holds nothing."""
    first, _, rest = text.partition("\n")
    plain = first.strip().strip('"')
    if plain[:4].casefold() == "sep=" and len(plain) == 5:
        return f"\n{rest}", plain[4]
    return text, ""


def _delimiter(text: str, path: Path) -> str:
    """The delimiter that cuts most of the first lines into the same number of cells."""
    if path.suffix.casefold() in (".tsv", ".tab"):
        return "\t"
    lines = "\n".join(text.splitlines()[:SAMPLE_LINES])
    best, most = ",", (0.0, 0)
    for delimiter in DELIMITERS:
        try:
            widths = [
                len(row) for row in csv.reader(io.StringIO(lines), delimiter=delimiter) if row
            ]
        except csv.Error:
            continue
        width, count = Counter(widths).most_common(1)[0] if widths else (1, 0)
        score = (count / len(widths), width) if width > 1 else (0.0, 0)
        if score > most:
            best, most = delimiter, score
    return best


def _rows(text: str, delimiter: str, name: str) -> list[list[str | None]]:
    csv.field_size_limit(MAX_TEXT * 4)
    # Strictly: of a file that was cut off within quotation marks the last figure may be, too.
    rows: list[list[str | None]] = []
    cells = 0
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True):
            rows.append([cell.strip() or None for cell in row])
            cells += len(row)
            if len(rows) > MAX_ROWS or cells > MOST_CELLS:
                raise SourceProblem("import-too-many", found=name, limit=MAX_ROWS)
    except csv.Error as fault:
        raise SourceProblem(
            "import-csv", found=name, row=len(rows) + 1, reason=str(fault)
        ) from None
    return rows
