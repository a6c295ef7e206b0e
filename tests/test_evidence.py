"""What counts as evidence of a countermeasure (SPEC 8), in cells of either kind and in the review:
nothing that says nothing."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import openpyxl
import pytest

from kpixl import FUNCTIONS, review_workbook
from kpixl.plan.values import clean_text, id_of
from kpixl.workbook.content import FUNCTIONS as CALLS
from kpixl.workbook.content import NATIVE, Row
from kpixl.workbook.sample import sample_book
from tests.books import book_bytes, put

DONE: Row = {
    "goal_id": "AOV", "raised": date(2026, 5, 1), "cause": "few bundles",
    "countermeasure": "bundle", "owner": "Sato", "due": date(2026, 6, 30),
    "done": date(2026, 6, 20), "result": "+3%", "decision": "Standardise",
}  # fmt: skip
# What stands in a cell, and the phase and next step that follow from SPEC 8's table.
CELLS: tuple[tuple[Row, str, str], ...] = (
    ({}, "Closed", "–"),
    ({"cause": "-"}, "Check", "Find the cause"),
    ({"cause": "  "}, "Check", "Find the cause"),
    ({"countermeasure": "tbd"}, "Plan", "Decide a countermeasure"),
    ({"owner": "未定"}, "Plan", "Name an owner and a due date"),
    ({"owner": "?"}, "Plan", "Name an owner and a due date"),
    ({"result": "N/A"}, "Check", "Compare the effect with what was expected"),
    ({"result": "…"}, "Check", "Compare the effect with what was expected"),
    # These say something, however they look to a formula.
    ({"cause": "no idea? ask ~ the shops*", "result": "~4% - so far"}, "Closed", "–"),
    ({"cause": "3~4月", "result": 0, "owner": "N/A team"}, "Closed", "–"),
    ({"cause": "long " * 80}, "Closed", "–"),
    ({"result": "None of them came back"}, "Closed", "–"),
)  # fmt: skip
# What is dated after 9 November 2026, as of which the sample is judged, has not happened yet.
LATER = (
    ({"done": date(2026, 11, 9), "decided": date(2026, 11, 9)}, "Closed", "–"),
    ({"done": date(2026, 11, 10)}, "Do", "Carry it out by 2026-06-30"),
    ({"decided": date(2026, 11, 10)}, "Act", "Standardise, adjust or stop"),
    ({"done": date(2027, 3, 1), "result": None}, "Do", "Carry it out by 2026-06-30"),
)


def shown(cells: str, rows: Sequence[Row]) -> list[tuple[object, object]]:
    """Phase and next step on the Actions sheet of a book with these actions."""
    actions = tuple({**row, "action_id": f"A{number}"} for number, row in enumerate(rows))
    book = replace(sample_book("en"), cells=cells, actions=actions)
    sheet = openpyxl.load_workbook(io.BytesIO(book_bytes(book)), data_only=True)["Actions"]
    heads = next(row for row in sheet.iter_rows(values_only=True) if "Action ID" in row)
    found = {
        row[heads.index("Action ID")]: (row[heads.index("Phase")], row[heads.index("Next step")])
        for row in sheet.iter_rows(values_only=True)
    }
    return [found[f"A{number}"] for number in range(len(rows))]


@pytest.mark.parametrize(("given", "phase", "step"), CELLS)
def test_the_cell_function_takes_no_placeholder_for_evidence(
    given: Row, phase: str, step: str
) -> None:
    row = {**DONE, **given}
    names = ("cause", "countermeasure", "owner", "due", "done", "result", "decision")
    assert FUNCTIONS["PDCA_PHASE"](*(row[name] for name in names)) == phase, step


@pytest.mark.parametrize("cells", [CALLS, NATIVE])
def test_phase_and_next_step_of_a_row_go_by_the_same_evidence(cells: str) -> None:
    rows = [{**DONE, **given} for given, _, _ in CELLS]
    assert shown(cells, rows) == [(phase, step) for _, phase, step in CELLS]


@pytest.mark.parametrize("cells", [CALLS, NATIVE])
def test_a_row_goes_no_further_than_was_known_on_the_as_of_date(cells: str, tmp_path: Path) -> None:
    rows = [{**DONE, **given} for given, _, _ in LATER]
    assert shown(cells, rows) == [(phase, step) for _, phase, step in LATER]
    # The pack says the same.
    actions = tuple({**row, "action_id": f"A{number}"} for number, row in enumerate(rows))
    book = replace(sample_book("en"), cells=cells, actions=actions)
    found = review_workbook(put(tmp_path, "book.xlsx", book_bytes(book)))
    assert [entry.phase.value.title() for entry in found.actions] == [one for _, one, _ in LATER]


@pytest.mark.parametrize("unseen", ["\u200b", "\ufeff", "\u3164", " \u2060\u00a0\u200e", "\u2800"])
def test_what_nobody_can_see_is_blank(unseen: str) -> None:
    assert clean_text(unseen) == ""
    names = (unseen, "bundle", "Sato", date(2026, 6, 30), date(2026, 6, 20), "+3%", "Standardise")
    assert FUNCTIONS["PDCA_PHASE"](*names) == "Check"
    assert FUNCTIONS["KPI_GAP"](unseen, 100) == ""


def test_an_id_is_the_one_that_it_looks_like() -> None:
    assert id_of("\ufeffSALES\u200b") == ("SALES", None)
    # Within a text such a character may join letters or emoji.
    assert clean_text("\u200bfamily 👩\u200d👧 of 3\u200b") == "family 👩\u200d👧 of 3"
