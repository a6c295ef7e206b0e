"""What a PDF carries: the data of its scope and nothing else, and the workbook on demand."""

from __future__ import annotations

import hashlib
import io
import json
from dataclasses import replace
from pathlib import Path

import pikepdf
import pytest
from typer.testing import CliRunner

from kpixl import jobs
from kpixl.cli import app
from kpixl.errors import KpixlError, UsageProblem
from kpixl.many import journal
from kpixl.many.addresses import Book
from kpixl.many.orders import Made, Order, Piece
from kpixl.many.work import make_piece, open_book
from kpixl.pack.attachments import check_scope, workbook
from kpixl.review.scope import scoped

SHEET = "/application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("book")
    return jobs.new_workbook(folder / "plan.xlsx", "en", True, 4, 36, None)


def carried(pdf: bytes) -> dict[str, bytes]:
    with pikepdf.open(io.BytesIO(pdf)) as document:
        return {name: one.get_file().read_bytes() for name, one in document.attachments.items()}


def run(*command: str) -> tuple[int, str]:
    found = CliRunner().invoke(app, list(command))
    return found.exit_code, found.output


def test_every_pack_carries_what_export_writes_for_its_scope(book: Path, tmp_path: Path) -> None:
    job = jobs.PackJob(book, tmp_path, scope="ONLINE", language="ja", pages=("cover",))
    (path,) = jobs.make_pack(job).files
    found = carried(path.read_bytes())
    assert set(found) == {f"{path.stem}.json", f"{path.stem}.csv"}
    for form in ("json", "csv"):
        out = tmp_path / f"exported.{form}"
        code, output = run(
            "export", str(book), "--format", form, "-o", str(out), "--scope", "ONLINE",
            "--lang", "ja",
        )  # fmt: skip
        assert code == 0, output
        assert found[f"{path.stem}.{form}"] == out.read_bytes()
    goals = {one["id"] for one in json.loads(found[f"{path.stem}.json"])["goals"]}
    assert goals == {"ONLINE", "VISITS", "CVR", "AOV", "CHECKOUT"}


def test_a_pack_is_the_same_file_where_it_is_written_and_where_it_is_sent(
    book: Path, tmp_path: Path
) -> None:
    job = jobs.PackJob(book, tmp_path, pages=("cover",))
    made = jobs.make_pack(job)
    name, data = jobs.render(job, made.review, "en")
    assert made.files[0].name == name
    assert made.files[0].read_bytes() == data


def test_the_workbook_itself_is_attached_where_that_is_asked_for(
    book: Path, tmp_path: Path
) -> None:
    command = ("pack", str(book), "-o", str(tmp_path), "--pages", "cover")
    code, output = run(*command, "--attach-workbook")
    assert code == 0, output
    (path,) = tmp_path.glob("*.pdf")
    assert carried(path.read_bytes())["plan.xlsx"] == book.read_bytes()
    with pikepdf.open(path) as document:
        found = document.attachments["plan.xlsx"].obj
        assert (str(found.AFRelationship), str(found.EF.F.Subtype)) == ("/Source", SHEET)
        assert len(document.Root.AF) == 3


@pytest.mark.parametrize("option", [("--scope", "ONLINE"), ("--each", "owner")])
def test_the_workbook_is_never_attached_to_a_part_of_it(
    book: Path, tmp_path: Path, option: tuple[str, str]
) -> None:
    command = ("pack", str(book), "-o", str(tmp_path), "--attach-workbook", *option)
    code, output = run(*command)
    assert code == 2
    assert option[1] in output
    assert "--attach-workbook" in output
    assert not list(tmp_path.iterdir())
    job = jobs.PackJob(book, tmp_path, scope="ONLINE", attach_workbook=True)
    with pytest.raises(UsageProblem, match="attach-scope"):
        jobs.make_pack(job)
    with pytest.raises(UsageProblem, match="attach-scope"):
        workbook(scoped(jobs.review_workbook(book), "ONLINE"), b"", "en")
    check_scope(" ")


def test_a_workbook_that_was_changed_meanwhile_is_not_attached(book: Path, tmp_path: Path) -> None:
    whole = jobs.review_workbook(book)
    job = jobs.PackJob(book, tmp_path, pages=("cover",), attach_workbook=True)
    with pytest.raises(KpixlError, match="workbook-changed"):
        jobs.make_pack(job, whole, read=lambda: b"another one")
    assert not list(tmp_path.iterdir())


def test_many_packs_carry_their_workbooks_too(book: Path, tmp_path: Path) -> None:
    order = Order(str(tmp_path), pages=("cover",), languages=("en", "ja"), attach_workbook=True)
    opened, whole = open_book(Book(str(book)), order)
    assert whole is not None
    ((_, piece), _) = opened.pieces
    made = make_piece(whole, piece, order)
    assert isinstance(made, Made)
    found = carried(Path(made.files[0].address).read_bytes())
    assert hashlib.sha256(found["plan.xlsx"]).hexdigest() == piece.sha256


def test_a_run_that_goes_on_knows_packs_with_a_workbook_from_those_without() -> None:
    piece, order = Piece(Book("plan.xlsx"), "", "", "en"), Order("out")
    assert journal.key_of(piece, order) != journal.key_of(
        piece, replace(order, attach_workbook=True)
    )
