"""Turn a dispatch and its results into what a terminal shows, or into data."""

from __future__ import annotations

import traceback
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rich.table import Table
from rich.text import Text

from kpixl.check_report import print_problems
from kpixl.delivery.records import Standing
from kpixl.errors import KpixlError
from kpixl.review.export import problem_data
from kpixl.review.figures import Review
from kpixl.review.periods import date_name, month_name
from kpixl.review.readiness import Readiness
from kpixl.sending.dispatch import ChangedSinceSent
from kpixl.sending.orders import Delivery, Dispatch, Ending, Result
from kpixl.terminal import (
    console,
    fault_data,
    print_details,
    print_fault,
    print_trace,
    say_line,
)
from kpixl.words import problem_text, say, word

SIGNS = {
    Ending.SENT: ("✓", "green"),
    Ending.ALREADY: ("✓", "dim"),
    Ending.ELSEWHERE: ("…", "dim"),
    Ending.FAILED: ("✗", "yellow"),
    Ending.REFUSED: ("✗", "red"),
    Ending.UNKNOWN: ("?", "red"),
    Ending.BLOCKED: ("✗", "red"),
    Ending.UNTRIED: ("✗", "yellow"),
}


def print_readiness(
    found: Readiness,
    review: Review,
    language: str,
    obstacles: Sequence[KpixlError] | None = None,
) -> None:
    """What a month still waits for: its day, its actuals with their owners, its errors. Then the
    ``obstacles`` that would keep any mail from being sent; None where no mail is to be sent."""
    out = console()
    month = month_name(review.month, language)
    say_line(out, say("send.not_ready", language, month=month), style="bold")
    if found.waiting:
        say_line(out, say("send.waiting", language, date=date_name(found.due, language)), 2)
    if found.missing:
        say_line(out, say("send.missing", language, n=len(found.missing)), 2)
        for goal in found.missing:
            owner = goal.goal.owner or word("send.no_owner", language)
            line = say(
                "send.awaited", language, owner=owner, goal=goal.goal.name, id=goal.goal.label
            )
            say_line(out, line, 4)
    if found.errors:
        say_line(out, say("cli.show_errors", language, n=len(found.errors)), 2)
    if obstacles:
        told = say("send.obstacles", language, n=len(obstacles))
        say_line(console(stderr=True), told, style="bold")
        for fault in obstacles:
            print_fault(fault, language)
    elif obstacles is not None:
        say_line(out, word("send.prepared", language), 2)


def readiness_data(
    found: Readiness, review: Review, language: str, obstacles: Sequence[KpixlError] = ()
) -> dict[str, object]:
    """The same as data."""
    return {
        "ready": found.ready,
        "month": str(review.month),
        "due": found.due.isoformat(),
        "waiting": found.waiting,
        "missing": [
            {"id": goal.goal.label, "name": goal.goal.name, "owner": goal.goal.owner}
            for goal in found.missing
        ],
        "errors": [problem_data(problem, language) for problem in found.errors],
        "obstacles": [fault_data(fault, (), language) for fault in obstacles],
    }


@dataclass(frozen=True)
class Line:
    """One delivery in a table: its sign and colour, and how it stands in words."""

    delivery: Delivery
    sign: str
    colour: str
    state: str


def print_dispatch(found: Dispatch, language: str) -> None:
    """Exactly who would get what, and who would not and why."""
    _print_head(found, language)
    _print_lines([_planned(one, found, language) for one in found.deliveries], language)
    _print_faults(((one, one.blocked) for one in found.held), language)
    _print_unreachable(found, language)
    _print_changed(found, language)
    say_line(console(), say("send.would", language, n=len(found.due)), style="bold")


def print_left_out(found: Dispatch, language: str) -> None:
    """Whose mail was not written as a file, sent before or not, and why."""
    _print_faults(((one, one.blocked) for one in found.deliveries), language)
    _print_unreachable(found, language)


def _print_changed(found: Dispatch, language: str) -> None:
    """That the book has changed since it was sent, as far as nobody is held back by it: who has
    everything, and is well served by a schedule, hears of it here alone."""
    faults = [one.blocked for one in found.held]
    told = {goal.id for one in faults if isinstance(one, ChangedSinceSent) for goal in one.goals}
    names = [goal.name for goal in found.changed if goal.id not in told]
    if names:
        goals = word("send.list_joiner", language).join(names)
        about = {"file": found.order.book, "month": str(found.review.month)}
        say_line(
            console(), say("send.changed_note", language, goals=goals, **about), style="yellow"
        )


def _planned(one: Delivery, found: Dispatch, language: str) -> Line:
    if one in found.due:
        return Line(one, "→", "green", word("send.plan_due", language))
    if one in found.held:
        return Line(one, "✗", "red", word("send.ending_blocked", language))
    sign, colour = SIGNS[_ending_of(one.standing)]
    return Line(one, sign, colour, word(f"send.ending_{_ending_of(one.standing).value}", language))


def _ending_of(standing: Standing) -> Ending:
    return {
        Standing.SENT: Ending.ALREADY,
        Standing.SENDING: Ending.ELSEWHERE,
        Standing.UNKNOWN: Ending.UNKNOWN,
    }[standing]


def _print_head(found: Dispatch, language: str) -> None:
    review = found.review
    title = review.settings.title or word("page.review_title", language)
    edition = say("page.edition_n", language, n=found.edition.number)
    state = word(f"state.{review.settings.state.value}", language)
    parts = (review.settings.company, title, month_name(review.month, language), state, edition)
    say_line(console(), " · ".join(part for part in parts if part), style="bold")
    if found.edition.reason:
        say_line(console(), say("send.reason", language, reason=found.edition.reason), 2)


def print_results(found: Dispatch, results: Sequence[Result], language: str) -> None:
    """What became of every delivery, and what is to be done where one was not made."""
    _print_head(found, language)
    lines = [
        Line(one.delivery, *SIGNS[one.ending], word(f"send.ending_{one.ending.value}", language))
        for one in results
    ]
    _print_lines(lines, language)
    _print_faults(((one.delivery, one.fault) for one in results if not one.well), language)
    _print_unreachable(found, language)
    _print_changed(found, language)
    say_line(console(), count_sentence(results, language), style="bold")


def print_causes(results: Sequence[Result]) -> None:
    """The traces of kpixl's own faults, for those who look for them."""
    faults = [one.fault for one in results if one.fault is not None]
    for cause in dict.fromkeys(one.__cause__ for one in faults if one.code == "unexpected"):
        if cause is not None:
            print_trace("".join(traceback.format_exception(cause)))


def count_sentence(results: Sequence[Result], language: str) -> str:
    """How many deliveries ended how, those that went well first."""
    counts = Counter(one.ending for one in results)
    parts = [
        say(
            "send.count",
            language,
            what=word(f"send.ending_{ending.value}", language),
            n=counts[ending],
        )
        for ending in Ending
        if counts[ending]
    ]
    return word("send.count_joiner", language).join(parts)


def _print_lines(lines: Sequence[Line], language: str) -> None:
    out = console()
    table = Table(box=None, pad_edge=False, padding=(0, 1))
    table.add_column("", width=1)
    for key in ("who", "address", "scope", "language", "state"):
        table.add_column(word(f"send.{key}", language), overflow="fold")
    for line in lines:
        person = line.delivery.recipient
        name = person.name or "–"
        if person.role == "cc":
            name = f"{name} ({word('role.cc', language)})"
        table.add_row(
            Text(line.sign, style=line.colour),
            Text(name),
            Text(person.email),
            Text(person.scope or word("page.whole_tree", language)),
            Text(word(f"language.{person.language}", language)),
            Text(line.state, style=line.colour),
        )
    if lines:
        out.print(table)


def _print_faults(found: Iterable[tuple[Delivery, KpixlError | None]], language: str) -> None:
    """Each reason once, with the people whom it concerns; before them the data's errors, each with
    its cell."""
    out = console()
    found = list(found)
    faults = [fault for _, fault in found]
    errors = [one for fault in faults for one in getattr(fault, "problems", ())]
    print_problems([one for n, one in enumerate(errors) if one not in errors[:n]], language)
    people: dict[tuple[str, str, str], list[str]] = {}
    for delivery, fault in found:
        if fault is not None:
            text = problem_text(fault, language)
            names = people.setdefault((text.what, text.expected, text.mend), [])
            names.append(delivery.recipient.name or delivery.recipient.email)
    for (what, expected, mend), names in people.items():
        say_line(out, say("cli.at", language, place=", ".join(names), what=what), style="red")
        for key, detail in (("cli.expected", expected), ("cli.mend", mend)):
            if detail:
                say_line(out, say(key, language, text=detail), 2)


def _print_unreachable(found: Dispatch, language: str) -> None:
    """The rows of the Recipients sheet that nobody could be reached by."""
    out = console()
    for problem in found.unreachable:
        text = problem_text(problem, language)
        place = " ".join(part for part in (problem.sheet, problem.cell) if part)
        say_line(out, say("cli.at", language, place=place, what=text.what), style="red")
        print_details(out, text, language, 2)


def dispatch_data(
    found: Dispatch, language: str, results: Sequence[Result] = ()
) -> dict[str, object]:
    """A dispatch, and what became of it, as data."""
    endings = {one.delivery.key: one for one in results}
    return {
        "book_id": found.edition.book_id,
        "month": found.edition.month,
        "edition": found.edition.number,
        "reason": found.edition.reason,
        "deliveries": [
            _delivery_data(one, found, endings.get(one.key), language) for one in found.deliveries
        ],
        "unreachable": [problem_data(problem, language) for problem in found.unreachable],
        "changed": [{"id": goal.label, "name": goal.name} for goal in found.changed],
    }


def _delivery_data(
    one: Delivery, found: Dispatch, result: Result | None, language: str
) -> dict[str, object]:
    fault = result.fault if result is not None else one.blocked
    return {
        "name": one.recipient.name,
        "email": one.recipient.email,
        "role": one.recipient.role,
        "scope": one.recipient.scope,
        "language": one.recipient.language,
        "standing": one.standing.value,
        "due": one in found.due,
        "ending": result.ending.value if result is not None else None,
        "detail": result.detail if result is not None else "",
        "fault": None
        if fault is None
        else fault_data(fault, getattr(fault, "problems", ()), language),
    }
