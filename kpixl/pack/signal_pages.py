"""Turn signals into their page: a control chart for each goal whose last figure is one."""

from __future__ import annotations

from kpixl.measures.kinds import Status
from kpixl.pack import charts
from kpixl.pack.insight_contexts import SignalCell, SignalsPage
from kpixl.pack.insight_drawings import control_figures
from kpixl.pack.insight_lines import URGENCY
from kpixl.pack.wording import listed, mark
from kpixl.review.figures import GoalReview, Review
from kpixl.review.insights import ControlChart
from kpixl.review.signal_sentences import signal_sentence
from kpixl.words import say, word

CHART_SIZE = (324.0, 196.0)


def signal_pages(review: Review, language: str) -> tuple[SignalsPage, ...]:
    """The XmR charts of all goals with a signal, in one size; no page where there is none."""
    charted = [(goal, goal.control) for goal in review.goals if goal.control is not None]
    told = [(goal, control) for goal, control in charted if control.signal is not None]
    if not told:
        return ()
    told.sort(key=lambda entry: URGENCY[entry[1].better])
    title = word("page.signals", language)
    lead = "page.signals_one" if len(told) == 1 else "page.signals_many"
    return (
        SignalsPage(
            template="signals.html",
            title=title,
            bookmark=title,
            anchor="signals",
            lead=say(lead, language, n=len(told), m=len(charted)),
            cells=tuple(_cell(review, goal, control, language) for goal, control in told),
            rest=_rest(review, language),
        ),
    )


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
