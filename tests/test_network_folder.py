r"""A brand folder on a server's share (``\\server\kpi``, a mapped drive): what it holds is taken.

A path on a share is ``file://server/kpi/...`` as a URL, which is emulated here with a folder that
says so of itself, and with Windows' way back from such a URL to a path.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from kpixl.errors import UsageProblem
from kpixl.pack import fetching, references
from kpixl.pack.references import file_of

ROOT = "file://server/kpi"


class OnShare(type(Path())):  # type: ignore[misc]  # the class of this system's paths
    """A folder whose URL is that of a share."""

    def as_uri(self) -> str:
        return ROOT + str(self)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "logo.png").write_bytes(b"picture")
    (tmp_path.parent / "secret.png").write_bytes(b"another's")
    monkeypatch.setattr(references, "base_of", lambda _: OnShare(tmp_path))
    monkeypatch.setattr(references, "url2pathname", lambda path: path.removeprefix("//server/kpi"))
    return tmp_path


@pytest.mark.parametrize("url", ["logo.png", "./x/../logo.png", "logo.png?2#x", "{}/logo.png"])
def test_a_file_of_a_folder_on_a_share_is_found(url: str, folder: Path) -> None:
    assert file_of(url.format(f"{ROOT}{folder}"), folder) == folder / "logo.png"


@pytest.mark.parametrize(
    "url",
    ["../secret.png", "//other/kpi/logo.png", "file://other{}/logo.png", "http://server/logo.png",
     "////other/kpi/logo.png", "file:////other/kpi/logo.png"],
)  # fmt: skip
def test_nothing_else_on_that_server_or_another_is(
    url: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    resolved = Path.resolve
    asked: list[str] = []

    def noted(path: Path) -> Path:
        asked.append(str(path))
        return resolved(path)

    monkeypatch.setattr(Path, "resolve", noted)
    with pytest.raises(UsageProblem) as caught:
        file_of(url.format(folder), folder)
    assert caught.value.code == "fetch-refused"
    assert not [path for path in asked if "other" in path]


def test_weasyprint_gets_what_lies_on_a_share(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A mapped drive leads to a share as well, whose files no urllib opens.
    monkeypatch.setattr(fetching, "file_of", lambda *_: OnShare(folder / "logo.png"))
    fetcher = fetching.pack_fetcher({}, folder)
    found = fetcher.fetch("file:///Z:/brand/logo.png")
    assert found.read() == b"picture"
    assert found.headers["Content-Type"] == "image/png"
    fetcher.raise_refused()
