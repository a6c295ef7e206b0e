"""Turn lines of JSON into calls on a headless LibreOffice, and its answers into lines of JSON.

Runs in the Python that LibreOffice's own bridge belongs to, which need not be the tests': started
by :mod:`tests.office`, it reads one request a line from standard input and answers each in a line.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import traceback
import uuid
from pathlib import Path

import uno
from com.sun.star.beans import NamedValue, PropertyValue
from com.sun.star.connection import NoConnectException
from com.sun.star.uno import Exception as UnoException

SWITCHES = (
    "--headless", "--norestore", "--nologo", "--nodefault", "--nolockcheck", "--nofirststartwizard",
)  # fmt: skip
FILTERS = {".xlsx": "Calc MS Excel 2007 XML", ".ods": "calc8", ".pdf": "calc_pdf_Export"}
ERRORS = {
    503: "#NUM!", 519: "#VALUE!", 521: "#NULL!", 524: "#REF!", 525: "#NAME?", 532: "#DIV/0!",
    32767: "#N/A",
}  # fmt: skip
ERROR_CELLS = 4  # com.sun.star.sheet.FormulaResult.ERROR
EVERYTHING = 1023  # all of com.sun.star.sheet.CellFlags
HARD = 3  # com.sun.star.document.UpdateDocMode.FULL_UPDATE
SETTINGS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load"><prop oor:name="OOXMLRecalcMode" \
oor:op="fuse"><value>{mode}</value></prop></item>
<item oor:path="/org.openoffice.Office.Calc/Formula/Load"><prop oor:name="ODFRecalcMode" \
oor:op="fuse"><value>{mode}</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop \
oor:name="MacroSecurityLevel" oor:op="fuse"><value>{macros}</value></prop></item>
<item oor:path="/org.openoffice.Setup/Office/InstalledLocales"><node oor:name="{language}" \
oor:op="replace"/></item>
<item oor:path="/org.openoffice.Setup/L10N"><prop oor:name="ooLocale" \
oor:op="fuse"><value>{language}</value></prop></item>
<item oor:path="/org.openoffice.Office.Linguistic/General"><prop oor:name="UILocale" \
oor:op="fuse"><value>{language}</value></prop></item>
<item oor:path="/org.openoffice.Setup/L10N"><prop oor:name="ooSetupSystemLocale" \
oor:op="fuse"><value>{region}</value></prop></item>
</oor:items>
"""


def option(name, value):
    found = PropertyValue()
    found.Name, found.Value = name, value
    return found


def url(path):
    return uno.systemPathToFileUrl(str(Path(path).resolve()))


class Server:
    """One LibreOffice with a profile of its own, and the books open in it."""

    def __init__(self, profile, extensions, recalculate, macros, language, region):
        settings = Path(profile, "user", "registrymodifications.xcu")
        if not settings.exists():
            settings.parent.mkdir(parents=True, exist_ok=True)
            mode, level = (0 if recalculate else 1), (0 if macros else 3)
            told = SETTINGS.format(mode=mode, macros=level, language=language, region=region)
            settings.write_text(told, "utf-8")
        pipe = "kpixl" + uuid.uuid4().hex[:12]
        command = ["soffice", *SWITCHES, "-env:UserInstallation=" + url(profile)]
        if extensions:
            command.append("-env:BUNDLED_EXTENSIONS=" + url(extensions))
        command.append(f"--accept=pipe,name={pipe};urp;")
        # A distribution's LibreOffice takes the first python3 on the path for its own: this one.
        path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
        self.process = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
            env={**os.environ, "PATH": path},
        )  # fmt: skip
        context = self._connect(pipe)
        self.context = context
        self.desktop = context.ServiceManager.createInstanceWithContext(
            "com.sun.star.frame.Desktop", context
        )
        self.books = {}

    def _connect(self, pipe):
        local = uno.getComponentContext()
        resolver = local.ServiceManager.createInstanceWithContext(
            "com.sun.star.bridge.UnoUrlResolver", local
        )
        until = time.monotonic() + 90
        while True:
            try:
                return resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
            except NoConnectException:
                if self.process.poll() is not None:
                    raise RuntimeError("soffice ended") from None
                if time.monotonic() > until:
                    raise
                time.sleep(0.05)

    def open(self, path, macros=False):
        options = [option("Hidden", True), option("UpdateDocMode", HARD)]
        if macros:
            options.append(option("MacroExecutionMode", 4))  # always, without asking
        book = self.desktop.loadComponentFromURL(
            url(path) if path else "private:factory/scalc", "_blank", 0, tuple(options)
        )
        if book is None:
            raise OSError("LibreOffice cannot load " + path)
        name = uuid.uuid4().hex
        self.books[name] = book
        return name

    def functions(self):
        """Every function of the wizard: name -> its sentence, and name and sentence an argument."""
        told = self.context.ServiceManager.createInstanceWithContext(
            "com.sun.star.sheet.FunctionDescriptions", self.context
        )
        found = {}
        for number in range(told.Count):
            one = {part.Name: part.Value for part in told.getByIndex(number)}
            arguments = [[part.Name, part.Description] for part in one["Arguments"] or ()]
            found[one["Name"]] = [one["Description"], arguments]
        return found

    def modified(self, book):
        """Whether it differs from its file, and how many steps can be undone."""
        document = self.books[book]
        return [document.isModified(), len(document.UndoManager.getAllUndoActionTitles())]

    def sheets(self, book):
        return list(self.books[book].Sheets.ElementNames)

    def _range(self, book, sheet, address):
        return self.books[book].Sheets.getByName(sheet).getCellRangeByName(address)

    def size(self, book, sheet):
        cursor = self.books[book].Sheets.getByName(sheet).createCursor()
        cursor.gotoEndOfUsedArea(False)
        end = cursor.RangeAddress
        return [end.EndRow + 1, end.EndColumn + 1]

    def values(self, book, sheet, address):
        """Rows of numbers, texts and {"error": name}; blanks are empty texts."""
        cells = self._range(book, sheet, address)
        rows = [list(row) for row in cells.getDataArray()]
        top, left = cells.RangeAddress.StartRow, cells.RangeAddress.StartColumn
        for wrong in cells.queryFormulaCells(ERROR_CELLS).RangeAddresses:
            for row in range(wrong.StartRow, wrong.EndRow + 1):
                for column in range(wrong.StartColumn, wrong.EndColumn + 1):
                    at = row - top, column - left
                    number = cells.getCellByPosition(at[1], at[0]).getError()
                    rows[at[0]][at[1]] = {"error": ERRORS.get(number, f"Err:{number}")}
        return rows

    def texts(self, book, sheet, address):
        """Rows of texts as the cells show them, in their number formats."""
        cells = self._range(book, sheet, address)
        rows, columns = cells.getRows().getCount(), cells.getColumns().getCount()
        return [
            [cells.getCellByPosition(column, row).getString() for column in range(columns)]
            for row in range(rows)
        ]

    def formulas(self, book, sheet, address):
        return [list(row) for row in self._range(book, sheet, address).getFormulaArray()]

    def write(self, book, cells):
        """Put values into single cells: a number, a text, null for a blank."""
        # Else all that leans on a cell is calculated anew for each of them.
        automatic = self.books[book].isAutomaticCalculationEnabled()
        self.books[book].enableAutomaticCalculation(False)
        for sheet, address, value in cells:
            cell = self._range(book, sheet, address).getCellByPosition(0, 0)
            if value is None:
                cell.clearContents(EVERYTHING & ~(32 | 64 | 256))  # the look stays
            elif isinstance(value, str):
                cell.setString(value)
            else:
                cell.setValue(value)
        self.books[book].enableAutomaticCalculation(automatic)

    def enter(self, book, sheet, address, rows):
        """Put values into a block of cells: numbers, texts that stay text, null for blanks."""
        automatic = self.books[book].isAutomaticCalculationEnabled()
        self.books[book].enableAutomaticCalculation(False)
        lines = tuple(tuple("" if one is None else one for one in row) for row in rows)
        self._range(book, sheet, address).setDataArray(lines)
        self.books[book].enableAutomaticCalculation(automatic)

    def fill(self, book, sheet, address, rows):
        """Put values and formulas into a block of cells; formulas are those that begin with =."""
        self._range(book, sheet, address).setFormulaArray(tuple(map(tuple, rows)))

    def formula(self, book, sheet, address, formula, array=False):
        """Enter a formula in LibreOffice's own grammar (semicolons between arguments)."""
        cells = self._range(book, sheet, address)
        if array:
            cells.setArrayFormula(formula)
        else:
            cells.getCellByPosition(0, 0).setFormula(formula)

    def recalculate(self, book):
        self.books[book].calculateAll()

    def timed(self, book, times):
        """Seconds of each of ``times`` full calculations."""
        found = []
        for _ in range(times):
            started = time.perf_counter()
            self.books[book].calculateAll()
            found.append(time.perf_counter() - started)
        return found

    def job(self, book, service):
        """The answer of an extension's job that is told of nothing but the book."""
        job = self.context.ServiceManager.createInstanceWithContext(service, self.context)
        told = NamedValue("Book", self.books[book])
        return job.execute((told,))

    def save(self, book, path):
        filter_name = FILTERS[Path(path).suffix]
        self.books[book].storeToURL(url(path), (option("FilterName", filter_name),))

    def close(self, book):
        self.books.pop(book).close(True)

    def stop(self):
        try:
            self.desktop.terminate()
            self.process.wait(20)
        except (UnoException, subprocess.TimeoutExpired):
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


def say(answer):
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


def main():
    server = Server(**json.loads(sys.argv[1]))
    say({"result": server.process.pid})
    for line in sys.stdin:
        request = json.loads(line)
        try:
            answer = {"result": getattr(server, request["call"])(*request["arguments"])}
        except Exception:  # noqa: BLE001  # whatever it is, the test is told
            answer = {"fault": traceback.format_exc()}
        say(answer)
        if request["call"] == "stop":
            return
    server.stop()


if __name__ == "__main__":
    main()
