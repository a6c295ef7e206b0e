"""Write what a kit's templates can override, and what they are given, into ``docs/brand.md``.

Run as ``python -m kpixl.delivery.template_reference``. Blocks come from the templates, fields from
the contexts' dataclasses; only what they mean is written by hand, in words.json.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from pathlib import Path
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from kpixl.delivery import contexts as mail_contexts
from kpixl.pack import (
    contexts,
    definition_contexts,
    insight_contexts,
    period_contexts,
    quality_contexts,
)
from kpixl.pack.canvas import Drawing
from kpixl.pack.chart_figures import MonthsFigures
from kpixl.resources import report_templates
from kpixl.words import LANGUAGES, say, word

FOLDER = Path(__file__).resolve().parents[2] / "docs"
PAGES = {"en": "brand.md", "ja": "brand.ja.md"}
BEGINS = "<!-- python -m kpixl.delivery.template_reference -->"
_BLOCK = re.compile(r"{% block (\w+) %}")

CONTEXT_OF = {
    "cover.html": contexts.CoverPage,
    "summary.html": contexts.SummaryPage,
    "tree.html": contexts.TreePage,
    "scorecard.html": contexts.ScorecardPage,
    "periods.html": period_contexts.PeriodsPage,
    "bridge.html": insight_contexts.BridgePage,
    "goal.html": contexts.GoalPage,
    "signals.html": insight_contexts.SignalsPage,
    "exceptions.html": contexts.ExceptionsPage,
    "register.html": contexts.RegisterPage,
    "landing.html": insight_contexts.LandingPage,
    "restated.html": insight_contexts.RestatedPage,
    "definitions.html": definition_contexts.DefinitionsPage,
    "quality.html": quality_contexts.QualityPage,
    "colophon.html": contexts.ColophonPage,
}
"""What each page's template finds under the name ``page``, in the order of a pack."""
MAILS = ("mail.html", "mail.txt", "mail_subject.txt")
OPAQUE = (Drawing, MonthsFigures)
"""Given to templates to be handed on, to ``draw`` and to kpixl itself."""
AROUND = (
    "pack.html", "browser.html", "pack.css", "screen.css", "screen_print.css", "macros.html",
    "draft.html", "mail_macros.html",
)  # fmt: skip
"""Templates without blocks: a file of that name replaces the whole."""


def blocks_of(template: str) -> tuple[str, ...]:
    """The blocks of a shipped template, in their order."""
    text = (report_templates() / template).read_text(encoding="utf-8")
    return tuple(dict.fromkeys(_BLOCK.findall(text)))


def page(language: str) -> str:
    """The generated part of the page."""
    return "\n".join([*_templates(language), *_contexts(language)])


def _templates(language: str) -> Iterator[str]:
    heads = ("template", "block", "context", "holds")
    yield f"## {word('brand.doc_templates', language)}\n"
    yield say("brand.doc_templates_text", language) + "\n"
    yield "| " + " | ".join(word(f"brand.doc_{head}", language) for head in heads) + " |"
    yield "|---|---|---|---|"
    for template in (*CONTEXT_OF, *MAILS):
        given = CONTEXT_OF.get(template, mail_contexts.MailContext)
        shown = _linked(given)
        for block in blocks_of(template):
            # The mail's two kinds have the same blocks, said once.
            stem = template.partition(".")[0]
            about = word(f"block.{stem}.{block}", language)
            yield f"| `{template}` | `{block}` | {shown} | {about} |"
    yield ""
    around = ", ".join(f"`{name}`" for name in AROUND)
    yield say("brand.doc_around", language, names=around) + "\n"


def _contexts(language: str) -> Iterator[str]:
    yield f"## {word('brand.doc_contexts', language)}\n"
    yield word("brand.doc_contexts_text", language) + "\n"
    for one in reachable():
        yield f"### {one.__name__}\n"
        yield word(f"context.{one.__name__}", language) + "\n"
        hints = get_type_hints(one)
        said: dict[str, list[str]] = {}
        for name in own_fields(one):
            said.setdefault(_said(hints[name], language), []).append(f"`{name}`")
        for kind, names in said.items():
            yield say("brand.doc_fields", language, kind=kind, names=", ".join(names))
        yield ""


def own_fields(context: type) -> tuple[str, ...]:
    """The fields of a context; those that every page has are said once, under Page."""
    page_fields = {entry.name for entry in fields(contexts.Page)}
    names = tuple(entry.name for entry in fields(context))
    if context is contexts.Page or not issubclass(context, contexts.Page):
        return names
    return tuple(name for name in names if name not in page_fields)


def reachable() -> tuple[type, ...]:
    """Every dataclass that a template can come to, each once, in the order of meeting them."""
    found: dict[type, None] = {}
    for start in (contexts.Pack, contexts.Page, *CONTEXT_OF.values(), mail_contexts.MailContext):
        _reach(start, found)
    return tuple(found)


def _reach(context: type, found: dict[type, None]) -> None:
    if context in found:
        return
    found[context] = None
    hints = get_type_hints(context)
    for name in own_fields(context):
        for inside in _classes(hints[name]):
            _reach(inside, found)


def _classes(hint: Any) -> Iterator[type]:
    """The contexts inside a type."""
    origin = get_origin(hint) or hint
    if isinstance(origin, type) and is_dataclass(origin) and origin not in OPAQUE:
        yield origin
    for inside in get_args(hint):
        yield from _classes(inside)


def _linked(context: type) -> str:
    name = context.__name__
    return f"[{name}](#{name.lower()})"


def _said(hint: Any, language: str) -> str:
    """A type in words: text, whole number, list of Line, ..."""
    origin, inside = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        kept = [one for one in inside if one is not type(None)]
        said = " / ".join(dict.fromkeys(_said(one, language) for one in kept))
        return say("brand.type_or_none", language, what=said) if len(kept) < len(inside) else said
    if origin in (list, set, frozenset) or (origin is tuple and inside[-1] is Ellipsis):
        return say("brand.type_list", language, what=_said(inside[0], language))
    if origin is tuple:
        parts = word("brand.type_and", language).join(_said(one, language) for one in inside)
        return say("brand.type_group", language, what=parts)
    if isinstance(origin, type) and is_dataclass(origin):
        parts = ", ".join(_said(one, language) for one in inside)
        return f"{_linked(origin)} ({parts})"
    if hint in OPAQUE:
        return word(f"brand.type_{hint.__name__}", language)
    if isinstance(hint, type) and is_dataclass(hint):
        return _linked(hint)
    return word(f"brand.type_{getattr(hint, '__name__', 'text')}", language)


def whole(language: str) -> str:
    """The whole page: what is written by hand, and behind it what is generated."""
    text = (FOLDER / PAGES[language]).read_text(encoding="utf-8")
    before, found, _ = text.partition(BEGINS)
    if not found:
        raise ValueError(f"{PAGES[language]} has no line {BEGINS}")
    return f"{before}{BEGINS}\n\n{page(language)}"


def main() -> None:
    """Write both pages anew."""
    for language in LANGUAGES:
        (FOLDER / PAGES[language]).write_text(whole(language), encoding="utf-8")


if __name__ == "__main__":
    main()
