"""An empty list of gaps says what its emptiness means, in the pack as in the mail."""

from __future__ import annotations

import pytest

from kpixl.delivery.summary import mail_context
from kpixl.pack.contexts import SummaryPage
from kpixl.plan.model import Level, Plan
from kpixl.plan.month import Month
from kpixl.review.review import review
from tests.packs import pack_of
from tests.plans import goal, plan_of, with_settings

JUNE = Month(2026, 6)
UNJUDGED = {
    "en": "No goal can be compared with its plan for June 2026.",
    "ja": "2026年6月の実績を計画と比較できる指標はありません。",
}
SOME = {
    "en": "Every goal that can be compared with its plan is on plan.",
    "ja": "計画と比較できる指標はすべて計画を達成しています。",
}
SOME_BELOW = {
    "en": "Below the KGIs, every goal that can be compared with its plan is on plan.",
    "ja": "KGI以外で計画と比較できる指標は、すべて計画を達成しています。",
}
NONE_BELOW = {
    "en": "No goal below the KGIs can be compared with its plan for June 2026.",
    "ja": "KGI以外に2026年6月の実績を計画と比較できる指標はありません。",
}


def book(language: str, kgi: float, planned: tuple[str, ...]) -> Plan:
    """A KGI with two KPIs that come to 11; of the three, those ``planned`` have a plan of 10."""
    return plan_of(
        goal("K", level=Level.KGI),
        goal("A", "K"),
        goal("B", "K"),
        actuals={"K": [kgi] * 3, "A": [11] * 3, "B": [11] * 3},
        plan={key: [10] * 12 for key in planned},
        settings=with_settings(language=language),
    )


def in_pack(plan: Plan, language: str) -> str:
    page = pack_of(plan, language, pages=("summary",)).pages[0]
    assert isinstance(page, SummaryPage)
    return page.columns[0][0].empty


@pytest.mark.parametrize("language", ["en", "ja"])
def test_figures_without_a_plan_are_not_said_to_be_on_plan(language: str) -> None:
    for planned, said in (((), UNJUDGED), (("A",), SOME), (("K", "A"), SOME)):
        plan = book(language, 11, planned)
        assert in_pack(plan, language) == said[language]
        assert mail_context(review(plan, JUNE), language).gaps.empty == said[language]


@pytest.mark.parametrize("language", ["en", "ja"])
def test_below_a_kgi_that_is_off_plan_too(language: str) -> None:
    assert in_pack(book(language, 5, ("K",)), language) == NONE_BELOW[language]
    assert in_pack(book(language, 5, ("K", "A")), language) == SOME_BELOW[language]


def test_a_kgi_alone_has_nothing_below_it_to_praise() -> None:
    alone = plan_of(goal("K", level=Level.KGI), actuals={"K": [5] * 3}, plan={"K": [10] * 12})
    assert in_pack(alone, "en") == NONE_BELOW["en"]
