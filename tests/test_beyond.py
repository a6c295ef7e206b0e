"""What PlutoPrint would pass over is found in templates, and what the command line says of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from kpixl.cli.common import engine_for
from kpixl.pack import engines
from kpixl.pack.beyond import Beyond, beyond
from kpixl.resources import report_templates
from tests.engines import HAS_PLUTOPRINT
from tests.kits import kit

FOUND = {
    "p { display: grid }": "display: grid",
    "p { display :\n INLINE-GRID }": "display : INLINE-GRID",
    "p { columns: 2 }": "columns:",
    "p { color: red; column-count: 2 }": "column-count:",
    "@page :first { margin: 0 }": "@page :first",
    "@page cover:left { margin: 0 }": "@page cover:left",
    "@page { @left-middle { content: 'x' } }": "@left-middle",
    "h2 { string-set: part content() }": "string-set:",
    "p { float: footnote }": "footnote",
    "p::after { content: leader('.') }": "leader(",
    "p { display: flow-root }": "display: flow-root",
    "p { width: calc(100% - 2mm) }": "calc(100%",
    "p { width: min(2in, 50%) }": "min(2in, 50%",
    "p { margin: calc({{ x }} - 3%) }": "calc( - 3%",
    "@page { bleed: 3mm }": "bleed:",
    "p { widows: 3 }": "widows:",
    "p { hyphens: auto }": "hyphens: auto",
    "p { text-align: justify-all }": "justify-all",
    "p { text-overflow: ellipsis }": "text-overflow: ellipsis",
    "p { font-variant: small-caps }": "small-caps",
    "p::first-line { color: red }": ":first-line",
    "p:first-letter { color: red }": ":first-letter",
    "p { text-decoration: underline wavy }": "wavy",
    "p { text-decoration: red underline 2px }": "text-decoration: red underline 2px",
    "p { background: linear-gradient(red, blue) }": "linear-gradient(",
    "p { box-shadow: 0 0 2mm gray }": "box-shadow:",
    "p { border-image: url(a.png) 1 }": "border-image",
    "p { box-decoration-break: clone }": "box-decoration-break: clone",
    "p { border: 5px solid transparent; border-left-color: red }": "border: 5px solid transparent",
    "p { background: url(a.png), url(b.png) }": "background: url(a.png),",
    "p { background: url(a.png) right 2mm top 1mm }": "right 2mm top",
    "p { background-repeat: no-repeat space }": "background-repeat: no-repeat space",
    "p { color: oklch(60% 0.2 250) }": "oklch(",
    "@layer base { p { color: red } }": "@layer",
    "p:nth-child(2 of .x) { color: red }": ":nth-child(2 of",
    "p { color: blue; & b { color: red } }": "& b {",
    "@media print { div { b { color: red } } }": "b {",
    "p::after { content: counter(page) }": "counter(page",
    "p::after { content: 'x' counter( pages) }": "counter( pages",
}
PASSED = (
    "table { display: flex; grid-gap: 0; column-gap: 2mm }",
    "@page { @top-left { content: 'x' } }",
    "@page cover { margin: 0 }",
    ".print .page { string-set: heading attr(data-foot) }",
    "/* p { display: grid } */",
    "@media screen { p { color: red } .x { display: grid } }",
    "@supports (display: grid) { p { display: grid } }",
    "@media print { p { color: red } }",
    "@page cover { margin: 0; @top-left { content: counter(page) '/' counter(pages) } }",
    "p { width: calc(2mm + 1em); font-size: clamp(8pt, 2vw, 12pt); height: 50% }",
    "p { background: #eee url(a.png) no-repeat right 2mm / 30px auto; box-shadow: none }",
    "p { background: rgba(0, 0, 0, 0.5); border-color: red; color: rgb(0 0 0 / 50%) }",
    "p { text-decoration: underline dotted #112233; text-align: justify; hyphens: manual }",
    "p::before { content: '{ & b {'; color: red } b { color: blue }",
    "{% if x %} p { color: {{ a | max(2) }} } {% endif %} li::marker { color: red }",
    "ol { counter-reset: x } li::before { counter-increment: x; content: counter(x) }",
    "@media only screen and (max-width: 40em) { p { display: grid } }",
)


@pytest.mark.parametrize("rule", FOUND)
def test_a_rule_that_it_passes_over_is_found_with_its_place(rule: str, tmp_path: Path) -> None:
    sheet = tmp_path / "brand.css"
    sheet.write_text(f"/* one\ntwo */\n{rule}\n", encoding="utf-8")
    assert beyond(tmp_path) == Beyond(sheet, 3, FOUND[rule])
    sheet.unlink()
    page = tmp_path / "cover.html"
    page.write_text(f"{{# a\nb #}}\n<p>display: grid</p>\n<style>{rule}</style>", encoding="utf-8")
    assert beyond(tmp_path) == Beyond(page, 4, FOUND[rule])


@pytest.mark.parametrize("rule", PASSED)
def test_a_rule_that_it_follows_or_never_sees_is_not(rule: str, tmp_path: Path) -> None:
    (tmp_path / "brand.css").write_text(f"{rule}\n", encoding="utf-8")
    assert beyond(tmp_path) is None


def test_attributes_count_and_the_html_page_and_mails_do_not(tmp_path: Path) -> None:
    for name in ("browser.html", "screen.css", "mail.html"):
        (tmp_path / name).write_text("<style>p { display: grid }</style>", encoding="utf-8")
    (tmp_path / "notes.txt").write_text("p { display: grid }", encoding="utf-8")
    assert beyond(tmp_path) is None
    assert beyond(tmp_path / "none") is None
    assert beyond(None) is None
    cover = tmp_path / "cover.html"
    cover.write_text("<p>\n<b style='display: grid'>", encoding="utf-8")
    assert beyond(tmp_path) == Beyond(cover, 2, "display: grid")
    cover.write_bytes(b"<b style='display: grid'>\xff")  # told of when the template is run
    assert beyond(tmp_path) is None


def test_what_lies_in_folders_within_counts_where_it_is_named(tmp_path: Path) -> None:
    inner = tmp_path / "parts" / "more.css"
    inner.parent.mkdir()
    inner.write_text("p { display: grid }", encoding="utf-8")
    assert beyond(tmp_path) is None
    outer = tmp_path / "brand.css"
    outer.write_text('{% include "parts/more.css" %}', encoding="utf-8")
    assert beyond(tmp_path) == Beyond(inner, 1, "display: grid")


@pytest.mark.parametrize(
    "text", ["{", "<", " style=", ' style="', "/*", "{#", "<!--", "<style>", "@media screen {"]
)
@pytest.mark.parametrize("kind", ["css", "html"])
def test_a_huge_file_takes_no_longer_than_it_is(text: str, kind: str, tmp_path: Path) -> None:
    # Were each beginning looked for to the end of the file, this would take hours.
    (tmp_path / f"brand.{kind}").write_text(text * (2_000_000 // len(text)), encoding="utf-8")
    found = beyond(tmp_path)
    assert found is None or found.line == 1  # a brace without an end may be taken for a rule


def test_a_comment_that_does_not_end_is_none(tmp_path: Path) -> None:
    sheet = tmp_path / "brand.css"
    sheet.write_text("/* a */ p { color: red; /* b; columns: 2 }", encoding="utf-8")
    assert beyond(tmp_path) == Beyond(sheet, 1, "columns:")


def test_the_shipped_templates_ask_for_nothing_of_it() -> None:
    assert beyond(report_templates()) is None


@pytest.mark.skipif(not HAS_PLUTOPRINT, reason="PlutoPrint comes for some kinds of machines only")
def test_the_command_line_names_the_place_and_who_lays_it_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    plain, own = tmp_path / "plain", tmp_path / "own"
    kit(plain)
    kit(own, brand_css="\n.facts { display: grid }\n")
    assert engine_for("auto", False, plain) == {"name": "plutoprint"}
    assert not capsys.readouterr().err
    place = f"{own / 'brand.css'}, line 2"
    told = engine_for("auto", False, own)
    assert told["name"] == "weasyprint"
    said = capsys.readouterr().err
    assert said.startswith(f"{place}: PlutoPrint would leave out “display: grid”")
    assert said.strip() == told["note"]
    told = engine_for("plutoprint", True, own)
    assert told["name"] == "plutoprint"
    assert str(told["note"]).startswith(f"{place}: PlutoPrint leaves out “display: grid”")
    assert not capsys.readouterr().err
    monkeypatch.setattr(engines, "weasyprint_missing", lambda: "no Pango")
    assert engine_for("auto", True, own) == told
