"""A figure near a limit says the same as the status beside it, wherever it is shown."""

from __future__ import annotations

from typing import Any

from kpixl.delivery.render import render
from kpixl.delivery.summary import mail_context
from kpixl.measures.kinds import Aggregation, Direction, Status
from kpixl.pack.drawings import bullet_figures, months_figures, tree_figures
from kpixl.pack.scorecard import scorecard_page
from kpixl.pack.summary import goal_tile
from kpixl.pack.theme import theme
from kpixl.pack.wording import goal_line
from kpixl.plan.model import Level
from kpixl.plan.month import Month
from kpixl.review.figures import Review
from kpixl.review.review import review
from kpixl.review.sentences import month_sentence, style_of
from kpixl.terminal import print_scorecard
from tests.plans import goal, plan_of, with_settings

SHORT: dict[str, Any] = {"decimals": 1}


def near() -> Review:
    """N: 99.97 of 100, Amber; R: 89.96 of 100, Red; O: 79.97 of 100, Amber from 80 % on; T: within
    a tolerance of 10 around 100, so that 90 % of plan is no limit."""
    figures = {"N": 99.97, "R": 89.96, "O": 79.97, "T": 79.96}
    return review(
        plan_of(
            goal("N", **SHORT), goal("R", **SHORT), goal("O", amber_at=0.8, **SHORT),
            goal("T", direction=Direction.RANGE, tolerance=10.0, **SHORT),
            actuals={key: [100.0, 100.0, value] for key, value in figures.items()},
            plan={key: [100.0, 100.0, 100.0] for key in figures},
            settings=with_settings(green_at=1.0, amber_at=0.9),
        )
    )  # fmt: skip


def test_an_attainment_says_which_side_of_its_goals_own_limits_it_is_on():
    found = near()
    assert [goal.status for goal in found.goals] == [
        Status.AMBER, Status.RED, Status.RED, Status.RED,
    ]  # fmt: skip
    rows = bullet_figures(found, found.goals, "", "en").rows
    # T lies 20.04 off, 10.04 outside: 89.96 %, which no limit of attainment bears on.
    assert [row.value for row in rows] == ["99.9%", "89.9%", "79.9%", "90.0%"]
    assert rows[0].gap == "−0.03 pcs"


def test_a_small_gap_is_seen_in_pack_and_terminal(monkeypatch, capsys):
    found = near()
    (row, *_) = scorecard_page(found, "en").rows
    assert row.month[2] == "−0.03"
    assert row.gap_pct == "−0.03%"
    assert goal_line(found, found.goals[0], "ja").figure == "−0.03%"
    assert tree_figures(found, "en").nodes[0].gap == "−0.03%"
    monkeypatch.setenv("COLUMNS", "160")
    print_scorecard(found, "en")
    (line,) = [line for line in capsys.readouterr().out.splitlines() if line.startswith("N ")]
    assert "−0.03 pcs" in line
    assert "99.9%" in line
    assert "±0" not in line


def almost() -> Review:
    """A KGI without figures of its own over one KPI that came to 99.998 of 100 in each month: it
    scores 99.998 %, 0.002 points below its plan."""
    return review(
        plan_of(
            goal("KGI", level=Level.KGI, unit=""), goal("N", "KGI", **SHORT),
            actuals={"N": [99.998, 99.998, 99.998]},
            plan={"N": [100.0] * 12},
        )
    )  # fmt: skip


def test_a_score_just_below_plan_is_shown_below_it_in_every_place(monkeypatch, capsys):
    found = almost()
    kgi = found.goals[0]
    assert "scores 99.9% of plan" in month_sentence(found, kgi, "en")
    tile = goal_tile(found, kgi, "en", head=True)
    assert (tile.value, tile.gap) == ("99.9%", "−0.002 pt")
    assert "99.9% of plan" in render(mail_context(found, "en"), theme("#123456")).text
    (row, *_) = scorecard_page(found, "en").rows
    assert (row.month[0], row.month[2], row.to_date[0]) == ("99.9%", "−0.002 pt", "99.9%")
    assert tree_figures(found, "en").nodes[0].actual == "99.9%"
    months = months_figures(found, kgi, "en")
    assert (months.value(0.99998), months.signed(-0.00002)) == ("99.9", "−0.002")
    monkeypatch.setenv("COLUMNS", "160")
    print_scorecard(found, "en")
    (line,) = [line for line in capsys.readouterr().out.splitlines() if line.startswith("Kgi ")]
    assert "100.0%" not in line


def test_a_score_says_which_side_of_its_limits_it_is_on():
    """The KPI came to 94.96 of 100: Amber, as roll-ups are Green from 95 % on."""
    found = review(
        plan_of(
            goal("KGI", level=Level.KGI, unit=""), goal("N", "KGI", **SHORT),
            actuals={"N": [94.96]}, plan={"N": [100.0] * 12},
            settings=with_settings(review_month=Month(2026, 4)),
        )
    )  # fmt: skip
    kgi = found.goals[0]
    assert kgi.status is Status.AMBER
    assert goal_tile(found, kgi, "en").value == "94.9%"


def test_a_percentage_that_is_no_attainment_is_rounded_as_all_figures_are():
    uptime = goal("U", unit="%", decimals=1, aggregation=Aggregation.AVERAGE)
    found = review(
        plan_of(
            uptime, actuals={"U": [0.99998]}, plan={"U": [1.0] * 12},
            settings=with_settings(review_month=Month(2026, 4)),
        )
    )  # fmt: skip
    assert style_of(found, found.goals[0], "en").value(0.99998) == "100.0%"
