"""Turn a review into the bytes of a JSON, CSV or Parquet file (``kpixl export``)."""

from __future__ import annotations

import csv
import io
import json
from typing import Dict, Sequence

from kpixl.errors import UsageProblem
from kpixl.review.export import as_data, columns, flat_rows, frame
from kpixl.review.figures import Review

# What a spreadsheet takes for the beginning of a formula, full-width signs included.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def export(part: Review, form: str, language: str) -> bytes:
    """A review's data as JSON, CSV or Parquet bytes. Raises :class:`UsageProblem`
    ``unknown-format`` and ``extra-missing``."""
    if form == "json":
        text = json.dumps(as_data(part, language), ensure_ascii=False, indent=2, allow_nan=False)
        return (text + "\n").encode("utf-8")
    if form == "csv":
        return _csv(columns(part), flat_rows(part, language))
    if form == "parquet":
        table = frame(part, language)
        buffer = io.BytesIO()
        try:
            table.to_parquet(buffer, index=False, engine="pyarrow")
        except ImportError as missing:
            raise UsageProblem("extra-missing", extra="frames", package="pyarrow") from missing
        return buffer.getvalue()
    raise UsageProblem("unknown-format", found=form)


def _csv(columns: Sequence[str], rows: Sequence[Dict[str, object]]) -> bytes:
    """CSV with a byte-order mark, so that Excel reads it as UTF-8. Text that a spreadsheet would
    take for a formula is kept as text by a leading apostrophe."""
    buffer = io.StringIO(newline="")
    writer = csv.DictWriter(buffer, fieldnames=columns)
    writer.writeheader()
    writer.writerows({key: _inert(value) for key, value in row.items()} for row in rows)
    return b"\xef\xbb\xbf" + buffer.getvalue().encode("utf-8")


def _inert(value: object) -> object:
    if isinstance(value, str) and value.startswith(FORMULA_STARTS):
        return "'" + value
    return value
