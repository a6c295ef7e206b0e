"""Ask this machine which font it takes for a family, and how wide it sets its text."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from kpixl.brand.fonts import FAMILY_NAMES
from kpixl.pack.text_width import text_width

SAMPLE = "Net revenue, April to October 2026: 1,234,567 against plan 1,301,890 (−5.2%)"
SIZE = 100.0


def found_family(family: str) -> str:
    """The family that stands for ``family`` here: itself where it is there, under whichever of its
    names. It is taken to be there where nothing can be asked, without Pango."""
    box = _set(family)
    if box is None:
        return family
    names = tuple(_names(box))
    return next((name for name in names if name.casefold() == family.casefold()), names[0])


def width_ratio(family: str, folder: Path, faces: str) -> float:
    """How wide ``family`` sets a sentence, as a multiple of what the charts allow for. ``faces``
    are the rules for the font files of ``folder``."""
    box = _set(family, folder, faces)
    return 1.0 if box is None else float(box.width) / text_width(SAMPLE, SIZE)


def _set(family: str, folder: Path | None = None, faces: str = "") -> Any:
    """A sentence set in ``family``; None without Pango."""
    try:
        from weasyprint import HTML
        from weasyprint.formatting_structure.boxes import TextBox
        from weasyprint.text.fonts import FontConfiguration
    except (ImportError, OSError):
        return None
    logging.getLogger("weasyprint").setLevel(logging.ERROR)
    style = f"{faces} @page {{ size: 9000px 500px }} p {{ font: {SIZE}px '{family}' }}"
    page = HTML(
        string=f"<style>{style}</style><p>{SAMPLE}</p>",
        base_url=f"{folder}/" if folder else None,
    )
    document = page.render(font_config=FontConfiguration())
    boxes = document.pages[0]._page_box.descendants()  # noqa: SLF001 -- no other way to a width
    box = next(one for one in boxes if isinstance(one, TextBox))
    box.kept = document  # what the box is set with lives as long as its document
    return box


def _names(box: Any) -> Iterator[str]:
    """The names of the family that a text is set in."""
    from fontTools.ttLib import TTFont
    from weasyprint.pdf.fonts import Font
    from weasyprint.text.ffi import ffi, pango

    box.pango_layout.reactivate(box.style)
    line, _ = box.pango_layout.get_first_line()
    item = ffi.cast("PangoGlyphItem *", line.runs.data)
    found = item.item.analysis.font
    description = pango.pango_font_describe_with_absolute_size(found)
    font = Font(found, description, SIZE)
    yield font.family
    with TTFont(io.BytesIO(font.file_content), fontNumber=font.index, lazy=True) as file:
        for record in file["name"].names:
            if record.nameID in FAMILY_NAMES:
                yield record.toUnicode(errors="replace")
