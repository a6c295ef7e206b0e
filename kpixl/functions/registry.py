"""Every in-cell function, declared once; each host is generated from this table (SPEC 10)."""

from __future__ import annotations

from types import MappingProxyType
from typing import Mapping

from kpixl.functions import formulas, kpi, pdca
from kpixl.functions.cells import Kind
from kpixl.functions.declare import Argument, Function, Shape
from kpixl.plan.model import Settings

_DEFAULTS = Settings()

_ACTUAL = Argument("actual")
_TARGET = Argument("target")
_DIRECTION = Argument("direction", Kind.DIRECTION, optional=True, default="higher")
_TOLERANCE = Argument("tolerance", optional=True)
_AGGREGATION = Argument("aggregation", Kind.AGGREGATION, optional=True, default="sum")
_LANGUAGE = Argument("language", Kind.LANGUAGE, optional=True, default="en")
_REPORTED = Argument("reported", Kind.ANY, Shape.RANGE, optional=True)
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


_ALL = (
    Function("KPI_GAP", "kpi", _GAP, kpi.kpi_gap),
    Function("KPI_GAP_PCT", "kpi", _GAP, kpi.kpi_gap_pct),
    Function("KPI_ATTAINMENT", "kpi", _GAP, kpi.kpi_attainment),
    Function("KPI_PROGRESS", "kpi", (_ACTUAL, _TARGET, Argument("baseline")), kpi.kpi_progress),
    Function(
        "KPI_STATUS",
        "kpi",
        (
            Argument("actual", counts_blank=True),
            Argument("target", counts_blank=True),
            _DIRECTION,
            _TOLERANCE,
            Argument("amber_at", optional=True, default=_DEFAULTS.amber_at),
            Argument("green_at", optional=True, default=_DEFAULTS.green_at),
            _LANGUAGE,
        ),
        kpi.kpi_status,
    ),
    Function(
        "KPI_GROWTH",
        "kpi",
        (Argument("current"), Argument("prior"), Argument("unit", Kind.TEXT, optional=True)),
        kpi.kpi_growth,
    ),
    Function(
        "KPI_TO_DATE",
        "kpi",
        (Argument("values", shape=Shape.RANGE), _AGGREGATION, _REPORTED),
        kpi.kpi_to_date,
    ),
    Function(
        "KPI_ROLLUP",
        "kpi",
        (
            Argument("attainments", shape=Shape.RANGE),
            Argument("weights", shape=Shape.RANGE, optional=True),
            Argument("cap", optional=True, default=_DEFAULTS.rollup_cap),
        ),
        kpi.kpi_rollup,
    ),
    Function(
        "KPI_FORMULA",
        "kpi",
        (
            Argument("goal_id", Kind.ID),
            Argument("ids", Kind.ANY, Shape.RANGE),
            Argument("values", Kind.ANY, Shape.RANGE),
            Argument("formulas", Kind.ANY, Shape.RANGE),
            Argument("aggregations", Kind.ANY, Shape.RANGE, optional=True),
            _REPORTED,
        ),
        formulas.kpi_formula,
        gives=Shape.ROW,
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
        pdca.pdca_phase,
    ),
    Function("PDCA_STATUS", "pdca", _GOAL_CYCLE, pdca.pdca_status),
    Function("PDCA_NEXT", "pdca", _GOAL_CYCLE, pdca.pdca_next),
)

FUNCTIONS: Mapping[str, Function] = MappingProxyType({one.name: one for one in _ALL})
"""Name -> function: ``FUNCTIONS["KPI_GAP"](90, 100)`` is -10."""
