"""Latent classes of answers, beside stepmix at the same log-likelihood, and the whole analysis of a survey."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from importlib.util import find_spec

import numpy as np

from benchmarks.timing import Figure, cpu, memory
from pipeline.model.classes import classes_rows
from pipeline.model.classes._answers import Answers
from pipeline.model.classes._number import Asked, fitted
from tests.made_case import a_case, a_study

ROWS, LEVELS, CLASSES, CLEAR, STARTS = 2000, (4, 3, 3, 3, 4, 2), 3, 0.7, 10
DRIVERS = 9
MOST_SECONDS = 10.0

Array = np.ndarray


def figures() -> Iterator[Figure]:
    of, codes = people()
    data = Answers.of(codes, np.array(LEVELS))
    found: list[float] = []
    theirs = cpu(lambda: found.append(stepmix(codes)), runs=1) if find_spec("stepmix") else None
    mine = ours(data)
    if found and abs(found[0] - mine) > 0.05:
        raise RuntimeError(f"not the same maximum: {mine:.3f} and {found[0]:.3f}")
    yield Figure(
        what=f"{CLASSES} latent classes, n = {ROWS:,}, {len(LEVELS)} answers, {STARTS} starts",
        ours=cpu(lambda: ours(data), runs=3),
        megabytes=memory(lambda: ours(data)),
        peer="stepmix" if theirs else None,
        theirs=theirs,
        least_ratio=20 if theirs else None,
        most_seconds=None if theirs else 0.5,
    )
    case = survey(of, codes)
    yield Figure(
        what="the same: up to 6 classes, 50 starts, test, 200 resamples, drivers within classes",
        ours=cpu(lambda: classes_rows(case), runs=1),
        most_seconds=MOST_SECONDS,
    )


def people() -> tuple[Array, Array]:
    """(ROWS,) class and (ROWS, J) answers: a level of one's own, or any."""
    random = np.random.default_rng(7)
    of = random.choice(CLASSES, ROWS, p=[0.5, 0.3, 0.2])
    own = (of[:, None] + np.arange(len(LEVELS))) % np.array(LEVELS)
    free = random.integers(0, LEVELS, size=own.shape)
    return of, np.where(random.random(own.shape) < CLEAR, own, free)


def ours(data: Answers) -> float:
    asked = Asked(
        most=CLASSES, count=None, starts=STARTS, people=ROWS, n_eff=float(ROWS), minimum=10, seed=1, stream=1
    )  # fmt: skip
    return fitted(data.into(CLASSES), asked).likelihood


def stepmix(codes: Array) -> float:
    from stepmix.stepmix import StepMix  # type: ignore[import-not-found]

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = StepMix(
            n_components=CLASSES, measurement="categorical", n_init=STARTS, max_iter=2000, abs_tol=1e-9, rel_tol=1e-9,
            random_state=1, verbose=0, progress_bar=0,
        )  # fmt: skip
        return float(model.fit(codes.astype(float)).score(codes.astype(float)) * len(codes))


def survey(of: Array, codes: Array):  # type: ignore[no-untyped-def]
    """The case of a survey with drivers of their own in every class."""
    random = np.random.default_rng(8)
    x = random.standard_normal((ROWS, DRIVERS)) + random.standard_normal((ROWS, 1))
    y = x[np.arange(ROWS), 3 * of] + x[np.arange(ROWS), 3 * of + 1] + random.standard_normal(ROWS)
    items = {f"d{at}": 4 + x[:, at] / 2 for at in range(DRIVERS)} | {"y": 4 + y / 2}
    names = [f"a{at}" for at in range(len(LEVELS))]
    study = a_study(
        constructs={name: {"items": [name], "scale": "seven"} for name in items},
        variables={name: {"column": name, "type": "category"} for name in names},
        model={"outcome": "y"},
        classes={"answers": names},
    )
    answers = {name: [f"l{one}" for one in column] for name, column in zip(names, codes.T, strict=True)}
    return a_case(study, items, answers)
