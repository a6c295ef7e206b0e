"""Read from the ledger what people have received: each figure as it was last sent."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, case, func, select

from kpixl.delivery import ledger_tables as tables
from kpixl.delivery.moments import as_moment, as_text
from kpixl.delivery.records import FigureKey, SentFigure
from kpixl.plan.model import State
from kpixl.review.published import Figure

FIGURE = tuple(field.name for field in fields(Figure))


def last_sent(
    connection: Connection,
    of_build: ColumnElement[bool],
    goals: Collection[str] | None = None,
    before: datetime | None = None,
) -> Mapping[FigureKey, SentFigure]:
    """The figures of the packs that ``of_build`` chooses (of some ``goals``, sent ``before`` a
    time), each as it was last sent, by goal, month and period."""
    view, built, figures = tables.deliveries, tables.builds, tables.figures
    in_time = view.c.sent.is_not(None) if before is None else view.c.sent < as_text(before)
    sent = (
        select(
            built.c.id,
            built.c.month,
            built.c.edition,
            built.c.state,
            func.max(view.c.sent).label("sent"),
        )
        .join(view, view.c.build_id == built.c.id)
        .where(of_build, in_time)
        .group_by(built.c.id, built.c.month, built.c.edition, built.c.state)
        .subquery()
    )
    figure = (figures.c.goal, figures.c.month, figures.c.period)
    newest = func.row_number().over(
        partition_by=figure, order_by=(sent.c.sent.desc(), sent.c.id.desc())
    )
    query = select(
        *(figures.c[name] for name in FIGURE),
        sent.c.month.label("month_sent"), sent.c.edition, sent.c.sent,
        newest.label("place"), _ever_final(sent.c.state, figure).label("final"),
        _ever_reported(figures.c.actual, figure).label("reported"),
    ).join(sent, sent.c.id == figures.c.build_id)  # fmt: skip
    if goals is not None:
        query = query.where(figures.c.goal.in_(sorted(set(goals))))
    ranked = query.subquery()
    rows = connection.execute(select(ranked).where(ranked.c.place == 1)).mappings()
    return {(row["goal"], row["month"], row["period"]): _sent_figure(row) for row in rows}


def _ever_final(state: ColumnElement[str], figure: tuple[Any, ...]) -> ColumnElement[int]:
    """Whether any of the packs that showed a figure was one of final figures."""
    final = case((state == State.FINAL.value, 1), else_=0)
    return func.max(final).over(partition_by=figure)


def _ever_reported(actual: ColumnElement[float], figure: tuple[Any, ...]) -> ColumnElement[int]:
    """Whether any of the packs that showed a figure had an actual of it."""
    there = case((actual.is_not(None), 1), else_=0)
    return func.max(there).over(partition_by=figure)


def _sent_figure(row: RowMapping) -> SentFigure:
    figure = Figure(**{name: row[name] for name in FIGURE})
    return SentFigure(
        figure, row["month_sent"], row["edition"], as_moment(row["sent"]),
        final=bool(row["final"]), reported=bool(row["reported"]),
    )  # fmt: skip
