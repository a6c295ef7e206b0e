"""The command that makes review packs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kpixl.cli.common import (
    AsOfOption,
    BrandOption,
    DebugOption,
    EngineOption,
    JsonOption,
    Language,
    MonthOption,
    ScopeOption,
    TemplatesOption,
    app,
    day_of,
    engine_told,
    guarded,
    look_folder,
    month_of,
    print_json,
    say_engines,
)
from kpixl.collector import collector_off
from kpixl.errors import UsageProblem
from kpixl.pack.look import Paper
from kpixl.ui import help_text, interface_language
from kpixl.words import say, word

if TYPE_CHECKING:
    from kpixl.errors import Problem
    from kpixl.many.orders import Order


class Each(StrEnum):
    """What packs are split by."""

    CSF = "csf"
    OWNER = "owner"
    DEPARTMENT = "department"


@app.command(help=help_text("pack"))
@guarded
def pack(
    workbooks: Annotated[
        list[str],
        typer.Argument(metavar="WORKBOOK...", help=help_text("workbooks"), show_default=False),
    ],
    month: MonthOption = None,
    as_of: AsOfOption = None,
    scope: ScopeOption = "",
    each: Annotated[Each | None, typer.Option("--each", help=help_text("each"))] = None,
    lang: Annotated[
        list[Language] | None, typer.Option("--lang", case_sensitive=False, help=help_text("langs"))
    ] = None,
    out: Annotated[str, typer.Option("-o", "--out", help=help_text("pack_out"))] = "packs",
    html: Annotated[bool, typer.Option("--html", help=help_text("html"))] = False,
    pdf: Annotated[bool, typer.Option("--pdf/--no-pdf", help=help_text("pdf"))] = True,
    pages: Annotated[str | None, typer.Option("--pages", help=help_text("pages"))] = None,
    brand: BrandOption = None,
    templates: TemplatesOption = None,
    draft: Annotated[bool, typer.Option("--draft", help=help_text("draft"))] = False,
    attach_workbook: Annotated[
        bool, typer.Option("--attach-workbook", help=help_text("attach_workbook"))
    ] = False,
    engine: EngineOption = "",
    paper: Annotated[
        Paper | None, typer.Option("--paper", case_sensitive=False, help=help_text("paper"))
    ] = None,
    processes: Annotated[
        int | None, typer.Option("-j", "--jobs", min=1, help=help_text("jobs"))
    ] = None,
    cluster: Annotated[str | None, typer.Option("--cluster", help=help_text("cluster"))] = None,
    resume: Annotated[bool, typer.Option("--resume", help=help_text("resume"))] = False,
    as_json: JsonOption = False,
    debug: DebugOption = False,
) -> None:
    from kpixl.files import check_folder_name
    from kpixl.many.addresses import is_lone, local_path, scheme_of
    from kpixl.many.orders import Order
    from kpixl.pack.attachments import check_scope

    if each is not None and scope:
        raise UsageProblem("scope-and-each")
    if attach_workbook:
        check_scope(scope or (each.value if each else ""))
        if not pdf:
            raise UsageProblem("attach-without-pdf")
    if not scheme_of(out):
        check_folder_name(local_path(out))
    look = look_folder(brand, templates)
    order = Order(
        target=out,
        month=month_of(month),
        as_of=day_of(as_of),
        scope=scope,
        each=each.value if each else "",
        languages=tuple(dict.fromkeys(one.value for one in lang or ())),
        formats=_formats(pdf, html),
        pages=tuple(pages.replace(" ", "").split(",")) if pages else None,
        templates=str(look) if look else None,
        draft=draft,
        resume=resume,
        attach_workbook=attach_workbook,
        engine=engine,
        paper=paper,
    )
    is_one_pack = is_lone(workbooks) and each is None and len(order.languages) < 2
    if is_one_pack and not (scheme_of(out) or cluster or resume):
        _make_one(Path(workbooks[0]), order, as_json)
    else:
        _make_many(workbooks, order, processes, cluster, as_json, debug)


def _formats(pdf: bool, html: bool) -> tuple[str, ...]:
    chosen = tuple(name for name, wanted in (("pdf", pdf), ("html", html)) if wanted)
    if not chosen:
        raise UsageProblem("no-format")
    return chosen


def _told(
    engines: Sequence[tuple[str, Path | None]], order: Order, as_json: bool
) -> dict[str, object]:
    """Which engine makes the PDFs, where any are made, as data; ``engines`` where there are several
    of them, since each workbook has its own kpixl.toml. Each goes with the templates that it lays
    out."""
    if "pdf" not in order.formats:
        return {}
    told = [engine_told(wanted, templates) for wanted, templates in engines]
    found = [one for number, one in enumerate(told) if one not in told[:number]]
    say_engines(found, as_json)
    return {"engine": found[0]} if len(found) == 1 else {"engines": found}


@collector_off()
def _make_one(workbook: Path, order: Order, as_json: bool) -> None:
    """One pack, without anything that many would need."""
    from kpixl import jobs, terminal
    from kpixl.check_report import print_problems
    from kpixl.many.addresses import local_path
    from kpixl.review.export import problem_data

    language = interface_language()
    whole = jobs.review_workbook(workbook, order.month, order.as_of)
    engine = order.engine or jobs.named_engine(workbook)
    templates = Path(order.templates) if order.templates else None
    about = _told(((engine, templates or jobs.named_kit(workbook)),), order, as_json)
    job = jobs.PackJob(
        workbook=workbook,
        out=local_path(order.target),
        scope=order.scope,
        language=order.languages[0] if order.languages else None,
        formats=order.formats,
        pages=order.pages,
        templates=templates,
        draft=order.draft,
        attach_workbook=order.attach_workbook,
        engine=engine,
        paper=order.paper,
    )
    made: list[str] = []
    failed: list[dict[str, object]] = []
    found: tuple[Problem, ...] = ()
    for one in terminal.progress((job,), word("cli.making", language), quiet=as_json):
        try:
            result = jobs.make_pack(one, whole)
            made, found = [str(path) for path in result.files], result.warnings
        except jobs.DataErrors as fault:
            data = terminal.fault_data(fault, fault.problems, language)
            failed.append({"scope": one.scope, **data})
            if not as_json:
                print_problems(fault.problems, language, stderr=True)
                terminal.print_fault(fault, language)
    if as_json:
        warnings = [problem_data(problem, language) for problem in found]
        print_json({"files": made, "failed": failed, "warnings": warnings, **about})
    else:
        print_problems(found, language, stderr=True)
        for path in made:
            typer.echo(say("cli.made", language, path=path))
    raise typer.Exit(1 if failed else 0)


def _make_many(
    workbooks: Sequence[str],
    order: Order,
    processes: int | None,
    cluster: str | None,
    as_json: bool,
    debug: bool,
) -> None:
    """Every pack of every workbook; one that fails is reported and does not stop the others."""
    from kpixl import many_report
    from kpixl.many.start import engines_wanted, find_hands, prepared

    language = interface_language()
    # One engine for all that do not name their own; but a cluster's workers see for themselves
    # what they have.
    about = {} if cluster else _told(engines_wanted(workbooks, order), order, as_json)
    only = about.get("engine")
    if isinstance(only, dict):
        order = replace(order, engine=str(only["name"]))
    books, order = prepared(workbooks, order, shared=cluster is not None)
    hands = find_hands(books, order, processes, cluster)
    tally, ended = many_report.make_many(books, order, hands, language, quiet=as_json)
    fault = many_report.lone_failure(tally, books)
    if fault is not None:
        raise fault
    if as_json:
        print_json({**many_report.tally_data(tally, ended, language), **about})
    else:
        many_report.print_tally(tally, books, order, language, debug)
    raise typer.Exit(many_report.exit_code(tally, ended))
