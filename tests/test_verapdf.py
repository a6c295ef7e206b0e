"""veraPDF, the reference checker, takes packs for what they say they are: PDF/A-3a and PDF/UA-1."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pikepdf
import pytest

from kpixl.jobs import PackJob, render, review_workbook
from kpixl.pack import browser_archive, weasy
from kpixl.pack.html import Rendered
from kpixl.pack.pdf import pack_pdf, to_pdf
from tests.books import put
from tests.engines import OTHER_ENGINES
from tests.extremes import CASES, extreme_pdf
from tests.hostile_book import write_hostile
from tests.packs import LANGUAGES
from tests.test_archive import NESTED, PdfOf
from tests.verapdf import Verdict, verdicts

LEAST = 50_000
"""How many checks a pack of several pages means at least: a checker that saw nothing finds none."""


def broken(found: list[Verdict]) -> dict[str, tuple[str, ...]]:
    return {
        f"{Path(one.file).stem} {one.profile}": one.broken for one in found if not one.compliant
    }


def test_the_packs_of_both_languages_are_what_they_say(sample_pdf: PdfOf, tmp_path: Path) -> None:
    files = [put(tmp_path, f"{one}.pdf", sample_pdf(one)) for one in LANGUAGES]
    found = verdicts(files)
    assert broken(found) == {}
    assert len(found) == 4
    assert min(one.checked for one in found) > LEAST


EXTREMES = (
    ("one_kpi", "en"), ("empty", "ja"), ("values", "en"), ("long_texts", "ja"), ("deep", "en"),
    ("scorecard_of_118", "en"), ("dark_tall", "en"), ("pale_svg", "ja"), ("red_wide", "en"),
)  # fmt: skip


def test_packs_at_the_extremes_are_too(tmp_path: Path) -> None:
    files = [put(tmp_path, f"{one}-{lang}.pdf", extreme_pdf(one, lang)) for one, lang in EXTREMES]
    assert broken(verdicts(files)) == {}


def test_a_pack_of_hostile_texts_is_too(tmp_path: Path) -> None:
    write_hostile(tmp_path / "plan.xlsx", "http://127.0.0.1:9")
    files = []
    for engine in ("weasyprint", *OTHER_ENGINES):
        job = PackJob(tmp_path / "plan.xlsx", tmp_path, language="en", engine=engine)
        pdf = render(job, review_workbook(job.workbook), "en")[1]
        files.append(put(tmp_path, f"{engine}.pdf", pdf))
    assert broken(verdicts(files)) == {}


# ---- Templates of people's own --------------------------------------------------------------

SQUARE = """<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9">
<title>Square</title><rect width="9" height="9"/></svg>"""
ROW = '<tr><th scope="row">a</th><td>1</td></tr>'
CELLS = ".t{display:table} .r{display:table-row} .c{display:table-cell}"
WRITTEN: dict[str, tuple[str, str]] = {
    # what people write in templates -> its style and its body
    "a link in a running head": (
        "@page{@top-left{content:element(head)}} .h{position:running(head)}",
        '<div class="h"><a href="#top">Home</a></div><p>x</p><p style="break-before:page">y</p>',
    ),
    "links": (
        "a.block{display:block} a.page::after{content:target-counter(attr(href),page)}",
        ('<p><a href="https://example.com/">out</a> <a href="#top"></a></p><a class="block" href='
        '"#top"><p>a</p><p>b</p></a><p><a class="page" href="#top">Top</a></p>'),
    ),
    "a link over pages": ("", f'<p><a href="#top">{"words that go on " * 900}</a></p>'),
    "a link out of the flow": (
        "a{position:absolute; top:0} b{float:right}", '<p><a href="#top">x</a><b>y</b></p>'
    ),
    "a table without its body": ("", f"<table>{ROW}</table>"),
    "a table with all its parts": (
        "",
        (f"<table><caption>c</caption><colgroup><col/></colgroup><thead><tr><th>a</th><th>b</th></tr>"
        f"</thead><tbody>{ROW * 120}</tbody><tfoot><tr><td>s</td><td>3</td></tr></tfoot></table>"),
    ),
    "cells that span": (
        "",
        ('<table><thead><tr><th colspan="2">a</th></tr></thead><tbody><tr><td rowspan="2">1</td>'
        "<td></td></tr><tr><td>3</td></tr></tbody></table>"),
    ),
    "a table in a table": (
        "", f"<table><tbody><tr><th>a</th><td><table>{ROW}</table></td></tr></tbody></table>"
    ),
    "a table of blocks": (
        "table,tbody,tr,td,th{display:block}", f"<table><tbody>{ROW}</tbody></table>"
    ),
    "blocks as a table": (
        CELLS, '<div class="t"><div class="r"><p class="c">a</p><p class="c">b</p></div></div>'
    ),
    "lists": (
        "ul.none{list-style:none} ul.flex{display:flex}",
        ("<ul><li>a<ul><li>b</li></ul></li></ul><ul class='none'><li>a</li></ul><ul class='flex'>"
        "<li>a</li></ul><ol><li><p>a</p><p>b</p></li><li>c</li></ol>"),
    ),
    "an item over pages": ("", f"<ul><li>{'<p>a</p>' * 120}</li></ul>"),
    "descriptions": ("", "<dl><dt>a</dt><dd>b</dd></dl><dl><div><dt>c</dt><dd>d</dd></div></dl>"),
    "pictures": (
        "", (f'<p>a <img src="own.svg" alt="Square"/> {SQUARE} <img src="own.svg" alt=""/></p>'
        '<figure><img src="own.svg" alt="Square"/><figcaption>c</figcaption></figure>')
    ),
    "parts of a document": (
        "", ("<main><article><section><h2>b</h2><h3>c</h3><p>d</p></section></article></main>"
        "<aside>e</aside><blockquote>f</blockquote><pre>g</pre><hr/><details open=''><summary>s"
        "</summary>t</details>")
    ),
    "boxes beside each other": (
        ".f{display:flex} .g{display:grid} .c{columns:2}",
        ("<div class='f'><div>a</div><div>b</div></div><div class='g'><div>a</div></div>"
        "<div class='c'><p>a</p><p>b</p></div>"),
    ),
    "half transparent": (
        "div,td{opacity:0.5} b{opacity:0.2}",
        (f'<div>a <b>b</b> <a href="#top">c</a></div><table>{ROW}</table>'
        '<div style="break-before:page">on another page</div>'),
    ),
    "painted": (
        ("div{background:linear-gradient(red,blue); border-radius:3px; transform:rotate(3deg)}"
        "p{background:url(own.svg); color:rgba(0,0,0,.5)} p::before{content:'» '}"),
        "<div>a</div><p>b</p>",
    ),
    "a note at the foot": ("i{float:footnote}", "<p>a<i>note</i> b</p>"),
    "another language": ("", '<p lang="ja"><ruby>漢<rt>かん</rt></ruby></p>'),
}  # fmt: skip


def page(style: str, body: str) -> str:
    """A page of a template."""
    head = '<title>x</title><meta name="dcterms.created" content="2026-11-09"/>'
    content = f"<head>{head}<style>{style}</style></head><body><h1 id='top'>Top</h1>{body}</body>"
    return f'<html lang="en">{content}</html>'


def written(style: str, body: str, folder: Path) -> bytes:
    """The same as WeasyPrint makes it."""
    return weasy.to_pdf(Rendered(page(style, body)), "0" * 32, folder)


def test_what_people_write_in_templates_is_too(tmp_path: Path) -> None:
    (tmp_path / "own.svg").write_text(SQUARE, encoding="utf-8")
    cases = {**WRITTEN, "nested": ("", NESTED.partition("<body>")[2].partition("</body>")[0])}
    files = [put(tmp_path, f"{n}.pdf", written(*case, tmp_path)) for n, case in cases.items()]
    assert broken(verdicts(files)) == {}


# ---- What other engines make ------------------------------------------------------------------


def test_what_other_engines_make_is_too(
    printed_pdf: PdfOf, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    engine = request.node.callspec.params["printed_pdf"]
    files = [put(tmp_path, f"{one}.pdf", printed_pdf(one)) for one in LANGUAGES]
    for case, language in (("values", "en"), ("long_texts", "ja"), ("dark_tall", "en")):
        pdf = pack_pdf(CASES[case].pack(language), engine=engine)
        files.append(put(tmp_path, f"{case}.pdf", pdf))
    found = verdicts(files)
    assert broken(found) == {}
    whole = [one.checked for one in found if Path(one.file).stem != "dark_tall"]
    assert min(whole) > LEAST / 2


def pdf_by_browser(html: str, folder: Path | None = None) -> bytes:
    return to_pdf(Rendered(html), "0" * 32, folder, engine="chromium")


@pytest.mark.parametrize("engine", OTHER_ENGINES)
def test_so_are_peoples_templates_with_other_engines(engine: str, tmp_path: Path) -> None:
    (tmp_path / "own.svg").write_text(SQUARE, encoding="utf-8")
    files = [
        put(
            tmp_path,
            f"{name}.pdf",
            to_pdf(Rendered(page(*case)), "0" * 32, tmp_path, (), engine),
        )
        for name, case in WRITTEN.items()
    ]
    assert broken(verdicts(files)) == {}


def test_an_older_browsers_pages_claim_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(browser_archive, "CHECKED", 10_000)
    printed = pdf_by_browser(page(*WRITTEN["lists"]))
    with pikepdf.open(io.BytesIO(printed)) as pdf:
        metadata = pdf.Root.Metadata.read_bytes()
    assert b"pdfaid" not in metadata
    assert b"pdfuaid" not in metadata


def test_what_is_half_transparent_is_read_in_its_place(tmp_path: Path) -> None:
    """The mark of a text that a group paints is counted in the group, not on its page."""
    with pikepdf.open(io.BytesIO(written(*WRITTEN["half transparent"], tmp_path))) as pdf:
        places = [
            one for one in pdf.objects
            if isinstance(one, pikepdf.Dictionary) and one.get("/Type") == "/MCR"
        ]  # fmt: skip
        read = [one.Stm.read_bytes().count(f"/MCID {int(one.MCID)}".encode()) for one in places]
    assert len(read) >= 5
    assert set(read) == {1}


# ---- It can find something ------------------------------------------------------------------


def no_alternative(pdf: pikepdf.Pdf) -> None:
    figures = [one for one in pdf.objects if isinstance(one, pikepdf.Dictionary)]
    for one in figures:
        if one.get("/S") == "/Figure" and "/Alt" in one:
            del one["/Alt"]


def no_language(pdf: pikepdf.Pdf) -> None:
    del pdf.Root.Lang


def no_claim(pdf: pikepdf.Pdf) -> None:
    with pdf.open_metadata(set_pikepdf_as_editor=False) as metadata:
        del metadata["pdfuaid:part"]
        del metadata["pdfaid:part"]


def no_profile(pdf: pikepdf.Pdf) -> None:
    del pdf.Root.OutputIntents


def untagged(pdf: pikepdf.Pdf) -> None:
    pdf.pages[1].contents_add(b"0 0 10 10 re f", prepend=False)


def no_scope(pdf: pikepdf.Pdf) -> None:
    for one in pdf.objects:
        if isinstance(one, pikepdf.Dictionary) and one.get("/S") == "/TH" and "/A" in one:
            del one["/A"]


def a_script(pdf: pikepdf.Pdf) -> None:
    pdf.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")


PLANTED: dict[str, tuple[Callable[[pikepdf.Pdf], None], str]] = {
    # what is done to a sound pack -> the clause that it breaks
    "no alternative": (no_alternative, "7.3-1"),
    "no language": (no_language, "7.2-"),
    "no claim": (no_claim, "5-1"),
    "no profile": (no_profile, "6.2.4.3-"),
    "untagged": (untagged, "7.1-3"),
    "no scope": (no_scope, "7.5-1"),
    "a script": (a_script, "6.5.1-1"),
}


def test_a_pack_that_was_spoilt_is_found_out(sample_pdf: PdfOf, tmp_path: Path) -> None:
    files = []
    for name, (spoil, _) in PLANTED.items():
        with pikepdf.open(io.BytesIO(sample_pdf("en"))) as pdf:
            spoil(pdf)
            files.append(tmp_path / f"{name}.pdf")
            pdf.save(files[-1])
    told: dict[str, str] = {}
    for one in verdicts(files):
        told[Path(one.file).stem] = told.get(Path(one.file).stem, "") + " | ".join(one.broken)
    for name, (_, clause) in PLANTED.items():
        assert clause in told[name], (name, told[name])
