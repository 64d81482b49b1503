"""Fits of every subset, Shapley shares of a pseudo-R², their errors without refits, the test of parallel lines."""

from __future__ import annotations

from collections.abc import Callable
from itertools import permutations
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.model.likelihood import (
    MOST_DRIVERS,
    Count,
    Logit,
    Ordered,
    Shares,
    along,
    blocks_within,
    fit,
    fit_along,
    fit_subsets,
    mcfadden,
    newton,
    parallel_lines,
    tjur,
)

Maker = Callable[..., Any]
KINDS = ("logit", "tjur", "ordered", "count")


def a_case(rows: int = 160, drivers: int = 3, seed: int = 5) -> tuple[np.ndarray, np.ndarray]:
    """Drivers that share a factor, and a latent outcome of the first two."""
    random = np.random.default_rng(seed)
    x = random.normal(size=(rows, drivers)) + random.normal(size=(rows, 1))
    return x, 0.8 * x[:, 0] + 0.4 * x[:, 1 % drivers] + random.logistic(size=rows)


def shares_of(
    kind: str, x: np.ndarray, latent: np.ndarray, weight: np.ndarray | None = None, blocks: int = 0
) -> Shares:
    """Over every subset, or those along so many blocks of orders of entry."""
    weight = np.ones(len(x)) if weight is None else weight
    model: Any = (
        Logit(x, latent > 0.3, weight)
        if kind in ("logit", "tjur")
        else Ordered(x, np.searchsorted([-1.5, 0.0, 2.0], latent), weight)
        if kind == "ordered"
        else Count(x, np.floor(np.exp(np.clip(latent, -2, 2) / 2)), weight)
    )
    subsets = along(x.shape[1], blocks) if blocks else None
    params = fit_subsets(model, x.shape[1]) if subsets is None else fit_along(model, subsets)
    assert not isinstance(params, str)
    return tjur(model, params, subsets) if kind == "tjur" else mcfadden(model, params, subsets)


@pytest.mark.parametrize("kind", KINDS)
def test_shares_are_mean_gains_over_all_orders_of_entry(kind: str) -> None:
    found = shares_of(kind, *a_case())
    gains = np.zeros(3)
    for order in permutations(range(3)):
        inside = 0
        for driver in order:
            gains[driver] += found.values[inside | 1 << driver] - found.values[inside]
            inside |= 1 << driver
    np.testing.assert_allclose(found.raw, gains / 6, atol=1e-14)
    assert found.shares.sum() == pytest.approx(1)
    assert found.values[0] == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize("kind", KINDS)
def test_sampled_orders_come_as_near_as_they_say_and_nearer_with_more(kind: str) -> None:
    x, latent = a_case(rows=200, drivers=8)
    exact = shares_of(kind, x, latent)
    few, many = (shares_of(kind, x, latent, blocks=blocks) for blocks in (12, 400))
    for found in (few, many):
        assert found.raw.sum() == pytest.approx(found.total, rel=1e-12)
        assert (np.abs(found.raw - exact.raw) < 4 * found.sampling).all()
        np.testing.assert_allclose(found.values[[0, -1]], exact.values[[0, -1]], atol=1e-6)
    assert many.sampling_error.max() < few.sampling_error.max() / 3
    np.testing.assert_allclose(many.shares, exact.shares, atol=1e-3)
    np.testing.assert_allclose(many.influence, exact.influence, atol=0.02 * np.abs(exact.influence).max())
    assert not exact.sampling.any()


def test_subsets_along_orders_are_arcs_and_their_gains_average_the_increments() -> None:
    found = along(9, 4)
    assert found.orders.shape == (4, 18, 9)
    assert len(along(9, 1).numbers) == 9 * 8 + 2
    assert (found.numbers[found.places[..., -1]] == 511).all()
    values = np.random.default_rng(9).normal(size=len(found.numbers))
    gains = np.zeros((4, 9))
    for block, orders in enumerate(found.orders):
        for order, places in zip(orders, found.places[block], strict=True):
            assert (np.diff(found.numbers[places]) == 1 << order).all()
            gains[block, order] += np.diff(values[places]) / 18
    np.testing.assert_allclose(found.gains @ values, gains.mean(0), atol=1e-12)
    np.testing.assert_allclose(found.error(values), gains.std(0, ddof=1) / 2, atol=1e-12)


def test_errors_hold_the_choice_of_orders_as_well(make_design: Maker) -> None:
    found = shares_of("logit", *a_case(drivers=6), blocks=8)
    error, _, _ = found.share_interval(make_design(160), 0.95)
    people = np.diag(found.share_covariance(make_design(160)))
    np.testing.assert_allclose(error**2, people + found.sampling_error**2)


def test_blocks_follow_the_work() -> None:
    assert blocks_within(300, 17, 1 << 26) == 32
    assert blocks_within(1 << 16, 17, 1 << 26) == 0
    assert blocks_within(20_000, 17, 1 << 26) == 12


@pytest.mark.parametrize("kind", KINDS)
def test_influence_is_the_derivative_by_each_weight(kind: str) -> None:
    x, latent = a_case(rows=60)
    weight = np.random.default_rng(6).uniform(0.5, 2, 60)
    influence = shares_of(kind, x, latent, weight).influence
    for at in (0, 7, 31, 59):
        step = 1e-4 * np.eye(60)[at]
        up, down = (shares_of(kind, x, latent, weight + sign * step).raw for sign in (1, -1))
        np.testing.assert_allclose(influence[at], (up - down) / 2e-4, rtol=2e-4, atol=1e-7)


@pytest.mark.parametrize("kind", ["logit", "ordered"])
def test_errors_equal_those_of_a_bootstrap_with_refits(kind: str, make_design: Maker) -> None:
    """200 clusters of two rows with unequal weights; the ratio's own error is about 3 %."""
    x, latent = a_case(rows=400, drivers=2)
    random = np.random.default_rng(7)
    weight, unit = random.uniform(0.3, 2, 400), np.arange(400) // 2
    x[1::2] = x[::2]
    design = make_design(400, weight, unit)
    found = shares_of(kind, x, latent, weight)
    drawn = []
    for _ in range(500):
        counts = np.bincount(random.integers(0, 200, 200), minlength=200)[unit]
        there = counts > 0
        again = shares_of(kind, x[there], latent[there], (weight * counts)[there])
        drawn.append([*again.shares, again.total])
    error, _, _ = found.share_interval(design, 0.95)
    ratio = np.std(drawn, axis=0) / [*error, found.total_error(design)]
    assert ((ratio > 0.9) & (ratio < 1.1)).all(), ratio


def test_covariance_knows_strata_and_the_shares_add_up(make_design: Maker) -> None:
    x, latent = a_case()
    found = shares_of("logit", x, latent)
    stratum = (x[:, 0] > 0).astype(int)
    whole, within = (found.share_covariance(make_design(160, stratum=each)) for each in (None, stratum))
    np.testing.assert_allclose(whole.sum(0), 0, atol=1e-12)
    assert (np.diag(within) != np.diag(whole)).all()
    error, low, high = found.share_interval(make_design(160), 0.9)
    np.testing.assert_allclose(error, np.sqrt(np.diag(whole)))
    assert (low >= 0).all()
    assert ((high - found.shares) / error)[0] == pytest.approx(1.6448536)


@pytest.mark.parametrize("kind", KINDS)
def test_whole_weights_count_as_so_many_rows_and_units_do_not_matter(kind: str) -> None:
    x, latent = a_case(rows=80)
    counts = np.random.default_rng(8).integers(1, 4, 80)
    weighted = shares_of(kind, x, latent, counts.astype(float))
    repeated = shares_of(kind, np.repeat(x, counts, axis=0) * [1, 10, 0.1] + 3, np.repeat(latent, counts))
    np.testing.assert_allclose(weighted.values, repeated.values, atol=1e-9)


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 1000), kind=st.sampled_from(KINDS))
def test_order_of_drivers_and_rows_does_not_matter(seed: int, kind: str) -> None:
    x, latent = a_case(seed=seed)
    random = np.random.default_rng(seed)
    drivers, rows = random.permutation(3), random.permutation(len(x))
    straight, turned = shares_of(kind, x, latent), shares_of(kind, x[rows][:, drivers], latent[rows])
    np.testing.assert_allclose(turned.raw, straight.raw[drivers], atol=1e-9)
    np.testing.assert_allclose(turned.influence, straight.influence[rows][:, drivers], atol=1e-6)


def test_blocks_of_any_size_give_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    x, latent = a_case(drivers=5)
    whole = shares_of("ordered", x, latent)
    monkeypatch.setattr(newton, "BLOCK", 1)
    parts = shares_of("ordered", x, latent)
    np.testing.assert_allclose(parts.values, whole.values, atol=1e-10)
    np.testing.assert_allclose(parts.influence, whole.influence, atol=1e-7)


def test_one_driver_has_it_all(make_design: Maker) -> None:
    found = shares_of("logit", *a_case(drivers=1))
    assert found.shares[0] == pytest.approx(1)
    assert found.share_interval(make_design(160), 0.95)[0][0] == pytest.approx(0, abs=1e-12)


def test_an_unrelated_driver_has_nothing_to_share_out() -> None:
    x = np.array([[0.0], [1.0]] * 20)
    found = shares_of("logit", x, np.repeat([0.0, 1.0], 20))
    assert np.isnan(found.shares).all()


def test_what_has_no_maximum_is_named() -> None:
    x, latent = a_case()
    ones = np.ones(len(x))
    assert fit_subsets(Logit(x, x[:, 1] > 0, ones), 3) == "separation"
    assert fit_subsets(Ordered(x, np.searchsorted([-0.5, 0.5], x[:, 1]), ones), 3) == "separation"
    assert fit(Logit(x, x[:, 0] > 2, ones)) == "separation"
    assert fit_subsets(Logit(x, latent > 0, ones), MOST_DRIVERS + 1) == "too_many_drivers"
    assert fit_along(Logit(x, x[:, 1] > 0, ones), along(3, 8)) == "separation"
    twice = np.column_stack([x[:, 0], x[:, 0]])
    assert fit(Logit(twice, latent > 0, ones)) in ("separation", "not_converged")


def test_what_does_not_settle_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(newton, "ITERATIONS", 1)
    x, latent = a_case()
    assert fit(Logit(x, latent > 0, np.ones(len(x)))) == "not_converged"


def test_rows_nobody_expects_do_not_overflow() -> None:
    x, latent = a_case()
    x[0] = [40.0, -40.0, 0.0]
    for kind in KINDS:
        assert np.isfinite(shares_of(kind, x, latent).influence).all()


def test_parallel_lines_hold_where_they_do_and_fail_where_not(make_design: Maker) -> None:
    x, latent = a_case(rows=3000, drivers=2)
    y = np.searchsorted([-1.0, 0.5, 2.0], latent)
    straight = parallel_lines(x, y, make_design(3000))
    assert not isinstance(straight, str)
    assert (straight.df, straight.cuts) == (4, 3)
    assert straight.p > 0.01
    spread = latent * np.exp(0.4 * x[:, 0])
    bent = parallel_lines(x, np.searchsorted([-1.0, 0.5, 2.0], spread), make_design(3000))
    assert not isinstance(bent, str)
    assert bent.p < 1e-6


def test_parallel_lines_respect_the_design(make_design: Maker) -> None:
    x, latent = a_case(rows=1500, drivers=2)
    y = np.searchsorted([-1.0, 0.5, 2.0], latent)
    plain = parallel_lines(x, y, make_design(1500))
    robust = parallel_lines(x, y, make_design(1500, np.full(1500, 2.0)))
    rows = np.repeat(np.arange(1500), 3)
    clustered = parallel_lines(x[rows], y[rows], make_design(4500, unit=rows))
    assert not isinstance(plain, str)
    assert not isinstance(robust, str)
    assert not isinstance(clustered, str)
    assert robust.chi2 == pytest.approx(plain.chi2, rel=0.3)
    assert clustered.chi2 == pytest.approx(robust.chi2, rel=0.05)
    assert clustered.p == pytest.approx(robust.p, abs=0.05)


def test_parallel_lines_need_answers_on_either_side(make_design: Maker) -> None:
    x, latent = a_case(rows=60)
    assert parallel_lines(x, np.searchsorted([-1.0, 0.5], latent), make_design(60), people=8) == "few_answers"
    many = np.searchsorted(np.linspace(-2, 3, 12), a_case(rows=2000)[1])
    found = parallel_lines(a_case(rows=2000)[0], many, make_design(2000))
    assert not isinstance(found, str)
    assert found.cuts == 6
    units = np.arange(2000) % 12
    assert parallel_lines(a_case(rows=2000)[0], many, make_design(2000, unit=units)) == "few_units"
    split = np.where(x[:, 0] > 0, 2, (x[:, 1] > 0).astype(int))
    assert parallel_lines(x, split, make_design(60), people=1) == "separation"
