"""Turn the text of a cell's formula into a tree: the part of Excel's grammar that the template
writes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import List, Optional, Tuple, Union

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
    """Cells of a table. ``part`` is ``data``, ``row``, ``headers`` or ``all``; without a column
    it is the whole width."""

    table: str
    part: str
    column: Optional[str]


@dataclass(frozen=True)
class Name:
    """A defined name."""

    name: str


@dataclass(frozen=True)
class Call:
    """A function's call; an argument left empty is None."""

    function: str
    arguments: Tuple[Optional[Expression], ...]


@dataclass(frozen=True)
class Unary:
    """A sign before an operand."""

    sign: str
    operand: Expression


@dataclass(frozen=True)
class Binary:
    """Two operands and what stands between them; ``:`` spans two references."""

    operator: str
    left: Expression
    right: Expression


Expression = Union[Literal, Reference, TableReference, Name, Call, Unary, Binary]

_TOKENS = re.compile(
    r"""\s*(?:
      (?P<text>"(?:[^"]|"")*")
    | (?P<error>\#(?:NULL!|DIV/0!|VALUE!|REF!|NAME\?|NUM!|N/A))
    | (?P<number>\d+(?:\.\d+)?(?:[eE][-+]?\d+)?)
    | (?P<cells>(?:'(?:[^']|'')+'!)?R(?:\d+|\[-?\d+\])C(?:\d+|\[-?\d+\])(?!\w))
    | (?P<table>[A-Za-z_]\w*\[(?:[^\[\]]|\[[^\[\]]*\])*\])
    | (?P<word>[A-Za-z_][\w.]*)
    | (?P<sign><=|>=|<>|[-+*/^&=<>(),:])
    )""",
    re.VERBOSE,
)
_ADDRESS = re.compile(r"(?:'((?:[^']|'')+)'!)?R(\[?)(-?\d+)\]?C(\[?)(-?\d+)\]?")
_IN_PLACE = re.compile(
    r"""("(?:[^"]|"")*"|'(?:[^']|'')*'!|\[[^\[\]]*\])
    |(?<![\w.])(\$?)([A-Z]{1,3})(\$?)(\d+)(?![\w(])""",
    re.VERBOSE,
)
_PARTS = {"#This Row": "row", "#Headers": "headers", "#All": "all", "#Data": "data"}
_BINDING = {
    **dict.fromkeys(("=", "<>", "<", ">", "<=", ">="), 1),
    "&": 2, "+": 3, "-": 3, "*": 4, "/": 4, "^": 5, ":": 9,
}  # fmt: skip
_SIGN_BINDING = 6


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


@lru_cache(maxsize=20_000)
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
        tree = self._operand()
        while self.peek().kind == "sign" and _BINDING.get(self.peek().text, -1) > binding:
            operator = self.take().text
            tree = Binary(operator, tree, self.expression(_BINDING[operator]))
        return tree

    def _operand(self) -> Expression:
        token = self.take()
        if token.kind == "sign" and token.text in "+-":
            return Unary(token.text, self.expression(_SIGN_BINDING))
        if token.text == "(":
            inner = self.expression(0)
            self.take(")")
            return inner
        if token.kind == "word":
            return self._word(token.text)
        return _leaf(token)

    def _word(self, text: str) -> Expression:
        if self.peek().text != "(":
            return Literal(text == "TRUE") if text in ("TRUE", "FALSE") else Name(text)
        self.take("(")
        arguments: List[Optional[Expression]] = []
        while self.peek().text != ")":
            arguments.append(None if self.peek().text == "," else self.expression(0))
            if self.peek().text == ",":
                self.take(",")
                if self.peek().text == ")":
                    arguments.append(None)
        self.take(")")
        return Call(text, tuple(arguments))


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
    sheet = match[1].replace("''", "'") if match[1] else None
    return Reference(sheet, int(match[3]), int(match[5]), bool(match[2]), bool(match[4]))


def from_place(text: str, row: int, column: int) -> str:
    """The formula with its addresses counted from the cell that it stands in, so that formulas
    which were filled down or across are the same text (and are parsed once)."""

    def relative(match: re.Match[str]) -> str:
        if match[1] is not None:
            return match[1]
        found = _number_of(match[3])
        down = match[5] if match[4] else f"[{int(match[5]) - row}]"
        across = str(found) if match[2] else f"[{found - column}]"
        return f"R{down}C{across}"

    return _IN_PLACE.sub(relative, text)


@lru_cache(maxsize=1024)
def _number_of(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def _table(text: str) -> TableReference:
    name, _, inside = text[:-1].partition("[")
    if not inside.startswith("["):
        part = _PARTS.get(inside)
        return TableReference(name, part or "data", None if part else inside or None)
    specifiers = re.findall(r"\[([^\[\]]*)\]", inside)
    part = next((_PARTS[entry] for entry in specifiers if entry in _PARTS), "data")
    column = next((entry for entry in specifiers if entry not in _PARTS), None)
    return TableReference(name, part, column)
