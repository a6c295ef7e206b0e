"""The transport that a configuration asks for, and what it is told of secrets."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from kpixl.delivery.config import read_config
from kpixl.delivery.config_table import ConfigProblem
from kpixl.delivery.graph import GraphTransport
from kpixl.delivery.opening import transport_of
from kpixl.delivery.secrets import SecretMissing
from kpixl.delivery.smtp import SmtpTransport
from kpixl.delivery.tokens import Tokens
from kpixl.errors import UsageProblem

MICROSOFT = """[mail.microsoft]
tenant = "example.onmicrosoft.com"
client_id = "11111111-2222-3333-4444-555555555555"
"""


@pytest.fixture(autouse=True)
def no_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("KPIXL_SMTP_PASSWORD", "KPIXL_CLIENT_SECRET"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")


def opened(folder: Path, text: str, **options: Any) -> Any:
    path = folder / "kpixl.toml"
    path.write_text('[mail]\nfrom = "kpi@example.com"\n' + text, encoding="utf-8")
    return transport_of(read_config(path), **options)


def tokens(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Whether a fresh token was wanted, each time that one is asked for."""
    asked: list[bool] = []

    def token(self: Tokens, fresh: bool = False) -> str:
        asked.append(fresh)
        return "t"

    monkeypatch.setattr(Tokens, "token", token)
    return asked


def smtp(login: str) -> str:
    return f'[mail.smtp]\nhost = "smtp.example.com"\nuser = "kpi@example.com"\nlogin = "{login}"\n'


def test_a_mail_server_with_its_password(tmp_path, monkeypatch):
    with pytest.raises(SecretMissing):
        opened(tmp_path, smtp("password"))
    monkeypatch.setenv("KPIXL_SMTP_PASSWORD", "s3cret")
    assert isinstance(opened(tmp_path, smtp("password")), SmtpTransport)


def test_a_mail_server_with_a_token_of_microsofts(tmp_path, monkeypatch):
    asked = tokens(monkeypatch)
    transport = opened(tmp_path, smtp("xoauth2") + MICROSOFT)
    assert isinstance(transport, SmtpTransport)
    # An application signs in by itself, when a connection needs it and not before.
    assert asked == []
    assert transport._token is not None
    assert transport._fresh_token is not None
    transport._token()
    transport._fresh_token()
    assert asked == [False, True]


def test_graph_without_any_smtp(tmp_path):
    assert isinstance(opened(tmp_path, 'transport = "graph"\n' + MICROSOFT), GraphTransport)


def test_a_person_signs_in_before_anything_is_begun(tmp_path, monkeypatch):
    asked = tokens(monkeypatch)
    opened(tmp_path, 'transport = "graph"\n' + MICROSOFT + 'flow = "delegated"\n')
    assert asked == [False]


def test_a_certificate_lies_beside_the_configuration(tmp_path):
    text = 'transport = "graph"\n' + MICROSOFT + 'certificate = "kpixl.pem"\n'
    with pytest.raises(ConfigProblem, match="config-certificate"):
        opened(tmp_path, text)
    (tmp_path / "kpixl.pem").write_text("a key", encoding="utf-8")
    transport = opened(tmp_path, text)
    assert transport._client._tokens._who.certificate == tmp_path / "kpixl.pem"


def test_a_configuration_without_mail_says_so(tmp_path):
    path = tmp_path / "kpixl.toml"
    path.write_text('[ledger]\nurl = "ledger.sqlite"\n', encoding="utf-8")
    with pytest.raises(UsageProblem, match="config-without-mail"):
        transport_of(read_config(path))
