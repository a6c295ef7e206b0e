"""Keep a person signed in: in the system's keyring, or in a file that only they can read."""

from __future__ import annotations

import os
import re
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from kpixl.delivery.config import user_folder

SERVICE = "kpixl microsoft"


class TokenCache:
    """What msal keeps of one application's sign-ins.

    The keyring comes first; where there is none, or none that takes it (Windows' holds 2,560
    bytes, and a sign-in is longer), a file in ``folder`` with mode 0600: ``path``.
    """

    def __init__(self, client_id: str, folder: Path | None = None) -> None:
        self._name = re.sub(r"[^\w-]", "_", client_id) or "app"
        self.path = (folder or user_folder()) / f"microsoft-{self._name}.json"
        self._kept: Any = None

    @contextmanager
    def opened(self) -> Iterator[Any]:
        """The cache for msal with what was kept; what changes in it is kept afterwards. Raises
        :class:`OSError` where the file cannot be read or written."""
        if self._kept is None:
            import msal

            self._kept = msal.SerializableTokenCache()
            with suppress(ValueError):
                self._kept.deserialize(self._read())
        try:
            yield self._kept
        finally:
            if self._kept.has_state_changed:
                self._write(self._kept.serialize())
                self._kept.has_state_changed = False

    def _read(self) -> str:
        """What was kept last; "" where nothing was."""
        text = _from_keyring(self._name)
        if text is None and self.path.is_file():
            text = self.path.read_text(encoding="utf-8")
        return text or ""

    def _write(self, text: str) -> None:
        if _to_keyring(self._name, text):
            self.path.unlink(missing_ok=True)
            return
        self.path.parent.mkdir(parents=True, exist_ok=True)
        # Beside its place and then moved there: mkstemp gives mode 0600 from the first byte on.
        handle, name = tempfile.mkstemp(dir=self.path.parent, prefix=".microsoft-")
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(text)
            Path(name).replace(self.path)
        except OSError:
            Path(name).unlink(missing_ok=True)
            raise


def _from_keyring(name: str) -> str | None:
    keyring = _keyring()
    if keyring is None:
        return None
    try:
        found: str | None = keyring.get_password(SERVICE, name)
    except keyring.errors.KeyringError:
        return None
    return found


def _to_keyring(name: str, text: str) -> bool:
    """Whether the keyring took ``text``. One that did not keeps nothing older either: that would
    be found first the next time."""
    keyring = _keyring()
    if keyring is None:
        return False
    try:
        keyring.set_password(SERVICE, name, text)
    except keyring.errors.KeyringError:
        with suppress(keyring.errors.KeyringError):
            keyring.delete_password(SERVICE, name)
        return False
    return True


def _keyring() -> Any:
    if sys.platform == "win32":
        return None
    try:
        import keyring
        import keyring.errors
    except ImportError:
        return None
    return keyring
