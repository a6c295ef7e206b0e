"""How good past outlooks were: errors and their side, by hand."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO

import pdfplumber
import pytest

from kpixl.measures.kinds import Aggregation, Direction
from kpixl.pack.contexts import Pack
from kpixl.pack.html import for_browser
from kpixl.pack.insight_contexts import LandingPage
from kpixl.pack.pages import PackOptions, build_pack
from kpixl.pack.pdf import pack_pdf
from kpixl.plan.model import Plan, Series
from kpixl.plan.month import Month
from kpixl.review.insights import NO_RECORD
from kpixl.review.landing_sentences import landing_sentence
from kpixl.review.outlooks import owner_records
from kpixl.review.review import review
from kpixl.review.scope import scoped
from tests.packs import pack_of
from tests.plans import APRIL, PRIOR_APRIL, goal, plan_of, series, with_settings

SEPTEMBER = Month(2026, 9)
SETTINGS = with_settings(review_month=SEPTEMBER)
AHEAD = [None] * 6 + [100.0] * 6
ACTUALS = [100, 110, 90, 100, 95, 105]  # 600 in all


def expected(past, ahead: float = 100.0) -> Series:
    return series(APRIL, [*past, *[None] * (6 - len(past)), *[ahead] * 6])


def book(*goals, **outlook) -> Plan:
    ids = [one.id for one in goals]
    return plan_of(
        *goals, settings=SETTINGS, actuals=dict.fromkeys(ids, ACTUALS),
        plan=dict.fromkeys(ids, [100] * 12), outlook=outlook,
    )  # fmt: skip


def record(plan: Plan, goal_id: str = "A"):
    return review(plan).by_id[goal_id].outlooks


# 104 - 100, 115 - 110, 99 - 90, 100 - 100, 92 - 95, 108 - 105: 4 + 5 + 9 + 0 + 3 + 3 = 24 of 600,
# 4 + 5 + 9 - 3 + 3 = 18 of it too high.
PAST = [104, 115, 99, 100, 92, 108]


@pytest.mark.parametrize("aggregation", list(Aggregation))
def test_the_error_is_the_sum_of_misses_in_relation_to_the_sum_of_actuals(aggregation):
    found = record(book(goal("A", aggregation=aggregation), A=expected(PAST)))
    assert (found.months, found.goals) == (6, 1)
    assert found.error == pytest.approx(24 / 600)
    assert found.bias == pytest.approx(18 / 600)
    assert (found.lean, found.telling) == (1, True)


def test_too_much_is_cautious_where_lower_is_better():
    found = record(book(goal("A", direction=Direction.LOWER), A=expected(PAST)))
    assert found.error == pytest.approx(24 / 600)
    assert (found.bias, found.lean) == (pytest.approx(-18 / 600), -1)


def test_a_range_is_too_high_or_too_low():
    found = record(book(goal("A", direction=Direction.RANGE, tolerance=5.0), A=expected(PAST)))
    assert (found.bias, found.lean) == (pytest.approx(18 / 600), 1)
    whole = review(book(goal("A", direction=Direction.RANGE, tolerance=5.0), A=expected(PAST)))
    text = landing_sentence(whole, whole.by_id["A"], "en")
    assert text.endswith("were off by 4.0% on average over 6 months, mostly too high.")


def test_misses_on_both_sides_lean_to_neither():
    # 3 too high, 3 too low and 2 too high: 8 of 295 missed, 2 left, which is no more than half.
    found = record(book(goal("A"), A=expected([103, 107, None, 102])))
    assert found.error == pytest.approx(8 / 310)
    assert found.bias == pytest.approx(2 / 310)
    assert (found.months, found.lean) == (3, 0)


def test_fewer_than_three_months_are_too_few_to_say():
    found = record(book(goal("A"), A=expected([104, 115])))
    assert (found.months, found.telling) == (2, False)
    whole = review(book(goal("A"), A=expected([104, 115])))
    assert "Past outlooks" not in landing_sentence(whole, whole.by_id["A"], "en")


def test_only_months_that_are_reported_and_still_have_an_outlook_count():
    actuals = [100, None, 90, 100, 95, 105, 999]  # October lies after the review month
    plan = plan_of(
        goal("A"), settings=SETTINGS, actuals={"A": actuals}, plan={"A": [100] * 12},
        outlook={"A": series(APRIL, [110, 115, None, 100, 95, 105, 120, 120, 120, 120, 120, 120])},
    )  # fmt: skip
    found = record(plan)
    # April 10 too high; July, August and September as they came; May is blank, June has none.
    assert (found.months, found.error) == (4, pytest.approx(10 / 400))


def test_earlier_years_count_too():
    plan = plan_of(
        goal("A"), settings=SETTINGS, actuals={"A": ACTUALS}, plan={"A": [100] * 12},
        prior={"A": [50] * 12}, outlook={"A": series(PRIOR_APRIL, [60, 60])},
    )  # fmt: skip
    assert (record(plan).months, record(plan).error) == (2, pytest.approx(20 / 100))


def test_what_was_expected_of_another_definition_does_not_count():
    june = APRIL.plus(2)
    plan = plan_of(
        goal("A", unit="cases", valid_to=APRIL.plus(1)), goal("A", valid_from=june),
        settings=SETTINGS, actuals={"A": ACTUALS}, plan={"A": [100] * 12},
        outlook={"A": expected(PAST)},
    )  # fmt: skip
    # June to September: 9 + 0 + 3 + 3 of 90 + 100 + 95 + 105.
    assert (record(plan).months, record(plan).error) == (4, pytest.approx(15 / 390))


def test_actuals_of_zero_have_no_relative_error():
    plan = plan_of(
        goal("A"), settings=SETTINGS, actuals={"A": [0] * 6}, plan={"A": [0] * 12},
        outlook={"A": expected([1, 1, 1, 1])},
    )  # fmt: skip
    assert (record(plan).months, record(plan).error, record(plan).telling) == (4, None, False)


def test_a_formula_goals_outlook_is_that_of_its_inputs():
    plan = plan_of(
        goal("T", formula="N*P"), goal("N"), goal("P", owner="Ito"), settings=SETTINGS,
        actuals={"N": [10, 10, 10], "P": [2, 2, 2]}, plan={"N": [10] * 12, "P": [2] * 12},
        outlook={"N": series(APRIL, [11, 12, 10, 10]), "P": series(APRIL, [2, 2.5, 2])},
    )  # fmt: skip
    # 22, 30 and 20 were expected of 20 each; in July P has none.
    found = review(plan)
    assert found.by_id["T"].outlooks.months == 3
    assert found.by_id["T"].outlooks.error == pytest.approx(12 / 60)
    # Its owner is judged by what they entered themselves: N, not T. N: 1 + 2 + 0 of 30.
    owners = {entry.owner: entry for entry in owner_records(found)}
    assert [one.id for one in owners["Sato"].goals] == ["N"]
    assert owners["Sato"].record.error == pytest.approx(3 / 30)
    assert owners["Ito"].record.error == pytest.approx(0.5 / 6)


def owners_book() -> Plan:
    # A: 24 of 600 in 6 months, 18 too high; B: Lower, 3 months, 10 too low each, 30 of 300 (100 +
    # 110 + 90), which is too optimistic; R: Range, 2 months, 20 too low each of 210.
    return book(
        goal("A"), goal("B", direction=Direction.LOWER, owner="sato "),
        goal("R", direction=Direction.RANGE, tolerance=1.0), goal("C", owner="Ito"),
        A=expected(PAST), B=expected([90, 100, 80]), R=expected([80, 90]), C=expected([]),
    )  # fmt: skip


def test_an_owners_record_is_the_mean_of_the_goals_weighted_by_months():
    (owner,) = owner_records(review(owners_book()))
    found = owner.record
    assert (owner.owner, found.goals, found.months) == ("Sato", 3, 11)
    errors = (6 * 24 / 600 + 3 * 30 / 300 + 2 * 40 / 210) / 11
    assert found.error == pytest.approx(errors)
    # A Range goal has no part in what is optimistic.
    assert found.bias == pytest.approx((6 * 18 / 600 + 3 * 30 / 300) / 9)
    assert found.lean == 1


def test_a_scope_holds_the_records_of_its_own_goals_only():
    part = scoped(review(owners_book()), "B")
    (owner,) = owner_records(part)
    assert ([one.id for one in owner.goals], owner.record.months) == (["B"], 3)


def test_roll_ups_and_books_without_outlooks_have_none():
    assert record(book(goal("A"))) == NO_RECORD
    assert owner_records(review(book(goal("A")))) == ()


# Words and pages


def test_the_landing_sentence_says_how_good_the_owners_outlooks_were():
    whole = review(book(goal("A"), A=expected(PAST)))
    english = landing_sentence(whole, whole.by_id["A"], "en")
    assert english.endswith(
        " Past outlooks were off by 4.0% on average over 6 months, mostly too optimistic."
    )
    japanese = landing_sentence(whole, whole.by_id["A"], "ja")
    assert japanese.endswith("過去の見込の誤差は平均4.0%です（6か月、楽観的な傾向）。")
    # Where no outlook leads, there is nothing to be warned of.
    short = review(book(goal("A"), A=series(APRIL, [float(one) for one in PAST])))
    assert "Past outlooks" not in landing_sentence(short, short.by_id["A"], "en")


def landing_of(pack: Pack) -> LandingPage:
    (found,) = [page for page in pack.pages if isinstance(page, LandingPage)]
    return found


def test_the_landing_page_shows_goals_and_owners():
    page = landing_of(pack_of(owners_book()))
    rows = {row.name: row for row in page.rows}
    assert (rows["A"].record, rows["R"].record, rows["C"].record) == ("±4.0%", "(2 mo.)", "")
    first, *goals = page.owners
    assert (first.owner, first.goal, first.months, first.whole) == ("Sato", "3 goals", "11", True)
    assert (first.error, first.lean) == ("8.4%", "too optimistic")  # 0.0837
    assert [(row.goal, row.months, row.error, row.lean) for row in goals] == [
        ("A", "6", "4.0%", "too optimistic"),
        ("B", "3", "10.0%", "too optimistic"),
        ("R", "2", "too few to say", "–"),
    ]
    assert page.owners_note


@pytest.mark.parametrize("language", ["en", "ja"])
def test_an_outlook_without_a_past_adds_no_table(language: str):
    pack = pack_of(book(goal("A"), A=series(SEPTEMBER.plus(1), AHEAD[6:])), language)
    assert landing_of(pack).expected
    assert landing_of(pack).owners == ()
    assert 'class="records"' not in for_browser(pack)


@pytest.mark.usefixtures("by_each_engine")
@pytest.mark.parametrize("language", ["en", "ja"])
def test_records_on_a_page_of_their_own_have_its_heading(language: str) -> None:
    ids = [f"G{n}" for n in range(20)]
    plan = book(
        *(goal(key, owner=f"O{key}") for key in ids), **{key: expected(ACTUALS) for key in ids}
    )
    pack = build_pack(review(plan), PackOptions(language, ("landing",)))
    (page,) = pack.pages
    assert isinstance(page, LandingPage)
    assert len(page.owners) == 20
    pdf = pack_pdf(pack)
    with pdfplumber.open(BytesIO(pdf)) as document:
        texts = [found.extract_text() for found in document.pages]
    assert len(texts) == 2
    heads = ["".join(text.split()) for text in texts]
    title = "".join(page.title.split())
    mark = {"en": "(continued)", "ja": "（つづき）"}[language]
    assert title in heads[0]
    assert mark not in heads[0]
    assert title + mark in heads[1].replace("(つづき)", mark)
    few = replace(plan, outlook={"G0": plan.outlook["G0"]})
    (short,) = build_pack(review(few), PackOptions(language, ("landing",))).pages
    assert isinstance(short, LandingPage)
    assert short.records_title == ""
