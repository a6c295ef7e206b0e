"""Passwords come from the environment or the keyring, and show up nowhere."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import keyring
import keyring.backend
import keyring.errors
import pytest

from kpixl.delivery.secrets import SecretMissing, require_secret, secret
from kpixl.words import LANGUAGES, problem_text


class Ring(keyring.backend.KeyringBackend):
    """A keyring that holds what it is given, or fails."""

    priority = 1

    def __init__(self, held: dict[str, str] | None = None, ill: Exception | None = None) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # keyring has none here
        self.held = held or {}
        self.ill = ill

    def get_password(self, service: str, username: str) -> str | None:
        if self.ill is not None:
            raise self.ill
        return self.held.get(f"{service}/{username}")

    def set_password(self, service: str, username: str, password: str) -> None:
        self.held[f"{service}/{username}"] = password


@pytest.fixture(autouse=True)
def ring(monkeypatch: pytest.MonkeyPatch) -> Iterator[Ring]:
    monkeypatch.delenv("KPIXL_SMTP_PASSWORD", raising=False)
    before = keyring.get_keyring()
    own = Ring()
    keyring.set_keyring(own)
    yield own
    keyring.set_keyring(before)


def test_the_environment_comes_before_the_keyring(ring: Ring, monkeypatch: pytest.MonkeyPatch):
    ring.held |= {"kpixl/smtp_password": "ring"}
    assert secret("smtp_password") == "ring"
    monkeypatch.setenv("KPIXL_SMTP_PASSWORD", "environment\r\n")
    assert secret("smtp_password") == "environment"
    monkeypatch.setenv("KPIXL_SMTP_PASSWORD", "")
    assert secret("smtp_password") == "ring"


def test_a_users_own_secret_comes_before_the_common_one(ring: Ring):
    ring.held |= {"kpixl/smtp_password": "common", "kpixl/smtp_password:a@example.com": "own"}
    assert secret("smtp_password", "a@example.com") == "own"
    assert secret("smtp_password", "b@example.com") == "common"


def test_what_the_message_says_to_run_is_what_works(
    ring: Ring, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    from keyring import cli

    with pytest.raises(SecretMissing) as caught:
        require_secret("smtp_password", "kpi@example.co.jp")
    mend = problem_text(caught.value, "en").mend
    assert "KPIXL_SMTP_PASSWORD" in mend
    command = mend.split("“")[1].split("”")[0].split()
    assert command == ["keyring", "set", "kpixl", "smtp_password"]
    monkeypatch.setattr("getpass.getpass", lambda *_, **__: "typed in")
    monkeypatch.setattr(cli.CommandLineTool, "input_password", lambda *_: "typed in")
    cli.main(command[1:])  # type: ignore[no-untyped-call]  # as above
    assert require_secret("smtp_password", "kpi@example.co.jp") == "typed in"
    assert "typed in" not in capsys.readouterr().out


@pytest.mark.parametrize(
    "ill",
    [
        keyring.errors.NoKeyringError("no backend"),
        keyring.errors.KeyringLocked("locked"),
        RuntimeError("no D-Bus"),
        OSError("gone"),
        ImportError("secretstorage"),
    ],
)
def test_a_keyring_that_fails_holds_nothing(ring: Ring, ill: Exception):
    ring.ill = ill
    assert secret("smtp_password") is None
    with pytest.raises(SecretMissing):
        require_secret("smtp_password")


def test_without_the_package_the_message_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "keyring", None)
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    assert secret("client_secret") is None
    with pytest.raises(SecretMissing) as caught:
        require_secret("client_secret")
    for language in LANGUAGES:
        told = problem_text(caught.value, language)
        assert "KPIXL_CLIENT_SECRET" in told.mend
        assert "pip install keyring" in told.mend
        assert "keyring set kpixl client_secret" in told.mend
