"""Turn goals, actions and problems into the lines of text that several pages share."""

from __future__ import annotations

from collections.abc import Sequence

from kpixl.errors import Problem
from kpixl.measures.kinds import Effect, Status
from kpixl.pack import charts
from kpixl.pack.contexts import ActionLine, Finding, Line, Mark, Remark, status_name
from kpixl.pack.drawings import anchor, is_good
from kpixl.review.cycle_sentences import effect_text
from kpixl.review.figures import ActionReview, GoalReview, Review
from kpixl.review.insight_sentences import signal_word
from kpixl.review.insights import ControlChart
from kpixl.review.originals import both_plans
from kpixl.review.periods import short_date
from kpixl.review.sentences import style_of
from kpixl.review.steps import step_due
from kpixl.words import problem_text, say, word

MARK_SIZE = 10.0


def mark(status: Status, language: str) -> Mark:
    """A status by shape and word."""
    return Mark(
        name=status_name(status),
        word=word(f"status.{status.value}", language),
        drawing=charts.status_mark(status, language, MARK_SIZE),
    )


def signal_mark(control: ControlChart | None, language: str) -> Mark | None:
    """A signal by shape (where its points lie) and word (better or worse); None without one."""
    if control is None or control.signal is None:
        return None
    name = {True: "better", False: "worse", None: "change"}[control.better]
    return Mark(
        name=f"signal-{name}",
        word=signal_word(control, language),
        drawing=charts.signal_mark(control.signal, control.better, language, MARK_SIZE),
    )


def action_line(review: Review, entry: ActionReview, language: str) -> ActionLine:
    """One countermeasure in words."""
    action = entry.action
    goal = review.by_id[action.goal]
    due = short_date(action.due, language)
    decision = word(f"decision.{action.decision.value}", language) if action.decision else ""
    # That it is too early to tell is told by the timeline; here it would only take a line.
    told = entry.effect is not Effect.TOO_EARLY
    effect = effect_text(entry, language) if told else ""
    return ActionLine(
        id=action.id,
        goal=goal.goal.name,
        anchor=anchor(goal),
        cause=action.cause,
        countermeasure=action.countermeasure,
        owner=action.owner,
        raised=short_date(action.raised, language),
        due=due,
        done=short_date(action.done, language),
        effect=action.expected_effect,
        result=action.result,
        phase=word(f"phase.{entry.phase.value}", language),
        phase_name=entry.phase.value,
        decision=decision,
        next_step=step_due(entry.step, due, language),
        overdue=entry.overdue,
        figures_since=say("page.figures_since", language, effect=effect) if effect else "",
    )


def remarks(goal: GoalReview) -> tuple[Remark, ...]:
    """The month's comments on a goal."""
    return tuple(Remark(goal.goal.name, entry.text, entry.author) for entry in goal.comments)


def finding(problem: Problem, review: Review, language: str) -> Finding:
    """A problem in words, with the names of the goals it concerns."""
    text = problem_text(problem, language)
    known = [
        review.by_id[goal_id].goal.name for goal_id in problem.goals if goal_id in review.by_id
    ]
    # A cut review names its own goals only; outside them it has at most its formulas' inputs.
    names = known or list(problem.goals)
    return Finding(
        where=place(problem),
        what=text.what,
        expected=text.expected,
        mend=text.mend,
        severity=word("page.warning" if problem.warning else "page.error", language),
        goals=say("page.goals_touched", language, goals=listed(names, language)) if names else "",
    )


def place(problem: Problem) -> str:
    """``Actuals!H7``; the sheet alone where there is no cell."""
    if problem.sheet and problem.cell:
        return f"{problem.sheet}!{problem.cell}"
    return problem.sheet or ""


def listed(names: Sequence[str], language: str) -> str:
    """Names in a row, as the language joins them."""
    return word("show.list_joint", language).join(names)


def goal_line(review: Review, goal: GoalReview, language: str) -> Line:
    """A goal with its gap, as the lists of the summary show it."""
    style = style_of(review, goal, language)
    figures = goal.month
    actual, plan = style.with_unit(figures.actual), both_plans(figures, style, language)
    # In per cent of plan for every unit, points included: the list is ranked by it.
    share = style.style.gap_share(figures.gap_pct)
    return Line(
        text=goal.goal.name,
        anchor=anchor(goal),
        figure=style.gap_with_unit(figures.gap, None) if figures.gap_pct is None else share,
        note=say("show.actual_of_plan", language, actual=actual, plan=plan),
        mark=mark(goal.status, language),
        good=is_good(figures),
    )
