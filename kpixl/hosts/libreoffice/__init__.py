"""Bring the in-cell functions into LibreOffice Calc: an extension made from the registry
(``extension``), what of it LibreOffice runs (``kpixl.hosts.office``), and its installation.
"""

from __future__ import annotations

from kpixl.hosts.libreoffice.extension import build_extension
from kpixl.hosts.libreoffice.installation import find_manager, set_up, take_away

__all__ = ["build_extension", "find_manager", "set_up", "take_away"]
