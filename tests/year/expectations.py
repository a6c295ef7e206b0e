"""The figures that were kept by hand, and how they are compared."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from typing import Any

from kpixl.review.published import Figure
from tests.year.by_hand import COLUMNS, HERE

Key = tuple[str, str, str]
"""Goal, period and month."""

MEASURES = COLUMNS[3:-1]


def kept(name: str) -> dict[Key, dict[str, Any]]:
    """The expectations of a file: actual to growth as numbers or None, and the status."""
    with (HERE / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    found = {
        (row["goal"], row["period"], row["month"]): {
            **{one: float(row[one]) if row[one] else None for one in MEASURES},
            "status": row["status"],
        }
        for row in rows
    }
    assert len(found) == len(rows), f"{name}: a figure stands there twice"
    return found


def differences(figures: Iterable[Figure], expected: Mapping[Key, Mapping[str, Any]]) -> list[str]:
    """What is not as expected, figure by figure; a figure too many or too few is, too."""
    found = list(figures)
    by_key = {(one.goal, one.period, one.month): one for one in found}
    told = [f"{key} is there twice" for key in by_key if sum(_key(f) == key for f in found) > 1]
    told += [f"{key} is missing" for key in expected.keys() - by_key.keys()]
    told += [f"{key} is not expected" for key in by_key.keys() - expected.keys()]
    for key in expected.keys() & by_key.keys():
        for name in (*MEASURES, "status"):
            now, then = getattr(by_key[key], name), expected[key][name]
            if not _same(now, then):
                told.append(f"{key} {name}: {now}, expected {then}")
    return sorted(told)


def _key(figure: Figure) -> Key:
    return figure.goal, figure.period, figure.month


def _same(now: Any, then: Any) -> bool:
    if isinstance(now, float) and isinstance(then, float):
        return abs(now - then) <= 1e-9 * max(1.0, abs(then))
    return now is then or now == then
