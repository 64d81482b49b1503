"""How far the outcome depends on promotion, whose does, and what goes with it."""

from __future__ import annotations

from typing import Any

from pipeline.report.claims import LEVELS, SMALLEST_N_EFF, Claim, Guard, Ledger, Values
from pipeline.report.claims.value import asked, enough

NAME = "promotion"
MANY = 0.10
"""Share of people who buy on promotion only, from which the brand depends on promotion."""


def promotion(ledger: Ledger) -> list[Claim]:
    """small, dependent, slight, lower or none, tried in this order.

    small: n_eff under 50. dependent: the outcome is higher on promotion (paired, p < .05) and at least a tenth of the
    people, by the whole interval, reach the top two points on promotion only. slight: it is higher, without that.
    lower: it is lower on promotion. none: no difference was found.
    """
    question = asked(ledger, "promotion")
    name = question["outcome"] if question else None
    row, only = (ledger.known(NAME, metric, name) for metric in ("mean_difference", "promotion_only"))
    if row is None or only is None:
        return []
    p, least = row["p_value"], only["conf_low"] if only["conf_low"] is not None else only["estimate"]
    differs = p is not None and p < LEVELS[2]
    guards = (
        enough(ledger, row),
        Guard(rule="p of the paired difference below", required=LEVELS[2], found=p, passed=differs),
        Guard(rule="difference above", required=0.0, found=row["estimate"], passed=row["estimate"] > 0),
        Guard(rule="share that buys on promotion only, lower limit of at least", required=MANY, found=least,
              passed=least >= MANY),
    )  # fmt: skip
    variant = _variant(guards)
    level = (3 if p < LEVELS[3] else 2) if variant in ("dependent", "slight", "lower") and p is not None else None
    metrics = ("mean_difference", "promotion_only", "promotion_dependence")
    evidence = ledger.at(*((NAME, metric, name) for metric in metrics), (NAME, "top2box", ledger.outcome))
    values = _values(ledger, str(name), row, only)
    return [Claim(id="promotion", variant=variant, level=level, values=values, evidence=evidence, guards=guards)]


def _variant(guards: tuple[Guard, ...]) -> str:
    large, differs, higher, many = (guard.passed for guard in guards)
    if not large:
        return "small"
    if not differs:
        return "none"
    return "lower" if not higher else "dependent" if many else "slight"


def _values(ledger: Ledger, name: str, row: Values, only: Values) -> dict[str, Any]:
    part = ledger.known(NAME, "promotion_dependence", name) or {}
    return {
        "outcome": ledger.outcome,
        "other": name,
        "gap": row["estimate"],
        "low": row["conf_low"],
        "high": row["conf_high"],
        "p": row["p_value"],
        "mean": ledger.value(NAME, "mean", ledger.outcome),
        "mean_other": ledger.value(NAME, "mean", name),
        "buys": ledger.value(NAME, "top2box", ledger.outcome),
        "buys_other": ledger.value(NAME, "top2box", name),
        "only": only["estimate"],
        "only_low": only["conf_low"],
        "only_high": only["conf_high"],
        "part": part.get("estimate"),
        "n_eff": row["n_eff"],
    }


def who(ledger: Ledger) -> list[Claim]:
    """One claim for each variable: differs (Holm p < .05), none, or small where no two levels carry a claim."""
    question = asked(ledger, "promotion")
    if not question or ledger.known(NAME, "mean_difference", question["outcome"]) is None:
        return []
    found: dict[str, dict[str, Values]] = {}
    for row in ledger.rows:
        if row["analysis"] == NAME and row["metric"] == "mean_difference" and row["group"]:
            variable, _, level = row["group"].partition("=")
            found.setdefault(variable, {})[level] = row
    return [_who(ledger, question["outcome"], variable, levels) for variable, levels in found.items()]


def _who(ledger: Ledger, name: str, variable: str, levels: dict[str, Values]) -> Claim:
    required = ledger.study["bases"]["claim_base"]
    large = [level for level, row in levels.items() if row["n"] >= required and (row["n_eff"] or 0.0) >= SMALLEST_N_EFF]
    gaps = {
        (a, b): row
        for a in large
        for b in large
        if (row := ledger.known(NAME, "dependence_difference", name, None, f"{variable}={a}-{b}")) is not None
        and row["p_adjusted"] is not None
    }
    values: dict[str, Any] = {"variable": variable, "outcome": ledger.outcome, "other": name, "required": required}
    guard = Guard(rule="levels of the claim base, at least", required=2, found=len(large), passed=bool(gaps))
    if not gaps or not ledger.size_guard().passed:
        return Claim(id="promotion_who", variant="small", values=values, guards=(guard,))
    pair = min(gaps, key=lambda one: (gaps[one]["p_adjusted"], -abs(gaps[one]["estimate"])))
    row, p = gaps[pair], gaps[pair]["p_adjusted"]
    turned = row["estimate"] < 0
    more, less = pair[::-1] if turned else pair
    limits = sorted(-row[end] if turned else row[end] for end in ("conf_low", "conf_high"))
    values |= {
        "more": f"{variable}={more}", "less": f"{variable}={less}", "more_gap": levels[more]["estimate"],
        "less_gap": levels[less]["estimate"], "gap": abs(row["estimate"]), "low": limits[0], "high": limits[1],
        "p_adjusted": p, "comparisons": _family(ledger),
    }  # fmt: skip
    guards = (guard, Guard(rule="Holm-adjusted p below", required=LEVELS[2], found=p, passed=p < LEVELS[2]))
    level = (3 if p < LEVELS[3] else 2) if p < LEVELS[2] else None
    evidence = ledger.at((NAME, "dependence_difference", name, None, f"{variable}={pair[0]}-{pair[1]}"))
    variant = "differs" if p < LEVELS[2] else "none"
    return Claim(id="promotion_who", variant=variant, level=level, values=values, evidence=evidence, guards=guards)


def _family(ledger: Ledger) -> int:
    """Number of differences between groups that were tested together."""
    rows = (row for row in ledger.rows if row["metric"] == "dependence_difference")
    return sum(row["p_adjusted"] is not None for row in rows)


def behind(ledger: Ledger) -> list[Claim]:
    """some: ratings that go with more, or less, dependence on promotion (Holm p < .05); none."""
    rows = {name: ledger.known(NAME, "b", name, None, "dependence") for name in ledger.drivers}
    known = {name: row for name, row in rows.items() if row is not None and row["p_adjusted"] is not None}
    if not known or not enough(ledger, next(iter(known.values()))).passed:
        return []
    sure = {name: row for name, row in known.items() if row["p_adjusted"] < LEVELS[2]}
    least = min(row["p_adjusted"] for row in known.values())
    largest = max(sure or known, key=lambda name: abs(known[name]["estimate"]))
    values = {
        "outcome": ledger.outcome, "driver": largest, "b": known[largest]["estimate"],
        "low": known[largest]["conf_low"], "high": known[largest]["conf_high"],
        "more": [name for name, row in sure.items() if row["estimate"] > 0],
        "fewer": [name for name, row in sure.items() if row["estimate"] < 0],
        "r2": ledger.value(NAME, "r2", None, "dependence"), "p": least, "k": len(known),
    }  # fmt: skip
    weakest = max((row["p_adjusted"] for row in sure.values()), default=1.0)
    guards = (Guard(rule="Holm-adjusted p below", required=LEVELS[2], found=least, passed=bool(sure)),)
    evidence = ledger.at(*((NAME, "b", name, None, "dependence") for name in sure or [largest]))
    level = (3 if weakest < LEVELS[3] else 2) if sure else None
    variant = "some" if sure else "none"
    return [
        Claim(id="promotion_drivers", variant=variant, level=level, values=values, evidence=evidence, guards=guards)
    ]
