"""Turn the Recipients sheet into people, their addresses and what they are to see."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Dict, List, Mapping, Optional, Sequence, Tuple

from kpixl.measures.ids import normalise_id
from kpixl.plan.findings import Findings
from kpixl.plan.headers import Table
from kpixl.plan.model import Goal, Recipient
from kpixl.plan.rows import Row, filled_rows
from kpixl.words import fold

LONGEST_ADDRESS = 254
LONGEST_LOCAL_PART = 64

# Ways to write whose part of the tree a pack shows; the first of each is the proper one.
SCOPE_PREFIXES: Mapping[str, Tuple[str, ...]] = {
    "dept": ("dept", "department", "部門", "部署"),
    "owner": ("owner", "responsible", "担当", "担当者", "責任者"),
}
WHOLE_TREE = ("all", "whole", "wholetree", "全体", "すべて", "全て", "全社")

_ADDRESS = re.compile(
    r"(?P<local>[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*)"
    r"@(?P<domain>(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.)+[^\W\d_](?:[\w-]{0,61}[^\W_]))"
)


@dataclass(frozen=True)
class Scopes:
    """What a scope may name: IDs, and departments and owners by their folded names."""

    ids: frozenset[str]
    named: Mapping[str, Mapping[str, str]]

    @classmethod
    def of(cls, goals: Sequence[Goal]) -> Scopes:
        """The scopes that the goals give."""
        return cls(
            frozenset(goal.id for goal in goals),
            {
                "dept": {fold(goal.department): goal.department for goal in goals},
                "owner": {fold(goal.owner): goal.owner for goal in goals},
            },
        )

    def read(self, text: str) -> Optional[str]:
        """A scope in its proper form: empty for the whole tree, an ID as compared,
        ``dept:NAME`` or ``owner:NAME`` with the name as the Goals sheet has it. None where
        nothing is called so."""
        goal_id = normalise_id(text)
        if goal_id in self.ids:
            return goal_id
        if not text or fold(text) in WHOLE_TREE:
            return ""
        prefix, colon, name = unicodedata.normalize("NFKC", text).partition(":")
        for kind, spellings in SCOPE_PREFIXES.items():
            if colon and fold(prefix) in spellings:
                known = self.named[kind].get(fold(name))
                return f"{kind}:{known}" if known else None
        return None


def read_recipients(
    table: Table, goals: Sequence[Goal], language: str, findings: Findings
) -> Tuple[Recipient, ...]:
    """The people whose rows are right. A person with any error in the row is left out, so that
    nothing can reach a wrong address or show the wrong part; the problem names the person.

    ``language`` is the book's, for people without one of their own.
    """
    scopes = Scopes.of(goals)
    people: List[Recipient] = []
    for row in filled_rows(table, findings):
        person = _person(row, scopes, language)
        if not row.faulty:
            people.append(person)
    return tuple(people)


def _person(row: Row, scopes: Scopes, language: str) -> Recipient:
    written = row.text("email")
    name = row.text("recipient")
    address = unicodedata.normalize("NFKC", written)
    row.people = (address or name or f"#{row.line}",)
    if not is_address(address) and "email" not in row.faulty:
        row.report(
            "email-bad" if address else "email-missing", "email",
            details={**_who(name), **_form(address)},
        )  # fmt: skip
    scope = scopes.read(row.text("scope"))
    if scope is None:
        row.report("recipient-scope-unknown", "scope", details=_who(name or address))
    return Recipient(
        name=" ".join(name.split()),
        email=address,
        role=row.word("role", "role") or "to",
        scope=scope or "",
        language=row.word("language", "language") or language,
    )


def _form(address: str) -> Dict[str, object]:
    """Where only what stands before the @ is in letters of another script, the problem says so."""
    local, at, _ = address.partition("@")
    foreign = bool(at) and local.replace(".", "").isalnum() and not local.isascii()
    return {"form": "local"} if foreign and is_address(f"x{address[len(local) :]}") else {}


def _who(name: str) -> Dict[str, object]:
    return {"person": " ".join(name.split())}


def is_address(text: str) -> bool:
    """Whether ``text`` is one mail address with a full domain, and nothing beside it."""
    if len(text) > LONGEST_ADDRESS:
        return False
    match = _ADDRESS.fullmatch(text)
    return match is not None and len(match["local"]) <= LONGEST_LOCAL_PART
