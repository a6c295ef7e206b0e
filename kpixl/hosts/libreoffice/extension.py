"""Turn the registry into an extension of LibreOffice: one ``.oxt`` file, described in both
languages, that carries all it needs."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

import kpixl
from kpixl.functions import FUNCTIONS, Argument, Function
from kpixl.hosts.office import CELLS_SERVICE, NAMES_SERVICE, implementation
from kpixl.hosts.office.cells import handed
from kpixl.words import LANGUAGES, word

IDENTIFIER = "org.kpixl.functions"
OLDEST_OFFICE = "7.4"

# The package goes in under a name of its own: another kpixl that is installed in LibreOffice's
# Python is never mixed with it.
PACKAGE = "kpixl_in_calc"
_PARTS = (
    "errors.py", "words.py", "words.json", "measures", "plan", "review", "functions",
    "hosts/__init__.py", "hosts/office",
)  # fmt: skip
_IMPORT = re.compile(r"^(\s*(?:from|import)\s+)kpixl(?=[.\s])", re.MULTILINE)

_EPOCH = (1980, 1, 1, 0, 0, 0)  # the oldest that a ZIP file knows
_XML = '<?xml version="1.0" encoding="UTF-8"?>\n'
_REGISTRY = (
    '<oor:component-data xmlns:oor="http://openoffice.org/2001/registry" '
    'xmlns:xs="http://www.w3.org/2001/XMLSchema" oor:package="org.openoffice.Office" '
    'oor:name="{name}">\n{content}</oor:component-data>\n'
)


def build_extension(path: Path) -> Path:
    """Write the extension to ``path`` and return it. The same kpixl gives the same bytes."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in sorted(contents().items()):
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            package.writestr(entry, content)
    return path


def contents() -> Mapping[str, str]:
    """Everything in the extension: name -> text."""
    declared = {
        "META-INF/manifest.xml": _manifest(),
        "description.xml": _description(),
        "functions.idl": interface(),
        "CalcAddIns.xcu": _descriptions(),
        "Jobs.xcu": _jobs(),
        "kpixl.components": _components(),
        "functions.py": _component("functions", "Functions", CELLS_SERVICE),
        "names.py": _component("names", "Names", NAMES_SERVICE),
    }
    declared.update(
        {f"description_{one}.txt": word("libreoffice.description", one) for one in LANGUAGES}
    )
    return {**declared, **dict(_package())}


# ---- The code -------------------------------------------------------------------------------


def _package() -> Iterator[tuple[str, str]]:
    """The modules that a cell needs, under a name of their own."""
    home = Path(kpixl.__file__).parent
    inside = f"pythonpath/{PACKAGE}"
    yield f"{inside}/__init__.py", f'__version__ = "{kpixl.__version__}"\n'
    for part in _PARTS:
        place = home / part
        for file in sorted(place.rglob("*.py")) if place.is_dir() else [place]:
            text = file.read_text(encoding="utf-8")
            yield f"{inside}/{file.relative_to(home).as_posix()}", _renamed(text)


def _renamed(text: str) -> str:
    return _IMPORT.sub(rf"\1{PACKAGE}", text)


def _component(module: str, name: str, service: str) -> str:
    """What LibreOffice loads: it looks for its objects in a file at the extension's top."""
    return (
        "import unohelper\n"
        f"from {PACKAGE}.hosts.office.{module} import {name}\n\n"
        "g_ImplementationHelper = unohelper.ImplementationHelper()\n"
        f'g_ImplementationHelper.addImplementation({name}, "{implementation(service)}", '
        f'("{service}",))\n'
    )


# ---- What Calc is told ----------------------------------------------------------------------


def interface() -> str:
    """The functions as LibreOffice's type library, in its own language of interfaces."""
    lines = "".join(f"    any {one.name}({_parameters(one)});\n" for one in FUNCTIONS.values())
    return (
        "module org { module kpixl {\n"
        "interface XFunctions : com::sun::star::uno::XInterface {\n"
        f"{lines}"
        "};\n"
        "}; };\n"
    )


def _parameters(function: Function) -> str:
    return ", ".join(
        f"[in] {handed(function, argument).value} {_parameter(argument)}"
        for argument in function.arguments
    )


def _parameter(argument: Argument) -> str:
    """The argument's name as that language has them: ``goal_id`` is ``goalId``."""
    first, *others = argument.name.split("_")
    return first + "".join(map(str.capitalize, others))


def _descriptions() -> str:
    functions = "".join(_function(one) for one in FUNCTIONS.values())
    inside = _node(
        "AddInInfo", _node(CELLS_SERVICE, _node("AddInFunctions", functions), replace=True)
    )
    return _XML + _REGISTRY.format(name="CalcAddIns", content=inside)


def _function(function: Function) -> str:
    """One function; the names are the same in every language, as they are in Excel."""
    return _node(
        function.name,
        _same("DisplayName", function.name)
        + _said("Description", function)
        + '<prop oor:name="Category"><value>Add-In</value></prop>\n'
        + _same("CompatibilityName", function.name)
        + _node("Parameters", "".join(_argument(one) for one in function.arguments)),
        replace=True,
    )


def _argument(argument: Argument) -> str:
    inside = _same("DisplayName", argument.name) + _said("Description", argument)
    return _node(_parameter(argument), inside, replace=True)


def _node(name: str, content: str, *, replace: bool = False, fuse: bool = False) -> str:
    operation = ' oor:op="replace"' if replace else ' oor:op="fuse"' if fuse else ""
    return f"<node oor:name={quoteattr(name)}{operation}>\n{content}</node>\n"


def _same(name: str, text: str) -> str:
    return _property(name, dict.fromkeys(LANGUAGES, text))


def _said(name: str, described: Function | Argument) -> str:
    return _property(name, {one: as_calc_writes(described.description(one)) for one in LANGUAGES})


def as_calc_writes(text: str) -> str:
    """``text`` with whole tables as every LibreOffice reads them: 7.4 takes ``tblGoals[#All]``,
    as Excel has it, for an unknown name."""
    return text.replace("[#All]", "[[#All]]")


def _property(name: str, texts: Mapping[str, str]) -> str:
    values = "".join(
        f'<value xml:lang="{language}">{escape(text)}</value>' for language, text in texts.items()
    )
    return f'<prop oor:name="{name}">{values}</prop>\n'


def _jobs() -> str:
    """What LibreOffice does when it has opened a document, seen or unseen."""
    service = f'<prop oor:name="Service"><value>{NAMES_SERVICE}</value></prop>\n'
    called = _node("JobList", _node(NAMES_SERVICE, "", replace=True))
    inside = _node("Jobs", _node(NAMES_SERVICE, service, replace=True)) + _node(
        "Events", _node("OnLoadFinished", called, fuse=True)
    )
    return _XML + _REGISTRY.format(name="Jobs", content=inside)


# ---- What the extension manager is told -----------------------------------------------------


def _description() -> str:
    def each(line: str) -> str:
        return "".join(
            line.format(
                language=one,
                title=escape(word("libreoffice.title", one)),
                publisher=escape(word("libreoffice.publisher", one)),
            )
            for one in LANGUAGES
        )

    names = each('<name lang="{language}">{title}</name>')
    publishers = each('<name lang="{language}">{publisher}</name>')
    texts = each('<src lang="{language}" xlink:href="description_{language}.txt"/>')
    return (
        f"{_XML}"
        '<description xmlns="http://openoffice.org/extensions/description/2006" '
        'xmlns:d="http://openoffice.org/extensions/description/2006" '
        'xmlns:lo="http://libreoffice.org/extensions/description/2011" '
        'xmlns:xlink="http://www.w3.org/1999/xlink">\n'
        f'<identifier value="{IDENTIFIER}"/>\n'
        f'<version value="{kpixl.__version__}"/>\n'
        f'<dependencies><lo:LibreOffice-minimal-version value="{OLDEST_OFFICE}" '
        f'd:name="LibreOffice {OLDEST_OFFICE}"/></dependencies>\n'
        f"<display-name>{names}</display-name>\n"
        f"<publisher>{publishers}</publisher>\n"
        f"<extension-description>{texts}</extension-description>\n"
        "</description>\n"
    )


def _components() -> str:
    def component(file: str, service: str) -> str:
        return (
            f'<component loader="com.sun.star.loader.Python" uri="{file}">\n'
            f'<implementation name="{implementation(service)}"><service name="{service}"/>'
            "</implementation>\n"
            "</component>\n"
        )

    return (
        f"{_XML}"
        '<components xmlns="http://openoffice.org/2010/uno-components">\n'
        f"{component('functions.py', CELLS_SERVICE)}"
        f"{component('names.py', NAMES_SERVICE)}"
        "</components>\n"
    )


_MEDIA = {
    "functions.idl": "application/vnd.sun.star.uno-typelibrary;type=RDB",
    "kpixl.components": "application/vnd.sun.star.uno-components",
    "CalcAddIns.xcu": "application/vnd.sun.star.configuration-data",
    "Jobs.xcu": "application/vnd.sun.star.configuration-data",
}


def _manifest() -> str:
    entries = "".join(
        f'<manifest:file-entry manifest:media-type="{media}" manifest:full-path="{name}"/>\n'
        for name, media in _MEDIA.items()
    )
    return (
        f"{_XML}"
        '<manifest:manifest xmlns:manifest="http://openoffice.org/2001/manifest">\n'
        f"{entries}"
        "</manifest:manifest>\n"
    )
