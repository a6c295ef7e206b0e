"""Turn the Excel formulas of a row's months into one driver formula, where all say the same."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from kpixl.adopting.known import Measure
from kpixl.adopting.notes import Cell
from kpixl.adopting.subjects import Fact, Gathered, Slot
from kpixl.measures.formula import FormulaError, Node, parse

_LONGEST = 2_000
_MOST_CELLS = 2_000
"""So many cells may stand in one range of a formula."""

_REFERENCE = re.compile(
    r"(?:(?:'((?:[^']|'')+)'|([^\s'!(),;+\-*/^&=<>:\"\[\]{}]+))!)?"
    r"\$?([A-Z]{1,3})\$?(\d{1,7})(?::\$?([A-Z]{1,3})\$?(\d{1,7}))?(?![\w(!.])",
    re.IGNORECASE,
)
_ALLOWED = re.compile(
    r"(?:SUM|AVERAGE|MIN|MAX|ABS|[ST]\d+[ST]|\d+(?:\.\d+)?|[-+*/^(),\s%])*", re.IGNORECASE
)
_GUARD = re.compile(r"(IFERROR|IF|ROUND|ROUNDDOWN|ROUNDUP|\+)\(", re.IGNORECASE)


@dataclass(frozen=True)
class Driver:
    """A subject's formula over other subjects: ``text`` with ``S3S`` for the subject 3, its
    tree, and the subjects that it names in order. ``by_sum`` are those that it only adds up."""

    text: str
    node: Node
    inputs: tuple[int, ...]
    by_sum: tuple[int, ...] = ()
    is_linear: bool = False
    certain: bool = True
    example: Cell | None = None
    excel: str = ""

    def written(self, ids: Mapping[int, str]) -> str:
        """The formula with the goals' IDs."""
        return re.sub(r"S(\d+)S", lambda match: ids[int(match[1])], self.text)


@dataclass(frozen=True)
class Drivers:
    """The formulas that were understood, by subject; and for the others that have some, one of
    those that were not."""

    found: dict[int, Driver]
    other: dict[int, Fact]


def drivers_of(book: Gathered) -> Drivers:
    """The driver formula of every subject whose months are all worked out alike."""
    by_subject: dict[int, dict[Measure, list[Fact]]] = {}
    for fact in book.facts:
        if fact.slot.is_base and fact.slot.measure in (Measure.PLAN, Measure.ACTUAL):
            by_subject.setdefault(fact.slot.subject, {}).setdefault(fact.slot.measure, []).append(
                fact
            )
    figures = {fact.cell for fact in book.facts}
    found: dict[int, Driver] = {}
    other: dict[int, Fact] = {}
    for subject, measures in by_subject.items():
        read = [_of_measure(facts, book, figures) for facts in measures.values()]
        texts = {text for texts, _ in read for text in texts}
        strange = [fact for _, facts in read for fact in facts]
        if len(texts) == 1:
            first = next(
                fact for facts in measures.values() for fact in facts
                if fact.formula and _symbols(fact, book, figures)
            )  # fmt: skip
            driver = _driver(texts.pop(), first)
            if driver is not None and subject not in driver.inputs:
                found[subject] = driver
                continue
        if strange or texts:
            some = strange or [
                fact for facts in measures.values() for fact in facts if fact.formula
            ]
            other[subject] = some[0]
    return Drivers(_without_cycles(found), other)


def _of_measure(
    facts: Sequence[Fact], book: Gathered, figures: set[Cell]
) -> tuple[set[str], list[Fact]]:
    """The formulas of a measure's months in symbols, and the facts whose formula has none."""
    texts, strange = set(), []
    for fact in facts:
        if fact.formula:
            text = _symbols(fact, book, figures)
            if text:
                texts.add(text)
            else:
                strange.append(fact)
    return texts, strange


def _symbols(fact: Fact, book: Gathered, figures: set[Cell]) -> str:
    """A cell's formula with a symbol for each subject; "" where it is about anything else than
    the same measure in the same month."""
    text = _unguarded((fact.formula or "")[:_LONGEST].lstrip("=").strip())
    pieces: list[str] = []
    end = 0
    for match in _REFERENCE.finditer(text):
        sheet = (match[1] or match[2] or fact.cell[0]).replace("''", "'")
        symbols = _cells(match, sheet, fact.slot, book, figures)
        if not symbols:
            return ""
        pieces.extend((text[end : match.start()], ",".join(symbols) if match[5] else symbols[0]))
        end = match.end()
    pieces.append(text[end:])
    joined = re.sub(r"\s+", "", "".join(pieces)).upper().lstrip("+")
    if end == 0 or not _ALLOWED.fullmatch(joined):
        return ""
    return _flat(joined)


def _cells(
    match: re.Match[str], sheet: str, own: Slot, book: Gathered, figures: set[Cell]
) -> list[str]:
    """The subjects of a reference; nothing where it is not of the same month and measure."""
    found: list[str] = []
    for cell in _range(match, sheet):
        slot = book.slots.get(cell)
        if slot is None:
            if cell in figures:
                return []
            continue
        same = slot.is_base and slot.month == own.month and slot.measure == own.measure
        if not same:
            return []
        found.append(f"S{slot.subject}S")
    return found


def _range(match: re.Match[str], sheet: str) -> Iterator[Cell]:
    left, top = _number(match[3]), int(match[4])
    right = _number(match[5]) if match[5] else left
    bottom = int(match[6]) if match[6] else top
    if (right - left + 1) * (bottom - top + 1) > _MOST_CELLS:
        yield (sheet, 0, 0)
        return
    for row in range(top, bottom + 1):
        for column in range(left, right + 1):
            yield (sheet, row, column)


def _number(letters: str) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number


def _unguarded(text: str) -> str:
    """A formula without what keeps it from showing an error or long decimals: IFERROR(x,""),
    IF(y=0,"",x), ROUND(x,1)."""
    for _ in range(4):
        match = _GUARD.match(text)
        if (
            match is None
            or not text.endswith(")")
            or _closing(text, match.end() - 1) != len(text) - 1
        ):
            return text
        arguments = _arguments(text[match.end() : -1])
        name = match[1].upper()
        if name == "IF" and len(arguments) == 3:
            blank = ('""', "0", '"-"', "", "NA()")
            kept = [part for part in arguments[1:] if part.strip().upper() not in blank]
            if len(kept) != 1:
                return text
            text = kept[0].strip()
        elif name == "IF" or not arguments:
            return text
        else:
            text = arguments[0].strip()
    return text


def _closing(text: str, opening: int) -> int:
    depth = 0
    for place in range(opening, len(text)):
        depth += (text[place] == "(") - (text[place] == ")")
        if depth == 0:
            return place
    return -1


def _arguments(text: str) -> list[str]:
    parts, depth, start = [], 0, 0
    for place, sign in enumerate(text):
        depth += (sign == "(") - (sign == ")")
        if sign in ",;" and depth == 0:
            parts.append(text[start:place])
            start = place + 1
    parts.append(text[start:])
    return parts


_ONE_SUM = re.compile(r"SUM\(([S\d,]+)\)")


def _flat(text: str) -> str:
    """Sums written as such: ``SUM(S1S,S2S)`` is ``S1S+S2S`` where nothing else stands there."""
    match = _ONE_SUM.fullmatch(text)
    return match[1].replace(",", "+") if match is not None else text


def _driver(text: str, fact: Fact) -> Driver | None:
    names = list(dict.fromkeys(int(number) for number in re.findall(r"S(\d+)S", text)))
    try:
        node = parse(text, [f"S{number}S" for number in names])
    except FormulaError:
        return None
    signs = re.sub(r"S\d+S", "", text)
    is_linear = not signs.strip("+-") and len(names) > 1
    by_sum = tuple(names) if is_linear else ()
    return Driver(text, node, tuple(names), by_sum, is_linear, True, fact.cell, fact.formula or "")


def _without_cycles(found: dict[int, Driver]) -> dict[int, Driver]:
    """The formulas but for those that lead back to themselves, which Excel would not have
    calculated either."""
    kept: dict[int, Driver] = {}
    for subject, driver in found.items():
        waiting, seen = list(driver.inputs), set()
        while waiting:
            one = waiting.pop()
            if one in seen:
                continue
            seen.add(one)
            waiting.extend(found[one].inputs if one in found else ())
        if subject not in seen:
            kept[subject] = driver
    return kept
