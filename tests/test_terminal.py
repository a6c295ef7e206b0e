"""The scorecard in a terminal: readable whatever the width, its tree whole."""

from __future__ import annotations

import io
import os
import struct
import subprocess
import sys
from collections.abc import Iterator
from itertools import pairwise

import pytest
from rich.cells import cell_len
from rich.console import Console

from kpixl import terminal
from kpixl.check_report import print_check, print_problems
from kpixl.checking import Check
from kpixl.errors import Problem
from kpixl.plan.model import Level
from kpixl.plan.month import Month
from kpixl.review.figures import Review
from kpixl.review.review import review
from kpixl.terminal import print_scorecard
from kpixl.ui import PLAIN
from tests.packs import sample_review
from tests.plans import goal, plan_of


@pytest.fixture(autouse=True)
def window(monkeypatch):
    """A window of 160 columns, unless a test says otherwise."""
    monkeypatch.setenv("COLUMNS", "160")


WIDTHS = (30, 40, 60, 80, 100, 120, 132, 160, 200)


def shown(found: Review, language: str, width: int, monkeypatch, capsys) -> list[str]:
    monkeypatch.setenv("COLUMNS", str(width))
    print_scorecard(found, language)
    return [line.rstrip() for line in capsys.readouterr().out.splitlines()]


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("language", ["en", "ja"])
def test_no_line_is_wider_than_the_window_and_none_is_blank(width, language, monkeypatch, capsys):
    lines = shown(sample_review(language), language, width, monkeypatch, capsys)
    assert max(cell_len(line) for line in lines) <= width
    assert all(lines)
    if width >= 80:  # a goal takes one line, or two where its name is long
        assert len(lines) <= 2 * len(sample_review(language).goals)


def test_at_80_columns_the_table_answers_the_first_questions(monkeypatch, capsys):
    lines = shown(sample_review("en"), "en", 80, monkeypatch, capsys)
    assert lines[1].split() == ["Goal", "Actual", "Plan", "Attainment", "Status"]
    (revenue,) = [line for line in lines if line.startswith("Revenue")]
    assert revenue.split() == ["Revenue", "¥433.7M", "¥447.3M", "97.0%", "◆", "Amber"]


def test_in_a_wide_window_the_next_step_stands_beside_each_goal(monkeypatch, capsys):
    lines = shown(sample_review("en"), "en", 200, monkeypatch, capsys)
    assert lines[1].endswith("Next step")
    (rate,) = [line for line in lines if "Conversion rate" in line]
    assert rate.endswith("■ Red        95.8%  Do · A26-06: Carry it out by 2026-11-20")


@pytest.mark.parametrize("width", WIDTHS)
def test_the_lines_of_the_tree_are_never_broken(width, monkeypatch, capsys):
    lines = shown(sample_review("en"), "en", width, monkeypatch, capsys)
    start = next(n for n, line in enumerate(lines) if line.startswith("Goal")) + 1
    rows = lines[start : next(n for n, line in enumerate(lines) if "KPIs:" in line)]
    for above, below in pairwise(rows):
        for place, sign in enumerate(below[:4]):
            if sign in "├└│":
                # What stands above a stem is a stem, or the parent's own name.
                assert above[place : place + 1] in ("├", "│") or above[place : place + 1].strip()
    assert [line[0] for line in rows if line[0] in "├└"].count("└") == 1


def test_a_long_name_continues_below_its_stem(monkeypatch, capsys):
    plan = plan_of(
        goal("TOP", level=Level.KGI, name="Top"),
        goal("MID", "TOP", name="A goal with a name far longer than any window has room for"),
        goal("LOW", "MID", name="Low"),
        goal("END", "TOP", name="End"),
    )
    lines = shown(review(plan, Month(2026, 6)), "en", 60, monkeypatch, capsys)
    tree = [line[:8] for line in lines[2:8]]
    assert tree == ["Top     ", "├ A goal", "│ │ far ", "│ │ wind", "│ └ Low ", "└ End   "]


def test_text_of_the_workbook_is_no_markup(monkeypatch, capsys):
    found = review(plan_of(goal("A", name="[red]bold[/red] :smile:")), Month(2026, 6))
    lines = shown(found, "en", 200, monkeypatch, capsys)
    assert any("[red]bold[/red] :smile:" in line for line in lines)


def test_into_a_file_lines_are_as_long_as_they_need_to_be(monkeypatch, capsys):
    monkeypatch.delenv("COLUMNS", raising=False)
    print_scorecard(sample_review("en"), "en")
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == len(sample_review("en").goals) + 5


SAY_AT_LENGTH = """
from kpixl.terminal import console, say_line
say_line(console(stderr=True), "word " * 60)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals are of POSIX")
def test_into_a_pipe_lines_stay_whole_whatever_the_other_stream_goes_to():
    import fcntl
    import pty
    import termios

    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    environment = {key: value for key, value in os.environ.items() if key != "COLUMNS"}
    told = subprocess.run(
        [sys.executable, "-c", SAY_AT_LENGTH], stdin=theirs, stdout=theirs,
        stderr=subprocess.PIPE, env=environment, text=True, check=True,
    ).stderr  # fmt: skip
    os.close(ours)
    os.close(theirs)
    assert [line.split() for line in told.splitlines()] == [["word"] * 60]


@pytest.mark.parametrize(
    ("language", "foot"),
    [
        (
            "en",
            (
                "2 goals have been off plan for two months or more without an action. "
                "2 countermeasures are overdue."
            ),
        ),
        (
            "ja",
            "2か月以上対策のないまま未達・注意が続く指標が2件あります。期限を過ぎた対策が2件あります。",
        ),
    ],
)
def test_the_foot_counts_what_is_stuck(language, foot, monkeypatch, capsys):
    assert shown(sample_review(language), language, 160, monkeypatch, capsys)[-1] == foot


def test_where_nothing_is_stuck_the_foot_says_nothing_of_it(monkeypatch, capsys):
    plan = plan_of(goal("A"), actuals={"A": [1, 1, 1]}, plan={"A": [1] * 12})
    assert shown(review(plan), "en", 160, monkeypatch, capsys)[-1] == "One KPI: Green."


# ---- Problems -------------------------------------------------------------------------------

BAD = Problem("not-a-number", "Actuals", "D4", found="x", goals=("A",))
ADDRESS = Problem("email-bad", "Recipients", "B2", found="x", people=("sato",))
EMPTY = Problem("goals-none", "Goals", structural=True)


def test_problems_stand_by_sheet_with_what_is_expected_and_the_mend(capsys):
    print_problems([BAD, ADDRESS], "en")
    lines = capsys.readouterr().out.splitlines()
    assert [line.strip() for line in lines[:3]] == [
        "Errors: 2", "Actuals", "D4: “x” is not a number.",
    ]  # fmt: skip
    assert lines[3].startswith("      expected: A number such as")
    assert lines[4].startswith("      mend: ")
    assert lines[5].strip() == "Recipients"


def test_lines_that_wrap_stand_under_each_other(monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", "60")
    print_problems([BAD], "en")
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) > 5
    assert all(line.startswith("      ") for line in lines[3:])


@pytest.mark.parametrize(
    ("problems", "verdict"),
    [
        ([], "p.xlsx: fit for a pack."),
        ([BAD], "p.xlsx: not fit for a pack yet; errors to mend: 1."),
        ([ADDRESS], "p.xlsx: fit for a pack; recipients to mend: 1."),
        ([EMPTY], "p.xlsx: nothing to check yet."),
    ],
)
def test_the_verdict_says_whether_a_pack_can_be_made(problems, verdict, capsys):
    print_check("p.xlsx", Check(tuple(problems)), "en")
    assert capsys.readouterr().out.splitlines()[-1] == verdict


def test_a_new_book_is_not_called_faulty(capsys):
    print_problems([EMPTY], "en")
    out = capsys.readouterr().out
    assert "rror" not in out
    assert "No goals have been entered yet" in out


# ---- Code pages -----------------------------------------------------------------------------


@pytest.fixture(params=["ascii", "cp932", "cp1252"])
def narrow(request) -> Iterator[io.TextIOWrapper]:
    """A stream of a code page that lacks some of the signs."""
    with io.TextIOWrapper(io.BytesIO(), encoding=request.param, errors=PLAIN) as stream:
        yield stream


def test_a_minus_is_never_replaced_by_a_question_mark(narrow):
    narrow.write("−5 ▲5 ±0 – ● ◆ ■ ○ │├└ “x” ¥ ✓ · €")
    narrow.flush()
    text = narrow.buffer.getvalue().decode(narrow.encoding)
    assert "?" not in text
    assert text[0] in "-−－"  # the code page 932 has a minus of full width


@pytest.mark.parametrize(
    ("text", "encoding", "expected"),
    [
        ("≤ 5% ≥ 95% — …", "ascii", "<= 5% >= 95% - ..."),
        ("≤ 5% ≥ 95% △3", "cp932", "<= 5% >= 95% △3"),
        ("1 + gap ÷ |plan| × 2", "ascii", "1 + gap / |plan| x 2"),
        ("△3", "cp1252", "-3"),
        # Letters that the code page has stay; of others, what is left without the accent.
        ("Müller Café Łódź", "cp1252", "Müller Café ?ódz"),
        ("Müller Café", "cp932", "Muller Cafe"),
        # Names of files from a Mac, where an accent is a sign of its own.
        ("Mu\u0308ller", "cp1252", "Muller"),
        ("a ≠ b =\u0338 c", "cp1252", "a ? b =? c"),
        ("か\u3099いちゅう は\u309aん", "cp932", "か゛いちゅう は゜ん"),
    ],
)
def test_a_code_page_shows_the_nearest_that_it_has(text, encoding, expected):
    with io.TextIOWrapper(io.BytesIO(), encoding=encoding, errors=PLAIN) as stream:
        stream.write(text)
        stream.flush()
        assert stream.buffer.getvalue().decode(encoding) == expected


def test_what_has_no_likeness_becomes_a_question_mark(narrow):
    narrow.write("\U0001f600")
    narrow.flush()
    assert narrow.buffer.getvalue() == b"?"


@pytest.mark.parametrize("items", [["one"], ["one", "two", "three"]])
def test_on_a_terminal_something_moves_while_work_goes_on(
    items: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    screen = io.StringIO()
    console = Console(file=screen, force_terminal=True, width=80)
    monkeypatch.setattr(terminal, "console", lambda stderr=False: console)
    assert list(terminal.progress(items, "Making packs")) == items
    assert "Making packs" in screen.getvalue()
    screen.truncate(0)
    assert list(terminal.progress(items, "Making packs", quiet=True)) == items
    assert "Making packs" not in screen.getvalue()
