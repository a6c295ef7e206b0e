"""Turn an edition and restated figures into what a reader of earlier packs has to know first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kpixl.review.periods import date_name
from kpixl.review.restated import Edition, Restatement
from kpixl.review.restated_sentences import (
    correction_text,
    edition_name,
    replaces_text,
    restated_text,
)
from kpixl.words import word


@dataclass(frozen=True)
class Notice:
    """``replaces`` names the edition that this one replaces, ``correction`` says why, ``restated``
    counts the figures that have changed since they were sent; each is "" where there is nothing
    to say."""

    replaces: str = ""
    correction: str = ""
    restated: str = ""

    @property
    def text(self) -> str:
        """All of it in one line."""
        return " · ".join(part for part in (self.replaces, self.correction, self.restated) if part)


NO_NOTICE = Notice()


def notice_of(edition: Edition, restated: Sequence[Restatement], language: str) -> Notice:
    """The notice that stands on the summary."""
    return Notice(
        replaces=replaces_text(edition, language),
        correction=correction_text(edition, language, dated=False),
        restated=restated_text(restated, language),
    )


def edition_facts(edition: Edition, language: str) -> tuple[tuple[str, str], ...]:
    """Which edition a pack is, and what of it is known, as the colophon tells it."""
    name = replaces_text(edition, language) or edition_name(edition, language)
    facts = [(word("page.edition", language), name)]
    if edition.corrects and edition.day is not None:
        facts.append((word("restated.corrected_day", language), date_name(edition.day, language)))
    if edition.corrects and edition.reason.strip():
        facts.append((word("restated.reason", language), edition.reason.strip()))
    return tuple(facts)
