"""A logo travels inside the pack, and only a picture beside the workbook can be one."""

from __future__ import annotations

import base64
import io
from pathlib import Path

import pytest
from PIL import Image, ImageFile

from kpixl.many.folders import read_beside
from kpixl.pack.html import for_browser, for_print
from kpixl.pack.logo import MAX_BYTES, LogoProblem, data_uri, logo_look, logo_uri
from kpixl.words import say, word
from tests.logos import COLOURS, png, svg, uri_of
from tests.packs import LANGUAGES, pack_of
from tests.plans import goal, plan_of, with_settings

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="3"><path d="M0 0h9"/></svg>'


def picture(kind: str, size: tuple[int, int] = (30, 10)) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", size, "red").save(buffer, kind)
    return buffer.getvalue()


@pytest.fixture
def book(tmp_path: Path) -> Path:
    folder = tmp_path / "books"
    folder.mkdir()
    (folder / "logo.png").write_bytes(picture("PNG"))
    (folder / "logo.JPG").write_bytes(picture("JPEG"))
    (folder / "logo.svg").write_bytes(SVG)
    (folder / "logo.gif").write_bytes(picture("GIF"))
    (folder / "fake.png").write_bytes(b"<html>")
    (folder / "huge.png").write_bytes(picture("PNG") + b"\0" * MAX_BYTES)
    (tmp_path / "outside.png").write_bytes(picture("PNG"))
    return folder / "kpi.xlsx"


@pytest.mark.parametrize(
    ("name", "kind"),
    [("logo.png", "image/png"), ("logo.JPG", "image/jpeg"), ("logo.svg", "image/svg+xml")],
)
def test_a_picture_beside_the_workbook_becomes_part_of_the_pack(
    book: Path, name: str, kind: str
) -> None:
    head, _, data = logo_uri(book, f" {name} ").partition(",")
    assert head == f"data:{kind};base64"
    assert base64.b64decode(data) == (book.parent / name).read_bytes()


def test_no_name_is_no_logo(book: Path) -> None:
    assert logo_uri(book, "  ") == ""


def test_a_logo_from_a_mac_is_found_by_its_name(tmp_path: Path) -> None:
    """Its files' names may spell ド as ト and its mark, which no keyboard does."""
    (tmp_path / "フ\u3099ラント\u3099.png").write_bytes(picture("PNG"))
    book = tmp_path / "kpi.xlsx"
    found = logo_uri(book, "ブランド.png")
    assert found.startswith("data:image/png;base64,")
    read = read_beside(str(book), "ブランド.png", MAX_BYTES)
    assert read == picture("PNG")
    # The very name goes before one that is but alike.
    (tmp_path / "ブランド.png").write_bytes(picture("JPEG"))
    assert read_beside(str(book), "ブランド.png", MAX_BYTES) == picture("JPEG")


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("missing.png", "logo-missing"),
        ("logo.gif", "logo-unusable"),
        ("fake.png", "logo-unusable"),
        ("huge.png", "logo-too-large"),
        ("../outside.png", "logo-unusable"),
        ("/etc/passwd", "logo-unusable"),
        ("/etc/logo.png", "logo-unusable"),
        ("https://example.com/logo.png", "logo-missing"),
    ],
)
def test_what_cannot_be_a_logo_is_said(book: Path, name: str, code: str) -> None:
    with pytest.raises(LogoProblem) as caught:
        logo_uri(book, name)
    assert caught.value.code == code


def test_the_cover_shows_the_logo_with_the_companys_name_as_its_text(book: Path) -> None:
    uri = logo_uri(book, "logo.png")
    html = for_browser(pack_of(plan_of(goal("A")), logo=uri))
    assert f'src="{uri}" alt="Acme"' in html


def test_a_name_that_leads_elsewhere_is_refused_without_a_look_there(
    book: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # On Windows, to resolve \\host\share is to log in there.
    looked: list[str] = []
    monkeypatch.setattr(Path, "resolve", lambda path, strict=False: looked.append(str(path)))
    with pytest.raises(LogoProblem):
        logo_uri(book, "//host/share/logo.png")
    assert looked == []


# ---- Shapes ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("size", "width", "height"),
    [
        ((600, 200), 43.8, 14.6),  # 640 mm² in the shape 3 : 1
        ((400, 400), 24.0, 24.0),  # no higher than 24 mm
        ((200, 600), 8.0, 24.0),
        ((1200, 120), 80.0, 8.0),
        ((1200, 100), 84.0, 7.0),  # no wider than 84 mm
    ],
)
def test_logos_of_any_shape_are_of_one_weight(
    size: tuple[int, int], width: float, height: float
) -> None:
    look = logo_look(uri_of(png(size)))
    assert (look.width, look.height) == pytest.approx((width, height), abs=0.06)


@pytest.mark.parametrize(
    ("data", "ratio"),
    [
        (svg(), 4.0),
        (svg(size='width="90mm" height="30mm"'), 3.0),
        (svg(size='width="100%" viewBox="0,0,50,100"'), 0.5),
    ],
)
def test_an_svg_has_the_shape_of_its_size_or_its_view_box(data: bytes, ratio: float) -> None:
    look = logo_look(uri_of(data, "image/svg+xml"))
    assert look.width / look.height == pytest.approx(ratio, rel=0.02)


def test_a_white_logo_stands_on_the_brand_or_on_ink_and_any_other_on_white() -> None:
    white = uri_of(png((600, 200), "#ffffff"))
    assert logo_look(white).pale
    assert logo_look(uri_of(svg().replace(b"#0b3d6b", b"#fff").replace(b"#e2a300", b"#fff"),
                            "image/svg+xml")).pale  # fmt: skip
    assert not logo_look(uri_of(svg(), "image/svg+xml")).pale
    assert not logo_look(uri_of(png((600, 200)))).pale
    # White paint on a ground of its own is seen anywhere.
    assert not logo_look(uri_of(png((600, 200), "#ffffff", "#333333"))).pale
    grounds = {}
    for name, colour in COLOURS.items():
        plan = plan_of(goal("A"), settings=with_settings(brand_colour=colour))
        html = for_print(pack_of(plan, logo=white, pages=("cover",))).html
        assert 'class="pale"' in html
        grounds[name] = html.split("img.pale { background: ")[1].split(" }")[0]
    assert grounds == {"dark": "none; padding: 0", "pale": "#15181b", "red": "none; padding: 0"}


# ---- Faults ---------------------------------------------------------------------------------

DOCTYPE = b'<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/svg11.dtd">'
ENTITY = b'<!DOCTYPE svg [<!ENTITY a SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize(
    ("data", "kind", "code"),
    [
        (png((300, 100))[:200], "image/png", "logo-broken"),
        (png((300, 100))[:30], "image/png", "logo-broken"),
        (picture("JPEG", (300, 100))[:-200], "image/jpeg", "logo-broken"),
        (png((1, 5000)), "image/png", "logo-shape"),
        (png((6000, 200)), "image/png", "logo-shape"),
        (picture("PNG", (6000, 6000)), "image/png", "logo-too-large"),
        (png((30, 10)) + b"\0" * MAX_BYTES, "image/png", "logo-too-large"),
        (b"<svg", "image/svg+xml", "logo-broken"),
        (b"no picture", "image/svg+xml", "logo-broken"),
        (b"<html/>", "image/svg+xml", "logo-unusable"),
        (svg(size=""), "image/svg+xml", "logo-sizeless"),
        (svg(size='viewBox="0 0 900 10"'), "image/svg+xml", "logo-shape"),
        (svg("<script>alert(1)</script>"), "image/svg+xml", "logo-active"),
        (svg('<a onclick="x()"/>'), "image/svg+xml", "logo-active"),
        (svg('<image href="https://example.com/a.png"/>'), "image/svg+xml", "logo-active"),
        (svg('<use xlink:href="other.svg#a"/>'), "image/svg+xml", "logo-active"),
        (svg("<style>@import 'a.css';</style>"), "image/svg+xml", "logo-active"),
        (svg('<rect style="fill:url(https://example.com/a#b)"/>'), "image/svg+xml", "logo-active"),
        (svg("<foreignObject/>"), "image/svg+xml", "logo-active"),
        (b'<?xml-stylesheet href="a.css"?>' + svg(), "image/svg+xml", "logo-active"),
        (ENTITY + svg(), "image/svg+xml", "logo-active"),
    ],
)  # fmt: skip
def test_a_logo_that_cannot_stand_on_a_cover_is_said(
    data: bytes, kind: str, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # As once WeasyPrint has been imported.
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", True)
    with pytest.raises(LogoProblem) as caught:
        data_uri(data, kind, "logo.png")
    assert caught.value.code == code
    for language in LANGUAGES:
        assert "logo.png" in say(f"problem.{code}", language, **caught.value.details)
        assert word(f"problem.{code}.mend", language)


@pytest.mark.parametrize(
    "inside",
    [
        '<image href="data:image/png;base64,AAAA"/>',
        '<use xlink:href="#a"/><g id="a"/>',
        '<linearGradient id="g"/><rect fill="url(#g)"/>',
        '<a xlink:href="https://example.com"><rect/></a>',
    ],
)
def test_an_svg_may_refer_to_itself_and_to_what_it_carries(inside: str) -> None:
    assert uri_of(DOCTYPE + svg(inside), "image/svg+xml")
