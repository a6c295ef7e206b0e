"""The text below a CSF's charts: it stays on their page where lower charts make room for it."""

from __future__ import annotations

from io import BytesIO

import pikepdf
import pytest

from kpixl.pack.contexts import ActionLine, GoalPage, Remark
from kpixl.pack.goal_layout import CHART_HEIGHTS
from kpixl.pack.goal_room import closing_height
from kpixl.pack.pages import PackOptions, build_pack
from kpixl.pack.pdf import pack_pdf
from tests.packs import LANGUAGES, sample_review


@pytest.mark.usefixtures("by_each_engine")
@pytest.mark.parametrize("language", LANGUAGES)
def test_each_csf_of_the_sample_takes_one_page(language: str):
    pack = build_pack(sample_review(language), PackOptions(language, ("goals",)))
    with pikepdf.open(BytesIO(pack_pdf(pack))) as pdf:
        assert len(pdf.pages) == len(pack.pages) == 5


@pytest.mark.parametrize("language", LANGUAGES)
def test_charts_of_one_page_are_of_one_height_and_lower_only_where_text_needs_it(language: str):
    pack = build_pack(sample_review(language), PackOptions(language, ("goals",)))
    heights = {}
    for page in pack.pages:
        assert isinstance(page, GoalPage)
        drawn = {cell.drawing.height for cell in page.charts if cell.figures is not None}
        heights[page.anchor] = max(drawn)
    # Most words stand below quality and delivery, fewest below wholesale.
    assert heights["goal-QUALITY"] < heights["goal-WHOLESALE"]
    assert heights["goal-WHOLESALE"] >= CHART_HEIGHTS[0]


def action(text: str) -> ActionLine:
    blank = dict.fromkeys(
        ("anchor", "raised", "done", "effect", "result", "phase", "phase_name", "decision"), ""
    )
    return ActionLine(
        id="A1", goal="Sales", cause=text, countermeasure="m", owner="Abe", due="1 Apr",
        next_step="x", overdue=False, **blank,
    )  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
def test_more_words_take_more_room(language: str):
    short, long = action("word"), action("word " * 40)
    one = closing_height((), (short, short), language)
    assert closing_height((), (long, short), language) > one
    # The two halves stand side by side.
    assert closing_height((), (long, long), language) == closing_height((), (long, short), language)
    assert closing_height((Remark("Sales", "word " * 200, "Abe"),), (short,), language) > one
