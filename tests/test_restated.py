"""A figure is restated where it differs from what was last sent of it, and nowhere else."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from kpixl.measures.kinds import Status
from kpixl.plan.model import Level, State
from kpixl.plan.month import Month
from kpixl.review.figures import Review
from kpixl.review.published import Figure
from kpixl.review.restated import (
    Change,
    Edition,
    Published,
    Restatement,
    is_restated,
    restatements,
    sent_figures,
)
from kpixl.review.restated_sentences import (
    correction_text,
    edition_remark,
    replaces_text,
    restated_sentence,
    restated_style,
    restated_text,
)
from kpixl.review.review import review
from kpixl.review.scope import scoped
from tests.plans import goal, plan_of, with_settings

APRIL, MAY, JUNE, JULY = (Month(2026, n) for n in (4, 5, 6, 7))
SENT = date(2026, 6, 9)


def sales(actual: list[float | None], plan: list[float | None] | None = None) -> Review:
    """One goal, planned at 100 a month, reviewed in June 2026."""
    return review(
        plan_of(
            goal("A", name="Sales"), actuals={"A": actual}, plan={"A": plan or [100.0] * 12},
            prior={"A": [80.0] * 12},
        )
    )  # fmt: skip


def sent(month: Month, actual: float | None = 100.0, **fields: Any) -> Published:
    """Sales as the pack of May 2026 has shown them."""
    usual: dict[str, Any] = {"plan": 100.0, "sent": SENT, "month_sent": MAY, "edition": 1}
    return Published("A", month, actual, **{**usual, **fields})


def closed(month: Month, actual: float | None, **fields: Any) -> Published:
    """Sales as May 2026 was closed with, a day after its pack was sent."""
    usual = {"sent": date(2026, 6, 10), "edition": 0, "closing": 1, "final": True}
    return sent(month, actual, **{**usual, **fields})


def final(actual: list[float | None]) -> Review:
    """The same goal in a pack of final figures."""
    found = sales(actual)
    return replace(found, settings=with_settings(state=State.FINAL))


def kinds(found: tuple[Restatement, ...]) -> list[tuple[float | None, float | None, Change]]:
    return [(entry.old, entry.new, entry.change) for entry in found]


def brief(found: tuple[Restatement, ...]) -> list[tuple[str, str, float | None, float | None]]:
    return [(str(entry.month), entry.measure, entry.old, entry.new) for entry in found]


# ---- What is one ----------------------------------------------------------------------------


def test_a_changed_actual_is_told_with_what_it_was_and_what_the_month_is_now() -> None:
    # May: 100 of 100 was sent as Green; 85 of 100 is 85 %, below the 90 % of Amber: Red.
    published = [sent(APRIL), sent(MAY, 100, status=Status.GREEN)]
    assert restatements(sales([100, 85, 100]), published) == (
        Restatement(
            goal="A", month=MAY, measure="actual", old=100, new=85, old_status=Status.GREEN,
            new_status=Status.RED, sent=SENT, month_sent=MAY, edition=1,
        ),
    )  # fmt: skip


def test_a_changed_plan_is_told_and_what_it_does_to_the_status() -> None:
    # 100 of 100 was Green; 100 of 120 is 83.3 %: Red.
    found = restatements(
        sales([100, 100, 100], [100, 120, *[100] * 10]), [sent(MAY, status=Status.GREEN)]
    )
    assert brief(found) == [("2026-05", "plan", 100, 120)]
    assert (found[0].old_status, found[0].new_status) == (Status.GREEN, Status.RED)
    assert found[0].status_changed


def test_actual_and_plan_of_a_month_are_two_figures() -> None:
    found = restatements(sales([100, 90, 100], [100, 95, *[100] * 10]), [sent(MAY)])
    assert brief(found) == [("2026-05", "actual", 100, 90), ("2026-05", "plan", 100, 95)]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (100.0, 100.0 + 0.9e-7, False),  # 0.9e-7 <= 1e-9 x 100
        (100.0, 100.0 + 1.1e-7, True),
        (0.1 + 0.2, 0.3, False),
        (0.0, 0.9e-9, False),  # below 1 the limit is 1e-9 itself
        (0.0, 1.1e-9, True),
        (-5e9, -5e9 + 4.9, False),  # 4.9 <= 1e-9 x 5e9
        (-5e9, -5e9 + 5.1, True),
    ],
)
def test_what_computing_alone_changes_is_no_change(old: float, new: float, told: bool) -> None:
    assert bool(restatements(sales([100, new, 100]), [sent(MAY, old)])) is told


def test_a_figure_that_was_sent_and_is_gone_is_told() -> None:
    found = restatements(sales([100, None, 100]), [sent(MAY, status=Status.GREEN)])
    assert brief(found) == [("2026-05", "actual", 100, None)]
    assert found[0].new_status is Status.NO_DATA


def test_a_figure_sent_as_missing_is_a_late_report_and_no_restatement() -> None:
    assert restatements(sales([100, 90, 100]), [sent(MAY, None, status=Status.NO_DATA)]) == ()


def test_a_figure_that_was_sent_then_gone_and_is_back_is_told() -> None:
    published = [
        sent(APRIL, 100, sent=date(2026, 5, 9), month_sent=APRIL),
        sent(APRIL, None),
    ]
    found = restatements(sales([90, 90, 90]), published)
    assert brief(found) == [("2026-04", "actual", None, 90)]


def test_a_target_set_for_a_month_that_was_sent_without_one_is_told() -> None:
    found = restatements(sales([90, 90, 90]), [sent(MAY, 90, plan=None, status=Status.NO_PLAN)])
    assert brief(found) == [("2026-05", "plan", None, 100)]
    assert (found[0].old_status, found[0].new_status) == (Status.NO_PLAN, Status.AMBER)


def test_a_month_that_no_pack_has_shown_yet_is_no_restatement() -> None:
    assert restatements(sales([100, 100, 50]), [sent(APRIL), sent(MAY)]) == ()


def test_what_was_never_sent_is_no_restatement() -> None:
    assert restatements(sales([1, 2, 3]), []) == ()
    other = replace(sent(MAY), goal="Z")
    assert restatements(sales([1, 2, 3]), [other]) == ()


# ---- Since when -----------------------------------------------------------------------------


def test_the_pack_last_sent_counts() -> None:
    # April was 100 in April's pack, then 95 in May's, which is what it still is.
    first = sent(APRIL, 100, sent=date(2026, 5, 9), month_sent=APRIL)
    assert restatements(sales([95, 100, 100]), [sent(APRIL, 95), first]) == ()
    (found,) = restatements(sales([97, 100, 100]), [sent(APRIL, 95), first])
    assert (found.old, found.new, found.sent, found.month_sent) == (95, 97, SENT, MAY)


def test_of_two_editions_of_one_day_the_later_counts() -> None:
    published = [sent(MAY, 95, edition=2), sent(MAY, 90)]
    (found,) = restatements(sales([100, 100, 100]), published)
    assert (found.old, found.edition) == (95, 2)


def test_the_pack_of_a_later_month_says_nothing_to_the_readers_of_an_earlier_one() -> None:
    # A corrected pack of June is compared with June's first edition, not with July's pack.
    published = [
        sent(JUNE, 100, month_sent=JUNE, sent=date(2026, 7, 9)),
        sent(JUNE, 80, month_sent=JULY, sent=date(2026, 8, 9)),
    ]
    (found,) = restatements(sales([100, 100, 80]), published)
    assert (found.old, found.new) == (100, 80)


# ---- The year before ------------------------------------------------------------------------


def test_a_prior_year_figure_is_the_actual_of_its_own_month() -> None:
    # May's pack showed 70 beside May 2026; the workbook now has 80 in May 2025.
    found = restatements(sales([100, 100, 100]), [sent(MAY, prior=70.0)])
    assert brief(found) == [("2025-05", "actual", 70, 80)]
    assert (found[0].old_status, found[0].status_changed) == (None, False)


def test_the_last_month_of_the_year_before_is_compared_with_its_own_pack() -> None:
    # March 2026 was sent as 70 of 100, Red, in its own pack. It is 80 now; it has no plan any more.
    march = Month(2026, 3)
    published = [sent(march, 70, month_sent=march, sent=date(2026, 4, 9), status=Status.RED)]
    (found,) = restatements(sales([100, 100, 100]), published)
    assert (found.month, found.measure, found.old, found.new) == (march, "actual", 70, 80)
    assert (found.old_status, found.new_status) == (Status.RED, Status.NO_PLAN)


def test_a_pack_without_a_prior_year_figure_says_nothing_of_that_year() -> None:
    march = Month(2026, 3)
    own = sent(march, 80, month_sent=march, sent=date(2026, 4, 9))
    assert restatements(sales([100, 100, 100]), [own, sent(MAY, prior=None)]) == ()


def test_a_prior_year_figure_that_was_told_as_gone_is_not_told_again() -> None:
    # May 2025 was sent and closed as 70, then blanked: June's readers were told, July's know it.
    plan = plan_of(
        goal("A", name="Sales"), actuals={"A": [100] * 4}, plan={"A": [100] * 12},
        prior={"A": [80, None, 80, 80]},
    )  # fmt: skip
    july = review(plan)
    shown = [closed(MAY, 100, prior=70.0)]
    assert brief(restatements(july, shown)) == [("2025-05", "actual", 70, None)]
    shown.append(sent(MAY, 100, prior=None, month_sent=JUNE, sent=date(2026, 7, 9), reported=True))
    assert restatements(july, shown) == ()
    # It is told as back where it comes back.
    back = plan_of(
        goal("A", name="Sales"), actuals={"A": [100] * 4}, plan={"A": [100] * 12},
        prior={"A": [80, 75, 80, 80]},
    )  # fmt: skip
    assert brief(restatements(review(back), shown)) == [("2025-05", "actual", None, 75)]


def test_a_changed_definition_ends_the_year_before_and_restates_nothing() -> None:
    plan = plan_of(
        goal("A", name="Orders", valid_to=Month(2026, 5)),
        goal("A", name="Orders shipped", valid_from=JUNE),
        actuals={"A": [100, 100, 100]}, plan={"A": [100] * 12}, prior={"A": [80] * 12},
    )  # fmt: skip
    # June 2025 was sent beside June's first figure, before the definition changed.
    published = [sent(JUNE, 100, prior=80.0, month_sent=JUNE)]
    assert restatements(review(plan), published) == ()


# ---- Goals ----------------------------------------------------------------------------------


def tree(calls: list[float]) -> Review:
    """A roll-up C of Calls (planned at 10) and Visits (planned and reported at 10); a goal K that
    is computed as twice the calls."""
    plan = plan_of(
        goal("K", level=Level.KGI, name="Orders", formula="CALLS*2"),
        goal("C", "K", level=Level.CSF, name="Activity"),
        goal("CALLS", "C", name="Calls"), goal("VISITS", "C", name="Visits"),
        actuals={"CALLS": calls, "VISITS": [10, 10, 10]},
        plan={"CALLS": [10] * 12, "VISITS": [10] * 12},
    )  # fmt: skip
    return review(plan)


def shown(found: Review) -> list[Published]:
    """All months of a review, as its own pack shows them."""
    return [
        Published(
            entry.id, month, entry.series.actual[n], entry.series.plan[n], SENT, MAY,
            status=entry.history[len(entry.history) - 3 + n],
        )
        for entry in found.goals
        for n, month in enumerate((APRIL, MAY, JUNE))
    ]  # fmt: skip


def test_goals_stand_in_tree_order_and_computed_ones_change_with_their_inputs() -> None:
    # Calls of May 10 -> 8: orders 20 -> 16; activity (100 % + 100 %) / 2 -> (80 % + 100 %) / 2.
    # Calls of April 10 -> 9: orders 20 -> 18, activity 100 % -> 95 %.
    found = restatements(tree([9, 8, 10]), shown(tree([10, 10, 10])))
    told = [(entry.goal, str(entry.month)[5:], entry.old, entry.new) for entry in found]
    assert told == [
        ("K", "04", 20, 18), ("K", "05", 20, 16),
        ("C", "04", 1, pytest.approx(0.95)), ("C", "05", 1, pytest.approx(0.9)),
        ("CALLS", "04", 10, 9), ("CALLS", "05", 10, 8),
    ]  # fmt: skip


def test_a_part_of_the_tree_restates_its_own_goals_only() -> None:
    published = shown(tree([10, 10, 10]))
    found = restatements(scoped(tree([10, 8, 10]), "C"), published)
    assert [entry.goal for entry in found] == ["C", "CALLS"]
    assert restatements(scoped(tree([10, 8, 10]), "VISITS"), published) == ()


def test_a_rollup_has_no_year_before() -> None:
    # Last year's packs have shown its score; this year's know none of them.
    march = Month(2026, 3)
    published = [Published("C", march, 0.9, 1.0, date(2026, 4, 9), march)]
    assert restatements(tree([10, 10, 10]), published) == ()


# ---- From the figures of a pack -------------------------------------------------------------


def test_the_months_among_a_packs_figures_are_what_was_sent() -> None:
    figures = [
        Figure("A", "month", "2026-05", actual=100.0, plan=90.0, prior=80.0, status="green"),
        Figure("A", "month", "2026-04", plan=90.0, status="no_data"),
        Figure("A", "to_date", "2026-05", actual=200.0, status="green"),
        Figure("A", "landing", "2026-05", actual=1200.0),
        Figure("B", "month", "2026-05"),
    ]
    assert sent_figures(figures, SENT, MAY, 2) == (
        Published("A", MAY, 100.0, 90.0, SENT, MAY, 2, Status.GREEN, 80.0),
        Published("A", APRIL, None, 90.0, SENT, MAY, 2, Status.NO_DATA),
        Published("B", MAY, None, None, SENT, MAY, 2),
    )


# ---- Preliminary and final ------------------------------------------------------------------


def test_what_was_preliminary_and_is_final_now_is_told_as_such() -> None:
    found = restatements(final([100, 90, 100]), [sent(MAY, 100)])
    assert kinds(found) == [(100, 90, Change.TO_FINAL)]


def test_a_preliminary_figure_that_changes_before_it_is_final_is_restated_as_preliminary() -> None:
    found = restatements(sales([100, 90, 100]), [sent(MAY, 100)])
    assert kinds(found) == [(100, 90, Change.PRELIMINARY)]


@pytest.mark.parametrize("shown", [sales, final])
def test_a_final_figure_that_changes_is_restated_whatever_the_pack_is_now(shown: Any) -> None:
    found = restatements(shown([100, 90, 100]), [sent(MAY, 100, final=True)])
    assert kinds(found) == [(100, 90, Change.FINAL)]


def test_of_closing_and_pack_the_later_counts() -> None:
    # Sent with 100 on the 9th, closed with 95 on the 10th, sent again with 93 on the 11th.
    story = [sent(MAY, 100), closed(MAY, 95), sent(MAY, 93, sent=date(2026, 6, 11), edition=2)]
    assert kinds(restatements(sales([100, 90, 100]), story[:2])) == [(95, 90, Change.FINAL)]
    assert kinds(restatements(sales([100, 90, 100]), story)) == [(93, 90, Change.FINAL)]
    (found,) = restatements(sales([100, 90, 100]), story[:2])
    assert (found.closing, found.sent, found.month_sent) == (1, date(2026, 6, 10), MAY)


def test_within_a_day_the_moment_decides() -> None:
    early, late = "2026-06-09T01:00:00.000000Z", "2026-06-09T08:00:00.000000Z"
    story = [closed(MAY, 95, sent=SENT, moment=late), sent(MAY, 100, moment=early)]
    assert kinds(restatements(sales([100, 90, 100]), story)) == [(95, 90, Change.FINAL)]
    story = [closed(MAY, 95, sent=SENT, moment=early), sent(MAY, 100, moment=late)]
    assert kinds(restatements(sales([100, 90, 100]), story)) == [(100, 90, Change.FINAL)]


def test_a_closing_that_agrees_with_now_hides_nothing_from_readers_of_the_preliminary() -> None:
    # The usual month: 100 was sent, 90 closed, and 90 is sent as final.
    found = restatements(final([100, 90, 100]), [sent(MAY, 100), closed(MAY, 90)])
    assert kinds(found) == [(100, 90, Change.TO_FINAL)]
    assert found[0].closing == 0


def test_nor_does_it_hide_that_the_month_is_judged_differently() -> None:
    # 90 of 100 is Amber, 100 is Green: as closed in the meantime, before the final pack goes out.
    before = [
        sent(MAY, 90.0, status=Status.AMBER),
        closed(MAY, 100.0, status=Status.GREEN),
    ]
    (found,) = restatements(final([100.0, 100.0]), before)
    assert (found.old_status, found.new_status) == (Status.AMBER, Status.GREEN)
    assert found.status_changed


def test_a_month_that_was_only_closed_restates_what_differs_from_that() -> None:
    assert restatements(sales([100, 90, 100]), [closed(MAY, 90)]) == ()
    found = restatements(sales([100, 90, 100]), [closed(MAY, 95)])
    assert kinds(found) == [(95, 90, Change.FINAL)]


def test_what_was_closed_as_missing_and_has_come_in_is_a_late_report() -> None:
    assert restatements(sales([100, 90, 100]), [closed(MAY, None)]) == ()


def test_a_closing_of_a_later_month_says_nothing_to_the_readers_of_an_earlier_one() -> None:
    assert restatements(sales([100, 90, 100]), [closed(MAY, 95, month_sent=JULY)]) == ()


def test_a_pack_is_restated_where_its_own_month_was_final_and_something_final_has_changed() -> None:
    of_june = {"month_sent": JUNE, "sent": date(2026, 7, 9)}
    review_of_june = final([100, 90, 100])
    as_closed = [closed(JUNE, 100, **of_june), closed(MAY, 95, **of_june)]
    found = restatements(review_of_june, as_closed)
    assert kinds(found) == [(95, 90, Change.FINAL)]
    assert is_restated(review_of_june, as_closed, found)
    # May was closed, June never was: June's first pack restates May, and is not restated itself.
    before = [closed(MAY, 95)]
    assert not is_restated(review_of_june, before, restatements(review_of_june, before))
    # That sending June's first pack as final has closed June with these very figures changes none.
    after = [*before, closed(JUNE, 100, **of_june), closed(MAY, 90, **of_june)]
    assert restatements(review_of_june, after) == restatements(review_of_june, before)
    assert not is_restated(review_of_june, after, restatements(review_of_june, after))
    # Preliminary figures of June that became others are no restatement of it.
    usual = [sent(JUNE, 80, **of_june), closed(JUNE, 100, **of_june)]
    assert not is_restated(review_of_june, usual, restatements(review_of_june, usual))


@pytest.mark.parametrize(
    ("changes", "en", "ja"),
    [
        (
            [Change.FINAL, Change.FINAL, Change.TO_FINAL],
            "2 final figures are restated · One figure changed from preliminary to final",
            "確報の修正 2件 · 速報から確報への変更 1件",
        ),
        (
            [Change.PRELIMINARY, Change.FINAL],
            "One final figure is restated · One figure sent earlier is restated",
            "確報の修正 1件 · 既報数値の修正 1件",
        ),
        (
            [Change.TO_FINAL, Change.TO_FINAL],
            "2 figures changed from preliminary to final",
            "速報から確報への変更 2件",
        ),
    ],
)
def test_the_notice_counts_each_kind_of_change(changes: list[Change], en: str, ja: str) -> None:
    found = [restated(100, 90, change=change) for change in changes]
    assert restated_text(found, "en") == en
    assert restated_text(found, "ja") == ja


@pytest.mark.parametrize(
    ("changes", "en", "ja"),
    [
        ([Change.FINAL], "It had been published as final.", "確報の修正です。"),
        (
            [Change.FINAL, Change.TO_FINAL],
            (
                "1 of them had been published as final. 1 of them had been preliminary and became "
                "final."
            ),
            "うち1件は確報の修正です。うち1件は速報から確報への変更です。",
        ),
        (
            [Change.TO_FINAL, Change.TO_FINAL],
            "All of them were preliminary and are final now.",
            "いずれも速報から確報への変更です。",
        ),
    ],
)
def test_the_sentence_says_what_was_final(changes: list[Change], en: str, ja: str) -> None:
    found = [restated(100, 90, change=change) for change in changes]
    assert en in restated_sentence(sales([100, 90, 100]), found, "en")
    assert ja in restated_sentence(sales([100, 90, 100]), found, "ja")


# ---- In words -------------------------------------------------------------------------------


def restated(old: float | None, new: float | None, **fields: Any) -> Restatement:
    usual: dict[str, Any] = {
        "month": MAY, "measure": "actual", "old_status": Status.GREEN,
        "new_status": Status.GREEN, "sent": SENT, "month_sent": MAY, "edition": 1,
    }  # fmt: skip
    return Restatement("A", old=old, new=new, **{**usual, **fields})


def test_the_sentence_counts_figures_goals_and_statuses_and_names_the_largest_change() -> None:
    # Orders 20 -> 16 is -20 %, calls 10 -> 7 is -30 %; one status of each changes.
    found = [
        replace(restated(20, 16), goal="K", new_status=Status.RED),
        replace(restated(10, 7), goal="CALLS", new_status=Status.RED),
        replace(restated(10, 11), goal="CALLS", measure="plan", new_status=Status.RED),
    ]
    figures = tree([10, 7, 10])
    assert restated_sentence(figures, found, "en") == (
        "3 figures of 2 goals have changed since they were last published. 2 statuses change as "
        "a result. The largest change: Calls, actual of May 2026, from 10 pcs to 7 pcs (−30.0%)."
    )
    assert restated_sentence(figures, found, "ja") == (
        "既報の数値のうち、2指標の3件を修正しています。これにより判定が変わったのは2件です。"
        "変更が最も大きいのは「Calls」の2026年5月の実績で、10 pcsから7 pcs（−30.0%）です。"
    )


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (
            [restated(100, 90)],
            (
                "One figure has changed since it was last published. No status changes as a "
                "result. Sales, actual of May 2026: from 100 pcs to 90 pcs (−10.0%)."
            ),
        ),
        (
            [restated(100, None, new_status=Status.NO_DATA)],
            "One figure has changed since it was last published. One status changes as a result.",
        ),
        (
            [restated(0, 5), restated(None, 5, measure="plan")],
            (
                "2 figures of one goal have changed since they were last published. No status "
                "changes as a result."
            ),
        ),
        ([], ""),
    ],
)
def test_the_sentence_fits_what_there_is(found: list[Restatement], said: str) -> None:
    assert restated_sentence(sales([100, 90, 100]), found, "en") == said


def test_figures_too_close_for_their_places_get_as_many_as_tell_them_apart() -> None:
    figures = sales([100, 100.4, 100])
    style = restated_style(figures, restated(100.4, 100.3), "en")
    assert (style.value(100.4), style.value(100.3)) == ("100.4", "100.3")
    usual = restated_style(figures, restated(100.4, 90.3), "en")
    assert (usual.value(100.4), usual.value(90.3)) == ("100", "90")
    endless = restated_style(figures, restated(1e12, 1e12 + 2e-9), "en")
    assert endless.value(1e12) == "1,000,000,000,000"


@pytest.mark.parametrize(
    ("language", "replaces", "why", "dated", "remark"),
    [
        (
            "en", "Edition 3 replaces edition 2", "Corrected: Returns",
            "Corrected on 9 Jun 2026: Returns", "Edition 3",
        ),
        (
            "ja", "第3版（第2版を差し替え）", "訂正理由：Returns",
            "訂正理由（2026年6月9日）：Returns", "第3版",
        ),
    ],
)  # fmt: skip
def test_a_later_edition_says_what_it_replaces_and_why(
    language: str, replaces: str, why: str, dated: str, remark: str
) -> None:
    edition = Edition(3, " Returns ")
    assert replaces_text(edition, language) == replaces
    assert correction_text(edition, language) == why
    assert correction_text(replace(edition, day=SENT), language) == dated
    assert correction_text(replace(edition, day=SENT), language, dated=False) == why
    assert edition_remark(edition, language) == remark


def test_a_first_edition_corrects_nothing() -> None:
    first = Edition(1, "Returns")
    for text in (replaces_text, correction_text, edition_remark):
        assert text(first, "en") == ""
    assert restated_text((), "en") == ""
    assert restated_text((restated(1, 2),), "en") == "One figure sent earlier is restated"
    assert restated_text((restated(1, 2),) * 3, "ja") == "既報数値の修正 3件"
