"""Fetch the access tokens that Microsoft asks for, for Graph and for SMTP (XOAUTH2)."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any, Literal

from kpixl.delivery.token_cache import TokenCache
from kpixl.delivery.transports import Deferred, DeliveryFault, Unavailable
from kpixl.delivery.web import no_line, session
from kpixl.errors import UsageProblem
from kpixl.files import reason_of

AUTHORITY = "https://login.microsoftonline.com"
TIMEOUT = 30.0
Flow = Literal["app", "delegated"]
Service = Literal["graph", "smtp"]

SCOPES: Mapping[tuple[Service, Flow], tuple[str, ...]] = {
    ("graph", "app"): ("https://graph.microsoft.com/.default",),
    ("graph", "delegated"): (
        "https://graph.microsoft.com/Mail.Send",
        # For packs that are too large for one request.
        "https://graph.microsoft.com/Mail.ReadWrite",
    ),
    ("smtp", "app"): ("https://outlook.office365.com/.default",),
    ("smtp", "delegated"): ("https://outlook.office.com/SMTP.Send",),
}

# Microsoft's own numbers for what a person can mend, and the sentence for each.
MENDABLE = {
    "7000215": "microsoft-secret-wrong",
    "7000222": "microsoft-secret-expired",
    "700016": "microsoft-app-unknown",
    "700027": "microsoft-certificate-unknown",
    "7000218": "microsoft-public-client",
    "90002": "microsoft-tenant-unknown",
    "900023": "microsoft-tenant-unknown",
    "65001": "microsoft-consent",
    "65004": "microsoft-consent",
    "90094": "microsoft-consent",
    "50076": "microsoft-mfa",
    "50079": "microsoft-mfa",
    "50158": "microsoft-mfa",
    "53003": "microsoft-blocked-by-policy",
    "50173": "microsoft-sign-in-again",
    "70008": "microsoft-sign-in-again",
    "700082": "microsoft-sign-in-again",
    "700084": "microsoft-sign-in-again",
}
PASSING = ("temporarily_unavailable", "server_error")
LONGEST = 300


@dataclass(frozen=True)
class SignIn:
    """What a person does to sign in: open ``url`` in any browser and enter ``code``, within
    ``minutes``."""

    url: str
    code: str
    minutes: int


def from_environment(name: str) -> str | None:
    """The secret ``name`` as the environment has it (KPIXL_CLIENT_SECRET), None where not."""
    return os.environ.get(f"KPIXL_{name.upper()}") or None


@dataclass(frozen=True)
class Registration:
    """An application as it is registered with Microsoft Entra, and the mailbox ``user`` that it
    sends from. ``certificate`` takes the place of a secret: a PEM file with its private key, or
    PFX; its password is the secret ``certificate_password``. ``authority`` is another address for
    a national cloud."""

    tenant: str
    client_id: str
    user: str
    flow: Flow = "app"
    certificate: Path | None = None
    authority: str = AUTHORITY


class Tokens:
    """Access tokens for one mailbox and service, kept until they expire.

    ``flow`` "app": the application itself signs in, by its certificate or by the secret
    ``client_secret`` that ``secret`` gives. ``flow`` "delegated": a person signs in once and
    ``ask`` shows how; what keeps them signed in is stored in ``cache``. Without ``ask`` nobody is
    there who could. ``scopes`` are one of :data:`SCOPES`.
    """

    def __init__(
        self,
        registration: Registration,
        scopes: Sequence[str],
        *,
        secret: Callable[[str], str | None] = from_environment,
        ask: Callable[[SignIn], None] | None = None,
        cache: TokenCache | None = None,
        verify: bool | str = True,
    ) -> None:
        """Raises :class:`UsageProblem` where the extra "microsoft" is missing."""
        self._msal, self._requests = _packages()
        self._who = registration
        self._address = f"{registration.authority.rstrip('/')}/{registration.tenant}"
        self._scopes = list(scopes)
        self._secret = secret
        self._ask = ask
        self._cache = cache or TokenCache(registration.client_id)
        self._verify = verify
        self._app: Any = None

    def token(self, fresh: bool = False) -> str:
        """A token that is valid now; with ``fresh`` a new one, for a server that turned the last
        down. Raises :class:`Unavailable`, and :class:`Deferred` where Microsoft is not reached."""
        msal, requests = self._msal, self._requests
        try:
            found = self._as_app(fresh) if self._who.flow == "app" else self._as_person(fresh)
        except requests.ConnectionError as fault:
            raise no_line(fault, self._address) from fault
        except (requests.RequestException, msal.exceptions.MsalServiceError) as fault:
            raise Deferred("microsoft-busy", None, reply=_line(str(fault))) from fault
        except OSError as fault:
            raise self._not_kept(fault) from fault
        if "access_token" not in found:
            raise self._fault(found)
        return str(found["access_token"])

    def check(self) -> None:
        """Look for what a sign-in needs, without asking Microsoft. Raises :class:`Unavailable`
        where the secret is missing or the person was never signed in."""
        if self._who.flow == "app":
            self._credential()
            return
        try:
            with self._cache.opened() as kept:
                signed_in = any(kept.search(kept.CredentialType.REFRESH_TOKEN))
        except OSError as fault:
            raise self._not_kept(fault) from fault
        if not signed_in:
            raise Unavailable("microsoft-sign-in", user=self._who.user)

    def _not_kept(self, fault: OSError) -> Unavailable:
        return Unavailable("microsoft-kept", found=str(self._cache.path), reply=reason_of(fault))

    def _as_app(self, fresh: bool) -> Mapping[str, Any]:
        app = self._app = self._app or self._made(
            self._msal.ConfidentialClientApplication, client_credential=self._credential()
        )
        if fresh:
            app.remove_tokens_for_client()
        found: Mapping[str, Any] = app.acquire_token_for_client(scopes=self._scopes)
        return found

    def _as_person(self, fresh: bool) -> Mapping[str, Any]:
        with self._cache.opened() as kept:
            app = self._app = self._app or self._made(
                self._msal.PublicClientApplication, token_cache=kept
            )
            # Who signs in need not be called as the mailbox is: an alias, a shared mailbox.
            known = app.get_accounts(username=self._who.user) or app.get_accounts()
            if len(known) == 1:
                found: Mapping[str, Any] | None = app.acquire_token_silent_with_error(
                    self._scopes, account=known[0], force_refresh=fresh
                )
                done = found and ("access_token" in found or found.get("error") in PASSING)
                if found and (done or self._ask is None):
                    return found
            return self._signed_in(app)

    def _signed_in(self, app: Any) -> Mapping[str, Any]:
        """The answer when a person has signed in, for which this waits."""
        if self._ask is None:
            raise Unavailable("microsoft-sign-in", user=self._who.user)
        flow: dict[str, Any] = app.initiate_device_flow(scopes=self._scopes)
        if "user_code" not in flow:
            return flow
        minutes = int(flow.get("expires_in", 900)) // 60
        self._ask(SignIn(str(flow["verification_uri"]), str(flow["user_code"]), minutes))
        found: Mapping[str, Any] = app.acquire_token_by_device_flow(flow)
        return found

    def _made(self, kind: Any, **given: Any) -> Any:
        """The application as msal knows it; it asks Microsoft at once whether the tenant exists."""
        http = _Http(self._verify)
        try:
            return kind(
                self._who.client_id,
                authority=self._address,
                # The address is the user's own: no other need vouch for it.
                instance_discovery=False,
                http_client=http,
                **given,
            )
        except (ValueError, TypeError) as fault:
            told = {
                "tenant": self._who.tenant,
                "client": self._who.client_id,
                "reply": _line(str(fault)),
            }
            if http.turned_down:
                raise Unavailable("microsoft-tenant-unknown", **told) from fault
            if self._who.certificate is not None:
                told["found"] = str(self._who.certificate)
                raise Unavailable("microsoft-certificate-file", **told) from fault
            raise Unavailable("microsoft-token", **told) from fault

    def _credential(self) -> str | dict[str, str]:
        if self._who.certificate is None:
            secret = self._secret("client_secret")
            if not secret:
                raise Unavailable("microsoft-secret-missing", client=self._who.client_id)
            return secret
        password = self._secret("certificate_password")
        locked = {"passphrase": password} if password else {}
        found = str(self._who.certificate)
        try:
            content = self._who.certificate.read_bytes()
        except OSError as fault:
            told = reason_of(fault)
            raise Unavailable("microsoft-certificate-file", found=found, reply=told) from fault
        if self._who.certificate.suffix.lower() in (".pfx", ".p12"):
            return {"private_key_pfx_path": found, **locked}
        pem = content.decode("ascii", "replace")
        return {"private_key": pem, "public_certificate": pem, **locked}

    def _fault(self, found: Mapping[str, Any]) -> DeliveryFault:
        """What an answer without a token means."""
        text = _line(str(found.get("error_description") or found.get("error") or "-"))
        number = re.search(r"AADSTS(\d+)", text)
        told = {
            "reply": text,
            "user": self._who.user,
            "client": self._who.client_id,
            "tenant": self._who.tenant,
        }
        code = MENDABLE.get(number.group(1)) if number else None
        if code is None and found.get("error") in PASSING:
            return Deferred("microsoft-busy", None, **told)
        if code is None and found.get("error") in ("expired_token", "authorization_declined"):
            code = "microsoft-sign-in"
        return Unavailable(code or "microsoft-token", **told)


def _packages() -> tuple[ModuleType, ModuleType]:
    try:
        import msal.exceptions
        import requests
    except ImportError as missing:
        package = missing.name or "msal"
        raise UsageProblem("extra-missing", extra="microsoft", package=package) from missing
    return msal, requests


def _line(text: str) -> str:
    """The first line of what Microsoft says; numbers for its support follow in the others."""
    first = text.strip().splitlines()[0] if text.strip() else text
    return " ".join(first.split())[:LONGEST]


class _Http:
    """msal's way out: a session for each request, so that none stays open between two mails."""

    def __init__(self, verify: bool | str) -> None:
        self._verify = verify or True
        self.turned_down = False

    def get(self, url: str, **named: Any) -> Any:
        with session(self._verify) as opened:
            answer = opened.get(url, timeout=TIMEOUT, **named)
        self.turned_down = 400 <= answer.status_code < 500
        return answer

    def post(self, url: str, **named: Any) -> Any:
        with session(self._verify) as opened:
            return opened.post(url, timeout=TIMEOUT, **named)

    def close(self) -> None:
        """Nothing is open."""
