"""Turn phases into next steps: one sentence, the same in the cell, the pack and the mail."""

from __future__ import annotations

from datetime import date
from typing import Optional

from kpixl.measures.kinds import Step
from kpixl.measures.pdca import GoalPhase
from kpixl.words import say


def step_text(step: Step, due: Optional[date], language: str) -> str:
    """A next step in words; ``due`` is named where the step is to carry something out. The date
    is written in ISO form, which a worksheet formula can write too and no one misreads."""
    return step_due(step, _iso(due), language)


def step_due(step: Step, due: str, language: str) -> str:
    """A next step in words, with the date as the page or mail around it writes its dates."""
    return say(f"step.{step.value}", language, due=due)


def goal_step(phase: GoalPhase, language: str, due: Optional[str] = None) -> str:
    """A goal's next step in words: it names the open action it is about, and says so where that
    is overdue. ``due`` is its date as written around it; in ISO form where none is given."""
    written = _iso(phase.due) if due is None else due
    text = step_due(Step(phase.action_step or phase.step), written, language)
    if phase.overdue:
        text = say("show.overdue", language, step=text)
    if phase.step is Step.ON_TRACK_ACTION:
        return say("step.on_track_action", language, action=phase.action, step=text)
    if phase.action is None:
        return text
    return say("show.action_step", language, action=phase.action, step=text)


def _iso(day: Optional[date]) -> str:
    return day.isoformat() if day else "–"
