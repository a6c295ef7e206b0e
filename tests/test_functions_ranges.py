"""Ranges are what their cells are, and plain cells what the thorough way gives (SPEC 10).

Plain numbers and words take a short way through a call, whole columns are read at once: nobody
may see a difference. How ranges spread over a result is worked out here anew, from Excel's rules.
"""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from itertools import product
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kpixl.errors import CellError
from kpixl.functions import FUNCTIONS, Argument, Function, Kind, Shape
from kpixl.functions.calls import call
from tests.function_cases import ACTIONS, CASES, GOALS, ORDINARY

NA, VALUE, REF = CellError("#N/A"), CellError("#VALUE!"), CellError("#REF!")
DIVISION = CellError("#DIV/0!")
EVERY = pytest.mark.parametrize("function", FUNCTIONS.values(), ids=list(FUNCTIONS))

WORDS = [
    "Higher", "Lower", "範囲", "高いほど良い", "lower ", "Sum", "平均", "Last", "Red", "達成",
    "No data", "Adjust", "標準化", "ja", "English", "日本語", "%", "％", "円", "percent",
]  # fmt: skip
TEXTS = ["", " ", "\u3000", "▲12", "△3", "(12)", "１２", "3.2%", "¥1,200", "#N/A", "K1", "=", "x",
         "2026-04-01", "2026年5月"]  # fmt: skip

numbers = st.one_of(
    st.floats(-1e6, 1e6), st.sampled_from([0.0, -0.0, 100.0, 90.0, 46113.0, 1e15, 1.1e15, 5e-324])
)
odd = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.sampled_from(TEXTS),
    st.text(max_size=4), st.sampled_from([NA, REF, DIVISION, VALUE]),
    st.dates(date(1900, 1, 1)), st.datetimes(datetime(1900, 1, 1)),  # noqa: DTZ001
    st.decimals(), st.sampled_from([10**400, Decimal("12.5"), b"x", 1j, {}, object]),
)  # fmt: skip
cells = st.one_of(numbers, numbers, st.sampled_from(WORDS), odd)


def ranges_of(one: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Ranges of all shapes, as lists or tuples: hosts hand over either."""
    lists = st.lists(st.lists(one, max_size=3), max_size=4)
    column = st.lists(st.tuples(one), min_size=1, max_size=5).map(tuple)
    row = st.lists(one, min_size=1, max_size=4).map(lambda line: (tuple(line),))
    uneven = st.lists(st.one_of(one, st.tuples(one)), max_size=3)
    return st.one_of(lists, column, row, uneven, st.tuples(st.tuples(one)))


def fitting(argument: Argument) -> st.SearchStrategy[Any]:
    """What is often right for the argument."""
    if argument.kind is Kind.NUMBER:
        return numbers
    return st.sampled_from([None, *WORDS, 46113.0])


def for_argument(argument: Argument) -> st.SearchStrategy[Any]:
    if argument.shape is not Shape.SCALAR:
        return st.one_of(
            ranges_of(cells),
            st.sampled_from([ACTIONS, GOALS, None, REF]),
            cells,
            ranges_of(numbers),
        )
    likely = fitting(argument)
    return st.one_of(likely, cells, ranges_of(likely), ranges_of(st.one_of(likely, cells)))


def arguments_of(function: Function) -> st.SearchStrategy[tuple[Any, ...]]:
    whole = st.tuples(*map(for_argument, function.arguments))
    least = len(function.arguments) - function.optional
    return st.tuples(whole, st.integers(least, len(function.arguments))).map(
        lambda drawn: drawn[0][: drawn[1]]
    )


def same(one: object, other: object) -> bool:
    """Equal, and of one type: 1 is not TRUE, and 0 is not a blank."""
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    return type(one) is type(other) and one == other


# ---- How ranges spread, worked out from Excel's rules ----------------------------------------


def as_block(value: object) -> list[list[object]] | None:
    """A range as rows filled up to one length; None for a single cell."""
    if not isinstance(value, (list, tuple)):
        return None
    lines = [list(one) if isinstance(one, (list, tuple)) else [one] for one in value]
    if all(not isinstance(one, (list, tuple)) for one in value):
        lines = [list(value)]
    width = max([1, *map(len, lines)])
    return [line + [None] * (width - len(line)) for line in lines] or [[None]]


def cell_for(block: list[list[object]], row: int, column: int) -> object:
    row = 0 if len(block) == 1 else row
    column = 0 if len(block[0]) == 1 else column
    inside = row < len(block) and column < len(block[0])
    return block[row][column] if inside else NA


def one_by_one(function: Function, arguments: tuple[Any, ...]) -> object:
    """The same call, made cell by cell."""
    blocks = [
        as_block(value) if declared.shape is Shape.SCALAR else None
        for declared, value in zip(function.arguments, arguments, strict=False)
    ]
    spread = [block for block in blocks if block is not None]
    if not spread:
        return function(*arguments)
    height, width = max(map(len, spread)), max(len(block[0]) for block in spread)
    results = [
        [
            function(
                *(
                    value if block is None else cell_for(block, row, column)
                    for value, block in zip(arguments, blocks, strict=True)
                )
            )
            for column in range(width)
        ]
        for row in range(height)
    ]
    if function.gives is Shape.SCALAR:
        return results
    only = results[0][0]
    if function.gives is Shape.TABLE:
        one_cell = only if isinstance(only, list) else [[only]]
        return one_cell if height * width == 1 else VALUE
    if function.gives is Shape.COLUMN:
        if height > 1:
            return VALUE
        columns = [
            [row[0] for row in one] if isinstance(one, list) else [one] for one in results[0]
        ]
        return [list(row) for row in zip(*equally_long(columns), strict=True)]
    if width > 1:
        return VALUE
    return equally_long([one[0] if isinstance(one, list) else [one] for (one,) in results])


def equally_long(lines: Sequence[Sequence[object]]) -> list[list[object]]:
    """A blank or an error stands for the whole row or column that it is the result of."""
    longest = max(map(len, lines))
    return [list(line) * longest if len(line) == 1 else list(line) for line in lines]


@EVERY
@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(data=st.data())
def test_a_range_gives_what_each_of_its_cells_gives(function: Function, data: st.DataObject):
    arguments = data.draw(arguments_of(function))
    assert same(function(*arguments), one_by_one(function, arguments))


@EVERY
@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(data=st.data())
def test_the_short_way_gives_what_the_thorough_way_gives(function: Function, data: st.DataObject):
    drawn = st.tuples(
        *(
            st.one_of(fitting(one), cells) if one.shape is Shape.SCALAR else for_argument(one)
            for one in function.arguments
        )
    )
    arguments = data.draw(drawn)
    thorough = call(function, arguments, {})
    assert same(function(*arguments), thorough)
    assert same(function(*arguments), thorough), "what was remembered says the same"


@EVERY
def test_the_calls_that_every_host_is_tried_with_spread_alike(function: Function):
    for case in CASES[function.name]:
        assert same(function(*case.arguments), one_by_one(function, case.arguments)), case.name


@EVERY
def test_a_range_of_one_cell_is_that_cell(function: Function):
    for arguments in ORDINARY[function.name].values():
        plain = function(*arguments)
        expected = plain if isinstance(plain, list) else [[plain]]
        for place, declared in enumerate(function.arguments[: len(arguments)]):
            given_one = arguments[place]
            if declared.shape is Shape.SCALAR and not isinstance(given_one, list):
                for one in ([[given_one]], ((given_one,),), [given_one]):
                    changed = (*arguments[:place], one, *arguments[place + 1 :])
                    assert same(function(*changed), expected)


@pytest.mark.parametrize("shape", [(1, 1), (1, 3), (3, 1), (3, 3), (2, 3), (3, 2), (2, 2)])
def test_how_two_ranges_spread(shape: tuple[int, int]):
    # actual 1 … 9 as a block of three by three, target a block of zeros of some shape
    actual = [[float(3 * row + column + 1) for column in range(3)] for row in range(3)]
    height, width = shape
    found = FUNCTIONS["KPI_GAP"](actual, tuple((0.0,) * width for _ in range(height)))
    assert found == [
        [
            actual[row][column]
            if (height == 1 or row < height) and (width == 1 or column < width)
            else NA
            for column in range(3)
        ]
        for row in range(3)
    ]


# ---- Columns of many rows ---------------------------------------------------------------------


def test_a_long_column_with_all_that_cells_may_hold():
    rows: list[tuple[object, object, object, object]] = [
        # actual, target, direction, what comes out
        (90.0, 100.0, "Higher", -10.0),
        (90.0, 100.0, "低いほど良い", 10.0),
        (90.0, 100.0, None, -10.0),
        (90, "１００", "", -10.0),
        ("▲12", Decimal(8), None, -20.0),
        (None, 100.0, None, ""),
        (" ", 100.0, "sideways", ""),  # a blank comes before an unknown word
        (None, REF, None, REF),  # an error before a blank
        (90.0, 100.0, "sideways", NA),
        (90.0, 100.0, "Range", NA),
        ("many", REF, None, REF),
        ("many", 100.0, "sideways", VALUE),  # the first of two faults
        (True, 100.0, None, VALUE),
        (date(2026, 4, 1), 46000.0, None, 113.0),
        (2e15, 1.0, None, CellError("#NUM!")),
        (float("nan"), 1.0, None, CellError("#NUM!")),
    ]
    many = rows * 50
    columns = [tuple((row[place],) for row in many) for place in range(3)]
    assert FUNCTIONS["KPI_GAP"](*columns) == [[row[3]] for row in many]


def test_whole_numbers_stay_numbers_and_truth_values_are_none():
    assert same(FUNCTIONS["KPI_GAP"](90, 100), -10.0)
    assert FUNCTIONS["KPI_GAP"](1, False) == VALUE
    assert FUNCTIONS["KPI_STATUS"](1, 1, None, None, True) == VALUE


def test_no_more_texts_are_remembered_than_a_vocabulary_could_need():
    unit = FUNCTIONS["KPI_GROWTH"].arguments[2]
    column = [[f"unit {n}"] for n in range(1000)]
    assert FUNCTIONS["KPI_GROWTH"](110.0, 100.0, column) == [[0.1]] * 1000
    assert FUNCTIONS["KPI_GROWTH"](110.0, 100.0, "%") == 10
    assert len(unit.meanings) <= 256


def test_one_argument_that_is_wrong_is_wrong_in_every_row():
    column = [[1.0], [None], [REF]]
    assert FUNCTIONS["KPI_GAP"](column, 1.0, "sideways") == [[NA], [""], [REF]]
    assert FUNCTIONS["KPI_GAP"](column, None) == [[""], [""], [REF]]
    assert FUNCTIONS["KPI_GAP"](column, DIVISION) == [[DIVISION], [DIVISION], [REF]]


def test_a_range_that_is_wrong_is_wrong_for_every_cell():
    # an aggregation for each of three cells, over the same values
    words = [["Sum"], ["Max"], [None]]
    assert FUNCTIONS["KPI_TO_DATE"]([[1.0, 5.0]], words) == [[6.0], [5.0], [6.0]]
    assert FUNCTIONS["KPI_TO_DATE"]([[1.0, "x"]], words) == [[VALUE]] * 3
    assert FUNCTIONS["KPI_TO_DATE"](REF, words) == [[REF]] * 3
    assert FUNCTIONS["KPI_TO_DATE"](None, words) == [[""]] * 3
    assert FUNCTIONS["KPI_TO_DATE"](7.0, words) == [[7.0]] * 3


# ---- The declarations -------------------------------------------------------------------------


@EVERY
def test_the_python_function_takes_what_is_declared(function: Function):
    assert list(inspect.signature(function.python).parameters) == [
        argument.name for argument in function.arguments
    ]


@pytest.mark.parametrize("language", ["en", "ja"])
def test_the_short_way_speaks_both_languages(language: str):
    told = {"en": ("Green", "Amber", "Red"), "ja": ("達成", "注意", "未達")}[language]
    for actual, word in zip((100.0, 95.0, 80.0), told, strict=True):
        assert FUNCTIONS["KPI_STATUS"](actual, 100.0, language=language) == word
        blanks = (None,) * 4
        assert FUNCTIONS["KPI_STATUS"](actual, 100.0, *blanks, language) == word


@pytest.mark.parametrize(("first", "second"), [*product(("Higher", "Lower"), repeat=2)])
def test_what_one_call_said_does_not_change_the_next(first: str, second: str):
    signs = {"Higher": -10.0, "Lower": 10.0}
    assert FUNCTIONS["KPI_GAP"](90.0, 100.0, first) == signs[first]
    assert FUNCTIONS["KPI_GAP"](90.0, 100.0, second) == signs[second]
    assert FUNCTIONS["KPI_GAP"](90.0, 100.0) == -10.0
