"""Whether straight lines are enough, and whether low or high ratings weigh more."""

from __future__ import annotations

from pipeline.report.claims import Claim, Guard, Ledger

NOTABLE_GAIN, LARGE_GAIN = 0.02, 0.05
"""R² that a model of free shape gains: worth a look, and too much for a linear model to be the whole story."""


UNEQUAL = 0.05
"""Holm's p of equal slopes under which low and high ratings are said to weigh differently."""


def linearity(ledger: Ledger) -> list[Claim]:
    """curved where a boosted model predicts new respondents surely and notably better than the linear one."""
    gain = ledger.known("nonlinearity", "r2_cv_gain")
    found = {name: ledger.figure("nonlinearity", "r2_cv", None, f"model:{name}") for name in ("linear", "boosted")}
    if gain is None or gain["conf_low"] is None or None in found.values():
        return []
    values = {**found, "gain": gain["estimate"], "low": gain["conf_low"], "high": gain["conf_high"]}
    values |= {"outcome": ledger.outcome}
    guards = (
        Guard(rule="gain of r2 in new respondents of at least", required=NOTABLE_GAIN, found=gain["estimate"],
              passed=gain["estimate"] >= NOTABLE_GAIN),
        Guard(rule="interval of the gain above", required=0.0, found=gain["conf_low"], passed=gain["conf_low"] > 0),
    )  # fmt: skip
    variant = "curved" if all(guard.passed for guard in guards) else "straight"
    evidence = ledger.at(
        ("nonlinearity", "r2_cv_gain"),
        ("nonlinearity", "r2_cv", None, None, "model:linear"),
        ("nonlinearity", "r2_cv", None, None, "model:boosted"),
    )
    return [Claim(id="linearity", variant=variant, values=values, evidence=evidence, guards=guards)]


def asymmetry(ledger: Ledger) -> list[Claim]:
    """penalty or reward, for every driver whose slopes below and above the middle differ; tentative.

    Held to Holm's p over the drivers; a contrast of ratings within one questionnaire is no more than a first sign.
    """
    found = (_asymmetry(ledger, name) for name in ledger.ranked()) if ledger.ranks() else ()
    return [claim for claim in found if claim is not None]


def _asymmetry(ledger: Ledger, name: str) -> Claim | None:
    row = ledger.known("nonlinearity", "asymmetry", name)
    penalty, reward = (ledger.figure("nonlinearity", metric, name) for metric in ("penalty", "reward"))
    if row is None or row["conf_low"] is None or penalty is None or reward is None or penalty + reward <= 0:
        return None
    low, high, p = row["conf_low"], row["conf_high"], row["p_adjusted"]
    if low <= 0 <= high or p is None or p >= UNEQUAL:
        return None
    values = {"driver": name, "penalty": penalty, "reward": reward, "asymmetry": row["estimate"]}
    values |= {"low": low, "high": high, "outcome": ledger.outcome}
    guards = (Guard(rule="Holm-adjusted p of equal slopes below", required=UNEQUAL, found=p, passed=True),)
    evidence = ledger.at(*(("nonlinearity", metric, name) for metric in ("asymmetry", "penalty", "reward")))
    variant = "reward" if low > 0 else "penalty"
    return Claim(id="asymmetry", variant=variant, level=1, values=values, evidence=evidence, guards=guards)
