"""Turn a driver formula such as ``VISITS*CVR*AOV`` into a tree, and a tree into a figure (SPEC 3).

The text is never handed to ``eval``. The precedence is Excel's: unary minus binds tighter than
``%``, that tighter than ``^``, and operators of one rank are taken from the left, so that
``-2^2`` is 4 and ``2^3^2`` is 64.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from math import fsum, isfinite
from typing import (
    Callable,
    Collection,
    Dict,
    FrozenSet,
    List,
    Mapping,
    Optional,
    Sequence,
    Tuple,
    Union,
)

from kpixl.errors import KpixlError
from kpixl.measures.ids import normalise_id

MAX_LENGTH = 8192
"""The longest formula that a cell of Excel can hold."""
MAX_NESTING = 30


class FormulaError(KpixlError):
    """The formula cannot be understood.

    ``position`` counts characters from 1 in the formula as it is compared (NFKC, trimmed),
    a leading ``=`` included; ``token`` is what stands there, empty at the end.
    """

    def __init__(self, code: str, position: int, token: str = "", **details: object) -> None:
        super().__init__(code, position=position, token=token, **details)
        self.position = position
        self.token = token


@dataclass(frozen=True)
class Node:
    """A part of a formula's tree."""


@dataclass(frozen=True)
class Number(Node):
    """A number that stands in the formula."""

    value: float


@dataclass(frozen=True)
class Input(Node):
    """The figure of another goal."""

    id: str


@dataclass(frozen=True)
class Negative(Node):
    """A figure with its sign turned."""

    operand: Node


@dataclass(frozen=True)
class Percent(Node):
    """A hundredth of a figure."""

    operand: Node


@dataclass(frozen=True)
class Chain(Node):
    """Operators of one rank, applied from the left: ``first``, then each (operator, operand).

    A chain rather than pairs, so that a sum of 500 goals is no deeper than one of two.
    """

    first: Node
    rest: Tuple[Tuple[str, Node], ...]


@dataclass(frozen=True)
class Call(Node):
    """A function of one or more figures."""

    function: str
    arguments: Tuple[Node, ...]


_OPERATIONS: Mapping[str, Callable[[float, float], Union[float, complex]]] = {
    "+": lambda left, right: left + right,
    "-": lambda left, right: left - right,
    "*": lambda left, right: left * right,
    "/": lambda left, right: left / right,
    "^": lambda left, right: left**right,
}
_RANKS: Tuple[str, ...] = ("+-", "*/", "^")
_FUNCTIONS: Mapping[str, Callable[[Sequence[float]], float]] = {
    "SUM": fsum,
    "MIN": min,
    "MAX": max,
    "AVERAGE": lambda figures: fsum(figures) / len(figures),
    "ABS": lambda figures: abs(figures[0]),
}
FUNCTION_NAMES: Tuple[str, ...] = tuple(_FUNCTIONS)

# What NFKC leaves as it is, though people mean the operator.
_SIGNS = {"×": "*", "✕": "*", "·": "*", "÷": "/", "∕": "/", "−": "-", "‐": "-", "–": "-", ";": ","}
_NUMBER = re.compile(r"(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:E[-+]?[0-9]+)?(?![\w.])")
_WORD = re.compile(r"\w[\w.]*")
_INSIDE_WORD = re.compile(r"\.?\w")
_SPACE = re.compile(r"\s*")


@dataclass(frozen=True)
class _Token:
    kind: str  # "number", "id", "word" (an ID nobody knows, or a function), "sign", "end"
    text: str
    position: int


@lru_cache(maxsize=16)
def _known(names: FrozenSet[str]) -> Tuple[FrozenSet[str], Tuple[int, ...]]:
    """The names as they are compared, without those that are plain numbers, and their lengths."""
    compared = frozenset(
        name for name in map(normalise_id, names) if name and not _NUMBER.fullmatch(name)
    )
    return compared, tuple(sorted({len(name) for name in compared}, reverse=True))


def _name_at(text: str, start: int, names: FrozenSet[str], lengths: Tuple[int, ...]) -> str:
    """The longest known name that stands at ``start`` and is not the beginning of a word."""
    for length in lengths:
        name = text[start : start + length]
        if name in names:
            rest = text[start + length :]
            if not (_WORD.match(name[-1]) and _INSIDE_WORD.match(rest)):
                return name
    return ""


def _tokens(text: str, names: FrozenSet[str]) -> List[_Token]:
    known, lengths = _known(names)
    found: List[_Token] = []
    start = 1 if text.startswith("=") else 0
    while True:
        space = _SPACE.match(text, start)
        start = space.end() if space else start
        if start >= len(text):
            return [*found, _Token("end", "", len(text) + 1)]
        number, word = _NUMBER.match(text, start), _WORD.match(text, start)
        name = _name_at(text, start, known, lengths)
        if name:
            token = _Token("id", name, start + 1)
        elif number:
            token = _Token("number", number.group(), start + 1)
        elif word:
            token = _Token("word", word.group(), start + 1)
        else:
            token = _Token("sign", text[start], start + 1)
        found.append(token)
        start += len(token.text)


def renamed(text: str, names: Mapping[str, str]) -> str:
    """The formula with other names for the goals that ``names`` has; all of its goals must be
    among them, for else two that begin alike could be mistaken for each other."""
    compared = normalise_id(text)
    found, end = [], 0
    for token in _tokens(compared, frozenset(names)):
        start = token.position - 1
        found.append(compared[end:start])
        found.append(names[token.text] if token.kind == "id" else token.text)
        end = start + len(token.text)
    return "".join(found)


class _Parser:
    """Reads the tokens of one formula from the left."""

    def __init__(self, text: str, names: FrozenSet[str]) -> None:
        self.strict = bool(names)
        self.tokens = _tokens(text, names)
        self.at = 0
        self.nesting = 0

    def formula(self) -> Node:
        node = self.chain(0)
        if self.token.kind != "end":
            raise self.fault()
        return node

    @property
    def token(self) -> _Token:
        return self.tokens[self.at]

    @property
    def sign(self) -> str:
        """The operator, parenthesis or comma that stands next, or empty."""
        token = self.token
        return _SIGNS.get(token.text, token.text) if token.kind == "sign" else ""

    def fault(self) -> FormulaError:
        token = self.token
        code = "formula-incomplete" if token.kind == "end" else "formula-syntax"
        return FormulaError(code, token.position, token.text)

    def skip(self, sign: str) -> None:
        if self.sign != sign:
            raise self.fault()
        self.at += 1

    def chain(self, rank: int) -> Node:
        if rank == len(_RANKS):
            return self.percent()
        first = self.chain(rank + 1)
        rest: List[Tuple[str, Node]] = []
        while self.sign and self.sign in _RANKS[rank]:
            operator = self.sign
            self.at += 1
            rest.append((operator, self.chain(rank + 1)))
        return Chain(first, tuple(rest)) if rest else first

    def percent(self) -> Node:
        node = self.signed()
        times = 0
        while self.sign == "%":
            self.at += 1
            times += 1
        if times > MAX_NESTING:
            raise self.too_complex()
        for _ in range(times):
            node = Percent(node)
        return node

    def signed(self) -> Node:
        negative = False
        while self.sign and self.sign in "+-":
            negative ^= self.sign == "-"
            self.at += 1
        node = self.operand()
        return Negative(node) if negative else node

    def operand(self) -> Node:
        token = self.token
        if token.kind == "number":
            self.at += 1
            return self.number(token)
        if token.kind in ("id", "word"):
            self.at += 1
            return self.call(token) if self.sign == "(" else self.input(token)
        return self.nested()[0]

    def number(self, token: _Token) -> Node:
        value = float(token.text)
        if not isfinite(value):
            raise FormulaError("formula-syntax", token.position, token.text)
        return Number(value)

    def input(self, token: _Token) -> Node:
        if token.kind == "word" and self.strict:
            raise FormulaError("formula-unknown-goal", token.position, token.text)
        return Input(token.text)

    def call(self, token: _Token) -> Node:
        if token.text not in _FUNCTIONS:
            raise FormulaError(
                "formula-unknown-function",
                token.position,
                token.text,
                functions=", ".join(FUNCTION_NAMES),
            )
        arguments = self.nested(several=token.text != "ABS")
        return Call(token.text, arguments)

    def nested(self, several: bool = False) -> Tuple[Node, ...]:
        self.nesting += 1
        if self.nesting > MAX_NESTING:
            raise self.too_complex()
        self.skip("(")
        inside = [self.chain(0)]
        while several and self.sign == ",":
            self.at += 1
            inside.append(self.chain(0))
        self.skip(")")
        self.nesting -= 1
        return tuple(inside)

    def too_complex(self) -> FormulaError:
        token = self.token
        return FormulaError("formula-too-complex", token.position, limit=MAX_NESTING)


def parse(text: str, names: Collection[str] = ()) -> Node:
    """The tree of a formula; its leading ``=`` is optional (SPEC 3, "Formula goals").

    ``names`` are the goals' IDs. With them, IDs may hold hyphens, dots and spaces (the longest
    known one wins; one that is a plain number stays a number), and any other name is an error;
    without them every word is taken for an ID. Raises :class:`FormulaError`.
    """
    if len(text) > MAX_LENGTH:
        raise FormulaError("formula-too-long", MAX_LENGTH + 1, limit=MAX_LENGTH)
    return _Parser(normalise_id(text), frozenset(names)).formula()


def inputs(node: Node) -> Tuple[str, ...]:
    """The IDs that a formula needs, each once, in the order in which they stand in it."""
    found: Dict[str, None] = {}
    _collect(node, found)
    return tuple(found)


def _collect(node: Node, found: Dict[str, None]) -> None:
    if isinstance(node, Input):
        found[node.id] = None
    elif isinstance(node, (Negative, Percent)):
        _collect(node.operand, found)
    elif isinstance(node, Chain):
        _collect(node.first, found)
        for _, operand in node.rest:
            _collect(operand, found)
    elif isinstance(node, Call):
        for argument in node.arguments:
            _collect(argument, found)


class _NotAvailable(ArithmeticError):
    """An input is missing, or the result is not a real number."""


def evaluate(node: Node, figures: Mapping[str, Optional[float]]) -> Optional[float]:
    """The formula's figure; None where an input is missing or the arithmetic has no result.

    No result have a division by zero, an overflow, a root of a negative number, and 0^0, which
    Excel refuses too.
    """
    try:
        return _value(node, figures)
    except ArithmeticError:  # _NotAvailable, ZeroDivisionError and OverflowError
        return None


def _value(node: Node, figures: Mapping[str, Optional[float]]) -> float:
    if isinstance(node, Input):
        figure = figures.get(node.id)
        if figure is None:
            raise _NotAvailable
        return _real(float(figure))
    if isinstance(node, Number):
        return node.value
    if isinstance(node, Chain):
        total = _value(node.first, figures)
        for operator, operand in node.rest:
            total = operate(operator, total, _value(operand, figures))
        return total
    if isinstance(node, Negative):
        return -_value(node.operand, figures)
    if isinstance(node, Percent):
        return _value(node.operand, figures) / 100
    if isinstance(node, Call):
        return call(node.function, [_value(argument, figures) for argument in node.arguments])
    raise TypeError(f"{type(node).__name__} is no part of a formula")


def operate(operator: str, left: float, right: float) -> float:
    """One operation of a formula; raises ArithmeticError where it has no result."""
    if operator == "^" and left == 0 and right == 0:
        raise _NotAvailable
    return _real(_OPERATIONS[operator](left, right))


def call(function: str, figures: Sequence[float]) -> float:
    """One function of a formula; raises ArithmeticError where it has no result."""
    return _real(_FUNCTIONS[function](figures))


def _real(result: Union[float, complex]) -> float:
    if isinstance(result, complex) or not isfinite(result):
        raise _NotAvailable
    return result
