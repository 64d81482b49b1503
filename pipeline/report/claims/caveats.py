"""What weakens the findings: caveats on single constructs, the kind of sample, and what the study cannot tell."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.report.claims import FLOOR_R2, LOW_RELIABILITY, Claim, Ledger

MODEST_R2 = 0.25


def caveats(ledger: Ledger) -> list[Claim]:
    """One claim for each construct with low reliability or one item, each driver with a flipped sign or a high VIF."""
    found = []
    for name in [*ledger.drivers, ledger.outcome]:
        reliability = ledger.reliability(name)
        evidence = ledger.at(("reliability", "alpha", name))
        if reliability["reason"] == "one_item":
            found.append(Claim(id="caveat", variant="single_item", values={"driver": name}, evidence=evidence))
        elif reliability["estimate"] is not None and reliability["estimate"] < LOW_RELIABILITY:
            values = {
                "driver": name,
                "alpha": reliability["estimate"],
                "low": reliability["conf_low"],
                "high": reliability["conf_high"],
            }
            values |= {"required": LOW_RELIABILITY}
            found.append(Claim(id="caveat", variant="low_reliability", values=values, evidence=evidence))
    for name in ledger.drivers:
        found += _doubts(ledger, name)
    return found


def _doubts(ledger: Ledger, name: str) -> Iterator[Claim]:
    reasons = ledger.caveats(name)
    if "sign" in reasons:
        coefficient = ledger.row("regression", "b", name)
        values = {
            "driver": name,
            "outcome": ledger.outcome,
            "b": coefficient["estimate"],
            "low": coefficient["conf_low"],
        }
        values |= {
            "high": coefficient["conf_high"],
            "p": coefficient["p_value"],
            "r": ledger.correlation(name, ledger.outcome),
        }
        yield Claim(id="caveat", variant="sign", values=values, evidence=ledger.at(("regression", "b", name)))
    if "collinear" in reasons:
        values = {"driver": name, "vif": ledger.value("overlap", "vif", name)}
        yield Claim(id="caveat", variant="collinear", values=values, evidence=ledger.at(("overlap", "vif", name)))


def sample_type(ledger: Ledger) -> list[Claim]:
    """What the intervals mean, by how the sample was drawn."""
    variant = ledger.study["sample"]["type"] or "unknown"
    return [Claim(id="sample_type", variant=variant, values={"n": ledger.sample["n"]})]


def limits(ledger: Ledger) -> list[Claim]:
    """What this study cannot tell, most important first."""
    return [Claim(id="limit", variant=variant, values=values) for variant, values in _limits(ledger)]


def _limits(ledger: Ledger) -> Iterator[tuple[str, dict[str, object]]]:
    study, outcome = ledger.study, ledger.outcome
    r2 = ledger.explained()
    if study.get("published"):
        yield "published", {"outcome": outcome}
    if study["simulated"]:
        yield "simulated", {}
    if study["design"] == "survey":
        yield "causal", {"outcome": outcome, "driver": ledger.ranked()[0]}
    kind = study["sample"]["type"]
    if kind != "probability":
        yield kind or "sample_unknown", {"n": ledger.sample["n"]}
    yield from _small_segments(ledger)
    if FLOOR_R2 <= r2 < MODEST_R2 or ledger.tells_nothing():
        yield "low_fit", {"outcome": outcome, "r2": r2, "controls": ledger.controls}
    yield from _measurement(ledger)
    if study["design"] == "survey" and not study.get("published"):
        yield "same_source", {"outcome": outcome}


def _measurement(ledger: Ledger) -> Iterator[tuple[str, dict[str, object]]]:
    """Constructs that are measured badly, with whether shares corrected for it are told, and those of unknown error."""
    names = [*ledger.drivers, ledger.outcome]
    used = {name: ledger.figure("disattenuated", "reliability_used", name) for name in names}
    alphas = {name: ledger.reliability(name)["estimate"] for name in names}
    weak = [name for name, alpha in alphas.items() if alpha is not None and alpha < LOW_RELIABILITY]
    if weak:
        share = ledger.known("disattenuated", "lmg_share", ledger.ranked()[0])
        told = share is not None and share["reason"] != "unsteady"
        yield "low_reliability", {"drivers": weak, "corrected": told and all(used[name] for name in weak)}
    single = [name for name in names if ledger.reliability(name)["reason"] == "one_item" and used[name] is None]
    if single:
        yield "single_items", {"drivers": single}


def _small_segments(ledger: Ledger) -> Iterator[tuple[str, dict[str, object]]]:
    required = ledger.study["bases"]["claim_base"]
    for segment in ledger.study["segments"]:
        for level in segment["levels"]:
            n = ledger.size(segment["variable"], level["value"])["n"]
            if 0 < n < required and len(segment["levels"]) > 1:
                yield (
                    "small_segment",
                    {"variable": segment["variable"], "level": level["value"], "n": n, "required": required},
                )
