"""The commands: what a person types, and every sentence that kpixl says back."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from datetime import date
from enum import StrEnum
from functools import wraps
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer

from kpixl.errors import KpixlError, Problem, UsageProblem
from kpixl.plan.month import Month
from kpixl.ui import PLAIN, help_text, interface_language
from kpixl.words import say, word

# What a fault of kpixl's own may look like: no traceback is shown unless it is asked for.
BUGS = (
    MemoryError, RecursionError, OSError, ValueError, LookupError, TypeError, ArithmeticError,
    AttributeError, AssertionError, ImportError,
)  # fmt: skip

F = TypeVar("F", bound=Callable[..., Any])

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help=help_text("about"),
    context_settings={"help_option_names": ["-h", "--help"]},
)


class Language(StrEnum):
    """The languages of books and packs."""

    EN = "en"
    JA = "ja"


class Each(StrEnum):
    """What packs are split by."""

    CSF = "csf"
    OWNER = "owner"
    DEPARTMENT = "department"


class Cells(StrEnum):
    """What the cells of a new book are worked out with."""

    FUNCTIONS = "functions"
    NATIVE = "native"


class ExportFormat(StrEnum):
    """The forms of ``kpixl export``."""

    JSON = "json"
    CSV = "csv"
    PARQUET = "parquet"


def guarded(command: F) -> F:
    """Say what went wrong in one sentence, and leave with 1 (problems) or 2 (wrong use)."""

    @wraps(command)
    def run(*arguments: Any, **options: Any) -> Any:
        try:
            return command(*arguments, **options)
        except KpixlError as fault:
            if options.get("debug"):
                raise
            _say_fault(fault, bool(options.get("as_json")))
            raise typer.Exit(2 if isinstance(fault, UsageProblem) else 1) from None
        except BrokenPipeError:
            raise  # whoever reads on, such as `head`, has seen enough; Typer leaves quietly
        except BUGS as bug:
            if options.get("debug"):
                raise
            unexpected = KpixlError("unexpected", found=f"{type(bug).__name__}: {bug}")
            _say_fault(unexpected, bool(options.get("as_json")))
            raise typer.Exit(1) from None

    return run  # type: ignore[return-value]  # the wrapper keeps the command's own signature


def _say_fault(fault: KpixlError, as_json: bool) -> None:
    from kpixl import terminal
    from kpixl.check_report import print_problems

    problems: Sequence[Problem] = getattr(fault, "problems", ())
    language = interface_language()
    if as_json:
        _print_json(terminal.fault_data(fault, problems, language))
        return
    print_problems(problems, language, stderr=True)
    if not terminal.is_empty(problems):
        terminal.print_fault(fault, language)


def _print_json(data: object) -> None:
    """The only thing on standard output. A code page without the signs gets them escaped, so
    that no program reads a question mark for a name."""
    encoding = (getattr(sys.stdout, "encoding", None) or "ascii").replace("-", "").casefold()
    typer.echo(json.dumps(data, ensure_ascii=encoding != "utf8", indent=2, allow_nan=False))


def _month(text: str | None) -> Month | None:
    from kpixl.plan.values import month_in

    if text is None:
        return None
    month = month_in(text)
    if month is None:
        raise UsageProblem("month-option", found=text)
    return month


def _day(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageProblem("date-option", found=text) from None


Workbook = Annotated[Path, typer.Argument(help=help_text("workbook"), show_default=False)]
MonthOption = Annotated[str | None, typer.Option("--month", help=help_text("month"))]
AsOfOption = Annotated[str | None, typer.Option("--as-of", help=help_text("as_of"))]
ScopeOption = Annotated[str, typer.Option("--scope", help=help_text("scope"))]
LangOption = Annotated[Language | None, typer.Option("--lang", help=help_text("lang"))]
JsonOption = Annotated[bool, typer.Option("--json", help=help_text("json"))]
DebugOption = Annotated[bool, typer.Option("--debug", help=help_text("debug"))]
OutOption = Annotated[Path, typer.Option("-o", "--out", help=help_text("out"))]


@app.command(help=help_text("new"))
@guarded
def new(
    path: Annotated[Path, typer.Argument(help=help_text("new_path"), show_default=False)],
    lang: LangOption = None,
    sample: Annotated[bool, typer.Option("--sample", help=help_text("sample"))] = False,
    fiscal_start: Annotated[
        int, typer.Option("--fiscal-start", min=1, max=12, help=help_text("fiscal_start"))
    ] = 4,
    months: Annotated[
        int, typer.Option("--months", min=12, max=120, help=help_text("months"))
    ] = 36,
    first: Annotated[str | None, typer.Option("--first", help=help_text("first"))] = None,
    cells: Annotated[Cells, typer.Option("--cells", help=help_text("new_cells"))] = Cells.FUNCTIONS,
    debug: DebugOption = False,
) -> None:
    from kpixl import jobs

    language = lang.value if lang else interface_language()
    options = (sample, fiscal_start, months, _month(first), cells.value)
    made = jobs.new_workbook(path, language, *options)
    typer.echo(say("cli.made", interface_language(), path=made))
    key = "cli.sample_next" if sample else "cli.new_next"
    typer.echo(say(key, interface_language(), path=made))


@app.command(help=help_text("check"))
@guarded
def check(
    workbook: Workbook,
    strict: Annotated[bool, typer.Option("--strict", help=help_text("strict"))] = False,
    cells: Annotated[bool, typer.Option("--cells", help=help_text("cells"))] = False,
    as_json: JsonOption = False,
    debug: DebugOption = False,
) -> None:
    from kpixl.check_report import check_data, print_check
    from kpixl.checking import check_workbook

    language = interface_language()
    found = check_workbook(workbook, cells)
    if as_json:
        _print_json(check_data(found, language))
    else:
        print_check(workbook.name, found, language, strict)
    differing = found.cells is not None and found.cells.differences
    failing = found.told if strict or differing else [
        entry for entry in found.told if not entry.warning
    ]  # fmt: skip
    raise typer.Exit(1 if failing else 0)


@app.command(help=help_text("show"))
@guarded
def show(
    workbook: Workbook,
    month: MonthOption = None,
    as_of: AsOfOption = None,
    scope: ScopeOption = "",
    lang: LangOption = None,
    as_json: JsonOption = False,
    debug: DebugOption = False,
) -> None:
    from kpixl import jobs, terminal
    from kpixl.review.export import as_data
    from kpixl.review.scope import scoped

    whole = jobs.review_workbook(workbook, _month(month), _day(as_of))
    part = scoped(whole, scope)
    language = lang.value if lang else part.settings.language
    if as_json:
        _print_json(as_data(part, language))
    else:
        terminal.print_scorecard(part, language)
    raise typer.Exit(1 if part.errors else 0)


@app.command(help=help_text("pack"))
@guarded
def pack(
    workbook: Workbook,
    month: MonthOption = None,
    as_of: AsOfOption = None,
    scope: ScopeOption = "",
    each: Annotated[Each | None, typer.Option("--each", help=help_text("each"))] = None,
    lang: LangOption = None,
    out: OutOption = Path("packs"),
    html: Annotated[bool, typer.Option("--html", help=help_text("html"))] = False,
    pdf: Annotated[bool, typer.Option("--pdf/--no-pdf", help=help_text("pdf"))] = True,
    pages: Annotated[str | None, typer.Option("--pages", help=help_text("pages"))] = None,
    templates: Annotated[
        Path | None, typer.Option("--templates", help=help_text("templates"))
    ] = None,
    draft: Annotated[bool, typer.Option("--draft", help=help_text("draft"))] = False,
    as_json: JsonOption = False,
    debug: DebugOption = False,
) -> None:
    from kpixl import jobs

    if each is not None and scope:
        raise UsageProblem("scope-and-each")
    if templates is not None and not templates.is_dir():
        raise UsageProblem("no-such-folder", found=str(templates))
    whole = jobs.review_workbook(workbook, _month(month), _day(as_of))
    job = jobs.PackJob(
        workbook=workbook,
        out=out,
        scope=scope,
        language=lang.value if lang else None,
        formats=_formats(pdf, html),
        pages=tuple(pages.replace(" ", "").split(",")) if pages else None,
        templates=templates,
        draft=draft,
    )
    wanted = jobs.split_jobs(job, whole, each.value) if each else (job,)
    _make_packs(wanted, whole, as_json)


def _formats(pdf: bool, html: bool) -> tuple[str, ...]:
    chosen = tuple(name for name, wanted in (("pdf", pdf), ("html", html)) if wanted)
    if not chosen:
        raise UsageProblem("no-format")
    return chosen


def _make_packs(wanted: Sequence[Any], whole: Any, as_json: bool) -> None:
    """Make every pack; one that fails is reported and does not stop the others."""
    from kpixl import jobs, terminal
    from kpixl.check_report import print_problems

    language = interface_language()
    made: list[str] = []
    failed: list[dict[str, object]] = []
    for job in terminal.progress(wanted, word("cli.making", language), quiet=as_json):
        try:
            result = jobs.make_pack(job, whole)
        except (jobs.DataErrors, jobs.CannotWrite) as fault:
            if len(wanted) == 1 and isinstance(fault, jobs.CannotWrite):
                raise
            problems = getattr(fault, "problems", ())
            failed.append({"scope": job.scope, **terminal.fault_data(fault, problems, language)})
            if not as_json:
                print_problems(problems, language, stderr=True)
                terminal.print_fault(fault, language)
            continue
        made.extend(str(path) for path in result.files)
    if as_json:
        _print_json({"files": made, "failed": failed})
    else:
        for path in made:
            typer.echo(say("cli.made", language, path=path))
    raise typer.Exit(1 if failed else 0)


@app.command(help=help_text("export"))
@guarded
def export(
    workbook: Workbook,
    form: Annotated[ExportFormat, typer.Option("--format", help=help_text("format"))] = (
        ExportFormat.JSON
    ),
    out: Annotated[str, typer.Option("-o", "--out", help=help_text("export_out"))] = "-",
    month: MonthOption = None,
    as_of: AsOfOption = None,
    scope: ScopeOption = "",
    lang: LangOption = None,
    debug: DebugOption = False,
) -> None:
    from kpixl import jobs
    from kpixl.review.scope import scoped

    whole = jobs.review_workbook(workbook, _month(month), _day(as_of))
    part = scoped(whole, scope)
    data = jobs.export(part, form.value, lang.value if lang else part.settings.language)
    if out == "-":
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    else:
        path = jobs.write_export(Path(out), data)
        typer.echo(say("cli.made", interface_language(), path=path))
    raise typer.Exit(1 if part.errors else 0)


@app.command(help=help_text("demo"))
@guarded
def demo(out: OutOption = Path("demo"), debug: DebugOption = False) -> None:
    from kpixl import jobs, terminal

    language = interface_language()
    steps = jobs.demo_steps(out)
    files: list[Path] = []
    for step in terminal.progress(steps, word("cli.demo_running", language)):
        files.extend(step())
    typer.echo(say("cli.demo_done", language, folder=out.resolve()))
    for path in files:
        typer.echo(f"  {path}")
    typer.echo(word("cli.demo_next", language))


@app.command(help=help_text("doctor"))
@guarded
def doctor(as_json: JsonOption = False, debug: DebugOption = False) -> None:
    from kpixl import terminal
    from kpixl.doctor import examine

    findings = examine()
    if as_json:
        _print_json(terminal.findings_data(findings, interface_language()))
    else:
        terminal.print_findings(findings, interface_language())
    raise typer.Exit(1 if terminal.is_ill(findings) else 0)


addin = typer.Typer(no_args_is_help=True, help=help_text("addin"), rich_markup_mode=None)
app.add_typer(addin, name="addin")


@addin.command("excel", help=help_text("addin_excel"))
@guarded
def addin_excel(debug: DebugOption = False) -> None:
    from kpixl.hosts.excel.addin import set_up

    steps = set_up()
    for step in steps:
        typer.echo(step.sentence(interface_language()))
    raise typer.Exit(0 if all(step.ok for step in steps) else 1)


@addin.command("libreoffice", help=help_text("addin_libreoffice"))
@guarded
def addin_libreoffice(
    out: Annotated[Path | None, typer.Option("-o", "--out", help=help_text("oxt_out"))] = None,
    remove: Annotated[bool, typer.Option("--remove", help=help_text("addin_remove"))] = False,
    debug: DebugOption = False,
) -> None:
    from kpixl.hosts.libreoffice import find_manager, set_up, take_away

    manager = find_manager()
    steps = take_away(manager) if remove else set_up(out, manager)
    for step in steps:
        typer.echo(step.sentence(interface_language()))
    raise typer.Exit(0 if all(step.ok for step in steps) else 1)


def _plain_streams() -> None:
    """Windows consoles may speak a code page that lacks ● or −: they get the nearest sign."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors=PLAIN)


def main() -> None:
    """Run the command line."""
    _plain_streams()
    app()
