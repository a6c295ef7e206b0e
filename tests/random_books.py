"""Random but sound workbooks, seeded: every direction, aggregation and kind of figure."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from kpixl.plan.cells import CellValue
from kpixl.plan.month import Month
from kpixl.workbook.content import BookContent, Row
from kpixl.workbook.sample import empty_book

FIRST, MONTHS = Month(2024, 4), 24
DIRECTIONS = ("higher", "higher", "lower", "range")
AGGREGATIONS = ("sum", "sum", "average", "last", "max", "min")
# The same words as people write them: the other language, synonyms, capitals, spaces.
SPELLINGS = {
    "higher": ("Higher", "高いほど良い", "UP", "↑", "higher"),
    "lower": ("Lower", "低いほど良い", "less", "小さいほど良い", "lower "),
    "range": ("Range", "範囲", "within", "範囲内"),
    "sum": ("Sum", "合計", "total", "合算"),
    "average": ("Average", "平均", "AVG", "mean"),
    "last": ("Last", "期末値", "期末", "balance"),
    "max": ("Max", "最大", "highest"),
    "min": ("Min", "最小", "最小値"),
}
FORMULAS = (
    "{a}*{b}", "{a}+{b}-{c}", "{a}/{b}", "({a}-{b})/{c}", "-{a}+{b}*2", "{a}*(1-{b})/({c}+{d})",
    "={a} × {b}%", "{a}^2/{b}", "(({a}+{b})*{c}-{d})/2.5", "{a}-{b}-{c}-{d}",
)  # fmt: skip


class RandomBook:
    """The content of one workbook; the same seed gives the same one."""

    def __init__(self, seed: int, language: str, goals: int) -> None:
        self.random = random.Random(seed)
        self.language = language
        self.count = goals

    def content(self) -> BookContent:
        """A whole new set of goals, figures, actions and settings."""
        book = empty_book(self.language, 4, MONTHS, FIRST)
        goals = self._goals()
        leaves = [str(goal["id"]) for goal in goals if self._has_rows(goal)]
        units = {str(goal["id"]): str(goal.get("unit") or "") for goal in goals}
        months = [FIRST.plus(number) for number in range(MONTHS)]
        settings = {
            **book.settings,
            "review_month": str(self.random.choice(months[12:])),
            "revision_from": self.random.choice((None, str(FIRST.plus(15)))),
            "green_at": self.random.choice((None, 1.0, 0.98)),
            "amber_at": self.random.choice((None, 0.9, 0.8)),
            "rollup_cap": self.random.choice((None, 1.0, 1.2)),
            "rollup_green_at": self.random.choice((None, 0.95)),
        }
        return replace(
            book,
            settings=settings,
            goals=goals,
            plan=self._figures(leaves, units, 0.95),
            revision=self._figures(leaves[::3], units, 0.3),
            actuals=self._figures(leaves, units, 0.9),
            actions=self._actions([str(goal["id"]) for goal in goals]),
            outlook=self._figures(leaves[::2], units, 0.97),
        )

    def _word(self, name: str) -> str:
        return self.random.choice((name, name, *SPELLINGS[name]))

    @staticmethod
    def _has_rows(goal: Row) -> bool:
        return goal["level"] == "kpi" and not goal.get("formula")

    def _goals(self) -> tuple[Row, ...]:
        pick = self.random
        groups = [f"C{number}" for number in range(1, 7)]
        goals: list[dict[str, CellValue]] = [self._goal("ROOT", None, "kgi")]
        for number, group in enumerate(groups):
            above = "ROOT" if number < 4 else pick.choice(groups[:4])
            goals += [self._goal(group, above, "csf")]
        leaves = [f"K-{number}" for number in range(1, self.count - len(goals) - 5)]
        goals += [
            {**self._goal(leaf, pick.choice(groups), "kpi"), **self._own()} for leaf in leaves
        ]
        for number in range(1, 7):
            inputs = pick.sample(leaves, 4)
            if number > 1 and pick.random() < 0.6:
                inputs[0] = f"F{number - 1}"
            text = pick.choice(FORMULAS).format(**dict(zip("abcd", inputs, strict=True)))
            goal = {**self._goal(f"F{number}", pick.choice(groups), "kpi"), **self._own()}
            if number % 2:
                # An Average on an Average is another matter where months are missing.
                goal["aggregation"] = self._word(pick.choice(("sum", "last", "max", "min")))
            elif inputs[0].startswith("F"):
                goal["aggregation"] = self._word("average")
            goals.append({**goal, "formula": text})
        return tuple(goals)

    def _goal(self, name: str, parent: str | None, level: str) -> dict[str, CellValue]:
        return {
            "id": name, "parent": parent, "level": level, "name": f"Goal {name}",
            "owner": "Sato", "unit": "", "weight": self.random.choice((None, None, 0.5, 2, 0)),
            "amber_at": self.random.choice((None, None, 0.95)),
        }  # fmt: skip

    def _own(self) -> dict[str, CellValue]:
        pick = self.random
        direction = pick.choice(DIRECTIONS)
        tolerance = pick.choice((0, 0.5, 10)) if direction == "range" else None
        span: dict[str, CellValue] = {}
        if pick.random() < 0.1:
            span = {"valid_from": str(FIRST.plus(pick.randint(12, 18)))}
        if pick.random() < 0.1:
            span = {"valid_to": str(FIRST.plus(pick.randint(14, 23)))}
        return {
            "unit": pick.choice(("JPY", "%", "pcs")), "direction": self._word(direction),
            "tolerance": tolerance, "aggregation": self._word(pick.choice(AGGREGATIONS)), **span,
        }  # fmt: skip

    def _figures(
        self, goals: Sequence[str], units: dict[str, str], chance: float
    ) -> dict[str, dict[Month, CellValue]]:
        found: dict[str, dict[Month, CellValue]] = {}
        for goal in goals:
            size = 1.0 if units[goal] == "%" else self.random.choice((8, 100, 5_000))
            sign = self.random.choice((1, 1, 1, -1, 0))
            found[goal] = {
                FIRST.plus(number): self._figure(size, sign)
                for number in range(MONTHS)
                if self.random.random() < chance
            }
        return found

    def _figure(self, size: float, sign: int) -> CellValue:
        """Mostly about ``size``; at times exactly that, 0, of the other sign, or text."""
        pick = self.random
        value = pick.choice((size, size * pick.uniform(0.5, 1.5), size * pick.uniform(0.85, 1.15)))
        value *= sign if sign else pick.choice((-1, 0, 1))
        value = round(value, 3)
        if pick.random() < 0.04:
            return pick.choice((0, -value))
        if pick.random() < 0.04 and size > 10:
            return as_text(round(value), pick)
        return value

    def _actions(self, goals: Sequence[str]) -> tuple[Row, ...]:
        pick = self.random
        start = date(2025, 4, 1)

        def day(chance: float) -> CellValue:
            return start + timedelta(pick.randint(0, 390)) if pick.random() < chance else None

        def said(chance: float) -> CellValue:
            return "said" if pick.random() < chance else None

        return tuple(
            {
                "action_id": f"A{number}", "goal_id": pick.choice(goals), "raised": day(0.9),
                "cause": said(0.9), "countermeasure": said(0.85), "owner": said(0.9),
                "due": day(0.9), "started": day(0.6), "done": day(0.6), "result": said(0.5),
                "decision": pick.choice((None, "standardise", "adjust", "中止", "keep")),
                "decided": day(0.5),
            }
            for number in range(1, 25)
        )  # fmt: skip


def as_text(number: int, pick: random.Random) -> str:
    """A number in one of the ways in which people and old systems write it as text."""
    size = f"{abs(number):,}"
    if number < 0:
        return pick.choice((f"▲{size}", f"△{size}", f"({size})", f"-{size}", f"－{abs(number)}"))
    wide = str(number).translate({48 + digit: 0xFF10 + digit for digit in range(10)})
    return pick.choice((size, wide, f"{number}.0", f" {number} ", f"+{number}"))
