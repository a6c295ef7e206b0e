"""Sheets that nobody would make: whatever stands where, no figure is lost, and none is twice."""

from __future__ import annotations

import random
from pathlib import Path

import openpyxl
import pytest

from kpixl.adopting.adopt import adopt
from kpixl.adopting.writing import write_adopted
from kpixl.adopting.years import Told
from kpixl.checking import check_workbook
from tests.test_adopting import numeric_cells

_TEXTS = (
    "計画 実績 達成率 売上 利益 合計 4月 5月 6月 2026年度 2026-04 Apr Budget Actual Total Q1 累計 "
    "% 千円 前年 見込 上期計 ■東京 備考 No 項目 単位 ▲5 (3) 差異 Var FY26"
)
WORDS: tuple[str | int | None, ...] = (*_TEXTS.split(), 2026, 4, 5, 6, 7, 8, 9, None, None, None)
DRAFTED = (0, 7, 10, 29, 47)
"""Seeds of books that have something to draft, by chance."""

SHEETS = ("4月", "5月", "予算", "実績", "東京", "大阪")


def nonsense(path: Path, seed: int) -> Path:
    """A book of a few sheets with months over words and numbers in any order."""
    draw = random.Random(seed)
    book = openpyxl.Workbook()
    names = draw.sample(SHEETS, draw.randint(1, 3))
    for number, name in enumerate(names):
        sheet = book.worksheets[0] if number == 0 else book.create_sheet()
        sheet.title = name
        height, width = draw.randint(2, 14), draw.randint(2, 16)
        if draw.random() < 0.7:
            header = draw.randint(1, 3)
            for column in range(3, width + 3):
                month = f"{column % 12 + 1}月"
                sheet.cell(
                    header, column, month if draw.random() < 0.9 else str(draw.choice(WORDS))
                )
        for row in range(1, height + 1):
            for column in range(1, width + 1):
                if sheet.cell(row, column).value is None:
                    word, figure = draw.choice(WORDS), draw.randint(-5, 200)
                    sheet.cell(row, column, word if draw.random() < 0.4 else figure)
        if draw.random() < 0.3:
            sheet.merge_cells(start_row=1, start_column=1, end_row=2, end_column=3)
    book.save(path)
    return path


@pytest.mark.parametrize("seed", range(80))
def test_every_number_of_nonsense_is_taken_checked_or_left(seed, tmp_path):
    path = nonsense(tmp_path / "old.xlsx", seed)
    found = adopt(path, Told(2026) if seed % 4 else Told())
    account = found.account
    sets = [set(account.taken), set(account.checked), set(account.left)]
    assert len(set().union(*sets)) == sum(map(len, sets))
    assert sets[0] | sets[1] <= numeric_cells(path) <= set().union(*sets)
    if found.draft is None:
        assert not account.taken
        return
    assert set(found.draft.origins.values()) == sets[0]


@pytest.mark.parametrize("seed", DRAFTED)
def test_what_is_drafted_of_nonsense_can_be_read(seed, tmp_path):
    found = adopt(nonsense(tmp_path / "old.xlsx", seed), Told(2026))
    assert found.draft is not None
    path = write_adopted(found, tmp_path / "new.xlsx", "BOOK")
    assert [problem for problem in check_workbook(path).problems if not problem.warning] == []
