"""The work itself, the same in this process, in a pool's and on a cluster: read a workbook, make
one pack of it.

Whatever goes wrong with a workbook or a pack is returned as a :class:`Failed`, never raised: one
failure must not stop the others.
"""

from __future__ import annotations

import gc
import hashlib
import re
import threading
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

from kpixl.brand.kit import kit_of
from kpixl.delivery.editions import edition_named, has_ledger, issue_of
from kpixl.errors import BUGS, FileProblem, KpixlError, Problem, UsageProblem
from kpixl.files import fault_of, scratch_folder
from kpixl.jobs import (
    DataErrors,
    NotReadable,
    PackJob,
    PackResult,
    make_pack,
    named_engine,
    named_kit,
    pack_stem,
    review_and_plan,
)
from kpixl.many import folders, journal
from kpixl.many.addresses import Book, local_path, scheme_of
from kpixl.many.orders import Failed, Made, Opened, Order, Outcome, PackFile, Piece, Whole
from kpixl.pack.logo import MAX_BYTES, find_logo
from kpixl.review.restated import FIRST_EDITION, Edition
from kpixl.review.scope import scoped, scopes_by

# A name in a store may hold what would lead elsewhere in a folder of Windows.
_NOT_IN_NAMES = re.compile(r'[\\/:*?"<>|\0]')
_ONE_AT_A_TIME = threading.RLock()


@contextmanager
def undisturbed() -> Iterator[None]:
    """One pack at a time, and nothing collected meanwhile: a cluster's worker may have several
    threads, and neither the collector's switch nor the fonts belong to one of them."""
    from kpixl.collector import collector_off

    with _ONE_AT_A_TIME:
        with collector_off():
            yield
        gc.collect()


def failed(fault: BaseException, book: Book, scope: str = "", language: str = "") -> Failed:
    """``fault`` as it is reported of a workbook or of one of its packs."""
    if not isinstance(fault, KpixlError):
        trace = "".join(traceback.format_exception(fault))
        told = fault_of(fault)
        return Failed(book.source, scope, language, told.code, dict(told.details), trace=trace)
    problems: tuple[Problem, ...] = getattr(fault, "problems", ())
    return Failed(
        book.source, scope, language, fault.code, dict(fault.details), problems,
        is_usage=isinstance(fault, UsageProblem),
        of_data=isinstance(fault, (DataErrors, NotReadable, FileProblem)),
    )  # fmt: skip


def open_book(book: Book, order: Order) -> tuple[Opened, Whole | None]:
    """Read a workbook, once, and say which packs are to be made of it; a single one is made at
    once. Nothing is read but for its hash where a run that is resumed finds all of them made."""
    try:
        data = folders.read_workbook(book.source)
        sha256 = hashlib.sha256(data).hexdigest()
        # What a pack restates is known from its figures: then the workbook has to be read first.
        early = not order.each and not has_ledger(_local(book))
        known = _pieces(book, sha256, order, (order.scope,)) if early else ()
        opened = _sorted_out(known, order, "")
        if known and not opened.pieces:
            return opened, None
        with undisturbed():
            whole = _read(book, data, order)
        if not early:
            scopes = scopes_by(whole.review, order.each) if order.each else (order.scope,)
            opened = _sorted_out(_pieces(book, sha256, order, scopes), order, _digest(whole))
        if not opened.outcomes and len(opened.pieces) == 1:
            ((part, piece),) = opened.pieces
            return Opened(((part, make_piece(whole, piece, order)),)), None
        named = tuple((part, _named(piece, whole)) for part, piece in opened.pieces)
        return Opened(opened.outcomes, named), whole if named else None
    except (KpixlError, *BUGS) as fault:
        return Opened(((0, failed(fault, book, order.scope)),)), None


def _pieces(book: Book, sha256: str, order: Order, scopes: tuple[str, ...]) -> tuple[Piece, ...]:
    languages = order.languages or ("",)
    named = None if order.templates is not None else named_kit(_local(book))
    kit = "" if named is None else journal.folder_digest(named)
    engine = "" if order.engine else named_engine(_local(book))
    return tuple(
        Piece(book, sha256, scope, one, kit=kit, engine=engine)
        for scope in scopes
        for one in languages
    )


def _local(book: Book) -> Path | None:
    """Where a workbook lies, if on this machine."""
    return None if scheme_of(book.source) else local_path(book.source)


def _digest(whole: Whole) -> str:
    return "" if whole.issue is None else whole.issue.digest


def _sorted_out(pieces: tuple[Piece, ...], order: Order, issue: str) -> Opened:
    """The packs that an earlier run has made, and the pieces that are left to make."""
    numbered = tuple(enumerate(pieces))
    if not order.resume:
        return Opened((), numbered)
    looked_at = [(part, piece, journal.finished(piece, order, issue)) for part, piece in numbered]
    return Opened(
        tuple((part, made) for part, _, made in looked_at if made is not None),
        tuple((part, piece) for part, piece, made in looked_at if made is None),
    )


def _named(piece: Piece, whole: Whole) -> Piece:
    language = piece.language or whole.review.settings.language
    stem = pack_stem(scoped(whole.review, piece.scope), language, _edition(whole, language))
    return replace(piece, stem=stem)


def _edition(whole: Whole, language: str) -> Edition:
    return FIRST_EDITION if whole.issue is None else edition_named(whole.issue.edition, language)


def _read(book: Book, data: bytes, order: Order) -> Whole:
    """From a copy: the workbook may be saved again while it is read, and may not lie here."""
    with scratch_folder("kpixl-book-") as folder:
        copy = folder / _NOT_IN_NAMES.sub("-", book.name)
        copy.write_bytes(data)
        review, _ = review_and_plan(copy, order.month, order.as_of, _local(book))
        issue = issue_of(review, _local(book))
        templates = order.templates or named_kit(_local(book))
        whole = Whole(review, "", issue=issue, templates=str(templates) if templates else None)
        name = review.settings.logo.strip()
        if templates and kit_of(Path(templates)).logo:
            return whole
        if not name:
            return replace(whole, logo=find_logo(copy, ""))
        hashed = (name, _logo_hash(book, name))
        return replace(whole, logo=_logo_beside(book, copy, name), logo_file=hashed)


def _logo_beside(book: Book, copy: Path, name: str) -> str:
    if not scheme_of(book.source):
        return find_logo(local_path(book.source), name)
    picture = folders.read_beside(book.source, name, MAX_BYTES)
    if picture is not None:
        place = copy.parent / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(picture)
    return find_logo(copy, name)


def _logo_hash(book: Book, name: str) -> str:
    return journal.logo_hash(book.source, name)


def make_piece(whole: Whole, piece: Piece, order: Order) -> Outcome:
    """Make one pack, write it, and remember it."""
    started = time.perf_counter()
    try:
        with undisturbed():
            files, result = _make(whole, piece, order)
        part = result.review
        language = piece.language or part.settings.language
        taken = time.perf_counter() - started
        made = Made(
            piece.book.source, part.scope, language, files, round(taken, 3),
            warnings=result.warnings,
        )  # fmt: skip
        return journal.remember(made, piece, order, whole.logo_file, _digest(whole))
    except (KpixlError, *BUGS) as fault:
        return failed(fault, piece.book, piece.scope, piece.language)


def _make(whole: Whole, piece: Piece, order: Order) -> tuple[tuple[PackFile, ...], PackResult]:
    written: list[PackFile] = []

    def write(path: Path, data: bytes) -> Path:
        folder = f"{piece.book.folder}/" if piece.book.folder else ""
        name = f"{folder}{path.name}"
        address = folders.place(order.target, name)
        folders.write(address, data)
        written.append(PackFile(name, address, len(data), hashlib.sha256(data).hexdigest()))
        return path

    language = piece.language or whole.review.settings.language
    job = PackJob(
        workbook=Path(piece.book.name),
        out=Path(),
        scope=piece.scope,
        language=language,
        formats=order.formats,
        pages=order.pages,
        templates=Path(whole.templates) if whole.templates is not None else None,
        draft=order.draft,
        engine=piece.engine or order.engine,
        logo=whole.logo,
        edition=_edition(whole, language),
        published=() if whole.issue is None else whole.issue.before,
        attach_workbook=order.attach_workbook,
        paper=order.paper,
    )
    read = partial(folders.read_workbook, piece.book.source)
    result = make_pack(job, whole.review, write, read)
    return tuple(written), result
