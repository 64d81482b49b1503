"""Whether what explains the first outcome also explains a further one."""

from __future__ import annotations

from typing import Any

from pipeline.report.claims import FLOOR_R2, LEVELS, Claim, Guard, Ledger, Values
from pipeline.report.claims.value import asked, enough

MARGIN = 0.05
"""Difference of two shares that is too small to matter, where the study declares none."""


def outcomes(ledger: Ledger) -> list[Claim]:
    """One claim for each further outcome: small, faint, shifts, same or open, tried in this order.

    small: n_eff under 50 on the rows that have both. faint: R² of one of them under the floor, so that its shares are
    shares of nothing. shifts: a share differs (Holm p < .05 over drivers and outcomes). same: every interval lies
    within the smallest difference that matters (`model.sesoi`, else 5 points). open: neither.
    """
    told, promotion = asked(ledger, "outcomes") or [], asked(ledger, "promotion")
    places = [("outcomes", name) for name in told]
    if promotion and promotion["outcome"] not in told:
        places.append(("promotion", promotion["outcome"]))
    return [claim for place in places if (claim := _outcome(ledger, *place)) is not None]


def _outcome(ledger: Ledger, analysis: str, name: str) -> Claim | None:
    contrast = f"outcome:{name}"
    rows = {each: ledger.known(analysis, "share_difference", each, None, contrast) for each in ledger.drivers}
    known = {each: row for each, row in rows.items() if row is not None and row["p_adjusted"] is not None}
    if not known or len(ledger.drivers) < 2:
        return None
    r2s = [ledger.value(analysis, "r2", None, f"{kind}:{name}") for kind in ("paired", "outcome")]
    sure = [each for each, row in known.items() if row["p_adjusted"] < LEVELS[2]]
    nearest = min(known, key=lambda each: (known[each]["p_adjusted"], -abs(known[each]["estimate"])))
    driver = max(sure, key=lambda each: abs(known[each]["estimate"])) if sure else nearest
    margin = ledger.study["sesoi"] or MARGIN
    bound = max(abs(limit) for row in known.values() for limit in (row["conf_low"], row["conf_high"]))
    guards = (
        enough(ledger, known[driver]),
        Guard(rule="r2 of both outcomes of at least", required=FLOOR_R2, found=min(r2s), passed=min(r2s) >= FLOOR_R2),
        Guard(rule="Holm-adjusted p below", required=LEVELS[2], found=known[nearest]["p_adjusted"], passed=bool(sure)),
        Guard(rule="every interval within", required=margin, found=bound, passed=bound < margin),
    )
    variant = _variant(guards)
    p = known[driver]["p_adjusted"]
    level = {"shifts": 3 if p < LEVELS[3] else 2, "same": 2}.get(variant)
    values = _values(ledger, analysis, name, known, sure, driver)
    values |= {"r2": r2s[0], "r2_other": r2s[1], "bound": bound, "margin": margin}
    evidence = ledger.at(
        *((analysis, "share_difference", each, None, contrast) for each in sure or [driver]),
        *((analysis, "r2", None, None, f"{kind}:{name}") for kind in ("paired", "outcome")),
    )
    return Claim(id="outcomes", variant=variant, level=level, values=values, evidence=evidence, guards=guards)


def _variant(guards: tuple[Guard, ...]) -> str:
    large, explains, differs, within = (guard.passed for guard in guards)
    if not large or not explains:
        return "small" if not large else "faint"
    return "shifts" if differs else "same" if within else "open"


def _values(
    ledger: Ledger, analysis: str, name: str, known: dict[str, Values], sure: list[str], driver: str
) -> dict[str, Any]:
    shares = {
        kind: {each: ledger.value(analysis, "lmg_share", each, f"{kind}:{name}") for each in known}
        for kind in ("paired", "outcome")
    }
    tops = {kind: max(found, key=lambda each: found[each]) for kind, found in shares.items()}
    gaps = {each: known[each]["estimate"] for each in sure}
    row = known[driver]
    return {
        "outcome": ledger.outcome,
        "other": name,
        "driver": driver,
        "share": shares["paired"][driver],
        "share_other": shares["outcome"][driver],
        "gap": row["estimate"],
        "low": row["conf_low"],
        "high": row["conf_high"],
        "p_adjusted": row["p_adjusted"],
        "up": sorted((each for each, gap in gaps.items() if gap > 0), key=lambda each: -gaps[each]),
        "down": sorted((each for each, gap in gaps.items() if gap < 0), key=lambda each: gaps[each]),
        "top": tops["paired"],
        "top_other": tops["outcome"],
        "prob_top": ledger.value(analysis, "prob_rank_1", tops["outcome"], f"outcome:{name}"),
        "k": len(known),
        "comparisons": _family(ledger, analysis),
        "n_eff": row["n_eff"],
    }  # fmt: skip


def _family(ledger: Ledger, analysis: str) -> int:
    """Number of differences from the first outcome that were tested together."""
    rows = (row for row in ledger.rows if row["analysis"] == analysis and row["metric"] == "share_difference")
    return sum(row["p_adjusted"] is not None and row["contrast"].startswith("outcome:") for row in rows)
