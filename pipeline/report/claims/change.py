"""Why two groups differ: in the share of a driver, and in the mean of the outcome."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pipeline.report.claims import FLOOR_R2, LEVELS, SMALLEST_N_EFF, Claim, Guard, Ledger, Values

PARTS = ("effect", "spread", "overlap", "reliability")


def change(ledger: Ledger) -> list[Claim]:
    """For every contrast, each driver whose share surely differs (Holm p < .05), by the largest part of the difference.

    effect, spread, overlap or reliability: the part that is largest in the direction of the difference. none: no share
    surely differs; the nearest is told. small: a group is too small for claims. faint: so little is explained in one of
    them that shares are shares of nothing.
    """
    return [claim for contrast in _contrasts(ledger, "share_change") for claim in _changes(ledger, contrast)]


Contrast = tuple[str, str, str, str]


def _contrasts(ledger: Ledger, metric: str) -> list[Contrast]:
    """Contrast, variable and both levels, where drivers are ranked at all."""
    found = [(contrast, ledger.split(contrast)) for contrast in ledger.contrasts("change", metric) if ledger.ranks()]
    return [(contrast, *parts) for contrast, parts in found if parts is not None]


def _small(ledger: Ledger, claim_id: str, at: Contrast) -> Claim | None:
    """What is said of a contrast with a level too small for claims: the smaller one, its size and what is needed."""
    _, variable, a, b = at
    sizes = {level: ledger.size(variable, level) for level in (a, b) if not ledger.large(variable, level)}
    if not sizes:
        return None
    level = min(sizes, key=lambda name: sizes[name]["n"])
    n, required = sizes[level]["n"] or None, ledger.study["bases"]["claim_base"]
    values = {"variable": variable, "a": a, "b": b, "outcome": ledger.outcome, "smallest": level, "smallest_n": n}
    values |= {"n_eff": sizes[level]["n_eff"], "required": required, "required_eff": SMALLEST_N_EFF}
    rule = "respondents in each level of at least"
    guard = Guard(rule=rule, required=required, found=n, passed=(n or 0) >= required)
    return Claim(id=claim_id, variant="small", values=values, guards=(guard,))


def _changes(ledger: Ledger, at: Contrast) -> Iterator[Claim]:
    contrast, variable, a, b = at
    rows = {name: ledger.known("change", "share_change", name, None, contrast) for name in ledger.ranked()}
    tested = {name: row for name, row in rows.items() if row is not None and row["p_adjusted"] is not None}
    hidden = _small(ledger, "change", at) or _faint(ledger, at)
    if hidden or not tested:
        yield from [hidden] if hidden else []
        return
    base = {"variable": variable, "a": a, "b": b, "outcome": ledger.outcome, "comparisons": _family(ledger, variable)}
    sure = [name for name, row in tested.items() if row["p_adjusted"] < LEVELS[2]]
    nearest = min(tested, key=lambda name: (tested[name]["p_adjusted"], tested[name]["p_value"] or 0.0))
    for name in sure or [nearest]:
        yield _one(ledger, base, contrast, name, tested[name])


def _faint(ledger: Ledger, at: Contrast) -> Claim | None:
    """What is said where too little is explained in one of the two groups; nothing where its R² is not known."""
    _, variable, a, b = at
    found = {level: ledger.known("regression", "r2", None, f"{variable}={level}") for level in (a, b)}
    known = {level: float(row["estimate"]) for level, row in found.items() if row is not None}
    level = min(known, key=lambda name: known[name], default=None)
    if level is None or known[level] >= FLOOR_R2:
        return None
    values = {"variable": variable, "a": a, "b": b, "outcome": ledger.outcome, "smallest": level, "r2": known[level]}
    guard = Guard(rule="r2 in each level of at least", required=FLOOR_R2, found=known[level], passed=False)
    evidence = ledger.at(("regression", "r2", None, f"{variable}={level}"))
    return Claim(id="change", variant="faint", values=values, guards=(guard,), evidence=evidence)


def _family(ledger: Ledger, variable: str) -> int:
    """Number of share changes that were tested together."""
    rows = (row for row in ledger.rows if row["metric"] == "share_change" and row["p_adjusted"] is not None)
    return sum(row["contrast"].startswith(f"{variable}=") for row in rows)


def _one(ledger: Ledger, base: dict[str, Any], contrast: str, name: str, row: Values) -> Claim:
    p, total = row["p_adjusted"], row["estimate"]
    values = base | {"driver": name, "total": total, "low": row["conf_low"], "high": row["conf_high"], "p_adjusted": p}
    guards = (Guard(rule="Holm-adjusted p below", required=LEVELS[2], found=p, passed=p < LEVELS[2]),)
    evidence = ledger.at(("change", "share_change", name, None, contrast))
    if p >= LEVELS[2]:
        return Claim(id="change", variant="none", values=values, evidence=evidence, guards=guards)
    found = {part: ledger.known("change", f"change_{part}", name, None, contrast) for part in PARTS}
    known = {part: each for part, each in found.items() if each is not None}
    largest = max(known, key=lambda part: known[part]["estimate"] * (1 if total > 0 else -1))
    values |= {part: known[part]["estimate"] if part in known else None for part in PARTS}
    values |= {"part": known[largest]["estimate"]}
    values |= {"part_low": known[largest]["conf_low"], "part_high": known[largest]["conf_high"]}
    evidence += ledger.at(*(("change", f"change_{part}", name, None, contrast) for part in known))
    level = 3 if p < LEVELS[3] else 2
    return Claim(id="change", variant=largest, level=level, values=values, evidence=evidence, guards=guards)


def gap(ledger: Ledger) -> list[Claim]:
    """Why the mean outcome differs: level (how high drivers are rated), weight (how much a rating counts), both, none.

    none where the difference of the means does not pass 5 % after Bonferroni over the contrasts of the variable. A part
    counts if its interval lies on one side of zero; both stands for two such parts, and for none. small where a group
    is too small for claims, unless `change` says so of the same contrast.
    """
    found = _contrasts(ledger, "mean_change")
    told = {at[0] for at in _contrasts(ledger, "share_change")}
    small = {at[0]: claim for at in found if (claim := _small(ledger, "gap", at)) is not None}
    large = [at for at in found if at[0] not in small]
    claims = [_gap(ledger, at, sum(other[1] == at[1] for other in large)) for at in large]
    silent = [claim for contrast, claim in small.items() if contrast not in told]
    return [*silent, *(claim for claim in claims if claim is not None)]


def _gap(ledger: Ledger, at: Contrast, comparisons: int) -> Claim | None:
    contrast, variable, a, b = at
    total = ledger.known("change", "mean_change", None, None, contrast)
    parts = {part: ledger.known("change", f"change_{part}", None, None, contrast) for part in ("level", "weight")}
    if total is None or total["p_value"] is None or None in parts.values():
        return None
    p = min(1.0, total["p_value"] * comparisons)
    values = {"variable": variable, "a": a, "b": b, "outcome": ledger.outcome, "p_adjusted": p}
    values |= {
        "comparisons": comparisons,
        "total": total["estimate"],
        "low": total["conf_low"],
        "high": total["conf_high"],
    }
    for part, row in parts.items():
        if row is not None:
            values |= {part: row["estimate"], f"{part}_low": row["conf_low"], f"{part}_high": row["conf_high"]}
    sure = [part for part in parts if values[f"{part}_low"] > 0 or values[f"{part}_high"] < 0]
    differs = p < LEVELS[2]
    variant = "none" if not differs else sure[0] if len(sure) == 1 else "both"
    values |= {"settled": bool(sure)}
    level = (3 if p < LEVELS[3] else 2) if differs else None
    guards = (Guard(rule="p times the number of contrasts below", required=LEVELS[2], found=p, passed=differs),)
    metrics = ("mean_change", "change_level", "change_weight")
    evidence = ledger.at(*(("change", metric, None, None, contrast) for metric in metrics))
    return Claim(id="gap", variant=variant, level=level, values=values, evidence=evidence, guards=guards)
