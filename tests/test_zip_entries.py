"""A package with new entries is the old one to the last bit everywhere else."""

from __future__ import annotations

import io
import random
import struct
import zipfile
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kpixl.errors import FileProblem
from kpixl.workbook.zip_entries import with_entries
from tests.package_bytes import changed_entries, raw_entries

CONTENT = b"<a>" + b"figures " * 500 + b"</a>"
NAMES = ("[Content_Types].xml", "xl/a.xml", "xl/売上.xml", "xl/c.bin", "xl/d.xml")


class Stream(io.RawIOBase):
    """A file that cannot be sought in, as a web server's answer is."""

    def __init__(self) -> None:
        self.data = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override] # bytes are all it is given
        self.data += data
        return len(data)


def plain() -> bytes:
    buffer = io.BytesIO()
    fill(zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED))
    return buffer.getvalue()


def fill(file: zipfile.ZipFile, *, zip64: bool = False) -> None:
    with file:
        for number, name in enumerate(NAMES):
            entry = zipfile.ZipInfo(name, (2020 + number, 1, 2, 3, 4, 6))
            entry.compress_type = zipfile.ZIP_STORED if number == 3 else zipfile.ZIP_DEFLATED
            entry.comment = b"a comment"
            entry.extra = struct.pack("<HH3s", 0xCAFE, 3, b"abc")
            entry.external_attr = 0o600 << 16
            with file.open(entry, "w", force_zip64=zip64) as target:
                target.write(CONTENT + name.encode())


def streamed() -> bytes:
    stream = Stream()
    fill(zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED))
    return bytes(stream.data)


def with_zip64() -> bytes:
    buffer = io.BytesIO()
    fill(zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED), zip64=True)
    return buffer.getvalue()


def with_large_directory() -> bytes:
    """The directory in the form for files beyond 4 GB: every size and place in extra fields."""
    data = plain()
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        entries, start = file.infolist(), file.start_dir
    records = b""
    at = start
    for entry in entries:
        record = bytearray(data[at : at + 46])
        name, extra, comment = struct.unpack_from("<HHH", record, 28)
        rest = data[at + 46 : at + 46 + name + extra + comment]
        sizes = struct.pack(
            "<HHQQQ", 1, 24, entry.file_size, entry.compress_size, entry.header_offset
        )
        struct.pack_into("<LL", record, 20, 0xFFFFFFFF, 0xFFFFFFFF)
        struct.pack_into("<H", record, 30, extra + len(sizes))
        struct.pack_into("<L", record, 42, 0xFFFFFFFF)
        split = name + extra
        records += bytes(record) + rest[:split] + sizes + rest[split:]
        at += 46 + name + extra + comment
    count = len(entries)
    end = struct.pack(
        "<4sQHHLLQQQQ", b"PK\6\6", 44, 45, 45, 0, 0, count, count, len(records), start
    )
    locator = struct.pack("<4sLQL", b"PK\6\7", 0, start + len(records), 1)
    last = struct.pack("<4sHHHHLLH", b"PK\5\6", 0, 0, count, count, len(records), 0xFFFFFFFF, 0)
    return data[:start] + records + end + locator + last


def behind_other_bytes() -> bytes:
    return b"#!/bin/sh\nexit\n" + plain()


def with_comment() -> bytes:
    buffer = io.BytesIO(plain())
    with zipfile.ZipFile(buffer, "a") as file:
        file.comment = b"PK\1\2 is no entry" * 3
    return buffer.getvalue()


def padded() -> bytes:
    """Bytes that no entry accounts for stand between two of them (as an aligning program does)."""
    data = plain()
    second = raw_place(data, 1)
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        entries, start = file.infolist(), file.start_dir
    moved = bytearray(data[:second] + b"\0" * 7 + data[second:])
    at = start + 7
    for number, _ in enumerate(entries):
        (offset,) = struct.unpack_from("<L", moved, at + 42)
        struct.pack_into("<L", moved, at + 42, offset + (7 if number else 0))
        at += 46 + sum(struct.unpack_from("<HHH", moved, at + 28))
    struct.pack_into("<L", moved, at + 16, start + 7)
    return bytes(moved)


def raw_place(data: bytes, number: int) -> int:
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        return file.infolist()[number].header_offset


def shuffled() -> bytes:
    """The directory names the entries in another order than they stand in."""
    data = plain()
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        start, count = file.start_dir, len(file.infolist())
    records = []
    at = start
    for _ in range(count):
        end = at + 46 + sum(struct.unpack_from("<HHH", data, at + 28))
        records.append(data[at:end])
        at = end
    return data[:start] + b"".join(records[::-1]) + data[at:]


KINDS: list[Callable[[], bytes]] = [
    plain, streamed, with_zip64, with_large_directory, behind_other_bytes, with_comment, padded,
    shuffled,
]  # fmt: skip


@pytest.mark.parametrize("made", KINDS)
@pytest.mark.parametrize("content", [b"", b"new", CONTENT * 3, random.Random(1).randbytes(50_000)])
@pytest.mark.parametrize("changed", [NAMES[:1], NAMES[1:3], NAMES[3:4], NAMES[4:], NAMES])
def test_entries_are_replaced(made: Callable[[], bytes], content: bytes, changed: tuple[str, ...]):
    before = made()
    after = with_entries(before, dict.fromkeys(changed, content))
    order = [name for name, _, _ in raw_entries(before)]
    assert changed_entries(before, after) == [name for name in order if name in changed]
    with zipfile.ZipFile(io.BytesIO(after)) as file, zipfile.ZipFile(io.BytesIO(before)) as old:
        assert file.comment == old.comment
        for name in NAMES:
            assert file.read(name) == (content if name in changed else CONTENT + name.encode())
            assert file.getinfo(name).extra.startswith(struct.pack("<HH3s", 0xCAFE, 3, b"abc"))


@pytest.mark.parametrize("made", KINDS)
def test_without_new_entries_nothing_changes(made: Callable[[], bytes]):
    assert with_entries(made(), {}) == made()


def test_what_stands_before_and_between_stays():
    assert with_entries(behind_other_bytes(), {NAMES[0]: b"x"}).startswith(b"#!/bin/sh\nexit\n")
    assert b"\0" * 7 + b"PK\3\4" in with_entries(padded(), {NAMES[2]: b"x"})


def test_entries_that_overlap_are_refused():
    data = bytearray(plain())
    with zipfile.ZipFile(io.BytesIO(bytes(data))) as file:
        at = file.start_dir
    struct.pack_into("<L", data, at + 20, 100_000)
    with pytest.raises(FileProblem) as fault:
        with_entries(bytes(data), {NAMES[1]: b"x"})
    assert fault.value.code == "file-damaged-package"


@given(st.data())
@settings(max_examples=200, deadline=None)
def test_a_damaged_package_ends_in_a_file_problem_or_a_package(data: st.DataObject):
    made = bytearray(data.draw(st.sampled_from(KINDS))())
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(made) - 1))
        made[place] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, 20))
    try:
        with_entries(bytes(made[: len(made) - cut]), {NAMES[1]: b"new"})
    except FileProblem as problem:
        assert problem.code == "file-damaged-package"  # noqa: PT017
