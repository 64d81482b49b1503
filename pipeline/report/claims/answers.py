"""How people answered, and who is left of those who began."""

from __future__ import annotations

from collections import Counter

from pipeline.report.claims import Claim, Ledger


def answers(ledger: Ledger) -> list[Claim]:
    """ordered where the best rated driver's interval lies above the worst one's, else close; single: one driver."""
    found = {name: ledger.known("performance", "performance", name) for name in ledger.drivers}
    rows = {name: row for name, row in found.items() if row is not None}
    if not rows:
        return []
    best, worst = (pick(rows, key=lambda name: rows[name]["estimate"]) for pick in (max, min))
    values = {
        "best": best,
        "best_performance": rows[best]["estimate"],
        "worst": worst,
        "worst_performance": rows[worst]["estimate"],
        "outcome": ledger.outcome,
        "top2": ledger.figure("description", "top2box", ledger.outcome),
        "mean": ledger.figure("description", "mean", ledger.outcome),
    }
    apart = (rows[best]["conf_low"] or 0.0) > (rows[worst]["conf_high"] or 0.0)
    variant = "single" if len(rows) == 1 else "ordered" if apart else "close"
    evidence = ledger.at(("performance", "performance", best), ("performance", "performance", worst))
    return [Claim(id="answers", variant=variant, values=values, evidence=evidence)]


def flow(ledger: Ledger) -> list[Claim]:
    """all where every row is analysed, else some, with the reason that took most rows away; none of a bare table."""
    if not ledger.screening:
        return []
    removed: Counter[str] = Counter()
    for step in ledger.screening:
        removed.update({reason: count for reason, count in step["removed"].items() if count})
    read, analysed = (
        ledger.screening[0]["remaining"] + sum(ledger.screening[0]["removed"].values()),
        ledger.screening[-1]["remaining"],
    )
    largest, count = removed.most_common(1)[0] if removed else (None, 0)
    values = {"read": read, "analysed": analysed, "share": analysed / read, "largest": largest, "largest_n": count}
    values |= {"respondents": ledger.sample["n"], "stacked": ledger.study["stacked"]}
    return [Claim(id="flow", variant="some" if removed else "all", values=values)]


def nonresponse(ledger: Ledger) -> list[Claim]:
    """Whether people left out for a missing driver differ on the outcome: none, unknown (few), differs or similar."""
    if ledger.find("nonresponse", "mean_difference", ledger.outcome, None, "dropped-kept") is None:
        return []
    row = ledger.row("nonresponse", "mean_difference", ledger.outcome, None, "dropped-kept")
    values = {"dropped": row["n"] or 0, "outcome": ledger.outcome}
    evidence = ledger.at(("nonresponse", "mean_difference", ledger.outcome, None, "dropped-kept"))
    if row["state"] != "ok":
        variant = "none" if row["reason"] == "nobody" else "unknown"
        return [Claim(id="nonresponse", variant=variant, values=values, evidence=evidence)]
    values |= {"difference": row["estimate"], "low": row["conf_low"], "high": row["conf_high"]}
    apart = row["conf_low"] > 0 or row["conf_high"] < 0
    return [Claim(id="nonresponse", variant="differs" if apart else "similar", values=values, evidence=evidence)]
