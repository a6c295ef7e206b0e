"""Turn figures into charts: one function a kind, each giving a display list (SPEC 11).

All of them are pure: equal figures give equal drawings. Values are written by the caller's own
formatters, so a chart never rounds or computes a figure.

===================  =============================================================
``months``           a fiscal year in columns: actual, plan, prior year, outlook
``months_line``      the same as lines, for ratios and levels
``months_key``       what the signs of several such charts mean, said once
``months_mini``      the same without labels, for a tile
``bullets``          attainment of several goals on one axis
``sparkline``        a trend the height of a line of text
``status_mark``      the shape of a status, 10 x 10
``variance_bars``    gaps in per cent around one zero line, one drawing a row
``goal_tree``        the tree, on as many drawings as it needs
``timeline``         countermeasures over time, on as many drawings as they need
``bridges``          a gap from plan over its drivers to the actual, side by side
``xmr``              a control chart with its limits and signal
``signal_mark``      the shape of a signal, 10 x 10
``landings``         where years will land, one drawing a row
``landings_key``     what the signs of such rows mean
===================  =============================================================
"""

from __future__ import annotations

from kpixl.pack.chart_bridge import bridges
from kpixl.pack.chart_figures import (
    LOOK,
    BridgeFigures,
    BridgePart,
    BulletFigures,
    BulletRow,
    ControlFigures,
    LandingFigures,
    Look,
    MonthFigures,
    MonthScale,
    MonthsFigures,
    Palette,
    SparkFigures,
    TreeFigures,
    TreeNode,
    VarianceRow,
)
from kpixl.pack.chart_grid import common_scale
from kpixl.pack.chart_landing import landings, landings_key
from kpixl.pack.chart_months import months, months_height, months_key, months_mini
from kpixl.pack.chart_rows import (
    bullets,
    sparkline,
    status_mark,
    variance_bars,
    variance_limit,
    variance_width,
)
from kpixl.pack.chart_timeline import TimelineFigures, TimelineMonth, TimelineRow, timeline
from kpixl.pack.chart_tree import goal_tree
from kpixl.pack.chart_xmr import signal_mark, xmr

__all__ = [
    "LOOK",
    "BridgeFigures",
    "BridgePart",
    "BulletFigures",
    "BulletRow",
    "ControlFigures",
    "LandingFigures",
    "Look",
    "MonthFigures",
    "MonthScale",
    "MonthsFigures",
    "Palette",
    "SparkFigures",
    "TimelineFigures",
    "TimelineMonth",
    "TimelineRow",
    "TreeFigures",
    "TreeNode",
    "VarianceRow",
    "bridges",
    "bullets",
    "common_scale",
    "goal_tree",
    "landings",
    "landings_key",
    "months",
    "months_height",
    "months_key",
    "months_mini",
    "signal_mark",
    "sparkline",
    "status_mark",
    "timeline",
    "variance_bars",
    "variance_limit",
    "variance_width",
    "xmr",
]
