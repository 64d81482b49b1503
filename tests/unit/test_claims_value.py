"""What may be said of product and total value, layers, stated importance, further outcomes and promotion."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from pipeline.estimates import row
from pipeline.report.claims import Claim
from pipeline.report.claims.contrasted import outcomes
from pipeline.report.claims.promotion import behind, promotion, who
from pipeline.report.claims.stated import stated
from pipeline.report.claims.value import BEYOND, PRODUCT, layers, product_alone, total_value

Maker = Callable[..., Any]
Rows = list[dict[str, Any]]
N: dict[str, Any] = {"n": 400, "n_eff": 400.0, "deff": 1.0}


def a_row(analysis: str, metric: str, estimate: float, half: float | None = None, **columns: Any) -> dict[str, Any]:
    limits = {} if half is None else {"conf_low": estimate - half, "conf_high": estimate + half}
    return row(analysis, metric, **(N | {"estimate": estimate} | limits | columns))


def sides(product: float = 0.2, prob: float = 1.0, prob_sum: float = 1.0, most: float = 0.0, **columns: Any) -> Rows:
    """Rows on the product (driver a of a, b, c, d) and all others."""
    found = [
        a_row("total_value", metric, value, 0.05, term=part, **columns)
        for metric in ("lmg_share", "lmg_share_sum", "alone_share", "unique_share")
        for part, value in ((PRODUCT, product), (BEYOND, 1 - product))
    ]
    found += [
        a_row("total_value", "prob_above", chance, term=BEYOND, contrast=f"{kind}:{PRODUCT}", **columns)
        for kind, chance in (("above", prob), ("sum", prob_sum))
    ]
    return [
        *found, a_row("total_value", "prob_most", most, term=PRODUCT, **columns),
        a_row("total_value", "shared_share", 0.3, 0.05, **columns),
    ]  # fmt: skip


VALUE = {"value": {"product": ["a"], "layers": {}}}


def one(claims: list[Claim]) -> Claim:
    (claim,) = claims
    return claim


@pytest.mark.parametrize(
    ("rows", "keys", "variant", "level"),
    [
        (sides(), {}, "more_beyond", 3),
        (sides(0.7, 0.0, 0.01, 1.0), {}, "product_mostly", 3),
        (sides(prob=0.96), {}, "undecided", None),
        (sides(prob_sum=0.6), {}, "undecided", None),
        (sides(prob=0.99, prob_sum=0.005), {}, "undecided", None),
        (sides(), {"alpha": {"a": 0.4}}, "doubtful", 1),
        (sides(), {"alpha": {"b": 0.4}}, "more_beyond", 3),
        (sides(0.7, 0.0, 0.0), {"alpha": {"b": 0.4}}, "doubtful", 1),
        (sides(), {"r2": 0.05}, "none", None),
        (sides(), {"f_p": 0.2}, "none", None),
        (sides(n_eff=40.0), {}, "small", None),
        (sides(), {"units": 20}, "small", None),
    ],
)
def test_one_side_is_said_to_carry_more_only_if_both_counts_agree(
    make_ledger: Maker, rows: Rows, keys: dict[str, Any], variant: str, level: int | None
) -> None:
    claim = one(total_value(make_ledger(rows=rows, study={"asked": VALUE}, **keys)))
    assert (claim.variant, claim.level) == (variant, level)
    assert claim.values["equal"] == 0.25
    assert claim.guards


@pytest.mark.parametrize(("most", "variant", "level"), [(0.0, "part", 3), (1.0, "most", 3), (0.9, "half", None)])
def test_the_product_alone_is_held_against_one_half(
    make_ledger: Maker, most: float, variant: str, level: int | None
) -> None:
    claim = one(product_alone(make_ledger(rows=sides(most=most), study={"asked": VALUE})))
    assert (claim.variant, claim.level) == (variant, level)
    assert product_alone(make_ledger(rows=sides(), study={"asked": VALUE}, r2=0.05)) == []
    assert product_alone(make_ledger(rows=sides(n_eff=30.0), study={"asked": VALUE})) == []


def test_nothing_is_said_of_value_that_was_not_asked_for(make_ledger: Maker) -> None:
    ledger = make_ledger()
    assert not any(
        rule(ledger) for rule in (total_value, product_alone, layers, stated, outcomes, promotion, who, behind)
    )
    refused = [row("total_value", "lmg_share", term=PRODUCT, state="not_defined", reason="nothing_beyond")]
    assert total_value(make_ledger(rows=refused, study={"asked": VALUE})) == []


def layer_rows(above: dict[tuple[int, int], float], count: int = 3, r2: float = 0.4, **columns: Any) -> Rows:
    names = [f"layer:{at}" for at in range(count)]
    shares = [0.5, 0.3, 0.1, 0.06, 0.04][:count]
    found = [
        a_row("total_value", "lmg_share", share, 0.05, term=name, **columns)
        for name, share in zip(names, shares, strict=True)
    ]
    found += [
        a_row("total_value", "prob_above", above.get((a, b), float(a < b)), term=names[a], contrast=f"above:{names[b]}")
        for a in range(count) for b in range(count) if a != b
    ]  # fmt: skip
    return [*found, a_row("total_value", "r2", r2, 0.05, contrast="layers")]


def layered(count: int = 3) -> dict[str, Any]:
    members = {str(at): {"drivers": ["abcd"[at]] if at < 4 else ["z"], "label": None} for at in range(count)}
    return {"asked": {"value": {"product": [], "layers": members}}}


@pytest.mark.parametrize(
    ("above", "count", "keys", "variant", "level"),
    [
        ({}, 3, {}, "clear", 3),
        ({}, 3, {"alpha": {"a": 0.5}}, "doubtful", 1),
        ({(0, 1): 0.93}, 3, {}, "close", 2),
        ({(0, 1): 0.7}, 3, {}, "group", 2),
        ({(0, 1): 0.9, (0, 2): 0.9}, 3, {}, "flat", None),
        ({(0, at): 0.95 for at in range(1, 4)}, 5, {}, "flat", None),
        ({(0, 1): 0.93}, 2, {}, "flat", None),
        ({}, 3, {"f_p": 0.3}, "none", None),
        ({}, 3, {"units": 12}, "small", None),
    ],
)
def test_layers_follow_the_rule_of_the_lead(
    make_ledger: Maker, above: dict[tuple[int, int], float], count: int, keys: dict[str, Any], variant: str,
    level: int | None,
) -> None:  # fmt: skip
    claim = one(layers(make_ledger(rows=layer_rows(above, count), study=layered(count), **keys)))
    assert (claim.variant, claim.level) == (variant, level)
    assert claim.values["layer"] == "layer:0"


def test_layers_that_explain_little_are_not_ranked(make_ledger: Maker) -> None:
    assert one(layers(make_ledger(rows=layer_rows({}, r2=0.08), study=layered()))).variant == "none"
    assert one(layers(make_ledger(rows=layer_rows({}, n_eff=30.0), study=layered()))).variant == "small"


def gap_rows(gaps: dict[str, tuple[float, float]], places: dict[str, tuple[float, float]], prob: float = 1.0,
             prob_place: float = 1.0, **columns: Any) -> Rows:  # fmt: skip
    """gaps, places: driver -> (estimate, p)."""
    found = []
    first = max(gaps, key=lambda name: gaps[name][0])
    for at, name in enumerate("abcd"):
        (gap, p), (place, p_place) = gaps.get(name, (-0.05, 0.5)), places.get(name, (-0.5, 0.5))
        found += [
            a_row("stated", "share_gap", gap, 0.05, term=name, p_value=p, p_adjusted=p, **columns),
            a_row("stated", "position_gap", place, 0.3, term=name, p_value=p_place, p_adjusted=p_place, **columns),
            a_row("stated", "stated_importance", 60.0 + at, 2.0, term=name),
            a_row("stated", "stated_share", 0.25, 0.02, term=name),
            a_row("stated", "lmg_share", 0.25 + gap, 0.05, term=name),
            a_row("stated", "rank", at + 1.0, term=name),
            a_row("stated", "stated_rank", 4.0 - at, term=name),
        ]
        for contrast, chance in ((None, prob), ("positions", prob_place)):
            value = chance if name == first else (1 - chance) / 3
            found.append(a_row("stated", "prob_largest_gap", value, term=name, contrast=contrast))
    return found


SURE = {"a": (0.2, 0.001)}
UP = {"a": (1.0, 0.001)}


@pytest.mark.parametrize(
    ("rows", "keys", "variant", "level"),
    [
        (gap_rows(SURE, UP), {}, "most", 3),
        (gap_rows(SURE, UP, prob_place=0.9), {}, "most", 2),
        (gap_rows({"a": (0.2, 0.03)}, UP), {}, "most", 2),
        (gap_rows(SURE, UP), {"alpha": {"a": 0.4}}, "most", 1),
        (gap_rows(SURE, UP, prob=0.9), {}, "some", 3),
        (gap_rows(SURE, {"a": (-0.2, 0.001)}), {}, "none", None),
        (gap_rows(SURE, {"a": (0.2, 0.2)}), {}, "none", None),
        (gap_rows({"a": (0.2, 0.2)}, UP), {}, "none", None),
        (gap_rows({"a": (0.2, 0.2), "b": (0.1, 0.01)}, {"b": (1.0, 0.01)}), {}, "some", 2),
        (gap_rows(SURE, UP), {"r2": 0.05}, "none_fit", None),
        (gap_rows(SURE, UP, n_eff=20.0), {}, "small", None),
    ],
)
def test_a_driver_is_underestimated_only_on_both_scales(
    make_ledger: Maker, rows: Rows, keys: dict[str, Any], variant: str, level: int | None
) -> None:
    claim = one(stated(make_ledger(rows=rows, **keys)))
    assert (claim.variant, claim.level) == (variant, level)


def test_what_people_overstate_is_told_beside_it(make_ledger: Maker) -> None:
    rows = gap_rows(SURE | {"d": (-0.2, 0.001)}, UP | {"d": (-1.0, 0.001)})
    claim = one(stated(make_ledger(rows=rows)))
    assert (claim.values["drivers"], claim.values["over"]) == (["a"], ["d"])
    assert (claim.values["lowest"], claim.values["highest"]) == (60.0, 63.0)


def pair_rows(gaps: dict[str, tuple[float, float]], half: float = 0.02, r2: float = 0.4, r2_other: float = 0.3,
              analysis: str = "outcomes", **columns: Any) -> Rows:  # fmt: skip
    found = []
    for kind, value in (("paired", r2), ("outcome", r2_other)):
        found.append(a_row(analysis, "r2", value, 0.05, contrast=f"{kind}:z"))
    for at, name in enumerate("abcd"):
        gap, p = gaps.get(name, (0.01, 0.8))
        key = {"term": name, "contrast": "outcome:z"}
        found += [
            a_row(analysis, "share_difference", gap, half, p_value=p, p_adjusted=p, **key, **columns),
            a_row(analysis, "lmg_share", 0.4 - 0.1 * at, 0.05, term=name, contrast="paired:z"),
            a_row(analysis, "lmg_share", 0.4 - 0.1 * at + gap, 0.05, **key),
            a_row(analysis, "prob_rank_1", 0.25, **key),
        ]
    return found


@pytest.mark.parametrize(
    ("rows", "variant", "level"),
    [
        (pair_rows({"a": (-0.2, 0.001)}), "shifts", 3),
        (pair_rows({"a": (-0.2, 0.04), "b": (0.1, 0.001)}), "shifts", 2),
        (pair_rows({}), "same", 2),
        (pair_rows({}, half=0.06), "open", None),
        (pair_rows({"a": (-0.2, 0.001)}, r2_other=0.09), "faint", None),
        (pair_rows({"a": (-0.2, 0.001)}, n_eff=44.0), "small", None),
    ],
)
def test_outcomes_shift_or_are_the_same_or_it_is_open(
    make_ledger: Maker, rows: Rows, variant: str, level: int | None
) -> None:
    claim = one(outcomes(make_ledger(rows=rows, study={"asked": {"outcomes": ["z"]}})))
    assert (claim.variant, claim.level) == (variant, level)


def test_a_declared_smallest_difference_takes_the_place_of_ours(make_ledger: Maker) -> None:
    study = {"asked": {"outcomes": ["z"]}, "sesoi": 0.02}
    assert one(outcomes(make_ledger(rows=pair_rows({}), study=study))).variant == "open"


def test_the_promotion_is_a_further_outcome_once(make_ledger: Maker) -> None:
    rows = pair_rows({}, analysis="promotion")
    study = {"asked": {"outcomes": [], "promotion": {"outcome": "z"}}}
    assert one(outcomes(make_ledger(rows=rows, study=study))).values["other"] == "z"
    study = {"asked": {"outcomes": ["z"], "promotion": {"outcome": "z"}}}
    assert len(outcomes(make_ledger(rows=pair_rows({}), study=study))) == 1


def offer_rows(gap: float = 0.5, p: float | None = 0.001, only: float = 0.2, **columns: Any) -> Rows:
    half = None if only == 0 else 0.03
    return [
        a_row("promotion", "mean_difference", gap, 0.1, term="z", p_value=p, **columns),
        a_row("promotion", "promotion_only", only, half, term="z"),
        a_row("promotion", "promotion_dependence", 0.4, 0.05, term="z"),
        *(a_row("promotion", metric, 0.3, 0.05, term=term) for metric in ("mean", "top2box") for term in ("y", "z")),
    ]


ASKED = {"asked": {"promotion": {"outcome": "z"}, "outcomes": []}}


@pytest.mark.parametrize(
    ("rows", "variant", "level"),
    [
        (offer_rows(), "dependent", 3),
        (offer_rows(p=0.03), "dependent", 2),
        (offer_rows(only=0.12), "slight", 3),
        (offer_rows(only=0.0), "slight", 3),
        (offer_rows(gap=-0.5), "lower", 3),
        (offer_rows(p=0.2), "none", None),
        (offer_rows(p=None), "none", None),
        (offer_rows(n_eff=33.0), "small", None),
    ],
)
def test_dependence_needs_a_difference_and_enough_people(
    make_ledger: Maker, rows: Rows, variant: str, level: int | None
) -> None:
    claim = one(promotion(make_ledger(rows=rows, study=ASKED)))
    assert (claim.variant, claim.level) == (variant, level)


def group_rows(p: float, estimate: float = 0.3, n: int = 250) -> Rows:
    size = {"n": n, "n_eff": float(n), "deff": 1.0}
    levels = [
        a_row("promotion", "mean_difference", gap, 0.1, term="z", group=f"city={name}", **size)
        for name, gap in (("x", 0.5), ("y-z", 0.5 + estimate))
    ]
    gap = {"term": "z", "contrast": "city=y-z-x", "p_value": p, "p_adjusted": p}
    return [*offer_rows(), *levels, a_row("promotion", "dependence_difference", estimate, 0.1, **gap)]


def test_groups_that_depend_more_are_named_after_correction(make_ledger: Maker) -> None:
    claim = one(who(make_ledger(rows=group_rows(0.001), study=ASKED)))
    assert (claim.variant, claim.level) == ("differs", 3)
    assert (claim.values["more"], claim.values["less"]) == ("city=y-z", "city=x")
    turned = one(who(make_ledger(rows=group_rows(0.03, -0.3), study=ASKED)))
    assert (turned.level, turned.values["more"], turned.values["gap"]) == (2, "city=x", 0.3)
    assert turned.values["low"] == pytest.approx(0.2)
    assert one(who(make_ledger(rows=group_rows(0.3), study=ASKED))).variant == "none"
    assert one(who(make_ledger(rows=group_rows(0.001, n=150), study=ASKED))).variant == "small"


def test_ratings_behind_the_dependence_are_named_by_direction(make_ledger: Maker) -> None:
    def rows(*p: float) -> Rows:
        signs = (-0.2, 0.1, 0.05, 0.01)
        found = [
            a_row("promotion", "b", b, 0.05, term=name, contrast="dependence", p_value=each, p_adjusted=each)
            for name, b, each in zip("abcd", signs, p, strict=True)
        ]
        return [*offer_rows(), *found, a_row("promotion", "r2", 0.1, contrast="dependence")]

    claim = one(behind(make_ledger(rows=rows(0.001, 0.03, 0.5, 0.9), study=ASKED)))
    assert (claim.variant, claim.level) == ("some", 2)
    assert (claim.values["fewer"], claim.values["more"], claim.values["driver"]) == (["a"], ["b"], "a")
    assert one(behind(make_ledger(rows=rows(0.2, 0.3, 0.5, 0.9), study=ASKED))).variant == "none"
