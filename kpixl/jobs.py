"""One job, end to end: a workbook becomes a plan, a plan a review, a review a pack.

The only module that knows every stage:

1. read      workbook file -> plan and problems      kpixl.workbook, kpixl.plan
2. review    plan and month -> every figure          kpixl.review
3. pack      review, scope, language -> pages        kpixl.pack
4. write     pages -> PDF and HTML files
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from kpixl.errors import KpixlError, Problem, UsageProblem
from kpixl.files import CannotWrite as CannotWrite  # noqa: PLC0414 -- offered here too
from kpixl.files import safe_name as safe_name  # noqa: PLC0414 -- offered here too
from kpixl.files import write_file as write_file  # noqa: PLC0414 -- offered here too
from kpixl.new_books import new_workbook as new_workbook  # noqa: PLC0414 -- offered here too
from kpixl.plan.model import Plan
from kpixl.plan.month import Month
from kpixl.reading import read_workbook
from kpixl.review.export_files import export as export  # noqa: PLC0414 -- offered here too
from kpixl.review.figures import Review
from kpixl.review.restated import (
    FIRST_EDITION,
    Edition,
    Published,
    is_restated,
    restatements,
)
from kpixl.review.review import review
from kpixl.review.scope import scoped

if TYPE_CHECKING:
    from kpixl.pack.attachments import Attachment
    from kpixl.pack.contexts import Pack
    from kpixl.pack.html import Rendered
    from kpixl.pack.look import Paper

FORMATS = ("pdf", "html")
EMPTY = "goals-none"
"""The code of the one problem that a new workbook has."""

WORKBOOKS = (".xlsx", ".xlsm", ".xltx", ".xltm", ".xlsb", ".xls")


class NotReadable(KpixlError):
    """The workbook's structure gives no plan; ``problems`` say why."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("no-plan")
        self.problems = tuple(problems)


class DataErrors(KpixlError):
    """The scope holds data with errors, and no draft was asked for; ``problems`` are they."""

    def __init__(self, scope: str, problems: Sequence[Problem]) -> None:
        super().__init__("data-errors-scope" if scope else "data-errors", scope=scope)
        self.problems = tuple(problems)


@dataclass(frozen=True)
class PackJob:
    """What to make of one workbook. ``scope`` is "" for the whole tree; ``language`` None for
    the book's own; ``pages`` None for all of them; ``logo`` None where it is still to be found.
    ``edition`` and ``published``, the figures that were sent before it, are those of the ledger
    where ``edition`` is None; what has changed since is restated. ``engine`` is one of
    :data:`kpixl.pack.pdf.ENGINES`; ``attach_workbook`` puts the workbook into the PDF;
    ``paper`` is that of the PDF, None for what the kit says, else A4.
    ``templates`` is the folder of a brand kit, or of templates alone; where it and ``edition`` are
    None, it is the kit that kpixl.toml names."""

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
    edition: Edition | None = None
    published: tuple[Published, ...] = ()
    logo: str | None = None
    engine: str = "auto"
    attach_workbook: bool = False
    paper: Paper | None = None


@dataclass(frozen=True)
class PackResult:
    """The files that one job wrote, and the review they show; ``unshown`` are warnings of
    characters that no font has, ``closed`` of months that were closed as final."""

    files: tuple[Path, ...]
    review: Review
    unshown: tuple[Problem, ...] = ()
    closed: tuple[Problem, ...] = ()

    @property
    def warnings(self) -> tuple[Problem, ...]:
        """What whoever makes the pack is to know."""
        return (*self.closed, *self.unshown)


def review_workbook(path: Path, month: Month | None = None, as_of: date | None = None) -> Review:
    """Stages 1 and 2, with what the ledger says of closed months. Raises :class:`FileProblem` for
    what is no workbook, and :class:`NotReadable` where its structure gives no plan."""
    return review_and_plan(path, month, as_of, path)[0]


def review_and_plan(
    path: Path,
    month: Month | None,
    as_of: date | None,
    home: Path | None,
    ledger: str | None = None,
) -> tuple[Review, Plan]:
    """The same, and the plan. ``home`` is where the workbook lies if ``path`` is but a copy of it
    (None: in no folder of this machine); ``ledger`` the ledger's place where it is another one
    than belongs to the workbook."""
    from kpixl.delivery.closed import as_closed, closed_problems

    reading = read_workbook(path)
    if reading.plan is None:
        raise NotReadable(reading.problems)
    known = reading.plan.months
    if month is not None and known and month not in known:
        raise UsageProblem(
            "month-outside", found=str(month), first=known[0], last=known[-1],
            book=reading.plan.source.names,
        )  # fmt: skip
    found = review(reading.plan, month, as_of, reading.problems)
    closed = closed_problems(reading.plan, home, found.month, ledger)
    return as_closed(replace(found, problems=(*found.problems, *closed))), reading.plan


def make_pack(
    job: PackJob,
    whole: Review | None = None,
    write: Callable[[Path, bytes], Path] | None = None,
    read: Callable[[], bytes] | None = None,
) -> PackResult:
    """All stages. ``whole`` is the workbook's review where it has been made already; ``write``
    takes the files where they are to go another way than :func:`write_file`, ``read`` reads the
    workbook again where it does not lie at the job's path."""
    from kpixl.delivery.closed import split

    if job.attach_workbook:
        from kpixl.pack.attachments import check_scope

        check_scope(job.scope)
    if whole is None:
        whole = review_workbook(job.workbook, job.month, job.as_of)
    part, closed = split(scoped(whole, job.scope))
    if part.errors and not job.draft:
        raise DataErrors(job.scope, part.errors)
    language = job.language or whole.settings.language
    write = write or write_file
    job = _issued(job, whole, language)
    printing = _Printing(job, part, language, read)
    files = tuple(write(path, data) for path, data in _rendered(printing))
    return PackResult(files, part, tuple(printing.unshown), closed)


def _issued(job: PackJob, whole: Review, language: str) -> PackJob:
    """The job with the brand kit that kpixl.toml names, and the edition that the ledger beside its
    workbook knows of the month."""
    from kpixl.delivery.editions import edition_named, issue_of

    if job.edition is not None:
        return job
    job = replace(job, templates=job.templates or named_kit(job.workbook))
    issue = issue_of(whole, job.workbook)
    if issue is None:
        return replace(job, edition=FIRST_EDITION)
    return replace(job, edition=edition_named(issue.edition, language), published=issue.before)


def named_kit(workbook: Path | None) -> Path | None:
    """The brand kit that kpixl.toml names for a workbook (None: one that lies in no folder of this
    machine). Raises :class:`ConfigProblem`."""
    from kpixl.delivery.config import brand_folder, delivery_config

    return brand_folder(delivery_config(workbook=workbook))


def named_engine(workbook: Path | None) -> str:
    """What makes a workbook's packs, as kpixl.toml says it; ``auto`` where it does not. Raises
    :class:`ConfigProblem`."""
    from kpixl.delivery.config import delivery_config

    return str(delivery_config(workbook=workbook).engine)


def render(job: PackJob, part: Review, language: str) -> tuple[str, bytes]:
    """The name and the bytes of one pack's PDF, not written anywhere; what it has of errors is the
    caller's to judge. Raises :class:`RenderProblem` and :class:`UsageProblem`."""
    from kpixl.delivery.closed import split

    part, _ = split(part)
    printing = _Printing(job, part, language)
    return f"{printing.stem}.pdf", printing.pdf(_pack(job, part, language))


def _rendered(printing: _Printing) -> Iterator[tuple[Path, bytes]]:
    from kpixl.pack.html import for_browser

    job = printing.job
    pack = _pack(job, printing.part, printing.language)
    if "pdf" in job.formats:
        yield job.out / f"{printing.stem}.pdf", printing.pdf(pack)
    if "html" in job.formats:
        html = for_browser(pack, job.templates)
        yield job.out / f"{printing.stem}.html", html.encode("utf-8")


class _Printing:
    """A pack on its way to a PDF: what it carries, and what it turns out that no font has."""

    def __init__(
        self, job: PackJob, part: Review, language: str, read: Callable[[], bytes] | None = None
    ) -> None:
        self.job, self.part, self.language = job, part, language
        self.stem = pack_stem(part, language, job.edition or FIRST_EDITION)
        self.unshown: list[Problem] = []
        self._read = read or partial(_bytes_of, job.workbook)

    def pdf(self, pack: Pack) -> bytes:
        from kpixl.pack.pdf import pack_pdf

        job = self.job
        return pack_pdf(pack, job.templates, self._attachments(), job.engine, self._tell)

    def _attachments(self) -> tuple[Attachment, ...]:
        from kpixl.pack.attachments import review_data, workbook

        data = review_data(self.part, self.language, self.stem)
        if not self.job.attach_workbook:
            return data
        found = self._read()
        if hashlib.sha256(found).hexdigest() != self.part.source.sha256:
            raise KpixlError("workbook-changed")
        return (*data, workbook(self.part, found, self.language))

    def _tell(self, characters: tuple[str, ...], rendered: Rendered) -> Rendered:
        """The pack with the cells of such characters among its findings."""
        from kpixl.pack.glyphs import book_of, glyph_problems, respelled
        from kpixl.pack.html import for_print

        book = book_of(self.part, self._read)
        problems = glyph_problems(characters, rendered.html, book)
        self.unshown += problems
        part = self.part if book is None else respelled(self.part, book, characters)
        part = replace(part, problems=(*part.problems, *problems))
        return for_print(_pack(self.job, part, self.language), self.job.templates)


def _bytes_of(workbook: Path) -> bytes:
    from kpixl.workbook.package import read_file

    return read_file(workbook.absolute())


def _pack(job: PackJob, part: Review, language: str) -> Pack:
    from kpixl.brand.kit import kit_of, logo_for
    from kpixl.pack.pages import DEFAULT_PAGES, PackOptions, build_pack

    kit = kit_of(job.templates)
    logo = logo_for(kit, job.workbook, part.settings.logo) if job.logo is None else job.logo
    restated = restatements(part, job.published)
    options = PackOptions(
        language=language,
        pages=job.pages or kit.pages or DEFAULT_PAGES,
        logo=logo,
        draft=job.draft,
        edition=job.edition or FIRST_EDITION,
        restated=restated,
        is_restated=is_restated(part, job.published, restated),
        paper=job.paper,
    )
    return build_pack(part, kit.over(options))


def pack_stem(part: Review, language: str, edition: Edition = FIRST_EDITION) -> str:
    """The file name of a pack without its ending: it sorts by month, then book, then scope. An
    edition that corrects another sorts behind it."""
    book = Path(part.source.name).stem
    pieces = [str(part.month), book, part.scope, language]
    if edition.corrects:
        pieces.append(f"e{edition.number}")
    return "_".join(safe_name(piece) for piece in pieces if piece)


def write_export(path: Path, data: bytes) -> Path:
    """As :func:`write_file`, but never under a workbook's name: what is there belongs to people,
    and Excel would not open what is not. Raises :class:`UsageProblem` ``already-there`` and
    ``export-as-workbook``."""
    if path.suffix.lower() in WORKBOOKS:
        code = "already-there" if path.exists() else "export-as-workbook"
        raise UsageProblem(code, found=str(path))
    return write_file(path, data)
