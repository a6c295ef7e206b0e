"""Calls from Excel's cells: xlwings' own code between, and the same value as in Python."""

from __future__ import annotations

import io
import math
import os
import types
from collections.abc import Iterator
from datetime import UTC
from decimal import Decimal
from typing import Any
from unittest.mock import patch

import pytest

from kpixl.errors import CellError
from kpixl.functions import FUNCTIONS
from kpixl.functions.cells import serial
from kpixl.hosts.excel.values import ERROR_NUMBERS, from_excel, to_excel
from tests.agreement import Agreement
from tests.function_cases import CASES
from tests.pywin32_stand_in import (
    CODES,
    MISSING,
    NUMBERS,
    Excel,
    Range,
    TimeType,
    sent,
    windows_excel,
    with_errors,
)

SERVER, FUNCTION_MODULE = "kpixl.hosts.excel.server", "kpixl.hosts.xlwings_functions"


@pytest.fixture(scope="module")
def excel() -> Iterator[Excel]:
    with patch.dict(os.environ, {"KPIXL_LANG": "en"}), windows_excel() as running:
        yield running


def in_cell(excel: Excel, name: str, *arguments: object) -> object:
    """A cell's formula through the workbook's own VBA: every argument is given, those that were
    left out as missing."""
    left_out = len(FUNCTIONS[name].arguments) - len(arguments)
    given = (*map(as_vba_sends, arguments), *[MISSING] * left_out)
    return with_errors(excel.call(SERVER, "in_cell", name, given))


def as_vba_sends(value: object) -> object:
    """A range of one cell is that cell's value."""
    return sent(one_cell(value))


def one_cell(value: Any) -> Any:
    single = isinstance(value, list) and len(value) == 1 and len(value[0]) == 1
    return value[0][0] if single else value


def as_cells(value: object) -> object:
    """What the direct call gives, as a sheet holds it: numbers are decimal, days are numbers."""
    if isinstance(value, list):
        return [[as_cells(one) for one in row] for row in value]
    if isinstance(value, bool) or not hasattr(value, "year"):
        return float(value) if type(value) is int else value
    return serial(value)  # type: ignore[arg-type]  # only days have a year


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_cell_of_the_workbook_gives_what_python_gives(
    name: str, excel: Excel, agreement: Agreement
) -> None:
    for case in CASES[name]:
        direct = as_cells(FUNCTIONS[name](*case.arguments))
        assert one_cell(in_cell(excel, name, *case.arguments)) == one_cell(direct), case.name
    agreement("Excel workbook", name, len(CASES[name]))


@pytest.mark.parametrize("name", FUNCTIONS)
def test_an_imported_function_gives_what_python_gives(
    name: str, excel: Excel, agreement: Agreement
) -> None:
    for case in CASES[name]:
        given = [Range(as_vba_sends(value)) for value in case.arguments]
        left_out = [MISSING] * (len(FUNCTIONS[name].arguments) - len(given))
        found = excel.call(FUNCTION_MODULE, name, *given, *left_out)
        direct = as_cells(FUNCTIONS[name](*case.arguments))
        assert shown(found) == shown(direct), case.name
    agreement("xlwings import", name, len(CASES[name]))


def shown(value: Any) -> Any:
    """As :func:`test_an_imported_function_gives_what_python_gives` compares: an error is a number
    that no cell holds, and xlwings hands a single row on as a flat list."""
    if isinstance(value, list):
        value = one_cell(value)
    if isinstance(value, list):
        rows = value if isinstance(value[0], list) else [value]
        return [[shown(one) for one in row] for row in rows]
    if isinstance(value, CellError) or (isinstance(value, float) and math.isnan(value)):
        return "an error"
    return value


def test_a_result_keeps_its_shape(excel: Excel) -> None:
    assert in_cell(excel, "KPI_GAP", [[90], [80]], 100) == [[-10.0], [-20.0]]
    assert in_cell(excel, "KPI_GAP", [[90, 80]], 100) == [[-10.0, -20.0]]
    assert in_cell(excel, "KPI_GAP", [[90]], 100) == -10.0


def test_errors_are_errors_also_among_other_results(excel: Excel) -> None:
    found = in_cell(excel, "KPI_GAP_PCT", [[5], ["x"], [CellError("#REF!")], [None]], 0)
    errors = [CellError("#DIV/0!"), CellError("#VALUE!"), CellError("#REF!")]
    assert found == [*([error] for error in errors), [""]]


def test_text_that_looks_like_an_error_or_its_number_stays_text(excel: Excel) -> None:
    actions = [["Goal ID", "Cause", "Countermeasure", "Owner", "Action ID", "Due"],
               ["K1", "#N/A", "2042", "#REF!", "2042", None]]  # fmt: skip
    assert in_cell(excel, "PDCA_NEXT", "K1", "Red", actions) == (
        "2042: Name an owner and a due date"
    )


@pytest.mark.parametrize("code", CODES)
def test_every_error_comes_out_as_it_went_in(code: str, excel: Excel) -> None:
    assert in_cell(excel, "KPI_GAP", CellError(code), 100) == CellError(code)
    assert in_cell(excel, "KPI_TO_DATE", [[1, CellError(code)]]) == CellError(code)


def test_the_numbers_of_errors_are_excels_own() -> None:
    assert {number: name for name, number in ERROR_NUMBERS.items()} == NUMBERS


@pytest.mark.parametrize(
    ("sent_by_com", "cell"),
    [
        (None, None),
        (MISSING, None),
        (-2146826246, CellError("#N/A")),
        (-2146826243, CellError("#VALUE!")),  # #SPILL!, which came later
        (True, True),
        (7, 7.0),
        (Decimal("12.3456"), Decimal("12.3456")),
        (-2146826246.0, -2146826246.0),  # a number in a cell, which only looks like a code
        ("text", "text"),
        (((1.0, None), ("a", -2146826265)), [[1.0, None], ["a", CellError("#REF!")]]),
    ],
)
def test_what_com_hands_over(sent_by_com: object, cell: object) -> None:
    found = from_excel(sent_by_com)
    assert found == cell
    assert type(found) is type(cell)


def test_dates_lose_the_time_zone_that_com_gives_them() -> None:
    assert str(from_excel(TimeType(2026, 4, 1, tzinfo=UTC))) == "2026-04-01"
    assert str(from_excel(TimeType(2026, 4, 1, 12, 30, tzinfo=UTC))) == "2026-04-01 12:30:00"
    nearly = TimeType(2026, 3, 31, 23, 59, 59, 999_600, tzinfo=UTC)
    assert str(from_excel(nearly)) == "2026-04-01"


def test_only_errors_are_whole_numbers_on_their_way_back() -> None:
    assert to_excel(CellError("#N/A")) == 2042
    assert type(to_excel(2042)) is float
    assert type(to_excel([[2042.0]])[0][0]) is float  # type: ignore[index]  # rows of cells
    assert to_excel(True) is True
    assert to_excel([[None, "", "x"]]) == [["", "", "x"]]


def test_a_function_of_a_later_kpixl_is_an_unknown_name(excel: Excel) -> None:
    found = with_errors(excel.call(SERVER, "in_cell", "KPI_TELEPATHY", (1.0,)))
    assert found == CellError("#NAME?")


def test_python_says_who_answers(excel: Excel) -> None:
    assert "0.37.8" in str(excel.call(SERVER, "about", "en"))
    assert "接続" in str(excel.call(SERVER, "about", "ja"))


# --- what "Import Functions" of the xlwings add-in sees


def registered(excel: Excel) -> dict[str, Any]:
    module = excel.udfs.get_udf_module(FUNCTION_MODULE, None)
    return {
        name: found.__xlfunc__
        for name, found in vars(module).items()
        if hasattr(found, "__xlfunc__")
    }


def test_every_function_can_be_imported_with_its_descriptions(excel: Excel) -> None:
    found = registered(excel)
    assert set(found) == set(FUNCTIONS)
    for name, function in FUNCTIONS.items():
        entry = found[name]
        assert entry["ret"]["doc"] == function.description("en")
        assert entry["category"] in ("KPI measures", "PDCA cycle")
        assert not entry["volatile"]
        names = [argument["name"] for argument in entry["args"]]
        assert names == [argument.name for argument in function.arguments]
        for argument, declared in zip(entry["args"], function.arguments, strict=True):
            assert argument["doc"] == declared.description("en")
            assert ("optional" in argument) is declared.optional
            assert argument["options"] == {"convert": "raw"}


def test_xlwings_writes_its_own_wrappers_for_them(excel: Excel) -> None:
    module = excel.udfs.get_udf_module(FUNCTION_MODULE, None)
    text = io.StringIO()
    book = types.SimpleNamespace(Name="plan.xlsm")
    excel.udfs.generate_vba_wrapper(FUNCTION_MODULE, module, text, book)
    for name in FUNCTIONS:
        assert f"Function {name}(" in text.getvalue()
