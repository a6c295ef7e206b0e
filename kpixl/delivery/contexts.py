"""What the mail's templates are given: documented, frozen, and with every figure already in words.

A template finds it under the name ``mail``, the words in the mail's language under ``t``, and the
colours under ``theme`` (:class:`kpixl.pack.theme.Theme`). All texts are one line each, free of
control characters; those that a person wrote are cut where they are very long.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class MailMark:
    """A status by shape and word; ``name`` is its key (``green``, ``no-data``, ...), by which a
    template finds its colour."""

    name: str
    shape: str
    word: str


@dataclass(frozen=True)
class MailTile:
    """One goal at a glance, as its tile in the pack shows it: ``pairs`` are what stands beside
    the month's figure and gap (plan, year to date, landing, ...), each with its label."""

    name: str
    value: str
    unit: str
    mark: MailMark
    gap: str
    good: bool | None
    pairs: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class MailGap:
    """One of the largest gaps. ``figure`` is the gap as the pack's list shows it, ``note`` actual
    and plan; ``share`` is the attainment in whole per cent, from 0 to 100, for a bar; None where
    there is none."""

    name: str
    mark: MailMark
    figure: str
    good: bool | None
    note: str
    owner: str
    next_step: str
    share: int | None


@dataclass(frozen=True)
class MailAction:
    """A countermeasure. ``due`` says when it was due or since when it has waited too long, ``late``
    by how much; both are empty where it is not overdue. ``evidence`` is what was expected of it and
    what came of it, where that is to be decided upon."""

    tag: str
    text: str
    goal: str
    owner: str
    next_step: str
    due: str = ""
    late: str = ""
    evidence: str = ""


@dataclass(frozen=True)
class MailList(Generic[T]):
    """A titled list; ``empty`` is said where it has no ``entries`` (blank: it is left out then),
    ``more`` where it was longer."""

    title: str
    entries: tuple[T, ...]
    empty: str = ""
    more: str = ""

    @property
    def shown(self) -> bool:
        """Whether there is anything to show of it."""
        return bool(self.entries or self.empty)


@dataclass(frozen=True)
class MailLogo:
    """The logo as the HTML shows it: ``cid`` names the picture that travels with the mail, width
    and height are in pixels."""

    cid: str
    width: int
    height: int


@dataclass(frozen=True)
class MailContext:
    """One review for one person, as the mail tells it.

    ``subject`` is the shipped subject line, ``preheader`` what an inbox shows beside it, ``head``
    the finding and ``lead`` the sentences below it, as on the pack's summary page. ``state`` is
    preliminary or final with the edition from the second on, which ``correction`` explains.
    ``tally`` counts all goals by status, ``tally_text`` the KPIs alone.
    ``notes`` say which figures are missing and where nobody works on a gap; ``attachments`` are
    the files' names with their sizes; ``origin`` is what stands at the foot, line by line. Texts
    with nothing to say are empty.
    """

    language: str
    subject: str
    preheader: str
    company: str
    title: str
    month: str
    scope: str
    state: str
    edition: int
    correction: str
    greeting: str
    intro: str
    head: str
    lead: tuple[str, ...]
    tally: tuple[tuple[MailMark, int], ...]
    tally_title: str
    tally_text: str
    kgis: MailList[MailTile]
    goals: MailList[MailTile]
    gaps: MailList[MailGap]
    overdue: MailList[MailAction]
    decisions: MailList[MailAction]
    notes: tuple[str, ...]
    attachments: tuple[str, ...]
    origin: tuple[str, ...]
    confidentiality: str
    logo: MailLogo | None
