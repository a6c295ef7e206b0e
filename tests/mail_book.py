"""A small workbook with many recipients, and the configuration that mails it on this machine."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

from openpyxl import Workbook

from tests.plan_book import Rows, sound

PEOPLE = tuple(f"person{n:02d}@example.com" for n in range(1, 9))


def rows(people: tuple[str, ...] = PEOPLE) -> dict[str, Rows]:
    """The sound book, with one recipient an address; every other one has a scope of its own."""
    sheets = sound()
    sheets["Settings"].append(["Book ID", "BOOK-1", None])
    sheets["Recipients"] = [
        sheets["Recipients"][0],
        *(
            [f"Person {n}", address, "To", "GROW" if n % 2 else None, "Japanese" if n % 3 else None]
            for n, address in enumerate(people)
        ),
    ]
    return sheets


def write(path: Path, sheets: dict[str, Rows]) -> Path:
    """The rows as a workbook file."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for name, lines in sheets.items():
        sheet = book.create_sheet(name)
        for line in lines:
            sheet.append(line)
    buffer = BytesIO()
    book.save(buffer)
    path.write_bytes(buffer.getvalue())
    return path


def configure(folder: Path, port: int) -> Path:
    """A kpixl.toml for a mail server without secrets on this machine."""
    path = folder / "kpixl.toml"
    path.write_text(
        f"""[mail]
from = "KPI office <kpi@example.com>"
transport = "smtp"
[mail.smtp]
host = "127.0.0.1"
port = {port}
security = "none"
login = "none"
""",
        encoding="utf-8",
    )
    return path
