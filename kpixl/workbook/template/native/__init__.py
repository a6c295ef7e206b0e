"""Write a book whose cells work with plain formulas, for colleagues without any add-in.

:mod:`.book` says how each thing is written; :mod:`.measures` has the formulas of SPEC 3 and 4,
:mod:`.numbers` reads numbers in texts, :mod:`.words` the words, :mod:`.formulas` and :mod:`.steps`
the driver formulas, :mod:`.actions` the countermeasures.
"""

from __future__ import annotations

from kpixl.workbook.template.native.book import PlainFormulas

__all__ = ["PlainFormulas"]
