"""Turn a zip package and new contents of single entries into a package that differs in those alone.

Everything else goes over as the bytes that it is: order, packed data, times, attributes, comments,
what stands before the first entry and what an entry does not account for.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from bisect import bisect_right
from dataclasses import dataclass
from typing import Callable, Dict, List, Mapping, Tuple

from kpixl.errors import FileProblem

_LOCAL = b"PK\x03\x04"
_CENTRAL = b"PK\x01\x02"
_END = b"PK\x05\x06"
_END_64 = b"PK\x06\x06"
_END_64_LOCATOR = b"PK\x06\x07"
_LOCAL_SIZE, _CENTRAL_SIZE, _END_SIZE, _LOCATOR_SIZE = 30, 46, 22, 20
_LONGEST_COMMENT = 0xFFFF
_IN_EXTRA = 0xFFFFFFFF
"""What stands in a field whose value is in the entry's zip64 extra field."""

_ZIP_64 = 1
_SIZES_BEHIND = 0x8
_FAULTS = (
    zipfile.BadZipFile, struct.error, EOFError, NotImplementedError, ValueError, OSError,
    RuntimeError, OverflowError, IndexError,
)  # fmt: skip


@dataclass(frozen=True)
class _New:
    """The packed content of an entry that is replaced."""

    packed: bytes
    checksum: int
    size: int


def with_entries(data: bytes, contents: Mapping[str, bytes]) -> bytes:
    """The package ``data`` with new ``contents`` for the entries of these (exact) names.

    Raises FileProblem where the package's directory does not agree with its entries.
    """
    try:
        return _Archive(data).replaced(contents)
    except _FAULTS as fault:
        raise FileProblem("file-damaged-package") from fault


class _Archive:
    """A package's entries in the order in which they stand, and its directory."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            self._entries = package.infolist()
            self._directory: int = package.start_dir
        self._starts = sorted(entry.header_offset for entry in self._entries)
        self._ends = [*self._starts[1:], self._directory]
        self._check_no_overlap()

    def replaced(self, contents: Mapping[str, bytes]) -> bytes:
        """The package's bytes with new contents for the entries of these names."""
        pieces: List[bytes] = [self._data[: self._starts[0]]]
        # How far everything from a place on moves: the places, and the sum up to each.
        places, moves = [0], [0]
        new: Dict[int, _New] = {}
        by_start = sorted(self._entries, key=lambda entry: entry.header_offset)
        for entry, end in zip(by_start, self._ends, strict=True):
            piece = self._data[entry.header_offset : end]
            if entry.filename in contents:
                packed = _packed(entry, contents[entry.filename])
                new[entry.header_offset] = packed
                fresh = _local(piece, packed) + packed.packed
                places.append(end)
                moves.append(moves[-1] + len(fresh) - len(piece))
                piece = fresh
            pieces.append(piece)

        def moved(place: int) -> int:
            return moves[bisect_right(places, place) - 1]

        directory, end = self._new_directory(new, moved)
        pieces.append(directory)
        pieces.append(self._new_end(end, len(directory), moved(self._directory)))
        return b"".join(pieces)

    def _check_no_overlap(self) -> None:
        last = dict(zip(self._starts, self._ends, strict=True))
        if len(last) < len(self._starts):
            raise zipfile.BadZipFile("two entries at one place")
        for entry in self._entries:
            start = entry.header_offset
            name, extra = struct.unpack_from("<HH", self._data, start + 26)
            behind = start + _LOCAL_SIZE + name + extra + entry.compress_size
            if self._data[start : start + 4] != _LOCAL or behind > last[start]:
                raise zipfile.BadZipFile("an entry reaches into the next")

    def _new_directory(
        self, new: Mapping[int, _New], moved: Callable[[int], int]
    ) -> Tuple[bytes, int]:
        """The directory, and where the old one ends."""
        records: List[bytes] = []
        at = self._directory
        for entry in self._entries:
            lengths = struct.unpack_from("<HHH", self._data, at + 28)
            end = at + _CENTRAL_SIZE + sum(lengths)
            record = self._data[at:end]
            if record[:4] != _CENTRAL:
                raise zipfile.BadZipFile("no entry of the directory")
            start = entry.header_offset
            move = moved(start)
            if start in new:
                record = _central(record, new[start], _offset(record), move)
            elif move:
                record = _moved(record, move)
            records.append(record)
            at = end
        return b"".join(records), at

    def _new_end(self, at: int, size: int, move: int) -> bytes:
        """All that stands behind the directory, which is ``size`` bytes long and has moved."""
        tail = bytearray(self._data[at:])
        place = _end_place(tail)
        longer = size - (at - self._directory)
        for field, change in ((place + 12, longer), (place + 16, move)):
            (value,) = struct.unpack_from("<L", tail, field)
            if value != _IN_EXTRA:
                struct.pack_into("<L", tail, field, value + change)
        locator = place - _LOCATOR_SIZE
        if locator >= 0 and tail[locator : locator + 4] == _END_64_LOCATOR:
            (record,) = struct.unpack_from("<Q", tail, locator + 8)
            struct.pack_into("<Q", tail, locator + 8, record + move + longer)
            first = tail.find(_END_64)
            for field, change in ((first + 40, longer), (first + 48, move)):
                (value,) = struct.unpack_from("<Q", tail, field)
                struct.pack_into("<Q", tail, field, value + change)
        return bytes(tail)


def _end_place(tail: bytearray) -> int:
    """Where the end record stands, looked for as zipfile does."""
    last = len(tail) - _END_SIZE
    if tail[last:].startswith(_END) and tail[-2:] == b"\0\0":
        return last
    place = tail.rfind(_END, max(0, last - _LONGEST_COMMENT))
    if place < 0:
        raise zipfile.BadZipFile("no end record")
    return place


def _packed(entry: zipfile.ZipInfo, content: bytes) -> _New:
    packed = content
    if entry.compress_type != zipfile.ZIP_STORED:
        packing = zlib.compressobj(zlib.Z_DEFAULT_COMPRESSION, zlib.DEFLATED, -zlib.MAX_WBITS)
        packed = packing.compress(content) + packing.flush()
    return _New(packed, zlib.crc32(content), len(content))


def _local(piece: bytes, new: _New) -> bytes:
    """The local header of a replaced entry: as it was, but for sizes and checksum."""
    name, extra = struct.unpack_from("<HH", piece, 26)
    kept = _without_zip_64(piece[_LOCAL_SIZE + name : _LOCAL_SIZE + name + extra])
    header = bytearray(piece[:_LOCAL_SIZE])
    (flags,) = struct.unpack_from("<H", header, 6)
    struct.pack_into("<H", header, 6, flags & ~_SIZES_BEHIND)
    struct.pack_into("<LLL", header, 14, new.checksum, len(new.packed), new.size)
    struct.pack_into("<H", header, 28, len(kept))
    return bytes(header) + piece[_LOCAL_SIZE : _LOCAL_SIZE + name] + kept


def _central(record: bytes, new: _New, offset: int, move: int) -> bytes:
    """The directory's entry of a replaced entry."""
    name, extra = struct.unpack_from("<HH", record, 28)
    first = _CENTRAL_SIZE + name
    kept = _without_zip_64(record[first : first + extra])
    header = bytearray(record[:_CENTRAL_SIZE])
    (flags,) = struct.unpack_from("<H", header, 8)
    struct.pack_into("<H", header, 8, flags & ~_SIZES_BEHIND)
    struct.pack_into("<LLL", header, 16, new.checksum, len(new.packed), new.size)
    struct.pack_into("<H", header, 30, len(kept))
    struct.pack_into("<L", header, 42, offset + move)
    return bytes(header) + record[_CENTRAL_SIZE:first] + kept + record[first + extra :]


def _moved(record: bytes, move: int) -> bytes:
    """The directory's entry of one that stands elsewhere now."""
    changed = bytearray(record)
    (offset,) = struct.unpack_from("<L", record, 42)
    if offset != _IN_EXTRA:
        struct.pack_into("<L", changed, 42, offset + move)
    else:
        place = _offset_in_extra(record)
        (offset,) = struct.unpack_from("<Q", record, place)
        struct.pack_into("<Q", changed, place, offset + move)
    return bytes(changed)


def _offset(record: bytes) -> int:
    (offset,) = struct.unpack_from("<L", record, 42)
    if offset == _IN_EXTRA:
        (offset,) = struct.unpack_from("<Q", record, _offset_in_extra(record))
    return int(offset)


def _offset_in_extra(record: bytes) -> int:
    """Where the zip64 extra field has the offset: behind the sizes that it also has."""
    name, extra = struct.unpack_from("<HH", record, 28)
    packed, size = struct.unpack_from("<LL", record, 20)
    at, end = _CENTRAL_SIZE + name, _CENTRAL_SIZE + name + extra
    while at + 4 <= end:
        kind, length = struct.unpack_from("<HH", record, at)
        if kind == _ZIP_64:
            return int(at + 4 + 8 * ((packed == _IN_EXTRA) + (size == _IN_EXTRA)))
        at += 4 + length
    raise zipfile.BadZipFile("no zip64 field")


def _without_zip_64(extra: bytes) -> bytes:
    kept = b""
    at = 0
    while at + 4 <= len(extra):
        kind, length = struct.unpack_from("<HH", extra, at)
        if kind != _ZIP_64:
            kept += extra[at : at + 4 + length]
        at += 4 + length
    return kept + extra[at:]
