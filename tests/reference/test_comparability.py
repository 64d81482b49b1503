"""Holzinger & Swineford (1939) in two schools: intercepts that lavaan's scalar model rejects are those of two tests."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from pipeline.model.comparability import comparability_rows
from tests.made_case import a_case, a_study, found

pytestmark = pytest.mark.reference

FACTORS = {"visual": ("x1", "x2", "x3"), "textual": ("x4", "x5", "x6"), "speed": ("x7", "x8", "x9")}


def test_schools_have_the_same_loadings_and_two_other_intercepts(
    dataset: Callable[[str], pd.DataFrame], expected: Callable[[str], Any]
) -> None:
    """lavaan: equal loadings cost 8.2 on 6 degrees of freedom, equal intercepts besides 40.1 on 6.

    The tutorial of semTools frees x3 and x7 (partial scalar invariance), which are those that shift here.
    """
    models = expected("holzinger_swineford/computed/invariance_school")
    assert models["metric"]["chisq"] - models["configural"]["chisq"] < 12.6 < 16.8
    assert models["scalar"]["chisq"] - models["metric"]["chisq"] > 16.8
    frame = dataset("holzinger_swineford")
    study = a_study(
        scales={"any": {"points": 12, "start": 0}},
        constructs={name: {"items": list(items)} for name, items in FACTORS.items()},
        model={"outcome": "speed", "drivers": ["visual", "textual"], "draws": 1000},
        variables={"school": {}},
        comparable="school",
    )
    items = {item: frame[item] for items in FACTORS.values() for item in items}
    rows = comparability_rows(a_case(study, items, {"school": list(frame["school"])}))
    contrast = next(row["contrast"] for row in rows if row["metric"] == "tucker_congruence")
    for name in FACTORS:
        assert found(rows, "tucker_congruence", term=name, contrast=contrast)["estimate"] > 0.95
    shifted = {row["term"] for row in rows if row["metric"] == "item_shift" and row["p_adjusted"] < 0.05}
    assert shifted == {"x3", "x7"}
