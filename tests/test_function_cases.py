"""The calls that every host is tried with."""

from __future__ import annotations

import pytest

from kpixl.functions import FUNCTIONS
from tests.function_cases import CASES, ORDINARY


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_function_is_tried_in_every_host(name: str) -> None:
    assert len(CASES[name]) >= 50
    titles = [case.name for case in CASES[name]]
    assert len(set(titles)) == len(titles)


def test_no_case_is_for_a_function_that_does_not_exist() -> None:
    assert set(ORDINARY) <= set(FUNCTIONS)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_cases_are_calls_that_a_sheet_can_make(name: str) -> None:
    declared = FUNCTIONS[name].arguments
    required = sum(not one.optional for one in declared)
    for case in CASES[name]:
        assert required <= len(case.arguments) <= len(declared), case.name
        for given in case.arguments:
            if isinstance(given, list):
                assert len({len(row) for row in given}) == 1, case.name


@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_first_ordinary_call_gives_every_argument(name: str) -> None:
    whole = next(iter(ORDINARY[name].values()))
    assert len(whole) == len(FUNCTIONS[name].arguments)
