"""Find what in the style sheets of a user's templates would silently do nothing.

Browsers and WeasyPrint pass over what they cannot read: a slip in a word leaves the pack as it was.
WeasyPrint notes what it passes over. It is asked rule by rule, so that every note has its place;
and what it leaves to browsers (``@supports``, media queries) is read for its grammar alone.
"""

from __future__ import annotations

import difflib
import logging
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from html import unescape
from pathlib import Path
from typing import Any, Protocol

from kpixl.pack.contexts import Pack
from kpixl.pack.engines import weasyprint_missing
from kpixl.pack.fetching import pack_fetcher
from kpixl.pack.sheet_blocks import before, blocks
from kpixl.pack.traced import Traced, traced_page

LONGEST = 60
UNKNOWN = ("unknown property", "property not supported yet", "descriptor not supported")
"""What WeasyPrint says of a property that it does not know."""
NEAR = 0.75
_KINSOKU = "line-break"
"""Where Japanese lines may end: browsers need to be told, WeasyPrint (Pango) keeps to it anyway."""
_STYLE = re.compile(r"<style\b[^>]*>(.*?)</style>", re.IGNORECASE | re.DOTALL)
_ATTRIBUTE = re.compile(r"<[a-z][^<>]*?\sstyle\s*=\s*(\"[^\"]*\"|'[^']*')", re.IGNORECASE)
_MEDIA = frozenset({"all", "print", "screen", "speech"})
_PLAIN_MEDIA = re.compile(r"[\w\s,-]*")
_BROWSERS = frozenset(
    {"charset", "container", "font-feature-values", "font-palette-values", "keyframes",
     "namespace", "position-try", "property", "scope", "starting-style", "supports",
     "view-transition"}
)  # fmt: skip
"""At-rules that browsers know and WeasyPrint does not: no slips."""
_GROUPS = frozenset({"media", "supports", "container", "layer", "scope", "starting-style"})
"""At-rules that hold other rules."""


@dataclass(frozen=True)
class SheetFault:
    """What is passed over: its file and line, what stands there, and why as a ``kind``:
    ``property``, ``value``, ``selector``, ``at_rule``, ``media``, ``syntax``, ``unclosed``,
    ``unopened`` or ``rule``; ``near`` is the property or rule that may have been meant, else ""."""

    file: Path
    line: int
    kind: str
    found: str
    near: str = ""


class Note(Protocol):
    """Takes the place, the kind, what is found of a fault (else what stands there), and what may
    have been meant."""

    def __call__(self, at: int, kind: str, found: str = "", near: str = "") -> None:
        """Note a fault ``at`` a place of the sheet."""


def sheet_faults(pack: Pack, templates: Path) -> tuple[SheetFault, ...]:
    """The faults in the style sheets and ``style`` attributes that ``templates`` bring to the
    pages of ``pack``, none of kpixl's own, in the order of files and lines. Raises as
    :func:`kpixl.pack.html.for_print`."""
    if not any(path.suffix in (".css", ".html") for path in templates.iterdir()):
        return ()
    found: dict[SheetFault, None] = {}
    for medium in ("print", "screen"):
        page = traced_page(pack, medium, templates)
        found.update(dict.fromkeys(_of_page(page, medium == "print", templates)))
    return tuple(sorted(found, key=lambda one: (str(one.file), one.line, one.kind)))


def _of_page(page: Traced, whole: bool, templates: Path) -> Iterator[SheetFault]:
    """The faults of a page; not ``whole``: of grammar alone."""
    for sheet in _STYLE.finditer(page.text):
        yield from _of_sheet(page, sheet.start(1), sheet[1], whole, templates)
    for style in _ATTRIBUTE.finditer(page.text):
        before = "*{"
        text = f"{before}{unescape(style[1][1:-1])}}}"
        yield from _of_sheet(page, style.start(1) + 1 - len(before), text, whole, templates)


def _of_sheet(
    page: Traced, start: int, css: str, whole: bool, templates: Path
) -> Iterator[SheetFault]:
    faults: list[SheetFault] = []
    sheet = _Sheet(page, start, css, templates)

    def note(at: int, kind: str, found: str = "", near: str = "") -> None:
        place = sheet.own(at)
        if place:
            faults.append(SheetFault(*place, kind, _short(found or sheet.part(at)), near))

    wrong = blocks(css)
    unclosed = [at for at in wrong.unclosed if sheet.own(at)]
    for at in unclosed:
        note(at, "unclosed", sheet.line(at))
    for at in wrong.unopened:
        note(at, "unopened", sheet.line(at))
    # What follows a block that does not end is read as if it stood in it.
    readable = before(css, min(unclosed)) if unclosed else css
    _Rules(note, sheet, whole, templates).read(readable)
    yield from faults


class _Sheet:
    """A style sheet of a page: its places as WeasyPrint tells them, and whose they are."""

    def __init__(self, page: Traced, start: int, css: str, templates: Path) -> None:
        self.page, self.start, self.css, self.templates = page, start, css, templates
        self._lines = [0, *(match.end() for match in re.finditer("\n", css))]

    def at(self, line: int, column: int) -> int:
        """The place of a line and column, both from 1."""
        return self._lines[line - 1] + column - 1

    def own(self, at: int) -> tuple[Path, int] | None:
        """The user's file and line; None for what is kpixl's."""
        place = self.page.place(self.start + at)
        return place if place and place[0].is_relative_to(self.templates) else None

    def line(self, at: int) -> str:
        """The line around a place."""
        return self.css[self.css.rfind("\n", 0, at) + 1 :].partition("\n")[0]

    def part(self, at: int) -> str:
        """The declaration at a place, or the one that ends there."""
        behind = re.split(r"[;{}\n]", self.css[at:], maxsplit=1)[0].strip()
        return behind or re.split(r"[;{}\n]", self.css[:at])[-1].strip() or self.line(at)


class _Rules:
    """Reads rule after rule, and tells ``note`` of what is passed over."""

    def __init__(self, note: Note, sheet: _Sheet, whole: bool, templates: Path) -> None:
        self.note, self.sheet = note, sheet
        self.whole = whole and not weasyprint_missing()
        self.templates = templates

    def read(self, css: str) -> None:
        """Read a style sheet; of its rules only the user's own."""
        import tinycss2

        for rule in tinycss2.parse_stylesheet(css, skip_comments=True, skip_whitespace=True):
            if self.sheet.own(self._at(rule)):
                self._rule(rule, self.whole)

    def _at(self, rule: Any) -> int:
        return self.sheet.at(rule.source_line, rule.source_column)

    def _rule(self, rule: Any, whole: bool) -> None:
        if rule.type == "error":
            self.note(self._at(rule), "syntax")
        elif rule.type == "at-rule":
            self._at_rule(rule, whole)
        elif whole:
            self._ask(rule)
        else:
            self._grammar(rule.content)

    def _at_rule(self, rule: Any, whole: bool) -> None:
        import tinycss2

        name = rule.lower_at_keyword
        if name == "media":
            whole = self._is_printed(rule) and whole
        elif name in _BROWSERS:
            whole = False
        if name in _GROUPS and rule.content is not None:
            content = tinycss2.parse_rule_list(
                rule.content, skip_comments=True, skip_whitespace=True
            )
            for inner in content:
                self._rule(inner, whole)
        elif whole and name != "media":
            self._ask(rule)

    def _is_printed(self, rule: Any) -> bool:
        """Whether ``@media`` speaks of paper; a name that is no medium's is told."""
        import tinycss2

        prelude = tinycss2.serialize(rule.prelude).strip()
        if not _PLAIN_MEDIA.fullmatch(prelude):
            return False
        names = [name.strip().casefold() for name in prelude.split(",") if name.strip()]
        names = [name.removeprefix("only ").removeprefix("not ").strip() for name in names]
        for name in names:
            if name not in _MEDIA:
                self.note(self._at(rule), "media", f"@media {prelude}", _nearest(name, _MEDIA))
        return "screen" not in names and "speech" not in names

    def _grammar(self, content: Sequence[Any]) -> None:
        import tinycss2

        for part in tinycss2.parse_blocks_contents(content):
            if part.type == "error":
                self.note(self._at(part), "syntax")

    def _ask(self, rule: Any) -> None:
        """What WeasyPrint says of a rule, set where it stands."""
        import tinycss2
        from weasyprint import CSS

        text = tinycss2.serialize([rule])
        with _heard() as records:
            CSS(
                string="\n" * (rule.source_line - 1) + " " * (rule.source_column - 1) + text,
                url_fetcher=pack_fetcher({}, self.templates),
            )
        for record in records:
            self._said(record.getMessage(), self._at(rule), text.partition("{")[0])

    def _said(self, message: str, at: int, head: str) -> None:
        """Tell of a rule that begins with ``head`` what WeasyPrint's ``message`` says of it."""
        placed = re.search(r" at (\d+):(\d+)", message)
        at = self.sheet.at(int(placed[1]), int(placed[2])) if placed else at
        ignored = re.match(r"Ignored `(.*?):(.*)` at \d+:\d+, (.*)\.$", message, re.DOTALL)
        if ignored:
            self._ignored(at, ignored[1], ignored[2].strip(), ignored[3])
        elif message.startswith("Invalid or unsupported selector"):
            if not head.startswith("}"):  # which has been told
                self.note(at, "selector", head)
        elif message.startswith(("Unknown rule", "Unknown empty rule", "Unknown @page rule")):
            named = re.search(r"@[\w-]+", message.partition("rule")[2])
            found = named[0] if named else head
            self.note(at, "at_rule", found, _nearest(found.strip("@"), _at_rules()))
        elif message.startswith(("Parse error", "Error:")):
            self.note(at, "syntax")
        elif not message.startswith("Deprecated"):
            self.note(at, "rule", head)

    def _ignored(self, at: int, name: str, value: str, reason: str) -> None:
        if name == _KINSOKU:
            return
        if reason in UNKNOWN:
            self.note(at, "property", f"{name}: {value}", _nearest(name, _properties()))
        else:
            self.note(at, "value", f"{name}: {value}")


class _Listener(logging.Handler):
    """Keeps what is said to it."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)


@contextmanager
def _heard() -> Iterator[list[logging.LogRecord]]:
    """What WeasyPrint notes meanwhile, and nobody else hears."""
    logger, listener = logging.getLogger("weasyprint"), _Listener()
    level, passed_on = logger.level, logger.propagate
    logger.addHandler(listener)
    logger.setLevel(logging.WARNING)
    logger.propagate = False
    try:
        yield listener.records
    finally:
        logger.removeHandler(listener)
        logger.setLevel(level)
        logger.propagate = passed_on


@lru_cache(maxsize=1)
def _properties() -> frozenset[str]:
    from weasyprint.css.properties import KNOWN_PROPERTIES
    from weasyprint.css.validation import EXPANDERS

    return frozenset(name.replace("_", "-") for name in (*KNOWN_PROPERTIES, *EXPANDERS))


def _at_rules() -> frozenset[str]:
    from weasyprint.css import PAGE_MARGIN_BOXES

    return _BROWSERS | {"media", "page", "font-face", "counter-style", "layer", *PAGE_MARGIN_BOXES}


def _nearest(name: str, known: frozenset[str]) -> str:
    found = difflib.get_close_matches(name.casefold(), sorted(known), n=1, cutoff=NEAR)
    return found[0] if found else ""


def _short(text: str) -> str:
    """The beginning of what is found, on one line."""
    line = " ".join(text.strip().partition("\n")[0].split())
    return line if len(line) <= LONGEST else f"{line[:LONGEST]}…"
