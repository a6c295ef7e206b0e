"""What Excel asks of a workbook before it opens it without a word of repair.

The schemas cannot say most of it: which names must differ, which places must not overlap, what has
to be as long as what. ``openxml_audit`` knows the schemas; these are the other rules, each with
Excel's own limit from "Excel specifications and limits" or ECMA-376, part 1.
"""

from __future__ import annotations

import posixpath
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

from defusedxml import ElementTree
from openpyxl.formula.tokenizer import Token, Tokenizer
from openpyxl.utils import FORMULAE
from openpyxl.utils.cell import column_index_from_string

from tests.xlsx_parts import parts

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
ROWS, COLUMNS = 1_048_576, 16_384
LONGEST_TEXT, LONGEST_FORMULA, MOST_ARGUMENTS, DEEPEST = 32_767, 8_192, 255, 64
LONGEST_CONSTANT = 255
"""Characters of a text within a formula, and of a list of choices."""
LONGEST = {"prompt": 255, "error": 255, "promptTitle": 32, "errorTitle": 32, "tooltip": 255}
"""Attributes of validations and links -> how many characters Excel takes."""
NAME = re.compile(r"[^\W\d][\w.\\?]*|\\[\w.\\?]*")
LIKE_A_CELL = re.compile(r"[A-Z]{1,3}\d{1,7}|R\d*C\d*|[RC]", re.IGNORECASE)
OWN = re.compile(r"(KPI|PDCA)_[A-Z_]+")
SHEET = re.compile(r"'((?:[^']|'')+)'!|([\w.]+)!")

Area = tuple[int, int, int, int]
"""First column, first row, last column, last row."""


@dataclass(frozen=True)
class Package:
    """A workbook's parts, their XML and what they lead to."""

    parts: Mapping[str, bytes]

    @cached_property
    def trees(self) -> dict[str, Any]:
        """Part name -> its XML."""
        return {
            name: ElementTree.fromstring(content)
            for name, content in self.parts.items()
            if name.endswith((".xml", ".rels"))
        }

    def relations(self, part: str) -> dict[str, str]:
        """Relation ID -> the part that it leads to; what lies outside is left out."""
        folder, name = posixpath.split(part)
        found = self.trees.get(posixpath.join(folder, "_rels", f"{name}.rels"))
        return {
            one.get("Id"): posixpath.normpath(posixpath.join("/", folder, one.get("Target")))[1:]
            for one in (() if found is None else found)
            if one.get("TargetMode") != "External"
        }

    @property
    def book(self) -> Any:
        return self.trees["xl/workbook.xml"]

    @cached_property
    def sheets(self) -> dict[str, str]:
        """Part name of each worksheet -> the sheet's name."""
        leads = self.relations("xl/workbook.xml")
        found = {leads[one.get(f"{RELATION}id")]: one.get("name") for one in self.sheet_elements}
        return {part: name for part, name in found.items() if "/worksheets/" in part}

    @property
    def sheet_elements(self) -> list[Any]:
        return list(self.book.iterfind(f"{MAIN}sheets/{MAIN}sheet"))

    @cached_property
    def tables(self) -> list[tuple[str, Any]]:
        """The sheet's part and the table's XML of every table."""
        return [
            (part, self.trees[target])
            for part in self.sheets
            for target in self.relations(part).values()
            if target.startswith("xl/tables/")
        ]

    @cached_property
    def texts(self) -> list[str]:
        shared = self.trees.get("xl/sharedStrings.xml")
        return ["".join(one.itertext()) for one in (() if shared is None else shared)]

    def style_count(self, path: str) -> int:
        found = self.trees["xl/styles.xml"].find(f"{MAIN}{path}")
        return 0 if found is None else len(found)


def faults(content: bytes) -> list[str]:
    """What Excel would repair, refuse or show as an error, a line each with the part."""
    package = Package(parts(content))
    return [fault for rule in RULES for fault in rule(package)]


# ---- The package ----------------------------------------------------------------------------


def every_part_has_a_type(package: Package) -> Iterator[str]:
    types = package.trees["[Content_Types].xml"]
    named = {one.get("PartName", "")[1:] for one in types}
    endings = {one.get("Extension", "").lower() for one in types} - {""}
    for part in package.parts:
        # A part of XML that has only the general type is not taken for what it is.
        by_ending = not part.endswith(".xml") and part.rpartition(".")[2].lower() in endings
        if part not in named and not by_ending and part != "[Content_Types].xml":
            yield f"{part}: no content type"
    yield from (f"{part}: has a type, is not there" for part in named - {""} - set(package.parts))


def every_relation_leads_somewhere(package: Package) -> Iterator[str]:
    for part, tree in package.trees.items():
        leads = package.relations(part)
        yield from (f"{part}: no part {one}" for one in leads.values() if one not in package.parts)
        rels = package.trees.get(f"{posixpath.dirname(part)}/_rels/{posixpath.basename(part)}.rels")
        known = {one.get("Id") for one in (() if rels is None else rels)}
        for element in tree.iter():
            for name, value in element.items():
                if name.startswith(RELATION) and value not in known:
                    yield f"{part}: no relation {value}"


# ---- Names ----------------------------------------------------------------------------------


def sheet_names_can_be_shown(package: Package) -> Iterator[str]:
    names = [str(one.get("name")) for one in package.sheet_elements]
    for name in names:
        if (
            len(name) > 31
            or re.search(r"[\[\]:*?/\\]", name)
            or name.strip("'") != name
            or not name
        ):
            yield f"workbook: sheet name {name!r}"
    yield from (f"workbook: two sheets {name!r}" for name in _twice(map(str.lower, names)))


def defined_names_are_names(package: Package) -> Iterator[str]:
    found = list(package.book.iterfind(f"{MAIN}definedNames/{MAIN}definedName"))
    for one in found:
        name = str(one.get("name"))
        bare = name.removeprefix("_xlnm.")
        if not NAME.fullmatch(bare) or LIKE_A_CELL.fullmatch(bare) or len(name) > 255:
            yield f"workbook: defined name {name!r}"
    scoped = [(str(one.get("name")).lower(), one.get("localSheetId")) for one in found]
    tables = [(str(table.get("displayName")).lower(), None) for _, table in package.tables]
    yield from (f"workbook: two things are called {name!r}" for name, _ in _twice(scoped + tables))


# ---- Tables ---------------------------------------------------------------------------------


def tables_have_their_own_number(package: Package) -> Iterator[str]:
    yield from (f"{n}: two tables have it" for n in _twice(t.get("id") for _, t in package.tables))


def tables_show_their_headers(package: Package) -> Iterator[str]:
    for part, table in package.tables:
        label = f"{part}: table {table.get('displayName')}"
        columns = list(table.iterfind(f"{MAIN}tableColumns/{MAIN}tableColumn"))
        names = [_plain(str(one.get("name"))) for one in columns]
        yield from (f"{label}: two columns {name!r}" for name in _twice(map(str.lower, names)))
        yield from (f"{label}: two columns {n}" for n in _twice(one.get("id") for one in columns))
        left, top, right, bottom = _area(table.get("ref"))
        if right - left + 1 != len(names) or bottom <= top:
            yield f"{label}: {len(names)} columns in {table.get('ref')}"
        shown = _row_texts(package, part, top)
        for number, name in enumerate(names):
            if shown.get(left + number) != name:
                yield f"{label}: column {name!r} is headed {shown.get(left + number)!r}"


def tables_stand_alone(package: Package) -> Iterator[str]:
    for part in package.sheets:
        areas = [
            (t.get("displayName"), t.get("ref")) for sheet, t in package.tables if sheet == part
        ]
        areas += [("merged", ref) for ref in _merged(package, part)]
        for number, (name, ref) in enumerate(areas):
            for other, second in areas[number + 1 :]:
                if _meet(_area(ref), _area(second)):
                    yield f"{part}: {name} {ref} and {other} {second} overlap"


# ---- Cells ----------------------------------------------------------------------------------


def cells_stand_in_order(package: Package) -> Iterator[str]:
    for part in package.sheets:
        last_row = 0
        for row in package.trees[part].iterfind(f"{MAIN}sheetData/{MAIN}row"):
            number, last_column = int(row.get("r")), 0
            if not last_row < number <= ROWS:
                yield f"{part}: row {number} after row {last_row}"
            last_row = number
            for cell in row:
                column, found = _place(cell.get("r"))
                if found != number or not last_column < column <= COLUMNS:
                    yield f"{part}: cell {cell.get('r')} in row {number}"
                last_column = column


def cells_have_a_style_and_a_text(package: Package) -> Iterator[str]:
    styles, texts = package.style_count("cellXfs"), len(package.texts)
    for part in package.sheets:
        for cell in package.trees[part].iter(f"{MAIN}c"):
            value = cell.find(f"{MAIN}v")
            if int(cell.get("s", 0)) >= styles:
                yield f"{part}: {cell.get('r')} has style {cell.get('s')}"
            if cell.get("t") == "s" and not 0 <= int(value.text) < texts:
                yield f"{part}: {cell.get('r')} has text {value.text}"
            if cell.get("t", "n") == "n" and value is not None:
                float(value.text)
    for text in package.texts:
        if len(text.encode("utf-16-le")) // 2 > LONGEST_TEXT:
            yield f"sharedStrings: {text[:20]!r}… is too long"


def rows_and_columns_have_a_size(package: Package) -> Iterator[str]:
    for part in package.sheets:
        last = 0
        for column in package.trees[part].iterfind(f"{MAIN}cols/{MAIN}col"):
            first, width = int(column.get("min")), float(column.get("width", 8))
            if first <= last or not 0 <= width <= 255:
                yield f"{part}: column {first}, {width} wide"
            last = int(column.get("max"))
        for row in package.trees[part].iter(f"{MAIN}row"):
            if not 0 <= float(row.get("ht", 15)) <= 409.5:
                yield f"{part}: row {row.get('r')} is {row.get('ht')} high"


def looks_are_there(package: Package) -> Iterator[str]:
    count = package.style_count("dxfs")
    for part, tree in package.trees.items():
        for element in tree.iter():
            for name, value in element.items():
                if name.lower().endswith("dxfid") and int(value) >= count:
                    yield f"{part}: {name} {value} of {count}"


# ---- Validations, links, print --------------------------------------------------------------


def texts_fit_their_places(package: Package) -> Iterator[str]:
    for part in package.sheets:
        for element in package.trees[part].iter():
            for name, most in LONGEST.items():
                if len(element.get(name, "")) > most:
                    yield f"{part}: {name} of {len(element.get(name))} characters"
        for formula in package.trees[part].iterfind(f".//{MAIN}formula1"):
            text = formula.text or ""
            if text.startswith('"') and len(text) - 2 > LONGEST_CONSTANT:
                yield f"{part}: a list of {len(text) - 2} characters"
        for side in package.trees[part].iterfind(f"{MAIN}headerFooter/*"):
            if len(side.text or "") > 255:
                yield f"{part}: a head or foot of {len(side.text)} characters"


def validations_do_not_overlap(package: Package) -> Iterator[str]:
    for part in package.sheets:
        areas = [
            _area(ref)
            for one in package.trees[part].iter(f"{MAIN}dataValidation")
            for ref in one.get("sqref").split()
        ]
        for number, area in enumerate(areas):
            if any(_meet(area, other) for other in areas[number + 1 :]):
                yield f"{part}: two validations at {area}"


def links_lead_to_cells(package: Package) -> Iterator[str]:
    names = set(package.sheets.values())
    for part in package.sheets:
        for link in package.trees[part].iter(f"{MAIN}hyperlink"):
            location = link.get("location")
            if location is not None and not _sheets_of(location) <= names:
                yield f"{part}: a link to {location}"


# ---- Formulas -------------------------------------------------------------------------------


def formulas_can_be_read(package: Package) -> Iterator[str]:
    names = set(package.sheets.values())
    for part, tree in package.trees.items():
        for text in _formulas(tree):
            for fault in _faults_of_formula(re.sub(r"(?<=[A-Z])\d+", "1", text)):
                yield f"{part}: {fault}: {text[:80]}"
            if len(text) > LONGEST_FORMULA:
                yield f"{part}: a formula of {len(text)} characters"
            if not _sheets_of(text) <= names:
                yield f"{part}: a sheet that is not there: {text[:80]}"


@lru_cache(maxsize=50_000)
def _faults_of_formula(text: str) -> tuple[str, ...]:
    tokens = Tokenizer(f"={text}").items
    return tuple(_token_faults(tokens)) if not text.startswith("=") else ("begins with =",)


def _token_faults(tokens: Iterable[Token]) -> Iterator[str]:
    arguments: list[int] = []
    for token in tokens:
        if token.subtype == Token.OPEN:
            arguments.append(1)
        elif token.type == Token.SEP and token.value == "," and arguments:
            arguments[-1] += 1
        elif token.subtype == Token.CLOSE:
            if not arguments:
                yield "a bracket too many"
                return
            if arguments.pop() > MOST_ARGUMENTS:
                yield f"more than {MOST_ARGUMENTS} arguments"
        if len(arguments) > DEEPEST:
            yield f"more than {DEEPEST} levels"
        yield from _faults_of_one(token)
    if arguments:
        yield "a bracket too few"


def _faults_of_one(token: Token) -> Iterator[str]:
    if token.type == Token.FUNC and token.subtype == Token.OPEN:
        # An area that a function ends, such as A1:INDEX(…), comes as one word.
        name = token.value[:-1].rpartition(":")[2]
        if not _known(name):
            yield f"Excel does not know {name}"
    elif token.type == Token.OPERAND and token.value == "#REF!":
        yield "leads nowhere"
    elif token.subtype == Token.TEXT and len(token.value) - 2 > LONGEST_CONSTANT:
        yield f"a text of more than {LONGEST_CONSTANT} characters"


def _known(function: str) -> bool:
    """Whether a function may stand in a file by this name: Excel 2007's, a later one with its
    prefix, ours."""
    return function in FORMULAE or function.startswith("_xlfn.") or bool(OWN.fullmatch(function))


def _formulas(tree: Any) -> Iterator[str]:
    places = ("f", "formula", "formula1", "formula2", "calculatedColumnFormula", "definedName")
    for element in tree.iter():
        if element.tag.rpartition("}")[2] in places and element.text:
            yield element.text


def _sheets_of(text: str) -> set[str]:
    outside = re.sub(r'"[^"]*"|#[A-Z0-9/]+!', '""', text)
    return {(one[1] or "").replace("''", "'") or one[2] for one in SHEET.finditer(outside)}


# ---- Small things ---------------------------------------------------------------------------


def _place(name: str) -> tuple[int, int]:
    """Column and row of a cell's name, 0 for what is none."""
    found = re.fullmatch(r"([A-Z]{1,3})([1-9]\d{0,6})", name)
    return (column_index_from_string(found[1]), int(found[2])) if found else (0, 0)


def _area(text: str) -> Area:
    """The corners of an area such as A1:B2, or of a single cell."""
    first, _, last = text.partition(":")
    return (*_place(first), *_place(last or first))


def _plain(name: str) -> str:
    return re.sub(r"_x([0-9A-Fa-f]{4})_", lambda code: chr(int(code[1], 16)), name)


def _row_texts(package: Package, part: str, row: int) -> dict[int, str]:
    found: dict[int, str] = {}
    path = f"{MAIN}sheetData/{MAIN}row[@r='{row}']/{MAIN}c"
    for cell in package.trees[part].iterfind(path):
        column, _ = _place(cell.get("r"))
        if cell.get("t") == "s":
            found[column] = package.texts[int(cell.find(f"{MAIN}v").text)]
        elif cell.get("t") == "inlineStr":
            found[column] = "".join(cell.itertext())
    return found


def _merged(package: Package, part: str) -> list[str]:
    path = f"{MAIN}mergeCells/{MAIN}mergeCell"
    return [str(one.get("ref")) for one in package.trees[part].iterfind(path)]


def _meet(first: Area, second: Area) -> bool:
    return (
        first[0] <= second[2]
        and second[0] <= first[2]
        and first[1] <= second[3]
        and second[1] <= first[3]
    )


def _twice(values: Iterable[Any]) -> list[Any]:
    return [value for value, count in Counter(values).items() if count > 1]


RULES = (
    every_part_has_a_type,
    every_relation_leads_somewhere,
    sheet_names_can_be_shown,
    defined_names_are_names,
    tables_have_their_own_number,
    tables_show_their_headers,
    tables_stand_alone,
    cells_stand_in_order,
    cells_have_a_style_and_a_text,
    rows_and_columns_have_a_size,
    looks_are_there,
    texts_fit_their_places,
    validations_do_not_overlap,
    links_lead_to_cells,
    formulas_can_be_read,
)
