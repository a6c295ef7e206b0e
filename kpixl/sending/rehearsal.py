"""Find before its day what would keep a month's mails from being sent."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from kpixl.brand.kit import kit_of, logo_for
from kpixl.delivery.opening import check_transport
from kpixl.errors import KpixlError
from kpixl.pack.engines import choose
from kpixl.sending.dispatch import check_addressed

if TYPE_CHECKING:
    from kpixl.sending.office import Office


def obstacles(office: Office) -> tuple[KpixlError, ...]:
    """All that would keep every mail from being sent, whatever the month's figures: the mail
    settings and secrets, the ledger, the look, the engine, a book without recipients. Nothing is
    connected to but a ledger's server, and nothing is written."""
    checks: tuple[Callable[[], object], ...] = (
        lambda: check_addressed(office.review),
        lambda: check_transport(office.config),
        office.check_ledger,
        lambda: _check_look(office),
        lambda: choose(office.engine, office.templates),
    )
    faults = [fault for check in checks for fault in _faults_of(check)]
    # A kpixl.toml that cannot be read is in the way of most of them.
    return tuple({str(fault): fault for fault in faults}.values())


def _faults_of(check: Callable[[], object]) -> tuple[KpixlError, ...]:
    try:
        check()
    except KpixlError as fault:
        return (fault,)
    return ()


def _check_look(office: Office) -> None:
    kit = kit_of(office.templates)
    logo_for(kit, office.order.workbook, office.review.settings.logo)
