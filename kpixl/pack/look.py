"""What a brand kit gives a pack besides templates: colours, fonts and a line at the foot."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Paper(StrEnum):
    """The paper of a pack, lying."""

    A4 = "A4"
    A3 = "A3"


@dataclass(frozen=True)
class Look:
    """``colour`` and ``accent`` are ``#rrggbb``, ``fonts`` a list of families as CSS has it,
    ``faces`` the rules for the kit's own font files, ``footer`` the line at the foot of every
    page. What is "" is the workbook's or the usual."""

    colour: str = ""
    accent: str = ""
    fonts: str = ""
    faces: str = ""
    footer: str = ""


PLAIN = Look()
"""The look of a pack without a brand kit."""
