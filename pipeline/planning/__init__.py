"""How many respondents a question about drivers needs, from a pilot or from assumed correlations.

Samples of n are drawn by theory (Wishart), n being divided by the design effect; the same random numbers serve every
n, so that what is searched for moves smoothly. Correlations are taken as true.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from scipy.special import ndtri

from pipeline.errors import AnalysisRefused, Problem, UsageError
from pipeline.model.importance import r2
from pipeline.model.wishart import factor, products
from pipeline.moments import correlations as scaled
from pipeline.planning._pilot import SEED, Pilot, pilot_at, shares

Array = np.ndarray

SURE, POWER, ALPHA, LEVEL = 0.9, 0.8, 0.05, 0.95
DETECTED = float(ndtri(1 - ALPHA / 2) + ndtri(POWER))
"""Standard errors that a change must span to be found with the power."""
WORK = 1 << 24
DRAWS = (400, 4000)
MOST = 1_000_000
MOST_DRIVERS = 16
FINE = 200
HALF = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Needs:
    """Respondents needed, None where a million are too few; and what `given` respondents would reach, if asked.

    first: for the first driver to come first in nine of ten samples. change: in each of two waves. precise: for the
    interval of the largest share.
    """

    shares: dict[str, float]
    first: int | None
    change: int | None
    precise: int | None
    given: dict[str, float] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is needed if the pilot is right, and if the lead of its first driver is half as large."""

    pilot: Pilot
    deff: float
    change: float
    halfwidth: float
    n: int | None
    needs: Needs
    cautious: Needs


def plan(
    path: Path, *, outcome: str, deff: float | None, change: float, halfwidth: float, n: int | None = None
) -> Plan:
    """The plan for a study (answers or a published table), or for a CSV of correlations whose outcome is named.

    The design effect is that of the pilot unless `deff` is given. Raises UsageError for options that cannot be, and
    the errors of reading a study or a table.
    """
    _refuse_options(deff, change, halfwidth, n)
    pilot = pilot_at(path, outcome)
    if len(pilot.names) < 3:
        message = "one driver has the whole share however many are asked; a plan needs two drivers or more."
        raise AnalysisRefused(Problem(where=str(path), message=message))
    if len(pilot.names) - 1 > MOST_DRIVERS:
        message = f"a plan looks at every subset of the drivers in thousands of samples; name {MOST_DRIVERS} at most."
        raise AnalysisRefused(Problem(where=str(path), message=message))
    effect = pilot.deff if deff is None else deff
    narrowed = closer(pilot.correlations)
    needs, cautious = (
        _needs(pilot.names, each, effect, change, halfwidth, n) for each in (pilot.correlations, narrowed)
    )
    return Plan(pilot=pilot, deff=effect, change=change, halfwidth=halfwidth, n=n, needs=needs, cautious=cautious)


def _refuse_options(deff: float | None, change: float, halfwidth: float, n: int | None) -> None:
    for name, value in (("--change", change), ("--halfwidth", halfwidth)):
        if not 0 < value < 1:
            raise UsageError(f"{name}: {value:g} is no difference of shares; give a number between 0 and 1, as 0.05.")
    if deff is not None and not 0 < deff <= 100:
        raise UsageError(f"--deff: {deff:g} cannot be a design effect; give a number above 0, usually 1 to 3.")
    if n is not None and n < 1:
        raise UsageError(f"--n: {n} respondents cannot be asked.")


def closer(matrix: Array) -> Array:
    """The same drivers and R², with the lead of the first over the next share half as large.

    The first driver's correlation with the outcome is lowered until that is so.
    """
    first = int(shares(matrix).argmax())
    wanted = HALF * _lead(matrix, first)
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if _lead(_lowered(matrix, first, middle), first) > wanted else (low, middle)
    return _lowered(matrix, first, low)


def _lead(matrix: Array, first: int) -> float:
    found = shares(matrix)
    return float(found[first] - np.delete(found, first).max())


def _lowered(matrix: Array, first: int, part: float) -> Array:
    """Correlations with the first driver's link to the outcome lowered by a part, and R² as before."""
    drivers, outcome = matrix[:-1, :-1], matrix[:-1, -1].copy()
    before = r2(drivers, outcome)
    outcome[first] *= 1 - part
    changed = matrix.copy()
    changed[:-1, -1] = changed[-1, :-1] = outcome * np.sqrt(before / r2(drivers, outcome))
    return changed


def _needs(names: tuple[str, ...], matrix: Array, deff: float, change: float, halfwidth: float, n: int | None) -> Needs:
    true = shares(matrix)
    first = int(true.argmax())
    seen: dict[int, Array] = {}

    def drawn(asked: int) -> Array:
        """Shares in samples of this many respondents, of the first driver and of its best rival."""
        if asked not in seen:
            count = int(np.clip(WORK >> len(true), *DRAWS))
            found = shares(scaled(products(matrix, _factor(len(names), asked / deff, count))))
            seen[asked] = np.column_stack([found[:, first], np.delete(found, first, 1).max(1)])
        return seen[asked]

    tests: tuple[Callable[[Array], bool], ...] = (
        lambda found: _sure(found) >= SURE,
        lambda found: _detectable(found) <= change,
        lambda found: _reach(found) <= halfwidth,
    )
    least = int(np.ceil((len(names) + 2) * deff))
    answers = [smallest(lambda asked, test=test: test(drawn(asked)), least) for test in tests]  # type: ignore[misc]
    given = None if n is None or n < least else drawn(n)
    return Needs(
        shares=dict(zip(names[:-1], map(float, true), strict=True)),
        first=answers[0],
        change=answers[1],
        precise=answers[2],
        given=None
        if given is None
        else {"first": _sure(given), "change": _detectable(given), "halfwidth": _reach(given)},
    )


@lru_cache(maxsize=64)
def _factor(q: int, n: float, draws: int) -> Array:
    """The random part of the samples, which both plans share."""
    return factor(q, n, draws, SEED)


def _sure(found: Array) -> float:
    """P(the first driver comes first)."""
    return float((found[:, 0] > found[:, 1]).mean())


def _detectable(found: Array) -> float:
    """Change between two such waves that is found with the power."""
    return float(DETECTED * np.sqrt(2) * found[:, 0].std())


def _reach(found: Array) -> float:
    """Half the width of the interval of the largest share."""
    low, high = np.quantile(found[:, 0], [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float(high - low) / 2


def smallest(enough: Callable[[int], bool], least: int) -> int | None:
    """The smallest whole number from `least` on that is enough, to half a percent; None beyond a million."""
    low, high = least - 1, least
    while not enough(high):
        if high >= MOST:
            return None
        low, high = high, min(2 * high, MOST)
    while high - low > max(1, high // FINE):
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high
