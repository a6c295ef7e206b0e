"""Which engine makes the pages, and what the command line says of it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pikepdf
import pytest
import weasyprint

from kpixl.delivery.config import read_config
from kpixl.errors import UsageProblem
from kpixl.pack import engines
from kpixl.pack.beyond import Beyond
from kpixl.pack.browsers import Browser
from kpixl.pack.engines import Chosen, Engine, choose
from kpixl.pack.html import Rendered
from kpixl.pack.pdf import to_pdf
from kpixl.pack.problems import RenderProblem
from kpixl.sending.office import Office
from kpixl.sending.orders import Order
from kpixl.workbook.sample import sample_book
from kpixl.workbook.template import write_book
from tests.engines import WITHOUT_BROWSER

ROOT = Path(__file__).resolve().parents[1]
HERE = Browser(Path("/usr/bin/browser"))
NO_PANGO = '''"""As WeasyPrint is where Pango's libraries are missing."""
print("-----\\n\\nWeasyPrint could not import some external libraries.\\n\\n-----")
raise OSError("cannot load library 'libpango-1.0-0': error 0x7e")
'''


@pytest.fixture(autouse=True)
def machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """One with Pango and a browser, without PlutoPrint."""
    monkeypatch.setattr(engines, "weasyprint_missing", lambda: "")
    monkeypatch.setattr(engines, "plutoprint_missing", lambda: "no PlutoPrint")
    monkeypatch.setattr("kpixl.pack.browsers.find_browser", lambda: HERE)


def test_weasyprint_lays_pages_out_where_plutoprint_is_not_there() -> None:
    assert choose("auto") == choose("weasyprint") == Chosen(Engine.WEASYPRINT)
    assert choose("chromium") == Chosen(Engine.CHROMIUM, HERE)


def test_without_pango_the_browser_prints(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "weasyprint_missing", lambda: "no Pango")
    assert choose("auto") == Chosen(Engine.CHROMIUM, HERE, "no Pango")
    with pytest.raises(RenderProblem, match="renderer-missing"):
        choose("weasyprint")


def test_plutoprint_comes_first_where_it_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "plutoprint_missing", lambda: "")
    assert choose("auto") == choose("plutoprint") == Chosen(Engine.PLUTOPRINT)
    assert choose("weasyprint") == Chosen(Engine.WEASYPRINT)
    assert choose("chromium") == Chosen(Engine.CHROMIUM, HERE)


def test_templates_that_ask_for_more_than_plutoprint_lays_out_are_weasyprints(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(engines, "plutoprint_missing", lambda: "")
    (tmp_path / "brand.css").write_text("p { color: red }\n")
    assert choose("auto", tmp_path) == Chosen(Engine.PLUTOPRINT)
    (tmp_path / "brand.css").write_text("p { color: red }\n\n.facts { display: grid }\n")
    grid = Beyond(tmp_path / "brand.css", 3, "display: grid")
    assert choose("auto", tmp_path) == Chosen(Engine.WEASYPRINT, beyond=grid)
    assert choose("plutoprint", tmp_path) == Chosen(Engine.PLUTOPRINT, beyond=grid)
    monkeypatch.setattr(engines, "weasyprint_missing", lambda: "no Pango")
    assert choose("auto", tmp_path) == Chosen(Engine.PLUTOPRINT, None, "no Pango", grid)
    monkeypatch.setattr(engines, "plutoprint_missing", lambda: "no PlutoPrint")
    assert choose("auto", tmp_path) == Chosen(Engine.CHROMIUM, HERE, "no Pango")


def test_plutoprint_where_it_is_not_there_is_told_of_with_the_version_that_is_wanted() -> None:
    with pytest.raises(RenderProblem) as refused:
        choose("plutoprint")
    assert refused.value.code == "plutoprint-missing"
    assert refused.value.details == {"found": "no PlutoPrint", "wanted": engines.PLUTOPRINT}


def test_without_either_both_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kpixl.pack.browsers.find_browser", lambda: None)
    with pytest.raises(RenderProblem, match="browser-missing"):
        choose("chromium")
    monkeypatch.setattr(engines, "weasyprint_missing", lambda: "no Pango")
    with pytest.raises(RenderProblem, match="engines-missing"):
        choose("auto")


def test_an_unknown_engine_is_refused_with_those_that_are_known() -> None:
    with pytest.raises(UsageProblem) as refused:
        choose("word")
    assert refused.value.details == {
        "found": "word",
        "known": "auto, weasyprint, plutoprint, chromium",
    }


def test_kpixl_toml_names_the_engine_of_what_is_sent(tmp_path: Path) -> None:
    config = tmp_path / "kpixl.toml"
    config.write_text('[pack]\nengine = "chromium"\n')
    assert read_config(config).engine == "chromium"
    book = tmp_path / "plan.xlsx"
    assert Office(Order(book), writes=False).engine == "chromium"
    assert Office(Order(book, engine="weasyprint"), writes=False).engine == "weasyprint"
    config.write_text('[pack]\nengine = "word"\n')
    with pytest.raises(UsageProblem):
        read_config(config)


# ---- The command line on a machine without Pango --------------------------------------------


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = tmp_path_factory.mktemp("laptop")
    with (found / "plan.xlsx").open("wb") as file:
        write_book(file, sample_book("en"))
    (found / "packages" / "weasyprint" / "pdf").mkdir(parents=True)
    profile = Path("weasyprint", "pdf", "sRGB2014.icc")
    shutil.copy(Path(weasyprint.__file__).parents[1] / profile, found / "packages" / profile)
    (found / "packages" / "weasyprint" / "__init__.py").write_text(NO_PANGO)
    _without_plutoprint(found / "packages")
    return found


def _without_plutoprint(packages: Path) -> None:
    """As if it were not installed, or in a version that nobody knows."""
    (packages / "plutoprint.py").write_text("raise ImportError('no PlutoPrint')\n")
    about = packages / "plutoprint-0.1.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: plutoprint\nVersion: 0.1\n")


def kpixl(folder: Path, *words: str, **changed: str) -> subprocess.CompletedProcess[str]:
    places = os.pathsep.join((str(folder / "packages"), str(ROOT)))
    return subprocess.run(
        [sys.executable, "-m", "kpixl", *words], cwd=folder, capture_output=True, check=False,
        encoding="utf-8", timeout=300,
        env={**os.environ, "PYTHONPATH": places, "KPIXL_LANG": "en", **changed},
    )  # fmt: skip


def test_pack_prints_with_the_browser_and_says_so_in_one_line(folder: Path) -> None:
    found = kpixl(folder, "pack", "plan.xlsx", "--pages", "cover,summary")
    assert found.returncode == 0, found.stderr
    (line,) = found.stderr.splitlines()
    assert "Pango is missing" in line
    assert "another version of the browser gives other bytes" in line
    with pikepdf.open(folder / "packs" / "2026-10_plan_en.pdf") as document:
        assert len(document.pages) == 2
        assert "Skia" in str(document.docinfo["/Producer"])
        with document.open_metadata() as metadata:
            assert metadata.pdfa_status == "3A"


def test_without_a_colour_profile_the_pack_says_nothing_of_the_archive(
    folder: Path, tmp_path: Path
) -> None:
    (tmp_path / "packages" / "weasyprint").mkdir(parents=True)
    (tmp_path / "packages" / "weasyprint" / "__init__.py").write_text(NO_PANGO)
    shutil.copy(folder / "plan.xlsx", tmp_path)
    found = kpixl(tmp_path, "pack", "plan.xlsx", "--pages", "cover")
    assert found.returncode == 0, found.stderr
    with pikepdf.open(tmp_path / "packs" / "2026-10_plan_en.pdf") as document:
        assert "/OutputIntents" not in document.Root
        with document.open_metadata() as metadata:
            assert metadata.pdfa_status == ""


def test_pack_follows_kpixl_toml_and_the_option_comes_first(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "packages").symlink_to(folder / "packages")
    shutil.copy(folder / "plan.xlsx", tmp_path)
    (tmp_path / "kpixl.toml").write_text('[pack]\nengine = "weasyprint"\n')
    refused = kpixl(tmp_path, "pack", "plan.xlsx", "--pages", "cover")
    assert refused.returncode == 1
    assert "libpango-1.0-0" in refused.stderr
    found = kpixl(tmp_path, "pack", "plan.xlsx", "--pages", "cover", "--engine", "chromium")
    assert found.returncode == 0, found.stderr
    assert "Pango" not in found.stderr  # the browser was asked for, and is no stand-in
    (tmp_path / "kpixl.toml").write_text('[pack]\nengine = "word"\n')
    wrong = kpixl(tmp_path, "pack", "plan.xlsx", "--pages", "cover")
    assert wrong.returncode == 2
    assert "kpixl.toml" in wrong.stderr
    assert "weasyprint" in wrong.stderr


@pytest.mark.parametrize("same", [True, False])
def test_each_workbook_of_a_run_follows_its_own_kpixl_toml(
    same: bool, folder: Path, tmp_path: Path
) -> None:
    wanted = {"a": "chromium", "b": "chromium" if same else "weasyprint"}
    for name, engine in wanted.items():
        (tmp_path / name).mkdir()
        shutil.copy(folder / "plan.xlsx", tmp_path / name / f"{name}.xlsx")
        (tmp_path / name / "kpixl.toml").write_text(f'[pack]\nengine = "{engine}"\n')
    books = ("pack", "a/a.xlsx", "b/b.xlsx", "--pages", "cover", "-o", "out", "--json", "-j", "1")
    found = kpixl(tmp_path, *books)
    assert found.returncode == 0, found.stderr
    data = json.loads(found.stdout)
    told = [data["engine"]] if same else data["engines"]
    assert [one["name"] for one in told] == sorted(set(wanted.values()))
    for name, engine in wanted.items():
        (file,) = (tmp_path / "out").rglob(f"*_{name}_*.pdf")
        with pikepdf.open(file) as document:
            assert ("Skia" in str(document.docinfo["/Producer"])) == (engine == "chromium")

    # What a run left is taken as it is, unless another engine is wanted now.
    def kept(*more: str) -> int:
        packs = json.loads(kpixl(tmp_path, *books, "--resume", *more).stdout)["packs"]
        return sum(one["kept"] for one in packs)

    assert kept() == 2
    assert kept("--engine", "weasyprint") == (0 if same else 1)


def test_many_packs_are_printed_by_a_pool_and_told_of_as_data(folder: Path) -> None:
    languages = ("--lang", "en", "--lang", "ja", "-j", "2", "-o", "both")
    found = kpixl(folder, "pack", "plan.xlsx", *languages, "--pages", "summary", "--json")
    assert found.returncode == 0, found.stderr
    data = json.loads(found.stdout)
    assert data["engine"]["name"] == "chromium"
    assert "Pango is missing" in data["engine"]["note"]
    assert [Path(file).name for file in data["files"]] == [
        "2026-10_plan_en.pdf",
        "2026-10_plan_ja.pdf",
    ]


def test_without_a_browser_too_both_ways_are_shown(folder: Path, tmp_path: Path) -> None:
    nowhere = {"PATH": str(tmp_path), "HOME": str(tmp_path)}
    found = kpixl(folder, "pack", "plan.xlsx", **nowhere)
    assert found.returncode == 1
    assert "libpango-1.0-0" in found.stderr
    assert "Edge, Chrome or Chromium" in found.stderr
    assert "WeasyPrint could not import" not in found.stdout
    ill = kpixl(folder, "doctor", **nowhere)
    assert ill.returncode == 1
    assert "libpango" in ill.stdout
    assert "chromium" in ill.stdout
    assert "Traceback" not in found.stderr + ill.stderr


def test_the_doctor_says_that_the_browser_will_print(folder: Path) -> None:
    found = json.loads(kpixl(folder, "doctor", "--json").stdout)["findings"]
    of = {one["name"]: one for one in found}
    assert not of["pango"]["ok"]
    assert not of["pango"]["required"]
    assert of["engine"]["ok"]
    assert of["engine"]["found"] == of["browser"]["found"]


def test_a_wrong_word_is_wrong_use(folder: Path) -> None:
    found = kpixl(folder, "pack", "plan.xlsx", "--engine", "word")
    assert found.returncode == 2
    assert "auto, weasyprint, plutoprint, chromium" in found.stderr


@pytest.mark.parametrize("engine", WITHOUT_BROWSER)
def test_what_stands_too_deep_within_each_other_is_told(
    engine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engines, "plutoprint_missing", lambda: "")
    deep = "<div>" * 2000 + "x" + "</div>" * 2000
    html = f"<html lang='en'><head><title>x</title></head><body>{deep}</body></html>"
    with pytest.raises(RenderProblem, match="nested-too-deep"):
        to_pdf(Rendered(html), "0" * 32, engine=engine)
