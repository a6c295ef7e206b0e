"""Turn an XML part into bytes of UTF-8 whose pieces can be replaced, and back into its encoding.

Nothing is parsed into a tree and written anew: what is not replaced stays byte for byte.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from typing import Dict, Iterable, List, NamedTuple, Optional, Sequence, Tuple
from xml.parsers import expat

from kpixl.errors import FileProblem
from kpixl.workbook.markup import MAX_DEPTH, feed

_CHUNK = 1 << 20
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_UNMARKED = ((b"<\0", "utf-16-le"), (b"\0<", "utf-16-be"))
_DECLARED = re.compile(rb"<\?xml[^>]*?encoding\s*=\s*[\"']([A-Za-z0-9._-]+)[\"']")
_TAG = re.compile(rb"<[^\s/>]+((?:[^>\"']+|\"[^\"]*\"|'[^']*')*)>")
_ATTRIBUTE = re.compile(rb"\s+([^\s=/>]+)\s*=\s*(\"[^\"]*\"|'[^']*')")


class Splice(NamedTuple):
    """``new`` is to stand in place of the bytes from ``start`` to before ``end``."""

    start: int
    end: int
    new: bytes


@dataclass(frozen=True)
class PartText:
    """The text of a part as UTF-8, and how it is written in its file."""

    data: bytes
    codec: str = "utf-8"
    mark: bytes = b""

    def encoded(self, data: bytes) -> bytes:
        """``data``, which is the text with changes, as the part's file has it."""
        if self.codec == "utf-8":
            return self.mark + data
        return self.mark + data.decode("utf-8").encode(self.codec, "xmlcharrefreplace")


def part_text(raw: bytes, part: str) -> PartText:
    """The text of a part; raises FileProblem where its encoding is not known or not kept to."""
    mark, codec = next((one for one in _BOMS if raw.startswith(one[0])), (b"", ""))
    if not codec:
        codec = next((name for start, name in _UNMARKED if raw.startswith(start)), "")
    if not codec:
        declared = _DECLARED.match(raw)
        codec = declared[1].decode("ascii") if declared else "utf-8"
    body = raw[len(mark) :]
    try:
        if codecs.lookup(codec).name == "utf-8":
            return PartText(body, "utf-8", mark)
        text = body.decode(codec)
        if text.encode(codec) == body:
            return PartText(text.encode("utf-8"), codec, mark)
    except (LookupError, UnicodeError) as fault:
        raise FileProblem("file-damaged-part", part=part) from fault
    raise FileProblem("file-damaged-part", part=part)


class Name(NamedTuple):
    """An element's name: local name (empty outside the namespaces asked for) and its prefix as
    tags have it (``x:``, or nothing)."""

    local: str
    prefix: str


class Visitor:
    """What is told of the elements of a part, in order; ``at`` is a place in the part's bytes."""

    def start(self, name: Name, attributes: Dict[str, str], depth: int, at: int) -> None:
        """An element starts; the root has depth 1."""

    def end(self, name: Name, text: str, at: int) -> None:
        """It ends: ``at`` is the place of its end tag, or behind it if it has none. ``text`` is
        what stands since the last start tag."""


def visit(data: bytes, part: str, namespaces: Sequence[str], root: str, visitor: Visitor) -> None:
    """Tell ``visitor`` of every element; raises FileProblem as :func:`read_markup`."""
    names: Dict[str, Name] = {}
    pieces: List[str] = []
    depth = 0
    parser = expat.ParserCreate("utf-8", " ")
    parser.namespace_prefixes = True

    def start(full: str, attributes: Dict[str, str]) -> None:
        nonlocal depth
        name = names.get(full)
        if name is None:
            name = names[full] = _name(full, namespaces)
        depth += 1
        if depth == 1 and name.local != root:
            raise FileProblem("file-damaged-part", part=part)
        if depth > MAX_DEPTH:
            raise FileProblem("file-nested-too-deep", part=part, limit=MAX_DEPTH)
        pieces.clear()
        visitor.start(name, attributes, depth, parser.CurrentByteIndex)

    def end(full: str) -> None:
        nonlocal depth
        depth -= 1
        visitor.end(names[full], "".join(pieces), parser.CurrentByteIndex)

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = pieces.append
    feed(parser, (data[at : at + _CHUNK] for at in range(0, len(data), _CHUNK)), part)


def _name(full: str, namespaces: Sequence[str]) -> Name:
    uri, local, prefix = (*full.split(" "), "", "")[:3]
    known = uri in namespaces
    return Name(local if known else "", f"{prefix}:" if prefix else "")


class Tag(NamedTuple):
    """A start tag as it stands in the part's bytes."""

    start: int
    end: int
    text: bytes

    @property
    def closed(self) -> bool:
        """Whether it is the whole, empty element."""
        return self.text.endswith(b"/>")

    @property
    def name(self) -> bytes:
        """The element's name with its prefix, as an end tag repeats it."""
        found = re.match(rb"<([^\s/>]+)", self.text)
        return found[1] if found else b""

    def opened(self) -> bytes:
        """The tag of the same element with content."""
        return self.text[:-2].rstrip() + b">" if self.closed else self.text

    def emptied(self) -> bytes:
        """The tag of the same element without content."""
        return self.text if self.closed else self.text[:-1] + b"/>"


NO_TAG = Tag(0, 0, b"")


def tag_at(data: bytes, start: int) -> Tag:
    """The start tag at a place where an element starts in well-formed markup."""
    found = _TAG.match(data, start)
    if found is None:
        raise ValueError(start)
    return Tag(start, found.end(), found[0])


def element_end(data: bytes, tag: Tag, at: int) -> int:
    """The place behind an element, from its start tag and where :class:`Visitor` saw its end."""
    return tag.end if tag.closed else data.index(b">", at) + 1


def attributed(tag: Tag, values: Dict[str, Optional[str]]) -> Tag:
    """``tag`` with these attributes (names without prefix, plain values): changed where they
    stand, added where they do not, taken out for None."""
    missing = dict(values)
    pieces: List[bytes] = []
    done = 0
    for found in _attributes(tag.text):
        name = found[1].decode("utf-8")
        if name not in values:
            continue
        value = missing.pop(name)
        pieces.append(tag.text[done : found.start(0 if value is None else 2)])
        if value is not None:
            pieces.append(b'"%s"' % value.encode("utf-8"))
        done = found.end()
    rest = tag.text[done:]
    added = "".join(f' {name}="{value}"' for name, value in missing.items() if value is not None)
    tail = b"/>" if tag.closed else b">"
    text = b"".join((*pieces, rest[: -len(tail)].rstrip() if added else rest[: -len(tail)]))
    return Tag(tag.start, tag.end, text + added.encode("utf-8") + tail)


def _attributes(text: bytes) -> Iterable[re.Match[bytes]]:
    at = len(Tag(0, 0, text).name) + 1
    while (found := _ATTRIBUTE.match(text, at)) is not None:
        yield found
        at = found.end()


def spliced(data: bytes, splices: Iterable[Splice]) -> bytes:
    """``data`` with all these pieces replaced; those at one place come in the order given."""
    pieces: List[bytes] = []
    done = 0
    for start, end, new in sorted(splices, key=_place):
        if start < done:
            raise ValueError(start)
        pieces += (data[done:start], new)
        done = end
    pieces.append(data[done:])
    return b"".join(pieces)


def _place(splice: Splice) -> Tuple[int, int]:
    return splice.start, splice.end
