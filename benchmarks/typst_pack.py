"""Turn a pack into a Typst document of equal content: the same headings, sentences, tables and
charts in the same order on A4 landscape, in the same fonts and size of letters. What is not the
same is the layout: blocks that stand side by side in the pack follow each other here.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

from kpixl.pack.contexts import Pack
from kpixl.pack.html import Rendered

POINTS = 0.75
"""Of a CSS pixel."""
BLOCKS = ("div", "p", "li", "dt", "dd", "ul", "dl", "figure", "header")
HEADINGS = ("h1", "h2", "h3")
OPENED = {
    "section": "\n#pagebreak(weak: true)\n",
    "b": "#strong[",
    "br": "#linebreak()",
    **{tag: f"\n#heading(level: {tag[1]})[" for tag in HEADINGS},
    **dict.fromkeys(BLOCKS, "\n\n"),
}
CLOSED = {"b": "]", **dict.fromkeys(HEADINGS, "]\n"), **dict.fromkeys(BLOCKS, "\n\n")}
SKIPPED = frozenset(("head", "style", "title", "script"))
OPENING = """
#set document(title: {title}, author: {author})
#set text(font: ("Inter", "BIZ UDPGothic"), size: 8.5pt, lang: {language})
#set par(leading: 0.5em, spacing: 0.7em)
#show heading.where(level: 1): set text(size: 17pt, fill: rgb({brand}))
#show heading.where(level: 2): set text(size: 10pt)
#show heading.where(level: 3): set text(size: 8.5pt)
#set table(stroke: (x: none, y: 0.4pt + rgb("#e3e6e9")), inset: (x: 3.4pt, y: 2pt))
#show table: set text(size: 7.5pt)
#set page(paper: "a4", flipped: true, margin: (x: 14mm, top: 19mm, bottom: 14mm),
  header: align(right, text(size: 7.5pt, {running})),
  footer: context align(right, text(size: 7pt)[#counter(page).display("1 / 1", both: true)]))
"""


@dataclass
class _Table:
    head: list[str] = field(default_factory=list)
    body: list[str] = field(default_factory=list)
    columns: int = 1
    in_head: bool = False
    width: int = 0


class _Writer(HTMLParser):
    """Writes Typst while it reads the pack's HTML."""

    def __init__(self, files: dict[str, str]) -> None:
        super().__init__()
        self._files = files
        self._parts: list[list[str]] = [[]]
        self._tables: list[_Table] = []
        self._skipped = 0

    def text(self) -> str:
        return "".join(self._parts[0])

    def _write(self, text: str) -> None:
        self._parts[-1].append(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag in SKIPPED:
            self._skipped += 1
        elif self._skipped:
            return
        elif tag in OPENED:
            self._write(OPENED[tag])
        elif tag == "img":
            self._image(given)
        elif tag == "table":
            self._tables.append(_Table())
        elif tag == "thead":
            self._tables[-1].in_head = True
        elif tag == "tr":
            self._tables[-1].width = 0
        elif tag in ("td", "th"):
            self._cell(given)

    def handle_endtag(self, tag: str) -> None:
        if tag in SKIPPED:
            self._skipped -= 1
        elif self._skipped:
            return
        elif tag in CLOSED:
            self._write(CLOSED[tag])
        elif tag == "thead":
            self._tables[-1].in_head = False
        elif tag == "tr":
            table = self._tables[-1]
            table.columns = max(table.columns, table.width)
        elif tag in ("td", "th"):
            table = self._tables[-1]
            cell = "".join(self._parts.pop()) + "]"
            (table.head if table.in_head else table.body).append(cell)
        elif tag == "table":
            self._table(self._tables.pop())

    def handle_data(self, data: str) -> None:
        if self._skipped or (self._tables and len(self._parts) == 1):
            return
        words = " ".join(data.split())
        if words:
            before = " " if data[:1].isspace() else ""
            after = " " if data[-1:].isspace() else ""
            self._write(f"#{_string(before + words + after)}")

    def _image(self, given: dict[str, str]) -> None:
        name = self._files.get(given.get("src", ""))
        if name is None:
            return
        width = float(given["width"]) * POINTS
        alt = given.get("alt", "")
        said = f", alt: {_string(alt)}" if alt else ""
        picture = f'box(image("{name}", width: {width:.2f}pt{said}))'
        # What is decorative in the pack is so here.
        self._write(f"#{picture}" if alt else f"#pdf.artifact({picture})")

    def _cell(self, given: dict[str, str]) -> None:
        spans = {name: int(given.get(name) or 1) for name in ("colspan", "rowspan")}
        self._tables[-1].width += spans["colspan"]
        told = ", ".join(f"{name}: {count}" for name, count in spans.items() if count > 1)
        right = "num" in given.get("class", "").split()
        told += f"{', ' if told else ''}align: right" if right else ""
        self._parts.append([f"table.cell({told})[" if told else "["])

    def _table(self, table: _Table) -> None:
        head = f"table.header({', '.join(table.head)}), " if table.head else ""
        cells = ",\n".join(table.body)
        self._write(f"\n#table(columns: {table.columns}, {head}\n{cells})\n")


def _string(text: str) -> str:
    """``text`` as a string of Typst's."""
    return json.dumps(text, ensure_ascii=False)


def write_typst(pack: Pack, rendered: Rendered, folder: Path) -> Path:
    """The document, with its charts as files beside it in ``folder``."""
    files = {name: f"{number}.svg" for number, name in enumerate(rendered.drawings)}
    for name, svg in rendered.images.items():
        (folder / files[name]).write_text(svg, encoding="utf-8")
    writer = _Writer(files)
    writer.feed(rendered.html)
    opening = OPENING.format(
        title=_string(pack.title),
        author=_string(pack.company),
        language=_string(pack.language),
        brand=_string(pack.theme.brand_text),
        running=_string(" · ".join(_said(pack.running))),
    )
    document = folder / "pack.typ"
    document.write_text(opening + writer.text(), encoding="utf-8")
    return document


def _said(texts: Iterable[str]) -> list[str]:
    return [text for text in texts if text]
