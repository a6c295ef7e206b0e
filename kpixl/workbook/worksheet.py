"""Turn one worksheet part into rows of cells, value and formula in one pass."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import (
    Callable,
    Dict,
    FrozenSet,
    Iterable,
    Iterator,
    List,
    Mapping,
    Optional,
    Sequence,
    Set,
    Tuple,
    Union,
)

from kpixl.errors import CellError, FileProblem
from kpixl.plan.cells import CellValue, SheetRows, cell_name
from kpixl.plan.schema import MAX_ROWS, MAX_TEXT
from kpixl.workbook.markup import MAIN, Attributes, Ends, Starts, TextItem, read_markup
from kpixl.workbook.package import Budget
from kpixl.workbook.values import clean_text, date_of, number_of

MAX_COLUMNS = 1_000
_LONGEST_SHOWN = 40
_LONGEST_COLUMN = 5
_LONGEST_ROW = 10
_FORMULA_COST = 4

Place = Tuple[int, int]
BOOLEANS = {"1": True, "true": True, "0": False, "false": False}


@dataclass(frozen=True)
class SharedFormula:
    """A formula that stands once, at ``origin``, for a block of cells."""

    text: str
    origin: Place


Formula = Union[str, SharedFormula]


class FormulaTexts(Mapping[Place, str]):
    """The formulas of a sheet by place. What a shared formula says in one of its other cells is
    worked out when it is asked for."""

    def __init__(self) -> None:
        self._found: Dict[Place, Formula] = {}
        self.arrays: Dict[Place, str] = {}
        """The cells that an array formula fills (``B2:B9``), by the place that it stands in."""

    def add(self, place: Place, formula: Formula) -> None:
        """Note the formula of one cell."""
        self._found[place] = formula

    def shared(self, place: Place) -> SharedFormula:
        """The formula without its leading ``=``, and the place that its addresses are meant
        from."""
        formula = self._found[place]
        if isinstance(formula, str):
            return SharedFormula(formula[1:], place)
        return SharedFormula(formula.text[1:], formula.origin)

    def __getitem__(self, place: Place) -> str:
        formula = self._found[place]
        if isinstance(formula, str):
            return formula
        return _translated(formula, place)

    def __contains__(self, place: object) -> bool:
        return place in self._found

    def __iter__(self) -> Iterator[Place]:
        return iter(self._found)

    def __len__(self) -> int:
        return len(self._found)


def _translated(formula: SharedFormula, place: Place) -> str:
    # openpyxl takes longer to import than a small book to read, and few books need it here.
    from openpyxl.formula.tokenizer import TokenizerError
    from openpyxl.formula.translate import Translator, TranslatorError

    try:
        translator = Translator(formula.text, cell_name(*formula.origin))
        return str(translator.translate_formula(cell_name(*place)))
    except (TokenizerError, TranslatorError, ValueError, IndexError):
        return "="


@dataclass(frozen=True)
class BookFacts:
    """What a sheet's cells refer to: shared texts, styles (by index) that show a date, and the
    day from which dates count."""

    texts: Sequence[str]
    date_styles: FrozenSet[str]
    epoch: datetime


class WorksheetReader:
    """Reads one worksheet; ``read`` gives its rows.

    Blank cells, however far out and however styled, take no room. Raises FileProblem, with sheet
    and cell, for a cell that Excel could not have written, for values beyond the limits of rows
    and columns, and for texts longer than a cell can hold.
    """

    def __init__(self, name: str, part: str, facts: BookFacts, budget: Budget) -> None:
        self._name = name
        self._part = part
        self._facts = facts
        self._budget = budget
        self._rows: List[List[CellValue]] = []
        self._formulas = FormulaTexts()
        self._uncached: Set[Place] = set()
        self._shared: Dict[str, SharedFormula] = {}
        self._columns: Dict[str, int] = {}
        self._inline = TextItem()
        self._row = self._column = 0
        self._row_text = ""
        self._cells: List[CellValue] = []
        self._type = "n"
        self._style: Optional[str] = None
        self._value: Optional[str] = None
        self._formula: Optional[Formula] = None
        self._formula_attributes: Attributes = {}
        self._readers: Dict[str, Callable[[str], CellValue]] = {
            "n": self._number,
            "s": self._shared_text,
            "str": self._text,
            "inlineStr": self._text,
            "b": BOOLEANS.__getitem__,
            "e": CellError,
            "d": lambda text: datetime.fromisoformat(text).replace(tzinfo=None),
        }

    def read(self, chunks: Iterable[bytes]) -> SheetRows:
        """The sheet's rows, from row 1 and column A on."""
        starts: Starts = {
            "row": self._row_start,
            "c": self._cell_start,
            "f": self._formula_start,
            **self._inline.starts,
        }
        ends: Ends = {
            "row": self._row_end,
            "c": self._cell_end,
            "v": self._value_end,
            "f": self._formula_end,
            "is": self._inline_end,
            **self._inline.ends,
        }
        read_markup(chunks, self._part, MAIN, "worksheet", starts, ends)
        return SheetRows(self._name, self._rows, self._formulas, frozenset(self._uncached))

    def _row_start(self, attributes: Attributes) -> None:
        text = attributes.get("r")
        if text is None:
            self._row += 1
        elif text.isascii() and text.isdigit() and len(text) < _LONGEST_ROW and int(text) > 0:
            self._row = int(text)
        else:
            raise FileProblem("file-bad-row", sheet=self._name, found=text[:_LONGEST_SHOWN])
        self._row_text = str(self._row)
        self._column = 0
        self._cells = []

    def _row_end(self, _: str) -> None:
        if not self._cells:
            return
        rows = self._rows
        missing = max(0, self._row - len(rows))
        self._budget.spend_cells(missing + len(self._cells))
        rows.extend([] for _ in range(missing))
        if rows[self._row - 1]:
            raise FileProblem("file-bad-row", sheet=self._name, found=self._row_text)
        rows[self._row - 1] = self._cells

    def _cell_start(self, attributes: Attributes) -> None:
        reference = attributes.get("r")
        if reference is None:
            self._column += 1
        else:
            letters = reference.removesuffix(self._row_text)
            if letters == reference:
                raise self._bad_cell(reference, reference)
            self._column = self._columns.get(letters) or self._column_number(letters, reference)
        self._type = attributes.get("t", "n")
        self._style = attributes.get("s")
        self._value = self._formula = None

    def _column_number(self, letters: str, reference: str) -> int:
        if not (letters.isascii() and letters.isalpha() and len(letters) <= _LONGEST_COLUMN):
            raise self._bad_cell(reference, reference)
        number = 0
        for letter in letters.upper():
            number = number * 26 + ord(letter) - 64
        self._columns[letters] = number
        return number

    def _value_end(self, text: str) -> None:
        self._value = text

    def _inline_end(self, _: str) -> None:
        self._value = self._inline.take()

    def _formula_start(self, attributes: Attributes) -> None:
        self._formula_attributes = attributes

    def _formula_end(self, text: str) -> None:
        attributes = self._formula_attributes
        text = "=" + clean_text(text)
        self._formula = text
        if attributes.get("t") == "array":
            self._formulas.arrays[self._row, self._column] = attributes.get("ref", "")
        elif attributes.get("t") == "shared":
            index = attributes.get("si", "")
            if text != "=":
                self._shared[index] = SharedFormula(text, (self._row, self._column))
            else:
                self._formula = self._shared.get(index, text)
        elif attributes.get("t") == "dataTable":
            inputs = (attributes.get("r1", ""), attributes.get("r2", ""))
            self._formula = f"=TABLE({','.join(inputs)})"

    def _cell_end(self, _: str) -> None:
        text = self._value
        value: CellValue = None
        if text:
            try:
                value = self._readers[self._type](text)
            except (ValueError, LookupError, OverflowError):
                raise self._bad_cell(cell_name(self._row, self._column), text) from None
        if self._formula is not None:
            # An empty text is a result; an empty value of any other kind was never calculated.
            calculated = bool(text) or (text is not None and self._type == "str")
            self._keep_formula(self._formula, calculated)
        if value is not None:
            self._keep(value)

    def _keep(self, value: CellValue) -> None:
        self._check_place()
        cells = self._cells
        missing = self._column - len(cells)
        if missing == 1:
            cells.append(value)
        elif missing > 1:
            cells.extend([None] * (missing - 1))
            cells.append(value)
        elif cells[self._column - 1] is None:
            cells[self._column - 1] = value
        else:
            raise self._doubled_cell()

    def _keep_formula(self, formula: Formula, calculated: bool) -> None:
        self._check_place()
        place = (self._row, self._column)
        if place in self._formulas:
            raise self._doubled_cell()
        self._budget.spend_cells(_FORMULA_COST)
        self._formulas.add(place, formula)
        if not calculated:
            self._uncached.add(place)

    def _check_place(self) -> None:
        if self._row > MAX_ROWS or self._column > MAX_COLUMNS:
            raise FileProblem(
                "file-far-cell",
                sheet=self._name,
                cell=cell_name(self._row, self._column),
                rows=MAX_ROWS,
                last_column=cell_name(1, MAX_COLUMNS)[:-1],
            )

    def _number(self, text: str) -> CellValue:
        text = text.strip()
        if not text:
            return None
        value = number_of(text)
        if self._style in self._facts.date_styles:
            return date_of(value, self._facts.epoch)
        return value

    def _shared_text(self, text: str) -> CellValue:
        index = int(text)
        if index < 0:
            raise IndexError(index)
        return self._short(self._facts.texts[index])

    def _text(self, text: str) -> CellValue:
        return self._short(clean_text(text))

    def _short(self, text: str) -> Optional[str]:
        if len(text) > MAX_TEXT:
            raise FileProblem(
                "file-long-text",
                sheet=self._name,
                cell=cell_name(self._row, self._column),
                found=len(text),
                limit=MAX_TEXT,
            )
        return text or None

    def _bad_cell(self, cell: str, found: str) -> FileProblem:
        shown = clean_text(found)[:_LONGEST_SHOWN]
        return FileProblem("file-bad-cell", sheet=self._name, cell=cell[:20], found=shown)

    def _doubled_cell(self) -> FileProblem:
        cell = cell_name(self._row, self._column)
        return FileProblem("file-doubled-cell", sheet=self._name, cell=cell)
