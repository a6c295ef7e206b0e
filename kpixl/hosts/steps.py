"""What was looked at or done to bring the functions into a program, one step at a time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from kpixl.words import say


@dataclass(frozen=True)
class Step:
    """One thing that was looked at or done, or is left to a person; ``text`` names it in
    words.json, in the section of its host."""

    SECTION: ClassVar[str] = ""

    text: str
    ok: bool = True
    details: Mapping[str, object] = field(default_factory=dict)

    def sentence(self, language: str) -> str:
        """The step in words."""
        return say(f"{self.SECTION}.{self.text}", language, **self.details)
