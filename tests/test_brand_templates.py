"""A kit's templates: what is said of a broken one, and what they can neither reach nor fetch."""

from __future__ import annotations

import base64
import os
from pathlib import Path

import pytest

from kpixl.errors import UsageProblem
from kpixl.pack.contexts import Pack
from kpixl.pack.html import for_browser
from kpixl.pack.logo import LogoProblem
from kpixl.pack.pages import PackOptions, build_pack
from kpixl.pack.pdf import pack_pdf
from kpixl.review.review import review
from kpixl.words import LANGUAGES, problem_text
from tests.kits import SVG, kit
from tests.mails import mail_of
from tests.plans import goal, plan_of, with_settings

EXTENDS = '{% extends "kpixl/cover.html" %}\n'


@pytest.fixture(scope="module")
def cover() -> Pack:
    """A pack of one page."""
    return build_pack(review(plan_of(goal("A"))), PackOptions("en", pages=("cover",)))


def said(cover: Pack, folder: Path) -> UsageProblem:
    """What is said of a folder, in both languages with what is expected and a mend."""
    with pytest.raises(UsageProblem) as caught:
        for_browser(cover, folder)
    for language in LANGUAGES:
        told = problem_text(caught.value, language)
        assert told.what
        assert told.mend
    return caught.value


# ---- Broken ones ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "line", "details"),
    [
        ("<p>\n{{ page.titel }}</p>", 2,
         {"form": "near", "found": "CoverPage.titel", "near": "title"}),
        ("{{ pack.theme.brnad }}", 1, {"found": "Theme.brnad", "near": "brand"}),
        ("\n\n{{ pgae.title }}", 3, {"found": "pgae", "near": "page"}),
        ("{{ page.zzzzzz }}", 1, {"form": "undefined", "found": "CoverPage.zzzzzz"}),
        ("{{ page.facts[9][0] }}", 1, {}),
        ("{% for a in page.fact %}{% endfor %}", 1, {"near": "facts"}),
        ("{% if %}", 1, {"form": "syntax"}),
        ("{{ page.title | shout }}", 1, {"form": "syntax"}),
        ("{% include 'none.html' %}", 1, {"form": "not-found", "found": "none.html"}),
        ("{% include '/etc/passwd' %}", 1, {"form": "not-found", "found": "/etc/passwd"}),
        ("{% include '../../etc/passwd' %}", 1, {"form": "not-found"}),
        ("{{ ''.__class__ }}", 1, {"form": "forbidden"}),
        ("{{ page.title.__init__.__globals__ }}", 1, {"form": "forbidden"}),
        ("x\n{% include 'cover.html' %}", 2, {"form": "loop"}),
        ("x\n{{ t('page.ownr') }}", 2,
         {"form": "near", "found": 't("page.ownr")', "near": "page.owner"}),
        ("{{ t('zzz') }}", 1, {"form": "undefined", "found": 't("zzz")', "known": "–"}),
        ("{{ page.title() }}", 1, {"found": "'str' object is not callable"}),
        ("{{ draw(page.title) }}", 1, {}),
        ("{{ draw() }}", 1, {}),
        ("{% for n in range(1000000) %}{% endfor %}", 1, {}),
        ('{% extends "kpixl/covr.html" %}{% block facts %}x{% endblock %}', 1,
         {"form": "not-found", "found": "kpixl/covr.html"}),
    ],
)  # fmt: skip
def test_a_broken_template_is_told_with_file_line_and_what(
    source: str, line: int, details: dict[str, str], cover: Pack, tmp_path: Path
) -> None:
    told = said(cover, kit(tmp_path, cover_html=source))
    assert told.code == "template-broken"
    assert (Path(str(told.details["file"])).name, told.details["line"]) == ("cover.html", line)
    assert details.items() <= told.details.items()
    if "found" in details and "near" in details:
        sentence = problem_text(told, "en")
        assert details["found"] in sentence.what
        assert details["near"] in sentence.mend
        assert details["near"] in sentence.expected


@pytest.mark.parametrize(
    ("name", "source", "code", "details"),
    [
        ("cover_html", EXTENDS + "{% block fact %}x{% endblock %}", "template-block",
         {"line": 2, "found": "fact", "near": "facts"}),
        ("cover_html", EXTENDS + "{% block zzz %}x{% endblock %}", "template-block",
         {"found": "zzz", "known": "cover, logo, title, facts, correction"}),
        ("goal_html", '{% extends "kpixl/cover.html" %}{% block charts %}{% endblock %}',
         "template-block", {"found": "charts", "parent": "kpixl/cover.html"}),
        ("cover_html", EXTENDS + "\n\n<p>Hello</p>\n", "template-beside",
         {"line": 4, "found": "<p>Hello</p>"}),
        ("cover_html", EXTENDS + "{{ page.title }}", "template-beside", {"line": 2}),
        ("cover_html", '{% extends "cover.html" %}', "template-itself", {"found": "cover.html"}),
        ("covr_html", "x", "template-unknown", {"found": "covr.html", "near": "cover.html"}),
        ("brands_css", "x", "template-unknown", {"found": "brands.css"}),
        ("mail_html", "{% if %}", "template-broken", {"form": "syntax"}),
    ],
)  # fmt: skip
def test_what_would_silently_do_nothing_is_told(
    name: str, source: str, code: str, details: dict[str, object], cover: Pack, tmp_path: Path
) -> None:
    told = said(cover, kit(tmp_path, **{name: source}))
    assert told.code == code
    assert details.items() <= told.details.items()
    with pytest.raises(UsageProblem, match=code):  # in mails as in packs
        mail_of(plan_of(goal("A")), templates=tmp_path)


def test_what_does_something_is_let_be(cover: Pack, tmp_path: Path) -> None:
    source = (
        EXTENDS + '{% import "own.html" as own %}{% set a = 5 %}{# A comment #}\n'
        "{% block facts %}{% block mine %}<i>{{ own.sign(a) }}</i>{% endblock %}{% endblock %}"
    )
    macros = "{% macro sign(n) %}{{ n }}{% endmacro %}"
    folder = kit(tmp_path, cover_html=source, own_html=macros, OFL_txt="{% licence", more_md="x")
    assert "<i>5</i>" in for_browser(cover, folder)


def test_a_template_in_another_encoding_is_told(cover: Pack, tmp_path: Path) -> None:
    folder = kit(tmp_path, cover_html="表紙".encode("shift_jis"))
    told = said(cover, folder)
    assert (told.code, told.details["file"]) == ("template-not-utf8", str(folder / "cover.html"))


@pytest.mark.skipif(os.name == "nt", reason="needs symbolic links")
def test_a_link_to_a_template_elsewhere_is_refused(cover: Pack, tmp_path: Path) -> None:
    (tmp_path / "secret.html").write_text("secret")
    folder = kit(tmp_path / "kit")
    (folder / "cover.html").symlink_to(tmp_path / "secret.html")
    assert said(cover, folder).code == "template-outside"
    (folder / "cover.html").unlink()
    (folder / "deep").symlink_to(tmp_path)
    (folder / "cover.html").write_text("{% include 'deep/secret.html' %}")
    assert said(cover, folder).code == "template-outside"


# ---- What is fetched ------------------------------------------------------------------------

OUTSIDE = ("file:///etc/passwd", "/etc/passwd", "../secret.svg", "http://127.0.0.1:9/x.png",
           "//example.invalid/x.png", "https://example.invalid/x.woff2")  # fmt: skip


@pytest.mark.parametrize("address", OUTSIDE)
@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("brand_css", ".cover {{ background: url({}) }}"),
        ("brand_css", '@font-face {{ font-family: X; src: url("{}") }} body {{ font-family: X }}'),
        ("cover_html", '<img alt="x" src="{}"/>'),
        ("cover_html", "<p style=\"background: url('{}')\">x</p>"),
    ],
)
def test_what_lies_outside_the_folder_is_refused_by_name(
    name: str, source: str, address: str, cover: Pack, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    import socket

    def no_network(*_: object, **__: object) -> None:
        raise AssertionError("something went to the network")

    monkeypatch.setattr(socket.socket, "connect", no_network)
    monkeypatch.setattr(socket, "getaddrinfo", no_network)
    (tmp_path / "secret.svg").write_text(SVG)
    folder = kit(tmp_path / "kit", **{name: source.format(address)})
    told = said(cover, folder)
    assert (told.code, told.details["found"]) == ("fetch-refused", address)
    assert printed_alike(cover, folder) == ("fetch-refused", address)


ENGINES = ("weasyprint", "chromium")


def printed_alike(cover: Pack, folder: Path) -> tuple[str, object]:
    """The code of what is said where a pack is printed, and of what: the same by both engines."""
    told = set()
    for engine in ENGINES:
        with pytest.raises(UsageProblem) as caught:
            pack_pdf(cover, folder, engine=engine)
        told.add((caught.value.code, caught.value.details["found"]))
    (found,) = told
    return found


def test_a_file_that_is_not_there_is_told(cover: Pack, tmp_path: Path) -> None:
    folder = kit(tmp_path, brand_css=".cover { background: url(none.png) }")
    place = f"{folder / 'brand.css'}:1"
    assert said(cover, folder).details == {"found": "none.png", "form": "placed", "place": place}
    assert printed_alike(cover, folder) == ("fetch-missing", "none.png")


@pytest.mark.parametrize(
    ("source", "place"),
    [
        ("{extends}{{% block facts %}}\n<img src='sea.png' alt=''>{{% endblock %}}",
         "cover.html:2"),
        ("{extends}{{% block facts %}}<img\n src='http://example.invalid/a.png'>{{% endblock %}}",
         "cover.html:2"),
        ("{extends}{{% block facts %}}\n\n<img src='asks.svg'>{{% endblock %}}", "asks.svg:2"),
    ],
)  # fmt: skip
def test_what_is_not_fetched_is_told_with_file_and_line(
    source: str, place: str, cover: Pack, tmp_path: Path
) -> None:
    asks = '<svg xmlns="http://www.w3.org/2000/svg">\n<image href="own.svg"/></svg>'
    extends = EXTENDS.replace("\n", "")
    folder = kit(tmp_path, cover_html=source.format(extends=extends), asks_svg=asks)
    told = said(cover, folder)
    assert told.details["place"] == str(folder / place)
    assert place in problem_text(told, "en").what
    with pytest.raises(UsageProblem) as printed:
        pack_pdf(cover, folder)
    assert printed.value.details == told.details


@pytest.mark.parametrize(
    ("name", "source", "code", "named"),
    [
        # No element is of this class: an engine would not even come upon the picture.
        ("brand_css", ".x { background: url(none.png) }", "fetch-missing", "none.png"),
        ("brand_css", "@import 'css/more.css';", "fetch-sheet", "css/more.css"),
        ("brand_css", "@import url(css/more.css) print;", "fetch-sheet", "css/more.css"),
        ("cover_html", '<link rel="stylesheet" href="css/more.css"/>', "fetch-sheet",
         "css/more.css"),
        ("cover_html", '<script src="own.js"></script>', "fetch-refused", "own.js"),
        ("cover_html", '<img alt="x" src="asks.svg"/>', "fetch-refused", "own.svg"),
        ("brand_css", "p { background: url('\\6e one.png') }", "fetch-missing", "none.png"),
        ("brand_css", '@font-face { font-family: X; src: url(no.ttf) }', "fetch-missing", "no.ttf"),
    ],
)  # fmt: skip
def test_all_ways_say_the_same_of_a_folder(
    name: str, source: str, code: str, named: str, cover: Pack, tmp_path: Path
) -> None:
    folder = kit(tmp_path, **{name: source})
    (folder / "css").mkdir()
    (folder / "css" / "more.css").write_text("")
    (folder / "own.js").write_text("")
    (folder / "no.ttf").write_text("no font")
    (folder / "own.svg").write_text(SVG)
    asking = SVG.replace("<rect", '<image href="own.svg" width="9" height="9"/><rect')
    (folder / "asks.svg").write_text(asking)
    told = said(cover, folder)
    assert (told.code, told.details["found"]) == (code, named)
    assert printed_alike(cover, folder) == (code, named)


def test_what_only_looks_like_a_reference_is_let_be(cover: Pack, tmp_path: Path) -> None:
    css = (
        "/* url(http://127.0.0.1:9/x.png) @import 'x.css'; */\n"
        ".x::after { content: \"url(none.png) @import 'x.css'\" } {% include 'more.css' %}"
    )
    cover_html = EXTENDS + "{% block facts %}<!-- <img src='none.png'/> -->{% endblock %}"
    folder = kit(tmp_path, brand_css=css, more_css=".y { color: plum }", cover_html=cover_html)
    assert ".y { color: plum }" in for_browser(cover, folder)
    for engine in ENGINES:
        assert pack_pdf(cover, folder, engine=engine).startswith(b"%PDF")


def test_files_of_the_folder_are_used_and_the_page_holds_them(cover: Pack, tmp_path: Path) -> None:
    folder = kit(
        tmp_path,
        brand_css=".cover { background: url('own picture.svg') } .x { fill: url(#a) }",
        cover_html='<img alt="x" src="own%20picture.svg"/><a href="https://example.com/">x</a>',
    )
    (folder / "own picture.svg").write_text(SVG)
    html = for_browser(cover, folder)
    assert html.count("data:image/svg+xml;base64,") == 2
    assert 'href="https://example.com/"' in html  # followed by a person, not fetched
    assert "url(#a)" in html.replace('"', "")
    plain = pack_pdf(cover)
    assert pack_pdf(cover, folder) != plain


def test_text_that_looks_like_a_reference_is_text(tmp_path: Path) -> None:
    name = '<img src="http://example.invalid/"> url(http://example.invalid/)'
    plan = plan_of(goal("A"), settings=with_settings(company=name))
    pack = build_pack(review(plan), PackOptions("en", pages=("cover",)))
    assert "&lt;img src=" in for_browser(pack, kit(tmp_path))


def test_a_workbooks_logo_that_asks_for_more_is_refused(tmp_path: Path) -> None:
    image = '<image href="http://127.0.0.1:9/x.png" width="9" height="9"/>'
    picture = SVG.replace("<rect", f"{image}<rect")
    uri = "data:image/svg+xml;base64," + base64.b64encode(picture.encode()).decode()
    options = PackOptions("en", pages=("cover",), logo=uri)
    with pytest.raises(LogoProblem) as caught:
        pack_pdf(build_pack(review(plan_of(goal("A"))), options))
    assert caught.value.code == "logo-active"
    assert caught.value.details["what"] == "href=http://127.0.0.1:9/x.png"
