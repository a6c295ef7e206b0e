"""A transport that writes mails into a folder, to be looked at or sent by hand."""

from __future__ import annotations

import hashlib
from pathlib import Path
from types import TracebackType
from typing import Self

from kpixl.delivery.eml import to_bytes
from kpixl.delivery.mail import Mail
from kpixl.delivery.transports import Refused, Unavailable
from kpixl.errors import UsageProblem
from kpixl.files import CannotWrite, safe_name, write_file

UNSENT = (("X-Unsent", "1"),)
"""Outlook opens such a file as a draft, ready to be sent."""

LONGEST_NAME = 220


class FileTransport:
    """Writes each mail as an ``.eml`` file into ``folder``; the same mail twice is one file."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def send(self, mail: Mail) -> str:
        """Write one mail and return its file's path. Raises :class:`Unavailable` where the folder
        cannot be written to, :class:`Refused` where an address is none."""
        try:
            data = to_bytes(mail, UNSENT)
        except UsageProblem as fault:
            raise Refused(fault.code, **fault.details) from fault
        path = self.folder / f"{safe_name(mail.stem or _stem(mail), LONGEST_NAME)}.eml"
        try:
            return str(write_file(path, data))
        except CannotWrite as fault:
            raise Unavailable(fault.code, **fault.details) from fault

    def __enter__(self) -> Self:
        """The transport itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """There is nothing to close."""


def _stem(mail: Mail) -> str:
    digest = hashlib.sha256(mail.message_id.encode()).hexdigest()
    return f"{mail.date:%Y-%m-%d}_{digest[:12]}"
