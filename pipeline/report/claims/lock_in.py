"""What goes with owning more devices, and how those who came from the rival differ from those who had the brand before.

People who like a brand also buy more of it, so no sentence says that devices make anybody want, pay or stay.
"""

from __future__ import annotations

from typing import Any

from pipeline.report.claims import LEVELS, SMALLEST_N_EFF, Claim, Guard, Ledger, Values
from pipeline.report.claims.value import asked

NAME = "lock_in"
MOST = 3
BENT = 0.01
"""Holm-adjusted p below which a line is said to bend: a few people with many devices make its error too small."""


def lock_in(ledger: Ledger) -> list[Claim]:
    """One claim for the outcome of the model and each further one: absent, small, rises, falls or none, in this order.

    absent: no slope can be told. small: too few respondents. rises, falls: the slope of a device, with the controls
    where there are any, passes 5 % after Holm over the outcomes. none: it does not.
    """
    spec = asked(ledger, NAME)
    if spec is None:
        return []
    outcomes = list(dict.fromkeys([ledger.outcome, *spec["outcomes"]]))
    return [claim for name in outcomes if (claim := _slope(ledger, spec, name)) is not None]


def _slope(ledger: Ledger, spec: Values, name: str) -> Claim | None:
    contrast = "controlled" if spec["controls"] else "alone"
    at = ledger.find(NAME, "b", name, None, contrast)
    if at is None:
        return None
    row = ledger.rows[at]
    values: dict[str, Any] = {"outcome": name, "devices": spec["devices"], "controls": list(spec["controls"])}
    if row["estimate"] is None:
        return Claim(id="lock_in", variant="absent", values=values | {"why": row["reason"]}, evidence=(at,))
    size, p = _size(ledger, [row]), row["p_adjusted"]
    sure = p is not None and p < LEVELS[2]
    values |= _limits("slope", row) | {"p": p, "n": row["n"], "required": size.required}
    values |= _doses(ledger, name) | _bend(ledger, name) | {"cost": spec["cost"]}
    kept = ledger.known(NAME, "b", name, None, "with:cost")
    values |= _limits("kept", kept or {})
    guards = (size, Guard(rule="Holm-adjusted p below", required=LEVELS[2], found=p, passed=sure))
    variant = "small" if not size.passed else "none" if not sure else "rises" if row["estimate"] > 0 else "falls"
    level = (3 if p < LEVELS[3] else 2) if variant in ("rises", "falls") else None
    evidence = (at, *ledger.at(*((NAME, "b", name, None, other) for other in ("alone", "squared", "with:cost"))))
    return Claim(id="lock_in", variant=variant, level=level, values=values, evidence=evidence, guards=guards)


def _doses(ledger: Ledger, name: str) -> dict[str, Any]:
    """Mean of the outcome at the smallest and at the largest dose that are told."""
    rows = [
        row
        for row in ledger.rows
        if (row["analysis"], row["metric"], row["term"]) == (NAME, "mean", name)
        and (row["contrast"] or "").startswith("dose:")
        and row["state"] == "ok"
    ]
    if len(rows) < 2:
        return {"least": None, "most": None}
    found: dict[str, Any] = {}
    for place, row in (("least", rows[0]), ("most", rows[-1])):
        found |= {place: row["contrast"].removeprefix("dose:"), f"{place}_mean": row["estimate"]}
    return found


def _bend(ledger: Ledger, name: str) -> dict[str, Any]:
    """Whether a further device goes with less, or more, the more there are, by the sign of the squared term."""
    row = ledger.known(NAME, "b", name, None, "squared")
    slope = ledger.figure(NAME, "b", name, "alone") or 0.0
    if row is None or row["p_adjusted"] is None or row["p_adjusted"] >= BENT:
        return {"bend": None}
    return {"bend": "less" if row["estimate"] * slope < 0 else "more"}


def switchers(ledger: Ledger) -> list[Claim]:
    """absent, small, higher, lower or none, tried in this order; of the outcome, Holm over everything compared.

    absent: nobody came from the rival, or too few to be told. higher, lower: users who had the rival before want the
    brand more, or less, than those who had it before.
    """
    spec = asked(ledger, NAME)
    if spec is None or not spec["former"]:
        return []
    rows = [row for row in ledger.rows if (row["analysis"], row["metric"]) == (NAME, "mean_difference")]
    gap = next((row for row in rows if row["term"] == ledger.outcome), None)
    share = ledger.find(NAME, "proportion", spec["former"], None, f"level:{spec['rival']}")
    if gap is None or share is None:
        return []
    rival = f"{spec['former']}={spec['rival']}"
    values: dict[str, Any] = {"rival": rival, "outcome": ledger.outcome, "devices": spec["devices"]}
    if gap["estimate"] is None or ledger.rows[share]["estimate"] is None:
        reason = gap["reason"] or ledger.rows[share]["reason"]
        return [Claim(id="switchers", variant="absent", values=values | {"why": reason}, evidence=(share,))]
    own = str(gap["contrast"]).removeprefix(f"{rival}-")
    groups = (rival, f"{spec['former']}={own}")
    means = [ledger.known(NAME, "mean", ledger.outcome, group) or {} for group in groups]
    size, p = _size(ledger, means), gap["p_adjusted"]
    sure = p is not None and p < LEVELS[2]
    values |= _limits("share", ledger.rows[share]) | _limits("gap", gap) | {"p": p, "comparisons": len(rows)}
    values |= {"own": None if own == "others" else groups[1], "came_mean": means[0].get("estimate")}
    values |= {"stayed_mean": means[1].get("estimate"), "smallest_n": int(size.found or 0), "required": size.required}
    values |= _ratings(ledger, rows)
    guards = (size, Guard(rule="Holm-adjusted p below", required=LEVELS[2], found=p, passed=sure))
    variant = "small" if not size.passed else "none" if not sure else "higher" if gap["estimate"] > 0 else "lower"
    level = (3 if p < LEVELS[3] else 2) if variant in ("higher", "lower") else None
    evidence = (share, *ledger.at((NAME, "mean_difference", ledger.outcome, None, gap["contrast"])))
    return [Claim(id="switchers", variant=variant, level=level, values=values, evidence=evidence, guards=guards)]


def _ratings(ledger: Ledger, rows: list[Values]) -> dict[str, Any]:
    """Drivers that switchers surely rate higher, and lower."""
    sure = {
        row["term"]: row["estimate"]
        for row in rows
        if row["term"] in ledger.drivers and row["p_adjusted"] is not None and row["p_adjusted"] < LEVELS[2]
    }
    ranked = sorted(sure, key=lambda name: -abs(sure[name]))
    return {
        "rated_higher": [name for name in ranked if sure[name] > 0][:MOST],
        "rated_lower": [name for name in ranked if sure[name] < 0][:MOST],
    }


def _limits(name: str, row: Values) -> dict[str, Any]:
    return {name: row.get("estimate"), f"{name}_low": row.get("conf_low"), f"{name}_high": row.get("conf_high")}


def _size(ledger: Ledger, rows: list[Values]) -> Guard:
    required = ledger.study["bases"]["claim_base"]
    smallest = min(int(row.get("n") or 0) for row in rows)
    effective = min(float(row.get("n_eff") or 0.0) for row in rows)
    passed = smallest >= required and effective >= SMALLEST_N_EFF and ledger.size_guard().passed
    return Guard(rule="respondents of at least", required=required, found=smallest, passed=passed)
