"""Turn cells into figures: the registry of in-cell functions, one declaration each (SPEC 10)."""

from __future__ import annotations

from kpixl.functions.arguments import Argument, Kind, Shape
from kpixl.functions.declare import Function
from kpixl.functions.registry import FUNCTIONS

__all__ = ["FUNCTIONS", "Argument", "Function", "Kind", "Shape"]
