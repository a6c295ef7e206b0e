"""Turn the marks in a page's content into those of a tagged PDF, and take them out.

Cairo writes pages in one way only: text stands in objects (BT to ET), a mark as a string of its own
font in between. From a mark on, text belongs to what the mark names; all else is painted for looks
and becomes an artifact, but within a picture, which ends with the mark of nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass, field
from typing import Any

from kpixl.pack.pluto.marks import NOTHING, numbers

_STRING = rb"\((?:[^()\\]|\\.)*\)|<[0-9a-fA-F\s]*>"
_TOKEN = re.compile(
    rb"/(?P<font>f-\d+-\d+) [\d.]+ Tf\n"
    rb"|(?P<show>(?:\[(?:" + _STRING + rb"|[^\]()<>])*\]\s*TJ|(?:" + _STRING + rb")\s*Tj)\n)"
    rb"|(?P<place>(?:-?[\d.]+ )+(?:Td|Tm)\n)",
    re.DOTALL,
)
_PIECE = re.compile(rb"<([0-9a-fA-F\s]*)>|(-?[\d.]+)")
_PAINTS = re.compile(rb"(?:^|\s)(?:f\*?|[Ssn]|[Bb]\*?|sh|Do)(?=\s|$)")
_OBJECT = re.compile(rb"/(x\d+) Do\n")
LONG = 400
"""Bytes beyond which content always paints something: paths are what makes it long."""

ARTIFACT = b"/Artifact BMC\n"
END = b"EMC\n"


@dataclass(frozen=True)
class Resources:
    """What content names: ``signs`` gives the sign of each code by the name of a font of marks,
    ``images`` are the names of images, ``forms`` the forms that hold marks by name."""

    signs: Mapping[str, Mapping[str, str]]
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
    in their order. ``current`` is what text without a mark goes on with, ``begun`` the page on
    which each mark was met first.
    """

    graphics: Set[int]
    images: list[int]
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


class _Stream:
    def __init__(self, page: int, found: Found, resources: Resources) -> None:
        self.page, self.found, self.resources = page, found, resources
        self.number, self.length = len(found.pages), 0
        found.pages.append(page)
        found.lengths.append(0)
        self.signs = resources.signs
        self.names = [b"/%s " % name.encode("ascii") for name in self.signs]
        self.out: list[bytes] = []
        self.others: list[tuple[Any, bytes]] = []
        self.font = ""
        self.is_open = False
        self.moved = b""

    def read(self, content: bytes) -> None:
        first, *texts = content.split(b"BT\n")
        self._painting(first)
        for text in texts:
            inside, end, after = text.partition(b"\nET\n")
            if any(name in inside for name in self.names):
                self._text(inside + b"\n")
            elif end:
                self.out += (self._beginning(), b"BT\n", inside, b"\nET\n", END)
            self._painting(after)

    def _text(self, inside: bytes) -> None:
        self.out.append(b"BT\n")
        at = 0
        for token in _TOKEN.finditer(inside):
            self.out.append(inside[at : token.start()])
            at = token.end()
            self._token(token)
        self.out.append(inside[at:])
        self._close()
        self.moved = b""
        self.out.append(b"ET\n")

    def _token(self, token: re.Match[bytes]) -> None:
        if token["font"]:
            self.font = token["font"].decode("ascii")
            if self.font not in self.signs:
                self._open()
                self.out.append(token[0])
        elif token["place"]:
            self.moved = b""
            self.out.append(token[0])
        elif self.font in self.signs:
            self._mark(token[0])
        else:
            self._open()
            if self.moved:
                self.out.append(b"[%s]TJ\n" % self.moved)
                self.moved = b""
            self.out.append(token[0])

    def _mark(self, shown: bytes) -> None:
        """Another text begins. Where the mark was moved to, its text follows."""
        known, signs = self.signs[self.font], ""
        for codes, moved in _PIECE.findall(shown):
            digits = b"".join(codes.split()).decode("ascii")
            signs += "".join(known.get(digits[i : i + 4], "") for i in range(0, len(digits), 4))
            if moved:
                self.moved += moved + b" "
        for number in numbers(signs):
            self._close()
            # What is met again on another page is a table's head, repeated: no content.
            again = self.found.begun.setdefault(number, self.page) != self.page
            self.found.current = NOTHING if again else number

    def _open(self) -> None:
        if not self.is_open:
            self.is_open = True
            self.out.append(self._beginning())

    def _close(self) -> None:
        if self.is_open:
            self.is_open = False
            self.out.append(END)

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
