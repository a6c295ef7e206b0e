"""Turn a workbook file into everything that ``kpixl check`` has to say of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from kpixl.errors import KpixlError, Problem, UsageProblem
from kpixl.plan.countries import days_met
from kpixl.plan.model import Plan, Reading
from kpixl.plan.month import fiscal_year_start
from kpixl.reading import reading_of
from kpixl.review.figures import Review
from kpixl.review.review import review

if TYPE_CHECKING:
    from kpixl.workbook.cell_check import CellReport


@dataclass(frozen=True)
class Check:
    """What ``kpixl check`` has found: every problem of the data, advice on the method for the
    book's review month, where asked for how its cells compare with what kpixl computes, and the
    codes of the checks that Settings switch off."""

    problems: tuple[Problem, ...]
    advice: tuple[Problem, ...] = ()
    cells: CellReport | None = None
    switched_off: tuple[str, ...] = ()

    @property
    def told(self) -> tuple[Problem, ...]:
        """All findings: of the data, of the cells, of the method."""
        return (*self.problems, *(self.cells.problems if self.cells else ()), *self.advice)


def check_workbook(path: Path, cells: bool = False) -> Check:
    """Stages 1 and 2 for ``kpixl check``: a problem never stops it. Raises :class:`FileProblem`
    for what is no workbook."""
    from kpixl.workbook.cell_check import check_cells
    from kpixl.workbook.reader import OpenBook

    book = OpenBook(path.absolute())
    reading = reading_of(book.inputs())
    plan, whole = reading.plan, _reviewed(reading)
    report = None
    if cells:
        # Without a month in Settings the cells show nothing that a review could be compared with.
        dated = plan is not None and plan.settings.review_month is not None
        report = check_cells(book, plan, whole if dated else None)
    look = _look_problems(plan, path)
    closed = _untold(_closed(plan, whole, path), look)
    about = (*_calendar_problems(plan), *look, *closed)
    return Check(
        (*reading.problems, *about),
        whole.advice if whole is not None else (),
        report,
        plan.settings.checks_off if plan is not None else (),
    )


def _closed(plan: Plan | None, whole: Review | None, path: Path) -> tuple[Problem, ...]:
    from kpixl.delivery.closed import closed_problems

    if plan is None:
        return ()
    return closed_problems(plan, path, whole.month if whole is not None else None)


def _untold(closed: tuple[Problem, ...], look: tuple[Problem, ...]) -> tuple[Problem, ...]:
    """Without a fault that is told already: a kpixl.toml that cannot be read is in the way of the
    look and of the ledger."""
    told = {problem.code for problem in look}
    return tuple(
        problem
        for problem in closed
        if getattr(problem.details.get("fault"), "code", None) not in told
    )


def _look_problems(plan: Plan | None, path: Path) -> tuple[Problem, ...]:
    """What of kpixl.toml, its brand folder and the logo would keep every pack from being made."""
    from kpixl.brand.kit import kit_of, logo_for
    from kpixl.delivery.config import brand_folder, delivery_config
    from kpixl.pack.logo import LogoProblem

    if plan is None:
        return ()
    try:
        logo_for(kit_of(brand_folder(delivery_config(workbook=path))), path, plan.settings.logo)
    except LogoProblem as fault:
        # A picture on the sheet stands in no cell.
        sheet, cell = plan.setting_cells.get("logo") or (_settings_sheet(plan), None)
        return (Problem(fault.code, sheet, cell, details=fault.details),)
    except KpixlError as fault:
        return (Problem(fault.code, details=fault.details),)
    return ()


def _settings_sheet(plan: Plan) -> str | None:
    return next((sheet for sheet, _ in plan.setting_cells.values()), None)


def _calendar_problems(plan: Plan | None) -> tuple[Problem, ...]:
    """That cells and packs may have another day on which a month's actuals are due: cells know
    the Holidays sheet alone. Told of the review month's fiscal year and what follows."""
    if plan is None or not plan.calendar_days:
        return ()
    settings = plan.settings
    months = list(plan.sheets["actuals"].months) if "actuals" in plan.sheets else []
    if settings.review_month is not None:
        start = fiscal_year_start(settings.review_month, settings.fiscal_start)
        months = [month for month in months if month >= start]
    missing = days_met(plan.calendar_days, months, settings.close_day, plan.holidays)
    if not missing:
        return ()
    sheet, cell = plan.setting_cells["country"]
    days = ", ".join(day.isoformat() for day in missing)
    details = {
        "n": len(missing),
        "days": days,
        "country": settings.country,
        "book": plan.source.names,
    }
    return (Problem("calendar-days-missing", sheet, cell, settings.country, details, warning=True),)


def _reviewed(reading: Reading) -> Review | None:
    """The review of the book's own month; None where its structure gives no plan, or no month."""
    if reading.plan is None:
        return None
    try:
        return review(reading.plan, problems=reading.problems)
    except UsageProblem:
        return None
