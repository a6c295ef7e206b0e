"""Which logo a workbook's packs have: told alike by ``check``, ``send --if-ready`` and ``pack``."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from kpixl.brand.kit import Kit, logo_for
from kpixl.checking import check_workbook
from kpixl.errors import KpixlError
from kpixl.jobs import PackJob, make_pack
from kpixl.sending.office import Office
from kpixl.sending.orders import Order
from kpixl.sending.rehearsal import obstacles
from tests.kits import kit
from tests.logos import png
from tests.mail_book import rows, write

SETTINGS, KIT = png((300, 100)), png((100, 100), ink="#b00020")


def uri(data: bytes) -> str:
    return "data:image/png;base64," + base64.b64encode(data).decode("ascii")


def book_in(folder: Path, look: str, logo: str = "logo.png") -> Path:
    """A book whose Settings name ``logo``, under a kpixl.toml with a brand folder."""
    kit(folder / "brand", look)
    (folder / "kpixl.toml").write_text('[pack]\nbrand = "brand"\n', encoding="utf-8")
    sheets = rows(("abe@example.com",))
    sheets["Settings"].append(["Logo", logo, None])
    return write(folder / "plan.xlsx", sheets)


def test_the_kits_logo_comes_before_that_of_settings(tmp_path: Path) -> None:
    (tmp_path / "logo.png").write_bytes(SETTINGS)
    book = tmp_path / "plan.xlsx"
    assert logo_for(Kit(tmp_path, logo=uri(KIT)), book, "logo.png") == uri(KIT)
    assert logo_for(Kit(tmp_path), book, "logo.png") == uri(SETTINGS)
    with pytest.raises(KpixlError, match="logo-missing"):
        logo_for(Kit(tmp_path), book, "none.png")


@pytest.mark.parametrize(
    ("look", "logo", "expected"),
    [
        ("", "none.png", "logo-missing"),
        ("", "../logo.png", "logo-unusable"),
        ('logo = "none.png"\n', "logo.png", "brand-logo-missing"),
        ('logo = "mark.png"\n', "none.png", None),
    ],
)
def test_who_looks_for_a_logo_finds_the_same(
    tmp_path: Path, look: str, logo: str, expected: str | None
) -> None:
    book = book_in(tmp_path, look, logo)
    (tmp_path / "logo.png").write_bytes(SETTINGS)
    (tmp_path / "brand" / "mark.png").write_bytes(KIT)
    assert [one.code for one in check_workbook(book).problems] == [expected] * bool(expected)
    with Office(Order(book), writes=True) as office:
        codes = [one.code for one in obstacles(office)]
    # Nothing is said of mail in that kpixl.toml.
    assert codes == ["config-without-mail", *([expected] if expected else [])]
    job = PackJob(book, tmp_path / "out", formats=("html",), pages=("cover",))
    if expected is None:
        (page,) = make_pack(job).files
        assert uri(KIT) in page.read_text(encoding="utf-8")
    else:
        with pytest.raises(KpixlError) as raised:
            make_pack(job)
        assert raised.value.code == expected
