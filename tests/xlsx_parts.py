"""Compare two .xlsx files part by part. Nothing is left out but what stands in IGNORED."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from xml.etree.ElementTree import canonicalize

from defusedxml import ElementTree

IGNORED: Mapping[str, tuple[str, ...]] = {
    # part -> elements (in Clark's notation) that may differ, with the reason.
    # Nothing for now: the same content gives the same bytes.
}


def parts(source: Path | bytes) -> dict[str, bytes]:
    """Part name -> content."""
    opened = io.BytesIO(source) if isinstance(source, bytes) else source
    with zipfile.ZipFile(opened) as file:
        return {name: file.read(name) for name in file.namelist()}


def differences(first: Path | bytes, second: Path | bytes) -> list[str]:
    """What differs, a line a part: missing parts, then parts whose XML is not the same."""
    left, right = parts(first), parts(second)
    found = [f"only in the first: {name}" for name in sorted(left.keys() - right.keys())]
    found += [f"only in the second: {name}" for name in sorted(right.keys() - left.keys())]
    for name in sorted(left.keys() & right.keys()):
        if canonical(name, left[name]) != canonical(name, right[name]):
            found.append(f"{name}: {_first_difference(left[name], right[name])}")
    return found


def canonical(name: str, content: bytes) -> str | bytes:
    """A part's XML in canonical form, without the elements that may differ; others as they are."""
    if not name.endswith((".xml", ".rels", ".vml")):
        return content
    tree = ElementTree.fromstring(content)
    for parent in list(tree.iter()):
        for child in list(parent):
            if child.tag in IGNORED.get(name, ()):
                parent.remove(child)
    return canonicalize(ElementTree.tostring(tree, encoding="unicode"))


def _first_difference(left: bytes, right: bytes) -> str:
    for position, (a, b) in enumerate(zip(left, right, strict=False)):
        if a != b:
            window = slice(max(0, position - 60), position + 60)
            return f"{left[window]!r} is not {right[window]!r}"
    return f"{len(left)} bytes against {len(right)}"


def with_part(source: Path | bytes, name: str, change: Callable[[str], str]) -> bytes:
    """The same package, with the text of one part changed."""
    found = parts(source)
    found[name] = change(found[name].decode("utf-8")).encode("utf-8")
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as file:
        for part, content in found.items():
            file.writestr(part, content)
    return buffer.getvalue()
