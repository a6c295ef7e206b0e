"""People are pointed to the sheets, columns and settings of their workbook by the names that these
have there, whatever language they are told in."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Dict

import pytest

from kpixl.errors import UsageProblem
from kpixl.review.review import review
from kpixl.review.scope import scoped
from kpixl.words import LANGUAGES, BookNames, ProblemText, problem_text, section, word
from tests.plan_book import Rows, only, plan_of, read, sound

# The sheets of a Japanese book, one of them under a name that is no more than a synonym.
JAPANESE = {
    "Settings": "設定", "Goals": "指標一覧", "Plan": "予算", "Actuals": "実績",
    "Actions": "対策", "Comments": "コメント", "Recipients": "配布先",
}  # fmt: skip


def japanese() -> Dict[str, Rows]:
    """The sound book with Japanese sheets, and the columns and settings that a test asks for."""
    sheets = {JAPANESE[name]: rows for name, rows in sound().items()}
    renamed = {"Owner": "担当者", "Department": "部署"}
    sheets["指標一覧"][0] = [renamed.get(name, name) for name in sheets["指標一覧"][0]]
    sheets["設定"][2][0] = "対象年月"
    return sheets


def told(sheets: Dict[str, Rows], code: str, language: str) -> ProblemText:
    return problem_text(only(read(sheets), code), language)


def test_an_english_sentence_points_to_the_sheet_of_a_japanese_book() -> None:
    sheets = japanese()
    sheets["対策"][1][1] = "NOBODY"
    mend = "Correct the goal ID, or add the goal to the sheet “指標一覧”."
    assert told(sheets, "action-unknown-goal", "en").mend == mend


def test_a_japanese_sentence_points_to_the_sheet_of_an_english_book() -> None:
    sheets = sound()
    sheets["Actions"][1][1] = "NOBODY"
    mend = "指標IDを修正するか、「Goals」シートに指標を追加してください。"
    assert told(sheets, "action-unknown-goal", "ja").mend == mend


def test_a_sheet_is_called_as_the_book_spells_it() -> None:
    sheets = japanese()
    sheets["設定"][2][1] = "2027-05"
    text = told(sheets, "review-month-outside", "ja")
    assert text.what == "対象月 2027-05 の列が、「予算」シートにも「実績」シートにもありません。"


def test_columns_are_called_as_the_book_heads_them() -> None:
    whole = review(plan_of(japanese()))
    with pytest.raises(UsageProblem) as fault:
        scoped(whole, "dept:Nowhere")
    mend = "Look the name up on the sheet “指標一覧”: its columns ID, 部署 and 担当者."
    assert problem_text(fault.value, "en").mend == mend


def test_settings_are_called_as_the_book_keys_them() -> None:
    sheets = japanese()
    for rows in (sheets["実績"], sheets["予算"]):
        rows[1:] = [[row[0], None, None, None] for row in rows[1:]]
    plan = plan_of(sheets)
    open_month = replace(plan, settings=replace(plan.settings, review_month=None))
    with pytest.raises(UsageProblem) as fault:
        review(open_month)
    mend = "Fill in “対象年月” on the sheet “設定”, or give --month."
    assert problem_text(fault.value, "en").mend == mend


def test_the_dates_of_an_action_are_called_as_their_columns() -> None:
    sheets = japanese()
    heads = ["起票", "着手日"]
    sheets["対策"][0][2], sheets["対策"][0][7] = heads
    sheets["対策"][1][7] = "2026-04-30"
    what = "“着手日” (2026-04-30) is before “起票” (2026-05-01)."
    assert told(sheets, "action-order", "en").what == what


def test_what_the_book_does_not_have_goes_by_the_language_of_its_goals() -> None:
    names = BookNames({"sheet.goals": "指標一覧"}, "en")
    assert (names["sheet.guide"], names["column.goals.why"]) == ("使い方", "設定理由")
    own = BookNames({"sheet.goals": "KPIs"}, "en")
    assert own["sheet.guide"] == "Guide"


def test_every_name_that_a_sentence_asks_for_is_one() -> None:
    asked = {
        name
        for entries in (section("problem"), section("closing"))
        for texts in entries.values()
        for language in LANGUAGES
        for name in re.findall(r"{book\[(.*?)\]}", texts[language])
    }
    assert len(asked) > 10
    for name in asked:
        kind, *_, key = name.split(".")
        assert BookNames({}, "en")[name] == word(f"{kind}.{key}", "en")


def test_no_sentence_about_a_book_spells_the_name_of_a_sheet() -> None:
    names = [f"「{word(f'sheet.{key}', 'ja')}」シート" for key in section("sheet")]
    for code, texts in section("problem").items():
        assert not [name for name in names if name in texts["ja"]], code
