"""Part tables where a row begins a page: PlutoBook breaks before blocks only."""

from __future__ import annotations

from copy import deepcopy
from xml.etree import ElementTree

TURN = "turn"
"""The class of what begins a page."""


def part_tables(body: ElementTree.Element) -> None:
    """Make a table of its own, with the same head, of the rows from each that begins a page."""
    for parent in list(body.iter()):
        for table in parent.findall("table"):
            parts = _parts(table)
            place = list(parent).index(table) + 1
            parent[place:place] = parts
            if parts:
                parts[-1].tail, table.tail = table.tail, None


def _parts(table: ElementTree.Element) -> list[ElementTree.Element]:
    found: list[ElementTree.Element] = []
    body = table.find("tbody")
    rows = [] if body is None else list(body)
    for row in rows:
        if row is not rows[0] and TURN in row.get("class", "").split():
            found.append(_beginning(table))
        if found and body is not None:
            body.remove(row)
            found[-1][-1].append(row)
    return found


def _beginning(table: ElementTree.Element) -> ElementTree.Element:
    """A table without rows that is like ``table`` else."""
    attributes = {**table.attrib, "class": f"{table.get('class', '')} {TURN}".strip()}
    part = ElementTree.Element("table", attributes)
    part.extend(deepcopy(one) for one in table if one.tag in ("colgroup", "col", "thead"))
    ElementTree.SubElement(part, "tbody")
    return part
