"""Say in the interface's language what is wrong with a command line.

Typer says it in English only, and as a program's error. What it says is recognised by its
wording; a wording that is not known goes out as it is, so that nothing is ever kept back.
"""

from __future__ import annotations

import re
from typing import Any

import typer

from kpixl.errors import UsageProblem

USAGE_ERROR: type[Exception] = typer.BadParameter.__mro__[1]
"""What Typer raises for a wrong command line; it has no public name of its own."""

_OPTION = r"Invalid value for (?:'-\w' / )?'(?P<option>[^']+)': (?:Value error, )?"
_COMMAND_UNKNOWN = r"No such command '(?P<found>.+?)'\.(?: Did you mean '(?P<near>[^']+)'\?)?.*"
_OPTION_UNKNOWN = (
    r"No such option: (?P<found>\S+)"
    r"(?: \(Possible options: (?P<near>.+)\)| Did you mean (?P<like>\S+)\?)?"
)
_WORDINGS = tuple(
    (re.compile(wording), code)
    for wording, code in (
        (_COMMAND_UNKNOWN, "usage-command"),
        (_OPTION_UNKNOWN, "usage-option"),
        (
            r"Missing (?:argument|option|parameter) (?:'-\w' / )?'(?P<found>.+?)'\..*",
            "usage-missing",
        ),
        (r"Option '(?P<found>.+?)' requires an argument\.?.*", "usage-no-value"),
        (r"Got unexpected extra argument(?:s|\(s\))? \((?P<found>.*)\)", "usage-extra"),
        (_OPTION + r"'(?P<found>.*)' is not one of (?P<wanted>.+?)\.?", "usage-choice"),
        (_OPTION + r"Input should be less than or equal to (?P<limit>\d+)", "usage-most"),
        (_OPTION + r"Input should be greater than or equal to (?P<limit>\d+)", "usage-least"),
        (_OPTION + r"Input should be a valid integer.*", "usage-number"),
    )
)


def usage_problem(error: Any) -> UsageProblem | None:
    """What Typer's ``error`` says, in kpixl's words; None where its wording is not known, as
    that of the help that a command without arguments prints."""
    said = error.format_message()
    for wording, code in _WORDINGS:
        found = wording.fullmatch(said)
        if found is not None:
            details = {name: text for name, text in found.groupdict().items() if text}
            return _told(code, error, details)
    return None


def _told(code: str, error: Any, details: dict[str, str]) -> UsageProblem:
    command: Any = getattr(error.ctx, "command", None)
    place = getattr(error.ctx, "command_path", "kpixl")
    near = details.pop("like", "") or details.get("near", "")
    if near:
        details["near"] = near
        code = f"{code}-near"
    wanted = details.get("wanted", "").replace("'", "")
    if code.startswith("usage-command"):
        wanted = ", ".join(command.list_commands(error.ctx))
    return UsageProblem(code, help=f"{place} --help", **{**details, "wanted": wanted})
