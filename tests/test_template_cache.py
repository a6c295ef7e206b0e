"""A process compiles each template once, and again when somebody has edited it."""

from __future__ import annotations

from pathlib import Path

import pytest
from jinja2 import DictLoader, Environment
from markupsafe import Markup

from kpixl.pack.html import for_browser
from kpixl.pack.template_cache import COMPILED
from kpixl.pack.templates import environment
from tests.packs import pack_of
from tests.plans import goal, plan_of

PACK = pack_of(plan_of(goal("A")))
COVER = '{% extends "kpixl/cover.html" %}{% block cover %}<p>WORDS</p>{% endblock %}'


def test_a_second_pack_compiles_nothing_and_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    COMPILED.clear()
    first = for_browser(PACK)

    def compiled(*_: object, **__: object) -> None:
        raise AssertionError("compiled again")

    monkeypatch.setattr(Environment, "compile", compiled)
    assert for_browser(PACK) == first


def test_an_edited_template_counts_at_once(tmp_path: Path) -> None:
    for words in ("once", "twice"):
        (tmp_path / "cover.html").write_text(COVER.replace("WORDS", words), encoding="utf-8")
        assert f"<p>{words}</p>" in for_browser(PACK, tmp_path)
    assert "<p>twice</p>" not in for_browser(PACK)


def test_filters_of_one_name_do_not_share_what_came_of_a_constant() -> None:
    shown = []
    for home, mark in (("kpixl.pack.html", "b"), ("kpixl.delivery.render", "i")):

        def whole(text: str, mark: str = mark) -> Markup:
            return Markup("<{0}>{1}</{0}>").format(mark, text)

        whole.__module__ = home
        found = environment(None, "en")
        found.loader = DictLoader({"own.html": "{{ 'x' | whole }}"})
        found.filters["whole"] = whole
        shown.append(found.get_template("own.html").render())
    assert shown == ["<b>x</b>", "<i>x</i>"]
