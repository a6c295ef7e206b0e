"""Make a PDF fit for the archive (PDF/A-3a) and for every reader (PDF/UA-1) in one file.

WeasyPrint writes either; what the other asks for is added before the file is written.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, time
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kpixl.pack.attachments import Attachment
from kpixl.pack.tags import LONGEST, settle
from kpixl.words import say

if TYPE_CHECKING:
    import weasyprint

OPTIONS = {
    "pdf_variant": "pdf/a-3a",
    # WeasyPrint would read the profile anew for every file, and leave it open.
    "output_intent": "",
}
"""What WeasyPrint is to be called with, beside :func:`embedded` and :func:`finisher`."""

SRGB = "sRGB IEC61966-2.1"

# PDF/A wants every set of properties that is not its own described in the file.
UA_SCHEMA = (
    b'<rdf:Description xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"'
    b' xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"'
    b' xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#"'
    b' xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#" rdf:about="">'
    b'<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">'
    b"<pdfaSchema:schema>PDF/UA Universal Accessibility Schema</pdfaSchema:schema>"
    b"<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>"
    b"<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>"
    b'<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">'
    b"<pdfaProperty:name>part</pdfaProperty:name>"
    b"<pdfaProperty:valueType>Integer</pdfaProperty:valueType>"
    b"<pdfaProperty:category>internal</pdfaProperty:category>"
    b"<pdfaProperty:description>Part of ISO 14289 to which the file conforms"
    b"</pdfaProperty:description>"
    b"</rdf:li></rdf:Seq></pdfaSchema:property>"
    b"</rdf:li></rdf:Bag></pdfaExtension:schemas></rdf:Description>"
    b'<rdf:Description xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"'
    b' xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/" rdf:about="" pdfuaid:part="1"/>'
)
END = b"</rdf:RDF>"


def embedded(attachments: Sequence[Attachment]) -> list[weasyprint.Attachment]:
    """The attachments as WeasyPrint takes them, in the order of their names."""
    import weasyprint

    return [
        weasyprint.Attachment(
            string=one.data,
            name=one.name,
            description=one.description,
            created=_moment(one),
            modified=_moment(one),
            relationship=one.relation,
        )
        for one in _in_order(attachments)
    ]


def _moment(attachment: Attachment) -> datetime:
    return datetime.combine(attachment.day, time(), tzinfo=UTC)


def _in_order(attachments: Sequence[Attachment]) -> list[Attachment]:
    """The names of embedded files are looked up by bisection, in a list of sorted keys."""
    return sorted(attachments, key=lambda one: one.name.encode())


def finisher(attachments: Sequence[Attachment]) -> Callable[[Any, Any], None]:
    """What WeasyPrint is to call before it writes a file that carries ``attachments``."""

    def finish(document: Any, pdf: Any) -> None:
        language = document.metadata.lang or "en"
        settle(document, pdf, lambda name: say("pdf.link", language, name=name))
        _declare(pdf)
        _name_colours(pdf)
        _describe_files(pdf, _in_order(attachments))
        for found in pdf.objects:
            if getattr(found, "extra", {}).get("Subtype") == "/Image":
                found.extra["Interpolate"] = "false"
            elif isinstance(found, dict):
                _mend(found)

    return finish


def _declare(pdf: Any) -> None:
    """PDF/UA beside PDF/A in the metadata, which stay readable for programs that know no PDF."""
    metadata = pdf.objects[int(pdf.catalog["Metadata"][:-4])]
    (text,) = metadata.stream
    head, end, tail = text.rpartition(END)
    metadata.stream[:] = [head + UA_SCHEMA + end + tail]
    metadata.compress = False


def _name_colours(pdf: Any) -> None:
    """What red, green and blue are is said once, for the whole file."""
    import pydyf

    profile = pydyf.Stream([srgb_profile()], pydyf.Dictionary({"N": 3}), compress=True)
    pdf.add_object(profile)
    intent = pydyf.Dictionary({
        "Type": "/OutputIntent",
        "S": "/GTS_PDFA1",
        "OutputConditionIdentifier": pydyf.String(SRGB),
        "RegistryName": pydyf.String("http://www.color.org"),
        "Info": pydyf.String(SRGB),
        "DestOutputProfile": profile.reference,
    })  # fmt: skip
    pdf.catalog["OutputIntents"] = pydyf.Array([intent])


@cache
def srgb_profile() -> bytes:
    """The profile of sRGB, which WeasyPrint brings; it need not run for that. Raises
    :class:`OSError` where it is not there."""
    found = find_spec("weasyprint")
    folder = Path(found.origin).parent if found and found.origin else Path()
    return (folder / "pdf" / "sRGB2014.icc").read_bytes()


def _describe_files(pdf: Any, attachments: Sequence[Attachment]) -> None:
    """WeasyPrint guesses a file's media type by its name, on each machine in another way."""
    # WeasyPrint lists them twice.
    if attachments:
        pdf.catalog["AF"][:] = dict.fromkeys(pdf.catalog["AF"])
    named = [found for found in pdf.objects if _is_kind(found, "/Filespec")]
    for attachment, place in zip(attachments, named, strict=True):
        stream = pdf.objects[int(place["EF"]["F"][:-4])]
        stream.extra["Subtype"] = "/" + attachment.media_type.replace("/", "#2f")
        place["EF"]["UF"] = place["EF"]["F"]
        place["AFRelationship"] = f"/{attachment.relation}"


def _is_kind(found: Any, kind: str) -> bool:
    return isinstance(found, dict) and found.get("Type") == kind


def _mend(found: dict[str, Any]) -> None:
    """Descriptions within PDF/A's limits; no entry that belongs to the other kind of font."""
    alt = found.get("Alt")
    if alt is not None and len(alt.string) > LONGEST:
        alt.string = alt.string[: LONGEST - 1] + "…"
    if found.get("Subtype") == "/CIDFontType0":
        found.pop("CIDToGIDMap", None)
