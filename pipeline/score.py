"""Scores: answers turned the right way round and averaged into one number a construct."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from pipeline.asked import constructs_asked
from pipeline.errors import AnalysisRefused, DataError, Problem
from pipeline.responses import Responses
from pipeline.study import Study

Array = np.ndarray

FEWEST = 10
"""Answers from which on the same answer from everybody says something about the item."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """Scores of r rows: values[construct] is (r,), in points of its scale, NaN where too few items are answered.

    items[construct] is (r, items), reversed items turned round, NaN where there is no answer.
    """

    values: Mapping[str, Array]
    items: Mapping[str, Array]


def score(responses: Responses, study: Study) -> Scores:
    """Mean of the answered items of every construct that the study asks for (person mean; see `min_answered`).

    Raises DataError for an item nobody answered, AnalysisRefused for one that everybody answers alike.
    """
    items = {name: _turned(responses, study, name) for name in constructs_asked(study)}
    _refuse_dead_items(study, items)
    values = {name: person_mean(answers, study.construct(name).needed) for name, answers in items.items()}
    return Scores(values=values, items=items)


def _turned(responses: Responses, study: Study, name: str) -> Array:
    construct, scale = study.construct(name), study.scale(name)
    answers = responses.items[list(construct.items)].to_numpy(float, copy=True)
    turn = [at for at, item in enumerate(construct.items) if item in construct.reverse]
    answers[:, turn] = scale.low + scale.high - answers[:, turn]
    return answers


def person_mean(answers: Array, needed: int) -> Array:
    """(r,) mean of the answered of (r, items), NaN where fewer than `needed` are."""
    count = np.isfinite(answers).sum(1)
    total = np.nansum(answers, 1)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(count >= needed, total / count, np.nan)


def _refuse_dead_items(study: Study, items: Mapping[str, Array]) -> None:
    empty: list[Problem] = []
    constant: list[Problem] = []
    for name, answers in items.items():
        for item, column in zip(study.construct(name).items, answers.T, strict=True):
            answered = column[np.isfinite(column)]
            if not len(answered):
                message = f"item '{item}' of '{name}' holds no answer at all; check the export, or take the item out."
                empty.append(study.problem(message, "constructs", name, "items", item))
            elif len(answered) >= FEWEST and np.ptp(answered) == 0:
                message = (
                    f"item '{item}' of '{name}' has the same answer from everybody, so it tells nothing; take it out."
                )
                constant.append(study.problem(message, "constructs", name, "items", item))
    if empty:
        raise DataError(*empty)
    if constant:
        raise AnalysisRefused(*constant)
