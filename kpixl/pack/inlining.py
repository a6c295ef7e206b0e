"""Put the files that a user's templates name into the page itself, so that it fetches nothing."""

from __future__ import annotations

import base64
import io
import logging
import re
import struct
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache, partial
from html import escape, unescape
from pathlib import Path
from types import MappingProxyType
from typing import Any

from kpixl.errors import UsageProblem
from kpixl.pack.problems import refused_fetch
from kpixl.pack.references import file_of, is_within, kind_of, placed

SVG = "image/svg+xml"
NO_IMAGES: Mapping[str, str] = MappingProxyType({})

_STYLE = re.compile(r"(<style\b[^>]*>)(.*?)(</style>)", re.IGNORECASE | re.DOTALL)
_FACE = re.compile(r"@font-face\s*\{[^{}]*\}", re.IGNORECASE)
_ADDRESS = r"(?:\"([^\"]*)\"|'([^']*)'|([^)\"'\s]*))"
_ASKED = re.compile(
    rf"/\*.*?\*/|@import\s*(?:url\(\s*{_ADDRESS}|\"([^\"]*)\"|'([^']*)')"
    rf"|url\(\s*{_ADDRESS}\s*\)|\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'",
    re.IGNORECASE | re.DOTALL,
)
"""In a style sheet: what is asked for (1 to 5 by ``@import``, 6 to 8 as a file); and comments and
texts, so that nothing is sought in them."""
_SHEETS, _FILES = slice(0, 5), slice(5, 8)
_ESCAPE = re.compile(r"\\(?:([0-9a-fA-F]{1,6})\s?|(.))", re.DOTALL)
# Text from a workbook cannot look like a tag: its < is escaped.
_TAG = re.compile(r"<!--.*?-->|<([a-z][\w:-]*)(?:[^>\"']|\"[^\"]*\"|'[^']*')*>", re.I | re.DOTALL)
_ATTRIBUTE = re.compile(
    r"(\s(?P<name>[^\s=>\"'/]+)\s*=\s*)(?P<value>\"[^\"]*\"|'[^']*'|[^\s>\"']+)"
)
FETCHED = ("src", "srcset", "poster", "data", "background", "xlink:href", "href", "style")
_LINKS = ("a", "area")
"""Their ``href`` is followed by a person, not fetched."""
ALWAYS = frozenset(" 0123456789.,:()/-•◦▪‐…")
"""What a page may show that nobody wrote: counters, marks of lists, hyphens."""

Put = Callable[[str], str]
"""Takes a reference; returns what is to stand in its place."""


def self_contained(page: str, templates: Path) -> str:
    """``page`` with every file of ``templates`` that it names put in as data; of a font only what
    the page's text needs. Raises what :func:`kpixl.pack.references.file_of` raises."""
    with _placed(templates):
        return _filled(page, partial(_put, templates, _fitted(page)))


def with_files(page: str, charts: Mapping[str, str], templates: Path | None) -> str:
    """``page``, to be printed and thrown away, with what ``charts`` gives for the names of charts,
    and the files of ``templates`` put in whole. Raises as :func:`self_contained`."""
    return _filled(page, partial(_put, templates, _whole, charts=charts))


def as_data(images: Mapping[str, str]) -> dict[str, str]:
    """The charts ``images``, SVG by name, as the references that hold them."""
    return {name: _data(SVG, svg.encode()) for name, svg in images.items()}


def font_faces(page: str, shown: str, templates: Path | None) -> str:
    """The rules by which ``page`` brings fonts of its own, with what ``shown`` needs of each put
    in: a picture in a page knows no fonts but those that it brings itself. "" where there are
    none. Raises as :func:`self_contained`."""
    rules = [rule for css in _STYLE.findall(page) for rule in _FACE.findall(css[1])]
    return _in_css("\n".join(rules), partial(_put, templates, _fitted(shown)))


def check_references(page: str, charts: Collection[str], templates: Path) -> None:
    """Raise what :func:`self_contained` would, whether the engine that lays ``page`` out would
    come upon the reference or not: so every one says the same of a template. ``charts`` are the
    names of those that there are."""
    with _placed(templates):
        _filled(page, partial(_put, templates, _checked, charts={name: name for name in charts}))


@contextmanager
def _placed(templates: Path) -> Iterator[None]:
    """Within it a reference that is refused is told with the file and line that it stands on."""
    try:
        yield
    except UsageProblem as fault:
        raise placed(fault, templates) from fault


def _put(
    templates: Path | None,
    put: Callable[[Path], str],
    url: str,
    charts: Mapping[str, str] = NO_IMAGES,
) -> str:
    """What stands for a reference: itself where nothing is fetched for it."""
    if is_within(url):
        return url
    if url in charts:
        return charts[url]
    return put(_checked_file(file_of(url, templates)))


def _whole(path: Path) -> str:
    return _data(kind_of(path), path.read_bytes())


def _fitted(page: str) -> Callable[[Path], str]:
    """As :func:`_whole`, but of fonts only what ``page`` may show."""
    characters = _characters(page)

    def put(path: Path) -> str:
        if kind_of(path).startswith("font/"):
            return _data("font/woff2", _needed(path.read_bytes(), path.name, characters))
        return _whole(path)

    return put


def _checked(path: Path) -> str:
    return path.name


def _checked_file(path: Path) -> Path:
    """A picture that asks for more is refused: where it stands in a page, no browser fetches it.
    So is a font that is none."""
    kind = kind_of(path)
    if kind == SVG:
        _filled(path.read_text(encoding="utf-8", errors="replace"), _alone)
    elif kind.startswith("font/"):
        _check_font(path.read_bytes(), path.name)
    return path


def _alone(url: str) -> str:
    if not is_within(url):
        raise refused_fetch(url)
    return url


def _data(kind: str, content: bytes) -> str:
    return f"data:{kind};base64,{base64.b64encode(content).decode('ascii')}"


# ---- Where references stand -----------------------------------------------------------------


def _filled(page: str, put: Put) -> str:
    parts = _STYLE.split(page)
    for n in range(0, len(parts), 4):
        parts[n] = _TAG.sub(lambda tag: _in_tag(tag, put), parts[n])
    for n in range(2, len(parts), 4):
        parts[n] = _in_css(parts[n], put)
    return "".join(parts)


def _in_css(css: str, put: Put) -> str:
    def filled(asked: re.Match[str]) -> str:
        groups = [None if text is None else _unescaped(text) for text in asked.groups()]
        for url in groups[_SHEETS]:
            if url is not None:
                raise UsageProblem("fetch-sheet", found=url)
        return next((f'url("{put(url)}")' for url in groups[_FILES] if url is not None), asked[0])

    return _ASKED.sub(filled, css)


def _in_tag(tag: re.Match[str], put: Put) -> str:
    element = (tag[1] or "").casefold()

    def value(found: re.Match[str]) -> str:
        name = found["name"].casefold()
        if name not in FETCHED or (name == "href" and element in _LINKS):
            return found[0]
        text = unescape(found["value"].strip("\"'"))
        kept = _in_css(text, put) if name == "style" else put(text)
        return f'{found[1]}"{escape(kept)}"'

    return _ATTRIBUTE.sub(value, tag[0]) if element else tag[0]


def _unescaped(css: str) -> str:
    """The text that CSS writes with escapes."""
    return _ESCAPE.sub(_written, css)


def _written(escaped: re.Match[str]) -> str:
    if escaped[1] is None:
        return escaped[2]
    code = int(escaped[1], 16)
    return chr(code) if code < 0x110000 else "\ufffd"


# ---- Fonts ----------------------------------------------------------------------------------


def _characters(page: str) -> frozenset[str]:
    """What a page may show, capitals and small letters too, which a style sheet can ask for."""
    text = unescape(page)
    shown = {*text, *text.upper(), *text.lower()}
    for css in _STYLE.findall(page):
        shown.update(_unescaped(css[1]))
    return ALWAYS | shown


def _opened(font: bytes, name: str) -> Any:
    from fontTools.ttLib import TTFont, TTLibError

    # It tells of tables that it does not know; they are not needed to show text.
    logging.getLogger("fontTools").setLevel(logging.ERROR)
    try:
        return TTFont(io.BytesIO(font), recalcTimestamp=False)
    except (TTLibError, OSError, ValueError, struct.error):
        raise refused_fetch(name, missing=True) from None


@lru_cache(maxsize=16)
def _check_font(font: bytes, name: str) -> None:
    """Raise ``fetch-missing`` for what is no font; each is looked at once."""
    _opened(font, name).close()


@lru_cache(maxsize=16)
def _needed(font: bytes, name: str, characters: frozenset[str]) -> bytes:
    """What the page's text needs of a font, as WOFF 2."""
    from fontTools.subset import Options, Subsetter

    found = _opened(font, name)
    options = Options(layout_features=["*"], hinting=False, notdef_outline=True)
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=[ord(one) for one in characters])
    subsetter.subset(found)
    found.flavor = "woff2"
    written = io.BytesIO()
    found.save(written)
    return written.getvalue()
