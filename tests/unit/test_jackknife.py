"""Errors without replicates: against formulas, linearisation and the bootstrap."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from pipeline.model import players
from pipeline.model.jackknife import acceleration, errors, gradient, influence, share_of, shares_near
from pipeline.model.players import Structure
from pipeline.model.regression import ols
from pipeline.model.resample import Panel, resample
from pipeline.moments import Moments
from pipeline.weight import Design

Maker = Callable[..., Design]
NAMES = tuple("abcy")


def panel(columns: np.ndarray, rows: np.ndarray | None = None) -> Panel:
    rows = np.arange(len(columns)) if rows is None else rows
    return Panel(names=NAMES, columns=columns[rows], rows=rows)


def slopes(moments: Moments) -> np.ndarray:
    cov = moments.cov
    return np.linalg.solve(cov[..., :-1, :-1], cov[..., :-1, -1:])[..., 0]


def test_error_of_a_mean_is_that_of_the_textbook(scores: np.ndarray, make_design: Maker) -> None:
    design = make_design(len(scores))
    found = errors(influence(lambda moments: moments.mean, panel(scores), design), design)
    np.testing.assert_allclose(found, scores.std(0, ddof=1) / np.sqrt(len(scores)), rtol=1e-8)


def test_error_of_a_correlation_is_the_delta_method(scores: np.ndarray, make_design: Maker) -> None:
    """Influence of a row on r: uv - r (u² + v²) / 2 for standardised u, v."""
    design = make_design(len(scores))
    found = influence(lambda moments: moments.correlations[..., 0, [3]], panel(scores), design)[:, 0]
    u, v = ((scores[:, at] - scores[:, at].mean()) / scores[:, at].std() for at in (0, 3))
    r = np.corrcoef(scores[:, 0], scores[:, 3])[0, 1]
    np.testing.assert_allclose(found, (u * v - r * (u**2 + v**2) / 2) / len(scores), atol=1e-10)


@pytest.mark.parametrize("kind", ["weighted", "clustered", "stratified"])
def test_errors_of_slopes_are_those_of_linearisation(scores: np.ndarray, make_design: Maker, kind: str) -> None:
    n = len(scores)
    weight = np.random.default_rng(3).uniform(0.3, 3, n)
    unit = None if kind == "weighted" else np.arange(n) // 4
    stratum = np.repeat([0, 1, 2], 20) if kind == "stratified" else None
    design = make_design(n, weight, unit=unit, stratum=stratum)
    found = errors(influence(slopes, panel(scores), design), design)
    np.testing.assert_allclose(found, ols(scores[:, :-1], scores[:, -1], NAMES[:3], design=design).se[1:], rtol=1e-6)


@pytest.mark.parametrize("method", ["lmg", "car", "pratt", "betasq"])
def test_errors_of_shares_are_beside_those_of_the_bootstrap(make_design: Maker, method: str) -> None:
    random = np.random.default_rng(5)
    x = random.normal(size=(600, 3)) + random.normal(size=(600, 1))
    scores = np.column_stack([x, x @ [0.6, 0.4, 0.2] + 1.5 * random.normal(size=600)])
    weight = random.uniform(0.5, 1.5, 600)
    design = make_design(600, weight, unit=np.arange(600) // 2)
    shares = share_of(Structure.plain(NAMES[:3]), method)
    found = errors(influence(shares, panel(scores), design), design)
    drawn = shares(resample(design, {"all": panel(scores)}, seed=4, draws=3000)["all"].draws)
    np.testing.assert_allclose(drawn.std(0) / found, 1, atol=0.1)


def test_part_of_the_rows_leaves_the_other_units_without_influence(scores: np.ndarray, make_design: Maker) -> None:
    rows = np.arange(0, len(scores), 3)
    found = influence(slopes, panel(scores, rows), make_design(len(scores)))
    assert found.shape == (len(scores), 3)
    assert (np.delete(found, rows, 0) == 0).all()
    np.testing.assert_allclose(found.sum(0), 0, atol=1e-7)


def test_gradient_of_a_linear_function_is_exact(scores: np.ndarray) -> None:
    moments = Moments.of(scores, NAMES)
    found = gradient(lambda each: each.products[..., 1, [2]], moments)
    place = 1 + 4 + [tuple(pair) for pair in np.column_stack(np.triu_indices(4))].index((1, 2))
    expected = np.zeros(len(found))
    expected[place] = 1
    np.testing.assert_allclose(found[:, 0], expected, atol=1e-9)


def test_acceleration_of_a_mean_is_a_sixth_of_its_skewness(make_design: Maker) -> None:
    values = np.random.default_rng(6).exponential(size=(400, 1))
    design = make_design(400)
    centred = values[:, 0] - values.mean()
    skew = (centred**3).mean() / (centred**2).mean() ** 1.5
    found = acceleration(
        influence(lambda moments: moments.mean, Panel(names=("y",), columns=values, rows=np.arange(400)), design),
        design,
    )
    assert found[0] == pytest.approx(skew / 6 / np.sqrt(400), rel=0.01)


def test_what_does_not_vary_has_no_acceleration(make_design: Maker) -> None:
    assert acceleration(np.zeros((10, 2)), make_design(10)).tolist() == [0, 0]


def test_shares_near_a_sample_are_its_own_and_follow_it_around(
    scores: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    structure, here = Structure.plain(NAMES[:3]), Moments.of(scores, NAMES)
    without = Moments.of(scores[10:], NAMES)
    monkeypatch.setattr(players, "MOST_DRAWN", 1)
    near, exact = shares_near(structure, here), share_of(structure)
    np.testing.assert_allclose(near(here), exact(here), atol=1e-12)
    np.testing.assert_allclose(near(without), exact(without), atol=1e-3)
