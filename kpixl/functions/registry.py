"""Every in-cell function, declared once; each host is generated from this table (SPEC 10)."""

from __future__ import annotations

from types import MappingProxyType

from kpixl.functions.arguments import Argument, Kind, Shape
from kpixl.functions.declare import Function
from kpixl.measures.limits import AMBER_AT, GREEN_AT, ROLLUP_CAP

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

_ACTUAL = Argument("actual")
_TARGET = Argument("target")
_DIRECTION = Argument("direction", Kind.DIRECTION, optional=True, default="higher")
_TOLERANCE = Argument("tolerance", optional=True)
_AGGREGATION = Argument("aggregation", Kind.AGGREGATION, optional=True, default="sum")
_LANGUAGE = Argument("language", Kind.LANGUAGE, optional=True, default="en")
_REPORTED = Argument("reported", Kind.ANY, Shape.RANGE, optional=True)
_VALUES = Argument("values", shape=Shape.RANGE)
_PRIORS = Argument("prior", shape=Shape.RANGE, optional=True, described="prior_values")
_METHOD = Argument("method", Kind.METHOD, optional=True, default="best")
_YEARS = (
    Argument("actuals", shape=Shape.RANGE, described="years_of_actuals"),
    Argument("plan", shape=Shape.RANGE, described="years_of_plan"),
    _AGGREGATION,
)
_PRIOR_YEAR = Argument("prior", shape=Shape.RANGE, optional=True, described="year_before")
_GAP = (_ACTUAL, _TARGET, _DIRECTION, _TOLERANCE)
_GOAL_CYCLE = (
    Argument("goal_id", Kind.ID),
    Argument("status", Kind.STATUS),
    Argument("actions", Kind.ANY, Shape.TABLE),
    Argument("as_of", Kind.DATE, optional=True),
    Argument("closes", Kind.DATE, optional=True),
    _LANGUAGE,
    Argument("subtree", Kind.ANY, Shape.RANGE, optional=True),
)


def _evidence(name: str, kind: Kind = Kind.TEXT) -> Argument:
    """A piece of evidence: that it is missing is what the phase goes by."""
    return Argument(name, kind, counts_blank=True)


def _table(name: str, optional: bool = False) -> Argument:
    """A whole table of the workbook with its headers."""
    return Argument(name, Kind.ANY, Shape.TABLE, optional)


_ALL = (
    Function("KPI_GAP", "kpi", _GAP, example=(110, 100, "Lower")),
    Function("KPI_GAP_PCT", "kpi", _GAP, example=(90, 100)),
    Function("KPI_ATTAINMENT", "kpi", _GAP, example=(-80, -100)),
    Function(
        "KPI_PROGRESS",
        "kpi",
        (_ACTUAL, _TARGET, Argument("baseline")),
        example=(62, 70, 50),
    ),
    Function(
        "KPI_STATUS",
        "kpi",
        (
            Argument("actual", counts_blank=True),
            Argument("target", counts_blank=True),
            _DIRECTION,
            _TOLERANCE,
            Argument("amber_at", optional=True, default=AMBER_AT),
            Argument("green_at", optional=True, default=GREEN_AT),
            _LANGUAGE,
        ),
        example=([[100], [95], [80]], 100),
    ),
    Function(
        "KPI_GROWTH",
        "kpi",
        (Argument("current"), Argument("prior"), Argument("unit", Kind.TEXT, optional=True)),
        example=(0.035, 0.032, "%"),
    ),
    Function(
        "KPI_TO_DATE",
        "kpi",
        (_VALUES, _AGGREGATION, _REPORTED),
        example=([[100, 110, 120]], "Sum", [[95, "", 0]]),
    ),
    Function(
        "KPI_LANDING",
        "kpi",
        (*_YEARS, _METHOD, _PRIOR_YEAR),
        home="landing",
        example=([[90, 110, 70, *[""] * 9]], [[100] * 12], "Sum"),
    ),
    Function(
        "KPI_REQUIRED",
        "kpi",
        (*_YEARS, _DIRECTION, _LANGUAGE),
        home="landing",
        example=([[90, 110, 70, *[""] * 9]], [[100] * 12], "Average"),
    ),
    Function(
        "KPI_CHANCE",
        "kpi",
        (*_YEARS, _DIRECTION, _TOLERANCE, _METHOD, _PRIOR_YEAR),
        home="landing",
        example=(
            [[8, 12, *[10] * 10], [10, 10, 10, *[""] * 9]],
            [[""] * 12, [10] * 12],
            "Sum",
            "Higher",
        ),
    ),
    Function(
        "KPI_LIMITS",
        "kpi",
        (_VALUES, _PRIORS),
        home="signals",
        gives=Shape.ROW,
        example=([[100, 110, 105, 95, 100, 90]],),
    ),
    Function(
        "KPI_SIGNAL",
        "kpi",
        (_VALUES, _PRIORS, _LANGUAGE),
        home="signals",
        example=([[100, 102, 98, 101, 99, 130]],),
    ),
    Function(
        "KPI_ROLLUP",
        "kpi",
        (
            Argument("attainments", shape=Shape.RANGE),
            Argument("weights", shape=Shape.RANGE, optional=True),
            Argument("cap", optional=True, default=ROLLUP_CAP),
        ),
        example=([[1.5], [0.6]], [[3], [1]]),
    ),
    Function(
        "KPI_FORMULA",
        "kpi",
        (
            Argument("goal_id", Kind.ID),
            Argument("ids", Kind.ANY, Shape.RANGE),
            Argument("values", Kind.ANY, Shape.RANGE, described="formula_values"),
            Argument("formulas", Kind.ANY, Shape.RANGE),
            Argument("aggregations", Kind.ANY, Shape.RANGE, optional=True),
            _REPORTED,
        ),
        home="formulas",
        gives=Shape.ROW,
        example=(
            "SALES",
            [["VISITS"], ["RATE"], ["SALES"]],
            [[100, 120], [0.05, 0.06], ["", ""]],
            [[""], [""], ["VISITS*RATE"]],
        ),
    ),
    Function(
        "KPI_BRIDGE",
        "kpi",
        (
            Argument("formula", Kind.TEXT),
            Argument("ids", Kind.ANY, Shape.RANGE),
            Argument("actuals", Kind.ANY, Shape.RANGE, described="bridge_actuals"),
            Argument("targets", Kind.ANY, Shape.RANGE),
            _DIRECTION,
        ),
        home="bridge",
        gives=Shape.COLUMN,
        example=("VISITS*RATE", [["VISITS"], ["RATE"]], [[80], [0.06]], [[100], [0.05]]),
    ),
    Function(
        "KPI_SCORECARD",
        "kpi",
        (
            _table("goals"),
            _table("plan"),
            _table("actuals"),
            Argument("month", Kind.MONTH, counts_blank=True),
            _table("settings", optional=True),
            _table("actions", optional=True),
            Argument("language", Kind.LANGUAGE, optional=True, described="scorecard_language"),
            _table("revision", optional=True),
            _table("holidays", optional=True),
            _table("outlook", optional=True),
        ),
        home="scorecard",
        gives=Shape.TABLE,
        example=("goals", "plan", "actuals", "2026-05", "settings", "actions"),
    ),
    Function(
        "PDCA_PHASE",
        "pdca",
        (
            _evidence("cause"),
            _evidence("countermeasure"),
            _evidence("owner"),
            _evidence("due", Kind.DATE),
            _evidence("done", Kind.DATE),
            _evidence("result"),
            _evidence("decision", Kind.DECISION),
            _LANGUAGE,
        ),
        example=("Too few staff at noon", "Shift the breaks", "Abe", "2026-05-31", "", "", ""),
    ),
    Function(
        "PDCA_STATUS",
        "pdca",
        _GOAL_CYCLE,
        example=("WAIT", "Red", "actions", "2026-06-10"),
    ),
    Function(
        "PDCA_NEXT",
        "pdca",
        _GOAL_CYCLE,
        example=("WAIT", "Red", "actions", "2026-06-10"),
    ),
)

FUNCTIONS: Mapping[str, Function] = MappingProxyType({one.name: one for one in _ALL})
"""Name -> function: ``FUNCTIONS["KPI_GAP"](90, 100)`` is -10."""
