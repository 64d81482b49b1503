"""Checks that run on every analysis: each with a verdict, never with traffic lights alone."""

from __future__ import annotations

from pipeline.report.claims import (
    FEWEST_UNITS,
    FLOOR_R2,
    HIGH_CONDITION,
    HIGH_VIF,
    LOW_RELIABILITY,
    SMALLEST_N_EFF,
    Check,
    Ledger,
)
from pipeline.report.claims.lead import agreement as agreement_claims

NOTE_VIF, NOTE_R2, NOTE_RELIABILITY, NOTE_TAU = 5.0, 0.25, 0.70, 0.70
NOTE_COOKS, HIGH_COOKS = 0.5, 1.0
NOTE_MOVED, HIGH_MOVED = 0.05, 0.10
NOTE_MISSING, HIGH_MISSING = 0.05, 0.20
PER_DRIVER = 10


def all_checks(ledger: Ledger) -> list[Check]:
    """Every check, in the order of the report; a check that does not apply is left out."""
    found = (
        model_fit(ledger),
        overall_test(ledger),
        precision(ledger),
        overlap(ledger),
        agreement(ledger),
        signs(ledger),
        reliability(ledger),
        influence(ledger),
        missing(ledger),
        same_source(ledger),
        sample(ledger),
        segments(ledger),
    )
    return [check for check in found if check]


def verdict(passed: bool, noted: bool) -> str:
    """'passed', else 'note' where it is not yet bad, else 'failed'."""
    return "passed" if passed else "note" if noted else "failed"


def model_fit(ledger: Ledger) -> Check:
    r2, adjusted = ledger.value("regression", "r2"), ledger.value("regression", "r2_adjusted")
    values = {"r2": r2, "adjusted": adjusted, "outcome": ledger.outcome}
    return Check(id="model_fit", verdict=verdict(r2 >= NOTE_R2, r2 >= FLOOR_R2), values=values)


def overall_test(ledger: Ledger) -> Check:
    row = ledger.row("regression", "f")
    degrees = {
        name: ledger.value("regression", metric) for name, metric in (("df1", "df_model"), ("df2", "df_residual"))
    }
    values = {"f": row["estimate"], "p": row["p_value"], **degrees}
    return Check(id="overall_test", verdict=verdict(row["p_value"] < 0.05, False), values=values)


def precision(ledger: Ledger) -> Check:
    n, n_eff = ledger.sample["n"], ledger.sample["n_eff"]
    wanted = max(ledger.study["bases"]["claim_base"], PER_DRIVER * len(ledger.drivers))
    units = ledger.sample["units"]
    values = {"n": n, "n_eff": n_eff, "deff": ledger.sample["deff"], "required": wanted, "units": units}
    values |= {"fewest": FEWEST_UNITS, "clustered": units < n}
    bearable = n_eff >= SMALLEST_N_EFF and units >= FEWEST_UNITS
    return Check(id="precision", verdict=verdict(n_eff >= wanted and bearable, bearable), values=values)


def overlap(ledger: Ledger) -> Check | None:
    if len(ledger.drivers) < 2:
        return None
    inflation = {name: ledger.value("overlap", "vif", name) for name in ledger.drivers}
    worst = max(inflation, key=lambda name: inflation[name])
    pairs = [(a, b) for at, a in enumerate(ledger.drivers) for b in ledger.drivers[:at]]
    a, b = max(pairs, key=lambda pair: abs(ledger.correlation(*pair)))
    index = ledger.value("overlap", "condition_index")
    values = {
        "vif": inflation[worst],
        "driver": worst,
        "condition_index": index,
        "r": ledger.correlation(a, b),
        "a": b,
        "b": a,
    }
    bad = inflation[worst] > HIGH_VIF or index > HIGH_CONDITION
    return Check(id="overlap", verdict=verdict(inflation[worst] <= NOTE_VIF and not bad, not bad), values=values)


def agreement(ledger: Ledger) -> Check | None:
    if len(ledger.drivers) < 2:
        return None
    claim = agreement_claims(ledger)[0]
    same, tau = claim.variant == "same_top", claim.values["tau"]
    result = verdict(same and tau >= NOTE_TAU, same or claim.variant == "same_group")
    return Check(id="agreement", verdict=result, values={**claim.values, "same_top": same})


def signs(ledger: Ledger) -> Check:
    flipped = [name for name in ledger.drivers if "sign" in ledger.caveats(name)]
    return Check(id="signs", verdict=verdict(not flipped, True), values={"drivers": flipped, "count": len(flipped)})


def reliability(ledger: Ledger) -> Check | None:
    names = [*ledger.drivers, ledger.outcome]
    alphas = {
        name: row["estimate"]
        for name in names
        if (row := ledger.row("reliability", "alpha", name))["estimate"] is not None
    }
    if not alphas:
        return None
    lowest = min(alphas, key=lambda name: alphas[name])
    result = verdict(alphas[lowest] >= NOTE_RELIABILITY, alphas[lowest] >= LOW_RELIABILITY)
    return Check(id="reliability", verdict=result, values={"lowest": alphas[lowest], "construct": lowest})


def influence(ledger: Ledger) -> Check:
    cooks = ledger.value("influence", "cooks_distance")
    moved, changes = (ledger.value("influence", f"leave_one_out_{what}") for what in ("r2", "first"))
    still = cooks < NOTE_COOKS and moved < NOTE_MOVED and not changes
    bearable = cooks < HIGH_COOKS and moved < HIGH_MOVED
    values = {"cooks": cooks, "moved": moved, "changes": int(changes), "outcome": ledger.outcome}
    return Check(id="influence", verdict=verdict(still, bearable), values=values)


def missing(ledger: Ledger) -> Check:
    last = ledger.screening[-1]
    dropped = sum(last["removed"].values())
    share = dropped / (dropped + last["remaining"])
    values = {"share": share, "dropped": dropped}
    return Check(id="missing", verdict=verdict(share <= NOTE_MISSING, share <= HIGH_MISSING), values=values)


def same_source(ledger: Ledger) -> Check | None:
    return Check(id="same_source", verdict="note") if ledger.study["design"] == "survey" else None


def sample(ledger: Ledger) -> Check:
    kind = ledger.study["sample"]["type"]
    return Check(id="sample", verdict=verdict(kind == "probability", True), values={"type": kind or "unknown"})


def segments(ledger: Ledger) -> Check | None:
    sizes = []
    for segment in ledger.study["segments"]:
        for level in segment["levels"]:
            row = ledger.row("regression", "b", ledger.drivers[0], f"{segment['variable']}={level['value']}")
            if row["reason"] != "complementary":
                sizes.append((row["n"] or 0, segment["variable"], level["value"]))
    if not sizes:
        return None
    n, variable, level = min(sizes)
    required = ledger.study["bases"]["claim_base"]
    values = {"smallest": n or None, "required": required, "variable": variable, "level": level}
    return Check(id="segments", verdict=verdict(n >= required, False), values=values)
