"""The gap between two means, held against the Oaxaca-Blinder decomposition of statsmodels on real answers."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from pipeline.model.change import threefold
from pipeline.moments import Moments

pytestmark = pytest.mark.reference

NAMES = ("m_COMP", "m_LIKE", "m_QUAL", "m_CUSL")


@pytest.fixture(scope="module")
def halves(dataset: Callable[[str], pd.DataFrame]) -> tuple[np.ndarray, np.ndarray]:
    """Scores of customers on one kind of contract, and on the other."""
    found = dataset("corp_reputation").dropna(subset=[*NAMES, "servicetype"])
    first = found["servicetype"] == found["servicetype"].min()
    return found.loc[first, list(NAMES)].to_numpy(float), found.loc[~first, list(NAMES)].to_numpy(float)


def oaxaca(one: np.ndarray, other: np.ndarray) -> object:
    import statsmodels.api as sm
    from statsmodels.stats.oaxaca import OaxacaBlinder

    rows = np.vstack([one, other])
    exog = np.column_stack([sm.add_constant(rows[:, :-1]), np.repeat([0.0, 1.0], [len(one), len(other)])])
    return OaxacaBlinder(rows[:, -1], exog, exog.shape[1] - 1, hasconst=True, swap=False)


def test_three_parts_equal_statsmodels(halves: tuple[np.ndarray, np.ndarray]) -> None:
    one, other = halves
    ours = threefold(*(Moments.of(each, NAMES) for each in halves))
    theirs = oaxaca(one, other).three_fold().params  # type: ignore[attr-defined]
    found = [part.sum() for part in (ours.endowments, ours.coefficients, ours.interaction)]
    gap = one[:, -1].mean() - other[:, -1].mean()
    np.testing.assert_allclose([*found, gap], theirs, atol=1e-8)


def test_level_and_weight_equal_statsmodels_at_the_mean_of_both_coefficients(
    halves: tuple[np.ndarray, np.ndarray],
) -> None:
    one, other = halves
    ours = threefold(*(Moments.of(each, NAMES) for each in halves))
    fitted = oaxaca(one, other).two_fold(two_fold_type="self_submitted", submitted_weight=0.5)  # type: ignore[attr-defined]
    unexplained, explained = fitted.params[:2]
    assert ours.weight.sum() == pytest.approx(unexplained, abs=1e-8)
    assert ours.level.sum() == pytest.approx(explained, abs=1e-8)


def test_weighted_parts_equal_those_of_repeated_rows(halves: tuple[np.ndarray, np.ndarray]) -> None:
    one, other = halves
    times = 1 + np.arange(len(one)) % 3
    ours = threefold(Moments.of(one, NAMES, times.astype(float)), Moments.of(other, NAMES))
    theirs = oaxaca(np.repeat(one, times, axis=0), other).three_fold().params  # type: ignore[attr-defined]
    found = [part.sum() for part in (ours.endowments, ours.coefficients, ours.interaction)]
    np.testing.assert_allclose(found, theirs[:3], atol=1e-8)
