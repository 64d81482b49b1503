"""Forms of checks: which sentences a verdict with two causes, or nothing to say, has of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pipeline.report.words.claims.forms import by_chance

Values = Mapping[str, Any]


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
    "concordance": lambda verdict, values: (
        ("none", verdict) if verdict == "passed" else ("many", verdict) if values["more"] else None
    ),
    "tipping": lambda verdict, values: ("unfound", verdict) if values["k"] is None else None,
    "predictors": _predictors,
    "variable_types": lambda verdict, values: None if values["drivers"] else ("none", verdict),
    "collinearity": _collinearity,
    "signs": lambda verdict, values: None if values["drivers"] else ("none", verdict),
    "missing_data": lambda _, values: None if values["dropped"] else ("result", "none"),
    "outliers": _outliers,
}
