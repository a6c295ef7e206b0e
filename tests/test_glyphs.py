"""No empty box in a pack: what no font has is shown by its number and told with its cell."""

from __future__ import annotations

import io
import json
import re
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pdfplumber
import pikepdf
import pytest
from typer.testing import CliRunner

from kpixl import jobs
from kpixl.cli import app
from kpixl.errors import Problem
from kpixl.pack.canvas import Drawing, Text
from kpixl.pack.glyphs import glyph_problems, numbered, without
from kpixl.pack.html import Rendered
from kpixl.pack.pdf import to_pdf
from kpixl.plan.cells import BookRows, SheetRows
from kpixl.workbook.sample import sample_book
from kpixl.workbook.template import write_book

DODO, RARE, PRIVATE = "🦤", "𠮷", "\ue000"


def written(pdf: bytes) -> str:
    with pdfplumber.open(io.BytesIO(pdf)) as document:
        return "".join(re.sub(r"\s", "", page.extract_text() or "") for page in document.pages)


def boxes(pdf: bytes) -> list[str]:
    """The fonts that show a glyph which they do not have."""
    with pikepdf.open(io.BytesIO(pdf)) as document:
        return [
            str(found.BaseFont)
            for found in document.objects
            if isinstance(found, pikepdf.Dictionary)
            and found.get("/Subtype") == "/Type0"
            and found.Encoding != "/Identity-H"
        ]


def test_a_character_is_named_by_its_number() -> None:
    assert [numbered(one) for one in (DODO, RARE, "é")] == ["[U+1F9A4]", "[U+20BB7]", "[U+00E9]"]


def test_text_style_sheet_and_charts_are_respelled() -> None:
    drawing = Drawing(9, 9, "alt", (Text(0, 0, f"a{DODO}b", 9), Text(0, 9, "c", 9)))
    html = f"<style>'\\1f9a4 '</style><p>x{DODO}y</p>"
    rendered = Rendered(html, {"kpixl:1": drawing}, language="ja")
    found = without(rendered, [DODO])
    assert found.language == "ja"
    assert found.html == "<style>'[U+1F9A4]'</style><p>x[U+1F9A4]y</p>"
    said = [shape.text for shape in found.drawings["kpixl:1"].shapes if isinstance(shape, Text)]
    assert said == ["a[U+1F9A4]b", "c"]


@pytest.mark.parametrize("character", [DODO, RARE, PRIVATE])
def test_what_no_font_has_is_never_an_empty_box(character: str) -> None:
    # A font for private use may well have a glyph; what it means, no reader could say.
    html = f"<html lang='en'><title>x</title><h1>A name {character} of a goal</h1></html>"
    asked: list[tuple[str, ...]] = []

    def tell(characters: tuple[str, ...], rendered: Rendered) -> Rendered:
        asked.append(characters)
        return replace(rendered, html=rendered.html.replace("A name", "Another name"))

    pdf = to_pdf(Rendered(html), "0" * 32, unshown=tell)
    assert asked == [(character,)]
    assert f"Anothername{numbered(character)}ofagoal" in written(pdf)
    assert boxes(pdf) == []
    assert f"Aname{numbered(character)}ofagoal" in written(to_pdf(Rendered(html), "0" * 32))


def test_what_the_fonts_have_costs_nothing_and_tells_nothing() -> None:
    html = "<html lang='ja'><title>x</title><h1>売上高 Größe – ▲1.5% \u200b\ufe0f</h1></html>"

    def tell(characters: tuple[str, ...], rendered: Rendered) -> Rendered:
        raise AssertionError(characters)

    assert "売上高Größe–▲1.5%" in written(to_pdf(Rendered(html), "0" * 32, unshown=tell))


# ---- With its cell --------------------------------------------------------------------------


def book(*rows: list[str | None], name: str = "Goals") -> BookRows:
    return BookRows("book.xlsx", "", (SheetRows(name, rows),))


def places(found: tuple[Problem, ...]) -> list[tuple[str | None, str | None, str]]:
    assert all(problem.warning for problem in found)
    return [(problem.sheet, problem.cell, problem.found) for problem in found]


def test_every_cell_that_the_pack_shows_is_told() -> None:
    rows: list[list[str | None]] = [["A", f"Profit & {DODO}"], [None, f"{RARE}{DODO}"]]
    html = f"<p>Profit &amp; {DODO}</p><p>{RARE}{DODO}</p>"
    assert places(glyph_problems((DODO, RARE), html, book(*rows))) == [
        ("Goals", "B1", "U+1F9A4"),
        ("Goals", "B2", "U+1F9A4, U+20BB7"),
    ]


def test_a_cell_of_another_part_of_the_book_is_not_told() -> None:
    found = glyph_problems((DODO,), f"<p>mine {DODO}</p>", book([f"mine {DODO}", f"theirs {DODO}"]))
    assert places(found) == [("Goals", "A1", "U+1F9A4")]


def test_a_character_that_stands_in_no_cell_is_told_without_one() -> None:
    html = f"<p>a template's own {DODO}</p>"
    assert places(glyph_problems((DODO,), html, book(["x"]))) == [(None, None, "U+1F9A4")]
    assert places(glyph_problems((DODO,), html, None)) == [(None, None, "U+1F9A4")]


def with_a_dodo(language: str, path: Path) -> Path:
    """The sample, one goal's name with two characters that no font has."""
    name = {"en": "Shop visits", "ja": "サイト訪問数"}[language]
    content = sample_book(language)
    goals = tuple(
        {**row, "name": f"{row['name']}{DODO}{RARE}"} if row.get("name") == name else row
        for row in content.goals
    )
    assert goals != content.goals
    with path.open("wb") as file:
        write_book(file, replace(content, goals=goals))
    return path


@lru_cache
def packed(language: str) -> tuple[bytes, str]:
    """The pack of a sample in which one goal's name holds two characters that no font has, and
    what the command said."""
    with TemporaryDirectory() as folder:
        path = with_a_dodo(language, Path(folder) / "book.xlsx")
        command = ["pack", str(path), "-o", folder, "--pages", "scorecard,quality,tree,colophon"]
        run = CliRunner().invoke(app, command)
        assert run.exit_code == 0, run.output
        (pdf,) = Path(folder).glob("*.pdf")
        return pdf.read_bytes(), run.output


@pytest.mark.parametrize("language", ["en", "ja"])
def test_a_pack_shows_it_and_tells_its_cell(language: str) -> None:
    pdf, output = packed(language)
    name = {"en": "Shopvisits", "ja": "サイト訪問数"}[language]
    cell = {"en": "Goals!D7", "ja": "指標一覧!D7"}[language]
    text = written(pdf)
    assert f"{name}[U+1F9A4][U+20BB7]" in text
    assert text.count("[U+1F9A4]") == 2  # in the table, and in the tree's box
    assert f"{cell}" in text
    assert "U+1F9A4, U+20BB7" in output
    assert "D7" in output
    assert boxes(pdf) == []
    assert "book.xlsx" in text


def test_of_many_packs_it_is_told_once_for_each_workbook(tmp_path: Path) -> None:
    book = with_a_dodo("en", tmp_path / "book.xlsx")
    words = ["pack", str(book), "--lang", "en", "--lang", "ja", "--pages", "scorecard", "-j", "1"]
    run = CliRunner().invoke(app, [*words, "-o", str(tmp_path / "packs")])
    assert run.exit_code == 0, run.output
    assert run.output.count("U+1F9A4, U+20BB7") == 4  # its four cells, for two packs
    assert "D7" in run.output
    run = CliRunner().invoke(app, [*words, "-o", str(tmp_path / "more"), "--json"])
    packs = json.loads(run.stdout)["packs"]
    cells = [[told["cell"] for told in pack["warnings"]] for pack in packs]
    assert cells == 2 * [["D7", "B5", "B5", "B5"]]


def test_a_pack_is_made_though_its_workbook_is_gone(tmp_path: Path) -> None:
    path = jobs.new_workbook(tmp_path / "book.xlsx", "en", True, 4, 36, None)
    whole = jobs.review_workbook(path)
    named = tuple(
        replace(entry, goal=replace(entry.goal, name=f"{entry.goal.name}{DODO}"))
        for entry in whole.goals
    )
    path.unlink()
    job = jobs.PackJob(path, tmp_path, pages=("scorecard", "quality"), logo="")
    result = jobs.make_pack(job, replace(whole, goals=named))
    assert places(result.unshown) == [(None, None, "U+1F9A4")]
    assert "Revenue[U+1F9A4]" in written(result.files[0].read_bytes())
