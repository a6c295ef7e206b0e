"""Turn a review into what a mail says of it, for one person: the pack's summary in short.

Tiles, sentences and lists are the pack's own, so that mail and pack show the same figures.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import timedelta
from typing import Any, TypeVar

from kpixl.delivery.contexts import (
    MailAction,
    MailContext,
    MailGap,
    MailList,
    MailLogo,
    MailMark,
    MailTile,
)
from kpixl.delivery.lines import one_line
from kpixl.delivery.mail import Address, Attachment
from kpixl.measures.kinds import Status
from kpixl.pack.contexts import Mark
from kpixl.pack.nothing_behind import all_on_plan, nothing_reported
from kpixl.pack.pages import scope_name
from kpixl.pack.summary import (
    JUDGED,
    goal_tile,
    headline_goals,
    inner_goals,
    largest_gaps,
    late_text,
    overdue_actions,
    undecided_actions,
)
from kpixl.pack.wording import goal_line, listed, mark
from kpixl.plan.model import Level
from kpixl.review.cycle_sentences import days_text, step_name
from kpixl.review.figures import ActionReview, GoalReview, Review
from kpixl.review.headline import headline
from kpixl.review.periods import date_name, month_name, short_date
from kpixl.review.sentences import all_goals, counts, tally_sentence, title_sentence
from kpixl.review.steps import goal_step
from kpixl.review.turns import idle
from kpixl.words import say, word

T = TypeVar("T")

SHAPES = {"green": "●", "amber": "◆", "red": "■", "no-data": "○", "no-plan": "–"}
"""The shapes of the terminal and of the workbook's Scorecard."""
MOST_TILES, MOST_GAPS, MOST_ACTIONS, MOST_NAMES = 6, 3, 5, 3
LONGEST_TEXT, LONGEST_SENTENCE = 240, 800
KIB = 1024


@dataclass(frozen=True)
class Sending:
    """What a mail says beside its review: the person's ``name``, who else gets the same pack,
    what is attached, which edition it is and why, where replies go. ``copy``: the person is of
    the role Cc."""

    name: str = ""
    copy: bool = False
    others: tuple[str, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    edition: int = 1
    reason: str = ""
    reply_to: Address | None = None
    logo: MailLogo | None = None


def mail_context(part: Review, language: str, sending: Sending = Sending()) -> MailContext:
    """The mail on ``part``, a review cut to its reader's scope, in ``language``."""
    heads = headline_goals(part)
    settings = part.settings
    title = settings.title or word("page.review_title", language)
    found = title_sentence(part, heads[0], language) if heads else title
    tally = counts(part)
    tally_text = tally_sentence(part, language)
    notes = _notes(part, language)
    state = _state(part, sending.edition, language)
    month = month_name(part.month, language)
    context = MailContext(
        language=language,
        subject=_subject(part, title, state, language),
        preheader=say("mail.preheader", language, head=found, tally=tally_text),
        company=settings.company,
        title=title,
        month=month,
        scope=_scope(part, language),
        state=state,
        edition=sending.edition,
        correction=_correction(sending, language),
        greeting=_greeting(sending.name, language),
        intro=say(
            "mail.intro_attached" if sending.attachments else "mail.intro", language,
            title=title, month=month, state=_in_sentence(state),
        ),
        head=found,
        lead=tuple(headline(part, goal, language) for goal in heads),
        tally=tuple((_mark(mark(one, language)), tally[one]) for one in JUDGED if tally[one]),
        tally_title=all_goals(len(part.goals), language),
        tally_text=tally_text,
        kgis=_heads(part, language),
        goals=_inner(part, language),
        gaps=_gaps(part, language),
        overdue=_overdue(part, language),
        decisions=_decisions(part, language),
        notes=notes,
        attachments=tuple(_file(one, language) for one in sending.attachments),
        origin=_origin(part, sending, language),
        confidentiality=settings.confidentiality,
        logo=sending.logo,
    )  # fmt: skip
    return _cleaned(context, LONGEST_SENTENCE)


def _cleaned(value: T, most: int) -> T:
    """``value`` with every text in it as one line of bearable length: a mail of more than 100 KB
    is not shown whole everywhere. What the mail itself says may be longer than what stands in
    its lists."""
    changed: Any = value
    if isinstance(value, str):
        changed = one_line(value, most)
    elif isinstance(value, tuple):
        changed = tuple(_cleaned(one, most) for one in value)
    elif is_dataclass(value) and not isinstance(value, type):
        within = most if isinstance(value, MailContext) else LONGEST_TEXT
        parts = {one.name: _cleaned(getattr(value, one.name), within) for one in fields(value)}
        changed = replace(value, **parts)
    found: T = changed
    return found


# ---- Which review this is -------------------------------------------------------------------


def _scope(part: Review, language: str) -> str:
    return scope_name(part, language) if part.scope else word("mail.whole", language)


def _state(part: Review, edition: int, language: str) -> str:
    state = word(f"state.{part.settings.state.value}", language)
    return state if edition < 2 else say("mail.state_edition", language, state=state, n=edition)


def _in_sentence(state: str) -> str:
    return state[:1].lower() + state[1:]


def _subject(part: Review, title: str, state: str, language: str) -> str:
    """Company, title, month, scope and state: what an inbox is sorted and searched by."""
    company = one_line(part.settings.company, LONGEST_TEXT // 4)
    return say(
        "mail.subject" if company else "mail.subject_bare", language,
        company=company, title=one_line(title, LONGEST_TEXT // 4),
        month=month_name(part.month, language),
        scope=one_line(_scope(part, language), LONGEST_TEXT // 4),
        state=_in_sentence(state),
    )  # fmt: skip


def _correction(sending: Sending, language: str) -> str:
    if sending.edition < 2:
        return ""
    key = "mail.correction" if sending.reason.strip() else "mail.correction_bare"
    return say(key, language, n=sending.edition, reason=one_line(sending.reason))


def _greeting(name: str, language: str) -> str:
    """``Dear Koichi Morita,`` or ``森田 恒一 様``, which a name may end with already."""
    shown = one_line(name, LONGEST_TEXT // 4)
    if not shown or shown.endswith(("様", "殿", "さん", "先生", "御中", "各位")):
        return shown
    return say("mail.greeting", language, name=shown)


# ---- Goals ----------------------------------------------------------------------------------


def _mark(found: Mark) -> MailMark:
    return MailMark(found.name, SHAPES[found.name], found.word)


def _all_heads(part: Review) -> tuple[GoalReview, ...]:
    """All KGIs, or all topmost goals; the sentences above them speak of the first of these."""
    return part.at_level(Level.KGI) or tuple(goal for goal in part.goals if goal.depth == 0)


def _heads(part: Review, language: str) -> MailList[MailTile]:
    goals = _all_heads(part)
    tiles = [_tile(part, goal, language, head=True) for goal in goals[:MOST_TILES]]
    more = _more(len(goals) - len(tiles), language)
    return MailList(_title(goals, language), tuple(tiles), more=more)


def _inner(part: Review, language: str) -> MailList[MailTile]:
    goals = inner_goals(part, _all_heads(part)[:MOST_TILES])
    tiles = [_tile(part, goal, language) for goal in goals[:MOST_TILES]]
    more = _more(len(goals) - len(tiles), language)
    return MailList(_title(goals, language), tuple(tiles), more=more)


def _title(goals: Sequence[GoalReview], language: str) -> str:
    keys = {Level.KGI: "mail.kgis", Level.CSF: "page.tiles_csf", Level.KPI: "mail.kpis"}
    levels = {goal.goal.level for goal in goals}
    return word(keys[levels.pop()] if len(levels) == 1 else "page.tiles_goals", language)


def _tile(part: Review, goal: GoalReview, language: str, head: bool = False) -> MailTile:
    found = goal_tile(part, goal, language, head=head)
    spans = tuple(
        (label, f"{value} {SHAPES[one.name]} {one.word}") for label, value, one in found.spans
    )
    return MailTile(
        name=found.name,
        value=found.value,
        unit=found.unit,
        mark=_mark(found.mark),
        gap=found.gap,
        good=found.good,
        pairs=(*found.rows, *found.year, *spans),
    )


def _more(count: int, language: str) -> str:
    return say("page.more", language, n=count) if count > 0 else ""


def _gaps(part: Review, language: str) -> MailList[MailGap]:
    """The first three of the pack's list "furthest behind plan": goals with figures of their own
    that are Red, then those that are Amber, by the month's gap in % of plan."""
    behind = largest_gaps(part)
    return MailList(
        title=word("page.largest_gaps", language),
        entries=tuple(_gap(part, goal, language) for goal in behind[:MOST_GAPS]),
        empty=_no_gaps(part, language),
        more=_more(len(behind) - MOST_GAPS, language),
    )


def _no_gaps(part: Review, language: str) -> str:
    """What an empty list of gaps means; nothing where KGIs alone are behind plan."""
    if part.with_status(Status.RED) or part.with_status(Status.AMBER):
        return ""
    return nothing_reported(part, language) or all_on_plan(part, language)


def _gap(part: Review, goal: GoalReview, language: str) -> MailGap:
    line = goal_line(part, goal, language)
    attainment = goal.month.attainment
    return MailGap(
        name=line.text,
        mark=_mark(mark(goal.status, language)),
        figure=line.figure,
        good=line.good,
        note=line.note,
        owner=goal.goal.owner,
        next_step=goal_step(goal.phase, language, short_date(goal.phase.due, language)),
        share=None if attainment is None else round(100 * min(max(attainment, 0.0), 1.0)),
    )


# ---- Countermeasures ------------------------------------------------------------------------


def _overdue(part: Review, language: str) -> MailList[MailAction]:
    """The overdue countermeasures, the longest first."""
    late = overdue_actions(part)
    return MailList(
        title=word("page.overdue", language),
        entries=tuple(
            replace(
                _action(entry, language),
                due=late_text(entry, language),
                late=_lateness(part, entry, language),
            )
            for entry in late[:MOST_ACTIONS]
        ),
        empty=word("page.overdue_empty", language),
        more=_more(len(late) - MOST_ACTIONS, language),
    )


def _lateness(part: Review, entry: ActionReview, language: str) -> str:
    if entry.overdue_from is None:
        return ""
    # The first overdue day is the day after the due date: on it, one is a day late.
    days = (part.as_of - entry.overdue_from + timedelta(days=1)).days
    return say("mail.late", language, days=days_text(days, language))


def _decisions(part: Review, language: str) -> MailList[MailAction]:
    """What was expected and what came of it, where that waits for a decision."""
    waiting = undecided_actions(part)
    return MailList(
        title=word("page.decisions", language),
        entries=tuple(
            replace(_action(entry, language), evidence=_evidence(entry, language))
            for entry in waiting[:MOST_ACTIONS]
        ),
        more=_more(len(waiting) - MOST_ACTIONS, language),
    )


def _evidence(entry: ActionReview, language: str) -> str:
    expected = one_line(entry.action.expected_effect, LONGEST_TEXT // 2).rstrip(" .。")
    result = one_line(entry.action.result, LONGEST_TEXT // 2)
    return say("mail.evidence", language, expected=expected or "–", result=result or "–")


def _action(entry: ActionReview, language: str) -> MailAction:
    action = entry.action
    return MailAction(
        tag=action.id,
        text=action.countermeasure or action.cause or entry.goal_name,
        goal=entry.goal_name,
        owner=action.owner or "–",
        next_step=step_name(entry.step, language),
    )


# ---- What is said around it -----------------------------------------------------------------


def _notes(part: Review, language: str) -> tuple[str, ...]:
    """Goals without an actual or a plan (roll-ups lack what is below them), then those that have
    been off plan for long while nobody works on them (SPEC 8)."""
    own = [goal for goal in part.goals if not goal.is_rollup and goal.source != "none"]
    groups = {
        "missing": [goal for goal in own if goal.status is Status.NO_DATA],
        "no_plan": [goal for goal in own if goal.status is Status.NO_PLAN],
        "idle": [part.by_id[entry.goal] for entry in idle(part)],
    }
    month = month_name(part.month, language)
    return tuple(
        say(
            f"mail.{key}", language,
            month=month, names=_names([goal.goal.name for goal in goals], language),
        )
        for key, goals in groups.items()
        if goals
    )  # fmt: skip


def _names(names: Sequence[str], language: str) -> str:
    """The first names, and how many more there are."""
    short = [one_line(name, LONGEST_TEXT // 4) for name in names[:MOST_NAMES]]
    text, more = listed(short, language), len(names) - MOST_NAMES
    return say("mail.names_more", language, names=text, n=more) if more > 0 else text


def _file(attachment: Attachment, language: str) -> str:
    """``2026-10_plan_en.pdf (412 KB)``."""
    size = len(attachment.data) / KIB
    text = f"{size / KIB:.1f} MB" if size >= KIB else f"{max(1, round(size))} KB"
    return say("mail.file", language, name=attachment.name, size=text)


def _origin(part: Review, sending: Sending, language: str) -> tuple[str, ...]:
    """Where the figures come from, who else has them, and where replies go."""
    date = date_name(part.as_of, language)
    name = one_line(part.source.name or "–", LONGEST_TEXT // 4)
    lines = [say("mail.origin", language, date=date, name=name)]
    if sending.copy:
        lines.append(word("mail.copy", language))
    if sending.others:
        lines.append(say("mail.also_sent", language, names=_names(sending.others, language)))
    if sending.reply_to is None:
        lines.append(word("mail.automatic", language))
    else:
        name, email = one_line(sending.reply_to.name, LONGEST_TEXT // 4), sending.reply_to.email
        contact = say("mail.contact", language, name=name, email=email) if name else email
        lines.append(say("mail.automatic_reply", language, contact=contact))
    return tuple(lines)
