"""Two brands: the threefold parts of statsmodels, paired errors, and brands that cannot be compared."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pipeline.errors import DefinitionError
from pipeline.estimates import check, frame
from pipeline.model.case import Case
from pipeline.model.rivals import PARTS, rivals_rows
from pipeline.model.rivals.overlap import common_support
from tests.made_case import a_case, a_study, found

Array = np.ndarray
DRIVERS = ("product", "trust")
CONTRAST = "brand=a-b"


def market(n: int = 300, seed: int = 4, apart: float = 1.0) -> dict[str, Array]:
    """n people who rate brand a, then brand b: a has the worse product, more trust, and trust counts more for it."""
    random = np.random.default_rng(seed)
    halo = np.tile(0.7 * random.normal(size=n), 2)
    brand = np.repeat([1.0, 0.0], n)
    product = 4.5 - apart * brand + halo + random.normal(size=2 * n)
    trust = 4.0 + apart * brand + halo + random.normal(size=2 * n)
    intent = 0.5 + 0.3 * product + (0.3 + 0.2 * brand) * trust + halo + 0.8 * random.normal(size=2 * n)
    values = {"product": product, "trust": trust, "intent": intent}
    return {name: np.clip(np.rint(each), 1, 7) for name, each in values.items()}


def a_rivalry(items: dict[str, Array], people: int | None = None, levels: Any = None, **design: Any) -> Case:
    n = len(items["product"]) // 2
    study = a_study(
        constructs={name: {"items": [name]} for name in items},
        model={"outcome": "intent", "drivers": list(DRIVERS), "draws": 300},
        variables={"brand": {}},
        segments={"brand": "brand"},
        rivals={"brands": ["a", "b"], "product": "product"},
        **({"weights": {"column": "w"}} if "weight" in design else {}),
    )
    person = np.tile(np.arange(n), 2) if people is None else np.arange(2 * n)
    return a_case(study, items, {"brand": levels or ["a"] * n + ["b"] * n}, respondent=person, **design)


def test_the_parts_are_those_of_statsmodels() -> None:
    oaxaca = pytest.importorskip("statsmodels.stats.oaxaca")
    items = market()
    rows = rivals_rows(a_rivalry(items))
    x = np.column_stack([items["product"], items["trust"], np.repeat([0.0, 1.0], 300)])
    model = oaxaca.OaxacaBlinder(items["intent"], x, 2, hasconst=False, swap=False)
    endowments, coefficients, interaction, gap = model.three_fold().params
    expected = {"endowments": endowments, "coefficients": coefficients, "interaction": interaction}
    for part, value in expected.items():
        assert found(rows, part, contrast=CONTRAST)["estimate"] == pytest.approx(value, rel=1e-8)
    assert found(rows, "mean_difference", contrast=CONTRAST)["estimate"] == pytest.approx(gap, rel=1e-10)


def test_parts_of_the_drivers_and_the_constant_sum_to_the_gap() -> None:
    items = market()
    weight = np.random.default_rng(2).lognormal(0, 0.4, 600)
    rows = rivals_rows(a_rivalry(items, weight=weight))
    each = {part: [row for row in rows if row["metric"] == part] for part in PARTS}
    for part in PARTS:
        total = sum(row["estimate"] for row in each[part] if row["term"] is not None)
        assert total == pytest.approx(found(rows, part, contrast=CONTRAST)["estimate"], abs=1e-10)
    gap = sum(found(rows, part, contrast=CONTRAST)["estimate"] for part in PARTS)
    assert gap == pytest.approx(found(rows, "mean_difference", contrast=CONTRAST)["estimate"], abs=1e-10)
    check(frame(rows))


def test_weights_of_ratings_are_measured_from_the_middle_of_the_scale() -> None:
    items = market()
    rows = rivals_rows(a_rivalry(items))
    one, other = (found(rows, "b", term="trust", group=f"brand={name}")["estimate"] for name in "ab")
    mean = found(rows, "mean", term="trust", group="brand=b")["estimate"]
    part = found(rows, "coefficients", term="trust", contrast=CONTRAST)["estimate"]
    assert part == pytest.approx((mean - 4) * (one - other), abs=1e-10)


def test_people_who_rate_both_brands_are_paired() -> None:
    items = market()
    paired, apart = rivals_rows(a_rivalry(items)), rivals_rows(a_rivalry(items, people=600))
    difference = items["trust"][:300] - items["trust"][300:]
    row = found(paired, "mean_difference", term="trust", contrast=CONTRAST)
    assert row["std_error"] == pytest.approx(difference.std(ddof=1) / np.sqrt(300), rel=1e-9)
    other = found(apart, "mean_difference", term="trust", contrast=CONTRAST)
    assert row["estimate"] == other["estimate"]
    assert row["std_error"] < 0.9 * other["std_error"]
    assert found(paired, "rated_both", contrast=CONTRAST)["estimate"] == 1
    assert found(apart, "rated_both", contrast=CONTRAST)["estimate"] == 0
    ends = [found(each, "endowments", contrast=CONTRAST)["std_error"] for each in (paired, apart)]
    assert ends[0] < ends[1]


def test_ratings_that_are_the_same_for_both_brands_have_no_gap() -> None:
    items = {name: np.tile(values[:300], 2) for name, values in market().items()}
    rows = rivals_rows(a_rivalry(items))
    check(frame(rows))
    for part in (*PARTS, "mean_difference"):
        row = found(rows, part, contrast=CONTRAST)
        assert row["estimate"] == pytest.approx(0, abs=1e-12)
        assert row["p_value"] is None
    assert found(rows, "common_support", group="brand=a")["estimate"] > 0.95


def test_brands_that_hardly_overlap_have_no_parts() -> None:
    random = np.random.default_rng(1)
    items = market()
    items["product"] = np.concatenate([random.integers(1, 3, 300), random.integers(6, 8, 300)]).astype(float)
    rows = rivals_rows(a_rivalry(items))
    check(frame(rows))
    states = {row["state"] for row in rows if row["metric"] in (*PARTS, "b")}
    assert states == {"no_overlap"}
    assert found(rows, "mean_difference", term="product", contrast=CONTRAST)["estimate"] < -3
    assert found(rows, "common_support", group="brand=a")["estimate"] < 0.1


def test_overlap_is_a_share_of_the_weight() -> None:
    """Ratings of a from 0 to 99, of b from 50 to 149: half of each lies within the other, less 1 % trimmed."""
    x = np.concatenate([np.arange(100.0), np.arange(50.0, 150.0)])[:, None]
    masks = (np.arange(200) < 100, np.arange(200) >= 100)
    one, other = common_support(x, masks, np.ones(200)) or (0, 0)
    assert one == pytest.approx(0.5, abs=0.011)
    assert other == pytest.approx(0.5, abs=0.011)
    weight = np.where(x[:, 0] < 50, 3.0, 1.0)
    assert (common_support(x, masks, weight) or (0, 0))[0] == pytest.approx(0.25, abs=0.011)


def test_one_brand_alone_is_named() -> None:
    items = market()
    rows = rivals_rows(a_rivalry(items, levels=["a"] * 300 + ["c"] * 300))
    assert {(row["state"], row["reason"]) for row in rows} == {("too_few", "one_brand")}
    check(frame(rows))


def test_a_brand_of_five_people_is_never_counted() -> None:
    items = market()
    levels = ["a"] * 300 + ["b"] * 5 + ["c"] * 295
    rows = rivals_rows(a_rivalry(items, levels=levels))
    assert {(row["state"], row["reason"], row["n"]) for row in rows} == {("suppressed", "small_base", None)}


def test_brands_must_be_two_and_told_apart() -> None:
    keys: dict[str, Any] = {
        "constructs": {name: {"items": [name]} for name in ("product", "intent")},
        "model": {"outcome": "intent"},
    }
    with pytest.raises(DefinitionError, match="no variable tells brands apart"):
        a_study(**keys, rivals={"brands": ["a", "b"]})
    with pytest.raises(DefinitionError, match="stands twice"):
        a_study(**keys, rivals={"brands": ["a", "a"]}, segments={"brand": "brand"}, variables={"brand": {}})
