"""The thirteen assumptions that researchers are taught to check before they trust a driver analysis, each by name."""

from __future__ import annotations

from pipeline.report.claims import HIGH_CONDITION, HIGH_VIF, LEVELS, Check, Ledger
from pipeline.report.claims.checks import verdict
from pipeline.report.claims.segments import segments

MANY_DRIVERS, MOST_DRIVERS = 15, 25
"""Up to 15 drivers shares can be told apart at a glance; exact decomposition ends at 25."""
AMPLE_CASES, FEWEST_CASES = 15, 10
"""Effective respondents a driver: 15 for stable coefficients (Stevens 2009), 10 as the least that is taught."""
NOTE_LOSS, HIGH_LOSS = 0.10, 0.25
"""Part of the differences between rating levels that a curve which only rises, or only falls, may lose."""
FAINT_R = 0.20
"""Correlation below which steps between rating levels are mostly chance, so that their order says nothing."""
AMPLE_VALUES, FEWEST_VALUES = 5, 3
"""Different scores of an outcome: from five on, straight lines and ordered models rank alike; two are a yes or no."""
NOTE_VIF = 5.0
AGAINST = -0.05
"""Correlation that is no mere zero any more."""
NOTE_MISSING, HIGH_MISSING = 0.05, 0.20
NOTE_COOKS, HIGH_COOKS = 0.5, 1.0
NOTE_MOVED, HIGH_MOVED = 0.05, 0.10
"""Change of R² that one respondent may make."""
FAINT_SERIAL, HIGH_SERIAL = 0.10, 0.30
"""Correlation of neighbouring residuals that costs little precision even if it is surely there, and one that is a
matter of how the interviews were made."""


def all_assumptions(ledger: Ledger) -> list[Check]:
    """Every assumption, in the order in which they are taught; 'open' where these data cannot tell."""
    return [
        predictors(ledger),
        monotone(ledger),
        numeric_outcome(ledger),
        variable_types(ledger),
        segment_needs(ledger),
        causal_order(ledger),
        collinearity(ledger),
        unexpected_correlations(ledger),
        signs(ledger),
        missing_data(ledger),
        outliers(ledger),
        serial_correlation(ledger),
        constant_variance(ledger),
    ]


def predictors(ledger: Ledger) -> Check:
    """Not too many drivers, in themselves and for the effective number of respondents."""
    k, n_eff = len(ledger.drivers), float(ledger.sample["n_eff"])
    each = n_eff / k
    values = {"k": k, "n_eff": n_eff, "each": each, "ample": AMPLE_CASES, "fewest": FEWEST_CASES}
    values |= {"many": MANY_DRIVERS, "crowded": k > MANY_DRIVERS}
    result = verdict(k <= MANY_DRIVERS and each >= AMPLE_CASES, k <= MOST_DRIVERS and each >= FEWEST_CASES)
    return Check(id="predictors", verdict=result, values=values)


def monotone(ledger: Ledger) -> Check:
    """The outcome only rises, or only falls, with each rating; judged for drivers that correlate with it at all."""
    losses = {}
    for name in ledger.drivers:
        loss, r = ledger.figure("assumption", "monotone_loss", name), ledger.correlation(name, ledger.outcome)
        if loss is not None and r is not None and abs(r) >= FAINT_R:
            losses[name] = loss
    if not losses:
        return Check(id="monotone", verdict="open", values={"outcome": ledger.outcome})
    worst = max(losses, key=lambda name: losses[name])
    values = {"driver": worst, "loss": losses[worst], "outcome": ledger.outcome}
    return Check(id="monotone", verdict=verdict(losses[worst] <= NOTE_LOSS, losses[worst] <= HIGH_LOSS), values=values)


def numeric_outcome(ledger: Ledger) -> Check:
    """The outcome has enough different scores for a mean to describe it."""
    distinct = ledger.figure("assumption", "distinct_values", ledger.outcome)
    if distinct is None:
        return Check(id="numeric_outcome", verdict="open", values={"outcome": ledger.outcome})
    values = {"distinct": int(distinct), "outcome": ledger.outcome}
    result = verdict(distinct >= AMPLE_VALUES, distinct >= FEWEST_VALUES)
    return Check(id="numeric_outcome", verdict=result, values=values)


def variable_types(ledger: Ledger) -> Check:
    """Drivers are numbers or a yes or no; categories and interactions have no single coefficient."""
    kinds = {name: ledger.study.get("terms", {}).get(name, {}).get("kind") for name in ledger.drivers}
    odd = [name for name, kind in kinds.items() if kind in ("category", "categorical", "interaction")]
    if odd or not ledger.study.get("published"):
        return Check(id="variable_types", verdict=verdict(not odd, True), values={"drivers": odd})
    return Check(id="variable_types", verdict="open")


def segment_needs(ledger: Ledger) -> Check:
    """One set of weights for everybody: no group may differ; open where no two groups are large enough to tell."""
    found = {claim.variant: claim for claim in segments(ledger)}
    claim = next((found[variant] for variant in ("differs", "maybe", "none", "small") if variant in found), None)
    if claim is None:
        return Check(id="segment_needs", verdict="open", values={"smallest": None})
    names = ("variable", "smallest", "smallest_n", "required", "driver", "p_adjusted", "comparisons")
    values = {name: claim.values.get(name) for name in names}
    result = "open" if claim.variant == "small" else verdict(claim.variant == "none", True)
    return Check(id="segment_needs", verdict=result, values=values)


def causal_order(ledger: Ledger) -> Check:
    """Drivers come before the outcome: by design in an experiment, unknown in a survey."""
    result = "passed" if ledger.study["design"] == "experiment" else "open"
    return Check(id="causal_order", verdict=result, values={"outcome": ledger.outcome, "driver": ledger.ranked()[0]})


def collinearity(ledger: Ledger) -> Check:
    """Drivers can be told apart, by VIF and condition index; several that repeat each other have neither."""
    if len(ledger.drivers) < 2:
        return Check(id="collinearity", verdict="passed", values={"vif": None, "alone": True})
    known = {name: ledger.figure("overlap", "vif", name) for name in ledger.drivers}
    inflation = {name: vif for name, vif in known.items() if vif is not None}
    index = ledger.figure("overlap", "condition_index")
    if not inflation or index is None:
        singular = any(row["analysis"] == "overlap" and row["state"] == "singular" for row in ledger.rows)
        missing = {"vif": None, "alone": False}
        return Check(id="collinearity", verdict="failed" if singular else "open", values=missing)
    worst = max(inflation, key=lambda name: inflation[name])
    values = {"vif": inflation[worst], "driver": worst, "condition_index": index, **_nearest(ledger)}
    bad = inflation[worst] > HIGH_VIF or index > HIGH_CONDITION
    result = verdict(inflation[worst] <= NOTE_VIF and not bad, not bad)
    return Check(id="collinearity", verdict=result, values=values)


def _nearest(ledger: Ledger) -> dict[str, object]:
    """The two drivers that correlate most, and how much; all None where no two have a correlation."""
    pairs = [(a, b) for at, a in enumerate(ledger.drivers) for b in ledger.drivers[at + 1 :]]
    known = {pair: r for pair in pairs if (r := ledger.correlation(*pair)) is not None}
    nearest = max(known, key=lambda pair: abs(known[pair]), default=None)
    if nearest is None:
        return {"r": None, "a": None, "b": None}
    return {"r": known[nearest], "a": nearest[0], "b": nearest[1]}


def unexpected_correlations(ledger: Ledger) -> Check:
    """Better ratings go with a higher outcome; a driver that goes the other way may be right, or turned by mistake."""
    known = {name: r for name in ledger.drivers if (r := ledger.correlation(name, ledger.outcome)) is not None}
    if not known:
        return Check(id="unexpected_correlations", verdict="open", values={"outcome": ledger.outcome})
    lowest = min(known, key=lambda name: known[name])
    against = [name for name, r in known.items() if r < AGAINST]
    values = {"drivers": against, "driver": lowest, "r": known[lowest], "outcome": ledger.outcome}
    return Check(id="unexpected_correlations", verdict=verdict(not against, True), values=values)


def signs(ledger: Ledger) -> Check:
    """Coefficient and correlation of each driver point the same way; failed where a turned one is surely not zero."""
    flipped = [name for name in ledger.drivers if "sign" in ledger.caveats(name)]
    tests = [ledger.row("regression", "b", name)["p_adjusted"] for name in flipped]
    sure = any(p is not None and p < LEVELS[2] for p in tests)
    values = {"drivers": flipped, "count": len(flipped), "outcome": ledger.outcome}
    return Check(id="signs", verdict=verdict(not flipped, not sure), values=values)


def missing_data(ledger: Ledger) -> Check:
    """Few records are lost to missing answers."""
    if not ledger.screening:
        return Check(id="missing_data", verdict="open", values={"dropped": None})
    last = ledger.screening[-1]
    dropped = sum(last["removed"].values())
    share = dropped / (dropped + last["remaining"])
    values = {"share": share, "dropped": dropped}
    return Check(id="missing_data", verdict=verdict(share <= NOTE_MISSING, share <= HIGH_MISSING), values=values)


def outliers(ledger: Ledger) -> Check:
    """No single respondent decides the result, and no residual is beyond what so many make likely."""
    cooks = ledger.figure("influence", "cooks_distance")
    moved, changes = (ledger.figure("influence", f"leave_one_out_{what}") for what in ("r2", "first"))
    if cooks is None or moved is None or changes is None:
        return Check(id="outliers", verdict="open", values={"outcome": ledger.outcome})
    residual = ledger.known("assumption", "largest_residual")
    far = residual is not None and residual["p_value"] is not None and residual["p_value"] < LEVELS[2]
    calm = cooks < NOTE_COOKS and moved < NOTE_MOVED and not changes
    values = {"cooks": cooks, "moved": moved, "changes": int(changes), "outcome": ledger.outcome}
    values |= {"far": calm and far}
    values |= (
        {"residual": residual["estimate"], "p": residual["p_value"]} if residual else {"residual": None, "p": None}
    )
    return Check(
        id="outliers", verdict=verdict(calm and not far, cooks < HIGH_COOKS and moved < HIGH_MOVED), values=values
    )


def serial_correlation(ledger: Ledger) -> Check:
    """Interviews that follow one another do not resemble each other; open where their order is not known."""
    row = ledger.known("assumption", "serial_correlation")
    if row is None or row["p_value"] is None:
        return Check(id="serial_correlation", verdict="open")
    size, p = abs(row["estimate"]), row["p_value"]
    result = verdict(p >= LEVELS[2] or size < FAINT_SERIAL, size < HIGH_SERIAL)
    return Check(id="serial_correlation", verdict=result, values={"r": row["estimate"], "p": p, "sure": p < LEVELS[2]})


def constant_variance(ledger: Ledger) -> Check:
    """Residuals scatter alike over all ratings; the errors of this report do not need it, so this is a note at most."""
    row = ledger.known("assumption", "breusch_pagan")
    if row is None or row["p_value"] is None:
        return Check(id="constant_variance", verdict="open")
    values = {"chi2": row["estimate"], "p": row["p_value"]}
    return Check(id="constant_variance", verdict=verdict(row["p_value"] >= LEVELS[2], True), values=values)
