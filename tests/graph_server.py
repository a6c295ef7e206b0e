"""A server on loopback that answers as Microsoft documents Graph and Entra to do.

Written after Microsoft's pages on sendMail, drafts, attachments, upload sessions, throttling and
errors, and after the OAuth flows that msal speaks. ``twists`` make it fail at any step; what it
``delivered`` is what a person would find in the mailboxes.
"""

from __future__ import annotations

import base64
import email
import json
import re
import socket
import ssl
import struct
import sys
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import policy
from email.message import EmailMessage, Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import jwt

from tests.graph_certificates import Certificate

MAILBOX = "kpi@example.co.jp"
TENANT = "11111111-2222-3333-4444-555555555555"
CLIENT = "99999999-8888-7777-6666-555555555555"
SECRET = "the value of a secret"  # noqa: S105 - it opens nothing but this server
REQUEST_LIMIT = 4 * 1024 * 1024
MINIMUM_IN_SESSION = 3 * 1024 * 1024
MESSAGE_LIMIT = 35 * 1024 * 1024
CHUNK_UNIT = 320 * 1024
SEND, WRITE = "Mail.Send", "Mail.ReadWrite"
MESSAGE_PROPERTIES = {
    "subject",
    "body",
    "from",
    "toRecipients",
    "ccRecipients",
    "replyTo",
    "internetMessageId",
    "internetMessageHeaders",
}


@dataclass(frozen=True)
class Twist:
    """What happens instead of the right answer. ``status`` 0 gives none: the connection is closed,
    or with ``silent`` held open; ``cut`` closes it while the request is still being written.
    ``done`` says whether the request is carried out all the same."""

    status: int = 0
    code: str = "UnknownError"
    headers: Mapping[str, str] = field(default_factory=dict)
    done: bool = False
    silent: bool = False
    cut: bool = False


@dataclass(frozen=True)
class Delivered:
    """A mail as one recipient has it."""

    recipient: str
    to: tuple[str, ...]
    cc: tuple[str, ...]
    names: tuple[str, ...]
    sender: str
    subject: str
    text: str
    html: str
    message_id: str
    language: str
    attachments: Mapping[str, bytes]
    pictures: Mapping[str, bytes]


@dataclass(frozen=True)
class Answer:
    status: int
    body: Mapping[str, Any] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


def refusal(status: int, code: str, message: str = "-") -> Answer:
    return Answer(status, {"error": {"code": code, "message": message}})


class NotTaken(Exception):
    def __init__(self, status: int, code: str, message: str = "-") -> None:
        super().__init__(code)
        self.answer = refusal(status, code, message)


@dataclass
class Session:
    draft: str
    name: str
    size: int
    cid: str
    data: bytes = b""


class Cloud:
    """The state behind the server, and its settings."""

    def __init__(self) -> None:
        # None lets a request through, so that a later one is met.
        self.twists: dict[str, list[Twist | None]] = defaultdict(list)
        self.asked: Counter[str] = Counter()
        self.delivered: list[Delivered] = []
        self.drafts: dict[str, dict[str, Any]] = {}
        self.sessions: dict[str, Session] = {}
        self.tokens: dict[str, bool] = {}
        self.rights = {SEND, WRITE}
        self.bad_addresses: set[str] = set()
        self.message_limit = MESSAGE_LIMIT
        self.entra = Entra(self)
        self.address = ""
        self.upload_address = ""
        self.faults: list[str] = []
        self.released = threading.Event()
        self.lock = threading.RLock()
        self._count = 0

    def name(self, kind: str) -> str:
        self._count += 1
        return f"{kind}{self._count:04}="

    def expire_tokens(self) -> None:
        self.tokens = dict.fromkeys(self.tokens, False)

    # ---- Routes ------------------------------------------------------------------------------

    def route(self, method: str, path: str) -> tuple[str, Callable[[Request], Answer]] | None:
        """The operation that a request asks for."""
        mailbox = f"/v1.0/users/{MAILBOX}"
        for verb, pattern, name, work in (
            ("POST", rf"{mailbox}/sendMail", "sendMail", self.send_mail),
            ("POST", rf"{mailbox}/messages", "draft", self.create_draft),
            ("GET", rf"{mailbox}/mailFolders/drafts/messages", "drafts", self.list_drafts),
            ("DELETE", rf"{mailbox}/messages/[^/]+", "delete", self.delete_draft),
            ("POST", rf"{mailbox}/messages/[^/]+/send", "send", self.send_draft),
            ("POST", rf"{mailbox}/messages/[^/]+/attachments", "attach", self.attach),
            ("GET", rf"{mailbox}/messages/[^/]+/attachments", "files", self.list_attachments),
            (
                "POST",
                rf"{mailbox}/messages/[^/]+/attachments/createUploadSession",
                "session",
                self.open_session,
            ),
            ("PUT", "/upload/.*", "put", self.take_piece),
            ("GET", "/upload/.*", "position", self.position),
            ("GET", "/[^/]+/v2.0/.well-known/openid-configuration", "tenant", self.entra.tenant),
            ("POST", "/[^/]+/oauth2/v2.0/token", "token", self.entra.token),
            ("POST", "/[^/]+/oauth2/v2.0/devicecode", "device", self.entra.device),
        ):
            if method == verb and re.fullmatch(pattern, path):
                return name, work
        return None

    # ---- Sending -----------------------------------------------------------------------------

    def send_mail(self, request: Request) -> Answer:
        self.authorised(request, SEND)
        if request.kind != "text/plain":
            return refusal(400, "ErrorInvalidRequest", "this server takes MIME only")
        try:
            content = base64.b64decode(request.body, validate=True)
        except ValueError:
            return refusal(400, "ErrorMimeContentInvalidBase64String")
        mail = email.message_from_bytes(content, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        self.deliver(from_mime(mail), len(content))
        return Answer(202)

    def send_draft(self, request: Request) -> Answer:
        self.authorised(request, SEND)
        if request.body:
            return refusal(400, "ErrorInvalidRequest", "no body belongs here")
        draft = self.draft_of(request)
        size = sum(len(data) for data, _ in draft["files"].values())
        self.deliver(from_draft(draft), size)
        del self.drafts[draft["id"]]
        return Answer(202)

    def deliver(self, mail: Delivered, size: int) -> None:
        if mail.sender.lower() != MAILBOX:
            raise NotTaken(403, "ErrorSendAsDenied", "does not have the right to send mail")
        people = [*mail.to, *mail.cc]
        if not people or self.bad_addresses.intersection(people):
            raise NotTaken(400, "ErrorInvalidRecipients", "At least one recipient is not valid.")
        if size > self.message_limit:
            raise NotTaken(400, "ErrorMessageSizeExceeded", "exceeds the maximum supported size")
        for one in people:
            self.delivered.append(Delivered(**{**vars(mail), "recipient": one}))

    # ---- Drafts ------------------------------------------------------------------------------

    def create_draft(self, request: Request) -> Answer:
        self.authorised(request, WRITE)
        content = json.loads(request.body)
        if request.kind != "application/json" or not content.keys() <= MESSAGE_PROPERTIES:
            return refusal(400, "RequestBodyRead", "unknown property")
        headers = content.get("internetMessageHeaders", [])
        if not all(one["name"].lower().startswith("x-") for one in headers):
            return refusal(400, "InvalidInternetMessageHeader")
        draft = self.name("AAMk/")
        self.drafts[draft] = {**content, "id": draft, "files": {}}
        made = {"id": draft, "internetMessageId": content.get("internetMessageId", "<own@x>")}
        return Answer(201, made)

    def list_drafts(self, request: Request) -> Answer:
        self.authorised(request, WRITE)
        found = re.fullmatch("internetMessageId eq '(.*)'", request.query["$filter"][0])
        assert found
        wanted = found.group(1).replace("''", "'")
        items = [
            {"id": one["id"]}
            for one in self.drafts.values()
            if one.get("internetMessageId") == wanted
        ]
        return Answer(200, {"value": items})

    def delete_draft(self, request: Request) -> Answer:
        self.authorised(request, WRITE)
        del self.drafts[self.draft_of(request)["id"]]
        return Answer(204)

    def attach(self, request: Request) -> Answer:
        self.authorised(request, WRITE)
        draft = self.draft_of(request)
        one = json.loads(request.body)
        if one["@odata.type"] != "#microsoft.graph.fileAttachment":
            return refusal(400, "ErrorInvalidRequest")
        data = base64.b64decode(one["contentBytes"], validate=True)
        if len(data) >= MINIMUM_IN_SESSION:
            return refusal(413, "ErrorAttachmentSizeLimitExceeded")
        add_file(draft, one["name"], data, one)
        return Answer(201, {"name": one["name"]})

    def list_attachments(self, request: Request) -> Answer:
        self.authorised(request, WRITE)
        files = self.draft_of(request)["files"]
        return Answer(200, {"value": [{"name": name} for name in files]})

    # ---- Upload sessions -----------------------------------------------------------------------

    def open_session(self, request: Request) -> Answer:
        self.authorised(request, WRITE)
        draft = self.draft_of(request)
        item = json.loads(request.body)["AttachmentItem"]
        if item["attachmentType"] != "file" or item["size"] > 150 * 1024 * 1024:
            return refusal(400, "ErrorInvalidRequest")
        if item["size"] < MINIMUM_IN_SESSION:
            return refusal(400, "ErrorAttachmentSizeShouldNotBeLessThanMinimumSize")
        key = self.name("session")
        cid = item["contentId"] if item.get("isInline") else ""
        self.sessions[key] = Session(draft["id"], item["name"], item["size"], cid)
        url = f"{self.upload_address or self.address}/upload/Messages('x')?authtoken={key}"
        return Answer(201, {"uploadUrl": url, "nextExpectedRanges": ["0-"]})

    def take_piece(self, request: Request) -> Answer:
        session = self.session_of(request)
        found = re.fullmatch(r"bytes (\d+)-(\d+)/(\d+)", request.headers["Content-Range"])
        assert found
        start, end, total = map(int, found.groups())
        whole = end + 1 == total
        if total != session.size or end - start + 1 != len(request.body):
            return refusal(400, "fragmentLengthMismatch")
        if start != len(session.data):
            return refusal(416, "fragmentOutOfOrder")
        if len(request.body) > REQUEST_LIMIT or (len(request.body) % CHUNK_UNIT and not whole):
            return refusal(400, "invalidRequest", "the fragment's size is wrong")
        session.data += request.body
        if not whole:
            return Answer(200, {"nextExpectedRanges": [str(len(session.data))]})
        item = {"isInline": bool(session.cid), "contentId": session.cid}
        add_file(self.drafts[session.draft], session.name, session.data, item)
        del self.sessions[request.query["authtoken"][0]]
        return Answer(201, None, {"Location": f"{self.address}/Attachments('x')"})

    def position(self, request: Request) -> Answer:
        return Answer(200, {"nextExpectedRanges": [f"{len(self.session_of(request).data)}-"]})

    def session_of(self, request: Request) -> Session:
        if "Authorization" in request.headers:
            raise NotTaken(400, "invalidRequest", "the address holds its own token")
        session = self.sessions.get(request.query["authtoken"][0])
        if session is None:
            raise NotTaken(404, "uploadSessionNotFound")
        return session

    # ---- Rules ---------------------------------------------------------------------------------

    def authorised(self, request: Request, right: str) -> None:
        kind, _, token = request.headers.get("Authorization", "").partition(" ")
        if kind != "Bearer" or not self.tokens.get(token):
            raise NotTaken(401, "InvalidAuthenticationToken", "Access token has expired.")
        if right not in self.rights:
            raise NotTaken(403, "ErrorAccessDenied", "Access is denied. Check credentials.")
        if len(request.body) > REQUEST_LIMIT:
            raise NotTaken(413, "RequestEntityTooLarge", "The maximum request length is 4MB.")

    def draft_of(self, request: Request) -> dict[str, Any]:
        name = unquote(request.path.split("/messages/")[1].split("/")[0])
        if name not in self.drafts:
            raise NotTaken(404, "ErrorItemNotFound", "The specified object was not found.")
        return self.drafts[name]


def add_file(draft: dict[str, Any], name: str, data: bytes, item: Mapping[str, Any]) -> None:
    # A second file of the same name would be a second file in the mail.
    name = name if name not in draft["files"] else f"{name} (2)"
    draft["files"][name] = (data, item["contentId"] if item["isInline"] else "")


def from_draft(draft: Mapping[str, Any]) -> Delivered:
    def addresses(part: str) -> tuple[str, ...]:
        return tuple(one["emailAddress"]["address"] for one in draft.get(part, []))

    people = [*draft.get("toRecipients", []), *draft.get("ccRecipients", [])]
    return Delivered(
        recipient="",
        to=addresses("toRecipients"),
        cc=addresses("ccRecipients"),
        names=tuple(one["emailAddress"].get("name", "") for one in people),
        sender=draft["from"]["emailAddress"]["address"],
        subject=draft["subject"],
        text="",
        html=draft["body"]["content"],
        message_id=draft["internetMessageId"],
        language="",
        attachments={name: data for name, (data, cid) in draft["files"].items() if not cid},
        # By the file's name where it is there a second time, so that nothing hides it.
        pictures={
            name if name.endswith(" (2)") else cid: data
            for name, (data, cid) in draft["files"].items()
            if cid
        },
    )


def from_mime(mail: EmailMessage) -> Delivered:
    def addresses(name: str) -> list[Any]:
        return [one for header in mail.get_all(name, []) for one in header.addresses]

    parts = [part for part in mail.walk() if not part.is_multipart()]
    texts = {
        part.get_content_subtype(): part.get_content()
        for part in parts
        if part.get_content_maintype() == "text" and not part.is_attachment()
    }
    return Delivered(
        recipient="",
        to=tuple(one.addr_spec for one in [*addresses("To"), *addresses("Bcc")]),
        cc=tuple(one.addr_spec for one in addresses("Cc")),
        names=tuple(one.display_name for one in [*addresses("To"), *addresses("Cc")]),
        sender=addresses("From")[0].addr_spec,
        subject=mail["Subject"],
        text=texts.get("plain", ""),
        html=texts.get("html", ""),
        message_id=mail["Message-ID"],
        language=mail["Content-Language"],
        attachments={
            str(part.get_filename()): part.get_content() for part in parts if part.is_attachment()
        },
        pictures={
            part["Content-ID"].strip("<>"): part.get_content()
            for part in parts
            if part["Content-ID"]
        },
    )


class Entra:
    """The side that gives tokens: client credentials, device codes, refresh tokens."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud
        self.certificate: Certificate | None = None
        self.entered = True
        self.refreshable: set[str] = set()
        self.failure = ""
        self.scopes: list[str] = []

    def tenant(self, request: Request) -> Answer:
        base = f"{self._cloud.address}/{TENANT}"
        if request.path.split("/")[1] != TENANT:
            return self.error("invalid_tenant", "AADSTS90002: Tenant 'x' not found.")
        return Answer(
            200,
            {
                "issuer": f"{base}/v2.0",
                "authorization_endpoint": f"{base}/oauth2/v2.0/authorize",
                "token_endpoint": f"{base}/oauth2/v2.0/token",
                "device_authorization_endpoint": f"{base}/oauth2/v2.0/devicecode",
            },
        )

    def error(self, kind: str, text: str) -> Answer:
        said = f"{text} Trace ID: 0\r\nCorrelation ID: 1\r\nTimestamp: 2"
        return Answer(400, {"error": kind, "error_description": said})

    def token(self, request: Request) -> Answer:
        form = {name: values[0] for name, values in parse_qs(request.body.decode()).items()}
        if self.failure:
            return self.error("invalid_client", self.failure)
        if form["client_id"] != CLIENT:
            return self.error("unauthorized_client", "AADSTS700016: Application was not found.")
        self.scopes += form.get("scope", "").split()
        kind = form["grant_type"].rpartition(":")[2]
        return {
            "client_credentials": self.for_app,
            "device_code": self.for_person,
            "refresh_token": self.again,
        }[kind](form)

    def for_app(self, form: Mapping[str, str]) -> Answer:
        if "client_assertion" in form:
            assert self.certificate
            try:
                jwt.decode(
                    form["client_assertion"],
                    self.certificate.public_key,
                    algorithms=["PS256", "RS256"],
                    audience=f"{self._cloud.address}/{TENANT}/oauth2/v2.0/token",
                )
            except jwt.InvalidSignatureError:
                return self.error("invalid_client", "AADSTS700027: The certificate is not known.")
        elif form.get("client_secret") != SECRET:
            return self.error("invalid_client", "AADSTS7000215: Invalid client secret provided.")
        return Answer(200, self.issued())

    def issued(self) -> dict[str, Any]:
        token = self._cloud.name("token")
        self._cloud.tokens[token] = True
        return {"token_type": "Bearer", "expires_in": 3599, "access_token": token}

    def device(self, request: Request) -> Answer:
        self.scopes += parse_qs(request.body.decode())["scope"][0].split()
        return Answer(
            200,
            {
                "user_code": "ABCD1234",
                "device_code": "device",
                "verification_uri": "https://microsoft.com/devicelogin",
                "expires_in": 900,
                "interval": 0,
                "message": "-",
            },
        )

    def for_person(self, _form: Mapping[str, str]) -> Answer:
        if not self.entered:
            return self.error("expired_token", "AADSTS70020: The code has expired.")
        return Answer(200, self.person())

    def again(self, form: Mapping[str, str]) -> Answer:
        if form["refresh_token"] not in self.refreshable:
            return self.error("invalid_grant", "AADSTS700082: The refresh token has expired.")
        return Answer(200, self.person())

    def person(self) -> dict[str, Any]:
        refresh = self._cloud.name("refresh")
        self.refreshable.add(refresh)
        now = int(time.time())
        claims = {
            "aud": CLIENT,
            "iss": f"{self._cloud.address}/{TENANT}/v2.0",
            "iat": now,
            "exp": now + 3600,
            "sub": "person",
            "oid": "person",
            "tid": TENANT,
            "preferred_username": MAILBOX,
        }
        who = json.dumps({"uid": "person", "utid": TENANT}).encode()
        return {
            **self.issued(),
            "refresh_token": refresh,
            "scope": "https://graph.microsoft.com/Mail.Send "
            "https://graph.microsoft.com/Mail.ReadWrite openid profile offline_access",
            "client_info": base64.urlsafe_b64encode(who).decode().rstrip("="),
            "id_token": jwt.encode(claims, "k" * 32, algorithm="HS256"),
        }


@dataclass(frozen=True)
class Request:
    path: str
    query: Mapping[str, list[str]]
    headers: Message
    body: bytes

    @property
    def kind(self) -> str:
        return str(self.headers.get("Content-Type", "")).partition(";")[0]


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # An answer goes out in two parts, and the second must not wait for an acknowledgement.
    disable_nagle_algorithm = True
    server: Server

    def log_message(self, *_given: Any) -> None:
        """Say nothing."""

    def handle_any(self) -> None:
        cloud = self.server.cloud
        parts = urlsplit(self.path)
        found = cloud.route(self.command, parts.path)
        name, work = found or ("unknown", lambda _: refusal(404, "ErrorInvalidUser"))
        with cloud.lock:
            cloud.asked[name] += 1
            twist = cloud.twists[name].pop(0) if cloud.twists[name] else None
        length = int(self.headers.get("Content-Length") or 0)
        if twist and twist.cut:
            self.rfile.read(length // 20)
            return self.break_off()
        request = Request(parts.path, parse_qs(parts.query), self.headers, self.rfile.read(length))
        answer = Answer(0)
        if twist is None or twist.done:
            with cloud.lock:
                answer = self.worked(work, request)
        if twist is not None:
            answer = refusal(twist.status, twist.code)
            answer = Answer(answer.status, answer.body, twist.headers)
        if twist and twist.silent:
            cloud.released.wait(60)
        return self.answer(answer) if answer.status else self.break_off()

    do_GET = do_POST = do_PUT = do_DELETE = handle_any  # noqa: N815 - http.server's names

    def worked(self, work: Callable[[Request], Answer], request: Request) -> Answer:
        try:
            return work(request)
        except NotTaken as fault:
            return fault.answer

    def answer(self, answer: Answer) -> None:
        body = json.dumps(answer.body).encode() if answer.body is not None else b""
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("request-id", f"request-{self.server.cloud.asked.total()}")
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def break_off(self) -> None:
        """Close so that the other side notices at once, whatever it is doing."""
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, certificate: Certificate, cloud: Cloud) -> None:
        super().__init__(("127.0.0.1", 0), Handler, bind_and_activate=False)
        # Small, so that a request of some size is still being written when it is cut off.
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
        self.server_bind()
        self.server_activate()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate.pem)
        self.socket = context.wrap_socket(self.socket, server_side=True)
        self.cloud = cloud
        cloud.address = f"https://localhost:{self.server_address[1]}"

    def handle_error(self, *_given: Any) -> None:
        """A client that went away is part of the play; anything else is this server's own fault."""
        fault = sys.exc_info()[1]
        if not isinstance(fault, OSError):
            self.cloud.faults.append(repr(fault))


@contextmanager
def running(certificate: Certificate) -> Iterator[Cloud]:
    cloud = Cloud()
    server = Server(certificate, cloud)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield cloud
    finally:
        cloud.released.set()
        server.shutdown()
        thread.join()
        server.server_close()
    assert cloud.faults == []
