"""Tell tables apart that stand side by side under labels of their own: 東京 over April to March,
then 大阪 over the same months again."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from kpixl.adopting.headings import heading_of, year_of
from kpixl.adopting.known import header_of, said_by, told_by_title, undecorated
from kpixl.adopting.tables import Column, Found, covered_by
from kpixl.adopting.units import without_unit

_ROWS_ABOVE = 3
_OF_TIME_OR_KIND = re.compile(
    r"年度|[前当今昨本来]年|[前当今来]期|修正|見直し|当初|確定|速報|year|revised|latest|version",
    re.IGNORECASE,
)
"""Labels that tell years or kinds of figures apart, not departments."""


def apart(found: Found) -> Iterator[Found]:
    """The tables that a table is made of, each with the label over it; else the table itself.
    Only months that come again under another label tell that they are of something else."""
    first = max(found.header - _ROWS_ABOVE, found.titles.start)
    for row in range(found.header - 1, first - 1, -1):
        labels = _labels(found, row)
        runs = [
            (label, tuple(columns))
            for label, columns in itertools.groupby(
                found.columns, key=lambda column: labels.get(column.number, "")
            )
        ]
        if _come_again(runs):
            yield from _split(found, runs)
            return
    yield found


def _labels(found: Found, row: int) -> Mapping[int, str]:
    """The label over each column, where the row has nothing else."""
    left = found.columns[0].number
    cells = [(column, value) for column, value in found.view.row_cells(row) if column >= left]
    texts = [_label(value) if isinstance(value, str) else "" for _, value in cells]
    if len(set(texts)) < 2 or not all(texts):
        return {}
    ends = [*(column for column, _ in cells[1:]), found.columns[-1].number + 1]
    return {
        covered: text
        for (column, _), text, end in zip(cells, texts, ends, strict=True)
        for covered in covered_by(found.view, row, column, end, found.header)
    }


def _label(text: str) -> str:
    name = undecorated(without_unit(text)[0])
    is_other = (
        _OF_TIME_OR_KIND.search(name)
        or year_of(name) is not None
        or not heading_of(name).is_empty
        or header_of(name) is not None
        or said_by(name) is not None
        or told_by_title(name) is not None
    )
    return "" if is_other else name


def _come_again(runs: Sequence[tuple[str, Sequence[Column]]]) -> bool:
    seen: dict[object, str] = {}
    again = False
    for label, columns in runs:
        for column in columns:
            heading = column.heading
            if not (heading.names_a_month or heading.said):
                continue
            key = (heading, column.year)
            again |= bool(label) and key in seen and seen[key] != label
            seen.setdefault(key, label)
    return again


def _split(found: Found, runs: Sequence[tuple[str, tuple[Column, ...]]]) -> Iterator[Found]:
    timed = [
        (label, columns) for label, columns in runs
        if any(column.heading.names_a_month or column.heading.said for column in columns)
    ]  # fmt: skip
    for number, (label, columns) in enumerate(timed):
        own = {column.number for column in columns}
        yield replace(
            found, columns=columns, over=label,
            after=found.after if number == len(timed) - 1 else (),
            remarks={at: left for at, left in found.remarks.items() if left in own},
        )  # fmt: skip
