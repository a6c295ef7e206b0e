"""Tokens from Entra: msal speaks with a server on loopback, over TLS, in both flows."""

from __future__ import annotations

import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import keyring
import keyring.backend
import keyring.errors
import pytest

from kpixl.delivery.config import user_folder
from kpixl.delivery.token_cache import TokenCache
from kpixl.delivery.tokens import (
    MENDABLE,
    SCOPES,
    Registration,
    SignIn,
    Tokens,
    from_environment,
)
from kpixl.delivery.transports import Deferred, DeliveryFault, Unavailable
from kpixl.errors import UsageProblem
from kpixl.words import problem_text
from tests.graph_certificates import Certificate, certificate
from tests.graph_server import CLIENT, MAILBOX, SECRET, TENANT, Cloud, Twist, running
from tests.test_graph import complete

APP = SCOPES["graph", "app"]
PERSON = SCOPES["graph", "delegated"]


class Ring(keyring.backend.KeyringBackend):
    """A keyring in memory; one that is ``locked`` takes and tells nothing."""

    priority = 1

    def __init__(self, locked: bool = False) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.locked = locked
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        if self.locked:
            raise keyring.errors.KeyringLocked
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        if self.locked:
            raise keyring.errors.PasswordSetError
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        if self.locked:
            raise keyring.errors.PasswordDeleteError
        del self.kept[service, username]


@pytest.fixture(scope="module")
def identity(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return certificate(tmp_path_factory.mktemp("server"))


@pytest.fixture
def cloud(identity: Certificate, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cloud]:
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("NO_PROXY", "localhost")
    with running(identity) as server:
        yield server


@contextmanager
def ring(locked: bool) -> Iterator[Ring]:
    before = keyring.get_keyring()
    made = Ring(locked)
    keyring.set_keyring(made)
    try:
        yield made
    finally:
        keyring.set_keyring(before)


@pytest.fixture
def no_ring() -> Iterator[Ring]:
    with ring(locked=True) as made:
        yield made


def app(cloud: Cloud, identity: Certificate, **changed: object) -> Tokens:
    """The application with its secret, unless something is ``changed``."""
    secrets = {"client_secret": SECRET, **changed.pop("secrets", {})}  # type: ignore[dict-item]
    who = {"tenant": TENANT, "client_id": CLIENT, "user": MAILBOX, "authority": cloud.address}
    registration = Registration(**{**who, **changed})  # type: ignore[arg-type]
    return Tokens(registration, APP, secret=secrets.get, verify=str(identity.pem))


def someone(
    cloud: Cloud, identity: Certificate, folder: Path, shown: list[SignIn] | None
) -> Tokens:
    registration = Registration(TENANT, CLIENT, MAILBOX, "delegated", authority=cloud.address)
    return Tokens(
        registration,
        PERSON,
        ask=None if shown is None else shown.append,
        cache=TokenCache(CLIENT, folder),
        verify=str(identity.pem),
    )


def refused(tokens: Tokens) -> DeliveryFault:
    with pytest.raises(DeliveryFault) as caught:
        tokens.token()
    complete(caught.value)
    return caught.value


# ---- An application ---------------------------------------------------------------------------


def test_an_app_gets_a_token_and_keeps_it(cloud, identity):
    tokens = app(cloud, identity)
    first = tokens.token()
    assert cloud.tokens == {first: True}
    assert tokens.token() == first
    assert cloud.asked["token"] == 1
    assert cloud.entra.scopes == ["https://graph.microsoft.com/.default"]


def test_a_fresh_token_is_another_one(cloud, identity):
    tokens = app(cloud, identity)
    first = tokens.token()
    second = tokens.token(fresh=True)
    assert second != first
    assert tokens.token() == second


def test_a_certificate_takes_the_place_of_a_secret(cloud, identity, tmp_path):
    own = cloud.entra.certificate = certificate(tmp_path, "kpixl")
    assert app(cloud, identity, certificate=own.pem, secrets={"client_secret": None}).token()


def test_a_pfx_file_opens_with_its_password(cloud, identity, tmp_path):
    own = cloud.entra.certificate = certificate(tmp_path, "kpixl")
    file = own.as_pfx(tmp_path / "own.pfx", b"open sesame")
    right = {"certificate_password": "open sesame"}
    assert app(cloud, identity, certificate=file, secrets=right).token()
    for wrong in ({"certificate_password": "open barley"}, {}):
        fault = refused(app(cloud, identity, certificate=file, secrets=wrong))
        assert isinstance(fault, Unavailable)
        assert fault.code == "microsoft-certificate-file"


@pytest.mark.parametrize("content", [None, b"", b"no certificate", b"\xff\xfe"])
def test_a_file_that_is_no_certificate_is_named(cloud, identity, tmp_path, content):
    file = tmp_path / "own.pem"
    if content is not None:
        file.write_bytes(content)
    fault = refused(app(cloud, identity, certificate=file))
    assert fault.code == "microsoft-certificate-file"
    assert str(file) in problem_text(fault, "en").what


def test_a_certificate_that_is_not_registered_is_turned_down(cloud, identity, tmp_path):
    cloud.entra.certificate = certificate(tmp_path, "kpixl")
    other = certificate(tmp_path, "kpixl")
    fault = refused(app(cloud, identity, certificate=other.pem))
    assert fault.code == "microsoft-certificate-unknown"


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"secrets": {"client_secret": "another"}}, "microsoft-secret-wrong"),
        ({"secrets": {"client_secret": ""}}, "microsoft-secret-missing"),
        ({"client_id": "another"}, "microsoft-app-unknown"),
        ({"tenant": "another"}, "microsoft-tenant-unknown"),
    ],
)
def test_what_is_wrong_in_the_settings_is_said(cloud, identity, changed, code):
    fault = refused(app(cloud, identity, **changed))
    assert isinstance(fault, Unavailable)
    assert fault.code == code


@pytest.mark.parametrize("number", ["7000222", "65001", "50076", "53003", "99999"])
def test_microsofts_number_stands_in_the_sentence(cloud, identity, number):
    cloud.entra.failure = f"AADSTS{number}: Something."
    fault = refused(app(cloud, identity))
    assert isinstance(fault, Unavailable)
    assert fault.code == MENDABLE.get(number, "microsoft-token")
    for language in ("en", "ja"):
        text = problem_text(fault, language).what
        assert f"AADSTS{number}" in text
        assert "Trace ID" not in text or "\n" not in text


def test_a_secret_is_never_shown(cloud, identity):
    cloud.entra.failure = "AADSTS7000215: Invalid client secret provided."
    fault = refused(app(cloud, identity))
    assert SECRET not in str(fault)
    assert SECRET not in repr(fault.__cause__)


def test_a_service_that_is_down_is_worth_another_try(cloud, identity):
    cloud.twists["token"].append(Twist(503))
    assert isinstance(refused(app(cloud, identity)), Deferred)


def test_a_line_that_breaks_is_worth_another_try(cloud, identity):
    cloud.twists["token"].append(Twist())
    tokens = app(cloud, identity)
    assert refused(tokens).code == "microsoft-unreachable"
    assert tokens.token()


def test_a_place_where_nobody_listens_is_worth_another_try(cloud, identity):
    fault = refused(app(cloud, identity, authority="https://localhost:1"))
    assert isinstance(fault, Deferred)
    assert problem_text(fault, "en").what.startswith("localhost:1 cannot be reached: ")


def test_no_secret_goes_to_a_server_that_is_not_trusted(cloud, identity, tmp_path):
    with running(certificate(tmp_path)) as impostor:
        fault = refused(app(impostor, identity))
        assert isinstance(fault, Unavailable)
        assert fault.code == "microsoft-certificate"
        assert impostor.asked == {}


def test_a_login_in_netrc_does_not_mix_in(cloud, identity, tmp_path, monkeypatch):
    netrc = tmp_path / "netrc"
    netrc.write_text("machine localhost login someone password else\n", encoding="ascii")
    monkeypatch.setenv("NETRC", str(netrc))
    seen = []
    original = cloud.entra.token

    def noting(request):
        seen.append(request.headers.get("Authorization"))
        return original(request)

    cloud.entra.token = noting
    app(cloud, identity).token()
    assert seen == [None]


@pytest.mark.parametrize("package", ["msal", "requests"])
def test_without_the_extra_it_is_said_what_to_install(cloud, identity, monkeypatch, package):
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(UsageProblem) as caught:
        app(cloud, identity)
    assert caught.value.code == "extra-missing"
    assert caught.value.details["extra"] == "microsoft"


def test_the_secret_comes_from_the_environment_by_default(monkeypatch):
    monkeypatch.setenv("KPIXL_CLIENT_SECRET", "one")
    assert from_environment("client_secret") == "one"
    monkeypatch.setenv("KPIXL_CLIENT_SECRET", "")
    assert from_environment("client_secret") is None


# ---- A person -----------------------------------------------------------------------------------


def test_a_person_signs_in_once_with_a_code(cloud, identity, tmp_path, no_ring):
    shown: list[SignIn] = []
    first = someone(cloud, identity, tmp_path, shown)
    token = first.token()
    assert shown == [SignIn("https://microsoft.com/devicelogin", "ABCD1234", 15)]
    assert first.token() == token
    # Another run, even one where nobody is there to sign in.
    later = someone(cloud, identity, tmp_path, None)
    assert later.token() == token
    assert later.token(fresh=True) not in (token, None)
    assert (cloud.asked["device"], len(shown)) == (1, 1)


def test_a_sign_in_asks_for_both_rights(cloud, identity, tmp_path, no_ring):
    someone(cloud, identity, tmp_path, []).token()
    assert {*PERSON, "offline_access"} <= set(cloud.entra.scopes)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes")
def test_the_file_that_keeps_a_sign_in_is_its_owners_alone(cloud, identity, tmp_path, no_ring):
    folder = tmp_path / "not" / "there yet"
    someone(cloud, identity, folder, []).token()
    (file,) = folder.iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    file.chmod(0o644)
    someone(cloud, identity, folder, None).token(fresh=True)
    assert [one.name for one in folder.iterdir()] == [file.name]
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


@pytest.mark.skipif(sys.platform == "win32", reason="a sign-in is too long for Windows' keyring")
def test_a_keyring_is_preferred_to_a_file(cloud, identity, tmp_path):
    with ring(locked=False) as made:
        token = someone(cloud, identity, tmp_path, []).token()
        assert list(tmp_path.iterdir()) == []
        assert [name for _, name in made.kept] == [CLIENT]
        assert someone(cloud, identity, tmp_path, None).token() == token


def test_without_anybody_to_sign_in_nothing_is_sent(cloud, identity, tmp_path, no_ring):
    assert refused(someone(cloud, identity, tmp_path, None)).code == "microsoft-sign-in"


def test_a_code_that_nobody_enters_in_time_is_no_sign_in(cloud, identity, tmp_path, no_ring):
    cloud.entra.entered = False
    assert refused(someone(cloud, identity, tmp_path, [])).code == "microsoft-sign-in"


def test_a_sign_in_that_is_no_longer_valid_is_asked_for_anew(cloud, identity, tmp_path, no_ring):
    someone(cloud, identity, tmp_path, []).token()
    cloud.entra.refreshable.clear()
    alone = someone(cloud, identity, tmp_path, None)
    with pytest.raises(Unavailable) as caught:
        alone.token(fresh=True)
    assert caught.value.code == "microsoft-sign-in-again"
    shown: list[SignIn] = []
    assert someone(cloud, identity, tmp_path, shown).token(fresh=True)
    assert len(shown) == 1


def test_a_kept_file_that_is_damaged_only_costs_a_sign_in(cloud, identity, tmp_path, no_ring):
    (tmp_path / f"microsoft-{CLIENT}.json").write_text("{ half", encoding="utf-8")
    shown: list[SignIn] = []
    assert someone(cloud, identity, tmp_path, shown).token()
    assert len(shown) == 1


def test_a_place_where_nothing_can_be_kept_is_named(cloud, identity, tmp_path, no_ring):
    file = tmp_path / "file"
    file.write_text("in the way", encoding="utf-8")
    fault = refused(someone(cloud, identity, file / "folder", []))
    assert isinstance(fault, Unavailable)
    assert fault.code == "microsoft-kept"
    assert str(file) in problem_text(fault, "ja").what


def test_the_kept_file_stays_in_its_folder_whatever_the_app_is_called(tmp_path):
    cache = TokenCache("../../etc/passwd", tmp_path)
    assert cache.path.parent == tmp_path


@pytest.mark.parametrize(
    ("system", "variables", "expected"),
    [
        ("linux", {"XDG_CONFIG_HOME": "/x"}, "/x/kpixl"),
        ("linux", {}, "~/.config/kpixl"),
        ("darwin", {}, "~/.config/kpixl"),
        ("win32", {"APPDATA": "/roaming"}, "/roaming/kpixl"),
    ],
)
def test_settings_stand_where_the_system_keeps_them(monkeypatch, system, variables, expected):
    for name in ("XDG_CONFIG_HOME", "APPDATA"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys, "platform", system)
    assert user_folder() == Path(expected).expanduser()
