"""What is no workbook, or a damaged or hostile one, ends in one sentence; what is only odd is read.

The files of ``data/hostile`` were made by hand, one fault each, from the same small workbook.
"""

from __future__ import annotations

import gzip
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kpixl.errors import FileProblem
from kpixl.words import LANGUAGES, problem_text, section
from kpixl.workbook.reader import read_book
from tests.crafted import (
    SHEET,
    craft,
    craft_huge,
    craft_parts,
    megabytes,
    sheet_of,
)

HOSTILE = Path(__file__).parent / "data" / "hostile"
GOOD = (HOSTILE / "00_good_minimal.xlsx").read_bytes()

REFUSED = {
    "cell_dup_cell.xlsx": "file-doubled-cell",
    "cell_inline_nested_depth.xlsx": "file-nested-too-deep",
    "cell_num_hex.xlsx": "file-bad-cell",
    "cell_num_underscore.xlsx": "file-bad-cell",
    "cell_ref_nodigits.xlsx": "file-bad-cell",
    "cell_ref_toowide.xlsx": "file-far-cell",
    "cell_row_1048577.xlsx": "file-far-cell",
    "cell_row_mismatch.xlsx": "file-bad-cell",
    "cell_row_text.xlsx": "file-bad-row",
    "cell_sst_index_oob.xlsx": "file-bad-cell",
    "cell_text_10MB.xlsx": "file-long-text",
    "cell_type_unknown.xlsx": "file-bad-cell",
    "crc_flip_sharedstrings.xlsx": "file-damaged-part",
    "csv_cp932.xlsx": "file-text",
    "docx_as.xlsx": "file-other-format",
    "dup_sheet1_entries.xlsx": "file-doubled-part",
    "empty_zip.xlsx": "file-empty",
    "entity_internal_harmless.xlsx": "file-document-type",
    "gzip.xlsx": "file-archive",
    "html_table.xls": "file-text",
    "json.xlsx": "file-text",
    "lol_sharedstrings.xlsx": "file-document-type",
    "lol_styles.xlsx": "file-document-type",
    "lzma_entries.xlsx": "file-unusual-packing",
    "method_99_aes.xlsx": "file-encrypted",
    "method_bogus.xlsx": "file-unusual-packing",
    "missing_rels.xlsx": "file-missing-part",
    "missing_sst.xlsx": "file-missing-part",
    "missing_wbrels.xlsx": "file-missing-part",
    "numbers_as.xlsx": "file-other-application",
    "pdf.xlsx": "file-other-format",
    "quadratic_sharedstrings.xlsx": "file-document-type",
    "rar_magic.xlsx": "file-archive",
    "trunc_60.xlsx": "file-damaged-package",
    "tsv_utf16.xls": "file-text",
    "wb_bad_rid.xlsx": "file-missing-part",
    "xml_deep_nesting.xlsx": "file-nested-too-deep",
    "xml_no_ns.xlsx": "file-damaged-part",
    "zip_in_zip.xlsx": "file-archive",
}

# Odd, but it means one thing only: the same cells as in the sound workbook.
READ_AS_GOOD = (
    "00_good_minimal.xlsx", "appended_small.xlsx", "bomb_overlap_2000.xlsx",
    "case_mismatch_parts.xlsx", "dim_empty.xlsx", "dim_too_small2.xlsx", "lol_core_props.xlsx",
    "merge_whole_column.xlsx", "rel_target_absolute.xlsx", "size_lie_4GB.xlsx",
    "sparse_A1_A1048576.xlsx", "sparse_A1_XFD3.xlsx", "st_bad_color.xlsx", "st_fill_empty.xlsx",
    "stored_uncompressed.xlsx", "trunc_cd_count.xlsx", "wb_100k_names.xlsx", "wb_all_hidden.xlsx",
    "xml_bom.xlsx", "xml_huge_attr.xlsx", "xml_strict_ns.xlsx", "xml_utf16.xlsx",
)  # fmt: skip
GOOD_ROWS = [["指標", "目標", "実績"], ["売上", 100, 95.5], ["利益率", 0.12, 0.09]]

# Read, with cells of their own; tests/test_reader.py says which where they matter.
READ_OTHERWISE = {
    "cell_cells_out_of_order.xlsx", "cell_date_huge.xlsx", "cell_date_jp_formats.xlsx",
    "cell_error_unknown.xlsx", "cell_formula_dde.xlsx", "cell_formula_nocache.xlsx",
    "cell_formula_str_empty.xlsx", "cell_no_refs.xlsx", "cell_num_empty_v.xlsx",
    "cell_num_spaces.xlsx", "cell_sst_index_empty.xlsx", "cell_style_neg.xlsx",
    "cell_text_controls.xlsx", "chartsheet_only.xlsx", "date1904.xlsx", "wb_dup_names.xlsx",
    "wb_weird_names.xlsx", "xml_rich_rPh.xlsx",
}  # fmt: skip


def refusal(path: Path) -> FileProblem:
    with pytest.raises(FileProblem) as caught:
        read_book(path)
    return caught.value


def refused_bytes(folder: Path, name: str, data: bytes) -> str:
    path = folder / name
    path.write_bytes(data)
    return refusal(path).code


def test_every_hostile_file_has_its_outcome():
    files = {path.name for path in HOSTILE.iterdir() if not path.name.startswith(".")}
    assert files == {*REFUSED, *READ_AS_GOOD, *READ_OTHERWISE}


@pytest.mark.parametrize(("name", "code"), REFUSED.items())
def test_a_damaged_or_foreign_file_is_refused_in_a_whole_sentence(name: str, code: str):
    problem = refusal(HOSTILE / name)
    assert problem.code == code
    assert problem.details["file"] == name
    for language in LANGUAGES:
        said = problem_text(problem, language)
        assert name in said.what
        assert said.expected
        assert said.mend


@pytest.mark.parametrize("name", READ_AS_GOOD)
def test_an_odd_file_is_read_like_the_sound_one(name: str):
    (sheet,) = read_book(HOSTILE / name).sheets
    assert [list(row) for row in sheet.rows] == GOOD_ROWS
    assert not sheet.formulas


@pytest.mark.parametrize("name", sorted(READ_OTHERWISE))
def test_an_odd_cell_is_no_reason_to_refuse_the_workbook(name: str):
    assert read_book(HOSTILE / name).sha256


@pytest.mark.parametrize(("name", "cell"), [("cell_num_hex", "A1"), ("cell_ref_toowide", "XFE1")])
def test_a_refusal_over_a_cell_names_sheet_and_cell(name: str, cell: str):
    details = refusal(HOSTILE / f"{name}.xlsx").details
    assert (details["sheet"], details["cell"]) == ("KPI", cell)


def test_every_refusal_is_worded_with_what_was_expected_and_the_mend():
    entries = section("problem")
    codes = {name for name in entries if name.startswith("file-") and "." not in name}
    assert codes
    assert all({f"{code}.expected", f"{code}.mend"} <= set(entries) for code in codes)


# What is not even a package.


def test_a_folder_is_not_a_workbook(tmp_path: Path):
    assert refusal(tmp_path).code == "file-is-folder"


def test_a_missing_file_is_said_to_be_missing_and_where(tmp_path: Path):
    problem = refusal(tmp_path / "無い.xlsx")
    assert problem.code == "file-missing"
    assert problem.details["folder"] == str(tmp_path)


def test_a_name_that_no_file_can_have_is_an_unreadable_file():
    assert refusal(Path("a\0b.xlsx")).code == "file-unreadable"


def test_a_file_that_may_not_be_read_is_said_to_be_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    path = craft(tmp_path / "book.xlsx")

    # The user who runs the tests may be allowed to read everything.
    def locked(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", locked)
    assert refusal(path).code == "file-no-permission"


def test_a_device_is_refused_instead_of_read_without_end():
    assert refusal(Path(os.devnull)).code == "file-not-regular"


def test_the_marker_of_an_open_workbook_points_to_the_workbook(tmp_path: Path):
    path = tmp_path / "~$月次.xlsx"
    path.write_bytes(b"\x05Admin".ljust(165))
    problem = refusal(path)
    assert problem.code == "file-lock-file"
    assert problem.details["workbook"] == "月次.xlsx"


def ole(stream: str) -> bytes:
    """The signature of an OLE file and one directory entry."""
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".ljust(512, b"\0") + stream.encode("utf-16-le")


FOREIGN = {
    "empty": (b"", "file-empty"),
    "encrypted": (ole("EncryptedPackage"), "file-encrypted"),
    "old xls": (ole("Workbook"), "file-old-excel"),
    "very old xls": (ole("Book"), "file-old-excel"),
    "doc": (ole("WordDocument"), "file-other-format"),
    "csv": (b"ID,2026-04\nK1,100\n", "file-text"),
    "csv with BOM": ("ID,2026-04\nK1,100\n".encode("utf-8-sig"), "file-text"),
    "html": (b"\r\n<HTML><table></table></HTML>", "file-text"),
    "spreadsheet xml 2003": (b'<?xml version="1.0"?><Workbook/>', "file-text"),
    "gzip": (gzip.compress(GOOD), "file-archive"),
    "7z": (b"7z\xbc\xaf\x27\x1c\0\4", "file-archive"),
    "noise": (bytes(range(256)), "file-unknown-format"),
    "cut off": (GOOD[: len(GOOD) // 2], "file-damaged-package"),
    "only a signature": (b"PK\x03\x04", "file-damaged-package"),
}


@pytest.mark.parametrize("kind", FOREIGN)
def test_the_content_decides_what_a_file_is_not_its_name(tmp_path: Path, kind: str):
    data, code = FOREIGN[kind]
    assert refused_bytes(tmp_path, "book.xlsx", data) == code


OPEN_DOCUMENT = "application/vnd.oasis.opendocument.spreadsheet"
PACKAGES = {
    "ods": ({"mimetype": OPEN_DOCUMENT}, "file-other-application"),
    "numbers": ({"Index/Document.iwa": ""}, "file-other-application"),
    "pptx": ({"[Content_Types].xml": "", "ppt/presentation.xml": ""}, "file-other-format"),
    "xlsb": ({"[Content_Types].xml": "", "xl/workbook.bin": ""}, "file-old-excel"),
    "photos": ({"IMG_1.jpg": "", "IMG_2.jpg": ""}, "file-archive"),
}  # fmt: skip


@pytest.mark.parametrize("kind", PACKAGES)
def test_other_packages_are_told_apart_by_their_parts(tmp_path: Path, kind: str):
    parts, code = PACKAGES[kind]
    assert refusal(craft_parts(tmp_path / "book.xlsx", parts)).code == code


# Sizes and limits.


def test_a_value_far_below_the_table_is_named_and_takes_no_memory(tmp_path: Path):
    problem = refusal(craft(tmp_path / "far.xlsx", '<row r="1048576"><c><v>1</v></c></row>'))
    assert (problem.code, problem.details["cell"]) == ("file-far-cell", "A1048576")


def test_a_formula_far_below_the_table_is_named_too(tmp_path: Path):
    far = '<row r="1048576"><c r="B1048576"><f>A1</f></c></row>'
    problem = refusal(craft(tmp_path / "far.xlsx", far))
    assert (problem.code, problem.details["cell"]) == ("file-far-cell", "B1048576")


def test_a_row_that_stands_twice_is_refused(tmp_path: Path):
    rows = '<row r="1"><c r="A1"><v>1</v></c></row>' * 2
    assert refusal(craft(tmp_path / "twice.xlsx", rows)).code == "file-bad-row"


def test_two_parts_that_differ_in_case_only_are_doubled(tmp_path: Path):
    path = craft(tmp_path / "doubled.xlsx")
    with zipfile.ZipFile(path, "a") as package:
        package.writestr(SHEET.upper(), sheet_of(""))
    assert refusal(path).code == "file-doubled-part"


def test_a_file_of_very_many_parts_is_refused_before_they_are_listed(tmp_path: Path):
    many = b"PK\x01\x02" * 20_001
    assert refused_bytes(tmp_path, "many.xlsx", GOOD + many) == "file-too-many-parts"


HEAD, TAIL = sheet_of("|").encode().split(b"|")
COMMENT = b"<!--", b"-->"
ROW = b'<row><c t="inlineStr"><is><t>', b"</t></is></c></row>"
# What it holds (one piece, repeated for so many megabytes, between these marks) and what is said.
HUGE = {
    "a gigabyte of blanks in one megabyte": (b" ", 1000, (b"", b""), "file-unpacks-too-large"),
    "millions of empty rows": (b"<row/>", 90, (b"", b""), "file-unpacks-too-large"),
    "a comment without end": (b"<", 90, COMMENT, "file-unpacks-too-large"),
    "a comment of 90 MB": (b"-A", 90, COMMENT, "file-damaged-part"),
    "a text of 90 MB": (b"A", 90, ROW, "file-long-text"),
    "formulas without end": (
        b'<row><c><f/></c><c><f/></c><c><v>1</v></c></row>', 40, (b"", b""), "file-too-many-cells",
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", HUGE)
def test_a_huge_part_is_refused_in_twenty_seconds_and_one_gibibyte(tmp_path: Path, kind: str):
    piece, count, (opening, closing), code = HUGE[kind]
    pieces = [HEAD, opening, *megabytes(count, piece), closing, TAIL]
    assert read_apart([craft_huge(tmp_path / "huge.xlsx", SHEET, pieces)]) == [code]


def test_every_hostile_file_is_done_in_twenty_seconds_and_one_gibibyte():
    names = sorted({*REFUSED, *READ_AS_GOOD, *READ_OTHERWISE})
    said = read_apart([HOSTILE / name for name in names])
    assert said == [REFUSED.get(name, "read") for name in names]


APART = """
import sys
from kpixl.errors import FileProblem
from kpixl.workbook.reader import read_book
try:
    import resource
    resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))
except ImportError:
    pass
for path in sys.argv[1:]:
    try:
        read_book(path)
        print("read")
    except FileProblem as problem:
        print(problem.code)
"""


def read_apart(paths: list[Path]) -> list[str]:
    """What reading says in a process of its own, which has 1 GiB and 20 seconds (SPEC 15)."""
    done = subprocess.run(
        [sys.executable, "-c", APART, *map(str, paths)],
        capture_output=True,
        check=True,
        timeout=20,
        text=True,
    )
    return done.stdout.split()


# Whatever happens to the bytes of a workbook, it is read or refused, never anything else.

QUICK = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@QUICK
@given(data=st.data())
def test_no_damage_to_the_bytes_escapes_as_anything_but_a_refusal(
    tmp_path: Path, data: st.DataObject
):
    spoiled = bytearray(GOOD)
    for _ in range(data.draw(st.integers(1, 5))):
        spoiled[data.draw(st.integers(0, len(GOOD) - 1))] = data.draw(st.integers(0, 255))
    read_or_refused(tmp_path, bytes(spoiled[: data.draw(st.integers(1, len(GOOD)))]))


ATTRIBUTE = st.sampled_from(["", 'r="A1"', 'r="B2"', 'r="ZZ1"', 't="s"', 't="b"', 't="d"', 's="9"'])
CONTENT = st.sampled_from(["", "0", "-1", "1e999", "nan", "٣", "true", "2026-04-01", "=", "&lt;"])
ELEMENT = st.sampled_from(["row", "c", "v", "f", "is", "t", "rPh"])
MARKUP = st.recursive(
    CONTENT,
    lambda inner: st.builds(
        lambda name, attribute, parts: f"<{name} {attribute}>{''.join(parts)}</{name}>",
        ELEMENT,
        ATTRIBUTE,
        st.lists(inner, max_size=3),
    ),
)


@QUICK
@given(rows=MARKUP)
def test_no_nonsense_in_the_markup_escapes_as_anything_but_a_refusal(tmp_path: Path, rows: str):
    read_or_refused(tmp_path, craft(tmp_path / "crafted.xlsx", rows).read_bytes())


def read_or_refused(folder: Path, data: bytes) -> None:
    path = folder / "book.xlsx"
    path.write_bytes(data)
    try:
        said = read_book(path).name
    except FileProblem as problem:
        said = min(problem_text(problem, language).what for language in LANGUAGES)
    assert "book.xlsx" in said
