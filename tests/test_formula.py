"""Driver formulas are read as Excel reads them, and never executed as anything else (SPEC 3)."""

from __future__ import annotations

import pickle
from typing import Dict, Optional, Tuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpixl.errors import Problem
from kpixl.measures.formula import MAX_LENGTH, FormulaError, Input, evaluate, inputs, parse
from kpixl.words import LANGUAGES, problem_text


def value(text: str, **figures: Optional[float]) -> Optional[float]:
    return evaluate(parse(text), figures)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("5+2*3", 11),  # Microsoft, "Calculation operators and precedence in Excel"
        ("(5+2)*3", 21),  # the same page
        ("-2^2", 4),  # SPEC 3
        ("2^3^2", 64),  # SPEC 3
        ("0-2^2", -4),  # a minus between two figures is no sign
        ("2^-1", 0.5),
        ("--3", 3),
        ("+-3", -3),
        ("8/4/2", 1),
        ("8-4-2", 2),
        ("6/2*3", 9),
        ("50%", 0.5),
        ("200*10%", 20),
        ("4^50%", 2),  # % binds tighter than ^
        ("100%%", 0.01),
        ("-50%", -0.5),
        ("1.5E+2", 150),
        (".5", 0.5),
        ("=1+1", 2),
        (" = 1 + 1 ", 2),
        ("SUM(1,2,3)", 6),
        ("sum(1;2;3)", 6),
        ("MIN(4,2,9)", 2),
        ("Max(4,2,9)", 9),
        ("AVERAGE(1,2,6)", 3),
        ("ABS(-3)", 3),
        ("SUM(1)", 1),
        ("SUM(1+1,MAX(2,3)*2)", 8),
        ("６×７÷２", 21),
        ("７－２", 5),
        ("7−2", 5),
        ("（１＋２）＊３", 9),
    ],
)
def test_arithmetic_is_excels(text: str, expected: float) -> None:
    assert value(text) == pytest.approx(expected)


def test_a_formula_takes_other_goals_figures() -> None:
    # 1,000 visits, 3 % of them buy, 50 each.
    assert value("VISITS*CVR*AOV", VISITS=1000, CVR=0.03, AOV=50) == pytest.approx(1500)


def test_ids_are_read_without_case_or_width() -> None:
    assert value("visits*ｃｖｒ", VISITS=100, CVR=0.5) == 50
    assert value("売上/客数", 売上=100, 客数=4) == 25


def test_the_longest_known_id_wins() -> None:
    names = ["A", "A-B", "A.B", "SALES 2026", "A-B-C"]
    assert inputs(parse("A-B", names)) == ("A-B",)
    assert inputs(parse("A-B-C", names)) == ("A-B-C",)
    assert inputs(parse("A - A-B", names)) == ("A", "A-B")
    assert inputs(parse("a.b+sales 2026", names)) == ("A.B", "SALES 2026")
    assert inputs(parse("A-2", names)) == ("A",)


def test_a_known_id_is_not_found_inside_a_longer_word() -> None:
    with pytest.raises(FormulaError) as raised:
        parse("SALESMEN*2", ["SALES"])
    assert (raised.value.code, raised.value.token) == ("formula-unknown-goal", "SALESMEN")


def test_an_id_may_begin_with_a_digit_but_a_number_stays_a_number() -> None:
    assert inputs(parse("3PL*2", ["3PL"])) == ("3PL",)
    assert inputs(parse("100*A", ["100", "A"])) == ("A",)


def test_a_goal_may_be_called_like_a_function() -> None:
    assert value("MAX*2", MAX=4) == 8


def test_inputs_stand_once_and_in_order() -> None:
    assert inputs(parse("B*A+SUM(B,C,-A%)")) == ("B", "A", "C")
    assert inputs(parse("1+2")) == ()


@pytest.mark.parametrize(
    ("text", "figures"),
    [
        ("A/B", {"A": 1.0, "B": 0.0}),
        ("A+B", {"A": 1.0}),
        ("A+B", {"A": 1.0, "B": None}),
        ("SUM(A,B)", {"A": 1.0, "B": None}),  # a sum with a part missing is not a sum
        ("A^0.5", {"A": -1.0}),
        ("0^0", {}),  # #NUM! in Excel
        ("0^-1", {}),
        ("10^400", {}),
        ("A*A", {"A": 1e300}),
        ("1/(A*A)", {"A": 1e300}),  # an overflow does not come back as 0
        ("A", {"A": float("nan")}),
        ("SUM(A,A)", {"A": 1.7e308}),
    ],
)
def test_without_a_result_the_figure_is_not_available(
    text: str, figures: Dict[str, Optional[float]]
) -> None:
    assert evaluate(parse(text), figures) is None


@pytest.mark.parametrize(
    ("text", "code", "position"),
    [
        ("", "formula-incomplete", 1),
        ("=", "formula-incomplete", 2),
        ("A+", "formula-incomplete", 3),
        ("(A+B", "formula-incomplete", 5),
        ("A+B)", "formula-syntax", 4),
        ("A B", "formula-syntax", 3),
        ("A+*B", "formula-syntax", 3),
        ("2 3", "formula-syntax", 3),
        ("A,B", "formula-syntax", 2),
        ("SUM()", "formula-syntax", 5),
        ("ABS(1,2)", "formula-syntax", 6),
        ("A=B", "formula-syntax", 2),
        ("A&B", "formula-syntax", 2),
        ('"x"', "formula-syntax", 1),
        ("1E999", "formula-syntax", 1),
        ("IF(A,1,2)", "formula-unknown-function", 1),
        ("2*A(3)", "formula-unknown-function", 3),
        ("__import__('os')", "formula-unknown-function", 1),
    ],
)
def test_what_cannot_be_read_is_reported_with_its_place(
    text: str, code: str, position: int
) -> None:
    with pytest.raises(FormulaError) as raised:
        parse(text)
    assert (raised.value.code, raised.value.position) == (code, position)


@pytest.mark.parametrize(
    "text",
    [
        "(" * 10_000,
        "(" * 4_000 + "1" + ")" * 4_000,
        "SUM(" * 2_000 + "1" + ")" * 2_000,
        "1" + "%" * 8_000,
        "A" * (MAX_LENGTH + 1),
        "((((((((((" * 4 + "1" + "))))))))))" * 4,
    ],
)
def test_hostile_formulas_are_refused(text: str) -> None:
    with pytest.raises(FormulaError) as raised:
        parse(text)
    assert raised.value.code in {"formula-too-complex", "formula-too-long"}


def test_long_but_honest_formulas_are_read() -> None:
    # A company with 1,000 shops adds them up one by one.
    shops = {f"S{number}": 1.0 for number in range(1000)}
    node = parse("+".join(shops), list(shops))
    assert evaluate(node, shops) == 1000
    assert len(inputs(node)) == 1000
    assert value("-" * 1001 + "1") == -1
    assert value("^".join("1" * 2000)) == 1


def test_trees_travel_between_processes() -> None:
    node = parse("(" * 29 + "A" + "+1)*2" * 29)
    assert pickle.loads(pickle.dumps(node)) == node  # noqa: S301 - our own bytes


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("text", ["", "A)", "FOO(1)", "X", "(" * 40, "1" * 9000])
def test_every_fault_has_a_sentence_and_a_mend(text: str, language: str) -> None:
    with pytest.raises(FormulaError) as raised:
        parse(text, ["A"])
    # As the Goals sheet reports it: the goal is told beside what the formula knows.
    details = {"goal": "K1", **raised.value.details}
    told = problem_text(Problem(raised.value.code, found=text, details=details), language)
    assert told.what
    assert told.expected
    assert told.mend
    assert "{" not in told.what + told.expected + told.mend


@given(st.text(alphabet="AB12.+-*/^%(),; =SUM×売", max_size=40))
def test_any_text_is_a_formula_or_a_formula_error(text: str) -> None:
    fault: Optional[FormulaError] = None
    try:
        node = parse(text, ["A", "B", "A-B", "売"])
    except FormulaError as raised:
        fault = raised
    if fault is not None:
        assert 1 <= fault.position <= len(text) + 2
    else:
        result = evaluate(node, {"A": 2.0, "B": 0.0, "A-B": -1.0, "売": 3.0})
        assert result is None or isinstance(result, float)


def bracketed(parts: Tuple[str, str, str]) -> str:
    return f"({''.join(parts)})"


@given(st.recursive(
    st.integers(0, 9).map(str),
    lambda parts: st.tuples(parts, st.sampled_from("+-*"), parts).map(bracketed),
    max_leaves=12,
))  # fmt: skip
def test_plain_arithmetic_agrees_with_python(text: str) -> None:
    assert value(text) == eval(text)  # noqa: S307 - made of digits and operators above


def test_an_id_alone_is_a_formula() -> None:
    assert parse("A") == Input("A")
