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
}
PASSED = (
    "table { display: flex; grid-gap: 0; column-gap: 2mm }",
    "@page { @top-left { content: 'x' } }",
    "@page cover { margin: 0 }",
    ".print .page { string-set: heading attr(data-foot) }",
    "/* p { display: grid } */",
    "@media screen { p { color: red } .x { display: grid } }",
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
