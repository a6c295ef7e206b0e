"""What may be declared of an in-cell function's argument, and what its plain values mean."""

from __future__ import annotations

from kpixl.errors import Frozen, Names, worked_out_once
from kpixl.measures.limits import MAX_NUMBER

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from kpixl.plan.cells import CellValue

    _Known = dict[object, object]
else:
    _Known = dict  # before Python 3.9 it takes no parameters

_INFINITE = float("inf")
_MOST_REMEMBERED = 256


class Kind(Names):
    """What an argument holds. Kinds that are named like a vocabulary of words.json take its
    words in both languages; ANY is handed to the function as it is, errors included."""

    NUMBER = "number"
    TEXT = "text"
    ID = "id"
    DATE = "date"
    MONTH = "month"
    DIRECTION = "direction"
    AGGREGATION = "aggregation"
    STATUS = "status"
    DECISION = "decision"
    METHOD = "method"
    LANGUAGE = "language"
    ANY = "any"


class Shape(Names):
    """How much of a sheet an argument or result takes."""

    SCALAR = "scalar"
    ROW = "row"
    COLUMN = "column"
    RANGE = "range"
    TABLE = "table"


class Argument(Frozen):
    """One argument. A SCALAR may be given a range: the function is then applied cell by cell.

    ``default`` is the cell value that stands for a blank optional argument (None: none).
    ``counts_blank`` marks a required scalar whose blank means something to the function;
    elsewhere a blank gives a blank. ``described`` is the name of its description in words.json,
    where arguments of other functions mean something else by the same name.
    """

    name: str
    kind: Kind = Kind.NUMBER
    shape: Shape = Shape.SCALAR
    optional: bool = False
    default: CellValue = None
    counts_blank: bool = False
    described: str = ""

    @worked_out_once
    def wants_content(self) -> bool:
        """Whether a blank makes the result a blank."""
        return self.shape is Shape.SCALAR and not self.optional and not self.counts_blank

    @worked_out_once
    def filled(self) -> object:
        """What the function gets where the argument is blank."""
        if self.shape is not Shape.SCALAR:
            return None if self.optional else [[None]]
        return None if self.default is None else term(self.kind, self.default)

    @worked_out_once
    def span(self) -> tuple[float, float]:
        """From where to where a float means itself."""
        if self.kind is Kind.NUMBER:
            return -MAX_NUMBER, MAX_NUMBER
        return _INFINITE, -_INFINITE

    @worked_out_once
    def meanings(self) -> Meanings:
        """What other plain values of the argument mean."""
        return Meanings(self)

    @property
    def description_key(self) -> str:
        """Where words.json describes the argument."""
        return f"function.argument.{self.described or self.name}"

    def description(self, language: str) -> str:
        """What the argument is, for a host's function wizard."""
        from kpixl.words import word

        return word(self.description_key, language)


class Blank(Exception):
    """A blank stands where the argument wants content."""


class Meanings(_Known):
    """Cell value -> what it means as one scalar argument; blanks and words are remembered.

    Looking up raises :class:`Blank`, and :class:`Fault` for what the argument cannot be.
    """

    def __init__(self, argument: Argument) -> None:
        super().__init__()
        self._argument = argument

    def __missing__(self, value: object) -> object:
        argument, found = self._argument, None
        low, high = argument.span
        if type(value) is int and low <= value <= high:
            return float(value)
        if value is not None and value != "":
            from kpixl.functions.cells import cell, read

            found = read(argument.kind, cell(value))
        if found is None:
            if argument.wants_content:
                raise Blank
            found = argument.filled
        if len(self) < _MOST_REMEMBERED and (value is None or type(value) is str):
            self[value] = found
        return found


def _vocabularies() -> Mapping[Kind, Callable[[object], object]]:
    from kpixl.measures.kinds import Aggregation, Decision, Direction, Method, Status

    return {
        Kind.DIRECTION: Direction,
        Kind.AGGREGATION: Aggregation,
        Kind.STATUS: Status,
        Kind.DECISION: Decision,
        # The best is none in particular: it is chosen by the figures.
        Kind.METHOD: lambda key: None if key == "best" else Method(key),
    }


def term(kind: Kind, key: object) -> object:
    """What the measures call the word ``key`` of a vocabulary; of other kinds ``key`` itself."""
    vocabulary = _vocabularies().get(kind)
    return key if vocabulary is None else vocabulary(key)
