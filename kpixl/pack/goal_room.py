"""Turn the comments and countermeasures below a goal's charts into the height that they take."""

from __future__ import annotations

from collections.abc import Sequence

from kpixl.pack.contexts import ActionLine, Remark
from kpixl.pack.paper import COLUMN, lines_taken
from kpixl.words import say, word

SIZE = 10.0  # 7.5 pt
HEADING = 22.0
AFTER_REMARK, AFTER_ACTION = 5.3, 6.8
INSET = 12.0  # the bar beside an action
TAGS = 90.0  # its number, phase and mark


def closing_height(
    remarks: Sequence[Remark], actions: Sequence[ActionLine], language: str
) -> float:
    """The height of the three columns of text: comments, then the actions in two halves (a single
    one takes both)."""
    half = (len(actions) + 1) // 2
    width = COLUMN if len(actions) > 1 else 2 * COLUMN
    columns = (
        sum(_remark(entry, language) for entry in remarks),
        sum(_action(entry, width, language) for entry in actions[:half]),
        sum(_action(entry, width, language) for entry in actions[half:]),
    )
    return HEADING + max(columns)


def _line(language: str) -> float:
    return SIZE * (1.5 if language == "ja" else 1.35)


def _remark(entry: Remark, language: str) -> float:
    lines = lines_taken(f"{entry.goal} {entry.text} {entry.author}", COLUMN, SIZE)
    return lines * _line(language) + AFTER_REMARK


def _action(entry: ActionLine, width: float, language: str) -> float:
    cause = entry.cause or word("page.cause_unknown", language)
    countermeasure = entry.countermeasure or word("page.none_decided", language)
    following = (
        f"{entry.owner} · {word('page.due', language)} {entry.due} · "
        f"{say('page.next_step_is', language, step=entry.next_step)}"
        f"{' · ' if entry.figures_since else ''}{entry.figures_since}"
    )
    texts = (
        (entry.goal, TAGS),
        (f"{word('page.cause', language)} {cause}", 0.0),
        (f"{word('page.countermeasure', language)} {countermeasure}", 0.0),
        (following, 0.0),
    )
    lines = sum(lines_taken(text, width - INSET, SIZE, beside=beside) for text, beside in texts)
    return lines * _line(language) + AFTER_ACTION
