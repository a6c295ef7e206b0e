"""Logos of every shape and fault, made where they are used."""

from __future__ import annotations

import io

from PIL import Image, ImageDraw

from kpixl.pack.logo import data_uri

COLOURS = {"dark": "#101820", "pale": "#fff1a8", "red": "#d0021b"}


def png(size: tuple[int, int], ink: str = "#0b6e4f", ground: str = "#00000000") -> bytes:
    """A disc and a bar on a ground that can be seen through."""
    width, height = size
    image = Image.new("RGBA", size, ground)
    pen = ImageDraw.Draw(image)
    side = min(size)
    pen.ellipse((side * 0.1, side * 0.1, side * 0.9, side * 0.9), fill=ink)
    pen.rectangle((width * 3 // 5, height * 3 // 5, width, height), fill=ink)
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


def svg(inside: str = "", size: str = 'viewBox="0 0 120 30"') -> bytes:
    """A drawing of a disc and a bar around which ``inside`` stands."""
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
        f" {size}>"
        f'{inside}<circle cx="15" cy="15" r="12" fill="#0b3d6b"/>'
        '<rect x="36" y="9" width="80" height="12" fill="#e2a300"/></svg>'
    ).encode()


def uri_of(data: bytes, kind: str = "image/png") -> str:
    """As the pack carries it."""
    return data_uri(data, kind, "logo")
