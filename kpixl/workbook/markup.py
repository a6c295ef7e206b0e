"""Turn an XML part into the elements that somebody waits for, refusing what Excel never writes."""

from __future__ import annotations

from typing import Callable, Dict, Iterable, List, Mapping, Sequence
from xml.parsers import expat

from kpixl.errors import FileProblem

MAX_DEPTH = 100
MAX_TAG = 16_000_000

# Each name in its usual ("transitional") and its Strict Office Open XML form.
MAIN = (
    "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
    "http://purl.oclc.org/ooxml/spreadsheetml/main",
)
OFFICE_RELATIONSHIP = (
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    "http://purl.oclc.org/ooxml/officeDocument/relationships",
)
PACKAGE_RELATIONSHIPS = ("http://schemas.openxmlformats.org/package/2006/relationships",)

Attributes = Mapping[str, str]
Starts = Mapping[str, Callable[[Attributes], None]]
Ends = Mapping[str, Callable[[str], None]]


def read_markup(
    chunks: Iterable[bytes],
    part: str,
    namespaces: Sequence[str],
    root: str,
    starts: Starts,
    ends: Ends,
) -> None:
    """Parse a whole part, calling ``starts`` and ``ends`` for the elements that they name.

    A start call gets the attributes; an end call gets the text since the last start tag, which
    is the element's own text where it holds no other element. Raises FileProblem where the part
    is not well formed, has another root, declares a document type (and with it entities), is
    nested deeper than MAX_DEPTH, or holds a tag or comment of more than MAX_TAG bytes.
    """
    start_calls = {f"{uri} {name}": call for uri in namespaces for name, call in starts.items()}
    end_calls = {f"{uri} {name}": call for uri in namespaces for name, call in ends.items()}
    roots = {f"{uri} {root}" for uri in namespaces}
    pieces: List[str] = []
    depth = 0

    # Called several times a cell: closures, because they are the fastest that Python has.
    def start(name: str, attributes: Dict[str, str]) -> None:
        nonlocal depth
        if depth == 0 and name not in roots:
            raise FileProblem("file-damaged-part", part=part)
        depth += 1
        if depth > MAX_DEPTH:
            raise FileProblem("file-nested-too-deep", part=part, limit=MAX_DEPTH)
        pieces.clear()
        if name in start_calls:
            start_calls[name](attributes)

    def end(name: str) -> None:
        nonlocal depth
        depth -= 1
        if name in end_calls:
            end_calls[name]("".join(pieces))

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = pieces.append
    feed(parser, chunks, part)


def feed(parser: expat.XMLParserType, chunks: Iterable[bytes], part: str) -> None:
    """Let ``parser`` read a whole part, whatever its calls are; raises FileProblem where the part
    is not well formed, declares a document type, or holds a tag of more than MAX_TAG bytes."""

    def refuse_document_type(*_: object) -> None:
        raise FileProblem("file-document-type", part=part)

    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = refuse_document_type
    try:
        fed = 0
        for chunk in chunks:
            parser.Parse(chunk, False)
            fed += len(chunk)
            # An unfinished tag is scanned anew with every chunk, which long ones make very slow.
            if fed - parser.CurrentByteIndex > MAX_TAG:
                raise FileProblem("file-damaged-part", part=part)
        parser.Parse(b"", True)
    except (expat.ExpatError, ValueError, LookupError) as fault:
        raise FileProblem("file-damaged-part", part=part) from fault


class TextItem:
    """Collects the text of a string item (``si`` or ``is``) without its furigana (``rPh``)."""

    def __init__(self) -> None:
        self._parts: List[str] = []
        self._in_reading = False
        self.starts: Starts = {"rPh": self._reading_start}
        self.ends: Ends = {"t": self._text_end, "rPh": self._reading_end}

    def take(self) -> str:
        """The text collected since the last call."""
        text = "".join(self._parts)
        self._parts.clear()
        return text

    def _text_end(self, text: str) -> None:
        if not self._in_reading:
            self._parts.append(text)

    def _reading_start(self, _: Attributes) -> None:
        self._in_reading = True

    def _reading_end(self, _: str) -> None:
        self._in_reading = False
