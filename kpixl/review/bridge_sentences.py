"""Say where a gap comes from and what to work on first, in both languages.

As everywhere in sentences, differences are plain: actual − plan, so that a cost above plan has a
plus. What a table of parts shows is the gap, where positive is good.
"""

from __future__ import annotations

from typing import List, Optional, Sequence

from kpixl.measures.kinds import Direction
from kpixl.review.bridges import ELSEWHERE
from kpixl.review.figures import GoalReview, Review
from kpixl.review.focus import last_reported
from kpixl.review.insights import Bridge, Focus, Lever, Part
from kpixl.review.sentences import style_of
from kpixl.review.show import GoalStyle, enclosed, rounded_to
from kpixl.words import say, word

_MOST = 0.5
"""From this share of all that pulls the same way a part is most of it."""
_LEVERAGE_PLACES = 2


def part_label(review: Review, part: Part, language: str) -> str:
    """The name of a part, as a chart or table shows it."""
    return _name(review, part, language, "")


def _name(review: Review, part: Part, language: str, form: str) -> str:
    if part.goal is not None:
        return review.by_id[part.goal].goal.name
    kind = "elsewhere" if part.kind == ELSEWHERE else "unexplained"
    return word(f"bridge.{kind}{form}", language)


def mostly_from(review: Review, goal: GoalReview, bridge: Optional[Bridge], language: str) -> str:
    """``mostly from Conversion rate (−¥38M)``: the one or two leaves that the gap comes from, a
    phrase to end a sentence with. "" where there is no gap to be seen, or nothing that pulls its
    way."""
    if bridge is None or not bridge.total:
        return ""
    style = style_of(review, goal, language)
    if style.shows_nothing(bridge.total):
        return ""
    pulling = [part for part in bridge.leaves if part.value * bridge.total > 0]
    whole = sum(part.value for part in pulling)
    named = [part for part in pulling[:2] if not style.shows_nothing(part.value)]
    if not named:
        return ""
    first, *others = (
        say(
            "bridge.part",
            language,
            name=_name(review, part, language, "_named"),
            value=enclosed(style.change_with_unit(_plain(goal, part.value))),
        )
        for part in named
    )
    if not others or named[0].value / whole >= _MOST:
        return say("bridge.mostly_one", language, first=first)
    most = sum(part.value for part in named) / whole >= _MOST
    key = "bridge.mostly_two" if most else "bridge.above_all"
    return say(key, language, first=first, second=others[0])


def _plain(goal: GoalReview, value: float) -> float:
    """A part of the gap as a part of the plain difference."""
    lower = goal.goal.direction is Direction.LOWER and not goal.is_rollup
    return -value if lower else value


def focus_sentence(review: Review, focus: Focus, language: str) -> str:
    """The focus list in a line: what is proposed, what it has cost and what it moves; "" where
    nothing is proposed."""
    if not focus.proposed:
        return ""
    kgi = review.by_id[focus.kgi]
    levers = [_lever(review, kgi, lever, language) for lever in focus.proposed]
    return say("focus.line", language, kgi=kgi.goal.name, levers=_listed(levers, language))


def ranking_sentence(review: Review, focus: Focus, language: str) -> str:
    """How a focus list is ranked, for those who read it."""
    return say("focus.ranking", language, kgi=review.by_id[focus.kgi].goal.name)


def _lever(review: Review, kgi: GoalReview, lever: Lever, language: str) -> str:
    style = style_of(review, kgi, language)
    facts: List[str] = []
    cost = lever.contribution
    if cost is not None and cost < 0 and not style.shows_nothing(cost):
        value = style.change_with_unit(_plain(kgi, cost))
        facts.append(say("focus.cost", language, value=enclosed(value)))
    change = leverage_text(kgi, lever, style)
    if change:
        facts.append(say("focus.moves", language, kgi=kgi.goal.name, change=enclosed(change)))
    name = review.by_id[lever.goal].goal.name
    if not facts:
        return name
    return say("focus.lever", language, name=name, facts=word("focus.facts", language).join(facts))


def leverage_text(kgi: GoalReview, lever: Lever, style: GoalStyle) -> str:
    """What 1 % more of a leaf does to its KGI, in ``style``, the KGI's: ``+0.32%``, or points
    where the KGI is itself in %. "" where it is not known or too little to be seen."""
    if lever.leverage is None:
        return ""
    change = lever.leverage / 100
    if style.percent:
        month = last_reported(kgi)
        change *= abs((None if month is None else kgi.series.actual[month]) or 0.0)
    if rounded_to(change, _LEVERAGE_PLACES, style.style.rounding, 2) == 0:
        return ""
    if style.percent:
        return style.style.points(change, _LEVERAGE_PLACES)
    return style.style.percent(change, _LEVERAGE_PLACES, signed=True)


def _listed(names: Sequence[str], language: str) -> str:
    if len(names) == 1:
        return names[0]
    before = word("focus.joint", language).join(names[:-1])
    return f"{before}{word('focus.last_joint', language)}{names[-1]}"


def missed_sentence(goal: GoalReview, language: str) -> str:
    """That a goal was missed for three months while those below it were met."""
    key = "focus.missed_one" if len(goal.children) == 1 else "focus.missed"
    return say(key, language, name=goal.goal.name, n=len(goal.children))
