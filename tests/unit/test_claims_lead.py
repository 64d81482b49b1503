"""The lead claim, variant by variant, at and beside its limits; fit and unique contributions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from pipeline.estimates import row
from pipeline.report.claims import Claim, Ledger
from pipeline.report.claims.lead import fit, lead, unique

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


TURNED = {"a": 0.3, "b": 0.4, "c": 0.2, "d": 0.1}


@pytest.mark.parametrize(
    ("facts", "variant", "level"),
    [
        ({"metrics": {"car": TURNED}, "behind": {("car", "a"): 0.974}}, "clear", 2),
        ({"metrics": {"car": TURNED}, "behind": {("car", "a"): 0.975}}, "doubtful", 1),
        ({"metrics": {"kruskal": TURNED}}, "clear", 2),
        ({"metrics": {"last": TURNED}, "behind": {("last", "a"): 0.974}}, "clear", 3),
        ({"metrics": {"first": TURNED}, "behind": {("first", "a"): 0.975}}, "doubtful", 1),
        ({"metrics": {"car": TURNED}, "behind": {("car", "a"): 0.5}, "above": close(0.95)}, "close", 2),
        ({"metrics": {"kruskal": {"a": 0.3, "b": 0.2, "c": 0.4, "d": 0.1}}, "above": close(0.95)}, "close", 1),
    ],
)
def test_a_strong_claim_does_not_hang_on_the_method(
    make_ledger: Maker, facts: dict[str, Any], variant: str, level: int
) -> None:
    """Methods that divide the same whole lower the level; of all others only a sure contradiction counts."""
    claim = the(lead(make_ledger(**facts)))
    assert found(claim) == (variant, level)
    assert claim.values["caveats"] == (["method"] if variant == "doubtful" else [])


@pytest.mark.parametrize(
    ("facts", "variant", "level"),
    [
        ({"specified": 0.5}, "clear", 3),
        ({"specified": 0.499}, "doubtful", 1),
        ({"tipped": 6}, "clear", 3),
        ({"tipped": 5}, "doubtful", 1),
        ({"tipped": 10, "n": 1000}, "doubtful", 1),
        ({"tipped": 11, "n": 1000}, "clear", 3),
        ({"tipped": 1, "above": close(0.93)}, "close", 1),
        ({"tipped": 1, "above": close(0.7)}, "group", 2),
        ({"specified": 0.4, "above": close(0.7)}, "group", 2),
        ({"specified": 0.1, "above": close(0.7)}, "group", 1),
        ({"without": ("specification", "tipping")}, "clear", 3),
    ],
)
def test_a_result_that_is_easily_turned_is_tentative(
    make_ledger: Maker, facts: dict[str, Any], variant: str, level: int
) -> None:
    """A group claims no order within itself, so only specifications led from outside it count: here .6 or .9 - 2/3."""
    claim = the(lead(make_ledger(**facts)))
    assert found(claim) == (variant, level)
    assert (level == 1) == (not all(guard.passed for guard in claim.guards[7:])) == bool(claim.values["caveats"])


def test_what_turns_a_result_is_named(make_ledger: Maker) -> None:
    facts = {"specified": 0.4, "tipped": 2, "metrics": {"car": TURNED}, "alpha": {"a": 0.5}}
    names = ["low_reliability", "method", "specification", "tipping"]
    assert the(lead(make_ledger(**facts))).values["caveats"] == names


def test_nothing_is_said_of_sturdiness_where_nothing_is_claimed(make_ledger: Maker) -> None:
    assert len(the(lead(make_ledger(r2=0.05))).guards) == 7


def test_guards_tell_what_was_found_and_evidence_points_at_it(make_ledger: Maker) -> None:
    ledger = make_ledger(above=close(0.93), r2=0.31)
    claim = the(lead(ledger))
    assert [guard.passed for guard in claim.guards] == [True, True, True, False, True, True, True, True, True]
    assert [guard.found for guard in claim.guards] == [0.31, 1e-6, 400.0, 0.93, "none", "none", 0.93, 0.95, "yes"]
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


@pytest.mark.parametrize(("controls", "variant", "first"), [(0.1, "plain", "clear"), (0.31, "low", "none")])
def test_what_controls_explain_is_not_what_the_drivers_explain(
    make_ledger: Maker, controls: float, variant: str, first: str
) -> None:
    study = {"controls": [{"variable": "city", "label": {}}]}
    ledger = make_ledger(r2=0.4, rows=[row("regression", "r2_controls", estimate=controls)], study=study)
    claim = the(fit(ledger))
    assert (claim.variant, claim.values["controls"]) == (variant, ["city="])
    assert (claim.values["r2"], claim.values["beyond"]) == (0.4, pytest.approx(0.4 - controls))
    headline = the(lead(ledger))
    assert (headline.variant, headline.values["r2"]) == (first, pytest.approx(0.4 - controls))


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
    assert sorted([*claim.values["adds"], *claim.values["nothing"], *claim.values["turned"]]) == list("abcd")


def test_a_turned_sign_is_neither_a_contribution_nor_nothing(make_ledger: Maker) -> None:
    p = {"a": 0.009, "b": 0.5, "c": 0.01, "d": 0.2}
    values = the(unique(make_ledger(p_adjusted=p, b={"c": -0.4, "d": -0.1}))).values
    assert (values["adds"], values["turned"], values["nothing"]) == (["a"], ["c"], ["b", "d"])


CATEGORY = {"state": "not_defined", "reason": "category"}


def test_a_driver_without_one_coefficient_is_tested_by_what_it_adds(make_ledger: Maker) -> None:
    """Then all are, so that there is one family of tests."""
    rows = [
        row("regression", "b", term="a", **CATEGORY),
        row("importance", "f_unique", term="b", estimate=1.0, p_value=0.3, p_adjusted=0.3),
    ]
    claim = the(unique(make_ledger(rows=rows)))
    assert (claim.values["adds"], claim.values["nothing"]) == (["a", "c", "d"], ["b"])
    rows += [row("importance", "f_unique", term="a", **CATEGORY)]
    assert unique(make_ledger(rows=rows)) == []


def test_a_category_can_lead(make_ledger: Maker) -> None:
    rows = [row("regression", "b", term="a", **CATEGORY), row("reliability", "alpha", term="a", **CATEGORY)]
    rows += [
        row("description", "r", term="y", contrast="with:a", **CATEGORY),
        row("overlap", "vif", term="a", **CATEGORY),
    ]
    assert found(the(lead(make_ledger(rows=rows)))) == ("clear", 3)


def test_drivers_that_repeat_each_other_leave_no_overall_test(make_ledger: Maker) -> None:
    singular = row("regression", "f", state="singular", reason="singular")
    claim = the(lead(make_ledger(rows=[singular])))
    assert (claim.variant, claim.guards[1].found, claim.guards[1].passed) == ("clear", None, True)
