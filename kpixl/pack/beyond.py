"""Find what in a user's templates only WeasyPrint lays out: PlutoPrint would pass over it, and the
page would look otherwise without a word."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_NOT_PRINTED = frozenset(
    {"browser.html", "mail.html", "mail_macros.html", "screen.css", "screen_print.css"}
)
"""Templates of the HTML page and of mails."""
_SKIPPED = re.compile(
    r"/\*.*?\*/|\{#.*?#\}|\{\{.*?\}\}|\{%.*?%\}|<!--.*?-->"
    r"|\.flow \{ columns: 3;|\.tag \{ box-decoration-break: clone;"
    r"|\.remark, \.chain \{ orphans: 3; widows: 3 \}"
    r"|@(?:media\s+(?:only\s+)?screen|supports)\b[^{}]*\{(?:[^{}]*\{[^{}]*\})*[^{}]*\}",
    re.DOTALL | re.IGNORECASE,
)
"""Comments, what templates say to Jinja, what the shipped style sheet asks for and can do without,
rules for the HTML page, and those that WeasyPrint passes over, too."""
_SHEET = re.compile(r"<style\b[^>]*>(.*?)</style>|\sstyle\s*=\s*(\"[^\"]*\"|'[^']*')", re.I | re.S)
_SIDE = "(?:left|right|top|bottom)"
_LENGTH = r"-?[\d.]+(?:%|[a-z]+\b)?"
_WAYS = (
    # Where things stand.
    r"\bdisplay\s*:\s*(?:inline-)?grid\b|\bdisplay\s*:\s*flow-root\b",
    r"(?<![\w-])columns\s*:|(?<![\w-])column-(?:count|width)\s*:",
    r"\b(?:calc|min|max|clamp)\([^;{}]*?%",
    # Pages.
    r"@page\s*[\w-]*:[\w-]+|@(?:left|right)-(?:top|middle|bottom)\b",
    r"(?<![\w-])(?:bleed|marks)\s*:|(?<![\w-])(?:orphans|widows)\s*:",
    r"(?<![\w-])string-set\s*:(?!\s*heading\b)|\bfootnote\b|\bleader\(|\btarget-text\(",
    # Texts.
    r"\bhyphens\s*:\s*auto\b|\btext-align-(?:all|last)\s*:|\bjustify-all\b",
    r"\btext-overflow\s*:\s*ellipsis\b|\bline-clamp\s*:|(?<![\w-])max-lines\s*:",
    r"\bsmall-caps\b|\bfull-width\b|:first-(?:line|letter)\b",
    r"\btext-decoration-thickness\s*:|\btext-underline-offset\s*:|\bwavy\b",
    rf"\btext-decoration\s*:[^;{{}}()#]*?(?<![\w-]){_LENGTH}",
    # Backgrounds, borders, colours.
    r"\b(?:linear|radial)-gradient\(|\bbox-shadow\s*:(?!\s*none\b)|\bborder-image\b",
    r"\bbox-decoration-break\s*:\s*clone\b|\bborder(?:-color)?\s*:[^;{}]*\btransparent\b",
    r"\bbackground(?:-image)?\s*:[^;{}]*?url\([^)]*\)[^;{}()]*,",
    rf"\b{_SIDE}\s+{_LENGTH}\s+(?:{_SIDE}|center)\b",
    r"\bbackground-repeat\s*:[^;{}]*\b(?:round|space)\b",
    r"(?<![\w-])(?:(?:ok)?(?:lab|lch)|color)\(",
    # Selectors.
    r"@layer\b|:nth-(?:last-)?child\([^()]*\bof\b",
)
_BEYOND = re.compile("|".join(_WAYS), re.IGNORECASE)
"""What PlutoPrint 0.23 passes over and WeasyPrint lays out, each of them measured."""
_TOKEN = re.compile(r"\"[^\"\n]*\"|'[^'\n]*'|\bcounter\(\s*pages?\b|[{};]", re.IGNORECASE)


@dataclass(frozen=True)
class Beyond:
    """The first thing of its kind: its file, its line, and what stands there."""

    file: Path
    line: int
    found: str


def beyond(templates: Path | None) -> Beyond | None:
    """The first of what PlutoPrint would pass over in a folder's templates, by file and line; None
    where there is none, or no folder that can be read: that is told of when they are run."""
    if templates is None or not templates.is_dir():
        return None
    files = sorted(path for path in templates.iterdir() if _is_printed(path))
    return next((one for path in files for one in _within(path)), None)


def _is_printed(path: Path) -> bool:
    return path.suffix in (".css", ".html") and path.name not in _NOT_PRINTED


def _within(file: Path) -> Iterator[Beyond]:
    try:
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, ValueError):
        return
    text = _SKIPPED.sub(_blanked, text)
    parts = [(0, text)] if file.suffix == ".css" else _sheets(text)
    for start, part in parts:
        spans = [match.span() for match in _BEYOND.finditer(part)]
        for begin, end in sorted([*spans, *_within_rules(part)]):
            line = text.count("\n", 0, start + begin) + 1
            yield Beyond(file, line, " ".join(part[begin:end].split()))


def _within_rules(css: str) -> Iterator[tuple[int, int]]:
    """Rules within other rules, and numbers of pages elsewhere than in a page's margins, each by
    where it begins and ends."""
    open_rules: list[str] = []
    begin = 0
    for token in _TOKEN.finditer(css):
        if token[0] == "{":
            rule = css[begin : token.start()].strip()
            if open_rules and not open_rules[-1].startswith("@"):
                yield token.start() - len(css[begin : token.start()].lstrip()), token.end()
            open_rules.append(rule)
        elif token[0] == "}":
            del open_rules[-1:]
        elif token[0][0] in "cC" and not any(rule.startswith("@page") for rule in open_rules):
            yield token.span()
        if token[0] in "{};":
            begin = token.end()


def _sheets(html: str) -> list[tuple[int, str]]:
    """The style sheets and ``style`` attributes of a template, and where each begins."""
    found = (match.span(match.lastindex or 0) for match in _SHEET.finditer(html))
    return [(start, html[start:end]) for start, end in found]


def _blanked(skipped: re.Match[str]) -> str:
    """As many lines with nothing in them."""
    return "\n" * skipped[0].count("\n")
