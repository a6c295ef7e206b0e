"""A spreadsheet waits for the in-cell functions: importing them loads next to nothing (SPEC 16)."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import kpixl

LIGHT = [
    "kpixl",
    "kpixl.errors",
    "kpixl.functions",
    "kpixl.functions.arguments",
    "kpixl.functions.declare",
    "kpixl.functions.registry",
    "kpixl.measures",
    "kpixl.measures.limits",
]
# What the standard library has that a cell should not wait for.
SLOW = (
    "ast collections dataclasses datetime decimal enum functools importlib.metadata "
    "importlib.resources inspect json locale pathlib re typing unicodedata urllib zipfile"
)
HEAVY = "jinja2 numpy openpyxl pandas pyarrow rich typer weasyprint xlsxwriter xlwings"


def loaded_by(code: str) -> list[str]:
    """The modules that an interpreter loads for ``code``, beside those that it starts with."""
    program = (
        f"import sys; before = set(sys.modules)\n{code}\nprint(*sorted(set(sys.modules) - before))"
    )
    paths = [str(Path(kpixl.__file__).parents[1]), os.environ.get("PYTHONPATH", "")]
    ran = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths))},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return ran.stdout.split()


@pytest.mark.parametrize(
    "code",
    ["from kpixl import FUNCTIONS", "import kpixl.functions", "import kpixl; kpixl.FUNCTIONS"],
)
def test_the_functions_load_their_declarations_and_nothing_else(code: str):
    loaded = loaded_by(code)
    assert [name for name in loaded if name.startswith("kpixl")] == LIGHT
    assert set(loaded) & {*SLOW.split(), *HEAVY.split()} == set()


def test_describing_every_function_to_a_host_needs_no_library():
    code = (
        "from kpixl import FUNCTIONS\n"
        "for one in FUNCTIONS.values():\n"
        "    one.description('en'), [each.description('ja') for each in one.arguments]"
    )
    assert set(loaded_by(code)) & set(HEAVY.split()) == set()


def test_calling_a_function_needs_no_library_and_no_other_function():
    loaded = loaded_by(
        "from kpixl import FUNCTIONS\n"
        "assert FUNCTIONS['KPI_GAP'](90.0, 100.0, 'Lower') == 10\n"
        "assert FUNCTIONS['KPI_STATUS']([[90.0], [None]], 100.0, language='ja')"
    )
    assert set(loaded) & set(HEAVY.split()) == set()
    assert [name for name in loaded if name.startswith("kpixl.review")] == []
    assert "kpixl.functions.scorecard" not in loaded


def test_the_whole_scorecard_needs_no_library():
    loaded = loaded_by(
        "from kpixl import FUNCTIONS\n"
        "goals = [['ID', 'Level', 'Name'], ['K', 'KGI', 'Sales']]\n"
        "FUNCTIONS['KPI_SCORECARD'](goals, None, None, '2026-04')"
    )
    assert set(loaded) & set(HEAVY.split()) == set()
