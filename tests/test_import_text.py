"""Text files are read in the encoding and with the delimiter that they have."""

from __future__ import annotations

import codecs
import csv
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpixl.importing.rules import NO_RULES, Rules
from kpixl.importing.text_source import SourceProblem, TextTable, read_text

JAPANESE = '科目コード,科目名,2026年10月\n4100,売上高,"1,200"\n'


def read(folder: Path, data: bytes, rules: Rules = NO_RULES) -> TextTable:
    path = folder / "a.csv"
    path.write_bytes(data)
    return read_text(path, rules)


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        (JAPANESE.encode(), "utf-8"),
        (JAPANESE.encode("utf-8-sig"), "utf-8-sig"),
        (JAPANESE.encode("cp932"), "cp932"),
        (codecs.BOM_UTF16_LE + JAPANESE.encode("utf-16-le"), "utf-16"),
        (codecs.BOM_UTF16_BE + JAPANESE.encode("utf-16-be"), "utf-16"),
    ],
)
def test_encodings_are_told_apart(tmp_path, data, encoding):
    found = read(tmp_path, data)
    assert found.encoding == encoding
    assert found.sheet.rows == [
        ["科目コード", "科目名", "2026年10月"],
        ["4100", "売上高", "1,200"],
    ]


def test_characters_of_windows_that_shift_jis_does_not_have(tmp_path):
    # ①, ㈱, 髙 and the full-width tilde stand in cp932 alone.
    found = read(tmp_path, "ID,名称\nA,㈱髙田①～\n".encode("cp932"))
    assert found.sheet.rows[1] == ["A", "㈱髙田①～"]


def test_the_mapping_says_the_encoding_where_it_cannot_be_told(tmp_path):
    data = "Größe;Maß\nA;1\n".encode("cp1252")
    with pytest.raises(SourceProblem) as caught:
        read(tmp_path, data)
    assert caught.value.code == "import-encoding"
    assert read(tmp_path, data, Rules(encoding="cp1252")).sheet.rows[0] == ["Größe", "Maß"]


def test_a_file_with_a_mark_is_what_the_mark_says(tmp_path):
    found = read(tmp_path, JAPANESE.encode("utf-8-sig"), Rules(encoding="cp932"))
    assert found.sheet.rows[1][1] == "売上高"


@pytest.mark.parametrize(
    ("text", "delimiter"),
    [
        ("a;b;c\nx;1,5;2\ny;2,5;3\n", ";"),
        ('a,b\n"x;y",1\nz,2\n', ","),
        ("a\tb\tc\nx, y\t1\t2\n", "\t"),
        ("Report, of all\n\nid;month;value\nA;1;2\nB;1;2\n", ";"),
        ("sep=;\na;b\n1;2\n", ";"),
    ],
)
def test_delimiters_are_told_apart(tmp_path, text, delimiter):
    assert read(tmp_path, text.encode()).delimiter == delimiter


def test_rows_keep_their_numbers(tmp_path):
    found = read(tmp_path, b'sep=;\r\n\r\na;b\r\n1;"2\r\n3"\r\n4;5\r\n')
    assert found.sheet.rows == [[], [], ["a", "b"], ["1", "2\r\n3"], ["4", "5"]]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "import-empty"),
        (b"  \n ", "import-empty"),
        (b"a,b\n\x00\x01,2", "import-not-text"),
        (b"a,b\n" + b"1,2\n" * 100_001, "import-too-many"),
        (b'ID,Month,Value\n"VISITS","2026-11","931', "import-csv"),
        (b'a,"' + b"x" * 200_000 + b'"\n', "import-csv"),
    ],
)
def test_what_cannot_be_read_is_said(tmp_path, data, code):
    with pytest.raises(SourceProblem) as caught:
        read(tmp_path, data)
    assert caught.value.code == code


def test_a_missing_file_and_a_folder_are_said(tmp_path):
    with pytest.raises(SourceProblem) as caught:
        read_text(tmp_path / "none.csv", Rules())
    assert caught.value.code == "import-unreadable"
    with pytest.raises(SourceProblem) as caught:
        read_text(tmp_path, Rules())
    assert caught.value.code == "import-not-text"


WORDS = st.text("ABCabc012 ,;\"'売上高実績円%▲-.", max_size=8).map(str.strip)


@given(
    rows=st.lists(st.lists(WORDS, min_size=3, max_size=3), min_size=2, max_size=6),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "cp932"]),
    delimiter=st.sampled_from([",", ";", "\t"]),
)
def test_what_is_written_is_what_is_read(tmp_path_factory, rows, encoding, delimiter):
    rows = [["科目", "b", "c"], *rows]
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows(rows)
    data = text.getvalue().encode(encoding)
    rules = Rules(delimiter=delimiter)
    found = read(tmp_path_factory.mktemp("round"), data, rules)
    assert found.encoding == encoding
    assert found.sheet.rows == [[cell or None for cell in row] for row in rows]
