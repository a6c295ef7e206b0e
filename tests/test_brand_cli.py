"""A brand folder from the command line, as docs/brand.md types it: start, look, use."""

from __future__ import annotations

import email
import email.policy
import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pdfplumber
import pytest

from kpixl.brand.kit import KEYS
from kpixl.delivery import template_reference as reference
from kpixl.many.hands import OwnHands
from kpixl.many.orders import Made, Order
from kpixl.many.run import run
from kpixl.many.start import prepared
from kpixl.pack.browsers import Browser
from kpixl.pack.engines import Chosen, Engine
from kpixl.words import LANGUAGES, section
from tests.books import put, sample_bytes
from tests.kits import kit
from tests.mail_book import write
from tests.plan_book import sound
from tests.test_cli import kpixl

DOCS = Path(__file__).resolve().parents[1] / "docs"
RED = 'brand_colour = "#a01010"\npages = ["cover", "colophon"]\nfooter = "Planning"\n'


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """An English interface, in an empty folder, of a user who has set nothing up."""
    for name in ("KPIXL_CONFIG", "KPIXL_LEDGER"):
        monkeypatch.delenv(name, raising=False)
    for name in ("XDG_CONFIG_HOME", "APPDATA"):
        monkeypatch.setenv(name, str(tmp_path / "nobody"))
    monkeypatch.setenv("KPIXL_LANG", "en")
    monkeypatch.setenv("COLUMNS", "160")
    monkeypatch.chdir(tmp_path)


def book() -> str:
    """A small book of one recipient in a folder of its own."""
    sheets = sound()
    sheets["Settings"].append(["Book ID", "BOOK-1", None])
    sheets["Recipients"] = [sheets["Recipients"][0], ["Abe", "abe@example.com", "To", None, None]]
    return str(write(Path("plan.xlsx"), sheets))


def html_of(folder: str = "packs") -> str:
    (path,) = Path(folder).glob("*.html")
    return path.read_text(encoding="utf-8")


def body(pdf: bytes) -> bytes:
    """A PDF without its ID, which tells an edition that is recorded from one that is not."""
    bare, count = re.subn(rb"/ID \[.*?\]", b"", pdf, flags=re.DOTALL)
    assert count == 1
    return bare


# ---- Start and look -------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_start_and_look_as_documented(language: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KPIXL_LANG", language)
    documented = (DOCS / reference.PAGES[language]).read_text(encoding="utf-8")
    commands = re.findall(r"^kpixl (brand \w+) +#", documented, re.MULTILINE)
    assert commands == ["brand new", "brand preview"]
    for command in commands:
        found = kpixl(*command.split(), *(("--html",) if "preview" in command else ()))
        assert found.exit_code == 0, found.output
    made = Path(f"brand-preview_{language}.pdf")
    assert made.read_bytes().startswith(b"%PDF-")
    assert f"brand-preview_{language}.pdf" in found.output
    assert "11.0:1" in found.output  # #0b3d6b on white
    assert f'lang="{language}"' in made.with_suffix(".html").read_text(encoding="utf-8")
    again = kpixl("brand", "new")
    assert again.exit_code == 2


def test_a_preview_says_what_becomes_of_the_colours_as_data(tmp_path: Path) -> None:
    kit(tmp_path / "own", 'brand_colour = "#ffe600"\npages = ["cover"]')
    found = kpixl("brand", "preview", "own", "-o", "there", "--lang", "ja", "--json")
    data = json.loads(found.stdout)
    assert data["files"] == [str(Path("there") / "own-preview_ja.pdf")]
    assert data["remarks"][0] == {
        "code": "pale", "warning": False, "colour": "#ffe600", "ratio": "1.2", "text": "#807300",
        "better": "4.6", "least": "4.5",
    }  # fmt: skip


def test_a_folder_that_is_not_there_is_told_as_it_was_typed() -> None:
    found = kpixl("brand", "preview", "nowhere")
    assert found.exit_code == 2
    assert "--templates" not in found.output
    assert "kpixl brand new" in found.output


def test_a_preview_shows_the_pages_that_have_a_template(tmp_path: Path) -> None:
    shown = '{% extends "kpixl/definitions.html" %}{% block definitions %}OURS{% endblock %}'
    kit(tmp_path / "own", definitions_html=shown)
    assert kpixl("brand", "preview", "own").exit_code == 0
    with pdfplumber.open("own-preview_en.pdf") as pdf:
        assert "OURS" in (pdf.pages[-1].extract_text() or "")
    kit(tmp_path / "own", definitions_html=shown.replace("OURS", "{{ page.nonsense }}"))
    found = kpixl("brand", "preview", "own")
    assert found.exit_code == 2
    assert "DefinitionsPage.nonsense" in found.output


def test_a_preview_finds_what_is_wrong_with_a_mail(tmp_path: Path) -> None:
    source = '{% extends "kpixl/mail.html" %}\n{% block greeting %}{{ mail.titel }}{% endblock %}'
    kit(tmp_path / "own", mail_html=source)
    found = kpixl("brand", "preview", "own")
    assert found.exit_code == 2
    assert "MailContext.titel" in found.output
    assert "line 2" in found.output
    assert not list(tmp_path.glob("*.pdf"))
    kit(tmp_path / "own", mail_html=source.replace("titel", "title"))
    assert kpixl("brand", "preview", "own").exit_code == 0


def test_a_preview_by_a_browser_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    kit(tmp_path / "own")
    chosen = Chosen(Engine.CHROMIUM, Browser(Path("/usr/bin/browser")), "no Pango")
    monkeypatch.setattr("kpixl.pack.engines.choose", lambda *_: chosen)
    monkeypatch.setattr("kpixl.pack.pdf.pack_pdf", lambda *_: b"%PDF-")
    found = kpixl("brand", "preview", "own")
    assert found.exit_code == 0
    assert "/usr/bin/browser" in found.output


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("brand", "preview", "none"), "no folder “none”"),
        (("brand", "preview", "empty"), "no brand.toml in the folder “empty”"),
        (("pack", "plan.xlsx", "--brand", "empty"), "no brand.toml in the folder “empty”"),
        (("send", "plan.xlsx", "--brand", "none"), "no folder “none”"),
        (("pack", "plan.xlsx", "--brand", "empty", "--templates", "empty"), "together"),
    ],
)
def test_a_folder_that_is_no_kit_is_said(words: tuple[str, ...], sentence: str) -> None:
    Path("empty").mkdir()
    found = kpixl(*words)
    assert found.exit_code == 2
    assert sentence in found.stderr


def test_a_mistake_is_told_with_its_line(tmp_path: Path) -> None:
    kit(tmp_path / "own", "# x\nlogo = 'none.svg'")
    found = kpixl("brand", "preview", "own")
    assert found.exit_code == 2
    assert f"{Path('own') / 'brand.toml'}:2" in found.stderr


# ---- Use it ---------------------------------------------------------------------------------


def test_a_pack_takes_the_kits_look_and_pages(tmp_path: Path) -> None:
    kit(tmp_path / "own", RED)
    assert kpixl("pack", book(), "--brand", "own", "--html", "--no-pdf").exit_code == 0
    html = html_of()
    assert "#a01010" in html
    assert re.findall(r'<section class="page (\w+)"', html) == ["cover", "colophon"]
    kpixl("pack", "plan.xlsx", "--brand", "own", "--html", "--no-pdf", "--pages", "summary")
    assert re.findall(r'<section class="page (\w+)"', html_of()) == ["summary"]


def test_what_is_sent_is_what_pack_makes(tmp_path: Path) -> None:
    """kpixl.toml's kit is that of `kpixl pack` and of `kpixl send`, for one pack and for many."""
    kit(tmp_path / "own", RED, mail_subject_txt="Ours")
    Path("kpixl.toml").write_text('[pack]\nbrand = "own"\n', encoding="utf-8")
    found = kpixl("send", book(), "--to-files", "mails")
    assert found.exit_code == 0, found.output
    (file,) = Path("mails").glob("*.eml")
    mail: Any = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
    assert mail["Subject"] == "Ours"
    assert "#a01010" in mail.get_body(("html",)).get_content()
    (sent,) = (
        part.get_payload(decode=True)
        for part in mail.walk()
        if part.get_content_type() == "application/pdf"
    )
    language = re.search(r"_(en|ja)\.pdf", str(mail))
    assert language is not None
    words = ("pack", "plan.xlsx", "--lang", language[1])
    kpixl(*words, "-o", "one")
    kpixl(*words, "-o", "named", "--brand", "own")
    order = Order("many", languages=(language[1],))
    books, order = prepared(["plan.xlsx"], order)
    with OwnHands(order) as hands:
        assert all(isinstance(step.outcome, Made) for step in run(books, hands))
    folders = ("one", "named", "many")
    made = [path.read_bytes() for name in folders for path in Path(name).glob("*.pdf")]
    assert [body(data) == body(sent) for data in made] == [True, True, True]
    Path("kpixl.toml").write_text("", encoding="utf-8")
    kpixl(*words, "-o", "plain")
    (plain,) = Path("plain").glob("*.pdf")
    assert body(plain.read_bytes()) != body(sent)


def test_a_folder_of_templates_takes_the_place_of_the_kit(tmp_path: Path) -> None:
    kit(tmp_path / "own", RED)
    Path("kpixl.toml").write_text('[pack]\nbrand = "own"\n', encoding="utf-8")
    Path("bare").mkdir()
    words = ("--html", "--no-pdf", "--pages", "cover")
    kpixl("pack", book(), *words, "--templates", "bare")
    assert "#a01010" not in html_of()
    kpixl("pack", "plan.xlsx", *words)
    assert "#a01010" in html_of()


@pytest.mark.parametrize("words", [("pack", "plan.xlsx"), ("send", "plan.xlsx", "--to-files", "m")])
def test_a_kit_of_kpixl_toml_that_is_not_there_is_said(words: tuple[str, ...]) -> None:
    book()
    Path("kpixl.toml").write_text('[pack]\nbrand = "none"\n', encoding="utf-8")
    found = kpixl(*words)
    assert found.exit_code == 2
    assert "kpixl.toml" in found.stderr
    # A long path of the folder moves the ends of lines.
    assert "none, where there is no brand.toml" in " ".join(found.stderr.split())


def test_a_brand_in_another_table_is_told_where_it_belongs() -> None:
    book()
    Path("kpixl.toml").write_text('[ledger]\nbrand = "own"\n', encoding="utf-8")
    found = kpixl("send", "plan.xlsx", "--dry-run")
    assert found.exit_code == 2
    assert "ledger.brand" in found.stderr
    assert "pack.brand" in found.stderr


@pytest.mark.parametrize("named", ["order", "kpixl.toml"])
def test_a_run_that_is_resumed_makes_anew_what_a_changed_kit_changes(
    named: str, tmp_path: Path
) -> None:
    put(tmp_path / "books", "a.xlsx", sample_bytes("en"))
    own = kit(tmp_path / "own", RED)
    if named != "order":
        (tmp_path / "books" / "kpixl.toml").write_text(
            '[pack]\nbrand = "../own"\n', encoding="utf-8"
        )

    def made() -> list[bool]:
        order = Order(
            str(tmp_path / "packs"), formats=("html",), pages=("cover",), resume=True,
            templates=str(own) if named == "order" else None,
        )  # fmt: skip
        books, whole = prepared([str(tmp_path / "books")], order)
        with OwnHands(whole) as hands:
            outcomes = [step.outcome for step in run(books, hands)]
        assert all(isinstance(one, Made) for one in outcomes)
        return [not one.kept for one in outcomes if isinstance(one, Made)]

    assert [made(), made()] == [[True], [False]]
    assert "#a01010" in html_of(str(tmp_path / "packs"))
    kit(own, RED.replace("a01010", "10a010"))
    assert made() == [True]
    assert "#10a010" in html_of(str(tmp_path / "packs"))


# ---- The documentation ----------------------------------------------------------------------


@pytest.mark.source
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_documentation_is_current(language: str) -> None:
    """Written anew by `make templates`."""
    text = (DOCS / reference.PAGES[language]).read_text(encoding="utf-8")
    assert text == reference.whole(language)
    assert [key for key in KEYS if f"| `{key}` |" not in text] == []
    (example,) = re.findall(r"```toml\n(.*?)```", text, re.DOTALL)
    assert tomllib.loads(example).keys() <= set(KEYS)


def test_every_template_block_and_field_is_explained() -> None:
    from kpixl.resources import report_templates

    shipped = {path.name for path in report_templates().iterdir()}
    told = {*reference.CONTEXT_OF, *reference.MAILS, *reference.AROUND}
    assert shipped - {"mail.css"} == told
    assert [name for name in reference.AROUND if reference.blocks_of(name)] == []
    page = reference.page("en")
    for template in (*reference.CONTEXT_OF, *reference.MAILS):
        for block in reference.blocks_of(template):
            assert f"| `{template}` | `{block}` |" in page
    contexts = reference.reachable()
    assert {one.__name__ for one in contexts} == set(section("context"))
    for context in contexts:
        part = page.partition(f"### {context.__name__}\n")[2].partition("###")[0]
        assert [name for name in reference.own_fields(context) if f"`{name}`" not in part] == []


@pytest.mark.source
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_example_of_a_template_works(language: str, tmp_path: Path) -> None:
    text = (DOCS / reference.PAGES[language]).read_text(encoding="utf-8")
    (example,) = re.findall(r"```html\n(.*?)```", text, re.DOTALL)
    kit(tmp_path / "own", 'pages = ["cover"]', cover_html=example)
    kpixl("pack", book(), "--brand", "own", "--html", "--no-pdf", "--lang", language)
    (own,) = re.findall(r"<p>(.*)</p>", example)
    assert own.replace("{{ pack.company }}", "Aoba") in html_of()


@pytest.mark.source
@pytest.mark.parametrize("page", ["README.md", "README.ja.md", "docs/brand.md", "docs/brand.ja.md"])
def test_a_line_added_to_the_cover_stands_in_line_with_the_facts(page: str, tmp_path: Path) -> None:
    """As the pages write it: not at the edge of the paper, where printers cut it off."""
    text = (DOCS.parent / page).read_text(encoding="utf-8")
    (example,) = re.findall(r"```html\n(.*?)```", text, re.DOTALL)
    kit(tmp_path / "own", 'pages = ["cover"]', cover_html=example)
    language = "ja" if ".ja." in page else "en"
    kpixl("pack", book(), "--brand", "own", "--lang", language)
    (path,) = Path("packs").glob("*.pdf")
    with pdfplumber.open(path) as pdf:
        lines = pdf.pages[0].extract_words(keep_blank_chars=True, x_tolerance=6)
    margin = 28 / 25.4 * 72  # the cover's, in points
    assert [round(one["x0"]) for one in lines if one["x0"] < margin - 1] == []
    (own,) = re.findall(r"<p>(.*)</p>", example)
    start = own.replace("{{ pack.company }}", "Aoba")[:4]
    assert [one["x0"] for one in lines if one["text"].startswith(start)][-1] == pytest.approx(
        margin, abs=1
    )


def test_a_brand_folder_that_is_not_there_is_told_with_its_option() -> None:
    found = kpixl("pack", book(), "--brand", "nowhere")
    assert found.exit_code == 2
    assert "nowhere" in found.output
    assert "--brand" in found.output
    assert "kpixl.toml" not in found.output
