"""Sensitivity to an unmeasured cause, against the numbers that sensemakr prints."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.model.confounding import confounded, critical, robustness_value

pytestmark = pytest.mark.reference

ESTIMATE, ERROR, DF = 0.09731582, 0.02325654, 783
"""Darfur, directlyharmed: Cinelli & Hazlett (2020), table 1; sensemakr, vignette and tests/testthat."""
F = ESTIMATE / ERROR / np.sqrt(DF)
WITH_DRIVER = 0.00916428667504862 / (1 + 0.00916428667504862)
"""Partial R² of female with directlyharmed, from the printed strength of a confounder as strong as it."""


def test_partial_r2_and_robustness_values_of_the_darfur_example() -> None:
    partial = F**2 / (1 + F**2)
    assert partial == pytest.approx(0.02187, abs=1e-5)
    assert robustness_value(F) == pytest.approx(0.13878, abs=1e-5)
    assert robustness_value(F, critical(F, ESTIMATE / ERROR, DF, 0.05)) == pytest.approx(0.07626, abs=1e-5)


@pytest.mark.parametrize(("times", "left"), [(1, 0.0752202712144491), (2, 0.0529151723844518), (3, 0.0303960234641548)])
def test_coefficient_beside_a_confounder_as_strong_as_female(times: int, left: float) -> None:
    """ovb_bounds: the strength with the outcome (.12464092303637) is printed for one time, the rest follows."""
    odds = WITH_DRIVER / (1 - WITH_DRIVER)
    shared = odds**2
    own = 0.12464092303637 * (1 - shared) / (1 + np.sqrt(shared)) ** 2
    found = confounded(ESTIMATE, F**2 / (1 + F**2), WITH_DRIVER, own / (1 + own), times)
    assert found == pytest.approx(left, abs=1e-7)
