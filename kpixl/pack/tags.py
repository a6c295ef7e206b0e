"""Turn the tags that WeasyPrint gives a PDF into those that a reader program needs (PDF/UA).

WeasyPrint tags every box: spans in spans, anonymous boxes, running heads as if they were content,
headers without a scope, pictures without a meaning. Here, before the file is written, what only
lays out is dissolved, what repeats on every page or only decorates becomes an artifact, header
cells say what they head, figures where they are, and links where they lead.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

from kpixl.pack.canvas import clean

PX = 0.75
"""Points of one CSS pixel."""
LONGEST = 16_000
"""Characters of a description: PDF/A allows strings of 32,767 bytes, and each takes two."""

DISSOLVED = frozenset({"/Span", "/NonStruct"})
INLINE = frozenset({"/Link", "/Figure"})
GROUPS = frozenset({"/Document", "/Sect", "/Div"})
CELLS = frozenset({"/TD", "/TH"})
KEPT_EMPTY = CELLS
"""A cell without text is a cell all the same: its row would be shorter without it."""

Element = dict[str, Any]


def settle(document: Any, pdf: Any, link_text: Callable[[str], str]) -> None:
    """Settle the tags of ``pdf``, a pydyf file of a WeasyPrint ``document`` that is about to be
    written. ``link_text`` says where a link leads, given its name."""
    _Tags(document, pdf).settle()
    _name_links(document, pdf, link_text)


class _Tags:
    """The structure tree of one file. An element's number is its place in ``objects``; its
    children are marks of its page's content (numbers) or references (``b"12 0 R"``)."""

    def __init__(self, document: Any, pdf: Any) -> None:
        self.document, self.pdf, self.objects = document, pdf, pdf.objects
        self.pages: tuple[bytes, ...] = pdf.page_references
        self.heights = {
            reference: page.height
            for reference, page in zip(self.pages, document.pages, strict=True)
        }
        self.owners: dict[bytes, dict[int, bytes]] = {reference: {} for reference in self.pages}
        self.decoration: dict[bytes, set[int]] = {reference: set() for reference in self.pages}
        self.alive: set[int] = set()
        self.links: dict[bytes, bytes] = {}

    def settle(self) -> None:
        root = _at(self.objects, self.pdf.catalog["StructTreeRoot"])
        (top,) = root["K"]
        self._keep(top, self._children(_at(self.objects, top), head=False))
        for number, found in enumerate(self.objects):
            if number not in self.alive and _is_element(found):
                # Numbers of objects cannot be given away: what is left of it is nothing.
                self.objects[number] = _nothing(found)
        numbers = _at(self.objects, root["ParentTree"])["Nums"]
        self._map_content(numbers)
        self._map_links(numbers)

    def _children(self, element: Element, head: bool) -> list[Any]:
        """What stands below an element when everything below is settled."""
        found: list[Any] = []
        for child in element["K"]:
            if isinstance(child, int):
                found.append(child)
                continue
            below = _at(self.objects, child)
            if "S" in below:
                found += self._settled(child, below, head)
            else:
                found.append(child)
        return found

    def _settled(self, reference: bytes, element: Element, head: bool) -> list[Any]:
        """What takes the place of an element: itself, what stands below it, or nothing. Every box
        within a link leads where the link leads; what says so belongs to the link."""
        children = self._children(element, head or element["S"] == "/THead")
        if element["S"] == "/Link":
            return self._standing(reference, element, children, head)
        leads = [child for child in children if self._leads(child)]
        others = [child for child in children if child not in leads] if leads else children
        return [*self._standing(reference, element, others, head), *leads]

    def _standing(
        self, reference: bytes, element: Element, children: list[Any], head: bool
    ) -> list[Any]:
        kind = element["S"]
        if kind == "/Figure":
            if not element.get("Alt"):
                self.decoration[element["Pg"]].update(one for one in children if _is_mark(one))
                return []
            self._place(element)
        elif kind in CELLS:
            _head(element, kind, head)
        elif not children:
            return []
        elif kind in DISSOLVED or (kind == "/Link" and not self._leads_anywhere(children)):
            return children
        elif kind == "/Div":
            if all(self._is_inline(child) for child in children):
                element["S"] = "/P"
            elif len(children) == 1:
                return children
        if element["S"] in GROUPS:
            children = list(self._in_paragraphs(reference, element, children))
        self._keep(reference, children)
        return [reference]

    def _keep(self, reference: bytes, children: list[Any]) -> None:
        element = _at(self.objects, reference)
        element["K"][:] = children
        self.alive.add(_number(reference))
        owners = self.owners.get(element.get("Pg", b""), {})
        for child in children:
            if _is_mark(child):
                owners[child] = reference
            else:
                below = _at(self.objects, child)
                if "S" in below:
                    below["P"] = reference
                else:
                    self.links[below["Obj"]] = reference

    def _in_paragraphs(
        self, reference: bytes, element: Element, children: list[Any]
    ) -> Iterator[Any]:
        """Text that stands loose beside blocks becomes a paragraph of its own."""
        import pydyf

        loose: list[Any] = []
        for child in (*children, None):
            if child is not None and self._is_inline(child):
                loose.append(child)
                continue
            if loose:
                paragraph = pydyf.Dictionary({
                    "Type": "/StructElem", "S": "/P", "K": pydyf.Array(),
                    "Pg": element["Pg"], "P": reference,
                })  # fmt: skip
                self.pdf.add_object(paragraph)
                self._keep(paragraph.reference, loose)
                yield paragraph.reference
                loose = []
            if child is not None:
                yield child

    def _is_inline(self, child: Any) -> bool:
        return _is_mark(child) or _at(self.objects, child).get("S", "/OBJR") in INLINE

    def _leads_anywhere(self, children: list[Any]) -> bool:
        return any(map(self._leads, children))

    def _leads(self, child: Any) -> bool:
        """Whether a child is the reference of a link's annotation."""
        return not _is_mark(child) and "S" not in _at(self.objects, child)

    def _place(self, figure: Element) -> None:
        """WeasyPrint counts in pixels from the upper edge, a PDF in points from the lower."""
        left, top, right, bottom = figure["A"]["BBox"]
        height = self.heights[figure["Pg"]]
        figure["A"]["BBox"][:] = [
            round(PX * one, 2) for one in (left, height - bottom, right, height - top)
        ]

    def _map_content(self, numbers: Any) -> None:
        """Tell each page which element owns which mark; a mark without one is an artifact."""
        for index, page in enumerate(self.pages):
            marks, owners = numbers[2 * index + 1], self.owners[page]
            content = _at(self.objects, _at(self.objects, page)["Contents"]).stream
            for place, entry in enumerate(content):
                if type(entry) is type(self.pdf.catalog) and "MCID" in entry:
                    mark = entry["MCID"]
                    if mark not in owners:
                        content[place - 1] = "/Artifact"
                        entry.clear()
                        kind = "Layout" if mark in self.decoration[page] else "Pagination"
                        entry["Type"] = f"/{kind}"
            marks[:] = [owners.get(mark, b"null") for mark in range(len(marks))]

    def _map_links(self, numbers: Any) -> None:
        """Tell each link's annotation which element owns it. One that repeats on every page, in a
        running head, has none."""
        for place in range(2 * len(self.pages) + 1, len(numbers), 2):
            if not _is_element(_at(self.objects, numbers[place])):
                numbers[place] = b"null"
        for annotation, owner in self.links.items():
            number = _at(self.objects, annotation).get("StructParent")
            if number is not None:
                numbers[2 * number + 1] = owner


def _is_mark(child: Any) -> bool:
    return isinstance(child, int)


def _number(reference: bytes) -> int:
    return int(reference[:-4])


def _at(objects: Any, reference: bytes) -> Any:
    return objects[_number(reference)]


def _is_element(found: Any) -> bool:
    return isinstance(found, dict) and found.get("Type") == "/StructElem"


@cache
def _nothing_kind() -> Any:
    import pydyf

    class Nothing(pydyf.Object):  # type: ignore[misc]  # pydyf has no types
        data = b"null"

    return Nothing


def _nothing(element: Any) -> Any:
    nothing = _nothing_kind()()
    nothing.number = element.number
    return nothing


def _head(cell: Element, kind: str, in_head: bool) -> None:
    """A header cell says whether it heads its column or its row. That says all: WeasyPrint's list
    of headers in every cell knows nothing of those that span columns."""
    cell.pop("ID", None)
    cell["A"].pop("Headers", None)
    if kind == "/TH":
        cell["A"]["Scope"] = "/Column" if in_head else "/Row"
    elif len(cell["A"]) == 1:
        del cell["A"]


def _name_links(document: Any, pdf: Any, link_text: Callable[[str], str]) -> None:
    """Each link says where it leads; one without text of its own, such as a box of a chart, says
    so in its element, too."""
    import pydyf

    numbers = _at(pdf.objects, _at(pdf.objects, pdf.catalog["StructTreeRoot"])["ParentTree"])[
        "Nums"
    ]
    for page in document.pages:
        for *_, box in page.links:
            annotation = getattr(box, "link_annotation", None)
            if not annotation or "StructParent" not in annotation:
                continue
            name = box.element.get("aria-label") or "".join(box.element.itertext())
            text = pydyf.String(link_text(clean(name)[:LONGEST]))
            annotation["Contents"] = text
            owner = numbers[2 * annotation["StructParent"] + 1]
            if owner == b"null":
                del annotation["StructParent"]
                continue
            element = _at(pdf.objects, owner)
            if not any(_is_mark(one) for one in element["K"]) and "Alt" not in element:
                element["Alt"] = text
