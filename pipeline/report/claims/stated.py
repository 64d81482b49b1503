"""Which driver matters more than respondents say, and whether it is the one that is underestimated most."""

from __future__ import annotations

from typing import Any

from pipeline.report.claims import CLEAR, LEVELS, Claim, Guard, Ledger, Values
from pipeline.report.claims.value import enough, told

NAME = "stated"


def stated(ledger: Ledger) -> list[Claim]:
    """none_fit, small, most, some or none, tried in this order.

    A driver is underestimated where its derived share exceeds its stated share (Holm p < .05) and its position among
    the drivers does as well (p < .05): stated ratings hardly differ, so that the gap of shares alone would follow the
    derived share. most: one is underestimated and has the largest gap of shares in .975 of the resamples; level 3 where
    it has so on both scales, else 2. some: others are. none: no driver is. A driver with a caveat on its own figure is
    level 1.
    """
    rows = {name: ledger.known(NAME, "share_gap", name) for name in ledger.drivers}
    known = {name: row for name, row in rows.items() if row is not None and row["p_adjusted"] is not None}
    if len(known) < 2 or any(ledger.known(NAME, "position_gap", name) is None for name in known):
        return []
    first = max(known, key=lambda name: known[name]["estimate"])
    under = [name for name in known if _underestimated(ledger, name, known[name])]
    chances = [ledger.value(NAME, "prob_largest_gap", first, scale) for scale in (None, "positions")]
    guards = _guards(ledger, known[first], first in under, known, chances)
    variant = _variant(guards, under)
    values = _values(ledger, known, first, under, chances)
    level = _level(ledger, variant, known, under, first, chances)
    evidence = ledger.at(
        *((NAME, metric, first) for metric in ("share_gap", "position_gap", "prob_largest_gap", "lmg_share")),
        (NAME, "prob_largest_gap", first, None, "positions"), *((NAME, "share_gap", name) for name in under),
    )  # fmt: skip
    return [Claim(id="stated", variant=variant, level=level, values=values, evidence=evidence, guards=guards)]


def _underestimated(ledger: Ledger, name: str, row: Values, sign: int = 1) -> bool:
    """Whether both gaps surely have the sign."""
    position = ledger.row(NAME, "position_gap", name)
    sure = row["p_adjusted"] < LEVELS[2] and (position["p_value"] or 0.0) < LEVELS[2]
    return bool(sure and row["estimate"] * sign > 0 and position["estimate"] * sign > 0)


def _guards(
    ledger: Ledger, row: Values, sure: bool, known: dict[str, Values], chances: list[float]
) -> tuple[Guard, ...]:
    least = min(each["p_adjusted"] for each in known.values())
    return (
        told(ledger),
        enough(ledger, row),
        Guard(rule="gap above zero on both scales: Holm p of shares, and p of positions, below", required=LEVELS[2],
              found=row["p_adjusted"] if not sure else least, passed=sure),
        Guard(rule="P(largest gap of shares) of at least", required=CLEAR, found=chances[0],
              passed=chances[0] >= CLEAR),
        Guard(rule="P(largest gap of positions) of at least", required=CLEAR, found=chances[1],
              passed=chances[1] >= CLEAR),
    )  # fmt: skip


def _variant(guards: tuple[Guard, ...], under: list[str]) -> str:
    tells, large, sure, largest, _ = (guard.passed for guard in guards)
    if not tells or not large:
        return "none_fit" if not tells else "small"
    if sure and largest:
        return "most"
    return "some" if under else "none"


def _level(
    ledger: Ledger, variant: str, known: dict[str, Values], under: list[str], first: str, chances: list[float]
) -> int | None:
    if variant not in ("most", "some"):
        return None
    named = [first] if variant == "most" else under
    if any(ledger.caveats(name) for name in named):
        return 1
    weakest = max(known[name]["p_adjusted"] for name in named)
    firm = weakest < LEVELS[3] and (variant == "some" or chances[1] >= CLEAR)
    return 3 if firm else 2


def _values(
    ledger: Ledger, known: dict[str, Values], first: str, under: list[str], chances: list[float]
) -> dict[str, Any]:
    row = known[first]
    said = [ledger.value(NAME, "stated_importance", name) for name in known]
    return {
        "outcome": ledger.outcome,
        "driver": first,
        "drivers": sorted(under, key=lambda name: -known[name]["estimate"]),
        "over": [name for name in known if _underestimated(ledger, name, known[name], -1)],
        "derived": ledger.value(NAME, "lmg_share", first),
        "stated": ledger.value(NAME, "stated_share", first),
        "gap": row["estimate"],
        "low": row["conf_low"],
        "high": row["conf_high"],
        "rank": int(ledger.value(NAME, "rank", first)),
        "stated_rank": int(ledger.value(NAME, "stated_rank", first)),
        "prob": chances[0],
        "prob_position": chances[1],
        "lowest": min(said),
        "highest": max(said),
        "k": len(known),
        "n_eff": row["n_eff"],
        "r2": ledger.explained(),
        "draws": ledger.study["draws"],
    }
