"""What a transport is: it takes one mail at a time, and is honest about what became of it."""

from __future__ import annotations

from types import TracebackType
from typing import Protocol, Self

from kpixl.delivery.mail import Mail
from kpixl.errors import KpixlError


class DeliveryFault(KpixlError):
    """A mail was not sent, or nobody knows. ``code`` names the sentence in words.json;
    ``details`` hold the server's own reply as ``reply`` where it gave one."""


class Refused(DeliveryFault):
    """The mail will not be taken, now or later: nothing was delivered."""


class Deferred(DeliveryFault):
    """Not taken now, and nothing was delivered; worth another try, not before ``after`` seconds
    where the server said so."""

    def __init__(self, code: str, after: float | None = None, **details: object) -> None:
        super().__init__(code, **details)
        self.after = after


class Uncertain(DeliveryFault):
    """The connection was lost when the mail had been handed over but not acknowledged: it may
    have been delivered."""


class Unavailable(DeliveryFault):
    """Nothing can be sent this way at all: wrong password, certificate, host. Nothing was
    delivered, and no other mail would be."""


class Transport(Protocol):
    """A way to send mail. Used as a context manager, and within it once or many times; it
    connects when the first mail is sent, and again where a connection was lost."""

    def send(self, mail: Mail) -> str:
        """Send one mail and return what the server said of it, for the ledger. Raises one of the
        four faults above and nothing else."""
        ...

    def __enter__(self) -> Self:
        """The transport itself."""
        ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close what is open."""
        ...
