"""The method panel, other outcome models, new respondents, practical equality and groups, from hand-made ledgers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from pipeline.estimates import row
from pipeline.report.claims import Claim, Ledger
from pipeline.report.claims.methods import (
    equal,
    groups,
    kendall_tau,
    mean_tau,
    outcome_model,
    panel,
    prediction,
    top_sets,
)

Maker = Callable[..., Ledger]
TURNED = {"a": 0.3, "b": 0.4, "c": 0.2, "d": 0.1}


def the(claims: list[Claim]) -> Claim:
    assert len(claims) == 1
    return claims[0]


def close(b: float, c: float = 1.0, d: float = 1.0) -> dict[tuple[str, str], float]:
    """P(a above each other driver)."""
    return {("a", "b"): b, ("a", "c"): c, ("a", "d"): d}


def test_all_methods_agree(make_ledger: Maker) -> None:
    claim = the(panel(make_ledger()))
    assert (claim.variant, claim.level) == ("all_first", None)
    assert claim.values["metrics"] == len(claim.values["agree"]) == 8
    assert (claim.values["common"], claim.values["others"], claim.values["tau"]) == (["a"], [], 1.0)


@pytest.mark.parametrize(
    ("facts", "variant", "common"),
    [
        ({"metrics": {"car": TURNED}, "behind": {("car", "a"): 0.974}}, "common", ["a"]),
        ({"metrics": {"car": TURNED}, "behind": {("car", "a"): 0.975}}, "split", []),
        ({"metrics": {"car": TURNED}, "behind": {("car", "a"): 0.99}, "above": close(0.9)}, "common", ["b"]),
        ({"metrics": {"kruskal": TURNED}}, "common", ["a"]),
    ],
)
def test_methods_that_differ_may_share_a_leading_set(
    make_ledger: Maker, facts: dict[str, Any], variant: str, common: list[str]
) -> None:
    """`common` where a and b cannot be told apart by LMG: then b is in the leading set of every other method too."""
    if "above" in facts:
        facts = facts | {"behind": {**facts["behind"], **{(name, "b"): 0.9 for name in NAMES}}}
    claim = the(panel(make_ledger(**facts)))
    assert (claim.variant, claim.values["common"]) == (variant, common)
    assert claim.values["other_drivers"] == ["b"]
    assert [guard.passed for guard in claim.guards] == [False, variant == "common"]


NAMES = ("relative_weights", "first", "last", "betasq", "pratt")


def test_a_method_without_resamples_has_no_leading_set(make_ledger: Maker) -> None:
    sets = top_sets(make_ledger())
    assert set(sets) == {"lmg", "relative_weights", "first", "last", "betasq", "pratt", "car"}
    assert all(names == {"a"} for names in sets.values())


def test_a_method_without_a_figure_for_every_driver_is_left_out(make_ledger: Maker) -> None:
    absent = row("importance", "car_share", term="b", state="not_defined", reason="category")
    assert the(panel(make_ledger(rows=[absent]))).values["metrics"] == 7
    only = [
        row("importance", f"{metric}_share", term="b", state="not_defined", reason="category")
        for metric in (*NAMES, "car", "kruskal")
    ]
    assert panel(make_ledger(rows=only)) == []


def test_one_driver_has_no_order(make_ledger: Maker) -> None:
    claim = the(panel(make_ledger(shares={"a": 1.0})))
    assert (claim.variant, claim.values["tau"]) == ("alone", None)


def test_kendalls_tau_by_hand() -> None:
    assert kendall_tau([3, 2, 1], [30, 20, 10]) == 1
    assert kendall_tau([3, 2, 1], [10, 20, 30]) == -1
    assert kendall_tau([4, 3, 2, 1], [4, 3, 1, 2]) == pytest.approx(4 / 6)
    assert kendall_tau([1], [1]) is None
    two = {"a": 3.0, "b": 2.0, "c": 1.0}
    assert mean_tau({"lmg": two, "car": two, "first": {"a": 1.0, "b": 2.0, "c": 3.0}}) == 0
    assert mean_tau({"lmg": two}) is None


def models(**shares: Mapping[str, float]) -> list[dict[str, Any]]:
    """Rows of outcome models, each with its shares."""
    found = []
    for name, each in shares.items():
        contrast = f"model:{name}"
        found.append(row("outcome_models", "pseudo_r2", contrast=contrast, estimate=0.25))
        found += [
            row("outcome_models", "lmg_share", term=term, contrast=contrast, estimate=share)
            for term, share in each.items()
        ]
    return found


@pytest.mark.parametrize(
    ("above", "variant", "other", "told"),
    [
        (None, "differs", "b", ["ordered_mcfadden"]),
        (close(0.9), "same_group", "b", ["ordered_mcfadden"]),
    ],
)
def test_another_model_of_the_outcome(
    make_ledger: Maker, above: dict[tuple[str, str], float] | None, variant: str, other: str, told: list[str]
) -> None:
    claim = the(outcome_model(make_ledger(above=above, rows=models(ordered_mcfadden=TURNED))))
    assert (claim.variant, claim.values["other"], claim.values["models"]) == (variant, other, told)
    assert claim.values["r2s"] == [0.25]


def test_models_that_agree_are_all_named(make_ledger: Maker) -> None:
    ledger = make_ledger(rows=models(polychoric={"a": 0.5, "b": 0.3, "c": 0.1, "d": 0.1}))
    claim = the(outcome_model(ledger))
    assert (claim.variant, claim.values["models"]) == ("same_top", ["logit_tjur", "polychoric"])
    assert outcome_model(make_ledger(without=("outcome_models",))) == []
    assert outcome_model(make_ledger(shares={"a": 1.0})) == []


@pytest.mark.parametrize(("p", "passed"), [(0.05, True), (0.0499, False)])
def test_parallel_lines_are_a_guard(make_ledger: Maker, p: float, passed: bool) -> None:
    test = row("outcome_models", "parallel_lines", contrast="model:ordered_mcfadden", estimate=9.0, p_value=p)
    claim = the(outcome_model(make_ledger(rows=[test])))
    assert [guard.passed for guard in claim.guards] == [passed]


@pytest.mark.parametrize(
    ("r2", "tested", "variant"),
    [
        (0.40, 0.36, "holds"),
        (0.40, 0.34, "shrinks"),
        (0.12, 0.10, "holds"),
        (0.12, 0.09, "shrinks"),
        (0.05, 0.01, "holds"),
    ],
)
def test_new_respondents(make_ledger: Maker, r2: float, tested: float, variant: str) -> None:
    ledger = make_ledger(r2=r2, rows=[row("regression", "r2_cv", estimate=tested)])
    assert the(prediction(ledger)).variant == variant


def test_new_respondents_that_were_not_tried(make_ledger: Maker) -> None:
    absent = row("regression", "r2_cv", state="not_defined", reason="published")
    assert prediction(make_ledger(rows=[absent])) == []


def pair(low: float, high: float, p: float | None, one: str = "a", other: str = "b") -> dict[str, Any]:
    figures = {"estimate": (low + high) / 2, "conf_low": low, "conf_high": high, "p_value": p}
    return row("importance", "lmg_share_difference", term=one, contrast=f"above:{other}", **figures)


@pytest.mark.parametrize(
    ("low", "high", "p", "variant", "level"),
    [
        (-0.04, 0.04, 0.009, "equal", 3),
        (-0.04, 0.04, 0.01, "equal", 2),
        (-0.04, 0.04, 0.05, "undecided", None),
        (-0.04, 0.05, 0.009, "undecided", None),
        (0.04, 0.09, 0.9, "undecided", None),
        (0.051, 0.09, 0.9, "apart", None),
        (-0.09, -0.051, 0.9, "apart", None),
        (-0.04, 0.04, None, "undecided", None),
    ],
)
def test_equality_is_a_claim_of_its_own(
    make_ledger: Maker, low: float, high: float, p: float | None, variant: str, level: int | None
) -> None:
    ledger = make_ledger(above=close(0.9), rows=[pair(low, high, p)], study={"sesoi": 0.05})
    claim = the(equal(ledger))
    assert (claim.variant, claim.level) == (variant, level)


def test_equality_of_several_pairs_is_corrected_for_their_number(make_ledger: Maker) -> None:
    rows = [pair(-0.04, 0.04, 0.01), pair(-0.04, 0.04, 0.02, "a", "c"), pair(-0.04, 0.04, 0.001, "b", "c")]
    found = equal(make_ledger(above=close(0.9, 0.9), rows=rows, study={"sesoi": 0.05}))
    assert [(claim.values["a"], claim.values["b"], claim.variant, claim.level) for claim in found] == [
        ("a", "b", "equal", 2),
        ("b", "c", "equal", 3),
        ("a", "c", "undecided", None),
    ]


def test_undecided_pairs_are_told_together(make_ledger: Maker) -> None:
    rows = [pair(-0.5, 0.2, 0.6), pair(-0.1, 0.3, 0.6, "a", "c"), pair(-0.08, 0.06, 0.6, "b", "c")]
    claim = the(equal(make_ledger(above=close(0.9, 0.9), rows=rows, study={"sesoi": 0.05})))
    assert (claim.variant, claim.level, claim.values["pairs"], len(claim.evidence)) == ("undecided", None, 3, 3)
    assert claim.values["drivers"] == ["a", "b", "c"]
    assert (claim.values["a"], claim.values["b"], claim.values["difference"]) == ("b", "c", pytest.approx(-0.01))
    assert [claim.values[name] for name in ("wide_a", "wide_b")] == ["a", "b"]
    assert claim.values["widest"] == pytest.approx(0.15)


def test_equality_needs_a_declared_difference_and_a_model_that_tells(make_ledger: Maker) -> None:
    rows = [pair(-0.04, 0.04, 0.001)]
    assert equal(make_ledger(above=close(0.9), rows=rows)) == []
    assert equal(make_ledger(above=close(0.9), rows=rows, study={"sesoi": 0.05}, r2=0.05)) == []
    assert equal(make_ledger(rows=rows, study={"sesoi": 0.05})) == []


def grouped(prob: float) -> list[dict[str, Any]]:
    shares = {"product": 0.6, "people": 0.4}
    return [
        found
        for name, share in shares.items()
        for found in (
            row("groups", "lmg_share", term=name, estimate=share, conf_low=share - 0.1, conf_high=share + 0.1),
            row("groups", "prob_rank_1", term=name, estimate=prob if name == "product" else 1 - prob),
        )
    ]


@pytest.mark.parametrize(
    ("prob", "facts", "variant", "level", "ranked"),
    [
        (0.975, {}, "clear", 3, True),
        (0.974, {}, "open", None, True),
        (0.99, {"r2": 0.05}, "open", None, False),
        (0.99, {"n_eff": 40.0}, "open", None, False),
    ],
)
def test_groups(
    make_ledger: Maker, prob: float, facts: dict[str, Any], variant: str, level: int | None, ranked: bool
) -> None:
    claim = the(groups(make_ledger(rows=grouped(prob), **facts)))
    assert (claim.variant, claim.level, claim.values["ranked"]) == (variant, level, ranked)
    assert (claim.values["group"], claim.values["share"]) == ("product", 0.6)


def test_one_group_is_nothing_to_rank(make_ledger: Maker) -> None:
    assert groups(make_ledger(rows=grouped(0.99)[:2])) == []
    assert groups(make_ledger()) == []
