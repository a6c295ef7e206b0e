"""Turn the logo of a pack into a picture that travels with a mail."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator

from kpixl.delivery.contexts import MailLogo
from kpixl.delivery.mail import Attachment

KINDS = {"image/png": "logo.png", "image/jpeg": "logo.jpg"}
"""What Outlook and Gmail show; they leave out SVG."""
LARGEST = 300_000
"""In bytes. A larger picture would weigh more in every mail than what is written in it."""
MOST_WIDTH, MOST_HEIGHT = 220, 44


def logo_picture(uri: str) -> tuple[Attachment, MailLogo] | None:
    """The picture of a data URI, and how large it is shown; None where mail programs would not
    show it, or it is too large: the company's name stands instead."""
    match = re.fullmatch(r"data:([\w/+.-]+);base64,([A-Za-z0-9+/=]+)", uri)
    if match is None or match[1] not in KINDS:
        return None
    data = base64.b64decode(match[2])
    size = picture_size(data)
    if size is None or len(data) > LARGEST:
        return None
    width, height = size
    scale = min(1.0, MOST_WIDTH / width, MOST_HEIGHT / height)
    cid = f"logo.{hashlib.sha256(data).hexdigest()[:16]}@kpixl"
    shown = MailLogo(cid, max(1, round(width * scale)), max(1, round(height * scale)))
    return Attachment(KINDS[match[1]], data, match[1], cid), shown


def picture_size(data: bytes) -> tuple[int, int] | None:
    """Width and height of a PNG or JPEG in pixels; Outlook scales a picture by its attributes
    only. None where they cannot be found."""
    if data.startswith(b"\x89PNG\r\n\x1a\n") and data[12:16] == b"IHDR":
        size = int.from_bytes(data[16:20]), int.from_bytes(data[20:24])
    else:
        size = next(_jpeg_sizes(data), (0, 0))
    return size if min(size) > 0 else None


def _jpeg_sizes(data: bytes) -> Iterator[tuple[int, int]]:
    """The sizes that the frames of a JPEG declare."""
    place = 2 if data.startswith(b"\xff\xd8") else len(data)
    while place + 9 <= len(data) and data[place] == 0xFF:
        kind = data[place + 1]
        # Frame headers are C0 to CF without the tables C4, C8 and CC.
        if 0xC0 <= kind <= 0xCF and kind not in (0xC4, 0xC8, 0xCC):
            height, width = data[place + 5 : place + 7], data[place + 7 : place + 9]
            yield int.from_bytes(width), int.from_bytes(height)
        # Fill bytes are skipped one at a time; all else says how long it is.
        step = 1 if kind == 0xFF else 2 + int.from_bytes(data[place + 2 : place + 4])
        place += step
