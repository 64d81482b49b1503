"""Correlations behind ordered answers: the integral, the maximum, which columns count as ordered, mending."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.optimize import minimize_scalar
from scipy.special import ndtr, ndtri

from pipeline.model.polychoric import binormal, nearest, of_tables, polychoric, polyserial, thresholds

EDGE = st.one_of(st.just(0.0), st.floats(-6, 6))


@settings(max_examples=80, deadline=None)
@given(h=EDGE, k=EDGE, rho=st.floats(-0.999, 0.999))
def test_binormal_equals_the_integral(h: float, k: float, rho: float) -> None:
    """Plackett's (1954) identity, integrated by quadrature."""

    def density(angle: float) -> float:
        return float(np.exp(-(h * h + k * k - 2 * h * k * np.sin(angle)) / (2 * np.cos(angle) ** 2)) / (2 * np.pi))

    integral = quad(density, 0, np.arcsin(rho), epsabs=1e-13, epsrel=1e-12, limit=200)[0]
    found = binormal(np.array(h), np.array(k), np.array(rho))
    assert float(found) == pytest.approx(integral + ndtr(h) * ndtr(k), abs=1e-10)


@pytest.fixture
def latent() -> np.ndarray:
    """(400, 4) normal variables with a common factor."""
    random = np.random.default_rng(31)
    return random.normal(size=(400, 4)) + random.normal(size=(400, 1))


def cut(column: np.ndarray, *edges: float) -> np.ndarray:
    return np.searchsorted(edges, column).astype(float)


def likeliest(table: np.ndarray) -> float:
    """Brute force: the best correlation for the table with the thresholds of its margins."""
    h, k = (ndtri(np.cumsum(table.sum(axis))[:-1] / table.sum()) for axis in (1, 0))

    def lost(rho: float) -> float:
        grid = np.zeros((len(h) + 2, len(k) + 2))
        grid[1:-1, 1:-1] = binormal(h[:, None], k, np.array(rho))
        grid[1:-1, -1], grid[-1, 1:-1], grid[-1, -1] = ndtr(h), ndtr(k), 1
        cells = np.diff(np.diff(grid, axis=0), axis=1)
        return -float((table * np.log(np.maximum(cells, 1e-300))).sum())

    return float(minimize_scalar(lost, bounds=(-0.999, 0.999), method="bounded", options={"xatol": 1e-10}).x)


def test_every_pair_is_the_maximum_of_its_table(latent: np.ndarray) -> None:
    columns = np.column_stack([cut(latent[:, 0], -1, 0, 1.5), cut(latent[:, 1], 0.2), cut(-latent[:, 2], -1, 0, 1)])
    weight = np.random.default_rng(32).uniform(0.2, 2, 400)
    found = polychoric(columns, weight, ("a", "b", "c"))
    assert found.ordered.all()
    assert not found.smoothed
    for one in range(3):
        for other in range(one):
            table = np.zeros((4, 4))
            np.add.at(table, (columns[:, one].astype(int), columns[:, other].astype(int)), weight)
            table = table[table.sum(1) > 0][:, table.sum(0) > 0]
            assert found.moments.correlations[one, other] == pytest.approx(likeliest(table), abs=1e-6)


def test_a_continuous_column_gets_a_polyserial_correlation(latent: np.ndarray) -> None:
    x, code = latent[:, 0], cut(latent[:, 1], -1, 0, 1.5).astype(int)
    weight = np.random.default_rng(33).uniform(0.2, 2, 400)
    z = (x - weight @ x / weight.sum()) / np.sqrt(np.cov(x, aweights=weight, ddof=0))
    edges = np.concatenate([[-np.inf], ndtri(np.cumsum(np.bincount(code, weight))[:-1] / weight.sum()), [np.inf]])

    def lost(rho: float) -> float:
        upper, lower = (ndtr((edges[code + at] - rho * z) / np.sqrt(1 - rho**2)) for at in (1, 0))
        return -float(weight @ np.log(upper - lower))

    best = minimize_scalar(lost, bounds=(-0.99, 0.99), method="bounded", options={"xatol": 1e-10}).x
    assert polyserial(x, code, weight, 0.0) == pytest.approx(best, abs=1e-6)
    found = polychoric(np.column_stack([x, code, latent[:, 2]]), weight, ("x", "code", "z"))
    assert found.ordered.tolist() == [False, True, False]
    assert found.moments.correlations[0, 1] == pytest.approx(best, abs=1e-6)
    pearson = np.cov(x, latent[:, 2], aweights=weight)
    expected = pearson[0, 1] / np.sqrt(pearson[0, 0] * pearson[1, 1])
    assert found.moments.correlations[0, 2] == pytest.approx(expected, rel=1e-10)


def test_the_correlation_before_cutting_is_found_again() -> None:
    random = np.random.default_rng(34)
    first = random.normal(size=40_000)
    second = 0.6 * first + 0.8 * random.normal(size=40_000)
    columns = np.column_stack([cut(first, -0.5, 1), cut(second, 0, 0.7, 1.4)])
    found = polychoric(columns, np.ones(40_000), ("a", "b")).moments.correlations[0, 1]
    assert found == pytest.approx(0.6, abs=0.02)
    assert np.corrcoef(columns.T)[0, 1] < 0.52


def test_answers_that_always_agree_stay_below_one() -> None:
    table = np.diag([30.0, 40.0, 30.0])[None]
    edges = thresholds(table.sum(2))
    assert 0.99 < of_tables(table, edges, edges, np.array([0.9]))[0] < 1
    assert -1 < of_tables(table[:, ::-1], edges, edges, np.array([-0.9]))[0] < -0.99


def test_what_fits_no_joint_distribution_is_mended_and_said(latent: np.ndarray) -> None:
    impossible = np.array([[1, 0.9, -0.9], [0.9, 1, 0.9], [-0.9, 0.9, 1]])
    mended = nearest(impossible)
    assert np.linalg.eigvalsh(mended)[0] > 0
    np.testing.assert_allclose(np.diag(mended), 1)
    assert nearest(mended * 0.5 + 0.5 * np.eye(3)) is not None
    low, high = cut(-latent[:, 0], 1.0), cut(latent[:, 0], 1.0)
    found = polychoric(np.column_stack([low, high, low + high]), np.ones(400), tuple("abc"))
    assert found.smoothed
    assert np.linalg.eigvalsh(found.moments.correlations)[0] > 0
