"""Differences of shares: order, interval, and the two one-sided tests."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.estimates import check, frame
from pipeline.model import Setting
from pipeline.model.drivers import Importance, decompose
from pipeline.model.equivalence import equivalence_p, equivalence_rows
from pipeline.model.resample import Panel, interval, resample
from pipeline.sample import Sample


@pytest.fixture
def importance(scores: np.ndarray, make_sample: Callable[..., Sample]) -> Importance:
    sample = make_sample(scores)
    panel = Panel(names=sample.names, columns=scores, rows=np.arange(len(scores)))
    found = decompose(resample(sample.design, {"scores": panel}, seed=5, draws=500)["scores"], ("lmg",))
    assert isinstance(found, Importance)
    return found


def test_every_pair_once_the_larger_first(
    importance: Importance, make_sample: Callable[..., Sample], scores: np.ndarray, setting: Setting
) -> None:
    rows = list(equivalence_rows(importance, make_sample(scores).everyone, setting))
    check(frame(rows))
    point, draws = importance.share()
    assert [(row["term"], row["contrast"]) for row in rows] == [("a", "above:b"), ("a", "above:c"), ("b", "above:c")]
    for row in rows:
        one, other = (importance.drivers.index(name) for name in (row["term"], row["contrast"][len("above:") :]))
        gap = draws[:, one] - draws[:, other]
        assert row["estimate"] == pytest.approx(point[one] - point[other])
        assert row["estimate"] >= 0
        assert (row["conf_low"], row["conf_high"]) == tuple(pytest.approx(end) for end in interval(gap, 0.95))
        assert row["std_error"] == pytest.approx(gap.std(ddof=1))
        assert row["p_value"] is None


def test_a_declared_margin_is_tested(
    importance: Importance, make_sample: Callable[..., Sample], scores: np.ndarray, setting: Setting
) -> None:
    base = make_sample(scores).everyone
    wide = list(equivalence_rows(importance, base, replace(setting, sesoi=0.99)))
    tight = list(equivalence_rows(importance, base, replace(setting, sesoi=0.001)))
    assert [row["p_value"] for row in wide] == [0, 0, 0]
    assert min(row["p_value"] for row in tight) > 0.2


@given(st.integers(0, 1000), st.floats(0.01, 0.4))
def test_below_alpha_where_the_interval_of_twice_alpha_lies_within(seed: int, margin: float) -> None:
    draws = np.random.default_rng(seed).normal(0.05, 0.1, 1001)
    low, high = interval(draws, 0.90)
    inside = bool(-margin < low and high < margin)
    p = equivalence_p(np.append(draws, np.nan), margin)
    if abs(p - 0.05) > 2 / len(draws):
        assert (p < 0.05) == inside
