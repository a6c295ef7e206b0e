"""The engines that lay packs out, of those that this machine can have."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

import pytest

from kpixl.pack import engines
from kpixl.pack.engines import Chosen, Engine, plutoprint_missing

Given = ParamSpec("Given")
Made = TypeVar("Made")

HAS_PLUTOPRINT = not plutoprint_missing()
"""PlutoPrint comes for some kinds of machines only."""
WITHOUT_BROWSER = (
    Engine.WEASYPRINT.value,
    *([Engine.PLUTOPRINT.value] if HAS_PLUTOPRINT else []),
)
OTHER_ENGINES = (Engine.CHROMIUM.value, *WITHOUT_BROWSER[1:])
"""Those beside WeasyPrint."""


def take(engine: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have ``engine`` lay out, in this process, what is made without naming one."""
    monkeypatch.setattr(engines, "_chosen", lambda _: Chosen(Engine(engine)))


def once_an_engine(make: Callable[Given, Made]) -> Callable[Given, Made]:
    """``make``, whose results are kept for each engine that is taken where none is named."""
    kept: dict[object, Made] = {}

    @wraps(make)
    def made(*given: Given.args, **more: Given.kwargs) -> Made:
        key = (engines.choose("auto").engine, given, tuple(more.items()))
        if key not in kept:
            kept[key] = make(*given, **more)
        return kept[key]

    return made
