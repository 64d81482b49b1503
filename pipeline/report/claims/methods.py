"""Whether other methods and other models would say the same: the panel, other outcome models, new respondents, ties."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pipeline.report.claims import CLEAR, FLOOR_R2, LEVELS, Claim, Guard, Ledger

PANEL = ("lmg", "relative_weights", "car", "pratt", "kruskal", "last", "first", "betasq")
DIVIDING = ("relative_weights", "car", "pratt", "kruskal")
"""Methods that answer the question of the headline: how to divide what all drivers explain together."""
SHRINKAGE = 0.05
"""Loss of R² in new respondents that is told: as much as the removal of one respondent may not move it either."""

Shares = dict[str, dict[str, float]]


def panel_shares(ledger: Ledger) -> Shares:
    """Method -> driver -> share, for the methods of PANEL that have a figure for every driver."""
    found: Shares = {}
    for metric in PANEL:
        shares = {name: ledger.figure("importance", f"{metric}_share", name) for name in ledger.drivers}
        known = {name: share for name, share in shares.items() if share is not None}
        if len(known) == len(shares):
            found[metric] = known
    return found


def firsts(ledger: Ledger) -> dict[str, str]:
    """Method -> the driver it puts first; equal shares in the order of the study."""
    return {metric: max(shares, key=lambda name: shares[name]) for metric, shares in panel_shares(ledger).items()}


def top_sets(ledger: Ledger) -> dict[str, set[str]]:
    """Method -> the driver it puts first, and all that this one does not exceed in at least CLEAR of the resamples.

    Methods without resamples (kruskal) have no such set and are left out.
    """
    found = {"lmg": set(ledger.leaders())}
    for metric, first in firsts(ledger).items():
        rivals = [name for name in ledger.drivers if name != first]
        behind = {name: ledger.figure("importance", "prob_behind_first", name, f"metric:{metric}") for name in rivals}
        if metric != "lmg" and not (rivals and None in behind.values()):
            found[metric] = {first} | {name for name, prob in behind.items() if (prob or 0.0) < CLEAR}
    return found


def contradicting(ledger: Ledger, driver: str) -> list[str]:
    """Methods in whose top set the driver is missing: another one is surely ahead of it by them."""
    return [metric for metric, names in top_sets(ledger).items() if driver not in names]


def panel(ledger: Ledger) -> list[Claim]:
    """Whether all methods agree on the first driver.

    all_first: every one puts the same driver first. common: not so, but their top sets share at least one driver.
    split: they share none. alone: one driver. Nothing is said where no driver is ranked.

    The methods first (alone), last (on top of all others) and betasq (coefficients) answer other questions than the
    headline, but a driver that is surely behind by one of them does not lead beyond doubt either.
    """
    tops, sets = firsts(ledger), top_sets(ledger)
    driver = ledger.ranked()[0]
    common = [name for name in ledger.ranked() if all(name in names for names in sets.values())]
    others = [metric for metric, top in tops.items() if top != driver]
    agree = [metric for metric in tops if metric not in others]
    values = {
        "driver": driver,
        "common": common,
        "agree": agree,
        "others": others,
        "other_drivers": list(dict.fromkeys(tops[metric] for metric in others)),
        "metrics": len(tops),
        "tau": mean_tau(panel_shares(ledger)),
    }
    if len(ledger.drivers) > 1 and not (ledger.ranks() and len(tops) > 1):
        return []
    variant = "alone" if len(ledger.drivers) == 1 else "all_first" if not others else "common" if common else "split"
    evidence = ledger.at(*(("importance", f"{metric}_share", tops[metric]) for metric in tops))
    guards = (
        Guard(rule="methods that put the same driver first", required=len(tops), found=len(agree),
              passed=not others),
        Guard(rule="drivers in the leading set of every method, at least", required=1, found=len(common),
              passed=bool(common)),
    )  # fmt: skip
    return [Claim(id="panel", variant=variant, values=values, evidence=evidence, guards=guards)]


def mean_tau(shares: Shares) -> float | None:
    """Mean Kendall tau of every other method with LMG; None for fewer than two drivers or methods."""
    lmg = list(shares["lmg"].values())
    found = [kendall_tau(lmg, list(of.values())) for metric, of in shares.items() if metric != "lmg"]
    known = [tau for tau in found if tau is not None]
    return sum(known) / len(known) if known else None


def kendall_tau(first: Sequence[float], second: Sequence[float]) -> float | None:
    """Kendall's tau-a of two lists without ties; None for fewer than two entries."""
    pairs = [(a, b) for a in range(len(first)) for b in range(a)]
    signs = [(first[a] > first[b]) == (second[a] > second[b]) for a, b in pairs]
    return (2 * sum(signs) - len(signs)) / len(signs) if signs else None


def outcome_model(ledger: Ledger) -> list[Claim]:
    """Who comes first where the outcome is modelled otherwise: same_top, same_group (within the leaders) or differs.

    Like every claim about who comes first, it is made only where drivers are ranked at all.
    """
    tops = {}
    for contrast in ledger.contrasts("outcome_models", "lmg_share"):
        shares = {name: ledger.figure("outcome_models", "lmg_share", name, contrast) for name in ledger.drivers}
        if None not in shares.values():
            tops[contrast] = max(shares, key=lambda name: shares[name] or 0.0)
    if not tops or not ledger.compares():
        return []
    driver, leaders = ledger.ranked()[0], ledger.leaders()
    others = [contrast for contrast, top in tops.items() if top != driver]
    outside = [contrast for contrast in others if tops[contrast] not in leaders]
    variant = "differs" if outside else "same_group" if others else "same_top"
    told = [contrast.removeprefix("model:") for contrast in outside or others or tops]
    values = {
        "driver": driver,
        "other": tops[(outside or others or list(tops))[0]],
        "models": told,
        "r2s": [ledger.figure("outcome_models", "pseudo_r2", None, f"model:{name}") for name in told],
        "outcome": ledger.outcome,
    }
    evidence = ledger.at(*(("outcome_models", "lmg_share", tops[name], None, name) for name in tops))
    return [Claim(id="outcome_model", variant=variant, values=values, evidence=evidence, guards=_parallel(ledger))]


def _parallel(ledger: Ledger) -> tuple[Guard, ...]:
    """Whether one slope holds for every step of an ordered outcome, where this was tested."""
    row = ledger.known("outcome_models", "parallel_lines", None, None, "model:ordered_mcfadden")
    if row is None or row["p_value"] is None:
        return ()
    p = row["p_value"]
    return (Guard(rule="parallel lines of the ordered model, p of at least", required=0.05, found=p, passed=p >= 0.05),)


def prediction(ledger: Ledger) -> list[Claim]:
    """holds, or shrinks where new respondents lose more than SHRINKAGE of R², or leave it under its floor."""
    r2, tested = ledger.value("regression", "r2"), ledger.figure("regression", "r2_cv")
    if tested is None:
        return []
    holds = r2 - tested <= SHRINKAGE and not tested < FLOOR_R2 <= r2
    guards = (
        Guard(rule="loss of r2 in new respondents of at most", required=SHRINKAGE, found=r2 - tested,
              passed=r2 - tested <= SHRINKAGE),
        Guard(rule="r2 in new respondents of at least the floor", required=FLOOR_R2, found=tested,
              passed=tested >= FLOOR_R2),
    )  # fmt: skip
    values = {"r2": r2, "r2_cv": tested, "outcome": ledger.outcome}
    evidence = ledger.at(("regression", "r2"), ("regression", "r2_cv"))
    variant = "holds" if holds else "shrinks"
    return [Claim(id="prediction", variant=variant, values=values, evidence=evidence, guards=guards)]


def equal(ledger: Ledger) -> list[Claim]:
    """Pairs of leaders, where the study declares the smallest difference that matters.

    equal: the equivalence test passes after Bonferroni over the pairs, and the whole interval lies within that
    difference on both sides. apart: the whole interval lies beyond it. undecided: all other pairs, in one claim.
    """
    if ledger.study.get("sesoi") is None or not ledger.ranks():
        return []
    leaders = ledger.leaders()
    pairs = [(a, b) for at, a in enumerate(leaders) for b in leaders[at + 1 :]]
    rows = {(a, b): ledger.known("importance", "lmg_share_difference", a, None, f"above:{b}") for a, b in pairs}
    found = [_pair(ledger, pair, row, len(pairs)) for pair, row in rows.items() if row is not None]
    open_pairs = [claim for claim in found if claim.variant == "undecided"]
    settled = [claim for claim in found if claim.variant != "undecided"]
    return [*settled, *([_undecided(open_pairs)] if open_pairs else [])]


def _undecided(found: list[Claim]) -> Claim:
    """One claim for all pairs that are neither equal nor apart, with the closest and the widest of them."""
    closest, widest = (pick(found, key=lambda claim: abs(claim.values["difference"])) for pick in (min, max))
    named = dict.fromkeys(name for claim in found for name in (claim.values["a"], claim.values["b"]))
    values = {**closest.values, "drivers": list(named), "pairs": len(found)}
    values |= {f"wide_{name}": widest.values[name] for name in ("a", "b")}
    values |= {"widest": abs(widest.values["difference"])}
    evidence = tuple(at for claim in found for at in claim.evidence)
    return Claim(id="equal", variant="undecided", values=values, evidence=evidence, guards=closest.guards)


def _pair(ledger: Ledger, pair: tuple[str, str], row: Any, pairs: int) -> Claim:
    sesoi, low, high = float(ledger.study["sesoi"]), float(row["conf_low"]), float(row["conf_high"])
    p = min(1.0, pairs * float(1.0 if row["p_value"] is None else row["p_value"]))
    inside = -sesoi < low and high < sesoi
    same = inside and p < LEVELS[2]
    variant = "equal" if same else "apart" if low > sesoi or high < -sesoi else "undecided"
    level = (3 if p < LEVELS[3] else 2) if same else None
    values = {"a": pair[0], "b": pair[1], "difference": row["estimate"], "low": low, "high": high, "sesoi": sesoi}
    guards = (
        Guard(rule="equivalence p times the number of pairs below", required=LEVELS[2], found=p, passed=p < LEVELS[2]),
        Guard(rule="whole interval within the smallest difference that matters", required=sesoi,
              found=max(abs(low), abs(high)), passed=inside),
    )  # fmt: skip
    evidence = ledger.at(("importance", "lmg_share_difference", pair[0], None, f"above:{pair[1]}"))
    return Claim(id="equal", variant=variant, level=level, values=values, evidence=evidence, guards=guards)


def groups(ledger: Ledger) -> list[Claim]:
    """clear where one declared group comes first in at least CLEAR of the resamples, else open; for two or more."""
    names = dict.fromkeys(
        row["term"] for row in ledger.rows if row["analysis"] == "groups" and row["metric"] == "lmg_share"
    )
    rows = {name: row for name in names if (row := ledger.known("groups", "lmg_share", name)) is not None}
    if len(rows) < 2:
        return []
    first = max(rows, key=lambda name: rows[name]["estimate"])
    prob = ledger.figure("groups", "prob_rank_1", first) or 0.0
    guards = (
        Guard(rule="r2 over its floor and overall F p below .05", required="yes", found=str(not ledger.tells_nothing()),
              passed=not ledger.tells_nothing()),
        ledger.size_guard(),
        Guard(rule="prob_rank_1 of the first group of at least", required=CLEAR, found=prob, passed=prob >= CLEAR),
    )  # fmt: skip
    sure = all(guard.passed for guard in guards)
    share = rows[first]
    values = {"group": first, "share": share["estimate"], "low": share["conf_low"], "high": share["conf_high"]}
    values |= {"prob": prob, "outcome": ledger.outcome, "draws": ledger.study["draws"], "ranked": ledger.ranks()}
    evidence = ledger.at(("groups", "lmg_share", first), ("groups", "prob_rank_1", first))
    variant, level = ("clear", 3) if sure else ("open", None)
    return [Claim(id="groups", variant=variant, level=level, values=values, evidence=evidence, guards=guards)]
