"""Alpha with Feldt's interval and omega against psych; alpha against pingouin."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from pipeline.model.reliability import alpha, feldt_interval, omega
from pipeline.moments import Moments

pytestmark = pytest.mark.reference

Expected = Callable[[str], Any]
Dataset = Callable[[str], pd.DataFrame]

BLOCKS = {
    "attitude": "reliability",
    "bergami_bagozzi": "reliability",
    "bfi": "reliability_rekeyed",
    "corp_reputation": "reliability",
    "influencer_purchase": "reliability",
    "kakadu_wtp": "reliability",
    "mobi_ecsi": "reliability",
    "phone_providers": "reliability",
    "plspm_satisfaction": "reliability",
    "utaut_trello": "reliability",
}


def scales(name: str, expected: Expected) -> list[Any]:
    """Blocks of scales with an alpha; R's alpha uses pairwise covariances, so only complete items compare."""
    path = f"{name}/{BLOCKS[name]}" if name == "phone_providers" else f"{name}/computed/{BLOCKS[name]}"
    found = [
        block for block in expected(path).values() if isinstance(block, dict) and block.get("alpha_raw") is not None
    ]
    return [block for block in found if block["n"] == block["n_complete"]]


def items(frame: pd.DataFrame, block: Any) -> Moments:
    columns = frame[block["items"]].to_numpy(float)
    return Moments.of(columns, tuple(block["items"]))


@pytest.mark.parametrize("name", [name for name in BLOCKS if name != "bfi"])
def test_alpha_and_its_interval_equal_psych(name: str, dataset: Dataset, expected: Expected) -> None:
    blocks = scales(name, expected)
    assert blocks
    for block in blocks:
        moments = items(dataset(name), block)
        value = float(alpha(moments.cov))
        assert value == pytest.approx(block["alpha_raw"], rel=1e-10)
        low, high = feldt_interval(value, moments.rows, len(block["items"]), 0.95)
        limits = block["feldt_ci95"]
        assert (low, high) == (pytest.approx(limits["lower"], rel=1e-9), pytest.approx(limits["upper"], rel=1e-9))


@pytest.mark.parametrize("name", [name for name in BLOCKS if name != "bfi"])
def test_omega_equals_psych_to_three_decimals(name: str, dataset: Dataset, expected: Expected) -> None:
    """psych::omega(nfactors = 1); its minres stops earlier than ours (INDEX.md: 1e-3)."""
    for block in scales(name, expected):
        theirs = block.get("omega_total_1f_minres")
        if not isinstance(theirs, float) or len(block["items"]) < 3:
            continue
        ours = omega(items(dataset(name), block).correlations)
        assert ours is None or ours == pytest.approx(theirs, abs=1e-3), block["items"]


def test_alpha_equals_pingouin_listwise(dataset: Dataset) -> None:
    """pingouin.cronbach_alpha rounds its interval to three decimals; its Feldt formula is the same."""
    import pingouin

    rekeyed = dataset("bfi")
    for stem in "ACENO":
        names = [f"{stem}{at}" for at in range(1, 6)]
        complete = rekeyed[names].dropna().astype(float)
        value, limits = pingouin.cronbach_alpha(complete)
        ours = float(alpha(Moments.of(complete.to_numpy(), tuple(names)).cov))
        assert ours == pytest.approx(value, abs=1e-12)
        np.testing.assert_allclose(feldt_interval(ours, len(complete), 5, 0.95), limits, atol=0.00051)


def test_alpha_printed_by_pingouin(dataset: Dataset) -> None:
    """Docstring of pingouin.cronbach_alpha, data of real-statistics.com: .5917 with 95 % interval .195 to .84."""
    wide = dataset("pingouin_cronbach").pivot_table(index="Subj", columns="Items", values="Scores", sort=False)
    value = float(alpha(Moments.of(wide.to_numpy(), tuple(wide.columns)).cov))
    assert value == pytest.approx(0.5917188485995826, abs=1e-12)
    np.testing.assert_allclose(feldt_interval(value, 15, 10, 0.95), (0.195, 0.84), atol=0.0006)


def test_weights_of_one_change_nothing(dataset: Dataset) -> None:
    columns = dataset("phone_providers")[["IMAG2", "IMAG3", "IMAG4", "IMAG5"]].to_numpy(float)
    plain, weighted = (Moments.of(columns, tuple("abcd"), weight) for weight in (None, np.ones(len(columns))))
    assert float(alpha(plain.cov)) == float(alpha(weighted.cov))
