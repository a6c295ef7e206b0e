"""Find which figures are sums of others: by Excel's formulas, or because they add up in every
month. That gives totals their parts, and goals their tree."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from kpixl.adopting.account import Account
from kpixl.adopting.formulas import Driver, Drivers
from kpixl.adopting.known import BASE, ROW_TOTALS, Measure
from kpixl.adopting.numbers import is_near
from kpixl.adopting.series import Series, driven
from kpixl.adopting.subjects import Gathered, Subject
from kpixl.measures.formula import parse
from kpixl.plan.month import Month
from kpixl.plan.values import number_text
from kpixl.words import fold

_ENOUGH = 3
"""So many figures that add up are no accident; one is enough where the name says "total"."""
_MOST_PARTS = 60
_CALLED_TOTAL = ("計", "total", "全社", "全体", "overall")


@dataclass(frozen=True)
class Tree:
    """The subject above each subject, the drivers with those that only the figures tell, and the
    subjects that are no goals: rows of totals."""

    parents: dict[int, int] = field(default_factory=dict)
    drivers: Drivers = field(default_factory=lambda: Drivers({}, {}))
    totals: frozenset[int] = frozenset()


def is_total(subject: Subject) -> bool:
    """Whether a row is called a total and nothing else."""
    return fold(subject.name) in ROW_TOTALS and not subject.groups and not subject.department


def tree_of(book: Gathered, series: Series, drivers: Drivers) -> Tree:
    """What is a sum of what."""
    needed = {
        one for number, driver in drivers.found.items() for one in driver.inputs
        if not is_total(book.subjects[number])
    }  # fmt: skip
    totals = frozenset(
        number for number, subject in enumerate(book.subjects)
        if is_total(subject) and number not in needed
    )  # fmt: skip
    tree = Tree({}, Drivers(dict(drivers.found), drivers.other), totals)
    for number, driver in drivers.found.items():
        if driver.is_linear and number not in totals:
            _put_below(tree, number, driver.by_sum)
    by_table: dict[int, list[int]] = {}
    for number, subject in enumerate(book.subjects):
        by_table.setdefault(subject.table, []).append(number)
    for rows in by_table.values():
        _by_figures(book, series, tree, rows)
        _by_figures(book, series, tree, rows[::-1])
    return tree


def _put_below(tree: Tree, parent: int, children: Iterable[int]) -> None:
    for child in children:
        if (
            child not in tree.parents
            and child not in tree.totals
            and not _is_above(tree, child, parent)
        ):
            tree.parents[child] = parent


def _is_above(tree: Tree, one: int, other: int) -> bool:
    """Whether ``one`` stands above ``other`` already."""
    above: int | None = other
    while above is not None:
        if above == one:
            return True
        above = tree.parents.get(above)
    return False


def _by_figures(book: Gathered, series: Series, tree: Tree, rows: Sequence[int]) -> None:
    """Go along the rows; one that is the sum of the last ones is above them."""
    roots: list[int] = []
    for row in rows:
        if row in tree.totals or row in tree.parents:
            continue
        if row not in tree.drivers.found:
            parts = _parts(book, series, row, roots)
            if parts:
                ordered = sorted(parts)
                tree.drivers.found[row] = _sum_of(ordered)
                _put_below(tree, row, ordered)
        roots = [one for one in roots if tree.parents.get(one) != row]
        roots.append(row)


def _parts(book: Gathered, series: Series, row: int, roots: Sequence[int]) -> Sequence[int]:
    for count in range(2, min(len(roots), _MOST_PARTS) + 1):
        parts = roots[-count:]
        if _adds_up(book, series, row, parts):
            return parts
    return ()


def _adds_up(book: Gathered, series: Series, row: int, parts: Sequence[int]) -> bool:
    enough = (
        1 if any(word in book.subjects[row].name.casefold() for word in _CALLED_TOTAL) else _ENOUGH
    )
    compared = 0
    for measure in BASE:
        for month, fact in series.of(row, measure).items():
            values = [series.value(part, measure, month) for part in parts]
            given = [value for value in values if value is not None]
            if not is_near(fact.value, sum(given)):
                return False
            compared += sum(1 for value in given if value) >= 2
    return compared >= enough


def _sum_of(parts: Sequence[int]) -> Driver:
    text = "+".join(f"S{part}S" for part in parts)
    node = parse(text, [f"S{part}S" for part in parts])
    return Driver(text, node, tuple(parts), tuple(parts), True, certain=False)


def check_totals(book: Gathered, series: Series, tree: Tree, account: Account) -> None:
    """Account for the rows of totals: each figure must be the sum of rows above it, or what its
    formula says."""
    for total in sorted(tree.totals):
        rows = [
            number for number, subject in enumerate(book.subjects)
            if subject.table == book.subjects[total].table and number not in tree.totals
        ]  # fmt: skip
        above = [row for row in rows if row < total]
        for measure in BASE:
            for month, fact in series.of(total, measure).items():
                cell_measure = fact.slot.measure or measure
                given = driven(series, tree.drivers, total, cell_measure, month)
                if given is None:
                    given = _sum_above(series, tree, above, (measure, month), fact.value)
                if given is not None and is_near(fact.value, given):
                    account.check(fact.cell, "row_total")
                elif not fact.value and fact.formula:
                    account.check(fact.cell, "not_yet")
                else:
                    account.leave(fact.cell, number_text(fact.value), "total-differs")


def _sum_above(
    series: Series, tree: Tree, above: Sequence[int], at: tuple[Measure, Month], wanted: float
) -> float | None:
    """The sum of the last rows above a total that gives it, counting none that is in another."""
    roots = [row for row in above if row not in tree.parents]
    for rows in (roots, list(above)):
        sum_so_far, any_given = 0.0, False
        for row in reversed(rows):
            value = series.value(row, *at)
            if value is not None:
                sum_so_far, any_given = sum_so_far + value, True
            if any_given and is_near(sum_so_far, wanted):
                return sum_so_far
    return None


def without_totals(tree: Tree) -> Tree:
    """The tree without what is said of rows of totals."""
    found = {
        subject: driver for subject, driver in tree.drivers.found.items()
        if subject not in tree.totals
    }  # fmt: skip
    return replace(tree, drivers=Drivers(found, tree.drivers.other))
