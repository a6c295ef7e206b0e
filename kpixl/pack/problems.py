"""What can go wrong between pages and PDF."""

from __future__ import annotations

from kpixl.errors import KpixlError, UsageProblem

LONGEST_URL = 200
CUT = "…"


class RenderProblem(KpixlError):
    """The engine that makes the PDF, or what it needs (Pango, fonts), is missing or failed."""


def refused_fetch(url: str, missing: bool = False) -> UsageProblem:
    """The error of a template, style sheet or logo that names what is not fetched (or what is not
    in its folder): a pack that silently lacks a picture would be taken for whole."""
    shown = url if len(url) <= LONGEST_URL else url[:LONGEST_URL] + CUT
    return UsageProblem("fetch-missing" if missing else "fetch-refused", found=shown)
