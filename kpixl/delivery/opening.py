"""Open the transport that the configuration asks for."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from kpixl.delivery.config import (
    DeliveryConfig,
    Login,
    MailConfig,
    MicrosoftConfig,
    Way,
    mail_config,
)  # fmt: skip
from kpixl.delivery.secrets import secret
from kpixl.delivery.transports import Transport

if TYPE_CHECKING:
    from kpixl.delivery.tokens import Service, SignIn, Tokens


def transport_of(config: DeliveryConfig, ask: Callable[[SignIn], None] | None = None) -> Transport:
    """The configured way to send; ``ask`` shows a person how to sign in, None where nobody is
    there.

    Raises :class:`ConfigProblem` where there is none, :class:`SecretMissing` without its
    password, :class:`UsageProblem` ``extra-missing``.
    """
    mail = mail_config(config)
    if mail.transport is Way.GRAPH:
        return _graph(mail, ask)
    from kpixl.delivery.smtp import smtp_transport

    if mail.smtp is not None and mail.smtp.login is Login.XOAUTH2:
        tokens = _tokens(mail, "smtp", ask)
        return smtp_transport(mail, tokens.token, lambda: tokens.token(fresh=True))
    return smtp_transport(mail)


def check_transport(config: DeliveryConfig) -> None:
    """Look for what the configured way to send needs, without connecting to anything.

    Raises as :func:`transport_of`, and :class:`Unavailable` where Microsoft's secret or the sign-in
    of a person is missing, which is else found out by the first mail.
    """
    mail = mail_config(config)
    if mail.transport is Way.GRAPH:
        _registered(mail, "graph", None).check()
    elif mail.smtp is not None and mail.smtp.login is Login.XOAUTH2:
        _registered(mail, "smtp", None).check()
    else:
        from kpixl.delivery.smtp import smtp_transport

        smtp_transport(mail)


def _graph(mail: MailConfig, ask: Callable[[SignIn], None] | None) -> Transport:
    from kpixl.delivery.eml import to_bytes
    from kpixl.delivery.graph import GraphTransport

    tokens = _tokens(mail, "graph", ask)
    return GraphTransport(tokens, _microsoft(mail).user, to_bytes)


def _tokens(mail: MailConfig, service: Service, ask: Callable[[SignIn], None] | None) -> Tokens:
    tokens = _registered(mail, service, ask)
    if _microsoft(mail).flow == "delegated":
        # A person signs in before anything is begun, not in the middle of the first mail.
        tokens.token()
    return tokens


def _registered(mail: MailConfig, service: Service, ask: Callable[[SignIn], None] | None) -> Tokens:
    from kpixl.delivery.tokens import SCOPES, Registration, Tokens

    found = _microsoft(mail)
    who = Registration(found.tenant, found.client_id, found.user, found.flow, found.certificate)
    return Tokens(
        who, SCOPES[service, found.flow], secret=lambda name: secret(name, found.user), ask=ask
    )


def _microsoft(mail: MailConfig) -> MicrosoftConfig:
    if mail.microsoft is None:
        raise ValueError("the configuration has no [mail.microsoft]")
    return mail.microsoft
