"""How often intervals hold the value of the population where weights are raked, in replicates as well or not."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np

from pipeline.model.regression import ols
from pipeline.model.resample import Panel, interval, resample
from pipeline.moments import Moments
from pipeline.variance import means
from pipeline.weight import Design, Frame, Pieces
from pipeline.weighting import rake
from tests.verify.coverage import LEVEL, PROMISED
from tests.verify.designs import figures

Array = np.ndarray

DRAWS = 500
SIZES = (150, 400, 1000)
PEOPLE = 400_000
"""Size of the population from which surveys are drawn."""
ANSWERING = (np.array([0.5, 1.0]), np.array([0.4, 0.8, 1.2, 1.0]))
"""How much likelier the levels of the two margins are to answer."""
MEAN, B, SHARE = "mean of the outcome", "b of the first driver", "share of the first driver"

Job = tuple[str, int, int]


def jobs(number: int) -> list[Job]:
    return [(f"n = {n}", n, number) for n in SIZES]


@cache
def population() -> tuple[list[Array], Array, Array]:
    """Levels of two margins that go together, (people, 3) two drivers and an outcome, and chances of answering.

    The margins explain 44 % of the outcome, and 29 % beyond the drivers, which go with one of them.
    """
    random = np.random.Generator(np.random.Philox(key=11))
    first = (random.random(PEOPLE) < 0.5).astype(int)
    second = np.minimum(3, random.binomial(3, np.where(first, 0.6, 0.35)))
    x = random.standard_normal((PEOPLE, 2)) @ np.array([[1.0, 0.4], [0.0, 0.9]]) + 0.3 * second[:, None]
    y = x @ [0.5, 0.3] + np.array([-0.6, 0.6])[first] + 0.5 * second + random.standard_normal(PEOPLE)
    chance = ANSWERING[0][first] * ANSWERING[1][second]
    return [first, second], np.column_stack([x, y]), chance / chance.sum()


def survey(n: int, at: int) -> tuple[Array, Design]:
    """(n, 3) answers of those who answered, and their design with weights raked to the population."""
    levels, values, chance = population()
    random = np.random.default_rng([n, at])
    rows = random.choice(PEOPLE, n, p=chance)
    targets = [np.bincount(codes) * (n / PEOPLE) for codes in levels]
    adjusted = rake([codes[rows] for codes in levels], targets)
    keys = np.sort(random.integers(0, 2**64, n, dtype=np.uint64))
    one = np.arange(n)
    whole = Design(weight=np.ones(n), unit=one, keys=keys, stratum=None, stratum_keys=None, kind="weighted")
    again = Pieces(of_row=one, unit=one, kind=adjusted.kinds.of)
    frame = Frame(design=whole, adjusted=adjusted, of_row=one, again=again)
    return values[rows], replace(whole, weight=adjusted.weight, frame=frame)


def run(job: Job) -> list[dict[str, object]]:
    """A row a figure: coverage and mean width of every interval it can have."""
    _, n, number = job
    names = ("margins known", "weights fixed", "raked again", "replicates fixed")
    true = truth()
    held = {figure: dict.fromkeys(names, 0.0) for figure in true}
    width = {figure: dict.fromkeys(names, 0.0) for figure in true}
    for at in range(number):
        for figure, name, low, high in intervals(*survey(n, at)):
            held[figure][name] += (low <= true[figure] <= high) / number
            width[figure][name] += (high - low) / number
    return [_row(n, figure, names, held[figure], width[figure], number) for figure in true]


@cache
def truth() -> dict[str, float]:
    """The figures in the population."""
    values = population()[1]
    moments = Moments.of(values, ("x0", "x1", "y"))
    b = np.linalg.lstsq(np.column_stack([np.ones(PEOPLE), values[:, :2]]), values[:, 2], rcond=None)[0]
    return {MEAN: float(moments.mean[2]), B: float(b[1]), SHARE: float(figures(moments)[1])}


def intervals(values: Array, design: Design) -> list[tuple[str, str, float, float]]:
    """Figure, interval, and its limits: by linearisation and by percentiles of replicates."""
    found = []
    fixed = replace(design, frame=None)
    for name, one in (("margins known", design), ("weights fixed", fixed)):
        low, high = means(values[:, 2:], one).interval(LEVEL)
        found.append((MEAN, name, float(low[0]), float(high[0])))
        low, high = ols(values[:, :2], values[:, 2], ("x0", "x1"), design=one).interval(LEVEL)
        found.append((B, name, float(low[1]), float(high[1])))
    panel = {"x": Panel(names=("x0", "x1", "y"), columns=values, rows=np.arange(len(values)))}
    for name, one in (("raked again", design), ("replicates fixed", fixed)):
        draws = resample(one, panel, seed=20260101, draws=DRAWS)["x"].draws
        for figure, drawn in ((MEAN, draws.mean[:, 2]), (SHARE, figures(draws)[:, 1])):
            low, high = interval(drawn, LEVEL)
            found.append((figure, name, float(low), float(high)))
    return found


def _row(
    n: int, figure: str, names: tuple[str, ...], held: dict[str, float], width: dict[str, float], number: int
) -> dict[str, object]:
    """Promised are the intervals that know the margins; with weights as fixed they stand beside them."""
    used = [name for name in ("margins known", "raked again") if width[name] > 0]
    error = max(np.sqrt(held[name] * (1 - held[name]) / number) for name in used)
    low, high = min(held[name] for name in used), max(held[name] for name in used)
    broken, wide = low < PROMISED[0] - 2 * error, high > PROMISED[1] + 2 * error
    cells = {name: f"{held[name]:.3f} (width {width[name]:.3f})" if width[name] > 0 else "–" for name in names}
    verdict = {"± MC error": f"{error:.3f}", "promise": "BROKEN" if broken else "too wide" if wide else "kept"}
    return {"figure": figure, "n": n, **cells, **verdict}
