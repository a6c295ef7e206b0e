"""One table of kpixl.toml: its keys, taken out by type, and what is said of a wrong one."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import NoReturn, TypeVar

from kpixl.errors import UsageProblem

Word = TypeVar("Word", bound=StrEnum)

LONGEST_SHOWN = 80
SECRET = re.compile(
    r"pass(word|wd|phrase|code)|^pw$|secret|token|credential|パスワード", re.IGNORECASE
)
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")

EXAMPLES = {
    "mail.from": 'from = "kpi@example.co.jp"',
    "mail.smtp": '[mail.smtp]\nhost = "smtp.example.co.jp"\nuser = "kpi@example.co.jp"',
    "mail.smtp.host": 'host = "smtp.example.co.jp"',
    "mail.smtp.user": 'user = "kpi@example.co.jp"',
    "mail.microsoft": '[mail.microsoft]\ntenant = "…"\nclient_id = "…"',
    "mail.microsoft.tenant": 'tenant = "example.onmicrosoft.com"',
    "mail.microsoft.client_id": 'client_id = "00000000-0000-0000-0000-000000000000"',
    "ledger.url": 'url = "postgresql://kpi@db.example.co.jp/kpixl"',
}
"""What a missing key may look like."""

PLACES = (
    "mail.from", "mail.reply_to", "mail.transport", "mail.smtp", "mail.smtp.host",
    "mail.smtp.port", "mail.smtp.security", "mail.smtp.login", "mail.smtp.user",
    "mail.smtp.ca_file", "mail.smtp.timeout", "mail.smtp.hello", "mail.microsoft",
    "mail.microsoft.tenant", "mail.microsoft.client_id", "mail.microsoft.user",
    "mail.microsoft.flow", "mail.microsoft.certificate", "ledger.url", "pack.brand",
    "pack.engine",
)  # fmt: skip
"""Every key, for the one who wrote a key into the wrong table."""


class ConfigProblem(UsageProblem):
    """kpixl.toml is missing or wrong: ``file`` and ``key`` say where, ``found`` what stands
    there."""


@dataclass(frozen=True)
class Table:
    """The table ``name`` of ``file``. Raises :class:`ConfigProblem` for a key that it does not
    know; what it is asked for may be missing, and is then "" or None."""

    file: Path
    name: str
    content: Mapping[str, object]
    known: Sequence[str]

    def __post_init__(self) -> None:
        for key in self.content:
            if key not in self.known:
                self._unknown(key)

    def path(self, key: str) -> str:
        """The key with its table, as ``mail.smtp.host``."""
        return f"{self.name}.{key}" if self.name else key

    def refuse(self, code: str, key: str, found: object, **details: object) -> NoReturn:
        """Raise a problem with what stands at ``key``."""
        shown = found if isinstance(found, str) else _shown(found)
        if len(shown) > LONGEST_SHOWN:
            shown = shown[:LONGEST_SHOWN] + "…"
        raise ConfigProblem(
            code, file=str(self.file), key=self.path(key), found=shown, **details
        ) from None

    def table(self, key: str, known: Sequence[str], needed: bool = False) -> Table | None:
        """The table at ``key``."""
        found = self.content.get(key)
        if found is None:
            if needed:
                self._missing(key)
            return None
        if not isinstance(found, dict):
            self.refuse("config-type", key, _shown(found), form="table")
        return Table(self.file, self.path(key), found, known)

    def text(self, key: str) -> str:
        """The text at ``key``, without what is blank around it."""
        found = self.content.get(key, "")
        if not isinstance(found, str):
            self.refuse("config-type", key, _shown(found), form="text")
        return found.strip()

    def place(self, key: str) -> str:
        """The text at ``key`` that is a path or a URL."""
        found = self.text(key)
        if CONTROL.search(found):
            # Such as the tab that TOML reads in a path that is written "C:\temp".
            self.refuse("config-control", key, _shown(found))
        return found

    def needed(self, key: str) -> str:
        """The text at ``key``, which has to be there."""
        return self.text(key) or self._missing(key)

    def choice(self, key: str, words: type[Word], usual: Word) -> Word:
        """The one of ``words`` at ``key``; ``usual`` where nothing stands there."""
        found = self.text(key)
        if not found:
            return usual
        if found not in list(words):
            near = difflib.get_close_matches(found.casefold(), list(words), n=1)
            known = ", ".join(f'"{word}"' for word in words)
            hint = {"form": "near", "near": near[0]} if near else {}
            self.refuse("config-choice", key, found, known=known, **hint)
        return words(found)

    def number(self, key: str, low: float, high: float) -> float | None:
        """The number at ``key``, from ``low`` to ``high``."""
        found = self.content.get(key)
        if found is None:
            return None
        if isinstance(found, bool) or not isinstance(found, (int, float)):
            self.refuse("config-type", key, _shown(found), form="number")
        if not low <= found <= high:
            self.refuse("config-range", key, found, low=f"{low:g}", high=f"{high:g}")
        return float(found)

    def whole(self, key: str, low: int, high: int) -> int | None:
        """The whole number at ``key``, from ``low`` to ``high``."""
        found = self.number(key, low, high)
        if found is None:
            return None
        if not found.is_integer():
            self.refuse("config-range", key, found, low=f"{low:g}", high=f"{high:g}")
        return int(found)

    def _missing(self, key: str) -> NoReturn:
        path = self.path(key)
        raise ConfigProblem(
            "config-missing", file=str(self.file), key=path, example=EXAMPLES.get(path, key)
        )

    def _unknown(self, key: str) -> NoReturn:
        near = difflib.get_close_matches(key.casefold(), self.known, n=1)
        places = [self.path(name) for name in near]
        places += [place for place in PLACES if place.rpartition(".")[2] == key.casefold()]
        hint = {"form": "near", "near": places[0]} if places else {}
        self.refuse("config-unknown", key, key, known=", ".join(self.known), **hint)


def refuse_secrets(file: Path, content: Mapping[str, object]) -> None:
    """Raise :class:`ConfigProblem` where a key anywhere is named like a secret; it never says
    what stands there."""
    found = next((path for path in _keys(content) if SECRET.search(path[-1])), None)
    if found is not None:
        raise ConfigProblem("config-secret", file=str(file), key=".".join(found))


def _keys(value: object, above: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    if isinstance(value, dict):
        for key, inside in value.items():
            yield (*above, str(key))
            yield from _keys(inside, (*above, str(key)))
    elif isinstance(value, list):
        for inside in value:
            yield from _keys(inside, above)


def _shown(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)
