"""One job, end to end: a workbook becomes a plan, a plan a review, a review a pack.

The only module that knows every stage:

1. read      workbook file -> plan and problems      kpixl.workbook, kpixl.plan
2. review    plan and month -> every figure          kpixl.review
3. pack      review, scope, language -> pages        kpixl.pack
4. write     pages -> PDF and HTML files
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import re
import unicodedata
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from kpixl.errors import KpixlError, Problem, UsageProblem
from kpixl.plan.cells import CellValue
from kpixl.plan.model import Reading, Settings
from kpixl.plan.month import Month, fiscal_year
from kpixl.review.figures import Review
from kpixl.review.periods import fiscal_label
from kpixl.review.review import review
from kpixl.review.scope import scoped, scopes_by
from kpixl.words import LANGUAGES

if TYPE_CHECKING:
    from kpixl.workbook.template.macros import Macros

FORMATS = ("pdf", "html")
EMPTY = "goals-none"
"""The code of the one problem that a new workbook has."""

# What a spreadsheet takes for the beginning of a formula, full-width signs included.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
WITH_MACROS = ".xlsm"
NEW = (".xlsx", WITH_MACROS)
WORKBOOKS = (".xlsx", ".xlsm", ".xltx", ".xltm", ".xlsb", ".xls")
LONGEST_PIECE = 96
"""In bytes: two pieces of a file name and what stands around them fit into the 255 of a name."""


class NotReadable(KpixlError):
    """The workbook's structure gives no plan; ``problems`` say why."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("no-plan")
        self.problems = tuple(problems)

    @property
    def only_empty(self) -> bool:
        """Whether nothing is wrong but that no goal has been entered yet."""
        return all(problem.code == EMPTY for problem in self.problems)


class CannotWrite(UsageProblem):
    """A file cannot be written where it is wanted."""

    def __init__(self, path: Path, fault: OSError) -> None:
        super().__init__("cannot-write", found=str(path), reason=fault.strerror or str(fault))


class DataErrors(KpixlError):
    """The scope holds data with errors, and no draft was asked for; ``problems`` are they."""

    def __init__(self, scope: str, problems: Sequence[Problem]) -> None:
        super().__init__("data-errors-scope" if scope else "data-errors", scope=scope)
        self.problems = tuple(problems)


@dataclass(frozen=True)
class PackJob:
    """What to make of one workbook. ``scope`` is "" for the whole tree; ``language`` None for
    the book's own; ``pages`` None for all of them."""

    workbook: Path
    out: Path
    month: Month | None = None
    as_of: date | None = None
    scope: str = ""
    language: str | None = None
    formats: tuple[str, ...] = ("pdf",)
    pages: tuple[str, ...] | None = None
    templates: Path | None = None
    draft: bool = False


@dataclass(frozen=True)
class PackResult:
    """The files that one job wrote, and the review they show."""

    files: tuple[Path, ...]
    review: Review


def review_workbook(path: Path, month: Month | None = None, as_of: date | None = None) -> Review:
    """Stages 1 and 2. Raises :class:`FileProblem` for what is no workbook, and
    :class:`NotReadable` where its structure gives no plan."""
    reading = _read(path)
    if reading.plan is None:
        raise NotReadable(reading.problems)
    return review(reading.plan, month, as_of, reading.problems)


def _read(path: Path) -> Reading:
    from kpixl.plan.tables import read_plan
    from kpixl.workbook.reader import read_book

    # With its whole path, so that what is said of a missing file names the folder.
    return read_plan(read_book(path.absolute()))


def new_workbook(
    path: Path,
    language: str,
    sample: bool,
    fiscal_start: int,
    months: int,
    first: Month | None,
    cells: str = "functions",
) -> Path:
    """Write a new workbook: an empty one, or the demo company's. Never over an existing file.
    Its cells call the in-cell ``functions``, or hold plain formulas (``native``)."""
    from kpixl.workbook.content import NATIVE
    from kpixl.workbook.sample import empty_book, sample_book
    from kpixl.workbook.template import write_book

    suffix = path.suffix.lower()
    if suffix not in NEW:
        raise UsageProblem("new-suffix", found=path.name)
    if suffix == WITH_MACROS and cells == NATIVE:
        raise UsageProblem("native-macros", found=path.name)
    if path.exists():
        raise UsageProblem("already-there", found=str(path))
    if sample:
        content = sample_book(language)
        own: dict[str, CellValue] = {}
    else:
        first = first or _first_month(fiscal_start, months)
        content = empty_book(language, fiscal_start, months, first)
        month = _last_whole_month(content.months)
        label = Settings(
            fiscal_start=fiscal_start, fiscal_label=str(content.settings["fiscal_label"])
        )
        own = {"review_month": str(month), "fiscal_label": fiscal_label(month, label, language)}
    # Two books are told apart by it however their files are renamed.
    own["book_id"] = uuid.uuid4().hex[:12].upper()
    buffer = io.BytesIO()
    macros = _excel_macros(language) if suffix == WITH_MACROS else None
    settings = {**content.settings, **own}
    write_book(buffer, replace(content, settings=settings, cells=cells), macros)
    return write_file(path, buffer.getvalue())


def _excel_macros(language: str) -> Macros:
    """The VBA that a workbook for Excel on Windows carries; there, Excel is told of this Python."""
    from kpixl.hosts.excel import macros
    from kpixl.hosts.excel.addin import remember_if_ready

    remember_if_ready()
    return macros(language)


def _this_month() -> Month:
    """The one place that asks the clock: a new book is for the year in which it is made."""
    today = date.today()  # noqa: DTZ011 -- a person's own calendar day is what is meant
    return Month(today.year, today.month)


def _first_month(fiscal_start: int, months: int) -> Month:
    """So that the columns end with the current fiscal year."""
    return fiscal_year(_this_month(), fiscal_start)[-1].plus(1 - months)


def _last_whole_month(months: Sequence[Month]) -> Month:
    """The month that is likely to be reviewed first, among the columns of the book."""
    return min(max(_this_month().plus(-1), months[0]), months[-1])


def demo_steps(out: Path) -> tuple[Callable[[], tuple[Path, ...]], ...]:
    """What ``kpixl demo`` does, step by step; each step returns the files it wrote."""
    return tuple(
        step
        for language in LANGUAGES
        for step in (partial(_demo_book, out, language), partial(_demo_pack, out, language))
    )


def _demo_path(out: Path, language: str) -> Path:
    return out / f"kpi_{language}.xlsx"


def _demo_book(out: Path, language: str) -> tuple[Path, ...]:
    from kpixl.workbook.sample import sample_book
    from kpixl.workbook.template import write_book

    buffer = io.BytesIO()
    content = sample_book(language)
    named = {**content.settings, "book_id": f"DEMO-{language.upper()}"}
    write_book(buffer, replace(content, settings=named))
    path, data = _demo_path(out, language), buffer.getvalue()
    # The demo invites people to change a figure: their change is not overwritten.
    if path.exists() and (not path.is_file() or path.read_bytes() != data):
        raise UsageProblem("already-there", found=str(path))
    return (write_file(path, data),)


def _demo_pack(out: Path, language: str) -> tuple[Path, ...]:
    job = PackJob(_demo_path(out, language), out, formats=FORMATS)
    return make_pack(job).files


def split_jobs(job: PackJob, whole: Review, each: str) -> tuple[PackJob, ...]:
    """One job for each CSF, owner or department of the review. Raises :class:`UsageProblem`
    ``each-none`` where there is none."""
    scopes = scopes_by(whole, each)
    if not scopes:
        raise UsageProblem("each-none", found=each)
    return tuple(replace(job, scope=scope) for scope in scopes)


def make_pack(job: PackJob, whole: Review | None = None) -> PackResult:
    """All stages. ``whole`` is the workbook's review where it has been made already."""
    if whole is None:
        whole = review_workbook(job.workbook, job.month, job.as_of)
    part = scoped(whole, job.scope)
    if part.errors and not job.draft:
        raise DataErrors(job.scope, part.errors)
    language = job.language or whole.settings.language
    files = tuple(write_file(path, data) for path, data in _rendered(job, part, language))
    return PackResult(files, part)


def _rendered(job: PackJob, part: Review, language: str) -> Iterator[tuple[Path, bytes]]:
    from kpixl.pack.html import for_browser
    from kpixl.pack.pages import DEFAULT_PAGES, PackOptions, build_pack

    options = PackOptions(
        language=language,
        pages=job.pages or DEFAULT_PAGES,
        logo=_logo(job.workbook, part.settings.logo),
        draft=job.draft,
    )
    pack = build_pack(part, options)
    stem = job.out / pack_stem(part, language)
    if "pdf" in job.formats:
        from kpixl.pack.pdf import pack_pdf

        yield stem.with_name(stem.name + ".pdf"), pack_pdf(pack, job.templates)
    if "html" in job.formats:
        html = for_browser(pack, job.templates)
        yield stem.with_name(stem.name + ".html"), html.encode("utf-8")


def _logo(workbook: Path, name: str) -> str:
    """The logo as a data URI: the file that Settings name, else the picture on that sheet."""
    from kpixl.pack.logo import logo_uri, picture_uri
    from kpixl.workbook.picture import settings_picture

    if name:
        return logo_uri(workbook, name)
    found = settings_picture(workbook)
    return picture_uri(*found) if found is not None else ""


def pack_stem(part: Review, language: str) -> str:
    """The file name of a pack without its ending: it sorts by month, then book, then scope."""
    book = Path(part.source.name).stem
    pieces = [str(part.month), book, part.scope, language]
    return "_".join(safe_name(piece) for piece in pieces if piece)


def safe_name(text: str) -> str:
    """``text`` as part of a file name on any system: it cannot leave its folder.

    Spaces become ``_`` and the colon of a scope ``-``. Where anything else had to be replaced or
    cut, a short digest keeps different texts apart.
    """
    folded = unicodedata.normalize("NFC", text).strip()
    spaced = re.sub(r"\s+", "_", re.sub(r"^(dept|owner):", r"\1-", folded))
    cleaned = re.sub(r"[^\w.\-&()+,・（）＆]+", "-", spaced).strip("-.")
    if cleaned == spaced and len(cleaned.encode()) <= LONGEST_PIECE:
        return cleaned or "book"
    digest = hashlib.sha256(folded.encode()).hexdigest()[:6]
    short = cleaned.encode()[: LONGEST_PIECE - 7].decode(errors="ignore").rstrip("-.")
    return f"{short}-{digest}" if short else f"book-{digest}"


def write_file(path: Path, data: bytes) -> Path:
    """Write under a temporary name and move when whole, so that no half a pack is ever seen.
    Raises :class:`CannotWrite`."""
    token = f"{os.getpid()}-{hashlib.sha256(path.name.encode()).hexdigest()[:8]}"
    draft = path.with_name(f".kpixl-{token}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft.write_bytes(data)
        draft.replace(path)
    except OSError as fault:
        with contextlib.suppress(OSError):
            draft.unlink(missing_ok=True)
        raise CannotWrite(path, fault) from fault
    return path


def write_export(path: Path, data: bytes) -> Path:
    """As :func:`write_file`, but never over a workbook: those belong to the people who made
    them. Raises :class:`UsageProblem` ``already-there``."""
    if path.suffix.lower() in WORKBOOKS and path.exists():
        raise UsageProblem("already-there", found=str(path))
    return write_file(path, data)


def export(part: Review, form: str, language: str) -> bytes:
    """A review's data as JSON, CSV or Parquet bytes (``kpixl export``)."""
    from kpixl.review.export import COLUMNS, as_data, flat_rows, frame

    if form == "json":
        import json

        text = json.dumps(as_data(part, language), ensure_ascii=False, indent=2, allow_nan=False)
        return (text + "\n").encode("utf-8")
    if form == "csv":
        return _csv(COLUMNS, flat_rows(part, language))
    if form == "parquet":
        table = frame(part, language)
        buffer = io.BytesIO()
        try:
            table.to_parquet(buffer, index=False, engine="pyarrow")
        except ImportError as missing:
            raise UsageProblem("extra-missing", extra="frames", package="pyarrow") from missing
        return buffer.getvalue()
    raise UsageProblem("unknown-format", found=form)


def _csv(columns: Sequence[str], rows: Sequence[dict[str, object]]) -> bytes:
    """CSV with a byte-order mark, so that Excel reads it as UTF-8. Text that a spreadsheet would
    take for a formula is kept as text by a leading apostrophe."""
    import csv

    buffer = io.StringIO(newline="")
    writer = csv.DictWriter(buffer, fieldnames=columns)
    writer.writeheader()
    writer.writerows({key: _inert(value) for key, value in row.items()} for row in rows)
    return b"\xef\xbb\xbf" + buffer.getvalue().encode("utf-8")


def _inert(value: object) -> object:
    if isinstance(value, str) and value.startswith(FORMULA_STARTS):
        return "'" + value
    return value
