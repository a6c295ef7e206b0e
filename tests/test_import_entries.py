"""Entry books come back: figures and comments of their owners' goals, and who has not answered."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from kpixl.importing.answers import Standing
from kpixl.importing.run import Order, Preview, look, write
from kpixl.plan.month import Month
from kpixl.workbook.edits import CellEdit
from kpixl.workbook.patch import patched
from kpixl.workbook.reader import OpenBook
from tests.importing import cells, entry_bytes, plan_file

NAOTO = "Naoto Fujii"  # has VISITS and AOV
YUKA = "Yuka Kobayashi"  # has FILL, OTD, LEAD and INV
AYA = "Aya Nakamura"  # has SUBS, ARPU, CHURN and NEWSUBS
BOTH = {("VISITS", "2026-11"): 931000, ("AOV", "2026-11"): 7900}


def looked(folder: Path, books: dict[str, bytes], **order: Any) -> Preview:
    language = order.pop("language", "en")
    paths = []
    for name, data in books.items():
        (folder / name).write_bytes(data)
        paths.append(str(folder / name))
    return look(Order(plan_file(folder, language), tuple(paths), **order))


def told(found: Preview) -> list[tuple[str, str | None]]:
    return [(one.code, one.cell) for one in found.problems]


def changes(found: Preview) -> list[tuple[str, str, str, float]]:
    return [(one.sheet, one.goal, str(one.month), one.new) for one in found.changes]


def standings(found: Preview) -> dict[str, tuple[Standing, tuple[str, ...]]]:
    return {one.owner: (one.standing, one.lacking) for one in found.answers}


def test_what_an_owner_has_entered_comes_back(tmp_path):
    found = looked(tmp_path, {"n.xlsx": entry_bytes(NAOTO, BOTH)})
    assert changes(found) == [
        ("Actuals", "VISITS", "2026-11", 931000.0), ("Actuals", "AOV", "2026-11", 7900.0),
    ]  # fmt: skip
    assert found.problems == ()
    assert (found.read[0][0].kind, found.read[0][0].owner) == ("entry", NAOTO)


def test_the_outlook_comes_back_too(tmp_path):
    book = entry_bytes(NAOTO, {("VISITS", "2027-01"): 990000}, sheet="Outlook")
    assert changes(looked(tmp_path, {"n.xlsx": book})) == [
        ("Outlook", "VISITS", "2027-01", 990000.0)
    ]


def test_new_comments_are_written_beneath_those_that_are_there(tmp_path):
    remarks = (
        ("AOV", "2026-11", "Bags sell well.\nAnd mugs."),
        ("VISITS", "2026-11", '=HYPERLINK("http://example.com")'),
    )
    found = looked(tmp_path, {"n.xlsx": entry_bytes(NAOTO, BOTH, remarks)})
    before = [row for row in OpenBook(tmp_path / "plan.xlsx").rows("Comments").rows[4:] if any(row)]
    out = write(found, tmp_path / "filled.xlsx")
    after = [row for row in OpenBook(out).rows("Comments").rows[4:] if any(row)]
    assert after[: len(before)] == before
    assert [tuple(row[:4]) for row in after[len(before) :]] == [
        ("AOV", "2026-11", "Bags sell well.\nAnd mugs.", NAOTO),
        ("VISITS", "2026-11", '=HYPERLINK("http://example.com")', NAOTO),
    ]
    # A remark is text, whatever it looks like.
    assert OpenBook(out).rows("Comments").formulas == {}
    # Once they are there they are not new.
    again = look(Order(out, (str(tmp_path / "n.xlsx"),)))
    assert again.is_empty


def test_goals_of_others_are_not_taken(tmp_path):
    book = entry_bytes(NAOTO, {**BOTH, ("CVR", "2026-11"): 0.02})
    found = looked(tmp_path, {"n.xlsx": book})
    assert told(found) == [("import-not-owned", "AI6")]
    assert {one.goal for one in found.changes} == {"VISITS", "AOV"}


def test_an_entry_book_of_another_book_is_refused_as_a_whole(tmp_path):
    found = looked(tmp_path, {"n.xlsx": entry_bytes(NAOTO, BOTH, book_id="OTHER")})
    assert [(one.code, one.found) for one in found.problems] == [("import-other-book", "OTHER")]
    assert found.is_empty
    assert standings(found)[NAOTO] == (Standing.NOT, ("VISITS", "AOV"))


def test_an_earlier_month_that_differs_is_not_taken_back_silently(tmp_path):
    # In the meantime somebody may have corrected the book itself.
    book = entry_bytes(NAOTO, {**BOTH, ("VISITS", "2026-10"): 920000})
    found = looked(tmp_path, {"n.xlsx": book})
    assert told(found) == [("import-earlier", "AH5")]
    assert len(found.changes) == 2
    assert ("Actuals", "VISITS", "2026-10", 920000.0) in changes(
        looked(tmp_path, {"n.xlsx": book}, restate=True)
    )


def test_a_figure_that_was_emptied_stays_and_that_is_told(tmp_path):
    book = entry_bytes(NAOTO, {**BOTH, ("VISITS", "2026-10"): None})
    found = looked(tmp_path, {"n.xlsx": book})
    assert [(one.code, one.cell, one.warning) for one in found.problems] == [
        ("import-blanked", "AH5", True)
    ]


def test_what_is_no_number_is_told(tmp_path):
    book = entry_bytes(NAOTO, {**BOTH, ("AOV", "2026-11"): "about 8000"})
    found = looked(tmp_path, {"n.xlsx": book})
    assert told(found) == [("import-number", "AI7")]
    assert standings(found)[NAOTO] == (Standing.PARTLY, ("AOV",))


def test_who_has_answered(tmp_path):
    found = looked(
        tmp_path,
        {
            "n.xlsx": entry_bytes(NAOTO, BOTH),
            "y.xlsx": entry_bytes(YUKA, {("FILL", "2026-11"): 0.97, ("INV", "2026-11"): 1.4}),
            "a.xlsx": entry_bytes(AYA, {}),
        },
    )
    # By hand, from the sample's Goals sheet: owners of goals without a formula and with a row on
    # Actuals. QUALITY and PEOPLE are rolled up; Koichi Morita has nothing to enter.
    assert standings(found) == {
        NAOTO: (Standing.ANSWERED, ()),
        "Misaki Takahashi": (Standing.NOT, ("CVR", "CHECKOUT")),
        "Ken Ishikawa": (Standing.NOT, ("DOORS", "DOORREV")),
        YUKA: (Standing.PARTLY, ("OTD", "LEAD")),
        AYA: (Standing.NOT, ("SUBS", "ARPU", "CHURN", "NEWSUBS")),
        "Makoto Sasaki": (Standing.NOT, ("DEFECT", "ACC")),
        "Takuya Ono": (Standing.NOT, ("OVERSEAS",)),
        "Kaori Ueda": (Standing.NOT, ("NEWPROD",)),
        "Reiko Matsumoto": (Standing.NOT, ("OVERTIME", "KAIZEN")),
    }
    assert {one.owner: one.files for one in found.answers if one.files} == {
        NAOTO: ("n.xlsx",), YUKA: ("y.xlsx",), AYA: ("a.xlsx",),
    }  # fmt: skip


def test_what_came_in_an_earlier_round_counts(tmp_path):
    first = looked(tmp_path, {"y.xlsx": entry_bytes(YUKA, {("FILL", "2026-11"): 0.97})})
    out = write(first, tmp_path / "first.xlsx")
    rest = {("OTD", "2026-11"): 0.9, ("LEAD", "2026-11"): 2, ("INV", "2026-11"): 1.4}
    (tmp_path / "y2.xlsx").write_bytes(entry_bytes(YUKA, rest))
    second = look(Order(out, (str(tmp_path / "y2.xlsx"),)))
    assert standings(second)[YUKA] == (Standing.ANSWERED, ())
    # The second book does not have the first round's figure; it stays.
    assert [(one.code, one.warning) for one in second.problems] == [("import-blanked", True)]
    assert cells(write(second, tmp_path / "second.xlsx"), "Actuals")["FILL"]["2026-11"] == 0.97


def test_the_month_is_the_one_that_the_books_were_handed_out_for(tmp_path):
    # Settings of the book itself still say October when November's books come back.
    october = patched(plan_file(tmp_path).read_bytes(), [CellEdit("Settings", 9, 2, "2026-10")])
    (tmp_path / "october.xlsx").write_bytes(october)
    (tmp_path / "n.xlsx").write_bytes(entry_bytes(NAOTO, {**BOTH, ("AOV", "2026-10"): 7801}))
    found = look(Order(tmp_path / "october.xlsx", (str(tmp_path / "n.xlsx"),)))
    assert found.book.plan.settings.review_month == Month(2026, 10)
    assert found.month == Month(2026, 11)
    assert standings(found)[YUKA] == (Standing.NOT, ("FILL", "OTD", "LEAD", "INV"))
    assert told(found) == [("import-earlier", "AH7")]


def test_another_month_can_be_asked_about(tmp_path):
    found = looked(tmp_path, {"n.xlsx": entry_bytes(NAOTO, {})}, month=Month(2026, 10))
    assert found.month == Month(2026, 10)
    assert standings(found)[NAOTO] == (Standing.ANSWERED, ())


def test_two_books_of_one_owner_that_do_not_agree(tmp_path):
    other = {("VISITS", "2026-11"): 932000, ("AOV", "2026-11"): 7900}
    found = looked(
        tmp_path, {"1.xlsx": entry_bytes(NAOTO, BOTH), "2.xlsx": entry_bytes(NAOTO, other)}
    )
    assert told(found) == [("import-double", "AI5")]
    assert changes(found) == [("Actuals", "AOV", "2026-11", 7900.0)]


def test_a_japanese_entry_book_for_a_japanese_book(tmp_path):
    book = entry_bytes(
        "藤井 直人", {("VISITS", "2026-11"): "９３１,０００"}, language="ja", sheet="実績"
    )
    found = looked(tmp_path, {"藤井.xlsx": book}, language="ja")
    owner = next(one for one in found.book.plan.goals if one.id == "VISITS").owner
    book = entry_bytes(owner, {("VISITS", "2026-11"): "931,000"}, language="ja", sheet="実績")
    found = looked(tmp_path, {"藤井.xlsx": book}, language="ja")
    assert changes(found) == [("実績", "VISITS", "2026-11", 931000.0)]


def test_entry_books_beside_other_sources(tmp_path):
    (tmp_path / "a.csv").write_text("ID,2026-11\nCVR,2.1%\nCHECKOUT,60%\n", encoding="utf-8")
    (tmp_path / "n.xlsx").write_bytes(entry_bytes(NAOTO, BOTH))
    found = look(Order(plan_file(tmp_path), (str(tmp_path / "a.csv"), str(tmp_path / "n.xlsx"))))
    assert len(found.changes) == 4
    # Her figures come from elsewhere: nothing is left to ask her.
    assert standings(found)["Misaki Takahashi"] == (Standing.ANSWERED, ())
