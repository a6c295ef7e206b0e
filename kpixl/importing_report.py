"""Turn a preview of an import into what a terminal shows, or into data."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from kpixl.errors import Problem
from kpixl.importing.answers import Answer, Standing
from kpixl.importing.comments import NewComment
from kpixl.importing.figures import Understood
from kpixl.importing.preview import Change
from kpixl.importing.run import Preview
from kpixl.plan.model import definition_in
from kpixl.plan.monthcolumns import spans
from kpixl.plan.values import number_of, text_of
from kpixl.review.export import problem_data
from kpixl.terminal import console, print_details, say_line
from kpixl.words import problem_text, say, word

MOST_ROWS = 300
MOST_PROBLEMS = 100
"""More changes, and more problems of one source, are counted; ``--json`` has them all."""

SIGNS = {
    Standing.ANSWERED: ("●", "green"),
    Standing.PARTLY: ("◆", "yellow"),
    Standing.NOT: ("○", "red"),
}
DELIMITERS = {",": ",", ";": ";", "\t": "tab"}


def print_preview(found: Preview, language: str) -> None:
    """How the sources were read, what would change, what must not be written, and who has
    answered."""
    out = console()
    for understood, _ in found.read:
        _print_understood(out, understood, found, language)
    _print_changes(out, found, language)
    _print_comments(out, found, language)
    _print_problems(out, found.problems, language)
    print_answers(out, found, language)
    counts = {
        "new": sum(one.is_new for one in found.changes),
        "changed": sum(not one.is_new for one in found.changes),
        "comments": len(found.comments),
        "unchanged": found.unchanged,
        "problems": len(found.errors),
    }
    say_line(out, say("import.summary", language, **counts), style="bold")


def _print_understood(out: Console, one: Understood, found: Preview, language: str) -> None:
    place = f"{one.source} › {one.sheet}" if one.sheet else one.source
    say_line(out, place, style="bold")
    for line in understood_lines(one, found.mapping.name, language):
        say_line(out, line, 2, "dim")


def understood_lines(one: Understood, mapping: str, language: str) -> list[str]:
    """How a source was read, a sentence a line."""
    if one.kind == "entry":
        about = {"owner": one.owner, "n": one.figures, "months": _months(one)}
        return [say("import.read_entry", language, **about)]
    lines = []
    if one.kind == "csv":
        delimiter = DELIMITERS.get(one.delimiter, one.delimiter)
        about = {"encoding": one.encoding, "delimiter": delimiter}
        lines.append(say("import.read_text", language, **about))
    columns = word("import.list_joiner", language).join(
        say("import.column", language, what=word(f"import.column_{key}", language), name=name)
        for key, name in one.columns.items()
    )
    about = {
        "shape": word(f"import.shape_{one.shape}", language), "row": one.header or "–",
        "columns": columns,
    }  # fmt: skip
    lines.append(say("import.read_layout", language, **about))
    into = word(f"sheet.{one.into}", language)
    lines.append(say("import.read_count", language, n=one.figures, months=_months(one), into=into))
    if one.fiscal_year is not None:
        span = f"{one.fiscal_year} – {one.fiscal_year.plus(11)}"
        lines.append(say("import.read_year", language, months=span))
    if one.fixed_month is not None:
        lines.append(say("import.read_month", language, month=one.fixed_month))
    if one.names:
        pairs = word("import.list_joiner", language).join(
            f"{name} → {goal}" for name, goal in one.names.items()
        )
        lines.append(say("import.read_names", language, pairs=pairs))
    key = "remembered" if one.remembered else "inferred"
    lines.append(say(f"import.read_{key}", language, file=mapping))
    return lines


def _months(one: Understood) -> str:
    return spans(one.months) if one.months else "–"


def _print_changes(out: Console, found: Preview, language: str) -> None:
    if not found.changes:
        return
    several = len(found.read) > 1
    table = Table(box=None, pad_edge=False, padding=(0, 1))
    table.add_column(word("import.cell", language), no_wrap=True)
    table.add_column(word("import.goal", language), overflow="fold")
    table.add_column(word("import.month", language), no_wrap=True)
    for key in ("old", "new"):
        table.add_column(word(f"import.{key}", language), justify="right", no_wrap=True)
    table.add_column("", overflow="fold")
    for one in found.changes[:MOST_ROWS]:
        notes = [word("import.restates", language)] if one.restates else []
        notes += [one.origin] if several else []
        label = found.book.terms.labels[one.goal]
        table.add_row(
            Text(f"{one.sheet}!{one.cell}"),
            Text(f"{label}  {found.book.terms.name(one.goal)}"),
            Text(str(one.month)),
            Text(_figure(found, one, one.old), style="dim"),
            Text(_figure(found, one, one.new), style="green" if one.is_new else "yellow"),
            Text(" · ".join(notes), style="dim"),
        )
    out.print(table)
    more = len(found.changes) - MOST_ROWS
    if more > 0:
        say_line(out, say("import.more", language, n=more))


def _figure(found: Preview, change: Change, value: object) -> str:
    """A figure as it is written; a text cell as it stands."""
    if value is None:
        return "–"
    number, _ = number_of(value)
    if number is None or isinstance(value, str):
        return text_of(value)
    definitions = found.book.plan.definitions(change.goal)
    if definition_in(definitions, change.month).is_percent:
        return f"{round(number * 100, 10):,.10g}%"
    return f"{number:,.0f}" if number.is_integer() else f"{number:,.15g}"


def _print_comments(out: Console, found: Preview, language: str) -> None:
    for one in found.comments:
        remark = one.remark
        about = {
            "cell": f"{one.sheet}!{one.cell}", "goal": found.book.terms.labels[remark.goal],
            "month": remark.month, "author": remark.author, "text": " ".join(remark.text.split()),
        }  # fmt: skip
        say_line(out, say("import.comment", language, **about))


def _print_problems(out: Console, problems: Sequence[Problem], language: str) -> None:
    """What needs a person, by source; what is mended alike tells its mend once, at the end."""
    for warning, key in ((False, "held"), (True, "warnings")):
        chosen = [one for one in problems if one.warning is warning]
        if not chosen:
            continue
        say_line(out, say(f"import.{key}", language, n=len(chosen)), style="bold")
        for place in dict.fromkeys(one.sheet or "" for one in chosen):
            if place:
                say_line(out, place, 2, "bold")
            here = [one for one in chosen if (one.sheet or "") == place]
            for number, one in enumerate(here[:MOST_PROBLEMS]):
                text = problem_text(one, language)
                line = text.what
                if one.cell:
                    line = say("cli.at", language, place=one.cell, what=text.what)
                say_line(out, line, 4)
                last = number + 1 == min(len(here), MOST_PROBLEMS)
                if last or problem_text(here[number + 1], language).mend != text.mend:
                    print_details(out, text, language, 6, "dim")
            if len(here) > MOST_PROBLEMS:
                say_line(out, say("import.more", language, n=len(here) - MOST_PROBLEMS), 4)


def print_answers(out: Console, found: Preview, language: str) -> None:
    """Who has answered, those who have not at the end."""
    if not found.answers:
        return
    say_line(out, say("import.answers", language, month=found.month), style="bold")
    order = list(Standing)
    for one in sorted(found.answers, key=lambda answer: order.index(answer.standing)):
        sign, colour = SIGNS[one.standing]
        say_line(out, f"{sign} {_answer_line(one, language)}", 2, colour)


def _answer_line(one: Answer, language: str) -> str:
    joiner = word("import.list_joiner", language)
    about = {"owner": one.owner, "lacking": joiner.join(one.lacking), "n": len(one.goals)}
    return say(f"import.answer_{one.standing.value}", language, **about)


# ---- Data -----------------------------------------------------------------------------------


def preview_data(
    found: Preview, language: str, written: Path | None, remembered: Sequence[str]
) -> dict[str, object]:
    """The same as data, for ``--json``."""
    return {
        "written": None if written is None else str(written),
        "remembered": list(remembered),
        "mapping": str(found.mapping),
        "month": None if found.month is None else str(found.month),
        "sources": [_understood_data(one) for one, _ in found.read],
        "changes": [_change_data(found, one) for one in found.changes],
        "unchanged": found.unchanged,
        "comments": [_comment_data(found, one) for one in found.comments],
        "problems": [problem_data(one, language) for one in found.problems],
        "answers": [
            {
                "owner": one.owner, "standing": one.standing.value, "files": list(one.files),
                "goals": list(one.goals), "lacking": list(one.lacking),
            }
            for one in found.answers
        ],
    }  # fmt: skip


def _understood_data(one: Understood) -> dict[str, object]:
    return {
        "source": one.source,
        "kind": one.kind,
        "shape": one.shape,
        "into": one.into,
        "sheet": one.sheet,
        "encoding": one.encoding,
        "delimiter": one.delimiter,
        "header": one.header,
        "columns": dict(one.columns),
        "months": [str(month) for month in one.months],
        "by_name": dict(one.names),
        "fiscal_year": None if one.fiscal_year is None else str(one.fiscal_year),
        "remembered": one.remembered,
        "owner": one.owner or None,
        "figures": one.figures,
    }


def _comment_data(found: Preview, one: NewComment) -> dict[str, object]:
    remark = one.remark
    return {
        "sheet": one.sheet,
        "cell": one.cell,
        "goal": found.book.terms.labels[remark.goal],
        "month": str(remark.month),
        "text": remark.text,
        "author": remark.author,
        "source": str(remark.origin),
    }


def _change_data(found: Preview, one: Change) -> dict[str, object]:
    old, _ = number_of(one.old)
    return {
        "sheet": one.sheet,
        "cell": one.cell,
        "goal": found.book.terms.labels[one.goal],
        "month": str(one.month),
        "old": one.old if old is not None and isinstance(one.old, (int, float)) else
        (None if one.is_new else text_of(one.old)),
        "new": one.new,
        "restates": one.restates,
        "source": one.origin,
    }  # fmt: skip
