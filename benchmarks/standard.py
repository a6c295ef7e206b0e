"""The standard books of the benchmarks: the same figures on every machine and in every run."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date

from kpixl.plan.month import Month
from kpixl.workbook.content import BookContent, Row

FIRST_MONTH = Month(2024, 4)
REVIEW_MONTH = Month(2026, 9)
CSFS = 5
KPIS_OF_A_CSF = 5
UNITS = (("%", "average", 0.05), ("USD", "sum", 125_000.0), ("orders", "sum", 840.0))

Figures = dict[str, dict[Month, float]]


def standard_book(language: str = "en", csfs: int = CSFS) -> BookContent:
    """One KGI that a formula makes of its drivers, five CSFs with five KPIs each (31 goals), and
    36 months of figures; in the last of them every KPI has left its limits. With more
    ``csfs`` a longer pack comes of it."""
    months = _months(FIRST_MONTH, 36)
    kpis = [f"KPI{number + 1:02}" for number in range(csfs * KPIS_OF_A_CSF)]
    kgi = _goal("KGI", "", "kgi", "Operating profit", 1)
    goals: list[Row] = [{**kgi, "formula": "+".join(kpis[1 :: len(UNITS)])}]
    for csf in range(csfs):
        name = f"CSF{csf + 1}"
        goals.append(_goal(name, "KGI", "csf", f"Success factor {csf + 1}", 0))
        own = kpis[csf * KPIS_OF_A_CSF : (csf + 1) * KPIS_OF_A_CSF]
        goals.extend(
            _goal(kpi, name, "kpi", f"Indicator {kpi[3:]} of factor {csf + 1}", number)
            for number, kpi in enumerate(own)
        )
    return _book(language, goals, kpis, months, REVIEW_MONTH, kpis)


def large_book(language: str = "en", count: int = 500, length: int = 60) -> BookContent:
    """So many goals under one KGI and months of figures, all of them with plan and actual."""
    months = _months(FIRST_MONTH, length)
    names = [f"G{number:03}" for number in range(count - 1)]
    goals = [_goal("KGI", "", "kgi", "Operating profit", 1)]
    goals.extend(_goal(name, "KGI", "kpi", f"Indicator {name}", n) for n, name in enumerate(names))
    return _book(language, goals, ["KGI", *names], months, months[-1])


def _book(
    language: str,
    goals: list[Row],
    ids: list[str],
    months: tuple[Month, ...],
    review: Month,
    leaps: Sequence[str] = (),
) -> BookContent:
    reported = tuple(month for month in months if month <= review)
    actuals = _figures(goals, ids, reported, 0.97)
    for number, name in enumerate(leaps):
        actuals[name][review] *= 0.6 if number % 2 else 1.4
    return BookContent(
        language=language,
        settings={
            "company": "Standard Corporation",
            "title": "Monthly review",
            "book_id": "standard-book",
            "review_month": str(review),
            "state": "final",
            "fiscal_start": 4,
            "language": language,
            "brand_colour": "#1F4E79",
        },
        months=months,
        goals=goals,
        plan=_figures(goals, ids, months, 1.0),
        actuals=actuals,
        actions=tuple(_action(n, name) for n, name in enumerate(ids[1:11])),
        comments=tuple(
            {
                "goal_id": name,
                "month": str(review),
                "comment": "Demand came back later in the month than the plan had assumed.",
                "author": "Aoki",
            }
            for name in ids[1:11]
        ),
    )


def _months(first: Month, count: int) -> tuple[Month, ...]:
    return tuple(first.plus(n) for n in range(count))


def _goal(goal_id: str, parent: str, level: str, name: str, kind: int) -> Row:
    unit, aggregation, _ = UNITS[kind % len(UNITS)]
    row: dict[str, str] = {
        "id": goal_id,
        "level": level,
        "name": name,
        "owner": f"Owner {kind + 1}",
        "department": f"Department {kind % 3 + 1}",
        "unit": unit,
        "direction": "lower" if kind % 4 == 3 else "higher",
        "aggregation": aggregation,
    }
    if parent:
        row["parent"] = parent
    return row


def _figures(goals: list[Row], ids: list[str], months: tuple[Month, ...], level: float) -> Figures:
    """A season, a little growth, and for the actuals (``level`` below 1) a wobble of their own."""
    size = {str(goal["id"]): _size(str(goal["unit"])) for goal in goals}
    return {
        name: {
            month: size[name] * level * _shape(number, at, wobble=level < 1)
            for at, month in enumerate(months)
        }
        for number, name in enumerate(ids)
    }


def _size(unit: str) -> float:
    return next(size for name, _, size in UNITS if name == unit)


def _shape(number: int, at: int, wobble: bool) -> float:
    season = 1 + 0.12 * math.sin((at + number) * math.pi / 6) + 0.004 * at
    return season * (1 + 0.06 * math.sin(at * 1.7 + number * 2.3)) if wobble else season


def _action(number: int, goal_id: str) -> Row:
    row: dict[str, str | date] = {
        "action_id": f"A{number + 1:02}",
        "goal_id": goal_id,
        "raised": date(2026, 6, 10),
        "cause": "Visits from search fell after the change of the category pages.",
        "countermeasure": "Restore the category texts and measure search visits weekly.",
        "owner": f"Owner {number + 1}",
        "due": date(2026, 8, 31),
    }
    if number % 2:
        row["started"] = date(2026, 7, 1)
        row["done"] = date(2026, 8, 20)
    return row
