"""Draw the margin boxes of a style sheet's ``@page`` rules as pages of their own, to be laid over
a browser's: running heads, footers and page numbers, the same in every version of a browser.

Browsers know no ``element()`` and no ``string()`` there, and older ones no margin boxes at all.
"""

from __future__ import annotations

import html as entities
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

SIDES = {"top": "bottom", "bottom": "top"}
"""The edges that are drawn, and the edge of the box that lies at the page's text."""
PLACES = ("left", "center", "right")
_ALIGN = {"top": "flex-start", "middle": "center", "bottom": "flex-end"}
_STYLE = re.compile(r"<style\b[^>]*>(.*?)</style>", re.IGNORECASE | re.DOTALL)
_RUNNING = re.compile(r"running\(\s*([\w-]+)\s*\)")
_CLASS = re.compile(r"\.([\w-]+)")

Declarations = dict[str, str]


@dataclass(frozen=True)
class PageRule:
    """One ``@page`` rule: the page's name ("" for every page), whether it is for the first page
    only, its margins, and its margin boxes by name."""

    name: str
    first: bool
    margins: Declarations
    boxes: Mapping[str, tuple[Declarations, Sequence[Any]]]


@dataclass(frozen=True)
class PageStyles:
    """What a style sheet says of pages. ``css`` is all of it without margin boxes, to print the
    pages with; ``rules`` are those of ``@page``, ``css_within`` all else; ``running`` gives the
    class of each running element by its name, ``named`` the page's name by class."""

    css: str
    css_within: str
    rules: tuple[PageRule, ...]
    running: Mapping[str, str]
    named: Mapping[str, str]


@dataclass(frozen=True)
class Sheet:
    """One page as its margins see it: its name, heading, and size in points."""

    name: str
    heading: str
    width: float
    height: float


@dataclass
class _Sorted:
    rules: list[PageRule] = field(default_factory=list)
    running: dict[str, str] = field(default_factory=dict)
    named: dict[str, str] = field(default_factory=dict)


def page_styles(html: str) -> PageStyles:
    """What the style sheets inside ``html`` say of pages."""
    return _page_styles("\n".join(_STYLE.findall(html)))


@lru_cache(maxsize=16)
def _page_styles(css: str) -> PageStyles:
    """Packs of one look have one style sheet."""
    import tinycss2

    found = _Sorted()
    whole, within = [], []
    for node in tinycss2.parse_stylesheet(css, skip_comments=True):
        if node.type == "at-rule" and node.lower_at_keyword == "page" and node.content is not None:
            rule, plain = _page_rule(node)
            found.rules.append(rule)
            whole.append(plain)
            continue
        if node.type == "error":  # such as a last line that is no rule: every program passes it
            continue
        if node.type == "qualified-rule":
            _look_for_names(node, found)
        text = node.serialize()
        whole.append(text)
        within.append(text)
    return PageStyles(
        _inside_style(whole),
        _inside_style(within),
        tuple(found.rules),
        found.running,
        found.named,
    )


def _inside_style(rules: Sequence[str]) -> str:
    """As the content of a style element, which no string of the style sheet may end."""
    return "".join(rules).replace("</", "<\\/")


def _page_rule(node: Any) -> tuple[PageRule, str]:
    """The rule, and its text without margin boxes."""
    import tinycss2

    selector = tinycss2.serialize(node.prelude).strip()
    name, _, pseudo = selector.partition(":")
    margins: Declarations = {}
    boxes: dict[str, tuple[Declarations, Sequence[Any]]] = {}
    kept = []
    for part in tinycss2.parse_blocks_contents(node.content, skip_whitespace=True):
        if part.type == "at-rule" and part.content is not None:
            box = boxes.setdefault(part.lower_at_keyword, ({}, ()))
            boxes[part.lower_at_keyword] = _box(part, box)
        elif part.type == "declaration":
            kept.append(part.serialize())
            if part.lower_name.startswith("margin"):
                margins.update(_margins(part.lower_name, tinycss2.serialize(part.value).strip()))
    rule = PageRule(name.strip(), pseudo.strip().lower() == "first", margins, boxes)
    return rule, f"@page {selector} {{ {'; '.join(kept)} }}\n"


def _box(node: Any, before: tuple[Declarations, Sequence[Any]]) -> tuple[Declarations, Any]:
    import tinycss2

    declarations, content = dict(before[0]), before[1]
    for part in tinycss2.parse_blocks_contents(node.content, skip_whitespace=True):
        if part.type == "declaration":
            if part.lower_name == "content":
                content = [one for one in part.value if one.type not in ("whitespace", "comment")]
            else:
                declarations[part.lower_name] = tinycss2.serialize(part.value).strip()
    return declarations, content


def _margins(name: str, value: str) -> Declarations:
    edges = ("top", "right", "bottom", "left")
    if name != "margin":
        return {name.removeprefix("margin-"): value}
    given = value.split()
    # What is left out is as on the edge opposite; of one alone, all are.
    whole = given * 4 if len(given) < 3 else [*given, given[1]]
    return dict(zip(edges, whole, strict=False))


def _look_for_names(node: Any, found: _Sorted) -> None:
    import tinycss2

    classes = _CLASS.findall(tinycss2.serialize(node.prelude))
    if not classes:
        return
    for part in tinycss2.parse_blocks_contents(node.content, skip_whitespace=True):
        if part.type != "declaration":
            continue
        value = tinycss2.serialize(part.value).strip()
        running = _RUNNING.search(value)
        if part.lower_name == "position" and running:
            found.running[running[1]] = classes[-1]
        elif part.lower_name == "page":
            found.named[classes[-1]] = value


def margin_pages(
    styles: PageStyles, sheets: Sequence[Sheet], elements: Mapping[str, str], opening: str
) -> str:
    """A document with a page for each of ``sheets`` that holds its margin boxes and nothing else;
    "" where there are none.
    ``elements`` are the running elements' HTML by name, ``opening`` the tags that the pack's own
    document begins its ``html`` and ``body`` with, whose style the boxes inherit."""
    first = sheets[0]
    pages = []
    for number, sheet in enumerate(sheets, 1):
        counters = {"page": number, "pages": len(sheets)}
        boxes = "".join(_drawn(styles, sheet, counters, elements))
        pages.append(f'<div class="kpixl-sheet">{boxes}</div>')
    if not any("kpixl-edge" in page for page in pages):
        return ""
    css = (
        f"{styles.css_within}\n"
        f"@page {{ size: {first.width:.2f}pt {first.height:.2f}pt; margin: 0 }}\n"
        "html, body { margin: 0; background: none }\n"
        f".kpixl-sheet {{ position: relative; width: {first.width:.2f}pt; "
        f"height: {first.height - 0.5:.2f}pt; overflow: hidden; break-inside: avoid }}\n"
        ".kpixl-sheet + .kpixl-sheet { break-before: page }\n"
        ".kpixl-edge { position: absolute; overflow: hidden }\n"
        ".kpixl-box { position: absolute; top: 0; height: 100%; box-sizing: border-box; "
        "display: flex; flex-direction: column }\n"
        ".kpixl-box > div { position: static !important }\n"
    )
    html_tag, body_tag = opening.split("\n")
    return (
        f"<!DOCTYPE html>{html_tag}<head><meta charset='utf-8'><style>{css}</style></head>"
        f"{body_tag}{''.join(pages)}</body></html>"
    )


def _drawn(
    styles: PageStyles, sheet: Sheet, counters: Mapping[str, int], elements: Mapping[str, str]
) -> Iterator[str]:
    margins: Declarations = {}
    boxes: dict[str, tuple[Declarations, Sequence[Any]]] = {}
    for rule in _in_force(styles.rules, sheet.name, counters["page"] == 1):
        margins.update(rule.margins)
        for name, (declarations, content) in rule.boxes.items():
            before = boxes.get(name, ({}, ()))
            boxes[name] = ({**before[0], **declarations}, content or before[1])
    for side in SIDES:
        height, left, right = (margins.get(edge, "0") for edge in (side, "left", "right"))
        inside = "".join(
            _boxed(place, boxes[f"{side}-{place}"][0], text)
            for place in PLACES
            if f"{side}-{place}" in boxes
            and (text := _text(boxes[f"{side}-{place}"][1], sheet, counters, elements))
        )
        if inside:
            where = f"{side}: 0; left: {left}; right: {right}; height: {height}"
            yield f'<div class="kpixl-edge" style="{entities.escape(where)}">{inside}</div>'


def _in_force(rules: Sequence[PageRule], name: str, is_first: bool) -> list[PageRule]:
    """In the order of their weight: a page's name counts more than that it is the first."""
    fitting = [r for r in rules if r.name in ("", name) and (is_first or not r.first)]
    return sorted(fitting, key=lambda rule: (bool(rule.name), rule.first))


def _boxed(place: str, declarations: Declarations, text: str) -> str:
    align = _ALIGN.get(declarations.get("vertical-align", "middle"), "center")
    style = {
        "width": "auto" if place != "center" else "100%",
        "text-align": place,
        **{name: value for name, value in declarations.items() if name != "vertical-align"},
        "justify-content": align,
        **({"left": "0"} if place != "right" else {"right": "0"}),
    }
    shown = "; ".join(f"{name}: {value}" for name, value in style.items())
    return f'<div class="kpixl-box" style="{entities.escape(shown)}"><div>{text}</div></div>'


def _text(
    content: Sequence[Any], sheet: Sheet, counters: Mapping[str, int], elements: Mapping[str, str]
) -> str:
    """What ``content`` comes to, as HTML; "" for none."""
    pieces = []
    for token in content:
        if token.type == "string":
            pieces.append(entities.escape(token.value))
        elif token.type == "function":
            argument = next((one.value for one in token.arguments if one.type == "ident"), "")
            if token.lower_name == "string":
                pieces.append(entities.escape(sheet.heading))
            elif token.lower_name == "counter":
                pieces.append(str(counters.get(argument, "")))
            elif token.lower_name == "element":
                pieces.append(elements.get(argument, ""))
    return "".join(pieces)
