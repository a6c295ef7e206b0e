"""Mail through Microsoft Graph, against a server that follows Microsoft's documentation."""

from __future__ import annotations

import random
import socket
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.headerregistry import Address as HeaderAddress
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

import pytest
from urllib3.connection import HTTPConnection

from kpixl.delivery.graph import GraphTransport
from kpixl.delivery.mail import Address, Attachment, Mail
from kpixl.delivery.tokens import SCOPES, Registration, Tokens
from kpixl.delivery.transports import Deferred, DeliveryFault, Refused, Unavailable, Uncertain
from kpixl.delivery.web import Reply, Web
from kpixl.errors import UsageProblem
from kpixl.words import LANGUAGES, problem_text
from tests.graph_certificates import Certificate, certificate
from tests.graph_server import CLIENT, MAILBOX, SECRET, SEND, TENANT, Answer, Cloud, Twist, running

LARGE = 3 * 1024 * 1024
PIECE = 3_276_800
NAME = "資料 第2版（2026年10月）.pdf"
TO = "suzuki.hanako@example.co.jp"
KINDS = {Refused: "refused", Deferred: "deferred", Uncertain: "unknown", Unavailable: "unavailable"}
BOTH_WAYS = pytest.mark.parametrize(("size", "step"), [(1000, "sendMail"), (LARGE, "send")])


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


def noise(size: int, seed: int = 7) -> bytes:
    return random.Random(seed).randbytes(size)


def mail(size: int = 1000, *, copy: bool = False, pictures: tuple[Attachment, ...] = ()) -> Mail:
    return Mail(
        sender=Address(MAILBOX, "経営企画部"),
        recipient=Address(TO, "鈴木 花子"),
        copy=copy,
        subject="KPIレビュー 2026年10月（第2版）",
        text="売上は計画を3%下回りました。\n",
        html='<p lang="ja">売上は計画を3%下回りました。<img src="cid:tiles"></p>\n',
        message_id="<delivery-1@kpixl.example.co.jp>",
        date=datetime(2026, 11, 5, 9, 0, tzinfo=UTC),
        language="ja",
        pictures=pictures or (Attachment("tiles.png", noise(500, 1), "image/png", "tiles"),),
        attachments=(Attachment(NAME, noise(size), "application/pdf"),),
    )


def mime(one: Mail) -> bytes:
    """The mail as MIME; what makes it in earnest is tested by itself."""
    made = EmailMessage(policy=SMTP)
    made["From"] = person(one.sender)
    made["Cc" if one.copy else "To"] = person(one.recipient)
    if one.copy:
        made["To"] = "undisclosed-recipients:;"
    made["Subject"] = one.subject
    made["Message-ID"] = one.message_id
    made["Date"] = one.date
    made.set_content(one.text)
    made.add_alternative(one.html, subtype="html")
    html = made.get_payload(1)
    assert isinstance(html, EmailMessage)
    for picture in one.pictures:
        html.add_related(picture.data, "image", "png", cid=f"<{picture.cid}>")
    for file in one.attachments:
        made.add_attachment(file.data, "application", "pdf", filename=file.name)
    made["Content-Language"] = one.language
    return made.as_bytes()


def person(one: Address) -> HeaderAddress:
    return HeaderAddress(one.name, addr_spec=one.email)


class Post:
    """A transport, the waits that it was asked to make, and its server."""

    def __init__(
        self, cloud: Cloud, identity: Certificate, silence: float = 30.0, patience: float = 300.0
    ) -> None:
        self.cloud = cloud
        self.waits: list[float] = []
        registration = Registration(TENANT, CLIENT, MAILBOX, authority=cloud.address)
        trusted = str(identity.pem)
        self.transport = GraphTransport(
            Tokens(
                registration,
                SCOPES["graph", "app"],
                secret={"client_secret": SECRET}.get,
                verify=trusted,
            ),
            MAILBOX,
            mime,
            base=f"{cloud.address}/v1.0",
            web=Web(trusted, (30.0, silence)),
            patience=patience,
            sleep=self.waits.append,
        )

    def __enter__(self) -> Post:
        self.transport.__enter__()
        return self

    def __exit__(self, *given: object) -> None:
        self.transport.__exit__(None, None, None)

    def verdict(self, one: Mail) -> tuple[str, str, float | None]:
        """What the transport says of the mail (kind, code or receipt, wait), which must be true of
        what the server delivered."""
        before = len(self.cloud.delivered)
        try:
            kind, told, after = "sent", self.transport.send(one), None
        except DeliveryFault as fault:
            kind, told = KINDS[type(fault)], fault.code
            after = fault.after if isinstance(fault, Deferred) else None
            complete(fault)
        arrived = self.cloud.delivered[before:]
        assert len(arrived) in {"sent": (1,), "unknown": (0, 1)}.get(kind, (0,))
        assert all(copy.recipient == one.recipient.email for copy in arrived)
        return kind, told, after


def complete(fault: DeliveryFault) -> None:
    """The fault has sentences in both languages, with nothing left open in them."""
    for language in LANGUAGES:
        text = problem_text(fault, language)
        assert text.what
        assert text.mend
        assert not {"{", "}"} & set(text.what + text.expected + text.mend)


# ---- What arrives -----------------------------------------------------------------------------


@BOTH_WAYS
@pytest.mark.parametrize("copy", [False, True], ids=["to", "cc"])
def test_a_japanese_mail_arrives_as_it_was_written(cloud, identity, size, step, copy):
    one = mail(size, copy=copy)
    with Post(cloud, identity) as post:
        kind, receipt, _ = post.verdict(one)
    assert kind == "sent"
    assert receipt.startswith("202 request-id=request-")
    assert receipt.endswith(f"message-id={one.message_id}")
    (arrived,) = cloud.delivered
    assert (arrived.to, arrived.cc) == (((), (TO,)) if copy else ((TO,), ()))
    assert arrived.names == ("鈴木 花子",)
    assert (arrived.subject, arrived.html.rstrip()) == (one.subject, one.html.rstrip())
    assert arrived.message_id == one.message_id
    assert arrived.attachments == {NAME: noise(size)}
    assert arrived.pictures == {"tiles": noise(500, 1)}
    assert cloud.asked[step] == 1
    assert cloud.drafts == {}


def test_a_small_mail_keeps_its_plain_text_and_its_language(cloud, identity):
    with Post(cloud, identity) as post:
        post.verdict(mail())
    assert cloud.delivered[0].text.rstrip() == "売上は計画を3%下回りました。"
    assert cloud.delivered[0].language == "ja"
    # One request for the mail, and two for the token.
    assert cloud.asked == {"tenant": 1, "token": 1, "sendMail": 1}


def test_a_small_mail_needs_no_right_to_read_the_mailbox(cloud, identity):
    cloud.rights = {SEND}
    with Post(cloud, identity) as post:
        assert post.verdict(mail())[0] == "sent"


def test_several_mails_share_one_token(cloud, identity):
    with Post(cloud, identity) as post:
        assert [post.verdict(mail())[0] for _ in range(3)] == ["sent"] * 3
    assert cloud.asked["token"] == 1


@pytest.mark.parametrize(
    ("size", "pieces"),
    [(LARGE, 1), (PIECE, 1), (PIECE + 1, 2), (2 * PIECE + 5, 3)],
)
def test_a_large_pack_goes_in_pieces(cloud, identity, size, pieces):
    with Post(cloud, identity) as post:
        assert post.verdict(mail(size))[0] == "sent"
    assert cloud.asked["put"] == pieces
    assert cloud.delivered[0].attachments == {NAME: noise(size)}


def test_a_large_picture_stays_in_the_text(cloud, identity):
    picture = Attachment("chart.png", noise(LARGE, 3), "image/png", "chart")
    with Post(cloud, identity) as post:
        assert post.verdict(mail(pictures=(picture,)))[0] == "sent"
    assert cloud.delivered[0].pictures == {"chart": noise(LARGE, 3)}


@pytest.mark.parametrize("size", [2_999_999, 3_000_000, LARGE - 1000])
def test_a_file_of_about_3_mb_finds_its_way(cloud, identity, size):
    # Whether 3 MB are 3,000,000 or 3,145,728 bytes is not documented.
    with Post(cloud, identity) as post:
        assert post.verdict(mail(size))[0] == "sent"
    assert cloud.delivered[0].attachments == {NAME: noise(size)}


# ---- What Microsoft turns down ----------------------------------------------------------------

ANSWERS = [
    (Twist(400, "ErrorInvalidRecipients"), "refused", "graph-recipient"),
    (Twist(400, "ErrorMessageSizeExceeded"), "refused", "graph-too-large"),
    (Twist(413, "RequestEntityTooLarge"), "refused", "graph-too-large"),
    (Twist(413, "SomethingNew"), "refused", "graph-too-large"),
    (Twist(400, "ErrorMimeContentInvalid"), "refused", "graph-refused"),
    (Twist(422, "SomethingNew"), "refused", "graph-refused"),
    (Twist(500, "ErrorMimeContentConversionFailed"), "refused", "graph-refused"),
    (Twist(403, "ErrorAccessDenied"), "unavailable", "graph-denied"),
    (Twist(403, "SomethingNew"), "unavailable", "graph-denied"),
    (Twist(403, "ErrorSendAsDenied"), "unavailable", "graph-send-as"),
    (Twist(403, "ErrorMessageSubmissionBlocked"), "unavailable", "graph-blocked"),
    (Twist(400, "ErrorExceededMessageLimit"), "unavailable", "graph-daily-limit"),
    (Twist(507, "quotaLimitReached"), "unavailable", "graph-mailbox-full"),
    (Twist(404, "MailboxNotEnabledForRESTAPI"), "unavailable", "graph-no-mailbox"),
    (Twist(307), "unavailable", "graph-unexpected"),
    # "Requests fail" with 429, and "you may repeat" after 503 where it says when.
    (Twist(429, "ApplicationThrottled"), "deferred", "graph-throttled"),
    (Twist(509, "activityLimitReached"), "deferred", "graph-throttled"),
    (Twist(503, headers={"Retry-After": "20"}), "deferred", "graph-busy"),
    (Twist(423, "ErrorLocked"), "deferred", "graph-busy"),
    # Nothing is promised with these: mails were seen to arrive all the same.
    (Twist(503), "unknown", "graph-unclear"),
    (Twist(504, "GatewayTimeout"), "unknown", "graph-unclear"),
    (Twist(504, "GatewayTimeout", done=True), "unknown", "graph-unclear"),
    (Twist(500, "ErrorInternalServerError", done=True), "unknown", "graph-unclear"),
    (Twist(502, done=True), "unknown", "graph-unclear"),
    (Twist(200), "unknown", "graph-unclear"),
    (Twist(200, done=True), "unknown", "graph-unclear"),
]


@BOTH_WAYS
@pytest.mark.parametrize(
    ("twist", "kind", "code"),
    ANSWERS,
    ids=[f"{one[0].status}-{one[0].code}-{one[0].done}" for one in ANSWERS],
)
def test_every_answer_to_the_sending_has_its_verdict(
    cloud, identity, size, step, twist, kind, code
):
    cloud.twists[step].append(twist)
    with Post(cloud, identity) as post:
        assert post.verdict(mail(size))[:2] == (kind, code)
        assert cloud.asked[step] == 1
        kept = (kind == "unknown" and not twist.done) or kind == "deferred"
        assert len(cloud.drafts) == (kept and step == "send")
    # A draft that may be on its way is left alone; the others are not left behind.
    assert len(cloud.drafts) == (kind == "unknown" and not twist.done and step == "send")


@BOTH_WAYS
def test_throttling_says_how_long_to_wait_in_either_form(cloud, identity, size, step):
    # Both clocks are the server's: its Date header, which http.server writes, and this one.
    later = format_datetime(datetime.now(UTC) + timedelta(minutes=10), usegmt=True)
    cloud.twists[step] += [Twist(429, headers={"Retry-After": "17"})]
    cloud.twists[step] += [Twist(429, headers={"Retry-After": later})]
    with Post(cloud, identity) as post:
        assert post.verdict(mail(size)) == ("deferred", "graph-throttled", 17.0)
        kind, _, after = post.verdict(mail(size))
        assert kind == "deferred"
        assert after is not None
        assert 500 < after <= 600
        assert post.waits == []
        assert post.verdict(mail(size))[0] == "sent"


@pytest.mark.parametrize(
    ("asked", "shown", "seconds"),
    [
        ("120", "", 120.0),
        ("Thu, 05 Nov 2026 09:02:00 GMT", "Thu, 05 Nov 2026 09:00:30 GMT", 90.0),
        ("Thu, 05 Nov 2026 08:00:00 GMT", "Thu, 05 Nov 2026 09:00:30 GMT", 0.0),
        ("soon", "", None),
        ("-5", "", None),
        ("", "", None),
    ],
)
def test_retry_after_is_read_against_the_servers_own_clock(asked, shown, seconds):
    assert Reply(429, {"Retry-After": asked, "Date": shown}, {}).retry_after == seconds


@BOTH_WAYS
def test_an_address_that_exchange_refuses_is_the_recipients_own_fault(cloud, identity, size, step):
    cloud.bad_addresses.add(TO)
    with Post(cloud, identity) as post:
        assert post.verdict(mail(size))[:2] == ("refused", "graph-recipient")
    assert cloud.drafts == {}


def test_a_mail_beyond_the_mailboxs_limit_is_refused(cloud, identity):
    cloud.message_limit = 3_000_000
    with Post(cloud, identity) as post:
        assert post.verdict(mail(LARGE))[:2] == ("refused", "graph-too-large")
    assert cloud.drafts == {}


def test_a_file_beyond_150_mb_is_refused_before_it_travels(cloud, identity):
    one = replace(mail(), attachments=(Attachment(NAME, bytes(150_000_001), "application/pdf"),))
    with Post(cloud, identity) as post:
        assert post.verdict(one)[:2] == ("refused", "graph-too-large")
    assert cloud.asked["session"] == 0
    assert cloud.drafts == {}


def test_an_app_that_may_only_send_is_told_what_a_large_pack_needs(cloud, identity):
    cloud.rights = {SEND}
    with Post(cloud, identity) as post:
        assert post.verdict(mail(LARGE))[:2] == ("refused", "graph-large-denied")
        assert post.verdict(mail())[0] == "sent"


def test_an_app_without_the_right_to_send_sends_nothing_at_all(cloud, identity):
    cloud.rights = set()
    with Post(cloud, identity) as post:
        assert post.verdict(mail())[:2] == ("unavailable", "graph-denied")


def test_a_mail_that_names_somebody_else_too_is_not_handed_over(cloud, identity):
    def with_others(one: Mail) -> bytes:
        return b"Cc: boss@example.co.jp\r\n" + mime(one)

    with Post(cloud, identity) as post:
        post.transport._render = with_others
        assert post.verdict(mail())[:2] == ("refused", "graph-others")
    assert cloud.asked["sendMail"] == 0


def test_a_mail_that_cannot_be_written_is_one_persons_fault(cloud, identity):
    def cannot(one: Mail) -> bytes:
        raise UsageProblem("not-a-number", found=one.recipient.email)

    with Post(cloud, identity) as post:
        post.transport._render = cannot
        with pytest.raises(Refused) as caught:
            post.transport.send(mail())
    assert caught.value.details == {"found": TO}


def test_an_answer_of_any_length_keeps_the_name_of_the_request():
    error = {"error": {"code": "ErrorX", "message": "long\r\n" * 500}}
    said = Reply(400, {"request-id": "abc"}, error).said
    assert said.startswith("400 ErrorX long long ")
    assert said.endswith(" request-id=abc")
    assert len(said) < 400


def test_the_most_detailed_code_counts():
    error = {
        "code": "generalException",
        "innererror": {"code": "accessDenied", "innererror": {"code": "ErrorSendAsDenied"}},
    }
    assert Reply(403, {}, {"error": error}).codes == (
        "errorsendasdenied",
        "accessdenied",
        "generalexception",
    )


# ---- Tokens that end ----------------------------------------------------------------------------


@BOTH_WAYS
def test_a_token_that_expired_is_replaced_once(cloud, identity, size, step):
    with Post(cloud, identity) as post:
        assert post.verdict(mail())[0] == "sent"
        cloud.expire_tokens()
        assert post.verdict(mail(size))[0] == "sent"
    assert cloud.asked["token"] == 2


def test_a_new_token_that_is_not_accepted_either_ends_the_run(cloud, identity):
    cloud.twists["sendMail"] += [Twist(401, "InvalidAuthenticationToken")] * 2
    with Post(cloud, identity) as post:
        assert post.verdict(mail())[:2] == ("unavailable", "graph-token")
    assert cloud.asked["sendMail"] == 2


def test_a_wrong_secret_sends_nothing(cloud, identity):
    cloud.entra.failure = "AADSTS7000215: Invalid client secret provided."
    with Post(cloud, identity) as post:
        assert post.verdict(mail())[:2] == ("unavailable", "microsoft-secret-wrong")


# ---- Lines that break ---------------------------------------------------------------------------


@BOTH_WAYS
@pytest.mark.parametrize("done", [False, True], ids=["before", "after"])
def test_a_line_that_breaks_before_the_answer_leaves_a_doubt(cloud, identity, size, step, done):
    cloud.twists[step].append(Twist(done=done))
    with Post(cloud, identity) as post:
        assert post.verdict(mail(size))[:2] == ("unknown", "graph-unclear")
    assert len(cloud.delivered) == done
    assert cloud.asked[step] == 1
    # A draft that was not sent is still there for a person to see.
    assert len(cloud.drafts) == (step == "send" and not done)


@BOTH_WAYS
def test_silence_after_the_mail_was_taken_leaves_a_doubt(cloud, identity, size, step):
    cloud.twists[step].append(Twist(done=True, silent=True))
    with Post(cloud, identity, silence=1.0) as post:
        assert post.verdict(mail(size))[:2] == ("unknown", "graph-unclear")
    assert len(cloud.delivered) == 1


@pytest.fixture
def small_buffers() -> Iterator[None]:
    """Connections that hold back little, so that writing a mail takes until it is read."""
    option = (socket.SOL_SOCKET, socket.SO_SNDBUF, 16384)
    HTTPConnection.default_socket_options.append(option)
    yield
    HTTPConnection.default_socket_options.remove(option)


@pytest.mark.usefixtures("small_buffers")
def test_a_line_that_breaks_while_the_mail_is_written_has_sent_nothing(cloud, identity):
    cloud.twists["sendMail"].append(Twist(cut=True))
    with Post(cloud, identity) as post:
        assert post.verdict(mail(1_400_000))[:2] == ("deferred", "microsoft-unreachable")
        assert post.verdict(mail(1_400_000))[0] == "sent"


def test_a_server_that_is_not_there_has_taken_nothing(cloud, identity):
    with Post(cloud, identity) as post:
        post.transport._client._tokens.token()
        post.transport._client._mailbox = "https://localhost:1/v1.0/users/x"
        assert post.verdict(mail())[:2] == ("deferred", "microsoft-unreachable")


def test_a_server_with_another_certificate_is_sent_nothing(cloud, identity, tmp_path):
    other = certificate(tmp_path)
    with Post(cloud, identity) as post, running(other) as impostor:
        post.transport._client._mailbox = f"{impostor.address}/v1.0/users/{MAILBOX}"
        assert post.verdict(mail())[:2] == ("unavailable", "microsoft-certificate")
        assert impostor.asked == {}


def test_a_proxy_that_does_not_let_through_has_passed_nothing_on(cloud, identity, monkeypatch):
    with Post(cloud, identity) as post:
        post.transport._client._tokens.token()
        monkeypatch.delenv("NO_PROXY")
        monkeypatch.setenv("HTTPS_PROXY", "http://localhost:1")
        assert post.verdict(mail())[:2] == ("deferred", "microsoft-unreachable")


@pytest.mark.parametrize("url", ["http://graph.example.com/v1.0", "ftp://localhost", "graph"])
def test_an_address_without_tls_is_wrong_use(url):
    with pytest.raises(UsageProblem) as caught:
        GraphTransport(None, MAILBOX, mime, base=url)  # type: ignore[arg-type]
    assert caught.value.code == "microsoft-address"


def test_an_upload_address_without_tls_gets_no_file(cloud, identity):
    cloud.upload_address = "http://uploads.example.com"
    with Post(cloud, identity) as post:
        assert post.verdict(mail(LARGE))[:2] == ("unavailable", "graph-unexpected")
    assert cloud.drafts == {}


def test_without_the_extra_nothing_begins(cloud, identity, monkeypatch):
    post = Post(cloud, identity)
    monkeypatch.setitem(sys.modules, "requests", None)
    with pytest.raises(UsageProblem) as caught, post:
        pass
    assert caught.value.code == "extra-missing"


# ---- Large mails on bad lines -------------------------------------------------------------------

HARMLESS = [
    ("draft", Twist()),
    ("draft", Twist(done=True)),
    ("draft", Twist(504, done=True)),
    ("draft", Twist(503, headers={"Retry-After": "3"})),
    ("attach", Twist(done=True)),
    ("attach", Twist(504, done=True)),
    ("attach", Twist(429, headers={"Retry-After": "3"})),
    ("attach", Twist(cut=True)),
    ("session", Twist(done=True)),
    ("session", Twist(500)),
    ("put", Twist()),
    ("put", Twist(done=True)),
    ("put", Twist(cut=True)),
    ("put", Twist(504, done=True)),
    ("put", Twist(429, headers={"Retry-After": "3"})),
    ("put", Twist(404, "uploadSessionNotFound")),
    ("put", Twist(409)),
]


AT = [(step, twist, 0) for step, twist in HARMLESS]
LAST_PIECE = [(step, twist, 2) for step, twist in HARMLESS if step == "put"]


@pytest.mark.parametrize(("step", "twist", "passed"), [*AT, *LAST_PIECE])
def test_a_large_mail_survives_every_stumble_before_it_is_sent(
    cloud, identity, step, twist, passed
):
    size = 2 * PIECE + 5
    cloud.twists[step] += [*[None] * passed, twist]
    with Post(cloud, identity) as post:
        assert post.verdict(mail(size))[0] == "sent"
    assert cloud.delivered[0].attachments == {NAME: noise(size)}
    assert cloud.delivered[0].pictures == {"tiles": noise(500, 1)}
    assert cloud.drafts == {}
    if twist.headers:
        assert post.waits == [3.0]


def test_an_upload_goes_on_where_it_broke_off(cloud, identity):
    cloud.twists["put"] += [Twist(done=True)]
    with Post(cloud, identity) as post:
        assert post.verdict(mail(3 * PIECE))[0] == "sent"
    # The first piece had arrived: it is not sent a second time.
    assert (cloud.asked["session"], cloud.asked["position"], cloud.asked["put"]) == (1, 1, 3)


@pytest.mark.parametrize("ranges", [[], [str(LARGE)], ["99999999-"]])
def test_an_upload_that_is_complete_without_saying_so_is_looked_up(cloud, identity, ranges):
    original = cloud.take_piece

    def silent(request):
        original(request)
        return Answer(200, {"nextExpectedRanges": ranges})

    cloud.take_piece = silent
    with Post(cloud, identity) as post:
        assert post.verdict(mail(LARGE))[0] == "sent"
    assert cloud.asked["put"] == 1
    assert cloud.delivered[0].attachments == {NAME: noise(LARGE)}


def test_an_upload_that_never_gets_on_is_given_up_and_cleared_away(cloud, identity):
    cloud.twists["put"] += [Twist()] * 50
    with Post(cloud, identity) as post:
        assert post.verdict(mail(LARGE))[:2] == ("deferred", "microsoft-unreachable")
    assert cloud.drafts == {}
    assert sum(post.waits) <= 300


def test_no_mail_waits_longer_than_it_may(cloud, identity):
    cloud.twists["attach"] += [Twist(429, headers={"Retry-After": "50"})] * 9
    with Post(cloud, identity, patience=120.0) as post:
        assert post.verdict(mail(LARGE)) == ("deferred", "graph-busy", 50.0)
    assert post.waits == [50.0, 50.0]
    assert cloud.drafts == {}


def test_a_draft_that_is_ready_is_sent_later_without_another_upload(cloud, identity):
    cloud.twists["send"] += [Twist(429, headers={"Retry-After": "9"})]
    with Post(cloud, identity) as post:
        assert post.verdict(mail(LARGE)) == ("deferred", "graph-throttled", 9.0)
        assert post.verdict(mail(LARGE))[0] == "sent"
    assert (cloud.asked["draft"], cloud.asked["put"], cloud.asked["send"]) == (1, 1, 2)


def test_a_draft_that_is_gone_at_the_second_try_may_have_been_sent(cloud, identity):
    # A server that breaks its own promise: 503, come back, and the mail is on its way.
    cloud.twists["send"] += [Twist(503, headers={"Retry-After": "9"}, done=True)]
    one = mail(LARGE)
    with Post(cloud, identity) as post:
        with pytest.raises(Deferred):
            post.transport.send(one)
        assert post.verdict(one)[:2] == ("unknown", "graph-unclear")
    assert len(cloud.delivered) == 1


def test_a_draft_that_was_not_sent_is_removed_at_the_end(cloud, identity):
    cloud.twists["send"] += [Twist(429)]
    with Post(cloud, identity) as post:
        assert post.verdict(mail(LARGE))[0] == "deferred"
        assert len(cloud.drafts) == 1
    assert cloud.drafts == {}


def test_other_peoples_drafts_are_left_alone(cloud, identity):
    cloud.drafts["mine"] = {"id": "mine", "internetMessageId": "<other@x>", "files": {}}
    cloud.twists["draft"] += [Twist(done=True)]
    with Post(cloud, identity) as post:
        assert post.verdict(mail(LARGE))[0] == "sent"
    assert list(cloud.drafts) == ["mine"]


@pytest.mark.parametrize("seed", range(30))
def test_whatever_goes_wrong_nobody_gets_a_mail_twice(cloud, identity, seed):
    chance = random.Random(seed)
    stumbles = [
        Twist(),
        Twist(done=True),
        Twist(cut=True),
        Twist(429, headers={"Retry-After": "1"}),
        Twist(503, headers={"Retry-After": "1"}),
        Twist(500, done=True),
        Twist(504, done=True),
        Twist(401, "InvalidAuthenticationToken"),
    ]
    for step in ("draft", "attach", "session", "put", "position", "files", "send", "sendMail"):
        cloud.twists[step] += chance.choices(stumbles, k=chance.randrange(3))
    one = mail(chance.choice([1000, LARGE, PIECE + 9]))
    kinds: list[str] = []
    with Post(cloud, identity) as post:
        while not kinds or (kinds[-1] == "deferred" and len(kinds) < 9):
            kinds.append(post.verdict(one)[0])
    assert len(cloud.delivered) <= 1
    if kinds[-1] == "sent":
        assert cloud.delivered[0].attachments == {NAME: one.attachments[0].data}
        assert cloud.delivered[0].pictures == {"tiles": noise(500, 1)}
