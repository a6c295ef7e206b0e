"""Lay out the Action steps sheet: each countermeasure as it was known on the as-of date.

A row stands for the row of the same number in Actions: how far its evidence goes (SPEC 8), whether
it is overdue, and its next step. Goals look their phase up here.
"""

from __future__ import annotations

from collections.abc import Callable

from kpixl.measures.kinds import Step
from kpixl.measures.pdca import IDLE_DAYS
from kpixl.plan.schema import SHEET
from kpixl.review.cycle import MONTHS_UNTIL_CHECK
from kpixl.words import word
from kpixl.workbook.content import BookContent
from kpixl.workbook.grid import Formula, column_ref, iso_day, row_of, text
from kpixl.workbook.template.figure_map import Sheet
from kpixl.workbook.template.functions import action_cell, known_cell, lacks
from kpixl.workbook.template.inputs import begin, header_of
from kpixl.workbook.template.native.words import Words
from kpixl.workbook.template.tree import acts_below

HEADER_ROW = 4
FIRST_ROW = HEADER_ROW + 1
LEAST_ROOM, SPARE_ROOM = 150, 100

COLUMNS = (
    "number", "goal", "action", "raised", "due", "started", "done", "decided", "decision", "stage",
    "late", "order", "sentence",
)  # fmt: skip

# The stages of SPEC 8 from 1 on: what is missing, the phase, the next step.
STAGES: tuple[tuple[tuple[str, ...], str, Step], ...] = (
    (("cause",), "check", Step.FIND_CAUSE),
    (("countermeasure",), "plan", Step.DECIDE_COUNTERMEASURE),
    (("owner", "due"), "plan", Step.NAME_OWNER_AND_DUE),
    (("done",), "do", Step.CARRY_OUT),
    (("result",), "check", Step.COMPARE_EFFECT),
    (("decision",), "act", Step.DECIDE),
)
CARRY_OUT, COMPARE, CLOSED = 4, 5, len(STAGES) + 1

# An order is the stage, then the due date, then the row: the smallest is furthest behind.
_STAGE, _DAY, NEVER = 10_000_000_000, 10_000, 999_999
NO_ORDER = (CLOSED + 1) * _STAGE

_SHOWN = {
    **dict.fromkeys(("raised", "due", "started", "done", "decided"), "yyyy-mm-dd"),
    "order": f'[={NO_ORDER}]"–";0',
}


class ActionSteps:
    """The sheet, and formulas that look at it."""

    def __init__(self, content: BookContent, words: Words) -> None:
        self.language, self.words = content.language, words
        self.rows = max(LEAST_ROOM, len(content.actions) + SPARE_ROOM)
        name = word("template.sheet.action_steps", self.language)
        self.grid = grid = begin("action_steps", self.language, name, "calculation")
        grid.frozen = (HEADER_ROW, 3)
        grid.heights[HEADER_ROW] = 32  # two lines: the stage's head tells what 7 means
        for column, key in enumerate(COLUMNS, start=1):
            title = word(f"template.action_steps.{key}", self.language)
            grid.put(HEADER_ROW, column, title, "header computed_header")
            grid.widths[column] = {"number": 5, "sentence": 50, "order": 18}.get(key, 12)
        for number in range(1, self.rows + 1):
            self._row(number)

    def all(self, name: str) -> str:
        """A column, from other sheets."""
        column = COLUMNS.index(name) + 1
        return self.grid.area(FIRST_ROW, column, FIRST_ROW + self.rows - 1, column)

    def first_open(self, goals: str) -> str:
        """The order of the open action that is furthest behind; ``goals`` gives for each action
        whether it counts. :data:`NO_ORDER` where there is none."""
        return f"{NO_ORDER}-SUMPRODUCT(MAX({goals}*({NO_ORDER}-{self.all('order')})))"

    def _of_order(self, order: str, name: str) -> str:
        """A column's value for the action of an order."""
        return f"INDEX({self.all(name)},MOD({order},{_DAY}))"

    @staticmethod
    def stage_of(order: str) -> str:
        """The stage of an order; 0 for an action that cannot be read."""
        return f"INT({order}/{_STAGE})"

    def goal_phase(self, figures: Sheet, goal: int, key: str, status: str) -> str:
        """A goal's ``phase`` or ``next_step`` (SPEC 8); ``status`` is the cell of its status."""
        order = figures.outside("behind", goal)
        stage, said = self.stage_of(order), self._said(key, order)
        green, no_data, no_plan = (
            f"{status}={text(word(f'status.{one}', self.language))}"
            for one in ("green", "no_data", "no_plan")
        )
        at_rest = f"IF({green},{said['on_track']},{said['find_cause']})"
        acting = f"IF({stage}=0,#VALUE!,IF({green},{said['acting_on_track']},{said['acting']}))"
        cycle = f"IF({order}>={NO_ORDER},{at_rest},{acting})"
        own = f"IF({no_plan},{said['set_target']},IF({no_data},{said['enter_actual']},{cycle}))"
        below = acts_below(lambda name: figures.outside(name, goal))
        formula = f"IF({below},{cycle},{own})"
        too_many = f"ROWS({_column('goal_id', self.language)})>{self.rows}"
        return f"IF({too_many},{said['too_many']},{formula})"

    def _said(self, key: str, order: str) -> dict[str, str]:
        """What stands in the cell by what is found: a phase, or a next step."""
        language = self.language
        if key == "phase":
            phases = [text(word(f"phase.{phase}", language)) for _, phase, _ in STAGES]
            plan, do, check = (
                text(word(f"phase.{one}", language)) for one in ("plan", "do", "check")
            )
            return {
                "on_track": do, "find_cause": check, "acting_on_track": do,
                "acting": f"CHOOSE({self.stage_of(order)},{','.join(phases)})",
                "enter_actual": check, "set_target": plan, "too_many": "#N/A",
            }  # fmt: skip
        said = {
            name: text(word(f"step.{name}", language))
            for name in ("on_track", "find_cause", "enter_actual", "set_target")
        }
        said["acting_on_track"] = self._naming("step.on_track_action", order)
        said["acting"] = self._naming("show.action_step", order)
        said["too_many"] = text(word("template.native.too_many_actions", language))
        return said

    def _naming(self, key: str, order: str) -> str:
        """A sentence that names the action of an order, and its step."""
        before, _, rest = word(key, self.language).partition("{action}")
        between, _, after = rest.partition("{step}")
        parts = (
            _said(before), self._of_order(order, "action"), _said(between),
            self._of_order(order, "sentence"), _said(after),
        )  # fmt: skip
        return "&".join(part for part in parts if part)

    def _row(self, number: int) -> None:
        row = FIRST_ROW + number - 1
        self.grid.put(row, 1, number, "computed muted")
        goal = self._here("goal", row)
        for name, formula in self._formulas(row).items():
            guarded = formula if name in ("goal", "order") else f'IF({goal}="","",{formula})'
            shown = _SHOWN.get(name, "")
            self.grid.put(row, COLUMNS.index(name) + 1, Formula(guarded), "computed", shown)

    def _here(self, name: str, row: int) -> str:
        return row_of(row, COLUMNS.index(name) + 1)

    def _formulas(self, row: int) -> dict[str, str]:
        number = self._here("number", row)

        def entry(key: str) -> str:
            return f"INDEX({_column(key, self.language)},{number})"

        goal = entry("goal_id")
        beyond = f"{number}>ROWS({_column('goal_id', self.language)})"
        name = entry("action_id")
        late_decision = f'AND({self._here("decided", row)}<>"",{self._here("decided", row)}>AsOf)'
        return {
            "goal": f'IF({beyond},"",IF(ISTEXT({goal}),TRIM({goal}),IF({goal}="","",{goal})))',
            "action": f'IF(TRIM({name})="","#"&({number}+1),UPPER(TRIM({name})))',
            "raised": _day(entry("raised")),
            "due": _day(entry("due")),
            "started": _known(_day(entry("started"))),
            "done": _known(_day(entry("done"))),
            "decided": _day(entry("decided")),
            "decision": f'IF({late_decision},"",{decided(entry("decision"), self.words)})',
            "stage": self._stage(row, entry),
            "late": self._late(row),
            "order": self._order(row),
            "sentence": self._sentence(row),
        }

    def _stage(self, row: int, entry: Callable[[str], str]) -> str:
        raised, due, done = (self._here(name, row) for name in ("raised", "due", "done"))
        known = {"due": f'{due}=""', "done": f'{done}=""',
                 "decision": f'{self._here("decision", row)}=""'}  # fmt: skip
        formula = str(CLOSED)
        for number, (keys, _, _) in reversed([*enumerate(STAGES, start=1)]):
            tests = [known.get(key, lacks(key, entry(key))) for key in keys]
            missing = tests[0] if len(tests) == 1 else f"OR({','.join(tests)})"
            formula = f"IF({missing},{number},{formula})"
        days = "&".join(self._here(name, row) for name in ("raised", "due", "started", "done",
                                                          "decided", "decision"))  # fmt: skip
        seen = f'OR({raised}="",{raised}<=AsOf)'
        # One day or word that cannot be read leaves the whole action unclear.
        return f"IF(ISERROR({days}),#VALUE!,IF({seen},{formula},0))"

    def _late(self, row: int) -> str:
        stage, due, done = (self._here(name, row) for name in ("stage", "due", "done"))
        days = ",".join(self._here(name, row) for name in ("raised", "started", "done"))
        idle = f"AND(MAX({days})>0,AsOf-MAX({days})>={IDLE_DAYS})"
        closed = "YEAR(AsOf)*12+MONTH(AsOf)-IF(DAY(AsOf+1)=1,0,1)"
        waited = f"{closed}-YEAR({done})*12-MONTH({done})>={MONTHS_UNTIL_CHECK}"
        other = f"IF({stage}={COMPARE},{waited},{idle})"
        judged = f"IF({stage}={CARRY_OUT},AsOf>{due},{other})"
        over = f"OR({stage}=0,{stage}={CLOSED},NOT(ISNUMBER(AsOf)))"
        return f"IF(ISERROR({stage}),FALSE,IF({over},FALSE,{judged}))"

    def _order(self, row: int) -> str:
        goal, stage, due, number = (
            self._here(name, row) for name in ("goal", "stage", "due", "number")
        )
        day = f'IF({due}="",{NEVER},{due})*{_DAY}'
        behind = f"IF(OR({stage}=0,{stage}={CLOSED}),{NO_ORDER},{stage}*{_STAGE}+{day}+{number})"
        return f'IF({goal}="",{NO_ORDER},IF(ISERROR({stage}),{number},{behind}))'

    def _sentence(self, row: int) -> str:
        stage, due, late = (self._here(name, row) for name in ("stage", "due", "late"))
        steps = [self._step(step, due) for _, _, step in STAGES]
        step = f"CHOOSE({stage},{','.join(steps)})"
        before, _, after = word("show.overdue", self.language).partition("{step}")
        overdue = "&".join(part for part in (_said(before), step, _said(after)) if part)
        outside = f"IF(ISERROR({stage}),TRUE,OR({stage}=0,{stage}={CLOSED}))"
        return f'IF({outside},"",IF({late},{overdue},{step}))'

    def _step(self, step: Step, due: str) -> str:
        before, day, after = word(f"step.{step.value}", self.language).partition("{due}")
        if not day:
            return text(before)
        return "&".join(part for part in (_said(before), iso_day(due), _said(after)) if part)


def _said(words: str) -> str:
    return text(words) if words else ""


def _column(key: str, language: str) -> str:
    return column_ref(SHEET["actions"].table, header_of("actions", key, language))


def _day(cell: str) -> str:
    """A day; a text in its place is not guessed at."""
    return f'IF({cell}="","",IF(ISNUMBER({cell}),INT({cell}),#VALUE!))'


def _known(day: str) -> str:
    """A day that lies after the as-of date was not known yet (SPEC 2, Reading)."""
    return f'IF(AND({day}<>"",{day}>AsOf),"",{day})'


def decided(cell: str, words: Words) -> str:
    """A decision, where it is one of the words for decisions."""
    return f'IF(TRIM({cell})="","",IF({words.code("decision", cell)}>0,{cell},#N/A))'


def action_phase(language: str, words: Words) -> str:
    """An action's phase, on the Actions sheet, by what stands in its row and was known on the as-of
    date."""
    formula = text(word("phase.closed", language))
    for keys, phase, _ in reversed(STAGES):
        tests = [lacks(key, known_cell(key, language)) for key in keys]
        missing = tests[0] if len(tests) == 1 else f"OR({','.join(tests)})"
        formula = f"IF({missing},{text(word(f'phase.{phase}', language))},{formula})"
    days = "&".join(_day(action_cell(key, language)) for key in ("due", "done"))
    unclear = f"{days}&{decided(action_cell('decision', language), words)}"
    return f"IF(ISERROR({unclear}),{unclear},{formula})"
