"""A logo travels inside the pack, and only a picture beside the workbook can be one."""

from __future__ import annotations

import base64
import io
from pathlib import Path

import pytest
from PIL import Image

from kpixl.pack.html import for_browser
from kpixl.pack.logo import MAX_BYTES, LogoProblem, logo_uri
from tests.packs import pack_of
from tests.plans import goal, plan_of

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


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("missing.png", "logo-missing"),
        ("logo.gif", "logo-unusable"),
        ("fake.png", "logo-unusable"),
        ("huge.png", "logo-unusable"),
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
    assert f'<img src="{uri}" alt="Acme">' in html
