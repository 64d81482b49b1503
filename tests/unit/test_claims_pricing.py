"""What may be said of prices: how firmly, and what keeps it from being said."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from pipeline.estimates import row
from pipeline.report.claims.pricing import demand, premium, price_points, price_range

Maker = Callable[..., Any]
BASE = {"n": 400, "n_eff": 400.0, "deff": 1.0}
LADDER = (1000.0, 1500.0, 2000.0)


def point(metric: str, figure: float | None, low: float | None = None, high: float | None = None, **more: Any) -> Any:
    return row("pricing", metric, **(BASE | {"estimate": figure, "conf_low": low, "conf_high": high} | more))


def four(width: float = 50.0, part: float = 0.05, **more: Any) -> list[Any]:
    values = {"pmc": 1000.0, "opp": 1400.0, "idp": 1500.0, "pme": 2000.0}
    rows = [point(name, price, price - width / 2, price + width / 2, **more) for name, price in values.items()]
    return [*rows, point("intransitive", part * 400), point("intransitive_share", part)]


@pytest.mark.parametrize(
    ("rows", "variant", "level"),
    [
        (four(), "range", 3),
        (four(200.0), "range", 2),
        (four(300.0), "range", 1),
        (four(part=0.4), "range", 1),
        (four(n_eff=99.0), "plain", None),
        ([point("pmc", 1000.0), point("pme", 2000.0), *four()[4:]], "plain", None),
        (four(estimate=None, state="not_defined", reason="out_of_order"), "untold", None),
        (four(state="low_base", reason="small_base", n=20, n_eff=20.0), "untold", None),
        ([], None, None),
    ],
)
def test_a_range_is_as_firm_as_its_ends_are_narrow(
    make_ledger: Maker, rows: list[Any], variant: str | None, level: int | None
) -> None:
    found = [(claim.variant, claim.level) for claim in price_range(make_ledger(rows=rows))]
    assert found == ([] if variant is None else [(variant, level)])


def test_points_are_told_without_a_grade_and_only_with_their_intervals(make_ledger: Maker) -> None:
    trial = [point("trial_price", 1300.0, 1200.0, 1400.0), point("sales_price", 1500.0, 1400.0, 1600.0)]
    share = point("trial", 0.3, contrast="at:sales_price")
    found = price_points(make_ledger(rows=[*four(), *trial, share]))
    assert [(claim.variant, claim.level) for claim in found] == [("points", None), ("trial", None)]
    assert price_points(make_ledger(rows=[point("opp", 1400.0), point("idp", 1500.0)])) == []


def ladder(best: float | None, probs: tuple[float, ...], **more: Any) -> list[Any]:
    rows = [point("revenue_price", best, LADDER[0], LADDER[-1], **more)]
    for price, prob in zip(LADDER, probs, strict=True):
        key = {"contrast": f"price:{price:g}"}
        rows += [point("demand", 0.5, 0.45, 0.55, **key), point("prob_best_price", prob, **key)]
    return rows


@pytest.mark.parametrize(
    ("best", "probs", "more", "variant", "level"),
    [
        (1500.0, (0.01, 0.98, 0.01), {}, "best", 3),
        (2000.0, (0.0, 0.01, 0.99), {}, "edge", 2),
        (1500.0, (0.0, 0.8, 0.2), {}, "between", 2),
        (1500.0, (0.2, 0.6, 0.2), {}, "open", None),
        (1500.0, (0.0, 1.0, 0.0), {"n_eff": 49.0}, "small", None),
        (None, (0.0, 0.0, 0.0), {"state": "suppressed", "n": 8, "n_eff": 8.0}, "small", None),
        (None, (0.0, 0.0, 0.0), {"state": "not_defined"}, "nobody", None),
    ],
)
def test_a_best_price_is_named_only_where_it_is_one(
    make_ledger: Maker, best: float | None, probs: Any, more: dict[str, Any], variant: str, level: int | None
) -> None:
    (claim,) = demand(make_ledger(rows=ladder(best, probs, **more)))
    assert (claim.variant, claim.level) == (variant, level)
    if variant == "between":
        assert (claim.values["low"], claim.values["high"]) == (1500.0, 2000.0)
    if variant == "edge":
        assert claim.values["top"]


def test_a_cost_adds_the_price_of_the_largest_profit(make_ledger: Maker) -> None:
    profit = [point("profit_price", 2000.0, 2000.0, 2000.0), point("prob_best_profit", 0.9, contrast="price:2000")]
    asked = {"asked": {"pricing": {"ladder": {"cost": 700.0}}}}
    rows = ladder(1500.0, (0.0, 1.0, 0.0)) + profit
    found = demand(make_ledger(rows=rows, study=asked))
    assert [(claim.variant, claim.level) for claim in found] == [("best", 3), ("profit", None)]
    assert found[1].values["cost"] == 700.0


def paid(estimate: float = 50.0, p: float | None = 0.001, median: float = 40.0, **more: Any) -> list[Any]:
    return [
        point("premium", estimate, estimate - 30, estimate + 30, **({"p_value": p} | more)),
        point("premium_percent", estimate / 1000, (estimate - 30) / 1000, (estimate + 30) / 1000),
        point("premium_median", median), point("premium_share", 0.6, contrast="above:0"),
    ]  # fmt: skip


UNEQUAL = {"asked": {"pricing": {"premium": {"equal_specification": False}}}}


@pytest.mark.parametrize(
    ("rows", "study", "variant", "level"),
    [
        (paid(), {}, "more", 3),
        (paid(p=0.03), {}, "more", 2),
        (paid(p=0.05), {}, "none", None),
        (paid(-50.0, median=-10.0), {}, "less", 3),
        (paid(median=-1.0), {}, "more", 1),
        (paid(), UNEQUAL, "more", 1),
        (paid(n_eff=49.0), {}, "small", None),
        (paid(conf_low=None, conf_high=None, p_value=None), {}, "untold", None),
        ([point("premium", None, state="suppressed", n=5)], {}, "small", None),
        ([point("premium", None, state="too_few", n=0, n_eff=0.0)], {}, "untold", None),
    ],
)
def test_a_premium_is_claimed_where_it_is_sure(
    make_ledger: Maker, rows: list[Any], study: dict[str, Any], variant: str, level: int | None
) -> None:
    (claim,) = premium(make_ledger(rows=rows, study=study))
    assert (claim.variant, claim.level) == (variant, level)
    if variant == "less":
        assert (claim.values["below_low"], claim.values["below_high"]) == (20.0, 80.0)


@pytest.mark.parametrize(
    ("n", "p", "made"), [(300, 0.02, True), (300, 0.06, False), (199, 0.02, False)]
)  # fmt: skip
def test_groups_differ_in_their_premium_only_where_they_are_large(
    make_ledger: Maker, n: int, p: float, made: bool
) -> None:
    groups = [point("premium", 20.0, group="city=north", n=n), point("premium", 80.0, group="city=far-south", n=n)]
    gap = point("premium", -60.0, -90.0, -30.0, contrast="city=north-far-south", p_value=p / 2, p_adjusted=p)
    found = premium(make_ledger(rows=[*paid(), *groups, gap]))
    assert [claim.variant for claim in found[1:]] == (["groups"] if made else [])
    if made:
        values = found[1].values
        assert (values["more"], values["less"], values["gap"]) == ("city=far-south", "city=north", 60.0)
        assert (values["gap_low"], values["gap_high"]) == (30.0, 90.0)
