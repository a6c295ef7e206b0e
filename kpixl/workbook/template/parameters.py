"""Lay out the parameters at the top of the Figures sheet: what Settings say, defaults filled in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Dict, Mapping, Tuple

from kpixl.plan.model import Settings
from kpixl.plan.schema import SHEET
from kpixl.plan.units import MEANT
from kpixl.plan.vocabulary import vocabulary
from kpixl.review.show import CURRENCY_MARKS
from kpixl.words import word
from kpixl.workbook.grid import Formula, Grid, column_ref, fixed, span, text
from kpixl.workbook.template import styles
from kpixl.workbook.template.inputs import header_of
from kpixl.workbook.template.units import plain_unit

if TYPE_CHECKING:
    from kpixl.workbook.template.functions import InCellFunctions

PARAMETER_ROW = 4
FOREVER = 999_999
"""The index of a month that never comes."""

PARAMETERS = (
    "month", "year_start", "elapsed", "revision_from", "green_at", "amber_at", "rollup_cap",
    "rollup_green_at",
)  # fmt: skip
DATES = ("close_days", "as_of")
VALUE_COLUMN, DATE_COLUMN, CURRENCY_COLUMN, SPELLINGS_COLUMN = 4, 9, 11, 14
_SPELLINGS: Mapping[str, Tuple[int, Mapping[str, str]]] = {
    "unit": (PARAMETER_ROW, MEANT),
    "direction": (PARAMETER_ROW + 3, vocabulary("direction")),
    "aggregation": (PARAMETER_ROW + 6, vocabulary("aggregation")),
}
"""What people write in a column of Goals: the row of its spellings, with what each means; the names
that all spellings of one meaning share stand in the row below."""


def parameter(name: str) -> str:
    """The address of a parameter at the sheet's top, from the same sheet."""
    if name in DATES:
        return fixed(PARAMETER_ROW + DATES.index(name), DATE_COLUMN)
    return fixed(PARAMETER_ROW + PARAMETERS.index(name), VALUE_COLUMN)


def month_index(value: str) -> str:
    """Months since January of year 0, of a month that is text (``2026-04``) or a date."""
    as_text = f"VALUE(LEFT({value},4))*12+VALUE(MID({value},6,2))-1"
    return f"IF(ISNUMBER({value}),YEAR({value})*12+MONTH({value})-1,{as_text})"


def month_label(index: str) -> str:
    """The text of a month from its index, the same in every locale."""
    return f'RIGHT("000"&INT({index}/12),4)&"-"&RIGHT("0"&(MOD({index},12)+1),2)'


def _or_default(name: str, default: float, given: str = "") -> str:
    return f'IF({name}="",{default:g},{given or name})'


def put_parameters(grid: Grid, language: str, functions: InCellFunctions) -> None:
    """Put the parameters, the due date, the currency signs and the spellings of units, directions
    and aggregations on the Figures sheet."""
    _thresholds(grid, language, functions)
    for row, (code, mark) in enumerate(CURRENCY_MARKS.items(), start=PARAMETER_ROW):
        grid.put(row, CURRENCY_COLUMN, code, "muted")
        grid.put(row, CURRENCY_COLUMN + 1, mark, "muted")
    for first, meant in _SPELLINGS.values():
        for column, pair in enumerate(meant.items(), start=SPELLINGS_COLUMN):
            for row, name in enumerate(pair, start=first):
                grid.put(row, column, name, "muted")


def _thresholds(grid: Grid, language: str, functions: InCellFunctions) -> None:
    standard = Settings()

    def limit(name: str, default: float) -> str:
        return _or_default(name, default, functions.number(name))

    month, start = parameter("month"), parameter("year_start")
    first_month = _or_default("FiscalStart", standard.fiscal_start)
    formulas = {
        "month": f'IF(ReviewMonth="",0,{month_index("ReviewMonth")})',
        "year_start": f"{month}-MOD({month}+1-{first_month},12)",
        "elapsed": f"{month}-{start}+1",
        "revision_from": f'IF(RevisionFrom="",{FOREVER},{month_index("RevisionFrom")})',
        "green_at": limit("GreenAt", standard.green_at),
        "amber_at": limit("AmberAt", standard.amber_at),
        "rollup_cap": limit("RollupCap", standard.rollup_cap),
        "rollup_green_at": limit("RollupGreenAt", standard.rollup_green_at),
    }
    for row, name in enumerate(PARAMETERS, start=PARAMETER_ROW):
        percent = name in ("green_at", "amber_at", "rollup_cap", "rollup_green_at")
        grid.put(row, 1, word(f"template.parameter.{name}", language), "muted")
        grid.put(row, VALUE_COLUMN, Formula(formulas[name]), "computed", "0%" if percent else "0")
    for row, (name, formula) in enumerate(_due(language).items(), start=PARAMETER_ROW):
        grid.put(row, DATE_COLUMN - 3, word(f"template.parameter.{name}", language), "muted")
        shown = styles.DATE_FORMATS[language] if name == "as_of" else "0"
        grid.put(row, DATE_COLUMN, Formula(formula), "computed", shown)


def _due(language: str) -> Dict[str, str]:
    """The day on which the review month's actuals are due: so many days, or business days,
    after its end."""
    days = "CloseDay"
    plain = f"LOWER({days})"
    for unit in ("business days", "business day", "営業日", "days", "day", "日"):
        plain = f'SUBSTITUTE({plain},{text(unit)},"")'
    given = f"IF(ISNUMBER({days}),{days},VALUE(TRIM({plain})))"
    count = f'IF({days}="",{Settings().close_day.days},{given})'
    month, close_days = parameter("month"), parameter("close_days")
    month_end = f"DATE(INT({month}/12),MOD({month},12)+2,0)"
    holidays = column_ref(SHEET["holidays"].table, header_of("holidays", "date", language))
    business = f'OR(ISNUMBER(SEARCH("business",{days})),ISNUMBER(SEARCH("営業",{days})))'
    due = f"IF({business},WORKDAY({month_end},{close_days},{holidays}),{month_end}+{close_days})"
    return {"close_days": count, "as_of": f'IF({month}=0,"",{due})'}


def in_one_word(name: str, cell: str) -> str:
    """The unit, direction or aggregation in a cell under the name that all its spellings share
    (for units :func:`kpixl.plan.units.same_unit`), from the same sheet."""
    first, meant = _SPELLINGS[name]
    last = SPELLINGS_COLUMN + len(meant) - 1
    spellings, names = (span(row, SPELLINGS_COLUMN, row, last) for row in (first, first + 1))
    plain = plain_unit(cell)
    return f"IFERROR(INDEX({names},1,MATCH({plain},{spellings},0)),{plain})"


def currencies(grid: Grid) -> Tuple[str, str]:
    """The addresses of the codes and of their signs."""
    last = PARAMETER_ROW + len(CURRENCY_MARKS) - 1
    return (
        grid.area(PARAMETER_ROW, CURRENCY_COLUMN, last, CURRENCY_COLUMN),
        grid.area(PARAMETER_ROW, CURRENCY_COLUMN + 1, last, CURRENCY_COLUMN + 1),
    )
