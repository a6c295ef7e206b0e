"""SPEC 5 once more, slowly and with numpy: what the landing's fast version is compared with.

Months are arrays with nan where there is no figure. Every origin is filled anew from a copy of the
figures in which all that lay ahead is blanked; nothing is carried over from one to the next.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import statsmodels.api as sm
from scipy.stats import norm

METHODS = ("plan", "ratio", "pace", "prior", "recent", "trend")
TOTALS: dict[str, Any] = {
    "sum": np.sum, "average": np.mean, "last": lambda months: months[-1],
    "max": np.max, "min": np.min,
}  # fmt: skip


def filled(method: str, actual: Any, plan: Any, prior: Any, how: str) -> Any:
    """The last twelve months of ``actual`` with blanks filled, or None."""
    year = actual[-12:]
    blank = np.flatnonzero(np.isnan(year))
    result = year.copy()
    if method == "plan":
        result[blank] = plan[-12:][blank]
    elif method in ("ratio", "prior"):
        base = (plan if method == "ratio" else prior)[-12:]
        both = ~np.isnan(year) & ~np.isnan(base)
        if not both.any():
            return None
        reached, aimed = TOTALS[how](year[both]), TOTALS[how](base[both])
        used = np.concatenate([base[both], base[blank]])
        if aimed > 0 and (used[~np.isnan(used)] >= 0).all():
            result[blank] = base[blank] * (reached / aimed)
        else:
            result[blank] = base[blank] + (reached - aimed) / (both.sum() if how == "sum" else 1)
    elif method == "pace":
        there = year[~np.isnan(year)]
        if there.size == 0:
            return None
        result[blank] = there[-1] if how == "last" else there.mean()
    elif method == "recent":
        known = actual.copy()
        for month in len(actual) - 12 + blank:
            before = known[:month]
            before = before[~np.isnan(before)][-3:]
            if before.size == 0:
                return None
            known[month] = before.mean()
        result = known[-12:]
    elif method == "trend":
        there = np.flatnonzero(~np.isnan(actual))
        if there.size < 2:
            return None
        line = sm.OLS(actual[there], sm.add_constant(there.astype(float))).fit().params
        result[blank] = line[0] + line[1] * (len(actual) - 12 + blank)
    return None if np.isnan(result).any() else result


def backtest(actual: Any, plan: Any, prior: Any, how: str) -> dict[str, dict[Any, float]]:
    """Method -> origin (year, month) -> error as a fraction of the outcome."""
    found: dict[str, dict[Any, float]] = {method: {} for method in METHODS}
    for year in range(len(actual) // 12 - 1):
        end = 12 * (year + 1)
        whole = actual[end - 12 : end]
        if np.isnan(whole).any():
            continue
        outcome = TOTALS[how](whole)
        for known in range(1, 12):
            then = actual[:end].copy()
            then[end - 12 + known :] = np.nan
            for method in METHODS:
                months = filled(method, then, plan[:end], prior[:end], how)
                if months is not None and outcome != 0:
                    error = abs(TOTALS[how](months) - outcome) / abs(outcome)
                    found[method][year, known] = error
    return found


def chosen(actual: Any, plan: Any, prior: Any, how: str) -> str | None:
    """The method that SPEC 5 lands by."""
    able = [one for one in METHODS if filled(one, actual, plan, prior, how) is not None]
    errors = backtest(actual, plan, prior, how)
    rivals = [one for one in able if errors[one]]
    common = set.intersection(*(set(errors[one]) for one in rivals)) if rivals else set()
    if len(common) >= 4:
        means = {one: np.mean([errors[one][origin] for origin in common]) for one in rivals}
        return next(one for one in rivals if means[one] <= min(means.values()) + 1e-9)
    year = slice(len(actual) - 12, None)
    compared = np.count_nonzero(~np.isnan(actual[year]) & ~np.isnan(plan[year]))
    if "ratio" in able and compared >= 3:
        return "ratio"
    return next((one for one in ("plan", "prior", "pace") if one in able), None)


def deviation(landing: float, left: int, errors: dict[Any, float]) -> float:
    """The standard deviation of SPEC 5."""
    relative = np.array([error / (12 - known) for (_, known), error in errors.items()])
    years = len({year for year, _ in errors})
    return float(abs(landing) * left * np.sqrt(np.mean(relative**2)) * np.sqrt(1 + 1 / years))


def chance(landing: float, target: float, s: float, direction: str, tolerance: float) -> float:
    """The probability of a good year, not yet in steps."""
    if direction == "range":
        spread = norm(loc=landing, scale=s)
        return float(spread.cdf(target + tolerance) - spread.cdf(target - tolerance))
    below = float(norm.cdf(target, loc=landing, scale=s))
    return below if direction == "lower" else 1 - below
