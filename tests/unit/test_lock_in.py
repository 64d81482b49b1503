"""Owners of several devices: doses that are joined, slopes of statsmodels, and switchers against those who stayed."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pipeline.errors import DefinitionError
from pipeline.estimates import check, frame
from pipeline.model.case import Case
from pipeline.model.lock_in import lock_in_rows
from tests.made_case import a_case, a_study, found

Array = np.ndarray
DRIVERS = ("trust", "eco")


def owners(n: int = 500, seed: int = 6) -> tuple[dict[str, Array], dict[str, Any]]:
    """Answers, and devices, premium, cost, age and the brand before of n people."""
    random = np.random.default_rng(seed)
    devices = np.minimum(random.poisson(2.0, n), 9).astype(float)
    age = random.integers(18, 70, n).astype(float)
    trust, eco = (4.2 + random.normal(size=n) for _ in DRIVERS)
    intent = 1.5 + 0.4 * trust + 0.3 * eco + 0.2 * devices + 0.005 * age + 0.8 * random.normal(size=n)
    cost = 3 + 0.4 * devices + random.normal(size=n)
    items = {
        name: np.clip(np.rint(each), 1, 7)
        for name, each in zip((*DRIVERS, "intent"), (trust, eco, intent), strict=True)
    }
    premium = np.clip(np.rint(10 + 3 * devices - 0.2 * devices**2 + 8 * random.normal(size=n)), 0, 100)
    former = np.array(["own", "rival", "other"])[random.integers(0, 3, n)]
    numbers = {"devices": devices, "premium": premium, "age": age, "former": list(former)}
    return items | {"cost": np.clip(np.rint(cost), 1, 7)}, numbers


def a_lock_in(items: dict[str, Array], variables: dict[str, Any], keys: Any = None, **design: Any) -> Case:
    rows = len(items["intent"])
    study = a_study(
        constructs={name: {"items": [name]} for name in items},
        model={"outcome": "intent", "drivers": list(DRIVERS), "draws": 200},
        variables={
            "devices": {"type": "number", "range": [0, 20]},
            "premium": {"type": "number", "range": [0, 100]},
            "age": {"type": "number", "range": [0, 120]},
            "former": {},
            "brand": {},
        },
        segments={"brand": "brand"},
        focus={"brand": "own"},
        lock_in={
            "devices": "devices",
            "outcomes": ["premium"],
            "controls": ["age"],
            "cost": "cost",
            "former": "former",
            "rival": "rival",
        }
        | dict(keys or {}),
        **({"weights": {"column": "w"}} if "weight" in design else {}),
    )
    return a_case(study, items, {"brand": ["own"] * rows} | variables, **design)


def doses(rows: Any, term: str = "intent") -> list[str]:
    return [
        row["contrast"]
        for row in rows
        if row["metric"] == "mean" and row["term"] == term and (row["contrast"] or "").startswith("dose:")
    ]


def test_every_dose_has_its_weighted_mean() -> None:
    items, variables = owners()
    weight = np.random.default_rng(2).lognormal(0, 0.4, 500)
    rows = lock_in_rows(a_lock_in(items, variables, weight=weight))
    check(frame(rows))
    assert doses(rows) == ["dose:0", "dose:1", "dose:2", "dose:3", "dose:4", "dose:5+"]
    for dose in range(6):
        own = np.minimum(variables["devices"], 5) == dose
        row = found(rows, "mean", term="intent", contrast=f"dose:{dose}" if dose < 5 else "dose:5+")
        assert row["estimate"] == pytest.approx(np.average(items["intent"][own], weights=weight[own]), rel=1e-12)
        assert row["n"] == own.sum()


def test_a_small_dose_is_joined_to_the_next_and_the_last_to_the_one_before() -> None:
    items, variables = owners()
    devices = np.repeat([0.0, 1.0, 2.0, 3.0, 9.0], [200, 12, 25, 250, 13])
    rows = lock_in_rows(a_lock_in(items, variables | {"devices": devices}))
    assert doses(rows) == ["dose:0", "dose:1-2", "dose:3+"]
    assert found(rows, "mean", term="intent", contrast="dose:1-2")["n"] == 37
    assert found(rows, "mean", term="devices", contrast="dose:3+")["estimate"] == pytest.approx(
        (250 * 3 + 13 * 9) / 263
    )


def test_slopes_are_those_of_statsmodels() -> None:
    sm = pytest.importorskip("statsmodels.api")
    items, variables = owners()
    rows = lock_in_rows(a_lock_in(items, variables))
    devices, age, cost = variables["devices"], variables["age"], items["cost"]
    bend = (devices - devices.mean()) ** 2
    columns = {
        "alone": [devices],
        "controlled": [devices, age],
        "with:cost": [devices, age, cost],
        "squared": [bend, devices, age],
    }
    for term, y in (("intent", items["intent"]), ("premium", variables["premium"])):
        for contrast, x in columns.items():
            fit = sm.OLS(y, sm.add_constant(np.column_stack(x))).fit(cov_type="HC3", use_t=True)
            row = found(rows, "b", term=term, contrast=contrast)
            assert row["estimate"] == pytest.approx(fit.params[1], rel=1e-9)
            assert row["std_error"] == pytest.approx(fit.bse[1], rel=1e-7)
            assert row["p_value"] == pytest.approx(fit.pvalues[1], rel=1e-5)
    assert [row["contrast"] for row in rows if row["metric"] == "b" and row["term"] == "cost"] == [
        "alone",
        "controlled",
        "squared",
    ]


def test_tests_of_the_outcomes_are_one_family_and_the_cost_none_of_them() -> None:
    items, variables = owners()
    rows = lock_in_rows(a_lock_in(items, variables))
    slopes = {term: found(rows, "b", term=term, contrast="controlled") for term in ("intent", "premium", "cost")}
    smaller, larger = sorted(slopes[term]["p_value"] for term in ("intent", "premium"))
    adjusted = sorted(slopes[term]["p_adjusted"] for term in ("intent", "premium"))
    assert adjusted == pytest.approx([2 * smaller, max(2 * smaller, larger)])
    assert slopes["cost"]["p_adjusted"] is None


def test_means_that_fall_again_lose_a_part_of_their_differences() -> None:
    items, variables = owners()
    devices = variables["devices"]
    premium = np.where(devices < 2, 10.0, np.where(devices < 4, 30.0, 10.0))
    premium += np.random.default_rng(3).integers(0, 3, 500)
    rows = lock_in_rows(a_lock_in(items, variables | {"premium": premium}))
    bent, straight = (found(rows, "monotone_loss", term=term) for term in ("premium", "intent"))
    assert bent["estimate"] > 0.1 > straight["estimate"]
    assert bent["p_value"] < 0.001 < straight["p_value"]


def test_switchers_are_held_against_those_who_had_the_brand_before() -> None:
    items, variables = owners()
    rows = lock_in_rows(a_lock_in(items, variables))
    users, former = variables["devices"] > 0, np.array(variables["former"])
    came, stayed = users & (former == "rival"), users & (former == "own")
    share = found(rows, "proportion", term="former", contrast="level:rival")
    assert share["estimate"] == pytest.approx(came.sum() / users.sum(), rel=1e-12)
    gap = found(rows, "mean_difference", term="intent", contrast="former=rival-own")
    one, other = items["intent"][came], items["intent"][stayed]
    assert gap["estimate"] == pytest.approx(one.mean() - other.mean(), abs=1e-12)
    each = one.var() / len(one) + other.var() / len(other)
    assert gap["std_error"] == pytest.approx(np.sqrt(each * users.sum() / (users.sum() - 1)), rel=1e-9)
    tested = [row for row in rows if row["metric"] == "mean_difference"]
    assert {row["term"] for row in tested} == {"intent", "premium", "cost", "devices", "trust", "eco"}
    assert all(row["p_adjusted"] >= row["p_value"] for row in tested)


def test_without_a_former_level_of_the_brand_everybody_else_is_held_against() -> None:
    items, variables = owners()
    former = ["other" if one == "own" else one for one in variables["former"]]
    rows = lock_in_rows(a_lock_in(items, variables | {"former": former}))
    gap = found(rows, "mean_difference", term="intent", contrast="former=rival-others")
    assert gap["estimate"] is not None


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"devices": np.full(500, 2.0)}, "no_variance"),
        ({"premium": np.full(500, 10.0)}, "no_variance"),
    ],
)
def test_what_does_not_vary_has_no_slope(changes: dict[str, Array], reason: str) -> None:
    items, variables = owners()
    rows = lock_in_rows(a_lock_in(items, variables | changes))
    check(frame(rows))
    assert found(rows, "b", term="premium", contrast="alone")["reason"] == reason


def test_nobody_with_a_device_has_no_switchers() -> None:
    items, variables = owners()
    rows = lock_in_rows(a_lock_in(items, variables | {"devices": np.zeros(500)}))
    check(frame(rows))
    assert found(rows, "proportion", term="former", contrast="level:rival")["reason"] == "no_switchers"
    assert doses(rows) == ["dose:0+"]
    assert found(rows, "monotone_loss", term="intent")["reason"] == "one_dose"


def test_three_people_with_many_devices_do_not_make_a_dose_and_their_leverage_is_in_the_error() -> None:
    items, variables = owners()
    devices = np.minimum(variables["devices"], 2)
    devices[:3] = 20
    rows = lock_in_rows(a_lock_in(items, variables | {"devices": devices}))
    assert doses(rows) == ["dose:0", "dose:1", "dose:2+"]
    without = devices.copy()
    without[:3] = 2
    calm = lock_in_rows(a_lock_in(items, variables | {"devices": without}))
    errors = [found(each, "b", term="intent", contrast="alone")["std_error"] for each in (rows, calm)]
    assert all(np.isfinite(errors))


def test_a_former_brand_of_five_people_is_never_counted() -> None:
    items, variables = owners()
    former = ["rival"] * 5 + ["own"] * 495
    rows = lock_in_rows(a_lock_in(items, variables | {"former": former, "devices": np.ones(500)}))
    told = [row for row in rows if "former" in f"{row['group']}{row['contrast']}{row['term']}"]
    assert {(row["state"], row["n"]) for row in told} == {("suppressed", None)}


def test_a_rival_that_is_the_brand_in_focus_is_held_against_all_others() -> None:
    rows = lock_in_rows(a_lock_in(*owners(), {"rival": "own"}))
    assert found(rows, "mean_difference", term="intent", contrast="former=own-others")["state"] == "ok"
    means = [row["group"] for row in rows if row["metric"] == "mean" and row["term"] == "intent" and row["group"]]
    assert means == ["former=own", "former=others"]


def test_a_rival_needs_the_brand_before() -> None:
    items, variables = owners()
    with pytest.raises(DefinitionError, match="'rival' needs 'former'"):
        a_lock_in(items, variables, {"former": None})
    with pytest.raises(DefinitionError, match="is the dose and what it is held against"):
        a_lock_in(items, variables, {"outcomes": ["devices"]})
