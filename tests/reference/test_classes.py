"""Latent classes beside poLCA 1.6.0.2 (Linzer & Lewis 2011), and beside stepmix 3.0.0 where poLCA has no numbers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from pipeline.model.classes._answers import Answers
from pipeline.model.classes._number import Asked, Fitted, fitted

pytestmark = pytest.mark.reference

Array = np.ndarray
NEAR = 1e-4
"""Log-likelihoods are those of the same maximum; poLCA stops where a step gains less than 1e-10."""

STEPMIX = {2: (-22127.9132978, (0.53709716, 0.46290284)), 3: (-21311.5356806, (0.4312508, 0.2908229, 0.27792631))}
"""stepmix 3.0.0, `categorical_nan`, 10 starts: log-likelihood and shares of all 1,785 people with their gaps."""
STEPMIX_WEIGHTED = (-16713.8821095, (0.42213937, 0.3224599, 0.25540072))
"""stepmix 3.0.0 on the 1,311 whole rows with the weights 1, 2, 3, 1, 2, 3 …; mean log-likelihood times rows."""


def answers(frame: pd.DataFrame, weight: Array | None = None) -> Answers:
    codes = np.column_stack([pd.factorize(frame[name], sort=True)[0] for name in frame])
    levels = codes.max(0) + 1
    return Answers.of(codes, levels, weight)


def solved(data: Answers, size: int, starts: int = 40) -> Fitted:
    people = round(float(data.weight.sum()))
    asked = Asked(
        most=size, count=None, starts=starts, people=people, n_eff=float(people), minimum=1, seed=1, stream=1
    )  # fmt: skip
    return fitted(data.into(size), asked)


@pytest.mark.parametrize("size", [1, 2, 3, 4])
@pytest.mark.parametrize("name", ["carcinoma", "election"])
def test_classes_are_those_of_polca(
    name: str, size: int, dataset: Callable[[str], pd.DataFrame], expected: Callable[[str], Any]
) -> None:
    frame = dataset(f"polca_{name}")
    frame = frame[list("ABCDEFG")] if name == "carcinoma" else frame.iloc[:, :12].dropna()
    theirs, data = expected(f"polca_{name}/computed/lca{size}"), answers(frame)
    ours = solved(data, size)
    assert ours.fault is None
    assert data.into(size).free == theirs["npar"]
    assert ours.likelihood == pytest.approx(theirs["llik"], abs=NEAR)
    assert 2 * data.into(size).free - 2 * ours.likelihood == pytest.approx(theirs["aic"], abs=NEAR)
    assert ours.bic == pytest.approx(theirs["bic"], abs=NEAR)
    assert data.into(size).deviance(ours.values) == pytest.approx(theirs["Gsq"], abs=NEAR)
    np.testing.assert_allclose(ours.values[:size], np.atleast_1d(theirs["class_shares_desc"]), atol=5e-4)
    if theirs["entropy_R2"] is not None:
        assert ours.entropy == pytest.approx(theirs["entropy_R2"], abs=5e-4)
    chances = data.into(size).parts(ours.values[None])[1][0]
    wanted = [[share for each in theirs["probs_ordered"].values() for share in each[f"class{at + 1}"].values()]
              for at in range(size)]  # fmt: skip
    np.testing.assert_allclose(chances, wanted, atol=2e-3)


@pytest.mark.parametrize("size", [2, 3])
def test_missing_answers_at_random_are_those_of_stepmix(size: int, dataset: Callable[[str], pd.DataFrame]) -> None:
    likelihood, shares = STEPMIX[size]
    frame = dataset("polca_election").iloc[:, :12]
    ours = solved(answers(frame.loc[frame.notna().any(axis=1)]), size, starts=20)
    assert ours.likelihood == pytest.approx(likelihood, abs=0.01)
    np.testing.assert_allclose(ours.values[:size], shares, atol=1e-3)


def test_weights_are_those_of_stepmix(dataset: Callable[[str], pd.DataFrame]) -> None:
    frame = dataset("polca_election").iloc[:, :12].dropna()
    weight = 1.0 + np.arange(len(frame)) % 3
    ours = solved(answers(frame, weight / weight.mean()), 3, starts=20)
    assert ours.likelihood == pytest.approx(STEPMIX_WEIGHTED[0], abs=0.01)
    np.testing.assert_allclose(ours.values[:3], STEPMIX_WEIGHTED[1], atol=1e-3)
