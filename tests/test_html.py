"""Text from a workbook is text on the page, and the page is whole in itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from html.parser import HTMLParser
from pathlib import Path

import pytest

from kpixl.errors import Problem, UsageProblem
from kpixl.pack.canvas import clean
from kpixl.pack.contexts import Pack
from kpixl.pack.html import css_text, for_browser, for_print
from kpixl.pack.line_ends import ended, ended_on_paper, whole
from kpixl.pack.pages import PackOptions, build_pack
from kpixl.plan.model import Action, Comment, Level, Plan, Source
from kpixl.plan.month import Month
from kpixl.review.review import review
from kpixl.words import section
from tests.packs import LANGUAGES, pack_of, sample_html, sample_pack, sample_review
from tests.plans import goal, plan_of, with_settings

NASTY = [
    "<script>alert(1)</script>",
    "</style><script>alert(1)</script>",
    "</title><img src=x onerror=alert(1)>",
    "\" onmouseover=\"alert(1)",
    "' onload='alert(1)",
    "{{ 7 * 7 }}{% raw %}",
    "javascript:alert(1)",
    "<img src='file:///etc/passwd'>",
    "<a href='http://example.com'>x</a>",
    "url(http://example.com/x.png)",
    "\\22 ; } body { display: none } /*",
    "]]><!--",
    "&lt;b&gt; &amp;amp;",
]  # fmt: skip
TAGS_OF_A_PACK = {
    "html", "head", "meta", "title", "style", "body", "section", "div", "span", "p", "a", "b", "br",
    "h1", "h2", "h3", "header", "nav", "main", "ul", "li", "details", "summary", "caption",
    "table", "colgroup", "col", "thead", "tbody", "tr", "th", "td", "code", "img",
    "svg", "g", "rect", "path", "line", "polyline", "polygon", "circle", "text", "desc",
}  # fmt: skip


def plan_saying(text: str) -> Plan:
    """A plan in which every field for a person's words says ``text``."""
    one = goal(
        f"A{text}", "C", name=text, owner=text, unit=text, department=text, why=text, label=text,
        scale="",
    )  # fmt: skip
    return plan_of(
        goal("C", level=Level.CSF, name=f"CSF {text}"),
        one,
        actuals={one.id: [1, 1, 1]},
        plan={one.id: [9] * 12},
        comments=(Comment(one.id, Month(2026, 6), text, text),),
        actions=(
            Action(
                text, one.id, raised=date(2026, 6, 1), cause=text, countermeasure=text, owner=text,
                due=date(2026, 6, 9), expected_effect=text, result=text,
            ),
        ),
        settings=with_settings(
            company=text, title=text, confidentiality=text, fiscal_label=text, book_id=text
        ),
        source=Source(text, "0" * 64),
    )  # fmt: skip


def pack_saying(text: str, language: str = "en") -> Pack:
    problem = Problem(
        "unknown-goal", sheet=text, cell="A1", found=text, goals=(f"A{text}",), details={"id": text}
    )
    found = review(plan_saying(text), problems=(problem,))
    return build_pack(found, PackOptions(language, draft=True))


VOID = {"meta", "br", "col", "img"}


class Parts(HTMLParser):
    """The tags, attributes and text of a page; every tag must be closed where it was opened."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.open: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def pages_of(pack: Pack) -> Iterator[str]:
    rendered = for_print(pack)
    yield rendered.html
    yield from rendered.images.values()
    yield for_browser(pack)


# ---- Text is text ---------------------------------------------------------------------------


@pytest.mark.parametrize("text", NASTY)
def test_no_text_of_a_workbook_becomes_an_element_an_attribute_or_code(text: str) -> None:
    for html in pages_of(pack_saying(text)):
        parts = Parts(html)
        assert {tag for tag, _ in parts.tags} <= TAGS_OF_A_PACK
        for tag, attributes in parts.tags:
            assert not [name for name in attributes if name.startswith("on")], tag
            for name in ("href", "src", "xlink:href"):
                value = attributes.get(name) or "#"
                assert value.startswith(("#", "kpixl:", "data:image/")), (tag, value)


@pytest.mark.parametrize("text", NASTY)
def test_every_text_is_shown_as_it_was_written(text: str) -> None:
    shown = "".join(Parts(for_browser(pack_saying(text))).text)
    assert shown.count(text) > 8
    assert "49" not in shown


@pytest.mark.parametrize("text", NASTY)
def test_the_confidentiality_cannot_leave_its_string_in_the_style_sheet(text: str) -> None:
    html = for_print(pack_saying(text)).html
    assert html.lower().count("<style") == html.lower().count("</style") == 1
    css = html.split("<style>")[1].split("</style>")[0]
    string = re.search(r'@bottom-left \{ content: "([^"]*)"', css)
    assert string is not None
    assert re.fullmatch(r"(?:\\[0-9a-f]+ |[\w ])*", string[1])
    assert css_text('a"b\n') == "a\\22 b\\a "


@pytest.mark.parametrize("text", ["\u202egnp.exe", "a\u2028b", "名\u200b前", "𠮷野家🙂", "é" * 120])
def test_strange_characters_do_no_harm(text: str) -> None:
    html = for_browser(pack_saying(text))
    assert Parts(html).tags


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_is_well_formed(language: str) -> None:
    for html in (sample_html(language), for_print(sample_pack(language)).html):
        assert html.startswith("<!DOCTYPE html>")
        assert Parts(html).open == []


def test_a_nasty_page_is_well_formed_too() -> None:
    assert Parts(for_browser(pack_saying("</td></table><td>" + NASTY[0]))).open == []


# ---- Whole in itself ------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_for_a_browser_fetches_nothing(language: str) -> None:
    html = sample_html(language)
    addresses = set(re.findall(r"\w+://[^\s\"'<>]+", html))
    assert addresses <= {"http://www.w3.org/2000/svg"}  # a name, not a place
    assert not re.search(r"@import|url\(|<link|<script|<iframe|<object|<form", html)
    for tag, attributes in Parts(html).tags:
        assert (attributes.get("src") or "data:").startswith("data:"), tag


def marks_of(language: str) -> set[str]:
    """The words that marks stand for."""
    return {texts[language] for name in ("status", "signal") for texts in section(name).values()}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_picture_says_what_it_shows(language: str) -> None:
    rendered = for_print(sample_pack(language))
    images = [attributes for tag, attributes in Parts(rendered.html).tags if tag == "img"]
    assert images
    for attributes in images:
        drawing = rendered.drawings[str(attributes["src"])]
        # Beside its own word a mark only decorates; else it is as told as every other picture.
        assert drawing.alt.strip()
        assert attributes.get("alt") == clean(drawing.alt) or drawing.alt in marks_of(language)
    assert {attributes["src"] for attributes in images} == set(rendered.images)
    graphics = re.findall(r"<svg[^>]*>", sample_html(language))
    told = [graphic for graphic in graphics if 'aria-hidden="true"' not in graphic]
    assert all("role=" in graphic and "aria-label=" in graphic for graphic in told)
    # A picture in two forms, of which the style sheet shows either, is told in both.
    twice = sample_html(language).count('class="plot roomy"')
    assert len(told) - twice == sum(bool(attributes.get("alt")) for attributes in images)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_says_its_language_and_title(language: str) -> None:
    html = sample_html(language)
    assert f'<html lang="{language}">' in html
    pack = sample_pack(language)
    assert f"<title>{pack.title} – {pack.company} – {pack.month} – {pack.scope}</title>" in html


@pytest.mark.parametrize("pages", [("scorecard",), ("scorecard", "goals")])
def test_a_name_on_the_scorecard_leads_elsewhere_or_nowhere(pages: tuple[str, ...]) -> None:
    """A link to the row in which it stands helps nobody."""
    pack = build_pack(sample_review("en"), PackOptions("en", pages=pages))
    for html in (for_print(pack).html, for_browser(pack)):
        body = html[html.index("<tbody>") : html.index("</tbody>")]
        names = re.findall(r'<th class="goal-name"[^>]*>(.*?)</th>', body)
        linked = re.findall(r'href="#(goal-[^"]+)"', "".join(names))
        own = re.findall(r'id="(goal-[^"]+)"', body)
        assert len(names) == 26  # the goals of the sample
        assert len(linked) + len(own) == 26
        assert not set(linked) & set(own)
        assert all(html.count(f'id="{place}"') == 1 for place in (*linked, *own))
        assert bool(linked) == ("goals" in pages)


@pytest.mark.parametrize("name", ["scorecard", "goals", "tree"])
def test_a_page_that_is_asked_for_twice_is_two_places_to_link_to(name: str) -> None:
    pack = build_pack(sample_review("en"), PackOptions("en", pages=(name, "summary", name)))
    page = for_browser(pack)
    for html in (for_print(pack).html, page):
        ids, linked = re.findall(r'\sid="([^"]+)"', html), re.findall(r'href="#([^"]+)"', html)
        assert len(ids) == len(set(ids))
        assert set(linked) <= set(ids)
    contents = re.findall(r'<li[^>]*><a href="#([^"]+)"', page)
    middle = contents.index("summary")
    assert len(contents) == 2 * middle + 1
    assert len(set(contents)) == len(contents)


def test_equal_packs_make_equal_pages() -> None:
    plan = plan_saying("x")
    assert for_browser(pack_of(plan)) == for_browser(pack_of(plan))


def test_signed_money_is_not_torn_apart() -> None:
    assert whole("below (−¥30.1M) & <so>") == (
        'below <span class="whole">(−¥30.1M</span>) &amp; &lt;so&gt;'
    )


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("likely range 101–102%.", "likely range <101–102%>."),
        ("平均1.9%です（6か月、偏りなし）。", "平均1.9%です（<6か月>、偏りなし）。"),
        ("上回りました（不利）。", "上回りました<（不利）>。"),
        ("is −0.21 pt on the prior year", "is_−0.21_pt on the prior year"),
        ("Carry it out by 30 Oct 26, then", "Carry it out by 30_Oct_26, then"),
        ("2,926.7 (−1.1%; orig. −1.0%)", "2,926.7 (−1.1%; orig._−1.0%)"),
        ("計画差 ▲13.6百万円", "計画差_▲13.6百万円"),
        ("20 Nova 26, 5 points", "20 Nova 26, 5 points"),
    ],
)
def test_a_figure_keeps_its_unit_and_what_it_is_of(text: str, kept: str) -> None:
    """Of the spaces, _ stands for those that break no line."""
    shown = str(whole(text)).replace('<span class="whole">', "<").replace("</span>", ">")
    assert shown.replace("\u00a0", "_") == kept


# ---- The user's own templates ---------------------------------------------------------------


@pytest.fixture
def templates(tmp_path: Path) -> Path:
    return tmp_path


def test_a_users_template_overrides_one_block_and_keeps_the_rest(templates: Path) -> None:
    (templates / "cover.html").write_text(
        '{% extends "kpixl/cover.html" %}'
        "{% block title %}<p>OUR OWN {{ page.month }}</p>{% endblock %}"
    )
    pack = sample_pack("en")
    html = for_browser(pack, templates)
    assert "<p>OUR OWN October 2026</p>" in html
    assert pack.company in html
    assert pack.title not in html.split('id="summary"')[0].split("</head>")[1]
    assert "OUR OWN" not in for_browser(pack)


def test_a_users_style_sheet_counts(templates: Path) -> None:
    (templates / "pack.css").write_text('{% include "kpixl/pack.css" %} .cover { color: plum }')
    assert ".cover { color: plum }" in for_browser(sample_pack("en"), templates)


@pytest.mark.parametrize(
    ("source", "line"),
    [
        ("<p>\n{% if %}\n</p>", 2),
        ("<p>\n\n{{ page.no_such_field }}</p>", 3),
        ('{% extends "kpixl/nowhere.html" %}', 1),
        ("<p>\n{{ page.title / 0 }}</p>", 2),
        ("{% for n in 5 %}{% endfor %}", 1),
    ],
)
def test_a_broken_template_is_said_with_file_and_line(
    templates: Path, source: str, line: int
) -> None:
    (templates / "cover.html").write_text(source)
    with pytest.raises(UsageProblem) as caught:
        for_browser(sample_pack("en"), templates)
    assert caught.value.code == "template-broken"
    assert "html" in str(caught.value.details["file"])
    if "nowhere" not in source:  # there the missing file is what is named
        assert str(caught.value.details["file"]).endswith("cover.html")
        assert caught.value.details["line"] == line


@pytest.mark.parametrize(
    "source",
    [
        "{{ page.__class__.__mro__ }}",
        "{{ ''.__class__.__base__.__subclasses__() }}",
        "{{ page.title.__init__.__globals__ }}",
        "{{ t.__globals__ }}",
        "{{ draw.__code__ }}",
        "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
        "{{ '%s'|format(page.__dict__) }}",
        "{% include '/etc/passwd' %}",
        "{% include '../../../../etc/passwd' %}",
        "{{ open('/etc/passwd').read() }}",
    ],
)
def test_a_template_reaches_the_pack_and_nothing_else(templates: Path, source: str) -> None:
    (templates / "cover.html").write_text(source)
    with pytest.raises(UsageProblem) as caught:
        for_browser(sample_pack("en"), templates)
    assert caught.value.code == "template-broken"


def test_what_a_users_template_shows_is_escaped_too(templates: Path) -> None:
    (templates / "cover.html").write_text("<i>{{ page.company }}</i>")
    html = for_browser(pack_saying("<script>"), templates)
    assert "<i>&lt;script&gt;</i>" in html


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_chart_of_the_summary_has_all_its_labels_where_there_is_room(language: str) -> None:
    """Redrawn for a phone, every second month lost its figure, on a desk's screen too."""
    html = sample_html(language)
    narrow, roomy = (
        re.findall(rf'<div class="plot {form}">(.*?)</div>', html, re.DOTALL)
        for form in ("narrow", "roomy")
    )
    assert len(narrow) == len(roomy) == 1
    months = ("405.1", "406.0", "416.1", "453.9", "402.1", "409.7", "433.7")
    assert all(f">{figure}<" in roomy[0] for figure in months)
    assert not all(f">{figure}<" in narrow[0] for figure in months)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("2026/10/30までに実行する", "実行する"),
        ("この画面で離脱している。", "離脱している。"),
        ("取扱店の売場が最初の場となるため。", "場となるため。"),
        ("主要4駅で試飲スタンドを出店する。", "出店する。"),
        ("解約の前に1回休む手段がなかった。", "なかった。"),
        ("着地見込は計画比93.9%（124円）です。", "です。"),
        ("直近の値は通常の変動ではありません。", "ありません。"),
        ("計画どおり", ""),
        ("Find the cause", ""),
        ("実行する", ""),
    ],
)
def test_the_end_of_a_japanese_sentence_stays_on_one_line(text: str, kept: str) -> None:
    shown = ended(text)
    assert re.findall(r'<span class="whole">(.*?)</span>', shown) == ([kept] if kept else [])
    assert re.sub("<.*?>", "", shown) == text


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("At this pace, the year ends at 84.1% of plan.", "84.1% of plan."),
        ("A carrier for western Tokyo, with collection at 17:00.", "at 17:00."),
        ("Carry it out by October, then look again", "then look again"),
        ("Reaching it is overwhelmingly incomprehensible", ""),
        ("Name an owner and a date", ""),
        ("Order intake came to the level of 受注 高", ""),
        ("", ""),
    ],
)
def test_the_last_words_of_an_english_sentence_stay_on_one_line(text: str, kept: str) -> None:
    shown = str(ended_on_paper(text))
    assert shown.replace("\u00a0", " ") == text
    held = shown[shown.find("\u00a0") :] if "\u00a0" in shown else ""
    first = kept.partition(" ")[0]
    assert held.replace("\u00a0", " ") == kept.removeprefix(first)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_label_or_figure_of_a_tile_is_torn_apart(language: str) -> None:
    """A label and its figure are one piece, between which alone a line ends; the year to date and
    the landing have a line each."""
    feet = re.findall(r'<div class="foot">(.*?)</div></div>', sample_html(language))
    assert len(feet) == 5
    for foot in feet:
        pieces = r'<div>(?:(?:<span class="piece">[^<]*</span> )+|[^<]+)(?:</div>|$)'
        assert re.sub(pieces, "", foot) == ""
    told = {"en": "Outlook 1,810.1 (−2.9%)", "ja": "担当見込 1,810.1 (▲2.9%)"}[language]
    assert f"<div>{told}" in feet[0]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_countermeasure_without_owner_and_date_says_so(language: str) -> None:
    html = sample_html(language)
    told = {
        "en": "nobody named yet · no due date · Next step: Name an owner and a due date",
        "ja": "担当未定 · 期限未定 · 次の一手：担当と期限を決める",
    }[language]
    assert told in re.sub("<[^>]*>", "", html)
    assert "· Due –" not in html
    assert "· 期限 –" not in html


def test_the_chart_of_a_single_goal_fits_a_phone_and_a_desks_screen() -> None:
    """On paper it is as wide as the page; there, the review month would have to be scrolled to."""
    plan = plan_of(goal("A"), actuals={"A": [3, 2, 1]}, plan={"A": [2] * 12})
    html = for_browser(pack_of(plan, pages=("summary", "goals")))
    widths = {
        form: [float(found) for found in re.findall(
            rf'<div class="plot {form}">.*?<svg[^>]* width="([\d.]+)"', html, re.DOTALL
        )]
        for form in ("narrow", "roomy", "broad")
    }  # fmt: skip
    assert widths == {"narrow": [328, 328], "roomy": [600, 600], "broad": [1016, 1016]}
    assert "plot wide" not in html


def test_the_end_of_a_hostile_text_is_text() -> None:
    assert ended("<b>を閉じる。") == '&lt;b&gt;を<span class="whole">閉じる。</span>'


def test_a_japanese_heading_does_not_break_within_its_mark_of_going_on() -> None:
    assert ended("品質と納期（つづき）") == '品質と納期（<span class="whole">つづき）</span>'
