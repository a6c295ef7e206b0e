"""Write into formulas what a goal's unit says."""

from __future__ import annotations

from kpixl.plan.values import PERCENT_UNITS
from kpixl.workbook.grid import text

_OTHER_WIDTHS = ("％", "ｐｅｒｃｅｎｔ", "ｐｃｔ", "ﾊﾟｰｾﾝﾄ")
"""The same words in characters of the other width, which the reader does not tell apart; a
formula cannot turn one into the other in every language of Excel."""


def is_percent(unit: str) -> str:
    """A test whether the unit in a cell is %, in the words that the reader takes for it."""
    words = text("|".join(("", *PERCENT_UNITS, *_OTHER_WIDTHS, "")))
    return f'ISNUMBER(FIND("|"&{plain_unit(unit)}&"|",{words}))'


def plain_unit(unit: str) -> str:
    """The unit in a cell without regard to case and to spaces around it."""
    return f'LOWER(TRIM(SUBSTITUTE({unit},"　"," ")))'
