"""Keep Python's collector still while something large is made."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def collector_off() -> Iterator[None]:
    """Laying out a pack, or a large workbook, makes millions of objects that live to the end:
    collecting among them in vain costs up to a quarter of the time. What is left over is the
    caller's to collect: a process that ends with its pack need not, a worker does it between
    two."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
