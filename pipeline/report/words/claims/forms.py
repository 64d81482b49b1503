"""Forms: which sentence of a claim fits its values, where one variant needs several."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pipeline.report.claims.robustness import MOST

Values = Mapping[str, Any]


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
        return "hidden" if values["smallest"] else "weak"
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
    "screening": lambda variant, values: (
        "other_first_group" if variant == "other_first" and values["group"] else variant
    ),
    "caveat": caveat_form,
    "limit": limit_form,
    "unique": unique_form,
    "quadrant": lambda variant, values: values["quadrant"] if variant == "classified" else variant,
}
