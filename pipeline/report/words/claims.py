"""The sentences of claims and checks: which message fits the values, and what it needs beside them.

Rules decide what may be said (report/claims); here a rule's id, variant and values become text. Where one variant
needs another sentence (one driver only, two drivers, a turned sign) the form is chosen by a named function below.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pipeline.report.claims.robustness import MOST
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
    "panel": ("all_first", "common", "split", "alone"),
    "outcome_model": ("same_top", "same_group", "differs"),
    "prediction": ("holds", "shrinks"),
    "equal": ("equal", "undecided", "apart"),
    "groups": ("clear", "open"),
    "change": ("effect", "spread", "overlap", "reliability", "none", "faint", "small"),
    "gap": ("level", "weight", "both", "none", "small"),
    "specification": ("stable", "mostly", "unstable"),
    "corrected": ("same_top", "same_group", "differs", "unsteady", "impossible", "none"),
    "halo": ("agrees", "differs"),
    "tipping": ("sturdy", "some", "few"),
    "confounding": ("strong", "weak"),
    "linearity": ("straight", "curved"),
    "asymmetry": ("penalty", "reward"),
    "unique": ("all", "some", "none"),
    "caveat": ("low_reliability", "single_item", "sign", "collinear"),
    "limit": (
        "published", "causal", "sample_unknown", "convenience", "panel", "low_fit", "small_segment", "same_source",
        "simulated", "single_items", "low_reliability",
    ),
    "sample_type": ("probability", "panel", "convenience", "unknown"),
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
)  # fmt: skip
"""Claims with all that a card needs: a title, an action and a detail."""

TITLED: tuple[str, ...] = (
    *CARDS, "limit", "panel", "outcome_model", "prediction", "specification", "corrected", "halo", "tipping",
    "confounding", "linearity",
)  # fmt: skip


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


def small_form(variant: str, values: Values) -> str:
    """For a group too small: 'hidden' where its size is, 'scarce' where only its effective size falls short."""
    if variant != "small":
        return variant
    n = values["smallest_n"]
    return "hidden" if n is None else "scarce" if n >= values["required"] else variant


def gap_form(variant: str, values: Values) -> str:
    return "unsettled" if variant == "both" and not values["settled"] else small_form(variant, values)


def nonresponse_form(variant: str, values: Values) -> str:
    return variant if variant != "differs" else "higher" if values["difference"] > 0 else "lower"


def caveat_form(variant: str, values: Values) -> str:
    return "sign_up" if variant == "sign" and values["b"] > 0 else variant


def by_chance(variant: str, values: Values) -> bool:
    """Whether it is the test against shuffled outcomes alone that keeps specifications from being stable."""
    return variant == "mostly" and values["share"] >= MOST


def specification_form(variant: str, values: Values) -> str:
    return "chance" if by_chance(variant, values) else variant if values["axis"] else "even"


def corrected_form(variant: str, values: Values) -> str:
    """'_part' where some construct could not be corrected; a claim without corrected shares has one form."""
    return variant if variant in ("impossible", "none") or not values["uncorrected"] else f"{variant}_part"


def tipping_form(variant: str, values: Values) -> str:
    """'unfound' where no set of people was found; 'single' where one is enough, and no smaller number could be."""
    return "unfound" if values["k"] is None else "single" if variant == "few" and values["k"] == 1 else variant


def confounding_form(variant: str, values: Values) -> str:
    """'tied' where it is the bond of the other driver with the first one, not with the outcome, that makes it weak."""
    return "tied" if variant == "weak" and values["rv"] > values["other_r2"] else variant


def unique_form(variant: str, values: Values) -> str:
    """Drivers with a turned sign are told apart; with reserve where others are measured poorly."""
    if values["turned"] and variant != "all":
        return "turned" if variant == "some" and not values["nothing"] else f"{variant}_turned"
    return "some_weak" if variant == "some" and values["weak"] else variant


def limit_form(variant: str, values: Values) -> str:
    if variant == "low_fit" and values["controls"]:
        return "low_fit_controlled"
    return "low_reliability_corrected" if variant == "low_reliability" and values["corrected"] else variant


FORMS: Mapping[str, Callable[[str, Values], str]] = {
    "lead": lead_form,
    "segment": segment_form,
    "fit": lambda variant, values: f"{variant}_controlled" if values["controls"] else variant,
    "prediction": lambda variant, values: "nothing" if values["r2_cv"] <= 0 else variant,
    "equal": lambda variant, values: "several" if variant == "undecided" and values["pairs"] > 1 else variant,
    "groups": lambda variant, values: variant if values["ranked"] else "unranked",
    "change": small_form,
    "gap": gap_form,
    "specification": specification_form,
    "halo": lambda variant, values: "differs_group" if variant == "differs" and values["group"] else variant,
    "corrected": corrected_form,
    "confounding": confounding_form,
    "linearity": lambda variant, values: "nothing" if max(values["linear"], values["boosted"]) <= 0 else variant,
    "tipping": tipping_form,
    "nonresponse": nonresponse_form,
    "caveat": caveat_form,
    "limit": limit_form,
    "unique": unique_form,
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


def _model_fit(verdict: str, values: Values) -> tuple[str, str]:
    return "bare" if values["adjusted"] is None else "result", f"{verdict}_controlled" if values[
        "controls"
    ] else verdict


def _overall_test(verdict: str, values: Values) -> tuple[str, str] | None:
    """The test is of what the drivers add to the controls."""
    return ("result", "controlled") if values["controls"] and verdict == "passed" else None


def _precision(verdict: str, values: Values) -> tuple[str, str]:
    scarce = verdict == "failed" and values["units"] < values["fewest"]
    return "clustered" if values["clustered"] else "result", "units" if scarce else verdict


def _predictors(verdict: str, values: Values) -> tuple[str, str] | None:
    """Where there are people enough, it is the number of drivers."""
    wanted = values["ample" if verdict == "note" else "fewest"]
    return ("result", "crowded") if verdict != "passed" and values["each"] >= wanted else None


def _collinearity(_verdict: str, values: Values) -> tuple[str, str] | None:
    if values["vif"] is None:
        return ("alone", "single") if values["alone"] else ("singular", "repeated")
    return ("result", "plain") if values["a"] is None else None


def _outliers(verdict: str, values: Values) -> tuple[str, str] | None:
    if verdict != "note":
        return None
    return ("result", "flips") if values["changes"] else ("result", "far") if values["far"] else None


def _specification(_verdict: str, values: Values) -> tuple[str, str] | None:
    return ("result", "chance") if by_chance(values["variant"], values) else None


def _corrected(_verdict: str, values: Values) -> tuple[str, str] | None:
    if values["variant"] == "impossible":
        return "impossible", "overcorrected"
    return ("result", "unsteady") if values["variant"] == "unsteady" else None


REORDERED = ("note", "all_first")

SPECIAL: Mapping[str, Callable[[str, Values], tuple[str, str] | None]] = {
    "model_fit": _model_fit,
    "overall_test": _overall_test,
    "precision": _precision,
    "panel": lambda verdict, values: ("result", "reordered") if (verdict, values["variant"]) == REORDERED else None,
    "specification": _specification,
    "corrected": _corrected,
    "tipping": lambda verdict, values: ("unfound", verdict) if values["k"] is None else None,
    "predictors": _predictors,
    "variable_types": lambda verdict, values: None if values["drivers"] else ("none", verdict),
    "collinearity": _collinearity,
    "signs": lambda verdict, values: None if values["drivers"] else ("none", verdict),
    "missing_data": lambda _, values: None if values["dropped"] else ("result", "none"),
    "outliers": _outliers,
}
