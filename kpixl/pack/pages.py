"""Turn a review into the pages of a pack, each a documented context for its template."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from kpixl.errors import UsageProblem
from kpixl.measures.kinds import Direction
from kpixl.pack import charts
from kpixl.pack.bridge_page import bridge_pages
from kpixl.pack.contexts import (
    ColophonPage,
    CoverPage,
    DefinitionRow,
    DefinitionsPage,
    Pack,
    Page,
    TreePage,
)
from kpixl.pack.drawings import anchor, tree_figures
from kpixl.pack.exceptions import exceptions_page
from kpixl.pack.goal_pages import goal_pages
from kpixl.pack.landing_page import landing_pages
from kpixl.pack.paper import BODY_WIDTH, line_count
from kpixl.pack.quality import quality_page
from kpixl.pack.register import register_page
from kpixl.pack.scorecard import scorecard_page
from kpixl.pack.signal_pages import signal_pages
from kpixl.pack.summary import summary_page
from kpixl.pack.theme import theme
from kpixl.pack.wording import finding
from kpixl.plan.model import Rounding
from kpixl.review.bridge_sentences import missed_sentence
from kpixl.review.figures import GoalReview, Review
from kpixl.review.focus import missed_though_met
from kpixl.review.periods import date_name, fiscal_label, month_name
from kpixl.review.scope import parse_scope
from kpixl.review.sentences import style_of
from kpixl.words import say, word

DEFAULT_PAGES = (
    "cover", "summary", "tree", "scorecard", "bridge", "goals", "signals", "exceptions", "register",
    "landing", "definitions", "quality", "colophon",
)  # fmt: skip
TERM_WIDTH = 485.0
TREE_SIZE = (BODY_WIDTH, 606.0)
RUNNING_WIDTH, RUNNING_LINES = 600.0, 2
EDITION = 1


@dataclass(frozen=True)
class PackOptions:
    """What is asked of a pack besides its review: language, pages in order, logo, draft."""

    language: str
    pages: tuple[str, ...] = DEFAULT_PAGES
    logo: str = ""
    draft: bool = False


def build_pack(review: Review, options: PackOptions) -> Pack:
    """The pack of ``review``; raises :class:`UsageProblem` ``unknown-page`` for a page of no
    such name."""
    unknown = [name for name in options.pages if name not in PAGES]
    if unknown:
        raise UsageProblem("unknown-page", found=", ".join(unknown), known=", ".join(DEFAULT_PAGES))
    language = options.language
    pages = tuple(page for name in options.pages for page in PAGES[name](review, language))
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
        running=_running(settings.company, (title, month, scope, state)),
        confidentiality=settings.confidentiality,
        theme=theme(settings.brand_colour),
        logo=options.logo,
        draft=options.draft and bool(review.errors),
        blocking=tuple(finding(problem, review, language) for problem in review.errors),
        pages=pages,
        identifier=_identifier(review, language),
        as_of=review.as_of.isoformat(),
    )


def _running(company: str, parts: tuple[str, str, str, str]) -> tuple[str, str]:
    """What the running head repeats from the cover: company, title, month, scope, state. Where
    they are too long for two lines, whole parts of it stand on the cover alone."""
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


def _identifier(review: Review, language: str) -> str:
    """The same for the same input, so that equal packs are equal byte for byte."""
    text = "|".join(
        (review.source.sha256, str(review.month), review.scope, language, review.as_of.isoformat())
    )
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def scope_name(review: Review, language: str) -> str:
    """What part of the tree the pack shows, in words."""
    scope = parse_scope(review.scope)
    if scope.kind == "all":
        return word("page.whole_tree", language)
    if scope.kind == "goal" and review.goals:
        return review.goals[0].goal.name
    return scope.name


def _cover(review: Review, language: str) -> tuple[Page, ...]:
    settings = review.settings
    edition = say("page.edition_n", language, n=EDITION)
    state = word(f"state.{settings.state.value}", language)
    month = month_name(review.month, language)
    facts = (
        (word("page.state", language), f"{state} · {edition}"),
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
        ),
    )


def _summary(review: Review, language: str) -> tuple[Page, ...]:
    return (summary_page(review, language),) if review.goals else ()


def _tree(review: Review, language: str) -> tuple[Page, ...]:
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


def _definitions(review: Review, language: str) -> tuple[Page, ...]:
    return (
        DefinitionsPage(
            template="definitions.html",
            title=word("page.definitions", language),
            bookmark=word("page.definitions", language),
            anchor="definitions",
            rows=tuple(_definition(review, goal, language) for goal in review.goals),
            terms=_balanced(_terms(review, language)),
        ),
    )


def _balanced(terms: Sequence[tuple[str, str]]) -> tuple[tuple[tuple[str, str], ...], ...]:
    """The terms in two columns that are about as high."""
    heights = [1.5 + line_count(text, TERM_WIDTH, 10) for _, text in terms]
    half = min(range(len(terms) + 1), key=lambda n: abs(sum(heights[:n]) - sum(heights[n:])))
    return tuple(terms[:half]), tuple(terms[half:])


def _definition(review: Review, goal: GoalReview, language: str) -> DefinitionRow:
    style = style_of(review, goal, language)
    direction = word(f"direction.{goal.goal.direction.value}", language)
    if goal.goal.direction is Direction.RANGE and goal.goal.tolerance is not None:
        direction = f"{direction} ±{style.value(goal.goal.tolerance)}"
    rolled_up = word("page.rolled_up", language)
    return DefinitionRow(
        id=goal.goal.label,
        name=goal.goal.name,
        anchor=anchor(goal),
        level=goal.goal.level.value,
        depth=goal.depth,
        owner=goal.goal.owner,
        unit=word("page.score_unit", language) if goal.is_rollup else style.unit_label,
        direction=direction,
        aggregation="–"
        if goal.is_rollup
        else word(f"aggregation.{goal.goal.aggregation.value}", language),
        formula=goal.goal.formula_text or (rolled_up if goal.is_rollup else ""),
        why=goal.goal.why,
    )


def _terms(review: Review, language: str) -> tuple[tuple[str, str], ...]:
    settings = review.settings
    details = {
        "green": word("status.green", language),
        "amber": word("status.amber", language),
        "red": word("status.red", language),
    }

    def share(value: float) -> str:
        return f"{value * 100:g}%"

    limits = {
        "status": {"green_at": share(settings.green_at), "amber_at": share(settings.amber_at)},
        "rollup": {
            "cap": share(settings.rollup_cap), "green_at": share(settings.rollup_green_at)
        },
    }  # fmt: skip
    keys = (
        "gap", "attainment", "status", "to_date", "growth", "rollup", "pdca", "landing",
        "methods", "chance", "signal", "bridge", "leverage",
    )  # fmt: skip
    return tuple(
        (
            word(f"page.term_{key}", language),
            say(f"page.term_{key}_text", language, **details, **limits.get(key, {})),
        )
        for key in keys
    )


def _quality(review: Review, language: str) -> Sequence[Page]:
    return (quality_page(review, language),)


def _colophon(review: Review, language: str) -> tuple[Page, ...]:
    settings, source = review.settings, review.source
    facts = (
        (word("page.workbook", language), source.name),
        (word("page.book_id", language), settings.book_id or "–"),
        (word("page.sha256", language), source.sha256 or "–"),
        (word("page.review_month", language), month_name(review.month, language)),
        (word("page.scope", language), scope_name(review, language)),
        (word("page.state", language), word(f"state.{settings.state.value}", language)),
        (word("page.edition", language), say("page.edition_n", language, n=EDITION)),
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


def _scorecard(review: Review, language: str) -> Sequence[Page]:
    return (scorecard_page(review, language),)


def _goals(review: Review, language: str) -> Sequence[Page]:
    return goal_pages(review, language)


def _exceptions(review: Review, language: str) -> Sequence[Page]:
    missed = tuple(missed_sentence(goal, language) for goal in missed_though_met(review))
    return (replace(exceptions_page(review, language), missed=missed),)


def _register(review: Review, language: str) -> Sequence[Page]:
    return (register_page(review, language),)


PAGES: dict[str, Callable[[Review, str], Sequence[Page]]] = {
    "cover": _cover,
    "summary": _summary,
    "tree": _tree,
    "scorecard": _scorecard,
    "bridge": bridge_pages,
    "goals": _goals,
    "signals": signal_pages,
    "exceptions": _exceptions,
    "register": _register,
    "landing": landing_pages,
    "definitions": _definitions,
    "quality": _quality,
    "colophon": _colophon,
}
"""The pages of a pack by name; ``--pages`` names them in the order wanted."""
