"""Write a sheet's cells as they are: every digit, no formula looked into, array formulas whole."""

from __future__ import annotations

from typing import Any, NamedTuple

from xlsxwriter.worksheet import CellFormulaTuple, Worksheet

from kpixl.errors import ERROR_VALUES, CellError
from kpixl.plan.cells import CellValue, cell_name


class ArrayCell(NamedTuple):
    """A cell of an array formula; only the first one has the formula, and the area (``B2:D9``)."""

    value: CellValue
    look: Any
    formula: str = ""
    area: str = ""


class PlainSheet(Worksheet):  # type: ignore[misc] # XlsxWriter brings no types
    """A sheet whose formulas are written as they stand: none uses a function that Excel stores
    under another name, and looking for those would take half the time of writing."""

    def _prepare_formula(self, formula: str, _expand_future_functions: bool = False) -> str:
        return formula.removeprefix("=")

    def put_formula(self, row: int, column: int, formula: str, look: Any, value: object) -> None:
        """As :meth:`write_formula`, for a formula without ``=`` of which is known that it is one:
        XlsxWriter would look for array formulas and dynamic ones, cell by cell."""
        self._check_dimensions(row, column)
        self.table[row][column] = CellFormulaTuple(formula, look, value)

    def _xml_number_element(self, number: float, attributes: Any = ()) -> None:
        """A number with as many digits as it has: a figure that is read and written again stays
        what it was. XlsxWriter would write 16, and a sum such as 0.1 + 0.2 needs 17."""
        text = f"{number:.16G}"
        shown = text if float(text) == number else repr(float(number))
        names = "".join(f' {key}="{value}"' for key, value in attributes)
        self.fh.write(f"<c{names}><v>{shown}</v></c>")

    def write_array_cell(self, row: int, column: int, cell: ArrayCell) -> None:
        """Write a cell of an array formula with its value. XlsxWriter, which would take all
        values but the first for what somebody has typed, knows neither empty texts nor errors
        there."""
        self._check_dimensions(row, column)
        self.table[row][column] = cell

    def _write_cell(self, row: int, col: int, cell: Any) -> None:
        if isinstance(cell, CellFormulaTuple) and cell.format is not None:
            self._write_formula_cell(cell_name(row + 1, col + 1), cell)
            return
        if not isinstance(cell, ArrayCell):
            super()._write_cell(row, col, cell)
            return
        style = cell.look._get_xf_index()  # noqa: SLF001 - XlsxWriter counts formats as it writes
        attributes = [("r", cell_name(row + 1, col + 1)), ("s", style)]
        if isinstance(cell.value, (str, CellError)):
            attributes.append(("t", "str" if isinstance(cell.value, str) else "e"))
        self._xml_start_tag("c", attributes)
        if cell.formula:
            self._write_cell_array_formula(cell.formula, cell.area)
        self._write_cell_value(cell.value)
        self._xml_end_tag("c")

    def _write_formula_cell(self, name: str, cell: Any) -> None:
        """Nearly all cells of a large book are such: each is written in one piece."""
        style = cell.format._get_xf_index()  # noqa: SLF001 - as above
        kind, value = "", cell.value
        if isinstance(value, bool):
            kind, value = ' t="b"', int(value)
        elif isinstance(value, str):
            kind = ' t="e"' if value in ERROR_VALUES else ' t="str"'
        formula, shown = self._escape_data(cell.formula), self._escape_data(value)
        self.fh.write(f'<c r="{name}" s="{style}"{kind}><f>{formula}</f><v>{shown}</v></c>')


class EmptyText(str):
    """The empty text as a formula's value. XlsxWriter writes a plain one without its type, which
    a spreadsheet may take for a cell that was never calculated."""

    __slots__ = ()
    __hash__ = str.__hash__

    def __eq__(self, other: object) -> bool:
        return isinstance(other, EmptyText)

    def __ne__(self, other: object) -> bool:
        return not self == other
