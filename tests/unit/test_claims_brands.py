"""Claims on critics, rivals, owners and language versions: each is made where its rule passes, else its weaker form."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from pipeline.estimates import row
from pipeline.report.claims import Claim
from pipeline.report.claims import comparability as versions
from pipeline.report.claims import lock_in as owners
from pipeline.report.claims import paradox as critical
from pipeline.report.claims import rivals as rivalry

Ledgers = Callable[..., Any]
Rows = list[dict[str, Any]]
BIG = {"n": 900, "n_eff": 800.0}
PARTS = "critics:buyers-others"


def limits(value: float, reach: float = 0.05) -> dict[str, float]:
    return {"estimate": value, "conf_low": value - reach, "conf_high": value + reach}


def only(claims: list[Claim]) -> Claim:
    (claim,) = claims
    return claim


def asked(key: str, value: Any, **more: Any) -> dict[str, Any]:
    scale = {"low": 1, "high": 7, "points": 7, "neutral": 4}
    return {"asked": {key: value}, "constructs": {"a": {"scale": scale}}, "names": {}, **more}


PARADOX = {"product": "a", "complaint": "heard", "trust": "b", "below": None}


def critic_rows(gap: float = -0.2, p: float | None = 0.001, n: int = 900) -> Rows:
    size = {"n": n, "n_eff": 0.9 * n}
    key = {"term": "a"}
    return [
        row("paradox", "critic_share", **key, **limits(0.3), **BIG),
        row("paradox", "critic_share", contrast="of:buyers", **key, **limits(0.2), **BIG),
        row("paradox", "buyer_share", contrast="of:critics", **key, **limits(0.1), **size),
        row("paradox", "buyer_share", contrast="of:others", **key, **limits(0.3), **BIG),
        row("paradox", "buyer_share", contrast="critics-others", p_value=p, **key, **limits(gap), **BIG),
    ]


@pytest.mark.parametrize(
    ("changes", "variant", "level"),
    [
        ({}, "fewer", 3),
        ({"p": 0.03}, "fewer", 2),
        ({"gap": 0.2}, "more", 3),
        ({"p": 0.06}, "same", None),
        ({"n": 199}, "small", None),
    ],
)
def test_critics(make_ledger: Ledgers, changes: dict[str, Any], variant: str, level: int | None) -> None:
    claim = only(critical.critics(make_ledger(rows=critic_rows(**changes), study=asked("paradox", PARADOX))))
    assert (claim.variant, claim.level) == (variant, level)
    assert claim.values["below"] == 4
    assert claim.values["share"] == 0.2
    assert len(claim.evidence) == 5


def test_critics_that_are_hidden_are_said_to_be(make_ledger: Ledgers) -> None:
    rows = critic_rows()
    blank = {"state": "not_defined", "reason": "no_critics"}
    rows[2] = row("paradox", "buyer_share", term="a", contrast="of:critics", **blank)
    claim = only(critical.critics(make_ledger(rows=rows, study=asked("paradox", PARADOX))))
    assert (claim.variant, claim.values["why"]) == ("absent", "no_critics")


def part_rows(parts: Mapping[str, tuple[float, float]], n: int = 300) -> Rows:
    rows = [row("paradox", "compensation", contrast=PARTS, **limits(1.0), n=600)]
    for name, (value, p) in parts.items():
        key = {"term": name, "contrast": PARTS}
        rows.append(row("paradox", "compensation", **key, **limits(value), p_value=p, p_adjusted=p, n=600))
        rows.append(row("paradox", "mean_difference", **key, **limits(0.8), n=600))
    groups = ("critics:buyers", "critics:others")
    return rows + [row("paradox", "mean", contrast=name, **limits(5.0), n=n, n_eff=0.9 * n) for name in groups]


def test_the_product_itself_compensates_for_nothing_and_a_negative_part_neither(make_ledger: Ledgers) -> None:
    rows = part_rows({"a": (0.9, 0.0001), "b": (0.3, 0.001), "c": (0.4, 0.02), "d": (-0.5, 0.001)})
    claim = only(critical.paradox(make_ledger(rows=rows, study=asked("paradox", PARADOX))))
    assert (claim.variant, claim.level) == ("compensated", 2)
    assert claim.values["drivers"] == ["c", "b"]
    assert claim.values["first"] == "c"


@pytest.mark.parametrize(
    ("parts", "n", "variant"),
    [
        ({"a": (0.9, 0.001), "b": (0.3, 0.06)}, 300, "none"),
        ({"a": (0.9, 0.001), "b": (0.3, 0.001)}, 199, "small"),
    ],
)
def test_without_a_sure_part_or_enough_critics_nothing_compensates(
    make_ledger: Ledgers, parts: dict[str, tuple[float, float]], n: int, variant: str
) -> None:
    claim = only(critical.paradox(make_ledger(rows=part_rows(parts, n), study=asked("paradox", PARADOX))))
    assert (claim.variant, claim.level) == (variant, None)


def complaint_rows(product: float, p: float, low: tuple[float, float], high: tuple[float, float]) -> Rows:
    key = {"term": "heard"}
    found = [
        row("paradox", "b", p_value=0.01, **key, **limits(-0.1), **BIG),
        row("paradox", "b", term="heard*b", p_value=p, **limits(product), **BIG),
    ]
    for place, (value, own) in (("p16", low), ("p84", high)):
        found.append(row("paradox", "b", contrast=place, p_value=own, **key, **limits(value), **BIG))
        found.append(row("paradox", "moderator_value", term="b", contrast=place, estimate=3.0, **BIG))
    return found


@pytest.mark.parametrize(
    ("product", "p", "low", "high", "variant", "level"),
    [
        (0.1, 0.001, (-0.3, 0.001), (-0.1, 0.2), "buffers", 2),
        (0.1, 0.02, (-0.3, 0.001), (-0.1, 0.2), "buffers", 1),
        (0.1, 0.001, (-0.1, 0.2), (0.2, 0.001), "other", 2),
        (-0.1, 0.001, (0.1, 0.2), (-0.3, 0.001), "worsens", 2),
        (-0.1, 0.001, (0.3, 0.001), (0.1, 0.2), "other", 2),
        (0.1, 0.06, (-0.3, 0.001), (-0.1, 0.2), "none", None),
    ],
)
def test_complaints(
    make_ledger: Ledgers,
    product: float,
    p: float,
    low: tuple[float, float],
    high: tuple[float, float],
    variant: str,
    level: int | None,
) -> None:
    """An interaction within one questionnaire is never more than moderate."""
    rows = complaint_rows(product, p, low, high)
    claim = only(critical.complaint(make_ledger(rows=rows, study=asked("paradox", PARADOX))))
    assert (claim.variant, claim.level) == (variant, level)


RIVALS = {"brands": ["x-1", "y"], "product": "a", "variable": None}
AT = "brand=x-1-y"


def rival_rows(
    gap: tuple[float, float] = (0.5, 0.001),
    parts: tuple[float, float] = (0.4, 0.2),
    product: tuple[float, float] = (-0.6, 0.001),
    support: float = 0.8,
    n: int = 400,
) -> Rows:
    """Gap and product: difference and p. parts: of ratings and of weights, each with a reach of .1."""
    sizes = {"n": n, "n_eff": 0.9 * n}
    rows = [
        row("rivals", "mean_difference", contrast=AT, p_value=gap[1], **limits(gap[0]), **BIG),
        row("rivals", "mean_difference", term="a", contrast=AT, p_value=product[1], **limits(product[0]), **BIG),
        row("rivals", "rated_both", contrast=AT, estimate=0.7, **BIG),
        row("rivals", "interaction", contrast=AT, **limits(0.0, 0.1), **BIG),
    ]
    for part, value in zip(("endowments", "coefficients"), parts, strict=True):
        rows.append(row("rivals", part, contrast=AT, **limits(value, 0.1), **BIG))
    for name, value, p in (("a", -0.1, 0.001), ("b", 0.3, 0.001), ("c", 0.2, 0.2)):
        rows.append(row("rivals", "endowments", term=name, contrast=AT, p_adjusted=p, **limits(value), **BIG))
    for group in ("brand=x-1", "brand=y"):
        rows.append(row("rivals", "common_support", group=group, estimate=support, **sizes))
        rows += [row("rivals", "mean", term=name, group=group, **limits(4.0), **sizes) for name in (None, "a")]
    return rows


@pytest.mark.parametrize(
    ("changes", "variant", "level"),
    [
        ({}, "both", 3),
        ({"parts": (0.4, 0.05)}, "perceptions", 3),
        ({"parts": (0.05, 0.4)}, "weights", 3),
        ({"parts": (0.05, 0.05)}, "unsettled", 3),
        ({"gap": (0.5, 0.03)}, "both", 2),
        ({"support": 0.4}, "both", 2),
        ({"gap": (0.5, 0.06)}, "none", None),
        ({"n": 199}, "small", None),
    ],
)
def test_rivals(make_ledger: Ledgers, changes: dict[str, Any], variant: str, level: int | None) -> None:
    claim = only(rivalry.rivals(make_ledger(rows=rival_rows(**changes), study=asked("rivals", RIVALS))))
    assert (claim.variant, claim.level) == (variant, level)
    assert claim.values["leading"] == "brand=x-1"


def test_the_brand_that_is_wanted_more_comes_first_with_its_parts_turned(make_ledger: Ledgers) -> None:
    rows = rival_rows(gap=(-0.5, 0.001), parts=(-0.4, 0.3))
    claim = only(rivalry.rivals(make_ledger(rows=rows, study=asked("rivals", RIVALS))))
    assert (claim.values["leading"], claim.values["gap"]) == ("brand=y", 0.5)
    assert (claim.values["endowments"], claim.values["coefficients"]) == (0.4, -0.3)
    assert claim.variant == "perceptions"
    assert (claim.values["drivers"], claim.values["against"]) == (["a"], ["b"])


def test_ratings_that_hardly_overlap_leave_the_gap_alone(make_ledger: Ledgers) -> None:
    gone = {"state": "no_overlap", "reason": "no_overlap", "contrast": AT}
    rows = [one for one in rival_rows() if one["metric"] not in ("endowments", "coefficients", "interaction")]
    rows += [row("rivals", part, **gone) for part in ("endowments", "coefficients", "interaction")]
    claim = only(rivalry.rivals(make_ledger(rows=rows, study=asked("rivals", RIVALS))))
    assert (claim.variant, claim.level) == ("no_overlap", 3)


@pytest.mark.parametrize(
    ("changes", "variant", "level"),
    [
        ({}, "lower", 3),
        ({"product": (-0.6, 0.03)}, "lower", 2),
        ({"product": (0.6, 0.001)}, "higher", 3),
        ({"product": (-0.6, 0.06)}, "open", None),
        ({"gap": (0.5, 0.06)}, "open", None),
        ({"n": 199}, "small", None),
    ],
)
def test_a_better_product_that_is_wanted_less_needs_both_differences(
    make_ledger: Ledgers, changes: dict[str, Any], variant: str, level: int | None
) -> None:
    claim = only(rivalry.better_product(make_ledger(rows=rival_rows(**changes), study=asked("rivals", RIVALS))))
    assert (claim.variant, claim.level) == (variant, level)
    better = "brand=x-1" if changes.get("product", (-1, 0))[0] > 0 else "brand=y"
    assert claim.values["better"] == better


LOCK_IN = {"devices": "d", "outcomes": [], "controls": ["age"], "cost": None, "former": "before", "rival": "r"}


@pytest.mark.parametrize(
    ("slope", "p", "n", "variant", "level"),
    [
        (0.1, 0.001, 400, "rises", 3),
        (-0.1, 0.03, 400, "falls", 2),
        (0.1, 0.06, 400, "none", None),
        (0.1, 0.001, 199, "small", None),
    ],
)
def test_lock_in(make_ledger: Ledgers, slope: float, p: float, n: int, variant: str, level: int | None) -> None:
    """The slope with the controls decides; a bend is told from p under .01 on."""
    size = {"n": n, "n_eff": 0.9 * n}
    rows = [
        row("lock_in", "b", term="y", contrast="alone", p_adjusted=0.2, **limits(0.1), **size),
        row("lock_in", "b", term="y", contrast="controlled", p_adjusted=p, **limits(slope), **size),
        row("lock_in", "b", term="y", contrast="squared", p_adjusted=0.02, **limits(-0.1), **size),
    ]
    claim = only(owners.lock_in(make_ledger(rows=rows, study=asked("lock_in", LOCK_IN | {"former": None}))))
    assert (claim.variant, claim.level, claim.values["bend"]) == (variant, level, None)


@pytest.mark.parametrize(
    ("gap", "p", "n", "variant", "level"),
    [
        (0.3, 0.001, 400, "higher", 3),
        (-0.3, 0.03, 400, "lower", 2),
        (0.3, 0.06, 400, "none", None),
        (0.3, 0.001, 199, "small", None),
    ],
)
def test_switchers(make_ledger: Ledgers, gap: float, p: float, n: int, variant: str, level: int | None) -> None:
    rows = [
        row("lock_in", "proportion", term="before", contrast="level:r", **limits(0.2), **BIG),
        row("lock_in", "mean_difference", term="y", contrast="before=r-own", p_adjusted=p, **limits(gap), **BIG),
        row("lock_in", "mean_difference", term="b", contrast="before=r-own", p_adjusted=0.01, **limits(0.2), **BIG),
        row("lock_in", "mean_difference", term="c", contrast="before=r-own", p_adjusted=0.2, **limits(0.2), **BIG),
    ]
    mean = {"term": "y", "n": n, "n_eff": 0.9 * n}
    rows += [row("lock_in", "mean", group=group, **limits(5.0), **mean) for group in ("before=r", "before=own")]
    claim = only(owners.switchers(make_ledger(rows=rows, study=asked("lock_in", LOCK_IN))))
    assert (claim.variant, claim.level) == (variant, level)
    assert (claim.values["own"], claim.values["rated_higher"]) == ("before=own", ["b"])


def version_rows(shifts: Mapping[str, tuple[float, float]], congruence: float = 0.99, n: int = 400) -> Rows:
    """shifts: item -> size in standard deviations and p; three items of construct a."""
    at = "language=zh-en"
    size = {"n": n, "n_eff": 0.9 * n}
    rows = [row("comparability", "tucker_congruence", term="a", contrast=at, **limits(congruence, 0.01), **size)]
    alpha = {"term": "a", "contrast": at, **size}
    groups = ("language=zh", "language=en")
    rows += [row("comparability", "alpha", group=group, **limits(0.8), **alpha) for group in groups]
    for item, (value, p) in shifts.items():
        key = {"outcome": "a", "term": item, "contrast": at}
        rows.append(row("comparability", "item_shift", p_adjusted=p, **limits(value), **key, **size))
        rows.append(row("comparability", "item_shift_d", estimate=value, **key, **size))
    return rows


LEVELS = {"language": {"levels": [{"value": "en"}, {"value": "zh"}]}}


@pytest.mark.parametrize(
    ("shifts", "congruence", "n", "variant"),
    [
        ({"i": (0.1, 0.001), "j": (0.0, 0.9), "k": (0.0, 0.9)}, 0.99, 400, "holds"),
        ({"i": (0.4, 0.06), "j": (0.0, 0.9), "k": (0.0, 0.9)}, 0.99, 400, "holds"),
        ({"i": (0.4, 0.001), "j": (0.0, 0.9), "k": (0.0, 0.9)}, 0.99, 400, "item"),
        ({"i": (0.4, 0.001), "j": (0.3, 0.001), "k": (0.0, 0.9)}, 0.99, 400, "fails"),
        ({"i": (0.0, 0.9), "j": (0.0, 0.9), "k": (0.0, 0.9)}, 0.8, 400, "fails"),
        ({"i": (0.4, 0.001), "j": (0.0, 0.9)}, 0.99, 400, "item"),
        ({"i": (0.4, 0.001), "j": (0.0, 0.9), "k": (0.0, 0.9)}, 0.99, 199, "small"),
    ],
)
def test_comparability(
    make_ledger: Ledgers, shifts: Mapping[str, tuple[float, float]], congruence: float, n: int, variant: str
) -> None:
    """A shift must be sure and large; one item of two may shift without condemning the construct."""
    study = asked("comparable", "language") | {"names": LEVELS}
    ledger = make_ledger(rows=version_rows(shifts, congruence, n), study=study)
    claim = only(versions.comparability(ledger))
    assert claim.variant == variant
    assert (claim.values["one"], claim.values["other"]) == ("language=zh", "language=en")
    limited = [one.variant for one in versions.limit(ledger)]
    assert limited == (["not_comparable"] if variant in ("item", "fails") else [])


def test_one_version_alone_is_no_comparison(make_ledger: Ledgers) -> None:
    rows = [row("comparability", "tucker_congruence", state="too_few", reason="one_version")]
    claim = only(versions.comparability(make_ledger(rows=rows, study=asked("comparable", "language"))))
    assert claim.variant == "absent"


def test_a_study_that_does_not_ask_claims_nothing(make_ledger: Ledgers) -> None:
    ledger = make_ledger(study={"asked": {}})
    rules = (critical.critics, critical.paradox, critical.complaint, rivalry.rivals, rivalry.better_product)
    rules += (owners.lock_in, owners.switchers, versions.comparability, versions.limit)
    assert [claim for rule in rules for claim in rule(ledger)] == []
