"""What PlutoBook would part at the end of a page is kept together."""

from __future__ import annotations

import pypdfium2
import pytest
from defusedxml import ElementTree

from kpixl.pack.places import Place
from kpixl.pack.pluto.keeping import sections_of
from kpixl.pack.pluto.outline import Marker
from tests.engines import HAS_PLUTOPRINT
from tests.test_pluto import pdf_of

pytestmark = pytest.mark.skipif(not HAS_PLUTOPRINT, reason="no PlutoPrint for this machine")

CSS = (
    "@page { size: 300px 130px; margin: 5px } body, p, h2 { margin: 0 } "
    "* { font: 10px/12px Inter } td, th { padding: 0 } table { border-spacing: 0 } "
    "tr { break-inside: avoid } .turn { break-before: page }"
)
ROWS = "".join(f"<tr><td>row{n}</td></tr>" for n in range(12))

TEXT = "<tr><td>text</td></tr>"


def pages(body: str) -> list[list[str]]:
    """The words on each page."""
    document = pypdfium2.PdfDocument(pdf_of(f"<section>{body}</section>", CSS))
    return [page.get_textpage().get_text_range().split() for page in document]


def room(lines: int) -> str:
    """What leaves room for so many lines on the first page."""
    return f'<div style="height: {120 - 12 * lines}px"></div>'


@pytest.mark.parametrize(
    "after",
    [
        "<p>text</p>",
        "<div>text</div>",
        "<table><thead><tr><th>head</th></tr></thead><tbody><tr><td>text</td></tr></tbody></table>",
        f"<div><table><thead><tr><th>head</th></tr></thead><tbody>{TEXT}{ROWS}</tbody></table></div>",
    ],
)
@pytest.mark.parametrize("before", ["", "<h2>upper</h2>"])
def test_a_heading_stands_on_the_page_of_what_it_heads(before: str, after: str) -> None:
    found = pages(f"<p>first</p>{room(2)}{before}<div><h2>title</h2></div>{after}")
    assert "title" not in found[0]
    assert {"title", "text"} <= set(found[1])
    assert ("upper" in found[1]) is bool(before)


def test_a_heading_stays_where_what_it_heads_begins_below_it() -> None:
    lines = "<br/>".join(f"line{n}" for n in range(20))
    found = pages(f"{room(3)}<h2>title</h2><p>{lines}</p>")
    assert found[0][:2] == ["title", "line0"]
    rows = f"<table><thead><tr><th>head</th></tr></thead><tbody>{ROWS}</tbody></table>"
    assert pages(f"{room(4)}<h2>title</h2>{rows}")[0][:3] == ["title", "head", "row0"]


def test_the_last_three_rows_of_a_table_stand_together() -> None:
    found = pages(f"<table><tbody>{ROWS}</tbody></table>")
    assert found[1] == ["row9", "row10", "row11"]


def test_a_row_that_heads_others_stands_with_the_next() -> None:
    rows = ROWS.replace("<tr><td>row9", '<tr class="csf"><td>row9') + ROWS
    found = pages(f"<table><tbody>{rows}</tbody></table>")
    assert found[0][-1] == "row8"
    assert found[1][0] == "row9"


def test_what_begins_a_page_by_itself_is_kept_with_nothing_before() -> None:
    body = ElementTree.fromstring(
        "<body><section><h1>a</h1><p>b</p><h2>c</h2><h2 class='turn'>d</h2><p>e</p>"
        "<div class='columns'><h2>f</h2><p>g</p></div></section></body>"
    )
    Marker("kpixl:").mark(body)
    (section,) = sections_of(body)
    assert [[one.tag for one in kept.elements] for kept in section.kept] == [
        ["h1", "p"],
        ["h2", "p"],
    ]
    first, second = section.kept
    places = {first.begin: Place(0, 0, 0), first.end: Place(0, 0, 0), second.begin: Place(0, 0, 0)}
    assert not section.mend(places)
    places[second.end] = Place(1, 0, 0)
    assert section.mend(places)
    assert second.elements[0].get("style") == "break-before: page"
    assert not section.mend(places)  # once, whatever it has come to
