"""Who differs: one claim for each variable whose levels are compared."""

from __future__ import annotations

from typing import Any

from pipeline.report.claims import Claim, Guard, Ledger, Values


def segments(ledger: Ledger) -> list[Claim]:
    """single: one level. small: no pair of levels with the base. differs: Holm p < .05. maybe: p < .20. none."""
    return [_segment(ledger, segment) for segment in ledger.study["segments"]]


def _segment(ledger: Ledger, segment: Values) -> Claim:
    variable, levels = segment["variable"], [level["value"] for level in segment["levels"]]
    required = ledger.study["bases"]["claim_base"]
    sizes = {level: ledger.size(variable, level) for level in levels}
    known = {level: size["n"] for level, size in sizes.items() if size["reason"] != "complementary"}
    smallest = min(known, key=lambda level: known[level], default=None)
    base = {
        "variable": variable,
        "outcome": ledger.outcome,
        "smallest": smallest,
        "required": required,
        "levels": len(levels),
    }
    base |= {"smallest_n": (sizes[smallest]["n"] or None) if smallest else None}
    if len(levels) < 2:
        return Claim(id="segment", variant="single", values=base)
    gaps = [
        gap for gap in _gaps(ledger) if gap[1] == variable and all(ledger.large(variable, level) for level in gap[2])
    ]
    if not gaps or ledger.tells_nothing() or not ledger.size_guard().passed:
        return Claim(id="segment", variant="small", values=base, guards=(_size_guard(base),))
    at, _, pair = min(gaps, key=lambda gap: [ledger.rows[gap[0]][p] or 0.0 for p in ("p_adjusted", "p_value")])
    return _graded(ledger, at, pair, base)


def _graded(ledger: Ledger, at: int, pair: tuple[str, str], base: dict[str, Any]) -> Claim:
    gap = ledger.rows[at]
    sign = 1 if gap["estimate"] >= 0 else -1
    a, b = pair if sign > 0 else pair[::-1]
    limits = sorted((sign * gap["conf_low"], sign * gap["conf_high"]))
    groups = {
        name: ("regression", "b", gap["term"], f"{base['variable']}={level}") for name, level in (("a", a), ("b", b))
    }
    values = base | {
        "driver": gap["term"],
        "a": a,
        "b": b,
        "estimate_a": ledger.row(*groups["a"])["estimate"],
        "estimate_b": ledger.row(*groups["b"])["estimate"],
        "difference": abs(gap["estimate"]),
        "low": limits[0],
        "high": limits[1],
        "p_adjusted": gap["p_adjusted"],
        "comparisons": len(_gaps(ledger)),
    }
    p = gap["p_adjusted"]
    variant, level = ("differs", 3 if p < 0.01 else 2) if p < 0.05 else ("maybe", 1) if p < 0.20 else ("none", None)
    guard = Guard(rule="Holm-adjusted p below", required=0.05, found=p, passed=p < 0.05)
    evidence = (at, *ledger.at(*groups.values()))
    return Claim(
        id="segment", variant=variant, level=level, values=values, evidence=evidence, guards=(guard, _size_guard(base))
    )


def _size_guard(base: dict[str, Any]) -> Guard:
    found = base["smallest_n"]
    return Guard(
        rule="respondents in each level of at least",
        required=base["required"],
        found=found,
        passed=(found or 0) >= base["required"],
    )


def _gaps(ledger: Ledger) -> list[tuple[int, str, tuple[str, str]]]:
    """Position, variable and pair of levels of every tested difference."""
    found = []
    for at, row in enumerate(ledger.rows):
        if row["metric"] == "b" and row["contrast"] and row["group"] is None and row["p_adjusted"] is not None:
            parts = ledger.split(row["contrast"])
            if parts is not None:
                found.append((at, parts[0], parts[1:]))
    return found
