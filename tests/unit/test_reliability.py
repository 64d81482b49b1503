"""Alpha and omega: definitions, edges, and the rows that say why a figure is absent."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from pipeline.estimates import check, frame
from pipeline.model import Setting
from pipeline.model.reliability import alpha, feldt_interval, minres_loadings, omega, reliability_rows
from pipeline.model.resample import Panel, resample
from pipeline.moments import Moments
from pipeline.sample import Sample

Maker = Callable[..., Any]


@pytest.fixture
def items() -> np.ndarray:
    random = np.random.default_rng(4)
    return random.normal(size=(240, 4)) + 1.2 * random.normal(size=(240, 1))


def rows_of(sample: Sample, setting: Setting) -> dict[tuple[str, str], dict[str, Any]]:
    panels = {}
    for name, answers in sample.items.items():
        complete = np.flatnonzero(np.isfinite(answers).all(1))
        if answers.shape[1] > 1 and len(complete) >= setting.minimum_base:
            panels[name] = Panel(
                names=tuple(map(str, range(answers.shape[1]))), columns=answers[complete], rows=complete
            )
    drawn = resample(sample.design, panels, seed=2, draws=400)
    found = reliability_rows(drawn, sample, setting)
    check(frame(found))
    return {(row["term"], row["metric"]): row for row in found}


def test_parallel_items_follow_spearman_and_brown() -> None:
    cov = np.full((3, 3), 0.5) + 0.5 * np.eye(3)
    assert alpha(cov) == pytest.approx(3 * 0.5 / (1 + 2 * 0.5))
    assert omega(cov) == pytest.approx(float(alpha(cov)))


def test_alpha_is_batched_and_nan_without_variance() -> None:
    covs = np.stack([np.eye(2), np.zeros((2, 2)), np.ones((2, 2))])
    np.testing.assert_array_equal(alpha(covs), [0, np.nan, 1])


def test_alpha_may_be_negative() -> None:
    assert alpha(np.array([[1, -0.5], [-0.5, 1]])) == pytest.approx(-2)


def test_feldt_interval_holds_alpha_and_narrows() -> None:
    wide, narrow = feldt_interval(0.8, 50, 4, 0.95), feldt_interval(0.8, 500, 4, 0.95)
    assert wide[0] < narrow[0] < 0.8 < narrow[1] < wide[1]


def test_loadings_of_one_exact_factor_are_found() -> None:
    true = np.array([0.9, 0.7, 0.5, 0.3])
    correlations = np.outer(true, true)
    np.fill_diagonal(correlations, 1)
    np.testing.assert_allclose(minres_loadings(correlations), true, atol=1e-8)
    assert omega(correlations) == pytest.approx(true.sum() ** 2 / correlations.sum())


def test_an_improper_solution_is_no_omega() -> None:
    """The first two imply a loading above one: a Heywood case."""
    correlations = np.array([[1, 0.9, 0.9], [0.9, 1, 0.4], [0.9, 0.4, 1]])
    assert omega(correlations) is None


def test_a_reason_stands_where_a_figure_does_not(
    make_sample: Maker, setting: Setting, scores: np.ndarray, items: np.ndarray
) -> None:
    flat, gaps = items.copy(), items.copy()
    flat[:, 2] = 5.0
    gaps[5:, 0] = np.nan
    found = rows_of(make_sample(scores, items={"b": items[:, :2], "c": flat, "y": gaps}), setting)
    states = {key: (row["state"], row["reason"]) for key, row in found.items()}
    assert states["a", "alpha"] == states["a", "omega"] == ("not_defined", "one_item")
    assert states["b", "alpha"] == ("ok", None)
    assert states["b", "omega"] == ("not_defined", "two_items")
    assert states["c", "alpha"] == ("ok", None)
    assert states["c", "omega"] == ("no_variance", "no_variance")
    assert states["y", "alpha"] == ("too_few", "small_base")


def test_interval_is_feldts_without_a_design_and_the_bootstraps_with_one(
    make_sample: Maker, make_design: Maker, setting: Setting, scores: np.ndarray, items: np.ndarray
) -> None:
    simple = rows_of(make_sample(scores, items={"a": items}), setting)["a", "alpha"]
    value = float(alpha(Moments.of(items, tuple("1234")).cov))
    assert (simple["conf_low"], simple["conf_high"]) == feldt_interval(value, 240, 4, 0.95)
    weighted = make_sample(scores, items={"a": items}, design=make_design(240, np.linspace(0.5, 2, 240)))
    found = rows_of(weighted, setting)["a", "alpha"]
    assert found["std_error"] > 0
    assert found["conf_low"] < found["estimate"] < found["conf_high"]
    assert found["n"] == 240
    assert found["n_eff"] < 240


def test_weighted_alpha_is_that_of_weighted_covariances(
    make_sample: Maker, make_design: Maker, setting: Setting, scores: np.ndarray, items: np.ndarray
) -> None:
    weight = np.linspace(0.5, 2, 240)
    found = rows_of(make_sample(scores, items={"a": items}, design=make_design(240, weight)), setting)["a", "alpha"]
    cov = np.cov(items, rowvar=False, aweights=weight)
    assert found["estimate"] == pytest.approx(4 / 3 * (1 - np.trace(cov) / cov.sum()), rel=1e-10)
