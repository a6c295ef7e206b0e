"""What Calc hands over is read as the cell values that it stands for."""

from __future__ import annotations

from typing import Any, cast

import pytest

from kpixl.errors import ERROR_VALUES, CellError
from kpixl.functions import FUNCTIONS, Function
from kpixl.hosts.office.cells import ERROR_NAMES, Handed, all_texts, handed, method, single


def read(name: str, *given: Any, comma: bool = False) -> list[object]:
    """The arguments that a function gets when Calc calls its method."""
    got: list[object] = []

    class Listening:
        def __getattr__(self, attribute: str) -> Any:
            return getattr(FUNCTIONS[name], attribute)

        @property
        def python(self) -> object:
            raise TypeError  # the call is left to the thorough way

        def __call__(self, *arguments: object) -> float:
            got.extend(arguments)
            return 1.0

    function = cast(Function, Listening())
    assert method(function, lambda: comma, lambda result: result)(None, *given) == 1.0
    return got


def test_numbers_and_texts_are_returned_as_they_are_and_all_else_is_turned() -> None:
    def turned(result: object) -> object:
        return ("turned", result)

    gap = method(FUNCTIONS["KPI_GAP"], lambda: False, turned)
    assert gap(None, "90", "100", None, None) == -10.0
    assert gap(None, "", "100", None, None) == ""
    assert gap(None, "x", "100", None, None) == ("turned", CellError("#VALUE!"))
    assert gap(None, "90", "100", (("Lower",), ("",)), None) == ("turned", [[10.0], [-10.0]])


def test_plain_cells_are_answered_without_the_thorough_way() -> None:
    class Plainly:
        """A function that can do nothing but its work with typed values."""

        def __init__(self, name: str) -> None:
            function = FUNCTIONS[name]
            self.arguments, self.optional = function.arguments, function.optional
            self.gives, self.python = function.gives, function.python

    def called(name: str, *given: object) -> object:
        function = cast(Function, Plainly(name))
        return method(function, lambda: False, lambda result: ("turned", result))(None, *given)

    left_out = (None, None, None)
    assert called("KPI_STATUS", "95", "100", "Higher", 0.0, *left_out) == "Amber"
    assert called("KPI_STATUS", "150", "100", "Lower", 0.0, 0.0, 0.0, "ja") == "未達"
    assert called("KPI_STATUS", "95", "100", 0.0, 0.0, 0.95, 0.95, None) == "Green"
    assert called("KPI_STATUS", "", "100", 0.0, 0.0, *left_out) == "No data"
    assert called("KPI_GAP", "100", "90", "Range", 4.0) == -6.0
    assert called("KPI_GAP", "", "90", None, None) == ""
    assert called("KPI_ATTAINMENT", "5", "0", None, None) == ("turned", CellError("#DIV/0!"))


def test_each_of_many_figures_stays_itself() -> None:
    gap = method(FUNCTIONS["KPI_GAP"], lambda: False, lambda result: result)
    figures = [*range(3000), *range(2000, 3000), *range(1000)]
    found = [gap(None, str(one), "1000", None, 0.0) for one in figures]
    assert found == [one - 1000.0 for one in figures]


def test_what_is_wrong_is_told_each_time() -> None:
    gap = method(FUNCTIONS["KPI_GAP"], lambda: False, lambda result: result)
    for _ in range(2):
        assert gap(None, "1_000", "100", None, None) == CellError("#VALUE!")
        assert gap(None, "90", "100", "sideways", None) == CellError("#N/A")
        assert gap(None, "90", "100", "Range", 0.0) == CellError("#N/A")
        assert gap(None, "1E+300", "100", None, None) == CellError("#NUM!")
        assert gap(None, "", "100", (("Higher", "Lower"),), None) == [["", ""]]


class Cells:
    """A range as Calc hands it over: gaps where errors are, which single cells tell."""

    def __init__(self, rows: list[list[Any]]) -> None:
        self.rows = rows

    def getDataArray(self) -> tuple[tuple[Any, ...], ...]:  # noqa: N802 - Calc's name for it
        return tuple(
            tuple(None if isinstance(one, int) else one for one in row) for row in self.rows
        )

    def getCellByPosition(self, column: int, row: int) -> Any:  # noqa: N802 - as above
        number = self.rows[row][column]

        class Cell:
            def getError(self) -> int:  # noqa: N802 - as above
                return int(number)

        return Cell()


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("90", 90.0),
        ("-0.25", -0.25),
        ("-1.23456789012346E+018", -1.23456789012346e18),
        ("0.00000000066666666667", 6.6666666667e-10),
        ("", ""),
    ],
)
def test_numbers_come_as_text_and_are_numbers_again(text: str, number: object) -> None:
    assert read("KPI_GAP", text, "100", None, None) == [number, 100.0]


@pytest.mark.parametrize(
    "text", ["plenty", "nan", "inf", "-inf", "1_000", "１２", "▲12", "1,200", " 12", "12 ", "."]
)
def test_texts_of_people_stay_texts(text: str) -> None:
    assert read("KPI_GAP", text, "100") == [text, 100.0]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0,5", 0.5),
        ("-1234,25", -1234.25),
        ("1,5E+020", 1.5e20),
        ("1,200,000", "1,200,000"),
        ("one, two", "one, two"),
        (",", ","),
    ],
)
def test_a_decimal_comma_is_known_where_calc_writes_one(text: str, number: object) -> None:
    assert read("KPI_GAP", text, "1", comma=True) == [number, 1.0]


def test_words_and_ids_are_texts_even_where_they_look_like_numbers() -> None:
    found = read("PDCA_PHASE", "12", "3.5", "", "46113", "2026-04-01", "", "Stop", None)
    assert found == ["12", "3.5", "", 46113.0, "2026-04-01", "", "Stop"]


def test_a_zero_is_a_blank_where_an_argument_may_be_left_out() -> None:
    assert read("KPI_GAP", "0", "0", 0.0, 0.0) == [0.0, 0.0, None, None]
    assert read("KPI_GAP", "0", "5", "Range", 1.5) == [0.0, 5.0, "Range", 1.5]
    # The month and the goal must be given, yet a blank cell is no month and no goal.
    cells = Cells([["a", 1.0]])
    assert read("KPI_FORMULA", 0.0, cells, cells, cells)[0] is None
    assert read("KPI_SCORECARD", cells, cells, cells, 0.0)[3] is None


def test_what_was_left_out_is_not_handed_on() -> None:
    assert read("KPI_STATUS", "1", "2", None, None, 0.9, None, None) == [1.0, 2.0, None, None, 0.9]
    assert read("KPI_PROGRESS", "1", "2", "") == [1.0, 2.0, ""]


def test_ranges_come_with_their_errors() -> None:
    cells = Cells([[1.0, "text", ""], [532, 32767, 522]])
    (found, *_) = read("KPI_TO_DATE", cells, None, None)
    wrong = [CellError("#DIV/0!"), CellError("#N/A"), CellError("#VALUE!")]
    assert found == [[1.0, "text", ""], wrong]
    assert read("KPI_TO_DATE", Cells([[32767]])) == [CellError("#N/A")]
    assert read("KPI_TO_DATE", Cells([["▲12"]])) == ["▲12"]


def test_every_error_that_excel_has_goes_in_and_out() -> None:
    assert set(ERROR_NAMES.values()) == set(ERROR_VALUES)


def test_results_of_one_cell_are_that_cell() -> None:
    assert single([[3.0]]) == 3.0
    assert single([[3.0, 4.0]]) == [[3.0, 4.0]]
    assert single("Red") == "Red"
    assert all_texts([["a", ""]])
    assert not all_texts([["a", 1.0]])
    assert not all_texts([["a", CellError("#N/A")]])


def test_only_values_may_be_left_out() -> None:
    """Calc refuses a call that leaves out an argument of any other kind."""
    for function in FUNCTIONS.values():
        for argument in function.arguments:
            if argument.optional:
                assert handed(function, argument) is Handed.VALUE
