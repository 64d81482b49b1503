"""Specifications, measurement error, halo, tipping, confounding and the shape of links, at and beside their limits."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from pipeline.estimates import row
from pipeline.report.claims import Claim, Ledger
from pipeline.report.claims.doubts import confounding, tipping
from pipeline.report.claims.robustness import corrected, halo, imputed, specification
from pipeline.report.claims.shape import asymmetry, linearity

Maker = Callable[..., Ledger]
TURNED = {"a": 0.3, "b": 0.4, "c": 0.2, "d": 0.1}


def the(claims: list[Claim]) -> Claim:
    assert len(claims) == 1
    return claims[0]


@pytest.mark.parametrize(
    ("share", "p", "variant"),
    [
        (0.90, 0.049, "stable"),
        (0.90, 0.05, "mostly"),
        (0.899, 0.005, "mostly"),
        (0.50, 0.005, "mostly"),
        (0.499, 0.005, "unstable"),
    ],
)
def test_specifications(make_ledger: Maker, share: float, p: float, variant: str) -> None:
    claim = the(specification(make_ledger(specified=share, chance=p)))
    assert claim.variant == variant
    assert (claim.values["axis"], claim.values["value"]) == ("metric", "last")
    assert (claim.values["low_share"], claim.values["count"]) == (pytest.approx(share - 0.2), 96)
    assert len(claim.evidence) == 3


def test_a_choice_is_named_only_if_it_lowers_the_share(make_ledger: Maker) -> None:
    rows = [
        row("specification", "spec_first", term="a", contrast=f"choice:{name}", estimate=1.0)
        for name in ("metric=last", "outcome=ranks")
    ]
    values = the(specification(make_ledger(specified=1.0, rows=rows))).values
    assert (values["axis"], values["value"], values["low_share"]) == (None, None, 1.0)


def test_a_study_without_specifications(make_ledger: Maker) -> None:
    assert specification(make_ledger(without=("specification",))) == []
    assert specification(make_ledger(shares={"a": 1.0})) == []
    silent = [
        row(
            "specification", "spec_first", term="a", contrast=f"choice:{name}", state="not_defined", reason="categories"
        )
        for name in ("metric=last", "outcome=ranks")
    ]
    assert specification(make_ledger(rows=silent)) == []


def imputations(shares: Mapping[str, float]) -> list[dict[str, Any]]:
    found = [row("imputed", "lmg_share", term=name, estimate=share, n=450) for name, share in shares.items()]
    return [*found, row("imputed", "imputed_share", estimate=0.08, n=450)]


@pytest.mark.parametrize(
    ("shares", "above", "variant", "other"),
    [
        ({"a": 0.35, "b": 0.3, "c": 0.25, "d": 0.1}, {}, "same_order", "a"),
        ({"a": 0.35, "b": 0.2, "c": 0.35, "d": 0.1}, {}, "same_top", "a"),
        (TURNED, {("a", "b"): 0.9}, "same_group", "b"),
        (TURNED, {}, "differs", "b"),
    ],
)
def test_imputed(make_ledger: Maker, shares: Mapping[str, float], above: Any, variant: str, other: str) -> None:
    claim = the(imputed(make_ledger(rows=imputations(shares), above=above)))
    assert (claim.variant, claim.values["other"]) == (variant, other)
    assert (claim.values["part"], claim.values["n"], claim.values["completed"]) == (0.08, 400, 450)
    assert len(claim.evidence) == 2


def test_nothing_imputed(make_ledger: Maker) -> None:
    assert imputed(make_ledger()) == []
    nothing = row("imputed", "r2", state="not_defined", reason="nothing_missing")
    assert imputed(make_ledger(rows=[nothing])) == []


def disattenuated(shares: Mapping[str, float] | None, unknown: tuple[str, ...] = ()) -> list[dict[str, Any]]:
    """Corrected shares (None: overcorrected) and the constructs whose reliability is not known."""
    gone = {"state": "singular", "reason": "overcorrected"}
    found = [
        row("disattenuated", "lmg_share", term=name, **({"estimate": shares[name]} if shares else gone))
        for name in "abcd"
    ]
    single = {"state": "not_defined", "reason": "one_item"}
    return found + [row("disattenuated", "reliability_used", term=name, **single) for name in unknown]


@pytest.mark.parametrize(
    ("rows", "above", "variant", "other"),
    [
        ([], {}, "same_top", "a"),
        (disattenuated(TURNED), {}, "differs", "b"),
        (disattenuated(TURNED), {("a", "b"): 0.9}, "same_group", "b"),
        (disattenuated(None), {}, "impossible", None),
        (disattenuated(TURNED, tuple("abcdy")), {}, "none", None),
        (disattenuated(TURNED, tuple("abcd")), {}, "none", None),
        ([one | {"reason": "unsteady"} for one in disattenuated(TURNED)], {}, "unsteady", "b"),
    ],
)
def test_correction_for_measurement_error(
    make_ledger: Maker, rows: list[dict[str, Any]], above: Any, variant: str, other: str | None
) -> None:
    claim = the(corrected(make_ledger(rows=rows, above=above)))
    assert (claim.variant, claim.values.get("other")) == (variant, other)


def test_what_could_not_be_corrected_is_named(make_ledger: Maker) -> None:
    exact = row("disattenuated", "reliability_used", term="d", estimate=1.0)
    claim = the(corrected(make_ledger(rows=[*disattenuated(TURNED, ("c", "y")), exact])))
    assert claim.values["uncorrected"] == ["c", "d", "y"]
    assert (claim.values["raw"], claim.values["corrected"]) == (0.4, 0.3)
    assert (claim.values["other_raw"], claim.values["other_corrected"]) == (0.3, 0.4)


def test_a_study_without_correction(make_ledger: Maker) -> None:
    assert corrected(make_ledger(without=("disattenuated",))) == []
    absent = row("disattenuated", "lmg_share", term="b", state="not_defined", reason="category")
    assert corrected(make_ledger(rows=[absent])) == []


@pytest.mark.parametrize(
    ("within", "variant"), [({"a": 0.5, "b": 0.2, "c": 0.2, "d": 0.1}, "agrees"), (TURNED, "differs")]
)
def test_halo(make_ledger: Maker, within: Mapping[str, float], variant: str) -> None:
    rows = [row("halo", "first_eigenvalue", contrast="part:total", estimate=0.6)]
    assert halo(make_ledger(rows=rows)) == []
    rows += [row("halo", "lmg_share", term=name, contrast="part:within", estimate=s) for name, s in within.items()]
    claim = the(halo(make_ledger(rows=rows)))
    assert (claim.variant, claim.values["pooled"], claim.values["within"]) == (variant, 0.4, within["a"])
    assert claim.values["group"] == (variant == "agrees")
    assert the(halo(make_ledger(rows=rows, above={("a", "b"): 0.9}))).values["group"]


@pytest.mark.parametrize(
    ("k", "n", "variant"),
    [
        (None, 400, "sturdy"),
        (5, 400, "few"),
        (5, 60, "few"),
        (6, 400, "some"),
        (20, 400, "some"),
        (21, 400, "sturdy"),
        (20, 2000, "few"),
        (21, 2000, "some"),
    ],
)
def test_tipping(make_ledger: Maker, k: int | None, n: int, variant: str) -> None:
    claim = the(tipping(make_ledger(tipped=k, n=n)))
    assert (claim.variant, claim.values["k"], claim.values["second"]) == (variant, k, "b")


def test_a_tipping_set_that_was_not_sought(make_ledger: Maker) -> None:
    assert tipping(make_ledger(without=("tipping",))) == []
    assert tipping(make_ledger(shares={"a": 1.0})) == []
    pair = {"term": "a", "contrast": "above:b"}
    other = row("tipping", "tipping_respondents", **pair, state="too_few", reason="too_few")
    assert tipping(make_ledger(rows=[other])) == []


@pytest.mark.parametrize(("rv", "variant"), [(0.11, "strong"), (0.10, "weak")])
def test_confounding(make_ledger: Maker, rv: float, variant: str) -> None:
    claim = the(confounding(make_ledger(rows=[row("tipping", "robustness_value", term="a", estimate=rv)])))
    assert (claim.variant, claim.values["other"], claim.values["confounded"]) == (variant, "b", 0.2)
    assert (claim.guards[0].required, claim.guards[0].found) == (0.1, rv)


def test_a_reason_as_strong_as_another_driver_may_turn_the_sign(make_ledger: Maker) -> None:
    turned = row("tipping", "confounded_b", term="a", contrast="as_strong_as:b", estimate=-0.1)
    claim = the(confounding(make_ledger(rows=[turned, row("tipping", "robustness_value", term="a", estimate=0.11)])))
    assert (claim.variant, [guard.passed for guard in claim.guards]) == ("weak", [True, False])


def test_a_driver_without_a_coefficient_is_not_confounded(make_ledger: Maker) -> None:
    absent = row("regression", "b", term="a", state="not_defined", reason="category")
    assert confounding(make_ledger(rows=[absent])) == []
    assert confounding(make_ledger(without=("tipping",))) == []


@pytest.mark.parametrize(
    ("gain", "low", "variant"),
    [(0.02, 0.001, "curved"), (0.019, 0.001, "straight"), (0.05, 0.0, "straight"), (-0.01, -0.03, "straight")],
)
def test_linearity(make_ledger: Maker, gain: float, low: float, variant: str) -> None:
    found = row("nonlinearity", "r2_cv_gain", estimate=gain, conf_low=low, conf_high=gain + 0.03)
    assert the(linearity(make_ledger(rows=[found]))).variant == variant
    assert linearity(make_ledger(rows=[found], without=("nonlinearity",))) == []


def kano(
    low: float, high: float, penalty: float = 0.6, reward: float = 0.2, p_adjusted: float = 0.01
) -> list[dict[str, Any]]:
    limits = {"conf_low": low, "conf_high": high, "p_adjusted": p_adjusted}
    return [
        row("nonlinearity", "penalty", term="c", estimate=penalty),
        row("nonlinearity", "reward", term="c", estimate=reward),
        row("nonlinearity", "asymmetry", term="c", estimate=(low + high) / 2, **limits),
    ]


@pytest.mark.parametrize(
    ("rows", "facts", "variants"),
    [
        (kano(-0.9, -0.1), {}, ["penalty"]),
        (kano(0.1, 0.9), {}, ["reward"]),
        (kano(-0.9, 0.0), {}, []),
        (kano(-0.9, -0.1, p_adjusted=0.05), {}, []),
        (kano(0.0, 0.9), {}, []),
        (kano(0.1, 0.9, -0.6, 0.2), {}, []),
        (kano(0.1, 0.9), {"r2": 0.05}, []),
        ([], {}, []),
    ],
)
def test_asymmetry(make_ledger: Maker, rows: list[dict[str, Any]], facts: dict[str, Any], variants: list[str]) -> None:
    claims = asymmetry(make_ledger(rows=rows, **facts))
    assert [claim.variant for claim in claims] == variants
    assert all((claim.level, claim.values["driver"]) == (1, "c") for claim in claims)
