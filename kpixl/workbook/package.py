"""Turn a file on disk into the parts of a workbook package, under limits.

Only the parts that are asked for are unpacked, and what is counted are the bytes that really come
out: sizes declared in a file may lie.
"""

from __future__ import annotations

import io
import os
import stat
import struct
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Dict, Iterator, List

from kpixl.errors import FileProblem
from kpixl.files import reason_of
from kpixl.workbook.file_kinds import refuse_other_kinds, refuse_other_packages

MEGABYTE = 1_000_000
MAX_FILE = 100 * MEGABYTE
# Within these, the slowest and the largest file found took half of SPEC 15's time and memory.
MAX_UNPACKED = 100 * MEGABYTE
MAX_MARKS = 2_500_000
MAX_CELLS = 1_000_000
MAX_ENTRIES = 20_000
CHUNK = 1 << 20

_CENTRAL_ENTRY = b"PK\x01\x02"
_ENCRYPTED_FLAG = 0x1
_AES = 99
_EXCEL_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ZIP_FAULTS = (
    zipfile.BadZipFile, zlib.error, struct.error, EOFError, NotImplementedError, ValueError,
    OSError, RuntimeError, OverflowError,
)  # fmt: skip


@dataclass
class Budget:
    """What reading one workbook may still cost: unpacked bytes, ``<`` marks and cells."""

    unpacked: int = MAX_UNPACKED
    marks: int = MAX_MARKS
    cells: int = MAX_CELLS

    def spend_chunk(self, chunk: bytes) -> None:
        """Account for one unpacked chunk of XML, which has at most one element per ``<``."""
        self.unpacked -= len(chunk)
        self.marks -= chunk.count(b"<")
        if self.unpacked < 0 or self.marks < 0:
            raise FileProblem("file-unpacks-too-large", limit=MAX_UNPACKED // MEGABYTE)

    def spend_cells(self, count: int) -> None:
        """Account for ``count`` cells kept in memory."""
        self.cells -= count
        if self.cells < 0:
            raise FileProblem("file-too-many-cells", limit=MAX_CELLS)


def read_file(path: Path) -> bytes:
    """The bytes of a regular file of at most MAX_FILE bytes that may be a workbook.

    Raises FileProblem where there is no such file, it may not be read, or its first bytes show
    that it is something else.
    """
    try:
        found = path.stat()
        if stat.S_ISDIR(found.st_mode):
            raise FileProblem("file-is-folder")
        if not stat.S_ISREG(found.st_mode):
            raise FileProblem("file-not-regular")
        with path.open("rb") as source:
            data = source.read(MAX_FILE + 1)
    except (FileNotFoundError, NotADirectoryError):
        raise FileProblem("file-missing", folder=os.fspath(path.parent)) from None
    except PermissionError as fault:
        raise FileProblem("file-no-permission") from fault
    except (OSError, ValueError) as fault:
        reason = reason_of(fault)
        raise FileProblem("file-unreadable", reason=reason, form=reason.name) from fault
    if len(data) > MAX_FILE:
        raise FileProblem("file-too-large", limit=MAX_FILE // MEGABYTE)
    refuse_other_kinds(data, path.name)
    return data


class Package:
    """The parts of an Office package held in memory."""

    def __init__(self, data: bytes) -> None:
        self.budget = Budget()
        # Every entry of the directory has this mark, so its count bounds what ZipFile will build.
        if data.count(_CENTRAL_ENTRY) > MAX_ENTRIES:
            raise FileProblem("file-too-many-parts", limit=MAX_ENTRIES)
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except _ZIP_FAULTS as fault:
            raise FileProblem("file-damaged-package") from fault
        self._parts: Dict[str, List[zipfile.ZipInfo]] = {}
        for entry in self._zip.infolist():
            self._parts.setdefault(_part_key(entry.filename), []).append(entry)
        refuse_other_packages(self._parts, lambda name: next(self.chunks(name), b""))

    def has(self, part: str) -> bool:
        """Whether the package has this part; names are compared without regard to case (OPC)."""
        return _part_key(part) in self._parts

    def chunks(self, part: str) -> Iterator[bytes]:
        """The unpacked bytes of one part, piece by piece; its checksum is verified at the end.

        Raises FileProblem where the part is missing, doubled, packed in a way that Excel does not
        know, damaged, or larger than the budget allows.
        """
        entry = self.entry(part)
        try:
            with self._zip.open(entry) as source:
                while chunk := source.read(CHUNK):
                    self.budget.spend_chunk(chunk)
                    yield chunk
        except _ZIP_FAULTS as fault:
            raise FileProblem("file-damaged-part", part=part) from fault

    @property
    def names(self) -> Iterator[str]:
        """The names of all parts, folded as :meth:`has` compares them."""
        return iter(self._parts)

    def content(self, part: str) -> bytes:
        """The unpacked bytes of one part; raises FileProblem as :meth:`chunks`."""
        return b"".join(self.chunks(part))

    def entry(self, part: str) -> zipfile.ZipInfo:
        """Where one part stands in the package; raises FileProblem as :meth:`chunks`."""
        entries = self._parts.get(_part_key(part), [])
        if not entries:
            raise FileProblem("file-missing-part", part=part)
        if len(entries) > 1:
            raise FileProblem("file-doubled-part", part=part)
        (entry,) = entries
        if entry.flag_bits & _ENCRYPTED_FLAG or entry.compress_type == _AES:
            raise FileProblem("file-encrypted")
        if entry.compress_type not in _EXCEL_METHODS:
            raise FileProblem("file-unusual-packing", part=part)
        return entry


def _part_key(name: str) -> str:
    return name.replace("\\", "/").lstrip("/").casefold()
