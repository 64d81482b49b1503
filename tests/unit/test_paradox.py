"""Critics who buy: shares by hand, parts that add up, an interaction that statsmodels finds too, and named states."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from pipeline.errors import DefinitionError
from pipeline.estimates import check, frame
from pipeline.model.case import Case
from pipeline.model.paradox import paradox_rows
from pipeline.model.paradox.compensation import BUYERS, EVERYONE
from pipeline.model.resample import factors
from tests.made_case import a_case, a_study, found

Array = np.ndarray
DRIVERS = ("product", "trust", "eco")


def market(n: int = 400, seed: int = 1) -> tuple[dict[str, Array], Array]:
    """Answers of n people to three drivers and the outcome, and the complaints that they heard."""
    random = np.random.default_rng(seed)
    common = random.normal(size=n)
    latent = {name: 0.5 * common + random.normal(size=n) for name in DRIVERS}
    heard = random.poisson(1.5, n).astype(float)
    intent = 0.2 * latent["product"] + 0.5 * latent["trust"] + 0.3 * latent["eco"]
    intent = intent - 0.2 * heard + 0.15 * heard * latent["trust"] + 0.7 * random.normal(size=n)
    answers = {name: np.clip(np.rint(4.3 + 1.2 * each), 1, 7) for name, each in latent.items()}
    return answers | {"intent": np.clip(np.rint(4.8 + intent), 1, 7)}, heard


def a_paradox(items: Mapping[str, Array], heard: Array, keys: Mapping[str, Any] | None = None, **design: Any) -> Case:
    study = a_study(
        constructs={name: {"items": [name]} for name in items},
        model={"outcome": "intent", "drivers": list(DRIVERS), "draws": 200},
        variables={"heard": {"type": "number", "range": [0, 99]}},
        paradox={"product": "product", "complaint": "heard", "trust": "trust"} | dict(keys or {}),
        **({"weights": {"column": "w"}} if "weight" in design else {}),
    )
    return a_case(study, items, {"heard": heard}, **design)


def test_a_study_that_does_not_ask_has_no_rows() -> None:
    items, heard = market()
    study = a_study(
        constructs={name: {"items": [name]} for name in items}, model={"outcome": "intent", "drivers": list(DRIVERS)}
    )
    assert paradox_rows(a_case(study, items, {"heard": heard})) == []


def test_shares_are_weighted_counts() -> None:
    items, heard = market()
    weight = np.random.default_rng(2).lognormal(0, 0.4, 400)
    rows = paradox_rows(a_paradox(items, heard, weight=weight))
    critic, buys = items["product"] < 4, items["intent"] >= 6
    expected = {
        ("critic_share", None): weight[critic].sum() / weight.sum(),
        ("critic_share", "of:buyers"): weight[critic & buys].sum() / weight[buys].sum(),
        ("buyer_share", None): weight[buys].sum() / weight.sum(),
        ("buyer_share", "of:critics"): weight[critic & buys].sum() / weight[critic].sum(),
        ("buyer_share", "of:others"): weight[~critic & buys].sum() / weight[~critic].sum(),
    }
    for (metric, contrast), value in expected.items():
        row = found(rows, metric, term="product", contrast=contrast)
        assert row["estimate"] == pytest.approx(value, abs=1e-12)
        assert row["conf_low"] < value < row["conf_high"]
    gap = found(rows, "buyer_share", term="product", contrast="critics-others")
    assert gap["estimate"] == pytest.approx(
        expected["buyer_share", "of:critics"] - expected["buyer_share", "of:others"], abs=1e-12
    )
    check(frame(rows))


def test_errors_of_shares_are_those_of_a_simple_sample_without_a_design() -> None:
    items, heard = market()
    rows = paradox_rows(a_paradox(items, heard))
    critic, buys = items["product"] < 4, items["intent"] >= 6
    one, other = buys[critic].mean(), buys[~critic].mean()
    row = found(rows, "buyer_share", term="product", contrast="of:critics")
    assert row["std_error"] == pytest.approx(np.sqrt(one * (1 - one) / critic.sum() * 400 / 399), rel=1e-9)
    gap = found(rows, "buyer_share", term="product", contrast="critics-others")
    each = one * (1 - one) / critic.sum() + other * (1 - other) / (~critic).sum()
    assert gap["std_error"] == pytest.approx(np.sqrt(each * 400 / 399), rel=1e-9)


def fitted(x: Array, y: Array, weight: Array) -> Array:
    root = np.sqrt(weight)
    full = np.column_stack([np.ones(len(y)), x])
    return np.linalg.lstsq(full * root[:, None], y * root, rcond=None)[0][1:]


def parts(items: Mapping[str, Array], weight: Array) -> dict[str, Array]:
    """Parts of both contrasts by brute force, under any weights."""
    x = np.column_stack([items[name] for name in DRIVERS])
    critic, buys = items["product"] < 4, items["intent"] >= 6
    b = fitted(x, items["intent"], weight)
    one, other, every = (
        np.average(x[mask], axis=0, weights=weight[mask])
        for mask in (critic & buys, critic & ~buys, np.ones(len(x), bool))
    )
    return {BUYERS: b * (one - other), EVERYONE: b * (one - every)}


def test_parts_are_coefficients_times_differences_and_sum_to_the_predicted_gap() -> None:
    items, heard = market()
    weight = np.random.default_rng(2).lognormal(0, 0.4, 400)
    rows = paradox_rows(a_paradox(items, heard, weight=weight))
    for contrast, values in parts(items, weight).items():
        for name, value in zip(DRIVERS, values, strict=True):
            row = found(rows, "compensation", term=name, contrast=contrast)
            assert row["estimate"] == pytest.approx(value, abs=1e-10)
        total = found(rows, "compensation", contrast=contrast)["estimate"]
        assert total == pytest.approx(values.sum(), abs=1e-10)


def test_groups_means_and_coefficients_move_together_in_every_resample() -> None:
    """Errors equal those of refits under each replicate's weights, where a person's rows share a count."""
    items, heard = market(200)
    twice = {name: np.repeat(values, 2) for name, values in items.items()}
    random = np.random.default_rng(3)
    twice |= {name: np.clip(twice[name] + random.integers(-1, 2, 400), 1, 7) for name in DRIVERS}
    case = a_paradox(twice, np.repeat(heard, 2), respondent=np.repeat(np.arange(200), 2))
    rows = paradox_rows(case)
    cut = case.cut(["product", "trust", "eco", "intent"])
    each = [
        parts(twice, counts[cut.design.unit].astype(float))[BUYERS]
        for block in factors(cut.design, case.setting.seed, case.setting.draws)
        for counts in block
    ]
    expected = np.std(each, axis=0, ddof=1)
    for name, value in zip(DRIVERS, expected, strict=True):
        row = found(rows, "compensation", term=name, contrast=BUYERS)
        assert row["std_error"] == pytest.approx(value, rel=1e-8)


def test_the_interaction_is_that_of_statsmodels() -> None:
    sm = pytest.importorskip("statsmodels.api")
    items, heard = market()
    rows = paradox_rows(a_paradox(items, heard))
    columns = [items[name] for name in DRIVERS]
    trust = items["trust"] - items["trust"].mean()
    complaint = heard - heard.mean()
    x = sm.add_constant(np.column_stack([*columns, complaint, complaint * trust]))
    fit = sm.OLS(items["intent"], x).fit(cov_type="HC3", use_t=True)
    slope, product = found(rows, "b", term="heard"), found(rows, "b", term="heard*trust")
    for row, at in ((slope, 4), (product, 5)):
        assert row["estimate"] == pytest.approx(fit.params[at], rel=1e-9)
        assert row["std_error"] == pytest.approx(fit.bse[at], rel=1e-7)
        assert row["p_value"] == pytest.approx(fit.pvalues[at], rel=1e-6)
        np.testing.assert_allclose([row["conf_low"], row["conf_high"]], fit.conf_int()[at], rtol=1e-6)
    for place in ("p16", "p84"):
        at = found(rows, "moderator_value", term="trust", contrast=place)["estimate"] - items["trust"].mean()
        simple = fit.t_test(np.array([0, 0, 0, 0, 1, at]))
        row = found(rows, "b", term="heard", contrast=place)
        assert row["estimate"] == pytest.approx(simple.effect[0], rel=1e-9)
        assert row["std_error"] == pytest.approx(simple.sd[0, 0], rel=1e-7)


def test_places_of_trust_are_ratings_that_occur() -> None:
    items, heard = market()
    rows = paradox_rows(a_paradox(items, heard))
    low, high = (found(rows, "moderator_value", term="trust", contrast=place)["estimate"] for place in ("p16", "p84"))
    assert low < high
    assert {low, high} <= set(items["trust"])
    assert (items["trust"] <= low).mean() >= 0.16 > (items["trust"] < low).mean()


def test_complaints_without_trust_have_one_slope() -> None:
    items, heard = market()
    rows = paradox_rows(a_paradox(items, heard, {"trust": None}))
    assert [row["term"] for row in rows if row["metric"] == "b"] == ["heard"]


def states(rows: Any, metric: str, contrast: str | None = None) -> set[tuple[str, str | None]]:
    return {
        (row["state"], row["reason"])
        for row in rows
        if row["metric"] == metric and (contrast is None or row["contrast"] == contrast)
    }


@pytest.mark.parametrize(
    ("product", "intent", "reason"),
    [
        (None, None, None),
        (6, None, "no_critics"),
        (2, 2, "no_critic_buyers"),
        (2, 7, "all_critics_buy"),
    ],
)
def test_groups_that_do_not_exist_are_named(product: int | None, intent: int | None, reason: str | None) -> None:
    """No critics, nobody who buys, everybody who buys: the drivers still vary, by a little."""
    items, heard = market()
    if product is not None:
        items["product"] = np.clip(items["product"] % 2 + product - 1, 1, 7)
    if intent is not None:
        items["intent"] = np.clip(items["intent"] % 2 + intent - 1, 1, 7)
    rows = paradox_rows(a_paradox(items, heard))
    check(frame(rows))
    expected = {("low_base", "small_base")} if reason is None else {("not_defined", reason)}
    assert states(rows, "compensation", BUYERS) == expected


def test_few_critics_who_buy_are_never_counted() -> None:
    """Three of 400: neither their share, nor what tells it, nor their ratings are shown."""
    items, heard = market()
    critic = np.flatnonzero(items["product"] < 4)
    items["intent"][critic] = np.minimum(items["intent"][critic], 5)
    items["intent"][critic[:3]] = 7
    rows = paradox_rows(a_paradox(items, heard))
    hidden = {("suppressed", "small_base")}
    for contrast in ("of:buyers", "of:critics", "of:others", "critics-others"):
        found_states = states(rows, "buyer_share", contrast) | states(rows, "critic_share", contrast)
        assert found_states == hidden
    assert states(rows, "compensation") == states(rows, "mean", "critics:buyers") == hidden
    assert found(rows, "buyer_share", term="product")["estimate"] is not None


def test_complaints_that_nobody_or_everybody_has_are_no_slope() -> None:
    items, heard = market()
    rows = paradox_rows(a_paradox(items, np.zeros_like(heard)))
    assert states(rows, "b") == {("no_variance", "no_variance")}


def test_weights_of_any_size_give_the_same_rows() -> None:
    items, heard = market()
    weight = np.random.default_rng(2).lognormal(0, 0.4, 400)
    one, other = (paradox_rows(a_paradox(items, heard, weight=factor * weight)) for factor in (1.0, 64.0))
    for a, b in zip(one, other, strict=True):
        assert a["estimate"] == pytest.approx(b["estimate"], rel=1e-9, abs=1e-12)
        assert (a["std_error"] or 0) == pytest.approx(b["std_error"] or 0, rel=1e-6, abs=1e-12)


def test_the_asymmetry_of_the_focus_is_its_own() -> None:
    items, _ = market()
    doubled = {name: np.concatenate([values, values[::-1]]) for name, values in items.items()}
    doubled["product"][400:] = np.random.default_rng(5).integers(1, 8, 400)
    brand = ["a"] * 400 + ["b"] * 400
    keys = {"focus": {"brand": "a"}, "segments": {"brand": "brand"}}
    study = a_study(
        constructs={name: {"items": [name]} for name in items},
        model={"outcome": "intent", "drivers": list(DRIVERS), "draws": 200},
        paradox={"product": "product"},
        variables={"brand": {}},
        **keys,
    )
    rows = paradox_rows(a_case(study, doubled, {"brand": brand}))
    alone = found(rows, "penalty", term="product")
    assert alone["n"] == int((items["product"] < 4).sum())


def test_a_product_that_is_a_number_needs_a_cut() -> None:
    with pytest.raises(DefinitionError, match="has no middle"):
        a_study(
            constructs={name: {"items": [name]} for name in ("trust", "intent")},
            model={"outcome": "intent"},
            variables={"stars": {"type": "number", "range": [0, 10]}},
            paradox={"product": "stars"},
        )


def test_trust_that_edges_no_complaint_is_refused() -> None:
    with pytest.raises(DefinitionError, match="needs 'complaint'"):
        a_study(
            constructs={name: {"items": [name]} for name in ("product", "trust", "intent")},
            model={"outcome": "intent"},
            paradox={"product": "product", "trust": "trust"},
        )
