"""Bring the in-cell functions into Excel on Windows: the workbook carries its own VBA, which hands
every call to Python through xlwings (``vba``, ``project``); ``server`` answers there.
"""

from __future__ import annotations

from functools import lru_cache

from kpixl.functions import FUNCTIONS
from kpixl.words import section, word
from kpixl.workbook.template.macros import Button, Macros

__all__ = ["macros"]

_TEXTS = ("no_python", "no_mac", "no_start", "version", "unsaved")
_LONGEST = 255
_NEW_LINE = "|"
"""Stands for the end of a line in a property, which is a single line to Excel."""


@lru_cache
def macros(language: str) -> Macros:
    """What a workbook in a language carries: the VBA project as it was built, descriptions for
    the function wizard, the messages that VBA shows by itself, and its buttons."""
    from kpixl.hosts.excel.project import project_file
    from kpixl.hosts.excel.vba import BUILT_IN_GROUPS, categories

    pack, setup = (word(f"excel.button.{name}", language) for name in ("pack", "setup"))
    return Macros(
        project=project_file(language).read_bytes(),
        built_in_groups=BUILT_IN_GROUPS,
        groups=tuple(section("function")[f"category.{name}"][language] for name in categories()),
        functions={
            function.name: tuple(
                argument.description(language)[:_LONGEST] for argument in function.arguments
            )
            for function in FUNCTIONS.values()
        },
        texts={f"kpixl {name}": _property(f"excel.vba.{name}", language) for name in _TEXTS},
        buttons=(
            Button("scorecard", 4, 1, 220, 28, pack, "MakeReviewPack"),
            Button("guide", 1, 7, 220, 32, pack, "MakeReviewPack"),
            Button("guide", 1, 7, 220, 32, setup, "KPIXL_SETUP", left=232),
        ),
    )


def _property(key: str, language: str) -> str:
    return word(key, language).replace("\n", _NEW_LINE)
