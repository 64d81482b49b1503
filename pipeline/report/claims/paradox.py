"""Critics who buy: how many they are, what goes with it that they do, and whether trust takes the edge off complaints.

The groups are made by the outcome, so that all of this describes critics who buy; none of it says why they do.
"""

from __future__ import annotations

from typing import Any

from pipeline.report.claims import LEVELS, SMALLEST_N_EFF, Claim, Guard, Ledger, Values
from pipeline.report.claims.value import asked

NAME = "paradox"
CONTRAST = "critics:buyers-others"
BUYERS, OTHERS = "critics:buyers", "critics:others"
MOST = 3
"""Dimensions that are named."""


def critics(ledger: Ledger) -> list[Claim]:
    """absent, small, fewer, more or same, tried in this order.

    absent: nobody criticises, nobody buys, or too few do to be told. small: critics, or all others, are too few for
    claims. fewer, more: critics buy less, or more, often than others (p < .05). same: no difference was found.
    """
    spec = asked(ledger, NAME)
    gap = _row(ledger, "buyer_share", spec, "critics-others")
    if spec is None or gap is None:
        return []
    keys = {
        "share": ("critic_share", "of:buyers"),
        "all": ("critic_share", None),
        "buying": ("buyer_share", "of:critics"),
    }
    keys |= {"others": ("buyer_share", "of:others")}
    rows = {name: _row(ledger, metric, spec, contrast) for name, (metric, contrast) in keys.items()}
    product = spec["product"]
    values: dict[str, Any] = {"product": product, "outcome": ledger.outcome, "below": _cut(ledger, spec)}
    evidence = ledger.at(*((NAME, metric, product, None, contrast) for metric, contrast in keys.values()))
    known = [row for row in (*rows.values(), gap) if row is not None and row["estimate"] is not None]
    if len(known) < len(rows) + 1:
        reason = next((row["reason"] for row in (*rows.values(), gap) if row and row["reason"]), "small_base")
        values |= {"why": reason}
        return [Claim(id="critics", variant="absent", values=values, evidence=evidence)]
    for name, row in rows.items():
        values |= _limits(name, row or {})
    size = _size(ledger, [row for row in (rows["buying"], rows["others"]) if row])
    p = gap["p_value"]
    values |= _limits("gap", gap) | {
        "p": p,
        "n": known[0]["n"],
        "smallest_n": int(size.found or 0),
        "required": size.required,
    }
    guards = (size, Guard(rule="p of the difference below", required=LEVELS[2], found=p, passed=_below(p)))
    variant = "small" if not size.passed else "same" if not _below(p) else "fewer" if gap["estimate"] < 0 else "more"
    level = _level(p) if variant in ("fewer", "more") else None
    evidence += ledger.at((NAME, "buyer_share", product, None, "critics-others"))
    return [Claim(id="critics", variant=variant, level=level, values=values, evidence=evidence, guards=guards)]


def paradox(ledger: Ledger) -> list[Claim]:
    """absent, small, compensated or none, tried in this order.

    absent: there are no critics who buy, none who do not, or too few to be told. small: one of the two groups is too
    small for claims. compensated: at least one dimension besides the product makes a positive part of the predicted gap
    between critics who buy and those who do not (Holm p < .05). none: no such dimension.
    """
    spec = asked(ledger, NAME)
    at = ledger.find(NAME, "compensation", None, None, CONTRAST)
    if spec is None or at is None:
        return []
    total = ledger.rows[at]
    values: dict[str, Any] = {"product": spec["product"], "outcome": ledger.outcome}
    if total["estimate"] is None:
        return [Claim(id="paradox", variant="absent", values=values | {"why": total["reason"]}, evidence=(at,))]
    groups = [ledger.known(NAME, "mean", None, None, name) for name in (BUYERS, OTHERS)]
    size = _size(ledger, [group for group in groups if group is not None])
    parts = _parts(ledger, str(spec["product"]))
    sure = [name for name, row in parts.items() if row["estimate"] > 0 and _below(row["p_adjusted"])]
    first = (sure or list(parts))[0] if parts else None
    values |= _limits("total", total) | {"comparisons": len(parts) + 1}
    values |= {"n_buyers": (groups[0] or {}).get("n"), "n_others": (groups[1] or {}).get("n")}
    values |= {
        "smallest_n": int(size.found or 0),
        "required": size.required,
        "drivers": sure[:MOST],
        "count": len(sure),
    }
    p = None
    if first is not None:
        p = parts[first]["p_adjusted"]
        values |= _limits("part", parts[first]) | {"first": first, "p": p}
        values |= _limits("rating", ledger.known(NAME, "mean_difference", first, None, CONTRAST) or {})
    guards = (
        size,
        Guard(rule="Holm-adjusted p of a positive part below", required=LEVELS[2], found=p, passed=bool(sure)),
    )
    variant = "small" if not size.passed else "compensated" if sure else "none"
    level = _level(p) if variant == "compensated" else None
    evidence = (at, *ledger.at(*((NAME, "compensation", name, None, CONTRAST) for name in sure or parts)))
    return [Claim(id="paradox", variant=variant, level=level, values=values, evidence=evidence, guards=guards)]


def _parts(ledger: Ledger, product: str) -> dict[str, Values]:
    """Parts of the drivers besides the product, largest first."""
    found = {
        name: row
        for name in ledger.drivers
        if name != product and (row := ledger.known(NAME, "compensation", name, None, CONTRAST)) is not None
    }
    return dict(sorted(found.items(), key=lambda one: -one[1]["estimate"]))


def complaint(ledger: Ledger) -> list[Claim]:
    """small, buffers, worsens, other, none; lower, higher or open where no trust was asked. Never more than moderate.

    buffers: the more trust, the less a complaint takes (interaction > 0, p < .05), and where trust is low complaints go
    with less of the outcome (p < .05). worsens: the more trust, the more a complaint takes, and where trust is high it
    does. other: slopes differ, without that. none: no interaction was found.
    """
    spec = asked(ledger, NAME)
    if spec is None or not spec["complaint"]:
        return []
    complaint_, trust = spec["complaint"], spec["trust"]
    plain = ledger.known(NAME, "b", complaint_)
    if plain is None:
        return []
    values: dict[str, Any] = {"complaint": complaint_, "outcome": ledger.outcome, "n": plain["n"], "trust": trust}
    values |= _limits("slope", plain) | {"p": plain["p_value"], "n_eff": plain["n_eff"]}
    size = _size(ledger, [plain])
    evidence = ledger.at((NAME, "b", complaint_))
    if not trust:
        variant = "small" if not size.passed else _sign(plain)
        level = _modest(plain["p_value"]) if variant in ("lower", "higher") else None
        guards = (
            size,
            Guard(rule="p below", required=LEVELS[2], found=plain["p_value"], passed=_below(plain["p_value"])),
        )
        return [Claim(id="complaint", variant=variant, level=level, values=values, evidence=evidence, guards=guards)]
    product = f"{complaint_}*{trust}"
    rows = {"interaction": ledger.known(NAME, "b", product)}
    rows |= {place: ledger.known(NAME, "b", complaint_, None, place) for place in ("p16", "p84")}
    if None in rows.values():
        return []
    for name, row in rows.items():
        values |= _limits(name, row or {})
    values |= {f"at_{place}": ledger.figure(NAME, "moderator_value", trust, place) for place in ("p16", "p84")}
    p = (rows["interaction"] or {}).get("p_value")
    variant = "small" if not size.passed else _variant(rows["interaction"] or {}, rows["p16"] or {}, rows["p84"] or {})
    guards = (size, Guard(rule="p of complaint × trust below", required=LEVELS[2], found=p, passed=_below(p)))
    level = _modest(p) if variant in ("buffers", "worsens", "other") else None
    evidence += ledger.at((NAME, "b", product), *((NAME, "b", complaint_, None, place) for place in ("p16", "p84")))
    values |= {"p": p}
    return [Claim(id="complaint", variant=variant, level=level, values=values, evidence=evidence, guards=guards)]


def _variant(interaction: Values, low: Values, high: Values) -> str:
    if not _below(interaction["p_value"]):
        return "none"
    if interaction["estimate"] > 0:
        return "buffers" if _sign(low) == "lower" else "other"
    return "worsens" if _sign(high) == "lower" else "other"


def _sign(row: Values) -> str:
    """lower, higher, or open where the slope cannot be told from none."""
    return "open" if not _below(row["p_value"]) else "lower" if row["estimate"] < 0 else "higher"


def _row(ledger: Ledger, metric: str, spec: Values | None, contrast: str | None) -> Values | None:
    """The row of the product, whatever its state; None where there is none."""
    at = None if spec is None else ledger.find(NAME, metric, spec["product"], None, contrast)
    return None if at is None else ledger.rows[at]


def _limits(name: str, row: Values) -> dict[str, Any]:
    return {name: row.get("estimate"), f"{name}_low": row.get("conf_low"), f"{name}_high": row.get("conf_high")}


def _below(p: float | None) -> bool:
    return p is not None and p < LEVELS[2]


def _level(p: float | None) -> int:
    return 3 if p is not None and p < LEVELS[3] else 2


def _modest(p: float | None) -> int:
    """An interaction within one questionnaire is moderate at most."""
    return 2 if p is not None and p < LEVELS[3] else 1


def _size(ledger: Ledger, rows: list[Values]) -> Guard:
    """Enough respondents in the smaller group, and enough of everybody."""
    required = ledger.study["bases"]["claim_base"]
    smallest = min((int(row["n"] or 0) for row in rows), default=0)
    effective = min((float(row["n_eff"] or 0.0) for row in rows), default=0.0)
    passed = smallest >= required and effective >= SMALLEST_N_EFF and ledger.size_guard().passed
    return Guard(rule="respondents in each group of at least", required=required, found=smallest, passed=passed)


def _cut(ledger: Ledger, spec: Values) -> float | None:
    """What critics rate the product below: declared, or the middle of its scale."""
    if spec["below"] is not None:
        return float(spec["below"])
    construct = ledger.study.get("constructs", {}).get(spec["product"])
    if construct:
        scale = construct["scale"]
        return float(scale["neutral"] if scale["neutral"] is not None else (scale["low"] + scale["high"]) / 2)
    ends = ledger.study["names"][spec["product"]]["range"]
    return None if ends is None else (ends[0] + ends[1]) / 2
