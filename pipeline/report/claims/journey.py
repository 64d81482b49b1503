"""What moved over the waves: shares of the drivers, the image, cohorts, and the same people asked again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pipeline.report.claims import FLOOR_R2, LEVELS, SMALLEST_N_EFF, Claim, Guard, Ledger, Values

MARGIN = 0.05
"""Change of a share that is too small to matter, where the study declares none."""
NAME = "journey"


def waves(ledger: Ledger, metric: str, term: str | None = None) -> tuple[str, str, str, str] | None:
    """Contrast, wave variable, last and first wave of a change; None where there is none."""
    for row in ledger.rows:
        if row["analysis"] == NAME and row["metric"] == metric and row["term"] == term and row["group"] is None:
            parts = ledger.split(row["contrast"] or "")
            if parts is not None:
                return (row["contrast"], *parts)
    return None


def sized(ledger: Ledger, rows: Mapping[str, Values | None]) -> Guard:
    """Enough respondents, and effective ones, behind each of some rows; the smallest is told."""
    required = ledger.study["bases"]["claim_base"]
    found = min(((row or {}).get("n") or 0) for row in rows.values())
    least = min(((row or {}).get("n_eff") or 0.0) for row in rows.values())
    rule = f"respondents in each wave of at least, and an effective number of {SMALLEST_N_EFF}"
    return Guard(rule=rule, required=required, found=found, passed=found >= required and least >= SMALLEST_N_EFF)


def journey(ledger: Ledger) -> list[Claim]:
    """Shares, first wave to last: small, faint, moved, same or undecided, tried in this order.

    small: a wave is too small for claims. faint: R² of a wave under the floor, so that its shares are shares of
    nothing. moved: a share surely differs (Holm p < .05 over the drivers); told are the surest that rose and the surest
    that fell. same: every interval lies within the smallest change that matters (`model.sesoi`, else 5 points).
    undecided: otherwise.
    """
    at = next((found for name in ledger.drivers if (found := waves(ledger, "share_change", name))), None)
    if at is None:
        return []
    contrast, variable, last, first = at
    ends = {level: f"{variable}={level}" for level in (first, last)}
    rows = {name: ledger.known(NAME, "share_change", name, None, contrast) for name in ledger.drivers}
    tested = {name: row for name, row in rows.items() if row is not None and row["p_adjusted"] is not None}
    if not tested:
        return []
    r2s = {level: ledger.known(NAME, "r2", None, group) for level, group in ends.items()}
    margin = ledger.study["sesoi"] or MARGIN
    bound = max(max(abs(row["conf_low"]), abs(row["conf_high"])) for row in tested.values())
    least = min((row["estimate"] for row in r2s.values() if row is not None), default=0.0)
    told = _surest(tested)
    p = tested[told[0]]["p_adjusted"]
    guards = (
        sized(ledger, r2s),
        Guard(rule="r2 in each wave of at least", required=FLOOR_R2, found=least, passed=least >= FLOOR_R2),
        Guard(rule="Holm-adjusted p below", required=LEVELS[2], found=p, passed=p < LEVELS[2]),
        Guard(rule="every interval within", required=margin, found=bound, passed=bound < margin),
    )
    variant = _variant(guards)
    level = {"moved": 3 if p < LEVELS[3] else 2, "same": 2}.get(variant)
    base = {"variable": variable, "a": last, "b": first, "outcome": ledger.outcome, "comparisons": len(tested)}
    base |= {"margin": margin, "bound": bound, "r2": least, "smallest_n": guards[0].found}
    values = base | {"n_eff_required": SMALLEST_N_EFF} | _told(ledger, told, tested, ends, (first, last))
    keys: list[tuple[Any, ...]] = [(NAME, "share_change", name, None, contrast) for name in told]
    keys += [(NAME, "lmg_share", name, group) for name in told for group in ends.values()]
    return [Claim(id="journey", variant=variant, level=level, values=values, evidence=ledger.at(*keys), guards=guards)]


def _surest(tested: Mapping[str, Values]) -> list[str]:
    """The surest change, and the surest sure one in the other direction where there is one."""
    order = sorted(tested, key=lambda name: (tested[name]["p_adjusted"], -abs(tested[name]["estimate"])))
    first = order[0]
    up = tested[first]["estimate"] > 0
    sure = (name for name in order if tested[name]["p_adjusted"] < LEVELS[2])
    against = [name for name in sure if (tested[name]["estimate"] > 0) != up]
    return [first, *against[:1]] if tested[first]["p_adjusted"] < LEVELS[2] else [first]


def _variant(guards: tuple[Guard, ...]) -> str:
    large, explains, moves, within = (guard.passed for guard in guards)
    if not large or not explains:
        return "small" if not large else "faint"
    return "moved" if moves else "same" if within else "undecided"


def _told(
    ledger: Ledger, told: list[str], tested: Mapping[str, Values], ends: Mapping[str, str], order: tuple[str, str]
) -> dict[str, Any]:
    """Figures of the first driver told, and of the second where there is one; what rose stands first."""
    names = sorted(told, key=lambda name: -tested[name]["estimate"])
    found: dict[str, Any] = {"other": None}
    for prefix, name in zip(("", "other_"), names, strict=False):
        row = tested[name]
        shares = [ledger.known(NAME, "lmg_share", name, ends[level]) for level in order]
        found |= {
            f"{prefix}first": shares[0] and shares[0]["estimate"],
            f"{prefix}last": shares[1] and shares[1]["estimate"],
        }
        found |= {f"{prefix}change": row["estimate"], f"{prefix}change_low": row["conf_low"]}
        found |= {f"{prefix}change_high": row["conf_high"], f"{prefix}p": row["p_adjusted"]}
    return found | {"driver": names[0], "other": names[1] if len(names) > 1 else None}


def image(ledger: Ledger) -> list[Claim]:
    """The lead of what the brand wants to be over what it was: small, passed, ahead, approaching, retreating or same.

    small: a wave is too small for claims. Where the change of the lead passes p < .05: passed where it was surely
    behind in the first wave and is surely ahead in the last (intervals on either side of zero); ahead where it is
    surely ahead in the last; approaching where it rose otherwise; retreating where it fell. same: it does not pass.
    """
    at = waves(ledger, "image_lead_change")
    asked = (ledger.study.get("asked") or {}).get(NAME) or {}
    row = None if at is None else ledger.known(NAME, "image_lead_change", None, None, at[0])
    if at is None or row is None or row["p_adjusted"] is None:
        return []
    contrast, variable, last, first = at
    leads = {level: ledger.known(NAME, "image_lead", None, f"{variable}={level}") for level in (first, last)}
    if None in leads.values():
        return []
    p, guard = row["p_adjusted"], sized(ledger, leads)
    values: dict[str, Any] = {"variable": variable, "a": last, "b": first, "was": asked["image_from"], "p": p}
    values |= {"wants": asked["image_to"], "change": row["estimate"], "change_low": row["conf_low"]}
    values |= {"change_high": row["conf_high"], "smallest_n": guard.found, "n_eff_required": SMALLEST_N_EFF}
    for end, level in (("first", first), ("last", last)):
        lead = leads[level]
        assert lead is not None  # noqa: S101 (asked above)
        values |= {end: lead["estimate"], f"{end}_low": lead["conf_low"], f"{end}_high": lead["conf_high"]}
    guards = (guard, Guard(rule="p of the change below", required=LEVELS[2], found=p, passed=p < LEVELS[2]))
    variant = "small" if not guard.passed else _moved(values) if p < LEVELS[2] else "same"
    grade = (3 if p < LEVELS[3] else 2) if variant not in ("small", "same") else None
    keys = [(NAME, "image_lead", None, f"{variable}={name}") for name in (first, last)]
    evidence = ledger.at((NAME, "image_lead_change", None, None, contrast), *keys)
    return [Claim(id="image", variant=variant, level=grade, values=values, evidence=evidence, guards=guards)]


def _moved(values: Values) -> str:
    if values["change"] < 0:
        return "retreating"
    ahead = (values["last_low"] or 0.0) > 0
    if ahead and (values["first_high"] or 0.0) < 0:
        return "passed"
    return "ahead" if ahead else "approaching"


def cohorts(ledger: Ledger) -> list[Claim]:
    """For each variable, whether the lead moved differently between cohorts: differs (Holm p < .05), same or small.

    The pair with the lowest p is told. same says no difference is sure, with the interval of the nearest. Cohorts of
    fewer respondents than a claim needs are not compared; small where no pair is left.
    """
    asked = (ledger.study.get("asked") or {}).get(NAME) or {}
    return [claim for name in asked.get("cohorts") or () for claim in _cohort(ledger, name)]


def _cohort(ledger: Ledger, variable: str) -> Iterator[Claim]:
    pairs = list(_pairs(ledger, variable))
    if not pairs:
        return
    required = ledger.study["bases"]["claim_base"]
    large = [pair for pair in pairs if all(_large(move, required) for move in pair[3:])]
    chosen = large or pairs
    at, a, b, one, other = min(chosen, key=lambda pair: ledger.rows[pair[0]]["p_adjusted"])
    row = ledger.rows[at]
    p = row["p_adjusted"]
    smallest = min(one["n"] or 0, other["n"] or 0)
    values = {"variable": variable, "a": a, "b": b, "difference": row["estimate"], "low": row["conf_low"]}
    values |= {"high": row["conf_high"], "p_adjusted": p, "comparisons": _tested(ledger), "smallest_n": smallest}
    values |= {"estimate_a": one["estimate"], "estimate_b": other["estimate"], "required": required}
    guards = (
        Guard(rule="respondents in each cohort of at least", required=required, found=smallest, passed=bool(large)),
        Guard(rule="Holm-adjusted p below", required=LEVELS[2], found=p, passed=p < LEVELS[2]),
    )
    variant = "small" if not large else "differs" if p < LEVELS[2] else "same"
    level = (3 if p < LEVELS[3] else 2) if variant == "differs" else None
    yield Claim(id="cohorts", variant=variant, level=level, values=values, evidence=(at,), guards=guards)


def _large(row: Values, required: int) -> bool:
    return (row["n"] or 0) >= required and (row["n_eff"] or 0.0) >= SMALLEST_N_EFF


def _tested(ledger: Ledger) -> int:
    return sum(row["metric"] == "image_lead_gap" and row["p_adjusted"] is not None for row in ledger.rows)


def _pairs(ledger: Ledger, variable: str) -> Iterator[tuple[int, str, str, Values, Values]]:
    """Position, both levels and the changes of both, of every tested difference between cohorts."""
    moves = {
        row["group"]: row
        for row in ledger.rows
        if row["analysis"] == NAME and row["metric"] == "image_lead_change" and row["group"]
    }
    levels = [group.removeprefix(f"{variable}=") for group in moves if group.startswith(f"{variable}=")]
    for at, row in enumerate(ledger.rows):
        if row["metric"] == "image_lead_gap" and row["p_adjusted"] is not None:
            for a in levels:
                for b in levels:
                    if row["contrast"] == f"{variable}={a}-{b}":
                        yield at, a, b, moves[f"{variable}={a}"], moves[f"{variable}={b}"]


def members(ledger: Ledger) -> list[Claim]:
    """The same people asked again: small, changed (Holm p < .05 over outcome and images) or same.

    Those who answered again may have differed from the others from the beginning: where they surely did (Holm p < .05),
    the sentence says so, and the claim is one level lower.
    """
    count, row = (ledger.known(NAME, *key) for key in (("panel_members",), ("within_change", ledger.outcome)))
    if count is None or row is None or row["p_adjusted"] is None:
        return []
    required = ledger.study["bases"]["claim_base"]
    left = ledger.known(NAME, "mean_difference", ledger.outcome, None, "stayed-left")
    selective = left is not None and (left["p_adjusted"] or 1.0) < LEVELS[2]
    p, n = row["p_adjusted"], row["n"] or 0
    values: dict[str, Any] = {"outcome": ledger.outcome, "members": n, "required": required, "selective": selective}
    values |= {"change": row["estimate"], "change_low": row["conf_low"], "change_high": row["conf_high"], "p": p}
    if left is not None:
        values |= {"left": left["estimate"], "left_low": left["conf_low"], "left_high": left["conf_high"]}
    guards = (
        Guard(rule="panel members of at least", required=required, found=n, passed=_large(row, required)),
        Guard(rule="Holm-adjusted p below", required=LEVELS[2], found=p, passed=p < LEVELS[2]),
        Guard(rule="those who stayed do not surely differ", required="yes", found="no" if selective else "yes",
              passed=not selective),
    )  # fmt: skip
    variant = "small" if not guards[0].passed else "changed" if p < LEVELS[2] else "same"
    level = (3 if p < LEVELS[3] else 2) - selective if variant == "changed" else None
    keys = [(NAME, "panel_members"), (NAME, "within_change", ledger.outcome)]
    evidence = ledger.at(*keys, (NAME, "mean_difference", ledger.outcome, None, "stayed-left"))
    return [Claim(id="members", variant=variant, level=level, values=values, evidence=evidence, guards=guards)]
