"""The figures behind the assumptions: by hand, by brute force, and with what is known not to exist."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from pipeline.model import Setting
from pipeline.model.regression import ols
from pipeline.model.robustness.assumptions import (
    assumption_rows,
    breusch_pagan,
    durbin_watson,
    durbin_watson_moments,
    largest_residual,
    monotone_loss,
    rising,
)
from pipeline.sample import Sample
from pipeline.weight import Design


def figures(rows: list[dict[str, Any]]) -> dict[tuple[str, str | None], dict[str, Any]]:
    return {(row["metric"], row["term"]): row for row in rows}


def test_every_figure_of_a_sound_sample(
    make_sample: Callable[..., Sample], scores: np.ndarray, setting: Setting
) -> None:
    found = figures(assumption_rows(make_sample(np.round(scores)), setting, np.arange(len(scores))))
    assert found["distinct_values", "a"]["estimate"] == len(np.unique(np.round(scores[:, 0])))
    assert found["monotone_loss", "a"]["estimate"] < 0.02
    assert found["monotone_loss", "a"]["p_value"] > 0.3
    assert found["largest_residual", None]["p_value"] > 0.05
    assert abs(found["serial_correlation", None]["estimate"]) < 0.15
    assert found["breusch_pagan", None]["p_value"] > 0.01
    assert ("monotone_loss", "y") not in found


def test_residuals_equal_those_without_the_row(scores: np.ndarray) -> None:
    strange = scores.copy()
    strange[7, -1] += 9.0
    fit = ols(strange[:, :-1], strange[:, -1], ("a", "b", "c"))
    found = largest_residual(fit)
    others = ols(np.delete(strange, 7, 0)[:, :-1], np.delete(strange, 7, 0)[:, -1], ("a", "b", "c"))
    missed = strange[7, -1] - others.b[0] - strange[7, :-1] @ others.b[1:]
    assert found is not None
    assert found[0] == pytest.approx(missed * np.sqrt(1 - fit.leverage[7]) / others.sigma, rel=1e-8)
    assert found[1] < 1e-6


def test_a_row_that_fits_itself_is_no_outlier() -> None:
    x = np.array([[0.0], [0.0], [0.0], [0.0], [1.0]])
    y = np.array([1.0, 2.0, 3.0, 2.5, 9.0])
    found = largest_residual(ols(x, y, ("a",)))
    assert found is not None
    assert abs(found[0]) < 5
    assert largest_residual(ols(np.array([[0.0], [1.0], [3.0]]), y[:3], ("a",))) is None


def test_no_residual_test_without_residuals(make_sample: Callable[..., Sample], setting: Setting) -> None:
    x = np.arange(12.0)
    found = figures(assumption_rows(make_sample(np.column_stack([x, 2 * x])), setting, np.arange(12)))
    for metric in ("largest_residual", "serial_correlation", "breusch_pagan"):
        assert (found[metric, None]["state"], found[metric, None]["reason"]) == ("too_few", "small_base")


def test_unequal_variance_is_seen(scores: np.ndarray) -> None:
    random = np.random.default_rng(2)
    y = scores[:, 0] + np.exp(0.6 * scores[:, 1]) * random.normal(size=len(scores))
    fit = ols(scores[:, :-1], y, ("a", "b", "c"))
    found = breusch_pagan(fit, scores[:, :-1])
    wanted = len(y) * ols(scores[:, :-1], fit.residuals**2, ("a", "b", "c")).r2
    assert found is not None
    assert found[0] == pytest.approx(wanted, rel=1e-9)
    assert found[1] < 0.01


def test_moments_of_durbin_and_watson_by_their_matrices(scores: np.ndarray) -> None:
    x = np.column_stack([np.ones(40), scores[:40, :-1]])
    step = np.diff(np.eye(40), axis=0)
    left = np.eye(40) - x @ np.linalg.inv(x.T @ x) @ x.T
    values = np.sort(np.linalg.eigvalsh(left @ step.T @ step @ left))[4:]
    mean = values.mean()
    variance = 2 * ((values - mean) ** 2).sum() / (36 * 38)
    assert durbin_watson_moments(x) == pytest.approx((mean, variance), rel=1e-9)


def test_neighbours_that_answer_alike_are_seen(
    make_sample: Callable[..., Sample], scores: np.ndarray, setting: Setting
) -> None:
    random = np.random.default_rng(3)
    drift, shuffled = np.repeat(random.normal(size=24), 10), random.permutation(len(scores))
    drifting = scores.copy()
    drifting[:, -1] += 1.5 * drift
    sample = make_sample(drifting[shuffled])
    unknown, mixed, known = (
        figures(assumption_rows(sample, setting, order))["serial_correlation", None]
        for order in (None, np.arange(len(scores)), shuffled)
    )
    assert (unknown["state"], unknown["reason"]) == ("not_defined", "no_order")
    assert mixed["p_value"] > 0.05
    assert known["estimate"] > 0.3
    assert known["p_value"] < 1e-6
    fit = ols(drifting[:, :-1], drifting[:, -1], ("a", "b", "c"))
    assert known["estimate"] == pytest.approx(1 - durbin_watson(fit.residuals) / 2)


def test_stacked_rows_count_by_respondent(
    make_sample: Callable[..., Sample], make_design: Callable[..., Design], scores: np.ndarray, setting: Setting
) -> None:
    respondent = np.arange(len(scores)) // 3
    halo = np.random.default_rng(5).normal(size=80)[respondent]
    stacked = scores + np.column_stack([0 * halo] * 3 + [2 * halo])
    sample = make_sample(stacked, design=make_design(len(scores), unit=respondent), respondent=respondent)
    row = figures(assumption_rows(sample, setting, np.arange(len(scores))))["serial_correlation", None]
    assert row["p_value"] > 0.05
    means = ols(stacked[:, :-1], stacked[:, -1], ("a", "b", "c")).residuals.reshape(-1, 3).mean(1)
    assert row["estimate"] == pytest.approx(1 - durbin_watson(means - means.mean()) / 2)


def test_rising_means_by_hand() -> None:
    assert rising(np.array([1.0, 3.0, 2.0, 5.0]), np.ones(4)).tolist() == [1.0, 2.5, 2.5, 5.0]
    assert rising(np.array([3.0, 2.0, 1.0]), np.array([1.0, 1.0, 2.0])).tolist() == [1.75] * 3
    assert rising(np.array([1.0, 2.0]), np.ones(2)).tolist() == [1.0, 2.0]


def test_monotone_loss_by_hand() -> None:
    weight = np.full(4, 50.0)
    loss, p = monotone_loss(np.array([1.0, 3.0, 2.0, 5.0]), weight, within=196.0)
    assert loss == pytest.approx(0.5 / 8.75)
    assert p < 1e-3
    assert monotone_loss(np.array([4.0, 3.0, 2.0, 1.0]), weight, within=196.0) == (0.0, 1.0)
    assert monotone_loss(np.full(4, 2.0), weight, within=196.0) == (0.0, 1.0)
    assert monotone_loss(np.array([1.0, 2.0, 1.0]), weight[:3], within=0.0)[1] == 0.0


def test_a_valley_loses_most_and_noise_is_not_significant(make_sample: Callable[..., Sample], setting: Setting) -> None:
    random = np.random.default_rng(5)
    x = np.clip(np.round(4 + 1.5 * random.normal(size=(600, 2))), 1, 7)
    sample = make_sample(np.column_stack([x, (x[:, 0] - 4) ** 2 + 2 * random.normal(size=600)]))
    found = figures(assumption_rows(sample, setting))
    assert found["monotone_loss", "a"]["estimate"] > 0.4
    assert found["monotone_loss", "a"]["p_value"] < 1e-6
    assert found["monotone_loss", "b"]["p_value"] > 0.05


def test_chance_of_a_bend_is_kept() -> None:
    """Where all means are equal, the test of one direction rejects at its level; that of the better one, less often."""
    random = np.random.default_rng(6)
    weight = np.full(5, 40.0)
    means = random.normal(scale=1 / np.sqrt(40), size=(4000, 5))
    p = np.array([monotone_loss(each, weight, within=195.0)[1] for each in means])
    assert (p < 0.05).mean() < 0.05


def test_weights_count_as_what_they_are_worth(
    make_sample: Callable[..., Sample], make_design: Callable[..., Design], setting: Setting
) -> None:
    random = np.random.default_rng(7)
    x = random.integers(1, 8, 300).astype(float)
    y = (x - 4) ** 2 / 4 + 2 * random.normal(size=300)
    weight = np.where(np.arange(300) < 30, 20.0, 1.0)
    rows = np.column_stack([x, y])
    equal, unequal = (
        figures(assumption_rows(make_sample(rows, design=make_design(300, weight=each)), setting))["monotone_loss", "a"]
        for each in (np.ones(300), weight)
    )
    assert equal["p_value"] < unequal["p_value"]
