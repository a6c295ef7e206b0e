"""Make a browser's PDF what WeasyPrint's is: fit for the archive (PDF/A-3a) and for every reader
(PDF/UA-1).

A browser tags what it prints. What it leaves out is added: whatever only decorates becomes an
artifact, links say where they lead, colours get a profile, and the file says what it is.
"""

from __future__ import annotations

import html as entities
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from kpixl.pack.archive import END, SRGB, UA_SCHEMA, srgb_profile
from kpixl.pack.attributes import attribute
from kpixl.pack.browser_tags import mend_tags
from kpixl.pack.canvas import clean
from kpixl.pack.tags import LONGEST
from kpixl.words import say

if TYPE_CHECKING:
    import pikepdf

CHECKED = 150
"""The Chromium whose pages were found to be both; an older one's PDF does not say so of itself."""

_MADE_BY = re.compile(r"Skia/PDF m(\d+)")
_LINK = re.compile(r"<a\b([^>]*)>(.*?)</a>", re.IGNORECASE | re.DOTALL)
_TAG = re.compile(r"<[^>]*>")
_EMPTY_CELL = re.compile(
    r"(<t[dh](?:\s(?:[^>\"']|\"[^\"]*\"|'[^']*')*)?/?>)\s*(?=<(?:/?t[dh]|/tr)\b)", re.IGNORECASE
)
_NO_MARKS = {0xFEFF: None, 0xFFFE: None}

CONSTRUCT = frozenset({"m", "l", "c", "v", "y", "h", "re", "W", "W*"})
PAINT = frozenset({"f", "F", "f*", "B", "B*", "b", "b*", "S", "s"})
SHOW = frozenset({"Tj", "TJ", "'", '"', "sh", "INLINE IMAGE"})


def printable(html: str) -> str:
    """``html`` with a space in every empty cell of a table: a browser gives an empty one no tag,
    and its row would have fewer cells than the others. Without the marks of byte order, which
    nobody sees and no font's table may hold."""
    return _EMPTY_CELL.sub(r"\1&#160;", html.translate(_NO_MARKS))


def for_the_archive(document: pikepdf.Pdf, html: str, language: str) -> bool:
    """Mend ``document``, printed of ``html``, and let it say that it is PDF/A-3a and PDF/UA-1;
    False where it says neither: a browser made it whose pages were not looked at, or no colour
    profile is here."""
    _mark_decoration(document)
    mend_tags(document)
    _name_links(document, html, language)
    named = name_colours(document)
    if not named or not _is_checked(document):
        return False
    declare(document)
    return True


def _is_checked(document: pikepdf.Pdf) -> bool:
    made_by = _MADE_BY.search(str(document.docinfo.get("/Producer", "")))
    return made_by is not None and int(made_by[1]) >= CHECKED


# ---- What only decorates --------------------------------------------------------------------


def _mark_decoration(document: pikepdf.Pdf) -> None:
    import pikepdf

    seen: set[tuple[int, int]] = set()
    for page in document.pages:
        found = pikepdf.parse_content_stream(page)
        marked = list(_marked(found, page.get("/Resources"), seen))
        page.obj["/Contents"] = document.make_stream(pikepdf.unparse_content_stream(marked))


def _marked(
    instructions: Sequence[Any], resources: pikepdf.Object | None, seen: set[tuple[int, int]]
) -> Iterator[Any]:
    """The same instructions, with whatever paints outside every tag marked as an artifact."""
    depth = 0
    path: list[Any] = []
    for one in instructions:
        operator = str(one.operator)
        if operator in ("BDC", "BMC"):
            depth += 1
        elif operator == "EMC":
            depth -= 1
        if depth or operator == "EMC":
            yield one
        elif operator in CONSTRUCT:
            # Within a path nothing may be marked: it begins before its first line.
            path.append(one)
        elif operator in PAINT:
            yield from _as_artifact(*path, one)
            path = []
        elif operator in SHOW or (operator == "Do" and not _is_tagged(one, resources, seen)):
            yield from _as_artifact(one)
        else:
            yield from (*path, one)
            path = []


def _as_artifact(*instructions: Any) -> Iterator[Any]:
    import pikepdf

    name = pikepdf.Name.Artifact
    yield pikepdf.ContentStreamInstruction([name], pikepdf.Operator("BMC"))
    yield from instructions
    yield pikepdf.ContentStreamInstruction([], pikepdf.Operator("EMC"))


def _is_tagged(
    instruction: Any, resources: pikepdf.Object | None, seen: set[tuple[int, int]]
) -> bool:
    """Whether what is painted has tags inside; then the rest of it is marked in its own place."""
    import pikepdf

    known = None if resources is None else resources.get("/XObject")
    form = None if known is None else known.get(str(instruction.operands[0]))
    if form is None or form.get("/Subtype") != "/Form":
        return False
    found = pikepdf.parse_content_stream(form)
    tagged = any(str(one.operator) == "BDC" and _has_mark(one) for one in found)
    if tagged and form.objgen not in seen:
        seen.add(form.objgen)
        marked = list(_marked(found, form.get("/Resources"), seen))
        form.write(pikepdf.unparse_content_stream(marked))
    return tagged


def _has_mark(instruction: Any) -> bool:
    import pikepdf

    about = instruction.operands[1]
    return isinstance(about, pikepdf.Dictionary) and "/MCID" in about


# ---- Links ----------------------------------------------------------------------------------


def _name_links(document: pikepdf.Pdf, html: str, language: str) -> None:
    """Each link says where it leads, in the words that stand there."""
    import pikepdf

    texts = _link_texts(html)
    for page in document.pages:
        for note in page.get("/Annots", pikepdf.Array()):
            if note.get("/Subtype") == "/Link" and "/Contents" not in note:
                target = _target(note)
                name = texts.get(target, "") or target
                text = say("pdf.link", language, name=clean(name)[:LONGEST])
                note["/Contents"] = pikepdf.String(text)


def _target(note: pikepdf.Object) -> str:
    import pikepdf

    place, action = note.get("/Dest"), note.get("/A")
    if isinstance(place, pikepdf.Name):
        return "#" + unquote(str(place)[1:])
    if isinstance(place, pikepdf.String):
        return "#" + unquote(str(place))
    return "" if action is None else str(action.get("/URI", ""))


def _link_texts(html: str) -> Mapping[str, str]:
    """What the first link to each target says."""
    found: dict[str, str] = {}
    for attributes, content in _LINK.findall(html):
        target = attribute(attributes, "href")
        text = attribute(attributes, "aria-label") or entities.unescape(_TAG.sub("", content))
        key = "#" + unquote(target[1:]) if target.startswith("#") else target
        if text.strip() and target:
            found.setdefault(key, " ".join(text.split()))
    return found


# ---- What the file is -----------------------------------------------------------------------


def name_colours(document: pikepdf.Pdf) -> bool:
    """Say what red, green and blue are; False where no profile of them is here."""
    import pikepdf

    try:
        colours = document.make_stream(srgb_profile(), pikepdf.Dictionary(N=3))
    except OSError:
        return False
    intent = pikepdf.Dictionary(
        Type=pikepdf.Name.OutputIntent,
        S=pikepdf.Name.GTS_PDFA1,
        OutputConditionIdentifier=SRGB,
        RegistryName="http://www.color.org",
        Info=SRGB,
        DestOutputProfile=document.make_indirect(colours),
    )
    document.Root["/OutputIntents"] = pikepdf.Array([intent])
    return True


def declare(document: pikepdf.Pdf) -> None:
    """Let ``document`` say that it is PDF/A-3a and PDF/UA-1."""
    with document.open_metadata(set_pikepdf_as_editor=False, update_docinfo=False) as metadata:
        metadata["pdfaid:part"] = "3"
        metadata["pdfaid:conformance"] = "A"
    text: bytes = document.Root.Metadata.read_bytes()
    head, end, tail = text.rpartition(END)
    document.Root.Metadata.write(head + UA_SCHEMA + end + tail)
