"""The mail in HTML and plain text: what mail programs can show, and text that stays text."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import lxml.html  # type: ignore[import-untyped]
import pytest

from kpixl.delivery.mail import Mail
from kpixl.errors import UsageProblem
from kpixl.pack.theme import READABLE, contrast
from kpixl.plan.model import Action, Level
from kpixl.review.review import review
from tests.mails import mail_of, mail_on, png, sample_mail, uri
from tests.packs import LANGUAGES, sample_review
from tests.plans import goal, plan_of, with_settings

MOST_BYTES = 90_000
"""Gmail cuts a mail off at 102 KB."""
HOSTILE = "<script>alert(1)</script>{{ 7*7 }}{% raw %}&amp;\"'\r\nBcc: x\u202egnp"
SEEN = "<script>alert(1)</script>{{ 7*7 }}{% raw %}&amp;\"' Bcc: xgnp"


def shown(mail: Mail) -> str:
    """What a person sees of the HTML, in one line."""
    body = lxml.html.document_fromstring(mail.html).find("body")
    assert body is not None
    return " ".join(body.text_content().split())


class Balance(HTMLParser):
    """Whether every element that was opened is closed, in order."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.wrong: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag not in ("meta", "br", "img"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.wrong.append(tag)


def mails() -> list[Mail]:
    logo = uri(png(300, 60))
    return [
        *map(sample_mail, LANGUAGES),
        mail_on(sample_review("ja"), "ja", number=2, reason="単価誤り", logo=logo),
        mail_of(plan_of(goal("A"), plan={"A": [1] * 12})),
    ]


@pytest.mark.parametrize("mail", mails(), ids=["en", "ja", "corrected", "nothing"])
def test_the_html_is_well_formed_with_and_without_outlooks_own_parts(mail: Mail) -> None:
    outlook = re.sub(r"<!--\[if mso\]>(.*?)<!\[endif\]-->", r"\1", mail.html, flags=re.DOTALL)
    for html in (mail.html, outlook):
        balance = Balance()
        balance.feed(html)
        assert (balance.open, balance.wrong) == ([], [])


@pytest.mark.parametrize("mail", mails(), ids=["en", "ja", "corrected", "nothing"])
def test_nothing_in_it_is_beyond_outlook_or_fetched_from_anywhere(mail: Mail) -> None:
    html = mail.html
    for construct in ("display:flex", "display:grid", "position:", "background-image", "var(",
                      "url(", "float:", "<script", "<link", "<svg", "<form", "@import",
                      "@font-face", "background:"):  # fmt: skip
        assert construct not in html.lower()
    assert "://" not in html
    assert re.findall(r'(?:src|href)="(?!cid:)', html) == []
    for image in re.findall(r"<img[^>]*>", html):
        for part in ('src="cid:', 'alt="', 'width="', 'height="'):
            assert part in image


@pytest.mark.parametrize("mail", mails(), ids=["en", "ja", "corrected", "nothing"])
def test_tables_are_for_layout_and_coloured_twice_over(mail: Mail) -> None:
    for table in re.findall(r"<table[^>]*>", mail.html):
        assert 'role="presentation"' in table
    for tag in re.findall(r"<[^>]*background-color[^>]*>", mail.html):
        colour = re.search(r"background-color:(#\w{6})", tag)
        assert colour is not None
        assert f'bgcolor="{colour[1]}"' in tag


@pytest.mark.parametrize("mail", mails(), ids=["en", "ja", "corrected", "nothing"])
def test_it_is_small_enough_to_be_shown_whole(mail: Mail) -> None:
    assert len(mail.html.encode()) < MOST_BYTES


@pytest.mark.parametrize("language", LANGUAGES)
def test_html_and_text_show_every_figure_of_the_tiles(language: str) -> None:
    from kpixl.delivery.summary import mail_context

    mail = sample_mail(language)
    text, html = " ".join(mail.text.split()), shown(mail)
    context = mail_context(sample_review(language), language)
    for tile in (*context.kgis.entries, *context.goals.entries):
        figures = [tile.name, tile.value, tile.gap, tile.mark.word, tile.mark.shape]
        if tile in context.kgis.entries:
            figures += [part for pair in tile.pairs for part in pair]
        assert [one for one in figures if one not in html] == []
        assert [one for one in figures if one not in text] == []
    for action in context.overdue.entries:
        for told in (html, text):
            assert action.text in told
            assert action.late in told
            assert action.owner in told


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_names_its_language_and_has_its_fonts(language: str) -> None:
    html = sample_mail(language).html
    assert f'<html lang="{language}"' in html
    for font in ("'Yu Gothic'", "Meiryo", "'Hiragino Sans'"):
        assert font in html
    assert '<meta name="color-scheme" content="light dark">' in html


def test_an_inbox_shows_the_finding_beside_the_subject() -> None:
    mail = sample_mail("en")
    first = shown(mail)[:120]
    assert first.startswith("Revenue 3.0% below plan in October 2026, 1.1% below plan for the year")


# ---- Text stays text ------------------------------------------------------------------------


def hostile_mail(language: str = "en", **fields: Any) -> Mail:
    plan = plan_of(
        goal("A", name=HOSTILE, owner=HOSTILE, unit="x<y", level=Level.KGI),
        goal("B", parent="A", name=HOSTILE, owner=HOSTILE),
        actuals={"A": [1] * 3, "B": [1] * 3},
        plan={"A": [9] * 3, "B": [9] * 3},
        actions=(Action(HOSTILE, "B", None, HOSTILE, HOSTILE, HOSTILE),),
        settings=with_settings(company=HOSTILE, title=HOSTILE, confidentiality=HOSTILE),
    )
    return mail_of(plan, language, **fields)


@pytest.mark.parametrize("language", LANGUAGES)
def test_text_from_a_workbook_shows_as_text(language: str) -> None:
    mail = hostile_mail(language, number=2, reason=HOSTILE)
    assert "<script" not in mail.html
    assert "\u202e" not in mail.html + mail.text + mail.subject
    assert shown(mail).count(SEEN) > 8
    assert mail.text.count(SEEN) > 8
    assert "49" not in mail.subject
    assert mail.subject.count("\n") == 0
    assert "&lt;" not in mail.text


def test_a_line_break_in_a_name_does_not_break_the_plain_text() -> None:
    lines = hostile_mail().text.split("\n")
    assert not [line for line in lines if line.startswith("Bcc")]


def test_very_long_texts_are_cut_so_that_the_mail_is_shown_whole() -> None:
    huge = "営業" * 16_000
    goals = [goal(f"K{n}", level=Level.KGI, name=huge, owner=huge, unit=huge) for n in range(9)]
    leaves = [goal(f"L{n}", parent="K0", name=huge, owner=huge, unit=huge) for n in range(9)]
    names = [one.id for one in (*goals, *leaves)]
    plan = plan_of(
        *goals, *leaves,
        actuals={name: [1.0] * 3 for name in names}, plan={name: [9.0] * 3 for name in names},
        actions=tuple(Action(huge, "L0", None, huge, huge, huge) for _ in range(9)),
        settings=with_settings(company=huge, title=huge, confidentiality=huge),
    )  # fmt: skip
    mail = mail_of(plan, "ja", number=2, reason=huge)
    assert len(mail.html.encode()) < 102 * 1024
    assert len(mail.subject) <= 240
    assert "…" in mail.html


# ---- The user's look ------------------------------------------------------------------------


@pytest.mark.parametrize("brand", ["#ffd400", "#ffffff", "#000000", "#7f7f7f", "#1f3a5f"])
def test_text_on_the_brand_colour_can_be_read(brand: str) -> None:
    part = review(plan_of(goal("A"), settings=with_settings(brand_colour=brand)))
    html = mail_on(part).html
    ground, text = re.findall(r"background-color:(#\w{6});color:(#\w{6})", html)[0]
    assert ground == brand

    def rgb(colour: str) -> tuple[float, float, float]:
        return tuple(int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5))  # type: ignore[return-value]

    assert contrast(rgb(ground), rgb(text)) >= READABLE


def test_a_users_template_overrides_a_block_of_each_form(tmp_path: Path) -> None:
    (tmp_path / "mail.html").write_text(
        '{% extends "kpixl/mail.html" %}{% block foot %}<tr><td>{{ mail.company }} {{ m.ink }} '
        "{{ t('page.plan') }}</td></tr>{% endblock %}"
    )
    (tmp_path / "mail.txt").write_text(
        '{% extends "kpixl/mail.txt" %}{% block foot %}{{ heading(mail.company) }}{% endblock %}'
    )
    (tmp_path / "mail_subject.txt").write_text("[R&D]\n{{ mail.month }}")
    settings = with_settings(company="A & B")
    mail = mail_of(plan_of(goal("A"), settings=settings), templates=tmp_path)
    assert mail.subject == "[R&D] June 2026"
    assert "A &amp; B #23272b Plan" in mail.html
    assert mail.text.endswith("A & B\n-----\n")
    assert "automatically" not in mail.html + mail.text


@pytest.mark.parametrize("name", ["mail.html", "mail.txt", "mail_subject.txt"])
def test_a_broken_template_names_its_file_and_line(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text("\n{{ mail.nonsense }}\n")
    with pytest.raises(UsageProblem) as fault:
        mail_of(plan_of(goal("A")), templates=tmp_path)
    assert fault.value.code == "template-broken"
    assert str(fault.value.details["file"]).endswith(name)
    assert fault.value.details["line"] == 2


def test_a_template_cannot_reach_beyond_what_it_is_given(tmp_path: Path) -> None:
    (tmp_path / "mail.txt").write_text("{{ mail.__class__.__mro__ }}")
    with pytest.raises(UsageProblem, match="template-broken"):
        mail_of(plan_of(goal("A")), templates=tmp_path)


def test_plain_text_has_no_blanks_at_line_ends_and_no_holes() -> None:
    for language in LANGUAGES:
        text = sample_mail(language).text
        assert not re.search(r"[ \t]\n", text)
        assert "\n\n\n" not in text
        assert text.endswith("\n")


def test_a_short_confidentiality_is_not_torn_apart_on_a_phone() -> None:
    for said, kept in (("Confidential", True), ("For the board and its committees only", False)):
        settings = with_settings(confidentiality=said)
        found = mail_of(plan_of(goal("A"), settings=settings)).html
        (style,) = re.findall(rf'<td [^>]*style="([^"]*)">{said}</td>', found)
        assert ("white-space:nowrap" in style) == kept
        assert ("overflow-wrap:anywhere" in style) != kept


def test_a_figure_is_made_smaller_rather_than_broken() -> None:
    plan = plan_of(goal("A", unit="JPY"), actuals={"A": [11_111_111_010_000.0] * 3},
                   plan={"A": [9.0] * 3})  # fmt: skip
    html = mail_of(plan).html
    (size,) = re.findall(r"font-size:(\d+)px;white-space:nowrap[^>]*>¥11,111,111,010,000<", html)
    assert int(size) < 30


def test_each_language_says_everything_in_its_own_words() -> None:
    english = replace(sample_review("en"))
    text = mail_on(english, "en").text
    assert not re.search("[\u3040-\u30ff\u4e00-\u9fff]", text)


@pytest.mark.parametrize(
    ("language", "kept"), [("en", "orig.\u00a0−1.0%"), ("ja", "当初比\u00a0▲1.0%")]
)
def test_a_figure_against_the_original_plan_is_not_parted_from_its_label(
    language: str, kept: str
) -> None:
    html = sample_mail(language).html
    assert f'<span style="white-space:nowrap">{kept}</span>' in html
