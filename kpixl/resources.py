"""Find the template folders: packaged in an installed kpixl, else those of the repository."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def report_templates() -> Path:
    """The folder of the pack's templates (``pack.html`` and its parts)."""
    return _folder("report", "report_templates")


def workbook_templates() -> Path:
    """The folder of the ready-made workbooks (``kpi_en.xlsx``, ``kpi_ja.xlsx``)."""
    return _folder("workbook", "workbook_templates")


def _folder(packaged: str, in_repository: str) -> Path:
    inside = _PACKAGE / "_templates" / packaged
    return inside if inside.is_dir() else _PACKAGE.parent / in_repository
