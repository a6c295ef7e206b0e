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
ONCE = frozenset({"/Table", "/THead", "/TBody", "/TFoot"})
"""Two boxes, one in the other, that are the same part of a table: the outer one is it."""

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
        self.groups: list[Any] = []

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
        numbers += self.groups

    def _children(self, element: Element, head: bool) -> list[Any]:
        """What stands below an element when everything below is settled."""
        found: list[Any] = []
        for child in element["K"]:
            if isinstance(child, int):
                found.append(child)
                continue
            below = _at(self.objects, child)
            if "S" not in below:
                found.append(child)
            elif below["S"] == element["S"] and below["S"] in ONCE:
                found += self._children(below, head)
            else:
                found += self._settled(child, below, head)
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
        elif kind == "/LI":
            children = self._in_a_body(reference, element, children)
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
        loose: list[Any] = []
        for child in (*children, None):
            if child is not None and self._is_inline(child):
                loose.append(child)
                continue
            if loose:
                yield self._added("/P", reference, element["Pg"], loose)
                loose = []
            if child is not None:
                yield child

    def _in_a_body(self, reference: bytes, element: Element, children: list[Any]) -> list[Any]:
        """All that an item of a list says stands in its body, beside its bullet or number."""
        kinds = ["" if _is_mark(one) else _at(self.objects, one).get("S") for one in children]
        if set(kinds) <= {"/Lbl", "/LBody"} and kinds.count("/LBody") == 1:
            return children
        said: list[Any] = []
        for kind, child in zip(kinds, children, strict=True):
            if kind == "/LBody":
                said += _at(self.objects, child)["K"]
                self.alive.discard(_number(child))
            elif kind != "/Lbl":
                said.append(child)
        labels = [child for kind, child in zip(kinds, children, strict=True) if kind == "/Lbl"]
        return [*labels, self._added("/LBody", reference, element["Pg"], said)]

    def _added(self, kind: str, parent: bytes, page: bytes, children: list[Any]) -> bytes:
        """A new element that holds ``children``."""
        import pydyf

        element = pydyf.Dictionary({
            "Type": "/StructElem", "S": kind, "K": pydyf.Array(), "Pg": page, "P": parent,
        })  # fmt: skip
        self.pdf.add_object(element)
        self._keep(element.reference, children)
        return bytes(element.reference)

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
            leaf, owners = _at(self.objects, page), self.owners[page]
            content = _at(self.objects, leaf["Contents"]).stream
            self._settle_marks(content, page)
            for group in _groups(self.objects, content, leaf["Resources"]):
                self._map_group(group, page, numbers)
            marks = numbers[2 * index + 1]
            marks[:] = [owners.get(mark, b"null") for mark in range(len(marks))]

    def _settle_marks(self, content: list[Any], page: bytes) -> list[int]:
        """The marks of a stream that an element owns; the others say that they are artifacts."""
        owned: list[int] = []
        for place, entry in enumerate(content):
            if type(entry) is type(self.pdf.catalog) and "MCID" in entry:
                mark = entry["MCID"]
                if mark in self.owners[page]:
                    owned.append(mark)
                    continue
                content[place - 1] = "/Artifact"
                entry.clear()
                kind = "Layout" if mark in self.decoration[page] else "Pagination"
                entry["Type"] = f"/{kind}"
        return owned

    def _map_group(self, group: Any, page: bytes, numbers: Any) -> None:
        """What is painted as a group, such as what is half transparent, stands in a stream of its
        own: its marks are told apart from the page's."""
        import pydyf

        owned = self._settle_marks(group.stream, page)
        if not owned:
            return
        group.extra["StructParents"] = number = (len(numbers) + len(self.groups)) // 2
        owners = [b"null"] * (max(owned) + 1)
        for mark in owned:
            owners[mark] = owner = self.owners[page].pop(mark)
            place = pydyf.Dictionary({
                "Type": "/MCR", "Pg": page, "Stm": group.reference, "MCID": mark,
            })  # fmt: skip
            self.pdf.add_object(place)
            children = _at(self.objects, owner)["K"]
            children[children.index(mark)] = place.reference
        self.groups += [number, pydyf.Array(owners)]

    def _map_links(self, numbers: Any) -> None:
        """Tell each link's annotation which element owns it. One in a running head has none yet."""
        for place in range(2 * len(self.pages) + 1, len(numbers), 2):
            if not _is_element(_at(self.objects, numbers[place])):
                numbers[place] = b"null"
        for annotation, owner in self.links.items():
            number = _at(self.objects, annotation).get("StructParent")
            if number is not None:
                numbers[2 * number + 1] = owner


def _groups(objects: Any, content: list[Any], resources: bytes) -> Iterator[Any]:
    """The groups that a stream paints, and those that they paint."""
    known = _at(objects, resources).get("XObject", {})
    for entry in content:
        name = entry.decode("latin-1") if isinstance(entry, bytes) else entry
        if isinstance(name, str) and name.startswith("/x") and name.endswith(" Do"):
            group = _at(objects, known[name[1:-3]])
            yield group
            yield from _groups(objects, group.stream, group.extra["Resources"])


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

    root = _at(pdf.objects, pdf.catalog["StructTreeRoot"])
    numbers = _at(pdf.objects, root["ParentTree"])["Nums"]
    for page, reference in zip(document.pages, pdf.page_references, strict=True):
        for *_, box in page.links:
            annotation = getattr(box, "link_annotation", None)
            if not annotation or "StructParent" not in annotation:
                continue
            name = box.element.get("aria-label") or "".join(box.element.itertext())
            text = pydyf.String(link_text(clean(name)[:LONGEST]))
            annotation["Contents"] = text
            place = 2 * annotation["StructParent"] + 1
            if numbers[place] == b"null":
                numbers[place] = _own(pdf, root["K"][0], annotation, reference)
            element = _at(pdf.objects, numbers[place])
            if not any(_is_mark(one) for one in element["K"]) and "Alt" not in element:
                element["Alt"] = text


def _own(pdf: Any, document: bytes, annotation: Any, page: bytes) -> bytes:
    """An element for a link in a running head, whose text repeats on every page and so is no
    content: it is read when all else has been."""
    import pydyf

    leads = pydyf.Dictionary({"Type": "/OBJR", "Obj": annotation.reference, "Pg": page})
    pdf.add_object(leads)
    link = pydyf.Dictionary({
        "Type": "/StructElem", "S": "/Link", "K": pydyf.Array([leads.reference]), "Pg": page,
    })  # fmt: skip
    pdf.add_object(link)
    paragraph = pydyf.Dictionary({
        "Type": "/StructElem", "S": "/P", "K": pydyf.Array([link.reference]), "Pg": page,
        "P": document,
    })  # fmt: skip
    pdf.add_object(paragraph)
    link["P"] = paragraph.reference
    _at(pdf.objects, document)["K"].append(paragraph.reference)
    return bytes(link.reference)
