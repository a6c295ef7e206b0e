"""Turn the marks in a page's content into those of a tagged PDF, and take them out.

Cairo writes pages in one way only: text stands in objects (BT to ET), a mark as a string of its own
font in between. From a mark on, text belongs to what the mark names; all else is painted for looks
and becomes an artifact, but within a picture, which ends with the mark of nothing. Drawings are
painted here, where their marks stand.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from kpixl.pack.pluto.marks import LENGTH, NOTHING, number_in
from kpixl.pack.pluto.pictures import Matrix, Picture, pictures_in

_SHOWN = rb"(?:\[[^\]]*\]\s*TJ|<[0-9a-fA-F\s]*>\s*Tj)\n"
_PLACED = rb"(?:-?[\d.]+ )+(?:Td|Tm)\n"
_STEP = re.compile(rb"(?P<shown>" + _SHOWN + rb")|(?P<placed>" + _PLACED + rb")")
_ALONE = re.compile(
    rb"(" + _PLACED + rb")?(?:\[<>(-?[\d.]+))?<([0-9a-f]{%d})>(?:\]TJ|Tj)\n" % LENGTH
)
"""The usual step: a mark alone, placed or moved."""
_PIECE = re.compile(rb"<([0-9a-fA-F\s]*)>|(-?[\d.]+)")
_PAINTS = re.compile(rb"(?:^|\s)(?:f\*?|[Ssn]|[Bb]\*?|sh|Do)(?=\s|$)")
_FONT = re.compile(rb"/(f-\d+-\d+) ")
_TAKEN = b" Tf\n"
_LINE = re.compile(rb"(?<=\n)(?=" + _PLACED + rb")")
_TAKES = re.compile(rb"/f-\d+-\d+ [\d.]+ Tf\n")
_OBJECT = re.compile(rb"/(x\d+) Do\n")
LONG = 400
"""Bytes beyond which content always paints something: paths are what makes it long."""

STRAY = -1
"""The mark of what goes on from the page before, where a picture stood last there."""
ARTIFACT = b"/Artifact BMC\n"
END = b"EMC\n"


@dataclass(frozen=True)
class Resources:
    """What content names: ``signs`` gives the value of each code by the name of a font of marks,
    ``images`` are the names of images, ``forms`` the forms that hold marks by name."""

    signs: Mapping[str, Mapping[bytes, int]]
    images: Set[str]
    forms: Mapping[str, Form]


@dataclass(frozen=True)
class Form:
    """Content that is painted as a whole, such as what is half transparent: its ``holder`` in the
    file."""

    holder: Any
    read: Callable[[], bytes]
    resources: Resources


@dataclass
class Found:
    """What content turns out to hold. Streams of content are counted in their order: ``contents``
    tells for each mark where it is, by stream and place in it; ``pages`` on which page each stream
    is painted, ``lengths`` how many places it has.

    ``graphics`` are the marks of pictures, ``images`` those of the ones that are painted as images,
    in their order; ``pictures`` are by mark those that are painted here. ``current`` is what text
    without a mark goes on with, ``begun`` the page on which each mark was met first.
    """

    graphics: Set[int]
    images: list[int]
    pictures: Mapping[int, Picture] = field(default_factory=dict)
    contents: dict[int, list[tuple[int, int]]] = field(default_factory=dict)
    pages: list[int] = field(default_factory=list)
    lengths: list[int] = field(default_factory=list)
    begun: dict[int, int] = field(default_factory=dict)
    current: int = NOTHING


def marked(
    content: bytes, page: int, found: Found, resources: Resources, holder: Any = None
) -> list[tuple[Any, bytes]]:
    """The ``content`` of a page with the marks of a tagged PDF, without ours, and that of the forms
    in it, each with its holder (None for the page's own); in the order of ``found``'s streams."""
    stream = _Stream(page, found, resources)
    stream.read(content)
    found.lengths[stream.number] = stream.length
    return [(holder, b"".join(stream.out)), *stream.others]


@lru_cache(maxsize=64)
def _marks_of(names: tuple[bytes, ...]) -> re.Pattern[bytes]:
    """Where a font of ``names`` is taken, and all that is shown in it."""
    fonts = b"|".join(map(re.escape, names))
    return re.compile(rb"/(" + fonts + rb") [\d.]+ Tf\n((?:" + _SHOWN + rb"|" + _PLACED + rb")*)")


class _Stream:
    def __init__(self, page: int, found: Found, resources: Resources) -> None:
        self.page, self.found, self.resources = page, found, resources
        self.number, self.length = len(found.pages), 0
        found.pages.append(page)
        found.lengths.append(0)
        self.signs = resources.signs
        names = tuple(name.encode("ascii") for name in self.signs)
        self.names = [b"/%s " % name for name in names]
        self.marks = _marks_of(names) if names else None
        self.is_carried = True  # no mark has told yet which texts go on from the page before
        self.out: list[bytes] = []
        self.others: list[tuple[Any, bytes]] = []

    def read(self, content: bytes) -> None:
        first, *texts = content.split(b"BT\n")
        self._painting(first)
        for text in texts:
            inside, end, after = text.partition(b"\nET\n")
            if any(name in inside for name in self.names):
                self._marked(inside + b"\n")
            elif end and self.is_carried:
                self._text(inside + b"\n")
            elif end:
                self.out += (self._beginning(), b"BT\n", inside, b"\nET\n", END)
            self._painting(after)

    def _marked(self, inside: bytes) -> None:
        """Text with marks in it, or the marks of pictures, which stand by themselves."""
        if inside.count(_TAKEN) == 1 and (font := _FONT.search(inside)):
            marks = pictures_in(inside, self.signs[font[1].decode("ascii")])
            if marks and marks[0][0] in self.found.pictures:
                for number, place in marks:
                    self._picture(number, place)
                return
        self._text(inside)

    def _picture(self, number: int, place: Matrix) -> None:
        picture = self.found.pictures[number]
        meant = self._met(number) if number in self.found.graphics else NOTHING
        if picture.operators:
            beginning = ARTIFACT if meant == NOTHING else self._begun(number)
            self.out += (beginning, picture.at(place), END)
        if picture.has_texts:
            self.found.current = meant

    def _met(self, number: int) -> int:
        """``number``, or nothing: what is met again on another page is a table's head, repeated,
        and no content."""
        self.is_carried = False
        again = self.found.begun.setdefault(number, self.page) != self.page
        return NOTHING if again else number

    def _text(self, inside: bytes) -> None:
        """Text with marks in it: what stands between two of them belongs to the first."""
        self.out.append(b"BT\n")
        at, moved = 0, b""
        for found in self.marks.finditer(inside) if self.marks is not None else ():
            self._shown(inside[at : found.start()], moved)
            moved = self._mark(found[1].decode("ascii"), found[2])
            at = found.end()
        self._shown(inside[at:], moved)
        self.out.append(b"ET\n")

    def _shown(self, text: bytes, moved: bytes) -> None:
        """``text``, which stands where its mark was ``moved`` to, if it has no place of its own."""
        if b"Tj" not in text and b"TJ" not in text:
            self.out.append(text)
            return
        if moved and text.startswith(b"/"):
            font, _, rest = text.partition(b"\n")
            text = b"%s\n[%s]TJ\n%s" % (font, moved, rest)
        if self.is_carried:
            self._lines(text)
        else:
            self.out += (self._beginning(), text, END)

    def _lines(self, text: bytes) -> None:
        """Each line of ``text`` by itself: they may be of several texts."""
        font = b""
        for line in _LINE.split(text):
            if b"Tj" in line or b"TJ" in line:
                number = self.found.current
                beginning = self._begun(STRAY if number == NOTHING else number)
                self.out += (beginning, font, line, END)
            else:
                self.out.append(line)
            font = next(reversed(_TAKES.findall(line)), font)

    def _mark(self, font: str, steps: bytes) -> bytes:
        """Marks of a ``font``, one after another; the last is in force. Gives how far its text is
        moved from what was shown before."""
        alone = _ALONE.fullmatch(steps)
        if alone is None:
            return self._marks_of(self.signs[font], steps)
        placed, by, digits = alone.groups()
        if placed:
            self.out.append(placed)
        self.found.current = self._met(number_in(digits, self.signs[font]))
        return by + b" " if by else b""

    def _marks_of(self, known: Mapping[bytes, int], steps: bytes) -> bytes:
        digits, moved = b"", b""
        for step in _STEP.finditer(steps):
            if step["placed"]:
                self.out.append(step[0])
                moved = b""
                continue
            for codes, by in _PIECE.findall(step[0]):
                digits += codes
                if by:
                    moved += by + b" "
        if b"\n" in digits:
            digits = b"".join(digits.split())
        for at in range(0, len(digits) - LENGTH + 1, LENGTH):
            self.found.current = self._met(number_in(digits[at : at + LENGTH], known))
        return moved

    def _beginning(self, graphic: bool = False) -> bytes:
        """What begins the content of the mark in force: of a picture's alone, if ``graphic``."""
        number = self.found.current
        if number == NOTHING or (graphic and number not in self.found.graphics):
            return ARTIFACT
        return self._begun(number)

    def _begun(self, number: int) -> bytes:
        place, self.length = self.length, self.length + 1
        self.found.contents.setdefault(number, []).append((self.number, place))
        return b"/Span <</MCID %d>>BDC\n" % place

    def _painting(self, painted: bytes) -> None:
        """What stands outside of text: within a picture it belongs to it."""
        if len(painted) < LONG and not _PAINTS.search(painted):
            self.out.append(painted)
            return
        at = 0
        if self.resources.forms or self.resources.images:
            for match in _OBJECT.finditer(painted):
                name = match[1].decode("ascii")
                if name in self.resources.forms or self._is_content(name):
                    self._decoration(painted[at : match.start()])
                    self._object(name, match[0])
                    at = match.end()
        self._decoration(painted[at:])

    def _decoration(self, painted: bytes) -> None:
        if _PAINTS.search(painted):
            self.out += (self._beginning(graphic=True), painted, END)
        else:
            self.out.append(painted)

    def _is_content(self, name: str) -> bool:
        """Whether the next image has a meaning; those without are passed."""
        waiting = self.found.images
        if name not in self.resources.images or not waiting:
            return False
        if waiting[0] == NOTHING:
            del waiting[0]
            return False
        return True

    def _object(self, name: str, painted: bytes) -> None:
        form = self.resources.forms.get(name)
        if form is None:
            self.out += (self._begun(self.found.images.pop(0)), painted, END)
            return
        self.out.append(painted)
        self.others += marked(form.read(), self.page, self.found, form.resources, form.holder)
