"""Write what the cells of a book work out as plain formulas (SPEC 10): no add-in, no macro.

Every function in them is known to Excel 2016 and to LibreOffice 7.4. They give what the in-cell
functions give; what they cannot read is an error value, never another figure.
"""

from __future__ import annotations

from kpixl.words import word
from kpixl.workbook.content import BookContent
from kpixl.workbook.grid import Formula, Grid, column_of, row_of, text
from kpixl.workbook.template import figures as layout
from kpixl.workbook.template.entries import entered
from kpixl.workbook.template.figure_map import (
    FIRST_ROW,
    INDEX_ROW,
    LABEL_ROW,
    PASSES,
    SIDES,
    TITLE_ROW,
    YEAR,
    Sheet,
    pass_name,
)
from kpixl.workbook.template.functions import InCellFunctions, Limits, Refer
from kpixl.workbook.template.inputs import begin, capacity
from kpixl.workbook.template.native import actions, measures, numbers
from kpixl.workbook.template.native.actions import ActionSteps
from kpixl.workbook.template.native.formulas import Formulas, GoalColumns
from kpixl.workbook.template.native.steps import COMPARED, Steps, aggregate
from kpixl.workbook.template.native.words import AVERAGE, Words
from kpixl.workbook.template.parameters import parameter
from kpixl.workbook.template.tree import acts_below, subtree, weights

OWN = ("own_actual", "own_plan", "own_prior")
LEAST_FORMULAS, SPARE_FORMULAS = 12, 8
BROKEN = "!"
"""Stands for a score that is an error, so that only those above it show one."""


class PlainFormulas(InCellFunctions):
    """The cells hold plain formulas."""

    sheets = ("words", "formulas", "formula_steps", "action_steps")
    foresees = False
    columns = (
        "way", "band", "how", "spelled", "count", "order", "behind",
        *(f"{what}_{side}_{number}" for what in ("counted", "red") for side in SIDES
          for number in range(PASSES)),
    )  # fmt: skip
    blocks = (
        *(f"text_{name}" for name in OWN), *(f"digits_{name}" for name in OWN),
        "like_actual", "like_plan",
    )  # fmt: skip

    def __init__(self, content: BookContent) -> None:
        super().__init__(content.language)
        self.words = Words(content.language)
        self.actions = ActionSteps(content, self.words)
        with_formula = sum(1 for goal in content.goals if goal.get("formula"))
        self.most_formulas = min(
            max(LEAST_FORMULAS, with_formula + SPARE_FORMULAS), capacity(content)
        )
        self._formulas: Formulas | None = None
        self._steps: Steps | None = None

    def _laid_out(self, figures: Sheet) -> tuple[Formulas, Steps]:
        """The sheets that work formulas out; they refer to the Figures sheet, and it to them."""
        if self._formulas is None or self._steps is None:
            goals = GoalColumns(
                ids=figures.outside_all("spelled"),
                texts=figures.outside_all("formula"),
                counts=figures.outside_all("count"),
                number=figures.outside_all("number"),
            )
            self._formulas = Formulas(self.language, self.most_formulas, goals)
            name = word("template.sheet.formula_steps", self.language)
            grid = begin("formula_steps", self.language, name, "calculation")
            grid.frozen = (4, 3)
            self._steps = Steps(grid, self._formulas.sorted)
        return self._formulas, self._steps

    def grids(self) -> dict[str, Grid]:
        """The sheets that only a book of plain formulas has."""
        if self._formulas is None or self._steps is None:
            return {}
        found = (self.words.grid, self._formulas.grid, self._steps.grid, self.actions.grid)
        return {grid.key: grid for grid in found}

    # --- what people enter ---------------------------------------------------------------------

    def number(self, cell: str) -> str:
        """A number of Settings or Goals: whatever else stands there is an error."""
        return f"IF(ISNUMBER({cell}),{cell},IF(ISERROR({cell}),{cell},#VALUE!))"

    def figure(self, sheet: Sheet, row: int, name: str, month: int) -> str:
        """A figure as entered, text such as ``▲12`` by :mod:`.numbers`."""
        written, rest = (
            row_of(row, sheet.columns[f"{step}_{name}"] + month) for step in ("text", "digits")
        )
        entry = entered(sheet, row, (name, month), lambda cell: f'IF(ISNUMBER({cell}),{cell},"")')
        return f'IF({written}="",{entry},{numbers.number(written, rest, sheet.all("number"))})'

    # --- formulas of goals ---------------------------------------------------------------------

    def driven(self, sheet: Sheet, row: int, name: str, month: int) -> str:
        """The result on the Steps sheet of the definition that holds in the month."""
        _, steps = self._laid_out(sheet)
        ids = sheet.month("then" if name == "prior" else "now", month)
        order = f"INDEX({sheet.all('order')},MATCH({sheet.here('id', row)},{ids},0))"
        return f'IF({order}=0,"",{steps.figure(order, name, month)})'

    def is_ratio(self, sheet: Sheet, row: int) -> str:
        """Whether the aggregation is Average."""
        return f"{sheet.here('how', row)}={AVERAGE}"

    def driven_to_date(self, sheet: Sheet, row: int, name: str, sides: tuple[str, str]) -> str:
        """The result on the Steps sheet, unless people entered figures of their own."""
        _, steps = self._laid_out(sheet)
        formula = steps.figure_to_date(sheet.here("order", row), name)
        given, compared = sheet.block(f"own_{sides[0]}", row), sheet.block(COMPARED[name], row)
        own = f'SUMPRODUCT(({given}<>"")*({compared}<>""))'
        return f"IF({own}=0,{formula},{self.to_date(sheet, row, name, sides)})"

    def to_date(self, sheet: Sheet, row: int, name: str, sides: tuple[str, str]) -> str:  # noqa: ARG002
        """The aggregate of the months that are compared."""
        months = sheet.block(COMPARED[name], row)
        first = sheet.columns["actual"]
        heads = f"{column_of(INDEX_ROW, first)}:{column_of(INDEX_ROW, first + YEAR - 1)}"
        numbers = f"({heads}-{parameter('year_start')}+1)"
        return aggregate(sheet.here("how", row), months, numbers)

    # --- measures ------------------------------------------------------------------------------

    def gap(self, actual: str, plan: str, refer: Refer, maybe_rollup: bool = False) -> str:  # noqa: ARG002
        """The gap; ``way`` on the Figures sheet knows of roll-ups."""
        return measures.gap(actual, plan, refer("way"), refer("band"))

    def gap_pct(self, actual: str, plan: str, refer: Refer, gap: str) -> str:  # noqa: ARG002
        """The gap divided by the plan."""
        return f"{gap}/ABS({plan})"

    def attainment(
        self,
        actual: str,
        plan: str,
        refer: Refer,
        gap: str = "",
        maybe_rollup: bool = False,  # noqa: ARG002
    ) -> str:
        """1 + gap ÷ |plan|."""
        return f"1+{gap or self.gap(actual, plan, refer)}/ABS({plan})"

    def growth(self, current: str, prior: str, unit: str) -> str:
        """Growth."""
        return measures.growth(current, prior, unit)

    def status(self, actual: str, plan: str, refer: Refer, limits: Limits) -> str:
        """The status."""
        return measures.status(
            actual, plan, (refer("way"), refer("band")), (*limits, self.language)
        )

    def graded(self, score: str, limits: Limits) -> str:
        """The status of a roll-up."""
        missing = text(word("status.no_data", self.language))
        return f'IF({score}="",{missing},{measures.graded(score, *limits, self.language)})'

    # --- roll-ups ------------------------------------------------------------------------------

    def nothing_to_roll_up(self, sheet: Sheet, row: int, below: str) -> str:
        """Whether no child counts."""
        counted = sheet.all(_beside("counted", below))
        return f'SUMPRODUCT(({weights(sheet, row)}>0)*({counted}<>""))=0'

    def rolled_up(self, sheet: Sheet, row: int, below: str, cap: str) -> str:
        """The weighted mean of the bounded scores."""
        given, scores = weights(sheet, row), sheet.all(_beside("counted", below))
        negative = f"SUMPRODUCT(({given}<0)*1)+({cap}<0)>0"
        broken = f"SUMPRODUCT(({given}>0)*({scores}={text(BROKEN)}))>0"
        mean = f'SUMPRODUCT({given},{scores})/SUMPRODUCT({given}*({scores}<>""))'
        return f"IF({negative},#NUM!,IF({broken},#N/A,{mean}))"

    def red(self, sheet: Sheet, below: str) -> str:
        """The column that marks Red."""
        return sheet.all(_beside("red", below))

    # --- PDCA ----------------------------------------------------------------------------------

    def action_phase(self) -> str:
        """An action's phase by what is missing in its row."""
        return actions.action_phase(self.language, self.words)

    def goal_phase(self, figures: Sheet, goal: int, key: str, status: str) -> str:
        """A goal's phase or next step, looked up on the Action steps sheet."""
        formula = self.actions.goal_phase(figures, goal, key, status)
        if key == "phase":
            return formula
        beyond = text(word("template.native.formula_beyond", self.language))
        return f"IF(ISERROR({figures.outside('order', goal)}),{beyond},{formula})"

    # --- further columns of the Figures sheet --------------------------------------------------

    def add_columns(self, sheet: Sheet) -> None:
        """Fill the further columns, and the sheets that work formulas out."""
        formulas, steps = self._laid_out(sheet)
        formulas.fill()
        steps.fill(sheet, self.language)
        _heads(sheet, self)
        for name, formula in self._goal(sheet, FIRST_ROW, formulas).items():
            sheet.fill(sheet.columns[name], formula)
        for row in range(FIRST_ROW, sheet.last_row + 1):
            for name, formula in (
                ("behind", self._behind(sheet, row)), ("count", _count(sheet, row)),
            ):  # fmt: skip
                sheet.grid.put(row, sheet.columns[name], Formula(formula), "computed")
        for month in range(YEAR):
            self._months(sheet, FIRST_ROW, month)

    def _goal(self, sheet: Sheet, row: int, formulas: Formulas) -> dict[str, str]:
        goal_id, formula = sheet.here("id", row), sheet.here("formula", row)
        way, tolerance = sheet.here("way", row), sheet.here("tolerance", row)
        code = self.words.code("direction", sheet.here("direction", row))
        rolled = f'OR({sheet.here("source", row)}="rollup",{sheet.here("direction", row)}="")'
        how = self.words.code("aggregation", sheet.here("aggregation", row))
        counting = sheet.all("number")
        odd = f'ISERROR(FIND(MID({goal_id},{counting},1),"0123456789."))'
        digits = f"SUMPRODUCT(({counting}<=LEN({goal_id}))*{odd})=0"
        count = sheet.here("count", row)
        beyond = f"{count}>{self.most_formulas}"
        found = {
            "way": f"IF({rolled},1,CHOOSE(1+{code},#N/A,1,-1,0))",
            "band": f'IF({way}<>0,"",IF({tolerance}="",#N/A,IF({tolerance}<0,#N/A,{tolerance})))',
            "how": f'IF({sheet.here("aggregation", row)}="",1,CHOOSE(1+{how},#N/A,1,2,3,4,5))',
            "spelled": f'IF({digits},"",{goal_id}&"")',
            "order": f'IF({formula}="",0,IF({beyond},#N/A,INDEX({formulas.orders},{count})))',
        }
        guarded = {name: f'IF({goal_id}="","",{one})' for name, one in found.items()}
        for side in SIDES:
            for number in range(PASSES):
                guarded.update(_isolated(sheet, row, side, number, self.language))
        return guarded

    def _behind(self, sheet: Sheet, row: int) -> str:
        """The order of the goal's action that is furthest behind, or that of its subtree, which
        is a column of its own for each goal."""
        live = sheet.here("live", row)
        goals = self.actions.all("goal")
        below = subtree(sheet, row - FIRST_ROW)
        theirs = f'({goals}<>"")*ISNUMBER(MATCH({goals},{below},0))'
        derived = acts_below(lambda name: sheet.here(name, row))
        own = self.actions.first_open(f"({goals}={live})")
        behind = f"IF({derived},{self.actions.first_open(theirs)},{own})"
        return f'IF({sheet.here("id", row)}="","",IF({live}="","",{behind}))'

    def _months(self, sheet: Sheet, row: int, month: int) -> None:
        for name in OWN:
            found = entered(sheet, row, (name, month), numbers.entered_text)
            written = row_of(row, sheet.columns[f"text_{name}"] + month)
            _fill(sheet, f"text_{name}", month, numbers.ordinary(found))
            _fill(sheet, f"digits_{name}", month, numbers.digits(written))
        actual, plan = (row_of(row, sheet.columns[name] + month) for name in ("actual", "plan"))
        _fill(sheet, "like_actual", month, f'IF({plan}="","",{actual})')
        _fill(sheet, "like_plan", month, f'IF({actual}="","",{plan})')


def _count(sheet: Sheet, row: int) -> str:
    """How many goals down to this row have a formula."""
    goal_id, formula = sheet.here("id", row), sheet.here("formula", row)
    before = sheet.here("count", row - 1) if row > FIRST_ROW else "0"
    return f'IF({goal_id}="",{before},{before}+({formula}<>""))'


def _beside(what: str, below: str) -> str:
    """The column of a storey's scores or statuses in which errors keep to themselves."""
    return f"{what}_{below.partition('_')[2]}"


def _isolated(sheet: Sheet, row: int, side: str, number: int, language: str) -> dict[str, str]:
    """A score between 0 and the cap, and whether the status is Red; errors as marks, so that
    they reach those goals only that stand above."""
    score = sheet.here(pass_name("score", side, number), row)
    status = sheet.here(pass_name("status", side, number), row)
    bounded = f"MIN(MAX({score},0),{parameter('rollup_cap')})"
    red = text(word("status.red", language))
    return {
        pass_name("counted", side, number): (
            f'IF(ISERROR({score}),{text(BROKEN)},IF({score}="","",{bounded}))'
        ),
        pass_name("red", side, number): f"IF(ISERROR({status}),0,({status}={red})*1)",
    }


def _fill(sheet: Sheet, name: str, month: int, formula: str) -> None:
    sheet.fill(sheet.columns[name] + month, formula, "General")


def _heads(sheet: Sheet, functions: PlainFormulas) -> None:
    grid, language = sheet.grid, functions.language
    for name in functions.columns:
        column = sheet.columns[name]
        grid.put(LABEL_ROW, column, layout.title(name, language), "header computed_header")
        grid.widths[column] = 11
    for name in functions.blocks:
        for month in range(YEAR):
            column = sheet.columns[name] + month
            title = word(f"template.figures.{name}", language) if month == 0 else None
            grid.put(TITLE_ROW, column, title, "band")
            label = column_of(LABEL_ROW, sheet.columns["actual"] + month)
            if name.endswith("prior"):
                label = column_of(LABEL_ROW, sheet.columns["prior"] + month)
            grid.put(LABEL_ROW, column, Formula(label), "header computed_header centre")
            grid.widths[column] = 10.5
