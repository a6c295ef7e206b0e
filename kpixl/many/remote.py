"""Reach files on any fsspec filesystem, and say in our words what went wrong there."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import PurePosixPath
from typing import Any

from kpixl.errors import KpixlError, UsageProblem
from kpixl.files import reason_of
from kpixl.many.addresses import WORKBOOK_ENDINGS, scheme_of

_MAGIC = re.compile(r"[*?\[]")
PARTIAL = ".kpixl-"
PARTIAL_END = ".part"

# Where a file is there when the whole of it has arrived, and moving would copy it once more.
WHOLE_AT_ONCE = frozenset({
    "s3", "s3a", "gs", "gcs", "abfs", "abfss", "az", "oss", "oci", "r2", "tos", "obs",
})  # fmt: skip
ONE_PROCESS = "memory"
"""The scheme whose files only the process that made them can see."""


class RemoteProblem(KpixlError):
    """Something on another filesystem is missing, forbidden or out of reach."""


@contextmanager
def reaching(address: str) -> Iterator[None]:
    """What a filesystem raises becomes a :class:`RemoteProblem` about ``address``."""
    try:
        yield
    except KpixlError:
        raise
    except FileNotFoundError as fault:
        raise RemoteProblem("remote-missing", found=address) from fault
    except PermissionError as fault:
        raise RemoteProblem("remote-forbidden", found=address) from fault
    except Exception as fault:
        raise RemoteProblem("remote-failed", found=address, reason=reason_of(fault)) from fault


def filesystem(address: str) -> tuple[Any, str]:
    """The filesystem of ``address`` and the path in it. Raises :class:`UsageProblem` where fsspec,
    or what it needs for this scheme, is not installed, or where it knows no such scheme."""
    try:
        from fsspec.core import url_to_fs
        from fsspec.registry import known_implementations, registry
    except ImportError as missing:
        raise UsageProblem("extra-missing", extra="remote", package="fsspec") from missing
    scheme = scheme_of(address)
    if scheme not in known_implementations and scheme not in registry:
        raise UsageProblem("remote-scheme", found=address, scheme=scheme)
    try:
        with reaching(address):
            found: tuple[Any, str] = url_to_fs(address)
    except RemoteProblem as problem:
        if isinstance(problem.__cause__, ImportError):
            reason = str(problem.__cause__)
            raise UsageProblem("remote-package", scheme=scheme, reason=reason) from problem
        raise
    return found


def listed(address: str, is_pattern: bool) -> list[str]:
    """The workbooks that a pattern or a folder on a filesystem holds, sorted; else ``address``."""
    fs, path = filesystem(address)
    with reaching(address):
        if is_pattern:
            # Filesystems name what they find without host or account: those are in what was asked.
            base = _MAGIC.split(address, maxsplit=1)[0].rpartition("/")[0]
            entries = list(fs.glob(path, detail=True).values())
        elif fs.isdir(path):
            base = address.rstrip("/")
            inside = fs.ls(path, detail=True)
            entries = [one for one in inside if one["name"].lower().endswith(WORKBOOK_ENDINGS)]
        else:
            return [address]
        start = len(filesystem(f"{base}/x")[1]) - 1
        found = sorted(one["name"] for one in entries if one["type"] == "file")
        return [f"{base}/{name[start:]}" for name in found]


def beside(address: str, name: str) -> str:
    """The address of ``name`` in the folder of ``address``."""
    return f"{address.rpartition('/')[0]}/{name}"


def read_remote(address: str, limit: int) -> bytes:
    """The bytes of a file, at most ``limit`` + 1 of them. Raises :class:`RemoteProblem`."""
    fs, path = filesystem(address)
    with reaching(address), fs.open(path, "rb") as file:
        data: bytes = file.read(limit + 1)
    return data


def write_remote(address: str, data: bytes) -> None:
    """Write a file that is never seen under its name before it is whole. Raises
    :class:`RemoteProblem`."""
    fs, path = filesystem(address)
    with reaching(address):
        if scheme_of(address) in WHOLE_AT_ONCE:
            fs.pipe_file(path, data)
            return
        place = PurePosixPath(path)
        fs.makedirs(str(place.parent), exist_ok=True)
        partial = str(place.with_name(f"{PARTIAL}{uuid.uuid4().hex}{PARTIAL_END}"))
        try:
            fs.pipe_file(partial, data)
            _move(fs, partial, path)
        except BaseException:
            with suppress(Exception):
                fs.rm_file(partial)
            raise


def _move(fs: Any, partial: str, path: str) -> None:
    try:
        fs.mv(partial, path)
    except FileExistsError:  # where a name that is taken has to be freed first
        fs.rm_file(path)
        fs.mv(partial, path)


def remove_partials(address: str) -> None:
    """Take away what runs that were killed have left half-written in a folder."""
    fs, path = filesystem(address)
    with reaching(address):
        for one in fs.ls(path, detail=False) if fs.isdir(path) else ():
            name = PurePosixPath(one).name
            if name.startswith(PARTIAL) and name.endswith(PARTIAL_END):
                fs.rm_file(one)


def remove_file(address: str) -> None:
    """Take away a file, where there is one."""
    fs, path = filesystem(address)
    with reaching(address), suppress(FileNotFoundError):
        fs.rm_file(path)
