"""The bootstrap: one product for all panels, whole units, right spread."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import gammaincinv, ndtr

from pipeline.model import resample as module
from pipeline.model.keyed import poisson_counts
from pipeline.model.resample import (
    Kind,
    Panel,
    corrected_interval,
    difference_p,
    factors,
    interval,
    limits,
    quantiles,
    rank_interval,
    ranks,
    resample,
)
from pipeline.moments import Moments
from pipeline.weight import Design

Maker = Callable[..., Design]


def panel(columns: np.ndarray, rows: np.ndarray | None = None) -> Panel:
    rows = np.arange(len(columns)) if rows is None else rows
    return Panel(names=tuple(f"x{at}" for at in range(columns.shape[1])), columns=columns, rows=rows)


def test_a_replicate_is_the_weighted_sample(scores: np.ndarray, make_design: Maker) -> None:
    weight = np.linspace(0.5, 2, len(scores))
    design = make_design(len(scores), weight)
    drawn = resample(design, {"all": panel(scores)}, seed=3, draws=5)["all"]
    counts = poisson_counts(3, design.keys, 0, 5)
    for at in range(5):
        by_hand = Moments.of(scores, drawn.point.names, weight * counts[at])
        np.testing.assert_allclose(drawn.draws.mean[at], by_hand.mean, rtol=1e-11)
        np.testing.assert_allclose(drawn.draws.correlations[at], by_hand.correlations, rtol=1e-9, atol=1e-13)
    np.testing.assert_allclose(drawn.point.correlations, Moments.of(scores, drawn.point.names, weight).correlations)


def test_panels_share_the_replicates(scores: np.ndarray, make_design: Maker) -> None:
    rows = np.arange(0, len(scores), 2)
    both = resample(
        make_design(len(scores)), {"all": panel(scores), "half": panel(scores[rows], rows)}, seed=3, draws=8
    )
    alone = resample(make_design(len(scores)), {"half": panel(scores[rows], rows)}, seed=3, draws=8)
    np.testing.assert_allclose(both["half"].draws.mean, alone["half"].draws.mean, rtol=1e-12)
    counts = poisson_counts(3, make_design(len(scores)).keys, 0, 8)
    np.testing.assert_allclose(both["half"].draws.weight, counts[:, ::2].sum(1))


def test_rows_of_one_unit_share_a_count(scores: np.ndarray, make_design: Maker) -> None:
    unit = np.arange(len(scores)) // 4
    drawn = resample(make_design(len(scores), unit=unit), {"all": panel(scores)}, seed=3, draws=40)["all"].draws
    assert (np.round(drawn.weight) % 4 == 0).all()


def test_clusters_widen_the_bootstrap_as_they_should(make_design: Maker) -> None:
    """Four equal rows a unit: the variance of a mean is four times that of independent rows."""
    value = np.repeat(np.random.default_rng(6).normal(size=300), 4)[:, None]
    unit = np.arange(1200) // 4
    whole, apart = (
        resample(make_design(1200, unit=which), {"all": panel(value)}, seed=3, draws=3000)["all"].draws.mean[:, 0].var()
        for which in (unit, None)
    )
    assert whole / apart == pytest.approx(4, rel=0.15)
    assert whole == pytest.approx(value.var() / 300, rel=0.1)


def test_strata_leave_the_difference_between_them_alone(make_design: Maker) -> None:
    stratum = np.repeat([0, 1], 60)
    value = (stratum * 10 + np.random.default_rng(8).normal(size=120))[:, None]
    design = make_design(120, stratum=stratum)
    drawn = resample(design, {"all": panel(value)}, seed=3, draws=3000)["all"].draws.mean[:, 0]
    expected = sum(value[stratum == at].var(ddof=1) / 60 / 4 for at in (0, 1))
    assert drawn.var() == pytest.approx(expected, rel=0.1)


def test_chunks_change_nothing(scores: np.ndarray, make_design: Maker, monkeypatch: pytest.MonkeyPatch) -> None:
    design = make_design(len(scores))
    whole = np.concatenate(list(factors(design, 3, 100)))
    monkeypatch.setattr(module, "CHUNK", 1)
    pieces = list(factors(design, 3, 100))
    assert len(pieces) == 13
    np.testing.assert_array_equal(np.concatenate(pieces), whole)


def test_order_of_rows_does_not_matter(scores: np.ndarray, make_design: Maker) -> None:
    design = make_design(len(scores))
    order = np.argsort(np.random.default_rng(9).random(len(scores)))
    shuffled = Design(
        weight=design.weight, unit=order, keys=design.keys, stratum=None, stratum_keys=None, kind="simple"
    )
    one = resample(design, {"all": panel(scores)}, seed=3, draws=6)["all"].draws.correlations
    other = resample(shuffled, {"all": panel(scores[order])}, seed=3, draws=6)["all"].draws.correlations
    np.testing.assert_allclose(one, other, rtol=1e-10, atol=1e-13)


def test_interval_is_the_percentile_one_and_leaves_out_what_does_not_exist() -> None:
    draws = np.append(np.arange(1001.0), np.nan)[:, None]
    low, high = interval(draws, 0.9)
    assert (low[0], high[0]) == (pytest.approx(50), pytest.approx(950))


def test_corrected_interval_is_the_percentile_one_where_nothing_is_shifted() -> None:
    draws = np.linspace(0, 1, 10_001)
    assert corrected_interval(draws, 0.5, 0.9) == (pytest.approx(0.05, abs=1e-3), pytest.approx(0.95, abs=1e-3))


def test_corrected_interval_moves_back_what_resampling_inflates() -> None:
    draws = np.append(np.random.default_rng(1).normal(0.45, 0.05, 20_000), np.nan)
    low, high = corrected_interval(draws, 0.40, 0.95)
    assert (low, high) == (pytest.approx(0.35 - 1.96 * 0.05, abs=0.02), pytest.approx(0.35 + 1.96 * 0.05, abs=0.02))


@pytest.mark.parametrize("point", [-1.0, 0.31, 0.59, 2.0])
def test_corrected_interval_reaches_towards_the_point_and_no_further_than_the_draws(point: float) -> None:
    draws = np.random.default_rng(2).normal(0.45, 0.05, 20_000)
    low, high = corrected_interval(draws, point, 0.95)
    assert draws.min() <= low < high <= draws.max()
    assert low <= max(point, draws.min() + 0.1)
    assert high >= min(point, draws.max() - 0.1)


def test_ranks_begin_at_one_and_ties_share_the_better() -> None:
    assert ranks(np.array([[0.1, 0.5, 0.2], [0.3, 0.3, 0.1]])).tolist() == [[3, 1, 2], [1, 1, 3]]


def test_rank_interval_has_ranks_that_occurred() -> None:
    drawn = np.array([[1]] * 60 + [[2]] * 39 + [[5]])
    assert [end.tolist() for end in rank_interval(drawn, 0.95)] == [[1], [2]]


@pytest.mark.parametrize("kind", ["bayesian", "jackknife"])
@pytest.mark.parametrize("stratum", [None, np.repeat([0, 1], 120)])
def test_other_kinds_have_the_same_spread(
    scores: np.ndarray, make_design: Maker, kind: Kind, stratum: np.ndarray | None
) -> None:
    weight = np.random.default_rng(1).uniform(0.5, 2, len(scores))
    design = make_design(len(scores), weight, stratum=stratum)
    rows = np.arange(0, len(scores), 2)
    panels = {"all": panel(scores), "half": panel(scores[rows], rows)}
    usual, other = (resample(design, panels, seed=3, draws=3000, kind=each) for each in ("poisson", kind))
    for name in panels:
        for figure in ("mean", "sd", "correlations"):
            mine, theirs = (getattr(each[name].draws, figure) for each in (other, usual))
            np.testing.assert_allclose(mine.mean(0), theirs.mean(0), atol=0.03)
            spread, expected = mine.std(0), theirs.std(0)
            np.testing.assert_allclose(spread, expected, rtol=0.12, atol=1e-12)
    gap, usual_gap = ((each["all"].draws.mean - each["half"].draws.mean).std(0) for each in (other, usual))
    np.testing.assert_allclose(gap, usual_gap, rtol=0.12)


@pytest.mark.parametrize("draws", [40, 4000])
def test_normal_draws_have_the_covariance_of_the_sums(make_design: Maker, draws: int) -> None:
    """By eigenvectors where there are many draws, by units where there are few: the same distribution."""
    stratum = np.repeat([0, 1], 100)
    values = np.random.default_rng(2).normal(size=(200, 2)) + stratum[:, None]
    design = make_design(200, stratum=stratum)
    found = [
        resample(design, {"all": panel(values)}, seed=seed, draws=draws, kind="jackknife")["all"]
        for seed in range(1 if draws > 1000 else 100)
    ]
    sums = np.concatenate([each.draws.sums for each in found])
    expected = sum(100 * np.cov(values[stratum == at], rowvar=False) for at in (0, 1))
    np.testing.assert_allclose(np.cov(sums, rowvar=False), expected, rtol=0.1, atol=8)
    np.testing.assert_allclose(sums.mean(0), 0, atol=1)
    assert np.ptp(found[0].draws.weight) == pytest.approx(0, abs=1e-6)


def test_bayesian_weights_fill_each_stratum(make_design: Maker) -> None:
    stratum = np.repeat([0, 1], [30, 90])
    weights = np.concatenate(list(factors(make_design(120, stratum=stratum), 3, 50, "bayesian")))
    np.testing.assert_allclose(weights[:, :30].sum(1), 30)
    np.testing.assert_allclose(weights[:, 30:].sum(1), 90)
    assert (weights > 0).all()


def test_whole_answers_are_added_up_exactly(make_design: Maker) -> None:
    """In single precision, with not one digit lost."""
    answers = np.random.default_rng(4).integers(1, 8, (500, 3)).astype(float)
    design = make_design(500)
    drawn = resample(design, {"all": panel(answers)}, seed=3, draws=20)["all"].draws
    counts = poisson_counts(3, design.keys, 0, 20).astype(float)
    centred = answers - drawn.origin
    np.testing.assert_array_equal(centred, np.rint(centred))
    np.testing.assert_array_equal(drawn.sums, counts @ centred)
    np.testing.assert_array_equal(drawn.products, np.einsum("bi,ij,ik->bjk", counts, centred, centred))


def test_large_or_broken_numbers_keep_double_precision(make_design: Maker) -> None:
    design = make_design(400)
    for values in (np.random.default_rng(4).integers(0, 9000, (400, 2)) * 1.0, np.arange(800).reshape(400, 2) / 3):
        drawn = resample(design, {"all": panel(values)}, seed=3, draws=4)["all"].draws
        by_hand = Moments.of(values, drawn.names, poisson_counts(3, design.keys, 0, 4)[1].astype(float))
        np.testing.assert_allclose(drawn.cov[1], by_hand.cov, rtol=1e-12)


def test_limits_of_many_columns_are_those_of_each() -> None:
    draws = np.random.default_rng(5).gamma(3, size=(999, 4))
    draws[7, 2] = np.nan
    point, rate = np.array([2.5, 3.0, 3.0, 4.0]), np.array([0.0, 0.05, 0.1, -0.05])
    for kind in ("percentile", "corrected", "bca"):
        found = limits(draws, point, 0.9, kind, rate)
        for at in range(4):
            alone = limits(draws[:, at], point[at], 0.9, kind, rate[at])
            np.testing.assert_allclose(found[:, at], alone)
    np.testing.assert_allclose(limits(draws, point, 0.9, "percentile"), np.nanquantile(draws, [0.05, 0.95], axis=0))
    np.testing.assert_allclose(limits(draws, point, 0.9, "bca"), limits(draws, point, 0.9, "corrected"))


def test_bca_holds_the_exact_limits_of_an_exponential_mean() -> None:
    """Efron (1987, sec. 1): for a scale family the BCa limits nearly equal the exact ones, which lie to the right."""
    n, mean = 20, 1.0
    draws = np.random.default_rng(6).gamma(n, mean / n, 200_000)
    low, high = limits(draws, mean, 0.9, "bca", 1 / (3 * np.sqrt(n)))
    exact = [mean * n / gammaincinv(n, 0.95), mean * n / gammaincinv(n, 0.05)]
    assert [low, high] == [pytest.approx(exact[0], rel=0.01), pytest.approx(exact[1], rel=0.01)]
    plain = limits(draws, mean, 0.9, "percentile")
    assert abs(plain[1] - exact[1]) > 5 * abs(high - exact[1])


def test_quantiles_of_nothing_are_absent() -> None:
    draws = np.array([[1.0, np.nan], [3.0, np.nan]])
    found = quantiles(draws, np.array([[0.5], [1.0]]))
    np.testing.assert_array_equal(found, [[2.0, np.nan], [3.0, np.nan]])


def test_normal_draws_that_no_sample_can_have_are_absent(make_design: Maker) -> None:
    """Nine tenths of the weight on a handful of people: normal sums leave what covariances can be."""
    random = np.random.default_rng(7)
    x = random.normal(size=(60, 1))
    answers = np.column_stack([x, x + 0.2 * random.normal(size=(60, 1))])
    design = make_design(60, random.lognormal(0, 2, 60))
    drawn = resample(design, {"all": panel(answers)}, seed=3, draws=1000, kind="jackknife")["all"].draws.correlations
    gone = np.isnan(drawn[:, 0, 1])
    assert 0 < gone.mean() < 0.9
    assert np.abs(drawn[~gone]).max() <= 1 + 1e-6


@pytest.mark.parametrize("shift", [0.0, 1.0, -2.2, 3.5, -5.0])
def test_p_of_a_normal_difference_is_the_normal_one_also_far_out(shift: float) -> None:
    draws = np.random.default_rng(8).normal(shift, 1, (20_000, 1))
    found = difference_p(draws, np.array([shift]))[0]
    assert np.log10(found) == pytest.approx(np.log10(2 * ndtr(-abs(shift))), abs=0.25)


@given(st.integers(0, 500), st.floats(0, 4))
def test_p_is_below_alpha_where_the_percentile_interval_leaves_zero_out(seed: int, shift: float) -> None:
    draws = np.random.default_rng(seed).gamma(2, size=(999, 1)) - 2 + shift
    draws[3] = np.nan
    p, (low, high) = difference_p(draws, np.array([shift]))[0], limits(draws[:, 0], 0.0, 0.95, "percentile")
    if abs(p - 0.05) > 4 / 999:
        assert (p < 0.05) == bool(low > 0 or high < 0)
    assert 0 < p <= 1
