"""The page for a browser, in a real one: it fits phone, tablet and desk, can be read and used
without a mouse, and neither asks for anything nor complains."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pdfplumber
import pytest
from playwright.sync_api import Page

from kpixl.pack.html import for_browser
from kpixl.words import word
from tests.chromium import browser, opened, violations
from tests.packs import LANGUAGES, pack_of, sample_html
from tests.plans import goal, plan_of
from tests.test_html import NASTY, pack_saying

WIDTHS = (360, 768, 1440)
NARROWEST = 320
"""WCAG 1.4.10: a page of 1280 pixels at a zoom of 400 per cent."""
MEASURE = """() => {
  const root = document.documentElement;
  const style = e => getComputedStyle(e);
  const scrolls = e => e && (["auto", "scroll", "hidden"].includes(style(e).overflowX)
    || scrolls(e.parentElement));
  const shown = e => e.checkVisibility() && e.getClientRects().length > 0;
  const all = [...document.body.querySelectorAll("*")].filter(shown);
  const some = list => list.slice(0, 5).map(e => e.outerHTML.slice(0, 160));
  const letters = e => parseFloat(e.parentElement.getAttribute("font-size") ||
    e.getAttribute("font-size")) * e.getScreenCTM().a;
  return {
    across: root.scrollWidth - root.clientWidth,
    wide: some(all.filter(e => !e.closest("svg") && !e.matches(".skip, .unseen") &&
      e.getBoundingClientRect().right > root.clientWidth + 1 && !scrolls(e.parentElement))),
    cut: some(all.filter(e => e.matches(".num") && e.scrollWidth > e.clientWidth + 1)),
    small: some(all.filter(e => e.matches("p, td, th, a, summary, .entry, .remark")
      && e.textContent.trim() && parseFloat(style(e).fontSize) < 12)),
    tiny: some(all.filter(e => e.matches(".plot text") && letters(e) < 10.9)),
    clipped: some(all.filter(e => e.matches("svg text") && e.checkVisibility()).filter(e => {
      const box = e.getBoundingClientRect(), frame = e.closest("svg").getBoundingClientRect();
      return box.left < frame.left - 1.5 || box.right > frame.right + 1.5;
    })),
    unreachable: some(all.filter(e => e.scrollWidth > e.clientWidth + 1
      && ["auto", "scroll"].includes(style(e).overflowX) && e.tabIndex < 0 && e !== root)),
    targets: some(all.filter(e => e.matches("summary, nav a, .to-contents")
      && e.getBoundingClientRect().height < 23.9)),
    sections: document.querySelectorAll("section.page").length,
  };
}"""
FOCUS = """() => {
  window.seen = [];
  document.addEventListener("focusin", event => {
    const e = event.target, style = getComputedStyle(e), box = e.getBoundingClientRect();
    const outlined = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
    const inside = box.bottom > 0 && box.top < innerHeight && box.right > 0;
    window.seen.push([window.stops.indexOf(e), outlined, inside, e.outerHTML.slice(0, 160)]);
  });
  window.stops = [...document.querySelectorAll("a[href], summary, [tabindex='0']")]
    .filter(e => e.checkVisibility());
  return window.stops.length;
}"""


@dataclass
class Seen:
    """What was measured of one page at one width."""

    complaints: list[str] = field(default_factory=list)
    fetched: list[str] = field(default_factory=list)
    measured: dict[str, Any] = field(default_factory=dict)
    narrowest: dict[str, Any] = field(default_factory=dict)
    violations: list[str] = field(default_factory=list)


def look_at(path: Path, width: int) -> Seen:
    """The page as it opens, then with all its tables shown."""
    seen = Seen()
    with opened(path, width, seen.complaints, seen.fetched) as page:
        seen.measured = page.evaluate(MEASURE)
        if width == min(WIDTHS):
            page.set_viewport_size({"width": NARROWEST, "height": 800})
            seen.narrowest = page.evaluate(MEASURE)
            page.set_viewport_size({"width": width, "height": 800})
        seen.violations = violations(page)
        show_tables(page)
        seen.violations += violations(page, without=("color-contrast",))
    return seen


def show_tables(page: Page) -> None:
    page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")


def written(folder: Path, html: str) -> Path:
    path = folder / "page.html"
    path.write_text(html, encoding="utf-8")
    return path


@pytest.fixture(
    scope="module",
    params=[(language, width) for language in LANGUAGES for width in WIDTHS],
    ids=lambda param: "-".join(map(str, param)),
)
def seen(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Seen:
    language, width = request.param
    return look_at(written(tmp_path_factory.mktemp("page"), sample_html(language)), width)


# ---- On any width ---------------------------------------------------------------------------


def test_the_page_fits(seen: Seen) -> None:
    for found in filter(None, (seen.measured, seen.narrowest)):
        assert found["sections"] > 10
        assert found["across"] <= 0
        assert found["wide"] == []


def test_no_figure_is_cut_and_no_text_too_small_to_read(seen: Seen) -> None:
    assert seen.measured["cut"] == []
    assert seen.measured["small"] == []
    assert seen.measured["clipped"] == []


def test_what_can_be_scrolled_can_be_reached_by_keyboard(seen: Seen) -> None:
    assert seen.measured["unreachable"] == []


def test_what_is_tapped_is_large_enough(seen: Seen) -> None:
    assert seen.measured["targets"] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_type_of_charts_can_be_read_on_a_phone(language: str, tmp_path: Path) -> None:
    with opened(written(tmp_path, sample_html(language)), 360, [], []) as page:
        assert page.evaluate(MEASURE)["tiny"] == []


WIDTHS_OF_CHARTS = """() => Object.fromEntries(["summary", "tree", "other-goals"].map(id => [id,
  [...document.querySelectorAll(`#${id} .plot svg`)].filter(e => e.checkVisibility())
    .map(e => Math.round(e.getBoundingClientRect().width))]))"""


def test_the_chart_of_a_single_goal_is_as_wide_as_the_others(tmp_path: Path) -> None:
    plan = plan_of(goal("A"), actuals={"A": [3, 2, 1]}, plan={"A": [2] * 12})
    path = written(tmp_path, for_browser(pack_of(plan)))
    with opened(path, 1440, [], []) as page:
        widths = page.evaluate(WIDTHS_OF_CHARTS)
        (tree,) = widths["tree"]
        assert tree > 1100
        assert widths == {"summary": [tree], "tree": [tree], "other-goals": [tree]}
        # Where there is less room it keeps its type, and on a phone it fits.
        page.set_viewport_size({"width": 1024, "height": 800})
        assert page.evaluate(WIDTHS_OF_CHARTS)["summary"] == [600]
        page.set_viewport_size({"width": 360, "height": 800})
        assert page.evaluate(WIDTHS_OF_CHARTS)["summary"] == [328]
        assert page.evaluate(MEASURE)["tiny"] == []
        page.emulate_media(media="print")
        assert len(page.evaluate(WIDTHS_OF_CHARTS)["summary"]) == 1


# ---- For everyone ---------------------------------------------------------------------------


def test_axe_finds_nothing_against_the_page(seen: Seen) -> None:
    assert seen.violations == []


def test_axe_finds_nothing_against_the_colours_of_the_tables(tmp_path: Path) -> None:
    with opened(written(tmp_path, sample_html("en")), 1440, [], []) as page:
        show_tables(page)
        assert violations(page, "#summary details", rules=("color-contrast",)) == []
        assert violations(page, "#register details", rules=("color-contrast",)) == []


def test_axe_sees_a_fault(tmp_path: Path) -> None:
    html = for_browser(pack_saying("x"))
    broken = html.replace("<main ", "<div ").replace("</main>", "</div>")
    broken = broken.replace('lang="en"', "").replace("color: #5b6066", "color: #b4b9be")
    with opened(written(tmp_path, broken), 768, [], []) as page:
        found = {violation.split(":")[0] for violation in violations(page)}
    assert {"html-has-lang", "landmark-one-main", "color-contrast"} <= found


def test_the_tab_key_reaches_everything_in_order_and_shows_where_it_is(tmp_path: Path) -> None:
    with opened(written(tmp_path, sample_html("ja")), 360, [], []) as page:
        count = page.evaluate(FOCUS)
        for _ in range(count):
            page.keyboard.press("Tab")
        stops: list[tuple[int, bool, bool, str]] = page.evaluate("window.seen")
    assert [number for number, *_ in stops] == list(range(count))
    assert [html for _, outlined, inside, html in stops if not (outlined and inside)] == []


def test_the_first_stop_skips_to_the_figures(tmp_path: Path) -> None:
    with opened(written(tmp_path, sample_html("en")), 1440, [], []) as page:
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.getBoundingClientRect().top") >= 0
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "content"
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.closest('main') !== null")


def test_the_keyboard_opens_the_table_behind_a_chart(tmp_path: Path) -> None:
    with opened(written(tmp_path, sample_html("en")), 768, [], []) as page:
        details = page.locator("#summary details").first
        assert not details.locator("table").is_visible()
        details.locator("summary").focus()
        page.keyboard.press("Enter")
        assert details.locator("table").is_visible()


# ---- Tables ---------------------------------------------------------------------------------


BEYOND = """[...document.querySelectorAll('.table-wrap')]
  .filter((wrap) => wrap.scrollWidth > wrap.clientWidth)
  .map((wrap) => [wrap.getAttribute('aria-label'), getComputedStyle(wrap, '::before').content])"""


@pytest.mark.parametrize("width", [1280, 1366, 1440])
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_desks_screen_shows_every_table_whole(language: str, width: int, tmp_path: Path) -> None:
    with opened(written(tmp_path, sample_html(language)), width, [], []) as page:
        assert page.evaluate(BEYOND) == []


def test_a_table_that_is_scrolled_says_so(tmp_path: Path) -> None:
    with opened(written(tmp_path, sample_html("en")), 768, [], []) as page:
        found = dict(page.evaluate(BEYOND))
    assert len(found) == 3  # scorecard, focus list and landing
    assert {hint.strip('"') for hint in found.values()} == {word("screen.hint", "en")}


# ---- Whole in itself ------------------------------------------------------------------------


def test_the_browser_asks_for_nothing_and_has_nothing_to_complain_of(seen: Seen) -> None:
    assert seen.complaints == []
    assert [url for url in seen.fetched if not url.startswith("file:")] == []
    assert len(seen.fetched) == 1


def test_a_page_of_hostile_text_is_as_good_as_any(tmp_path: Path) -> None:
    text = " ".join(NASTY) + " \u202egnp.exe " + "x" * 120
    seen = look_at(written(tmp_path, for_browser(pack_saying(text))), 360)
    assert seen.complaints == []
    assert len(seen.fetched) == 1
    assert seen.violations == []
    assert (seen.measured["across"], seen.measured["wide"]) == (0, [])
    assert (seen.measured["small"], seen.measured["clipped"]) == ([], [])
    assert (seen.narrowest["across"], seen.narrowest["wide"]) == (0, [])


# ---- On paper -------------------------------------------------------------------------------


def test_the_page_prints_as_a_pack(tmp_path: Path) -> None:
    with opened(written(tmp_path, sample_html("en")), 1440, [], []) as page:
        page.evaluate("document.querySelector('#summary details').open = true")
        paper = page.pdf(prefer_css_page_size=True)
    with pdfplumber.open(io.BytesIO(paper)) as pdf:
        assert {(round(sheet.width), round(sheet.height)) for sheet in pdf.pages} == {(842, 595)}
        assert 18 <= len(pdf.pages) <= 24
        texts = [sheet.extract_text() for sheet in pdf.pages[:6]]
    assert texts[0].startswith("Hibari")
    assert texts[1].startswith("Revenue 3.0% below plan")
    whole = "\n".join(texts)
    assert "Show as table" not in whole
    assert "Skip to the figures" not in whole
    # The table that the reader has opened is printed, the others are not.
    assert "Revenue, ¥M, April 2026 – March 2027" in whole
    assert "Online shop revenue, ¥M, April 2026 – March 2027" not in whole


def test_a_machine_without_a_browser_is_told_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(pytest.fail.Exception, match="apt-get install chromium"):
        browser()
