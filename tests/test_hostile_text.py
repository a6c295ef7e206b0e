"""A workbook whose cells hold markup, code, addresses, marks of direction and control characters
becomes packs and mails that show all of it as text, fetch nothing and lose nothing."""

from __future__ import annotations

import csv
import email
import json
import os
import re
import subprocess
import sys
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import default
from html import unescape
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pikepdf
import pytest

from tests.chromium import QUIET, browser
from tests.hostile_book import (
    HOSTILE,
    ROLES,
    SETTINGS,
    WRITTEN_TO,
    goal_id,
    saying,
    write_hostile,
)
from tests.test_html import Parts

# The marks that turn the direction of what follows, and what no document can hold.
TURNING = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
# White space may have become a line's end; what has no shape may be left out of a picture.
SHAPELESS = re.compile("[\\s\u00ad\u200b\u200d\ufe0f\ufeff]+")
SAID = (*(role for role in ROLES if role != "department"), "cause", "countermeasure", "action",
        "expected_effect", "result", "comment", "author")  # fmt: skip
"""The texts that a pack of the whole tree shows; departments have packs of their own."""

FORBIDDEN = {"script", "iframe", "object", "embed", "link", "base", "form", "image"}

WATCHED = """
import json, os, sys
seen = []
def watch(event, details):
    if event == "open" and isinstance(details[0], (str, bytes, os.PathLike)):
        seen.append([event, os.fsdecode(details[0])])
    elif event in ("socket.connect", "socket.getaddrinfo", "urllib.Request", "subprocess.Popen",
                   "os.system", "os.exec", "os.posix_spawn"):
        seen.append([event, repr(details)])
sys.addaudithook(watch)
from kpixl.cli import main
try:
    main()
finally:
    told = list(seen)
    with open(os.environ["TOLD"], "w", encoding="utf-8") as file:
        json.dump(told, file)
"""
LOGO = """<svg xmlns="http://www.w3.org/2000/svg" width="90" height="30">
<rect width="90" height="30" fill="#123456"/></svg>"""


def bare(text: str) -> str:
    """``text`` as far as any page must keep it."""
    kept = CONTROL.sub("", TURNING.sub("", unicodedata.normalize("NFC", text)))
    return SHAPELESS.sub("", kept)


@dataclass(frozen=True)
class Made:
    """What the commands made of the workbook, and what they did meanwhile."""

    folder: Path
    server: str
    asked: list[str]
    done: list[tuple[str, str]]

    def file(self, pattern: str) -> Path:
        (found,) = self.folder.glob(pattern)
        return found

    def text(self, kind: str, role: str) -> str:
        return bare(saying(kind, role, self.server))


@pytest.fixture(scope="module")
def server() -> Iterator[tuple[str, list[str]]]:
    """A web server on this machine that notes what it is asked for."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(404)

        def log_message(self, *_: object) -> None:
            return

    with HTTPServer(("127.0.0.1", 0), Handler) as serving:
        thread = Thread(target=serving.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{serving.server_port}", asked
        serving.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, server: tuple[str, list[str]]) -> Made:
    """Pack, page, mails, exports and the terminal's words of the workbook."""
    address, asked = server
    folder = tmp_path_factory.mktemp("hostile")
    (folder / "logo.svg").write_text(LOGO, encoding="utf-8")
    write_hostile(folder / "plan.xlsx", address, logo="logo.svg")
    done: list[tuple[str, str]] = []
    for name, *words in (
        ("pack", "pack", "plan.xlsx", "--html", "-o", "packs"),
        ("send", "send", "plan.xlsx", "--to-files", "mails"),
        ("json", "export", "plan.xlsx", "-o", "out.json"),
        ("csv", "export", "plan.xlsx", "--format", "csv", "-o", "out.csv"),
        ("show", "show", "plan.xlsx"),
        ("check", "check", "plan.xlsx"),
    ):
        done += run(folder, name, words)
    return Made(folder, address, asked, done)


def run(folder: Path, name: str, words: list[str]) -> list[tuple[str, str]]:
    """One command in a process that tells what it opens; its output stays in ``name.out``."""
    home = str(Path(__file__).resolve().parents[1])
    there = os.pathsep.join(part for part in (home, os.environ.get("PYTHONPATH", "")) if part)
    told = folder / f"{name}.told"
    found = subprocess.run(
        [sys.executable, "-c", WATCHED, *words],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": there, "KPIXL_LANG": "en", "TOLD": str(told),
             "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        check=False,
    )  # fmt: skip
    assert found.returncode == 0, found.stderr.decode()
    (folder / f"{name}.out").write_bytes(found.stdout)
    return [(event, about) for event, about in json.loads(told.read_text(encoding="utf-8"))]


# ---- Nothing is fetched ---------------------------------------------------------------------


def test_no_command_asks_a_server_opens_a_foreign_file_or_starts_what_a_cell_names(made):
    assert made.asked == []
    requests = [about for event, about in made.done if event == "urllib.Request"]
    assert [about for about in requests if not about.startswith("('data:image/")] == []
    # Python itself starts programs, such as ldconfig, to find Pango.
    starting = {"subprocess.Popen", "os.posix_spawn"}  # from 3.13 on it tells of the latter, too
    assert {event for event, _ in made.done} <= {"open", "urllib.Request", *starting}
    started = [about for event, about in made.done if event in starting]
    assert [one for one in started if re.search("calc|plan|alert|passwd|127|example", one)] == []
    opened = {about for event, about in made.done if event == "open"}
    assert str(made.folder / "plan.xlsx") in opened
    assert [path for path in opened if "passwd" in path or "win.ini" in path] == []


def test_no_file_is_written_outside_the_folders_that_were_named(made):
    files = {path.relative_to(made.folder).parts[0] for path in made.folder.rglob("*")}
    outputs = {f"{name}.{kind}" for name in ("pack", "send", "json", "csv", "show", "check")
               for kind in ("out", "told")}  # fmt: skip
    assert files == {"plan.xlsx", "logo.svg", "packs", "mails", "out.json", "out.csv", *outputs}
    assert all(path.is_file() for path in (made.folder / "mails").iterdir())
    names = [path.name for path in made.folder.rglob("*.*")]
    assert [name for name in names if TURNING.search(name) or CONTROL.search(name)] == []


def test_a_browser_that_opens_the_page_asks_for_nothing_and_runs_nothing(made):
    page = made.file("packs/*.html")
    found = subprocess.run(
        [
            browser(),
            "--headless",
            *QUIET,
            "--virtual-time-budget=4000",
            "--dump-dom",
            page.as_uri(),
        ],
        capture_output=True,
        timeout=120,
        check=True,
    )
    shown = bare("".join(Parts(found.stdout.decode("utf-8")).text))
    assert made.text("script", "comment") in shown
    assert made.asked == []


# ---- Text is text, and none is lost ---------------------------------------------------------


def test_the_page_shows_every_text_and_nothing_of_it_is_markup(made):
    html = made.file("packs/*.html").read_text(encoding="utf-8")
    assert TURNING.findall(html) == []
    assert CONTROL.findall(html) == []
    parts = Parts(html)
    shown = bare("".join(parts.text))
    lost = [(kind, role) for kind in HOSTILE for role in SAID if made.text(kind, role) not in shown]
    assert lost == []
    assert [key for key, kind in SETTINGS.items() if made.text(kind, key) not in shown] == []
    assert made.text("path", "book") in shown
    assert not FORBIDDEN & {tag for tag, _ in parts.tags}
    for tag, attributes in parts.tags:
        assert [name for name in attributes if name.startswith("on")] == [], tag
        for name in ("href", "src", "xlink:href", "action", "data"):
            assert (attributes.get(name) or "#").startswith(("#", "data:image/")), (tag, name)


def test_the_pack_shows_every_text_and_can_be_searched_for_it(made):
    pdf = made.file("packs/*.pdf")
    text = subprocess.run(
        ["pdftotext", "-raw", str(pdf), "-"], capture_output=True, check=True
    ).stdout.decode("utf-8")
    # A word may be parted at a hyphen; pdftotext takes that for the printer's own.
    # A sign that no font has is shown by its number.
    text = re.sub(r"\[U\+([0-9A-F]+)\]", lambda sign: chr(int(sign[1], 16)), text)
    shown = bare(text).replace("-", "")
    # From the right to the left the order of lines and words is a matter of the reading program.
    lost = [
        (kind, role)
        for kind in HOSTILE
        for role in SAID
        if kind != "hebrew" and made.text(kind, role).replace("-", "") not in shown
    ]
    assert lost == []
    assert all(shown.count(word) >= len(SAID) or shown.count(word[::-1]) >= len(SAID)
               for word in HOSTILE["hebrew"].split() if not word.isdigit())  # fmt: skip


def test_the_pack_has_no_code_no_foreign_link_and_a_title_that_turns_nothing(made):
    with pikepdf.open(made.file("packs/*.pdf")) as pdf:
        for key in ("/Title", "/Author", "/Subject"):
            said = str(pdf.docinfo[key])
            assert said
            assert (TURNING.findall(said), CONTROL.findall(said)) == ([], []), key
        assert saying("script", "company", "") in str(pdf.docinfo["/Author"])
        actions = [
            str(thing.S) for thing in pdf.objects
            if isinstance(thing, pikepdf.Dictionary) and "/S" in thing
        ]  # fmt: skip
        assert not {"/URI", "/JavaScript", "/Launch", "/GoToR", "/SubmitForm"} & set(actions)
        assert "/OpenAction" not in pdf.Root
        with pdf.open_outline() as outline:
            titles = [one.title for top in outline.root for one in (top, *top.children)]
    assert len(titles) > 5
    assert [title for title in titles if TURNING.search(title)] == []


def test_the_data_holds_the_texts_as_they_were_written(made):
    data = json.loads((made.folder / "out.json").read_text(encoding="utf-8"))
    goals = {goal["id"]: goal for goal in data["goals"]}
    for kind in HOSTILE:
        goal = goals[next(one for one in goals if bare(one) == bare(goal_id(kind)))]
        written = CONTROL.sub("", saying(kind, "name", made.server))
        assert goal["name"] == re.sub("[\t\r]", " ", written.replace("\r\n", "\n")), kind


def test_no_cell_of_the_exported_table_is_a_formula(made):
    with (made.folder / "out.csv").open(encoding="utf-8-sig", newline="") as file:
        cells = [cell for row in csv.reader(file) for cell in row]
    texts = [cell for cell in cells if not re.fullmatch(r"[-+]?[\d.e-]+", cell)]
    assert [text for text in texts if text.startswith(("=", "+", "-", "@", "\t"))] == []
    for kind in ("formula", "sum"):
        assert "'" + saying(kind, "name", made.server) in texts


@pytest.mark.parametrize("name", ["show", "check"])
def test_a_terminal_is_not_steered_and_shows_every_name(made, name):
    said = (made.folder / f"{name}.out").read_text(encoding="utf-8")
    assert TURNING.findall(said) == []
    assert CONTROL.findall(said) == []
    if name == "check":  # one sentence a goal; the scorecard's names are parted by columns
        shown = bare(said)
        assert [kind for kind in HOSTILE if made.text(kind, "name") not in shown] == []


# ---- Mails ----------------------------------------------------------------------------------


def mails(made: Made) -> dict[str, EmailMessage]:
    found = {}
    for path in (made.folder / "mails").iterdir():
        mail = email.message_from_bytes(path.read_bytes(), policy=default)
        found[re.findall(r"<(\w+)@example\.com>", str(mail["To"]))[0]] = mail
    return found


def test_no_text_adds_a_header_or_a_recipient(made):
    found = mails(made)
    assert set(found) == set(WRITTEN_TO)
    for kind, mail in found.items():
        assert mail["Bcc"] is None
        assert len(mail["To"].addresses) == 1
        assert mail["To"].addresses[0].addr_spec == f"{kind}@example.com"
        for header in ("To", "Subject"):
            assert (TURNING.findall(mail[header]), CONTROL.findall(mail[header])) == ([], [])
    assert made.text("header", "recipient") in bare(str(found["header"]["To"]))


@pytest.mark.parametrize("kind", WRITTEN_TO)
def test_a_mail_shows_the_texts_and_fetches_nothing(made, kind):
    mail = mails(made)[kind]
    plain, html = (mail.get_body((form,)) for form in ("plain", "html"))
    assert plain is not None
    assert html is not None
    # What stands in conditional comments is Outlook's, and what it shows is in the rest as well.
    body = re.sub(r"<!--.*?-->", "", html.get_content(), flags=re.DOTALL)
    markup = "".join(re.findall(r"<[^>]*>", body))
    assert not FORBIDDEN & set(re.findall(r"<([a-z]+)", body))
    assert re.findall(r"\b(?:src|href|background)\s*=\s*[\"']?(?!cid:)[^\s>]+", markup) == []
    for text in (plain.get_content(), body):
        assert (TURNING.findall(text), CONTROL.findall(text)) == ([], [])
    shown = unescape("".join(re.findall(r">([^<]*)", body)))
    for role in ("name", "owner", "countermeasure"):
        assert made.text(kind, role) in bare(plain.get_content())
        assert made.text(kind, role) in bare(shown)


def test_the_attached_pack_has_a_name_that_stays_in_its_folder(made):
    for mail in mails(made).values():
        (attached,) = mail.iter_attachments()
        name = attached.get_filename()
        assert name is not None
        assert name.endswith(".pdf")
        assert not re.search(r"[\\/:*?\"<>|]", name)
        assert not name.startswith(".")
