"""How often the rules of SPEC 6 see a signal where there is nothing but noise.

    python -m benchmarks.false_alarms

Each series is independent noise around a level that never changes, judged at its last point only,
as a review judges a month. A rule that is looked for later speaks only where no earlier one did.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from kpixl.measures import xmr
from kpixl.measures.kinds import Signal

SERIES = 100_000
SEED = 20_260_401
LENGTHS = (6, 12, 18, 24)

Series = npt.NDArray[np.float64]
Noise = Callable[[np.random.Generator, int], Series]

NOISES: dict[str, Noise] = {
    "normal": lambda random, length: random.normal(100, 10, (SERIES, length)),
    # What counts and durations look like: never below zero, with a long tail.
    "skewed (gamma, shape 4)": lambda random, length: random.gamma(4, 25, (SERIES, length)),
}


def alarms(series: Series) -> Counter[Signal | None]:
    """How many of the series have each signal."""
    found: Counter[Signal | None] = Counter()
    for points in series.tolist():
        limits = xmr.limits(points)
        if limits is not None:
            found[xmr.signal(points, limits)] += 1
    return found


def main() -> None:
    """Print the rate of each signal for each noise and length."""
    rules = " ".join(f"{one.value:>10}" for one in Signal)
    print(
        f"{SERIES:,} series of noise each, seed {SEED}; % of them with a signal at the last point"
    )
    for name, noise in NOISES.items():
        print(f"\n{name}\nmonths    any  {rules}")
        for length in LENGTHS:
            found = alarms(noise(np.random.default_rng(SEED), length))
            rates = " ".join(f"{100 * found[one] / SERIES:10.2f}" for one in Signal)
            print(f"{length:6}  {100 * (SERIES - found[None]) / SERIES:5.2f}  {rates}")


if __name__ == "__main__":
    main()
