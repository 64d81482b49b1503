"""What may be said of a chain: along it, beside it, in other orders, against unmeasured factors, and for whom."""

from __future__ import annotations

from typing import Any

import pytest

from pipeline.estimates import row
from pipeline.report.claims import Claim, Ledger
from pipeline.report.claims.mediation import hidden_cause, mediation, moderated, rival_orders

WAY = "x>m>y"


def figure(metric: str, value: float, half: float, contrast: str | None = None, **more: Any) -> dict[str, Any]:
    limits = {"conf_low": value - half, "conf_high": value + half}
    base = {"n": 400, "n_eff": 380.0, "estimate": value, **limits, **more}
    return row("mediation", metric, outcome="y", term="c", contrast=contrast, **base)


def ledger(
    chain: float = 0.2, half: float = 0.05, direct: float = 0.1, p: float = 0.001,
    rho: tuple[float, float] = (0.4, 0.3), rival: float = 0.1, gap: float = 0.05, design: str = "survey",
    n_eff: float = 380.0, units: int = 400, rest: list[dict[str, Any]] | None = None, moderator: str | None = None,
) -> Ledger:  # fmt: skip
    """A chain x > m > y; gap: half of the interval of the rival's difference."""
    rows = [
        figure("chain_indirect", chain, half, p_value=p, p_adjusted=p, n_eff=n_eff),
        figure("chain_indirect_beta", chain, half), figure("direct", direct, 0.05), figure("total", 0.3, 0.05),
        figure("rho_zero", rho[0], 0.05, "x>m"), figure("rho_zero", rho[1], 0.05, "m>y"),
        figure("rival_indirect", chain, half, WAY), figure("rival_indirect", rival, 0.05, "m>x>y"),
        figure("rival_difference", chain - rival, gap, "m>x>y"), *(rest or []),
    ]  # fmt: skip
    asked = {"from": "x", "through": [["m"]], "to": None, "moderator": moderator, "moderates": "first", "label": None}
    study = {"outcome": "y", "design": design, "asked": {"mediation": {"c": asked}}}
    return Ledger(rows, study, {"n_eff": 380.0, "units": units}, [])


def the(claims: list[Claim]) -> Claim:
    (claim,) = claims
    return claim


@pytest.mark.parametrize(
    ("facts", "variant", "level"),
    [
        ({"direct": 0.02}, "carried", 2),
        ({}, "partly", 2),
        ({"direct": -0.1}, "against", 2),
        ({"chain": 0.02, "p": 0.4}, "not_carried", None),
        ({"chain": 0.02, "half": 0.3, "p": 0.4}, "undecided", None),
        ({"p": 0.06}, "undecided", None),
        ({"rho": (0.4, -0.05)}, "partly", 1),
        ({"design": "experiment"}, "partly", 3),
        ({"design": "experiment", "p": 0.03}, "partly", 2),
        ({"n_eff": 49.0}, "small", None),
        ({"units": 29}, "small", None),
    ],
)
def test_what_is_said_of_a_chain(facts: dict[str, Any], variant: str, level: int | None) -> None:
    claim = the(mediation(ledger(**facts)))
    assert (claim.variant, claim.level) == (variant, level)
    assert all(guard.passed for guard in claim.guards) == (level is not None)


def test_the_weakest_arrow_is_named() -> None:
    values = the(mediation(ledger(rho=(0.2, 0.5)))).values
    assert (values["a"], values["b"], values["rho"]) == ("x", "m", 0.2)
    values = the(mediation(ledger(rho=(0.2, 0.5), design="experiment"))).values
    assert (values["a"], values["b"], values["rho"]) == ("m", "y", 0.5)


def test_of_mediators_side_by_side_the_strongest_way_counts() -> None:
    """One that carries nothing does not make the chain a weak one."""
    held = ledger(rest=[figure("rho_zero", 0.01, 0.05, "x>k"), figure("rho_zero", 0.6, 0.05, "k>y")])
    asked = held.study["asked"]["mediation"]["c"] | {"through": [["m", "k"]]}
    study = held.study | {"asked": {"mediation": {"c": asked}}}
    values = the(mediation(Ledger(held.rows, study, held.sample, []))).values
    assert (values["way"], values["route"]) == ("x>m+k>y", "x>m>y")
    assert (values["a"], values["b"]) == ("m", "y")


@pytest.mark.parametrize("reason", ["no_overlap", "constant", "collinear", "same_as_end", "small_base"])
def test_a_chain_that_cannot_be_followed_says_why(reason: str) -> None:
    rows = [row("mediation", "chain_indirect", term="c", state="singular", reason=reason)]
    held = ledger()
    claim = the(mediation(Ledger(rows, held.study, held.sample, [])))
    assert (claim.variant, claim.values["reason"]) == ("unable", reason)
    assert rival_orders(Ledger(rows, held.study, held.sample, [])) == []


def test_an_analysis_that_was_refused_says_so() -> None:
    held = ledger()
    claim = the(mediation(Ledger([], held.study, held.sample, [])))
    assert (claim.variant, claim.values["reason"]) == ("unable", "refused")


def test_without_the_key_nothing_is_said() -> None:
    held = ledger()
    silent = Ledger(held.rows, held.study | {"asked": {"mediation": {}}}, held.sample, [])
    assert [rule(silent) for rule in (mediation, rival_orders, hidden_cause, moderated)] == [[], [], [], []]


@pytest.mark.parametrize(
    ("facts", "variant"),
    [({}, "smaller"), ({"gap": 0.2}, "alike"), ({"rival": 0.4}, "alike"), ({"chain": -0.2, "rival": -0.1}, "smaller")],
)
def test_other_orders_stand_beside_the_chain(facts: dict[str, Any], variant: str) -> None:
    claim = the(rival_orders(ledger(**facts)))
    assert claim.variant == variant
    assert (claim.values["rival"], claim.values["orders"]) == ("m>x>y", 1)


def test_orders_of_a_chain_that_carries_nothing_are_not_compared() -> None:
    assert rival_orders(ledger(p=0.3)) == hidden_cause(ledger(p=0.3)) == []


@pytest.mark.parametrize(("rho", "variant"), [(0.5, "sturdy"), (-0.2, "some"), (0.05, "weak")])
def test_an_unmeasured_factor_is_graded_by_its_strength(rho: float, variant: str) -> None:
    claim = the(hidden_cause(ledger(rho=(0.6, rho))))
    assert claim.variant == variant
    assert claim.values["part"] == abs(rho if variant != "sturdy" else 0.5)


def moderator(index: float, p: float, keys: tuple[str, str] = ("p16", "p84")) -> list[dict[str, Any]]:
    found = [figure("index_of_moderated_mediation", index, 0.02, p_value=p)]
    for key, value in zip(keys, (1.0, 5.0), strict=True):
        found += [figure("conditional_indirect", 0.1 * value, 0.02, key), figure("moderator_value", value, 0.0, key)]
    return found


@pytest.mark.parametrize(
    ("index", "p", "variant", "level"),
    [(0.1, 0.001, "differs", 2), (-0.1, 0.03, "differs", 1), (0.01, 0.3, "even", None)],
)
def test_a_chain_may_depend_on_a_moderator(index: float, p: float, variant: str, level: int | None) -> None:
    claim = the(moderated(ledger(rest=moderator(index, p), moderator="heard")))
    assert (claim.variant, claim.level) == (variant, level)
    assert (claim.values["first_value"], claim.values["last_value"]) == (1.0, 5.0)
    assert claim.values["first_level"] is None


def test_levels_of_a_moderator_are_named() -> None:
    rest = moderator(0.1, 0.001, ("level:north", "level:south"))
    values = the(moderated(ledger(rest=rest, moderator="city"))).values
    assert (values["first_level"], values["last_level"]) == ("city=north", "city=south")


def test_a_moderator_that_cannot_be_used_says_why() -> None:
    absent = row("mediation", "index_of_moderated_mediation", term="c", state="not_defined", reason="moderator_levels")
    claim = the(moderated(ledger(rest=[absent], moderator="city")))
    assert (claim.variant, claim.values["reason"]) == ("unable", "moderator_levels")
