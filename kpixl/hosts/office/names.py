"""Turn the functions' names in a book that was just opened into calls: older versions of
LibreOffice do not look among their extensions for the names that stand in an .xlsx file.

Measured: 7.4 does not, 25.2 does, by ``CompatibilityName``. What 7.4 saves as .xlsx holds
the names with a prefix (``ORG.KPIXL.FUNCTIONS.KPI_GAP``): it opens them again, but Excel knows
them only once the prefix is removed.
"""

from __future__ import annotations

import re
from itertools import groupby
from typing import Any, Callable, Iterable, Iterator, Tuple

import uno
import unohelper
from com.sun.star.beans import NamedValue
from com.sun.star.lang import XServiceInfo
from com.sun.star.table import CellAddress
from com.sun.star.task import XAsyncJob

from kpixl.functions import FUNCTIONS
from kpixl.hosts.office import CELLS_SERVICE, NAMES_SERVICE, implementation

KNOWS_NAMES = (25, 2)
"""The version from which LibreOffice needs no help."""

_ANY = "|".join(FUNCTIONS)
_CALLS = rf"\b({_ANY})\("
# A text in quotes, which stays as it is, or a name that does not say whose it is.
_BARE = re.compile(rf'("[^"]*")|(?<![\w.])({_ANY})(?=\()', re.IGNORECASE)
_PREFIX = f"{CELLS_SERVICE.upper()}."
_FORMULAS = 16  # of com.sun.star.sheet.CellFlags
_PASSING = "kpixl_passing_name"


class Names(unohelper.Base, XServiceInfo, XAsyncJob):
    """What LibreOffice does whenever it has opened a document."""

    def __init__(self, context: Any, *_: object) -> None:
        self.context = context

    def executeAsync(self, arguments: Tuple[Any, ...], listener: Any) -> None:  # noqa: N802 - UNO's
        """Let a book's formulas know the functions. Where that is not needed, this is said, and
        LibreOffice does not call again."""
        answer: Tuple[Any, ...] = ()
        try:
            if _version(self.context) >= KNOWS_NAMES:
                answer = (NamedValue("Deactivate", True),)
            else:
                environment = next(one.Value for one in arguments if one.Name == "Environment")
                for one in environment:
                    if one.Name == "Model":
                        let_know(one.Value)
        finally:
            # LibreOffice waits for this word.
            named = uno.Any("[]com.sun.star.beans.NamedValue", answer)
            uno.invoke(listener, "jobFinished", (self, named))

    def getImplementationName(self) -> str:  # noqa: N802 - UNO's name for it
        """The name of this class to LibreOffice."""
        return implementation(NAMES_SERVICE)

    def supportsService(self, name: str) -> bool:  # noqa: N802 - as above
        """Whether it is this job that is asked for."""
        return name == NAMES_SERVICE

    def getSupportedServiceNames(self) -> Tuple[str, ...]:  # noqa: N802 - as above
        """The one service."""
        return (NAMES_SERVICE,)


def let_know(document: Any) -> None:
    """Let the formulas of ``document``, if it is a book with any, know the functions."""
    if _calls_functions(document):
        _untouched(document, read_anew)
        if document.BasicLibraries.VBACompatibilityMode:
            _untouched(document, enter_anew)


def _untouched(book: Any, work: Callable[[Any], None]) -> None:
    """Do ``work`` so that neither the book nor its history is any different afterwards. (Saying
    so afterwards is too late: charts have noticed by then.)"""
    told = book.isSetModifiedEnabled()
    book.UndoManager.lock()
    book.disableSetModified()
    try:
        work(book)
    finally:
        book.UndoManager.unlock()
        if told:
            book.enableSetModified()


def read_anew(book: Any) -> None:
    """Have the book's formulas read again wherever they hold a name that was not known:
    LibreOffice does so for all of them at once when a name is defined, be it for a moment."""
    book.NamedRanges.addNewByName(_PASSING, "0", CellAddress(), 0)
    book.NamedRanges.removeByName(_PASSING)


def enter_anew(book: Any) -> None:
    """Enter formulas again that call the functions which the book's own VBA has for Excel: they
    can call nothing here. Sheets that are protected stay as they are."""
    automatic = book.isAutomaticCalculationEnabled()
    book.enableAutomaticCalculation(False)
    try:
        for number in range(book.Sheets.Count):
            sheet = book.Sheets.getByIndex(number)
            if not sheet.isProtected():
                for one in sheet.queryContentCells(_FORMULAS).RangeAddresses:
                    _enter_cells(sheet, one)
    finally:
        book.enableAutomaticCalculation(automatic)


def _enter_cells(sheet: Any, place: Any) -> None:
    """Column by column, as LibreOffice keeps formulas."""
    top, left = place.StartRow, place.StartColumn
    block = sheet.getCellRangeByPosition(left, top, place.EndColumn, place.EndRow)
    for column, line in enumerate(zip(*block.getFormulaArray()), start=left):
        named = [full_names(formula) for formula in line]
        changed = [row for row, formula in enumerate(line) if formula != named[row]]
        for first, last in _runs(row for row in changed if line[row][0] != "{"):
            cells = sheet.getCellRangeByPosition(column, top + first, column, top + last)
            cells.setFormulaArray(tuple((one,) for one in named[first : last + 1]))
        for row in changed:
            if line[row][0] == "{":
                _enter_array(sheet, sheet.getCellByPosition(column, top + row))


def _runs(places: Iterable[int]) -> Iterator[Tuple[int, int]]:
    """First and last of each run of numbers without a gap."""
    for _, run in groupby(enumerate(places), lambda pair: pair[1] - pair[0]):
        found = [place for _, place in run]
        yield found[0], found[-1]


def _enter_array(sheet: Any, cell: Any) -> None:
    """The whole array that ``cell`` belongs to, from the formula that each of its cells shows."""
    named = full_names(cell.getFormula())
    if named != cell.getFormula():
        whole = sheet.createCursorByRange(cell)
        whole.collapseToCurrentArray()
        whole.setArrayFormula(named[1:-1])


def full_names(formula: str) -> str:
    """``formula`` with the functions called by the names under which LibreOffice has them."""
    return _BARE.sub(lambda found: found[1] or _PREFIX + found[2].upper(), formula)


def _calls_functions(document: Any) -> bool:
    if not document.supportsService("com.sun.star.sheet.SpreadsheetDocument"):
        return False
    return any(_found(document.Sheets.getByIndex(one)) for one in range(document.Sheets.Count))


def _found(sheet: Any) -> bool:
    search = sheet.createSearchDescriptor()
    search.SearchRegularExpression = True
    search.SearchString = _CALLS
    return sheet.findFirst(search) is not None


def _version(context: Any) -> Tuple[int, ...]:
    """Of the LibreOffice that this runs in: ``(7, 4)``."""
    provider = context.ServiceManager.createInstanceWithContext(
        "com.sun.star.configuration.ConfigurationProvider", context
    )
    node = uno.createUnoStruct("com.sun.star.beans.PropertyValue")
    node.Name, node.Value = "nodepath", "/org.openoffice.Setup/Product"
    product = provider.createInstanceWithArguments(
        "com.sun.star.configuration.ConfigurationAccess", (node,)
    )
    return tuple(int(part) for part in product.getByName("ooSetupVersion").split(".")[:2])
