"""Find the blocks, texts and comments of a style sheet that are begun and not ended.

The grammar of CSS ends them where the sheet ends, or the line, without a word: all that follows is
lost, or read as if it stood within.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_PART = re.compile(
    r"/\*.*?(?:\*/|(?P<comment>\Z))"
    r"|(?P<quote>[\"'])(?:[^\"'\\\n]|\\.|(?!(?P=quote))[\"'])*(?:(?P=quote)|(?P<text>\n|\Z))"
    r"|url\(\s*[^\"'\s)][^)]*\)"
    r"|(?P<open>[{(\[])|(?P<close>[})\]])",
    re.DOTALL | re.IGNORECASE,
)
_PAIRS = {"}": "{", ")": "(", "]": "["}
_ENDS = "{};"


@dataclass(frozen=True)
class Blocks:
    """Where that begins which is not ``closed``, the outermost first, and where braces stand that
    close nothing."""

    unclosed: tuple[int, ...]
    unopened: tuple[int, ...]


def blocks(css: str) -> Blocks:
    """What is wrong with the blocks of a style sheet."""
    opened: list[int] = []
    broken: list[int] = []
    unopened: list[int] = []
    for part in _PART.finditer(css):
        if part["comment"] is not None or part["text"] is not None:
            broken.append(part.start())
        elif part["open"]:
            opened.append(part.start())
        elif part["close"]:
            _close(css, part.start(), opened, broken, unopened)
    return Blocks((*opened, *broken), tuple(unopened))


def _close(css: str, at: int, opened: list[int], broken: list[int], unopened: list[int]) -> None:
    wanted = _PAIRS[css[at]]
    # A brace is taken for the end of its block, whatever else is still open within.
    while wanted == "{" and opened and css[opened[-1]] != "{":
        broken.append(opened.pop())
    if opened and css[opened[-1]] == wanted:
        opened.pop()
    elif wanted == "{":
        unopened.append(at)


def before(css: str, at: int) -> str:
    """What of a style sheet stands before the rule or declaration that holds ``at``."""
    return css[: 1 + max(css.rfind(end, 0, at) for end in _ENDS)]
