"""The page on data quality: what the method advises stands beside what the data lack."""

from __future__ import annotations

from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest

from kpixl.pack.contexts import Pack
from kpixl.pack.html import for_browser, for_print
from kpixl.pack.pdf import pack_pdf
from kpixl.pack.quality import MOST_ADVICE
from kpixl.pack.quality_contexts import QualityPage
from kpixl.plan.model import Level, Plan
from kpixl.plan.month import Month
from kpixl.plan.schema import CHECKS
from kpixl.words import LANGUAGES, word
from tests.layout import sheets
from tests.packs import pack_of, sample_html, sample_review
from tests.plans import goal, plan_of, with_settings

DOCS = Path(__file__).resolve().parents[1] / "docs"


def quality(pack: Pack) -> QualityPage:
    (found,) = [page for page in pack.pages if isinstance(page, QualityPage)]
    return found


def unowned(count: int, **settings: object) -> Plan:
    return plan_of(
        goal("K", level=Level.KGI, formula="LATER"),
        *[goal(f"G{n}", "K", name=f"Goal no. {n}", owner="") for n in range(count)],
        settings=with_settings(**settings),
    )


def test_advice_stands_check_by_check_with_the_mend_once() -> None:
    (row,) = quality(pack_of(unowned(2))).advice
    assert row.code == "goal-without-owner"
    assert [what for _, what in row.findings] == [
        "“Goal no. 0” has no owner.", "“Goal no. 1” has no owner.",
    ]  # fmt: skip
    assert row.expected.startswith("One person")
    assert (row.more, bool(row.mend)) == ("", True)


def test_where_very_many_goals_are_concerned_the_rest_are_counted() -> None:
    (row,) = quality(pack_of(unowned(MOST_ADVICE + 3))).advice
    assert len(row.findings) == MOST_ADVICE
    assert row.more.startswith("More of this kind: 3.")


def test_the_mend_of_many_goals_stands_above_them_once() -> None:
    for count, beside in ((3, 1), (4, 0)):
        html = for_print(pack_of(unowned(count), pages=("quality",))).html
        table = html.split(word("page.advice", "en"))[-1]
        assert table.count('<td colspan="3">') == 1 - beside
        (row,) = quality(pack_of(unowned(count))).advice
        assert unescape(table).count(row.mend) == 1
        assert (unescape(table).index(row.mend) > unescape(table).index("Goal no. 0")) == beside
        assert all(f"Goal no. {n}" in table for n in range(count))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_says_so_where_there_is_nothing_to_advise(language: str) -> None:
    html = unescape(for_browser(pack_of(unowned(0), language)))
    assert word("page.advice_none", language) in html
    assert quality(pack_of(unowned(0), language)).switched_off == ""


def test_what_is_switched_off_is_said() -> None:
    pack = pack_of(unowned(2, checks_off=("goal-without-owner", "always-green")))
    assert quality(pack).advice == ()
    line = "Checks switched off in Settings: goal-without-owner, always-green"
    assert quality(pack).switched_off == line
    assert line in unescape(for_browser(pack))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_samples_advice_is_on_its_page_with_places(language: str) -> None:
    html = unescape(sample_html(language))
    advice = sample_review(language).advice
    assert 0 < len(advice) < 20
    for one in advice:
        assert f"{one.sheet}!{one.cell}" in html
        assert one.code in html


def test_a_scopes_page_has_no_advice_on_others() -> None:
    html = unescape(for_browser(pack_of(unowned(2), scope="G1")))
    assert "“Goal no. 1” has no owner." in html
    assert "Goal no. 0" not in html


@pytest.mark.usefixtures("by_each_engine")
def test_a_mend_is_broken_where_its_lines_are_full() -> None:
    # WeasyPrint leaves one word alone on a line where a text ends with a space that only just
    # has no room: "… and end the / old / one with To; …".
    plan = plan_of(
        goal("K", level=Level.KGI, owner="A"),
        goal("A", "K", owner="A", unit="days", valid_to=Month(2026, 4)),
        goal("A", "K", owner="A", unit="hours", valid_from=Month(2026, 5)),
        actuals={"K": [1, 2, 3], "A": [1, 2, 3]},
    )
    page = sheets(pack_pdf(pack_of(plan, pages=("quality",))))[0]
    old = next(one for one in page.words if one.text == "old")
    beside = [one.text for one in page.words if abs(one.top - old.top) < 1 and one is not old]
    assert "the" in beside or "one" in beside


def test_names_in_advice_are_text() -> None:
    plan = unowned(1)
    named = replace(plan.goals[1], name="<b>Bold</b>")
    html = for_browser(pack_of(replace(plan, goals=(plan.goals[0], named))))
    assert "<b>Bold</b>" not in html
    assert "&lt;b&gt;Bold&lt;/b&gt;” has no owner." in html


@pytest.mark.source
@pytest.mark.parametrize("name", ["checks.md", "checks.ja.md"])
def test_the_docs_describe_every_check(name: str) -> None:
    text = (DOCS / name).read_text(encoding="utf-8")
    assert [code for code in CHECKS if f"| `{code}` |" not in text] == []
    assert text.count("\n| `") == len(CHECKS)
