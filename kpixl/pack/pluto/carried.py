"""Give what goes on from one page to the next to the text that it is of.

No mark stands before it, so that it is taken for more of the text before: of two texts that stand
beside each other on both pages, it may be more of the other one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from kpixl.pack.pluto.content import STRAY, Found

Place = tuple[int, int]
"""A piece of content, by stream and place in it."""


def give_back(
    found: Found, odd: Iterable[int], said: Mapping[Place, str], texts: Mapping[int, str]
) -> None:
    """Give each piece that its mark's text does not hold to the mark whose text it goes on: those
    in question are the ``odd`` ones. ``said`` is what pieces say, ``texts`` what stands at each
    mark."""
    left: dict[int, str] = {}
    strays: dict[Place, int] = dict.fromkeys(found.contents.get(STRAY, ()), STRAY)
    for mark in odd:
        rest = _bare(texts[mark])
        for place in found.contents[mark]:
            text = _bare(said[place])
            if rest.startswith(text):
                rest = rest[len(text) :]
            else:
                strays[place] = mark
        if rest:
            left[mark] = rest
    for place in sorted(strays):
        text = _bare(said[place])
        owner = next((mark for mark, rest in left.items() if rest.startswith(text)), None)
        if owner is not None:
            left[owner] = left[owner][len(text) :]
            found.contents[strays[place]].remove(place)
            found.contents[owner].append(place)


def _bare(text: str) -> str:
    return "".join(text.split())
