"""Whatever a mail server does, the ledger's account is what the server holds (SPEC 12)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from kpixl import jobs
from kpixl.delivery.config import Login, Security, SmtpConfig
from kpixl.delivery.ledger import open_ledger
from kpixl.delivery.mail import Address
from kpixl.delivery.processes import this_process
from kpixl.delivery.records import Standing
from kpixl.delivery.smtp import SmtpTransport
from kpixl.sending.delivering import Post, deliver
from kpixl.sending.dispatch import dispatch
from kpixl.sending.orders import Ending, Order
from kpixl.sending.parcels import Sender
from tests.certificates import Authority, Certificate
from tests.mail_book import rows, write
from tests.smtp_server import PASSWORD, USER, Sink, mail_server

THREE = ("abe@example.com", "ito@example.com", "ono@example.com")
BEFORE_THE_DOT = (
    "connect", "-greeting", "+greeting", "-EHLO", "+EHLO", "-STARTTLS", "+STARTTLS", "-AUTH",
    "+AUTH", "-MAIL", "+MAIL", "-RCPT", "+RCPT", "-354",
)  # fmt: skip
AFTER_IT = ("dot", "accepted", "-reply")

pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS:UserWarning")


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def right(authority: Authority) -> Certificate:
    return authority.issue("right")


class Case:
    """A book for three people, sent through one server again and again."""

    def __init__(self, folder: Path, authority: Authority, right: Certificate) -> None:
        self.folder = folder
        self.authority = authority
        self.right = right
        self.sink = Sink()
        self.book = write(folder / "plan.xlsx", rows(THREE))
        self.url = f"sqlite:///{folder / 'ledger.sqlite'}"
        self.size = 0
        self.pack = b"%PDF-1.7 a pack " * 300

    def send(
        self, password: str = PASSWORD, certificate: Certificate | None = None
    ) -> Counter[str]:
        """How the deliveries of one run ended."""
        tls = (certificate or self.right).context
        with (
            mail_server(self.sink, tls=tls, login=True, size=self.size) as server,
            open_ledger(self.url, create=True) as ledger,
        ):
            config = SmtpConfig(
                host="127.0.0.1", port=server.port, security=Security.STARTTLS,
                login=Login.PASSWORD, user=USER, ca_file=self.authority.ca_file, timeout=20,
            )  # fmt: skip
            post = Post(
                ledger, this_process(), SmtpTransport(config, password=lambda: password),
                Sender(Address("kpi@example.com")), clock=lambda: datetime.now(UTC),
                sleep=lambda seconds: None, pauses=(1.0,),
            )  # fmt: skip
            whole = jobs.review_workbook(self.book)
            found = dispatch(Order(self.book), whole, ledger, datetime.now(UTC))
            endings = Counter(one.ending.value for one in deliver(found, post))
            self.sink.quiet()
        self.compare()
        return endings

    @property
    def held(self) -> Counter[str]:
        return Counter(address for one in self.sink.held for address in one.rcpt_tos)

    def compare(self) -> None:
        """SENT is held once, DUE is not held; of what nobody knows there may be one."""
        now = datetime.now(UTC)
        with open_ledger(self.url, create=False) as ledger:
            latest = {
                one.claim.key.recipient: one.standing
                for one in ledger.attempts("BOOK-1", now=now)
                if one.latest
            }
        for address in THREE:
            standing = latest.get(address, Standing.DUE)
            least, most = {
                Standing.SENT: (1, 1), Standing.DUE: (0, 0), Standing.UNKNOWN: (0, 1),
            }[standing]  # fmt: skip
            assert least <= self.held[address] <= most, (address, standing, self.held)


@pytest.fixture
def case(
    tmp_path: Path, authority: Authority, right: Certificate, monkeypatch: pytest.MonkeyPatch
) -> Case:
    made = Case(tmp_path, authority, right)

    def render(job: jobs.PackJob, part: Any, language: str) -> tuple[str, bytes]:
        return f"pack_{language}.pdf", made.pack

    monkeypatch.setattr(jobs, "render", render)
    return made


def test_all_is_well_where_the_server_is(case: Case) -> None:
    assert case.send() == {"sent": 3}
    assert case.held == Counter(THREE)
    assert case.send() == {"already": 3}
    assert case.held == Counter(THREE)


@pytest.mark.parametrize("stage", BEFORE_THE_DOT)
def test_a_line_lost_before_the_whole_mail_was_there_costs_a_try_and_nothing_else(
    case: Case, stage: str
) -> None:
    case.sink.cut = stage
    assert case.send() == {"sent": 3}
    assert case.held == Counter(THREE)


def test_a_line_lost_when_the_server_was_ready_for_the_mail_is_told_as_it_is(case: Case) -> None:
    """A mail may have left whole before that is known; then nobody knows what became of it."""
    case.sink.cut = "+354"
    assert case.send() in ({"sent": 3}, {"sent": 2, "unknown": 1})
    assert sum(case.held.values()) >= 2


@pytest.mark.parametrize("stage", AFTER_IT)
def test_a_line_lost_after_it_is_unknown_and_not_tried_again(case: Case, stage: str) -> None:
    case.sink.cut = stage
    assert case.send() == {"sent": 2, "unknown": 1}
    assert case.send() == {"already": 2, "unknown": 1}
    assert sum(case.held.values()) == (2 if stage == "dot" else 3)


def test_a_line_that_is_always_lost_is_left_to_another_day(case: Case) -> None:
    case.sink.cut, case.sink.cuts = "+EHLO", 99
    assert case.send() == {"failed": 3}
    case.sink.cuts = 0
    assert case.send() == {"sent": 3}


def test_a_refused_recipient_and_one_for_the_moment(case: Case) -> None:
    case.sink.answers["RCPT"] = ["550 5.1.1 no such user", "451 4.7.1 greylisted", None]
    # Abe is refused, Ito greylisted and taken a little later, Ono taken at once.
    assert case.send() == {"refused": 1, "sent": 2}
    assert case.held == Counter(THREE[1:])
    assert case.send() == {"already": 2, "sent": 1}
    assert case.held == Counter(THREE)


@pytest.mark.parametrize(
    ("said", "ending"), [("452 4.3.1 full", "sent"), ("554 5.7.1 spam", "refused")]
)
def test_what_the_server_says_of_the_whole_mail(case: Case, said: str, ending: str) -> None:
    case.sink.answers["DATA"] = [said]
    assert case.send() == Counter({"sent": 2}) + Counter([ending])


def test_a_mail_that_is_too_large_is_refused_to_everybody_it_is_for(case: Case) -> None:
    case.size = 4000
    assert case.send() == {"refused": 3}
    case.size = 0
    assert case.send() == {"sent": 3}


@pytest.mark.parametrize(
    "spoilt",
    [
        lambda authority, folder: authority.issue("other", hosts=("mail.example.org",)),
        lambda authority, folder: Authority(folder).issue("stranger"),
    ],
    ids=["another host's", "of an unknown authority"],
)
def test_a_wrong_certificate_sends_nothing_to_anybody(
    case: Case, spoilt: Callable[[Authority, Path], Certificate], tmp_path: Path
) -> None:
    (tmp_path / "other").mkdir()
    wrong = spoilt(case.authority, tmp_path / "other")
    assert case.send(certificate=wrong) == {Ending.UNTRIED.value: 3}
    assert case.held == Counter()
    assert case.sink.logins == []
    assert case.send() == {"sent": 3}


def test_a_wrong_password_is_tried_once(case: Case) -> None:
    assert case.send(password="wrong") == {"untried": 3}  # noqa: S106 -- that is the point
    assert len(case.sink.logins) == 1
    assert case.send() == {"sent": 3}
