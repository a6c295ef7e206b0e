"""Texts for managers say things in plain words, the same on every page."""

from __future__ import annotations

import re
from html import unescape

import pytest

from kpixl.pack.html import for_browser
from kpixl.pack.pages import PackOptions, build_pack
from tests.packs import sample_html, sample_review

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
