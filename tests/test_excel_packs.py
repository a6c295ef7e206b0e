"""The macro "Make review pack": what Excel is told to do, step by step, and the pack itself."""

from __future__ import annotations

import shutil
from pathlib import Path

import pdfplumber
import pytest

from kpixl.hosts.excel import cloud, packs
from kpixl.hosts.excel.packs import Reply
from tests.books import put, sample_bytes, spoilt_bytes

WEB = "https://example.sharepoint.com/sites/Board/Shared Documents/FY26/plan.xlsx"


def finished(reply: Reply) -> Reply:
    """As the macro does: ask until there is something to say."""
    assert reply.state == "wait"
    assert reply.text
    while reply.state == "wait":
        reply = packs.wait(reply.ticket)
    return reply


def test_a_saved_workbook_gets_its_pack_beside_it(tmp_path: Path) -> None:
    book = put(tmp_path, "plan.xlsx", sample_bytes("ja"))
    reply = finished(packs.start(str(book), True, "ja"))
    assert reply.state == "done", reply.text
    (pack,) = (tmp_path / "packs").iterdir()
    assert pack.read_bytes().startswith(b"%PDF")
    assert pack.name in reply.text
    assert str(pack.parent) in reply.text
    assert reply.text.startswith("月次レビュー資料ができました")
    assert book.read_bytes() == sample_bytes("ja")


def test_wrong_data_is_said_with_its_cell_and_a_draft_is_offered(tmp_path: Path) -> None:
    book = put(tmp_path, "plan.xlsx", spoilt_bytes("CVR"))
    reply = finished(packs.start(str(book), True, "en"))
    assert reply.state == "draft"
    assert "Actuals!" in reply.text
    assert "about nine" in reply.text
    assert "DRAFT" in reply.text
    assert not (tmp_path / "packs").exists()
    made = finished(packs.draft(reply.ticket))
    assert made.state == "done"
    assert len(list((tmp_path / "packs").iterdir())) == 1


@pytest.mark.parametrize("language", ["en", "ja"])
def test_the_offered_draft_names_what_its_pages_say(tmp_path: Path, language: str) -> None:
    book = put(tmp_path, "plan.xlsx", spoilt_bytes("CVR", language=language))
    question = finished(packs.start(str(book), True, language))
    made = finished(packs.draft(question.ticket))
    assert made.state == "done"
    (pack,) = (tmp_path / "packs").iterdir()
    mark = {"en": "DRAFT", "ja": "下書き"}[language]
    assert mark in question.text
    with pdfplumber.open(pack) as pdf:
        assert all(mark in page.extract_text() for page in pdf.pages)


def test_what_is_no_workbook_is_said_with_the_mend(tmp_path: Path) -> None:
    book = put(tmp_path, "plan.xlsx", b"no workbook")
    reply = finished(packs.start(str(book), True, "en"))
    assert reply.state == "stop"
    assert "Traceback" not in reply.text


def test_unsaved_changes_are_packed_from_a_copy(tmp_path: Path) -> None:
    # A workbook that was opened read-only cannot be saved.
    book = put(tmp_path, "plan.xlsx", b"as it was")
    reply = packs.start(str(book), False, "en")
    assert reply.state == "copy"
    copy = Path(reply.ticket)
    assert copy.name == "plan.xlsx"
    copy.write_bytes(sample_bytes("en"))  # Excel does that
    made = finished(packs.copied(reply.ticket))
    assert made.state == "done", made.text
    assert len(list((tmp_path / "packs").iterdir())) == 1
    assert not copy.parent.exists()
    assert book.read_bytes() == b"as it was"


def test_a_workbook_in_the_cloud_is_packed_from_a_copy_beside_its_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = put(tmp_path / "Board", "plan.xlsx", b"older than the screen")
    monkeypatch.setattr(packs, "local_path", lambda address: here)
    reply = packs.start(WEB, True, "en")
    assert reply.state == "copy"
    shutil.copyfile(put(tmp_path, "screen.xlsx", sample_bytes("en")), reply.ticket)
    made = finished(packs.copied(reply.ticket))
    assert made.state == "done", made.text
    assert len(list((here.parent / "packs").iterdir())) == 1


def test_a_workbook_that_is_only_in_the_cloud_is_packed_into_the_documents(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    monkeypatch.setattr(packs, "local_path", lambda address: None)
    reply = packs.start(WEB, True, "en")
    copy = Path(reply.ticket)
    assert copy.name == "plan.xlsx"
    copy.write_bytes(sample_bytes("en"))
    made = finished(packs.copied(reply.ticket))
    assert str(tmp_path / "Documents" / "kpixl" / "packs") in made.text


def test_the_logo_beside_the_workbook_comes_along(tmp_path: Path) -> None:
    origin, copy = tmp_path / "origin", tmp_path / "copy" / "plan.xlsx"
    put(origin, "logo.png", b"a picture")
    put(origin, "secret.png", b"not asked for")
    put(copy.parent, "plan.xlsx", book_with_logo("logo.png"))
    packs._bring_logo(copy, origin)
    assert (copy.parent / "logo.png").read_bytes() == b"a picture"
    put(copy.parent, "plan.xlsx", book_with_logo("../origin/secret.png"))
    packs._bring_logo(copy, origin)
    assert sorted(path.name for path in copy.parent.iterdir()) == ["logo.png", "plan.xlsx"]


def book_with_logo(name: str) -> bytes:
    from dataclasses import replace

    from kpixl.workbook.sample import sample_book
    from tests.books import book_bytes

    content = sample_book("en")
    return book_bytes(replace(content, settings={**content.settings, "logo": name}))


def test_a_broken_installation_is_said_in_a_sentence() -> None:
    job = packs._Job(Path("plan.xlsx"), Path("packs"), "en")
    reply = packs._finished(job, "", "Traceback …\nModuleNotFoundError: No module named 'typer'\n")
    assert reply.state == "stop"
    assert "No module named 'typer'" in reply.text
    assert "kpixl doctor" in reply.text
    assert "Traceback" not in reply.text


def test_many_problems_are_cut_short() -> None:
    problem = {"severity": "error", "sheet": "Plan", "cell": "C5", "what": "No number.", "mend": ""}
    lines = packs._problem_lines([problem] * 20, "en")
    assert lines.count("Plan!C5: No number.") == packs.SHOWN_PROBLEMS
    assert "12 more" in lines[-1]


# --- workbooks in OneDrive and SharePoint


def test_a_web_address_is_told_from_a_path() -> None:
    assert cloud.is_address(WEB)
    assert not cloud.is_address(r"C:\Users\sato\plan.xlsm")
    assert not cloud.is_address(r"\\server\share\plan.xlsm")


def test_the_synchronised_file_is_found_below_the_longest_address(tmp_path: Path) -> None:
    plan = put(tmp_path / "Board" / "FY26", "plan.xlsx", b"")
    put(tmp_path / "All" / "Shared Documents" / "FY26", "plan.xlsx", b"")
    mounts = [
        ("https://example.sharepoint.com/sites/Board", str(tmp_path / "All")),
        ("https://example.sharepoint.com/sites/Board/Shared%20Documents/", str(tmp_path / "Board")),
    ]
    assert cloud.local_path(WEB, mounts) == plan
    assert cloud.local_path(WEB.replace(" ", "%20"), mounts) == plan
    assert cloud.local_path(WEB.upper().replace("FY26/PLAN.XLSX", "FY26/plan.xlsx"), mounts) == plan
    assert cloud.local_path("https://elsewhere.example/plan.xlsx", mounts) is None
    assert cloud.local_path(WEB.replace("plan", "other"), mounts) is None


def test_without_onedrive_there_is_no_such_file() -> None:
    assert cloud.local_path(WEB) is None
