"""What every member of the importance shelf obeys."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.model.importance import METHODS, culprits, r2, usable
from pipeline.moments import Moments

METHOD = pytest.mark.parametrize("name", METHODS)
SEEDS = st.integers(0, 2**32 - 1)


def made(seed: int, p: int, rows: int = 60) -> np.ndarray:
    """(rows, p + 1) columns that share a factor, the outcome last."""
    random = np.random.default_rng(seed)
    common = random.normal(size=(rows, 1))
    drivers = common * random.uniform(0, 1.5, p) + random.normal(size=(rows, p))
    return np.column_stack([drivers, drivers @ random.normal(size=p) + random.normal(size=rows)])


def parts(columns: np.ndarray, weight: np.ndarray | None = None) -> tuple[np.ndarray, np.ndarray]:
    names = tuple(f"x{at}" for at in range(columns.shape[1]))
    found = Moments.of(columns, names, weight).correlations
    return found[:-1, :-1], found[:-1, -1]


@METHOD
@settings(max_examples=40, deadline=None)
@given(seed=SEEDS, p=st.integers(1, 9))
def test_shares_are_not_negative_and_sum_to_r2(name: str, seed: int, p: int) -> None:
    drivers, outcome = parts(made(seed, p))
    found = METHODS[name](drivers, outcome)
    assert found.shape == (p,)
    assert (found > -1e-12).all()
    assert found.sum() == pytest.approx(r2(drivers, outcome), rel=1e-10)


@METHOD
@settings(max_examples=30, deadline=None)
@given(seed=SEEDS, p=st.integers(2, 8), data=st.data())
def test_order_of_the_drivers_does_not_matter(name: str, seed: int, p: int, data: st.DataObject) -> None:
    drivers, outcome = parts(made(seed, p))
    order = np.array(data.draw(st.permutations(range(p))))
    turned = METHODS[name](drivers[np.ix_(order, order)], outcome[order])
    np.testing.assert_allclose(turned, METHODS[name](drivers, outcome)[order], rtol=1e-9, atol=1e-13)


@METHOD
@given(r=st.floats(-0.999, 0.999))
def test_one_driver_has_the_squared_correlation(name: str, r: float) -> None:
    assert METHODS[name](np.eye(1), np.array([r]))[0] == pytest.approx(r**2, abs=1e-15)


@METHOD
@settings(max_examples=40, deadline=None)
@given(seed=SEEDS)
def test_two_drivers_are_shared_out_alike_by_every_metric(name: str, seed: int) -> None:
    drivers, outcome = parts(made(seed, 2))
    np.testing.assert_allclose(METHODS[name](drivers, outcome), METHODS["lmg"](drivers, outcome), rtol=1e-8, atol=1e-13)


@METHOD
def test_unrelated_drivers_have_their_squared_correlations(name: str) -> None:
    outcome = np.array([0.5, -0.3, 0.1, 0.0])
    np.testing.assert_allclose(METHODS[name](np.eye(4), outcome), outcome**2, atol=1e-15)


@METHOD
@settings(max_examples=30, deadline=None)
@given(seed=SEEDS, p=st.integers(1, 7))
def test_an_unrelated_driver_without_effect_changes_nothing(name: str, seed: int, p: int) -> None:
    drivers, outcome = parts(made(seed, p))
    wider = np.eye(p + 1)
    wider[:p, :p] = drivers
    found = METHODS[name](wider, np.append(outcome, 0.0))
    np.testing.assert_allclose(found[:p], METHODS[name](drivers, outcome), rtol=1e-9, atol=1e-13)
    assert found[p] == pytest.approx(0, abs=1e-13)


@METHOD
@settings(max_examples=30, deadline=None)
@given(seed=SEEDS)
def test_near_duplicates_share_equally(name: str, seed: int) -> None:
    columns = made(seed, 3, rows=200)
    noise = np.random.default_rng(seed + 1).normal(size=200) * 1e-3
    drivers, outcome = parts(np.column_stack([columns[:, 0] + noise, columns]))
    found = METHODS[name](drivers, outcome)
    assert found[0] == pytest.approx(found[1], abs=0.02)


@METHOD
def test_batch_axes_give_what_single_matrices_give(name: str) -> None:
    pairs = [parts(made(seed, 5)) for seed in range(6)]
    drivers = np.stack([pair[0] for pair in pairs]).reshape(2, 3, 5, 5)
    outcome = np.stack([pair[1] for pair in pairs]).reshape(2, 3, 5)
    found = METHODS[name](drivers, outcome)
    assert found.shape == (2, 3, 5)
    single = np.stack([METHODS[name](*pair) for pair in pairs]).reshape(2, 3, 5)
    np.testing.assert_allclose(found, single, rtol=1e-12)
    assert METHODS[name](drivers[:0], outcome[:0]).shape == (0, 3, 5)


@METHOD
@settings(max_examples=25, deadline=None)
@given(seed=SEEDS, p=st.integers(1, 5))
def test_units_of_the_answers_do_not_matter(name: str, seed: int, p: int) -> None:
    columns = made(seed, p)
    random = np.random.default_rng(seed + 2)
    moved = columns * random.uniform(0.1, 50, p + 1) * random.choice([-1, 1], p + 1) + random.normal(size=p + 1) * 100
    np.testing.assert_allclose(METHODS[name](*parts(moved)), METHODS[name](*parts(columns)), rtol=1e-7, atol=1e-11)


@METHOD
@settings(max_examples=25, deadline=None)
@given(seed=SEEDS, p=st.integers(1, 5))
def test_whole_weights_are_repeated_rows(name: str, seed: int, p: int) -> None:
    columns = made(seed, p)
    times = np.random.default_rng(seed + 3).integers(0, 4, len(columns))
    weighted, repeated = parts(columns, times.astype(float)), parts(np.repeat(columns, times, axis=0))
    np.testing.assert_allclose(METHODS[name](*weighted), METHODS[name](*repeated), rtol=1e-8, atol=1e-12)


@METHOD
def test_inputs_are_left_as_they_were(name: str) -> None:
    drivers, outcome = parts(made(5, 4))
    before = drivers.copy(), outcome.copy()
    METHODS[name](drivers, outcome)
    np.testing.assert_array_equal(drivers, before[0])
    np.testing.assert_array_equal(outcome, before[1])


def test_lmg_is_the_mean_over_all_orders_of_entry() -> None:
    """The definition itself, term by term."""
    from itertools import permutations

    drivers, outcome = parts(made(11, 4))
    total = np.zeros(4)
    for order in permutations(range(4)):
        before = 0.0
        for at, driver in enumerate(order):
            inside = list(order[: at + 1])
            after = float(r2(drivers[np.ix_(inside, inside)], outcome[inside]))
            total[driver] += after - before
            before = after
    np.testing.assert_allclose(METHODS["lmg"](drivers, outcome), total / 24, rtol=1e-11)


def test_singular_drivers_are_known_and_named() -> None:
    columns = made(12, 3)
    repeated = np.column_stack([columns[:, :3], columns[:, 0] + columns[:, 1]])
    correlations = np.corrcoef(repeated, rowvar=False)
    assert not usable(correlations)
    assert culprits(correlations) == [0, 1, 3]
    assert culprits(correlations[:3, :3]) == []
    assert usable(np.stack([correlations[:3, :3], np.full((3, 3), np.nan)])).tolist() == [True, False]
