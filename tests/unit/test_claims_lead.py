"""The lead claim, variant by variant, at and beside its limits; fit, agreement and unique contributions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from pipeline.report.claims import Claim, Ledger
from pipeline.report.claims.lead import agreement, fit, kendall_tau, lead, unique

Maker = Callable[..., Ledger]


def the(claims: list[Claim]) -> Claim:
    assert len(claims) == 1
    return claims[0]


def found(claim: Claim) -> tuple[str, int | None]:
    return claim.variant, claim.level


def close(b: float, c: float = 1.0, d: float = 1.0) -> dict[tuple[str, str], float]:
    """P(a above each other driver)."""
    return {("a", "b"): b, ("a", "c"): c, ("a", "d"): d}


@pytest.mark.parametrize(
    ("facts", "variant", "level"),
    [
        ({}, "clear", 3),
        ({"above": close(0.975)}, "clear", 3),
        ({"above": close(0.9745)}, "close", 2),
        ({"above": close(0.90)}, "close", 2),
        ({"above": close(0.8995)}, "group", 2),
        ({"above": close(0.95, 0.96)}, "close", 2),
        ({"above": close(0.95, 0.96, 0.97)}, "flat", None),
        ({"above": close(0.6, 0.7, 0.8)}, "flat", None),
        ({"r2": 0.0999}, "none", None),
        ({"r2": 0.10}, "clear", 3),
        ({"f_p": 0.05}, "none", None),
        ({"f_p": 0.0499}, "clear", 3),
        ({"n_eff": 49.9}, "small", None),
        ({"n_eff": 50.0}, "clear", 3),
        ({"r2": 0.05, "n_eff": 20.0}, "none", None),
        ({"alpha": {"a": 0.599}}, "doubtful", 1),
        ({"alpha": {"a": 0.6}}, "clear", 3),
        ({"alpha": {"b": 0.2}}, "clear", 3),
        ({"one_item": ["a"]}, "clear", 3),
        ({"vif": {"a": 10.0}}, "clear", 3),
        ({"vif": {"a": 10.1}}, "doubtful", 1),
        ({"b": {"a": -0.01}}, "doubtful", 1),
        ({"b": {"b": -0.01}}, "clear", 3),
    ],
)
def test_variants_at_their_limits(make_ledger: Maker, facts: dict[str, Any], variant: str, level: int | None) -> None:
    assert found(the(lead(make_ledger(**facts)))) == (variant, level)


@pytest.mark.parametrize(
    ("names", "leaders", "variant"),
    [("ab", 2, "flat"), ("abc", 3, "flat"), ("abcde", 4, "flat"), ("abcdefgh", 4, "group"), ("abcdefgh", 5, "flat")],
)
def test_flat_is_all_or_more_than_half_and_four(make_ledger: Maker, names: str, leaders: int, variant: str) -> None:
    shares = {name: (20 - at) / 100 for at, name in enumerate(names)}
    above = {("a", name): 0.95 if at < leaders else 1.0 for at, name in enumerate(names) if at}
    claim = the(lead(make_ledger(shares=shares, above=above)))
    assert claim.variant == variant
    assert claim.values["leaders"] == list(names[:leaders])


def test_leaders_are_those_not_beaten_by_the_first_whatever_their_rank(make_ledger: Maker) -> None:
    claim = the(lead(make_ledger(above=close(0.99, 0.93))))
    assert claim.values["leaders"] == ["a", "c"]
    assert claim.values["others"] == ["c"]
    assert claim.values["leaders_share"] == pytest.approx(0.6)
    assert (claim.variant, claim.values["second"], claim.values["prob"]) == ("close", "b", 0.99)


def test_first_is_the_largest_and_equal_shares_stand_in_the_order_of_the_study(make_ledger: Maker) -> None:
    assert the(lead(make_ledger(shares={"a": 0.2, "b": 0.5, "c": 0.3}))).values["driver"] == "b"
    tied = the(lead(make_ledger(shares={"b": 0.4, "a": 0.4, "c": 0.2})))
    assert (tied.values["driver"], tied.variant) == ("b", "group")


def test_one_driver_leads_without_a_rival(make_ledger: Maker) -> None:
    claim = the(lead(make_ledger(shares={"a": 1.0})))
    assert (claim.variant, claim.values["second"], claim.values["prob"]) == ("clear", None, None)


def test_every_caveat_of_the_first_is_named(make_ledger: Maker) -> None:
    claim = the(lead(make_ledger(alpha={"a": 0.4}, vif={"a": 12}, b={"a": -0.2})))
    assert claim.values["caveats"] == ["low_reliability", "collinear", "sign"]


def test_a_strong_claim_does_not_hang_on_the_method(make_ledger: Maker) -> None:
    weights = {"a": 0.3, "b": 0.4, "c": 0.2, "d": 0.1}
    assert found(the(lead(make_ledger(weights=weights)))) == ("clear", 2)
    assert the(agreement(make_ledger(weights=weights))).variant == "differs"
    near = the(agreement(make_ledger(weights=weights, above=close(0.93))))
    assert (near.variant, near.values["other"]) == ("same_group", "b")
    assert the(agreement(make_ledger())).variant == "same_top"


def test_guards_tell_what_was_found_and_evidence_points_at_it(make_ledger: Maker) -> None:
    ledger = make_ledger(above=close(0.93), r2=0.31)
    claim = the(lead(ledger))
    assert [guard.passed for guard in claim.guards] == [True, True, True, False, True, True]
    assert [guard.found for guard in claim.guards] == [0.31, 1e-6, 400.0, 0.93, "none", 0.93]
    rows = [ledger.rows[at] for at in claim.evidence]
    assert {(row["metric"], row["term"]) for row in rows} == {
        ("lmg_share", "a"),
        ("lmg_share", "b"),
        ("prob_above", "a"),
        ("r2", None),
        ("f", None),
    }


def test_fit_is_low_where_nothing_may_be_said(make_ledger: Maker) -> None:
    assert the(fit(make_ledger())).variant == "plain"
    assert the(fit(make_ledger(r2=0.09))).variant == "low"
    assert the(fit(make_ledger(f_p=0.2))).variant == "low"


def test_kendalls_tau_by_hand() -> None:
    assert kendall_tau([3, 2, 1], [30, 20, 10]) == 1
    assert kendall_tau([3, 2, 1], [10, 20, 30]) == -1
    assert kendall_tau([4, 3, 2, 1], [4, 3, 1, 2]) == pytest.approx(4 / 6)
    assert kendall_tau([1], [1]) is None


@pytest.mark.parametrize(
    ("p", "facts", "variant", "level"),
    [
        ({}, {}, "all", 2),
        ({"a": 0.009, "b": 0.5, "c": 0.06, "d": 0.05}, {}, "some", 3),
        ({"a": 0.049, "b": 0.5, "c": 0.06, "d": 0.05}, {}, "some", 2),
        (dict.fromkeys("abcd", 0.05), {}, "none", None),
        ({}, {"r2": 0.05}, "all", None),
        ({}, {"n_eff": 30.0}, "all", None),
        ({}, {"b": {"c": -0.4}}, "some", 2),
    ],
)
def test_what_adds_something_of_its_own(
    make_ledger: Maker, p: dict[str, float], facts: dict[str, Any], variant: str, level: int | None
) -> None:
    claim = the(unique(make_ledger(p_adjusted=p, **facts)))
    assert found(claim) == (variant, level)
    assert sorted([*claim.values["adds"], *claim.values["nothing"]]) == list("abcd")
