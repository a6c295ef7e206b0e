"""What a cell costs in LibreOffice: a function of kpixl's against an empty Python function, which
is all that LibreOffice's own bridge needs, and against a native formula.

    python -m benchmarks.office_cells
"""

from __future__ import annotations

import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

from benchmarks.measure import Ratio
from kpixl.hosts.libreoffice import build_extension
from tests.office import Office, OfficeBook

CELLS = 10_000
ROUNDS = 9

# The same arguments as KPI_GAP's and KPI_STATUS's, and nothing done with them. The clock stands in
# LibreOffice, too: a calculation that is asked for from outside may run in a thread that Python
# does not know yet, where each call costs several times as much as in a person's.
EMPTY = {
    "empty.idl": (
        "module org { module empty {\n"
        "interface XEmpty : com::sun::star::uno::XInterface {\n"
        "any FOUR([in] string a, [in] string b, [in] any c, [in] any d);\n"
        "any SEVEN([in] string a, [in] string b, [in] any c, [in] any d, [in] any e, [in] any f, "
        "[in] any g);\n"
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
        "    def FOUR(self, a, b, c, d):\n"
        "        return 1.0\n"
        "    def SEVEN(self, a, b, c, d, e, f, g):\n"
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
        '<node oor:name="FOUR" oor:op="replace"><prop oor:name="DisplayName">'
        '<value xml:lang="en">FOUR</value></prop></node>'
        '<node oor:name="SEVEN" oor:op="replace"><prop oor:name="DisplayName">'
        '<value xml:lang="en">SEVEN</value></prop></node></node></node></node>'
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
    "four": "=ORG.EMPTY.EMPTY.FOUR(A{row};B{row};C{row};D{row})",
    "seven": "=ORG.EMPTY.EMPTY.SEVEN(A{row};B{row};C{row};D{row})",
    "native": '=IF(C{row}="Lower";B{row}-A{row};A{row}-B{row})',
}


def measure(folder: Path) -> Mapping[str, float]:
    """Processor seconds of a cell, for each of the formulas: the least of several calculations, for
    whatever else the machine does only adds. Each fills a book of its own; the books take turns."""
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
    return {name: min(found) for name, found in taken.items()}


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
    against_python = tuple(
        Ratio(f"{name} in LibreOffice", "an empty Python function", seconds[key] / seconds[of], 1.5)
        for name, key, of in (("KPI_GAP", "gap", "four"), ("KPI_STATUS", "status", "seven"))
    )
    native = seconds["gap"] / seconds["native"]
    return (*against_python, Ratio("KPI_GAP in LibreOffice", "a native formula", native))


def main() -> None:
    """Measure, and print what came out."""
    with tempfile.TemporaryDirectory() as folder:
        seconds = measure(Path(folder))
    for ratio in ratios(seconds):
        print(f"{ratio.what} against {ratio.against}: {ratio.value:.2f}")
    each = {name: f"{taken * 1e6:.2f} µs" for name, taken in seconds.items()}
    print(f"a cell on this machine: {each}")


if __name__ == "__main__":
    main()
