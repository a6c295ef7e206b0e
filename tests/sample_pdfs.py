"""The sample company's packs as PDF, which cost seconds: made once, and shared by all workers."""

from __future__ import annotations

import fcntl
from collections.abc import Callable
from pathlib import Path

from kpixl.pack.attachments import review_data
from kpixl.pack.pdf import pack_pdf
from tests.packs import sample_pack, sample_review


def pdf_by(folder: Path, engine: str) -> Callable[[str], bytes]:
    """The sample's pack in a language as ``engine`` lays it out, kept in ``folder``."""

    def of(language: str) -> bytes:
        path = folder / f"{engine}-{language}.pdf"
        with path.with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not path.exists():
                partial = path.with_suffix(".partial")
                data = review_data(sample_review(language), language, "sample")
                partial.write_bytes(
                    pack_pdf(sample_pack(language), attachments=data, engine=engine)
                )
                partial.rename(path)
        return path.read_bytes()

    return of
