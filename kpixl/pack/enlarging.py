"""Bring a finished PDF onto larger paper: the same pages, all of them larger by the same factor.

A pack is laid out for A4. A3 has the same shape, so that nothing has to be laid out anew: what is
drawn, where links lead and where figures are said to stand are enlarged together.
"""

from __future__ import annotations

import io
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from kpixl.pack.finish import saved
from kpixl.pack.look import Paper

if TYPE_CHECKING:
    import pikepdf


FACTORS = {Paper.A4: 1.0, Paper.A3: 420 / 297}
"""By width; the height of A3 is 297 mm to A4's 210, the same within 0.01 %."""
_BOXES = ("/MediaBox", "/CropBox", "/BleedBox", "/TrimBox", "/ArtBox")


def on_paper(pdf: bytes, paper: Paper, identifier: str) -> bytes:
    """``pdf``, which was laid out for A4, on ``paper``; ``identifier`` stays its own."""
    factor = FACTORS[paper]
    return pdf if factor == 1 else _enlarged(pdf, factor, identifier)


def _enlarged(pdf: bytes, factor: float, identifier: str) -> bytes:
    import pikepdf

    with pikepdf.open(io.BytesIO(pdf)) as document:
        for page in document.pages:
            for box in _BOXES:
                if box in page.obj:
                    page.obj[box] = _times(page.obj[box], factor)
            page.contents_add(f"q {factor:.6f} 0 0 {factor:.6f} 0 0 cm\n".encode(), prepend=True)
            page.contents_add(b"\nQ")
            _enlarge_patterns(page, factor)
        for one in document.objects:
            _enlarge(one, factor)
        return saved(document, identifier)


def _enlarge(found: pikepdf.Object, factor: float) -> None:
    """Enlarge what says where it is: notes, places that something leads to, figures. What is named
    in another place is met there."""
    import pikepdf

    inside: list[pikepdf.Object] = []
    if isinstance(found, pikepdf.Array):
        if _is_place(found):
            for at in range(2, len(found)):
                # The last of a place with left and top is a zoom, which stays.
                if found[at] is not None and at < 4:
                    found[at] = float(found[at]) * factor
            return
        inside = list(found)
    elif isinstance(found, (pikepdf.Dictionary, pikepdf.Stream)):
        _enlarge_keys(found, factor)
        inside = [found[key] for key in found.keys()]  # noqa: SIM118 -- it is no dict
    for one in inside:
        if isinstance(one, (pikepdf.Array, pikepdf.Dictionary)) and not one.is_indirect:
            _enlarge(one, factor)


def _enlarge_keys(found: pikepdf.Object, factor: float) -> None:
    keys: tuple[str, ...] = ()
    if found.get("/Type") == "/Annot":
        keys = ("/Rect", "/QuadPoints")
    elif found.get("/O") == "/Layout":
        keys = ("/BBox",)
    for key in keys:
        if key in found:
            found[key] = _times(found[key], factor)


def _is_place(found: pikepdf.Object) -> bool:
    """Whether an array is a page and where on it."""
    import pikepdf

    if len(found) < 2 or not isinstance(found[1], pikepdf.Name):
        return False
    return str(found[1]) in ("/XYZ", "/FitH", "/FitV", "/FitBH", "/FitBV")


def _times(numbers: Iterable[Any], factor: float) -> pikepdf.Array:
    import pikepdf

    return pikepdf.Array([round(float(number) * factor, 3) for number in numbers])


def _enlarge_patterns(page: pikepdf.Page, factor: float) -> None:
    """Patterns lie on the page itself, whatever is drawn with them."""
    import pikepdf

    known = page.obj.get("/Resources", pikepdf.Dictionary()).get("/Pattern", pikepdf.Dictionary())
    for name in known.keys():  # noqa: SIM118 -- it is no dict
        matrix = known[name].get("/Matrix", [1, 0, 0, 1, 0, 0])
        known[name]["/Matrix"] = _times(matrix, factor)
