"""A brand folder: what it says of the look, and what is said of every mistake in it."""

from __future__ import annotations

import base64
import io
import os
import re
import string
from pathlib import Path

import pdfplumber
import pytest
from fontTools.ttLib import TTFont

from kpixl.brand.kit import KEYS, Kit, kit_of, read_kit
from kpixl.brand.new import new_kit
from kpixl.brand.preview import Remark, remarks
from kpixl.brand.settings import BrandProblem
from kpixl.errors import KpixlError, UsageProblem
from kpixl.pack.contexts import Pack
from kpixl.pack.html import for_browser
from kpixl.pack.pages import PackOptions, build_pack
from kpixl.pack.pdf import pack_pdf
from kpixl.review.review import review
from kpixl.words import LANGUAGES, problem_text, say
from tests.kits import FAMILY, SVG, font, kit
from tests.mails import mail_of
from tests.plans import goal, plan_of, with_settings

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c63f8cf"
    "c0000003010100c9fe92ef0000000049454e44ae426082"
)
WHOLE = f"""
# A comment
brand_colour = "#FFE600"
accent_colour = "navy"
latin_font = "{FAMILY}"
logo = "logo.svg"
footer = {{ en = "Planning", ja = "経営企画部　予算課" }}
pages = [
  "summary",
  "cover",
]
"""


def small(folder: Path | None = None, language: str = "en", colour: str = "") -> Pack:
    """A small plan's cover in a kit's look."""
    plan = plan_of(
        goal("A", name="Calls"),
        actuals={"A": [4, 5, 3]},
        plan={"A": [4] * 12},
        settings=with_settings(brand_colour=colour),
    )
    options = PackOptions(language, pages=("cover", "goals"))
    return build_pack(review(plan), kit_of(folder).over(options))


def problem(folder: Path) -> BrandProblem:
    """What is said of a kit; in both languages it names the place and has a mend."""
    with pytest.raises(BrandProblem) as caught:
        read_kit(folder)
    for language in LANGUAGES:
        told = problem_text(caught.value, language)
        assert str(caught.value.details["place"]) in told.what
        assert told.mend
    return caught.value


# ---- What it says ---------------------------------------------------------------------------


def test_everything_is_read(tmp_path: Path) -> None:
    font(kit(tmp_path / "brand", WHOLE, logo_svg=SVG) / "fonts" / "own.ttf")
    found = read_kit(tmp_path / "brand")
    assert (found.colour, found.accent, found.latin) == ("#ffe600", "#000080", FAMILY)
    assert dict(found.footer) == {"en": "Planning", "ja": "経営企画部　予算課"}
    assert found.pages == ("summary", "cover")
    assert found.logo.startswith("data:image/svg+xml;base64,")
    assert found.mail_logo == ""
    assert [(face.file, face.family, face.weight) for face in found.faces] == [
        ("fonts/own.ttf", FAMILY, "400")
    ]


def test_a_folder_of_templates_alone_says_nothing_else(tmp_path: Path) -> None:
    assert read_kit(tmp_path) == Kit(tmp_path)
    assert kit_of(None).over(PackOptions("en")) == PackOptions("en")


def test_what_a_kit_leaves_out_is_the_workbooks(tmp_path: Path) -> None:
    empty = small(kit(tmp_path / "empty"), colour="#123456")
    assert for_browser(empty) == for_browser(small(colour="#123456"))
    own = small(kit(tmp_path / "own", 'brand_colour = "#654321"'), colour="#123456")
    assert (own.theme.brand, small(colour="#123456").theme.brand) == ("#654321", "#123456")


def test_its_logo_comes_before_the_workbooks(tmp_path: Path) -> None:
    found = read_kit(kit(tmp_path, 'logo = "logo.png"', logo_png=PNG))
    assert found.over(PackOptions("en", logo="data:x")).logo == found.logo == found.mail_logo
    assert Kit(tmp_path).over(PackOptions("en", logo="data:x")).logo == "data:x"


def test_mails_take_its_colours(tmp_path: Path) -> None:
    plan = plan_of(goal("A"), settings=with_settings(brand_colour="#123456"))
    assert "#123456" in mail_of(plan).html
    own = mail_of(plan, colour="#654321").html
    assert "#654321" in own
    assert "#123456" not in own


@pytest.mark.usefixtures("by_each_engine")
def test_a_kit_changes_what_it_speaks_of_and_nothing_else(tmp_path: Path) -> None:
    """The same text on the same pages, but for the footer and the colours."""
    folder = kit(tmp_path, 'brand_colour = "#a01010"\nfooter = "Planning"')
    plain, own = (pack_pdf(small(one), one) for one in (None, folder))
    with pdfplumber.open(io.BytesIO(plain)) as before, pdfplumber.open(io.BytesIO(own)) as after:
        texts = [[page.extract_text() for page in pdf.pages] for pdf in (before, after)]
        colours = [{str(one["non_stroking_color"]) for one in pdf.pages[0].rects}
                   for pdf in (before, after)]  # fmt: skip
    assert "Planning" not in texts[1][0]
    assert "Planning" in texts[1][1]
    assert [text.replace("Planning ", "") for text in texts[1]] == texts[0]
    assert colours[0] != colours[1]
    assert pack_pdf(small(folder), folder) == own


@pytest.mark.usefixtures("by_weasyprint")  # PlutoPrint's PDFs do not name such a font
def test_its_own_font_sets_the_text_and_the_charts(tmp_path: Path) -> None:
    settings = f'latin_font = "{FAMILY}"'
    folder = kit(tmp_path, settings)
    font(folder / "fonts" / "regular.ttf")
    font(folder / "fonts" / "bold.ttf", weight=700)
    pdf = pack_pdf(small(folder), folder)
    with pdfplumber.open(io.BytesIO(pdf)) as found:
        # What the font lacks, such as −, is set in another, and so are the spaces beside it.
        letters = [one for one in found.pages[1].chars if one["text"] in string.ascii_letters]
    assert {one["text"] for one in letters} >= set("CallsApr")
    names = {one["fontname"].partition("+")[2].replace("-", " ") for one in letters}
    assert names == {FAMILY, f"{FAMILY} Bold"}


def test_a_page_for_a_browser_carries_only_the_letters_that_it_shows(tmp_path: Path) -> None:
    folder = kit(tmp_path, f'latin_font = "{FAMILY}"')
    whole = font(folder / "fonts" / "own.ttf")
    html = for_browser(small(folder), folder)
    (data,) = re.findall(r'url\("data:font/woff2;base64,([^"]+)"\)', html)
    with TTFont(io.BytesIO(base64.b64decode(data))) as kept, TTFont(whole) as before:
        shown = set(kept.getBestCmap())
        assert ord("C") in shown  # of "Calls"
        assert shown < set(before.getBestCmap())
        assert ord("^") not in shown
    assert f"'{FAMILY}', Inter" not in for_browser(small())
    assert f"'{FAMILY}', " in html


# ---- What it meets with ---------------------------------------------------------------------


def test_it_says_what_becomes_of_a_pale_colour() -> None:
    # 1.265 : 1 and 4.67 : 1 by WebAIM's contrast checker; never rounded up.
    pale, upon = remarks(Kit(Path(), colour="#ffe600"), "en")
    assert dict(pale.details) == {
        "colour": "#ffe600", "ratio": "1.2", "text": "#807300", "better": "4.6", "least": "4.5",
    }  # fmt: skip
    assert (pale.key, upon.key) == ("pale", "upon_brand")


def test_it_says_that_a_dark_colour_stays_and_what_text_an_accent_has() -> None:
    found = remarks(Kit(Path(), colour="#000000", accent="#ffffff"), "en")
    assert [(one.key, dict(one.details)["ratio"]) for one in found] == [
        ("readable", "21.0"), ("upon_brand", "21.0"), ("upon_accent", "17.8"),
    ]  # fmt: skip


def test_a_colour_that_is_too_pale_on_tinted_rows_alone_is_called_that() -> None:
    (found, _) = remarks(Kit(Path(), colour="#e60012"), "en")
    assert found.key == "pale_on_tint"  # 4.8 : 1 on white is enough
    assert float(dict(found.details)["ratio"]) < 4.5
    for language in LANGUAGES:
        assert "#e60012" in say("brand.pale_on_tint", language, **dict(found.details))


def test_it_says_what_of_its_fonts_is_amiss(tmp_path: Path) -> None:
    font(kit(tmp_path, f'latin_font = "{FAMILY}"') / "fonts" / "own.ttf", width=900)
    font(tmp_path / "fonts" / "other.ttf", family="Another One")
    found = {one.key: one for one in remarks(read_kit(tmp_path), "en")}
    assert found.keys() == {"font_unused", "font_wide"}
    assert dict(found["font_unused"].details) == {"family": "Another One"}
    absent = list(remarks(Kit(tmp_path, japanese="No Such Family"), "ja"))
    assert [(one.key, one.warns) for one in absent] == [("font_absent", True)]
    # What stands in for it is as wide as charts allow for: nothing is said of its width.
    absent = list(remarks(Kit(tmp_path, latin="No Such Family"), "en"))
    assert [one.key for one in absent] == ["font_absent"]


def test_a_footer_for_the_other_language_alone_is_said() -> None:
    found = list(remarks(Kit(Path(), footer=(("ja", "経営企画部"),)), "en"))
    assert found == [Remark("no_footer", (("language", "en"),), warns=True)]
    assert "(en)" in say("brand.no_footer", "en", **dict(found[0].details))


# ---- Mistakes -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("settings", "code", "line", "details"),
    [
        ("\nbrand_color = 'red'", "brand-unknown", 2, {"near": "brand_colour"}),
        ("[colours]\nbrand = 'red'", "brand-unknown", 1, {"key": "colours"}),
        ("logo = 5", "brand-type", 1, {"found": "5", "form": "text"}),
        ("# x\nbrand_colour = 'reddish'", "brand-colour", 2, {"found": "reddish"}),
        ("accent_colour = '#12345'", "brand-colour", 1, {"found": "#12345"}),
        ("latin_font = \"x'; }\"", "brand-font-name", 1, {"key": "latin_font"}),
        ("pages = [\n 'cover',\n 'sumary',\n]", "brand-page", 3, {"near": "summary"}),
        ("pages = 'cover'", "brand-type", 1, {"form": "names"}),
        ("pages = ['cover', 'cover']", "brand-names", 1, {"found": "cover"}),
        ("pages = []", "brand-names", 1, {"form": "none"}),
        ("footer = 'a\\n'", "", 0, {}),
        ("\nfooter = \"a\\nb\"", "brand-footer", 2, {"longest": 120}),
        (f"footer = '{'x' * 121}'", "brand-footer", 1, {}),
        ("footer = { fr = 'x' }", "brand-type", 1, {"form": "texts"}),
        ("logo = 'none.svg'", "brand-logo-missing", 1, {"found": "none.svg"}),
        ("logo = '../brand.svg'", "brand-outside", 1, {}),
        ("logo = '/etc/passwd'", "brand-outside", 1, {}),
        ("logo = 'brand.toml'", "brand-logo-unusable", 1, {}),
        ('logo = "a\\u0000.svg"', "brand-logo-missing", 1, {}),
        ("mail_logo = 'logo.svg'", "brand-logo-unusable", 1, {"form": "mail"}),
    ],
)  # fmt: skip
def test_a_mistake_is_said_with_its_line(
    settings: str, code: str, line: int, details: dict[str, object], tmp_path: Path
) -> None:
    folder = kit(tmp_path / "kit", settings, logo_svg=SVG)
    if not code:
        assert read_kit(folder).footer
        return
    told = problem(folder)
    place = str(folder / "brand.toml")
    assert (told.code, told.details["place"]) == (code, f"{place}:{line}" if line else place)
    assert details.items() <= told.details.items()


@pytest.mark.parametrize(
    ("content", "code", "line", "said"),
    [
        (b"brand_colour = #fff", "brand-not-toml", ":1", "cannot be understood"),
        (b"\n\nlogo = none", "brand-not-toml", ":3", "cannot be understood"),
        (b"logo = 'a.svg'\nfooter = ", "brand-not-toml", ":2", "cannot be understood"),
        (b"logo = 'a.svg'\nlogo = 'b.svg'\n", "brand-not-toml", ":2", "a second time"),
        (b"[a]\n[a]\n", "brand-not-toml", ":2", "a second time"),
        ("footer = '経営'".encode("shift_jis"), "brand-not-utf8", "", "UTF-8"),
        (b"logo = [" + b"[" * 5000, "brand-not-toml", "", "cannot be understood"),
    ],
)
def test_a_file_that_cannot_be_understood_is_said(
    content: bytes, code: str, line: str, said: str, tmp_path: Path
) -> None:
    (tmp_path / "brand.toml").write_bytes(content)
    told = problem(tmp_path)
    assert (told.code, told.details["place"]) == (code, f"{tmp_path / 'brand.toml'}{line}")
    assert said in problem_text(told, "en").what
    assert "at line" not in problem_text(told, "ja").what


def test_a_byte_order_mark_does_no_harm(tmp_path: Path) -> None:
    (tmp_path / "brand.toml").write_bytes(b"\xef\xbb\xbfbrand_colour = '#fff'\r\n")
    assert read_kit(tmp_path).colour == "#ffffff"


@pytest.mark.parametrize(
    ("inside", "asked"),
    [
        ('<image href="http://example.invalid/x.png"/>', "href=http://example.invalid/x.png"),
        ('<use href="other.svg#a"/>', "href=other.svg#a"),
        ('<image xmlns:x="http://www.w3.org/1999/xlink" x:href="file:///etc/passwd"/>',
         "href=file:///etc/passwd"),
        ('<rect style="fill:url(http://example.invalid/#a)"/>', "style=fill:url(http://example.invalid/#a)"),
        ("<style>@import 'http://example.invalid/x.css';</style>", "@import / url()"),
        ("<script>alert(1)</script>", "<script>"),
        ('<rect onclick="alert(1)"/>', "onclick"),
    ],
)  # fmt: skip
def test_a_logo_that_fetches_or_runs_something_is_refused(
    inside: str, asked: str, tmp_path: Path
) -> None:
    picture = f'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9">{inside}</svg>'
    told = problem(kit(tmp_path, 'logo = "logo.svg"', logo_svg=picture))
    assert (told.code, told.details["asked"]) == ("brand-logo-asks", asked)


@pytest.mark.parametrize(
    ("picture", "code"),
    [
        ("<svg", "unusable"),
        ('<!DOCTYPE svg [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><svg>&b;</svg>', "asks"),
        ('<!DOCTYPE svg [<!ENTITY a SYSTEM "file:///etc/passwd">]><svg>&a;</svg>', "asks"),
    ],
)
def test_a_logo_that_is_no_picture_is_refused(picture: str, code: str, tmp_path: Path) -> None:
    folder = kit(tmp_path, 'logo = "logo.svg"', logo_svg=picture)
    assert problem(folder).code == f"brand-logo-{code}"


@pytest.mark.parametrize(
    ("picture", "form", "said"),
    [
        ('<svg xmlns="http://www.w3.org/2000/svg"><rect/></svg>', "sizeless", "how large"),
        ('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 45"/>', "shape", "1 : 5"),
        ('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 130 10"/>', "shape", "13 : 1"),
        (SVG[:-6], "broken", "damaged"),
        (SVG + f"<!--{'x' * 2_000_000}-->", "large", "2.0 MB"),
    ],
)
def test_it_is_said_why_a_logo_cannot_be_used(
    picture: str, form: str, said: str, tmp_path: Path
) -> None:
    told = problem(kit(tmp_path, 'logo = "logo.svg"', logo_svg=picture))
    assert (told.code, told.details["form"]) == ("brand-logo-unusable", form)
    sentence = problem_text(told, "en")
    assert said in sentence.what
    assert sentence.mend != problem_text(KpixlError("brand-logo-unusable", **{
        **told.details, "form": ""}), "en").mend  # fmt: skip


def test_a_logo_may_hold_gradients_and_pictures_of_its_own(tmp_path: Path) -> None:
    picture = (
        '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><linearGradient id="a"/>'
        '<rect fill="url(#a)"/><image href="data:image/png;base64,AAAA"/></svg>'
    )
    assert read_kit(kit(tmp_path, 'logo = "logo.svg"', logo_svg=picture)).logo


@pytest.mark.skipif(os.name == "nt", reason="needs symbolic links")
def test_a_link_that_leads_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "secret.svg").write_text(SVG)
    folder = kit(tmp_path / "kit", 'logo = "logo.svg"')
    (folder / "logo.svg").symlink_to(tmp_path / "secret.svg")
    assert problem(folder).code == "brand-outside"
    (folder / "brand.toml").write_text("")
    (folder / "fonts").mkdir()
    (folder / "fonts" / "own.ttf").symlink_to(font(tmp_path / "own.ttf"))
    assert problem(folder).details["form"] == "outside"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("x.ttf", b"not a font"),
        ("x.woff2", b"wOF2" + b"\0" * 60),
        ("x.ttc", b"ttcf"),
        ("x.otf", b""),
    ],
)
def test_a_font_that_is_none_is_said(name: str, content: bytes, tmp_path: Path) -> None:
    folder = kit(tmp_path)
    (folder / "fonts").mkdir()
    (folder / "fonts" / name).write_bytes(content)
    assert problem(folder).code == "brand-font"


def test_a_licence_beside_the_fonts_is_no_font(tmp_path: Path) -> None:
    font(kit(tmp_path) / "fonts" / "own.ttf")
    (tmp_path / "fonts" / "OFL.txt").write_text("Licence")
    assert len(read_kit(tmp_path).faces) == 1


# ---- Starting one ---------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_new_kit_explains_every_key_and_works(language: str, tmp_path: Path) -> None:
    folder = tmp_path / "brand"
    new_kit(folder, language)
    text = (folder / "brand.toml").read_text(encoding="utf-8")
    assert [key for key in KEYS if not re.search(rf"^#? ?{key} = ", text, re.MULTILINE)] == []
    assert bool(re.search("[\u3040-\u30ff]", text)) == (language == "ja")
    plain = small(folder, language)
    assert plain.theme == small().theme
    assert "</html>" in for_browser(plain, folder)
    # What stands in it as a comment is right, too, once the comment's sign is taken away.
    uncommented = re.sub(r"^# (?=\w+ = |\]|  \")", "", text, flags=re.MULTILINE)
    (folder / "brand.toml").write_text(uncommented, encoding="utf-8")
    (folder / "logo.png").write_bytes(PNG)
    whole = read_kit(folder)
    assert all((whole.accent, whole.latin, whole.japanese, whole.mail_logo, whole.pages))
    assert dict(whole.footer).keys() == set(LANGUAGES)


def test_a_new_kit_overwrites_nothing(tmp_path: Path) -> None:
    (tmp_path / "cover.html").write_text("mine")
    with pytest.raises(UsageProblem, match="already-there") as caught:
        new_kit(tmp_path, "en")
    assert caught.value.details["found"] == str(tmp_path / "cover.html")
    assert [one.name for one in tmp_path.iterdir()] == ["cover.html"]


def test_the_same_look_has_the_same_identifier_and_another_has_another(tmp_path: Path) -> None:
    red, blue = (kit(tmp_path / name, f'brand_colour = "{name}"') for name in ("red", "blue"))
    assert small(red).identifier == small(red).identifier
    assert len({small(one).identifier for one in (red, blue, None)}) == 3
