"""Find where things stand in a browser's PDF, and let links and outline lead there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import unquote

if TYPE_CHECKING:
    import pikepdf

MARK = "kpixl-place-"
"""How the ids begin by which a printed page is asked where things have come to stand."""


@dataclass(frozen=True)
class Place:
    """Where something stands: the page, from 0, and left and top in points from below."""

    page: int
    left: float
    top: float


def places_of(document: pikepdf.Pdf, targets: Mapping[str, str]) -> dict[str, Place]:
    """Where everything stands that a link leads to, by its id; ``targets`` name the mark that
    tells it where the browser does not."""
    pages = {page.obj.objgen: number for number, page in enumerate(document.pages)}
    found = document.Root.get("/Dests")
    if found is None:
        return {}
    places = {
        unquote(name[1:]): Place(pages[target[0].objgen], float(target[2]), float(target[3]))
        for name, target in found.items()
    }
    for name, mark in targets.items():
        if mark in places:
            places.setdefault(name, places[mark])
    return places


def lead_to(document: pikepdf.Pdf, places: Mapping[str, Place]) -> None:
    """Let every link lead to its place, also where the browser noted none."""
    import pikepdf

    known = document.Root.get("/Dests")
    if known is None:
        return
    for page in document.pages:
        for note in page.get("/Annots", pikepdf.Array()):
            name = note.get("/Dest")
            if isinstance(name, pikepdf.Name) and name not in known:
                place = places.get(unquote(str(name)[1:]))
                if place is not None:
                    known[name] = target_of(document, place)


def target_of(document: pikepdf.Pdf, place: Place) -> pikepdf.Array:
    """``place`` as a PDF's links and outline name it."""
    import pikepdf

    page = document.pages[place.page].obj
    return pikepdf.Array([page, pikepdf.Name.XYZ, place.left, place.top, 0])
