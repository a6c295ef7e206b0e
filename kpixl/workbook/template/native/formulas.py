"""Lay out the Formulas sheet: how plain formulas read the driver formulas of the goals.

A row for each goal that has a formula. Its text is cut into tokens; the tokens give operands and
operators; the operators are brought into the order in which they are worked out (SPEC 3: minus
before %, that before ^, then * and /, then + and -, equal ones from the left). A second table has
the same formulas sorted so that each stands below those that it needs; :mod:`.steps` works them
out in that order. So the book follows whoever changes a formula, without any code in it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from typing import ClassVar

from kpixl.words import word
from kpixl.workbook.grid import Formula, Grid, row_of, span, text
from kpixl.workbook.template.inputs import begin
from kpixl.workbook.template.native.numbers import parsed, replaced

TOKENS, OPERANDS, STOREYS = 32, 8, 8
"""The longest formula in tokens and in figures, and how far formulas may stand on formulas."""
OPERATORS = OPERANDS - 1

HEADER_ROW, NUMBER_ROW = 4, 5
FIRST_ROW = NUMBER_ROW + 1
# Signs as people write them, and what they mean. IDs are compared with the text as it stands: a
# dash in an ID is another one than the minus sign.
_OPERATORS = dict(zip("+-*/^×✕·÷∕−‐–", "+-*/^***//---", strict=True))
_MINUS = "".join(sign for sign, meaning in _OPERATORS.items() if meaning == "-")
_SIGNS = "".join(_OPERATORS) + "()%"
_WRITTEN = {
    **{chr(0xFF10 + digit): str(digit) for digit in range(10)},
    **dict(zip("＋－＊／＾（）％．，", "+-*/^()%.,", strict=True)),
    "　": " ", "\N{NO-BREAK SPACE}": " ",
}  # fmt: skip
_RANKS = {"+": 1, "-": 1, "*": 2, "/": 2, "^": 3}
_PERCENT_RANK, _MINUS_RANK, _DEEPER = 4, 5, 10

# What a token is: a value, an operator between two, a minus or plus before one, as itself
# parentheses and %, or out of place.
VALUE, BETWEEN, MINUS, PLUS, WRONG = "v", "b", "n", "u", "!"
_ENDS_A_VALUE = f"{VALUE})%"
_OPERATES = (BETWEEN, MINUS, "%")


@dataclass(frozen=True)
class GoalColumns:
    """Addresses of columns of the Figures sheet, and of the goals' own numbers."""

    ids: str
    texts: str
    counts: str
    number: str


def _side_by_side(single: Sequence[str], blocks: Mapping[str, int]) -> dict[str, int]:
    """The first column of each: single ones, then blocks so many columns wide."""
    widths = {**dict.fromkeys(single, 1), **blocks}
    starts = accumulate(widths.values(), initial=1)
    return dict(zip(widths, starts, strict=False))  # the last start is where nothing stands


class Reading:
    """The upper table: a row for each formula, in the order of the goals."""

    BLOCKS: ClassVar[dict[str, int]] = {
        "rest": TOKENS + 1, "size": TOKENS, "kind": TOKENS, "depth": TOKENS, "signs": TOKENS,
        "values": TOKENS, "operand": OPERANDS, "operator": OPERATORS, "rank": OPERATORS,
        "turn": OPERATORS, "sign": OPERATORS, "left": OPERATORS, "right": OPERATORS,
        "storey": STOREYS,
    }  # fmt: skip
    SINGLE = ("number", "goal", "id", "text", "sound", "order")

    def __init__(self, grid: Grid, slots: int, goals: GoalColumns) -> None:
        self.grid, self.slots, self.goals = grid, slots, goals
        self.columns = _side_by_side(self.SINGLE, self.BLOCKS)
        self.last_row = FIRST_ROW + slots - 1

    def at(self, name: str, row: int, number: int = 1) -> str:
        """A formula's cell of a column, or the so-manieth of a block."""
        return row_of(row, self.columns[name] + number - 1)

    def all(self, name: str, number: int = 1) -> str:
        """The column, all formulas."""
        column = self.columns[name] + number - 1
        return span(FIRST_ROW, column, self.last_row, column)

    def row(self, name: str, row: int) -> str:
        """A formula's block."""
        return f"{self.at(name, row)}:{self.at(name, row, self.BLOCKS[name])}"

    def numbers(self, name: str) -> str:
        """The row of 1, 2, 3 … above a block."""
        first = self.columns[name]
        return span(NUMBER_ROW, first, NUMBER_ROW, first + self.BLOCKS[name] - 1)

    def fill(self, language: str) -> None:
        """Fill the table."""
        self._heads(language)
        for slot in range(self.slots):
            row = FIRST_ROW + slot
            self._goal(row, slot + 1)
            for token in range(1, TOKENS + 1):
                self._token(row, token)
            self._put(row, "rest", TOKENS + 1, self._rest(row, TOKENS + 1))
            for number in range(1, OPERANDS + 1):
                self._put(row, "operand", number, self._operand(row, number))
            for number in range(1, OPERATORS + 1):
                self._operator(row, number)
            for number in range(1, STOREYS + 1):
                self._put(row, "storey", number, self._storey(row, number))

    def _put(self, row: int, name: str, number: int, formula: str) -> None:
        # LibreOffice works out formulas that are written alike in a bundle, and at times looks at
        # a neighbour before that has been worked out; never where there is a MATCH.
        number_cell = self.at("number", row)
        own = Formula(f"IF(MATCH({number_cell},{number_cell},0),{formula})")
        self.grid.put(row, self.columns[name] + number - 1, own, "computed")

    def _heads(self, language: str) -> None:
        grid = self.grid
        for name, column in self.columns.items():
            title = word(f"template.formulas.{name}", language)
            grid.put(HEADER_ROW, column, title, "header computed_header")
            for number in range(self.BLOCKS.get(name, 0)):
                if number:
                    grid.put(HEADER_ROW, column + number, None, "header computed_header")
                grid.put(NUMBER_ROW, column + number, number + 1, "muted centre", "0")
                grid.widths[column + number] = 6
        grid.widths.update({1: 5, 2: 6, 3: 12, 4: 34, 5: 8, 6: 8})
        for number in range(OPERANDS):
            grid.widths[self.columns["operand"] + number] = 11
        grid.heights[HEADER_ROW] = 30

    def _goal(self, row: int, slot: int) -> None:
        goals, goal = self.goals, self.at("goal", row)
        self.grid.put(row, self.columns["number"], slot, "computed muted")
        place = f"MATCH({self.at('number', row)},{goals.counts},0)"
        self._put(row, "goal", 1, f"IF(ISNUMBER({place}),{place},0)")
        self._put(row, "id", 1, f'IF({goal}=0,"",INDEX({goals.ids},{goal}))')
        written = replaced(f"INDEX({goals.texts},{goal})", _WRITTEN)
        self._put(row, "text", 1, f'IF({goal}=0,"",TRIM({written}))')
        self._put(row, "sound", 1, self._sound(row))
        last, before = (self.at("storey", row, STOREYS - back) for back in (0, 1))
        lower = f"SUMPRODUCT(({self.all('storey', STOREYS)}<{last})*({self.all('sound')}=1))"
        beside = f"({self.all('storey', STOREYS)}={last})*({self.all('sound')}=1)"
        earlier = f"SUMPRODUCT({beside}*({self.all('number')}<{self.at('number', row)}))"
        settled = f"AND({self.at('sound', row)}=1,{last}={before})"
        # A circle, or too many formulas on top of each other, has no order.
        order = f"IF({settled},1+{lower}+{earlier},#N/A)"
        self._put(row, "order", 1, f'IF({goal}=0,"",{order})')

    def _sound(self, row: int) -> str:
        """1 where the formula can be worked out."""
        kinds, count = self.row("kind", row), f'SUMPRODUCT(({self.row("kind", row)}<>"")*1)'
        ends = f"ISNUMBER(FIND(INDEX({kinds},1,MAX(1,{count})),{text(_ENDS_A_VALUE)}))"
        return (
            f"IF({self.at('goal', row)}=0,0,IF(ISERROR({self.at('text', row)}),0,IF({count}=0,0,"
            f"IF(AND(SUMPRODUCT(({kinds}={text(WRONG)})*1)=0,{ends},"
            f'{self.at("depth", row, TOKENS)}=0,{self.at("rest", row, TOKENS + 1)}="",'
            f"{self.at('values', row, TOKENS)}<={OPERANDS},"
            f"SUMPRODUCT(ISERROR({self.row('operand', row)})*1)=0),1,0))))"
        )

    def _rest(self, row: int, token: int) -> str:
        """What of the text is left for a token."""
        if token == 1:
            whole = self.at("text", row)
            return f'TRIM(REPLACE({whole},1,(LEFT({whole})="=")*1,""))'
        before, size = self.at("rest", row, token - 1), self.at("size", row, token - 1)
        return f'IF({size}=0,"",TRIM(MID({before},{size}+1,LEN({before}))))'

    def _token(self, row: int, token: int) -> None:
        rest, size, kind = (self.at(name, row, token) for name in ("rest", "size", "kind"))
        self._put(row, "rest", token, self._rest(row, token))
        sign = f"ISNUMBER(FIND(LEFT({rest}),{text(_SIGNS)}))"
        named = self._longest_name(rest)
        numeral = self._numeral(rest)
        found = f"IF({sign},1,IF({named}>0,{named},{numeral}))"
        self._put(row, "size", token, f'IF({rest}="",0,{found})')
        ready, open_now = "FALSE", "0"
        if token > 1:
            last = self.at("kind", row, token - 1)
            ready = f"ISNUMBER(FIND({last},{text(_ENDS_A_VALUE)}))"
            open_now = self.at("depth", row, token - 1)
        first = f"LEFT({rest})"
        minus = f"ISNUMBER(FIND({first},{text(_MINUS)}))"
        before_value = f'IF({first}="+",{text(PLUS)},IF({minus},{text(MINUS)},{text(WRONG)}))'
        kinds = (
            f"IF({size}=0,{text(WRONG)},IF(NOT({sign}),IF({ready},{text(WRONG)},{text(VALUE)}),"
            f'IF({first}="(",IF({ready},{text(WRONG)},"("),'
            f'IF({ready},IF({first}=")",IF({open_now}>0,")",{text(WRONG)}),'
            f'IF({first}="%","%",{text(BETWEEN)})),'
            f"{before_value}))))"
        )
        self._put(row, "kind", token, f'IF({rest}="","",{kinds})')
        self._put(row, "depth", token, f'{open_now}+({kind}="(")-({kind}=")")')
        operates = "+".join(f"({kind}={text(one)})" for one in _OPERATES)
        valued = "+".join(f"({kind}={text(one)})" for one in (VALUE, MINUS, "%"))
        for name, counted in (("signs", operates), ("values", valued)):
            before = self.at(name, row, token - 1) if token > 1 else "0"
            self._put(row, name, token, f"{before}+{counted}")

    def _longest_name(self, rest: str) -> str:
        """How long the longest ID is that stands at the beginning, as a word of its own."""
        ids = self.goals.ids
        follows = f'ISNUMBER(FIND(MID({rest}&" ",LEN({ids})+1,1),{text(" " + _SIGNS)}))'
        known = f'(LEFT({rest},LEN({ids}))={ids})*({ids}<>"")'
        return f"SUMPRODUCT(MAX({known}*{follows}*LEN({ids})))"

    def _numeral(self, rest: str) -> str:
        """How many digits, with a point, stand at the beginning."""
        counting = self.goals.number
        stops = f'ISERROR(FIND(MID({rest}&"#",{counting},1),"0123456789."))'
        return f"(998-SUMPRODUCT(MAX({stops}*(999-{counting}))))"

    def _operand(self, row: int, number: int) -> str:
        """The number that stands there, or the ID of the goal whose figure is meant. A minus
        before a value is a multiplication with -1, % a division by 100."""
        place = f"MATCH({number},{self.row('values', row)},0)"

        def of_token(name: str) -> str:
            return f"INDEX({self.row(name, row)},1,{place})"

        token, kind = f"LEFT({of_token('rest')},{of_token('size')})", of_token("kind")
        known = f"SUMPRODUCT(({self.goals.ids}={token})*1)>0"
        value = f"IF({known},{token},{parsed(token)})"
        chosen = f'IF({kind}={text(MINUS)},-1,IF({kind}="%",100,{value}))'
        return f'IF({number}>{self.at("values", row, TOKENS)},"",{chosen})'

    def _operator(self, row: int, number: int) -> None:
        place = f"MATCH({number},{self.row('signs', row)},0)"
        kind, rest, depth = (
            f"INDEX({self.row(name, row)},1,{place})" for name in ("kind", "rest", "depth")
        )
        written, meant = text("".join(_OPERATORS)), text("".join(_OPERATORS.values()))
        between = f"MID({meant},FIND(LEFT({rest}),{written}),1)"
        sign = f'IF({kind}={text(MINUS)},"*",IF({kind}="%","/",{between}))'
        unused = f"{number}>{self.at('signs', row, TOKENS)}"
        self._put(row, "operator", number, f'IF({unused},"",{sign})')
        own, binding = self.at("operator", row, number), "0"
        for name, strength in _RANKS.items():
            binding = f'IF({own}="{name}",{strength},{binding})'
        strong = f'IF({kind}={text(MINUS)},{_MINUS_RANK},IF({kind}="%",{_PERCENT_RANK},{binding}))'
        self._put(row, "rank", number, f"IF({unused},0,{depth}*{_DEEPER}+{strong})")
        rank, ranks, numbers = self.at("rank", row, number), self.row("rank", row), (
            self.numbers("rank"))  # fmt: skip
        stronger = f"SUMPRODUCT(({ranks}>{rank})*1)"
        equal = f"SUMPRODUCT(({ranks}={rank})*({numbers}<{number}))"
        self._put(row, "turn", number, f"IF({rank}=0,0,1+{stronger}+{equal})")
        self._sides(row, number)

    def _sides(self, row: int, turn: int) -> None:
        """What the operator whose turn it is works on: an operand (1 to 8), or the result of an
        earlier turn (8 and its number)."""
        turns, numbers = self.row("turn", row), self.numbers("turn")
        place = f"MATCH({turn},{turns},0)"
        later = f"({turns}>{turn})"
        before = f"SUMPRODUCT(MAX(({numbers}<{place})*{later}*{numbers}))"
        after = f"(99-SUMPRODUCT(MAX(({numbers}>{place})*{later}*(99-{numbers}))))"
        unused = f"{turn}>{self.at('signs', row, TOKENS)}"
        self._put(
            row, "sign", turn, f'IF({unused},"",INDEX({self.row("operator", row)},1,{place}))'
        )
        left_done = f"SUMPRODUCT(MAX(({numbers}>{before})*({numbers}<{place})*{turns}))"
        right_done = f"SUMPRODUCT(MAX(({numbers}<{after})*({numbers}>{place})*{turns}))"
        left = f"IF({left_done}=0,{place},{OPERANDS}+{left_done})"
        right = f"IF({right_done}=0,{place}+1,{OPERANDS}+{right_done})"
        self._put(row, "left", turn, f"IF({unused},0,{left})")
        self._put(row, "right", turn, f"IF({unused},0,{right})")

    def _storey(self, row: int, number: int) -> str:
        """How many formulas stand under each other here, as far as so many looks tell."""
        if number == 1:
            return f"IF({self.at('sound', row)}=1,1,0)"
        needed = f"ISNUMBER(MATCH({self.all('id')},{self.row('operand', row)},0))"
        below = self.all("storey", number - 1)
        return f"IF({self.at('sound', row)}=1,1+SUMPRODUCT(MAX({needed}*{below})),0)"


class Sorted:
    """The lower table: the formulas in the order in which they are worked out."""

    BLOCKS: ClassVar[dict[str, int]] = {
        "operand": OPERANDS, "sign": OPERATORS, "left": OPERATORS, "right": OPERATORS,
    }  # fmt: skip
    SINGLE = ("number", "slot", "id", "text", "goal", "result")

    def __init__(self, reading: Reading) -> None:
        self.reading, self.grid, self.slots = reading, reading.grid, reading.slots
        self.first_row = reading.last_row + 4
        self.columns = _side_by_side(self.SINGLE, self.BLOCKS)

    def all(self, name: str, number: int = 1) -> str:
        """A column, by turn, from other sheets."""
        column = self.columns[name] + number - 1
        last = self.first_row + self.slots - 1
        return self.grid.area(self.first_row, column, last, column)

    def fill(self, language: str) -> None:
        """Fill the table."""
        for name, column in self.columns.items():
            title = word(f"template.formulas.{name}", language)
            for number in range(self.BLOCKS.get(name, 1)):
                head = title if number == 0 else None
                self.grid.put(self.first_row - 1, column + number, head, "header computed_header")
        for place in range(1, self.slots + 1):
            self._line(place)

    def _line(self, place: int) -> None:
        reading, row = self.reading, self.first_row + place - 1
        slot = row_of(row, self.columns["slot"])

        def put(name: str, formula: str, number: int = 1) -> None:
            column = self.columns[name] + number - 1
            self.grid.put(row, column, Formula(formula), "computed")

        def of_formula(name: str, number: int = 1) -> str:
            return f"INDEX({reading.all(name, number)},{slot})"

        self.grid.put(row, self.columns["number"], place, "computed muted")
        found = f"MATCH({row_of(row, self.columns['number'])},{reading.all('order')},0)"
        put("slot", f"IF(ISNUMBER({found}),{found},0)")
        for name in ("id", "text", "goal"):
            put(name, f'IF({slot}=0,"",{of_formula(name)})')
        signs = of_formula("signs", TOKENS)
        put("result", f"IF({slot}=0,0,IF({signs}=0,1,{OPERANDS}+{signs}))")
        for name, width in self.BLOCKS.items():
            none = "0" if name in ("left", "right") else '""'
            for number in range(1, width + 1):
                put(name, f"IF({slot}=0,{none},{of_formula(name, number)})", number)


class Formulas:
    """The sheet."""

    def __init__(self, language: str, slots: int, goals: GoalColumns) -> None:
        self.language, self.slots = language, slots
        name = word("template.sheet.formulas", language)
        self.grid = grid = begin("formulas", language, name, "calculation")
        grid.frozen = (NUMBER_ROW, 4)
        self.reading = Reading(grid, slots, goals)
        self.sorted = Sorted(self.reading)

    def fill(self) -> None:
        """Fill both tables."""
        self.reading.fill(self.language)
        self.sorted.fill(self.language)

    @cached_property
    def orders(self) -> str:
        """The column of the formulas' turns, in the order of the goals."""
        reading = self.reading
        column = reading.columns["order"]
        return self.grid.area(FIRST_ROW, column, reading.last_row, column)
