"""Measure how near landings come on real series, and write landing.md: ``python -m
benchmarks.landing``.

At each test only what was known then is used: the years before and the months so far. Nothing was
tuned on these series; what does badly here is shown as it is.
"""

from __future__ import annotations

import importlib.metadata
import statistics
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from pathlib import Path

import numpy as np

from benchmarks.series import FIRST_TESTED, MOST_YEARS, SOURCES, RealSeries, load
from kpixl.measures.aggregate import aggregate
from kpixl.measures.backtest import COMPETING
from kpixl.measures.chance import spread
from kpixl.measures.fills import YEAR, course
from kpixl.measures.kinds import Method
from kpixl.measures.landing import Landed, land

RESULTS = Path(__file__).parent / "landing.md"
AFTER = (3, 6, 9)
BEST, SMOOTHING = "best", "Holt–Winters"
WAYS = (BEST, *(method.value for method in COMPETING), SMOOTHING)
# Standard deviations to either side that hold half, and four fifths, of a normal distribution.
# A season carried on by one factor: with the plan of these series the two are the same.
SEASONAL = (Method.RATIO.value, Method.PRIOR.value)
BEHIND = ((3, 3), (4, 6), (7, 10), (11, 14))
RANGES = {"50 %": 0.6745, "80 %": 1.2816}


@dataclass(frozen=True)
class Trial:
    """One year of one series after some of its months: errors by way, as a share of the outcome.

    ``behind`` are the complete years before it; ``chosen`` is the method that ``best`` took,
    ``deviations`` how far the outcome lay from its landing, in its own standard deviations (None
    where it had none).
    """

    series: str
    behind: int
    after: int
    errors: Mapping[str, float]
    chosen: str
    deviations: float | None
    fell_back: bool


# ---- The trials ------------------------------------------------------------------------------


def trials_of(series: RealSeries) -> Iterator[Trial]:
    """Every tested year of a series after 3, 6 and 9 months."""
    for year in series.tested:
        for after in AFTER:
            yield trial(series, year, after)


def trial(series: RealSeries, year: int, after: int) -> Trial:
    """How near each way comes to one year, told no more than its first months."""
    outcome = aggregate(series.actuals[year], series.source.aggregation)
    if not outcome:
        raise ValueError(f"{series.source.name}: nothing to measure by")
    landed, smooth, fell_back = landings(series, year, after)
    values: dict[str, float | None] = {
        BEST: landed.value,
        **{method.value: landed.values[method] for method in COMPETING},
        SMOOTHING: smooth,
    }
    return Trial(
        series=series.source.name,
        behind=year,
        after=after,
        errors={way: abs(one / outcome - 1) for way, one in values.items() if one is not None},
        chosen=landed.method.value if landed.method else "",
        deviations=in_deviations(landed, outcome),
        fell_back=fell_back,
    )


def landings(series: RealSeries, year: int, after: int) -> tuple[Landed, float | None, bool]:
    """Where the year ends by SPEC 5 and by exponential smoothing, and whether that fell back; from
    the years before, the months so far and the plan."""
    aggregation = series.source.aggregation
    so_far = series.actuals[year][:after]
    known = [value for months in series.actuals[:year] for value in months]
    plan = [value for months in series.plan[: year + 1] for value in months]
    blanks = [None] * (YEAR - after)
    landed = land(course([*known, *so_far, *blanks], plan, aggregation))
    forecast, fell_back = smoothed([*known, *so_far], len(blanks))
    return landed, aggregate([*so_far, *forecast], aggregation), fell_back


def in_deviations(landed: Landed, outcome: float) -> float | None:
    """How far the outcome lay from the landing, in the standard deviations that it was given."""
    if landed.value is None:
        return None
    deviation = spread(landed.value, landed.left, landed.record)
    return None if not deviation else abs(outcome - landed.value) / deviation


def smoothed(known: Sequence[float], ahead: int) -> tuple[Sequence[float], bool]:
    """The months ahead by exponential smoothing with a damped additive trend and a multiplicative
    season; with an additive season, and no damping, where that does not fit (True)."""
    try:
        return _smoothed(known, ahead, "mul", damped=True), False
    except (ValueError, np.linalg.LinAlgError):
        return _smoothed(known, ahead, "add", damped=False), True


def _smoothed(known: Sequence[float], ahead: int, season: str, damped: bool) -> list[float]:
    from statsmodels.tools.sm_exceptions import ConvergenceWarning
    from statsmodels.tsa.holtwinters import ExponentialSmoothing

    with warnings.catch_warnings():
        # An optimiser that stops early has a fit all the same; its forecasts are looked at.
        warnings.simplefilter("ignore", ConvergenceWarning)
        warnings.simplefilter("ignore", RuntimeWarning)
        model = ExponentialSmoothing(
            np.array(known), trend="add", damped_trend=damped, seasonal=season,
            seasonal_periods=YEAR, initialization_method="estimated",
        )  # fmt: skip
        found = [float(value) for value in model.fit().forecast(ahead)]
    if not all(map(isfinite, found)):
        raise ValueError(season)
    return found


# ---- The page --------------------------------------------------------------------------------


def mean_error(tests: Sequence[Trial], way: str) -> float:
    """The mean over the series of each one's mean error: a long series counts no more."""
    by_series: dict[str, list[float]] = {}
    for one in tests:
        by_series.setdefault(one.series, []).append(one.errors[way])
    return statistics.mean(map(statistics.mean, by_series.values()))


def inside(tests: Sequence[Trial], deviations: float) -> float:
    """The share of the outcomes that fell inside the range, of those that had one."""
    told = [one.deviations for one in tests if one.deviations is not None]
    return sum(one <= deviations for one in told) / len(told)


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    yield "| " + " | ".join(head) + " |"
    yield "|" + "---|" * len(head)
    for row in rows:
        yield "| " + " | ".join(row) + " |"


def errors_in(tests: Sequence[Trial], title: str) -> list[str]:
    """One row: the mean error of each way in %, the smallest of the row in bold."""
    errors = {way: mean_error(tests, way) for way in WAYS}
    smallest = min(round(100 * error, 2) for error in errors.values())
    cells = [f"{100 * error:.2f}" for error in errors.values()]
    return [title, *(f"**{cell}**" if float(cell) == smallest else cell for cell in cells)]


def page(tests: Sequence[Trial]) -> Iterator[str]:
    """The whole page as Markdown."""
    yield "# Landings on real series"
    yield ""
    yield (
        f"Mean absolute error of the year's landing after 3, 6 and 9 months, in % of how the year "
        f"came out, on the {len(SOURCES)} monthly series of `benchmarks/series.py` (at most "
        f"{MOST_YEARS} years each, tested from the {FIRST_TESTED + 1}th year on: {len(tests)} "
        "landings). Made by `python -m benchmarks.landing`; lower is better, the smallest figure "
        "of a row is bold."
    )
    yield ""
    yield (
        "At each test only what was known then is used: the years before and the months so far. A "
        "year's plan is last year's month times last year's growth over the year before it. "
        f"{SMOOTHING} is statsmodels {importlib.metadata.version('statsmodels')}'s "
        "`ExponentialSmoothing` with a damped additive trend and a multiplicative season of 12 "
        f"months, fitted anew at each test; it fell back to an additive season without damping "
        f"{sum(one.fell_back for one in tests)} times."
    )
    yield ""
    yield "## On average over the series"
    yield ""
    rows = [
        errors_in([one for one in tests if one.after == after], f"after {after} months")
        for after in AFTER
    ]
    yield from table(["", *WAYS], [*rows, errors_in(tests, "all")])
    yield ""
    yield from commented(tests)
    yield ""
    yield "## How often the year fell inside its range"
    yield ""
    yield (
        "The range of `best`, from the standard deviation that also gives the chance of reaching "
        "the plan (SPEC 5). A range that is told rightly holds the year as often as it says; one "
        "that holds it more often is too wide, and its chances are nearer to 50 % than they need "
        "be."
    )
    yield ""
    rows = []
    for title, some in (
        *((f"after {after} months", [one for one in tests if one.after == after])
          for after in AFTER),
        ("all", tests),
    ):  # fmt: skip
        told = sum(one.deviations is not None for one in some)
        rows.append(
            [title, str(told), *(f"{inside(some, width):.0%}" for width in RANGES.values())]
        )
    yield from table(["", "landings with a range", *(f"nominal {name}" for name in RANGES)], rows)
    for after in AFTER:
        yield ""
        yield f"## By series, after {after} months"
        yield ""
        some = [one for one in tests if one.after == after]
        names = dict.fromkeys(one.series for one in some)
        rows = [errors_in([one for one in some if one.series == name], name) for name in names]
        yield from table(["", *WAYS], [*rows, errors_in(some, "**mean**")])


def commented(tests: Sequence[Trial]) -> Iterator[str]:
    """Whether choosing pays, and where it does not."""
    errors = {way: round(100 * mean_error(tests, way), 2) for way in WAYS}
    better = [way for way in WAYS if errors[way] < errors[BEST]]
    if not better:
        yield "`best` is nearer than every single method."
        return
    others = [way for way in WAYS if errors[way] > errors[BEST]]
    away = [one for one in tests if one.chosen not in SEASONAL]
    paid = sum(one.errors[BEST] < one.errors[SEASONAL[0]] for one in away)
    yield (
        f"`best` is nearer than {_listed(others)}, and not as near as {_listed(better)}. Why: most "
        "of these series have a season, which `ratio` and `prior` carry on. The plan of these "
        "series is last year's months times one factor, so that here the two are the same method, "
        "and say nothing about plans that people make. Choosing another can only pay where it is "
        "right, and one past year is little to be right by: its eleven origins are eleven looks at "
        f"one outcome. `best` left the two in {len(away)} of {len(tests)} landings and was nearer "
        f"for it in {paid}. With more years behind it, less is lost:"
    )
    yield ""
    ways = (BEST, SEASONAL[0], SMOOTHING)
    rows = []
    for least, most in BEHIND:
        some = [one for one in tests if least <= one.behind <= most]
        title = f"{least}" if least == most else f"{least} to {most}"
        figures = (f"{100 * statistics.mean(one.errors[way] for one in some):.2f}" for way in ways)
        rows.append([title, str(len(some)), *figures])
    yield from table(["complete years behind", "landings", *ways], rows)
    yield ""
    yield (
        f"{SMOOTHING} learns the season from all years and the level from the last months, which "
        "no method of SPEC 5 does at once; that shows once half a year is known. It needs two "
        "whole seasons and an optimiser, where the methods of SPEC 5 can be checked on paper. "
        "Nothing was changed on account of this page."
    )


def _listed(ways: Sequence[str]) -> str:
    names = [way if way == SMOOTHING else f"`{way}`" for way in ways]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def main() -> None:
    """Run every test and write the page."""
    tests = [one for source in SOURCES for one in trials_of(load(source))]
    text = "\n".join(page(tests)) + "\n"
    RESULTS.write_text(text, encoding="utf-8")
    print(text, end="")


if __name__ == "__main__":
    main()
