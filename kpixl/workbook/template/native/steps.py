"""Lay out the Steps sheet: the driver formulas worked out, a row for each month and side.

From left to right: the figures that the formula needs, the operators in their order, the result.
A result is empty where a figure is missing, or where there is none, such as in a division by
zero. The formulas stand in the order in which they need each other, so that a row looks at rows
above it only and nothing goes in a circle.
"""

from __future__ import annotations

from dataclasses import dataclass

from kpixl.words import word
from kpixl.workbook.grid import Formula, Grid, fixed, row_of, span
from kpixl.workbook.template.figure_map import LABEL_ROW, YEAR, Sheet
from kpixl.workbook.template.native.formulas import OPERANDS, OPERATORS, Sorted
from kpixl.workbook.template.native.words import AVERAGE
from kpixl.workbook.template.parameters import PARAMETER_ROW, PARAMETERS, VALUE_COLUMN
from kpixl.workbook.template.rollups import SIDES_TO_DATE

HEADER_ROW = 4
FIRST_ROW = HEADER_ROW + 1
MONTHLY = ("actual", "plan", "prior")
COMPARED = {"to_date_actual": "actual", "to_date_like": "like_actual", "to_date_plan": "like_plan"}
"""The blocks of months that a figure to date is made of."""

_TURN, _ID, _SIDE, _MONTH, _OPERAND = 1, 2, 3, 4, 5
_STEP = _OPERAND + OPERANDS
_RESULT = _STEP + 3 * OPERATORS
_PLACE = _RESULT + 2
_COUNTED = _PLACE + OPERANDS
_COMPARED = _COUNTED + YEAR + 1
_A_FORMULA = len(MONTHLY) * YEAR
"""Rows of one formula in the table of months."""
_DATES = tuple(SIDES_TO_DATE)
_AWAY = "#N/A"


@dataclass(frozen=True)
class Steps:
    """The sheet, and where its results stand. ``sorted`` are the formulas."""

    grid: Grid
    sorted: Sorted

    @property
    def second_head(self) -> int:
        """The header row of the table of figures to date."""
        return FIRST_ROW + self.sorted.slots * _A_FORMULA + 2

    def figure(self, order: str, name: str, month: int) -> str:
        """What a formula gives in a month, from other sheets; ``order`` is its turn."""
        last = FIRST_ROW + self.sorted.slots * _A_FORMULA - 1
        figures = self.grid.area(FIRST_ROW, _RESULT, last, _RESULT)
        return f"INDEX({figures},({order}-1)*{_A_FORMULA}+{_within(name, month) + 1})"

    def figure_to_date(self, order: str, name: str) -> str:
        """What a formula gives to date, from other sheets."""
        first = self.second_head + 1
        last = self.second_head + self.sorted.slots * len(_DATES)
        figures = self.grid.area(first, _RESULT, last, _RESULT)
        return f"INDEX({figures},({order}-1)*{len(_DATES)}+{_DATES.index(name) + 1})"

    def fill(self, figures: Sheet, language: str) -> None:
        """Fill both tables."""
        self._heads(language)
        for turn in range(1, self.sorted.slots + 1):
            for name in MONTHLY:
                for month in range(YEAR):
                    self._month(figures, turn, (name, month), language)
            for name in _DATES:
                self._to_date(figures, turn, name, language)

    def _heads(self, language: str) -> None:
        grid = self.grid
        titles = {
            _TURN: "turn", _ID: "id", _SIDE: "side", _MONTH: "month", _OPERAND: "operand",
            _RESULT: "result", _PLACE: "place",
        }  # fmt: skip
        for row in (HEADER_ROW, self.second_head):
            for column in (*range(1, _RESULT + 1), _PLACE):
                name = titles.get(column)
                title = word(f"template.steps.{name}", language) if name else None
                grid.put(row, column, title, "header computed_header")
        for column, name in ((_COUNTED, "counted"), (_COMPARED, "compared")):
            grid.put(
                self.second_head - 1, column, word(f"template.steps.{name}", language), "muted"
            )
        for month in range(YEAR):
            grid.put(self.second_head, _COUNTED + month, month + 1, "muted centre", "0")
        grid.widths.update({_TURN: 6, _ID: 12, _SIDE: 22, _MONTH: 10, _RESULT: 14})
        for row in (HEADER_ROW, self.second_head):
            for turn in range(OPERATORS):
                for side, name in enumerate(("left", "right", "step")):
                    title = word(f"template.steps.{name}", language)
                    grid.put(row, _STEP + 3 * turn + side, title, "header computed_header")
        for column in range(_OPERAND, _RESULT):
            grid.widths[column] = 12

    def _of_formula(self, row: int, name: str, number: int = 1) -> str:
        """What the sorted formulas say of the row's, by its turn."""
        return f"INDEX({self.sorted.all(name, number)},{row_of(row, _TURN)})"

    def _put(self, row: int, column: int, formula: str) -> None:
        self.grid.put(row, column, Formula(formula), "computed", "General")

    def _begin(self, row: int, turn: int, side: str, month: str) -> None:
        grid = self.grid
        grid.put(row, _TURN, turn, "computed muted")
        grid.put(row, _ID, Formula(f'{self._of_formula(row, "id")}&""'), "computed")
        grid.put(row, _SIDE, side, "computed")
        grid.put(row, _MONTH, Formula(month) if month else None, "computed centre")

    def _month(self, figures: Sheet, turn: int, when: tuple[str, int], language: str) -> None:
        name, month = when
        row = FIRST_ROW + (turn - 1) * _A_FORMULA + _within(name, month)
        label = figures.grid.at(LABEL_ROW, figures.columns[name] + month)
        self._begin(row, turn, word(f"template.figures.{name}", language), label)
        ids = figures.outside_month("then" if name == "prior" else "now", month)
        for number in range(1, OPERANDS + 1):
            self._needed(row, number, ids, self._entered(figures, row, number, when))
        self._work_out(row)

    def _needed(self, row: int, number: int, ids: str, figure: str) -> None:
        """A figure that the formula needs, and the row of the goal that has it among ``ids``."""
        needed, where = self._of_formula(row, "operand", number), row_of(row, _PLACE + number - 1)
        found = f'IF({needed}="","",IF(ISNUMBER({needed}),0,MATCH({needed},{ids},0)))'
        self._put(row, _PLACE + number - 1, found)
        self._put(row, _OPERAND + number - 1, f'IF({where}="","",IF({where}=0,{needed},{figure}))')

    def _entered(self, figures: Sheet, row: int, number: int, when: tuple[str, int]) -> str:
        """A goal's own figure of the month, else what its formula gave above."""
        name, month = when
        where = row_of(row, _PLACE + number - 1)
        order = f"INDEX({figures.outside_all('order')},{where})"
        # The results above the formula's own rows, the header with them.
        results = _above(HEADER_ROW, row - _within(name, month) - 1, _RESULT)
        derived = f"INDEX({results},({order}-1)*{_A_FORMULA}+{_within(name, month) + 2})"
        entered = f"INDEX({figures.outside_month(f'own_{name}', month)},{where})"
        return f'IF({entered}<>"",{entered},IF({order}=0,"",{derived}))'

    def _work_out(self, row: int) -> None:
        """The operators in their order, each with its two sides, and the result."""
        figures = [row_of(row, _OPERAND + number) for number in range(OPERANDS)]
        for turn in range(1, OPERATORS + 1):
            first = _STEP + 3 * (turn - 1)
            for side, column in (("left", first), ("right", first + 1)):
                which = self._of_formula(row, side, turn)
                done = (
                    f"INDEX({_steps(row, turn - 1)},1,3*({which}-{OPERANDS}))"
                    if turn > 1
                    else _AWAY
                )
                given = f"INDEX({figures[0]}:{figures[-1]},1,{which})"
                self._put(row, column, f'IF({which}=0,"",IF({which}>{OPERANDS},{done},{given}))')
            sign = self._of_formula(row, "sign", turn)
            sides = row_of(row, first), row_of(row, first + 1)
            self._put(row, first + 2, _operation(sign, *sides))
        which = self._of_formula(row, "result")
        last = f"INDEX({_steps(row, OPERATORS)},1,3*({which}-{OPERANDS}))"
        chosen = f"IF({which}>{OPERANDS},{last},{figures[0]})"
        self._put(row, _RESULT, f'IF({which}=0,"",{chosen})')

    def _to_date(self, figures: Sheet, turn: int, name: str, language: str) -> None:
        """An Average's formula over the year so far: its figures are aggregated over the months
        that have all of them, then it is applied (SPEC 3)."""
        row = self.second_head + (turn - 1) * len(_DATES) + _DATES.index(name) + 1
        self._begin(row, turn, word(f"template.figures.{name}", language), "")
        goal = self._of_formula(row, "goal")
        average = f"INDEX({figures.outside_all('how')},{goal})={AVERAGE}"
        for month in range(YEAR):
            mark = f"INDEX({figures.outside_month(COMPARED[name], month)},{goal})"
            counts = f'IF({average},IF({mark}="",0,1),0)'
            self._put(row, _COUNTED + month, f'IF({goal}="",0,{counts})')
        elapsed = figures.grid.at(PARAMETER_ROW + PARAMETERS.index("elapsed"), VALUE_COLUMN)
        ids = f"INDEX({figures.outside_blocks('now')},0,{elapsed})"
        for number in range(1, OPERANDS + 1):
            self._needed(row, number, ids, self._over_months(figures, row, number, name))
        self._work_out(row)

    def _over_months(self, figures: Sheet, row: int, number: int, name: str) -> str:
        """A figure that the formula needs, over the months that count."""
        where, counted = row_of(row, _PLACE + number - 1), _counted(row)
        block, _ = SIDES_TO_DATE[name]
        first = _COMPARED + (number - 1) * YEAR
        for month in range(YEAR):
            value = self._in_month(figures, row, number, (block, month))
            chosen = f'IF({row_of(row, _COUNTED + month)}=1,{value},"")'
            # 0 stands for a number, which needs no months.
            self._put(row, first + month, f'IF(OR({where}="",{where}=0),"",{chosen})')
        months = f"{row_of(row, first)}:{row_of(row, first + YEAR - 1)}"
        own = f"INDEX({figures.outside_blocks(f'own_{block}')},{where},0)"
        how = f"INDEX({figures.outside_all('how')},{where})"
        order = f"INDEX({figures.outside_all('order')},{where})"
        derived = f'AND({how}={AVERAGE},{order}>0,SUMPRODUCT({counted}*({own}<>""))=0)'
        numbers = span(self.second_head, _COUNTED, self.second_head, _COUNTED + YEAR - 1)
        aggregated = f'IF(COUNT({months})=0,"",{aggregate(how, months, numbers)})'
        formula = f"IF({derived},{self._nested(row, name, order)},{aggregated})"
        # Without a month that counts there is nothing to look at.
        return f'IF(SUMPRODUCT({counted})=0,"",{formula})'

    def _in_month(self, figures: Sheet, row: int, number: int, when: tuple[str, int]) -> str:
        """A goal's own figure of a month, else what the formula gave that held in it."""
        name, month = when
        needed, where = self._of_formula(row, "operand", number), row_of(row, _PLACE + number - 1)
        entered = f"INDEX({figures.outside_month(f'own_{name}', month)},{where})"
        held = f"MATCH({needed},{figures.outside_month('now', month)},0)"
        order = f"INDEX({figures.outside_all('order')},{held})"
        results = span(FIRST_ROW, _RESULT, self.second_head - 3, _RESULT)
        derived = f"INDEX({results},({order}-1)*{_A_FORMULA}+{_within(name, month) + 1})"
        return f'IF({entered}<>"",{entered},IF({order}=0,"",{derived}))'

    def _nested(self, row: int, name: str, order: str) -> str:
        """An Average inside an Average is what it is over the same months."""
        own_first = row - _DATES.index(name)
        line = f"({order}-1)*{len(_DATES)}+{_DATES.index(name) + 2}"
        marks = _above(self.second_head, own_first - 1, _COUNTED, _COUNTED + YEAR - 1)
        same = f"SUMPRODUCT((INDEX({marks},{line},0)<>{_counted(row)})*1)=0"
        results = _above(self.second_head, own_first - 1, _RESULT)
        return f"IF({same},INDEX({results},{line}),{_AWAY})"


def _within(name: str, month: int) -> int:
    """How far below a formula's first row its row of a month and side stands."""
    return MONTHLY.index(name) * YEAR + month


def _above(first_row: int, last_row: int, column: int, last_column: int = 0) -> str:
    """Rows from a header on to the one above a formula's own; only the header stays in place, so
    that all formulas are written alike."""
    return f"{fixed(first_row, column)}:{row_of(last_row, last_column or column)}"


def aggregate(how: str, months: str, numbers: str) -> str:
    """The figure to date of the ``months`` that have one, by the number of the aggregation;
    ``numbers`` counts the months from 1."""
    last = f'INDEX({months},1,SUMPRODUCT(MAX(({months}<>"")*{numbers})))'
    return f"CHOOSE({how},SUM({months}),AVERAGE({months}),{last},MAX({months}),MIN({months}))"


def _counted(row: int) -> str:
    return f"{row_of(row, _COUNTED)}:{row_of(row, _COUNTED + YEAR - 1)}"


def _steps(row: int, count: int) -> str:
    """The first so many steps, each with its sides before it."""
    return f"{row_of(row, _STEP)}:{row_of(row, _STEP + 3 * count - 1)}"


def _operation(sign: str, left: str, right: str) -> str:
    """One operator; powers that have no real number are none (as in kpixl's own formulas)."""
    real = f"OR({left}>0,AND({left}<0,INT({right})={right}),AND({left}=0,{right}>0))"
    power = f"IF({real},{left}^{right},#NUM!)"
    chosen = (
        f'CHOOSE(FIND({sign},"+-*/^"),{left}+{right},{left}-{right},{left}*{right},'
        f"{left}/{right},{power})"
    )
    # Errors among the figures stay what they are; those of the arithmetic are no figure.
    missing = f'IF(OR({left}="",{right}=""),"","")'
    return f'IF(AND(ISNUMBER({left}),ISNUMBER({right})),IFERROR({chosen},""),{missing})'
