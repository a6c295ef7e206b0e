"""Small plans written by hand, so that a test can show its arithmetic."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from kpixl.measures.formula import parse
from kpixl.measures.kinds import Aggregation, Direction
from kpixl.plan.model import Goal, Level, Plan, Series, Settings
from kpixl.plan.month import Month

APRIL = Month(2026, 4)
PRIOR_APRIL = Month(2025, 4)
SETTINGS = Settings(company="Acme", review_month=Month(2026, 6), language="en")


def goal(goal_id: str, parent: str | None = None, **fields: Any) -> Goal:
    """A Higher, Sum KPI in pieces, unless ``fields`` say otherwise."""
    text = fields.pop("formula", "")
    defaults: dict[str, Any] = {
        "label": goal_id,
        "level": Level.KPI,
        "name": goal_id.title(),
        "owner": "Sato",
        "unit": "pcs",
        "direction": Direction.HIGHER,
        "aggregation": Aggregation.SUM,
    }
    return Goal(
        id=goal_id,
        parent=parent,
        formula=parse(text) if text else None,
        formula_text=text,
        **{**defaults, **fields},
    )


def series(first: Month, values: Sequence[float | None]) -> Series:
    """Monthly figures from ``first`` on; None is not reported."""
    return Series({first.plus(n): value for n, value in enumerate(values) if value is not None})


def plan_of(
    *goals: Goal,
    actuals: Mapping[str, Sequence[float | None]] | None = None,
    plan: Mapping[str, Sequence[float | None]] | None = None,
    prior: Mapping[str, Sequence[float | None]] | None = None,
    settings: Settings = SETTINGS,
    **fields: Any,
) -> Plan:
    """A plan whose figures start in April 2026 (``prior``: in April 2025)."""
    found = {key: series(APRIL, values) for key, values in (actuals or {}).items()}
    for key, values in (prior or {}).items():
        earlier = series(PRIOR_APRIL, values).values
        found[key] = Series({**earlier, **found.get(key, Series()).values})
    return Plan(
        settings=settings,
        goals=goals,
        plan={key: series(APRIL, values) for key, values in (plan or {}).items()},
        actuals=found,
        **fields,
    )


def with_settings(**fields: Any) -> Settings:
    """The usual settings with some of them changed."""
    return replace(SETTINGS, **fields)
