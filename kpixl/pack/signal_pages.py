"""Turn signals into their page: a control chart for each goal whose last figure is one."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from kpixl.measures.kinds import Status
from kpixl.pack import charts
from kpixl.pack.insight_contexts import SignalCell, SignalsPage
from kpixl.pack.insight_drawings import control_figures
from kpixl.pack.insight_lines import URGENCY
from kpixl.pack.pagination import page_starts
from kpixl.pack.paper import BODY_HEIGHT, BODY_WIDTH, COLUMN, lines_taken, sentence_height
from kpixl.pack.wording import listed, mark
from kpixl.review.figures import GoalReview, Review
from kpixl.review.insights import ControlChart
from kpixl.review.signal_sentences import signal_sentence
from kpixl.words import say, word

CHART_SIZE = (324.0, 196.0)
ACROSS = 3
TITLE, LINE_OF_TOLD, AROUND_TOLD, LINE_OF_REST = 36.0, 14.0, 15.2, 16.0


def signal_pages(review: Review, language: str) -> tuple[SignalsPage, ...]:
    """The XmR charts of all goals with a signal, in one size and shared out over as few pages as
    hold them; no page where there is none."""
    charted = [(goal, goal.control) for goal in review.goals if goal.control is not None]
    told = [(goal, control) for goal, control in charted if control.signal is not None]
    if not told:
        return ()
    told.sort(key=lambda entry: URGENCY[entry[1].better])
    title = word("page.signals", language)
    lead = "page.signals_one" if len(told) == 1 else "page.signals_many"
    lead = "page.signals_only" if len(charted) == 1 else lead
    cells = [_cell(review, goal, control, language) for goal, control in told]
    said, rest = say(lead, language, n=len(told), m=len(charted)), _rest(review, language)
    starts = [0, *_starts(cells, said, rest, language)]
    return tuple(
        SignalsPage(
            template="signals.html",
            title=say("page.continued", language, title=title) if start else title,
            bookmark=title,
            anchor=f"signals-{number}" if start else "signals",
            lead="" if start else said,
            cells=tuple(cells[start:end]),
            rest=rest if end == len(cells) else "",
            continued=start > 0,
        )
        for number, (start, end) in enumerate(pairwise([*starts, len(cells)]), 1)
    )


def _starts(cells: Sequence[SignalCell], lead: str, rest: str, language: str) -> tuple[int, ...]:
    """The cells that begin a page, the first page's left out: there are so many in a row."""
    rows = [
        max(_height(cell) for cell in cells[n : n + ACROSS]) for n in range(0, len(cells), ACROSS)
    ]
    rows[-1] += lines_taken(rest, BODY_WIDTH, 11.4) * LINE_OF_REST + LINE_OF_REST if rest else 0
    room = BODY_HEIGHT - TITLE
    first = room - sentence_height(lead, language, 11.4)
    return tuple(ACROSS * row for row in page_starts(rows, first, room))


def _height(cell: SignalCell) -> float:
    """A chart with what is told below it."""
    told = f"mm {cell.mark.word} · {cell.sentence}"
    return cell.drawing.height + lines_taken(told, COLUMN - 1, 10) * LINE_OF_TOLD + AROUND_TOLD


def _cell(review: Review, goal: GoalReview, control: ControlChart, language: str) -> SignalCell:
    figures = control_figures(review, goal, control, language)
    return SignalCell(
        mark=mark(goal.status, language),
        drawing=charts.xmr(figures, *CHART_SIZE),
        sentence=signal_sentence(review, goal, language),
    )


def _rest(review: Review, language: str) -> str:
    """The Red goals whose figures stay within their limits: nothing changed, so that looking for
    what happened this month would be in vain."""
    quiet = [
        goal.goal.name
        for goal in review.with_status(Status.RED)
        if goal.control is not None and goal.control.signal is None
    ]
    if not quiet:
        return ""
    return say("page.signals_rest", language, names=listed(quiet, language))
