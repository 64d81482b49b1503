"""Shrunk correlations against the published formula, term by term, and against what shrinking is for."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.model.shrinkage import shrunk, towards_none


def published(columns: np.ndarray) -> float:
    """λ of Schäfer & Strimmer (2005): Var(r_jk) = n / (n - 1)³ Σ (w_ijk - mean w_jk)², w_ijk = x_ij x_ik."""
    n, q = columns.shape
    standard = (columns - columns.mean(0)) / columns.std(0, ddof=1)
    noise = signal = 0.0
    for one in range(q):
        for other in range(q):
            if one != other:
                product = standard[:, one] * standard[:, other]
                noise += n / (n - 1) ** 3 * ((product - product.mean()) ** 2).sum()
                signal += (n / (n - 1) * product.mean()) ** 2
    return min(1.0, noise / signal)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), rows=st.integers(4, 40), columns=st.integers(2, 8))
def test_intensity_is_that_of_the_paper(seed: int, rows: int, columns: int) -> None:
    random = np.random.default_rng(seed)
    values = random.normal(size=(rows, columns)) + random.normal(size=(rows, 1))
    found, intensity = shrunk(values)
    assert intensity == pytest.approx(published(values), rel=1e-9)
    plain = np.corrcoef(values, rowvar=False)
    np.testing.assert_allclose(found, (1 - intensity) * plain + intensity * np.eye(columns), atol=1e-12)


def test_three_rows_by_hand() -> None:
    """x = (-1, 0, 1), y = (-1, 1, 0): r = 1/2; products (1, 0, 0), Σ(w - mean)² = 2/3, Var = 3/8 · 2/3 = 1/4."""
    found, intensity = shrunk(np.array([[-1.0, -1], [0, 1], [1, 0]]))
    assert intensity == pytest.approx(1.0)
    np.testing.assert_allclose(found, np.eye(2), atol=1e-15)


def test_six_rows_by_hand() -> None:
    """Each of those rows twice, x and y with variance 4/5: Var = 6/125 · (25/16) · 4/3 = 1/10, λ = .1 / .25."""
    found, intensity = shrunk(np.array([[-1.0, -1], [0, 1], [1, 0]] * 2))
    assert intensity == pytest.approx(0.4)
    assert found[0, 1] == pytest.approx(0.3)


def test_weights_change_what_is_estimated_and_equal_ones_nothing() -> None:
    values = np.random.default_rng(3).normal(size=(30, 4)) + np.random.default_rng(4).normal(size=(30, 1))
    plain, equal = shrunk(values), shrunk(values, np.full(30, 2.5))
    np.testing.assert_allclose(equal[0], plain[0], atol=1e-14)
    weight = np.where(np.arange(30) < 15, 1.0, 1e-12)
    half = shrunk(values[:15])
    uneven = shrunk(values, weight)
    assert uneven[1] == pytest.approx(half[1], rel=1e-6)
    np.testing.assert_allclose(uneven[0], half[0], atol=1e-6)


def test_more_columns_than_rows_are_still_positive_definite() -> None:
    values = np.random.default_rng(5).normal(size=(12, 20)) + np.random.default_rng(6).normal(size=(12, 1))
    assert np.linalg.eigvalsh(np.corrcoef(values, rowvar=False))[0] < 1e-10
    found, intensity = shrunk(values)
    assert 0 < intensity < 1
    assert np.linalg.eigvalsh(found)[0] > 0.01


def test_resamples_are_drawn_by_the_same_part() -> None:
    draws = np.stack([np.eye(3), np.full((3, 3), 0.5) + 0.5 * np.eye(3)])
    np.testing.assert_allclose(towards_none(draws, 0.2)[1], np.full((3, 3), 0.4) + 0.6 * np.eye(3))
