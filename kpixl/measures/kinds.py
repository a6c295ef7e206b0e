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


class Method(str, Enum):
    """A way to fill the months without an actual (SPEC 5), in the order that settles ties."""

    OUTLOOK = "outlook"
    PLAN = "plan"
    RATIO = "ratio"
    PACE = "pace"
    PRIOR = "prior"
    RECENT = "recent"
    TREND = "trend"


class Pace(str, Enum):
    """What the months left have to bring (SPEC 5): a figure, or why there is none to ask for."""

    NEEDED = "needed"
    REACHED = "reached"
    OUT_OF_REACH = "out_of_reach"
    NONE = "none"


class Signal(str, Enum):
    """What the last point of an XmR chart tells (SPEC 6), in the order they are looked for."""

    ABOVE = "above"
    BELOW = "below"
    RUN_ABOVE = "run_above"
    RUN_BELOW = "run_below"
    NEAR_UPPER = "near_upper"
    NEAR_LOWER = "near_lower"


class Effect(str, Enum):
    """What a countermeasure has done, judged against the limits from before it (SPEC 6)."""

    IMPROVED = "improved"
    WORSE = "worse"
    NO_SIGNAL = "no_signal"
    TOO_EARLY = "too_early"
