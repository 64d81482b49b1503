"""Why one brand is wanted more than another, and whether the better product is wanted less."""

from __future__ import annotations

from typing import Any

from pipeline.report.claims import LEVELS, SMALLEST_N_EFF, Claim, Guard, Ledger, Values
from pipeline.report.claims.value import asked

NAME = "rivals"
PARTS = ("endowments", "coefficients", "interaction")
OVERLAP = 0.5
"""Share of the ratings of each brand where the other has ratings too, below which a finding is one level lower."""
MOST = 3


def rivals(ledger: Ledger) -> list[Claim]:
    """absent, small, none, no_overlap, unparted, perceptions, weights, both or unsettled, tried in this order.

    absent: one brand alone, or one too small to be told. none: the outcome does not surely differ (p < .05).
    no_overlap: ratings are too far apart for parts; unparted: there are none for another reason. perceptions: the part
    of other ratings lies on the side of the gap with its whole interval, that of other weights does not. weights: the
    other way round. both: both do; unsettled: neither does.
    """
    found = _gap(ledger)
    if found is None:
        return []
    contrast, gap = found
    values = _named(ledger, contrast, gap)
    evidence = ledger.at((NAME, "mean_difference", None, None, contrast))
    if gap["estimate"] is None:
        return [Claim(id="rivals", variant="absent", values=values | {"why": gap["reason"]}, evidence=evidence)]
    size, p = _size(ledger, contrast), gap["p_value"]
    differs = p is not None and p < LEVELS[2]
    guards = [size, Guard(rule="p of the gap below", required=LEVELS[2], found=p, passed=differs)]
    values |= {"p": p, "smallest_n": int(size.found or 0), "required": size.required}
    rows = {part: ledger.known(NAME, part, None, None, contrast) for part in PARTS}
    if not size.passed or not differs or None in rows.values():
        variant = "small" if not size.passed else "none" if not differs else _unparted(ledger, contrast)
        level = None if variant in ("small", "none") else _level(p)
        return [
            Claim(id="rivals", variant=variant, level=level, values=values, evidence=evidence, guards=tuple(guards))
        ]
    sign = 1 if gap["estimate"] > 0 else -1
    for part, row in rows.items():
        values |= _limits(part, row or {}, sign)
    values |= _drivers(ledger, contrast, sign)
    support = min(ledger.known(NAME, "common_support", None, name)["estimate"] for name in _groups(ledger, contrast))  # type: ignore[index]
    guards.append(Guard(rule="common_support of at least", required=OVERLAP, found=support, passed=support >= OVERLAP))
    values |= {"support": support, "paired": ledger.figure(NAME, "rated_both", None, contrast)}
    sure = [part for part in PARTS[:2] if values[f"{part}_low"] > 0]
    names = {"endowments": "perceptions", "coefficients": "weights"}
    variant = "both" if len(sure) == 2 else names[sure[0]] if sure else "unsettled"
    level = max(1, _level(p) - (support < OVERLAP))
    evidence += ledger.at(*((NAME, part, None, None, contrast) for part in PARTS))
    evidence += ledger.at(*((NAME, "endowments", name, None, contrast) for name in values["drivers"]))
    return [Claim(id="rivals", variant=variant, level=level, values=values, evidence=evidence, guards=tuple(guards))]


def better_product(ledger: Ledger) -> list[Claim]:
    """absent, small, lower, higher or open, tried in this order.

    lower: the brand whose product is rated higher has less of the outcome, and both differences pass p < .05, which
    needs no correction as both must. higher: it has more of it, both pass. open: one of the two does not pass.
    """
    spec, found = asked(ledger, NAME), _gap(ledger)
    if spec is None or not spec["product"] or found is None:
        return []
    contrast, gap = found
    rated = ledger.known(NAME, "mean_difference", spec["product"], None, contrast)
    values = _named(ledger, contrast, gap) | {"product": spec["product"]}
    evidence = ledger.at(*((NAME, "mean_difference", name, None, contrast) for name in (spec["product"], None)))
    if rated is None or gap["estimate"] is None:
        return [Claim(id="better_product", variant="absent", values=values | {"why": gap["reason"]}, evidence=evidence)]
    better = 1 if rated["estimate"] > 0 else -1
    groups = _groups(ledger, contrast)[::better]
    p = max(
        rated["p_value"] if rated["p_value"] is not None else 1.0, gap["p_value"] if gap["p_value"] is not None else 1.0
    )
    values |= {"better": groups[0], "other": groups[1], "p": p}
    values |= _limits("rating", rated, better) | _limits("wanted", gap, better)
    for name, group in zip(("better", "other"), groups, strict=True):
        values[f"{name}_rating"] = ledger.row(NAME, "mean", spec["product"], group)["estimate"]
        values[f"{name}_mean"] = ledger.row(NAME, "mean", None, group)["estimate"]
    size = _size(ledger, contrast)
    values |= {"smallest_n": int(size.found or 0), "required": size.required}
    guards = (
        size,
        Guard(rule="larger p of the two differences below", required=LEVELS[2], found=p, passed=p < LEVELS[2]),
    )
    variant = (
        "small" if not size.passed else "open" if p >= LEVELS[2] else "lower" if values["wanted"] < 0 else "higher"
    )
    level = _level(p) if variant in ("lower", "higher") else None
    return [Claim(id="better_product", variant=variant, level=level, values=values, evidence=evidence, guards=guards)]


def _gap(ledger: Ledger) -> tuple[str, Values] | None:
    """Contrast and row of the difference of the outcome."""
    for row in ledger.rows:
        if row["analysis"] == NAME and row["metric"] == "mean_difference" and row["term"] is None:
            return str(row["contrast"]), row
    return None


def _groups(ledger: Ledger, contrast: str) -> tuple[str, str]:
    """'variable=a' and 'variable=b' of the two brands."""
    variable = contrast.partition("=")[0]
    one, other = asked(ledger, NAME)["brands"]
    return f"{variable}={one}", f"{variable}={other}"


def _unparted(ledger: Ledger, contrast: str) -> str:
    at = ledger.find(NAME, "endowments", None, None, contrast)
    state = None if at is None else ledger.rows[at]["state"]
    return "no_overlap" if state == "no_overlap" else "unparted"


def _named(ledger: Ledger, contrast: str, gap: Values) -> dict[str, Any]:
    """The brand that is wanted more first, with the gap as a positive number."""
    sign = -1 if (gap["estimate"] or 0.0) < 0 else 1
    groups = _groups(ledger, contrast)[::sign]
    values: dict[str, Any] = {"outcome": ledger.outcome, "leading": groups[0], "trailing": groups[1]}
    values |= _limits("gap", gap, sign)
    for name, group in zip(("leading", "trailing"), groups, strict=True):
        row = ledger.known(NAME, "mean", None, group)
        values[f"{name}_mean"] = None if row is None else row["estimate"]
    return values


def _drivers(ledger: Ledger, contrast: str, sign: int) -> dict[str, Any]:
    """Ratings that surely make a part of the gap, largest first: `drivers` on its side, `against` on the other."""
    rows = {name: ledger.known(NAME, "endowments", name, None, contrast) for name in ledger.drivers}
    sure = {
        name: sign * row["estimate"]
        for name, row in rows.items()
        if row is not None and row["p_adjusted"] is not None and row["p_adjusted"] < LEVELS[2]
    }
    ranked = sorted(sure, key=lambda name: -sure[name])
    own = [name for name in ranked if sure[name] > 0][:MOST]
    against = [name for name in reversed(ranked) if sure[name] < 0][:MOST]
    found: dict[str, Any] = {"drivers": own, "against": against}
    if own:
        found |= _limits("first", rows[own[0]] or {}, sign)
    return found


def _limits(name: str, row: Values, sign: int = 1) -> dict[str, Any]:
    """Estimate and limits with the sign of the first less the second group."""
    low, high, value = row.get("conf_low"), row.get("conf_high"), row.get("estimate")
    if value is not None:
        value = sign * value
    if low is not None and high is not None and sign < 0:
        low, high = -high, -low
    return {name: value, f"{name}_low": low, f"{name}_high": high}


def _level(p: float) -> int:
    return 3 if p < LEVELS[3] else 2


def _size(ledger: Ledger, contrast: str) -> Guard:
    rows = [ledger.known(NAME, "mean", None, group) or {} for group in _groups(ledger, contrast)]
    required = ledger.study["bases"]["claim_base"]
    smallest = min(int(row.get("n") or 0) for row in rows)
    effective = min(float(row.get("n_eff") or 0.0) for row in rows)
    passed = smallest >= required and effective >= SMALLEST_N_EFF and ledger.size_guard().passed
    return Guard(rule="respondents of each brand of at least", required=required, found=smallest, passed=passed)
