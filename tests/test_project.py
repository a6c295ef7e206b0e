"""Facts about the project itself: its words, its floors, its public names, what it never says."""

from __future__ import annotations

import ast
import json
import re
import string
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

import kpixl
from kpixl.words import section

PACKAGE = Path(kpixl.__file__).parent
ROOT = Path(__file__).resolve().parents[1]
WORDS: dict[str, dict[str, dict[str, str]]] = json.loads(
    (PACKAGE / "words.json").read_text(encoding="utf-8")
)
ENTRIES = [(group, name) for group, entries in WORDS.items() for name in entries]
LONGEST_MODULE = 400


def modules() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def placeholders(text: str) -> frozenset[str]:
    """What a text asks for; ``name_en`` and ``name_ja`` are the same name in two languages."""
    names = (name for _, name, _, _ in string.Formatter().parse(text) if name is not None)
    return frozenset(re.sub("_(en|ja)$", "", name) for name in names)


# ---- Words ----------------------------------------------------------------------------------


def test_every_text_is_there_in_both_languages() -> None:
    assert [key for key in ENTRIES if set(WORDS[key[0]][key[1]]) != {"en", "ja"}] == []
    # A joint between two sentences is a space in one language and nothing in the other.
    empty = [
        key
        for key in ENTRIES
        if key != ("sentence", "joint") and not all(map(str.strip, WORDS[key[0]][key[1]].values()))
    ]
    assert empty == []


def test_both_languages_ask_for_the_same_details() -> None:
    # Dates are put together differently: "Apr–Sep 2026" names other parts than 2026年4月–9月.
    differing = [
        f"{group}.{name}"
        for group, name in ENTRIES
        if group != "period" and len(set(map(placeholders, WORDS[group][name].values()))) > 1
    ]
    assert differing == []


def test_no_text_stands_under_the_other_language() -> None:
    # An English sentence may name a Japanese word, but not where the Japanese one has none.
    japanese = re.compile("[\u3040-\u30ff\u4e00-\u9fff]")
    swapped = [
        f"{group}.{name}"
        for group, name in ENTRIES
        if japanese.search(WORDS[group][name]["en"])
        and not japanese.search(WORDS[group][name]["ja"])
    ]
    assert swapped == []


@pytest.mark.parametrize("path", modules(), ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_every_word_that_the_source_asks_for_exists(path: Path) -> None:
    missing = [key for key in asked_for(path) if key.partition(".")[2] not in group_of(key)]
    assert missing == []


def group_of(key: str) -> dict[str, dict[str, str]]:
    return WORDS.get(key.partition(".")[0], {})


def asked_for(path: Path) -> Iterator[str]:
    """The keys in ``word("a.b", …)`` and ``say("a.b", …)``, where they are written out."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.args:
            first = node.args[0]
            if node.func.id in ("word", "say") and isinstance(first, ast.Constant):
                yield str(first.value)


@pytest.mark.parametrize("path", modules(), ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_every_problem_that_the_source_raises_has_its_sentences(path: Path) -> None:
    missing = [code for code in codes(path) if code not in section("problem")]
    assert missing == []


def codes(path: Path) -> Iterator[str]:
    kinds = {
        "CannotClose", "ChangedSinceSent", "ConfigProblem", "Deferred", "EditRefused",
        "EditionTaken", "FileProblem", "KpixlError", "LedgerProblem", "Problem", "Refused",
        "RenderProblem", "SecretMissing", "Unavailable", "Uncertain", "UsageProblem",
    }  # fmt: skip
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            first = node.args[0] if node.args else None
            if node.func.id in kinds and isinstance(first, ast.Constant):
                yield str(first.value)


def test_every_text_about_a_problem_belongs_to_a_problem() -> None:
    names = set(section("problem"))
    parts = {name for name in names if name.endswith((".expected", ".mend"))}
    # A form of a problem, as in "<code>.<form>.mend", may have its own words for a part alone.
    assert {name.partition(".")[0] for name in parts} <= names - parts


# ---- The house ------------------------------------------------------------------------------


@pytest.mark.source
def test_no_import_goes_up() -> None:
    command = Path(sys.executable).with_name("lint-imports")
    found = subprocess.run(
        [str(command), "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert found.returncode == 0, found.stdout


@pytest.mark.source
def test_the_check_of_the_standard_library_knows_every_floor_from_functions_down() -> None:
    config = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    _, inside = config["tool"]["importlinter"]["contracts"]
    low = {"errors", "words", "measures", "plan", "review", "functions"}
    here = {name for name in low if any(PACKAGE.glob(f"{name}*"))}
    # What runs inside LibreOffice stands with the hosts, and has the standard library only.
    here.add("hosts.office")
    assert set(inside["source_modules"]) == {f"kpixl.{name}" for name in here}


@pytest.mark.parametrize("path", modules(), ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_modules_stay_short_and_say_what_they_do(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count("\n") < LONGEST_MODULE
    if text.strip():
        assert ast.get_docstring(ast.parse(text)), "the module's sentence is missing"


def test_the_public_names_are_these_and_sorted() -> None:
    assert kpixl.__all__ == [
        "FUNCTIONS",
        "CellError",
        "KpixlError",
        "Month",
        "PackJob",
        "Problem",
        "make_pack",
        "review_workbook",
    ]
    for name in kpixl.__all__:
        assert getattr(kpixl, name) is not None


def test_a_name_that_is_not_public_is_not_found() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        _ = kpixl.nonsense


def test_nothing_heavy_is_imported_before_it_is_needed() -> None:
    heavy = "openpyxl jinja2 weasyprint pandas xlsxwriter pyarrow xlwings numpy"
    code = (
        "import sys, kpixl, kpixl.cli.application, kpixl.doctor\n"
        f"print(*[name for name in {heavy.split()!r} if name in sys.modules])"
    )
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert loaded.stdout.split() == []


# ---- What stands in the repository ----------------------------------------------------------


def own_files() -> list[Path]:
    """What belongs to the project, without what people and programs leave beside it."""
    folders = (".ci", "benchmarks", "kpixl", "report_templates", "scripts", "tests")
    inside = [path for name in folders for path in (ROOT / name).rglob("*") if path.is_file()]
    names = ("LICENSE", "Makefile", ".gitignore", ".gitattributes", ".editorconfig")
    beside = [*(ROOT / name for name in names), *ROOT.glob("*.md"), *ROOT.glob("*.t[ox][mt]*")]
    return [path for path in (*inside, *beside) if "__pycache__" not in path.parts]


@pytest.mark.source
def test_no_file_names_a_machine_or_a_package_server() -> None:
    # Put together here, so that this file does not hold them itself.
    hosts = ["files pythonhosted org", "pypi org/simple", "deb debian org", "registry npmjs org"]
    paths = ["work", "root"]
    forbidden = re.compile(
        "|".join(re.escape(host.replace(" ", ".")) for host in hosts)
        + "|".join(["", *(rf"(?<![\w./-])/{path}/" for path in paths)])
    )
    found = [
        f"{path.relative_to(ROOT)}: {match.group()}"
        for path in own_files()
        for match in forbidden.finditer(path.read_bytes().decode("utf-8", "ignore"))
    ]
    assert found == []
    assert len(own_files()) > 50


@pytest.mark.source
@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_every_locked_package_has_its_hashes_and_no_address(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    assert "http" not in text
    assert not re.search(r"^\s*--(extra-)?index-url|^\s*--find-links", text, re.MULTILINE)
    packages = re.split(r"^(?=\w)", text, flags=re.MULTILINE)[1:]
    assert len(packages) > 20
    assert [entry.split(" ")[0] for entry in packages if "--hash=sha256:" not in entry] == []


@pytest.mark.source
def test_what_runs_is_tested_in_the_same_versions() -> None:
    run, dev = (pins(ROOT / name) for name in ("requirements.txt", "requirements-dev.txt"))
    assert run.items() <= dev.items()


@pytest.mark.source
def test_the_lock_holds_the_one_version_of_weasyprint_that_is_asked_for() -> None:
    config = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    (asked,) = [name for name in config["project"]["dependencies"] if "weasyprint" in name]
    assert asked == f"weasyprint=={pins(ROOT / 'requirements.txt')['weasyprint']}"


def pins(path: Path) -> dict[str, str]:
    return dict(re.findall(r"^([\w.-]+)==([\w.]+)", path.read_text(encoding="utf-8"), re.MULTILINE))


@pytest.mark.source
def test_the_version_is_the_same_everywhere() -> None:
    config = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert config["project"]["version"] == kpixl.__version__


@pytest.mark.source
@pytest.mark.parametrize(
    "path", sorted((ROOT / "scripts").glob("*.sh")), ids=lambda path: path.name
)
def test_the_scripts_can_be_read_by_bash(path: Path) -> None:
    subprocess.run(["bash", "-n", str(path)], check=True)
    assert path.stat().st_mode & 0o111, "not executable"


@pytest.mark.source
def test_the_readme_speaks_of_every_command() -> None:
    from kpixl.cli import app

    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    commands = [
        (entry.name or entry.callback.__name__).replace("_", "-")
        for entry in app.registered_commands
        if entry.callback is not None
    ]
    assert len(commands) > 3
    assert [name for name in commands if f"kpixl {name}" not in readme] == []
