"""Counter-based draws: known answers, right distribution, and nothing but (seed, unit, replicate) behind them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.model import keyed
from pipeline.model.keyed import exponential_weights, philox, poisson_counts, poisson_table, rao_wu_factors, words

KEYS = np.random.default_rng(3).integers(0, 2**64, 300, dtype=np.uint64)
ALL = 0xFFFFFFFF


@pytest.mark.reference
@pytest.mark.parametrize(
    ("counter", "key", "answer"),
    [
        ((0, 0, 0, 0), (0, 0), (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
        ((ALL,) * 4, (ALL,) * 2, (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
        (
            (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
            (0xA4093822, 0x299F31D0),
            (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1),
        ),
    ],
)
def test_known_answers_of_random123(counter: tuple[int, ...], key: tuple[int, int], answer: tuple[int, ...]) -> None:
    """Random123, examples/kat_vectors, lines 'philox4x32 10'."""
    found = philox(tuple(np.array([word], dtype=np.uint64) for word in counter), key)  # type: ignore[arg-type]
    assert tuple(int(word[0]) for word in found) == answer


def test_table_is_poisson_with_mean_one_exactly() -> None:
    table = poisson_table()
    assert len(table) == 65536
    assert table.astype(int).sum() == 65536
    assert table.astype(float).var() == pytest.approx(1, abs=2e-3)
    shares = np.bincount(table, minlength=5)[:5] / 65536
    np.testing.assert_allclose(shares, np.exp(-1) / np.array([1, 1, 2, 6, 24]), atol=1e-4)


def test_counts_have_the_moments_of_a_poisson() -> None:
    counts = poisson_counts(11, KEYS, 0, 2000).astype(float)
    assert counts.mean() == pytest.approx(1, abs=5 / np.sqrt(counts.size))
    assert counts.var() == pytest.approx(1, abs=0.02)
    between = np.corrcoef(counts[:, :40], rowvar=False)[np.triu_indices(40, 1)]
    assert np.abs(between).max() < 0.12
    along = [np.corrcoef(counts[:-lag, 0], counts[lag:, 0])[0, 1] for lag in range(1, 17)]
    assert np.abs(along).max() < 0.1


@settings(max_examples=30, deadline=None)
@given(first=st.integers(0, 40), width=st.integers(1, 30))
def test_a_replicate_does_not_depend_on_where_a_block_begins(first: int, width: int) -> None:
    whole = poisson_counts(5, KEYS[:20], 0, 80)
    np.testing.assert_array_equal(poisson_counts(5, KEYS[:20], first, first + width), whole[first : first + width])


def test_weights_are_exponential_and_depend_on_unit_and_replicate_alone() -> None:
    drawn = exponential_weights(5, KEYS, 0, 400)
    assert drawn.min() > 0
    for power, moment in ((1, 1), (2, 2), (3, 6)):
        assert (drawn**power).mean() == pytest.approx(moment, rel=0.03)
    assert abs(np.corrcoef(drawn[:-1].ravel(), drawn[1:].ravel())[0, 1]) < 0.02
    np.testing.assert_array_equal(exponential_weights(5, KEYS[7:9], 13, 31), drawn[13:31, 7:9])


def test_counts_depend_on_the_unit_and_not_on_its_place() -> None:
    order = np.argsort(np.random.default_rng(4).random(len(KEYS)))
    np.testing.assert_array_equal(poisson_counts(5, KEYS[order], 0, 50), poisson_counts(5, KEYS, 0, 50)[:, order])


def test_pieces_that_fit_the_cache_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = poisson_counts(5, KEYS, 3, 90)
    monkeypatch.setattr(keyed, "CACHED", 1)
    np.testing.assert_array_equal(poisson_counts(5, KEYS, 3, 90), whole)


def test_seeds_and_units_differ() -> None:
    one, other = poisson_counts(1, KEYS, 0, 100), poisson_counts(2, KEYS, 0, 100)
    assert (one != other).mean() > 0.5
    one_word, other_word = (words(1, KEYS[at : at + 1], np.arange(4))[0] for at in (0, 1))
    assert (one_word != other_word).all()
    high = poisson_counts(1 + (1 << 40), KEYS, 0, 100)
    assert (one != high).mean() > 0.5


def test_rao_wu_draws_one_unit_fewer_than_there_are_in_each_stratum() -> None:
    stratum = np.repeat([0, 1, 2], [2, 9, 40])
    factors = rao_wu_factors(7, stratum, KEYS[:3], 0, 4000)
    for at, n in ((0, 2), (1, 9), (2, 40)):
        inside = factors[:, stratum == at]
        np.testing.assert_allclose(inside.sum(1), n, rtol=1e-12)
        assert (inside == 0).any(1).all()
        np.testing.assert_allclose(inside.mean(0), 1, atol=6 * np.sqrt(1 / (n - 1) / 4000) + 0.03)
        times = np.round(inside * (n - 1) / n, 9)
        np.testing.assert_array_equal(times, np.round(times))


def test_rao_wu_reproduces_the_stratified_variance_of_a_mean() -> None:
    """Var* of Σ factor·x equals Σ_h n_h/(n_h - 1) Σ (x - mean_h)², the usual estimate, up to Monte Carlo error."""
    stratum = np.repeat([0, 1], [12, 30])
    x = np.random.default_rng(5).normal(size=42) + stratum * 3
    drawn = rao_wu_factors(9, stratum, KEYS[:2], 0, 20000) @ x
    usual = sum(len(part) * part.var(ddof=1) for part in (x[:12], x[12:]))
    assert drawn.var() == pytest.approx(usual, rel=0.04)


def test_rao_wu_strata_are_independent_and_chunks_do_not_matter() -> None:
    stratum = np.repeat([0, 1], [10, 10])
    whole = rao_wu_factors(7, stratum, KEYS[:2], 0, 64)
    np.testing.assert_array_equal(rao_wu_factors(7, stratum, KEYS[:2], 24, 40), whole[24:40])
    assert (whole[:, :10] != whole[:, 10:]).any()
