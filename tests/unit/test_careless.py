"""Indices of careless answering: what must hold whatever the answers, and at the edges."""

from __future__ import annotations

from collections.abc import Callable
from itertools import groupby

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.screen.careless import (
    BLOCK,
    average_string,
    even_odd,
    improbability,
    irv,
    longstring,
    mahalanobis,
    psychant,
    psychsyn,
)

Array = np.ndarray
SIZES = (3, 4, 2, 3)
INDICES: dict[str, Callable[[Array], Array]] = {
    "longstring": longstring,
    "average_string": average_string,
    "irv": irv,
    "even_odd": lambda answers: even_odd(answers, SIZES),
    "psychsyn": lambda answers: psychsyn(answers, 0.4),
    "psychant": lambda answers: psychant(answers, 0.4),
    "mahalanobis": mahalanobis,
}
WITHIN_ROWS = ("longstring", "average_string", "irv", "even_odd")
EVERY = pytest.mark.parametrize("index", INDICES.values(), ids=INDICES)


def answers(rows: int = 90, missing: float = 0.05, seed: int = 4) -> Array:
    random = np.random.default_rng(seed)
    trait = random.normal(size=(rows, 1)) * np.resize([1, 1, -1], 12)
    found = np.clip(np.rint(4 + 1.3 * trait + 0.8 * random.normal(size=(rows, 12))), 1, 7)
    found[random.random(found.shape) < missing] = np.nan
    return found


@EVERY
def test_the_order_of_the_rows_does_not_matter(index: Callable[[Array], Array]) -> None:
    rows = answers()
    order = np.random.default_rng(1).permutation(len(rows))
    np.testing.assert_allclose(index(rows)[order], index(rows[order]), rtol=1e-9, atol=1e-10)


@EVERY
def test_answers_are_left_as_they_are(index: Callable[[Array], Array]) -> None:
    rows = answers()
    before = rows.copy()
    index(rows)
    np.testing.assert_array_equal(rows, before)


@EVERY
def test_a_shift_of_the_scale_changes_nothing(index: Callable[[Array], Array]) -> None:
    rows = answers()
    np.testing.assert_allclose(index(rows + 1000), index(rows), rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize("name", WITHIN_ROWS)
@pytest.mark.parametrize("missing", [0.0, 0.05])
def test_a_row_has_the_same_index_in_any_block(name: str, missing: float) -> None:
    rows = answers(4 * BLOCK + 3, missing)
    picked = [0, BLOCK - 1, BLOCK, 4 * BLOCK - 1, 4 * BLOCK, len(rows) - 1]
    np.testing.assert_allclose(INDICES[name](rows)[picked], INDICES[name](rows[picked]), rtol=1e-12)


@EVERY
def test_no_rows_at_all(index: Callable[[Array], Array]) -> None:
    assert index(np.empty((0, 12))).shape == (0,)


def test_a_row_without_any_answer() -> None:
    rows = answers()
    rows[3] = np.nan
    assert longstring(rows)[3] == 1
    assert average_string(rows)[3] == 1
    assert np.isnan([INDICES[name](rows)[3] for name in ("irv", "even_odd", "psychsyn", "psychant")]).all()
    assert mahalanobis(rows)[3] == 0


def test_one_respondent_has_nobody_to_be_far_from() -> None:
    one = answers(1, missing=0)
    assert np.isfinite(irv(one)).all()
    assert np.isnan([psychsyn(one)[0], psychant(one)[0], mahalanobis(one)[0]]).all()


def test_one_item() -> None:
    column = answers()[:, :1]
    assert (longstring(column) == 1).all()
    assert np.isnan(irv(column)).all()
    assert np.isnan(even_odd(column, [1])).all()
    assert np.isnan(psychsyn(column)).all()
    centred = np.nan_to_num(column - np.nanmean(column))[:, 0]
    np.testing.assert_allclose(mahalanobis(column), centred**2 / np.nanvar(column, ddof=1))


def test_identical_rows_and_items_that_repeat_leave_no_distance() -> None:
    rows = answers(missing=0)
    assert np.isnan(mahalanobis(np.repeat(rows[:1], 30, axis=0))).all()
    assert np.isnan(mahalanobis(np.column_stack([rows, rows[:, 0]]))).all()
    assert np.isnan(mahalanobis(np.column_stack([rows, np.full(len(rows), 4.1)]))).all()


def test_an_item_that_does_not_vary_is_no_synonym() -> None:
    rows = answers(missing=0)
    beside = np.column_stack([rows, np.full(len(rows), 0.1), np.full(len(rows), 0.1)])
    np.testing.assert_allclose(psychsyn(beside, 0.4), psychsyn(rows, 0.4), rtol=1e-12)


@pytest.mark.parametrize("value", [4.0, 0.1, 1e6 + 0.3])
def test_straightlining(value: float) -> None:
    rows = np.vstack([answers(missing=0), np.full(12, value)])
    assert (longstring(rows)[-1], average_string(rows)[-1], irv(rows)[-1]) == (12, 12, 0)
    assert np.isnan([even_odd(rows, SIZES)[-1], psychsyn(rows, 0.4)[-1], psychant(rows, 0.4)[-1]]).all()


def test_long_questionnaires() -> None:
    """Runs beyond what a byte can count."""
    rows = np.ones((2, 700))
    rows[1, 300] = 2
    assert longstring(rows).tolist() == [700, 399]


def test_distances_add_up() -> None:
    """The trace of S⁻¹ times its own sums of squares: (r - 1)·k."""
    rows = answers(missing=0)
    assert mahalanobis(rows).sum() == pytest.approx((len(rows) - 1) * 12, rel=1e-12)


def test_improbability_is_the_chi_square_tail() -> None:
    """Hand arithmetic: with 2 degrees of freedom the tail is exp(-x/2); rounding alone makes a distance negative."""
    found = improbability(np.array([0.0, 2.0, 9.21034037, -1e-14, np.nan]), 2)
    np.testing.assert_allclose(found, [1, np.exp(-1), 0.01, 1, np.nan], rtol=1e-8)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from([1.0, 2.0, 3.0, np.nan]), min_size=1, max_size=12))
def test_longstring_is_the_longest_run(row: list[float]) -> None:
    runs = [1 if value != value else len(list(run)) for value, run in groupby(np.array(row))]
    assert longstring(np.array([row])).tolist() == [max(runs)]
    assert average_string(np.array([row]))[0] == pytest.approx(len(row) / len(runs))


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 40))
def test_scores_stay_in_their_range(seed: int, rows: int) -> None:
    found = answers(rows, missing=0.3, seed=seed)
    for name in ("even_odd", "psychsyn", "psychant"):
        score = INDICES[name](found)
        assert (np.isnan(score) | (np.abs(score) <= 1)).all()
    assert not (irv(found) < 0).any()
