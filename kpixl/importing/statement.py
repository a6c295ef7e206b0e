"""Make sure that a statement only reads."""

from __future__ import annotations

import re

from kpixl.errors import UsageProblem

_COMMENT = r"--[^\n]*|/\*.*?\*/"
_TEXT = r"'(?:[^']|'')*'"
_NAME = r'"(?:[^"]|"")*"|`[^`]*`|\[[^\]]*\]'
_ASIDE = re.compile(rf"(?P<comment>{_COMMENT})|{_TEXT}|{_NAME}", re.DOTALL)
_READS = ("select", "with")
_CHANGES = frozenset({
    "alter", "create", "delete", "drop", "exec", "execute", "grant", "insert", "into", "merge",
    "revoke", "truncate", "update",
})  # fmt: skip
"""Words that stand in no statement that only reads, outside of quotation marks."""


def check_reads(query: str) -> str:
    """``query`` without a closing semicolon. Raises :class:`UsageProblem` where it is not one
    SELECT, or could change anything."""
    # Some databases take this for the end of a text, and others do not.
    if "\\'" in query:
        raise UsageProblem("import-query-kind", found="\\'")
    plain = _ASIDE.sub(lambda found: " " if found["comment"] else " ' ", query).strip()
    body = plain.rstrip("; \t\r\n")
    words = re.findall(r"\w+", body.casefold())
    if not words or words[0] not in _READS or not body.casefold().startswith(words[0]):
        raise UsageProblem("import-query-kind", found=words[0].upper() if words else "")
    if ";" in body:
        raise UsageProblem("import-query-kind", found=";")
    changing = next((word for word in words if word in _CHANGES), None)
    if changing is not None:
        raise UsageProblem("import-query-kind", found=changing.upper())
    return query.strip().rstrip(";").rstrip() if query.strip().endswith(";") else query.strip()
