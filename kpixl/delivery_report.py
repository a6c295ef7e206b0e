"""Turn what the ledger tells into what a terminal shows, or into data."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict

from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from kpixl.delivery.records import Attempt, Closing, Outcome, Standing
from kpixl.terminal import console, say_line
from kpixl.words import say, section, word

HASH_SHOWN = 8

STYLES = {
    "sent": "green", "failed": "yellow", "failed_last": "yellow", "not_sent": "yellow",
    "not_sent_last": "yellow", "refused": "red", "unknown": "bold red", "sending": "dim",
}  # fmt: skip


def outcome_key(attempt: Attempt) -> str:
    """How an attempt ended, as the last part of its word's key (``ledger.outcome.…``)."""
    if attempt.standing is Standing.SENDING:
        return "sending"
    if attempt.standing is Standing.UNKNOWN:
        return "unknown"
    if attempt.outcome is not Outcome.FAILED:
        return attempt.outcome.value if attempt.outcome else "unknown"
    # A person's "it was not sent" is kept as a failure with that person's name.
    ended = "not_sent" if attempt.settled_by else "failed"
    return f"{ended}_last" if attempt.latest else ended


def unknown(attempts: Sequence[Attempt]) -> tuple[Attempt, ...]:
    """Those of which nobody knows whether they arrived."""
    return tuple(one for one in attempts if one.standing is Standing.UNKNOWN)


# ---- The terminal ---------------------------------------------------------------------------

Cell = Callable[[Attempt, str], Text]


def _detail(attempt: Attempt, language: str) -> str:
    who = attempt.settled_by
    checked = say("ledger.checked_by", language, name=who) if who else ""
    told = _reason(" ".join(attempt.detail.split()), language)
    return " · ".join(part for part in (checked, told) if part)


def _reason(detail: str, language: str) -> str:
    """A system's reason, which the ledger keeps in English, in the language; anything else, such
    as a server's own answer, as it is."""
    known = next((one for one in section("reason").values() if one["en"] == detail), None)
    return known[language] if known else detail


def _outcome(attempt: Attempt, language: str) -> Text:
    key = outcome_key(attempt)
    return Text(word(f"ledger.outcome.{key}", language), style=STYLES[key])


CELLS: dict[str, Cell] = {
    "number": lambda one, _: Text(str(one.claim.id)),
    "month": lambda one, _: Text(one.claim.key.month),
    "edition": lambda one, _: Text(str(one.claim.key.edition)),
    "workbook": lambda one, _: Text(one.build.workbook),
    "scope": lambda one, language: Text(one.claim.key.scope or word("ledger.whole", language)),
    "language": lambda one, _: Text(one.claim.key.language),
    "recipient": lambda one, _: Text(one.claim.key.recipient),
    "when": lambda one, _: Text(one.started.astimezone().strftime("%Y-%m-%d %H:%M")),
    "outcome": _outcome,
    "pack": lambda one, _: Text(one.build.pack_sha256[:HASH_SHOWN], style="dim"),
    "detail": lambda one, language: Text(_detail(one, language), style="dim"),
}

FIGURES = ("number", "edition")
# What may be broken into lines, and how narrow it may become.
LEAST = {"recipient": 20, "scope": 12, "outcome": 16, "detail": 28, "workbook": 16}

# From the widest window to the narrowest: what is left out first is needed least. Where there is
# no room for the detail, it stands below.
LAYOUTS: tuple[tuple[str, ...], ...] = (
    ("number", "month", "edition", "workbook", "scope", "language", "recipient", "when",
     "outcome", "pack", "detail"),
    ("number", "month", "edition", "workbook", "scope", "language", "recipient", "when",
     "outcome", "pack"),
    ("number", "month", "edition", "workbook", "scope", "recipient", "when", "outcome"),
    ("number", "month", "edition", "scope", "recipient", "when", "outcome"),
    ("number", "month", "edition", "recipient", "when", "outcome"),
    ("number", "month", "recipient", "outcome"),
)  # fmt: skip


def print_history(place: str, attempts: Sequence[Attempt], command: str, language: str) -> None:
    """The attempts as a table, the newest last, with as many columns as the window has room for;
    below it what did not go well, and what to do where nobody knows. ``command`` is how this
    history is asked for."""
    out = console()
    if not attempts:
        say_line(out, say("ledger.none", language, place=place))
        return
    say_line(out, say("ledger.from", language, place=place), style="bold")
    cells = {key: [cell(one, language) for one in attempts] for key, cell in CELLS.items()}
    if len({one.claim.key.book_id for one in attempts}) == 1:
        del cells["workbook"]
    if not any(text.plain for text in cells["detail"]):
        del cells["detail"]
    widths = _fitting(cells, out.width, language)
    out.print(_table(widths, cells, language))
    if "detail" not in widths:
        _print_details(out, attempts, language)
    _print_unknown(out, unknown(attempts), command, language)


def _fitting(cells: dict[str, list[Text]], room: int, language: str) -> dict[str, int]:
    """The columns that fit into ``room``, with their widths: what may be broken into lines gets
    what is left, the columns of :data:`LEAST` in their order."""
    widths: dict[str, int] = {}
    widest = {
        key: max(cell_len(text) for text in (word(f"ledger.{key}", language), *map(str, column)))
        for key, column in cells.items()
    }
    left = 0
    for layout in LAYOUTS:
        chosen = [key for key in layout if key in cells]
        widths = {key: min(widest[key], LEAST.get(key, widest[key])) for key in chosen}
        left = room - sum(widths.values()) - 2 * (len(chosen) - 1)
        if left >= 0:
            break
    for key in LEAST:
        if key in widths and left > 0:
            more = min(left, widest[key] - widths[key])
            widths[key] += more
            left -= more
    return widths


def _table(widths: dict[str, int], cells: dict[str, list[Text]], language: str) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 1))
    for key, width in widths.items():
        table.add_column(
            word(f"ledger.{key}", language),
            justify="right" if key in FIGURES else "left",
            overflow="fold",
            width=width,
        )
    for row in zip(*(cells[key] for key in widths), strict=True):
        table.add_row(*row)
    return table


def _print_details(out: Console, attempts: Sequence[Attempt], language: str) -> None:
    """What was said of each attempt that was not simply sent."""
    for one in attempts:
        detail = _detail(one, language)
        if detail and (one.standing is not Standing.SENT or one.settled_by):
            say_line(out, f"{word('ledger.number', language)} {one.claim.id}: {detail}", 2, "dim")


def _print_unknown(out: Console, attempts: Sequence[Attempt], command: str, language: str) -> None:
    if not attempts:
        return
    numbers = [f"{word('ledger.number', language)} {one.claim.id}" for one in attempts]
    say_line(out, say("ledger.unknown", language, numbers=", ".join(numbers)), style="bold red")
    say_line(out, word("ledger.unknown_check", language), 2)
    number = str(attempts[0].claim.id) if len(attempts) == 1 else "N"
    for key, option in (("unknown_sent", "--mark-sent"), ("unknown_not_sent", "--mark-not-sent")):
        full = f"{command} {option} {number}"
        say_line(out, say(f"ledger.{key}", language, command=full), 2)


def print_closings(place: str, closings: Sequence[Closing], language: str, *, titled: bool) -> None:
    """The months that were closed as final, the newest last; ``titled`` by the ledger's place
    where that has not been told yet."""
    if not closings:
        return
    out = console()
    if titled:
        say_line(out, say("ledger.from", language, place=place), style="bold")
    say_line(out, word("closing.closed_months", language), style="bold")
    several = len({one.book_id for one in closings}) > 1
    for one in closings:
        say_line(out, closing_sentence(one, language, with_book=several), 2)
        for key in ("reason", "missing"):
            reason = getattr(one, key)
            if reason:
                say_line(out, say(f"closing.{key}", language, reason=reason), 4, "dim")


def closing_sentence(closing: Closing, language: str, with_book: bool = False) -> str:
    """Which month was closed when, by whom, and which time."""
    kind = "again" if closing.number > 1 else "by_sending" if closing.edition else "line"
    if closing.number > 1 and closing.edition:
        kind = "again_by_sending"
    line = say(
        f"closing.{kind}", language,
        month=closing.month, n=closing.number, who=closing.closed_by, edition=closing.edition,
        when=closing.closed.astimezone().strftime("%Y-%m-%d %H:%M"),
    )  # fmt: skip
    return f"{line} · {closing.workbook}" if with_book else line


# ---- Data -----------------------------------------------------------------------------------


def history_data(
    place: str, attempts: Sequence[Attempt], closings: Sequence[Closing]
) -> dict[str, object]:
    """The attempts and the closed months as data, for ``--json``; times are in UTC."""
    return {
        "ledger": place,
        "unknown": [one.claim.id for one in unknown(attempts)],
        "attempts": [_attempt_data(one) for one in attempts],
        "closings": [closing_data(one) for one in closings],
    }


def closing_data(closing: Closing) -> dict[str, object]:
    """A closing as data, without its figures."""
    return {
        "book_id": closing.book_id,
        "month": closing.month,
        "number": closing.number,
        "reason": closing.reason or None,
        "missing": closing.missing or None,
        "as_of": closing.as_of,
        "workbook": closing.workbook,
        "workbook_sha256": closing.workbook_sha256,
        "closed": closing.closed.isoformat(),
        "closed_by": closing.closed_by,
        "edition": closing.edition or None,
    }


def _attempt_data(attempt: Attempt) -> dict[str, object]:
    build = attempt.build
    return {
        "number": attempt.claim.id,
        **asdict(attempt.claim.key),
        "recipient_name": attempt.recipient_name,
        "attempt": attempt.claim.attempt,
        "message_id": attempt.claim.message_id,
        "started": attempt.started.isoformat(),
        "started_by": attempt.started_by,
        "standing": attempt.standing.value,
        "outcome": attempt.outcome.value if attempt.outcome else None,
        "ended": attempt.ended.isoformat() if attempt.ended else None,
        "detail": attempt.detail,
        "settled_by": attempt.settled_by or None,
        "state": build.state,
        "as_of": build.as_of,
        "workbook": build.workbook,
        "workbook_sha256": build.workbook_sha256,
        "pack": build.pack,
        "pack_sha256": build.pack_sha256,
    }
