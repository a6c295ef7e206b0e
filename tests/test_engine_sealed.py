"""A browser that prints a pack reads no file but the page, and asks no network for anything."""

from __future__ import annotations

import base64
import io
import re
import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pikepdf
import pypdfium2
import pytest

from kpixl.errors import UsageProblem
from kpixl.pack.browser_print import print_page
from kpixl.pack.engines import choose
from kpixl.pack.html import Rendered
from kpixl.pack.inlining import with_files
from kpixl.pack.pdf import ENGINES, to_pdf
from kpixl.pack.sealed import sealed
from tests.packs import pack_of
from tests.plans import goal, plan_of, with_settings

PRIVATE = "Seen-4711-on-this-machine"
RED = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="96" height="96">'
    '<rect width="96" height="96" fill="#fe0102"/></svg>'
)


class Listener:
    """Accepts every connection on loopback, and remembers what was said."""

    def __init__(self) -> None:
        self.heard: list[bytes] = []
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._socket.accept()
                with connection, suppress(OSError):
                    connection.settimeout(2)
                    self.heard.append(connection.recv(1000))
                    connection.sendall(b"HTTP/1.0 200 OK\r\n\r\n<h1>heard</h1>")

    def close(self) -> None:
        self._socket.close()


@pytest.fixture
def listener() -> Iterator[Listener]:
    found = Listener()
    yield found
    found.close()


def printed(html: str, templates: Path | None = None) -> bytes:
    return to_pdf(Rendered(html), "0" * 32, templates, engine="chromium")


def browsed(html: str) -> bytes:
    """What the browser makes of a sealed page by itself: nothing has been refused before."""
    browser = choose("chromium").browser
    assert browser is not None
    return print_page(browser, sealed(html))


def text(pdf: bytes) -> str:
    with pypdfium2.PdfDocument(pdf) as document:
        return " ".join(page.get_textpage().get_text_bounded() for page in document)


def holds(pdf: bytes, words: str) -> bool:
    document = pikepdf.open(io.BytesIO(pdf))
    streams = (one.read_bytes() for one in document.objects if isinstance(one, pikepdf.Stream))
    return words.encode() in b"".join(streams) or words in text(pdf)


def unpacked(html: str) -> str:
    """``html`` with the data inside it, and the data inside that."""
    inside = [base64.b64decode(one).decode() for one in re.findall(r";base64,([\w+/=]+)", html)]
    return html + "".join(map(unpacked, inside))


def naming(address: str) -> str:
    """A template that tries to show ``address`` in every way that HTML knows."""
    return f"""<!DOCTYPE html><html lang="en"><head><title>x</title>
<link rel="stylesheet" href="{address}"/><link rel="preload" as="image" href="{address}"/>
<link rel="preconnect" href="{address}"/><link rel="prefetch" href="{address}"/>
<link rel="dns-prefetch" href="{address}"/><link rel="icon" href="{address}"/>
<base href="{address}"/>
<style>@import url("{address}"); @import "{address}";
@font-face {{ font-family: f; src: url("{address}") }}
p {{ font-family: f; background: url("{address}"); list-style: url("{address}") }}
@page {{ margin: 20mm; @top-left {{ content: url("{address}") "margin" }} }}</style></head>
<body><h1>kept</h1><p style="background: url({address})">text</p>
<img src="{address}" alt="x" srcset="{address} 2x"/><iframe src="{address}"></iframe>
<object data="{address}"></object><embed src="{address}"/><video src="{address}"></video>
<svg width="9" height="9"><image href="{address}" width="9" height="9"/>
<use href="{address}#x"/></svg>
<form action="{address}" id="f"><input type="image" src="{address}"/></form>
<script src="{address}"></script><script>fetch("{address}"); new Image().src = "{address}";
document.getElementById("f").submit(); document.body.append("script ran")</script>
<p onclick="x" id="o"><img src="x" onerror="document.body.append('script ran')" alt=""/></p>
</body></html>"""


def test_no_template_reaches_a_server_not_even_on_this_machine(listener: Listener) -> None:
    pdf = browsed(naming(f"http://127.0.0.1:{listener.port}/x.png"))
    assert "kept" in text(pdf)
    assert "script ran" not in text(pdf)
    assert listener.heard == []


@pytest.mark.parametrize("kind", ["svg", "css", "html"])
def test_the_browser_reads_no_file_but_the_page(kind: str, tmp_path: Path) -> None:
    content = {
        "svg": RED.replace("</svg>", f"<text y='20'>{PRIVATE}</text></svg>"),
        "css": f'h1::after {{ content: "{PRIVATE}" }}',
        "html": f"<h1>{PRIVATE}</h1>",
    }[kind]
    outside = tmp_path / f"outside.{kind}"
    outside.write_text(content)
    pdf = browsed(naming(outside.as_uri()))
    assert "kept" in text(pdf)
    assert not holds(pdf, PRIVATE)
    assert str(tmp_path) not in pdf.decode("latin-1")


USES = (
    '<img src="{}" alt="x"/>', "<p style=\"background: url('{}')\">x</p>",
    "<style>p {{ background: url({}) }}</style><p>x</p>",
    '<style>@font-face {{ font-family: f; src: url("{}") }} p {{ font-family: f }}</style><p>x</p>',
)  # fmt: skip


@pytest.mark.parametrize("engine", [name for name in ENGINES if name != "auto"])
@pytest.mark.parametrize("use", USES)
@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("http://127.0.0.1:9/x.png", "fetch-refused"), ("../outside.svg", "fetch-refused"),
        ("none.png", "fetch-missing"), ("look.css", "fetch-sheet"), ("own.py", "fetch-refused"),
    ],
)  # fmt: skip
def test_both_engines_refuse_what_is_not_in_the_folder(
    engine: str, use: str, address: str, code: str, tmp_path: Path
) -> None:
    (tmp_path / "outside.svg").write_text(RED)
    (tmp_path / "own").mkdir()
    for name in ("look.css", "own.py"):
        (tmp_path / "own" / name).write_text("")
    html = f"<html lang='en'><head><title>x</title></head><body>{use.format(address)}</body></html>"
    with pytest.raises(UsageProblem) as refused:
        to_pdf(Rendered(html), "0" * 32, tmp_path / "own", engine=engine)
    assert refused.value.code == code
    assert Path(address).name in str(refused.value.details["found"])


@pytest.mark.parametrize("name", ["http-equiv", "HTTP-Equiv"])
def test_no_page_sends_the_browser_elsewhere(name: str, tmp_path: Path, listener: Listener) -> None:
    outside = tmp_path / "outside.html"
    outside.write_text(f"<h1>{PRIVATE}</h1>")
    for address in (outside.as_uri(), f"http://127.0.0.1:{listener.port}/"):
        moving = f'<meta {name}="refresh" content="0; url={address}"/>'
        html = f"<html lang='en'><head>{moving}</head><body><h1>kept http-equiv</h1></body></html>"
        for pdf in (browsed(html), printed(html)):
            assert "kept http-equiv" in text(pdf)
            assert not holds(pdf, PRIVATE)
    assert listener.heard == []


def test_text_of_a_workbook_stays_text(listener: Listener) -> None:
    from kpixl.pack.pdf import pack_pdf

    nasty = f"<img src=http://127.0.0.1:{listener.port}/><script>x</script>{{{{ 7*7 }}}}\u202e🙂 a"
    plan = plan_of(
        goal("A", name=nasty), actuals={"A": [1, 2, 3]}, plan={"A": [1] * 12},
        settings=with_settings(company=nasty, title="</style></title>"),
    )  # fmt: skip
    pdf = pack_pdf(pack_of(plan, pages=("cover", "summary", "tree")), engine="chromium")
    shown = "".join(text(pdf).split())
    assert f"<imgsrc=http://127.0.0.1:{listener.port}/><script>x</script>{{{{7*7}}}}" in shown
    assert "</style></title>" in shown
    assert listener.heard == []


# ---- What a user's own templates bring ------------------------------------------------------


def red(pdf: bytes) -> int:
    """How many pixels of the first page are of the picture's colour."""
    with pypdfium2.PdfDocument(pdf) as document:
        picture = document[0].render(scale=1).to_pil().convert("RGB")
    return sum(n for n, colour in picture.getcolors(1 << 24) or () if colour == (254, 1, 2))


@pytest.mark.parametrize(
    "use",
    [
        '<img src="pictures/own%20one.svg" alt="x"/>',
        "<img src='pictures/own one.svg' alt='x'/>",
        '<p style="background: url(pictures/own%20one.svg); height: 96px">x</p>',
        '<style>p { background: url("pictures/own one.svg"); height: 96px }</style><p>x</p>',
    ],
)
def test_a_users_template_may_use_the_files_of_its_folder(use: str, tmp_path: Path) -> None:
    (tmp_path / "pictures").mkdir()
    (tmp_path / "pictures" / "own one.svg").write_text(RED)
    page = f"<html lang='en'><body>{use}</body></html>"
    assert RED in unpacked(with_files(page, {}, tmp_path))


def test_pictures_of_a_template_are_seen(tmp_path: Path) -> None:
    (tmp_path / "own.svg").write_text(RED)
    whole = 72 * 72  # 96 CSS pixels, at a pixel a point
    page = "<html lang='en'><head><title>x</title>{}</head><body>{}</body></html>"
    shown = red(printed(page.format("", '<img src="own.svg" alt="x"/>'), tmp_path))
    assert abs(shown - whole) < 300
    css = "p { background: url(own.svg); height: 96px; width: 96px }"
    styled = page.format(f"<style>{css}</style>", "<p>x</p>")
    assert abs(red(printed(styled, tmp_path)) - whole) < 500


def test_the_policy_comes_before_everything() -> None:
    for start in ("", "\ufeff", '<?xml version="1.0"?>\n<!DOCTYPE html>\n', "<!doctype HTML>"):
        html = sealed(start + "<html lang='ja'><head></head></html>")
        assert html.startswith('<!DOCTYPE html><meta http-equiv="Content-Security-Policy"')
        assert html.lower().count("<!doctype") == 1
        assert html.count("http-equiv") == 1
