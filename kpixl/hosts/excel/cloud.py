"""Find the file on this machine that a workbook in OneDrive or SharePoint is synchronised with.

Excel names such a workbook by its web address, ``https://…``, wherever it was opened from.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import unquote

_PROVIDERS = r"Software\SyncEngines\Providers\OneDrive"


def is_address(name: str) -> bool:
    """Whether a workbook's full name is a web address and no path."""
    return "://" in name


def local_path(address: str, mounts: Iterable[tuple[str, str]] | None = None) -> Path | None:
    """The file that ``address`` is synchronised with, if there is one here.

    ``mounts`` are web folders and the folders that they are synchronised with; by default those
    that OneDrive has set up for this user.
    """
    wanted = unquote(address).casefold()
    found = _mounts() if mounts is None else mounts
    # The longest first: a library may lie within another one's address.
    for web, folder in sorted(found, key=lambda mount: -len(mount[0])):
        start = unquote(web).rstrip("/").casefold() + "/"
        if wanted.startswith(start):
            path = Path(folder, *unquote(address)[len(start) :].split("/"))
            if path.is_file():
                return path
    return None


def _mounts() -> list[tuple[str, str]]:
    if sys.platform != "win32":
        return []
    import winreg

    found = []
    try:
        with winreg.OpenKey(winreg.HKEY_CURRENT_USER, _PROVIDERS) as providers:
            for number in range(winreg.QueryInfoKey(providers)[0]):
                with winreg.OpenKey(providers, winreg.EnumKey(providers, number)) as one:
                    web, _ = winreg.QueryValueEx(one, "UrlNamespace")
                    folder, _ = winreg.QueryValueEx(one, "MountPoint")
                    found.append((str(web), str(folder)))
    except OSError:
        return found
    return found
