"""Turn what a person typed as an ID into the form in which IDs are compared."""

from __future__ import annotations

import unicodedata

_INVISIBLE = dict.fromkeys((0x200B, 0xFEFF))


def normalise_id(text: str) -> str:
    """``text`` as IDs are compared: NFKC, trimmed, upper case (SPEC 2); idempotent."""
    upper = unicodedata.normalize("NFKC", text).translate(_INVISIBLE).upper()
    # Some letters decompose when they are raised: compose once more, so that twice is once.
    return unicodedata.normalize("NFKC", upper).strip()
