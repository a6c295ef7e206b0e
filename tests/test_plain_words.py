"""Texts for managers say things in plain words, the same on every page."""

from __future__ import annotations

import json
import re
from html import unescape
from importlib.resources import files

import pytest

from kpixl.calendars import named_days
from kpixl.pack.html import for_browser
from kpixl.pack.pages import PackOptions, build_pack
from kpixl.words import fold, typed
from tests.packs import sample_html, sample_reading, sample_review

JARGON = re.compile(r"\bleaf\b|\bleaves\b|末端", re.IGNORECASE)


def shown(html: str) -> str:
    """What a reader sees and hears of a page: its texts and what its pictures are said to be."""
    body = re.sub(r"(?s)<(script|style)\b.*?</\1>", " ", html)
    heard = " ".join(re.findall(r'(?:alt|aria-label)="([^"]*)"', body))
    return unescape(re.sub(r"<[^>]+>", " ", body) + " " + heard)


@pytest.mark.parametrize("language", ["en", "ja"])
def test_goals_at_the_end_of_the_tree_are_goals(language: str) -> None:
    text = shown(sample_html(language))
    # What people wrote into the sample is theirs: tea leaves would be.
    assert JARGON.findall(text) == []
    pack = build_pack(sample_review(language), PackOptions(language, ("bridge",)))
    # The first head is that of the table behind the chart.
    *_, head = re.findall(r"(?s)<thead>.*?</thead>", for_browser(pack))
    words = {"en": "Focus Goal", "ja": "重点 指標"}[language]
    assert words in " ".join(shown(head).split())


CODE = re.compile(r"`[^`]*`")
STRAIGHT = re.compile(r"\w'")


def test_apostrophes_are_of_one_kind() -> None:
    words = json.loads(files("kpixl").joinpath("words.json").read_text("utf-8"))
    texts = [text for part in words.values() for one in part.values() for text in one.values()]
    assert len(texts) > 5_000
    assert [text for text in texts if STRAIGHT.search(CODE.sub("", text))] == []
    plan = sample_reading("en").plan
    assert plan is not None
    said = [action.cause + action.countermeasure + action.result for action in plan.actions]
    said += [comment.text for comment in plan.comments] + list(plan.holiday_names.values())
    said += [goal.name + goal.why for goal in plan.goals]
    assert [text for text in said if "'" in text] == []
    assert "Children’s Day" in said


def test_holidays_of_a_country_are_spelt_alike() -> None:
    assert "New Year’s Day" in named_days("GB", range(2026, 2027), "en").values()


def test_what_is_typed_with_a_straight_apostrophe_is_the_same() -> None:
    assert fold("Owner's outlook") == fold("Owner’s outlook") == fold("owner＇s outlook")


@pytest.mark.parametrize(
    "name",
    ["plan.xlsx", "books/plan-2026.xlsx", r"C:\KPI\plan.xlsx", "売上計画.xlsx", "~/kpi.xlsx"],
)
def test_a_plain_name_is_typed_as_it_stands(name: str) -> None:
    assert typed(name) == name


@pytest.mark.parametrize(
    "name", ["my plan.xlsx", "plan(1).xlsx", r"C:\R&D\plan.xlsx", "売上　計画.xlsx", "O'Neil.xlsx"]
)
def test_a_name_that_a_shell_would_take_apart_is_typed_in_quotes(name: str) -> None:
    assert typed(name) == f'"{name}"'
