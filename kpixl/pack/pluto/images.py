"""Turn the pictures that PlutoBook cannot read into such as it can: those for the press, which have
four colours, would be left out without a word."""

from __future__ import annotations

import base64
import binascii
import io
import re
from functools import lru_cache

_DATA = re.compile(r"data:image/(?!svg)[\w.+-]+;base64,([A-Za-z0-9+/=]*)")
_READ = frozenset(("PNG", "GIF", "BMP", "WEBP"))
_NONE = "data:image/svg+xml;base64," + base64.b64encode(
    b'<svg xmlns="http://www.w3.org/2000/svg"/>'
).decode("ascii")
"""What stands for a picture that nobody can read: PlutoBook would tell the terminal all of it."""


def with_pictures(html: str) -> str:
    """``html`` with each picture in it as data that PlutoBook reads."""
    return _DATA.sub(lambda match: _readable(match[0], match[1]), html)


@lru_cache(maxsize=16)
def _readable(whole: str, data: str) -> str:
    from PIL import Image

    try:
        content = base64.b64decode(data, validate=True)
        with Image.open(io.BytesIO(content)) as picture:
            if picture.format in _READ or (picture.format == "JPEG" and picture.mode != "CMYK"):
                picture.verify()
                return whole
            written = io.BytesIO()
            opaque = picture.mode in ("CMYK", "YCbCr", "LAB", "HSV", "RGB", "L", "1")
            picture.convert("RGB" if opaque else "RGBA").save(written, "PNG")
    except (OSError, ValueError, SyntaxError, binascii.Error, Image.DecompressionBombError):
        return _NONE
    return f"data:image/png;base64,{base64.b64encode(written.getvalue()).decode('ascii')}"
