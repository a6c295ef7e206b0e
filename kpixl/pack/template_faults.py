"""Turn a fault of a template into the error that tells its writer the file, the line and what."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import fields, is_dataclass
from functools import partial
from pathlib import Path, PurePath

from jinja2 import StrictUndefined
from jinja2.exceptions import (
    SecurityError,
    TemplateError,
    TemplateNotFound,
    TemplateSyntaxError,
    UndefinedError,
)
from jinja2.utils import missing

from kpixl.errors import UsageProblem
from kpixl.resources import report_templates
from kpixl.words import section

KINDS = (".html", ".css", ".txt")
GIVEN = ("page", "pack", "mail", "theme", "fonts", "medium", "draw", "t", "loop", "super")
"""The names that templates find defined."""
NEAREST = 5


class UndefinedName(UndefinedError):
    """``name`` is not there: in ``owner``, or among all names where that is ``missing``."""

    def __init__(self, owner: object, name: str, message: str | None = None) -> None:
        super().__init__(message)
        self.owner = owner
        self.name = name


class NoSuchText(UndefinedError):
    """A template asked ``t`` for a text, ``key``, that kpixl does not have."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


class NotDefined(StrictUndefined):
    """What a template asked for and nobody gave: any use of it is an :class:`UndefinedName`."""

    def __init__(
        self,
        hint: str | None = None,
        obj: object = missing,
        name: str | None = None,
        exc: Callable[..., TemplateError] = UndefinedError,
    ) -> None:
        if exc is UndefinedError and isinstance(name, str):
            exc = partial(UndefinedName, obj, name)
        super().__init__(hint, obj, name, exc)  # type: ignore[arg-type]  # only ever called


@contextmanager
def rendering() -> Iterator[None]:
    """Within it a fault of a template becomes the :class:`UsageProblem` ``template-broken``,
    which tells the person who wrote it the file and the line."""
    try:
        yield
    except (TemplateError, RecursionError) as fault:
        raise _broken(fault) from fault
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as fault:
        if not _raised_at(fault)[2]:
            raise
        raise _broken(fault) from fault


def _broken(fault: Exception) -> UsageProblem:
    file, line, _ = _raised_at(fault)
    named = getattr(fault, "filename", None) or file or getattr(fault, "name", None)
    details = _details(fault)
    return UsageProblem(
        "template-broken",
        file=named or "?",
        line=getattr(fault, "lineno", None) or line or "?",
        **details,
    )


def _details(fault: Exception) -> dict[str, object]:
    """What is said of a fault besides its place; ``form`` chooses among the sentences."""
    found: dict[str, object] = {"found": str(fault)}
    if isinstance(fault, UndefinedName):
        return _undefined(fault)
    if isinstance(fault, NoSuchText):
        return _no_such_text(fault.key)
    if isinstance(fault, SecurityError):
        return {**found, "form": "forbidden"}
    if isinstance(fault, TemplateNotFound):
        return {"found": str(fault.name or fault), "form": "not-found"}
    if isinstance(fault, TemplateSyntaxError):
        return {"found": fault.message or str(fault), "form": "syntax"}
    if isinstance(fault, RecursionError):
        return {**found, "form": "loop"}
    return found


def _undefined(fault: UndefinedName) -> dict[str, object]:
    owner, name = fault.owner, fault.name
    known = GIVEN if owner is missing else _names_in(owner)
    if owner is not missing:
        name = f"{type(owner).__name__}.{fault.name}"
    near = difflib.get_close_matches(fault.name, known, n=1)
    found: dict[str, object] = {"found": name, "known": ", ".join(known) or "–"}
    return {**found, "form": "near", "near": near[0]} if near else {**found, "form": "undefined"}


def _no_such_text(key: str) -> dict[str, object]:
    """What is said of ``t("page.ownr")``: the texts of that section that are called nearly so."""
    group = key.partition(".")[0]
    try:
        known = [f"{group}.{name}" for name in section(group)]
    except KeyError:
        known = []
    near = difflib.get_close_matches(key, known, n=NEAREST)
    found: dict[str, object] = {"found": f't("{key}")', "known": ", ".join(near) or "–"}
    return {**found, "form": "near", "near": near[0]} if near else {**found, "form": "undefined"}


def _names_in(owner: object) -> tuple[str, ...]:
    """What a template may ask a context for."""
    if not is_dataclass(owner) or isinstance(owner, type):
        return ()
    own = (name for one in type(owner).__mro__ for name in vars(one) if name[0] != "_")
    return tuple(dict.fromkeys([*(entry.name for entry in fields(owner)), *own]))


def _raised_at(fault: BaseException) -> tuple[str, int, bool]:
    """File and line of the innermost template, and whether the fault is that template's rather
    than one of the code that it called: what a user's own template calls, it calls wrongly."""
    file, line, own = "", 0, False
    trace = fault.__traceback__
    while trace is not None:
        name = trace.tb_frame.f_code.co_filename
        own = PurePath(name).suffix in KINDS
        if own:
            file, line = name, trace.tb_lineno
        trace = trace.tb_next
    return file, line, own or bool(file and not Path(file).is_relative_to(report_templates()))
