"""Where a ledger is looked for, and where a SQLite file is not safe."""

from __future__ import annotations

from pathlib import Path

import pytest

from kpixl.delivery.ledger import default_url, ledger_url, open_ledger, unsafe_place
from kpixl.delivery.ledger_places import file_of
from kpixl.words import LANGUAGES, say

SERVER = "postgresql://kpi@server/kpis"
MOUNTS = """\
sysfs /sys sysfs rw 0 0
/dev/sda1 / ext4 rw,relatime 0 0
nas:/finance /srv/finance nfs4 rw,vers=4.2 0 0
//nas/kpi /mnt/kpi\\040share cifs rw 0 0
/dev/sdb1 /srv/finance/local ext4 rw 0 0
me@host: /home/me/remote fuse.sshfs rw 0 0
short
"""


@pytest.fixture(autouse=True)
def nowhere_else(monkeypatch):
    """No ledger is named by this machine's environment."""
    for name in ("KPIXL_LEDGER", "OneDrive", "OneDriveCommercial", "OneDriveConsumer"):
        monkeypatch.delenv(name, raising=False)


def test_by_default_it_is_one_file_beside_the_workbooks(tmp_path, monkeypatch):
    expected = tmp_path / "kpixl-ledger.sqlite"
    assert file_of(default_url(tmp_path / "a.xlsx")) == expected
    assert default_url(tmp_path / "b.xlsx") == default_url(tmp_path / "a.xlsx")
    monkeypatch.chdir(tmp_path)
    assert file_of(ledger_url(Path("a.xlsx"))) == expected


def test_the_environment_counts_before_the_configuration_and_that_before_the_default(monkeypatch):
    workbook = Path("/books/plan.xlsx")
    assert file_of(ledger_url(workbook, None)) == Path("/books/kpixl-ledger.sqlite")
    assert ledger_url(workbook, SERVER) == SERVER
    assert file_of(ledger_url(workbook, "/elsewhere/l.sqlite")) == Path("/elsewhere/l.sqlite")
    monkeypatch.setenv("KPIXL_LEDGER", "/named/l.sqlite")
    assert file_of(ledger_url(workbook, SERVER)) == Path("/named/l.sqlite")
    monkeypatch.setenv("KPIXL_LEDGER", "  ")
    assert ledger_url(workbook, SERVER) == SERVER


def test_a_path_may_begin_at_home(monkeypatch):
    monkeypatch.setenv("HOME", "/home/sato")
    assert file_of(ledger_url(Path("a.xlsx"), "~/kpi/l.sqlite")) == Path("/home/sato/kpi/l.sqlite")


def test_what_is_no_file_has_no_path():
    assert [file_of(url) for url in (SERVER, "sqlite://", "nonsense", "a://b:c")] == [None] * 4


@pytest.mark.parametrize(
    ("path", "key"),
    [
        ("/home/me/books/kpixl-ledger.sqlite", None),
        ("/srv/finance/2026/kpixl-ledger.sqlite", "ledger.on_share"),
        ("/srv/finance/local/kpixl-ledger.sqlite", None),
        ("/srv/finances/kpixl-ledger.sqlite", None),
        ("/mnt/kpi share/kpixl-ledger.sqlite", "ledger.on_share"),
        ("/home/me/remote/kpixl-ledger.sqlite", "ledger.on_share"),
        (r"\\server\share\kpixl-ledger.sqlite", "ledger.on_share"),
        (r"\\?\UNC\server\share\kpixl-ledger.sqlite", "ledger.on_share"),
        (r"\\?\C:\books\kpixl-ledger.sqlite", None),
    ],
)
def test_a_network_share_is_told_by_its_name_or_its_file_system(path, key, tmp_path):
    mounts = tmp_path / "mounts"
    mounts.write_text(MOUNTS, encoding="utf-8")
    assert unsafe_place(Path(path), mounts) == key


@pytest.mark.parametrize(
    ("folder", "synchronised"),
    [
        ("OneDrive", True),
        ("OneDrive - Acme K.K", True),
        ("Dropbox (Acme)", True),
        ("Google Drive", True),
        ("Library/CloudStorage/GoogleDrive-me@example.com/My Drive", True),
        ("マイドライブ", True),
        ("Library/Mobile Documents/com~apple~CloudDocs", True),
        ("iCloudDrive", True),
        ("Box", True),
        ("Box Sync", True),
        ("Boxes", False),
        ("Inbox", False),
        ("dropbox-free plan of 2026", True),  # rather a warning too many
        ("drive", False),
        ("onedrives", False),
    ],
)
def test_a_synchronised_folder_is_told_by_the_names_that_the_services_give(
    folder, synchronised, tmp_path
):
    path = Path("/home/me") / folder / "books" / "kpixl-ledger.sqlite"
    found = unsafe_place(path, tmp_path / "none")
    assert found == ("ledger.synchronised" if synchronised else None)


def test_a_file_that_is_called_like_a_service_is_not_in_its_folder(tmp_path):
    assert unsafe_place(Path("/home/me/box"), tmp_path / "none") is None


@pytest.mark.parametrize("name", ["OneDrive", "OneDriveCommercial"])
def test_a_synchronised_folder_is_told_by_what_windows_says(name, monkeypatch, tmp_path):
    monkeypatch.setenv(name, "/d/Acme")
    assert unsafe_place(Path("/d/Acme/kpi/l.sqlite"), tmp_path / "none") == "ledger.synchronised"
    assert unsafe_place(Path("/d/Acme2/kpi/l.sqlite"), tmp_path / "none") is None


@pytest.mark.parametrize("key", ["ledger.on_share", "ledger.synchronised"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_warning_names_the_file_and_the_two_ways_to_place_it_elsewhere(key, language):
    text = say(key, language, path="/srv/l.sqlite")
    assert all(part in text for part in ("/srv/l.sqlite", "KPIXL_LEDGER", "[ledger]"))


def test_both_names_of_a_file_open_the_same_ledger(tmp_path):
    path = tmp_path / "l.sqlite"
    open_ledger(str(path), create=True).close()
    with open_ledger(ledger_url(Path("a.xlsx"), str(path)), create=False) as ledger:
        assert not ledger.absent
