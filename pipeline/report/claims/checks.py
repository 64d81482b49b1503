"""Checks that run on every analysis: each with a verdict, never with traffic lights alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from pipeline.report.claims import (
    FEWEST_UNITS,
    FLOOR_R2,
    LOW_RELIABILITY,
    SMALLEST_N_EFF,
    Check,
    Claim,
    Ledger,
)
from pipeline.report.claims.doubts import tipping as tipping_claims
from pipeline.report.claims.methods import panel as panel_claims
from pipeline.report.claims.robustness import corrected as corrected_claims
from pipeline.report.claims.robustness import specification as specification_claims
from pipeline.report.claims.shape import LARGE_GAIN
from pipeline.report.claims.shape import linearity as linearity_claims

NOTE_R2, NOTE_RELIABILITY, NOTE_TAU = 0.25, 0.70, 0.70
PER_DRIVER = 10
LISTED = 5


def all_checks(ledger: Ledger) -> list[Check]:
    """Every check, in the order of the report; a check that does not apply is left out."""
    found = (
        model_fit(ledger),
        overall_test(ledger),
        precision(ledger),
        panel(ledger),
        specification(ledger),
        corrected(ledger),
        tipping(ledger),
        linearity(ledger),
        reliability(ledger),
        concordance(ledger),
        same_source(ledger),
        sample(ledger),
    )
    return [check for check in found if check]


def verdict(passed: bool, noted: bool) -> str:
    """'passed', else 'note' where it is not yet bad, else 'failed'."""
    return "passed" if passed else "note" if noted else "failed"


def model_fit(ledger: Ledger) -> Check:
    """By what the drivers explain beyond the controls."""
    r2, beyond = ledger.value("regression", "r2"), ledger.explained()
    values = {
        "r2": r2,
        "adjusted": ledger.figure("regression", "r2_adjusted"),
        "outcome": ledger.outcome,
        "controls": ledger.controls,
        "beyond": beyond,
    }
    return Check(id="model_fit", verdict=verdict(beyond >= NOTE_R2, beyond >= FLOOR_R2), values=values)


def overall_test(ledger: Ledger) -> Check | None:
    p = ledger.overall_p()
    if p is None:
        return None
    metrics = {"f": "f", "df1": "df_model", "df2": "df_residual"}
    found = {name: ledger.figure("regression", metric) for name, metric in metrics.items()}
    values = {**found, "p": p, "controls": ledger.controls, "outcome": ledger.outcome}
    return Check(id="overall_test", verdict=verdict(p < 0.05, False), values=values)


def precision(ledger: Ledger) -> Check:
    n, n_eff = ledger.sample["n"], ledger.sample["n_eff"]
    wanted = max(ledger.study["bases"]["claim_base"], PER_DRIVER * len(ledger.drivers))
    units = ledger.sample["units"]
    values = {"n": n, "n_eff": n_eff, "deff": ledger.sample["deff"], "required": wanted, "units": units}
    values |= {"fewest": FEWEST_UNITS, "clustered": units < n}
    bearable = n_eff >= SMALLEST_N_EFF and units >= FEWEST_UNITS
    return Check(id="precision", verdict=verdict(n_eff >= wanted and bearable, bearable), values=values)


def _of_claim(rule: Callable[[Ledger], list[Claim]], ledger: Ledger, verdicts: Mapping[str, str]) -> Check | None:
    """The check that says by a verdict what the only claim of a rule says in a sentence; None without that claim."""
    claims = [claim for claim in rule(ledger) if claim.variant in verdicts]
    if not claims:
        return None
    claim = claims[0]
    return Check(id=claim.id, verdict=verdicts[claim.variant], values={**claim.values, "variant": claim.variant})


def panel(ledger: Ledger) -> Check | None:
    """passed only where the order below the first place is much the same as well."""
    check = _of_claim(panel_claims, ledger, {"all_first": "passed", "common": "note", "split": "failed"})
    if check and check.verdict == "passed" and check.values["tau"] < NOTE_TAU:
        return Check(id=check.id, verdict="note", values=check.values)
    return check


def specification(ledger: Ledger) -> Check | None:
    return _of_claim(specification_claims, ledger, {"stable": "passed", "mostly": "note", "unstable": "failed"})


def corrected(ledger: Ledger) -> Check | None:
    verdicts = {"same_top": "passed", "same_group": "note", "differs": "failed", "none": "open"}
    verdicts |= {"impossible": "note", "unsteady": "note"}
    return _of_claim(corrected_claims, ledger, verdicts)


def tipping(ledger: Ledger) -> Check | None:
    return _of_claim(tipping_claims, ledger, {"sturdy": "passed", "some": "note", "few": "failed"})


def linearity(ledger: Ledger) -> Check | None:
    """failed only where so much more is explained that shares of a linear model tell a part of the story only."""
    check = _of_claim(linearity_claims, ledger, {"straight": "passed", "curved": "note"})
    if check and check.verdict == "note" and check.values["gain"] >= LARGE_GAIN:
        return Check(id=check.id, verdict="failed", values=check.values)
    return check


def reliability(ledger: Ledger) -> Check | None:
    names = [*ledger.drivers, ledger.outcome]
    alphas = {name: row["estimate"] for name in names if (row := ledger.reliability(name))["estimate"] is not None}
    if not alphas:
        return None
    lowest = min(alphas, key=lambda name: alphas[name])
    result = verdict(alphas[lowest] >= NOTE_RELIABILITY, alphas[lowest] >= LOW_RELIABILITY)
    return Check(id="reliability", verdict=result, values={"lowest": alphas[lowest], "construct": lowest})


def concordance(ledger: Ledger) -> Check | None:
    """Of studies of several files: is every question the same in all of them?"""
    files, breaks = ledger.study.get("files", 1), ledger.study.get("breaks", [])
    if files < 2:
        return None
    columns = list(dict.fromkeys(entry["column"] for entry in breaks))
    values = {"files": files, "questions": len(columns), "columns": columns[:LISTED], "more": len(columns) > LISTED}
    return Check(id="concordance", verdict=verdict(not breaks, True), values=values)


def same_source(ledger: Ledger) -> Check | None:
    """Of answers to one questionnaire; who or what is behind a published table is not known."""
    asked = ledger.study["design"] == "survey" and not ledger.study.get("published")
    return Check(id="same_source", verdict="note", values={"outcome": ledger.outcome}) if asked else None


def sample(ledger: Ledger) -> Check:
    kind = ledger.study["sample"]["type"]
    return Check(id="sample", verdict=verdict(kind == "probability", True), values={"type": kind or "unknown"})
