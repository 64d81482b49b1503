"""How many respondents a question about drivers needs, from a pilot or from assumed correlations.

Samples of n are drawn by theory (Wishart), n being divided by the design effect; the same random numbers serve every
n, so that what is searched for moves smoothly. Correlations are taken as true.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from scipy.special import ndtri

from pipeline.errors import AnalysisRefused, Problem, UsageError, listing, nearest
from pipeline.ingest import correlations_of, fetch_grid, grid
from pipeline.model.importance import METHODS, r2, usable
from pipeline.model.resample import Panel, resample
from pipeline.model.wishart import factor, products, wishart
from pipeline.moments import correlations as scaled
from pipeline.published import read_published
from pipeline.sample import Sample, sample
from pipeline.score import score
from pipeline.screen import screen
from pipeline.study import Study, load

Array = np.ndarray

SURE, POWER, ALPHA, LEVEL = 0.9, 0.8, 0.05, 0.95
DETECTED = float(ndtri(1 - ALPHA / 2) + ndtri(POWER))
"""Standard errors that a change must span to be found with the power."""
WORK = 1 << 24
DRAWS = (400, 4000)
MOST = 1_000_000
FINE = 200
PILOT_DRAWS = 400
HALF = 0.5
SEED = 20260101


@dataclass(frozen=True, slots=True, kw_only=True)
class Pilot:
    """Correlations (q, q), the outcome last, and what they come from: n respondents, or None where they are assumed.

    deff: variance of the largest share in resamples of the pilot over that of a simple normal sample; 1 if assumed.
    """

    names: tuple[str, ...]
    correlations: Array
    n: int | None
    deff: float


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
    pilot = _pilot(path, outcome)
    if len(pilot.names) < 3:
        message = "one driver has the whole share however many are asked; a plan needs two drivers or more."
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


def _pilot(path: Path, outcome: str) -> Pilot:
    if path.suffix.lower() == ".csv":
        return _assumed(path, outcome)
    study = load(path)
    if outcome:
        raise UsageError("--outcome is for a CSV of correlations; a study names its outcome itself.")
    if study.definition.correlations is not None:
        table = read_published(study)
        return Pilot(names=table.names, correlations=table.correlations, n=table.n, deff=1.0)
    return _answered(study)


def _assumed(path: Path, outcome: str) -> Pilot:
    """A table of its own; the outcome is the last name unless it is given."""
    table = grid(fetch_grid(path), str(path))
    last = outcome or table.names[-1]
    if last not in table.names:
        message = f"--outcome: '{last}' is not in {path}.{nearest(last, table.names)} It holds: {listing(table.names)}."
        raise UsageError(message)
    names = (*(name for name in table.names if name != last), last)
    return Pilot(names=names, correlations=correlations_of(table, names, str(path)), n=None, deff=1.0)


def _answered(study: Study) -> Pilot:
    """Correlations of the scores of a study, and the design effect of its largest share."""
    from pipeline.ingest import read

    responses = read(study)
    people = sample(responses, screen(responses, study), score(responses, study), study)
    panel = Panel(names=people.names, columns=people.scores, rows=np.arange(len(people.scores)))
    drawn = resample(people.design, {"scores": panel}, seed=study.definition.model.seed, draws=PILOT_DRAWS)["scores"]
    matrix = drawn.point.correlations
    if not usable(matrix):
        message = "the drivers repeat each other, or a score does not vary, so nothing can be planned from this pilot."
        raise AnalysisRefused(study.problem(message, "model", "drivers"))
    found = _effect(matrix, drawn.draws.correlations, people)
    return Pilot(names=people.names, correlations=matrix, n=people.everyone.n, deff=found)


def _effect(matrix: Array, drawn: Array, people: Sample) -> float:
    """Variance of the largest share over resamples, divided by that over simple normal samples of as many people."""
    at = int(shares(matrix).argmax())
    good = usable(drawn)
    simple = scaled(wishart(matrix, people.everyone.n, PILOT_DRAWS, SEED))
    return float(shares(drawn[good])[:, at].var() / shares(simple)[:, at].var())


def shares(matrix: Array) -> Array:
    """(…, p) lmg_share of (…, q, q) correlations, the outcome last."""
    drivers, outcome = matrix[..., :-1, :-1], matrix[..., :-1, -1]
    return np.asarray(METHODS["lmg"](drivers, outcome) / r2(drivers, outcome)[..., None])


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


def summary(found: Plan) -> dict[str, Any]:
    """The plan as plain values, for --json."""
    return {
        "outcome": found.pilot.names[-1],
        "pilot_n": found.pilot.n,
        "deff": found.deff,
        "change": found.change,
        "halfwidth": found.halfwidth,
        "n": found.n,
        **{
            name: {
                "shares": needs.shares,
                "n_first": needs.first,
                "n_change": needs.change,
                "n_interval": needs.precise,
                "reached": needs.given,
            }
            for name, needs in (("as_assumed", found.needs), ("half_the_lead", found.cautious))
        },
    }


def lines(found: Plan) -> Iterator[str]:
    """The plan in words."""
    pilot, points = found.pilot, 100 * found.change
    ranked = sorted(found.needs.shares.items(), key=lambda item: -item[1])
    (first, share), (second, next_share) = ranked[:2]
    source = "assumed correlations" if pilot.n is None else f"a pilot of {pilot.n:,} respondents"
    yield f"drivers of {pilot.names[-1]}, from {source}; design effect {found.deff:.2f}"
    yield f"first: {first} with {share:.0%} of what is explained, then {second} with {next_share:.0%}"
    yield ""
    yield from _table(
        ("respondents needed", "as assumed", "half the lead"),
        (
            (f"{first} comes first in 9 of 10 samples", found.needs.first, found.cautious.first),
            (f"a change of {points:g} points is found (each of two waves)", found.needs.change, found.cautious.change),
            (f"its share is known to ± {100 * found.halfwidth:g} points", found.needs.precise, found.cautious.precise),
        ),
    )
    yield from _reached(found, first)
    yield ""
    yield from _notes(found, first, second)


def _reached(found: Plan, first: str) -> Iterator[str]:
    if found.n is None:
        return
    yield ""
    one, other = found.needs.given, found.cautious.given
    if one is None or other is None:
        yield f"{found.n:,} respondents are too few for {len(found.needs.shares)} drivers"
        return
    texts = {
        "first": f"{first} comes first in … of samples",
        "change": "change found with power .8, in points",
        "halfwidth": "its share is known to ± … points",
    }
    rows = [
        (texts[key], *(f"{100 * each[key]:.1f}{' %' if key == 'first' else ''}" for each in (one, other)))
        for key in texts
    ]
    yield from _table((f"with {found.n:,} respondents", "as assumed", "half the lead"), rows)


def _table(heads: tuple[str, str, str], rows: Any) -> Iterator[str]:
    shown = [heads, *((text, _count(one), _count(other)) for text, one, other in rows)]
    wide = max(len(text) for text, _, _ in shown)
    yield from (f"{text:<{wide}}  {one:>17}  {other:>17}" for text, one, other in shown)


def _count(value: Any) -> str:
    """A text as it is, a number rounded up to three digits: more would not be known."""
    if value is None or isinstance(value, str):
        return value or f"more than {MOST:,}"
    unit = 10 ** max(0, len(str(value)) - 3)
    return f"{-(-value // unit) * unit:,}"


def _notes(found: Plan, first: str, second: str) -> Iterator[str]:
    whose = "the assumed correlations" if found.pilot.n is None else "the pilot's correlations"
    yield (
        f"This takes {whose} as true, which they are not exactly. 'Half the lead': the share of {first} is ahead of "
        f"{second} by half as much, all else equal."
    )
    yield (
        f"Power {POWER:.0%} at alpha {ALPHA:g}, intervals of {LEVEL:.0%}; samples of normal answers, their number "
        "divided by the design effect."
    )
