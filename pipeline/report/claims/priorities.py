"""Where to act: drivers that matter and are rated low, and drivers that may be put into a quadrant at all."""

from __future__ import annotations

from pipeline.report.claims import CLEAR, MODERATE, SMALLEST_N_EFF, Claim, Guard, Ledger

QUADRANTS = {(True, True): "fix", (True, False): "keep", (False, True): "low", (False, False): "overkill"}


def priority(ledger: Ledger) -> list[Claim]:
    """clear: P(rated below average) and P(more important than an equal share) both .975 or more; promising: the second
    only .80 or more; none otherwise. A driver with a caveat is no priority, nor is any where the model tells nothing.
    """
    candidates = [
        name for name in ledger.drivers if _probabilities(ledger, name)[1] >= CLEAR and not ledger.caveats(name)
    ]
    best = max(candidates, key=lambda name: _probabilities(ledger, name)[0], default=None)
    allowed = not ledger.tells_nothing() and ledger.sample["n_eff"] >= SMALLEST_N_EFF and len(ledger.drivers) > 1
    important = _probabilities(ledger, best)[0] if best else 0.0
    if best is None or not allowed or important < MODERATE:
        return [Claim(id="priority", variant="none", values={"outcome": ledger.outcome, "k": len(ledger.drivers)})]
    rated_low = _probabilities(ledger, best)[1]
    performance = ledger.row("performance", "performance", best)
    values = {
        "driver": best,
        "outcome": ledger.outcome,
        "performance": performance["estimate"],
        "low": performance["conf_low"],
        "high": performance["conf_high"],
        "average": ledger.value("performance", "performance"),
        "share": ledger.value("importance", "lmg_share", best),
        "prob_important": important,
        "prob_rated_low": rated_low,
        "draws": ledger.study["draws"],
    }
    variant, level = ("clear", 3) if important >= CLEAR else ("promising", 2)
    guards = (
        Guard(rule="prob_rated_low of at least", required=CLEAR, found=rated_low, passed=True),
        Guard(rule="prob_important of at least", required=CLEAR, found=important, passed=important >= CLEAR),
    )
    metrics = ("performance", "prob_important", "prob_rated_low")
    evidence = ledger.at(*(("performance", metric, best) for metric in metrics), ("performance", "performance"))
    return [Claim(id="priority", variant=variant, level=level, values=values, evidence=evidence, guards=guards)]


def _probabilities(ledger: Ledger, driver: str) -> tuple[float, float]:
    return ledger.value("performance", "prob_important", driver), ledger.value("performance", "prob_rated_low", driver)


def quadrants(ledger: Ledger) -> list[Claim]:
    """For every driver: classified where both probabilities are beyond .975 either way, else crossing."""
    found = []
    for name in ledger.drivers:
        important, low = _probabilities(ledger, name)
        sure = all(value >= CLEAR or value <= 1 - CLEAR for value in (important, low)) and len(ledger.drivers) > 1
        quadrant = QUADRANTS[important >= 0.5, low >= 0.5]
        values = {
            "driver": name,
            "quadrant": quadrant if sure else None,
            "prob": ledger.value("performance", "prob_quadrant", name, quadrant),
        }
        evidence = ledger.at(("performance", "prob_important", name), ("performance", "prob_rated_low", name))
        found.append(
            Claim(id="quadrant", variant="classified" if sure else "crossing", values=values, evidence=evidence)
        )
    return found
