"""Write each object of a PDF out once, before WeasyPrint puts them into the file.

For a PDF's identifier it writes every object a second time and compresses every page with the
utmost effort again; what has been settled here is only copied.
"""

from __future__ import annotations

import zlib
from typing import Any

EFFORT = 6
"""Of zlib: 9, which WeasyPrint takes, needs twice the time for one per cent."""


class _Settled:
    """An object of a PDF whose bytes are known."""

    free = "n"

    def __init__(self, written: Any) -> None:
        self.number, self.generation, self.offset = written.number, written.generation, 0
        self.compressible = written.compressible
        self.data: bytes = written.data

    @property
    def indirect(self) -> bytes:
        """The object as it stands in a file."""
        head = f"{self.number} {self.generation} obj\n".encode()
        return b"".join((head, self.data, b"\nendobj"))


def settle(pdf: Any) -> None:
    """Replace the objects of ``pdf`` by their bytes."""
    import pydyf

    for position, one in enumerate(pdf.objects):
        if one.free == "f":
            continue
        if isinstance(one, pydyf.Stream) and one.compress:
            _compress(one)
        pdf.objects[position] = _Settled(one)


def _compress(stream: Any) -> None:
    stream.compress = False
    plain = stream.data.split(b"\nstream\n", 1)[1].removesuffix(b"\nendstream")
    stream.stream = [zlib.compress(plain, EFFORT)]
    stream.extra["Filter"] = "/FlateDecode"
