"""Lay out the Words sheet: the words that the plain formulas understand, in both languages."""

from __future__ import annotations

from typing import Mapping

from kpixl.plan.vocabulary import vocabulary
from kpixl.words import word
from kpixl.workbook.template.inputs import begin

HEADER_ROW = 4
FIRST_ROW = HEADER_ROW + 1

CODES: Mapping[str, tuple[str, ...]] = {
    "direction": ("higher", "lower", "range"),
    "aggregation": ("sum", "average", "last", "max", "min"),
    "decision": ("standardise", "adjust", "stop"),
}
"""Each word stands for the number of its meaning, counted from 1."""

AVERAGE = CODES["aggregation"].index("average") + 1
_WIDTH = 4


class Words:
    """The sheet, and formulas that look words up on it."""

    def __init__(self, language: str) -> None:
        name = word("template.sheet.words", language)
        self.grid = grid = begin("words", language, name, "calculation")
        grid.frozen = (HEADER_ROW, 0)
        self._areas: dict[str, tuple[str, str]] = {}
        for place, (name, keys) in enumerate(CODES.items()):
            self._list(1 + place * _WIDTH, name, keys, language)

    def _list(self, column: int, name: str, keys: tuple[str, ...], language: str) -> None:
        grid = self.grid
        titles = (word(f"column.{name}", language), word("template.words.number", language),
                  word("template.words.meaning", language))  # fmt: skip
        for place, title in enumerate(titles):
            grid.put(HEADER_ROW, column + place, title, "header computed_header")
            grid.widths[column + place] = (20, 9, 18)[place]
        grid.widths[column + 3] = 3
        meant = vocabulary(name)
        spelled = [(one, key) for key in keys for one, meaning in meant.items() if meaning == key]
        for row, (one, key) in enumerate(spelled, start=FIRST_ROW):
            grid.put(row, column, one, "computed")
            grid.put(row, column + 1, keys.index(key) + 1, "computed centre")
            grid.put(row, column + 2, word(f"{name}.{key}", language), "computed")
        last = FIRST_ROW + len(spelled) - 1
        self._areas[name] = (
            grid.area(FIRST_ROW, column, last, column),
            grid.area(FIRST_ROW, column + 1, last, column + 1),
        )

    def code(self, name: str, cell: str) -> str:
        """The number of what the word in ``cell`` means; 0 for a word that is not known."""
        words, numbers = self._areas[name]
        plain = f'SUBSTITUTE(SUBSTITUTE({cell}," ",""),"　","")'
        return f"SUMPRODUCT(({words}={plain})*{numbers})"
