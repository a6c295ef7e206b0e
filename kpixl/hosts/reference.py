"""Turn the registry into the function reference for people: ``docs/functions.md``, two languages.

Run as ``python -m kpixl.hosts.reference``. Results of examples are computed by the functions.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import count
from pathlib import Path

from kpixl.errors import CellError
from kpixl.functions import FUNCTIONS, Argument, Function, Kind, Shape
from kpixl.measures.backtest import COMPETING
from kpixl.measures.kinds import Aggregation, Decision, Direction, Phase, Signal, Status
from kpixl.plan.schema import SHEET
from kpixl.words import LANGUAGES, say, section, word

FOLDER = Path(__file__).resolve().parents[2] / "docs"
PAGES: Mapping[str, str] = {"en": "functions.md", "ja": "functions.ja.md"}

Table = list[list[object]]

# The words of each vocabulary, in the order in which a person would list them.
_VOCABULARIES: Mapping[Kind, tuple[str, ...]] = {
    Kind.DIRECTION: tuple(one.value for one in Direction),
    Kind.AGGREGATION: tuple(one.value for one in Aggregation),
    Kind.STATUS: tuple(one.value for one in Status),
    Kind.DECISION: tuple(one.value for one in Decision),
    Kind.METHOD: ("best", *(one.value for one in COMPETING)),
    Kind.LANGUAGE: LANGUAGES,
}
_NAMED: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "column.direction": ("direction", _VOCABULARIES[Kind.DIRECTION]),
    "column.aggregation": ("aggregation", _VOCABULARIES[Kind.AGGREGATION]),
    "template.scorecard.status": ("status", _VOCABULARIES[Kind.STATUS]),
    "function.reference.signal": ("signal", tuple(one.value for one in Signal)),
    "column.decision": ("decision", _VOCABULARIES[Kind.DECISION]),
    "function.reference.method": ("method", _VOCABULARIES[Kind.METHOD]),
    "column.phase": ("phase", tuple(one.value for one in Phase)),
    "column.language": ("language", LANGUAGES),
}

# What holds for all functions, and a call that shows it.
RULES: Mapping[str, tuple[str, tuple[object, ...]] | None] = {
    "blank": ("KPI_GAP", ("", 100)),
    "numbers": ("KPI_GAP", ("▲1,200", 0)),
    "dates": None,
    "words": ("KPI_STATUS", (110, 100, "低いほど良い", None, None, None, "English")),
    "ranges": ("KPI_GAP", ([[90], [95]], [[100, 110]])),
    "tables": None,
    "undefined": ("KPI_GAP_PCT", (5, 0)),
    "unknown": ("KPI_GAP", (90, 100, "Sideways")),
    "errors": ("KPI_GAP", (CellError("#REF!"), 100)),
    "pure": None,
    "python": None,
}

# The tables of the examples: columns, then rows; "@name" is a text of words.json.
_SAMPLE: Mapping[str, tuple[tuple[str, ...], tuple[tuple[object, ...], ...]]] = {
    "goals": (
        ("id", "parent", "level", "name", "owner", "unit", "direction", "aggregation"),
        (
            ("SERVICE", None, "kgi", "@service", "@mori", None, None, None),
            ("ANSWERS", "SERVICE", "kpi", "@answers", "@sato", "@cases", "higher", "sum"),
            ("WAIT", "SERVICE", "kpi", "@wait", "@abe", "@minutes", "lower", "average"),
        ),
    ),
    "plan": (("id", "2026-04", "2026-05"), (("ANSWERS", 100, 100), ("WAIT", 10, 10))),
    "actuals": (("id", "2026-04", "2026-05"), (("ANSWERS", 90, 110), ("WAIT", 8, 12.5))),
    "settings": (("key", "value"), (("review_month", "2026-05"), ("close_day", 10))),
    "actions": (
        ("action_id", "goal_id", "raised", "cause", "countermeasure", "owner", "due", "done",
         "result", "decision"),
        (
            ("A1", "WAIT", date(2026, 5, 15), "@cause", "@countermeasure", "@abe",
             date(2026, 5, 31), None, None, None),
        ),
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Worked:
    """A call as typed in a cell, and what comes out."""

    formula: str
    result: object


def worked(function: Function, language: str) -> Worked:
    """The example of a function in words of the language, worked out on the sample tables. In
    Japanese it asks for a Japanese result where the function speaks."""
    given = [
        _localised(argument, value, language)
        for argument, value in zip(function.arguments, function.example, strict=False)
    ]
    kinds = [argument.kind for argument in function.arguments]
    if language != "en" and Kind.LANGUAGE in kinds[len(given) :]:
        given += [None] * (kinds.index(Kind.LANGUAGE) - len(given))
        given.append(word(f"language.{language}", language))
    return _call(function, given, language)


def sample_table(key: str, language: str) -> Table:
    """A table of the examples as it stands in a workbook of the language, headers included."""
    columns, rows = _SAMPLE[key]
    kinds = {column.key: column.kind.value for column in SHEET[key].columns}
    headers: list[object] = [word(f"column.{one}", language) if one in kinds else one
                             for one in columns]  # fmt: skip
    return [
        headers,
        *(
            [
                _sample_cell(kinds.get(column, ""), value, language)
                for column, value in zip(columns, row, strict=True)
            ]
            for row in _with_names(key, rows, language)
        ),
    ]


def page(language: str) -> str:
    """The whole reference in a language, as Markdown."""

    def text(name: str) -> str:
        return word(f"function.reference.{name}", language)

    parts = [
        f"<!-- {text('generated')} -->",
        f"# {text('title')}",
        " · ".join(f"[{word(f'language.{one}', one)}]({PAGES[one]})" for one in LANGUAGES),
        text("lead"),
        text("arrays"),
        f"## {text('rules')}",
        "\n".join(_rule(name, language) for name in RULES),
    ]
    categories = dict.fromkeys(function.category for function in FUNCTIONS.values())
    for category in categories:
        parts.append(f"## {word(f'function.category.{category}', language)}")
        functions = [one for one in FUNCTIONS.values() if one.category == category]
        parts.append(_overview(functions, language))
        for function in functions:
            parts += _described(function, language)
    parts += [f"## {text('words')}", text("words.lead"), _vocabularies(language)]
    parts += [f"## {text('tables')}", text("tables.lead")]
    for key in _SAMPLE:
        parts += [f"**{SHEET[key].table}**", _markdown(sample_table(key, language))]
    return "\n\n".join(parts) + "\n"


def write(folder: Path = FOLDER) -> None:
    """Write the pages of both languages."""
    folder.mkdir(exist_ok=True)
    for language, name in PAGES.items():
        (folder / name).write_text(page(language), encoding="utf-8", newline="\n")


def _localised(argument: Argument, value: object, language: str) -> object:
    """An argument of an example with its words in the language."""
    if isinstance(value, list):
        return [[_localised(argument, one, language) for one in row] for row in value]
    if not isinstance(value, str) or argument.shape is Shape.TABLE:
        return value
    known = {
        word(f"{argument.kind.value}.{one}", "en"): f"{argument.kind.value}.{one}"
        for one in _VOCABULARIES.get(argument.kind, ())
    }
    known.update(
        (entry["en"], f"function.{name}")
        for name, entry in section("function").items()
        if name.startswith("sample.")
    )
    return word(known[value], language) if value in known else value


def _call(function: Function, given: Sequence[object], language: str) -> Worked:
    """The call as a formula, and its result; for a table stands the key of its sheet."""
    written, handed = [], []
    for argument, value in zip(function.arguments, given, strict=False):
        if argument.shape is Shape.TABLE and isinstance(value, str):
            written.append(f"{SHEET[value].table}[#All]")
            handed.append(sample_table(value, language))
        else:
            written.append(_constant(value))
            handed.append(value)  # type: ignore[arg-type] # a cell's value, or rows of them
    return Worked(f"={function.name}({','.join(written)})", function(*handed))


def _constant(value: object) -> str:
    """A value as a formula writes it."""
    if isinstance(value, list):
        return "{" + ";".join(",".join(_constant(one) for one in row) for row in value) + "}"
    if isinstance(value, str):
        escaped = value.replace('"', '""')
        return f'"{escaped}"'
    return _shown(value)


def _shown(value: object) -> str:
    """A value as a cell shows it, numbers with all digits that a cell has."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, (int, float)):
        return format(value, ".15g")
    return value.isoformat() if isinstance(value, date) else str(value)


def _with_names(
    key: str, rows: Sequence[Sequence[object]], language: str
) -> Iterator[Sequence[object]]:
    for row in rows:
        yield [word(f"setting.{row[0]}", language), *row[1:]] if key == "settings" else row


def _sample_cell(kind: str, value: object, language: str) -> object:
    if not isinstance(value, str):
        return value
    if value.startswith("@"):
        return word(f"function.sample.{value[1:]}", language)
    return word(f"{kind}.{value}", language) if kind in _VOCABULARY_COLUMNS else value


_VOCABULARY_COLUMNS = ("level", "direction", "aggregation")


def _rule(name: str, language: str) -> str:
    text, shown = word(f"function.rule.{name}", language), RULES[name]
    if shown is None:
        return f"- {text}"
    example = _call(FUNCTIONS[shown[0]], shown[1], language)
    return f"- {text}<br>{_sentence(example, language)}"


def _sentence(example: Worked, language: str) -> str:
    """``formula`` gives result."""
    gives = word("function.reference.gives", language)
    result = _result(example.result, language)
    return f"`{example.formula}` {gives} {result}"


def _result(result: object, language: str) -> str:
    """A result in a line: text as it stands, an array as Excel writes it."""
    if isinstance(result, list):
        return f"`{_constant(result)}`"
    if result in ("", None):
        return word("function.reference.blank", language)
    return str(result) if isinstance(result, str) else f"`{_shown(result)}`"


def _signature(function: Function) -> str:
    names = [f"[{one.name}]" if one.optional else one.name for one in function.arguments]
    return f"{function.name}({', '.join(names)})"


def _overview(functions: Sequence[Function], language: str) -> str:
    def row(function: Function) -> list[object]:
        example, anchor = worked(function, language), function.name.lower()
        result = _result(example.result, language)
        if function.gives is Shape.TABLE:
            result = say("function.reference.below", language, anchor=anchor)
        return [
            f"[`{_signature(function)}`](#{anchor})",
            function.description(language),
            f"`{example.formula}`",
            result,
        ]

    return _table_of(
        ("function", "gives", "example", "result"), (row(one) for one in functions), language
    )


def _described(function: Function, language: str) -> Iterator[str]:
    """A function's own part: what it gives, its arguments, notes and its example."""
    yield f"### {function.name}"
    yield f"`{_signature(function)}`"
    yield function.description(language)
    yield _table_of(
        ("argument", "takes", "default", "meaning"),
        (
            (
                f"`{one.name}`",
                _takes(one, language),
                _default(one, language),
                one.description(language),
            )
            for one in function.arguments
        ),
        language,
    )
    notes = section("function")
    for number in count(1):
        if f"note.{function.name}.{number}" not in notes:
            break
        yield word(f"function.note.{function.name}.{number}", language)
    example = worked(function, language)
    label = word("function.reference.example", language)
    if function.gives is Shape.TABLE and isinstance(example.result, list):
        yield f"{label} `{example.formula}` {word('function.reference.gives', language)}"
        yield _markdown(example.result)
    else:
        yield f"{label} {_sentence(example, language)}"


def _takes(argument: Argument, language: str) -> str:
    if argument.kind in _VOCABULARIES:
        return _listed(argument.kind.value, _VOCABULARIES[argument.kind], language)
    kind = argument.kind.value
    if argument.shape is Shape.TABLE:
        kind = "table"
    elif argument.shape is Shape.RANGE and argument.kind is not Kind.ANY:
        kind = "range"
    return word(f"function.kind.{kind}", language)


def _default(argument: Argument, language: str) -> str:
    if not argument.optional:
        return word("function.reference.required", language)
    if argument.default is None:
        return word("function.reference.no_default", language)
    if argument.kind in _VOCABULARIES:
        return word(f"{argument.kind.value}.{argument.default}", language)
    return _shown(argument.default)


def _listed(vocabulary: str, words: Sequence[str], language: str) -> str:
    return " / ".join(word(f"{vocabulary}.{one}", language) for one in words)


def _vocabularies(language: str) -> str:
    head: list[object] = [word("function.reference.column.words", language)]
    head += [word(f"language.{one}", one) for one in LANGUAGES]
    return _markdown(
        [
            head,
            *(
                [word(name, language), *(_listed(group, words, one) for one in LANGUAGES)]
                for name, (group, words) in _NAMED.items()
            ),
        ]
    )


def _table_of(columns: Sequence[str], rows: Iterable[Sequence[object]], language: str) -> str:
    head = [word(f"function.reference.column.{one}", language) for one in columns]
    return _markdown([head, *rows])


def _markdown(table: Sequence[Sequence[object]]) -> str:
    """Rows as a Markdown table; the first are the headers."""
    lines = ["| " + " | ".join(_escaped(one) for one in row) + " |" for row in table]
    lines.insert(1, "|" + "---|" * len(table[0]))
    return "\n".join(lines)


def _escaped(value: object) -> str:
    return _shown(value).replace("|", r"\|")


if __name__ == "__main__":
    write()
