"""Where to act: drivers that matter and are rated low, and drivers that may be put into a quadrant at all."""

from __future__ import annotations

from typing import Any

from pipeline.report.claims import CLEAR, MODERATE, Claim, Guard, Ledger

QUADRANTS = {(True, True): "fix", (True, False): "keep", (False, True): "low", (False, False): "overkill"}


def priority(ledger: Ledger) -> list[Claim]:
    """clear: rated below average and P(more important than an equal share) of .975 or more; promising: .80 or more.

    none otherwise. Rated below average means that the whole interval lies below it, and P(rated below average) is .975
    or more whatever the level of the interval. A driver with a caveat is no priority, nor is any where the model tells
    nothing. Nothing is said of a study without ratings.
    """
    if ledger.known("performance", "performance") is None:
        return []
    rated_low = [name for name in _rated(ledger) if _performance_side(ledger, name) == "low"]
    rated_low = [name for name in rated_low if ledger.value("performance", "prob_rated_low", name) >= CLEAR]
    sound = [name for name in rated_low if not ledger.caveats(name)]
    best = max(sound, key=lambda name: ledger.value("performance", "prob_important", name), default=None)
    important = ledger.value("performance", "prob_important", best) if best else None
    guards = _guards(ledger, rated_low, sound, important)
    if best is None or important is None or not all(guard.passed for guard in guards[:-1]):
        values = {"outcome": ledger.outcome, "k": len(ledger.drivers)}
        return [Claim(id="priority", variant="none", values=values, guards=guards)]
    variant, level = ("clear", 3) if guards[-1].passed else ("promising", 2)
    metrics = ("performance", "prob_important", "prob_rated_low")
    evidence = ledger.at(*(("performance", metric, best) for metric in metrics), ("performance", "performance"))
    values = _priority_values(ledger, best, important)
    return [Claim(id="priority", variant=variant, level=level, values=values, evidence=evidence, guards=guards)]


def _guards(ledger: Ledger, rated_low: list[str], sound: list[str], important: float | None) -> tuple[Guard, ...]:
    k = len(ledger.drivers)
    tells = not ledger.tells_nothing()
    rule = "prob_important of at least"
    return (
        Guard(rule="r2 over its floor and overall F p below .05", required="yes", found=str(tells), passed=tells),
        ledger.size_guard(),
        Guard(rule="drivers to compare, at least", required=2, found=k, passed=k > 1),
        Guard(rule="drivers with performance below average", required=1, found=len(rated_low), passed=bool(rated_low)),
        Guard(rule="of these, drivers without a caveat", required=1, found=len(sound), passed=bool(sound)),
        Guard(rule=rule, required=MODERATE, found=important, passed=(important or 0.0) >= MODERATE),
        Guard(rule=rule, required=CLEAR, found=important, passed=(important or 0.0) >= CLEAR),
    )


def _priority_values(ledger: Ledger, best: str, important: float) -> dict[str, Any]:
    performance = ledger.row("performance", "performance", best)
    return {
        "driver": best,
        "outcome": ledger.outcome,
        "performance": performance["estimate"],
        "low": performance["conf_low"],
        "high": performance["conf_high"],
        "average": ledger.value("performance", "performance"),
        "share": ledger.value("importance", "lmg_share", best),
        "prob_important": important,
        "prob_rated_low": ledger.value("performance", "prob_rated_low", best),
        "draws": ledger.study["draws"],
    }


def quadrants(ledger: Ledger) -> list[Claim]:
    """For every rated driver: classified where no interval touches a line and P is .975 or more each, else crossing.

    Nothing where drivers are not ranked: their importances are then no ground to place them on.
    """
    return [_quadrant(ledger, name) for name in _rated(ledger)] if ledger.compares() else []


def _rated(ledger: Ledger) -> list[str]:
    """Drivers that are ratings, in a study that has answers."""
    return [name for name in ledger.drivers if ledger.known("performance", "prob_rated_low", name) is not None]


def _quadrant(ledger: Ledger, name: str) -> Claim:
    row = ledger.row("importance", "lmg_share", name)
    importance = _side(row["conf_low"], row["conf_high"], 1 / len(ledger.drivers))
    performance = _performance_side(ledger, name)
    chances = [ledger.value("performance", metric, name) for metric in ("prob_important", "prob_rated_low")]
    firm = all(chance >= CLEAR or chance <= 1 - CLEAR for chance in chances)
    sure = firm and importance != "across" and performance != "across"
    likely = QUADRANTS[chances[0] >= 0.5, chances[1] >= 0.5]
    quadrant = QUADRANTS[importance == "high", performance == "low"] if sure else likely
    prob = ledger.value("performance", "prob_quadrant", name, quadrant)
    values = {"driver": name, "quadrant": quadrant if sure else None, "prob": prob}
    keys = (("importance", "lmg_share", name), ("performance", "performance", name), ("performance", "performance"))
    return Claim(id="quadrant", variant="classified" if sure else "crossing", values=values, evidence=ledger.at(*keys))


def _performance_side(ledger: Ledger, name: str) -> str:
    row = ledger.row("performance", "performance", name)
    return _side(row["conf_low"], row["conf_high"], ledger.value("performance", "performance"))


def _side(low: float | None, high: float | None, line: float) -> str:
    """'low' or 'high' where a whole interval lies on one side of a line, else 'across'."""
    if low is None or high is None:
        return "across"
    return "low" if high < line else "high" if low > line else "across"
