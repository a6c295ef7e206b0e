"""Turn the registry into the VBA that an Excel workbook carries: module names and their text.

What stays the same whichever functions there are stands in ``workbook_templates/vba``; the
wrappers, one for each function, are written here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from kpixl.functions import FUNCTIONS, Argument, Function
from kpixl.hosts.excel.versions import XLWINGS
from kpixl.resources import workbook_templates
from kpixl.words import word

FIXED_MODULES = ("kpixl", "kpixl_macros")
FUNCTION_MODULE = "kpixl_functions"

CODE_PAGES: Mapping[str, int] = {"en": 1252, "ja": 932}
"""The code page of a project. Code is ASCII in every language; only descriptions are not, since
VBA keeps text in the code page of the machine."""

BUILT_IN_GROUPS = 19
"""Excel's own groups of functions; those of a workbook are counted from the next on."""

# Signs that a code page lacks, or that are safer plain: one that is misread must not take the
# quotation mark after it along.
_PLAIN = {
    "en": str.maketrans({"÷": "/", "’": "'", "‘": "'", "“": "'", "”": "'", "–": "-", "−": "-"}),
    "ja": str.maketrans({"〜": "～", "−": "－"}),
}
_ENCODINGS = {"en": "ascii", "ja": "cp932"}
_LONGEST = 255

# Words that VBA keeps for itself, among those that may name an argument.
_RESERVED = frozenset({
    "and", "any", "array", "as", "base", "boolean", "by", "byte", "call", "case", "close",
    "currency", "date", "debug", "decimal", "declare", "dim", "do", "double", "each", "else",
    "empty", "end", "enum", "erase", "error", "event", "exit", "false", "for", "friend",
    "function", "get", "global", "if", "implements", "in", "input", "integer", "is", "let",
    "like", "line", "lock", "long", "loop", "me", "mod", "name", "new", "next", "not", "nothing",
    "null", "object", "on", "open", "option", "optional", "or", "preserve", "print", "private",
    "property", "public", "put", "redim", "rem", "resume", "return", "seek", "select", "set",
    "shared", "single", "spc", "static", "step", "stop", "string", "sub", "tab", "text", "then",
    "to", "true", "type", "unlock", "until", "variant", "wend", "while", "with", "write", "xor",
})  # fmt: skip


def categories() -> tuple[str, ...]:
    """The categories of the registry's functions, in the order in which they first occur."""
    return tuple(dict.fromkeys(function.category for function in FUNCTIONS.values()))


def described(text: str, language: str) -> str:
    """``text`` as an attribute can hold it in the project of a language: 255 characters, and
    only such as its code page has."""
    plain = text.translate(_PLAIN[language])[:_LONGEST]
    plain.encode(_ENCODINGS[language])  # fails where the words are written, not at the user's
    return plain.replace('"', '""')


def argument_name(argument: Argument) -> str:
    """The argument's name, where need be one that is no word of VBA's own."""
    return f"{argument.name}_" if argument.name in _RESERVED else argument.name


def modules(language: str) -> dict[str, str]:
    """Module name -> source text of the project in a language."""
    made = {name: _fixed(name, language) for name in FIXED_MODULES}
    return {**made, FUNCTION_MODULE: "\n".join(_function_lines(language)) + "\n"}


def _fixed(name: str, language: str) -> str:
    text = (workbook_templates() / "vba" / f"{name}.bas").read_text(encoding="ascii")
    values = {"xlwings": XLWINGS, "language": language}

    def fill(match: re.Match[str]) -> str:
        key = match.group(1)
        return values[key] if key in values else described(word(key, language), language)

    return re.sub(r"@([a-z][a-z._]+)@", fill, text)


def _function_lines(language: str) -> Iterator[str]:
    groups = {name: BUILT_IN_GROUPS + 1 + place for place, name in enumerate(categories())}
    yield f'Attribute VB_Name = "{FUNCTION_MODULE}"'
    yield "Option Explicit"
    for function in FUNCTIONS.values():
        yield ""
        yield from _wrapper(function, groups[function.category], language)


def _wrapper(function: Function, group: int, language: str) -> Iterator[str]:
    name = function.name
    names = [argument_name(argument) for argument in function.arguments]
    declared = ", ".join(
        f"{'Optional ' if argument.optional else ''}{written} As Variant"
        for argument, written in zip(function.arguments, names, strict=True)
    )
    description = described(function.description(language), language)
    yield f"Public Function {name}({declared}) As Variant"
    yield f'Attribute {name}.VB_Description = "{description}"'
    yield f'Attribute {name}.VB_ProcData.VB_Invoke_Func = " \\n{group}"'
    yield f'    {name} = kpixl.InCell("{name}", Array({", ".join(names)}))'
    yield "End Function"
