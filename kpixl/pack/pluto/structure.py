"""Write an outline into a PDF as its structure: elements, marked content, links."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pikepdf

from kpixl.pack.canvas import clean
from kpixl.pack.places import target_of as place_in
from kpixl.pack.pluto.outline import CELLS, LINK, Element, Outline, target_of
from kpixl.pack.pluto.pages import Pages
from kpixl.pack.tags import LONGEST
from kpixl.words import say

PRINTED = 4
"""The flag of an annotation that is printed, too."""


def write_structure(pages: Pages, outline: Outline, language: str) -> None:
    """Write ``outline`` into the document of ``pages``; its links lead where they should, and say
    so in ``language``."""
    notes = _linked(pages, outline)
    _Structure(pages, notes, language).write(outline.document)


def _linked(pages: Pages, outline: Outline) -> Mapping[int, Sequence[tuple[int, pikepdf.Object]]]:
    """The annotations of each link, each with its page. Those that lead nowhere are gone."""
    found: dict[int, list[tuple[int, pikepdf.Object]]] = {}
    for at, page in enumerate(pages.document.pages):
        kept = []
        for note in page.obj.get("/Annots", ()):
            action = note.get("/A")
            address = "" if action is None else str(action.get("/URI", ""))
            if not address.startswith(LINK):
                continue
            number = int(address.removeprefix(LINK))
            href = outline.hrefs[number]
            place = pages.places.get(target_of(href))
            if place is not None:
                note["/Dest"] = place_in(pages.document, place)
                del note["/A"]
            elif not href.startswith("#"):
                note["/A"]["/URI"] = pikepdf.String(href)
            else:
                continue
            note["/F"] = PRINTED
            kept.append(note)
            found.setdefault(number, []).append((at, note))
        if "/Annots" in page.obj:
            page.obj["/Annots"] = pikepdf.Array(kept)
    return found


class _Structure:
    """The structure of one file; ``notes`` are the annotations of each link by number, with their
    pages."""

    def __init__(
        self,
        pages: Pages,
        notes: Mapping[int, Sequence[tuple[int, pikepdf.Object]]],
        language: str,
    ) -> None:
        self.document, self.found, self.holders = pages.document, pages.found, pages.holders
        self.notes, self.language = notes, language
        self.pages = [page.obj for page in self.document.pages]
        self.owners: list[list[pikepdf.Object | None]] = [
            [None] * length for length in self.found.lengths
        ]
        self.numbered: list[pikepdf.Object] = []
        self.kinds: dict[str, pikepdf.Name] = {}
        self.leaves: set[int] = set()

    def write(self, outline: Element) -> None:
        """Write ``outline`` with all that stands below it."""
        document, leaves = self.document, {page.objgen for page in self.pages}
        self.leaves = {n for n, one in enumerate(self.holders) if one.objgen in leaves}
        root = document.make_indirect(pikepdf.Dictionary(Type=pikepdf.Name.StructTreeRoot))
        root["/K"] = pikepdf.Array([self._element(outline, root)])
        numbers: list[object] = []
        for number, (holder, owners) in enumerate(zip(self.holders, self.owners, strict=True)):
            holder["/StructParents"] = number
            numbers += [number, document.make_indirect(pikepdf.Array(owners))]
        for page in self.pages:
            page["/Tabs"] = pikepdf.Name.S
        for number, owner in enumerate(self.numbered, len(self.holders)):
            numbers += [number, owner]
        root["/ParentTree"] = document.make_indirect(pikepdf.Dictionary(Nums=numbers))
        root["/ParentTreeNextKey"] = len(self.holders) + len(self.numbered)
        document.Root["/StructTreeRoot"] = root
        document.Root["/MarkInfo"] = pikepdf.Dictionary(Marked=True)

    def _element(self, one: Element, parent: pikepdf.Object) -> pikepdf.Object:
        notes = () if one.link is None else self.notes.get(one.link, ())
        about = self._about(one, parent, bool(notes))
        held = self._held(one)
        if held is not None:
            return self._leaf(about, held)
        page = self._first_page(one)
        if page is not None:
            about["/Pg"] = self.pages[page]
        element = self.document.make_indirect(pikepdf.Dictionary(about))
        children: list[object] = []
        for child in one.children:
            if isinstance(child, int):
                children += self._content(child, page, element)
            elif child.kind != "Lbl" or self._held(child):
                children.append(self._element(child, element))
        if notes:
            told = pikepdf.String(say("pdf.link", self.language, name=_alt(one)))
            if not children:
                element["/Alt"] = told
            children += self._leads(notes, element, told)
        element["/K"] = pikepdf.Array(children)
        return element

    def _held(self, one: Element) -> list[tuple[int, int]] | None:
        """Streams and places of what an element holds, if that is content of one page and no more,
        as of most."""
        if one.link is not None or not all(isinstance(child, int) for child in one.children):
            return None
        contents, pages = self.found.contents, self.found.pages
        held = [piece for mark in one.children for piece in contents.get(mark, ())]  # type: ignore[arg-type]
        if any(
            stream not in self.leaves or pages[stream] != pages[held[0][0]] for stream, _ in held
        ):
            return None
        return held

    def _leaf(self, about: dict[str, object], held: Sequence[tuple[int, int]]) -> pikepdf.Object:
        """An element whose content is known before it is written."""
        if held:
            about["/Pg"] = self.pages[self.found.pages[held[0][0]]]
            places = [place for _, place in held]
            # A number alone needs no list around it.
            about["/K"] = pikepdf.Array(places) if len(places) > 1 else places[0]
        element = self.document.make_indirect(pikepdf.Dictionary(about))
        for stream, place in held:
            self.owners[stream][place] = element
        return element

    def _first_page(self, one: Element) -> int | None:
        """The page on which an element's own content begins."""
        for child in one.children:
            held = self.found.contents.get(child) if isinstance(child, int) else None
            if held:
                return self.found.pages[held[0][0]]
        return None

    def _about(self, one: Element, parent: pikepdf.Object, leads: bool) -> dict[str, object]:
        # A link that leads nowhere is text like any other.
        kind = "Span" if one.link is not None and not leads else one.kind
        about: dict[str, object] = {"/S": self._name(kind), "/P": parent}
        if one.alt and one.link is None:
            about["/Alt"] = pikepdf.String(_alt(one))
        if one.kind in CELLS:
            described = _described(one)
            if described:
                about["/A"] = pikepdf.Dictionary(described)
        return about

    def _name(self, kind: str) -> pikepdf.Name:
        if kind not in self.kinds:
            self.kinds[kind] = pikepdf.Name("/" + kind)
        return self.kinds[kind]

    def _content(self, mark: int, page: int | None, owner: pikepdf.Object) -> list[object]:
        """The content of ``mark``: a number on ``page``, the element's own, else with its place."""
        found: list[object] = []
        for stream, place in self.found.contents.get(mark, ()):
            self.owners[stream][place] = owner
            number = self.found.pages[stream]
            if number == page and stream in self.leaves:
                found.append(place)
                continue
            where = pikepdf.Dictionary(Type=pikepdf.Name.MCR, Pg=self.pages[number], MCID=place)
            if stream not in self.leaves:
                where["/Stm"] = self.holders[stream]
            found.append(where)
        return found

    def _leads(
        self,
        notes: Sequence[tuple[int, pikepdf.Object]],
        owner: pikepdf.Object,
        told: pikepdf.String,
    ) -> list[object]:
        found: list[object] = []
        for page, note in notes:
            note["/Contents"] = told
            note["/StructParent"] = len(self.holders) + len(self.numbered)
            self.numbered.append(owner)
            found.append(pikepdf.Dictionary(Type=pikepdf.Name.OBJR, Obj=note, Pg=self.pages[page]))
        return found


def _alt(one: Element) -> str:
    return clean(one.alt)[:LONGEST]


def _described(cell: Element) -> dict[str, object]:
    found: dict[str, object] = {}
    if cell.kind == "TH":
        found["/Scope"] = pikepdf.Name.Column if cell.head else pikepdf.Name.Row
    if cell.columns > 1:
        found["/ColSpan"] = cell.columns
    if cell.rows > 1:
        found["/RowSpan"] = cell.rows
    return {"/O": pikepdf.Name.Table, **found} if found else {}
