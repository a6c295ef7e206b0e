"""Read a pack's HTML as elements without namespaces."""

from __future__ import annotations

from xml.etree import ElementTree

from kpixl.pack.xhtml import root_of

PREFIXES = {
    "http://www.w3.org/1999/xlink": "xlink:",
    "http://www.w3.org/XML/1998/namespace": "xml:",
}


def parsed(html: str) -> ElementTree.Element:
    """The document's element. A user's template that is no XML is read as a browser reads it."""
    root = root_of(html)
    if root is None:
        import tinyhtml5

        root = tinyhtml5.parse(html, namespace_html_elements=False)
    if "xmlns" in html or "<svg" in html:
        for element in root.iter():
            if isinstance(element.tag, str):
                _without_namespaces(element)
    return root


def _without_namespaces(element: ElementTree.Element) -> None:
    element.tag = element.tag.rpartition("}")[2]
    for name in [name for name in element.attrib if name.startswith("{")]:
        space, _, local = name[1:].partition("}")
        element.set(PREFIXES.get(space, "") + local, element.attrib.pop(name))
