"""What a PDF carries beside its pages: the data of its review, and the workbook on demand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from kpixl.errors import UsageProblem
from kpixl.review.export_files import export
from kpixl.review.figures import Review
from kpixl.words import word

Relation = Literal["Source", "Data", "Alternative", "Supplement"]

MEDIA_TYPES = {
    ".json": "application/json",
    ".csv": "text/csv",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".xlsm": "application/vnd.ms-excel.sheet.macroEnabled.12",
}


@dataclass(frozen=True)
class Attachment:
    """A file inside a PDF: its name there, and ``relation``, what it is to the pages
    (ISO 32000-2, 14.13, AFRelationship). ``day`` stands for when it was made and changed, so that
    equal input gives equal bytes."""

    name: str
    data: bytes
    media_type: str
    description: str
    relation: Relation
    day: date


def review_data(part: Review, language: str, stem: str) -> tuple[Attachment, ...]:
    """The data of a review, cut to its scope, as ``kpixl export`` writes it: JSON and CSV."""
    return tuple(
        Attachment(
            f"{stem}.{form}",
            export(part, form, language),
            MEDIA_TYPES[f".{form}"],
            word(f"pdf.data_{form}", language),
            "Data",
            part.as_of,
        )
        for form in ("json", "csv")
    )


def check_scope(scope: str) -> None:
    """Raises :class:`UsageProblem` ``attach-scope`` where a pack is of a part of the tree: the
    workbook holds all the rest, too."""
    if scope.strip():
        raise UsageProblem("attach-scope", found=scope)


def workbook(part: Review, data: bytes, language: str) -> Attachment:
    """The workbook of a review of the whole tree. Raises :class:`UsageProblem`
    ``attach-scope``."""
    check_scope(part.scope)
    name = part.source.name
    ending = name[name.rfind(".") :].lower()
    media_type = MEDIA_TYPES.get(ending, "application/octet-stream")
    told = word("pdf.workbook", language)
    return Attachment(name, data, media_type, told, "Source", part.as_of)
