"""Tell which parts of a pack are so short that they share a page with what stands before them."""

from __future__ import annotations

from kpixl.pack.contexts import (
    ExceptionsPage,
    Page,
    RegisterPage,
    ScorecardPage,
    TreePage,
)
from kpixl.pack.definition_contexts import DefinitionsPage
from kpixl.pack.insight_contexts import LandingPage, RestatedPage, SignalsPage
from kpixl.pack.paper import BODY_HEIGHT
from kpixl.pack.period_charts import charts_height
from kpixl.pack.period_contexts import PeriodsPage
from kpixl.pack.quality_contexts import QualityPage
from kpixl.pack.table_room import PERIODS

SHORT = 0.45
ROW, HEADED = 22.0, 130.0
CARD = 95.0
SIGNALS_ROW = 3
FEW_DEFINED = 5
THREE_HEADED, FINDING, LINE = 150.0, 50.0, 14.0


def is_short(page: Page) -> bool:
    """Whether ``page`` takes less than half a sheet. Cover, summary and the pages of goals never
    are: each begins on a sheet of its own."""
    height = None
    if isinstance(page, TreePage):
        height = page.drawing.height + 40
    elif isinstance(page, ScorecardPage | LandingPage | RestatedPage):
        height = HEADED + ROW * len(page.rows)
    elif isinstance(page, PeriodsPage):
        height = HEADED + charts_height(page.charts) + PERIODS.least * len(page.rows)
    elif isinstance(page, ExceptionsPage):
        height = HEADED + CARD * len((*page.with_action, *page.without_action))
    elif isinstance(page, RegisterPage):
        height = 0.0 if not page.actions else None
    elif isinstance(page, SignalsPage):
        is_row = len(page.cells) <= SIGNALS_ROW and not page.continued
        height = 0.0 if is_row else None
    elif isinstance(page, DefinitionsPage):
        # No half sheet, but one that never begins on what is left of a sheet that is too small.
        height = 0.0 if len(page.rows) + len(page.changes) <= FEW_DEFINED else None
    elif isinstance(page, QualityPage):
        height = _quality_height(page)
    return height is not None and height <= SHORT * BODY_HEIGHT


def _quality_height(page: QualityPage) -> float:
    """About what the page on data quality takes: advice has three lines at the least beside it."""
    advice = sum(LINE * (1 + max(3, len(row.findings))) for row in page.advice)
    return THREE_HEADED + ROW * len(page.missing) + FINDING * len(page.findings) + advice
