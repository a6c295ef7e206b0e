"""Tell whether an installed xlwings is the one that kpixl's Excel workbooks are made for."""

from __future__ import annotations

XLWINGS = "0.37.8"
"""The DLL through which a workbook reaches Python carries this version in its name, and the
workbook calls it by that name: with any other version there is no such file."""


def library(bits: int, version: str = XLWINGS) -> str:
    """The file name of xlwings' DLL for an Excel of 32 or 64 ``bits``."""
    return f"xlwings{bits}-{version}.dll"


def fits(installed: str | None) -> bool:
    """Whether workbooks that this kpixl makes can call the installed xlwings (None: there is
    none). Only the very same version has the file."""
    return installed == XLWINGS
