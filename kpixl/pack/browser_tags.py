"""Mend the tags that a browser gives what people write in templates, where PDF/UA knows more rules
than the browser does."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pikepdf

STANDARD = frozenset(
    f"/{name}"
    for name in [
        "Document",
        "Part",
        "Art",
        "Sect",
        "Div",
        "BlockQuote",
        "Caption",
        "TOC",
        "TOCI",
        "Index",
        "NonStruct",
        "Private",
        "H",
        "H1",
        "H2",
        "H3",
        "H4",
        "H5",
        "H6",
        "P",
        "L",
        "LI",
        "Lbl",
        "LBody",
        "Table",
        "TR",
        "TH",
        "TD",
        "THead",
        "TBody",
        "TFoot",
        "Span",
        "Quote",
        "Note",
        "Reference",
        "BibEntry",
        "Code",
        "Link",
        "Annot",
        "Ruby",
        "RB",
        "RT",
        "RP",
        "Warichu",
        "WT",
        "WP",
        "Figure",
        "Formula",
        "Form",
    ]
)
"""The types of ISO 32000-1, 14.8.4; a browser has a few more, of the standard that came after."""
ITEM = frozenset({"/Lbl", "/LBody"})


def mend_tags(document: pikepdf.Pdf) -> None:
    """Items of lists get a body, a figure without words for it is only a block, types that PDF 1.7
    does not know are said to be blocks, and elements are numbered in their order."""
    import pikepdf

    root = document.Root.get("/StructTreeRoot")
    if root is None:
        return
    unknown = set()
    for element in _elements(root):
        kind = str(element.get("/S", ""))
        if kind == "/LI":
            _with_body(document, element)
        elif kind == "/Figure" and "/Alt" not in element and "/ActualText" not in element:
            element["/S"] = pikepdf.Name.Div
        elif kind and kind not in STANDARD:
            unknown.add(kind)
    _number(document, root)
    if unknown:
        roles = pikepdf.Dictionary(dict.fromkeys(sorted(unknown), pikepdf.Name.Div))
        root["/RoleMap"] = roles


def _number(document: pikepdf.Pdf, root: pikepdf.Object) -> None:
    """Name elements in their order: the browser numbers them by what else it does meanwhile, and
    the same pack would not be the same bytes."""
    import pikepdf

    found = list(_elements(root))
    named = [one for one in found if "/ID" in one]
    names = {bytes(one["/ID"]): f"e{number:06}".encode() for number, one in enumerate(named)}
    for one in named:
        one["/ID"] = pikepdf.String(names[bytes(one["/ID"])])
    for one in found:
        about = one.get("/A")
        for part in about if isinstance(about, pikepdf.Array) else [about]:
            if isinstance(part, pikepdf.Dictionary) and "/Headers" in part:
                heads = part["/Headers"]
                known = [names[bytes(head)] for head in heads if bytes(head) in names]
                part["/Headers"] = pikepdf.Array(map(pikepdf.String, known))
    if named:
        pairs = [part for one in named for part in (one["/ID"], one)]
        tree = pikepdf.Dictionary(Names=pikepdf.Array(pairs))
        root["/IDTree"] = document.make_indirect(tree)


def _elements(node: pikepdf.Object) -> Iterator[pikepdf.Object]:
    waiting = [node]
    while waiting:
        element = waiting.pop()
        yield element
        waiting += [child for child, kind in _children(element) if kind]


def _children(element: pikepdf.Object) -> list[tuple[pikepdf.Object, str]]:
    """What stands in an element, each with its type; "" for what is no element."""
    import pikepdf

    inside = element.get("/K")
    if inside is None:
        return []
    found = list(inside) if isinstance(inside, pikepdf.Array) else [inside]
    return [
        (one, str(one.get("/S", "")) if isinstance(one, pikepdf.Dictionary) else "")
        for one in found
    ]


def _with_body(document: pikepdf.Pdf, item: pikepdf.Object) -> None:
    import pikepdf

    children = _children(item)
    if {kind for _, kind in children} <= ITEM:
        return
    labels = [one for one, kind in children if kind == "/Lbl"]
    said = []
    for one, kind in children:
        if kind == "/LBody":
            said += [child for child, _ in _children(one)]
        elif kind != "/Lbl":
            said.append(one)
    body = document.make_indirect(
        pikepdf.Dictionary(
            Type=pikepdf.Name.StructElem, S=pikepdf.Name.LBody, P=item, K=pikepdf.Array(said)
        )
    )
    if "/Pg" in item:
        body["/Pg"] = item["/Pg"]
    for one in said:
        if isinstance(one, pikepdf.Dictionary) and "/P" in one:
            one["/P"] = body
    item["/K"] = pikepdf.Array([*labels, body])
