"""Moments: sums that are exact, add up, and say NaN where there is nothing to say."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.errors import WhybuyError
from pipeline.moments import Moments, correlations, from_sums, unit_sums

NAMES = ("a", "b", "c")


@pytest.fixture
def columns() -> np.ndarray:
    random = np.random.default_rng(1)
    return random.normal(5, 2, (40, 3)) + random.normal(size=(40, 1))


def test_means_and_covariances_are_those_of_numpy(columns: np.ndarray) -> None:
    moments = Moments.of(columns, NAMES)
    np.testing.assert_allclose(moments.mean, columns.mean(0), rtol=1e-14)
    np.testing.assert_allclose(moments.cov, np.cov(columns, rowvar=False), rtol=1e-12)
    np.testing.assert_allclose(moments.sd, columns.std(0, ddof=1), rtol=1e-12)
    np.testing.assert_allclose(moments.correlations, np.corrcoef(columns, rowvar=False), rtol=1e-12)


def test_weights_follow_the_definition(columns: np.ndarray) -> None:
    weight = np.linspace(0.2, 3, 40)
    moments = Moments.of(columns, NAMES, weight)
    np.testing.assert_allclose(moments.mean, np.average(columns, axis=0, weights=weight), rtol=1e-13)
    expected = np.cov(columns, rowvar=False, aweights=weight, ddof=0) * 40 / 39
    np.testing.assert_allclose(moments.cov, expected, rtol=1e-12)


def test_input_is_not_touched() -> None:
    for order in "CF":
        column = np.array([[1.0], [2.0], [4.0]], order=order)  # type: ignore[call-overload]
        Moments.of(column, ("a",))
        assert column.ravel().tolist() == [1, 2, 4]


def test_parts_add_up_to_the_whole(columns: np.ndarray) -> None:
    weight = np.linspace(0.5, 2, 40)
    unit = np.arange(40) % 7
    origin = np.array([5.0, 4.0, 6.0])
    parts = unit_sums(columns, weight, unit, 7, origin)
    first, rest = (
        from_sums(parts[which].sum(0), NAMES, origin, rows) for which, rows in ((slice(0, 3), 18), (slice(3, 7), 22))
    )
    whole = Moments.of(columns, NAMES, weight)
    np.testing.assert_allclose((first + rest).mean, whole.mean, rtol=1e-13)
    np.testing.assert_allclose((first + rest).cov, whole.cov, rtol=1e-11)
    assert (first + rest).rows == 40


def test_only_like_parts_add_up(columns: np.ndarray) -> None:
    one, other = Moments.of(columns[:20], NAMES), Moments.of(columns[20:], NAMES)
    with pytest.raises(WhybuyError, match="same origin"):
        one + other


def test_rows_that_are_their_own_units_need_no_sorting(columns: np.ndarray) -> None:
    weight, origin = np.ones(40), np.zeros(3)
    alone = unit_sums(columns, weight, np.arange(40), 40, origin)
    order = np.argsort(np.random.default_rng(2).random(40))
    np.testing.assert_array_equal(unit_sums(columns, weight, order, 40, origin)[order], alone)


def test_a_published_table_comes_back_as_it_went_in() -> None:
    table = np.array([[1, 0.3, 0.2], [0.3, 1, 0.1], [0.2, 0.1, 1]])
    moments = Moments.of_correlations(table, NAMES, rows=285)
    np.testing.assert_allclose(moments.correlations, table, rtol=1e-14)
    np.testing.assert_allclose(moments.sd, 1, rtol=1e-14)
    assert moments.rows == 285


def test_select_keeps_names_and_numbers_together(columns: np.ndarray) -> None:
    moments = Moments.of(columns, NAMES).select(("c", "a"))
    np.testing.assert_allclose(moments.cov, np.cov(columns[:, [2, 0]], rowvar=False), rtol=1e-12)
    assert moments.names == ("c", "a")


def test_a_column_that_does_not_vary_has_no_correlation(columns: np.ndarray) -> None:
    columns[:, 1] = 4.0
    found = Moments.of(columns, NAMES).correlations
    assert np.isnan(found[1]).all()
    assert np.isnan(found[:, 1]).all()
    assert np.isfinite(found[0, 2])


def test_rounding_is_not_taken_for_variance(columns: np.ndarray) -> None:
    """Rows drawn again may all hold one value that is not the origin: what subtraction leaves is no variance."""
    columns[:, 1] = 0.1
    columns[0, 1] = 7.3
    origin = columns.mean(0)
    counts = np.ones(40)
    counts[0] = 0
    drawn = from_sums(counts @ unit_sums(columns, np.ones(40), np.arange(40), 40, origin), NAMES, origin, 40)
    assert np.isnan(drawn.correlations[1, 0])
    assert np.isfinite(drawn.correlations[0, 2])


def test_an_empty_replicate_is_nan_without_a_warning() -> None:
    empty = from_sums(np.zeros((2, 10)), NAMES, np.zeros(3), 5)
    assert np.isnan(empty.mean).all()
    assert np.isnan(empty.correlations).all()


def test_one_row_has_a_mean_and_no_covariance() -> None:
    single = Moments.of(np.array([[1.0, 2.0, 3.0]]), NAMES)
    assert single.mean.tolist() == [1, 2, 3]
    assert np.isnan(single.cov).all()


def test_batches_are_independent() -> None:
    covs = np.stack([np.eye(2), np.array([[4.0, 1.0], [1.0, 1.0]])])
    assert correlations(covs)[1, 0, 1] == 0.5
    assert correlations(covs)[0, 0, 1] == 0
