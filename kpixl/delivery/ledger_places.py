"""Find where a ledger is, and say where a SQLite file is not safe."""

from __future__ import annotations

import os
import re
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

from kpixl.files import at_home

FILE = "kpixl-ledger.sqlite"
PLACE = "KPIXL_LEDGER"
"""The environment variable that says where the ledger is: a URL or a path."""

# File systems of other machines, whose locks SQLite cannot rely on.
SHARES = frozenset({
    "afs", "beegfs", "ceph", "cifs", "davfs", "fuse.ceph", "fuse.davfs", "fuse.glusterfs",
    "fuse.rclone", "fuse.s3fs", "fuse.sshfs", "glusterfs", "gpfs", "lustre", "ncpfs", "nfs",
    "nfs4", "smb", "smb2", "smb3", "smbfs",
})  # fmt: skip

# Folders that a service copies from machine to machine, each with its own idea of the file. As
# the services name them: "OneDrive - Company", "Dropbox (Company)", "GoogleDrive-me@company.com".
SYNCHRONISED = re.compile(
    r"onedrive( - .+|-.+)?|dropbox( \(.+\))?|dropbox-.+|google ?drive( - .+|-.+)?|my drive|"
    r"マイドライブ|icloud ?drive|mobile documents|box|box sync|box-.+|cloudstorage"
)
SYNCHRONISED_BY = ("OneDrive", "OneDriveCommercial", "OneDriveConsumer")
"""Environment variables in which Windows says where such folders are."""


def default_file(workbook: Path) -> Path:
    """The ledger of a workbook of which nothing else is said: a file in its folder, one for all
    books there."""
    return workbook.absolute().parent / FILE


def default_url(workbook: Path) -> str:
    """:func:`default_file` as a URL."""
    return as_url(str(default_file(workbook)))


def named_ledger(configured: str | None = None) -> str:
    """The place that :data:`PLACE` in the environment names, else the ``configured`` one; blank
    where neither does."""
    return os.environ.get(PLACE, "").strip() or (configured or "").strip()


def ledger_url(workbook: Path, configured: str | None = None) -> str:
    """Where the ledger of a workbook is, as a URL: where it is named to be, else beside the
    workbook."""
    named = named_ledger(configured)
    return as_url(named) if named else default_url(workbook)


def as_url(place: str) -> str:
    """A URL as it is; a path as the URL of a SQLite file."""
    if "://" in place:
        return place
    from sqlalchemy import URL

    path = at_home(Path(place)).absolute()
    return URL.create("sqlite", database=str(path)).render_as_string(hide_password=False)


def holds_password(place: str) -> bool:
    """Whether a password stands in a URL, anywhere in it. Raises ``ValueError`` for what is none,
    such as half an IPv6 address."""
    if "://" not in place:
        return False
    parts = urlsplit(place)
    return parts.password is not None or any(
        "password" in name.casefold() for name, _ in parse_qsl(parts.query)
    )


def file_of(url: str) -> Path | None:
    """The file that a URL of SQLite names; None for every other URL."""
    from sqlalchemy import make_url
    from sqlalchemy.exc import ArgumentError

    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        return None
    if parsed.get_backend_name() != "sqlite" or parsed.database in (None, "", ":memory:"):
        return None
    return Path(str(parsed.database))


def unsafe_place(path: Path, mounts: Path = Path("/proc/mounts")) -> str | None:
    """Why a SQLite file at ``path`` is not safe, as the key of its sentence (``ledger.on_share``,
    ``ledger.synchronised``); None where nothing speaks against it. Drives that Windows has mapped
    to a share are not told from others."""
    whole = at_home(path).absolute()
    if _names_a_share(str(path)) or _on_share(whole, mounts):
        return "ledger.on_share"
    folders = whole.parts[:-1]
    if any(SYNCHRONISED.fullmatch(part.casefold()) for part in folders):
        return "ledger.synchronised"
    for name in SYNCHRONISED_BY:
        folder = os.environ.get(name, "").strip()
        if folder and whole.is_relative_to(Path(folder)):
            return "ledger.synchronised"
    return None


def _names_a_share(path: str) -> bool:
    r"""Whether it is ``\\server\share\...``, and not ``\\?\C:\...`` or ``\\.\...``."""
    plain = path.replace("/", "\\")
    if plain.casefold().startswith("\\\\?\\unc\\"):
        return True
    # Two slashes begin an ordinary path on POSIX.
    double = os.name == "nt" or path.startswith("\\\\")
    return double and plain.startswith("\\\\") and plain[2:3] not in ("?", ".", "")


def _on_share(path: Path, mounts: Path) -> bool:
    """Whether the file system that ``path`` is on belongs to another machine, as Linux tells it."""
    try:
        lines = mounts.read_text(encoding="utf-8", errors="surrogateescape").splitlines()
        real = path.resolve()
    except OSError:
        return False
    best, kind = Path("/"), ""
    for line in lines:
        fields = line.split(" ")
        if len(fields) < 3:
            continue
        point = Path(_plain(fields[1]))
        # What is mounted later lies over what is there.
        if real.is_relative_to(point) and len(point.parts) >= len(best.parts):
            best, kind = point, fields[2]
    return kind in SHARES


def _plain(field: str) -> str:
    r"""A field of /proc/mounts, where a space is written ``\040``."""
    return re.sub(r"\\([0-7]{3})", lambda found: chr(int(found[1], 8)), field)
