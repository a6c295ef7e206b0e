"""Find what in a folder of templates would silently do nothing: Jinja passes over it."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from pathlib import Path

from jinja2 import Environment, meta, nodes
from jinja2.exceptions import TemplateNotFound

from kpixl.errors import UsageProblem
from kpixl.resources import report_templates

OWN = "brand.css"
"""A style sheet that the shipped one ends with, where a folder has it."""
CHECKED = (".html", ".css", ".txt")
DEEPEST = 20


def check_folder(folder: Path, environment: Environment) -> None:
    """Look at every template in ``folder``. Raises :class:`UsageProblem`

    - ``template-unknown``: no shipped template is called so, and none of the folder asks for it;
    - ``template-itself``: it extends itself, not the shipped one;
    - ``template-block``: it fills a block that the template which it extends does not have;
    - ``template-beside``: it says something beside its blocks, which nobody would see;

    and what Jinja raises for a template that cannot be read.
    """
    shipped = tuple(sorted(path.name for path in report_templates().iterdir() if path.is_file()))
    names = [path.name for path in sorted(folder.iterdir()) if path.suffix in CHECKED]
    trees = {name: _tree(environment, name) for name in names if _is_template(name, shipped)}
    asked = {one for tree in trees.values() for one in meta.find_referenced_templates(tree)}
    for name, tree in trees.items():
        file = str(folder / name)
        if name not in (*shipped, OWN) and name not in asked:
            raise UsageProblem("template-unknown", file=file, **_near(name, shipped))
        _check_blocks(tree, name, file, environment)


def _is_template(name: str, shipped: tuple[str, ...]) -> bool:
    """All but plain text that is something else, such as a licence."""
    return name in shipped or not name.endswith(".txt")


def _tree(environment: Environment, name: str) -> nodes.Template:
    if environment.loader is None:
        raise TemplateNotFound(name)
    source, file, _ = environment.loader.get_source(environment, name)
    return environment.parse(source, name, file)


def _extended(tree: nodes.Template) -> str:
    """The name of the template that one extends, where it is written out; else ""."""
    found = tree.find(nodes.Extends)
    if found is None or not isinstance(found.template, nodes.Const):
        return ""
    return str(found.template.value)


def _check_blocks(tree: nodes.Template, name: str, file: str, environment: Environment) -> None:
    parent = _extended(tree)
    if not parent:
        return
    if parent == name:
        raise UsageProblem("template-itself", file=file, found=name)
    known = tuple(_blocks(parent, environment))
    if not known:
        return  # that there is no such template is said with its line when this one is run
    for node in tree.body:
        if isinstance(node, nodes.Block) and node.name not in known:
            hint = _near(node.name, known)
            raise UsageProblem("template-block", file=file, line=node.lineno, parent=parent, **hint)
        if isinstance(node, nodes.Output):
            _check_output(node, file, parent)


def _blocks(name: str, environment: Environment) -> Iterator[str]:
    """The blocks of a template and of those that it extends."""
    for _ in range(DEEPEST):
        try:
            tree = _tree(environment, name)
        except TemplateNotFound:
            return
        yield from dict.fromkeys(block.name for block in tree.find_all(nodes.Block))
        name = _extended(tree)
        if not name:
            return


def _check_output(node: nodes.Output, file: str, parent: str) -> None:
    for one in node.nodes:
        text = one.data if isinstance(one, nodes.TemplateData) else "{{ … }}"
        if text.strip():
            before = text[: len(text) - len(text.lstrip())]
            shown = text.strip().splitlines()[0][:60]
            line = one.lineno + before.count("\n")
            raise UsageProblem("template-beside", file=file, line=line, found=shown, parent=parent)


def _near(name: str, known: tuple[str, ...]) -> dict[str, object]:
    near = difflib.get_close_matches(name, known, n=1)
    found: dict[str, object] = {"found": name, "known": ", ".join(known)}
    return {**found, "form": "near", "near": near[0]} if near else found
