"""The extension as a file, and ``kpixl addin libreoffice``, which brings it to LibreOffice."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from defusedxml import ElementTree
from typer.testing import CliRunner

import kpixl
from kpixl.cli import app
from kpixl.errors import KpixlError, UsageProblem
from kpixl.functions import FUNCTIONS
from kpixl.hosts.libreoffice import build_extension, find_manager, installation, set_up, take_away
from kpixl.hosts.libreoffice.extension import PACKAGE
from kpixl.hosts.libreoffice.installation import Manager, Step
from kpixl.machine import calc_functions, functions_for_all, look
from kpixl.words import LANGUAGES

OOR = "{http://openoffice.org/2001/registry}"
LANG = "{http://www.w3.org/XML/1998/namespace}lang"


@pytest.fixture
def extension(tmp_path: Path) -> Path:
    return build_extension(tmp_path / "kpixl.oxt")


def text_of(extension: Path, name: str) -> str:
    with zipfile.ZipFile(extension) as package:
        return package.read(name).decode("utf-8")


# ---- The file -------------------------------------------------------------------------------


def test_the_same_kpixl_makes_the_same_file(extension: Path, tmp_path: Path) -> None:
    again = build_extension(tmp_path / "again.oxt")
    assert again.read_bytes() == extension.read_bytes()


def test_it_names_every_part_that_libreoffice_has_to_read(extension: Path) -> None:
    manifest = ElementTree.fromstring(text_of(extension, "META-INF/manifest.xml"))
    listed = {value for entry in manifest for key, value in entry.items() if "full-path" in key}
    with zipfile.ZipFile(extension) as package:
        assert package.testzip() is None
        names = set(package.namelist())
    assert listed == {"functions.idl", "kpixl.components", "CalcAddIns.xcu", "Jobs.xcu"}
    assert listed < names
    for name in sorted(names):
        if name.endswith((".xml", ".xcu", ".components")):
            ElementTree.fromstring(text_of(extension, name))
    components = ElementTree.fromstring(text_of(extension, "kpixl.components"))
    assert {one.get("uri") for one in components} == {"functions.py", "names.py"} < names


def test_it_says_what_it_is_in_both_languages(extension: Path) -> None:
    described = text_of(extension, "description.xml")
    assert f'<version value="{kpixl.__version__}"/>' in described
    assert 'LibreOffice-minimal-version value="7.4"' in described
    for language in LANGUAGES:
        assert f'<name lang="{language}">' in described
        assert f'xlink:href="description_{language}.txt"' in described
        assert text_of(extension, f"description_{language}.txt")


def test_every_function_and_argument_is_described_in_both_languages(extension: Path) -> None:
    tree = ElementTree.fromstring(text_of(extension, "CalcAddIns.xcu"))
    told: dict[str, dict[str, dict[str, str]]] = {}
    for function in tree.findall("node/node/node/node"):
        told[function.get(f"{OOR}name")] = {
            prop.get(f"{OOR}name"): {value.get(LANG, ""): value.text for value in prop}
            for prop in function.findall("prop")
        }
        arguments = FUNCTIONS[function.get(f"{OOR}name")].arguments
        names = [one.find("prop/value").text for one in function.findall("node/node")]
        assert names == [argument.name for argument in arguments]
    assert list(told) == list(FUNCTIONS)
    for name, properties in told.items():
        for language in LANGUAGES:
            assert properties["DisplayName"][language] == name
            assert properties["CompatibilityName"][language] == name
            assert properties["Description"][language] == FUNCTIONS[name].description(language)


def test_it_carries_a_package_of_its_own_that_an_older_python_reads(extension: Path) -> None:
    with zipfile.ZipFile(extension) as package:
        modules = [name for name in package.namelist() if name.endswith(".py")]
    assert f"pythonpath/{PACKAGE}/functions/registry.py" in modules
    for name in modules:
        tree = ast.parse(text_of(extension, name), name, feature_version=(3, 8))
        for node in ast.walk(tree):
            assert getattr(node, "attr", "") not in ("removeprefix", "removesuffix"), name
            imported = [
                one.name for one in getattr(node, "names", ()) if isinstance(node, ast.Import)
            ]
            if isinstance(node, ast.ImportFrom):
                imported.append(node.module or "")
            assert not any(one.split(".")[0] == "kpixl" for one in imported), name


GENERIC = {"dict", "frozenset", "list", "set", "tuple", "type"}


def _run(node: ast.AST) -> Iterator[ast.AST]:
    """What is run of a module when it is imported or called: all but annotations, which stay
    text, and what stands there for type checkers."""
    if isinstance(node, ast.If) and getattr(node.test, "id", "") == "TYPE_CHECKING":
        parts: list[ast.AST] = list(node.orelse)
    else:
        unread = {id(getattr(node, name, None)) for name in ("annotation", "returns")}
        parts = [one for one in ast.iter_child_nodes(node) if id(one) not in unread]
    yield node
    for one in parts:
        yield from _run(one)


def test_it_makes_no_types_that_an_older_python_cannot(extension: Path) -> None:
    with zipfile.ZipFile(extension) as package:
        modules = [name for name in package.namelist() if name.endswith(".py")]
    for name in modules:
        tree = ast.parse(text_of(extension, name), name)
        abstract = {
            one.name
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom) and node.module == "collections.abc"
            for one in node.names
        }
        made = {
            node.value.id
            for node in _run(tree)
            if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name)
        }
        assert made & (GENERIC | abstract) == set(), name


def test_what_it_carries_answers_without_any_other_kpixl(extension: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(extension) as package:
        package.extractall(tmp_path / "unpacked")
    code = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        f"from {PACKAGE}.functions import FUNCTIONS\n"
        "assert all(one.python for one in FUNCTIONS.values())\n"
        "assert not any(one.split('.')[0] == 'kpixl' for one in sys.modules)\n"
        "print(FUNCTIONS['KPI_GAP'](90, 100), FUNCTIONS['KPI_STATUS'](90.0, 100.0))\n"
    )
    said = subprocess.run(
        [sys.executable, "-I", "-c", code, str(tmp_path / "unpacked" / "pythonpath")],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    assert said.stdout.split() == ["-10.0", "Amber"]


# ---- LibreOffice's own manager of extensions ------------------------------------------------


def test_installing_replacing_and_removing_in_libreoffice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = find_manager()
    assert found is not None
    # Nothing of the machine's own LibreOffice is touched.
    profile, everyone = tmp_path / "profile", tmp_path / "everyone"
    options = (
        f"-env:UserInstallation={profile.as_uri()}",
        f"-env:UNO_SHARED_PACKAGES_CACHE={everyone.as_uri()}",
    )
    manager = Manager(found.command, options, shared=found.shared)
    monkeypatch.setenv("PATH", "/usr/bin:/bin")  # a shell whose Python is the system's own
    assert texts(take_away(manager)) == ["not_installed"]

    for_all = ["for_all"] if manager.shared else []
    with monkeypatch.context() as older:
        older.setattr(kpixl, "__version__", "0.0.9")
        assert texts(set_up(None, manager)) == ["installed", *for_all, "next"]
    steps = set_up(None, manager)
    assert texts(steps) == ["replaced", *for_all, "next"]
    assert "0.0.9" in steps[0].sentence("en")
    assert manager.installed() == kpixl.__version__
    assert texts(set_up(None, manager)) == ["installed", *for_all, "next"]

    if manager.shared:
        assert functions_for_all([tmp_path, everyone]) == kpixl.__version__
    else:
        assert calc_functions([tmp_path, profile / "user"]) == kpixl.__version__

    assert texts(take_away(manager)) == ["removed"]
    assert manager.installed() is None
    assert functions_for_all([everyone]) is None


NOTES = (
    b"Pmp1\xfforg.other\nlu1.tmp\xffother.oxt\xffapplication/vnd.sun.star.package-bundle\xff2.0\xff0\n"
    b"\xfforg.kpixl.functions\nlu5.tmp\xffkpixl.oxt\xffapplication/vnd.sun.star.package-bundle"
    b"\xff0.1.12\xff0\n\n"
)


def test_the_version_that_libreoffice_has_stands_in_its_notes(tmp_path: Path) -> None:
    notes = tmp_path / "profile" / "uno_packages" / "cache" / "uno_packages.pmap"
    notes.parent.mkdir(parents=True)
    notes.write_bytes(NOTES)
    assert calc_functions([tmp_path, tmp_path / "profile"]) == "0.1.12"
    notes.write_bytes(NOTES.partition(b"\xfforg.kpixl")[0])
    assert calc_functions([tmp_path, tmp_path / "profile"]) is None


def test_the_doctor_finds_what_was_installed_for_all_users(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HOME", "XDG_CONFIG_HOME", "APPDATA"):
        monkeypatch.setenv(name, str(tmp_path / "user"))
    # As Debian lays it out: the program is called by a link, and so is the folder of extensions.
    program = tmp_path / "lib" / "libreoffice" / "program" / "soffice"
    kept = tmp_path / "spool" / "uno_packages"
    for folder in (program.parent, program.parent.parent / "share" / "uno_packages", kept):
        folder.mkdir(parents=True)
    program.write_text("#!/bin/sh\n", encoding="utf-8")
    program.chmod(0o755)
    (program.parent.parent / "share" / "uno_packages" / "cache").symlink_to(kept.parent)
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "soffice").symlink_to(program)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    assert look(tmp_path).calc_functions is None

    for name, identifier, version in (
        ("lu1.tmp", "org.other", "7.0"),
        ("lu2.tmp", "org.kpixl.functions", "0.0.9"),
        ("lu3.tmp", "org.kpixl.functions", "0.1.12"),
    ):
        (kept / name).touch()
        extension = kept / f"{name}_" / "kpixl.oxt"
        extension.mkdir(parents=True)
        (extension / "description.xml").write_text(
            f'<description>\n<identifier value="{identifier}"/>\n<version value="{version}"/>\n'
            "</description>\n",
            encoding="utf-8",
        )
    (kept / "lu2.tmpremoved").write_text("root", encoding="utf-8")
    assert look(tmp_path).calc_functions == "0.1.12"
    # A user's own comes first.
    own = tmp_path / "user" / "libreoffice" / "4" / "user" / "uno_packages" / "cache"
    own.mkdir(parents=True)
    (own / "uno_packages.pmap").write_bytes(NOTES.replace(b"0.1.12", b"0.2.0"))
    assert look(tmp_path).calc_functions == "0.2.0"


def texts(steps: tuple[Step, ...]) -> list[str]:
    for step in steps:
        for language in LANGUAGES:
            assert "{" not in step.sentence(language)
    return [step.text for step in steps]


# ---- What can go wrong ----------------------------------------------------------------------


@pytest.fixture
def refusing(tmp_path: Path) -> Manager:
    """A manager that says why it does nothing."""
    program = tmp_path / "program"
    program.mkdir()
    (program / "pythonloader.py").touch()
    script = "import sys; sys.stderr.write('ERROR: it is locked\\n\\n'); sys.exit(1)"
    return Manager((sys.executable, "-c", script))


def test_what_libreoffice_says_against_it_is_told(refusing: Manager) -> None:
    with pytest.raises(KpixlError, match="libreoffice-refused") as told:
        set_up(None, refusing)
    assert told.value.details["found"] == "ERROR: it is locked"


def test_a_manager_that_cannot_be_started_is_told(tmp_path: Path) -> None:
    with pytest.raises(KpixlError, match="libreoffice-refused"):
        set_up(None, Manager((str(tmp_path / "unopkg"),)))


def test_a_file_to_install_by_hand_leaves_libreoffice_alone(
    refusing: Manager, tmp_path: Path
) -> None:
    for manager in (refusing, None):
        steps = set_up(tmp_path / "kept.oxt", manager)
        assert texts(steps) == ["built", "by_hand"]
        assert all(step.ok for step in steps)
        assert zipfile.is_zipfile(tmp_path / "kept.oxt")


def test_without_libreoffice_the_file_is_left_to_install_by_hand(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    steps = set_up(None, None)
    assert texts(steps) == ["built", "no_office", "by_hand"]
    assert not all(step.ok for step in steps)
    assert zipfile.is_zipfile(tmp_path / "kpixl.oxt")
    assert texts(take_away(None)) == ["no_office", "remove_by_hand"]


def test_a_file_that_cannot_be_written_is_wrong_use(tmp_path: Path) -> None:
    with pytest.raises(UsageProblem, match="cannot-write"):
        set_up(tmp_path / "no such folder" / "kpixl.oxt", None)


def test_a_libreoffice_without_its_python_is_told(
    installing: Manager, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _first_on_the_path(tmp_path / "system", monkeypatch, 0)
    assert texts(set_up(None, installing)) == ["installed", "next"]
    (tmp_path / "program" / "pythonloader.py").unlink()
    steps = set_up(None, installing)
    assert [step.text for step in steps if not step.ok] == ["no_python"]


@pytest.fixture
def installing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Manager:
    """The manager of a LibreOffice as a Linux distribution has it."""
    monkeypatch.setattr(Manager, "installed", lambda self: None)
    monkeypatch.setattr(Manager, "add", lambda self, extension: None)
    monkeypatch.setattr(sys, "platform", "linux")
    program = tmp_path / "program"
    program.mkdir()
    (program / "pythonloader.py").touch()
    return Manager((str(program / "unopkg"),))


def _first_on_the_path(folder: Path, monkeypatch: pytest.MonkeyPatch, answer: int) -> str:
    """A Python before all others, which answers so when it is asked for LibreOffice's bridge."""
    folder.mkdir()
    python = folder / "python3"
    python.write_text(f"#!/bin/sh\nexit {answer}\n")
    python.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    return str(python)


def test_a_shell_in_which_libreoffice_would_take_another_python_is_told(
    installing: Manager, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _first_on_the_path(tmp_path / "system", monkeypatch, 0)
    assert texts(set_up(None, installing)) == ["installed", "next"]
    other = _first_on_the_path(tmp_path / "environment", monkeypatch, 1)
    steps = set_up(None, installing)
    assert texts(steps) == ["installed", "next", "other_python"]
    assert all(step.ok for step in steps)
    assert other in steps[-1].sentence("en")
    Path(other).write_bytes(b"not a program")
    assert texts(set_up(None, installing))[-1] == "other_python"
    # Where LibreOffice brings its Python, or is no Linux program, the path does not matter.
    monkeypatch.setattr(sys, "platform", "win32")
    assert texts(set_up(None, installing)) == ["installed", "next"]
    monkeypatch.setattr(sys, "platform", "linux")
    (tmp_path / "program" / "python-core-3.11.9").mkdir()
    assert texts(set_up(None, installing)) == ["installed", "next"]


# ---- Finding it, and the command ------------------------------------------------------------


def test_the_manager_is_the_one_beside_libreoffice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "office" / "program"
    program.mkdir(parents=True)
    (program / "unopkg").touch()
    (program / "unopkg.com").touch()
    (tmp_path / "soffice").symlink_to(program / "soffice")
    monkeypatch.setattr(installation, "libreoffice", lambda: str(tmp_path / "soffice"))
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert find_manager() == Manager((str(program / "unopkg"),))
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    found = find_manager()
    assert found is not None
    assert found.shared
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.delattr(os, "geteuid")
    assert find_manager() == Manager((str(program / "unopkg.com"),))


def test_it_is_found_where_windows_has_its_programs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "LibreOffice" / "program"
    program.mkdir(parents=True)
    (program / "unopkg.com").touch()
    monkeypatch.setattr(installation, "libreoffice", lambda: None)
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setenv("ProgramFiles", str(tmp_path))
    found = find_manager()
    assert found is not None
    assert found.command == (str(program / "unopkg.com"),)


@pytest.mark.parametrize(("language", "said"), [("en", "version"), ("ja", "バージョン")])
def test_the_command_says_what_it_did(
    language: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kpixl.cli.machine.interface_language", lambda: language)
    monkeypatch.setattr("kpixl.hosts.libreoffice.find_manager", lambda: Manager(("unopkg",)))
    monkeypatch.setattr(Manager, "installed", lambda self: "0.0.9")
    monkeypatch.setattr(Manager, "add", lambda self, extension: None)
    monkeypatch.setattr(Manager, "remove", lambda self: None)
    done = CliRunner().invoke(app, ["addin", "libreoffice"])
    assert done.exit_code == 0, done.output
    assert said in done.output
    assert "0.0.9" in done.output
    removed = CliRunner().invoke(app, ["addin", "libreoffice", "--remove"])
    assert removed.exit_code == 0
    assert "0.0.9" in removed.output


def test_a_refusal_is_a_sentence_and_exit_code_1(
    refusing: Manager, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kpixl.hosts.libreoffice.find_manager", lambda: refusing)
    done = CliRunner().invoke(app, ["addin", "libreoffice"])
    assert done.exit_code == 1
    assert "it is locked" in done.output
    assert "Traceback" not in done.output
