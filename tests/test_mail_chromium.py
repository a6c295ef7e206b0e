"""The mail in a real browser, as wide as a phone and as a mail program's window."""

from __future__ import annotations

import html
import json
import re
import subprocess
from dataclasses import replace
from typing import Any

import pytest

from kpixl.delivery.mail import Mail
from kpixl.plan.model import Level, Plan
from tests.chromium import QUIET, browser
from tests.mails import mail_of, mail_on, png, sample_mail, uri
from tests.packs import sample_review
from tests.plans import goal, plan_of, with_settings

WIDTHS = (375, 800)
MEASURE = """
window.addEventListener("load", () => {
  const found = {};
  for (const frame of document.querySelectorAll("iframe")) {
    const page = frame.contentDocument, root = page.documentElement;
    const style = e => frame.contentWindow.getComputedStyle(e);
    const seen = [...page.body.querySelectorAll("*")].filter(e => e.getClientRects().length);
    const wide = seen.filter(e => e.getBoundingClientRect().right > root.clientWidth + 1);
    const small = seen.filter(e => [...e.childNodes].some(n =>
      n.nodeType === 3 && n.textContent.trim()) && parseFloat(style(e).fontSize) < 12);
    const card = page.querySelector("table.k-card").getBoundingClientRect();
    found[frame.id] = {
      across: root.scrollWidth - root.clientWidth,
      wide: wide.slice(0, 5).map(e => e.outerHTML.slice(0, 160)),
      small: small.slice(0, 5).map(e => e.outerHTML.slice(0, 160)),
      card: card.width,
      left: card.left,
      room: root.clientWidth,
      hidden: page.querySelector("body > div").getClientRects().length,
      fetched: frame.contentWindow.performance.getEntriesByType("resource").map(e => e.name),
    };
  }
  document.getElementById("found").textContent = JSON.stringify(found);
});
"""


def crowded(language: str) -> Plan:
    """Six KGIs with long names, long owners and figures of 14 digits."""
    name = {
        "en": "Net revenue from recurring enterprise subscriptions including partner channel",
        "ja": "海外子会社を含む連結ベースの定期購入サービス売上高（為替影響除く・代理店込み）",
    }[language]
    goals = [
        goal(f"K{n}", level=Level.KGI, name=f"{name} {n}", unit="JPY", owner=name) for n in range(6)
    ]
    leaves = [goal(f"L{n}", parent="K0", name=f"{name} {n}", unit="JPY") for n in range(4)]
    ids = [one.id for one in (*goals, *leaves)]
    settings = with_settings(company=name, title=name, confidentiality=name, brand_colour="#ffd400")
    return plan_of(
        *goals, *leaves,
        actuals={one: [11_111_111_010_000.0] * 3 for one in ids},
        plan={one: [13_000_000_000_000.0] * 3 for one in ids},
        prior={one: [10_000_000_000_000.0] * 12 for one in ids},
        settings=settings,
    )  # fmt: skip


def mails() -> dict[str, Mail]:
    logo = uri(png(600, 100))
    found = {
        "en": sample_mail("en"),
        "ja": sample_mail("ja"),
        "corrected": mail_on(sample_review("ja"), "ja", number=2, reason="単価誤り", logo=logo),
        "crowded-en": mail_of(crowded("en"), "en"),
        "crowded-ja": mail_of(crowded("ja"), "ja"),
        "unbroken": mail_of(plan_of(goal("A", name="x" * 200, owner="y" * 200)), "en"),
        "nothing": mail_of(plan_of(goal("A"), plan={"A": [1] * 12}), "ja"),
    }
    # Some programs, such as Gmail's for other providers' mail, take style sheets out.
    bare = {
        f"bare-{name}": replace(
            found[name], html=re.sub("<style>.*?</style>", "", found[name].html, flags=re.DOTALL)
        )
        for name in ("en", "ja", "crowded-ja")
    }
    return {**found, **bare}


NAMES = ("en", "ja", "corrected", "crowded-en", "crowded-ja", "unbroken", "nothing")


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the browser measured of every mail at every width."""
    folder = tmp_path_factory.mktemp("browser")
    frames = "".join(
        f'<iframe id="{name}-{width}" style="width:{width}px;height:900px;border:0" '
        f'srcdoc="{html.escape(mail.html)}"></iframe>'
        for name, mail in mails().items()
        for width in WIDTHS
    )
    page = folder / "frames.html"
    page.write_text(
        "<!DOCTYPE html><meta charset=utf-8><pre id=found></pre>"
        f"{frames}<script>{MEASURE}</script>",
        encoding="utf-8",
    )
    command = [browser(), *QUIET, f"--user-data-dir={folder / 'profile'}", "--dump-dom"]
    run = subprocess.run(
        [*command, page.as_uri()], capture_output=True, text=True, timeout=120, check=False
    )
    match = re.search(r'<pre id="found">(.*?)</pre>', run.stdout, re.DOTALL)
    assert match, run.stderr[-2000:]
    measured: dict[str, Any] = json.loads(html.unescape(match[1]))
    return measured


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", [*NAMES, "bare-en", "bare-ja", "bare-crowded-ja"])
def test_no_one_has_to_scroll_sideways(seen: dict[str, Any], name: str, width: int) -> None:
    found = seen[f"{name}-{width}"]
    assert found["wide"] == []
    assert found["across"] <= 0
    assert found["small"] == []


@pytest.mark.parametrize("name", NAMES)
def test_it_fills_a_phone_and_stands_in_the_middle_of_a_window(
    seen: dict[str, Any], name: str
) -> None:
    phone, window = seen[f"{name}-375"], seen[f"{name}-800"]
    assert phone["card"] == phone["room"]
    assert window["card"] == 640
    assert window["left"] == (window["room"] - 640) / 2


@pytest.mark.parametrize("name", NAMES)
def test_what_only_the_inbox_shows_is_not_seen_and_nothing_is_fetched(
    seen: dict[str, Any], name: str
) -> None:
    found = seen[f"{name}-800"]
    assert found["hidden"] == 0
    assert [one for one in found["fetched"] if not one.startswith("cid:")] == []
