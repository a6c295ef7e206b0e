"""Remember every finished pack beside the packs, so that a run which was stopped can go on.

One small file a pack, written when the pack is whole. It is trusted only as far as the packs' own
bytes bear it out.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from kpixl import __version__
from kpixl.many import folders
from kpixl.many.addresses import Book
from kpixl.many.orders import Made, Order, PackFile, Piece
from kpixl.resources import report_templates

FOLDER = ".kpixl-run"


def recipe(templates: str | None) -> str:
    """A digest of what makes packs look as they do: kpixl, the engines, every template and kit."""
    engines = map(_installed, ("weasyprint", "plutoprint"))
    parts = [__version__, *engines, folder_digest(report_templates())]
    if templates is not None:
        parts.append(folder_digest(Path(templates)))
    return _digest(parts)


def _installed(package: str) -> str:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return ""


def folder_digest(folder: Path) -> str:
    """A digest of every file in a folder, by name and content."""
    return _digest(
        f"{path.relative_to(folder).as_posix()} {hashlib.sha256(path.read_bytes()).hexdigest()}"
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    )


def _digest(parts: Iterable[object]) -> str:
    text = json.dumps([str(part) for part in parts], ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()


def key_of(piece: Piece, order: Order) -> str:
    """What makes a pack the same one: everything that goes into it. The logo is looked at apart,
    since only the workbook names its file."""
    return _digest([
        order.recipe, piece.book.name, piece.book.folder, piece.sha256, piece.scope,
        piece.language, order.month, order.as_of, order.formats, order.pages, order.draft,
        piece.kit, order.attach_workbook, piece.engine or order.engine, order.paper or "",
    ])  # fmt: skip


def remember(
    made: Made, piece: Piece, order: Order, logo_file: tuple[str, str], issue: str
) -> Made:
    """Write down that a pack is finished, with the digest of its ``issue``; returns it with the
    address of its record. Raises CannotWrite or RemoteProblem."""
    record = {
        "key": key_of(piece, order),
        "workbook": made.workbook,
        "workbook_sha256": piece.sha256,
        "scope": made.scope,
        "language": made.language,
        "logo": list(logo_file),
        "issue": issue,
        "files": [
            {"name": one.name, "bytes": one.size, "sha256": one.sha256} for one in made.files
        ],
    }
    text = json.dumps(record, ensure_ascii=False, indent=1) + "\n"
    address = _record(piece, order)
    # A name that is no UTF-8 is written as JSON escapes it.
    folders.write(address, text.encode("utf-8", "backslashreplace"))
    return replace(made, record=address)


def _record(piece: Piece, order: Order) -> str:
    return folders.place(order.target, f"{FOLDER}/{key_of(piece, order)[:40]}.json")


def finished(piece: Piece, order: Order, issue: str) -> Made | None:
    """The pack as an earlier run left it; None where it did not, or where a file of it has been
    changed or taken away since, or where the logo beside the workbook, or what was sent before (the
    digest ``issue``), is another one now."""
    data = folders.read(_record(piece, order), folders.MAX_RECORD)
    if data is None:
        return None
    try:
        record = json.loads(data)
        if (record["key"], record["issue"]) != (key_of(piece, order), issue):
            return None
        logo_name, logo_sha256 = record["logo"]
        files = tuple(
            PackFile(one["name"], folders.place(order.target, one["name"]), one["bytes"],
                     one["sha256"])
            for one in record["files"]
        )  # fmt: skip
        made = Made(piece.book.source, record["scope"], record["language"], files, kept=True)
    except (ValueError, LookupError, TypeError):
        return None
    same_logo = not logo_name or logo_hash(piece.book.source, logo_name) == logo_sha256
    return made if same_logo and all(map(_is_whole, files)) else None


def _is_whole(file: PackFile) -> bool:
    data = folders.read(file.address, file.size)
    return data is not None and hashlib.sha256(data).hexdigest() == file.sha256


def logo_hash(source: str, name: str) -> str:
    """The SHA-256 of a picture beside a workbook; "" where there is none."""
    from kpixl.pack.logo import MAX_BYTES

    data = folders.read_beside(source, name, MAX_BYTES)
    return "" if data is None else hashlib.sha256(data).hexdigest()


def tidy(order: Order, books: Iterable[Book]) -> None:
    """Take away what killed runs have left half-written in the target."""
    names = {FOLDER, *(book.folder for book in books)}
    for name in sorted(names | {""}):
        folders.clean(folders.place(order.target, name) if name else order.target)


def run_file(order: Order) -> str:
    """The address of the file that says that a run was here."""
    return folders.place(order.target, f"{FOLDER}/run.json")


def forget(order: Order, made: Iterable[Made]) -> None:
    """Take the records of a run away: there is nothing that could be resumed."""
    for one in made:
        folders.remove(one.record)
    folders.remove(run_file(order))
    folders.remove_empty(folders.place(order.target, FOLDER))
