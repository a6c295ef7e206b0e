"""What LibreOffice itself runs: it goes into the extension, and runs on Python 3.8."""

from __future__ import annotations

CELLS_SERVICE = "org.kpixl.Functions"
"""What the functions are called by in formulas, as LibreOffice keeps them."""
NAMES_SERVICE = "org.kpixl.Names"


def implementation(service: str) -> str:
    """The name of the class behind a service."""
    return service.replace("org.kpixl.", "org.kpixl.comp.")
