"""Turn a review into the pages of a pack, each a documented context for its template."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from kpixl.errors import UsageProblem
from kpixl.pack import charts
from kpixl.pack.bridge_page import bridge_pages
from kpixl.pack.contexts import (
    ColophonPage,
    CoverPage,
    Pack,
    Page,
    TreePage,
)
from kpixl.pack.definitions_page import definitions_page
from kpixl.pack.drawings import tree_figures
from kpixl.pack.exceptions import exceptions_page
from kpixl.pack.goal_pages import goal_pages
from kpixl.pack.landing_page import landing_pages
from kpixl.pack.look import PLAIN, Look, Paper
from kpixl.pack.notice import edition_facts, notice_of
from kpixl.pack.paper import BODY_WIDTH, line_count
from kpixl.pack.periods_page import periods_pages
from kpixl.pack.quality import quality_page
from kpixl.pack.register import register_page
from kpixl.pack.restated_page import restated_pages
from kpixl.pack.scorecard import scorecard_page
from kpixl.pack.signal_pages import signal_pages
from kpixl.pack.summary import summary_page
from kpixl.pack.theme import theme
from kpixl.pack.wording import finding
from kpixl.plan.model import Rounding
from kpixl.review.bridge_sentences import missed_sentence
from kpixl.review.figures import Review
from kpixl.review.focus import missed_though_met
from kpixl.review.periods import date_name, fiscal_label, month_name
from kpixl.review.restated import FIRST_EDITION, Edition, Restatement
from kpixl.review.restated_sentences import (
    correction_text,
    edition_name,
    edition_remark,
)
from kpixl.review.scope import parse_scope
from kpixl.words import say, word

DEFAULT_PAGES = (
    "cover", "summary", "tree", "scorecard", "periods", "bridge", "goals", "signals", "exceptions",
    "register", "landing", "restated", "definitions", "quality", "colophon",
)  # fmt: skip
TREE_SIZE = (BODY_WIDTH, 606.0)
RUNNING_WIDTH, RUNNING_LINES = 600.0, 2


@dataclass(frozen=True)
class PackOptions:
    """What is asked of a pack besides its review: language, pages in order, logo, draft, which
    ``edition`` it is, which figures are ``restated`` in it, whether its month was final and
    ``is_restated`` now, the ``look`` of its brand, and the ``paper``, A4 where None."""

    language: str
    pages: tuple[str, ...] = DEFAULT_PAGES
    logo: str = ""
    draft: bool = False
    edition: Edition = FIRST_EDITION
    restated: tuple[Restatement, ...] = ()
    is_restated: bool = False
    look: Look = PLAIN
    paper: Paper | None = None


def build_pack(review: Review, options: PackOptions) -> Pack:
    """The pack of ``review``; raises :class:`UsageProblem` ``unknown-page`` for a page of no
    such name."""
    unknown = [name for name in options.pages if name not in PAGES]
    if unknown:
        raise UsageProblem("unknown-page", found=", ".join(unknown), known=", ".join(DEFAULT_PAGES))
    language, edition = options.language, edition_remark(options.edition, options.language)
    shown = tuple(entry for entry in options.restated if entry.goal in review.by_id)
    options = replace(options, restated=shown)
    pages = tuple(
        _told_apart(page for name in options.pages for page in PAGES[name](review, options))
    )
    settings = review.settings
    title = settings.title or word("page.review_title", language)
    month, scope = month_name(review.month, language), scope_name(review, language)
    state = word(f"state.{settings.state.value}", language)
    return Pack(
        language=language,
        title=title,
        company=settings.company,
        month=month,
        month_key=str(review.month),
        scope=scope,
        state=state,
        running=_running(
            settings.company,
            (title, month, scope, f"{state} · {edition}" if edition else state),
        ),
        confidentiality=settings.confidentiality,
        theme=theme(options.look.colour or settings.brand_colour, options.look.accent),
        logo=options.logo,
        draft=options.draft and bool(review.errors),
        blocking=tuple(finding(problem, review, language) for problem in review.errors),
        pages=pages,
        identifier=_identifier(review, options),
        paper=(options.paper or Paper.A4).value,
        as_of=review.as_of.isoformat(),
        edition=edition,
        fonts=options.look.fonts,
        faces=options.look.faces,
        footer=options.look.footer,
    )


def _told_apart(pages: Iterable[Page]) -> Iterator[Page]:
    """A page that is asked for once more is one more place for links to lead to."""
    times: Counter[str] = Counter()
    for page in pages:
        times[page.anchor] += 1
        n = times[page.anchor]
        yield page if n == 1 else replace(page, anchor=f"{page.anchor}--{n}")


def _running(company: str, parts: tuple[str, str, str, str]) -> tuple[str, str]:
    """What the running head repeats from the cover: company, title, month, scope, state (with an
    edition that corrects another, so that a loose page tells). Where they are too long for two
    lines, whole parts of it stand on the cover alone."""
    title, month, scope, state = parts
    variants = (
        (company, parts),
        (company, (month, scope, state)),
        ("", (title, month, scope, state)),
        ("", (month, scope, state)),
    )
    for name, rest in variants:
        if line_count(f"{name} {' · '.join(rest)}", RUNNING_WIDTH, 10) <= RUNNING_LINES:
            return name, " · ".join(rest)
    return "", f"{month} · {state}"


def _identifier(review: Review, options: PackOptions) -> str:
    """The same for the same input, so that equal packs are equal byte for byte."""
    text = "|".join(
        (
            review.source.sha256, str(review.month), review.scope, options.language,
            review.as_of.isoformat(), repr(options.edition), repr(options.restated),
            *((repr(options.look),) if options.look != PLAIN else ()),
            *((options.paper,) if options.paper not in (None, Paper.A4) else ()),
        )
    )  # fmt: skip
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def scope_name(review: Review, language: str) -> str:
    """What part of the tree the pack shows, in words."""
    scope = parse_scope(review.scope)
    if scope.kind == "all":
        return word("page.whole_tree", language)
    if scope.kind == "goal" and review.goals:
        return review.goals[0].goal.name
    return scope.name


def _cover(review: Review, options: PackOptions) -> tuple[Page, ...]:
    settings, language = review.settings, options.language
    edition = edition_name(options.edition, language)
    state = word(f"state.{settings.state.value}", language)
    month = month_name(review.month, language)
    told = (state, edition, word("restated.restated_month", language))
    facts = (
        (word("page.state", language), " · ".join(told if options.is_restated else told[:2])),
        (word("page.scope", language), scope_name(review, language)),
        (word("page.as_of", language), date_name(review.as_of, language)),
    )
    return (
        CoverPage(
            template="cover.html",
            title=settings.title or word("page.review_title", language),
            bookmark=word("page.cover", language),
            anchor="cover",
            company=settings.company,
            month=month,
            fiscal_year=fiscal_label(review.month, settings, language),
            scope=scope_name(review, language),
            state=state,
            edition=edition,
            confidentiality=settings.confidentiality,
            facts=facts,
            correction=correction_text(options.edition, language),
        ),
    )


def _summary(review: Review, options: PackOptions) -> tuple[Page, ...]:
    if not review.goals:
        return ()
    language = options.language
    notice = notice_of(options.edition, options.restated, language)
    return (summary_page(review, language, notice),)


def _tree(review: Review, options: PackOptions) -> tuple[Page, ...]:
    language = options.language
    figures = tree_figures(review, language)
    drawings = charts.goal_tree(figures, *TREE_SIZE)
    title = word("page.tree", language)
    return tuple(
        TreePage(
            template="tree.html",
            title=title if n == 0 else f"{title} ({n + 1}/{len(drawings)})",
            bookmark=title,
            anchor="tree" if n == 0 else f"tree-{n + 1}",
            drawing=drawing,
        )
        for n, drawing in enumerate(drawings)
    )


def _definitions(review: Review, options: PackOptions) -> tuple[Page, ...]:
    return (definitions_page(review, options.language),)


def _quality(review: Review, options: PackOptions) -> Sequence[Page]:
    return (quality_page(review, options.language),)


def _colophon(review: Review, options: PackOptions) -> tuple[Page, ...]:
    settings, source, language = review.settings, review.source, options.language
    facts = (
        (word("page.workbook", language), source.name),
        (word("page.book_id", language), settings.book_id or "–"),
        (word("page.sha256", language), source.sha256 or "–"),
        (word("page.review_month", language), month_name(review.month, language)),
        (word("page.scope", language), scope_name(review, language)),
        (word("page.state", language), word(f"state.{settings.state.value}", language)),
        *edition_facts(options.edition, language),
        (word("page.as_of", language), date_name(review.as_of, language)),
        (word("page.due_day", language), date_name(review.due, language)),
    )
    down = settings.rounding is Rounding.DOWN
    notes = (
        say("page.note_as_of", language, date=date_name(review.as_of, language)),
        word("page.note_down" if down else "page.note_rounding", language),
    )
    return (
        ColophonPage(
            template="colophon.html",
            title=word("page.colophon", language),
            bookmark=word("page.colophon", language),
            anchor="colophon",
            facts=facts,
            notes=notes,
        ),
    )


def _scorecard(review: Review, options: PackOptions) -> Sequence[Page]:
    return (scorecard_page(review, options.language),)


def _periods(review: Review, options: PackOptions) -> Sequence[Page]:
    return periods_pages(review, options.language)


def _bridge(review: Review, options: PackOptions) -> Sequence[Page]:
    return bridge_pages(review, options.language)


def _goals(review: Review, options: PackOptions) -> Sequence[Page]:
    return goal_pages(review, options.language)


def _signals(review: Review, options: PackOptions) -> Sequence[Page]:
    return signal_pages(review, options.language)


def _exceptions(review: Review, options: PackOptions) -> Sequence[Page]:
    language = options.language
    missed = tuple(missed_sentence(goal, language) for goal in missed_though_met(review))
    return (replace(exceptions_page(review, language), missed=missed),)


def _register(review: Review, options: PackOptions) -> Sequence[Page]:
    return (register_page(review, options.language),)


def _landing(review: Review, options: PackOptions) -> Sequence[Page]:
    return landing_pages(review, options.language)


def _restated(review: Review, options: PackOptions) -> Sequence[Page]:
    return restated_pages(review, options.restated, options.language)


PAGES: dict[str, Callable[[Review, PackOptions], Sequence[Page]]] = {
    "cover": _cover,
    "summary": _summary,
    "tree": _tree,
    "scorecard": _scorecard,
    "periods": _periods,
    "bridge": _bridge,
    "goals": _goals,
    "signals": _signals,
    "exceptions": _exceptions,
    "register": _register,
    "landing": _landing,
    "restated": _restated,
    "definitions": _definitions,
    "quality": _quality,
    "colophon": _colophon,
}
"""The pages of a pack by name; ``--pages`` names them in the order wanted."""
