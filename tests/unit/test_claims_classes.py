"""What may be said of latent classes: how many, how stable, what they are called, what tells them apart."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from pipeline.estimates import row
from pipeline.report.claims import Claim
from pipeline.report.claims.classes import class_drivers, class_outcomes, classes, driver_classes, found, profiles

Maker = Callable[..., Any]
Rows = list[dict[str, Any]]
N: dict[str, Any] = {"n": 900, "n_eff": 900.0, "deff": 1.0}


def a_row(metric: str, estimate: float | None, half: float | None = None, **columns: Any) -> dict[str, Any]:
    limits = {} if half is None or estimate is None else {"conf_low": estimate - half, "conf_high": estimate + half}
    return row("classes", metric, **(N | {"estimate": estimate} | limits | columns))


def three(
    jaccard: tuple[float, ...] = (0.95, 0.9, 0.88),
    p: float = 0.025,
    fits: float = 1.0,
    gain: float = 50.0,
    n: int = 300,
) -> Rows:
    """Rows of three classes; the first name fits the second class, in the share `fits` of the draws."""
    found = [
        a_row("class_count", 3.0, contrast="classes"),
        a_row("bic", 1000.0, contrast="classes:3"),
        a_row("bic", 1000.0 + gain, contrast="classes:2"),
        a_row("blrt", 60.0, contrast="classes:3", p_value=p),
        a_row("entropy", 0.8, contrast="classes:3"),
    ]
    for at, stable in enumerate(jaccard):
        group = {"group": f"class={at + 1}", "n": n}
        found += [a_row("class_size", (0.5, 0.3, 0.2)[at], 0.03, **group), a_row("stability_jaccard", stable, **group)]
        found += [a_row("prob_typical", fits if at == 1 else 0.0, contrast="name:0", **group)]
        found += [a_row("mean", 5.0 - at, 0.2, term="y", **group), a_row("lmg_share", 0.5 - at / 10, term="a", **group)]
        for level in ("x", "z"):
            share = 0.8 if (at, level) in ((0, "x"), (1, "z")) else 0.3
            found += [a_row("proportion", share, 0.05, term="city", contrast=f"level:{level}", **group)]
    return found


def one(claims: list[Claim]) -> Claim:
    (claim,) = claims
    return claim


@pytest.mark.parametrize(
    ("keys", "variant", "level"),
    [
        ({}, "found", 3),
        ({"gain": 4.0}, "found", 2),
        ({"jaccard": (0.95, 0.9, 0.76)}, "found", 2),
        ({"jaccard": (0.95, 0.9, 0.74)}, "partly", 1),
        ({"jaccard": (0.7, 0.6, 0.74)}, "unstable", None),
        ({"p": 0.075}, "unstable", None),
    ],
)
def test_classes_are_said_to_be_there_only_if_stable_and_tested(
    make_ledger: Maker, keys: dict[str, Any], variant: str, level: int | None
) -> None:
    claim = one(classes(make_ledger(rows=three(**keys))))
    assert (claim.variant, claim.level) == (variant, level)
    assert claim.guards
    assert claim.evidence


@pytest.mark.parametrize(
    ("columns", "variant"),
    [
        ({"estimate": 1.0}, "one"),
        ({"estimate": 1.0, "n_eff": 40.0}, "small"),
        ({"estimate": None, "state": "too_few", "reason": "small_base"}, "small"),
        ({"estimate": None, "state": "not_defined", "reason": "one_answer"}, "unable"),
    ],
)
def test_one_class_too_few_people_and_useless_answers_have_their_sentence(
    make_ledger: Maker, columns: dict[str, Any], variant: str
) -> None:
    for kind, rule in (("classes", classes), ("driver_classes", driver_classes)):
        rows = [row("classes", "class_count", **(N | {"contrast": kind} | columns))]
        claim = one(rule(make_ledger(rows=rows)))
        assert (claim.variant, claim.level) == (variant, None)


def test_nothing_is_said_of_classes_nobody_asked_for(make_ledger: Maker) -> None:
    ledger = make_ledger()
    assert not any(rule(ledger) for rule in (classes, driver_classes, profiles, class_outcomes, class_drivers))


@pytest.mark.parametrize(
    ("keys", "tokens"),
    [
        ({}, ("class=1", "class_name:0", "class=3")),
        ({"fits": 0.97}, ("class=1", "class=2", "class=3")),
        ({"jaccard": (0.95, 0.7, 0.9)}, ("class=1", "class=2", "class=3")),
    ],
)
def test_a_name_must_be_earned(make_ledger: Maker, keys: dict[str, Any], tokens: tuple[str, ...]) -> None:
    made = found(make_ledger(rows=three(**keys)), "class")
    assert made is not None
    assert made.tokens == tokens


def test_a_class_is_told_by_what_is_clearly_more_frequent_in_it(make_ledger: Maker) -> None:
    first, second, third = profiles(make_ledger(rows=three()))
    assert [answer["answer"] for answer in first.values["typical"]] == ["city=x"]
    assert [answer["answer"] for answer in second.values["typical"]] == ["city=z"]
    assert (first.variant, third.variant) == ("told", "mixed")
    assert profiles(make_ledger(rows=three(n=150))) == []


@pytest.mark.parametrize(("p", "variant", "level"), [(0.001, "differs", 3), (0.03, "differs", 2), (0.3, "none", None)])
def test_differences_between_classes_are_tested_with_holm(
    make_ledger: Maker, p: float, variant: str, level: int | None
) -> None:
    gaps = [
        a_row(metric, -0.4, 0.2, term=term, contrast="class=1-3", p_value=p / 3, p_adjusted=p)
        for metric, term in (("mean_difference", "y"), ("lmg_share", "a"))
    ]
    ledger = make_ledger(rows=[*three(), *gaps])
    for rule in (class_outcomes, class_drivers):
        claim = one(rule(ledger))
        assert (claim.variant, claim.level) == (variant, level)
        assert (claim.values["more"], claim.values["less"]) == ("class=3", "class=1")
        assert claim.values["low"] == pytest.approx(0.2)
    assert class_outcomes(make_ledger(rows=[*three(n=150), *gaps])) == []
