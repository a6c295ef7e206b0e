"""The year of tests/test_year.py, worked out a second time: writes the figures expected of each
month beside this file. It knows nothing of kpixl and follows the definitions goal by goal, with
fractions. Run ``python -m tests.year.by_hand`` after a change of figures.csv or changes.csv, and
look at what changes.

Only the landings of April 2027, the first to have a complete year behind them, are made with
floats: by tests/landing_reference.py, which knows nothing of kpixl either.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from fractions import Fraction
from math import fsum
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
SHORT = ("Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec", "Jan", "Feb", "Mar")
COLUMNS = (
    "goal", "period", "month", "actual", "plan", "prior", "gap", "gap_pct", "attainment",
    "growth", "status",
)  # fmt: skip
REORGANISED, REVISED = "2026-07", "2026-10"
ENTERED = ("SHOP", "VISITS", "WEB", "SCORE", "MEMBERS", "COMPL", "DAYS", "FLYERS", "APP")
WEIGHTS = {"SHOP": 2}
TOLERANCE = 2

Figure = Fraction | float | None


def year_of(month: str) -> list[str]:
    """The twelve months of the fiscal year (April to March) that ``month`` lies in."""
    year, number = int(month[:4]), int(month[5:])
    start = year if number >= 4 else year - 1
    return [f"{start}-{n:02}" for n in range(4, 13)] + [f"{start + 1}-{n:02}" for n in range(1, 4)]


def year_before(month: str) -> str:
    return f"{int(month[:4]) - 1}{month[4:]}"


def read_figures() -> dict[str, dict[str, dict[str, Fraction]]]:
    """Sheet -> goal -> month -> figure, as they stand in the end."""
    found: dict[str, dict[str, dict[str, Fraction]]] = {}
    with (HERE / "figures.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            goal = found.setdefault(row["sheet"], {}).setdefault(row["goal"], {})
            for name, month in zip(SHORT, year_of(f"{row['year']}-04"), strict=True):
                if row[name]:
                    goal[month] = Fraction(row[name])
    return found


class Book:
    """What the book says in the month ``written``, before the month's late corrections if
    ``first``."""

    def __init__(self, written: str, first: bool = False) -> None:
        figures = read_figures()
        self.written = written
        self.actual: dict[str, dict[str, Fraction]] = {
            goal: {month: value for month, value in series.items() if month <= written}
            for goal, series in figures["actual"].items()
        }
        with (HERE / "changes.csv").open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                not_yet = written < row["corrected_in"]
                if row["month"] <= written and (not_yet or (first and written == row["month"])):
                    self.actual[row["goal"]].pop(row["month"])
                    if row["first"]:
                        self.actual[row["goal"]][row["month"]] = Fraction(row["first"])
        self.plan = {goal: dict(series) for goal, series in figures["plan"].items()}
        if written >= REVISED:
            for goal, series in figures["revision"].items():
                self.plan[goal].update(series)
        self.outlook = figures["outlook"] if written >= "2027-01" else {}
        self.reorganised = written >= REORGANISED
        if self.reorganised:  # FLYERS ended with June: no plan outside its time
            self.plan["FLYERS"] = {m: v for m, v in self.plan["FLYERS"].items() if m < REORGANISED}
        else:  # APP is not thought of yet
            self.plan["APP"] = {}

    def children(self, csf: str, month: str) -> list[str]:
        """Who stood beneath a CSF in a month."""
        after = self.reorganised and month >= REORGANISED
        if csf == "STORES":
            return ["SHOP", "VISITS", "SPEND", "DAYS", "SCORE" if after else "FLYERS"]
        return ["WEB", "MEMBERS", "COMPL", "APP" if after else "SCORE"]

    def goals(self, month: str) -> list[str]:
        return [
            "SALES",
            "STORES", *self.children("STORES", month),
            "ONLINE", *self.children("ONLINE", month),
        ]  # fmt: skip

    def is_valid(self, goal: str, month: str) -> bool:
        if goal == "FLYERS":
            return month < REORGANISED or not self.reorganised
        return goal != "APP" or month >= REORGANISED

    def in_month(self, side: dict[str, dict[str, Fraction]], goal: str, month: str) -> Figure:
        """A goal's figure of one month; SALES and SPEND have formulas."""
        if goal in ENTERED:
            return side.get(goal, {}).get(month)
        shop = side["SHOP"].get(month)
        other = side["WEB" if goal == "SALES" else "VISITS"].get(month)
        if shop is None or other is None:
            return None
        return shop + other if goal == "SALES" else shop / other

    def prior(self, goal: str, month: str) -> Figure:
        """The figure of a year before; complaints were counted otherwise until June 2026."""
        before = year_before(month)
        if goal == "COMPL" and self.reorganised and before < REORGANISED <= month:
            return None
        return self.in_month(self.actual, goal, before)

    def since(self, goal: str) -> str:
        """From when a goal's figures mean what they mean now."""
        return REORGANISED if goal == "COMPL" and self.reorganised else ""


def added(figures: Iterable[Any]) -> Any:
    """Their sum: of floats the exact one, rounded once, which is the same with every Python."""
    found = list(figures)
    return fsum(found) if any(isinstance(one, float) for one in found) else sum(found)


def whole(side: dict[str, dict[str, Any]], goal: str, months: list[str]) -> Any:
    """A goal's figure over months, all of which have one."""
    if not months:
        return None
    if goal == "SPEND":  # a ratio of sums, not a mean of ratios
        spent, visits = (added(side[one][m] for m in months) for one in ("SHOP", "VISITS"))
        return spent / visits
    if goal == "SALES":
        return added(side["SHOP"][m] + side["WEB"][m] for m in months)
    if goal == "MEMBERS":
        return side[goal][months[-1]]
    total = added(side[goal][m] for m in months)
    return total / len(months) if goal in ("SCORE", "DAYS") else total


def judged(goal: str, actual: Any, plan: Any) -> dict[str, Any]:
    """Gap, gap %, attainment and status."""
    off = abs(actual - plan)
    if goal == "DAYS":
        gap = min(0, TOLERANCE - off)
        status = "green" if off <= TOLERANCE else "amber" if off <= 2 * TOLERANCE else "red"
    else:
        gap = plan - actual if goal == "COMPL" else actual - plan
        status = graded(1 + gap / plan, 1)
    return {"gap": gap, "gap_pct": gap / plan, "attainment": 1 + gap / plan, "status": status}


def graded(attainment: Any, green_at: Any) -> str:
    slack = Fraction(1, 10**9)  # exactly on target is green, in floats too
    if attainment >= green_at - slack:
        return "green"
    return "amber" if attainment >= Fraction(9, 10) - slack else "red"


def score(parts: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """A CSF from its KPIs: each attainment counts between 0 and 1, shop sales twice."""
    known = {goal: one for goal, one in parts.items() if one.get("attainment") is not None}
    weights = {goal: WEIGHTS.get(goal, 1) for goal in known}
    points = sum(weights[goal] * max(0, min(1, one["attainment"])) for goal, one in known.items())
    value = points / Fraction(sum(weights.values()))
    status = graded(value, Fraction(95, 100))
    if status == "green" and any(one["status"] == "red" for one in parts.values()):
        status = "amber"
    return {
        "actual": value, "plan": 1, "gap": value - 1, "gap_pct": value - 1, "attainment": value,
        "status": status,
    }  # fmt: skip


def over(book: Book, goal: str, months: list[str], single: bool = False) -> dict[str, Any]:
    """A goal's figures over months; ``single``: of one month, whose plan is shown even while its
    actual is awaited."""
    if goal in ("STORES", "ONLINE"):
        return score(
            {one: over(book, one, months, single) for one in book.children(goal, months[-1])}
        )
    reported = [m for m in months if book.in_month(book.actual, goal, m) is not None]
    planned = [m for m in months if book.in_month(book.plan, goal, m) is not None]
    if not reported:
        row: dict[str, Any] = {"status": "no_data" if planned else "no_plan"}
        if single:
            row["plan"] = book.in_month(book.plan, goal, months[0])
            row["prior"] = book.prior(goal, months[0])
        return row
    assert set(reported) <= set(planned), "every month of the year that is reported is planned"
    row = {"actual": whole(book.actual, goal, reported), "plan": whole(book.plan, goal, reported)}
    row |= judged(goal, row["actual"], row["plan"])
    compared = [m for m in reported if book.prior(goal, m) is not None]
    if compared:
        row["prior"] = whole(book.actual, goal, [year_before(m) for m in compared])
        now = whole(book.actual, goal, compared)
        change = now - row["prior"]
        row["growth"] = change if goal == "SCORE" else change / row["prior"]
    return row


# ---- Landing ----------------------------------------------------------------------------------


def landed_months(book: Book, goal: str, review: str) -> dict[str, Any]:
    """The months of the year of a goal that has figures of its own, blanks filled."""
    year = [m for m in year_of(review) if book.is_valid(goal, m)]
    actual = {m: v for m, v in book.actual.get(goal, {}).items() if m <= review}
    missing = [m for m in year if m not in actual]
    if missing and review >= "2027-04":
        return by_reference(book, goal, review, year, actual)
    known = [m for m in year if m in actual and m >= book.since(goal)]
    factor = Fraction(1)  # fewer than three months: the plan itself
    if len(known) >= 3:
        factor = whole({goal: actual}, goal, known) / whole(book.plan, goal, known)
    return {m: actual[m] if m in actual else book.plan[goal][m] * factor for m in year}


def by_reference(
    book: Book, goal: str, review: str, year: list[str], actual: dict[str, Any]
) -> dict[str, Any]:
    """By the method that has done best in past years."""
    import numpy as np

    from tests import landing_reference as reference

    months = [*year_of("2025-04"), *year_of("2026-04"), *year_of(review)]
    how = {"SCORE": "average", "DAYS": "average", "MEMBERS": "last"}.get(goal, "sum")
    nan = float("nan")
    counted = {m: float(v) for m, v in actual.items() if m >= book.since(goal)}
    series = np.array([counted.get(m, nan) for m in months])
    plan = np.array([float(book.plan[goal].get(m, nan)) for m in months])
    prior = np.concatenate([np.full(12, nan), series[:-12]])
    method = reference.chosen(series, plan, prior, how)
    filled = reference.filled(method, series, plan, prior, how)  # type: ignore[arg-type]
    return dict(zip(year, map(float, filled), strict=True))


def landing(book: Book, goal: str, review: str) -> dict[str, Any]:
    if goal in ("STORES", "ONLINE"):
        return score({one: landing(book, one, review) for one in book.children(goal, review)})
    year = [m for m in year_of(review) if book.is_valid(goal, m)]
    inputs = {"SALES": ("SHOP", "WEB"), "SPEND": ("SHOP", "VISITS")}.get(goal, (goal,))
    filled = {one: landed_months(book, one, review) for one in inputs}
    row: dict[str, Any] = {
        "actual": whole(filled, goal, year),
        "plan": whole(book.plan, goal, year),
    }
    leading = row["actual"]
    blank = [m for m in year if m > review]
    if blank and all(m in book.outlook.get(goal, {}) for m in blank):
        # The owner's own outlook leads the headline, and is what is compared with the plan.
        told = {m: (book.outlook if m in blank else book.actual)[goal][m] for m in year}
        leading = whole({goal: told}, goal, year)
    return row | judged(goal, leading, row["plan"])


# ---- What is published of a month -------------------------------------------------------------


def published(book: Book, review: str) -> list[dict[str, Any]]:
    year = year_of(review)
    so_far = [m for m in year if m <= review]
    rows: list[dict[str, Any]] = []
    for goal in book.goals(review):

        def add(period: str, month: str, row: dict[str, Any], goal: str = goal) -> None:
            rows.append({"goal": goal, "period": period, "month": month, **row})

        for month in so_far[:-1]:
            row = over(book, goal, [month], single=True)
            if row.get("actual") is not None or row.get("plan") is not None:
                kept = ("actual", "plan", "prior", "status")
                add("month", month, {name: row.get(name) for name in kept})
        add("month", review, over(book, goal, [review], single=True))
        add("to_date", review, over(book, goal, so_far))
        add("landing", review, landing(book, goal, review))
        for period, length in (("quarter", 3), ("half", 6), ("year", 12)):
            for start in range(0, len(so_far), length):
                span = so_far[start : start + length]
                add(period, span[-1], over(book, goal, span))
    return rows


def as_text(value: object) -> str:
    """A figure as the shortest text of its float."""
    if value is None or isinstance(value, str):
        return value or ""
    number = float(value)  # type: ignore[arg-type]
    return str(int(number)) if number.is_integer() else repr(number)


def expected() -> dict[str, list[dict[str, Any]]]:
    """File name -> the figures of one review."""
    months = [*year_of("2026-04"), "2027-04"]
    found = {month: published(Book(month), month) for month in months}
    found["2026-04_preliminary"] = published(Book("2026-04", first=True), "2026-04")
    # September once more, after its correction in November.
    found["2026-09_again"] = published(Book("2026-11"), "2026-09")
    return found


def main() -> None:
    for name, rows in sorted(expected().items()):
        with (HERE / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(COLUMNS)
            writer.writerows([as_text(row.get(name)) for name in COLUMNS] for row in rows)


if __name__ == "__main__":
    main()
