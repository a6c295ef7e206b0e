"""Look at an order before anything is made: what would fail for every pack fails here, once."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from kpixl.brand.kit import kit_of
from kpixl.delivery.config_table import ConfigProblem
from kpixl.errors import UsageProblem
from kpixl.files import try_folder
from kpixl.jobs import named_engine, named_kit
from kpixl.many import folders, journal
from kpixl.many.addresses import Book, find_books, local_path, scheme_of
from kpixl.many.hands import Hands, OwnHands, Pool, cores
from kpixl.many.orders import Order
from kpixl.many.remote import ONE_PROCESS
from kpixl.pack.engines import Engine


def prepared(
    arguments: Sequence[str], order: Order, shared: bool = False
) -> tuple[tuple[Book, ...], Order]:
    """The workbooks of a run, and its order made complete. ``shared``: other machines take part,
    for which only whole paths say where something is. Raises :class:`UsageProblem`, CannotWrite
    or RemoteProblem where no pack could be made at all."""
    _check_pages(order.pages)
    kit_of(Path(order.templates) if order.templates else None)
    books = find_books(arguments)
    order = replace(order, recipe=journal.recipe(order.templates))
    if shared:
        books = tuple(replace(book, source=_absolute(book.source)) for book in books)
        templates = order.templates and str(Path(order.templates).resolve())
        return books, replace(order, target=_absolute(order.target), templates=templates)
    # The target is tried while nothing has been made yet.
    if scheme_of(order.target):
        about = {"kpixl": order.recipe[:12], "each": order.each, "scope": order.scope}
        folders.write(journal.run_file(order), (json.dumps(about) + "\n").encode())
    else:
        order = replace(order, target=str(local_path(order.target)))
        try_folder(Path(order.target))
    return books, order


def engines_wanted(arguments: Sequence[str], order: Order) -> tuple[tuple[str, Path | None], ...]:
    """The engines that make the PDFs of an order, each with the folder of a brand kit or of
    templates that it lays out: what the order names, else what the workbooks' kpixl.toml name. A
    kpixl.toml that cannot be read is told of with its packs."""
    templates = Path(order.templates) if order.templates is not None else None
    if order.engine and templates is not None:
        return ((order.engine, templates),)
    found: dict[tuple[str, Path | None], None] = {}
    for book in find_books(arguments):
        here = None if scheme_of(book.source) else local_path(book.source)
        with suppress(ConfigProblem):
            found[order.engine or named_engine(here), templates or named_kit(here)] = None
    return tuple(found) or ((order.engine or Engine.AUTO.value, templates),)


def _check_pages(pages: Sequence[str] | None) -> None:
    if pages is None:
        return
    from kpixl.pack.pages import DEFAULT_PAGES, PAGES

    unknown = [name for name in pages if name not in PAGES]
    if unknown:
        raise UsageProblem("unknown-page", found=", ".join(unknown), known=", ".join(DEFAULT_PAGES))


def _absolute(address: str) -> str:
    return address if scheme_of(address) else str(local_path(address).resolve())


def find_hands(
    books: Sequence[Book], order: Order, processes: int | None, cluster: str | None
) -> Hands:
    """Who makes the packs: a cluster, this process alone (``processes`` 1), or a pool. Raises
    :class:`UsageProblem` where several processes would not see the same files."""
    addresses = (order.target, *(book.source for book in books))
    alone = [one for one in addresses if scheme_of(one) == ONE_PROCESS]
    if alone and (cluster or (processes or 1) > 1):
        raise UsageProblem("one-process-only", found=alone[0])
    if cluster is not None:
        from kpixl.many.cluster import Cluster

        return Cluster(order, cluster)
    if processes is None:
        one_pack = len(books) == 1 and not order.each and len(order.languages) < 2
        processes = 1 if alone or one_pack else cores()
    return OwnHands(order) if processes == 1 else Pool(order, processes)
