"""What screening does to the result: whom the rules leave out, and whether the headline hangs on it."""

from __future__ import annotations

from typing import Any

from pipeline.report.claims import Claim, Guard, Ledger


def screening(ledger: Ledger) -> list[Claim]:
    """The headline as it is against the headline if no rule had left anybody out; nothing where no rule is declared.

    unusable, nobody_flagged, nobody_dropped: no record goes for a rule. same_order: all drivers keep their place;
    same_first: the first one does; other_first: another one would be first. explained: one driver, or too little to
    rank any. unknown: without screening there is no result at all.
    """
    if not ledger.study.get("rules"):
        return []
    values = _counts(ledger)
    if not values["dropped"]:
        return [_nobody(ledger, values)]
    r2 = ledger.figure("unscreened", "r2")
    values |= {"outcome": ledger.outcome, "r2": ledger.value("regression", "r2"), "r2_unscreened": r2}
    if r2 is None:
        return [Claim(id="screening", variant="unknown", values=values, evidence=ledger.at(("unscreened", "r2")))]
    if not ledger.compares():
        evidence = ledger.at(("regression", "r2"), ("unscreened", "r2"))
        return [Claim(id="screening", variant="explained", values=values, evidence=evidence)]
    return [_compared(ledger, values)]


def _nobody(ledger: Ledger, values: dict[str, Any]) -> Claim:
    rules = [rule["rule"] for rule in ledger.study["rules"]]
    usable = any(ledger.known("screening", "flagged", name) for name in rules)
    variant = "nobody_dropped" if values["flagged"] else "nobody_flagged" if usable else "unusable"
    evidence = ledger.at(*(("screening", "flagged", name) for name in rules))
    return Claim(id="screening", variant=variant, values=values, evidence=evidence)


def _compared(ledger: Ledger, values: dict[str, Any]) -> Claim:
    order = ledger.ranked()
    before = {name: ledger.value("unscreened", "lmg_share", name) for name in order}
    unscreened = sorted(order, key=lambda name: -before[name])
    driver, other = order[0], unscreened[0]
    values |= {"driver": driver, "share": ledger.value("importance", "lmg_share", driver), "unscreened": before[driver]}
    values |= {"other": other, "other_share": ledger.value("importance", "lmg_share", other)}
    values |= {"other_unscreened": before[other], "group": other in ledger.leaders()}
    guards = (
        Guard(rule="first driver without screening", required=driver, found=other, passed=other == driver),
        Guard(
            rule="order of the drivers without screening",
            required=", ".join(order),
            found=", ".join(unscreened),
            passed=unscreened == order,
        ),
    )
    variant = "same_order" if unscreened == order else "same_first" if other == driver else "other_first"
    keys = dict.fromkeys((analysis, "lmg_share", name) for name in (driver, other) for analysis in ANALYSES)
    return Claim(id="screening", variant=variant, values=values, evidence=ledger.at(*keys), guards=guards)


ANALYSES = ("importance", "unscreened")


def _counts(ledger: Ledger) -> dict[str, Any]:
    """Complete records, those with a flag, and those that go for flags."""
    steps = {step["stage"]: step for step in ledger.screening}
    complete, dropped = steps["complete"]["remaining"], sum(steps["screened"]["removed"].values())
    flagged = int(ledger.figure("screening", "flagged", None, "flags:1") or 0)
    return {"complete": complete, "dropped": dropped, "dropped_share": dropped / complete, "flagged": flagged}
