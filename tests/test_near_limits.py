"""A figure near a limit says the same as the status beside it, wherever it is shown."""

from __future__ import annotations

from typing import Any

from kpixl.measures.kinds import Direction, Status
from kpixl.pack.drawings import bullet_figures, tree_figures
from kpixl.pack.scorecard import scorecard_page
from kpixl.pack.wording import goal_line
from kpixl.review.figures import Review
from kpixl.review.review import review
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
