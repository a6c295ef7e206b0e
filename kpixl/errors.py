"""Faults and findings: what kpixl raises, and what it reports about a workbook."""

from __future__ import annotations

# A spreadsheet waits for the in-cell functions, and importing typing, enum, functools or
# dataclasses takes longer than all that they need: plain classes stand for those. A type checker,
# which keeps nobody waiting, is shown the real ones.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from enum import Enum
    from functools import cached_property

    from typing_extensions import dataclass_transform

    worked_out_once = cached_property

    class Names(str, Enum):
        """The names that something may have."""
else:

    def dataclass_transform(**_facts):
        """Tells a type checker that the subclasses are declared like dataclasses."""
        return lambda base: base

    class worked_out_once:  # noqa: N801 - it is used as a decorator
        """A property that is worked out when it is first asked for, and then kept."""

        def __init__(self, work):
            self._work = work
            self.__doc__ = work.__doc__

        def __set_name__(self, owner, name):
            self._name = name

        def __get__(self, one, owner=None):
            if one is None:
                return self
            found = one.__dict__[self._name] = self._work(one)
            return found

    class Names(str):  # noqa: SLOT000 - each has its name and value
        """The names that something may have: ``Kind.DATE``, whose ``value`` is ``"date"``."""

        def __init_subclass__(cls):
            for name, text in tuple(vars(cls).items()):
                if name.isupper():
                    one = str.__new__(cls, text)
                    one.name, one.value = name, text
                    setattr(cls, name, one)

        def __repr__(self):
            return f"{type(self).__name__}.{self.name}"

        def __reduce__(self):
            return getattr, (type(self), self.name)


# What a fault of kpixl's own may look like: it costs what it happened to and nothing else, and no
# traceback is shown unless it is asked for.
BUGS = (
    MemoryError, RecursionError, OSError, ValueError, LookupError, TypeError, ArithmeticError,
    AttributeError, AssertionError, ImportError,
)  # fmt: skip

ERROR_VALUES = ("#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A")


@dataclass_transform(frozen_default=True)
class Frozen:
    """What a frozen dataclass is: made of its annotated parts, compared by them, never changed.

    For those few that a spreadsheet waits for.
    """

    _names: tuple[str, ...] = ()

    def __init_subclass__(cls) -> None:
        cls._names = tuple(cls.__annotations__)

    def __init__(self, *given: object, **named: object) -> None:
        parts = {**dict(zip(self._names, given)), **named}
        if len(parts) < len(given) + len(named) or not parts.keys() <= set(self._names):
            raise TypeError(f"{type(self).__name__} is made of {', '.join(self._names)}")
        missing = [one for one in self._names if one not in parts and not hasattr(self, one)]
        if missing:
            raise TypeError(f"{type(self).__name__} needs {', '.join(missing)}")
        self.__dict__.update(parts)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"{type(self).__name__} never changes: {name} cannot be set")

    def _parts(self) -> tuple[object, ...]:
        return tuple(getattr(self, name) for name in self._names)

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and other._parts() == self._parts()

    def __hash__(self) -> int:
        return hash(self._parts())

    def __repr__(self) -> str:
        shown = ", ".join(f"{name}={getattr(self, name)!r}" for name in self._names)
        return f"{type(self).__name__}({shown})"

    def __reduce__(self) -> tuple[object, ...]:
        return type(self), self._parts()


class KpixlError(Exception):
    """Something a person must mend; ``code`` names its text in words.json (``problem.<code>``)."""

    def __init__(self, code: str, **details: object) -> None:
        super().__init__(code, details)
        self.code = code
        self.details: Mapping[str, object] = details

    def __str__(self) -> str:
        shown = ", ".join(f"{name}={value!r}" for name, value in self.details.items())
        return f"{self.code}({shown})"

    def __reduce__(self) -> tuple[object, ...]:
        # Not by calling the class again: each takes what it needs.
        return type(self).__new__, (type(self), *self.args), self.__dict__


class FileProblem(KpixlError):
    """The file cannot be read as a workbook at all."""


class EditRefused(KpixlError):
    """A cell of a workbook cannot be written without harm; ``sheet`` and ``cell`` are among the
    details where it is about one cell."""


class UsageProblem(KpixlError):
    """The command was called with something that cannot be done (exit code 2)."""


class CellError(Frozen):
    """A spreadsheet error value such as ``#N/A``, as data: it comes in and goes out as itself."""

    code: str

    def __init__(self, code: str) -> None:
        super().__init__(code if code in ERROR_VALUES else "#VALUE!")

    def __str__(self) -> str:
        return self.code


class Fault(Exception):
    """A cell's function ends with an Excel error."""

    def __init__(self, error: CellError) -> None:
        super().__init__(error)
        self.error = error


class Reason(str):  # noqa: SLOT000 - it has its name
    """What a system says of why something failed. Where ``name`` is not blank, it is the entry of
    words.json (section ``reason``) that says the same in either language."""

    name: str

    def __new__(cls, text: str, name: str = "") -> Reason:
        """``text`` is as the system says it."""
        one = str.__new__(cls, text)
        one.name = name
        return one


class Problem(Frozen):
    """One finding in a workbook.

    The sentence is made from ``code`` and ``details`` by :func:`kpixl.words.problem_text`, in
    either language. ``goals`` and ``people`` name whom it touches: a pack that holds one of the
    goals is blocked, a mail to one of the people is not sent. ``structural`` problems give no
    plan at all. ``method`` marks advice (SPEC 9): nothing is wrong with the data, and ``goals``
    are all those that the advice speaks of; ``details["form"]`` may choose among its sentences.
    """

    code: str
    sheet: str | None = None
    cell: str | None = None
    found: str = ""
    details: Mapping[str, object] = {}
    goals: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    structural: bool = False
    warning: bool = False
    method: bool = False

    def among(self, goals: Collection[str]) -> Problem:
        """The same finding as it is told where only these ``goals`` may be named."""
        return Problem(**{**vars(self), "goals": tuple(one for one in self.goals if one in goals)})
