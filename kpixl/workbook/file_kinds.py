"""Turn the first bytes, or the part names, of something else than a workbook into what it is."""

from __future__ import annotations

import codecs
from typing import Callable, Collection, Tuple

from kpixl.errors import FileProblem

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP = b"PK"
# A package may stand behind other bytes: its directory is at the end.
_ZIP_END = b"PK\x05\x06"
_LONGEST_ZIP_END = 66_000
_LOCK_FILE_PREFIX = "~$"

# Signature, code of the sentence, and the name under which people know the format.
_SIGNATURES: Tuple[Tuple[bytes, str, str], ...] = (
    (b"%PDF-", "file-other-format", "PDF"),
    (b"{\\rtf", "file-other-format", "RTF"),
    (b"\x89PNG", "file-other-format", "PNG"),
    (b"\xff\xd8\xff", "file-other-format", "JPEG"),
    (b"SQLite format 3", "file-other-format", "SQLite"),
    (b"\x1f\x8b", "file-archive", "gzip"),
    (b"Rar!", "file-archive", "RAR"),
    (b"7z\xbc\xaf\x27\x1c", "file-archive", "7-Zip"),
)
# How a text begins (white space skipped, lower case) when it is more than plain text.
_TEXT_SIGNATURES: Tuple[Tuple[bytes, str], ...] = (
    (b"<!doctype html", "HTML"),
    (b"<html", "HTML"),
    (b"<table", "HTML"),
    (b"<?xml", "XML"),
    (b"{", "JSON"),
    (b"[", "JSON"),
)
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)

# Streams of an OLE file, whose names stand in it as UTF-16.
_OLE_STREAMS: Tuple[Tuple[str, str, str], ...] = (
    ("EncryptedPackage", "file-encrypted", ""),
    ("Workbook", "file-old-excel", ".xls"),
    ("Book", "file-old-excel", ".xls"),
    ("WordDocument", "file-other-format", "Word (.doc)"),
    ("PowerPoint Document", "file-other-format", "PowerPoint (.ppt)"),
)

# A part that tells another package from an Excel workbook.
_PARTS: Tuple[Tuple[str, str, str], ...] = (
    ("xl/workbook.bin", "file-old-excel", ".xlsb"),
    ("word/document.xml", "file-other-format", "Word (.docx)"),
    ("ppt/presentation.xml", "file-other-format", "PowerPoint (.pptx)"),
    ("index/document.iwa", "file-other-application", "Apple Numbers"),
)
_CONTENT_TYPES = "[content_types].xml"
_OPEN_DOCUMENT = b"application/vnd.oasis.opendocument.spreadsheet"


def refuse_other_kinds(data: bytes, name: str) -> None:
    """Raise FileProblem where a file's bytes cannot be those of an ``.xlsx`` package."""
    if not data:
        raise FileProblem("file-empty")
    if data.startswith(_ZIP):
        return
    if name.startswith(_LOCK_FILE_PREFIX):
        raise FileProblem("file-lock-file", workbook=name[len(_LOCK_FILE_PREFIX) :])
    if data.startswith(OLE):
        _refuse_ole(data)
    for signature, code, kind in _SIGNATURES:
        if data.startswith(signature):
            raise FileProblem(code, kind=kind)
    if _ZIP_END in data[-_LONGEST_ZIP_END:]:
        return
    _refuse_text(data)
    raise FileProblem("file-unknown-format")


def _refuse_ole(data: bytes) -> None:
    for stream, code, kind in _OLE_STREAMS:
        if stream.encode("utf-16-le") in data:
            raise FileProblem(code, kind=kind)
    raise FileProblem("file-other-format", kind="OLE")


def _refuse_text(data: bytes) -> None:
    start = data.removeprefix(codecs.BOM_UTF8)[:4096].lstrip().lower()
    for signature, kind in _TEXT_SIGNATURES:
        if start.startswith(signature):
            raise FileProblem("file-text", kind=kind)
    if data.startswith(_UTF16) or not any(byte < 9 for byte in start):
        raise FileProblem("file-text", kind="CSV / TSV")


def refuse_other_packages(parts: Collection[str], first_bytes: Callable[[str], bytes]) -> None:
    """Raise FileProblem where a zip file's part names (lower case) are not an Excel workbook's.

    ``first_bytes`` gives the beginning of a part.
    """
    for part, code, kind in _PARTS:
        if part in parts:
            raise FileProblem(code, kind=kind)
    if "mimetype" in parts and first_bytes("mimetype").startswith(_OPEN_DOCUMENT):
        raise FileProblem("file-other-application", kind="OpenDocument (.ods)")
    if _CONTENT_TYPES not in parts:
        raise FileProblem("file-archive" if parts else "file-empty", kind="ZIP")
