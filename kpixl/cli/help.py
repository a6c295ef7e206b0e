"""Answer ``kpixl --help`` and ``kpixl --version`` at once, without what the commands need.

The page is the one that the application itself would print, which takes ten times as long to put
together; tests hold the two together.
"""

from __future__ import annotations

import os
import sys
import textwrap

import kpixl
from kpixl.ui import help_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

COMMANDS = (
    "new", "adopt", "collect", "import", "check", "show", "pack", "send", "close", "history",
    "export", "merge", "brand", "addin", "doctor", "demo",
)  # fmt: skip
"""The commands as ``--help`` lists them: in the order in which a month needs them."""

HELP_NAMES = ("-h", "--help")
VERSION_NAME = "--version"
WIDEST, NARROWEST = 80, 50


def answered(words: Sequence[str]) -> bool:
    """Whether ``words`` of a command line ask for no more than the help or the version, which
    then has been printed."""
    if len(words) != 1:
        return False
    if words[0] in HELP_NAMES:
        _print("\n".join(help_page(program_name(), width())))
    elif words[0] == VERSION_NAME:
        _print(version_line())
    else:
        return False
    return True


def version_line() -> str:
    """What ``kpixl --version`` says."""
    return f"kpixl {kpixl.__version__}"


def help_page(program: str, columns: int) -> Iterator[str]:
    """The lines of ``kpixl --help``, none longer than ``columns`` where words allow it."""
    yield f"Usage: {program} [OPTIONS] COMMAND [ARGS]..."
    yield ""
    yield from _wrapped(help_text("about"), columns, "  ")
    yield ""
    yield "Options:"
    yield from _table(
        ((VERSION_NAME, help_text("version")), (", ".join(HELP_NAMES), help_text("help"))), columns
    )
    yield ""
    yield "Commands:"
    room = columns - 6 - max(map(len, COMMANDS))
    yield from _table([(name, _shortened(help_text(name), room)) for name in COMMANDS], columns)


def width() -> int:
    """How many columns the page may take: those of the terminal, within limits."""
    try:
        columns = int(os.environ.get("COLUMNS", "0"))
    except ValueError:
        columns = 0
    if columns <= 0:
        try:
            columns = os.get_terminal_size(sys.__stdout__.fileno()).columns  # type: ignore[union-attr]
        except (AttributeError, ValueError, OSError):
            columns = 0
    return max(min(columns or WIDEST, WIDEST) - 2, NARROWEST)


def program_name() -> str:
    """What the person typed: ``kpixl``, or ``python -m kpixl``."""
    is_module = bool(getattr(sys.modules["__main__"], "__package__", ""))
    return "python -m kpixl" if is_module else os.path.basename(sys.argv[0])  # noqa: PTH119


def _table(rows: Sequence[tuple[str, str]], columns: int) -> Iterator[str]:
    first = max(len(name) for name, _ in rows) + 2
    for name, text in rows:
        lines = _wrapped(text, max(columns - first - 2, 10), "")
        for number, line in enumerate(lines):
            yield f"  {'' if number else name:{first}}{line}"


def _wrapped(text: str, columns: int, indent: str) -> list[str]:
    return textwrap.wrap(text, columns, initial_indent=indent, subsequent_indent=indent)


def _shortened(text: str, room: int) -> str:
    """A command's first sentence, or as many of its words as there is room for."""
    words = text.split()
    for number, word in enumerate(words, 1):
        so_far = " ".join(words[:number])
        if len(so_far) > room:
            break
        if word.endswith("."):
            return so_far
    else:
        return text
    kept = [n for n in range(1, len(words)) if len(" ".join(words[:n])) + len("...") <= room]
    return " ".join(words[: max(kept, default=0)]) + "..."


def _print(text: str) -> None:
    try:
        print(text, flush=True)
    except BrokenPipeError:
        _read_no_more()
    except OSError as fault:
        if not nobody_reads_on(fault):
            raise


def nobody_reads_on(fault: BaseException) -> bool:
    """Whether Windows says by ``fault`` that the reader of standard output, such as ``more``, has
    seen enough: it calls a closed pipe an invalid argument. Other things are that as well, but what
    was not written then can be."""
    if sys.platform != "win32":
        return False
    import errno

    if getattr(fault, "errno", None) != errno.EINVAL:
        return False
    try:
        sys.stdout.flush()
    except OSError:
        _read_no_more()
        return True
    return False


def _read_no_more() -> None:
    # Whoever reads on, such as `head`, has seen enough; nor is there anything left to flush.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
