"""Priorities, quadrants, segments, answers, nonresponse, caveats and limits, from hand-made ledgers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from pipeline.estimates import row
from pipeline.report.claims import Claim, Ledger, all_claims
from pipeline.report.claims.answers import answers, flow, nonresponse
from pipeline.report.claims.caveats import caveats, limits, sample_type
from pipeline.report.claims.priorities import priority, quadrants
from pipeline.report.claims.segments import segments

Maker = Callable[..., Ledger]
LOW, HIGH = (40.0, 35.0, 45.0), (60.0, 55.0, 65.0)


def the(claims: list[Claim]) -> Claim:
    assert len(claims) == 1
    return claims[0]


@pytest.mark.parametrize(
    ("facts", "variant", "driver"),
    [
        ({}, "none", None),
        ({"performance": {"a": LOW}, "important": {"a": 0.975}}, "clear", "a"),
        ({"performance": {"a": LOW}, "important": {"a": 0.974}}, "promising", "a"),
        ({"performance": {"a": LOW}, "important": {"a": 0.80}}, "promising", "a"),
        ({"performance": {"a": LOW}, "important": {"a": 0.79}}, "none", None),
        ({"performance": {"a": (40.0, 30.0, 50.0)}, "important": {"a": 1.0}}, "none", None),
        ({"performance": {"a": LOW, "b": LOW}, "important": {"a": 0.9, "b": 0.98}}, "clear", "b"),
        ({"performance": {"a": LOW, "b": LOW}, "important": {"a": 1, "b": 0.9}, "vif": {"a": 11}}, "promising", "b"),
        ({"performance": {"a": LOW}, "important": {"a": 1.0}, "r2": 0.05}, "none", None),
        ({"performance": {"a": LOW}, "important": {"a": 1.0}, "n_eff": 40.0}, "none", None),
        ({"performance": {"a": LOW}, "important": {"a": 1.0}, "alpha": {"a": 0.5}}, "none", None),
    ],
)
def test_priority(make_ledger: Maker, facts: dict[str, Any], variant: str, driver: str | None) -> None:
    claim = the(priority(make_ledger(**facts)))
    assert (claim.variant, claim.values.get("driver")) == (variant, driver)
    assert claim.level == {"clear": 3, "promising": 2, "none": None}[variant]


def test_quadrants_are_named_only_where_no_interval_touches_a_line(make_ledger: Maker) -> None:
    """An equal share of four drivers is .25, the average performance 50; shares carry ± .05."""
    performance = {"a": LOW, "b": HIGH, "c": LOW, "d": HIGH}
    ledger = make_ledger(shares={"a": 0.4, "b": 0.31, "c": 0.19, "d": 0.1}, performance=performance)
    assert {claim.values["driver"]: claim.values["quadrant"] for claim in quadrants(ledger)} == {
        "a": "fix",
        "b": "keep",
        "c": "low",
        "d": "overkill",
    }
    near = make_ledger(shares={"a": 0.4, "b": 0.29, "c": 0.19, "d": 0.1}, performance=performance | {"a": (49, 47, 51)})
    assert [claim.variant for claim in quadrants(near)] == ["crossing", "crossing", "classified", "classified"]
    assert quadrants(make_ledger(shares={"a": 1.0})) == []
    assert quadrants(make_ledger(r2=0.05)) == []


CITY = {
    "variable": "city",
    "label": {"en": "City"},
    "reference": "north",
    "levels": [{"value": "north", "label": {}}, {"value": "south", "label": {}}],
}


def city(
    north: int | None = 300,
    south: int | None = 250,
    p: float | None = 0.02,
    estimate: float = 0.3,
    n_eff: float = 200.0,
) -> dict[str, Any]:
    """Facts of a study with two cities: sizes, and the difference of b of driver a, south less north."""
    rows = []
    for level, n in (("north", north), ("south", south)):
        known = {"n": n, "n_eff": min(n, n_eff) if n else None}
        state = {} if n else {"state": "suppressed", "reason": "small_base"}
        value = {"estimate": 0.5 if level == "south" else 0.2} if n else {}
        rows += [row("regression", "b", term=name, group=f"city={level}", **known, **state, **value) for name in "abcd"]
    for name in "abcd":
        if p is not None:
            adjusted = p if name == "a" else 1.0
            sign = 1 if estimate > 0 else -1
            interval = {"conf_low": estimate - sign * 0.2, "conf_high": estimate + sign * 0.2}
            limits_ = dict(zip(("conf_low", "conf_high"), sorted(interval.values()), strict=True))
            gap = {"estimate": estimate, "p_adjusted": adjusted, **limits_}
            rows.append(row("regression", "b", term=name, contrast="city=south-north", **gap))
    return {"rows": rows, "study": {"segments": [CITY]}}


@pytest.mark.parametrize(
    ("facts", "variant", "level"),
    [
        (city(), "differs", 2),
        (city(p=0.0099), "differs", 3),
        (city(p=0.01), "differs", 2),
        (city(p=0.05), "maybe", 1),
        (city(p=0.1999), "maybe", 1),
        (city(p=0.20), "none", None),
        (city(south=199), "small", None),
        (city(south=200), "differs", 2),
        (city(n_eff=49.0), "small", None),
        (city(south=None, north=None, p=None), "small", None),
        (city() | {"r2": 0.05}, "small", None),
    ],
)
def test_segments(make_ledger: Maker, facts: dict[str, Any], variant: str, level: int | None) -> None:
    claim = the(segments(make_ledger(**facts)))
    assert (claim.variant, claim.level) == (variant, level)


@pytest.mark.parametrize(("estimate", "a", "b"), [(0.3, "south", "north"), (-0.3, "north", "south")])
def test_the_level_with_the_larger_coefficient_is_named_first(
    make_ledger: Maker, estimate: float, a: str, b: str
) -> None:
    values = the(segments(make_ledger(**city(estimate=estimate)))).values
    assert (values["a"], values["b"], values["difference"]) == (a, b, 0.3)
    assert (values["low"], values["high"]) == (pytest.approx(0.1), pytest.approx(0.5))
    assert values["comparisons"] == 4


def test_a_hidden_level_tells_no_size(make_ledger: Maker) -> None:
    values = the(segments(make_ledger(**city(south=None, p=None)))).values
    assert (values["smallest"], values["smallest_n"]) == ("south", None)


def test_one_level_is_nothing_to_compare(make_ledger: Maker) -> None:
    facts = city(south=None, p=None)
    alone = facts | {"study": {"segments": [CITY | {"levels": CITY["levels"][:1]}]}}
    assert the(segments(make_ledger(**alone))).variant == "single"


@pytest.mark.parametrize(
    ("performance", "variant"),
    [({"a": HIGH, "b": LOW}, "ordered"), ({"a": HIGH, "b": (52.0, 48.0, 55.0)}, "close"), ({}, "close")],
)
def test_answers(make_ledger: Maker, performance: dict[str, Any], variant: str) -> None:
    claim = the(answers(make_ledger(performance=performance)))
    assert claim.variant == variant
    assert the(answers(make_ledger(shares={"a": 1.0}))).variant == "single"


def test_flow_names_the_reason_that_took_most(make_ledger: Maker) -> None:
    assert the(flow(make_ledger())).variant == "all"
    steps = [
        {"stage": "read", "remaining": 100, "removed": {}},
        {"stage": "complete", "remaining": 90, "removed": {"incomplete": 10}},
        {"stage": "answered", "remaining": 75, "removed": {"no_outcome": 3, "no_driver": 12}},
    ]
    claim = the(flow(make_ledger(screening=steps)))
    assert claim.variant == "some"
    assert claim.values == {
        "read": 100,
        "analysed": 75,
        "share": 0.75,
        "largest": "no_driver",
        "largest_n": 12,
        "respondents": 400,
        "stacked": False,
    }


@pytest.mark.parametrize(
    ("facts", "variant"),
    [
        ({"state": "too_few", "reason": "nobody", "n": 0}, "none"),
        ({"state": "too_few", "reason": "small_base", "n": 4}, "unknown"),
        ({"estimate": 0.5, "conf_low": 0.1, "conf_high": 0.9, "n": 40}, "differs"),
        ({"estimate": -0.5, "conf_low": -0.9, "conf_high": -0.1, "n": 40}, "differs"),
        ({"estimate": 0.1, "conf_low": -0.3, "conf_high": 0.5, "n": 40}, "similar"),
    ],
)
def test_nonresponse(make_ledger: Maker, facts: dict[str, Any], variant: str) -> None:
    extra = row("nonresponse", "mean_difference", term="y", contrast="dropped-kept", **facts)
    assert the(nonresponse(make_ledger(rows=[extra]))).variant == variant


def test_caveats_are_one_a_case(make_ledger: Maker) -> None:
    ledger = make_ledger(alpha={"a": 0.43, "y": 0.5}, one_item=["b"], b={"b": -0.06}, vif={"c": 14.0})
    found = [(claim.variant, claim.values["driver"]) for claim in caveats(ledger)]
    assert found == [
        ("low_reliability", "a"),
        ("single_item", "b"),
        ("low_reliability", "y"),
        ("sign", "b"),
        ("collinear", "c"),
    ]
    assert caveats(make_ledger()) == []


UNKNOWN = row("disattenuated", "reliability_used", term="a", state="not_defined", reason="one_item")
"""A single item is no limit where its reliability is known from elsewhere."""


@pytest.mark.parametrize(
    ("facts", "variants"),
    [
        ({}, ["causal", "sample_unknown", "same_source"]),
        ({"study": {"design": "experiment", "sample": {"type": "probability"}}}, []),
        ({"study": {"simulated": True, "sample": {"type": "panel"}}}, ["simulated", "causal", "panel", "same_source"]),
        ({"r2": 0.24}, ["causal", "sample_unknown", "low_fit", "same_source"]),
        ({"r2": 0.25}, ["causal", "sample_unknown", "same_source"]),
        ({"r2": 0.05}, ["causal", "sample_unknown", "low_fit", "same_source"]),
        ({"alpha": {"y": 0.3}}, ["causal", "sample_unknown", "low_reliability", "same_source"]),
        ({"one_item": ["a"], "rows": [UNKNOWN]}, ["causal", "sample_unknown", "single_items", "same_source"]),
        ({"one_item": ["a"]}, ["causal", "sample_unknown", "same_source"]),
        ({"study": {"published": True}}, ["published", "causal", "sample_unknown"]),
        (city(south=150, p=None), ["causal", "sample_unknown", "small_segment", "same_source"]),
    ],
)
def test_limits(make_ledger: Maker, facts: dict[str, Any], variants: list[str]) -> None:
    assert [claim.variant for claim in limits(make_ledger(**facts))] == variants


@pytest.mark.parametrize("kind", [None, "probability", "panel", "convenience"])
def test_kind_of_sample(make_ledger: Maker, kind: str | None) -> None:
    assert the(sample_type(make_ledger(study={"sample": {"type": kind}}))).variant == (kind or "unknown")


UNSTEADY = row("disattenuated", "lmg_share", term="a", estimate=0.4, reason="unsteady")


@pytest.mark.parametrize(
    ("facts", "told"), [({}, True), ({"without": ("disattenuated",)}, False), ({"rows": [UNSTEADY]}, False)]
)
def test_the_limit_of_poor_measurement_points_at_corrected_shares(
    make_ledger: Maker, facts: dict[str, Any], told: bool
) -> None:
    found = {claim.variant: claim.values for claim in limits(make_ledger(alpha={"a": 0.5}, **facts))}
    assert found["low_reliability"] == {"drivers": ["a"], "corrected": told}


def test_where_nothing_is_ranked_nobody_is_said_to_come_first(make_ledger: Maker) -> None:
    for facts in ({"r2": 0.05}, {"n_eff": 40.0}, {"units": 20}):
        found = {claim.id: claim.level for claim in all_claims(make_ledger(**facts))}
        order = {"panel", "outcome_model", "specification", "corrected", "tipping", "confounding", "equal"}
        assert not order & set(found)
        assert {"lead", "fit", "prediction", "linearity"} <= set(found)
        assert not any(found.values())


BARE = ("performance", "nonresponse", "description", "reliability", "influence", "distribution")


def test_a_published_table_has_no_ratings_to_speak_of(make_ledger: Maker) -> None:
    ledger = make_ledger(without=BARE, screening=[], study={"published": True})
    for rule in (priority, quadrants, answers, flow, nonresponse, segments, caveats):
        assert rule(ledger) == []
    assert {claim.id for claim in all_claims(ledger)} >= {"lead", "fit", "panel", "unique", "limit"}


def test_drivers_that_are_no_ratings_have_no_place_on_the_map(make_ledger: Maker) -> None:
    absent = {"state": "not_defined", "reason": "category"}
    metrics = ("performance", "prob_important", "prob_rated_low")
    rows = [row("performance", metric, term="a", **absent) for metric in metrics]
    ledger = make_ledger(rows=[*rows, row("reliability", "alpha", term="a", **absent)])
    assert [claim.values["driver"] for claim in quadrants(ledger)] == ["b", "c", "d"]
    assert the(answers(ledger)).values["best"] != "a"
    assert the(priority(ledger)).variant == "none"
    assert caveats(ledger) == []
