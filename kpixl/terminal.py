"""Turn reviews, problems and findings into what a terminal shows."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, JustifyMethod, RenderableType
from rich.segment import Segment
from rich.table import Table
from rich.text import Text

from kpixl.errors import KpixlError, Problem
from kpixl.jobs import EMPTY
from kpixl.measures.kinds import Status
from kpixl.pack.canvas import UNPRINTABLE
from kpixl.pack.text_width import break_lines
from kpixl.plan.model import Level
from kpixl.review.cycle_sentences import stuck_sentence
from kpixl.review.export import problem_data
from kpixl.review.figures import GoalReview, Review
from kpixl.review.originals import against_original_phrase, revision_month, revision_note
from kpixl.review.periods import date_name, month_name
from kpixl.review.sentences import style_of, tally_sentence
from kpixl.review.span_sentences import span_texts
from kpixl.review.steps import goal_step
from kpixl.words import ProblemText, problem_text, say, word

if TYPE_CHECKING:
    from kpixl.doctor import Finding

T = TypeVar("T")

# Shape and word tell the status; the colour only helps.
SIGNS = {
    Status.GREEN: ("●", "green"),
    Status.AMBER: ("◆", "yellow"),
    Status.RED: ("■", "red"),
    Status.NO_DATA: ("○", "dim"),
    Status.NO_PLAN: ("–", "dim"),
}


WIDEST = 400
MIN_ROOM = 12


class TextConsole(Console):
    """A console to which text from a workbook is text: it steers no terminal and turns no
    direction."""

    def render(
        self, renderable: RenderableType, options: ConsoleOptions | None = None
    ) -> Iterator[Segment]:
        """As a console renders; only Rich's own control codes stay."""
        for segment in super().render(renderable, options):
            text = segment.text if segment.control else UNPRINTABLE.sub("", segment.text)
            yield segment._replace(text=text)


def console(stderr: bool = False) -> Console:
    """A console whose text from workbooks is never read as markup. Into a file or a pipe lines
    are as long as they need to be, whatever terminal the other stream goes to; ``COLUMNS`` alone
    says otherwise."""
    found = TextConsole(stderr=stderr, markup=False, highlight=False, emoji=False, soft_wrap=False)
    if not found.is_terminal and not os.environ.get("COLUMNS"):
        found.width = WIDEST
    return found


def say_line(out: Console, text: str, indent: int = 0, style: str = "") -> None:
    """A sentence; where it is too long for the window, its lines stand under each other."""
    room = max(MIN_ROOM, out.width - indent)
    for paragraph in text.splitlines():
        # Never at a hyphen or slash: options, codes and paths are there to be copied.
        for line in break_lines(paragraph, lambda part: cell_len(part) <= room, ends=" "):
            out.print(Text(" " * indent + line, style=style), soft_wrap=True)


def print_trace(trace: str) -> None:
    """A traceback, its lines left whole: it is there to be copied into a report."""
    console(stderr=True).print(Text(trace.rstrip()), soft_wrap=True)


def print_details(
    out: Console, text: ProblemText, language: str, indent: int, style: str = ""
) -> None:
    """What was expected and the mend, where there are such."""
    for key, detail in (("cli.expected", text.expected), ("cli.mend", text.mend)):
        if detail:
            say_line(out, say(key, language, text=detail), indent, style)


def is_empty(problems: Sequence[Problem]) -> bool:
    """Whether nothing is wrong but that no goal has been entered yet."""
    return bool(problems) and all(problem.code == EMPTY for problem in problems)


def print_fault(fault: KpixlError, language: str) -> None:
    """What stopped the command, and the mend."""
    out = console(stderr=True)
    text = problem_text(fault, language)
    say_line(out, text.what, style="bold red")
    print_details(out, text, language, 2)


def fault_data(fault: KpixlError, problems: Sequence[Problem], language: str) -> dict[str, object]:
    """A fault as data, for ``--json``."""
    text = problem_text(fault, language)
    return {
        "error": fault.code,
        "what": text.what,
        "expected": text.expected,
        "mend": text.mend,
        "problems": [problem_data(problem, language) for problem in problems],
    }


def print_scorecard(review: Review, language: str) -> None:
    """The review month as a tree, one goal a line, with as many columns as the window has room
    for; below it how the KPIs stand and what is stuck."""
    out = console()
    head = [review.settings.company, month_name(review.month, language)]
    as_of = say("cli.as_of", language, date=date_name(review.as_of, language))
    say_line(out, " · ".join(part for part in (*head, as_of) if part), style="bold")
    if review.goals:
        out.print(_scorecard(review, language, out))
    _print_spans(review, language, out)
    say_line(out, tally_sentence(review, language))
    revision = _revision(review, language)
    if revision:
        say_line(out, revision)
    stuck = stuck_sentence(review, language)
    if stuck:
        say_line(out, stuck)
    if review.errors:
        say_line(out, say("cli.show_errors", language, n=len(review.errors)), style="bold red")


def _revision(review: Review, language: str) -> str:
    """Since when a revision holds, and how the month is against the original plans that it
    replaced; which goals it changes where that is no plan of the month."""
    phrases = []
    for goal in review.goals:
        style = style_of(review, goal, language)
        phrase = against_original_phrase(goal, goal.month, style, language)
        if phrase:
            phrases.append(
                say("show.goal_and_original", language, name=goal.goal.name, original=phrase)
            )
    month = revision_month(review, language)
    if not phrases or not month:
        return revision_note(review, language)
    listed = word("show.originals_joint", language).join(phrases)
    return say("show.originals", language, month=month, originals=listed)


def _print_spans(review: Review, language: str, out: Console) -> None:
    """The KGIs' quarter, half and year, as far as Settings ask for them."""
    for goal in review.at_level(Level.KGI) or tuple(g for g in review.goals if g.depth == 0):
        told = [
            f"{entry.label} {entry.text} {SIGNS[entry.status][0]} "
            + word(f"status.{entry.status.value}", language)
            for entry in span_texts(review, goal, language, unit=True)
        ]
        if told:
            text = word("show.list_joint", language).join(told)
            say_line(out, say("cli.goal_periods", language, name=goal.goal.name, text=text))


@dataclass(frozen=True)
class _Column:
    """A column of the scorecard: its heading, and its cells in the order of the goals."""

    heading: str
    cells: Sequence[Text]
    figures: bool = False

    @property
    def width(self) -> int:
        return max(cell_len(text) for text in (self.heading, *(c.plain for c in self.cells)))


# From the widest window to the narrowest: what is left out first is told least by the others.
LAYOUTS: tuple[tuple[str, ...], ...] = (
    ("actual", "plan", "gap", "attainment", "status", "to_date", "next_step"),
    ("actual", "plan", "attainment", "status", "to_date", "next_step"),
    ("actual", "plan", "gap", "attainment", "status", "to_date", "phase"),
    ("actual", "plan", "gap", "attainment", "status", "phase"),
    ("actual", "plan", "attainment", "status", "phase"),
    ("actual", "plan", "attainment", "status"),
    ("actual", "attainment", "status"),
    ("attainment", "status"),
)
LEAST_NAME = 22
LEAST_STEP = 30


def _scorecard(review: Review, language: str, out: Console) -> Table:
    columns = _columns(review, language)
    guides = _guides(review.goals)
    names = [guide[0] + goal.goal.name for guide, goal in zip(guides, review.goals, strict=True)]
    longest = max(cell_len(name) for name in (*names, word("page.goal", language)))
    chosen, name_width, step_width = _fitting(columns, longest, out.width)
    table = Table(box=None, pad_edge=False, padding=(0, 1))
    table.add_column(word("page.goal", language), no_wrap=True, width=name_width)
    for key in chosen:
        side: JustifyMethod = "right" if columns[key].figures else "left"
        table.add_column(columns[key].heading, justify=side, no_wrap=True)
    for n, goal in enumerate(review.goals):
        cells = {key: columns[key].cells[n] for key in chosen}
        if "next_step" in cells:
            lines = cells["next_step"].wrap(out, step_width, overflow="fold")
            cells["next_step"] = Text("\n").join(lines)
        height = max(cell.plain.count("\n") for cell in cells.values()) + 1
        name = _beside(goal.goal.name, guides[n], name_width, height, out)
        table.add_row(name, *cells.values())
    return table


def _fitting(
    columns: Mapping[str, _Column], longest: int, room: int
) -> tuple[tuple[str, ...], int, int]:
    """The columns that fit into ``room``, and the width of the goals' names and next steps."""
    least_name = min(longest, LEAST_NAME)
    left = 0
    for keys in LAYOUTS:
        step = min(columns["next_step"].width, LEAST_STEP) if "next_step" in keys else 0
        others = sum(columns[key].width + 2 for key in keys if key != "next_step")
        left = room - others - (step + 2 if step else 0)
        if left >= least_name:
            name = min(longest, left)
            return keys, name, step + left - name
    return LAYOUTS[-1], max(8, min(longest, left)), 0


def _columns(review: Review, language: str) -> dict[str, _Column]:
    rows = [_cells(review, goal, language) for goal in review.goals]
    figures = ("actual", "plan", "gap", "attainment", "to_date")
    return {
        key: _Column(word(f"page.{key}", language), [row[key] for row in rows], key in figures)
        for key in rows[0]
    }


def _cells(review: Review, goal: GoalReview, language: str) -> dict[str, Text]:
    style = style_of(review, goal, language)
    sign, colour = SIGNS[goal.status]
    plan = "–" if goal.is_rollup else style.with_unit(goal.month.plan)
    phase = word(f"phase.{goal.phase.phase.value}", language)
    step = f"{phase} · {goal_step(goal.phase, language)}"
    return {
        "actual": Text(style.with_unit(goal.month.actual)),
        "plan": Text(plan),
        "gap": Text(style.gap_with_unit(goal.month.gap, goal.month.gap_pct)),
        "attainment": Text(style.style.attainment(goal.month.attainment)),
        "status": Text(f"{sign} {word(f'status.{goal.status.value}', language)}", style=colour),
        "to_date": Text(style.style.attainment(goal.to_date.attainment)),
        "phase": Text(phase, style="dim"),
        "next_step": Text(step, style="dim"),
    }


def _beside(name: str, guide: tuple[str, str], width: int, height: int, out: Console) -> Text:
    """A name after its guide, at least ``height`` lines high: further lines continue the guide,
    so that the tree stays whole."""
    first, following = guide
    room = width - max(cell_len(first), cell_len(following))
    wrapped = Text(name).wrap(out, max(4, room), overflow="fold")
    texts = [line.plain.rstrip() for line in wrapped if line.plain.strip()] or [""]
    texts.extend([""] * (height - len(texts)))
    return Text("\n".join([first + texts[0], *(following + text for text in texts[1:])]))


def _guides(goals: Sequence[GoalReview]) -> list[tuple[str, str]]:
    """The lines of the tree before each name, and before what it continues with on a further
    line; told from depth alone."""
    guides: list[tuple[str, str]] = []
    open_below: set[int] = set()
    for goal in reversed(goals):
        depth = goal.depth
        below = "│ " if depth + 1 in open_below else ""
        open_below = {level for level in open_below if level <= depth}
        stems = "".join("│ " if level in open_below else "  " for level in range(1, depth))
        if depth == 0:
            guides.append(("", below))
        elif depth in open_below:
            guides.append((f"{stems}├ ", f"{stems}│ {below}"))
        else:
            guides.append((f"{stems}└ ", f"{stems}  {below}"))
        open_below.add(depth)
    return guides[::-1]


def progress(items: Sequence[T], description: str, quiet: bool = False) -> Iterator[T]:
    """:func:`counted` of what is all there already."""
    return counted(items, len(items), description, quiet)


def counted(items: Iterable[T], total: int, description: str, quiet: bool = False) -> Iterator[T]:
    """The ``total`` ``items`` one by one; on a terminal with a bar while there are several to do,
    and with a moving sign while there is one."""
    out = console(stderr=True)
    if quiet or not out.is_terminal:
        yield from items
        return
    if total == 1:
        with out.status(Text(description)):
            yield from items
        return
    from rich.progress import track

    yield from track(items, description, total=total, console=out, transient=True)


def print_findings(findings: Sequence[Finding], language: str) -> None:
    """What is there and what is missing on this machine, with the mend."""
    from kpixl.doctor import finding_text

    out = console()
    for finding in findings:
        text = finding_text(finding, language)
        sign = "✓" if finding.ok else ("✗" if finding.required else "–")
        colour = "green" if finding.ok else ("red" if finding.required else "dim")
        line = Text(f"{sign} ", style=colour)
        line.append(f"{text.name}: {text.found}")
        if not finding.ok:
            line.append(f" ({text.needed_for})", style="dim")
        out.print(line)
        if not finding.ok and text.mend:
            say_line(out, text.mend, 4)
    key = "cli.doctor_ill" if is_ill(findings) else "cli.doctor_well"
    out.print(Text(word(key, language), style="bold"))


def is_ill(findings: Sequence[Finding]) -> bool:
    """Whether something that kpixl cannot do without is missing."""
    return any(not finding.ok and finding.required for finding in findings)


def findings_data(findings: Sequence[Finding], language: str) -> dict[str, object]:
    """The doctor's findings as data, for ``--json``."""
    from kpixl.doctor import finding_text

    return {
        "findings": [
            {
                "name": finding.name,
                "ok": finding.ok,
                "required": finding.required,
                "found": finding_text(finding, language).found,
                "mend": finding_text(finding, language).mend,
                "needed_for": finding_text(finding, language).needed_for,
            }
            for finding in findings
        ]
    }
