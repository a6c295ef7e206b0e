"""Find the workbooks that were meant, and give each a place of its own among the packs."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from glob import has_magic
from pathlib import Path, PurePosixPath

from kpixl.errors import UsageProblem
from kpixl.jobs import safe_name
from kpixl.patterns import LOCK_FILE, is_pattern, is_shown, matching

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.\-]+)://")
_HERE = ("file", "local")
_DRIVE = re.compile(r"/[A-Za-z]:")
# Old kinds are among them: that they cannot be read has to be said, not passed over.
WORKBOOK_ENDINGS = (".xlsx", ".xlsm", ".xlsb", ".xls")


@dataclass(frozen=True)
class Book:
    """One workbook of a run. ``source`` is its path or URL; ``folder`` the sub-folder of the
    target for its packs, "" unless another workbook of the run has the same name."""

    source: str
    folder: str = ""

    @property
    def name(self) -> str:
        """The file's own name."""
        return name_of(self.source)


def scheme_of(address: str) -> str:
    """``s3`` of ``s3://bucket/key``, in lower case; "" for what lies in a folder of this machine
    (``file://`` included)."""
    found = _SCHEME.match(address)
    scheme = found.group(1).lower() if found else ""
    return "" if scheme in _HERE else scheme


def local_path(address: str) -> Path:
    """The path of what :func:`scheme_of` says lies here."""
    found = _SCHEME.match(address)
    if not found:
        return Path(address)
    path = address[found.end() :]
    return Path(path[1:] if _DRIVE.match(path) else path)


def name_of(address: str) -> str:
    """The last part of a path or URL."""
    if scheme_of(address):
        return PurePosixPath(address.split("?", maxsplit=1)[0]).name
    return local_path(address).name


def is_lone(arguments: Sequence[str]) -> bool:
    """Whether exactly one workbook in a folder of this machine was named, and no pattern."""
    return (
        len(arguments) == 1
        and not _SCHEME.match(arguments[0])
        and not Path(arguments[0]).is_dir()
        and not _is_pattern(arguments[0])
    )


def find_books(arguments: Sequence[str]) -> tuple[Book, ...]:
    """The workbooks that ``arguments`` name, each once, in the order given.

    A pattern is expanded where the shell left that to us, as on Windows; a folder means the
    workbooks in it. Excel's lock files are left out, and of folders and patterns hidden files.
    Raises :class:`UsageProblem` ``no-workbooks`` where a pattern or folder holds none.
    """
    found: list[str] = []
    for argument in arguments:
        named = _expanded(argument)
        if not named:
            raise UsageProblem("no-workbooks", found=argument)
        found.extend(named)
    if len(found) > 1:
        found = [source for source in found if not name_of(source).startswith(LOCK_FILE)]
    if not found:
        raise UsageProblem("no-workbooks", found=" ".join(arguments))
    return placed(_distinct(found))


def _expanded(argument: str) -> list[str]:
    if scheme_of(argument):
        from kpixl.many.remote import listed

        return [one for one in listed(argument, _is_pattern(argument)) if is_shown(name_of(one))]
    path = local_path(argument)
    if path.is_dir():
        inside = (one for one in path.iterdir() if one.suffix.lower() in WORKBOOK_ENDINGS)
        return sorted(str(one) for one in inside if one.is_file() and is_shown(one.name))
    if _is_pattern(argument):
        return [str(one) for one in matching(str(path))]
    return [str(path)]


def _is_pattern(argument: str) -> bool:
    if scheme_of(argument):
        return has_magic(argument)
    return is_pattern(str(local_path(argument)))


def _distinct(sources: Iterable[str]) -> list[str]:
    """Each file once, however often and in whatever way it was named."""
    return list({_whole(source): source for source in reversed(list(sources))}.values())[::-1]


def _whole(source: str) -> str:
    return source if scheme_of(source) else str(local_path(source).resolve())


def placed(sources: Sequence[str]) -> tuple[Book, ...]:
    """A place for the packs of each: those of the same name are put apart, by the name of the
    folder that they come from, with a digest where that does not tell them apart either."""
    names = [_comparable(_stem(source)) for source in sources]
    shared = Counter(names)
    homes = [_parent(source) for source in sources]
    places = Counter((name, _comparable(home)) for name, home in zip(names, homes, strict=True))
    books = []
    for source, name, home in zip(sources, names, homes, strict=True):
        folder = home if shared[name] > 1 else ""
        if folder and places[name, _comparable(home)] > 1:
            folder = f"{home}-{hashlib.sha256(_whole(source).encode()).hexdigest()[:6]}"
        books.append(Book(source, folder))
    return tuple(books)


def _stem(source: str) -> str:
    return safe_name(Path(name_of(source)).stem)


def _parent(source: str) -> str:
    whole = _whole(source)
    parent = PurePosixPath(whole).parent if scheme_of(source) else Path(whole).parent
    return safe_name(parent.name or parent.anchor or "books")


def _comparable(name: str) -> str:
    """As a file system compares names that makes no difference between upper and lower case."""
    return name.casefold()
