"""What every member of the importance shelf obeys."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import combinations, permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.model.importance import INFERRED, METHODS, NOT_NEGATIVE, SHAPED, SUM_TO_R2, culprits, r2, usable
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


@pytest.mark.parametrize("name", SUM_TO_R2)
@settings(max_examples=40, deadline=None)
@given(seed=SEEDS, p=st.integers(1, 9))
def test_shares_sum_to_r2(name: str, seed: int, p: int) -> None:
    drivers, outcome = parts(made(seed, p))
    found = METHODS[name](drivers, outcome)
    assert found.shape == (p,)
    assert found.sum() == pytest.approx(r2(drivers, outcome), rel=1e-10)


@pytest.mark.parametrize("name", NOT_NEGATIVE)
@settings(max_examples=30, deadline=None)
@given(seed=SEEDS, p=st.integers(1, 9))
def test_nothing_is_negative(name: str, seed: int, p: int) -> None:
    drivers, outcome = parts(made(seed, p))
    found = METHODS[name](drivers, outcome)
    assert found.shape == (p,)
    assert (found > -1e-12).all()


def test_a_suppressor_is_negative_by_pratt_and_shown_as_such() -> None:
    """r = (.6, .25) and r12 = .6: beta of the second is (.25 - .36) / .64, by hand."""
    drivers = np.array([[1.0, 0.6], [0.6, 1.0]])
    found = METHODS["pratt"](drivers, np.array([0.6, 0.25]))
    np.testing.assert_allclose(found, [0.6 * 0.45 / 0.64, 0.25 * -0.11 / 0.64], rtol=1e-12)


def test_what_is_inferred_and_what_is_declared_exists() -> None:
    assert set(METHODS) - set(INFERRED) == {"kruskal"}
    assert set(SUM_TO_R2) | set(NOT_NEGATIVE) <= set(METHODS)


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


@settings(max_examples=40, deadline=None)
@given(seed=SEEDS)
def test_two_drivers_have_the_same_lmg_and_relative_weights(seed: int) -> None:
    drivers, outcome = parts(made(seed, 2))
    found, weights = (METHODS[name](drivers, outcome) for name in ("lmg", "relative_weights"))
    np.testing.assert_allclose(found, weights, rtol=1e-8, atol=1e-13)


@pytest.mark.parametrize("name", [name for name in METHODS if name != "kruskal"])
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


@pytest.mark.parametrize("name", ["lmg", "relative_weights", "first", "last", "kruskal"])
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


def by_orders(drivers: np.ndarray, outcome: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """LMG and Kruskal's importance by their definitions, order by order."""
    p = len(outcome)
    gain, partial, count = np.zeros(p), np.zeros(p), 0
    for order in permutations(range(p)):
        before, count = 0.0, count + 1
        for at, driver in enumerate(order):
            after = explained(drivers, outcome, order[: at + 1])
            gain[driver] += after - before
            partial[driver] += (after - before) / (1 - before)
            before = after
    return gain / count, partial / count


def explained(drivers: np.ndarray, outcome: np.ndarray, inside: Iterable[int]) -> float:
    """R² of some of the drivers, by least squares alone."""
    at = list(inside)
    return float(r2(drivers[np.ix_(at, at)], outcome[at])) if at else 0.0


@pytest.mark.parametrize("p", [1, 2, 3, 5])
def test_lmg_and_kruskal_are_means_over_all_orders_of_entry(p: int) -> None:
    drivers, outcome = parts(made(11, p))
    gain, partial = by_orders(drivers, outcome)
    np.testing.assert_allclose(METHODS["lmg"](drivers, outcome), gain, rtol=1e-11)
    np.testing.assert_allclose(METHODS["kruskal"](drivers, outcome), partial, rtol=1e-11)


def test_kruskal_of_unrelated_drivers_is_not_their_squared_correlation() -> None:
    """By hand: r1² alone, or r1² / (1 - r2²) after the other; each half of the time."""
    found = METHODS["kruskal"](np.eye(2), np.array([0.6, 0.5]))
    np.testing.assert_allclose(found, [0.18 + 0.18 / 0.75, 0.125 + 0.125 / 0.64], rtol=1e-12)


def test_a_perfect_fit_leaves_nothing_to_take_a_part_of() -> None:
    found = METHODS["kruskal"](np.eye(2), np.array([1.0, 0.0]))
    np.testing.assert_allclose(found, [1.0, 0.0], atol=1e-12)


@pytest.mark.parametrize("name", SHAPED)
def test_shaped_metrics_have_the_declared_axes_and_batch(name: str) -> None:
    metric, axes = SHAPED[name]
    pairs = [parts(made(seed, 4)) for seed in range(6)]
    found = metric(
        np.stack([d for d, _ in pairs]).reshape(2, 3, 4, 4), np.stack([o for _, o in pairs]).reshape(2, 3, 4)
    )
    assert found.shape == (2, 3, *(3 if axis == "part" else 4 for axis in axes))
    single = np.stack([metric(*pair) for pair in pairs]).reshape(found.shape)
    np.testing.assert_allclose(found, single, rtol=1e-11, atol=1e-14)


@settings(max_examples=25, deadline=None)
@given(seed=SEEDS, p=st.integers(1, 7))
def test_dominance_by_size_is_first_at_the_start_last_at_the_end_and_lmg_on_average(seed: int, p: int) -> None:
    drivers, outcome = parts(made(seed, p))
    found = SHAPED["conditional_dominance"][0](drivers, outcome)
    for column, name in ((found[:, 0], "first"), (found[:, -1], "last"), (found.mean(1), "lmg")):
        np.testing.assert_allclose(column, METHODS[name](drivers, outcome), rtol=1e-8, atol=1e-12)


@settings(max_examples=40, deadline=None)
@given(seed=SEEDS, p=st.integers(2, 6))
def test_complete_dominance_is_counted_submodel_by_submodel_and_orders_lmg(seed: int, p: int) -> None:
    drivers, outcome = parts(made(seed, p))
    found = SHAPED["complete_dominance"][0](drivers, outcome)
    lmg = METHODS["lmg"](drivers, outcome)
    assert np.isnan(np.diag(found)).all()
    for one, other in permutations(range(p), 2):
        rest = [at for at in range(p) if at not in (one, other)]
        without = [inside for size in range(p - 1) for inside in combinations(rest, size)]
        gains = [[explained(drivers, outcome, (*inside, at)) for at in (one, other)] for inside in without]
        assert found[one, other] == pytest.approx(np.mean([mine > its for mine, its in gains]))
        assert found[one, other] + found[other, one] == pytest.approx(1)
        if found[one, other] == 1:
            assert lmg[one] > lmg[other]


def test_equal_drivers_win_half_of_the_submodels() -> None:
    found = SHAPED["complete_dominance"][0](np.eye(3), np.array([0.3, 0.3, 0.1]))
    np.testing.assert_allclose(found[:2, :2], [[np.nan, 0.5], [0.5, np.nan]])
    np.testing.assert_allclose(found[0, 2], 1.0)


def coefficients(drivers: np.ndarray, outcome: np.ndarray) -> dict[frozenset[int], float]:
    """All commonality coefficients by inclusion and exclusion (Mood 1971)."""
    p = len(outcome)
    found = {}
    for size in range(1, p + 1):
        for inside in combinations(range(p), size):
            outside = [at for at in range(p) if at not in inside]
            found[frozenset(inside)] = sum(
                (-1) ** (len(some) + 1) * explained(drivers, outcome, [*outside, *some])
                for count in range(size + 1)
                for some in combinations(inside, count)
            )
    return found


@settings(max_examples=20, deadline=None)
@given(seed=SEEDS)
def test_commonality_adds_up_the_coefficients(seed: int) -> None:
    drivers, outcome = parts(made(seed, 5))
    every = coefficients(drivers, outcome)
    blocks = [(0, 2, 3), (1,), (4,)]
    unique, within, across = SHAPED["commonality"][0](drivers, outcome, blocks)
    for driver in range(5):
        (block,) = (set(block) for block in blocks if driver in block)
        shared = {members: value for members, value in every.items() if driver in members and len(members) > 1}
        assert unique[driver] == pytest.approx(every[frozenset({driver})], abs=1e-12)
        assert within[driver] == pytest.approx(sum(v for m, v in shared.items() if m <= block), abs=1e-12)
        assert across[driver] == pytest.approx(sum(v for m, v in shared.items() if not m <= block), abs=1e-12)
    np.testing.assert_allclose(unique + within + across, outcome**2, atol=1e-12)
    np.testing.assert_allclose(SHAPED["commonality"][0](drivers, outcome)[1], 0, atol=0)


@pytest.mark.parametrize("p", [14, 16])
def test_many_drivers_take_the_deep_way_and_give_the_same(p: int) -> None:
    """Past a dozen drivers the subsets are gone through depth first."""
    drivers, outcome = parts(made(3, p, rows=90))
    size = SHAPED["conditional_dominance"][0](drivers, outcome)
    np.testing.assert_allclose(METHODS["lmg"](drivers, outcome), size.mean(1), rtol=1e-9, atol=1e-13)


@pytest.mark.parametrize("name", ["lmg", "kruskal"])
def test_sampled_orders_lie_within_their_reported_error(name: str) -> None:
    from pipeline.model.importance import _sampled

    drivers, outcome = parts(made(4, 12, rows=90))
    found, error = getattr(_sampled, f"{name}_sampled")(drivers, outcome)
    exact = METHODS[name](drivers, outcome)
    assert (np.abs(found - exact) < 4.5 * error + 1e-12).all()
    assert error.max() < 0.02 * exact.max()


def test_above_25_drivers_orders_are_sampled_and_still_sum_to_r2() -> None:
    drivers, outcome = parts(made(5, 27, rows=120))
    assert METHODS["lmg"](drivers, outcome).sum() == pytest.approx(r2(drivers, outcome), rel=1e-10)
    assert METHODS["kruskal"](drivers, outcome).shape == (27,)


def test_singular_drivers_are_known_and_named() -> None:
    columns = made(12, 3)
    repeated = np.column_stack([columns[:, :3], columns[:, 0] + columns[:, 1]])
    correlations = np.corrcoef(repeated, rowvar=False)
    assert not usable(correlations)
    assert culprits(correlations) == [0, 1, 3]
    assert culprits(correlations[:3, :3]) == []
    assert usable(np.stack([correlations[:3, :3], np.full((3, 3), np.nan)])).tolist() == [True, False]
