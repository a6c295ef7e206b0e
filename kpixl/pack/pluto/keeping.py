"""Keep together what shall stand on one page: PlutoBook ends pages after a heading, or before the
last row of a table, too. Where it has done so, what should have been kept begins the next page."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from xml.etree import ElementTree

from kpixl.pack.places import MARK, Place
from kpixl.pack.pluto.marks import parted
from kpixl.pack.pluto.turns import TURN, part_tables

ANCHOR = "kpixl-at"
"""An element of no meaning around the mark with which a text begins: its place is told."""
HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
CSF = "csf"
"""The class of rows that head those after them."""
_WORD = re.compile("[^\\s\u2e80-\uffff]+|.", re.DOTALL)
"""A word, whose letters are set as they stand together; of Japanese, a sign."""
LAST_ROWS = 3
"""So many rows of a table's end stand together."""
BESIDE = frozenset((
    "blocks", "charts", "columns", "facts-sides", "flow", "phases", "sides", "split", "tile-grid",
))  # fmt: skip
"""Classes of what stands beside something else: no page begins within."""


ROWS = frozenset(("tbody", "tfoot"))
WHOLE = frozenset(("svg", "td", "th", "thead"))
"""Elements in which no page begins, either."""


@dataclass
class Kept:
    """Elements one after another that stand on one page, what follows a heading included; ``begin``
    and ``end`` are the ids by which the places of the first and the last one are told."""

    elements: Sequence[ElementTree.Element]
    begin: str
    end: str
    is_moved: bool = False

    def is_parted(self, places: Mapping[str, Place]) -> bool:
        """Whether they stand on two pages, by their ``places``."""
        begin, end = places.get(self.begin), places.get(self.end)
        return begin is not None and end is not None and begin.page < end.page


@dataclass
class Section:
    """A part of the body, in which ``kept`` are to be kept."""

    element: ElementTree.Element
    kept: list[Kept] = field(default_factory=list)

    def mend(self, places: Mapping[str, Place]) -> bool:
        """Have the first that are parted begin a page, and whether there are any: all that comes
        after them moves."""
        for one in self.kept:
            if not one.is_moved and one.is_parted(places):
                one.is_moved = True
                _begin_page(self.element, one.elements[0])
                return True
        return False


def sections_of(body: ElementTree.Element) -> list[Section]:
    """The parts of ``body``, whose texts are marked, with what is to be kept together in each."""
    sections, numbers = [], count(1)
    for element in body:
        kept = []
        for group in list(_groups(element, None)):
            begin, end = (_anchored(one, numbers) for one in (group[0], group[-1]))
            if begin != end and begin and end:
                kept.append(Kept(group, begin, end))
        sections.append(Section(element, kept))
    return sections


def _begin_page(section: ElementTree.Element, element: ElementTree.Element) -> None:
    if element.tag == "tr":
        element.set("class", f"{element.get('class', '')} {TURN}".strip())
        part_tables(section)
    else:
        element.set("style", f"{element.get('style', '')}; break-before: page".lstrip("; "))


# ---- What is kept ---------------------------------------------------------------------------


def _groups(
    parent: ElementTree.Element, after: ElementTree.Element | None
) -> Iterator[list[ElementTree.Element]]:
    """The elements below ``parent`` that are kept together; ``after`` follows it."""
    if BESIDE.intersection(parent.get("class", "").split()) or parent.tag in WHOLE:
        return
    children = list(parent)
    group: list[ElementTree.Element] = []
    followers = (*children[1:], None if parent.tag in ROWS else after)
    for child, follower in zip(children, followers, strict=False):
        if not _is_kept(child, children):
            yield from _groups(child, follower)
            group = []
            continue
        group.append(child)
        if follower is None or TURN in follower.get("class", "").split():
            yield group
            group = []
        elif not _is_kept(follower, children):
            # Before its first row, a table would not be parted.
            if child.tag != "tr" or group[0] is not children[0]:
                yield [*group, *_first_rows(follower)]
            group = []


def _is_kept(element: ElementTree.Element, siblings: Sequence[ElementTree.Element]) -> bool:
    """Whether what follows ``element`` is to stand on its page."""
    if element.tag in HEADINGS:
        return True
    if element.tag != "tr":
        return False
    return CSF in element.get("class", "").split() or element in siblings[-LAST_ROWS:-1]


def _first_rows(follower: ElementTree.Element) -> list[ElementTree.Element]:
    """What of ``follower`` is kept with a heading: of a table its first rows, not its head, which
    is repeated on other pages."""
    while follower.tag == "div" and len(follower):
        follower = follower[0]
    body = follower.find("tbody") if follower.tag == "table" else None
    rows = [] if body is None else list(body)
    for number, row in enumerate(rows):
        if not _is_kept(row, rows):
            return rows[: number + 1]
    return [follower]


# ---- Places ---------------------------------------------------------------------------------


def _anchored(element: ElementTree.Element, numbers: Iterator[int]) -> str:
    """The id of an anchor around the mark of the first text in ``element``, "" where it has none.
    Of a text that goes on over several pages, the last one is told otherwise."""
    parts = _parted(element.text)
    if parts is not None:
        element.text = parts[0]
        return _insert(element, 0, parts[1:], numbers)
    for number, child in enumerate(element):
        if child.tag == ANCHOR:
            return child.get("id", "")
        found = "" if child.tag in ("svg", "thead") else _anchored(child, numbers)
        if found:
            return found
        parts = _parted(child.tail)
        if parts is not None:
            child.tail = parts[0]
            return _insert(element, number + 1, parts[1:], numbers)
    return ""


def _insert(
    parent: ElementTree.Element, at: int, texts: Sequence[str], numbers: Iterator[int]
) -> str:
    anchor = ElementTree.Element(ANCHOR, id=f"{MARK}k{next(numbers)}")
    anchor.text, anchor.tail = texts
    parent.insert(at, anchor)
    return anchor.get("id", "")


def _parted(text: str | None) -> tuple[str, str, str] | None:
    """The space before a mark, the mark with the word after it, for a mark alone has no place,
    and the rest."""
    parts = parted(text)
    if parts is None:
        return None
    space, mark, rest = parts
    word = _WORD.match(rest)
    end = word.end() if word else 0
    return space, mark + rest[:end], rest[end:]
