"""Show a brand kit on pages of the demo company's pack, and say what it meets with."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from kpixl.brand.families import found_family, width_ratio
from kpixl.brand.kit import Kit, read_kit
from kpixl.files import safe_name, scratch_folder, write_file
from kpixl.pack.contexts import GoalPage, Pack, Page
from kpixl.pack.pages import DEFAULT_PAGES, PackOptions, build_pack
from kpixl.pack.sheet_faults import sheet_faults
from kpixl.pack.theme import READABLE, Theme, colour_contrast, theme
from kpixl.review.figures import Review

SHOWN = ("cover", "summary", "scorecard", "goals", "register")
"""The pages that show a look best; of the goals' pages the first."""
WIDE = 1.06
"""Charts allow for text a little wider than Inter."""
WHITE = "#ffffff"


@dataclass(frozen=True)
class Remark:
    """What there is to say of a kit: ``key`` names its sentence in the section ``brand``;
    ``warns``: somebody should look at it."""

    key: str
    details: tuple[tuple[str, str], ...]
    warns: bool = False


@dataclass(frozen=True)
class Preview:
    """The files that were written and what there is to say of the kit."""

    files: tuple[Path, ...]
    remarks: tuple[Remark, ...]


def preview(
    folder: Path, out: Path, language: str, formats: Sequence[str] = ("pdf",), every: bool = False
) -> Preview:
    """Write a few of the demo company's pages (``every``: all of them) in the kit's look; those
    that it has a template for are among them.

    Raises what :func:`kpixl.brand.kit.read_kit` raises, :class:`RenderProblem`, CannotWrite, and
    :class:`UsageProblem` for a template that is broken.
    """
    kit = read_kit(folder)
    pack = _pack(kit, language, every)
    stem = f"{safe_name(folder.resolve().name)}-preview_{language}"
    files = []
    if "pdf" in formats:
        from kpixl.pack.pdf import pack_pdf

        files.append(write_file(out / f"{stem}.pdf", pack_pdf(pack, kit.folder)))
    if "html" in formats:
        from kpixl.pack.html import for_browser

        html = for_browser(pack, kit.folder)
        files.append(write_file(out / f"{stem}.html", html.encode()))
    return Preview(tuple(files), (*remarks(kit, language), *_of_sheets(pack, kit.folder)))


def _pack(kit: Kit, language: str, every: bool) -> Pack:
    pages = kit.pages or DEFAULT_PAGES
    if not every:
        pages = tuple(name for name in pages if _is_shown(name, kit.folder)) or pages
    pack = build_pack(demo_review(language), kit.over(PackOptions(language, pages)))
    return pack if every else replace(pack, pages=tuple(_first_goal(pack.pages)))


def _is_shown(page: str, folder: Path) -> bool:
    """Whether a page is among the few, or the kit has a template of its own for it."""
    return page in SHOWN or (folder / f"{page}.html").is_file()


def _first_goal(pages: Sequence[Page]) -> Iterator[Page]:
    seen = False
    for page in pages:
        if not isinstance(page, GoalPage):
            yield page
        elif not seen:
            seen = True
            yield page


def demo_review(language: str) -> Review:
    """The demo company's review, by way of a workbook as users have it."""
    from kpixl.plan.tables import read_plan
    from kpixl.review.review import review
    from kpixl.workbook.reader import read_book
    from kpixl.workbook.sample import sample_book
    from kpixl.workbook.template import write_book

    with scratch_folder() as folder:
        path = folder / "demo.xlsx"
        with path.open("wb") as file:
            write_book(file, sample_book(language))
        reading = read_plan(read_book(path))
    if reading.plan is None:
        raise ValueError("the demo company's workbook gives no plan")
    return review(reading.plan, problems=reading.problems)


def _of_sheets(pack: Pack, folder: Path) -> Iterator[Remark]:
    """What in the kit's style sheets is passed over."""
    for fault in sheet_faults(pack, folder):
        key = f"css_{fault.kind}{'_near' if fault.near else ''}"
        place = {"file": str(fault.file), "line": str(fault.line)}
        details = {**place, "found": fault.found, "near": fault.near}
        yield Remark(key, tuple(details.items()), warns=True)


def remarks(kit: Kit, language: str) -> Iterator[Remark]:
    """What becomes of the kit's colours and fonts where they cannot be taken as they are."""
    colours = theme(kit.colour, kit.accent)
    if kit.colour:
        yield from _of_brand(colours)
    if kit.accent:
        yield _upon("accent", colours.accent, colours.on_accent)
    yield from _of_fonts(kit)
    if kit.logo and not kit.mail_logo:
        yield Remark("no_mail_logo", (), warns=True)
    if kit.footer and not dict(kit.footer).get(language):
        yield Remark("no_footer", (("language", language),), warns=True)


def _of_brand(colours: Theme) -> Iterator[Remark]:
    """The brand's colour as text on white, and the text upon it."""
    if colours.brand_text != colours.brand:
        grounds = (WHITE, colours.tint)
        least = min(colour_contrast(colours.brand_text, ground) for ground in grounds)
        white = colour_contrast(colours.brand, WHITE)
        too_pale_on_white = white < READABLE
        ground = WHITE if too_pale_on_white else colours.tint
        yield Remark(
            "pale" if too_pale_on_white else "pale_on_tint",
            (
                ("colour", colours.brand),
                ("ratio", _ratio(colour_contrast(colours.brand, ground))),
                ("text", colours.brand_text),
                ("better", _ratio(least)),
                ("least", f"{READABLE:g}"),
            ),
        )
    else:
        ratio = _ratio(colour_contrast(colours.brand, WHITE))
        yield Remark("readable", (("colour", colours.brand), ("ratio", ratio)))
    yield _upon("brand", colours.brand, colours.on_brand)


def _upon(which: str, ground: str, text: str) -> Remark:
    ratio = _ratio(colour_contrast(ground, text))
    return Remark(f"upon_{which}", (("colour", ground), ("text", text), ("ratio", ratio)))


def _ratio(value: float) -> str:
    """Cut, not rounded: 4.49 is not 4.5."""
    return f"{int(value * 10) / 10:.1f}"


def _of_fonts(kit: Kit) -> Iterator[Remark]:
    own = {name for face in kit.faces for name in (face.family, *face.names)}
    named = tuple(family for family in (kit.latin, kit.japanese) if family)
    absent: set[str] = set()
    for family in dict.fromkeys(named):
        if family in own:
            continue
        if found_family(family).casefold() != family.casefold():
            absent.add(family)
            yield Remark("font_absent", (("family", family),), warns=True)
    for face in kit.faces:
        if not {face.family, *face.names} & {*named}:
            yield Remark("font_unused", (("family", face.family),), warns=True)
        if face.restricted:
            yield Remark("font_restricted", (("file", face.file),), warns=True)
    if kit.latin and kit.latin not in absent:
        ratio = width_ratio(kit.latin, kit.folder, kit.look("en").faces)
        if ratio > WIDE:
            share = f"{100 * (ratio - 1):.0f}"
            yield Remark("font_wide", (("family", kit.latin), ("share", share)), warns=True)
