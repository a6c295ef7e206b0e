"""Write what the cells of a book work out as calls of the in-cell functions.

:mod:`kpixl.workbook.template.native` writes the same as plain formulas; everything that differs
between the two kinds of book is a method here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Callable, Dict, Tuple

from kpixl.measures.pdca import NO_EVIDENCE
from kpixl.plan.schema import SHEET
from kpixl.words import LANGUAGES, word
from kpixl.workbook.grid import Grid, here, text
from kpixl.workbook.template.entries import entered
from kpixl.workbook.template.inputs import header_of
from kpixl.workbook.template.parameters import parameter
from kpixl.workbook.template.tree import acts_below, subtree, weights

if TYPE_CHECKING:
    from kpixl.workbook.template.figure_map import Sheet

Refer = Callable[[str], str]
"""A column of the Figures sheet -> its address in the goal's row, as a formula writes it."""

Limits = Tuple[str, str]
"""Where Amber and where Green begins."""

_BY_MONTH = "|".join(
    ["", *(word(f"aggregation.{key}", language) for key in ("sum", "last", "max", "min")
     for language in LANGUAGES), ""]
)  # fmt: skip
_SAID = ("cause", "countermeasure", "owner", "result")
_NOTHING = f"||{'|'.join(NO_EVIDENCE)}|"
_LONGER = max(map(len, NO_EVIDENCE)) + 1
_PHASE_ARGUMENTS = ("cause", "countermeasure", "owner", "due", "done", "result", "decision")


def action_cell(key: str, language: str) -> str:
    """The cell of a column of Actions in the formula's own row."""
    return here(SHEET["actions"].table, header_of("actions", key, language))


def known_cell(key: str, language: str) -> str:
    """The same as far as it was known on the as-of date: an action done later is not done yet, one
    decided later is not decided (SPEC 2, Reading). What comes after what is missing does not
    matter to the phase."""
    cell = action_cell(key, language)
    day = {"done": "done", "decision": "decided"}.get(key)
    if day is None:
        return cell
    return f'IF({_is_later(action_cell(day, language))},"",{cell})'


def _is_later(day: str) -> str:
    return f"IFERROR(INT({day})>AsOf,FALSE)"


def lacks(key: str, cell: str) -> str:
    """A formula for whether an action's evidence is missing: ``cell`` holds the column ``key``."""
    if key not in _SAID:
        return f'TRIM({cell})=""'
    # What a cell says is always found, at the latest behind all that says nothing, so that an error
    # in it comes through. Longer text than SEARCH takes, and its escape sign, would be errors, too;
    # its wildcards match what says nothing, and say nothing themselves.
    said = f'SUBSTITUTE(LEFT(TRIM({cell}),{_LONGER}),"~","-")'
    return f'SEARCH("|"&{said}&"|",{text(_NOTHING)}&{said}&"|")<{len(_NOTHING)}'


class InCellFunctions:
    """The cells call kpixl's functions."""

    blocks: Tuple[str, ...] = ()
    columns: Tuple[str, ...] = ()
    """Blocks of months and single columns that the Figures sheet has beside the usual ones."""

    most_formulas: int = 0
    """How many formulas of goals there is room for, where there is a limit."""

    sheets: Tuple[str, ...] = ("analysis",)
    """Further sheets at the book's end, by key."""

    foresees: bool = True
    """Whether the cells can tell where the year will land, and what the months signal."""

    def __init__(self, language: str) -> None:
        self.language = language

    def grids(self) -> Dict[str, Grid]:
        """Those sheets."""
        return {}

    def add_columns(self, sheet: Sheet) -> None:
        """Fill the further columns of the Figures sheet."""

    def number(self, cell: str) -> str:
        """A number that people enter in Settings or Goals."""
        return cell

    def figure(self, sheet: Sheet, row: int, name: str, month: int) -> str:
        """What people entered in a month, for ``own_actual``, ``own_plan`` or ``own_prior``: text
        such as ``▲12`` as the number that it plainly is."""

        def read(cell: str) -> str:
            return f"IF(ISTEXT({cell}),KPI_TO_DATE({cell}),{cell})"

        return entered(sheet, row, (name, month), read)

    def driven(self, sheet: Sheet, row: int, name: str, month: int) -> str:
        """What a goal's formula gives in a month of ``actual``, ``plan`` or ``prior``."""
        ids = sheet.month("then" if name == "prior" else "now", month)
        values = sheet.month(f"own_{name}", month)
        return f"KPI_FORMULA({sheet.here('id', row)},{ids},{values},{sheet.all('formula')})"

    def gap(self, actual: str, plan: str, refer: Refer, maybe_rollup: bool = False) -> str:
        """The gap; of a goal that may be a roll-up, whose score is better the higher it is."""
        return f"KPI_GAP({actual},{plan},{_how(refer, maybe_rollup)})"

    def gap_pct(self, actual: str, plan: str, refer: Refer, gap: str) -> str:  # noqa: ARG002
        """The gap in % on the Scorecard, where ``gap`` is the cell that has the gap."""
        return f"KPI_GAP_PCT({actual},{plan},{_how(refer, True)})"

    def attainment(
        self,
        actual: str,
        plan: str,
        refer: Refer,
        gap: str = "",  # noqa: ARG002
        maybe_rollup: bool = False,
    ) -> str:
        """Attainment; ``gap`` is the cell that has the gap, where there is one."""
        return f"KPI_ATTAINMENT({actual},{plan},{_how(refer, maybe_rollup)})"

    def growth(self, current: str, prior: str, unit: str) -> str:
        """Growth."""
        return f"KPI_GROWTH({current},{prior},{unit})"

    def status(self, actual: str, plan: str, refer: Refer, limits: Limits) -> str:
        """The status of a goal with figures of its own."""
        amber, green = limits
        how = f"{_how(refer, False)},{amber},{green},{text(self.language)}"
        return f"KPI_STATUS({actual},{plan},{how})"

    def graded(self, score: str, limits: Limits) -> str:
        """The status of a roll-up by its score."""
        amber, green = limits
        return f'KPI_STATUS({score},1,"","",{amber},{green},{text(self.language)})'

    def is_ratio(self, sheet: Sheet, row: int) -> str:
        """Whether a goal's aggregation is Average: to date, its formula counts, not its months."""
        aggregation = sheet.here("aggregation", row)
        return f'NOT(ISNUMBER(SEARCH("|"&{aggregation}&"|",{text(_BY_MONTH)})))'

    def driven_to_date(self, sheet: Sheet, row: int, name: str, sides: Tuple[str, str]) -> str:  # noqa: ARG002
        """The figure to date of such a goal. ``sides`` are the block that counts and the one that
        says which months are reported; ``name`` is the column of Figures that it is for."""
        block, reported = sides
        # Every ID in the definition of the review month, or the nearest: what a formula needs
        # may have ended. The months compared are those that have both sides.
        ids = f"INDEX({sheet.blocks('now')},0,{parameter('elapsed')})"
        months = sheet.block(block if block == reported else "gap", row)
        return (
            f"KPI_FORMULA({sheet.here('id', row)},{ids},{sheet.blocks(f'own_{block}')},"
            f"{sheet.all('formula')},{sheet.all('aggregation')},{months})"
        )

    def to_date(self, sheet: Sheet, row: int, name: str, sides: Tuple[str, str]) -> str:  # noqa: ARG002
        """The aggregate of a goal's months; arguments as of :meth:`driven_to_date`."""
        block, reported = sides
        how = f"{sheet.here('aggregation', row)},{sheet.block(reported, row)}"
        return f"KPI_TO_DATE({sheet.block(block, row)},{how})"

    def nothing_to_roll_up(self, sheet: Sheet, row: int, below: str) -> str:
        """Whether none of a goal's children has a score in the column ``below``."""
        return f'SUMPRODUCT(({weights(sheet, row)}>0)*({sheet.all(below)}<>""))=0'

    def rolled_up(self, sheet: Sheet, row: int, below: str, cap: str) -> str:
        """The roll-up of the scores in the column ``below``."""
        return f"KPI_ROLLUP({sheet.all(below)},{weights(sheet, row)},{cap})"

    def red(self, sheet: Sheet, below: str) -> str:
        """1 for each goal that is Red in the column of statuses ``below``, else 0."""
        return f"({sheet.all(below)}={text(word('status.red', self.language))})"

    def action_phase(self) -> str:
        """An action's phase, on the Actions sheet."""
        arguments = ",".join(known_cell(key, self.language) for key in _PHASE_ARGUMENTS)
        return f"PDCA_PHASE({arguments},{text(self.language)})"

    def goal_phase(self, figures: Sheet, goal: int, key: str, status: str) -> str:
        """A goal's ``phase`` or ``next_step``."""
        function = {"phase": "PDCA_STATUS", "next_step": "PDCA_NEXT"}[key]
        actions = f"{SHEET['actions'].table}[[#All]]"
        own = f"{figures.outside('live', goal)},{status},{actions},AsOf,AsOf,{text(self.language)}"
        derived = acts_below(lambda name: figures.outside(name, goal))
        return f"IF({derived},{function}({own},{subtree(figures, goal)}),{function}({own}))"


def _how(refer: Refer, maybe_rollup: bool) -> str:
    """Direction and tolerance."""
    direction, tolerance = refer("direction"), refer("tolerance")
    # Calc hands blank cells over as 0, so that its functions take a 0 for a blank.
    tolerance = f"IF({tolerance}=0,1E-300,{tolerance})"
    if not maybe_rollup:
        return f"{direction},{tolerance}"
    rolled = f'{refer("source")}="rollup"'
    return f'IF({rolled},"",{direction}),IF({rolled},"",{tolerance})'
