"""What a cell costs in Excel: Python's side of a call of kpixl's through xlwings' own code, against
xlwings alone with an empty function.

    python -m benchmarks.excel_cells

The calls go through the real conversion and calling code of xlwings, with stand-ins for what
reaches into Windows: COM's own time, which both have in common, is not in the ratios.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping

from benchmarks.measure import Ratio
from tests.pywin32_stand_in import MISSING, Excel, Range, windows_excel

OURS = "kpixl.hosts.excel.server"
IMPORTED = "kpixl.hosts.xlwings_functions"
EMPTY = "benchmarks.empty_functions"
AGAINST = "xlwings with an empty function"
ROWS = 10_000
CALLS = 1_000
ROUNDS = 9

Calls = Mapping[str, Callable[[], object]]


def seconds(calls: Calls, times: int) -> dict[str, float]:
    """Median processor seconds of ``times`` calls of each, taken in turns."""
    taken: dict[str, list[float]] = {name: [] for name in calls}
    for number in range(ROUNDS + 1):
        for name, call in calls.items():
            started = time.process_time()
            for _ in range(times):
                call()
            if number:
                taken[name].append(time.process_time() - started)
    return {name: statistics.median(found) for name, found in taken.items()}


def _calls(excel: Excel, actual: object, target: object) -> Calls:
    """The workbook's own VBA hands values over; xlwings' wrappers, which "Import Functions" makes,
    hand over cells."""
    server = excel.server
    optional = (MISSING,) * 2
    cells = (Range(actual), Range(target))
    return {
        "gap": lambda: server.CallUDF(OURS, "in_cell", ("KPI_GAP", (actual, target, *optional))),
        "imported": lambda: server.CallUDF(IMPORTED, "KPI_GAP", (*cells, *optional)),
        "empty": lambda: server.CallUDF(EMPTY, "first", (*cells, *optional)),
    }


def ratios() -> tuple[Ratio, ...]:
    """Ours against the empty function, for a single call and for a column of 10,000 rows."""
    column = tuple((float(row % 200),) for row in range(ROWS))
    with windows_excel() as excel:
        single = seconds(_calls(excel, 90.0, 100.0), CALLS)
        ranged = seconds(_calls(excel, column, 100.0), 1)
    return tuple(
        Ratio(f"KPI_GAP, {what}, {way}", AGAINST, taken[key] / taken["empty"], 1.1)
        for what, taken in (("one cell", single), ("10,000 rows in one call", ranged))
        for key, way in (("gap", "from a kpixl workbook"), ("imported", "imported by xlwings"))
    )


if __name__ == "__main__":
    for ratio in ratios():
        print(f"{ratio.what}: {ratio.value:.2f} of {ratio.against}")
