"""How one source is read, as the mapping file says it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from fnmatch import fnmatchcase

TARGETS = ("actuals", "plan", "revision", "outlook")
COLUMNS = "columns"
SHAPES = ("long", "wide", COLUMNS)


@dataclass(frozen=True)
class Rules:
    """How one source is read; what is blank or None is found out from the source itself.

    ``match`` is a pattern for the file's name, or a database's URL. ``header`` is the row of the
    headers from 1, 0 where there is none. ``id``, ``month``, ``year`` and ``value`` are headers or
    column letters. ``decimal`` is "." or ",". ``factor`` multiplies every figure that has no %
    sign, ``factors`` those of single goals. ``ids`` says which goal a source's code is, ``ignore``
    has patterns of codes that are none.
    """

    match: str = ""
    sheet: str = ""
    header: int | None = None
    shape: str = ""
    id: str = ""
    month: str = ""
    year: str = ""
    value: str = ""
    into: str = ""
    encoding: str = ""
    delimiter: str = ""
    decimal: str = ""
    factor: float | None = None
    query: str = ""
    ignore: tuple[str, ...] = ()
    ids: Mapping[str, str] = field(default_factory=dict)
    factors: Mapping[str, float] = field(default_factory=dict)

    def ignores(self, code: str) -> bool:
        """Whether ``code`` (as compared) is one that is left out on purpose."""
        return any(fnmatchcase(code, pattern) for pattern in self.ignore)


NO_RULES = Rules()
KEYS = tuple(one.name for one in fields(Rules))
