"""The engines that lay packs out beside WeasyPrint, of those that this machine can have."""

from __future__ import annotations

from kpixl.pack.engines import Engine, plutoprint_missing

HAS_PLUTOPRINT = not plutoprint_missing()
"""PlutoPrint comes for some kinds of machines only."""
OTHER_ENGINES = (Engine.CHROMIUM.value, *([Engine.PLUTOPRINT.value] if HAS_PLUTOPRINT else []))
