"""Turn a logo's bytes into what is known of the picture, or say why it cannot stand on a cover."""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

from kpixl.errors import KpixlError

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    from PIL.Image import Image

SIGNATURES = {"image/png": b"\x89PNG\r\n\x1a\n", "image/jpeg": b"\xff\xd8\xff"}
MAX_BYTES = 2_000_000
MAX_PIXELS = 25_000_000
WIDEST, TALLEST = 12.0, 4.0
"""A logo 12 times as wide as high is a thread on the cover; so is one 4 times as high as wide."""
PALE = 0.82
SAMPLE = (64, 64)
MAKES_PALE = frozenset({"#fff", "#ffffff", "white", "none", "rgb(255,255,255)"})
ACTIVE = frozenset({"script", "foreignobject", "iframe", "object", "embed"})
REFERENCES = frozenset({"href", "src", "data"})
NUMBER = re.compile(r"\s*([\d.]+(?:e[+-]?\d+)?)\s*(px|pt|mm|cm|in|pc|)\s*", re.IGNORECASE)
FETCHED = re.compile(r"""url\(\s*['"]?(?!#|data:image/)|@import""", re.IGNORECASE)


class LogoProblem(KpixlError):
    """The picture named as logo is missing or cannot be used."""


class Picture(NamedTuple):
    """How wide a logo is for its height, and whether it is white or nearly so on no ground."""

    ratio: float
    pale: bool


def picture(data: bytes, kind: str, name: str) -> Picture:
    """What ``data``, a picture of the media type ``kind``, shows.

    Raises :class:`LogoProblem` where it is too large, no picture or a damaged one, too long for a
    cover, or an SVG that would run or fetch something.
    """
    if len(data) > MAX_BYTES:
        size = f"{len(data) / 1e6:.1f} MB"
        raise LogoProblem("logo-too-large", found=name, size=size)
    signature = SIGNATURES.get(kind)
    found = _drawn(data, name) if signature is None else _painted(data, signature, name)
    if found.ratio > WIDEST or found.ratio < 1 / TALLEST:
        shape = f"{found.ratio:.0f} : 1" if found.ratio > 1 else f"1 : {1 / found.ratio:.0f}"
        raise LogoProblem("logo-shape", found=name, shape=shape)
    return found


def _painted(data: bytes, signature: bytes, name: str) -> Picture:
    """A PNG or JPEG, read to its end: a file that was cut off opens, too."""
    from PIL import Image

    if not data.startswith(signature):
        raise LogoProblem("logo-unusable", found=name)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            image = Image.open(io.BytesIO(data))
        width, height = image.size
        if width * height > MAX_PIXELS:
            size = f"{width} × {height} px"
            raise LogoProblem("logo-too-large", found=name, size=size)
        with _whole_files_only():
            image.load()
        return Picture(width / height, _is_pale(image))
    except Image.DecompressionBombError as fault:
        raise LogoProblem("logo-too-large", found=name, size="> 170 000 000 px") from fault
    except (OSError, SyntaxError, ValueError, EOFError) as fault:
        raise LogoProblem("logo-broken", found=name) from fault


@contextmanager
def _whole_files_only() -> Iterator[None]:
    """WeasyPrint tells Pillow to take what there is of a file that was cut off: not here."""
    from PIL import ImageFile

    before = ImageFile.LOAD_TRUNCATED_IMAGES
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    try:
        yield
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = before


def _is_pale(image: Image) -> bool:
    """Whether what is seen of a transparent picture is white or nearly so."""
    if "A" not in image.getbands() and "transparency" not in image.info:
        return False
    small = image.convert("RGBA").resize(SAMPLE)
    pixels = small.tobytes()
    seen = [pixels[n : n + 3] for n in range(0, len(pixels), 4) if pixels[n + 3] > 127]
    if not seen or len(seen) == SAMPLE[0] * SAMPLE[1]:
        return False
    return sum(map(sum, seen)) / (3 * 255 * len(seen)) > PALE


def _drawn(data: bytes, name: str) -> Picture:
    """An SVG that is well-formed, sized, and complete in itself."""
    from xml.etree.ElementTree import ParseError

    from defusedxml.common import DefusedXmlException
    from defusedxml.ElementTree import fromstring

    try:
        root = fromstring(data, forbid_dtd=False, forbid_entities=True, forbid_external=True)
    except ParseError as fault:
        raise LogoProblem("logo-broken", found=name) from fault
    except DefusedXmlException as fault:
        raise LogoProblem("logo-active", found=name, what="<!ENTITY>") from fault
    if _local(root.tag) != "svg":
        raise LogoProblem("logo-unusable", found=name)
    for what in _active(root):
        raise LogoProblem("logo-active", found=name, what=what)
    if b"<?xml-stylesheet" in data:
        raise LogoProblem("logo-active", found=name, what="<?xml-stylesheet?>")
    ratio = _ratio(root)
    if ratio is None:
        raise LogoProblem("logo-sizeless", found=name)
    return Picture(ratio, _is_white(root))


def _local(tag: object) -> str:
    return tag.rsplit("}", 1)[-1].lower() if isinstance(tag, str) else ""


def _active(root: Element) -> Iterator[str]:
    """What in an SVG would run, or fetch something from elsewhere."""
    for element in root.iter():
        tag = _local(element.tag)
        if tag in ACTIVE:
            yield f"<{tag}>"
        if tag == "style" and FETCHED.search("".join(element.itertext())):
            yield "@import / url()"
        for attribute, value in element.attrib.items():
            key = _local(attribute)
            if key.startswith("on"):
                yield key
            elif (
                key in REFERENCES and tag != "a" and not value.startswith(("#", "data:image/"))
            ) or FETCHED.search(value):
                yield f"{key}={value[:40]}"


def _ratio(root: Element) -> float | None:
    """Width by height: of the drawing's own size, else of its view box."""
    sizes = [NUMBER.fullmatch(root.get(key, "")) for key in ("width", "height")]
    if sizes[0] and sizes[1] and sizes[0][2].lower() == sizes[1][2].lower():
        width, height = float(sizes[0][1]), float(sizes[1][1])
    else:
        box = root.get("viewBox", "").replace(",", " ").split()
        try:
            width, height = (float(part) for part in box[2:4])
        except ValueError:
            return None
    return width / height if width > 0 and height > 0 else None


def _is_white(root: Element) -> bool:
    """Whether every colour that an SVG names is white, and every shape has one."""
    named = {
        value.strip().lower().replace(" ", "")
        for element in root.iter()
        for key, value in _colours(element)
    }
    return bool(named - {"none"}) and named <= MAKES_PALE


def _colours(element: Element) -> Iterator[tuple[str, str]]:
    for key, value in element.attrib.items():
        if key in ("fill", "stroke"):
            yield key, value
    for part in element.get("style", "").split(";"):
        key, _, value = part.partition(":")
        if key.strip() in ("fill", "stroke"):
            yield key, value
    if _local(element.tag) == "style":
        yield from re.findall(r"(fill|stroke)\s*:\s*([^;}]+)", "".join(element.itertext()))
