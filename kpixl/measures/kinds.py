"""The closed vocabularies of the domain; their words in both languages stand in words.json."""

from __future__ import annotations

from enum import Enum


class Direction(str, Enum):
    """Which side of the plan is good."""

    HIGHER = "higher"
    LOWER = "lower"
    RANGE = "range"


class Aggregation(str, Enum):
    """How months become a figure to date."""

    SUM = "sum"
    AVERAGE = "average"
    LAST = "last"
    MAX = "max"
    MIN = "min"


class Status(str, Enum):
    """A goal's standing against its plan (SPEC 4)."""

    GREEN = "green"
    AMBER = "amber"
    RED = "red"
    NO_DATA = "no_data"
    NO_PLAN = "no_plan"


class Phase(str, Enum):
    """A phase of the PDCA cycle (SPEC 8)."""

    PLAN = "plan"
    DO = "do"
    CHECK = "check"
    ACT = "act"
    CLOSED = "closed"


class Decision(str, Enum):
    """What was decided after a countermeasure's result was compared."""

    STANDARDISE = "standardise"
    ADJUST = "adjust"
    STOP = "stop"


class Step(str, Enum):
    """The next step that a phase asks for; worded in words.json under ``step``."""

    SET_TARGET = "set_target"
    MONTH_OPEN = "month_open"
    ENTER_ACTUAL = "enter_actual"
    ON_TRACK = "on_track"
    ON_TRACK_ACTION = "on_track_action"
    FIND_CAUSE = "find_cause"
    DECIDE_COUNTERMEASURE = "decide_countermeasure"
    NAME_OWNER_AND_DUE = "name_owner_and_due"
    CARRY_OUT = "carry_out"
    COMPARE_EFFECT = "compare_effect"
    DECIDE = "decide"
    NONE = "none"
