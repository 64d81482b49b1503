"""Whether the language versions of a questionnaire may be compared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """What two versions showed. shifts: item -> row; sure: items that surely shift, largest first."""

    rows: list[Values]
    shifts: Mapping[str, Values]
    sure: list[str]
    unlike: list[str]
    """Constructs with other loadings."""

    @property
    def constructs(self) -> list[str]:
        return list(dict.fromkeys(row["outcome"] for row in self.shifts.values()))

    @property
    def failing(self) -> list[str]:
        """Constructs with other loadings, or half of whose items and more shift; of two items nobody knows which."""
        return list(dict.fromkeys([*self.unlike, *(name for name in self.constructs if self._half(name))]))

    @property
    def moved(self) -> list[str]:
        """Constructs with an item that shifts."""
        return [name for name in self.constructs if any(self.shifts[item]["outcome"] == name for item in self.sure)]

    def _half(self, name: str) -> bool:
        items = [item for item, row in self.shifts.items() if row["outcome"] == name]
        return len(items) > 2 and 2 * sum(item in self.sure for item in items) >= len(items)


def _found(rows: list[Values]) -> _Found:
    shifts = {row["term"]: row for row in rows if row["metric"] == "item_shift" and row["estimate"] is not None}
    sizes = {row["term"]: abs(row["estimate"]) for row in rows if row["metric"] == "item_shift_d"}
    sure = [
        item
        for item, row in shifts.items()
        if row["p_adjusted"] is not None and row["p_adjusted"] < LEVELS[2] and sizes[item] >= SMALL
    ]
    unlike = [row["term"] for row in rows if row["metric"] == "tucker_congruence" and _unlike(row)]
    return _Found(rows=rows, shifts=shifts, sure=sorted(sure, key=lambda item: -sizes[item]), unlike=unlike)


def _one(ledger: Ledger, rows: list[Values], contrast: str) -> Claim:
    found = _found([row for row in rows if row["contrast"] == contrast])
    size = _size(ledger, found.rows)
    variant = "small" if not size.passed else "fails" if found.failing else "item" if found.sure else "holds"
    values = _named(ledger, contrast) | _values(found)
    values |= {"smallest_n": int(size.found or 0), "required": size.required}
    if found.sure:
        first = found.shifts[found.sure[0]]
        limits = {"shift": first["estimate"], "shift_low": first["conf_low"], "shift_high": first["conf_high"]}
        values |= limits | {"first": found.sure[0], "construct": first["outcome"], "p": first["p_adjusted"]}
        values["score"] = ledger.figure(NAME, "score_shift", first["outcome"], contrast)
    shifting = Guard(rule="items that shift", required=0, found=len(found.sure), passed=not found.sure)
    loads = Guard(rule="constructs with other loadings", required=0, found=len(found.unlike), passed=not found.unlike)
    evidence = ledger.at(*((NAME, "item_shift", item, None, contrast) for item in found.sure or found.shifts))
    level = 3 if variant == "fails" and found.unlike else 2 if variant in ("item", "fails") else None
    guards = (size, shifting, loads)
    return Claim(id="comparability", variant=variant, level=level, values=values, evidence=evidence, guards=guards)


def _values(found: _Found) -> dict[str, Any]:
    failing, moved = found.failing, found.moved
    alike = [row["estimate"] for row in found.rows if row["metric"] == "tucker_congruence" and row["estimate"]]
    return {
        "failing": failing[:MOST],
        "moved": moved[:MOST],
        "items": found.sure[:MOST],
        "unsafe": [*failing, *(name for name in moved if name not in failing)][:MOST],
        "count": len(found.constructs),
        "tests": len(found.shifts),
        "congruence": min(alike, default=None),
    }


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


def _size(ledger: Ledger, rows: list[Values]) -> Guard:
    required = ledger.study["bases"]["claim_base"]
    bases = [(int(row["n"] or 0), float(row["n_eff"] or 0.0)) for row in rows if row["metric"] == "alpha"]
    smallest, effective = (min((base[at] for base in bases), default=0) for at in (0, 1))
    passed = smallest >= required and effective >= SMALLEST_N_EFF and ledger.size_guard().passed
    return Guard(rule="complete answers in each version of at least", required=required, found=smallest, passed=passed)
