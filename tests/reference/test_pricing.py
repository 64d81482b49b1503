"""Price points against R pricesensitivitymeter, in both of its conventions, and demand against a survey's own table."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from pipeline.model.pricing._demand import arranged, falling
from pipeline.model.pricing._points import POINTS, Grid, crossings, cumulative, four_sums, whole
from pipeline.model.pricing.westendorp import in_order
from tests.unit.conftest import a_design

pytestmark = pytest.mark.reference

CORRECT = ["too_cheap", "getting_expensive", "bargain", "too_expensive"]
"""The columns of the survey in the order of their labels: two of them carry each other's name."""
AS_NAMED = ["too_cheap", "bargain", "getting_expensive", "too_expensive"]
Block = Callable[[str], Any]
Data = Callable[[str], pd.DataFrame]


def shares(prices: np.ndarray) -> tuple[Grid, np.ndarray]:
    grid, design = Grid.of(prices), a_design(len(prices))
    return grid, cumulative(whole(design, four_sums(grid, design, np.ones(len(prices), bool))))


def points(prices: np.ndarray, convention: Any) -> dict[str, float]:
    grid, found = shares(prices)
    return dict(zip(POINTS, crossings(found, grid.prices, convention)[:, 0], strict=True))


@pytest.mark.parametrize(
    ("convention", "versions"), [("observed", ("v1.2.2", "v1.3.0")), ("interpolated", ("v1.3.3",))]
)
def test_price_points_equal_r_of_either_convention(
    dataset: Data, expected: Block, convention: str, versions: tuple[str, ...]
) -> None:
    prices = dataset("psm_hoekstra")[CORRECT].to_numpy(float)
    kept = in_order(prices)
    found = points(prices[kept], convention)
    for version in versions:
        r = expected(f"psm_hoekstra/computed_versions/{version}/default")
        assert (~kept).sum() == r["invalid"]
        for name in ("opp", "idp", "pmc", "pme"):
            assert found[name] == pytest.approx(r[name], rel=1e-12), (version, name)


def test_curves_equal_r(dataset: Data, expected: Block) -> None:
    """R's curves of 1.2.2 and 1.3.0 count a price as reached where it was named; 1.3.3 begins each at zero."""
    prices = dataset("psm_hoekstra")[CORRECT].to_numpy(float)
    grid, found = shares(prices[in_order(prices)])
    for line in expected("psm_hoekstra/computed_versions/v1.3.0/default/curve_rows"):
        at = int(np.searchsorted(grid.prices, line["price"]))
        assert 1 - found[0, at, 0] == pytest.approx(line["ecdf_toocheap"], abs=1e-12)
        assert found[1, at, 0] == pytest.approx(line["ecdf_not_cheap"], abs=1e-12)
        assert 1 - found[2, at, 0] == pytest.approx(line["ecdf_not_expensive"], abs=1e-12)
        assert found[3, at, 0] == pytest.approx(line["ecdf_tooexpensive"], abs=1e-12)


def test_columns_under_each_others_name_are_seen_in_the_share_left_out(dataset: Data, expected: Block) -> None:
    prices = dataset("psm_hoekstra")[AS_NAMED].to_numpy(float)
    wrong = expected("psm_hoekstra/computed/as_named_wrong")
    kept = in_order(prices)
    assert (~kept).sum() == wrong["invalid_cases"]
    assert wrong["invalid_cases"] / wrong["total_sample"] > 0.99
    assert points(prices[kept], "interpolated")["opp"] == pytest.approx(wrong["opp"], rel=1e-12)
    assert expected("psm_hoekstra/computed/monotone/strict_lt") == 1132


def test_one_price_a_respondent_gives_the_shares_of_a_randomised_survey(dataset: Data, expected: Block) -> None:
    """Prices of the apples were drawn at random; pooling weighs each by those who saw it."""
    frame, table = dataset("ecolabeled_apples"), expected("ecolabeled_apples/computed/demand_curve")
    prices = np.array([line["ecoprc"] for line in table])
    shown = np.abs(frame["ecoprc"].to_numpy(float)[:, None] - prices) < 1e-6
    answers = arranged(prices, np.where(shown, frame["ecobuy"].to_numpy(float)[:, None], np.nan))
    assert answers.single
    asked = np.isfinite(answers.buys).sum(0)
    demand = np.nanmean(answers.buys, axis=0)
    assert asked.tolist() == [line["n"] for line in table]
    assert demand == pytest.approx([line["share_buy"] for line in table], abs=1e-12)
    pooled = falling(demand[None], asked[None].astype(float))[0]
    assert pooled == pytest.approx(_pooled_by_hand(demand, asked), abs=1e-12)


def _pooled_by_hand(shares: np.ndarray, weights: np.ndarray) -> list[float]:
    """Pool adjacent violators as it is taught: blocks that are merged until none rises."""
    blocks: list[tuple[float, float, int]] = []
    for share, weight in zip(shares, weights, strict=True):
        blocks.append((share, weight, 1))
        while len(blocks) > 1 and blocks[-2][0] < blocks[-1][0]:
            (one, a, m), (two, b, n) = blocks[-2:]
            blocks[-2:] = [((one * a + two * b) / (a + b), a + b, m + n)]
    return [share for share, _, count in blocks for _ in range(count)]
