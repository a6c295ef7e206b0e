"""Finish a browser's PDF: margins, outline, metadata and attachments, as WeasyPrint gives them."""

from __future__ import annotations

import html as entities
import io
import re
from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from kpixl.pack.attachments import Attachment
from kpixl.pack.browser_archive import for_the_archive
from kpixl.pack.glyph_text import name_glyphs
from kpixl.pack.places import MARK, Place, target_of
from kpixl.pack.problems import RenderProblem

if TYPE_CHECKING:
    import pikepdf


_META = re.compile(r"<meta\s+name=\"([^\"]+)\"\s+content=\"([^\"]*)\"", re.IGNORECASE)
_TITLE = re.compile(r"<title>(.*?)</title>", re.IGNORECASE | re.DOTALL)
_LANGUAGE = re.compile(r"<html\b[^>]*?\slang=\"?([\w-]+)", re.IGNORECASE)


def finished(
    document: pikepdf.Pdf,
    html: str,
    outline: Sequence[tuple[str, Place]],
    identifier: str,
    attachments: Sequence[Attachment] = (),
) -> bytes:
    """``document`` with all that a browser leaves out: ``outline`` (name and place of each entry),
    what ``html`` says of itself, and what it carries."""
    name_glyphs(document)
    _clean(document)
    complete(document, html, outline, attachments)
    for_the_archive(document, html, said_language(html))
    return saved(document, identifier)


def complete(
    document: pikepdf.Pdf,
    html: str,
    outline: Sequence[tuple[str, Place]],
    attachments: Sequence[Attachment],
) -> None:
    """Give ``document`` its outline, what ``html`` says of itself, and what it carries."""
    _outline(document, outline)
    _describe(document, html)
    for attachment in attachments:
        _attach(document, attachment)


def saved(document: pikepdf.Pdf, identifier: str, anew: bool = True) -> bytes:
    """The bytes of ``document``; ``anew`` compresses again what is compressed already."""
    import pikepdf

    ids = pikepdf.String(identifier.encode("ascii"))
    document.trailer["/ID"] = pikepdf.Array([ids, ids])
    written = io.BytesIO()
    document.save(
        written,
        min_version="1.7",
        object_stream_mode=pikepdf.ObjectStreamMode.generate,
        compress_streams=True,
        recompress_flate=anew,
        deterministic_id=True,
    )
    return written.getvalue()


def lay_over(document: pikepdf.Pdf, margins: pikepdf.Pdf) -> None:
    """Put ``margins`` over the pages. They are no content: a screen reader passes over them.
    Raises :class:`RenderProblem` ``browser-failed`` where they are not as many."""
    import pikepdf

    if len(margins.pages) != len(document.pages):
        found = f"{len(margins.pages)} ≠ {len(document.pages)}"
        raise RenderProblem("browser-failed", program="", found=found)
    for page, over in zip(document.pages, margins.pages, strict=True):
        form = document.copy_foreign(over.as_form_xobject())
        # As a group of its own a viewer would draw it apart, cut at whole points of the screen:
        # the first letter at the left loses some of its edge.
        if "/Group" in form:
            del form["/Group"]
        name = page.add_resource(form, pikepdf.Name.XObject, pikepdf.Name.KpixlMargins)
        page.contents_add(b"q\n", prepend=True)
        drawn = f"\nQ\n/Artifact << /Type /Pagination >> BDC\nq {name} Do Q\nEMC\n"
        page.contents_add(drawn.encode())


def _clean(document: pikepdf.Pdf) -> None:
    """Take away what leads to the page that was printed, which is gone, and our own marks."""
    import pikepdf

    for page in document.pages:
        notes = page.get("/Annots")
        if isinstance(notes, pikepdf.Array):
            page["/Annots"] = pikepdf.Array(note for note in notes if not _is_of_a_file(note))
    found = document.Root.get("/Dests")
    if found is not None:
        kept = {name: place for name, place in found.items() if not name.startswith(f"/{MARK}")}
        document.Root["/Dests"] = pikepdf.Dictionary(kept)


def _is_of_a_file(note: pikepdf.Object) -> bool:
    action = note.get("/A")
    return action is not None and str(action.get("/URI", "")).startswith("file:")


def _outline(document: pikepdf.Pdf, outline: Sequence[tuple[str, Place]]) -> None:
    import pikepdf

    with document.open_outline() as found:
        found.root.clear()
        for name, place in outline:
            found.root.append(pikepdf.OutlineItem(name, target_of(document, place)))


def _describe(document: pikepdf.Pdf, html: str) -> None:
    """Title, author, subject, language and dates, in both places where programs look."""
    import pikepdf

    said = {name.lower(): entities.unescape(text) for name, text in _META.findall(html)}
    title = _TITLE.search(html)
    about = {
        "/Title": entities.unescape(title[1]).strip() if title else "",
        "/Author": said.get("author", ""),
        "/Subject": said.get("description", ""),
        "/Keywords": said.get("keywords", ""),
        "/Creator": said.get("generator", ""),
        "/Producer": str(document.docinfo.get("/Producer", "")),
    }
    for key, name in (("/CreationDate", "dcterms.created"), ("/ModDate", "dcterms.modified")):
        day = _day(said.get(name, ""))
        about[key] = f"D:{day:%Y%m%d}" if day else ""
    language = said_language(html)
    if language:
        document.Root["/Lang"] = pikepdf.String(language)
    preferences = document.Root.get("/ViewerPreferences", pikepdf.Dictionary())
    preferences["/DisplayDocTitle"] = True
    document.Root["/ViewerPreferences"] = preferences
    for key in ("/CreationDate", "/ModDate", *about):
        if about.get(key):
            document.docinfo[key] = pikepdf.String(about[key])
        elif key in document.docinfo:
            del document.docinfo[key]
    _metadata(document, about, said, language)


def said_language(html: str) -> str:
    """The language that ``html`` says it is in, "" where it does not."""
    found = _LANGUAGE.search(html)
    return found[1] if found else ""


def _metadata(
    document: pikepdf.Pdf, about: dict[str, str], said: dict[str, str], language: str
) -> None:
    with document.open_metadata(set_pikepdf_as_editor=False, update_docinfo=False) as metadata:
        texts: dict[str, object] = {
            "dc:title": about["/Title"],
            "dc:creator": [about["/Author"]] if about["/Author"] else "",
            "dc:description": about["/Subject"],
            "dc:language": [language] if language else "",
            "dc:format": "application/pdf",
            "pdf:Producer": about["/Producer"],
            "pdf:Keywords": about["/Keywords"],
            "xmp:CreatorTool": about["/Creator"],
            "xmp:CreateDate": said.get("dcterms.created", ""),
            "xmp:ModifyDate": said.get("dcterms.modified", ""),
        }
        for name, text in texts.items():
            if text:
                metadata[name] = text


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _attach(document: pikepdf.Pdf, attachment: Attachment) -> None:
    import pikepdf

    day = f"D:{attachment.day:%Y%m%d}000000Z"
    file = pikepdf.AttachedFileSpec(
        document,
        attachment.data,
        filename=attachment.name,
        description=attachment.description,
        mime_type=attachment.media_type,
        creation_date=day,
        mod_date=day,
    )
    file.relationship = pikepdf.Name(f"/{attachment.relation}")
    document.attachments[attachment.name] = file
