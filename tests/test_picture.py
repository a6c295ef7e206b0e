"""The picture on the Settings sheet is the logo where Settings name no file."""

from __future__ import annotations

import io
from pathlib import Path

import xlsxwriter
from PIL import Image

from kpixl.jobs import PackJob, make_pack
from kpixl.workbook.picture import settings_picture


def png(colour: str = "red") -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (60, 20), colour).save(buffer, "PNG")
    return buffer.getvalue()


def workbook(path: Path, *, picture_on: str = "Settings", logo: str = "") -> Path:
    book = xlsxwriter.Workbook(path)
    rows: dict[str, list[list[object]]] = {
        "Settings": [["Key", "Value"], ["Review month", "2026-04"], ["Logo", logo]],
        "Goals": [
            ["ID", "Parent", "Level", "Name", "Owner", "Unit", "Direction", "Aggregation"],
            ["A", None, "KGI", "Sales", "Sato", "pcs", "Higher", "Sum"],
        ],
        "Plan": [["ID", "2026-04"], ["A", 1]],
        "Actuals": [["ID", "2026-04"], ["A", 1]],
        "Actions": [
            ["Action ID", "Goal ID", "Raised", "Cause", "Countermeasure", "Owner", "Due",
             "Started", "Done", "Expected effect", "Result", "Decision", "Decided"],
        ],
        "Comments": [["Goal ID", "Month", "Comment"]],
        "Recipients": [["Name", "Email", "Role", "Scope", "Language"]],
    }  # fmt: skip
    for name, lines in rows.items():
        sheet = book.add_worksheet(name)
        for row, cells in enumerate(lines):
            sheet.write_row(row, 0, cells)
        if name == picture_on:
            sheet.insert_image(5, 1, "logo.png", {"image_data": io.BytesIO(png())})
    book.close()
    return path


def test_the_first_picture_of_the_settings_sheet_is_found(tmp_path: Path) -> None:
    found = settings_picture(workbook(tmp_path / "a.xlsx"))
    assert found is not None
    name, data = found
    assert name.endswith(".png")
    assert Image.open(io.BytesIO(data)).size == (60, 20)


def test_a_picture_on_another_sheet_is_no_logo(tmp_path: Path) -> None:
    assert settings_picture(workbook(tmp_path / "a.xlsx", picture_on="Goals")) is None
    assert settings_picture(workbook(tmp_path / "b.xlsx", picture_on="")) is None


def test_the_pack_carries_the_picture_and_prefers_a_named_file(tmp_path: Path) -> None:
    def page(path: Path) -> str:
        made = make_pack(PackJob(path, tmp_path / "out", formats=("html",)))
        return made.files[0].read_text(encoding="utf-8")

    pictured = page(workbook(tmp_path / "a.xlsx"))
    assert pictured.count("data:image/png;base64,") == 1
    (tmp_path / "brand.png").write_bytes(png("blue"))
    named = page(workbook(tmp_path / "b.xlsx", logo="brand.png"))
    assert named.count("data:image/png;base64,") == 1
    assert (
        named.split("data:image/png;base64,")[1][:200]
        != (pictured.split("data:image/png;base64,")[1][:200])
    )
