"""Read workbooks from, and write packs into, folders here and elsewhere in the same way."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from pathlib import Path, PurePosixPath

from kpixl.errors import FileProblem
from kpixl.files import as_spelled
from kpixl.jobs import write_file
from kpixl.many.addresses import local_path, name_of, scheme_of
from kpixl.many.remote import (
    RemoteProblem,
    beside,
    read_remote,
    remove_file,
    remove_partials,
    write_remote,
)
from kpixl.workbook.package import MAX_FILE, MEGABYTE, read_file

MAX_RECORD = 10 * MEGABYTE
# `write_file` names what it has not finished after the process that writes it.
_PARTIAL = re.compile(r"\.kpixl-(\d+)-[0-9a-f]+\.part")


def read_workbook(source: str) -> bytes:
    """The bytes of a workbook. Raises FileProblem with the file's name, or RemoteProblem."""
    if scheme_of(source):
        data = read_remote(source, MAX_FILE)
        if len(data) > MAX_FILE:
            limit = MAX_FILE // MEGABYTE
            raise FileProblem("file-too-large", limit=limit, file=name_of(source))
        return data
    try:
        # With its whole path, so that what is said of a missing file names the folder.
        return read_file(local_path(source).absolute())
    except FileProblem as problem:
        raise FileProblem(problem.code, **{**problem.details, "file": name_of(source)}) from problem


def read_beside(source: str, name: str, limit: int) -> bytes | None:
    """A file that lies with a workbook, such as its logo; None where there is none, or where
    ``name`` leads out of the workbook's folder."""
    if scheme_of(source):
        inside = PurePosixPath(name)
        if inside.is_absolute() or ".." in inside.parts or set(name) & set("\\:"):
            return None
        try:
            return read_remote(beside(source, name), limit)
        except RemoteProblem as problem:
            if problem.code == "remote-missing":
                return None
            raise
    folder = local_path(source).resolve().parent
    path = as_spelled(folder / name).resolve()
    return _read(path, limit) if path.is_relative_to(folder) else None


def _read(path: Path, limit: int) -> bytes | None:
    try:
        with path.open("rb") as file:
            return file.read(limit + 1)
    except OSError:
        return None


def place(target: str, name: str) -> str:
    """The address of ``name``, whose parts are divided by ``/``, in the folder ``target``."""
    if scheme_of(target):
        return f"{target.rstrip('/')}/{name}"
    return str(local_path(target) / name)


def write(address: str, data: bytes) -> None:
    """Write a file that is never seen before it is whole. Raises CannotWrite or RemoteProblem."""
    if scheme_of(address):
        write_remote(address, data)
    else:
        write_file(Path(address), data)


def read(address: str, limit: int) -> bytes | None:
    """The bytes of a file of ours; None where it is not there or has grown beyond ``limit``."""
    if scheme_of(address):
        try:
            data: bytes | None = read_remote(address, limit)
        except RemoteProblem as problem:
            if problem.code != "remote-missing":
                raise
            data = None
    else:
        data = _read(Path(address), limit)
    return data if data is not None and len(data) <= limit else None


def clean(address: str) -> None:
    """Take away what killed runs have left half-written in a folder."""
    if scheme_of(address):
        remove_partials(address)
        return
    folder = Path(address)
    for path in folder.iterdir() if folder.is_dir() else ():
        found = _PARTIAL.fullmatch(path.name)
        if found and not _is_running(int(found.group(1))):
            with suppress(OSError):
                path.unlink(missing_ok=True)


def _is_running(process: int) -> bool:
    """Whether a process of this number runs here, so that its file must be left alone. Windows
    has no such question; there, what is open cannot be deleted anyway."""
    if os.name == "nt":
        return False
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def remove(address: str) -> None:
    """Take away a file of ours, where it is there."""
    if scheme_of(address):
        remove_file(address)
    else:
        with suppress(OSError):
            Path(address).unlink(missing_ok=True)


def remove_empty(address: str) -> None:
    """Take away a folder that has nothing in it; stores of objects have no such folders."""
    if not scheme_of(address):
        with suppress(OSError):
            Path(address).rmdir()
