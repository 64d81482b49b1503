"""The sentences of claims and checks: which message fits the values, and what it needs beside them.

Rules decide what may be said (report/claims); here a rule's id, variant and values become text. Where one variant
needs another sentence (one driver only, two drivers, a turned sign) the form is chosen by a named function below.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pipeline.report.words import Words

Values = Mapping[str, Any]

VARIANTS: Mapping[str, tuple[str, ...]] = {
    "lead": ("clear", "doubtful", "close", "group", "flat", "none", "small"),
    "fit": ("plain", "low"),
    "priority": ("clear", "promising", "none"),
    "quadrant": ("classified", "crossing"),
    "segment": ("differs", "maybe", "none", "small", "single"),
    "answers": ("ordered", "close", "single"),
    "flow": ("all", "some"),
    "nonresponse": ("none", "similar", "differs", "unknown"),
    "agreement": ("same_top", "same_group", "differs"),
    "unique": ("all", "some", "none"),
    "caveat": ("low_reliability", "single_item", "sign", "collinear"),
    "limit": (
        "causal", "sample_unknown", "convenience", "panel", "low_fit", "small_segment", "same_source", "simulated",
        "single_items", "low_reliability",
    ),
    "sample_type": ("probability", "panel", "convenience", "unknown"),
}  # fmt: skip

CHECKS: tuple[str, ...] = (
    "model_fit", "overall_test", "overlap", "agreement", "influence", "reliability", "signs", "missing", "same_source",
    "segments", "sample", "precision",
)  # fmt: skip

VERDICTS: tuple[str, ...] = ("passed", "note", "failed")

TITLED: tuple[str, ...] = ("lead", "fit", "unique", "priority", "segment", "answers", "limit")
"""Claims with a title; all but limits have an action and a detail for their card as well."""


def lead_form(variant: str, values: Values) -> str:
    """The form of the headline: what the number of drivers and of leaders leaves of the variant."""
    if values["k"] == 1 and variant != "small":
        return "none_alone" if variant == "none" else "alone"
    if variant == "small" and values["few_units"]:
        return "few_units"
    if variant == "flat" and values["k"] == 2:
        return "pair"
    if variant == "flat" and len(values["leaders"]) == values["k"]:
        return "even"
    return variant


def segment_form(variant: str, values: Values) -> str:
    """'tied' where both coefficients are positive, else 'apart'; for a group too small, what is known of its size."""
    if variant == "small" and values["smallest_n"] is None:
        return "hidden"
    if variant == "small" and values["smallest_n"] >= values["required"]:
        return "weak"
    if variant != "differs":
        return variant
    return "tied" if min(values["estimate_a"], values["estimate_b"]) >= 0 else "apart"


def agreement_form(variant: str, values: Values) -> str:
    return "alone" if values["tau"] is None else variant


def nonresponse_form(variant: str, values: Values) -> str:
    return variant if variant != "differs" else "higher" if values["difference"] > 0 else "lower"


def caveat_form(variant: str, values: Values) -> str:
    return "sign_up" if variant == "sign" and values["b"] > 0 else variant


FORMS: Mapping[str, Callable[[str, Values], str]] = {
    "lead": lead_form,
    "segment": segment_form,
    "agreement": agreement_form,
    "nonresponse": nonresponse_form,
    "caveat": caveat_form,
    "unique": lambda variant, values: "some_weak" if variant == "some" and values["weak"] else variant,
    "quadrant": lambda variant, values: values["quadrant"] if variant == "classified" else variant,
}


def claim_key(claim_id: str, variant: str, values: Values) -> str:
    """The key of the claim's sentence; '.title', '.action', '.detail' and '.dek' follow it."""
    if variant not in VARIANTS[claim_id]:
        raise KeyError(f"claim '{claim_id}' has no variant '{variant}'")
    form = FORMS.get(claim_id)
    return f"claim.{claim_id}.{form(variant, values) if form else variant}"


def filled(values: Values) -> dict[str, Any]:
    """The values with what sentences need beside them: levels by their full name, counts, differences by direction."""
    result = dict(values)
    for name in ("a", "b", "smallest", "level"):
        if isinstance(values.get(name), str) and values.get("variable") is not None:
            result[name] = f"{values['variable']}={values[name]}"
    if values.get("leaders") is not None:
        result["leaders_count"] = len(values["leaders"])
    if values.get("difference") is not None and values.get("low") is not None:
        result |= _directed(result)
    return result


def _directed(values: Values) -> dict[str, Any]:
    """The difference as larger minus smaller, and the largest size its interval allows."""
    low, high, turned = values["low"], values["high"], values["difference"] < 0
    first, second = ("b", "a") if turned else ("a", "b")
    return {
        "more": values.get(first),
        "less": values.get(second),
        "more_estimate": values.get(f"estimate_{first}"),
        "less_estimate": values.get(f"estimate_{second}"),
        "gap": abs(values["difference"]),
        "gap_low": -high if turned else low,
        "gap_high": -low if turned else high,
        "bound": max(abs(low), abs(high)),
    }


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
    if verdict not in VERDICTS or check_id not in CHECKS:
        raise KeyError(f"no check '{check_id}' with verdict '{verdict}'")
    key, known = f"check.{check_id}", filled(values)
    if check_id == "sample":
        known["type_text"] = words(f"sample.{values['type']}")
    result, meaning = _check_keys(check_id, verdict, values)
    return {"name": words(key), "result": words(f"{key}.{result}", **known), "text": words(f"{key}.{meaning}", **known)}


def _check_keys(check_id: str, verdict: str, values: Values) -> tuple[str, str]:
    """Ends of the keys of result and meaning; verdicts with two causes, or nothing to say, have their own."""
    if check_id == "agreement" and verdict == "note" and values["same_top"]:
        return "result", "reordered"
    if check_id == "signs" and not values["drivers"]:
        return "none", verdict
    if check_id == "missing" and not values["dropped"]:
        return "result", "none"
    if check_id == "segments" and values["smallest"] is None:
        return "hidden", verdict
    if check_id == "influence" and verdict == "note" and values["changes"]:
        return "result", "flips"
    if check_id == "precision":
        scarce = verdict == "failed" and values["units"] < values["fewest"]
        return "clustered" if values["clustered"] else "result", "units" if scarce else verdict
    return "result", verdict
