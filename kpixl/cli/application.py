"""The application with all of its commands."""

from __future__ import annotations

# Each module adds its commands to the application.
from kpixl.cli import (  # noqa: F401
    adopt,
    books,
    brand,
    closing,
    collecting,
    delivery,
    importing,
    machine,
    merging,
    packs,
    sending,
)
from kpixl.cli.common import app

__all__ = ["app"]
