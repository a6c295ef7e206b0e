"""Find and fill templates, shipped or a user's own, so that text from a workbook stays text."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import Any

from jinja2 import BaseLoader, ChoiceLoader, Environment, FileSystemLoader, PrefixLoader
from jinja2.loaders import split_template_path
from jinja2.sandbox import SandboxedEnvironment

from kpixl.errors import UsageProblem
from kpixl.pack.template_cache import COMPILED
from kpixl.pack.template_checks import check_folder
from kpixl.pack.template_faults import NoSuchText, NotDefined
from kpixl.pack.template_faults import rendering as rendering  # noqa: PLC0414 -- offered here too
from kpixl.resources import report_templates
from kpixl.words import say, word

PLAIN = ("mail.txt", "mail_subject.txt")
"""Templates whose outcome is never read as HTML: escaped, & would be seen as &amp;."""
SHIPPED = "kpixl"


class FolderLoader(FileSystemLoader):
    """Templates of a user's folder and of nowhere else, wherever a link in it may lead."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.folder = folder

    def get_source(self, environment: Environment, template: str) -> tuple[str, str, object]:  # type: ignore[override]  # any callable will do
        """The template's text, file, and whether it is up to date. Raises :class:`UsageProblem`
        ``template-outside`` or ``template-not-utf8``."""
        path = self.folder.joinpath(*split_template_path(template))
        if path.exists() and not path.resolve().is_relative_to(self.folder.resolve()):
            raise UsageProblem("template-outside", file=str(path), found=str(path.resolve()))
        try:
            return super().get_source(environment, template)
        except UnicodeDecodeError:
            raise UsageProblem("template-not-utf8", file=str(path)) from None


class Sandbox(SandboxedEnvironment):
    """Where templates run. A pack's contexts are made for them: what these hold is handed out
    without asking, thousands of times a pack, whether it gives access to Python itself."""

    def getattr(self, obj: object, attribute: str) -> Any:
        """What a template means by ``obj.attribute``."""
        if attribute in _open_fields(type(obj)):  # type: ignore[arg-type]  # it has a hash
            return getattr(obj, attribute)
        return super().getattr(obj, attribute)


@lru_cache(maxsize=256)
def _open_fields(kind: type) -> frozenset[str]:
    """The fields of a data class of ours; none for anything else."""
    if not (kind.__module__.startswith("kpixl.") and is_dataclass(kind)):
        return frozenset()
    return frozenset(one.name for one in fields(kind) if not one.name.startswith("_"))


def environment(templates: Path | None, language: str) -> Sandbox:
    """Where templates are found and run; ``t`` says a text of words.json in ``language``.

    The user's folder comes first; ``{% extends "kpixl/cover.html" %}`` names the shipped
    template that a file of the same name overrides block by block. Raises :class:`UsageProblem`
    for a folder whose templates would not do what their writer expects.
    """
    shipped = FileSystemLoader(report_templates())
    loaders: list[BaseLoader] = [shipped, PrefixLoader({SHIPPED: shipped})]
    if templates is not None:
        loaders.insert(0, FolderLoader(templates))
    found = Sandbox(
        loader=ChoiceLoader(loaders),
        autoescape=is_escaped,
        undefined=NotDefined,
        bytecode_cache=COMPILED,
        trim_blocks=True,
        lstrip_blocks=True,
    )

    def text(key: str, /, **details: object) -> str:
        try:
            word(key, language)
        except KeyError:
            raise NoSuchText(key) from None
        return say(key, language, **details)

    found.globals["t"] = text
    if templates is not None:
        with rendering():
            check_folder(templates, found)
    return found


def is_escaped(name: str | None) -> bool:
    """Whether what a template prints is escaped for HTML: all but style sheets and the few that
    make plain text."""
    if name is None:
        return True
    return not name.endswith(".css") and PurePosixPath(name).name not in PLAIN
