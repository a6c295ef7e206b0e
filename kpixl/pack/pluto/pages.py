"""Gather the pages that PlutoBook laid out into one document, their content tagged."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING
from zlib import compress

from kpixl.pack.places import Place
from kpixl.pack.pluto.content import Form, Found, Resources, marked
from kpixl.pack.pluto.marks import FAMILY, value
from kpixl.pack.pluto.outline import Outline
from kpixl.pack.pluto.pictures import Picture

if TYPE_CHECKING:
    import pikepdf

NO_GLYPH = b"0000"
EFFORT = 4
"""Of zlib: 6, which is usual, needs half as much time again for 5 per cent."""
_CODE = re.compile(rb"<([0-9a-fA-F]{4})> <([0-9a-fA-F]+)>\n")


class Pages:
    """The ``document``; ``names`` and ``sizes`` (width and height in points) of its pages,
    ``places`` by id. :meth:`read` finds what its content holds, stream by stream: ``holders`` are
    the pages and forms whose content was read, in the order of ``found``'s streams, ``contents``
    what it is now."""

    def __init__(self, outline: Outline, pictures: Mapping[int, Picture]) -> None:
        import pikepdf

        self.document = pikepdf.new()
        self.names: list[str] = []
        self.sizes: list[tuple[float, float]] = []
        self.places: dict[str, Place] = {}
        self.found = Found(outline.graphics, list(outline.images), pictures)
        self.holders: list[pikepdf.Object] = []
        self.contents: list[bytes] = []
        self._fonts: dict[tuple[int, int], dict[bytes, int]] = {}

    def add(self, name: str, run: pikepdf.Pdf) -> None:
        """Add the pages of ``run``, which are called ``name``."""
        before = len(self.names)
        for key, place in places_in(run).items():
            self.places[key] = replace(place, page=before + place.page)
        settle(run)
        for page in run.pages:
            box = [float(edge) for edge in page.mediabox]
            self.names.append(name)
            self.sizes.append((box[2] - box[0], box[3] - box[1]))
        self.document.pages.extend(run.pages)

    def read(self) -> None:
        """Tag the content of all pages, and of the forms in them."""
        for number, page in enumerate(self.document.pages):
            content = page.Contents.read_bytes()
            resources = self._resources(page.obj)
            for holder, tagged in marked(content, number, self.found, resources):
                self.holders.append(page.obj if holder is None else holder)
                self.contents.append(tagged)
                if holder is None:
                    page.obj["/Contents"] = self.document.make_stream(b"")
                self._write(len(self.holders) - 1)

    def rewrite(self, number: int, content: bytes) -> None:
        """Have the stream ``number`` hold ``content``."""
        self.contents[number] = content
        self._write(number)

    def _write(self, number: int) -> None:
        import pikepdf

        holder = self.holders[number]
        stream = holder if isinstance(holder, pikepdf.Stream) else holder.Contents
        data = compress(self.contents[number], EFFORT)
        stream.write(data, filter=pikepdf.Name.FlateDecode)

    def _resources(self, holder: pikepdf.Object) -> Resources:
        import pikepdf

        known = holder.get("/Resources", pikepdf.Dictionary())
        images, forms = set(), {}
        for name, found in known.get("/XObject", pikepdf.Dictionary()).items():
            if found.get("/Subtype") == "/Image":
                images.add(name[1:])
            elif found.get("/Subtype") == "/Form":
                inside = self._resources(found)
                if inside.signs or inside.forms:
                    forms[name[1:]] = Form(found, found.read_bytes, inside)
        return Resources(dict(self._signs(known)), images, forms)

    def _signs(self, resources: pikepdf.Object) -> Iterator[tuple[str, dict[bytes, int]]]:
        """What the signs of the fonts of marks count, by the font's name and the sign's code."""
        import pikepdf

        for name, font in resources.get("/Font", pikepdf.Dictionary()).items():
            if FAMILY not in str(font.get("/BaseFont", "")):
                continue
            if font.objgen not in self._fonts:
                self._fonts[font.objgen] = {
                    code: value(bytes.fromhex(text.decode("ascii")).decode("utf-16-be"))
                    for code, text in _CODE.findall(font.ToUnicode.read_bytes())
                    if code != NO_GLYPH
                }
            yield name[1:], self._fonts[font.objgen]


def places_in(run: pikepdf.Pdf) -> dict[str, Place]:
    """The places that ``run`` names, by id."""
    import pikepdf

    names = run.Root.get("/Names")
    if names is None or "/Dests" not in names:
        return {}
    numbers = {page.obj.objgen: at for at, page in enumerate(run.pages)}
    return {
        str(name): Place(numbers[place[0].objgen], float(place[2]), float(place[3]))
        for name, place in pikepdf.NameTree(names.Dests).items()
        if place[0].objgen in numbers
    }


def settle(document: pikepdf.Pdf) -> None:
    """Say in ``document`` what Cairo takes for granted: that codes are numbers of glyphs, and that
    images are shown as they are."""
    import pikepdf

    for one in document.objects:
        if not isinstance(one, (pikepdf.Dictionary, pikepdf.Stream)):
            continue
        kind = one.get("/Subtype")
        if kind == pikepdf.Name.CIDFontType2:
            one["/CIDToGIDMap"] = pikepdf.Name.Identity
        elif kind == pikepdf.Name.Image:
            one["/Interpolate"] = False
