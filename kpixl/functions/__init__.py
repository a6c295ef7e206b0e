"""Turn cells into figures: the registry of in-cell functions, one declaration each (SPEC 10)."""

from __future__ import annotations

from kpixl.functions.cells import Kind
from kpixl.functions.declare import Argument, Function, Shape
from kpixl.functions.registry import FUNCTIONS

__all__ = ["FUNCTIONS", "Argument", "Function", "Kind", "Shape"]
