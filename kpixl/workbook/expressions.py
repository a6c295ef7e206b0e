"""Turn the text of a cell's formula into a tree: the part of Excel's grammar that figures need.

The template's own formulas are written in it, and so is nearly all that people write into theirs;
array constants, intersections, unions and links to other files are not.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from typing import Iterator, List, Optional, Tuple, Union

from kpixl.errors import CellError


@dataclass(frozen=True)
class Literal:
    """A number, a text, TRUE or FALSE, or an error value."""

    value: Union[float, str, bool, CellError]


@dataclass(frozen=True)
class Reference:
    """A cell: row and column from 1, or counted from the formula's own where they are relative;
    ``sheet`` is None for the formula's own."""

    sheet: Optional[str]
    row: int
    column: int
    relative_row: bool
    relative_column: bool

    def place(self, row: int, column: int) -> Tuple[int, int]:
        """The cell that is meant in a formula at ``row`` and ``column``."""
        return (
            self.row + row if self.relative_row else self.row,
            self.column + column if self.relative_column else self.column,
        )


@dataclass(frozen=True)
class TableReference:
    """Cells of a table. ``part`` is ``data``, ``row``, ``headers``, ``totals`` or ``all``; without
    a column it is the whole width, with a ``last_column`` all from the one to the other."""

    table: str
    part: str
    column: Optional[str]
    last_column: Optional[str] = None


@dataclass(frozen=True)
class Name:
    """A defined name; ``sheet`` is the one that it is said to belong to."""

    name: str
    sheet: Optional[str] = None


@dataclass(frozen=True)
class Call:
    """A function's call; an argument left empty is None."""

    function: str
    arguments: Tuple[Optional[Expression], ...]


@dataclass(frozen=True)
class Unary:
    """A sign before an operand, or ``%`` behind it; ``@`` takes the one cell of a range that
    stands in the formula's own row or column."""

    sign: str
    operand: Expression


@dataclass(frozen=True)
class Binary:
    """Two operands and what stands between them; ``:`` spans two references."""

    operator: str
    left: Expression
    right: Expression


Expression = Union[Literal, Reference, TableReference, Name, Call, Unary, Binary]

LAST_ROW, LAST_COLUMN = 1_048_576, 16_384
MOST_NESTED = 64
"""How deep formulas may be nested, as in Excel."""

_SHEET = r"(?:'(?:[^']|'')+'|[^\W\d][\w.]*)!"
_TOKENS = re.compile(
    rf"""\s*(?:
      (?P<text>"(?:[^"]|"")*")
    | (?P<error>\#(?:NULL!|DIV/0!|VALUE!|REF!|NAME\?|NUM!|N/A))
    | (?P<number>(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?)
    | (?P<cells>(?:{_SHEET})?R(?:\d+|\[-?\d+\])C(?:\d+|\[-?\d+\])(?!\w))
    | (?P<table>[^\W\d][\w.]*\[(?:'.|[^\[\]']|\[(?:'.|[^\[\]'])*\])*\])
    | (?P<word>(?:\[\d+\]!|{_SHEET})?[^\W\d][\w.]*)
    | (?P<sign><=|>=|<>|[-+*/^&=<>(),:%@])
    )""",
    re.VERBOSE,
)
_ADDRESS = re.compile(r"(?:(?:'((?:[^']|'')+)'|([^\W\d][\w.]*))!)?R(\[?)(-?\d+)\]?C(\[?)(-?\d+)\]?")
_IN_PLACE = re.compile(
    r"""("(?:[^"]|"")*"|'(?:[^']|'')*'!|\[(?:'.|[^\[\]'])*\])
    |(?<![\w.$])(?=[$A-Z\d])(?:
      (\$?)([A-Z]{1,3})(\$?)(\d+)(?![\w(!])
    | (\$?)([A-Z]{1,3}):(\$?)([A-Z]{1,3})(?![\w(!.\[])
    | (\$?)(\d+):(\$?)(\d+)(?![\w.])
    )""",
    re.VERBOSE,
)
_ROWS = ((4, 5), (10, 11), (12, 13))
"""The groups of the dollar sign and of the digits of each row in such an address."""
_PARTS = {
    "#this row": "row", "#headers": "headers", "#all": "all", "#data": "data",
    "#totals": "totals",
}  # fmt: skip
_SPECIFIER = re.compile(r"\[((?:'.|[^\[\]'])*)\]")
_COLUMNS = re.compile(r"\[((?:'.|[^\[\]'])*)\]:\[((?:'.|[^\[\]'])*)\]$")
# What hosts put before the names of functions that they learnt later, or from an add-in.
_PREFIX = re.compile(
    r"^(?:org\.kpixl\.functions\.|_xlfn\.|_xlws\.|_xll\.|_xludf\.|_xldudf_[a-z0-9]+_)+"
)
_BINDING = {
    **dict.fromkeys(("=", "<>", "<", ">", "<=", ">="), 1),
    "&": 2, "+": 3, "-": 3, "*": 4, "/": 4, "^": 5, "%": 7, ":": 9,
}  # fmt: skip
_SIGN_BINDING = 6
_RANGE_BINDING = 8


@dataclass(frozen=True)
class _Token:
    kind: str
    text: str


def tokens(text: str) -> List[_Token]:
    """The formula cut into its tokens; ValueError where it holds anything else."""
    found: List[_Token] = []
    position = 0
    while position < len(text):
        match = _TOKENS.match(text, position)
        if match is None or match.lastgroup is None:
            raise ValueError(f"cannot read {text[position:]!r} in {text!r}")
        found.append(_Token(match.lastgroup, match[match.lastgroup]))
        position = match.end()
    return found


@lru_cache(maxsize=4_096)
def parse(text: str) -> Expression:
    """The tree of a formula without its leading ``=``, as :func:`from_place` gives it;
    ValueError where it cannot be read."""
    reader = _Reader(tokens(text))
    tree = reader.expression(0)
    if reader.left():
        raise ValueError(f"unexpected {reader.peek().text!r} in {text!r}")
    return tree


class _Reader:
    """Walks the tokens once; stronger operators bind first, equal ones from the left."""

    def __init__(self, found: List[_Token]) -> None:
        self._tokens = found
        self._position = 0
        self._nested = 0

    def left(self) -> bool:
        return self._position < len(self._tokens)

    def peek(self) -> _Token:
        return self._tokens[self._position] if self.left() else _Token("end", "")

    def take(self, text: str = "") -> _Token:
        token = self.peek()
        if text and token.text != text:
            raise ValueError(f"expected {text!r}, found {token.text!r}")
        self._position += 1
        return token

    def expression(self, binding: int) -> Expression:
        self._nested += 1
        if self._nested > MOST_NESTED:
            raise ValueError("unexpected depth")
        tree = self._operand()
        while self.peek().kind == "sign" and _BINDING.get(self.peek().text, -1) > binding:
            operator = self.take().text
            if operator == "%":
                if isinstance(tree, Unary) and tree.sign == "%":
                    raise ValueError("unexpected '%'")
                tree = Unary("%", tree)
            else:
                tree = Binary(operator, tree, self.expression(_BINDING[operator]))
        self._nested -= 1
        return tree

    def _operand(self) -> Expression:
        token = self.take()
        if token.kind == "sign" and token.text in "+-":
            return Unary(token.text, self.expression(_SIGN_BINDING))
        if token.text == "@":
            return Unary("@", self.expression(_RANGE_BINDING))
        if token.text == "(":
            inner = self.expression(0)
            self.take(")")
            return inner
        if token.kind == "word":
            return self._word(token.text)
        return _leaf(token)

    def _word(self, text: str) -> Expression:
        where, _, name = text.rpartition("!")
        if self.peek().text != "(":
            if name.upper() in _TRUTHS and not where:
                return Literal(_TRUTHS[name.upper()])
            return Name(name, _unquoted(where) if where else None)
        self.take("(")
        arguments: List[Optional[Expression]] = []
        while self.peek().text != ")":
            arguments.append(None if self.peek().text == "," else self.expression(0))
            if self.peek().text == ",":
                self.take(",")
                if self.peek().text == ")":
                    arguments.append(None)
        self.take(")")
        return _called(function_name(name), arguments)


_TRUTHS = {"TRUE": True, "FALSE": False}


def function_name(written: str) -> str:
    """A function's name without what a host has put before it: ``_xll.KPI_GAP`` is KPI_GAP."""
    return _PREFIX.sub("", written.lower()).upper()


def _called(name: str, arguments: List[Optional[Expression]]) -> Expression:
    if name in _TRUTHS and not arguments:
        return Literal(_TRUTHS[name])
    if name == "SINGLE" and len(arguments) == 1 and arguments[0] is not None:
        return Unary("@", arguments[0])
    return Call(name, tuple(arguments))


def _unquoted(sheet: str) -> str:
    return sheet[1:-1].replace("''", "'") if sheet.startswith("'") else sheet


def _leaf(token: _Token) -> Expression:
    if token.kind == "number":
        return Literal(float(token.text))
    if token.kind == "text":
        return Literal(token.text[1:-1].replace('""', '"'))
    if token.kind == "error":
        return Literal(CellError(token.text))
    if token.kind == "cells":
        return _cells(token.text)
    if token.kind == "table":
        return _table(token.text)
    raise ValueError(f"unexpected {token.text!r}")


def _cells(text: str) -> Reference:
    match = _ADDRESS.fullmatch(text)
    if match is None:
        raise ValueError(f"not an address: {text!r}")
    sheet = match[1].replace("''", "'") if match[1] else match[2]
    return Reference(sheet, int(match[4]), int(match[6]), bool(match[3]), bool(match[5]))


def from_place(text: str, row: int, column: int) -> str:
    """The formula with its addresses counted from the cell that it stands in, so that formulas
    which were filled down or across are the same text (and are parsed once)."""

    def across(fixed: str, letters: str) -> str:
        found = _number_of(letters)
        if found > LAST_COLUMN:
            return ""
        return f"C{found}" if fixed else f"C[{found - column}]"

    def down(fixed: str, digits: str) -> str:
        found = int(digits) if len(digits) < 8 else 0
        if not 0 < found <= LAST_ROW:
            return ""
        return f"R{found}" if fixed else f"R[{found - row}]"

    def relative(match: re.Match[str]) -> str:
        # Called for every address of every formula: the commonest kinds come first.
        if match[5] is not None:
            vertical, horizontal = down(match[4], match[5]), across(match[2], match[3])
            return f"{vertical}{horizontal}" if vertical and horizontal else match[0]
        if match[1] is not None:
            return match[0]
        if match[7] is not None:
            first, last = across(match[6], match[7]), across(match[8], match[9])
            return f"R1{first}:R{LAST_ROW}{last}" if first and last else match[0]
        first, last = down(match[10], match[11]), down(match[12], match[13])
        return f"{first}C1:{last}C{LAST_COLUMN}" if first and last else match[0]

    return _IN_PLACE.sub(relative, text)


def filled_down(text: str, row: int, last_row: int) -> Iterator[str]:
    """The formula of a cell in ``row``, as it stands in that cell and in each one below it down to
    ``last_row`` when it is filled down."""
    pieces: List[str] = []
    offsets: List[int] = []
    done = 0
    for match in _IN_PLACE.finditer(text):
        for fixed, digits in _ROWS:
            if match[digits] is not None and not match[fixed]:
                pieces.append(text[done : match.start(digits)])
                offsets.append(int(match[digits]) - row)
                done = match.end(digits)
    rest = text[done:]
    for number in range(row, last_row + 1):
        rows = (str(number + offset) for offset in offsets)
        yield "".join(chain.from_iterable(zip(pieces, rows, strict=True))) + rest


@lru_cache(maxsize=1024)
def _number_of(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def _table(text: str) -> TableReference:
    name, _, inside = text[:-1].partition("[")
    if inside.startswith("@"):
        rest = inside[1:]
        inside = f"[#This Row],{rest if rest.startswith('[') else f'[{rest}]'}" if rest else (
            "#This Row")  # fmt: skip
    if not inside.startswith("["):
        part = _PARTS.get(inside.strip().lower())
        return TableReference(name, part or "data", None if part else _plain(inside) or None)
    span = _COLUMNS.search(inside)
    specifiers = _SPECIFIER.findall(inside[: span.start()] if span else inside)
    parts = [_PARTS[entry.lower()] for entry in specifiers if entry.lower() in _PARTS]
    columns = [entry for entry in specifiers if entry.lower() not in _PARTS]
    columns += list(span.groups()) if span else []
    if len(parts) > 1 or len(columns) > (2 if span else 1):
        raise ValueError(f"unexpected parts in {text!r}")
    first, last = (*map(_plain, columns), None, None)[:2]
    return TableReference(name, parts[0] if parts else "data", first, last)


def _plain(header: str) -> str:
    """A column's name without the apostrophes that protect its signs."""
    return re.sub(r"'(.)", r"\1", header)
