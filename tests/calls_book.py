"""A workbook that makes calls: their arguments stand in its cells, the calls are its formulas."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import xlsxwriter

from kpixl.errors import CellError
from kpixl.functions import FUNCTIONS, Shape
from kpixl.functions.cells import Rows, serial
from tests.function_cases import Case

# Formulas that end in the error of their name.
ERRORS = {"#N/A": "=NA()", "#REF!": "=#REF!", "#DIV/0!": "=1/0", "#NUM!": "=SQRT(-1)"}
GAP = 1  # empty rows and columns between the blocks
WIDEST = 30  # columns kept for results


@dataclass(frozen=True)
class Call:
    """Where the result of a case stands, and what it should be: ``height`` rows of cells."""

    function: str
    name: str
    row: int
    expected: Rows
    is_array: bool


def as_cells(value: Any) -> Any:
    """An argument as a spreadsheet's cells hold it: dates and truth values are numbers there."""
    if isinstance(value, list):
        return [[as_cells(one) for one in row] for row in value]
    if isinstance(value, bool):
        return float(value)
    return serial(value) if isinstance(value, date) else value


def direct(function: str, case: Case) -> Rows:
    """What Python gives for the same cells, as rows."""
    result = FUNCTIONS[function](*map(as_cells, case.arguments))
    return result if isinstance(result, list) else [[result]]


def address(row: int, column: int, height: int = 1, width: int = 1) -> str:
    """Of a block, rows and columns from 0."""
    first = xlsxwriter.utility.xl_rowcol_to_cell(row, column, row_abs=True, col_abs=True)
    if height == width == 1:
        return str(first)
    return f"{first}:{xlsxwriter.utility.xl_rowcol_to_cell(row + height - 1, column + width - 1)}"


def write_calls(
    path: Path, cases: Mapping[str, Sequence[Case]], expect: Callable[[str, Case], Rows] = direct
) -> list[Call]:
    """Write a sheet a function, and tell where the results stand; ``expect`` says what of."""
    calls = []
    with xlsxwriter.Workbook(path) as book:
        for name, of_function in cases.items():
            sheet = book.add_worksheet(name)
            row = 1
            for case in of_function:
                call = _write_call(sheet, row, name, case, expect(name, case))
                calls.append(call)
                tallest = max(len(one) if isinstance(one, list) else 1 for one in case.arguments)
                row += max(len(call.expected), tallest) + GAP
    return calls


def _write_call(sheet: Any, row: int, name: str, case: Case, expected: Rows) -> Call:
    column = WIDEST + GAP
    references = []
    for value in case.arguments:
        block = value if isinstance(value, list) else [[value]]
        for down, line in enumerate(block):
            for across, one in enumerate(line):
                _write_cell(sheet, row + down, column + across, one)
        references.append(address(row, column, len(block), len(block[0])))
        column += len(block[0]) + GAP
    formula = f"={name}({','.join(references)})"
    scalars = zip(FUNCTIONS[name].arguments, case.arguments, strict=False)
    is_array = FUNCTIONS[name].gives is not Shape.SCALAR or any(
        argument.shape is Shape.SCALAR and isinstance(value, list) for argument, value in scalars
    )
    if is_array:
        last = row + len(expected) - 1, len(expected[0]) - 1
        sheet.write_array_formula(row, 0, *last, f"{{{formula}}}")
    else:
        sheet.write_formula(row, 0, formula)
    return Call(name, case.name, row, expected, is_array)


def _write_cell(sheet: Any, row: int, column: int, value: Any) -> None:
    held = as_cells(value)
    if isinstance(held, CellError):
        sheet.write_formula(row, column, ERRORS[held.code])
    elif isinstance(held, str):
        sheet.write_string(row, column, held) if held else sheet.write_formula(row, column, '=""')
    elif held is not None:
        sheet.write_number(row, column, held)
