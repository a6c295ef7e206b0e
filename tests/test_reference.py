"""The function reference is made from the registry, and its examples are worked out."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from kpixl.errors import CellError
from kpixl.functions import FUNCTIONS, Argument, Function
from kpixl.hosts.reference import PAGES, RULES, page, sample_table, worked, write
from kpixl.words import LANGUAGES, section, word

DOCS = Path(__file__).resolve().parents[1] / "docs"
WIZARD = 255
"""So many characters of a description Excel's function wizard takes."""

# A quarter of a year to land: 90, 110 and 70 of 100 each, and nine months that are not in.
SO_FAR = '{90,110,70,"","","","","","","","",""}'
HUNDREDS = "{100,100,100,100,100,100,100,100,100,100,100,100}"
TWO_YEARS = '{8,12,10,10,10,10,10,10,10,10,10,10;10,10,10,"","","","","","","","",""}'
TENS = '{"","","","","","","","","","","","";10,10,10,10,10,10,10,10,10,10,10,10}'

# What is typed and what the cell shows, worked out by hand.
EXAMPLES: dict[str, tuple[str, object]] = {
    "KPI_GAP": ('=KPI_GAP(110,100,"Lower")', -10),  # 10 more where lower is better
    "KPI_GAP_PCT": ("=KPI_GAP_PCT(90,100)", -0.1),  # −10 ÷ 100
    "KPI_ATTAINMENT": ("=KPI_ATTAINMENT(-80,-100)", 1.2),  # 1 + (−80 − −100) ÷ 100
    "KPI_PROGRESS": ("=KPI_PROGRESS(62,70,50)", 0.6),  # 12 of 20
    "KPI_STATUS": ("=KPI_STATUS({100;95;80},100)", [["Green"], ["Amber"], ["Red"]]),
    "KPI_GROWTH": ('=KPI_GROWTH(0.035,0.032,"%")', 0.003),  # 3.5 % − 3.2 %
    "KPI_TO_DATE": ('=KPI_TO_DATE({100,110,120},"Sum",{95,"",0})', 220),  # 100 + 120
    # mean 100, mean range 8: 100 ± 2.66 × 8
    "KPI_LIMITS": ("=KPI_LIMITS({100,110,105,95,100,90})", [[100, 78.72, 121.28]]),
    # mean 105, mean range 8.4: upper limit 127.344
    "KPI_SIGNAL": ("=KPI_SIGNAL({100,102,98,101,99,130})", "Above the upper limit"),
    # 270 of 300 so far: 270 + 9 × 100 × 0.9
    "KPI_LANDING": (f'=KPI_LANDING({SO_FAR},{HUNDREDS},"Sum")', 1080),
    "KPI_REQUIRED": (
        f'=KPI_REQUIRED({SO_FAR},{HUNDREDS},"Average")',
        930 / 9,  # (12 × 100 − 270) ÷ 9
    ),
    # At the pace of 10 a month the year ends exactly on plan: it may go either way.
    "KPI_CHANCE": (f'=KPI_CHANCE({TWO_YEARS},{TENS},"Sum","Higher")', 0.5),
    "KPI_ROLLUP": ("=KPI_ROLLUP({1.5;0.6},{3;1})", 0.9),  # (3 × 1 + 1 × 0.6) ÷ 4
    "KPI_FORMULA": (
        (
            '=KPI_FORMULA("SALES",{"VISITS";"RATE";"SALES"},{100,120;0.05,0.06;"",""},'
            '{"";"";"VISITS*RATE"})'
        ),
        [[5, 7.2]],  # 100 × 5 %, 120 × 6 %
    ),
    "KPI_BRIDGE": (
        '=KPI_BRIDGE("VISITS*RATE",{"VISITS";"RATE"},{80;0.06},{100;0.05})',
        # −20 visits at a mean rate of 5.5 %, +1 point at a mean of 90 visits: −0.2 in all
        [[-1.1], [0.9]],
    ),
    "KPI_SCORECARD": (
        (
            "=KPI_SCORECARD(tblGoals[#All],tblPlan[#All],tblActuals[#All],"
            '"2026-05",tblSettings[#All],tblActions[#All])'
        ),
        [
            ["ID", "Name", "Level", "Owner", "Unit", "Actual", "Plan", "Prior year", "Gap",
             "Gap %", "Attainment", "Growth", "Status", "Actual to date", "Plan to date",
             "Gap to date", "Attainment to date", "Status to date", "PDCA", "Next step",
             "Year plan", "Landing", "Owner’s outlook", "Year against plan", "Year status",
             "Chance of plan", "Needed a month", "Best month so far", "Signal", "What signals it"],
            # (1, capped, + 0.75) ÷ 2; to date (1 + 0.975) ÷ 2, Green from 95 %
            ["SERVICE", "Customer service", "KGI", "Mori", "%", 0.875, 1, "", -0.125, -0.125,
             0.875, "", "Red", 0.9875, 1, -0.0125, 0.9875, "Green", "Do",
             "A1: Carry it out by 2026-05-31 (overdue)", 1, *[""] * 9],
            # 110 of 100; to date 90 + 110 of 200
            ["ANSWERS", "Enquiries answered", "KPI", "Sato", "cases", 110, 100, "", 10, 0.1, 1.1,
             "", "Green", 200, 200, 0, 1, "Green", "Do", "On track",
             # No plan for the year; at a pace of 100 a month it makes 1,200.
             "", 1200, "", "", "No plan", *[""] * 5],
            # 2.5 above 10 where lower is better; to date (8 + 12.5) ÷ 2 against 10
            ["WAIT", "Waiting time", "KPI", "Abe", "minutes", 12.5, 10, "", -2.5, -0.25, 0.75,
             "", "Red", 10.25, 10, -0.25, 0.975, "Amber", "Do",
             "A1: Carry it out by 2026-05-31 (overdue)",
             "", 10.25, "", "", "No plan", *[""] * 5],
        ],
    ),
    # Cause, countermeasure, owner and due date are there; it is not done.
    "PDCA_PHASE": (
        '=PDCA_PHASE("Too few staff at noon","Shift the breaks","Abe","2026-05-31","","","")',
        "Do",
    ),
    "PDCA_STATUS": ('=PDCA_STATUS("WAIT","Red",tblActions[#All],"2026-06-10")', "Do"),
    "PDCA_NEXT": (
        '=PDCA_NEXT("WAIT","Red",tblActions[#All],"2026-06-10")',
        "A1: Carry it out by 2026-05-31 (overdue)",
    ),
}  # fmt: skip
JAPANESE: dict[str, tuple[str, object]] = {
    "KPI_GAP": ('=KPI_GAP(110,100,"低いほど良い")', -10),
    "KPI_STATUS": ('=KPI_STATUS({100;95;80},100,,,,,"日本語")', [["達成"], ["注意"], ["未達"]]),
    "KPI_TO_DATE": ('=KPI_TO_DATE({100,110,120},"合計",{95,"",0})', 220),
    "KPI_SIGNAL": ('=KPI_SIGNAL({100,102,98,101,99,130},,"日本語")', "管理上限を超過"),
    "KPI_LANDING": (f'=KPI_LANDING({SO_FAR},{HUNDREDS},"合計")', 1080),
    "KPI_REQUIRED": (f'=KPI_REQUIRED({SO_FAR},{HUNDREDS},"平均",,"日本語")', 930 / 9),
    "KPI_CHANCE": (f'=KPI_CHANCE({TWO_YEARS},{TENS},"合計","高いほど良い")', 0.5),
    "KPI_SCORECARD": (
        (
            "=KPI_SCORECARD(tblGoals[#All],tblPlan[#All],tblActuals[#All],"
            '"2026-05",tblSettings[#All],tblActions[#All],"日本語")'
        ),
        [
            ["ID", "名称", "階層", "担当", "単位", "実績", "計画", "前年", "ギャップ",
             "ギャップ率", "達成率", "前年比増減", "判定", "累計実績", "累計計画", "累計ギャップ",
             "累計達成率", "累計判定", "PDCA", "次の一手", "年度計画", "着地見込", "担当の見込",
             "年度ギャップ率", "年度判定", "達成確率", "必要ペース（月）", "過去最良の月",
             "シグナル", "シグナルの内容"],
            ["SERVICE", "顧客対応", "KGI", "森", "%", 0.875, 1, "", -0.125, -0.125, 0.875, "",
             "未達", 0.9875, 1, -0.0125, 0.9875, "達成", "実行",
             "A1：2026-05-31までに実行する（期限超過）", 1, *[""] * 9],
            ["ANSWERS", "問合せ対応件数", "KPI", "佐藤", "件", 110, 100, "", 10, 0.1, 1.1, "",
             "達成", 200, 200, 0, 1, "達成", "実行", "順調",
             "", 1200, "", "", "計画なし", *[""] * 5],
            ["WAIT", "待ち時間", "KPI", "阿部", "分", 12.5, 10, "", -2.5, -0.25, 0.75, "", "未達",
             10.25, 10, -0.25, 0.975, "注意", "実行",
             "A1：2026-05-31までに実行する（期限超過）",
             "", 10.25, "", "", "計画なし", *[""] * 5],
        ],
    ),
    "PDCA_PHASE": (
        '=PDCA_PHASE("昼の時間帯の人員不足","休憩時間の分散","阿部","2026-05-31","","","","日本語")',
        "実行",
    ),
    "PDCA_STATUS": ('=PDCA_STATUS("WAIT","未達",tblActions[#All],"2026-06-10",,"日本語")', "実行"),
    "PDCA_NEXT": (
        '=PDCA_NEXT("WAIT","未達",tblActions[#All],"2026-06-10",,"日本語")',
        "A1：2026-05-31までに実行する（期限超過）",
    ),
}  # fmt: skip
"""Where the page in Japanese says it differently."""

RULE_EXAMPLES = {
    "blank": '`=KPI_GAP("",100)` gives (blank)',
    "numbers": '`=KPI_GAP("▲1,200",0)` gives `-1200`',
    # 10 above plan where lower is better: 90 % attainment
    "words": '`=KPI_STATUS(110,100,"低いほど良い",,,,"English")` gives Amber',
    "ranges": "`=KPI_GAP({90;95},{100,110})` gives `{-10,-20;-5,-15}`",
    "undefined": "`=KPI_GAP_PCT(5,0)` gives `#DIV/0!`",
    "unknown": '`=KPI_GAP(90,100,"Sideways")` gives `#N/A`',
    "errors": "`=KPI_GAP(#REF!,100)` gives `#REF!`",
}

each_function = pytest.mark.parametrize("function", FUNCTIONS.values(), ids=list(FUNCTIONS))
each_language = pytest.mark.parametrize("language", LANGUAGES)


def close(result: object) -> object:
    """The expectation with room for the last digit of each number."""
    if isinstance(result, list):
        return [[close(one) for one in row] for row in result]
    return pytest.approx(result, rel=1e-12) if isinstance(result, (int, float)) else result


# --- examples


@each_function
def test_every_example_gives_what_was_worked_out_by_hand(function: Function) -> None:
    formula, result = EXAMPLES[function.name]
    found = worked(function, "en")
    assert found.formula == formula
    assert found.result == close(result)


@each_function
def test_in_japanese_examples_ask_and_answer_in_japanese(function: Function) -> None:
    formula, result = JAPANESE.get(function.name, EXAMPLES[function.name])
    found = worked(function, "ja")
    assert found.formula == formula
    assert found.result == close(result)


@each_language
@each_function
def test_no_example_ends_in_an_error(function: Function, language: str) -> None:
    result = worked(function, language).result
    cells = [one for row in result for one in row] if isinstance(result, list) else [result]
    assert not any(isinstance(one, CellError) for one in cells)
    assert any(one != "" for one in cells)


def test_rules_are_shown_by_an_example() -> None:
    assert {name for name, shown in RULES.items() if shown is not None} == set(RULE_EXAMPLES)
    for text in RULE_EXAMPLES.values():
        assert text in page("en")


def test_the_sample_tables_are_those_of_a_workbook_in_either_language() -> None:
    assert sample_table("settings", "ja") == [
        ["項目", "値"],
        ["対象月", "2026-05"],
        ["提出期限", 10],
    ]
    assert sample_table("goals", "en")[3] == [
        "WAIT", "SERVICE", "KPI", "Waiting time", "Abe", "minutes", "Lower", "Average",
    ]  # fmt: skip


# --- descriptions


@each_function
def test_descriptions_fit_excels_wizard_and_are_in_two_languages(function: Function) -> None:
    described: list[Function | Argument] = [function, *function.arguments]
    for one in described:
        english, japanese = (one.description(language) for language in ("en", "ja"))
        assert 0 < len(english) <= WIZARD
        assert 0 < len(japanese) <= WIZARD
        assert english != japanese
        assert english[-1] == "."
        assert japanese[-1] == "。"


# --- the pages


@pytest.mark.source
@each_language
def test_the_pages_in_the_repository_are_current(language: str) -> None:
    assert (DOCS / PAGES[language]).read_text(encoding="utf-8") == page(language)


def test_writing_makes_both_pages(tmp_path: Path) -> None:
    write(tmp_path / "docs")
    assert {path.name for path in (tmp_path / "docs").iterdir()} == set(PAGES.values())
    assert (tmp_path / "docs" / "functions.ja.md").read_text(encoding="utf-8") == page("ja")


@each_language
@each_function
def test_a_page_tells_everything_about_a_function(function: Function, language: str) -> None:
    own = page(language).split(f"\n### {function.name}\n")[1].split("\n## ")[0].split("\n### ")[0]
    assert function.description(language) in own
    assert f"`{worked(function, language).formula}`" in own
    for argument in function.arguments:
        (line,) = [line for line in own.splitlines() if line.startswith(f"| `{argument.name}` |")]
        assert argument.description(language) in line


@each_language
def test_tables_have_rows_of_equal_length(language: str) -> None:
    tables = re.findall(r"(?:^\|.*\|$\n)+", page(language), re.MULTILINE)
    assert len(tables) > len(FUNCTIONS)
    for table in tables:
        lines = table.splitlines()
        assert len({len(re.findall(r"(?<!\\)\|", line)) for line in lines}) == 1, lines[0]


@each_language
def test_links_within_a_page_lead_to_its_headings(language: str) -> None:
    text = page(language)
    headings = {
        re.sub(r"\s", "-", re.sub(r"[^\w\s-]", "", line.lstrip("# ").lower()))
        for line in text.splitlines()
        if line.startswith("#")
    }
    links = set(re.findall(r"\]\(#([^)]*)\)", text))
    assert links <= headings
    assert {name.lower() for name in FUNCTIONS} <= links


@each_language
def test_no_text_for_the_reference_is_left_over(language: str) -> None:
    text = page(language)
    prefixes = ("reference.", "rule.", "note.", "kind.", "sample.")
    names = [name for name in section("function") if name.startswith(prefixes)]
    assert len(names) > 40
    missing = [
        name for name in names if word(f"function.{name}", language).partition("{")[0] not in text
    ]
    assert missing == []
