"""The sentences of claims and checks: which message fits the values, and what it needs beside them.

Rules decide what may be said (report/claims); here a rule's id, variant and values become text. Where one variant
needs another sentence (one driver only, two drivers, a turned sign) the form is chosen by a named function of `forms`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pipeline.report.words import Words
from pipeline.report.words.claims import further
from pipeline.report.words.claims.check_forms import SPECIAL
from pipeline.report.words.claims.forms import FORMS

Values = Mapping[str, Any]

VARIANTS: Mapping[str, tuple[str, ...]] = {
    "lead": ("clear", "doubtful", "close", "group", "flat", "none", "small"),
    "fit": ("plain", "low"),
    "priority": ("clear", "promising", "none"),
    "quadrant": ("classified", "crossing"),
    "segment": ("differs", "maybe", "none", "small", "single"),
    "answers": ("ordered", "close", "single"),
    "flow": ("all", "some"),
    "screening": (
        "same_order", "same_first", "other_first", "explained", "unknown", "nobody_dropped", "nobody_flagged",
        "unusable",
    ),
    "nonresponse": ("none", "similar", "differs", "unknown"),
    "panel": ("all_first", "common", "split", "alone"),
    "outcome_model": ("same_top", "same_group", "differs"),
    "prediction": ("holds", "shrinks"),
    "equal": ("equal", "undecided", "apart"),
    "groups": ("clear", "open"),
    "change": ("effect", "spread", "overlap", "reliability", "none", "faint", "small"),
    "gap": ("level", "weight", "both", "none", "small"),
    "specification": ("stable", "mostly", "unstable"),
    "corrected": ("same_top", "same_group", "differs", "unsteady", "impossible", "none"),
    "imputed": ("same_order", "same_top", "same_group", "differs"),
    "halo": ("agrees", "differs"),
    "tipping": ("sturdy", "some", "few"),
    "confounding": ("strong", "weak"),
    "linearity": ("straight", "curved"),
    "asymmetry": ("penalty", "reward"),
    "unique": ("all", "some", "none"),
    "caveat": ("low_reliability", "single_item", "sign", "collinear"),
    "limit": (
        "published", "causal", "sample_unknown", "convenience", "panel", "low_fit", "small_segment", "same_source",
        "simulated", "single_items", "low_reliability", "not_comparable",
    ),
    "sample_type": ("probability", "panel", "convenience", "unknown"),
    **further.VARIANTS,
}  # fmt: skip

GRADED, OPEN = ("passed", "note", "failed"), ("passed", "note", "failed", "open")

VERDICTS: Mapping[str, tuple[str, ...]] = {
    "model_fit": GRADED,
    "overall_test": ("passed", "failed"),
    "precision": GRADED,
    "panel": GRADED,
    "specification": GRADED,
    "corrected": OPEN,
    "tipping": GRADED,
    "linearity": GRADED,
    "reliability": GRADED,
    "concordance": ("passed", "note"),
    "same_source": ("note",),
    "sample": ("passed", "note"),
    "predictors": GRADED,
    "monotone": OPEN,
    "numeric_outcome": OPEN,
    "variable_types": ("passed", "note", "open"),
    "segment_needs": ("passed", "note", "open"),
    "causal_order": ("passed", "open"),
    "collinearity": OPEN,
    "unexpected_correlations": ("passed", "note", "open"),
    "signs": GRADED,
    "missing_data": OPEN,
    "outliers": OPEN,
    "serial_correlation": OPEN,
    "constant_variance": ("passed", "note", "open"),
}
"""Verdicts that each check, and each assumption after them, may come to."""

CARDS: tuple[str, ...] = (
    "lead", "fit", "unique", "priority", "segment", "answers", "equal", "groups", "change", "gap", "asymmetry",
    *further.CARDS,
)  # fmt: skip
"""Claims with all that a card needs: a title, an action and a detail."""

TITLED: tuple[str, ...] = (
    *CARDS, "limit", "panel", "outcome_model", "prediction", "specification", "corrected", "imputed", "halo",
    "tipping", "confounding", "linearity", *further.TITLED,
)  # fmt: skip


def claim_key(claim_id: str, variant: str, values: Values) -> str:
    """The key of the claim's sentence; '.title', '.action', '.detail' and '.dek' follow it."""
    if variant not in VARIANTS[claim_id]:
        raise KeyError(f"claim '{claim_id}' has no variant '{variant}'")
    form = FORMS.get(claim_id) or further.FORMS.get(claim_id)
    return f"claim.{claim_id}.{form(variant, values) if form else variant}"


def filled(values: Values) -> dict[str, Any]:
    """The values with what sentences need beside them: levels by their full name, counts, differences by direction."""
    result = dict(values)
    for name in ("a", "b", "smallest", "level"):
        if isinstance(values.get(name), str) and values.get("variable") is not None:
            result[name] = f"{values['variable']}={values[name]}"
    for name in ("leaders", "agree"):
        if values.get(name) is not None:
            result[f"{name}_count"] = len(values[name])
    if values.get("axis") is not None:
        result["choice"] = f"{values['axis']}={values['value']}"
    if values.get("penalty") is not None:
        result["loss"] = -values["penalty"]
    for name in ("difference", "total"):
        if values.get(name) is not None and values.get("low") is not None:
            result |= _directed(result, name)
    return result


PARTS = ("part", "effect", "spread", "overlap", "reliability", "level", "weight")


def _directed(values: Values, name: str) -> dict[str, Any]:
    """The difference as larger minus smaller, with its parts, and the largest size its interval allows."""
    turned = values[name] < 0
    first, second = ("b", "a") if turned else ("a", "b")
    found = {
        "more": values.get(first),
        "less": values.get(second),
        "more_estimate": values.get(f"estimate_{first}"),
        "less_estimate": values.get(f"estimate_{second}"),
        "bound": max(abs(values["low"]), abs(values["high"])),
    }
    for part in (None, *PARTS):
        found |= _turned(values, part, name, turned)
    return found


def _turned(values: Values, part: str | None, name: str, turned: bool) -> dict[str, Any]:
    """'gap' with its limits, or those of a part as 'part_gap', with the sign of larger minus smaller."""
    start, size = (f"{part}_", values.get(part)) if part else ("", values[name])
    if not isinstance(size, (int, float)):
        return {}
    ends = [values.get(f"{start}{end}") for end in ("low", "high")]
    low, high = [None if end is None else -end for end in ends[::-1]] if turned else ends
    return {f"{start}gap": -size if turned else size, f"{start}gap_low": low, f"{start}gap_high": high}


def render(claim_id: str, variant: str, values: Values, words: Words) -> dict[str, str | None]:
    """{text, title, action} of a claim; title and action are None where the claim has none."""
    key, known = claim_key(claim_id, variant, values), filled(values)
    said = {part: words(f"{key}.{part}", **known) if f"{key}.{part}" in words else None for part in ("title", "action")}
    return {"text": words(key, **known), **said}


def render_part(claim: Mapping[str, Any], part: str, words: Words) -> str:
    """One further text of a claim of results.json, as 'detail' or 'dek'."""
    key = claim_key(claim["id"], claim["variant"], claim["values"])
    return words(f"{key}.{part}", **filled(claim["values"]))


def render_check(check_id: str, verdict: str, values: Values, words: Words) -> dict[str, str]:
    """{name, result, text} of a check: what it is, what was found, what it means for the findings."""
    if verdict not in VERDICTS.get(check_id, ()):
        raise KeyError(f"no check '{check_id}' with verdict '{verdict}'")
    key, known = f"check.{check_id}", filled(values)
    if check_id == "sample":
        known["type_text"] = words(f"sample.{values['type']}")
    result, meaning = _check_keys(check_id, verdict, values)
    found = words(f"{key}.{result}" if result else "check.open", **known)
    return {"name": words(key), "result": found, "text": words(f"{key}.{meaning}", **known)}


def _check_keys(check_id: str, verdict: str, values: Values) -> tuple[str, str]:
    """Ends of the keys of result and meaning; verdicts with two causes, or nothing to say, have their own.

    An empty result says that nothing can be told.
    """
    if verdict == "open":
        return "", "small" if check_id == "segment_needs" and values["smallest"] is not None else "open"
    special = SPECIAL.get(check_id)
    return (special(verdict, values) if special else None) or ("result", verdict)
