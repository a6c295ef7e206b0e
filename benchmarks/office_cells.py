"""What a cell costs in LibreOffice: a function of kpixl's against an empty Python function, which
is all that LibreOffice's own bridge needs, and against a native formula.

    python -m benchmarks.office_cells
"""

from __future__ import annotations

import statistics
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

from benchmarks.measure import Ratio
from kpixl.hosts.libreoffice import build_extension
from tests.office import Office, OfficeBook

CELLS = 10_000
ROUNDS = 9

# The same arguments as KPI_GAP's, and nothing done with them. The clock stands in LibreOffice, too:
# a calculation that is asked for from outside may run in a thread that Python does not know yet,
# and then each call costs several times as much; a person's runs in the one that it knows.
EMPTY = {
    "empty.idl": (
        "module org { module empty {\n"
        "interface XEmpty : com::sun::star::uno::XInterface {\n"
        "any NOTHING([in] string a, [in] string b, [in] any c, [in] any d);\n"
        "};\n}; };\n"
    ),
    "empty.py": (
        "import time\n"
        "import unohelper\n"
        "from com.sun.star.task import XJob\n"
        "from org.empty import XEmpty\n"
        "class Empty(unohelper.Base, XEmpty):\n"
        "    def __init__(self, context, *_):\n"
        "        pass\n"
        "    def NOTHING(self, a, b, c, d):\n"
        "        return 1.0\n"
        "class Clock(unohelper.Base, XJob):\n"
        "    def __init__(self, context, *_):\n"
        "        pass\n"
        "    def execute(self, arguments):\n"
        "        started = time.process_time()\n"
        "        arguments[0].Value.calculateAll()\n"
        "        return time.process_time() - started\n"
        "g_ImplementationHelper = unohelper.ImplementationHelper()\n"
        'g_ImplementationHelper.addImplementation(Empty, "org.empty.comp", ("org.empty.Empty",))\n'
        'g_ImplementationHelper.addImplementation(Clock, "org.empty.clock", ("org.empty.Clock",))\n'
    ),
    "empty.components": (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<components xmlns="http://openoffice.org/2010/uno-components">'
        '<component loader="com.sun.star.loader.Python" uri="empty.py">'
        '<implementation name="org.empty.comp"><service name="org.empty.Empty"/></implementation>'
        '<implementation name="org.empty.clock"><service name="org.empty.Clock"/></implementation>'
        "</component></components>\n"
    ),
    "empty.xcu": (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<oor:component-data xmlns:oor="http://openoffice.org/2001/registry" '
        'oor:package="org.openoffice.Office" oor:name="CalcAddIns"><node oor:name="AddInInfo">'
        '<node oor:name="org.empty.Empty" oor:op="replace"><node oor:name="AddInFunctions">'
        '<node oor:name="NOTHING" oor:op="replace"><prop oor:name="DisplayName">'
        '<value xml:lang="en">NOTHING</value></prop></node></node></node></node>'
        "</oor:component-data>\n"
    ),
    "description.xml": (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<description xmlns="http://openoffice.org/extensions/description/2006">'
        '<identifier value="org.empty"/><version value="1"/></description>\n'
    ),
    "META-INF/manifest.xml": (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<manifest:manifest xmlns:manifest="http://openoffice.org/2001/manifest">'
        '<manifest:file-entry manifest:full-path="empty.idl" '
        'manifest:media-type="application/vnd.sun.star.uno-typelibrary;type=RDB"/>'
        '<manifest:file-entry manifest:full-path="empty.components" '
        'manifest:media-type="application/vnd.sun.star.uno-components"/>'
        '<manifest:file-entry manifest:full-path="empty.xcu" '
        'manifest:media-type="application/vnd.sun.star.configuration-data"/>'
        "</manifest:manifest>\n"
    ),
}

FORMULAS = {
    "gap": "=ORG.KPIXL.FUNCTIONS.KPI_GAP(A{row};B{row};C{row};D{row})",
    "status": "=ORG.KPIXL.FUNCTIONS.KPI_STATUS(A{row};B{row};C{row};D{row})",
    "empty": "=ORG.EMPTY.EMPTY.NOTHING(A{row};B{row};C{row};D{row})",
    "native": '=IF(C{row}="Lower";B{row}-A{row};A{row}-B{row})',
}


def measure(folder: Path) -> Mapping[str, float]:
    """Median processor seconds of a cell, for each of the formulas. Each fills a book of its own,
    and the books take turns."""
    empty = folder / "empty.oxt"
    with zipfile.ZipFile(empty, "w") as package:
        for name, content in EMPTY.items():
            package.writestr(name, content)
    extensions = [build_extension(folder / "kpixl.oxt"), empty]
    with Office(folder, extensions) as office:
        books = {name: _book(office, formula) for name, formula in FORMULAS.items()}
        taken: dict[str, list[float]] = {name: [] for name in books}
        for number in range(ROUNDS + 1):
            for name, book in books.items():
                seconds = float(book.job("org.empty.Clock"))
                if number:
                    taken[name].append(seconds / CELLS)
    return {name: statistics.median(found) for name, found in taken.items()}


def _book(office: Office, formula: str) -> OfficeBook:
    book = office.open()
    sheet = book.sheets()[0]
    figures: list[list[float | str]] = [
        [row % 97 + 0.5, row % 89 + 1.0, "Lower", ""] for row in range(CELLS)
    ]
    book.fill(sheet, f"A1:D{CELLS}", figures)
    book.fill(sheet, f"E1:E{CELLS}", [[formula.format(row=row + 1)] for row in range(CELLS)])
    return book


def ratios(seconds: Mapping[str, float]) -> tuple[Ratio, ...]:
    """The lines of the results."""
    return (
        Ratio("KPI_GAP in LibreOffice", "an empty Python function", _of(seconds, "gap"), 1.5),
        Ratio("KPI_STATUS in LibreOffice", "an empty Python function", _of(seconds, "status"), 1.5),
    )


def _of(seconds: Mapping[str, float], name: str) -> float:
    return seconds[name] / seconds["empty"]


def main() -> None:
    """Measure, and print what came out."""
    with tempfile.TemporaryDirectory() as folder:
        seconds = measure(Path(folder))
    for ratio in ratios(seconds):
        print(f"{ratio.what} against {ratio.against}: {ratio.value:.2f} (≤ {ratio.target})")
    print(f"KPI_GAP against a native formula: {seconds['gap'] / seconds['native']:.1f}")
    each = {name: f"{taken * 1e6:.2f} µs" for name, taken in seconds.items()}
    print(f"a cell on this machine: {each}")


if __name__ == "__main__":
    main()
