"""Whether the language versions of a questionnaire may be compared."""

from __future__ import annotations

from typing import Any

from pipeline.report.claims import LEVELS, SMALLEST_N_EFF, Claim, Guard, Ledger, Values

NAME = "comparability"
ALIKE, UNLIKE = 0.95, 0.85
"""Congruence from which loadings count as the same, and below which as other ones (Lorenzo-Seva & ten Berge 2006)."""
SMALL = 0.2
"""Shift, in standard deviations of the item, that matters (a small effect)."""
MOST = 3


def comparability(ledger: Ledger) -> list[Claim]:
    """For each pair of versions: small, fails, item or holds, tried in this order; absent where there is one version.

    small: a version has too few complete answers for claims. fails: the loadings of a construct are not alike
    (congruence under .85, its upper limit under .95), or half of its items and more shift. item: single items shift
    (Holm p < .05 and at least a fifth of a standard deviation). holds: neither.
    """
    rows = [row for row in ledger.rows if row["analysis"] == NAME]
    contrasts = list(dict.fromkeys(row["contrast"] for row in rows if row["contrast"]))
    if rows and not contrasts:
        return [Claim(id="comparability", variant="absent", values={})]
    return [_one(ledger, rows, contrast) for contrast in contrasts]


def limit(ledger: Ledger) -> list[Claim]:
    """A limit for the first page for each pair of versions that may not be compared throughout."""
    found = [claim for claim in comparability(ledger) if claim.variant in ("item", "fails")]
    return [
        Claim(id="limit", variant="not_comparable", values=claim.values, evidence=claim.evidence) for claim in found
    ]


def _one(ledger: Ledger, rows: list[Values], contrast: str) -> Claim:
    own = [row for row in rows if row["contrast"] == contrast]
    shifts = {row["term"]: row for row in own if row["metric"] == "item_shift" and row["estimate"] is not None}
    sizes = {row["term"]: abs(row["estimate"]) for row in own if row["metric"] == "item_shift_d"}
    sure = [
        item
        for item, row in shifts.items()
        if row["p_adjusted"] is not None and row["p_adjusted"] < LEVELS[2] and sizes[item] >= SMALL
    ]
    sure = sorted(sure, key=lambda item: -sizes[item])
    constructs = list(dict.fromkeys(row["outcome"] for row in shifts.values()))
    unlike = [row["term"] for row in own if row["metric"] == "tucker_congruence" and _unlike(row)]
    many = [name for name in constructs if _half(name, sure, shifts)]
    failing = list(dict.fromkeys([*unlike, *many]))
    moved = [name for name in constructs if any(shifts[item]["outcome"] == name for item in sure)]
    size = _size(ledger, own)
    variant = "small" if not size.passed else "fails" if failing else "item" if sure else "holds"
    values: dict[str, Any] = _named(ledger, contrast) | {
        "failing": failing[:MOST],
        "moved": moved[:MOST],
        "items": sure[:MOST],
    }
    values |= {"unsafe": [*failing, *(name for name in moved if name not in failing)][:MOST]}
    values |= {
        "count": len(constructs),
        "tests": len(shifts),
        "smallest_n": int(size.found or 0),
        "required": size.required,
    }
    alike = [row["estimate"] for row in own if row["metric"] == "tucker_congruence" and row["estimate"] is not None]
    values |= {"congruence": min(alike, default=None)}
    if sure:
        first = shifts[sure[0]]
        values |= {
            "first": sure[0],
            "construct": first["outcome"],
            "shift": first["estimate"],
            "p": first["p_adjusted"],
        }
        values |= {"shift_low": first["conf_low"], "shift_high": first["conf_high"]}
        values |= {"score": ledger.figure(NAME, "score_shift", first["outcome"], contrast)}
    passed = Guard(rule="items that shift", required=0, found=len(sure), passed=not sure)
    loads = Guard(rule="constructs with other loadings", required=0, found=len(unlike), passed=not unlike)
    evidence = ledger.at(*((NAME, "item_shift", item, None, contrast) for item in sure or shifts))
    level = 3 if variant == "fails" and unlike else 2 if variant in ("item", "fails") else None
    guards = (size, passed, loads)
    return Claim(id="comparability", variant=variant, level=level, values=values, evidence=evidence, guards=guards)


def _named(ledger: Ledger, contrast: str) -> dict[str, Any]:
    """Both versions as 'variable=level'."""
    variable = contrast.partition("=")[0]
    levels = [level["value"] for level in ledger.study["names"][variable]["levels"]]
    pairs = [(a, b) for a in levels for b in levels if f"{variable}={a}-{b}" == contrast]
    return {"one": f"{variable}={pairs[0][0]}", "other": f"{variable}={pairs[0][1]}"}


def _unlike(row: Values) -> bool:
    if row["estimate"] is None:
        return False
    high = row["conf_high"] if row["conf_high"] is not None else row["estimate"]
    return bool(row["estimate"] < UNLIKE and high < ALIKE)


def _half(name: str, sure: list[str], shifts: dict[str, Values]) -> bool:
    """Whether half of a construct's items and more shift; of two items nobody knows which."""
    items = [item for item, row in shifts.items() if row["outcome"] == name]
    moved = [item for item in items if item in sure]
    return len(items) > 2 and 2 * len(moved) >= len(items)


def _size(ledger: Ledger, rows: list[Values]) -> Guard:
    required = ledger.study["bases"]["claim_base"]
    bases = [(int(row["n"] or 0), float(row["n_eff"] or 0.0)) for row in rows if row["metric"] == "alpha"]
    smallest, effective = (min((base[at] for base in bases), default=0) for at in (0, 1))
    passed = smallest >= required and effective >= SMALLEST_N_EFF and ledger.size_guard().passed
    return Guard(rule="complete answers in each version of at least", required=required, found=smallest, passed=passed)
