"""What the page on data quality shows."""

from __future__ import annotations

from dataclasses import dataclass

from kpixl.pack.contexts import Finding, Line, Page


@dataclass(frozen=True)
class AdviceRow:
    """What one check of the method advises, and where: pairs of a place and what was found there;
    ``more`` counts those that found no room."""

    code: str
    findings: tuple[tuple[str, str], ...]
    more: str
    expected: str
    mend: str


@dataclass(frozen=True)
class QualityPage(Page):
    """What is missing, what could not be read, and advice on the method; ``switched_off`` says
    which checks Settings leave out."""

    missing: tuple[Line, ...]
    findings: tuple[Finding, ...]
    complete: str
    advice: tuple[AdviceRow, ...]
    switched_off: str
