"""Whether the result stands when it is reached in another way: specifications, reliability, within respondents."""

from __future__ import annotations

from typing import Any

from pipeline.report.claims import Claim, Guard, Ledger

MOST, HALF = 0.90, 0.50
"""Share of specifications with the same first driver: a result that stands, and one that is a matter of choice."""
CHANCE = 0.05
"""p of the specifications against shuffled outcomes."""


def specification(ledger: Ledger) -> list[Claim]:
    """stable: the same driver is first in MOST specifications, and so many agree by chance under CHANCE.

    mostly: first in HALF of them. unstable: in fewer. Names the choice under which it is first least often. Nothing is
    said where the specifications do not speak of the driver of the headline.
    """
    driver = ledger.ranked()[0]
    share, count = ledger.figure("specification", "spec_first", driver), ledger.figure("specification", "spec_count")
    row = ledger.known("specification", "spec_significant", driver)
    choices = _choices(ledger, driver)
    if share is None or count is None or row is None or not choices or not ledger.compares():
        return []
    p = row["p_value"]
    lowest = min(choices, key=lambda name: choices[name])
    choice, low = (lowest, choices[lowest]) if choices[lowest] < share else (None, share)
    axis, _, value = (choice or "").partition("=")
    values = {"driver": driver, "share": share, "count": int(count), "low_share": low, "p": p}
    values |= {"axis": axis or None, "value": value or None, "outcome": ledger.outcome}
    guards = (
        Guard(rule="share of specifications with this driver first of at least", required=MOST, found=share,
              passed=share >= MOST),
        Guard(rule="p against shuffled outcomes below", required=CHANCE, found=p, passed=p < CHANCE),
        Guard(rule="share of specifications with this driver first of at least", required=HALF, found=share,
              passed=share >= HALF),
    )  # fmt: skip
    variant = "stable" if share >= MOST and p < CHANCE else "mostly" if share >= HALF else "unstable"
    keys: list[tuple[Any, ...]] = [("specification", name, driver) for name in ("spec_first", "spec_significant")]
    keys.append(("specification", "spec_first", driver, None, f"choice:{lowest}"))
    return [Claim(id="specification", variant=variant, values=values, evidence=ledger.at(*keys), guards=guards)]


def _choices(ledger: Ledger, driver: str) -> dict[str, float]:
    """Choice 'axis=value' -> share of the specifications with it in which the driver comes first."""
    found = {
        name.removeprefix("choice:"): ledger.figure("specification", "spec_first", driver, name)
        for name in ledger.contrasts("specification", "spec_first")
    }
    return {name: share for name, share in found.items() if share is not None}


def corrected(ledger: Ledger) -> list[Claim]:
    """Who comes first after correction for unreliable measurement: same_top, same_group (a leader) or differs.

    none: no reliability of a driver is known (that of the outcome alone leaves shares as they are). impossible: the
    corrected correlations are no correlations any more. unsteady: so in too many resamples for an interval. Constructs
    without a known reliability are left as they were, and named.
    """
    names = [*ledger.drivers, ledger.outcome]
    driver = ledger.ranked()[0]
    at = ledger.find("disattenuated", "lmg_share", driver)
    used = {name: ledger.figure("disattenuated", "reliability_used", name) for name in names}
    if at is None or not ledger.compares():
        return []
    values: dict[str, Any] = {"driver": driver, "outcome": ledger.outcome, "raw": _share(ledger, driver)}
    values |= {"uncorrected": [name for name in names if (used[name] or 1.0) >= 1.0]}
    evidence = ledger.at(("disattenuated", "lmg_share", driver), ("importance", "lmg_share", driver))
    if set(ledger.drivers) <= set(values["uncorrected"]):
        return [Claim(id="corrected", variant="none", values=values, evidence=evidence)]
    if ledger.rows[at]["reason"] == "overcorrected":
        return [Claim(id="corrected", variant="impossible", values=values, evidence=evidence)]
    shares = {name: ledger.figure("disattenuated", "lmg_share", name) for name in ledger.drivers}
    if None in shares.values():
        return []
    other = max(shares, key=lambda name: shares[name] or 0.0)
    values |= {"other": other, "corrected": shares[driver]}
    values |= {"other_raw": _share(ledger, other), "other_corrected": shares[other]}
    variant = "same_top" if other == driver else "same_group" if other in ledger.leaders() else "differs"
    variant = "unsteady" if ledger.rows[at]["reason"] == "unsteady" else variant
    return [Claim(id="corrected", variant=variant, values=values, evidence=evidence)]


def _share(ledger: Ledger, name: str) -> float:
    return ledger.value("importance", "lmg_share", name)


def imputed(ledger: Ledger) -> list[Claim]:
    """With missing answers imputed: same_order of all drivers, same_top, same_group (a leader comes first) or differs.

    part: share of the answers asked for that were imputed. n and completed: respondents of the headline and then.
    """
    driver = ledger.ranked()[0]
    shares = {name: ledger.figure("imputed", "lmg_share", name) for name in ledger.drivers}
    row = ledger.known("imputed", "imputed_share")
    if None in shares.values() or row is None or not ledger.compares():
        return []
    order = sorted(ledger.drivers, key=lambda name: -(shares[name] or 0.0))
    other = order[0]
    values = {"driver": driver, "other": other, "plain": _share(ledger, driver), "imputed": shares[driver]}
    values |= {"other_plain": _share(ledger, other), "other_imputed": shares[other], "outcome": ledger.outcome}
    values |= {"part": row["estimate"], "n": int(ledger.sample["n"]), "completed": int(row["n"])}
    same = "same_order" if order == ledger.ranked() else "same_top"
    variant = same if other == driver else "same_group" if other in ledger.leaders() else "differs"
    evidence = ledger.at(("imputed", "lmg_share", driver), ("importance", "lmg_share", driver))
    return [Claim(id="imputed", variant=variant, values=values, evidence=evidence)]


def halo(ledger: Ledger) -> list[Claim]:
    """For stacked ratings: agrees where the same driver comes first within respondents, else differs.

    group: whether another one that comes first there belongs to the leaders.
    """
    driver = ledger.ranked()[0]
    shares = {name: ledger.figure("halo", "lmg_share", name, "part:within") for name in ledger.drivers}
    general = ledger.figure("halo", "first_eigenvalue", None, "part:total")
    if None in shares.values() or general is None or not ledger.compares():
        return []
    other = max(shares, key=lambda name: shares[name] or 0.0)
    values = {
        "driver": driver,
        "other": other,
        "pooled": _share(ledger, driver),
        "within": shares[driver],
        "other_within": shares[other],
        "group": other in ledger.leaders(),
        "first_eigenvalue": general,
        "outcome": ledger.outcome,
    }
    evidence = ledger.at(("halo", "lmg_share", driver, None, "part:within"), ("importance", "lmg_share", driver))
    return [Claim(id="halo", variant="agrees" if other == driver else "differs", values=values, evidence=evidence)]
