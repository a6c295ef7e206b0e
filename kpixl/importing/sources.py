"""Open a source, whatever it is, and read its figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from kpixl.errors import FileProblem, KpixlError, Problem, UsageProblem
from kpixl.files import at_home, reason_of
from kpixl.importing.book import TargetBook
from kpixl.importing.database import is_database, public_url, read_query
from kpixl.importing.entry import entry_of, read_entry
from kpixl.importing.extract import SourceSheet, read_sheet
from kpixl.importing.figures import SourceReading
from kpixl.importing.layout import Hints, find_layout
from kpixl.importing.mapping import rules_for
from kpixl.importing.rules import COLUMNS, NO_RULES, Rules
from kpixl.importing.terms import Terms
from kpixl.importing.text_source import SourceProblem, read_text
from kpixl.importing.turned import turned
from kpixl.patterns import LOCK_FILE, is_pattern, is_shown, matching
from kpixl.plan.schema import sheet_names
from kpixl.words import MORE, fold
from kpixl.workbook.file_kinds import OLE
from kpixl.workbook.reader import OpenBook

BOOKS = (".xlsx", ".xlsm", ".xltx", ".xltm")
# Old Excel files cannot be read, but are told of rather than passed over.
IN_FOLDERS = (".xlsx", ".xlsm", ".xls", ".xlsb", ".csv", ".tsv", ".tab", ".txt")


@dataclass(frozen=True)
class Wanted:
    """What the command line says of its sources: it goes before what the mapping file says."""

    query: str = ""
    sheet: str = ""
    into: str = ""


def expand(sources: Sequence[str], workbook: Path) -> tuple[str, ...]:
    """The single sources that were named: patterns and folders become the files in them, without
    the book itself and without what Excel leaves beside open books. Raises :class:`UsageProblem`
    where one names nothing."""
    found: dict[str, None] = {}
    for source in sources:
        if is_database(source):
            found[source] = None
            continue
        if Path(source).name.startswith(LOCK_FILE):
            # A shell names it with the others; named alone, it is told of when it is read.
            if len(sources) == 1:
                found[source] = None
            continue
        path = at_home(Path(source))
        if path.is_dir():
            inside = (one for one in path.iterdir() if one.suffix.casefold() in IN_FOLDERS)
            there = sorted(one for one in inside if is_shown(one.name))
        elif is_pattern(str(path)):
            there = matching(str(path))
        else:
            if path.exists() and _is_same(path, workbook):
                raise UsageProblem("import-itself", found=str(path))
            there = [path]
        there = [one for one in there if not (len(there) > 1 and _is_same(one, workbook))]
        if not there or not there[0].exists():
            raise UsageProblem("import-none", found=source)
        found.update(dict.fromkeys(str(one) for one in there))
    return tuple(found)


def _is_same(path: Path, workbook: Path) -> bool:
    try:
        return path.samefile(workbook)
    except OSError:
        return False


def shown_name(source: str) -> str:
    """How a source is called to people: a file's name, or a URL without its password."""
    return public_url(source) if is_database(source) else Path(source).name


def read_source(
    source: str, book: TargetBook, rules: Sequence[Rules], wanted: Wanted, hints: Hints
) -> tuple[SourceReading, Rules]:
    """What a source gives, and the rules by which it was read. Raises :class:`KpixlError` where
    it cannot be read at all."""
    names = [shown_name(source)] if is_database(source) else [Path(source).name, source]
    known = rules_for(rules, names)
    own = _with(known or NO_RULES, wanted)
    hints = replace(hints, into=own.into or "actuals")
    remembered = known is not None
    if is_database(source):
        return _from_database(source, own, remembered, book, hints), own
    path = Path(source)
    start = _start(path)
    # What an OLE file is (an old or a protected workbook) may be said anywhere in it: the reader of
    # books looks at the whole.
    if path.suffix.casefold() in BOOKS or start.startswith((b"PK\x03\x04", OLE)):
        opened = OpenBook(path.absolute())
        owner = entry_of(opened)
        if owner:
            return read_entry(opened, path.name, owner, book), own
        return _from_workbook(opened, path.name, own, remembered, book, hints), own
    _refuse_other_files(path.name, start)
    table = read_text(path, own)
    sheet = SourceSheet(
        path.name, "csv", table.sheet, encoding=table.encoding, delimiter=table.delimiter
    )
    return read_figures(sheet, own, remembered, book.terms, hints), own


def read_figures(
    sheet: SourceSheet, rules: Rules, remembered: bool, terms: Terms, hints: Hints
) -> SourceReading:
    """The figures of a sheet, whichever way its goals run."""
    turn = turned(sheet, rules, terms)
    if turn is None:
        return read_sheet(sheet, rules, remembered, terms, hints)
    found = read_sheet(turn.sheet, turn.rules, remembered, terms, hints)
    if found.understood is None:
        return found
    columns = {"month": turn.month} if turn.month else {}
    told = replace(found.understood, shape=COLUMNS, header=turn.header, columns=columns)
    return replace(found, understood=told)


def as_problem(fault: KpixlError, source: str) -> Problem:
    """A source that cannot be read, as one finding among those of others."""
    return Problem(
        fault.code, shown_name(source), found=str(fault.details.get("found", "")),
        details={**fault.details, "file": fault.details.get("file", shown_name(source))},
    )  # fmt: skip


def _with(rules: Rules, wanted: Wanted) -> Rules:
    return replace(
        rules,
        query=wanted.query or rules.query,
        sheet=wanted.sheet or rules.sheet,
        into=wanted.into or rules.into,
    )


def _start(path: Path) -> bytes:
    try:
        if not path.is_file():
            raise SourceProblem("import-not-text", found=path.name)
        with path.open("rb") as file:
            return file.read(4096)
    except OSError as fault:
        reason = reason_of(fault)
        raise SourceProblem("import-unreadable", found=path.name, reason=reason) from fault


def _refuse_other_files(name: str, start: bytes) -> None:
    """Say of a PDF or a picture what it is."""
    from kpixl.workbook.file_kinds import refuse_other_kinds

    try:
        refuse_other_kinds(start, name)
    except FileProblem as problem:
        kind = str(problem.details.get("kind", ""))
        if problem.code in ("file-text", "file-unknown-format", "file-empty") and kind in (
            "", "CSV / TSV", "JSON",
        ):  # fmt: skip
            return
        raise FileProblem(problem.code, **{**problem.details, "file": name}) from None


def _from_database(
    source: str, rules: Rules, remembered: bool, book: TargetBook, hints: Hints
) -> SourceReading:
    if not rules.query:
        raise UsageProblem("import-query-none", found=shown_name(source))
    rows = read_query(source, rules.query)
    headers = [str(cell) for cell in rows.rows[0]]

    def cell_of(row: int, column: int) -> str:
        return f"#{row - 1} {headers[column - 1]}" if row > 1 else headers[column - 1]

    sheet = SourceSheet(shown_name(source), "sql", rows, cell_of=cell_of)
    rules = rules if rules.header is not None else replace(rules, header=1)
    return read_figures(sheet, rules, remembered, book.terms, hints)


def _from_workbook(
    opened: OpenBook, name: str, rules: Rules, remembered: bool, book: TargetBook, hints: Hints
) -> SourceReading:
    chosen = _sheet(opened, name, rules, book, hints)
    sheet = SourceSheet(name, "workbook", opened.rows(chosen), chosen)
    return read_figures(sheet, rules, remembered, book.terms, hints)


def _sheet(opened: OpenBook, name: str, rules: Rules, book: TargetBook, hints: Hints) -> str:
    """The sheet that is named, else the only one, else the only one that has figures of the
    book's goals, else the one that is called like the sheet for which they are."""
    names = list(opened.sheets)
    if rules.sheet:
        found = next((one for one in names if fold(one) == fold(rules.sheet)), None)
        if found is None:
            details = {"source": name, "sheets": _listed(names)}
            raise SourceProblem("import-sheet-missing", found=rules.sheet, **details)
        return found
    if len(names) == 1:
        return names[0]
    likely = []
    for one in names:
        rows = opened.rows(one)
        if not any(_has_goals(row, rules, book) for row in rows.rows):
            continue
        try:
            if turned(SourceSheet(name, "workbook", rows, one), rules, book.terms) is None:
                find_layout(rows, name, rules, book.terms, hints)
        except SourceProblem:
            continue
        likely.append(one)
    meant = [one for one in likely if sheet_names().get(fold(one)) == hints.into]
    if len(likely) == 1 or len(meant) == 1:
        return likely[0] if len(likely) == 1 else meant[0]
    raise SourceProblem(
        "import-sheet-unclear", found=name, sheets=_listed(likely or names), n=len(likely)
    )


def _has_goals(row: Sequence[object], rules: Rules, book: TargetBook) -> bool:
    return any(
        isinstance(cell, str) and book.terms.match(cell, rules).goal is not None for cell in row
    )


def _listed(names: Sequence[str]) -> tuple[str, ...]:
    return (*names[:12], MORE) if len(names) > 12 else tuple(names)
