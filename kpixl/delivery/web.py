"""Make requests over HTTPS, and know of each whether it had been handed over when a line broke."""

from __future__ import annotations

import ssl
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from kpixl.delivery.transports import Deferred, DeliveryFault, Unavailable
from kpixl.errors import Reason, UsageProblem
from kpixl.files import reason_of

if TYPE_CHECKING:
    import requests
    from requests.adapters import HTTPAdapter

LOOPBACK = ("localhost", "127.0.0.1", "::1")
LONGEST_REPLY = 300
"""Of what a server says, in characters: more is a page, not a sentence."""


class Lost(Exception):
    """The line broke, or fell silent, when the whole request had been written out: nobody knows
    what became of it. ``told`` is what was said of it."""

    def __init__(self, told: str) -> None:
        super().__init__(told)
        self.told = told


@dataclass(frozen=True)
class Reply:
    """What a server answered. ``headers`` are looked up in any case; ``body`` is {} where the
    answer was no JSON object."""

    status: int
    headers: Mapping[str, str]
    body: Mapping[str, Any]

    @property
    def codes(self) -> tuple[str, ...]:
        """The error codes in lower case, the most detailed first; () where none is given."""
        found: list[str] = []
        part = self.body.get("error")
        while isinstance(part, Mapping) and len(found) < 10:
            if isinstance(part.get("code"), str):
                found.insert(0, part["code"].lower())
            part = part.get("innererror", part.get("innerError"))
        return tuple(found)

    @property
    def said(self) -> str:
        """The answer in one line, for the ledger and for who asks Microsoft about it."""
        error = self.body.get("error")
        parts = [str(self.status)]
        if isinstance(error, Mapping):
            parts += [str(error.get("code", "")), str(error.get("message", ""))]
        line = " ".join(" ".join(parts).split())[:LONGEST_REPLY]
        return f"{line} request-id={self.request_id}" if self.request_id else line

    @property
    def request_id(self) -> str:
        """Under which Microsoft can find the request; "" where it gave none."""
        return self.headers.get("request-id", "")

    @property
    def retry_after(self) -> float | None:
        """The seconds to wait that the server asks for, given as such or as a date; None where it
        asks for none. A date is measured against the server's own clock where it shows it."""
        asked = self.headers.get("Retry-After", "").strip()
        if asked.isascii() and asked.isdigit():
            return float(asked)
        until = _moment(asked)
        if until is None:
            return None
        now = _moment(self.headers.get("Date", "")) or datetime.now(UTC)
        return max(0.0, (until - now).total_seconds())


def _moment(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def checked_address(url: str) -> str:
    """``url`` without a slash at its end. Raises :class:`UsageProblem` unless it is https, or
    within this machine."""
    parts = urlsplit(url)
    if parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK):
        return url.rstrip("/")
    raise UsageProblem("microsoft-address", found=f"{parts.scheme}://{parts.netloc}")


class Web:
    """Requests over one or more kept connections. Certificates are always verified: ``verify`` is
    True for those that the machine trusts, or a file of others. ``patience`` are the seconds to
    wait for a connection and for each part of an answer."""

    def __init__(
        self, verify: bool | str = True, patience: tuple[float, float] = (30.0, 120.0)
    ) -> None:
        self._verify = verify or True
        self._patience = patience
        self._line = _Line()
        self._session: requests.Session | None = None

    def open(self) -> requests.Session:
        """The session, ready; connections follow with the first request. Raises
        :class:`UsageProblem` where the extra "microsoft" is missing."""
        if self._session is None:
            self._session = session(self._verify)
            for scheme in ("https://", "http://"):
                self._session.mount(scheme, _watching_adapter(self._line))
        return self._session

    def call(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        data: bytes = b"",
        params: Mapping[str, str] | None = None,
    ) -> Reply:
        """The answer, whatever its status. Raises :class:`Lost`; where nothing had been handed
        over, :class:`Deferred` (no connection) or :class:`Unavailable` (a certificate that is
        not trusted)."""
        opened = self.open()
        import requests

        self._line.written = False
        try:
            answer = opened.request(
                method,
                url,
                headers=dict(headers),
                data=data,
                params=params,
                timeout=self._patience,
                allow_redirects=False,
                stream=True,
            )
        except requests.RequestException as fault:
            if self._line.written:
                raise Lost(reason(fault)) from fault
            raise no_line(fault, url) from fault
        with answer:
            return Reply(answer.status_code, answer.headers, _body(answer))

    def close(self) -> None:
        """Close the connections."""
        if self._session is not None:
            self._session.close()
            self._session = None


def session(verify: bool | str) -> requests.Session:
    """A new session; a machine's .netrc adds no login to it."""
    try:
        import requests
    except ImportError as missing:
        raise UsageProblem("extra-missing", extra="microsoft", package="requests") from missing
    made = requests.Session()
    made.verify = verify
    made.auth = lambda request: request
    return made


def _body(answer: requests.Response) -> Mapping[str, Any]:
    """The JSON object of an answer. A line that breaks here takes nothing back: the status has
    said what became of the request."""
    import requests

    try:
        body = answer.json()
    except (requests.RequestException, ValueError):
        return {}
    return body if isinstance(body, dict) else {}


class _Line:
    """What is known of the latest request: whether all of it was written out."""

    written = False


def _watching_adapter(line: _Line) -> HTTPAdapter:
    """An adapter whose connections note in ``line`` when a request has been written out.

    A request that broke off while it was being written cannot have been carried out: the server
    counts its bytes. Only silence after the last byte leaves a doubt.
    """
    from requests.adapters import HTTPAdapter
    from urllib3.connection import HTTPConnection, HTTPSConnection
    from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

    class Plain(HTTPConnection):
        def request(self, *given: Any, **named: Any) -> None:
            super().request(*given, **named)
            line.written = True

    class Secured(HTTPSConnection):
        def request(self, *given: Any, **named: Any) -> None:
            super().request(*given, **named)
            line.written = True

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = Plain

    class SecuredPool(HTTPSConnectionPool):
        ConnectionCls = Secured

    pools = {"http": PlainPool, "https": SecuredPool}

    class Watching(HTTPAdapter):
        def init_poolmanager(self, *given: Any, **named: Any) -> None:
            super().init_poolmanager(*given, **named)
            self.poolmanager.pool_classes_by_scheme = pools

        def proxy_manager_for(self, *given: Any, **named: Any) -> Any:
            manager = super().proxy_manager_for(*given, **named)
            manager.pool_classes_by_scheme = pools
            return manager

    return Watching()


def no_line(fault: BaseException, url: str) -> DeliveryFault:
    """What it means that no connection came about: not trusted, or not reached this time."""
    host = urlsplit(url).netloc
    if any(isinstance(one, ssl.SSLCertVerificationError) for one in _causes(fault)):
        return Unavailable("microsoft-certificate", host=host, reply=reason(fault))
    return Deferred("microsoft-unreachable", host=host, reply=reason(fault))


def reason(fault: BaseException) -> Reason:
    """What the system said, without the address that was asked for: that may hold a key."""
    causes = list(_causes(fault))
    for one in reversed(causes):
        # A time-out has a number only where the system itself has waited.
        if type(one) is TimeoutError or (isinstance(one, OSError) and one.strerror):
            told = reason_of(one)
            return Reason(" ".join(told.split())[:LONGEST_REPLY], told.name)
    return Reason(type(causes[-1]).__name__)


def _causes(fault: BaseException) -> Iterator[BaseException]:
    """``fault`` and what it came from, the outermost first."""
    waiting: list[object] = [fault]
    seen: set[int] = set()
    while waiting:
        one = waiting.pop(0)
        if isinstance(one, BaseException) and id(one) not in seen:
            seen.add(id(one))
            yield one
            waiting += [one.__cause__, one.__context__, getattr(one, "reason", None), *one.args]
