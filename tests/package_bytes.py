"""Look at a package without a library's help: raw bytes of its entries, XML less some cells."""

from __future__ import annotations

import io
import re
import struct
import zipfile
from collections.abc import Iterable


def raw_entries(data: bytes) -> list[tuple[str, bytes, tuple[object, ...]]]:
    """Each entry's name, its bytes as they are packed (local header without name and extra
    fields left out), and all that the directory says of it but its place; in the directory's
    order."""
    found: list[tuple[str, bytes, tuple[object, ...]]] = []
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        for entry in file.infolist():
            name, extra = struct.unpack_from("<HH", data, entry.header_offset + 26)
            start = entry.header_offset + 30 + name + extra
            about = (
                entry.date_time, entry.compress_type, entry.comment, less_zip64(entry.extra),
                entry.flag_bits, entry.create_system, entry.create_version, entry.extract_version,
                entry.internal_attr, entry.external_attr, entry.CRC, entry.file_size,
            )  # fmt: skip
            packed = data[start : start + entry.compress_size]
            found.append((entry.filename, data[entry.header_offset : start] + packed, about))
    return found


def less_zip64(extra: bytes) -> bytes:
    """An entry's extra fields without the one that says where it stands and how large it is."""
    kept = b""
    while len(extra) >= 4:
        kind, length = struct.unpack_from("<HH", extra)
        kept += b"" if kind == 1 else extra[: 4 + length]
        extra = extra[4 + length :]
    return kept + extra


def changed_entries(before: bytes, after: bytes) -> list[str]:
    """The names of the entries that are not the same to the last bit. The entries must be the
    same ones in the same order, and what the directory says of a changed one may differ in
    checksum, size and the flag for sizes that follow alone."""
    old, new = raw_entries(before), raw_entries(after)
    assert [name for name, _, _ in old] == [name for name, _, _ in new]
    with zipfile.ZipFile(io.BytesIO(after)) as file:
        assert file.testzip() is None
    changed = []
    for (name, packed, about), (_, new_packed, new_about) in zip(old, new, strict=True):
        if (packed, about) == (new_packed, new_about):
            continue
        assert about[:4] + about[5:10] == new_about[:4] + new_about[5:10], name
        changed.append(name)
    return changed


def less_cells(xml: bytes, cells: Iterable[str], rows: Iterable[int] = ()) -> bytes:
    """A worksheet's bytes without the elements of these cells and whole rows (both written with
    ``r`` first and without a prefix), and without what says how far cells go."""
    for cell in cells:
        pattern = rf'<c r="{cell}"(?:[^>]*/>|[^>]*>.*?</c>)'
        xml = re.sub(pattern.encode(), b"", xml, flags=re.DOTALL)
    for row in rows:
        xml = re.sub(rf'<row r="{row}"[^>]*>.*?</row>'.encode(), b"", xml, flags=re.DOTALL)
    xml = re.sub(rb' spans="[0-9: ]*"', b"", xml)
    return re.sub(rb"<dimension [^>]*>", b"", xml)
