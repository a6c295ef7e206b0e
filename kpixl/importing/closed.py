"""Ask the ledger which months were closed as final."""

from __future__ import annotations

from collections.abc import Iterable

from kpixl.errors import KpixlError, Problem
from kpixl.importing.book import TargetBook
from kpixl.plan.model import State
from kpixl.plan.month import Month
from kpixl.words import LANGUAGES, problem_text


def closed_months(
    book: TargetBook, ledger: str | None, months: Iterable[Month]
) -> tuple[frozenset[Month], tuple[Problem, ...]]:
    """Those of ``months`` that were closed, by a person or by sending a final edition; none where
    there is no ledger. Where it cannot be asked, a warning says so."""
    from kpixl.delivery.config import delivery_config
    from kpixl.delivery.ledger import ledger_url, open_ledger

    book_id = book.plan.settings.book_id
    wanted = sorted(set(months))
    if not book_id or not wanted:
        return frozenset(), ()
    try:
        url = ledger or ledger_url(book.path, delivery_config(workbook=book.path).ledger_url)
        with open_ledger(url, create=False) as kept:
            closed = {closing.month for closing in kept.closings(book_id)}
            return frozenset(
                month
                for month in wanted
                if str(month) in closed
                or any(one.state == State.FINAL.value for one in kept.editions(book_id, str(month)))
            ), ()
    except KpixlError as fault:
        said = {f"reason_{one}": problem_text(fault, one).what for one in LANGUAGES}
        return frozenset(), (Problem("import-ledger", details=said, warning=True),)
