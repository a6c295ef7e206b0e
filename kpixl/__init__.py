"""KPI management from an Excel workbook: goal tree, in-cell functions, review packs."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from kpixl.errors import CellError, KpixlError, Problem
    from kpixl.functions import FUNCTIONS
    from kpixl.jobs import PackJob, make_pack, review_workbook
    from kpixl.plan.month import Month

__version__ = "0.1.0"

__all__ = [
    "FUNCTIONS",
    "CellError",
    "KpixlError",
    "Month",
    "PackJob",
    "Problem",
    "make_pack",
    "review_workbook",
]

_HOMES = {
    "FUNCTIONS": "kpixl.functions",
    "CellError": "kpixl.errors",
    "KpixlError": "kpixl.errors",
    "Month": "kpixl.plan.month",
    "PackJob": "kpixl.jobs",
    "Problem": "kpixl.errors",
    "make_pack": "kpixl.jobs",
    "review_workbook": "kpixl.jobs",
}


def __getattr__(name: str) -> object:
    """Public names are imported when first asked for, so that a spreadsheet that only needs the
    in-cell functions does not wait for the rest."""
    if name not in _HOMES:
        raise AttributeError(f"module 'kpixl' has no attribute {name!r}")
    home = __import__(_HOMES[name], fromlist=[name])
    return getattr(home, name)
