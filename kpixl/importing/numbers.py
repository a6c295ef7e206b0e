"""Read a figure of a source, with the decimal mark that the source has."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from kpixl.errors import CellError
from kpixl.plan.cells import CellValue
from kpixl.plan.values import number_of

_CORE = re.compile(r"[0-9０-９][0-9０-９.,．，'’\s\u00a0\u202f\u2009]*")
_EUROPEAN = re.compile(r"(?:\d{1,3}(?P<group>[. '])\d{3}(?:(?P=group)\d{3})*|\d+)(?:,\d*)?")
_GROUPS = re.compile(r"[1-9]\d{0,2}(?:\.\d{3})+")
_SPACES = dict.fromkeys(map(ord, "\u00a0\u202f\u2009\u3000"), " ")
_NARROW = {
    ord(wide): narrow
    for wide, narrow in zip("０１２３４５６７８９．，’", "0123456789.,'", strict=True)
}

# What can only be a comma before decimals: "1.234,5", "0,5", "12,50", "3,1416".
_COMMA = re.compile(r"\d\.\d{3},\d|(?<![\d,.])0+,\d|(?<![\d,.])\d+,(?:\d{1,2}|\d{4,})(?![\d,.])")


@dataclass(frozen=True)
class Found:
    """A figure as a cell gives it: None where blank, with the code of what is wrong with it.
    ``percent`` says that it was written with a % sign."""

    value: float | None
    fault: str | None = None
    percent: bool = False


def figure_of(cell: CellValue, decimal: str) -> Found:
    """The figure in ``cell``; of texts, "," is the decimal mark where ``decimal`` says so."""
    if isinstance(cell, str) and decimal == ",":
        core = _CORE.search(cell)
        if core is not None:
            plain = core[0].translate(_NARROW).translate(_SPACES).strip()
            if _EUROPEAN.fullmatch(plain) is None:
                return Found(None, "import-number")
            point = re.sub(r"[. ']", "", plain).replace(",", ".")
            cell = f"{cell[: core.start()]}{point}{cell[core.end() :]}"
    value, fault = number_of(cell)
    percent = isinstance(cell, str) and ("%" in cell or "％" in cell)
    if fault == "not-a-number":
        fault = "import-number"
    elif isinstance(cell, CellError):
        fault = "import-cell-error"
    return Found(value, fault, percent)


def has_decimal_comma(cell: CellValue) -> bool:
    """Whether a text plainly has a comma before its decimals."""
    if not isinstance(cell, str) or len(cell) > 60:
        return False
    core = _CORE.search(cell)
    return core is not None and _COMMA.search(core[0].translate(_NARROW).strip()) is not None


def has_groups_of_three(cell: CellValue) -> bool:
    """Whether the points in a text may as well stand between thousands: "931.000"."""
    if not isinstance(cell, str) or len(cell) > 60:
        return False
    core = _CORE.search(cell)
    return core is not None and _GROUPS.fullmatch(core[0].translate(_NARROW).strip()) is not None


def scaled(value: float, factor: float) -> float:
    """``value`` times ``factor``, as on paper: 14.1 × 0.01 is 0.141."""
    return value if factor == 1 else float(Decimal(repr(value)) * Decimal(repr(factor)))
