"""Find what in a user's templates only WeasyPrint lays out: PlutoPrint would pass over it, and the
page would look otherwise without a word."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_NOT_PRINTED = frozenset(
    {"browser.html", "mail.html", "mail_macros.html", "screen.css", "screen_print.css"}
)
"""Templates of the HTML page and of mails."""
_COMMENTS = (("/*", "*/"), ("{#", "#}"), ("{{", "}}"), ("{%", "%}"), ("<!--", "-->"))
"""How comments begin and end, and what templates say to Jinja."""
_COMMENT = re.compile("|".join(re.escape(begun) for begun, _ in _COMMENTS))
_ELSEWHERE = re.compile(
    r"\.flow \{ columns: 3;|\.tag \{ box-decoration-break: clone;"
    r"|\.remark, \.chain \{ orphans: 3; widows: 3 \}"
    r"|@(?:media\s+(?:only\s+)?screen|supports)\b[^{}]*\{(?:[^{}]*\{[^{}]*\})*[^{}]*\}",
    re.IGNORECASE,
)
"""What the shipped style sheet asks for and can do without, rules for the HTML page, and those that
WeasyPrint passes over, too."""
_SHEET = re.compile(r"<style\b|\sstyle\s*=\s*(\"[^\"]*\"|'[^']*')", re.IGNORECASE)
_SHEET_END = re.compile(r"</style", re.IGNORECASE)
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
    where there is none, or no folder that can be read: that is told of when they are run. What
    lies in folders within counts where a template names it."""
    if templates is None or not templates.is_dir():
        return None
    texts = dict(_texts(templates))
    named = (
        file for file in texts if "/" not in file or any(file in one for one in texts.values())
    )
    return next((one for file in named for one in _within(templates / file, texts[file])), None)


def _texts(templates: Path) -> Iterator[tuple[str, str]]:
    """The templates of what is printed, by name; those that cannot be read are left out."""
    with suppress(OSError):
        for path in sorted(templates.rglob("*")):
            name = path.relative_to(templates).as_posix()
            if path.suffix in (".css", ".html") and name not in _NOT_PRINTED:
                with suppress(OSError, ValueError):
                    yield name, path.read_text(encoding="utf-8-sig")


def _within(file: Path, text: str) -> Iterator[Beyond]:
    text = _ELSEWHERE.sub(lambda match: _blanked(match[0]), _without_comments(text))
    parts: Iterable[tuple[int, str]] = [(0, text)] if file.suffix == ".css" else _sheets(text)
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
            if rule and open_rules and not open_rules[-1].startswith("@"):
                yield token.start() - len(css[begin : token.start()].lstrip()), token.end()
            open_rules.append(rule)
        elif token[0] == "}":
            del open_rules[-1:]
        elif token[0][0] in "cC" and not any(rule.startswith("@page") for rule in open_rules):
            yield token.span()
        if token[0] in "{};":
            begin = token.end()


def _sheets(html: str) -> Iterator[tuple[int, str]]:
    """The style sheets and ``style`` attributes of a template, and where each begins."""
    at = 0
    while (match := _SHEET.search(html, at)) is not None:
        start, at = match.span(1)
        if match[1] is None:
            start = html.find(">", match.end()) + 1 or len(html)
            end = _SHEET_END.search(html, start)
            at = end.start() if end else len(html)
        yield start, html[start:at]


def _without_comments(text: str) -> str:
    """``text`` with as many lines, but without its comments; one that does not end is none. Looked
    for one by one, so that thousands of beginnings take no longer than their text."""
    parts: list[str] = []
    at = 0
    ends = dict(_COMMENTS)
    last = {begun: text.rfind(ended) for begun, ended in _COMMENTS}
    found = _COMMENT.search(text)
    while found is not None:
        begun, after = found[0], found.end()
        if last[begun] >= after:
            end = text.index(ends[begun], after) + len(ends[begun])
            parts += (text[at : found.start()], _blanked(text[found.start() : end]))
            at = after = end
        found = _COMMENT.search(text, after)
    return "".join((*parts, text[at:]))


def _blanked(skipped: str) -> str:
    """As many lines with nothing in them."""
    return "\n" * skipped.count("\n")
