"""Findings and error values: made of their parts, compared by them, never changed."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import pytest

from kpixl.errors import CellError, Problem, UsageProblem
from kpixl.functions import FUNCTIONS, Argument, Kind, Shape
from kpixl.jobs import NotReadable


def test_a_problem_is_its_parts():
    found = Problem("not-a-number", "Plan", cell="C4", goals=("K1",))
    assert (found.code, found.sheet, found.cell, found.goals) == (
        "not-a-number", "Plan", "C4", ("K1",),
    )  # fmt: skip
    assert (found.found, found.details, found.structural) == ("", {}, False)
    assert found == Problem("not-a-number", sheet="Plan", cell="C4", goals=("K1",))
    assert found != Problem("not-a-number", sheet="Plan", cell="C5", goals=("K1",))
    assert "cell='C4'" in repr(found)


def test_error_values_are_themselves_wherever_they_come_from():
    assert len({CellError("#N/A"), CellError("#N/A"), CellError("#REF!")}) == 2
    assert CellError("#N/A") != "#N/A"
    assert str(CellError("#SPILL!")) == "#VALUE!"


@pytest.mark.parametrize(
    "one", [Problem("x", details={"n": 1}), CellError("#N/A"), Argument("a"), FUNCTIONS["KPI_GAP"]]
)
def test_what_is_handed_to_another_process_arrives_equal(one: object):
    assert pickle.loads(pickle.dumps(one)) == one  # noqa: S301 - made here


def test_a_fault_is_told_alike_in_another_process():
    fault = NotReadable([Problem("x", details={"fault": UsageProblem("y", found="z")})])
    there = pickle.loads(pickle.dumps(fault))  # noqa: S301 - made here
    assert (type(there), str(there)) == (NotReadable, str(fault))
    assert str(there.problems[0].details["fault"]) == "y(found='z')"


@pytest.mark.parametrize("name", [Kind.DATE, Shape.TABLE])
def test_a_name_is_the_same_one_wherever_it_comes_from(name: Kind | Shape):
    assert pickle.loads(pickle.dumps(name)) is name  # noqa: S301 - made here
    assert copy.deepcopy(name) is name
    assert repr(name) == f"{type(name).__name__}.{name.name}"
    assert (name.name.lower(), {name: 1}[name]) == (name.value, 1)


def test_nothing_is_changed_afterwards():
    made: Any = Problem("x")
    with pytest.raises(AttributeError, match="never changes"):
        made.code = "y"


@pytest.mark.parametrize(
    ("given", "named"),
    [((), {}), (("x",), {"code": "y"}), (("x",), {"colour": "red"}), (tuple("abcdefghijk"), {})],
)
def test_a_problem_that_does_not_fit_cannot_be_made(given: tuple[Any, ...], named: dict[str, Any]):
    with pytest.raises(TypeError, match="Problem"):
        Problem(*given, **named)
