"""Correlations of the model by another way: shrunk towards none, or of what lies behind ordered answers."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from pipeline.model import Setting
from pipeline.model.correlate import correlated
from pipeline.model.polychoric import polychoric
from pipeline.model.resample import Panel, Resampled, factors, resample
from pipeline.model.shrinkage import shrunk
from pipeline.sample import Sample

Maker = Callable[..., Sample]
NAMES = ("a", "b", "c", "y")


def drawn(sample: Sample, draws: int) -> Resampled:
    panel = Panel(names=sample.names, columns=sample.scores, rows=np.arange(len(sample.scores)))
    return resample(sample.design, {"model": panel}, seed=1, draws=draws)["model"]


@pytest.fixture
def few() -> Setting:
    return Setting(outcome="y", level=0.95, minimum_base=10, low_base=30, seed=1, draws=6)


def test_pearson_is_what_there_was(scores: np.ndarray, make_sample: Maker, few: Setting) -> None:
    sample = make_sample(scores)
    model = drawn(sample, 6)
    assert correlated("pearson", model, sample, few, "poisson") is model


def test_shrunk_correlations_keep_the_intensity_of_the_sample(
    scores: np.ndarray, make_sample: Maker, few: Setting
) -> None:
    sample = make_sample(scores)
    model = drawn(sample, 6)
    found = correlated("shrunk", model, sample, few, "poisson")
    point, intensity = shrunk(scores, sample.design.weight)
    np.testing.assert_allclose(found.point.correlations, point, atol=1e-12)
    apart = ~np.eye(4, dtype=bool)
    expected = (1 - intensity) * model.draws.correlations[:, apart]
    np.testing.assert_allclose(found.draws.correlations[:, apart], expected, atol=1e-12)


def test_polychoric_correlations_are_fitted_anew_in_every_resample(
    scores: np.ndarray, make_sample: Maker, few: Setting
) -> None:
    steps = np.clip(np.round(scores), -2, 2)
    sample = make_sample(steps)
    found = correlated("polychoric", drawn(sample, 6), sample, few, "poisson")
    weight = np.concatenate(list(factors(sample.design, few.seed, 6)))[4]
    third = polychoric(steps[weight > 0], weight[weight > 0].astype(float), NAMES).moments.correlations
    np.testing.assert_allclose(found.draws.correlations[4], third, atol=1e-9)
    assert found.draws.correlations.shape == (6, 4, 4)
    np.testing.assert_allclose(
        found.point.correlations, polychoric(steps, np.ones(len(steps)), NAMES).moments.correlations
    )


def test_a_column_that_is_flat_in_a_resample_has_no_correlations_there(make_sample: Maker, few: Setting) -> None:
    random = np.random.default_rng(4)
    columns = random.integers(1, 4, (40, 4)).astype(float)
    columns[:, 0] = 1.0
    columns[7, 0] = 2.0
    sample = make_sample(columns)
    found = correlated("polychoric", drawn(sample, 6), sample, few, "poisson").draws.correlations
    without = np.concatenate(list(factors(sample.design, few.seed, 6)))[:, 7] == 0
    assert 0 < without.sum() < len(without)
    np.testing.assert_array_equal(np.isnan(found[:, 0, 1]), without)
    assert np.isfinite(found[:, 1, 2]).all()
