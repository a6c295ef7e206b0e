"""Turn the logo that brand.toml names into a data URI that brings nothing else with it."""

from __future__ import annotations

from collections.abc import Sequence

from kpixl.brand.settings import Entries
from kpixl.files import as_spelled
from kpixl.pack.logo import TYPES, LogoProblem, data_uri

SVG = "image/svg+xml"
REASONS = {
    "logo-broken": "broken", "logo-shape": "shape", "logo-sizeless": "sizeless",
    "logo-too-large": "large",
}  # fmt: skip
"""Why a picture cannot be the logo, by the code of its problem: the form of the sentence."""


def logo_of(entries: Entries, key: str, kinds: Sequence[str] = tuple(TYPES.values())) -> str:
    """The picture that ``key`` names, "" where it names none. Raises :class:`BrandProblem` where
    it is missing, lies outside the folder, is no picture, or would fetch or run something."""
    name = entries.text(key)
    if not name:
        return ""
    folder = entries.file.parent.resolve()
    try:
        path = as_spelled(folder / name).resolve()
    except (OSError, ValueError):  # no name that a file can have
        entries.refuse("brand-logo-missing", key, name, folder=str(entries.file.parent))
    kind = TYPES.get(path.suffix.lower())
    if not path.is_relative_to(folder):
        entries.refuse("brand-outside", key, name)
    if kind not in kinds:
        form = {} if SVG in kinds else {"form": "mail"}
        entries.refuse("brand-logo-unusable", key, name, **form)
    try:
        data = path.read_bytes()
    except OSError:
        entries.refuse("brand-logo-missing", key, name, folder=str(entries.file.parent))
    try:
        return data_uri(data, kind or "", name)
    except LogoProblem as fault:
        if fault.code == "logo-active":
            entries.refuse("brand-logo-asks", key, name, asked=fault.details["what"])
        if fault.code in REASONS:
            details = {**fault.details, "form": REASONS[fault.code]}
            details.pop("found")
            entries.refuse("brand-logo-unusable", key, name, **details)
        entries.refuse("brand-logo-unusable", key, name)
