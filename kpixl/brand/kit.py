"""Turn a brand folder into a kit: what its brand.toml, fonts and logo say of the packs' look.

A folder of templates without a brand.toml is a kit, too, that has nothing else to say.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from kpixl.brand.fonts import Face, faces_in, is_family, rule, stack
from kpixl.brand.logo import logo_of
from kpixl.brand.settings import Entries, read_entries
from kpixl.errors import UsageProblem
from kpixl.pack.logo import find_logo
from kpixl.pack.look import Look, Paper
from kpixl.pack.pages import DEFAULT_PAGES, PAGES, PackOptions
from kpixl.words import LANGUAGES

FILE = "brand.toml"
KEYS = (
    "brand_colour", "accent_colour", "latin_font", "japanese_font", "logo", "mail_logo", "footer",
    "pages", "paper",
)  # fmt: skip
"""Every key of brand.toml."""
LONGEST_FOOTER = 120
IN_MAILS = ("image/png", "image/jpeg")


@dataclass(frozen=True)
class Kit:
    """What a folder says of the look: colours as ``#rrggbb``, families of fonts and the ``faces``
    of its own font files, the logos as data URIs, the line at the foot by language, and the pages
    in their order and the paper, None where they are left to others. What is "" is the
    workbook's."""

    folder: Path
    colour: str = ""
    accent: str = ""
    latin: str = ""
    japanese: str = ""
    faces: tuple[Face, ...] = ()
    logo: str = ""
    mail_logo: str = ""
    footer: tuple[tuple[str, str], ...] = ()
    pages: tuple[str, ...] | None = None
    paper: Paper | None = None

    def look(self, language: str) -> Look:
        """What a pack in ``language`` takes of it."""
        named = tuple(family for family in (self.latin, self.japanese) if family)
        return Look(
            colour=self.colour,
            accent=self.accent,
            fonts=stack(self.latin, self.japanese, language) if named else "",
            faces="\n".join(rule(face, named) for face in self.faces),
            footer=dict(self.footer).get(language, ""),
        )

    def over(self, options: PackOptions) -> PackOptions:
        """``options`` with what the kit says besides its templates; its logo comes before the
        workbook's, its paper after what is asked for."""
        return replace(
            options,
            look=self.look(options.language),
            logo=self.logo or options.logo,
            paper=options.paper or self.paper,
        )


def read_kit(folder: Path) -> Kit:
    """The kit of a folder. Raises :class:`BrandProblem` for the first mistake in it, and
    :class:`UsageProblem` ``no-such-folder``."""
    if not folder.is_dir():
        raise UsageProblem("no-such-folder", found=str(folder))
    file = folder / FILE
    if not file.is_file():
        return Kit(folder)
    entries = read_entries(file, KEYS)
    logo = logo_of(entries, "logo")
    mail_logo = logo_of(entries, "mail_logo", IN_MAILS)
    if not mail_logo and logo.startswith(tuple(f"data:{kind};" for kind in IN_MAILS)):
        mail_logo = logo
    return Kit(
        folder,
        colour=entries.colour("brand_colour"),
        accent=entries.colour("accent_colour"),
        latin=_family(entries, "latin_font"),
        japanese=_family(entries, "japanese_font"),
        faces=faces_in(folder),
        logo=logo,
        mail_logo=mail_logo,
        footer=tuple(_footer(entries).items()),
        pages=_pages(entries),
        paper=_paper(entries),
    )


def kit_of(folder: Path | None) -> Kit:
    """As :func:`read_kit`; a kit that says nothing where there is no folder."""
    return Kit(Path()) if folder is None else read_kit(folder)


def logo_for(kit: Kit, workbook: Path, name: str) -> str:
    """The logo of a workbook's packs as a data URI: the kit's, else what :func:`find_logo` finds
    for the ``name`` in Settings. Raises :class:`LogoProblem`."""
    return kit.logo or find_logo(workbook, name)


def _family(entries: Entries, key: str) -> str:
    family = entries.text(key)
    if family and not is_family(family):
        entries.refuse("brand-font-name", key, family)
    return family


def _footer(entries: Entries) -> Mapping[str, str]:
    """The line at the foot by language: one for all, or a table with one for each."""
    found = entries.texts("footer", LANGUAGES)
    for text in found.values():
        # An ideographic space counts as not printable, and is one that people write.
        if len(text) > LONGEST_FOOTER or not text.replace("\u3000", " ").isprintable():
            entries.refuse("brand-footer", "footer", text, longest=LONGEST_FOOTER)
    return found


def _pages(entries: Entries) -> tuple[str, ...] | None:
    names = entries.names("pages")
    for name in names or ():
        if name not in PAGES:
            entries.unknown("brand-page", "pages", name, DEFAULT_PAGES)
    return names


def _paper(entries: Entries) -> Paper | None:
    name = entries.text("paper").upper()
    if name and name not in tuple(Paper):
        entries.unknown("brand-paper", "paper", entries.text("paper"), tuple(Paper))
    return Paper(name) if name else None
