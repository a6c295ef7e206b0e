"""Turn a workbook's content into a new .xlsx file that people like to work in.

Content is laid out as cells (``book`` and a module for each kind of sheet), calculated
(:mod:`kpixl.workbook.cached`) and written (``write``).
"""

from kpixl.workbook.template.write import to_rows, write_book

__all__ = ["to_rows", "write_book"]
