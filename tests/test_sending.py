"""Who is sent what, in which edition, and what the ledger then says (SPEC 12)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Self

import pytest

from kpixl import jobs
from kpixl.delivery.ledger import Ledger, open_ledger
from kpixl.delivery.mail import Address, Mail
from kpixl.delivery.processes import this_process
from kpixl.delivery.records import Standing
from kpixl.delivery.transports import Deferred, DeliveryFault, Refused, Unavailable, Uncertain
from kpixl.errors import Reason, UsageProblem
from kpixl.review.restated import restatements
from kpixl.sending.delivering import Post, deliver
from kpixl.sending.dispatch import dispatch
from kpixl.sending.orders import Dispatch, Ending, Order, Result
from kpixl.sending.parcels import Sender
from tests.mail_book import rows, write

THREE = ("abe@example.com", "ito@example.com", "ono@example.com")
FROM_MAY_2025 = (
    *(f"2025-{month:02d}" for month in range(5, 13)), "2026-01", "2026-02", "2026-03",
)  # fmt: skip
SENDER = Sender(Address("kpi@example.com", "KPI office"))


class Clock:
    """A time that moves by a second whenever it is asked."""

    def __init__(self) -> None:
        self.now = datetime(2026, 6, 11, 8, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now


class Scripted:
    """A transport that keeps what it takes; ``faults`` are raised in turn for an address."""

    def __init__(self, faults: dict[str, list[DeliveryFault]] | None = None) -> None:
        self.faults = {key: list(found) for key, found in (faults or {}).items()}
        self.taken: list[Mail] = []
        self.asked: list[str] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def send(self, mail: Mail) -> str:
        self.asked.append(mail.recipient.email)
        waiting = self.faults.get(mail.recipient.email)
        if waiting:
            raise waiting.pop(0)
        self.taken.append(mail)
        return "250 queued"

    @property
    def reached(self) -> list[str]:
        return [mail.recipient.email for mail in self.taken]


class Desk:
    """A book, its ledger and a clock."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.clock = Clock()
        self.slept: list[float] = []
        self.sheets = rows(THREE)
        self.url = f"sqlite:///{folder / 'ledger.sqlite'}"

    def look(self, ledger: Ledger, **asked: Any) -> Dispatch:
        book = write(self.folder / "plan.xlsx", self.sheets)
        order = Order(book, **asked)
        whole = jobs.review_workbook(book, order.month, order.as_of)
        return dispatch(order, whole, ledger, self.clock())

    def planned(self, **asked: Any) -> Dispatch:
        """What would be sent, as a dry run sees it."""
        with open_ledger(self.url, create=False) as ledger:
            return self.look(ledger, **asked)

    def send(self, transport: Scripted | None = None, **asked: Any) -> list[Result]:
        with open_ledger(self.url, create=True) as ledger:
            post = Post(
                ledger, this_process(), transport or Scripted(), SENDER,
                clock=self.clock, sleep=self.slept.append,
            )  # fmt: skip
            return list(deliver(self.look(ledger, **asked), post))

    def actual(self, goal: str, value: float) -> None:
        """Change what was entered for May."""
        row = next(line for line in self.sheets["Actuals"] if line[0] == goal)
        row[2] = value

    def next_month(self) -> None:
        """June, with the figures of May."""
        self.sheets["Settings"][2][1] = "2026-06"
        for line in self.sheets["Actuals"][1:]:
            line[3] = line[2]


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """Packs are but a line here: what is in them is tested elsewhere."""
    made = Desk(tmp_path)

    def render(job: jobs.PackJob, part: Any, language: str) -> tuple[str, bytes]:
        assert job.edition is not None
        restated = len(restatements(part, job.published))
        text = f"{part.scope} {language} {job.edition.number} {job.edition.reason} {restated}"
        return f"pack_{language}.pdf", text.encode()

    monkeypatch.setattr(jobs, "render", render)
    return made


def endings(results: Sequence[Result]) -> dict[str, str]:
    return {one.delivery.key.recipient: one.ending.value for one in results}


def all_of(ending: Ending) -> dict[str, str]:
    return dict.fromkeys(THREE, ending.value)


# ---- Once, and only once ---------------------------------------------------------------------


def test_everybody_is_sent_their_part_once(desk):
    transport = Scripted()
    assert endings(desk.send(transport)) == all_of(Ending.SENT)
    assert transport.reached == list(THREE)
    # Abe and Ono get the whole tree in Japanese and English, Ito the CSF's: see mail_book.
    packs = [mail.attachments[0].data.decode() for mail in transport.taken]
    assert packs == [" en 1  0", "GROW ja 1  0", " ja 1  0"]


def test_a_second_run_sends_nothing(desk):
    desk.send()
    transport = Scripted()
    assert endings(desk.send(transport)) == all_of(Ending.ALREADY)
    assert transport.asked == []


def test_somebody_new_is_all_that_is_missing(desk):
    desk.send()
    desk.sheets["Recipients"].append(["New", "new@example.com", "To", None, None])
    transport = Scripted()
    desk.send(transport)
    assert transport.reached == ["new@example.com"]


def test_one_person_in_two_rows_gets_one_mail(desk):
    desk.sheets["Recipients"] += [
        ["Abe again", "ABE@example.com", "Cc", None, None],
        ["Ono", "ono@example.com", "To", "GROW", "Japanese"],
    ]
    transport = Scripted()
    desk.send(transport)
    # Ono's second row is another part of the tree, and so another pack.
    assert sorted(transport.reached) == sorted([*THREE, "ono@example.com"])
    assert not any(mail.copy for mail in transport.taken)


def test_a_fault_of_kpixls_own_costs_only_the_mails_of_its_pack(desk, monkeypatch):
    made = jobs.render

    def render(job: jobs.PackJob, part: Any, language: str) -> tuple[str, bytes]:
        if part.scope == "GROW":
            raise ZeroDivisionError("division by zero")
        return made(job, part, language)

    monkeypatch.setattr(jobs, "render", render)
    found = desk.send()
    assert endings(found) == {**all_of(Ending.SENT), THREE[1]: "blocked"}
    (fault,) = [one.fault for one in found if one.fault]
    assert (fault.code, fault.details["found"]) == (
        "unexpected", "ZeroDivisionError: division by zero",
    )  # fmt: skip
    monkeypatch.setattr(jobs, "render", made)
    assert endings(desk.send()) == {**all_of(Ending.ALREADY), THREE[1]: "sent"}


def test_a_copy_is_a_mail_of_its_own(desk):
    desk.sheets["Recipients"][1][2] = "Cc"
    transport = Scripted()
    desk.send(transport)
    assert [(mail.recipient.email, mail.copy) for mail in transport.taken] == [
        (THREE[0], True), (THREE[1], False), (THREE[2], False),
    ]  # fmt: skip


def test_only_those_who_are_named(desk):
    transport = Scripted()
    desk.send(transport, only=("person 1", "ONO@example.com"))
    assert transport.reached == [THREE[1], THREE[2]]
    assert endings(desk.send()) == {**all_of(Ending.ALREADY), THREE[0]: "sent"}


def test_a_name_that_nobody_has_is_told_with_those_that_there_are(desk):
    with pytest.raises(UsageProblem) as raised:
        desk.send(only=("Person 9",))
    assert raised.value.code == "only-unknown"
    assert raised.value.details["known"] == "Person 0, Person 1, Person 2"


def test_a_wrong_address_keeps_only_that_person_back(desk):
    desk.sheets["Recipients"][2][1] = "ito at example"
    found = desk.planned()
    assert [one.key.recipient for one in found.due] == [THREE[0], THREE[2]]
    assert [(p.code, p.cell) for p in found.unreachable] == [("email-bad", "B3")]
    # Asking for that person is answered by the problem, not by "nobody is called so".
    assert desk.planned(only=("Person 1",)).due == ()


def test_a_book_without_recipients_or_without_its_id_is_not_sent(desk):
    del desk.sheets["Recipients"][1:]
    with pytest.raises(UsageProblem, match="recipients-none"):
        desk.planned()
    desk.sheets["Settings"].pop()
    with pytest.raises(UsageProblem, match="book-id-missing"):
        desk.planned()


def test_a_month_of_which_nothing_is_known_is_not_sent(desk):
    desk.sheets["Settings"][2][1] = "2026-06"
    with pytest.raises(UsageProblem, match="send-unreported"):
        desk.planned()


def test_a_dry_run_leaves_nothing_behind(desk):
    assert len(desk.planned().due) == 3
    assert sorted(path.name for path in desk.folder.iterdir()) == ["plan.xlsx"]


# ---- What goes wrong -------------------------------------------------------------------------


def test_one_refusal_does_not_stop_the_others(desk):
    transport = Scripted({THREE[0]: [Refused("smtp-refused", reply="550 no such user")]})
    found = desk.send(transport)
    assert endings(found) == {**all_of(Ending.SENT), THREE[0]: "refused"}
    assert [one.detail for one in found if not one.well] == ["550 no such user"]
    # The next run tries again: the mailbox may have been made since.
    assert endings(desk.send()) == {**all_of(Ending.ALREADY), THREE[0]: "sent"}


def test_a_systems_reason_is_kept_in_the_same_words_on_every_machine(desk):
    # As a Japanese Windows says it.
    late = Reason("接続済みの呼び出し先が応答しなかったため、接続できませんでした。", "ETIMEDOUT")
    transport = Scripted({THREE[0]: [Deferred("smtp-unreachable", reason=late)] * 9})
    found = desk.send(transport)
    assert [one.detail for one in found if not one.well] == ["Connection timed out"]


def test_what_fails_for_the_moment_is_tried_again_after_the_others(desk):
    transport = Scripted({THREE[0]: [Deferred("smtp-deferred", reply="451 later")] * 2})
    assert endings(desk.send(transport)) == all_of(Ending.SENT)
    assert transport.asked == [*THREE, THREE[0], THREE[0]]
    assert desk.slept == [5.0, 30.0]


def test_after_three_pauses_it_is_left_to_the_next_run(desk):
    transport = Scripted({THREE[0]: [Deferred("smtp-deferred")] * 9})
    assert endings(desk.send(transport)) == {**all_of(Ending.SENT), THREE[0]: "failed"}
    assert desk.slept == [5.0, 30.0, 90.0]
    assert endings(desk.send()) == {**all_of(Ending.ALREADY), THREE[0]: "sent"}


def test_a_server_that_takes_nothing_is_left_alone_for_a_while(desk):
    desk.sheets["Recipients"] += [
        [f"Person {n}", f"p{n}@example.com", "To", None, None] for n in range(4, 9)
    ]
    away = Deferred("smtp-no-line")
    transport = Scripted({line[1]: [away] * 9 for line in desk.sheets["Recipients"][1:]})
    found = desk.send(transport)
    assert {one.ending for one in found} == {Ending.FAILED}
    assert len(found) == 8
    # Three in each of four rounds, not eight.
    assert len(transport.asked) == 12


def test_a_server_is_given_the_time_that_it_asks_for(desk):
    transport = Scripted({THREE[0]: [Deferred("smtp-deferred", 120.0)]})
    desk.send(transport)
    assert desk.slept == [120.0]
    patient = Scripted({"p@example.com": [Deferred("smtp-deferred", 3600.0)]})
    desk.sheets["Recipients"].append(["P", "p@example.com", "To", None, None])
    assert endings(desk.send(patient))["p@example.com"] == "failed"
    # An hour is more than a run waits.
    assert desk.slept == [120.0]


def test_where_nothing_can_be_sent_nobody_else_is_tried(desk):
    transport = Scripted({THREE[0]: [Unavailable("smtp-login", reply="535 wrong")]})
    found = desk.send(transport)
    assert endings(found) == all_of(Ending.UNTRIED)
    assert transport.asked == [THREE[0]]
    assert endings(desk.send()) == all_of(Ending.SENT)


def test_what_nobody_knows_is_not_sent_again_unless_told_to(desk):
    transport = Scripted({THREE[1]: [Uncertain("smtp-lost")]})
    assert endings(desk.send(transport)) == {**all_of(Ending.SENT), THREE[1]: "unknown"}
    again = Scripted()
    assert endings(desk.send(again)) == {**all_of(Ending.ALREADY), THREE[1]: "unknown"}
    assert again.asked == []
    told = Scripted()
    found = desk.send(told, resend_unknown=True)
    assert endings(found) == {**all_of(Ending.ALREADY), THREE[1]: "sent"}
    assert told.reached == [THREE[1]]


def test_the_same_delivery_has_the_same_message_id_however_often_it_is_tried(desk):
    seen = []

    class Noting(Scripted):
        def send(self, mail: Mail) -> str:
            seen.append(mail.message_id)
            return super().send(mail)

    desk.send(Noting({THREE[0]: [Deferred("smtp-deferred")] * 2}), only=("Person 0",))
    assert len(seen) == 3
    assert len(set(seen)) == 1


def test_a_part_with_errors_is_held_back_and_the_others_are_sent(desk):
    # RATE is in everybody's part; A stands beside the CSF, in the whole tree alone.
    desk.sheets["Goals"].append(
        ["A", "REV", "KPI", "Goal A", "Abe", None, "yen", "Higher", None, "Sum"]
    )
    desk.sheets["Actuals"].append(["A", 1, "about nine", None])
    found = desk.send()
    assert endings(found) == {THREE[0]: "blocked", THREE[1]: "sent", THREE[2]: "blocked"}
    assert {one.fault.code for one in found if one.fault} == {"held-errors"}


# ---- Editions --------------------------------------------------------------------------------


def test_a_correction_is_sent_to_everybody_once(desk):
    desk.send()
    desk.actual("VISITS", 150)
    transport = Scripted()
    assert endings(desk.send(transport, correct="Visits counted twice")) == all_of(Ending.SENT)
    packs = {mail.attachments[0].data.decode() for mail in transport.taken}
    assert all(" 2 Visits counted twice " in text for text in packs)
    subjects = [mail.subject for mail in transport.taken]
    assert all("edition 2" in text or "第2版" in text for text in subjects)
    assert endings(desk.send(correct="Visits counted twice")) == all_of(Ending.ALREADY)
    assert endings(desk.send()) == all_of(Ending.ALREADY)


def test_a_correction_that_was_cut_off_goes_on(desk):
    desk.send()
    desk.actual("VISITS", 150)
    reason = "Visits counted twice"
    desk.send(Scripted({THREE[2]: [Unavailable("smtp-login")]}), correct=reason)
    transport = Scripted()
    found = desk.send(transport, correct=reason)
    assert endings(found) == {**all_of(Ending.ALREADY), THREE[2]: "sent"}
    assert transport.taken[0].attachments[0].data.decode().split()[1] == "2"


def test_a_second_correction_may_have_the_reason_of_the_first(desk):
    desk.send()
    for number, visits in ((2, 150), (3, 160)):
        desk.actual("VISITS", visits)
        transport = Scripted()
        assert endings(desk.send(transport, correct="Visits")) == all_of(Ending.SENT)
        pack = transport.taken[0].attachments[0].data.decode()
        assert pack.split()[1] == str(number)
    assert endings(desk.send(correct="Visits")) == all_of(Ending.ALREADY)


def test_everybody_in_an_edition_sees_the_same_restatements(desk):
    desk.send()
    desk.actual("VISITS", 150)
    first = Scripted({address: [Refused("smtp-refused")] for address in THREE[1:]})
    desk.send(first, correct="why")
    rest = Scripted()
    desk.send(rest, correct="why")
    counts = [mail.attachments[0].data.decode().split()[-1] for mail in (*first.taken, *rest.taken)]
    # Sent before the edition: May's visits. What edition 2 itself has told restates nothing.
    assert len(counts) == 3
    assert all(int(count) > 0 for count in counts)
    assert counts[0] == counts[2]


def test_nothing_is_corrected_that_was_not_sent(desk):
    with pytest.raises(UsageProblem, match="correct-nothing"):
        desk.send(correct="why")
    desk.send(Scripted({address: [Refused("smtp-refused")] for address in THREE}))
    with pytest.raises(UsageProblem, match="correct-nothing"):
        desk.send(correct="why")
    with pytest.raises(UsageProblem, match="correct-why"):
        desk.send(correct="  ")


def test_one_edition_holds_the_same_figures_for_everybody(desk):
    desk.send(Scripted({THREE[2]: [Refused("smtp-refused")]}))
    desk.actual("VISITS", 150)
    found = desk.send()
    assert endings(found) == {**all_of(Ending.ALREADY), THREE[2]: "blocked"}
    assert [one.fault.code for one in found if one.fault] == ["changed-since-sent"]
    desk.actual("VISITS", 115)
    assert endings(desk.send())[THREE[2]] == "sent"


def test_a_book_that_changed_after_everybody_had_theirs_is_told(desk):
    desk.send()
    assert desk.planned().changed == ()
    desk.actual("VISITS", 150)
    assert "Goal VISITS" in [goal.name for goal in desk.planned().changed]


def test_whom_an_unknown_mail_is_held_back_from_is_told_why_where_it_was_to_be_sent_again(desk):
    desk.send(Scripted({THREE[0]: [Uncertain("smtp-uncertain")]}))
    desk.actual("VISITS", 150)
    assert endings(desk.send())[THREE[0]] == "unknown"
    assert desk.planned().held == ()
    (told,) = [one for one in desk.send(resend_unknown=True) if not one.well]
    assert (told.ending, told.fault.code) == (Ending.BLOCKED, "changed-since-sent")
    assert [one.recipient.email for one in desk.planned(resend_unknown=True).held] == [THREE[0]]


def test_final_figures_after_preliminary_ones_reach_everybody(desk):
    desk.sheets["Settings"].append(["State", "preliminary", None])
    desk.send()
    desk.sheets["Settings"][-1][1] = "final"
    transport = Scripted()
    assert endings(desk.send(transport)) == all_of(Ending.SENT)
    packs = {mail.attachments[0].data.decode() for mail in transport.taken}
    assert packs == {
        " en 2 Final figures 0", "GROW ja 2 確報値への更新 0", " ja 2 確報値への更新 0",
    }  # fmt: skip
    assert endings(desk.send()) == all_of(Ending.ALREADY)


def test_final_figures_replace_no_preliminary_ones_that_nobody_has(desk):
    desk.sheets["Settings"].append(["State", "preliminary", None])
    desk.send(Scripted({address: [Refused("smtp-refused")] for address in THREE}))
    desk.sheets["Settings"][-1][1] = "final"
    first = Scripted({THREE[2]: [Refused("smtp-refused")]})
    desk.send(first)
    assert {mail.attachments[0].data.decode() for mail in first.taken} == {
        " en 1  0", "GROW ja 1  0",
    }  # fmt: skip
    # Who is still to get the final figures gets them in the same edition.
    assert endings(desk.send()) == {**all_of(Ending.ALREADY), THREE[2]: "sent"}


def test_final_figures_replace_preliminary_ones_that_somebody_may_have(desk):
    desk.sheets["Settings"].append(["State", "preliminary", None])
    faults: dict[str, list[DeliveryFault]]
    faults = {address: [Refused("smtp-refused")] for address in THREE[1:]}
    desk.send(Scripted({**faults, THREE[0]: [Uncertain("smtp-uncertain")]}))
    desk.sheets["Settings"][-1][1] = "final"
    assert desk.planned().edition.number == 2


def test_a_correction_that_reached_nobody_may_be_given_another_reason(desk):
    desk.send()
    desk.actual("VISITS", 150)
    nobody: dict[str, list[DeliveryFault]]
    nobody = {address: [Refused("smtp-refused")] for address in THREE}
    desk.send(Scripted(nobody), correct="Reutrns")
    transport = Scripted()
    assert endings(desk.send(transport, correct="Returns")) == all_of(Ending.SENT)
    assert {mail.attachments[0].data.decode().split()[-2] for mail in transport.taken} == {
        "Returns"
    }


def test_what_may_have_arrived_can_be_corrected(desk):
    desk.send(Scripted({address: [Uncertain("smtp-uncertain")] for address in THREE}))
    desk.actual("VISITS", 150)
    assert endings(desk.send(correct="why")) == all_of(Ending.SENT)


def test_a_corrected_pack_tells_its_readers_what_a_later_month_has_told_others(desk):
    desk.send()
    desk.actual("VISITS", 150)
    desk.next_month()
    desk.send()
    desk.sheets["Settings"][2][1] = "2026-05"
    transport = Scripted()
    desk.send(transport, correct="why")
    restated = {mail.attachments[0].data.decode() for mail in transport.taken}
    # Visits and the revenue that they make, which the part GROW does not show.
    assert restated == {" en 2 why 2", "GROW ja 2 why 1", " ja 2 why 2"}


def test_a_figure_that_was_sent_as_gone_and_is_back_is_told(desk):
    restated: list[str] = []
    for visits in (115, None, 150):
        desk.sheets["Actuals"][1][2] = visits
        transport = Scripted()
        desk.send(transport, correct=f"Visits {visits}" if restated else None)
        restated.append(transport.taken[0].attachments[0].data.decode().split()[-1])
    # May's visits and the revenue that they make: gone, and back again.
    assert restated == ["0", "2", "2"]


def test_one_edition_holds_the_same_prior_year_for_everybody(desk):
    year_before = [datetime.fromisoformat(f"{month}-01") for month in FROM_MAY_2025]
    for name in ("Plan", "Actuals"):
        heads, *lines = desk.sheets[name]
        heads[1:1] = year_before
        for line in lines:
            line[1:1] = [None] * len(year_before)
    visits = desk.sheets["Actuals"][1]
    visits[1] = 80  # May 2025
    desk.send(Scripted({THREE[2]: [Refused("smtp-refused")]}))
    visits[1] = 70
    found = desk.planned()
    assert [goal.id for goal in found.changed] == ["VISITS"]
    assert [one.recipient.email for one in found.held] == [THREE[2]]


def test_the_next_month_starts_with_its_first_edition_and_restates_the_last(desk):
    desk.send()
    desk.actual("VISITS", 150)
    desk.next_month()
    transport = Scripted()
    assert endings(desk.send(transport)) == all_of(Ending.SENT)
    first = transport.taken[0].attachments[0].data.decode().split()
    assert first[1] == "1"
    assert int(first[-1]) > 0


def test_two_books_in_one_ledger_are_told_apart(desk):
    desk.send()
    desk.sheets["Settings"][-1][1] = "BOOK-2"
    assert endings(desk.send()) == all_of(Ending.SENT)


def test_as_of_another_day_is_the_same_delivery(desk):
    desk.send()
    assert endings(desk.send(as_of=date(2026, 8, 1))) == all_of(Ending.ALREADY)


def test_the_ledger_has_what_was_sent_and_every_figure(desk):
    desk.send()
    with open_ledger(desk.url, create=False) as ledger:
        attempts = ledger.attempts("BOOK-1", now=desk.clock())
        sent = ledger.sent_figures("BOOK-1", "2026-05", 1)
    assert [one.standing for one in attempts] == [Standing.SENT] * 3
    assert [one.detail for one in attempts] == ["250 queued"] * 3
    # May: 115 visits × 6 % = 6.9, against 110 × 5 % = 5.5.
    revenue = sent["REV", "2026-05", "month"].figure
    assert revenue.actual == pytest.approx(6.9)
    assert revenue.plan == pytest.approx(5.5)
    assert revenue.status == "green"
