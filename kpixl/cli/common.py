"""What all commands share: the application, its options, and how a fault is told."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import date
from enum import StrEnum
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer
from typer.core import TyperGroup

from kpixl.cli.help import COMMANDS, HELP_NAMES, VERSION_NAME, nobody_reads_on, version_line
from kpixl.cli.usage import USAGE_ERROR, usage_problem
from kpixl.errors import BUGS, KpixlError, Problem, UsageProblem
from kpixl.plan.month import Month
from kpixl.ui import help_text, interface_language
from kpixl.words import say, typed

if TYPE_CHECKING:
    from kpixl.pack.engines import Chosen

F = TypeVar("F", bound=Callable[..., Any])


class InOrder(TyperGroup):
    """The commands in the order of :data:`COMMANDS`, whichever module declares them."""

    def list_commands(self, ctx: Any) -> list[str]:
        """The commands' names; one that has no place yet comes last."""
        known = {name: place for place, name in enumerate(COMMANDS)}
        return sorted(super().list_commands(ctx), key=lambda name: known.get(name, len(known)))

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The command, which speaks of its ``--help`` in the interface's language."""
        command = super().get_command(ctx, cmd_name)
        return command and _with_own_words(command, command.get_help_option(ctx))

    def get_help_option(self, ctx: Any) -> Any:
        """As for the commands."""
        option = super().get_help_option(ctx)
        return _with_own_words(option, option)

    def make_context(self, *arguments: Any, **extra: Any) -> Any:
        """What stands before any command, told of as all faults are."""
        with _own_words_for_usage():
            return super().make_context(*arguments, **extra)

    def invoke(self, ctx: Any) -> Any:
        """The command, a wrong command line for which is told of as all faults are."""
        with _own_words_for_usage():
            return super().invoke(ctx)


@contextmanager
def _own_words_for_usage() -> Iterator[None]:
    """Leave with 2 for a wrong command line, which Typer otherwise says in English only."""
    try:
        yield
    except USAGE_ERROR as error:
        problem = usage_problem(error)
        if problem is None:
            raise
        _say_fault(problem, as_json=False)
        raise typer.Exit(2) from None


def _with_own_words(found: Any, option: Any) -> Any:
    """``found``, whose ``--help`` otherwise speaks English in every language."""
    if option is not None:
        option.help = help_text("help")
    return found


app = typer.Typer(
    cls=InOrder,
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help=help_text("about"),
    context_settings={"help_option_names": list(HELP_NAMES)},
)


def _say_version(is_asked: bool) -> None:
    if is_asked:
        typer.echo(version_line())
        raise typer.Exit


@app.callback()
def about(
    version: Annotated[
        bool,
        typer.Option(VERSION_NAME, callback=_say_version, is_eager=True, help=help_text("version")),
    ] = False,
) -> None:
    """What stands before any command."""


class Language(StrEnum):
    """The languages of books and packs."""

    EN = "en"
    JA = "ja"


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
        except KeyboardInterrupt:
            typer.echo(say("cli.stopped", interface_language()), err=True)
            raise
        except BrokenPipeError:
            raise  # whoever reads on, such as `head`, has seen enough; Typer leaves quietly
        except BUGS as bug:
            if nobody_reads_on(bug):
                raise typer.Exit(1) from None
            if options.get("debug"):
                raise
            from kpixl.files import fault_of

            _say_fault(fault_of(bug), bool(options.get("as_json")))
            raise typer.Exit(1) from None

    return run  # type: ignore[return-value]  # the wrapper keeps the command's own signature


def _say_fault(fault: KpixlError, as_json: bool) -> None:
    from kpixl import terminal
    from kpixl.check_report import print_problems

    problems: Sequence[Problem] = getattr(fault, "problems", ())
    language = interface_language()
    if as_json:
        # Where standard output takes nothing, that is told on the other.
        with suppress(OSError):
            print_json(terminal.fault_data(fault, problems, language))
            return
    print_problems(problems, language, stderr=True)
    # Of a book among others it is said which one is still empty.
    if fault.code == "book-not-carried" or not terminal.is_empty(problems):
        terminal.print_fault(fault, language)


def engine_for(wanted: str, as_json: bool, templates: Path | None = None) -> dict[str, object]:
    """As :func:`engine_told`; what there is to say of it is said on standard error, too, unless
    ``as_json``."""
    told = engine_told(wanted, templates)
    say_engines([told], as_json)
    return told


def engine_told(wanted: str, templates: Path | None) -> dict[str, object]:
    """Which engine makes the pages of packs that the folder ``templates`` has a part in, as data;
    ``note`` is what it cannot do: a browser, PlutoPrint where templates ask for more, a WeasyPrint
    of another version than is known. Raises what :func:`kpixl.pack.engines.choose` raises."""
    from kpixl.pack.engines import Engine, choose

    chosen = choose(wanted, templates)
    told: dict[str, object] = {"name": chosen.engine.value}
    notes = []
    if chosen.browser is not None:
        told["program"] = str(chosen.browser.program)
        notes.append(_browser_note(chosen))
    elif chosen.beyond is not None:
        kind = "less" if chosen.engine is Engine.PLUTOPRINT else "more"
        one = chosen.beyond
        about = {"file": one.file, "line": one.line, "found": one.found}
        notes.append(say(f"cli.engine_{kind}", interface_language(), **about))
    if chosen.engine is Engine.WEASYPRINT:
        notes += _version_note()
    if notes:
        told["note"] = " ".join(notes)
    return told


def _browser_note(chosen: Chosen) -> str:
    from kpixl.pack.browser_archive import CHECKED

    kind = "engine_instead" if chosen.missing else "engine_chromium"
    program = chosen.browser.program if chosen.browser else ""
    return say(f"cli.{kind}", interface_language(), program=program, checked=CHECKED)


def _version_note() -> list[str]:
    from kpixl.pack.weasy import KNOWN_VERSION, unknown_version

    other = unknown_version()
    if other is None:
        return []
    return [say("cli.engine_slow", interface_language(), found=other, known=KNOWN_VERSION)]


def say_engines(told: Sequence[Mapping[str, object]], as_json: bool) -> None:
    """Print the notes of engines on standard error, each once; nothing where ``as_json``."""
    if not as_json:
        for note in dict.fromkeys(str(one["note"]) for one in told if "note" in one):
            typer.echo(note, err=True)


def print_json(data: object) -> None:
    """The only thing on standard output. A code page without the signs gets them escaped, so
    that no program reads a question mark for a name; so is a file's name that is no UTF-8."""
    from kpixl.files import spelled

    encoding = (getattr(sys.stdout, "encoding", None) or "ascii").replace("-", "").casefold()
    text = json.dumps(data, ensure_ascii=encoding != "utf8", indent=2, allow_nan=False)
    typer.echo(spelled(text))


def has_terminal() -> bool:
    """Whether a person sits there who can be asked. A program that was started without a window,
    such as a schedule's, may have no streams at all."""
    return all(one is not None and one.isatty() for one in (sys.stdin, sys.stdout))


def month_of(text: str | None) -> Month | None:
    from kpixl.plan.values import month_in, plain

    if text is None:
        return None
    month = month_in(plain(text))
    if month is None:
        raise UsageProblem("month-option", found=text)
    return month


def look_folder(brand: Path | None, templates: Path | None) -> Path | None:
    """The folder that says how packs look: a brand kit, or templates alone. Raises
    :class:`UsageProblem` where both are named, or the one that is named is none."""
    from kpixl.brand.kit import FILE

    folder = brand or templates
    if brand is not None and templates is not None:
        raise UsageProblem("brand-and-templates")
    if folder is not None and not folder.is_dir():
        raise UsageProblem("no-such-folder", found=str(folder))
    if brand is not None and not (brand / FILE).is_file():
        raise UsageProblem("brand-none", found=str(brand))
    return folder


def ledger_of(place: str | None) -> str | None:
    """The place that ``--ledger`` names. Raises :class:`UsageProblem` where a password stands in
    it: a command line is for everybody to see."""
    from kpixl.delivery.ledger_places import holds_password

    with suppress(ValueError):  # such a URL is refused when it is opened
        if place is not None and holds_password(place):
            raise UsageProblem("ledger-password-told")
    return place


def book_words(workbook: Path | None, config: Path | None, ledger: str | None) -> str:
    """The workbook as a further command about it names it, with the options by which the same
    ledger is found; a URL, which may be long, is left to the person."""
    words = [] if workbook is None else [typed(str(workbook))]
    if config is not None:
        words += ["--config", typed(str(config))]
    if ledger is not None:
        words += ["--ledger", "URL" if "://" in ledger else typed(ledger)]
    return " ".join(words)


def day_of(text: str | None) -> date | None:
    from kpixl.plan.values import date_of

    if text is None:
        return None
    day, _ = date_of(text)
    if day is None:
        raise UsageProblem("date-option", found=text)
    return day


# What may not be read is told by the one who reads it, as all faults are: ``readable``, which is
# meant for Typer to look, is False for every path.
Workbook = Annotated[
    Path, typer.Argument(help=help_text("workbook"), show_default=False, readable=False)
]
MonthOption = Annotated[str | None, typer.Option("--month", help=help_text("month"))]
AsOfOption = Annotated[str | None, typer.Option("--as-of", help=help_text("as_of"))]
BrandOption = Annotated[
    Path | None, typer.Option("--brand", help=help_text("brand_folder"), readable=False)
]
TemplatesOption = Annotated[
    Path | None, typer.Option("--templates", help=help_text("templates"), readable=False)
]
ScopeOption = Annotated[str, typer.Option("--scope", help=help_text("scope"))]
LangOption = Annotated[
    Language | None, typer.Option("--lang", case_sensitive=False, help=help_text("lang"))
]
EngineOption = Annotated[
    str, typer.Option("--engine", help=help_text("engine"), show_default=False)
]
JsonOption = Annotated[bool, typer.Option("--json", help=help_text("json"))]
ConfigOption = Annotated[
    Path | None, typer.Option("--config", help=help_text("config"), readable=False)
]
LedgerOption = Annotated[str | None, typer.Option("--ledger", help=help_text("ledger"))]
DebugOption = Annotated[bool, typer.Option("--debug", help=help_text("debug"))]
OutOption = Annotated[Path, typer.Option("-o", "--out", help=help_text("out"), readable=False)]
