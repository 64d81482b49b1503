"""What people would pay: the range of acceptable prices, the points in it, demand over a ladder, the premium.

All of it is stated. Every sentence says that stated prices are not sales, and no point is called the best price.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import Any

from pipeline.report.claims import CLEAR, LEVELS, SMALLEST_N_EFF, Claim, Guard, Ledger, Values

PLAIN_N_EFF = 100
"""Respondents below which a range of prices is told without a grade."""
NARROW, WIDE = 0.10, 0.25
"""Widest interval of either end of the range, in parts of it, for a strong and for a moderate finding."""
MOST_LEFT_OUT = 1 / 3
"""Part of the respondents out of order beyond which the rest is no picture of all."""
POINTS = ("opp", "idp", "pmc", "pme")


def price_range(ledger: Ledger) -> list[Claim]:
    """untold: no range. plain: n_eff under 100. range: graded by the wider interval of its ends.

    Where over a third of the respondents are out of order, no more than tentative.
    """
    rows = {name: _row(ledger, name) for name in ("pmc", "pme")}
    low, high = rows["pmc"], rows["pme"]
    if low is None or high is None:
        return []
    left_out = _row(ledger, "intransitive_share")
    part = (left_out or {}).get("estimate")
    values: dict[str, Any] = {
        "n": low["n"],
        "left_out": (_row(ledger, "intransitive") or {}).get("estimate"),
        "part": part,
    }
    evidence = ledger.at(*(("pricing", name) for name in ("pmc", "pme", "intransitive", "intransitive_share")))
    if low["estimate"] is None or high["estimate"] is None or low["state"] == "low_base":
        reason = low["reason"] or high["reason"]
        return [Claim(id="price_range", variant="untold", values=values | {"reason_key": reason}, evidence=evidence)]
    values |= _limits("pmc", low) | _limits("pme", high)
    guards = _range_guards(low, high, part)
    size, widths, order = guards
    if not size.passed or low["conf_low"] is None or high["conf_low"] is None:
        return [Claim(id="price_range", variant="plain", values=values, evidence=evidence, guards=guards)]
    found = float(widths.found or 0.0)
    level = 3 if found <= NARROW else 2 if found <= WIDE else 1
    level = level if order.passed else 1
    return [Claim(id="price_range", variant="range", level=level, values=values, evidence=evidence, guards=guards)]


def _range_guards(low: Values, high: Values, part: float | None) -> tuple[Guard, Guard, Guard]:
    widths = [
        (row["conf_high"] - row["conf_low"]) / row["estimate"]
        if row["conf_low"] is not None and row["estimate"]
        else None
        for row in (low, high)
    ]
    widest = max((width for width in widths if width is not None), default=None)
    n_eff = float(low["n_eff"] or 0.0)
    return (
        Guard(rule="n_eff of at least", required=PLAIN_N_EFF, found=n_eff, passed=n_eff >= PLAIN_N_EFF),
        Guard(rule="width of the wider interval, in parts of its price, of at most", required=WIDE, found=widest,
              passed=widest is not None and widest <= WIDE),
        Guard(rule="part of the respondents whose prices are out of order of at most", required=round(MOST_LEFT_OUT, 3),
              found=part, passed=(part or 0.0) <= MOST_LEFT_OUT),
    )  # fmt: skip


def price_points(ledger: Ledger) -> list[Claim]:
    """points: opp and idp. trial: where stated intent is largest, and price times intent. Neither carries a grade."""
    claims = []
    rows = {name: ledger.known("pricing", name) for name in ("opp", "idp", "trial_price", "sales_price")}
    opp, idp, reach, sales = rows.values()
    if opp and idp and _sound(opp) and _sound(idp):
        values = _limits("opp", opp) | _limits("idp", idp) | {"n": opp["n"]}
        evidence = ledger.at(("pricing", "opp"), ("pricing", "idp"))
        claims.append(Claim(id="price_points", variant="points", values=values, evidence=evidence))
    if reach and sales and _sound(reach) and _sound(sales):
        values = _limits("reach", reach) | _limits("sales", sales) | {"n": reach["n"]}
        values |= {"share": ledger.figure("pricing", "trial", None, "at:sales_price")}
        evidence = ledger.at(("pricing", "trial_price"), ("pricing", "sales_price"))
        claims.append(Claim(id="price_points", variant="trial", values=values, evidence=evidence))
    return claims


def demand(ledger: Ledger) -> list[Claim]:
    """nobody: no demand. small: n_eff under 50. best: one price in at least .975 of the resamples; edge: it is an end.

    between: several prices share .975, but not the whole ladder. open: the whole ladder. profit: with a cost.
    """
    row = _row(ledger, "revenue_price")
    if row is None:
        return []
    claims = [_demand(ledger, row, "prob_best_price")]
    profit = ledger.known("pricing", "profit_price")
    if profit and claims[0].variant not in ("nobody", "small"):
        values = _limits("price", profit) | {
            "prob": _prob(ledger, "prob_best_profit", profit["estimate"]),
            "n": profit["n"],
        }
        values |= {"cost": ledger.study["asked"]["pricing"]["ladder"]["cost"]}
        evidence = ledger.at(("pricing", "profit_price"))
        claims.append(Claim(id="demand", variant="profit", values=values, evidence=evidence))
    return claims


def _demand(ledger: Ledger, row: Values, metric: str) -> Claim:
    prices = _prices(ledger, "demand")
    base: dict[str, Any] = {"n": row["n"], "n_eff": row["n_eff"], "steps": len(prices)}
    n_eff = float(row["n_eff"] or 0.0)
    size = Guard(rule="n_eff of at least", required=SMALLEST_N_EFF, found=n_eff, passed=n_eff >= SMALLEST_N_EFF)
    evidence = ledger.at(("pricing", "revenue_price"))
    if row["estimate"] is None and row["state"] != "suppressed":
        return Claim(id="demand", variant="nobody", values=base, evidence=evidence)
    if not size.passed or row["estimate"] is None:
        return Claim(id="demand", variant="small", values=base, evidence=evidence, guards=(size,))
    price = float(row["estimate"])
    prob = _prob(ledger, metric, price)
    share = ledger.known("pricing", "demand", None, None, _key(price)) or {}
    values = base | _limits("price", row) | {"prob": prob, "lowest": prices[0], "highest": prices[-1]}
    values |= {"share": share.get("estimate"), "share_low": share.get("conf_low"), "share_high": share.get("conf_high")}
    sure = Guard(rule="share of the resamples with the largest revenue of at least", required=CLEAR, found=prob,
                 passed=prob >= CLEAR)  # fmt: skip
    likely = _likely(ledger, metric, prices)
    values |= {"low": likely[0], "high": likely[-1]}
    whole = (likely[0], likely[-1]) == (prices[0], prices[-1])
    variant, level = ("open", None) if whole else ("between", 2)
    if sure.passed:
        variant, level = ("edge", 2) if price in (prices[0], prices[-1]) else ("best", 3)
    if variant == "edge":
        values |= {"top": price == prices[-1]}
    evidence += ledger.at(("pricing", "demand", None, None, _key(price)), ("pricing", metric, None, None, _key(price)))
    return Claim(id="demand", variant=variant, level=level, values=values, evidence=evidence, guards=(size, sure))


def _likely(ledger: Ledger, metric: str, prices: list[float]) -> list[float]:
    """The fewest prices that together are best in at least CLEAR of the resamples, from low to high."""
    found: list[float] = []
    for price in sorted(prices, key=lambda one: (-_prob(ledger, metric, one), one)):
        if sum(_prob(ledger, metric, one) for one in found) < CLEAR:
            found.append(price)
    return sorted(found)


def premium(ledger: Ledger) -> list[Claim]:
    """untold: no figure. small: n_eff under 50. more, less: p < .05 (3 under .01). none: otherwise.

    Tentative where specifications were not equal or the median is not on the side of the mean. groups: the pair of
    groups that differs most.
    """
    row, asked = _row(ledger, "premium"), (ledger.study.get("asked") or {}).get("pricing") or {}
    if row is None:
        return []
    equal = bool((asked.get("premium") or {}).get("equal_specification", True))
    base: dict[str, Any] = {"n": row["n"], "n_eff": row["n_eff"], "equal": equal}
    n_eff = float(row["n_eff"] or 0.0)
    size = Guard(rule="n_eff of at least", required=SMALLEST_N_EFF, found=n_eff, passed=n_eff >= SMALLEST_N_EFF)
    evidence = ledger.at(("pricing", "premium"), ("pricing", "premium_percent"), ("pricing", "premium_median"))
    percent, above = (
        ledger.known("pricing", "premium_percent"),
        ledger.figure("pricing", "premium_share", None, "above:0"),
    )
    if row["conf_low"] is None or percent is None or above is None:
        variant = "small" if row["state"] == "suppressed" else "untold"
        return [Claim(id="premium", variant=variant, values=base, evidence=evidence)]
    if not size.passed:
        return [Claim(id="premium", variant="small", values=base, evidence=evidence, guards=(size,))]
    figures = {"own_median": ledger.figure("pricing", "premium_median"), "above": above}
    values = base | _limits("size", row) | _limits("percent", percent) | figures
    return [_premium(row, values, (size,), evidence), *_groups(ledger)]


def _premium(row: Values, values: dict[str, Any], guards: tuple[Guard, ...], evidence: tuple[int, ...]) -> Claim:
    p, estimate = row["p_value"], float(row["estimate"])
    tested = Guard(
        rule="p of a premium of zero below", required=LEVELS[2], found=p, passed=p is not None and p < LEVELS[2]
    )
    median = values["own_median"]
    same = Guard(rule="median of the differences on the side of the mean", required="yes", found=median,
                 passed=median is not None and median * estimate > 0)  # fmt: skip
    asked = Guard(rule="both prices asked at equal specification", required="yes",
                  found="yes" if values["equal"] else "no", passed=values["equal"])  # fmt: skip
    guards = (*guards, tested, same, asked)
    told = values | {"p": p}
    if not tested.passed:
        return Claim(id="premium", variant="none", values=told, evidence=evidence, guards=guards)
    level = (3 if p < LEVELS[3] else 2) if same.passed and values["equal"] else 1
    told |= {"size_less": -estimate, "percent_less": -values["percent"]} if estimate < 0 else {}
    told |= {"below_low": -values["size_high"], "below_high": -values["size_low"]} if estimate < 0 else {}
    variant = "more" if estimate > 0 else "less"
    return Claim(id="premium", variant=variant, level=level, values=told, evidence=evidence, guards=guards)


def _groups(ledger: Ledger) -> Iterator[Claim]:
    """The pair of groups, both large enough for a claim, whose premiums differ most clearly; none where p fails."""
    found = [pair for pair in _pairs(ledger) if all(_large(ledger, group) for group in pair[1:])]
    tested = [(ledger.rows[at], at, a, b) for at, a, b in found if ledger.rows[at]["p_adjusted"] is not None]
    if not tested:
        return
    row, at, a, b = min(tested, key=lambda one: (one[0]["p_adjusted"], one[0]["p_value"]))
    p = float(row["p_adjusted"])
    guard = Guard(rule="Holm-adjusted p below", required=LEVELS[2], found=p, passed=p < LEVELS[2])
    if not guard.passed:
        return
    more, less = (a, b) if row["estimate"] > 0 else (b, a)
    size = sorted((abs(row["conf_low"]), abs(row["conf_high"])))
    values = {
        "more": more, "less": less, "gap": abs(row["estimate"]), "gap_low": size[0], "gap_high": size[1], "p": p,
        "more_size": ledger.row("pricing", "premium", None, more)["estimate"],
        "less_size": ledger.row("pricing", "premium", None, less)["estimate"], "comparisons": len(_pairs(ledger)),
    }  # fmt: skip
    level = 3 if p < LEVELS[3] else 2
    yield Claim(id="premium", variant="groups", level=level, values=values, evidence=(at,), guards=(guard,))


def _pairs(ledger: Ledger) -> list[tuple[int, str, str]]:
    """Position of every difference of premiums, with both groups."""
    groups = [row["group"] for row in ledger.rows if _is(row, "premium") and row["group"]]
    found = []
    for a, b in combinations(groups, 2):
        variable, _, level = a.partition("=")
        other, _, second = b.partition("=")
        at = (
            ledger.find("pricing", "premium", None, None, f"{variable}={level}-{second}") if variable == other else None
        )
        if at is not None:
            found.append((at, a, b))
    return found


def _is(row: Values, metric: str) -> bool:
    return bool(row["analysis"] == "pricing" and row["metric"] == metric)


def _large(ledger: Ledger, group: str) -> bool:
    row = ledger.row("pricing", "premium", None, group)
    return bool((row["n"] or 0) >= ledger.study["bases"]["claim_base"] and (row["n_eff"] or 0) >= SMALLEST_N_EFF)


def _row(ledger: Ledger, metric: str) -> Values | None:
    at = ledger.find("pricing", metric)
    return None if at is None else ledger.rows[at]


def _limits(name: str, row: Values) -> dict[str, Any]:
    return {name: row["estimate"], f"{name}_low": row["conf_low"], f"{name}_high": row["conf_high"]}


def _sound(row: Values) -> bool:
    """A point that stands on more than a low base, with its interval."""
    return row["state"] == "ok" and row["conf_low"] is not None


def _prices(ledger: Ledger, metric: str) -> list[float]:
    return sorted(float(one.removeprefix("price:")) for one in ledger.contrasts("pricing", metric))


def _key(price: float) -> str:
    return f"price:{price:.10g}"


def _prob(ledger: Ledger, metric: str, price: float) -> float:
    return ledger.figure("pricing", metric, None, _key(price)) or 0.0
