"""Turn kpixl.toml into the settings of mail, ledger and look: the one place that sets them up.

Secrets never stand in it; kpixl.delivery.secrets finds those.
"""

from __future__ import annotations

import ipaddress
import os
import re
import sys
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from kpixl.delivery.config_table import ConfigProblem, Table, refuse_secrets
from kpixl.delivery.ledger_places import holds_password
from kpixl.delivery.mail import Address
from kpixl.files import at_home, reason_of
from kpixl.pack.engines import Engine
from kpixl.plan.recipients import is_address

FILE = "kpixl.toml"
BRAND_FILE = "brand.toml"
VARIABLE = "KPIXL_CONFIG"
TIMEOUT = 60.0
LONGEST_TIMEOUT = 600.0


class Way(StrEnum):
    """How mail is handed over."""

    SMTP = "smtp"
    GRAPH = "graph"


class Security(StrEnum):
    """How a connection is encrypted: from its start, after STARTTLS, or (on this machine
    only) not."""

    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"


class Login(StrEnum):
    """How kpixl signs in to a mail server."""

    PASSWORD = "password"  # noqa: S105 - the word for one, not one
    XOAUTH2 = "xoauth2"
    NONE = "none"


class _Flow(StrEnum):
    APP = "app"
    DELEGATED = "delegated"


PORTS = {Security.STARTTLS: 587, Security.TLS: 465, Security.NONE: 25}
# An address alone, or after a name and between < and >.
MAILBOX = re.compile(r"(?:(?P<name>[^<>]*)(?P<open><))?(?P<email>[^<>]+)(?(open)>)")
SCHEMES = ("postgresql", "postgres", "sqlite")


@dataclass(frozen=True)
class SmtpConfig:
    """A mail server. ``user`` is "" where nobody signs in; ``timeout`` is in seconds; ``hello``
    is the name by which kpixl greets the server, "" for this machine's own."""

    host: str
    port: int = 587
    security: Security = Security.STARTTLS
    login: Login = Login.PASSWORD
    user: str = ""
    ca_file: Path | None = None
    timeout: float = TIMEOUT
    hello: str = ""


@dataclass(frozen=True)
class MicrosoftConfig:
    """An application registered with Microsoft, and the mailbox that it sends from. It signs in
    as itself (``app``), or for the person who runs it (``delegated``). ``certificate`` is a file
    that takes the place of the application's secret."""

    tenant: str
    client_id: str
    user: str
    flow: Literal["app", "delegated"] = "app"
    certificate: Path | None = None


@dataclass(frozen=True)
class MailConfig:
    """Who sends, and how. ``smtp`` is there for the transport SMTP; ``microsoft`` for Graph and
    for an SMTP login by XOAUTH2."""

    sender: Address
    reply_to: Address | None = None
    transport: Way = Way.SMTP
    smtp: SmtpConfig | None = None
    microsoft: MicrosoftConfig | None = None


@dataclass(frozen=True)
class DeliveryConfig:
    """What kpixl.toml says; ``path`` is that file, None where there is none. ``ledger_url`` is
    a database's URL or the whole path of a file; None for the place beside the workbook. ``brand``
    is the folder of the packs' and mails' look; ``engine`` makes the packs' pages."""

    mail: MailConfig | None = None
    ledger_url: str | None = None
    path: Path | None = None
    brand: Path | None = None
    engine: str = Engine.AUTO


def delivery_config(explicit: Path | None = None, workbook: Path | None = None) -> DeliveryConfig:
    """The settings of the first file that :func:`find_config` finds; empty ones without any.
    Raises :class:`ConfigProblem`."""
    path = find_config(explicit, workbook)
    return DeliveryConfig() if path is None else read_config(path)


def mail_config(config: DeliveryConfig) -> MailConfig:
    """The settings of mail. Raises :class:`ConfigProblem` ``config-none`` or
    ``config-without-mail``, which say how to begin."""
    if config.mail is not None:
        return config.mail
    if config.path is None:
        raise ConfigProblem("config-none", found=FILE, places=str(user_folder() / FILE))
    raise ConfigProblem("config-without-mail", file=str(config.path))


def brand_folder(config: DeliveryConfig) -> Path | None:
    """The folder of the brand kit; None where none is named. Raises :class:`ConfigProblem`
    ``config-brand`` where that is no kit."""
    if config.brand is not None and not (config.brand / BRAND_FILE).is_file():
        raise ConfigProblem("config-brand", file=str(config.path), found=str(config.brand))
    return config.brand


def find_config(explicit: Path | None = None, workbook: Path | None = None) -> Path | None:
    """The file that counts: ``explicit`` (``--config``), else what KPIXL_CONFIG names, else
    kpixl.toml beside the workbook, else the one in the user's own folder. None where there is
    none; :class:`ConfigProblem` where the one that was named is not there."""
    named = os.environ.get(VARIABLE, "").strip()
    for given, wanted in (("--config", explicit), (VARIABLE, Path(named) if named else None)):
        if wanted is not None:
            path = at_home(wanted).absolute()
            if not path.is_file():
                raise ConfigProblem("config-not-there", found=str(path), given=given)
            return path
    beside = [workbook.absolute().parent / FILE] if workbook is not None else []
    return next((place for place in (*beside, user_folder() / FILE) if place.is_file()), None)


def user_folder() -> Path:
    """Where a user's own settings are kept."""
    if sys.platform == "win32":
        roaming = os.environ.get("APPDATA")
        return (Path(roaming) if roaming else Path.home() / "AppData" / "Roaming") / "kpixl"
    return Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "kpixl"


def read_config(path: Path) -> DeliveryConfig:
    """What the file says. Raises :class:`ConfigProblem` for the first mistake in it."""
    path = path.absolute()
    content = _content(path)
    refuse_secrets(path, content)
    whole = Table(path, "", content, ("mail", "ledger", "pack"))
    pack = whole.table("pack", ("engine", "brand"))
    brand = "" if pack is None else pack.place("brand")
    mail = whole.table("mail", ("from", "reply_to", "transport", "smtp", "microsoft"))
    ledger = whole.table("ledger", ("url",))
    return DeliveryConfig(
        mail=None if mail is None else _mail(mail),
        ledger_url=None if ledger is None else _ledger_url(ledger),
        path=path,
        brand=path.parent / at_home(Path(brand)) if brand else None,
        engine=Engine.AUTO if pack is None else pack.choice("engine", Engine, Engine.AUTO),
    )


def _content(path: Path) -> Mapping[str, object]:
    try:
        # Windows' Notepad may begin a file with a byte-order mark.
        return tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    except OSError as fault:
        reason = reason_of(fault)
        raise ConfigProblem("config-unreadable", file=str(path), reason=reason) from fault
    except UnicodeDecodeError:
        raise ConfigProblem("config-not-utf8", file=str(path)) from None
    except (tomllib.TOMLDecodeError, RecursionError) as fault:
        # Without the fault that it comes from: what stands in the file may be a secret.
        raise ConfigProblem("config-not-toml", file=str(path), found=str(fault)) from None


def _mail(table: Table) -> MailConfig:
    sender = _address(table, "from", table.needed("from"))
    reply_to = table.text("reply_to")
    transport = table.choice("transport", Way, Way.SMTP)
    known = ("host", "port", "security", "login", "user", "ca_file", "timeout", "hello")
    smtp = table.table("smtp", known, needed=transport is Way.SMTP)
    server = None if smtp is None else _smtp(smtp)
    by_token = transport is Way.SMTP and server is not None and server.login is Login.XOAUTH2
    microsoft = table.table(
        "microsoft",
        ("tenant", "client_id", "user", "flow", "certificate"),
        needed=transport is Way.GRAPH or by_token,
    )
    return MailConfig(
        sender=sender,
        reply_to=_address(table, "reply_to", reply_to) if reply_to else None,
        transport=transport,
        smtp=server,
        microsoft=None if microsoft is None else _microsoft(microsoft, sender),
    )


def _address(table: Table, key: str, written: str) -> Address:
    written = written.replace("\u3000", " ")  # between the parts of a Japanese name
    match = MAILBOX.fullmatch(written)
    if match is None or not is_address(match["email"]) or not written.isprintable():
        table.refuse("config-address", key, written)
    return Address(match["email"], (match["name"] or "").strip().strip('"'))


def _smtp(table: Table) -> SmtpConfig:
    host = table.needed("host")
    if not _is_host(host):
        # Some write user:password@host.
        table.refuse("config-host", "host", host.rpartition("@")[2])
    port = table.whole("port", 1, 65535)
    usual = Security.TLS if port == PORTS[Security.TLS] else Security.STARTTLS
    hello = table.text("hello")
    if hello and not (hello.isascii() and _is_host(hello)):
        table.refuse("config-host", "hello", hello)
    security = table.choice("security", Security, usual)
    if security is Security.NONE and not is_loopback(host):
        table.refuse("config-not-encrypted", "security", host)
    login = table.choice("login", Login, Login.PASSWORD)
    user = table.text("user") if login is Login.NONE else table.needed("user")
    return SmtpConfig(
        host=host,
        port=port or PORTS[security],
        security=security,
        login=login,
        user=user,
        ca_file=_ca_file(table),
        timeout=table.number("timeout", 1, LONGEST_TIMEOUT) or TIMEOUT,
        hello=hello,
    )


def _is_host(text: str) -> bool:
    """A name or an IP address, without scheme, port or path."""
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return re.fullmatch(r"[^\W_]([\w-]*[^\W_])?(\.[^\W_]([\w-]*[^\W_])?)*\.?", text) is not None
    return True


def is_loopback(host: str) -> bool:
    """Whether ``host`` is this machine itself, so that nothing travels."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.casefold().rstrip(".") == "localhost"


def _ca_file(table: Table) -> Path | None:
    import ssl

    written = table.place("ca_file")
    if not written:
        return None
    path = table.file.parent / at_home(Path(written))
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(path)
    except OSError:  # what OpenSSL cannot read is one, too
        table.refuse("config-ca", "ca_file", str(path))
    return path


def _microsoft(table: Table, sender: Address) -> MicrosoftConfig:
    user = table.text("user") or sender.email
    if not is_address(user):
        table.refuse("config-address", "user", user)
    return MicrosoftConfig(
        tenant=table.needed("tenant"),
        client_id=table.needed("client_id"),
        user=user,
        flow="app" if table.choice("flow", _Flow, _Flow.APP) is _Flow.APP else "delegated",
        certificate=_certificate(table),
    )


def _certificate(table: Table) -> Path | None:
    """Beside the file, unless its whole path is given."""
    written = table.place("certificate")
    path = table.file.parent / at_home(Path(written))
    if written and not path.is_file():
        table.refuse("config-certificate", "certificate", str(path))
    return path if written else None


def _ledger_url(table: Table) -> str:
    written = table.place("url") or table.needed("url")
    if "://" not in written:
        return str(table.file.parent / at_home(Path(written)))
    try:
        secret = holds_password(written)
    except ValueError:  # such as half an IPv6 address; a password may stand in it
        table.refuse("config-ledger", "url", "")
    if secret:
        table.refuse("config-ledger-password", "url", "")
    scheme = urlsplit(written).scheme
    if scheme.partition("+")[0] not in SCHEMES:
        table.refuse("config-ledger", "url", f"{scheme}://")
    return written
