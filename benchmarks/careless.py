"""Indices of careless answering on 100,000 respondents with 60 items, against the package insufficient-effort.

It is no dependency: where it is not installed (`pip install insufficient-effort`) the lines say so and have no peer.
Its options are those under which it computes what R's `careless` does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib.util import find_spec
from typing import Any

import numpy as np

from benchmarks.timing import Figure, cpu
from pipeline.screen.careless import even_odd, irv, longstring, mahalanobis, psychsyn

PEOPLE, SCALES, EACH = 100_000, 6, 10
PEER = "insufficient-effort"

OURS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "longstring": longstring,
    "IRV": irv,
    "even-odd": lambda answers: even_odd(answers, [EACH] * SCALES),
    "psychometric synonyms": psychsyn,
    "Mahalanobis D²": mahalanobis,
}


def figures() -> Iterator[Figure]:
    answers = seven_points()
    theirs = peers()
    ours = {name: cpu(lambda index=index: index(answers)) for name, index in OURS.items()}  # type: ignore[misc]
    other = {name: cpu(lambda index=index: index(answers), runs=3) for name, index in theirs.items()}  # type: ignore[misc]
    yield _figure("five careless indices", sum(ours.values()), sum(other.values()) if other else None)
    for name, seconds in ours.items():
        yield _figure(name, seconds, other.get(name))


def _figure(name: str, ours: float, theirs: float | None) -> Figure:
    absent = f" ({PEER} is not installed)" if theirs is None else ""
    return Figure(
        what=f"{name}, {PEOPLE:,} × {SCALES * EACH}{absent}",
        ours=ours,
        peer=None if theirs is None else PEER,
        theirs=theirs,
        least_ratio=None if theirs is None else 1,
    )


def seven_points() -> np.ndarray:
    """(people, items) seven-point answers to scales of ten items, a tenth of the people straightlining."""
    random = np.random.default_rng(20260101)
    trait = np.repeat(random.normal(size=(PEOPLE, SCALES)), EACH, axis=1)
    answers = np.clip(np.rint(4 + trait + 0.7 * random.normal(size=trait.shape)), 1, 7)
    answers[::10] = answers[::10, :1]
    return answers


def peers() -> dict[str, Callable[[np.ndarray], Any]]:
    """The same five of the peer; none where it is not installed."""
    if find_spec("ier") is None:
        return {}
    import ier

    return {
        "longstring": ier.longstring_scores,
        "IRV": ier.irv,
        "even-odd": lambda answers: ier.evenodd(answers, [EACH] * SCALES, method="halves"),
        "psychometric synonyms": lambda answers: ier.psychsyn(answers, 0.6),
        "Mahalanobis D²": ier.mahad,
    }
