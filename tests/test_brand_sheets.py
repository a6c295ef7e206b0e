"""What in a kit's style sheets would silently do nothing: told with file, line and a mend."""

from __future__ import annotations

import json
import logging
import shutil
from pathlib import Path

import pytest

from kpixl.pack import sheet_faults as module
from kpixl.pack.contexts import Pack
from kpixl.pack.pages import PackOptions, build_pack
from kpixl.pack.sheet_blocks import before, blocks
from kpixl.pack.sheet_faults import SheetFault, sheet_faults
from kpixl.resources import report_templates
from kpixl.review.review import review
from kpixl.words import LANGUAGES, say
from tests.kits import kit
from tests.plans import goal, plan_of
from tests.test_cli import kpixl

EXTENDS = '{% extends "kpixl/cover.html" %}\n{% block facts %}{{ super() }}\n'
KINDS = {
    "at_rule", "media", "property", "rule", "selector", "syntax", "unclosed", "unopened", "value",
}  # fmt: skip


@pytest.fixture(scope="module")
def cover() -> Pack:
    """A pack of one page."""
    return build_pack(review(plan_of(goal("A"))), PackOptions("en", pages=("cover",)))


def told(cover: Pack, folder: Path) -> list[tuple[str, int, str, str, str]]:
    """What is told of a folder's style sheets."""
    faults = sheet_faults(cover, folder)
    return [(one.file.name, one.line, one.kind, one.found, one.near) for one in faults]


# ---- Slips ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("css", "line", "kind", "found", "near"),
    [
        ("/* two\nlines */\n.page h1 { colr: red }", 3, "property", "colr: red", "color"),
        (".page {\n  colour: red;\n}", 2, "property", "colour: red", "color"),
        (".page {\n  margn-left: 1mm;\n}", 2, "property", "margn-left: 1mm", "margin-left"),
        (".page { paint-order: fill }", 1, "property", "paint-order: fill", ""),
        ("\n.page { color: #12345g }", 2, "value", "color: #12345g", ""),
        (".page { font-size: 12 }", 1, "value", "font-size: 12", ""),
        (".page { margin: 1mm\n  2 }", 1, "value", "margin: 1mm", ""),
        (".page { color: red\n  margin: 0 }", 1, "value", "color: red", ""),
        (".page > > h1 { color: red }", 1, "selector", ".page > > h1", ""),
        ("a { color: red }\n.page:hoverr { color: red }", 2, "selector", ".page:hoverr", ""),
        (".page, .1st { color: red }", 1, "selector", ".page, .1st", ""),
        ("@mediaa print { p { color: red } }", 1, "at_rule", "@mediaa", "media"),
        ("@whatever;", 1, "at_rule", "@whatever", ""),
        ("@page { @top-lft { content: none } }", 1, "at_rule", "@top-lft", "top-left"),
        ("@page { margn: 1cm }", 1, "property", "margn: 1cm", "margin"),
        ("@page :frst { margin: 1cm }", 1, "rule", "@page :frst", ""),
        ("@media pritn { p { color: red } }", 1, "media", "@media pritn", "print"),
        ("@media print {\n p { colr: red } }", 2, "property", "colr: red", "color"),
        ("@font-face { font-family: X }", 1, "rule", "@font-face", ""),
        (".page { color red; }", 1, "syntax", "color red", ""),
        ("@media screen {\n p { color red } }", 2, "syntax", "color red", ""),
        ("@media (max-width: 600px) {\n p { color red } }", 2, "syntax", "color red", ""),
        (".page { color: red;\n.lead { color: red }", 1, "unclosed", ".page { color: red;", ""),
        ("a { color: red }\n/* end\na { colr: red }", 2, "unclosed", "/* end", ""),
        (".x::after { content: \"end;\n}", 1, "unclosed", '.x::after { content: "end;', ""),
        (".x { color: rgb(1, 2, 3; }", 1, "unclosed", ".x { color: rgb(1, 2, 3; }", ""),
        ("a { color: red } }\n.z { color: red }", 1, "unopened", "a { color: red } }", ""),
        ("{% if pack.language %}\n{% set c = pack.theme.brand %}\n\na { colr: {{ c }} }{% endif %}",
         4, "property", "colr: #0b3d6b", "color"),
    ],
)  # fmt: skip
def test_a_slip_is_told_with_its_line(
    css: str, line: int, kind: str, found: str, near: str, cover: Pack, tmp_path: Path
) -> None:
    assert told(cover, kit(tmp_path, brand_css=css)) == [("brand.css", line, kind, found, near)]


def test_slips_are_found_in_every_file_of_the_folder(cover: Pack, tmp_path: Path) -> None:
    css = 'a { colr: red }\n{% include "more.css" %}\nb { colr: red }'
    own = f"{EXTENDS}<style>\n .q {{ colr: red }}\n</style>\n<p\n style='colr: red'>x</p>"
    folder = kit(
        tmp_path,
        brand_css=css,
        more_css="a { color: red }\n\na { colr: red }",
        cover_html=own + "{% endblock %}",
    )
    places = [(file, line) for file, line, *_ in told(cover, folder)]
    assert places == [
        ("brand.css", 1), ("brand.css", 3), ("cover.html", 4), ("cover.html", 7), ("more.css", 3),
    ]  # fmt: skip


def test_all_slips_of_a_sheet_are_told_at_once(cover: Pack, tmp_path: Path) -> None:
    css = "a { colr: red; margin: 1 }\r\n\r\na > > b { color: red }\r\na { color: red"
    found = [(line, kind) for _, line, kind, *_ in told(cover, kit(tmp_path, brand_css=css))]
    assert found == [(1, "property"), (1, "value"), (3, "selector"), (4, "unclosed")]


# ---- No noise -------------------------------------------------------------------------------


def test_what_does_something_is_not_told(cover: Pack, tmp_path: Path) -> None:
    css = """@charset "utf-8";
.page { --own: 3mm; color: var(--own); margin: calc(1mm + var(--own)) }
.page { -webkit-print-color-adjust: exact; transition: none; cursor: pointer }
.page { & h1 { color: red } }
.page::before { content: "}{ /* colr: red" } /* } { " */
.page { background: url(data:image/gif;base64,R0lGOD') }
@media screen { .page { display: grid; overflow-x: auto; backdrop-filter: none } }
@media screen and (min-width: 40em), print { .page:focus-visible { text-wrap: balance } }
@supports (display: grid) { .page { place-items: center } }
@keyframes grow { from { width: 0 } to { width: 100% } }
@page :first { margin: 1cm; @bottom-left { content: "x" } }
{% if medium == "screen" %}.page { scrollbar-gutter: stable; zoom: 1.2 }{% endif %}
"""
    found = told(cover, kit(tmp_path, brand_css=css.replace("')", ")")))
    assert [one for one in found if "zoom" not in one[3]] == []


def test_kpixls_own_sheets_are_never_told_of_even_as_copies(cover: Pack, tmp_path: Path) -> None:
    assert told(cover, kit(tmp_path / "none", brand_css="")) == []
    folder = kit(tmp_path / "copies")
    for path in report_templates().iterdir():
        if path.suffix in (".css", ".html"):
            shutil.copy(path, folder / path.name)
    assert told(cover, folder) == []
    # It was read: a slip in the copy is found.
    sheet = folder / "pack.css"
    slip = sheet.read_text(encoding="utf-8").replace("body { margin: 0;", "body { margn: 0;")
    sheet.write_text(slip, encoding="utf-8")
    assert [one[2:] for one in told(cover, folder)] == [("property", "margn: 0", "margin")]


def test_a_new_kit_has_no_slips(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KPIXL_LANG", "en")
    assert kpixl("brand", "new").exit_code == 0
    found = kpixl("brand", "preview", "--json")
    codes = [one["code"] for one in json.loads(found.stdout)["remarks"]]
    assert [code for code in codes if code.startswith("css")] == []


def test_weasyprints_log_is_left_as_it_was(
    cover: Pack, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    logger = logging.getLogger("weasyprint")
    known = (logger.level, logger.propagate, tuple(logger.handlers))
    assert told(cover, kit(tmp_path, brand_css="a { colr: red }"))
    assert (logger.level, logger.propagate, tuple(logger.handlers)) == known
    assert caplog.records == []


def test_without_weasyprint_the_grammar_is_still_read(
    cover: Pack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "weasyprint_missing", lambda: "no Pango")
    folder = kit(tmp_path, brand_css="a { colr: red }\nb { color red; }\nc { color: red")
    found = [(line, kind) for _, line, kind, *_ in told(cover, folder)]
    assert found == [(2, "syntax"), (3, "unclosed")]


# ---- Blocks ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("css", "unclosed", "unopened"),
    [
        ("a { b: c }", (), ()),
        ("a { b: c", (2,), ()),
        ("@media x { a { b: c }", (9,), ()),
        ("a } b", (), (2,)),
        ("a { b: (c }", (7,), ()),
        ("a { b: '}' } /* { */", (), ()),
        ("a { b: 'it\\'s' }", (), ()),
        ("a { b: '\n }", (7,), ()),
        ("/* a", (0,), ()),
        ("a { b: url(x'y) }", (), ()),
        ('a { b: "\'" }', (), ()),
    ],
)
def test_blocks(css: str, unclosed: tuple[int, ...], unopened: tuple[int, ...]) -> None:
    found = blocks(css)
    assert (found.unclosed, found.unopened) == (unclosed, unopened)


def test_what_is_read_ends_before_the_rule_that_does_not_end() -> None:
    assert before("a { b: c } d { e: f", 13) == "a { b: c }"
    assert before("a {", 2) == ""


# ---- Told -----------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_preview_tells_of_slips_as_warnings(
    language: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KPIXL_LANG", language)
    kit(Path("own"), 'pages = ["cover"]', brand_css="\n.page h1 { colr: red }\n.x { color: blu }")
    found = kpixl("brand", "preview", "own", "--lang", language)
    assert found.exit_code == 0
    assert Path(f"own-preview_{language}.pdf").is_file()
    place = {"file": str(Path("own/brand.css")), "line": "2", "found": "colr: red"}
    sentence = say("brand.css_property_near", language, **place, near="color")
    assert f"  ! {sentence}\n" in found.output
    assert str(Path("own/brand.css")) in sentence
    assert "color: blu" in found.output
    data = json.loads(kpixl("brand", "preview", "own", "--json").stdout)
    assert [one for one in data["remarks"] if one["code"].startswith("css")] == [
        {"code": "css_property_near", "warning": True, **place, "near": "color"},
        {"code": "css_value", "warning": True, "file": place["file"], "line": "3",
         "found": "color: blu", "near": ""},
    ]  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_kind_has_a_sentence_that_says_where_and_what(kind: str, language: str) -> None:
    fault = SheetFault(Path("brand.css"), 7, kind, "a { b }")
    forms = (kind, f"{kind}_near") if kind in ("property", "at_rule", "media") else (kind,)
    for form in forms:
        sentence = say(
            f"brand.css_{form}", language, file=fault.file, line=7, found=fault.found, near="meant"
        )
        assert {"brand.css", "7", "a { b }"} <= {
            part for part in ("brand.css", "7", "a { b }") if part in sentence
        }
        assert ("meant" in sentence) == form.endswith("_near")
