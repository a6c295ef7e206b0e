"""Where passwords come from: the environment, else the system's own keyring. Nothing here is
ever logged or shown."""

from __future__ import annotations

import importlib.util
import os

from kpixl.errors import UsageProblem

SERVICE = "kpixl"


class SecretMissing(UsageProblem):
    """A password or key that is needed is neither in the environment nor in the keyring."""


def secret(name: str, user: str = "") -> str | None:
    """The secret ``name`` (``smtp_password``, ``client_secret``, ``ledger_password``): the
    environment's ``KPIXL_SMTP_PASSWORD``, else what the keyring has under "kpixl" for
    ``smtp_password:user``, else for ``smtp_password``. None where there is none, or where the
    keyring cannot be asked."""
    given = os.environ.get(variable(name), "").rstrip("\r\n")
    if given:
        return given
    names = (f"{name}:{user}", name) if user else (name,)
    return next((found for found in map(_in_keyring, names) if found), None)


def require_secret(name: str, user: str = "") -> str:
    """As :func:`secret`. Raises :class:`SecretMissing`, which says both ways to give it."""
    found = secret(name, user)
    if found:
        return found
    form = {} if importlib.util.find_spec("keyring") else {"form": "bare"}
    raise SecretMissing(
        "secret-missing", found=name, variable=variable(name), service=SERVICE, **form
    )


def variable(name: str) -> str:
    """The environment's name for a secret."""
    return f"KPIXL_{name.upper()}"


def _in_keyring(name: str) -> str | None:
    try:
        import keyring

        return keyring.get_password(SERVICE, name)
    except Exception:  # noqa: BLE001 - whatever ails a system's keyring: it gives no secret
        return None
