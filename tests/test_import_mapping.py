"""The file beside a book that remembers how sources are read."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from kpixl.importing.figures import Understood
from kpixl.importing.mapping import (
    MappingProblem,
    check_goals,
    mapping_file,
    read_mapping,
    rules_for,
)
from kpixl.importing.remember import pattern_for, remember
from kpixl.importing.rules import KEYS, Rules
from kpixl.importing.terms import Terms

TERMS = Terms({"SALES": "SALES"}, {}, {}, frozenset(), frozenset())


@pytest.mark.parametrize("name", ["plan-2026-11", "plan_202611", "plan 2026年11月", "plan11月"])
def test_next_months_book_shares_it(tmp_path, name):
    dated = tmp_path / f"{name}.xlsx"
    assert mapping_file(dated) == tmp_path / f"{name}.import.toml"
    shared = write(tmp_path, "")
    assert mapping_file(dated) == shared
    own = tmp_path / f"{name}.import.toml"
    own.write_text("")
    assert mapping_file(dated) == own
    assert mapping_file(tmp_path / "other.xlsx") == tmp_path / "other.import.toml"


def write(folder: Path, text: str) -> Path:
    path = folder / "plan.import.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_it_stands_beside_the_book(tmp_path):
    assert mapping_file(tmp_path / "plan.xlsx") == tmp_path / "plan.import.toml"
    assert read_mapping(tmp_path / "plan.import.toml") == ()


def test_every_key_is_read(tmp_path):
    path = write(
        tmp_path,
        """
[[source]]
match = "sales_*.csv"
sheet = "Data"
header = 3
shape = "long"
id = "科目"
month = "年月"
year = "年"
value = "C"
into = "outlook"
encoding = "cp932"
delimiter = "\\t"
decimal = ","
factor = 1000
query = "SELECT 1"
ignore = ["99*", "ｘ"]
[source.ids]
"4100" = "sales"
[source.factors]
cvr = 0.01
""",
    )
    assert read_mapping(path) == (
        Rules(
            "sales_*.csv", "Data", 3, "long", "科目", "年月", "年", "C", "outlook", "cp932", "\t",
            ",", 1000.0, "SELECT 1", ("99*", "X"), {"4100": "SALES"}, {"CVR": 0.01},
        ),
    )  # fmt: skip


def test_a_file_that_notepad_has_saved_is_read(tmp_path):
    path = tmp_path / "plan.import.toml"
    path.write_bytes('\ufeff[[source]]\r\nmatch = "a.csv"\r\n'.encode())
    assert read_mapping(path) == (Rules("a.csv"),)


HEAD = '# first\n[[source]]\nmatch = "a.csv"\n\n[[source]]\nmatch = "b.csv"\n'


@pytest.mark.parametrize(
    ("line", "code", "key"),
    [
        ('valu = "x"', "import-map-unknown", "valu"),
        ('decimal = "x"', "import-map-choice", "decimal"),
        ('into = "actual"', "import-map-choice", "into"),
        ('encoding = "utf-99"', "import-map-choice", "encoding"),
        ('encoding = "base64"', "import-map-choice", "encoding"),
        ('delimiter = "::"', "import-map-choice", "delimiter"),
        ('factor = "1000"', "import-map-type", "factor"),
        ("factor = 0", "import-map-type", "factor"),
        ("header = true", "import-map-type", "header"),
        ("value = 3", "import-map-type", "value"),
        ('ignore = "9"', "import-map-type", "ignore"),
        ('ids = "9"', "import-map-type", "ids"),
        ('password = "geheim"', "import-map-secret", "password"),
    ],
)
def test_a_mistake_is_told_with_its_line_and_key(tmp_path, line, code, key):
    path = write(tmp_path, f"{HEAD}{line}\n")
    with pytest.raises(MappingProblem) as caught:
        read_mapping(path)
    details = caught.value.details
    assert (caught.value.code, details["line"], details["key"]) == (code, 7, key)
    assert "geheim" not in str(caught.value)


def test_mistakes_in_the_tables_of_a_source_have_their_line(tmp_path):
    path = write(tmp_path, HEAD + '[source.ids]\n"4100" = "SALES"\n"4200" = 5\n')
    with pytest.raises(MappingProblem) as caught:
        read_mapping(path)
    assert (caught.value.details["line"], caught.value.details["key"]) == (9, "ids.4200")
    path = write(tmp_path, HEAD + '[source.ids]\n"4100" = "SALSE"\n')
    with pytest.raises(MappingProblem) as caught:
        check_goals(path, read_mapping(path), TERMS)
    details = caught.value.details
    assert (details["line"], details["key"], details["near"]) == (8, "ids.4100", "SALES")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("[[source]]\nmatch 1\n", "import-map-toml"),
        ("[source]\nmatch = 'a'\n", "import-map-type"),
        ("[[sorce]]\n", "import-map-unknown"),
        ("[[source]]\nvalue = 'a'\n", "import-map-missing"),
        ("[[source]]\nmatch = 'postgresql://u:geheim@h/d'\n", "import-map-secret"),
    ],
)
def test_a_file_that_cannot_be_understood(tmp_path, text, code):
    with pytest.raises(MappingProblem) as caught:
        read_mapping(write(tmp_path, text))
    assert caught.value.code == code
    assert "geheim" not in str(caught.value)


@pytest.mark.parametrize(
    ("source", "pattern"),
    [
        ("sales_2026-10.csv", "sales_*.csv"),
        ("売上2026年10月.csv", "売上*.csv"),
        ("実績10月.csv", "実績*.csv"),
        ("report 20261031.xlsx", "report *.xlsx"),
        ("kpi2.csv", "kpi2.csv"),
        ("a[1].csv", "a[[]1[]].csv"),
        ("sqlite:///data/2026.db", "sqlite:///data/2026.db"),
    ],
)
def test_next_months_file_fits_the_pattern(source, pattern):
    assert pattern_for(source) == pattern
    assert rules_for((Rules(match=pattern),), [source]) is not None


@pytest.mark.parametrize(
    ("source", "pattern"),
    [
        # Windows' strokes lean the other way; a Mac may spell デ as テ and its mark.
        ("inbox\\Sales.csv", "inbox/sales*.csv"),
        ("inbox/sales.csv", "inbox\\*.csv"),
        ("テ\u3099ータ10月.csv", "データ*.csv"),
        ("データ10月.csv", "テ\u3099ータ*.csv"),
    ],
)
def test_a_pattern_means_the_same_on_every_system(source, pattern):
    assert rules_for((Rules(match=pattern),), [source]) is not None
    assert rules_for((Rules(match=pattern),), ["plans/data.csv"]) is None


def understood(**other: Any) -> Understood:
    about: dict[str, Any] = {
        "columns": {"id": '科目"コード', "month": "年月", "value": "C"},
        **other,
    }
    return Understood("sales_2026-10.csv", "csv", "long", encoding="cp932", delimiter="\t", **about)


@pytest.mark.parametrize("language", ["en", "ja"])
def test_what_is_remembered_is_what_is_read(tmp_path, language):
    path = tmp_path / "plan.import.toml"
    remember(path, [(understood(), Rules(decimal=","))], language)
    (first,) = read_mapping(path)
    assert first == Rules(
        match="sales_*.csv", shape="long", id='科目"コード', month="年月", value="C",
        encoding="cp932", delimiter="\t", decimal=",",
    )  # fmt: skip
    # The examples in the comments are right, once they are no comments.
    text = path.read_text(encoding="utf-8")
    for example in ("# factor", "# ignore", "# [source", '# "4100'):
        text = text.replace(example, example[2:])
    path.write_text(text, encoding="utf-8")
    (shown,) = read_mapping(path)
    assert (shown.factor, shown.ignore, shown.ids) == (1000.0, ("9999", "X*"), {"4100": "SALES"})


DOCS = sorted((Path(__file__).resolve().parents[1] / "docs").glob("import*.md"))


@pytest.mark.parametrize("path", DOCS, ids=lambda path: path.name)
def test_the_docs_show_a_right_file_and_every_key(tmp_path, path):
    text = path.read_text(encoding="utf-8")
    example = text.partition("```toml\n")[2].partition("```")[0]
    (rules,) = read_mapping(write(tmp_path, example))
    assert (rules.factor, rules.ids, rules.factors) == (1000.0, {"4100": "SALES"}, {"CVR": 0.01})
    table = text.partition("| `match` |")[2].partition("\n\n")[0]
    missing = [key for key in KEYS if key != "match" and not re.search(rf"[`.]{key}[`\]]", table)]
    assert missing == []


def test_there_are_docs_in_both_languages():
    assert [path.name for path in DOCS] == ["import.ja.md", "import.md"]


def test_what_a_person_wrote_stays_as_it_is(tmp_path):
    path = write(
        tmp_path, '# mine\n[[source]]\nmatch = "a.csv"   # ours\n[source.ids]\n1 = "SALES"'
    )
    before = path.read_text(encoding="utf-8")
    remember(path, [(understood(into="plan"), Rules())], "en")
    assert path.read_text(encoding="utf-8").startswith(before)
    assert [one.match for one in read_mapping(path)] == ["a.csv", "sales_*.csv"]
    assert read_mapping(path)[1].into == "plan"
