"""Put the books of departments under the tree of their group, in one new book."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from kpixl.books.origin import KEPT_ANYWAY, Origin, read_whole
from kpixl.books.rollover import picture_of
from kpixl.errors import Problem, UsageProblem
from kpixl.measures.ids import normalise_id
from kpixl.new_books import check_new, new_book_id, write_new
from kpixl.patterns import LOCK_FILE, is_pattern, matching
from kpixl.plan.cells import CellValue
from kpixl.plan.model import Plan
from kpixl.plan.schema import sheet_names
from kpixl.words import fold
from kpixl.workbook.content import FUNCTIONS, NATIVE
from kpixl.workbook.departments import Department
from kpixl.workbook.merging import Merged, MergeFault, merged
from kpixl.workbook.rebook import content_of

UNUSED = "revision-not-used"
"""Each book's revision is taken from the month on that the book says; here it says none."""

OF_THE_GROUP = ("settings", "recipients", "holidays")
"""Sheets of which the group's alone is taken."""


@dataclass(frozen=True)
class MergedBook:
    """A book of the whole group. ``path`` is None where it was only tried; ``departments`` are in
    the order of their files, and so are ``parts``, their books."""

    path: Path | None
    group: Origin
    departments: tuple[Department, ...]
    merged: Merged
    parts: tuple[Origin, ...] = ()

    @property
    def goals(self) -> int:
        """How many goals the merged book has."""
        return len({goal.id for goal in self.merged.plan.goals})

    @property
    def left(self) -> tuple[tuple[str, Problem], ...]:
        """What of which file was not understood, or does not count, and so did not come along."""
        return tuple(
            (origin.path.name, one)
            for origin in (self.group, *self.parts)
            for one in origin.problems
            if one.code not in KEPT_ANYWAY - {UNUSED}
            and (
                origin is self.group or sheet_names().get(fold(one.sheet or "")) not in OF_THE_GROUP
            )
        )


def _sheet(problem: Problem) -> str | None:
    return sheet_names().get(fold(problem.sheet or ""))


def merge_books(
    out: Path,
    group: Path,
    parts: Sequence[Path],
    under: Mapping[str, str],
    language: str | None = None,
    dry_run: bool = False,
) -> MergedBook:
    """Write the group's book with its departments' trees in it to ``out``, never over an existing
    file; nothing where it is a ``dry_run``.

    ``under`` names, by a department's file name without its ending, the group's goal that its tree
    hangs beneath. The book ID is the group's. Raises :class:`MergeFault`, and what
    :func:`kpixl.new_books.check_new` and :func:`kpixl.books.origin.read_whole` raise.
    """
    check_new(out, FUNCTIONS)
    whole = read_whole(group)
    departments, origins = _departments(group, parts, under)
    _refuse_copies([(group.name, whole.plan), *((_file(one), one.plan) for one in departments)])
    found = merged(whole.plan, departments)
    if not dry_run:
        content = content_of(found.plan, language or whole.language)
        own: dict[str, CellValue] = {} if language is None else {"language": language}
        if not whole.plan.settings.book_id:
            own["book_id"] = new_book_id()
        native = whole.is_native and out.suffix.lower() == ".xlsx"
        content = replace(
            content,
            settings={**content.settings, **own},
            cells=NATIVE if native else FUNCTIONS,
            picture=picture_of(group)[0],
        )
        write_new(out, content)
    return MergedBook(None if dry_run else out, whole, departments, found, origins)


def spread(names: Sequence[str]) -> tuple[Path, ...]:
    """The files that ``names`` stand for, each once, in order: a shell on Windows leaves patterns
    such as ``dept/*.xlsx`` as they are. Raises :class:`UsageProblem` ``merge-no-match``."""
    found: dict[Path, None] = {}
    for name in names:
        path = Path(name)
        if path.name.startswith(LOCK_FILE) and len(names) > 1:
            continue  # a shell names it with the others
        if not is_pattern(name):
            found[path] = None
            continue
        matched = matching(name)
        if not matched:
            raise UsageProblem("merge-no-match", found=name)
        found.update(dict.fromkeys(matched))
    return tuple(found)


def _departments(
    group: Path, parts: Sequence[Path], under: Mapping[str, str]
) -> tuple[tuple[Department, ...], tuple[Origin, ...]]:
    told = {normalise_id(name): (name, goal) for name, goal in under.items()}
    found, origins = [], []
    for path in parts:
        if path.resolve() == group.resolve():
            raise MergeFault("merge-group-twice", found=path.name)
        key = _key(path)
        origins.append(read_whole(path))
        plan = origins[-1].plan
        _, above = told.pop(normalise_id(key), ("", ""))
        found.append(Department(key, _name(plan, path), plan, above))
    if told:
        names = ", ".join(department.key for department in found)
        raise UsageProblem("merge-under-nobody", found=next(iter(told.values()))[0], known=names)
    return tuple(found), tuple(origins)


def _file(department: Department) -> str:
    return department.plan.source.name


def _refuse_copies(books: Sequence[tuple[str, Plan]]) -> None:
    """Raise :class:`MergeFault` where two files are one book, such as last month's copy of it: its
    figures would be added up twice. Books that were begun from one file have its book ID, too, but
    not its figures."""
    for number, (name, plan) in enumerate(books):
        for other, earlier in books[:number]:
            is_one_id = plan.settings.book_id and plan.settings.book_id == earlier.settings.book_id
            if is_one_id and _same_figures(plan, earlier):
                raise MergeFault("merge-same-book", found=name, other=other)


def _same_figures(one: Plan, other: Plan) -> bool:
    """Whether most of the actuals that both have are the same."""
    pairs = [
        (value, other.actuals[goal].values[month])
        for goal, series in one.actuals.items()
        if goal in other.actuals
        for month, value in series.values.items()
        if month in other.actuals[goal].values
    ]
    return sum(left == right for left, right in pairs) * 2 > len(pairs)


def _key(path: Path) -> str:
    """What a department's IDs begin with: its file's name, spaces as underscores; without an equals
    sign at its beginning, which would begin a formula."""
    return "_".join(path.stem.lstrip("=").split()) or "_"


def _name(plan: Plan, path: Path) -> str:
    """What people call the department: the only one its goals name, else its file's name."""
    names = {goal.department for goal in plan.goals if goal.department}
    return names.pop() if len(names) == 1 else path.stem
