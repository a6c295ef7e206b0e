"""Turn the label columns of a table into what each of its rows is: item, measure, unit, owner."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from kpixl.adopting.known import (
    NOTHING,
    Said,
    header_of,
    is_remarks,
    joined_label,
    said_by,
    split_label,
    undecorated,
)
from kpixl.adopting.tables import Found
from kpixl.adopting.units import is_unit, stated_unit, without_unit
from kpixl.adopting.view import Place, View, figure
from kpixl.errors import CellError
from kpixl.plan.values import text_of
from kpixl.words import fold


@dataclass(frozen=True)
class Item:
    """What figures are about: its name as the sheet has it, without unit and word of measure,
    under its ``groups``; ``at`` is the cell of its label."""

    name: str
    groups: tuple[str, ...]
    department: str
    owner: str
    unit: str
    at: Place
    indent: int = 0
    outline: int = 0

    @property
    def key(self) -> tuple[str, ...]:
        """By what the same item is recognised elsewhere."""
        return tuple(map(fold, (*self.groups, self.department, self.name)))


@dataclass(frozen=True)
class Line:
    """One row of figures: of which item, and what its label says that they are."""

    number: int
    item: Item | None
    said: Said | None
    is_remarks: bool = False
    """Whether it holds remarks, month by month, in place of figures."""


@dataclass(frozen=True)
class Labels:
    """What stands in the columns beside the figures: their number by role."""

    roles: Mapping[int, str]
    headed: Collection[int] = ()
    """Those whose role a header states."""

    def of(self, *roles: str) -> tuple[int, ...]:
        """The columns with one of these roles, from the left."""
        return tuple(column for column, role in self.roles.items() if role in roles)


def labels_of(found: Found) -> Labels:
    """What each label column of a table holds, by its header, else by what stands in it."""
    view = found.view
    roles: dict[int, str] = dict.fromkeys(found.remarks, "note")
    headed: list[int] = []
    for column in (*found.labels, *found.after):
        header = _header(found, column)
        if header is not None:
            roles[column] = header
            headed.append(column)
        elif column in found.labels:
            role = _by_content(view, found, column)
            if role:
                roles[column] = role
    texts = [column for column, role in roles.items() if role in ("item", "text", "department")]
    for column in list(texts):
        if len(texts) > 1 and _holds_measures(found, column):
            roles[column] = "measure"
            texts.remove(column)
    return Labels(dict(sorted(roles.items())), headed)


def _header(found: Found, column: int) -> str | None:
    for row in range(found.first - 1, max(found.header - 2, 0), -1):
        text = text_of(found.view.heading(row, column))
        role = header_of(text) if text else None
        if role is not None:
            return role
    return None


def _by_content(view: View, found: Found, column: int) -> str:
    values = [view.value(row, column) for row in range(found.first, found.last + 1)]
    texts = [value for value in values if isinstance(value, str) and value not in NOTHING]
    numbers = [number for value in values if (number := figure(value)) is not None]
    if not texts and not numbers:
        return ""
    if len(numbers) > len(texts):
        return "number" if _counts_up(numbers) else "figures"
    if all(is_unit(text) for text in texts) and len(texts) > 1:
        return "unit"
    return "text"


def _counts_up(numbers: Sequence[float]) -> bool:
    return all(later == earlier + 1 for earlier, later in itertools.pairwise(numbers))


def _holds_measures(found: Found, column: int) -> bool:
    texts = [found.view.text(row, column) for row in range(found.first, found.last + 1)]
    texts = [text for text in texts if text]
    return bool(texts) and sum(said_by(text) is not None for text in texts) * 5 >= len(texts) * 3


def table_unit(found: Found, sheet_title: Sequence[str]) -> str:
    """The unit that a table's title states, or else that at the top of the sheet."""
    heads = [text for column in found.labels if (text := found.view.text(found.header, column))]
    corner = next((text for text in heads if is_unit(text) and header_of(text) is None), "")
    own = [
        text_of(value) for row in (*found.titles, found.header)
        for _, value in found.view.row_cells(row)
    ]  # fmt: skip
    stated = (unit for text in (*own, *sheet_title) if (unit := stated_unit(text)))
    return corner or next(stated, "")


class Lines:
    """Goes down the rows of a table; an item's name stands until the next one."""

    def __init__(self, found: Found, labels: Labels) -> None:
        self._found, self._view, self._labels = found, found.view, labels
        self._columns = [column.number for column in found.columns]
        self._items = labels.of("item", "text")
        self._departments = labels.of("department")
        if not self._items:
            self._items, self._departments = self._departments, ()
        self._groups: dict[int, str] = {}
        self._section: str | None = None
        self._pending: tuple[str, int, Place] | None = None
        self._current: Item | None = None
        self._under_measures = False
        self.section_said: Said | None = None
        self._joined = self._fellows()

    def read(self) -> Iterator[Line]:
        """The rows that hold figures, from the top."""
        for row in range(self._found.first, self._found.last + 1):
            if row not in self._view.rows:
                self._current = None
                continue
            line = self._remarks(row) or self._line(row)
            if line is not None:
                yield line

    def _fellows(self) -> frozenset[str]:
        """The names whose rows are told apart by letters at their end: 売上計画, 売上実績."""
        found: dict[str, set[object]] = {}
        for row in range(self._found.first, self._found.last + 1):
            for column in self._items:
                joined = joined_label(self._view.text(row, column))
                if joined is not None:
                    found.setdefault(fold(joined[0]), set()).add(joined[1])
        return frozenset(name for name, said in found.items() if len(said) > 1)

    def _remarks(self, row: int) -> Line | None:
        """The row as one of remarks, where 備考 stands among the words for an item's figures."""
        at, label = self._label_of(row)
        if any(self._is_figure(row, column) for column in self._columns):
            return None
        beside = (self._view.text(row, column) for column in self._labels.of("measure"))
        if any(is_remarks(text) for text in beside):
            if label:
                self._label(row)
                self._current, _ = self._named(row, at, label)
            return Line(row, self._current, None, is_remarks=True)
        if label and is_remarks(label) and self._under_measures:
            return Line(row, self._current, None, is_remarks=True)
        return None

    def _label_of(self, row: int) -> tuple[int, str]:
        """The text furthest to the right in the columns of items."""
        texts = ((column, self._view.text(row, column)) for column in reversed(self._items))
        return next(((at, text) for at, text in texts if text and text not in NOTHING), (0, ""))

    def _line(self, row: int) -> Line | None:
        measure = self._measure(row)
        at, label = self._label(row)
        has_figures = any(self._is_figure(row, column) for column in self._columns)
        if not label:
            return self._unnamed(row, measure) if has_figures else None
        said = said_by(undecorated(label))
        self._under_measures = has_figures and said is not None
        if not has_figures and measure is None:
            self._heading(row, at, label, said)
            return None
        if said is None:
            self._current, own = self._named(row, at, label)
            said = own
        elif self._pending is not None:
            self._current, _ = self._named(*self._take_pending())
        both = measure.under(said) if measure is not None else said
        return Line(row, self._current, both) if has_figures else None

    def _unnamed(self, row: int, measure: Said | None) -> Line:
        """A row without a name of its own: of the item above where it says which of its figures
        it holds, or where the name's cell reaches down to it."""
        item = self._current
        if item is not None and measure is None:
            _, at = item.at
            item = item if self._view.is_merged_with(row, at, item.at) else None
        return Line(row, item, measure)

    def _heading(self, row: int, at: int, label: str, said: Said | None) -> None:
        """A row of a label alone: the name of what follows, or of the group that it is in."""
        plain = undecorated(without_unit(label)[0])
        said = said or said_by(plain)
        if said is not None:
            self.section_said, self._pending, self._current = said, None, None
            self._section = None
            return
        if self._pending is not None:
            self._section = undecorated(self._pending[0])
        self._pending = (label, at, (row, at))
        self._current = None

    def _take_pending(self) -> tuple[int, int, str]:
        """The row, column and text of the label that stands alone above."""
        label, at, (row, _) = self._pending or ("", 0, (0, 0))
        self._pending = None
        return row, at, label

    def _named(self, row: int, at: int, label: str) -> tuple[Item, Said | None]:
        if self._pending is not None:
            self._section, self._pending = undecorated(self._pending[0]), None
        name, unit = without_unit(label)
        name, said = split_label(name)
        if said is None:
            joined = joined_label(name)
            if joined is not None and fold(joined[0]) in self._joined:
                name, said = joined
        if not unit:
            name, unit = without_unit(name)
        unit = self._beside(row, "unit") or unit
        groups = [
            self._groups[column] for column in self._items if column < at and column in self._groups
        ]
        if self._section:
            groups.insert(0, self._section)
        if self._found.over:
            groups.insert(0, self._found.over)
        place = (row, at)
        if (
            self._current is not None
            and fold(self._current.name) == fold(name)
            and (self._current.groups == tuple(groups))
        ):
            # The label is written again on each of the item's rows.
            place, unit = self._current.at, unit or self._current.unit
        item = Item(
            name.strip(), tuple(groups), self._filled_department(row), self._beside(row, "owner"),
            unit, place, self._indent(row, at), self._outline(row),
        )  # fmt: skip
        return item, said

    def _label(self, row: int) -> tuple[int, str]:
        """The row's own name: the text furthest to the right; those before it are groups."""
        found = (0, "")
        for number, column in enumerate(self._items):
            text = self._view.text(row, column)
            if not text or text in NOTHING:
                continue
            if found[1]:
                self._groups[found[0]] = found[1]
            for deeper in self._items[number:]:
                self._groups.pop(deeper, None)
            found = (column, text)
        return found

    def _measure(self, row: int) -> Said | None:
        for column in self._labels.of("measure"):
            text = self._view.text(row, column)
            if text:
                return said_by(text) or split_label(text)[1]
        return None

    def _beside(self, row: int, role: str) -> str:
        """What a column says of the row's item, or of the merged rows that it is in."""
        for column in self._labels.of(role):
            text = text_of(self._view.heading(row, column))
            if text and text not in NOTHING:
                return text
        return ""

    def _filled_department(self, row: int) -> str:
        for column in self._departments:
            for above in range(row, self._found.first - 1, -1):
                text = self._view.text(above, column)
                if text:
                    return text
        return ""

    def _is_figure(self, row: int, column: int) -> bool:
        value = self._view.value(row, column)
        return (
            figure(value) is not None
            or isinstance(value, CellError)
            or self._view.formula(row, column) is not None
        )

    def _indent(self, row: int, at: int) -> int:
        value = self._view.value(row, at)
        spaces = 0
        if isinstance(value, str):
            lead = value[: len(value) - len(value.lstrip())]
            spaces = sum(2 if space == "　" else 1 for space in lead)
        return self._view.look(row, at).indent * 2 + spaces

    def _outline(self, row: int) -> int:
        return 0 if self._view.turned else self._view.appearance.outline.get(row, 0)
