"""The numbers that surveys/phone_value expects are the truth of the market it was drawn from."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from pipeline.estimates import KEY
from pipeline.simulation import Market
from pipeline.simulation.market import DIMENSIONS
from pipeline.simulation.truth import Sums, truth

EXPECTED = Path(__file__).parents[2] / "surveys" / "phone_value" / "expected.csv"
PEOPLE, NEAR = 100_000, 0.015
"""A tenth of the people that the file stands on, and three standard errors of the least certain figure."""


def test_the_expected_numbers_are_the_truth_of_the_market() -> None:
    true = truth(Market(), PEOPLE, seed=77)
    with EXPECTED.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            key = tuple(row[part] or None for part in KEY)
            assert abs(true[key] - float(row["expected"])) < NEAR, key  # type: ignore[index]


def test_the_market_is_the_one_of_the_thesis() -> None:
    """Trust comes first and is said to matter little; the better product is the rival's; one price sells best."""
    true = truth(Market(), 50_000, seed=78)
    share = {name: true["importance", "lmg_share", "intent", name, None, None] for name in DIMENSIONS}
    said = {name: true["stated", "stated_share", "intent", name, None, None] for name in DIMENSIONS}
    assert max(share, key=lambda name: share[name]) == "trust"
    assert max(share, key=lambda name: share[name] - said[name]) == "trust"
    assert true["rivals", "mean_difference", None, "product", None, "brand=aurora-borealis"] < -0.5
    parts = ("endowments", "coefficients", "interaction")
    assert sum(true["rivals", part, None, None, None, "brand=aurora-borealis"] for part in parts) > 0.3
    assert true["pricing", "revenue_price", None, None, None, None] == 2499


def test_shares_by_all_orders_are_those_of_two_drivers_by_hand() -> None:
    """R² alone and last, averaged: 4 rows in which the drivers do not correlate."""
    sums = Sums(("a", "b", "y"))
    sums.add(np.array([[1, 1, 3], [1, -1, 1], [-1, 1, -1], [-1, -1, -3]], float))
    assert sums.shares("y", ("a", "b")) == pytest.approx({"a": 0.8, "b": 0.2})
    assert sums.slopes("y", ("a", "b")) == pytest.approx({"1": 0.0, "a": 2.0, "b": 1.0})
