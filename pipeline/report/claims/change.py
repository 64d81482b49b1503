"""Why two groups differ: in the share of a driver, and in the mean of the outcome."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pipeline.report.claims import FLOOR_R2, LEVELS, Claim, Guard, Ledger, Values

PARTS = ("effect", "spread", "overlap", "reliability")


def change(ledger: Ledger) -> list[Claim]:
    """For every contrast, each driver whose share surely differs (Holm p < .05), by the largest part of the difference.

    effect, spread, overlap or reliability: the part that is largest in the direction of the difference. none: no share
    surely differs; the nearest is told. Nothing is said where a group is too small for claims, or where so little is
    explained in one of them that shares are shares of nothing.
    """
    return [claim for contrast in _contrasts(ledger, "share_change") for claim in _changes(ledger, contrast)]


def _contrasts(ledger: Ledger, metric: str) -> list[tuple[str, str, str, str]]:
    """Contrast, variable and both levels, where both levels have the base of a claim."""
    if not ledger.ranks():
        return []
    found = [(contrast, ledger.split(contrast)) for contrast in ledger.contrasts("change", metric)]
    return [
        (contrast, *parts)
        for contrast, parts in found
        if parts is not None and all(ledger.large(parts[0], level) for level in parts[1:])
    ]


def _changes(ledger: Ledger, at: tuple[str, str, str, str]) -> Iterator[Claim]:
    contrast, variable, a, b = at
    rows = {name: ledger.known("change", "share_change", name, None, contrast) for name in ledger.ranked()}
    tested = {name: row for name, row in rows.items() if row is not None and row["p_adjusted"] is not None}
    fits = [_fit(ledger, f"{variable}={level}") for level in (a, b)]
    if not tested or min(fits) < FLOOR_R2:
        return
    base = {"variable": variable, "a": a, "b": b, "outcome": ledger.outcome, "comparisons": _family(ledger, variable)}
    sure = [name for name, row in tested.items() if row["p_adjusted"] < LEVELS[2]]
    nearest = min(tested, key=lambda name: tested[name]["p_adjusted"])
    for name in sure or [nearest]:
        yield _one(ledger, base, contrast, name, tested[name])


def _family(ledger: Ledger, variable: str) -> int:
    """Number of share changes that were tested together."""
    rows = (row for row in ledger.rows if row["metric"] == "share_change" and row["p_adjusted"] is not None)
    return sum(row["contrast"].startswith(f"{variable}=") for row in rows)


def _fit(ledger: Ledger, group: str) -> float:
    row = ledger.known("regression", "r2", None, group)
    return 0.0 if row is None else float(row["estimate"])


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
    counts if its interval lies on one side of zero; both stands for two such parts, and for none.
    """
    found = _contrasts(ledger, "mean_change")
    claims = (_gap(ledger, at, sum(other[1] == at[1] for other in found)) for at in found)
    return [claim for claim in claims if claim is not None]


def _gap(ledger: Ledger, at: tuple[str, str, str, str], comparisons: int) -> Claim | None:
    contrast, variable, a, b = at
    total = ledger.known("change", "mean_change", None, None, contrast)
    parts = {part: ledger.known("change", f"change_{part}", None, None, contrast) for part in ("level", "weight")}
    if total is None or total["p_value"] is None or None in parts.values():
        return None
    p = min(1.0, total["p_value"] * comparisons)
    values = {"variable": variable, "a": a, "b": b, "outcome": ledger.outcome, "p_adjusted": p}
    values |= {"total": total["estimate"], "low": total["conf_low"], "high": total["conf_high"]}
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
