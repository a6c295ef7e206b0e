"""Turn sample.json into the demo company's workbook; also the content of an empty one.

The texts in both languages stand in sample.json, the monthly figures in sample_figures.json.
Everywhere in them ``{"en": …, "ja": …}`` is a value by language, and ``"@key"`` a person's or
department's name from ``names``.
"""

from __future__ import annotations

import json
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Dict, List, Mapping, Tuple

from kpixl.plan import schema
from kpixl.plan.cells import CellValue
from kpixl.plan.model import Settings
from kpixl.plan.month import Month, fiscal_year_start
from kpixl.plan.schema import SHEET, Kind
from kpixl.words import LANGUAGES
from kpixl.workbook.content import BookContent, MonthFigures, Row

# Settings of which a book states kpixl's own default, so that a manager sees what applies.
_STATED = (
    "fiscal_start", "green_at", "amber_at", "rollup_cap", "rollup_green_at", "rounding",
    "negatives", "max_kpis_per_csf", "max_kpis", "max_kpis_per_owner", "max_weight",
)  # fmt: skip


def sample_book(language: str) -> BookContent:
    """The demo company: two past fiscal years and one reported up to its review month.

    Both languages hold the same figures. The book ID is left to whoever writes the file.
    Raises ``ValueError`` for a language other than ``"en"`` or ``"ja"``.
    """
    _known(language)
    content = _load("sample.json")
    figures = _load("sample_figures.json")
    settings = _default_settings(language)
    settings.update({key: _value(raw, language) for key, raw in content["settings"].items()})
    return BookContent(
        language=language,
        settings=settings,
        months=sample_months(),
        goals=_rows("goals", language),
        plan=_months(figures["plan"], language),
        revision=_months(figures["revision"], language),
        actuals=_months(figures["actuals"], language),
        outlook=_months(figures["outlook"], language),
        actions=_rows("actions", language),
        comments=_rows("comments", language),
        recipients=_rows("recipients", language),
        holidays=_rows("holidays", language),
    )


def sample_months() -> Tuple[Month, ...]:
    """The months of the demo company's sheets: three fiscal years, oldest first."""
    content = _load("sample.json")
    first = _month(content["first"])
    return tuple(first.plus(n) for n in range(content["months"]))


def empty_book(language: str, fiscal_start: int, months: int, first: Month) -> BookContent:
    """A book to start with: the default settings and columns for ``months`` months from ``first``.

    It holds no goals: a row that is not the user's own would have to be understood and deleted
    first. The review month is ``first``. Raises ``ValueError`` for an unknown language, a fiscal
    start outside 1 to 12, or months outside 1 to :data:`kpixl.plan.schema.MAX_MONTHS`.
    """
    _known(language)
    if not 1 <= fiscal_start <= 12:
        raise ValueError(f"fiscal_start: {fiscal_start}")
    if not 1 <= months <= schema.MAX_MONTHS:
        raise ValueError(f"months: {months}")
    texts = _load("sample.json")["empty"]
    year = fiscal_year_start(first, fiscal_start).year
    settings = _default_settings(language)
    settings.update(
        title=texts["title"][language],
        review_month=str(first),
        state=Settings().state.value,
        fiscal_start=fiscal_start,
        fiscal_label=texts["fiscal_label"][language].format(year=year, short=year % 100),
        close_day=Settings().close_day.days,
    )
    return BookContent(language, settings, tuple(first.plus(n) for n in range(months)))


def _default_settings(language: str) -> Dict[str, CellValue]:
    """Every key of the Settings sheet in its order; blank where kpixl has no default to state."""
    defaults = Settings()
    settings: Dict[str, CellValue] = {setting.key: None for setting in schema.ORDINARY_SETTINGS}
    for key in _STATED:
        default = getattr(defaults, key)
        settings[key] = getattr(default, "value", default)
    settings["format_version"] = schema.FORMAT_VERSION
    settings["language"] = language
    return settings


def _rows(sheet_key: str, language: str) -> Tuple[Row, ...]:
    kinds = {column.key: column.kind for column in SHEET[sheet_key].columns}
    found: List[Dict[str, CellValue]] = []
    for row in _load("sample.json")[sheet_key]:
        cells = {key: _value(raw, language) for key, raw in row.items()}
        for key, value in cells.items():
            if kinds[key] is Kind.DATE:
                cells[key] = date.fromisoformat(str(value))
        found.append(cells)
    return tuple(found)


def _months(series: Mapping[str, Any], language: str) -> MonthFigures:
    """Goal ID -> month -> figure; ``null`` in the file is a month not reported."""
    found: Dict[str, Dict[Month, CellValue]] = {}
    for goal_id, entry in series.items():
        start = _month(entry["from"])
        found[goal_id] = {
            start.plus(n): _value(raw, language)
            for n, raw in enumerate(entry["values"])
            if raw is not None
        }
    return found


def _value(raw: Any, language: str) -> CellValue:
    if isinstance(raw, dict):
        raw = raw[language]
    if isinstance(raw, str) and raw.startswith("@"):
        raw = _load("sample.json")["names"][raw[1:]][language]
    value: CellValue = raw
    return value


def _month(text: str) -> Month:
    year, month = text.split("-")
    return Month(int(year), int(month))


def _known(language: str) -> None:
    if language not in LANGUAGES:
        raise ValueError(f"language: {language}")


@cache
def _load(name: str) -> Dict[str, Any]:
    text = (Path(__file__).parent / name).read_text(encoding="utf-8")
    loaded: Dict[str, Any] = json.loads(text)
    return loaded
