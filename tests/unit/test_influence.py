"""One respondent left out: the same figures as a refit without his rows."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from pipeline.model import Setting
from pipeline.model.effects import fit
from pipeline.model.importance import METHODS, r2
from pipeline.model.influence import influence_rows
from pipeline.moments import Moments
from pipeline.sample import Sample
from pipeline.weight import Design


def found(sample: Sample, setting: Setting) -> dict[str, float]:
    moments = Moments.of(sample.scores, sample.names, sample.design.weight)
    return {row["metric"]: row["estimate"] for row in influence_rows(fit(sample), moments, sample, setting)}


def test_equal_to_refits(make_sample: Callable[..., Sample], scores: np.ndarray, setting: Setting) -> None:
    sample = make_sample(scores)
    full = Moments.of(scores, sample.names).correlations
    first = np.argmax(METHODS["lmg"](full[:-1, :-1], full[:-1, -1]))
    refits = [Moments.of(np.delete(scores, at, 0), sample.names).correlations for at in range(len(scores))]
    moved = max(abs(r2(one[:-1, :-1], one[:-1, -1]) - r2(full[:-1, :-1], full[:-1, -1])) for one in refits)
    flips = sum(np.argmax(METHODS["lmg"](one[:-1, :-1], one[:-1, -1])) != first for one in refits)
    figures = found(sample, setting)
    assert figures["leave_one_out_r2"] == pytest.approx(moved, rel=1e-9)
    assert figures["leave_one_out_first"] == flips


def test_a_heavy_weight_is_noticed(
    make_sample: Callable[..., Sample], make_design: Callable[..., Design], scores: np.ndarray, setting: Setting
) -> None:
    strange = scores.copy()
    strange[0] = [4.0, -4.0, 0.0, -9.0]
    weight = np.ones(len(scores))
    weight[0] = 40.0
    assert (
        found(make_sample(strange, design=make_design(len(scores), weight=weight)), setting)["leave_one_out_r2"] > 0.1
    )
