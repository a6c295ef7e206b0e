"""Build the VBA projects of ``workbook_templates/vba``: ``python -m kpixl.hosts.excel``."""

from kpixl.hosts.excel.project import build

if __name__ == "__main__":
    build()
