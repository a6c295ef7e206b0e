"""The stages of a pack, each to be measured by itself, and the yardstick beside them."""

from __future__ import annotations

import gc
import re
from pathlib import Path

from kpixl import jobs
from kpixl.pack.contexts import Pack
from kpixl.pack.engines import Engine, plutoprint_missing
from kpixl.pack.html import Rendered, for_print
from kpixl.pack.pages import PackOptions, build_pack
from kpixl.plan.model import Plan
from kpixl.plan.tables import read_plan
from kpixl.resources import report_templates
from kpixl.review.figures import Review
from kpixl.review.review import review
from kpixl.workbook.reader import read_book

# SPEC 16's standard pack, as near as real pages come to it: some 20 pages, three scorecards of 31
# rows with sparklines, some 60 charts (30 of months, 25 of limits, bridge, tree, attainments).
STANDARD_PAGES = (
    "cover",
    "summary",
    "tree",
    "scorecard",
    "scorecard",
    "scorecard",
    "bridge",
    "goals",
    "signals",
)


# ---- The stages, one function each ----------------------------------------------------------


def stage_read(path: Path) -> Plan:
    """Workbook file -> plan."""
    reading = read_plan(read_book(path))
    if reading.plan is None:
        raise ValueError(reading.problems)
    return reading.plan


def stage_review(plan: Plan) -> Review:
    """Plan -> every figure of the review month."""
    return review(plan, None, None, ())


def stage_pages(figures: Review) -> Pack:
    """Review -> pages, charts included."""
    return build_pack(figures, PackOptions(language="en", pages=STANDARD_PAGES))


def stage_html(pack: Pack) -> Rendered:
    """Pages -> HTML, and charts as they are drawn."""
    return for_print(pack)


def own_share(path: Path) -> Rendered:
    """All that kpixl does before pages are laid out."""
    return stage_html(stage_pages(stage_review(stage_read(path))))


ENGINES = {
    Engine.WEASYPRINT: "WeasyPrint",
    **({} if plutoprint_missing() else {Engine.PLUTOPRINT: "PlutoPrint"}),
}
"""What lays packs out without a browser, of what is installed here, with its name."""


def whole_pack(path: Path, engine: Engine) -> bytes:
    """Workbook file -> PDF/UA bytes, as the command makes them."""
    job = jobs.PackJob(path, path.parent, language="en", pages=STANDARD_PAGES, engine=engine)
    return jobs.render(job, jobs.review_workbook(path), "en")[1]


# ---- The yardstick --------------------------------------------------------------------------


def inlined(rendered: Rendered) -> str:
    """The same document with every chart as inline SVG."""

    def svg(image: re.Match[str]) -> str:
        drawn = re.sub(r"^<\?xml.*?\?>", "", rendered.images[image["name"]])
        css = re.search(r' class="[^"]*"', image[0])
        return drawn.replace("<svg", f"<svg{css[0] if css else ''}", 1)

    return re.sub(r'<img src="(?P<name>kpixl:[^"]+)"[^>]*>', svg, rendered.html)


FIXED = "table-layout: fixed }"


def plain(html: str) -> str:
    """``html`` as it would be without the measures that make packs fast: widths of tables are found
    by their cells, as CSS does where nothing else is said."""
    before, rule, after = html.partition("table { border-collapse: collapse; width: 100%; ")
    if not after.startswith(FIXED):
        raise ValueError("the style sheet no longer begins its tables like this")
    return f"{before}{rule}}}{after.removeprefix(FIXED)}"


def plain_weasyprint(html: str) -> bytes:
    """The yardstick: WeasyPrint as its manual calls it, with the collector off."""
    from weasyprint import HTML

    gc.disable()
    try:
        written = HTML(string=html, base_url=f"{report_templates()}/").write_pdf(
            pdf_variant="pdf/ua-1"
        )
    finally:
        gc.enable()
    return bytes(written or b"")
