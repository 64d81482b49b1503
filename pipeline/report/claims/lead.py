"""Which driver leads, how much all of them explain, and which add something of their own."""

from __future__ import annotations

from pipeline.report.claims import (
    CLEAR,
    FEWEST_UNITS,
    FLOOR_R2,
    LEVELS,
    NEAR,
    Claim,
    Guard,
    Ledger,
)
from pipeline.report.claims.doubts import FEW_PEOPLE, FEW_SHARE, tips_at
from pipeline.report.claims.methods import DIVIDING, contradicting, firsts
from pipeline.report.claims.robustness import HALF

LEVEL_OF = {"clear": 3, "close": 2, "group": 2, "doubtful": 1}


def lead(ledger: Ledger) -> list[Claim]:
    """The lead claim: none, small, clear, doubtful, flat, close or group, tried in this order.

    none: R² or the overall F fails. small: n_eff under 50, or under 30 sampling units. clear: one leader without a
    reservation. doubtful: one leader with one: a caveat on its own figure, 'method' (it is missing from the top set of
    a method of the panel), 'specification' or 'tipping' (see `_sturdiness`). flat: all drivers lead, or more than half
    and at least four. close: two or three leaders and P(first > second) of .90 or more. group: otherwise.
    """
    ranked, leaders = ledger.ranked(), ledger.leaders()
    prob = ledger.above(*ranked[:2]) if len(ranked) > 1 else None
    rules = _guards(ledger, leaders, ranked[0], prob)
    variant = _variant(rules, leaders, len(ranked))
    sturdy = _sturdiness(ledger, variant, leaders) if variant in LEVEL_OF else {}
    turned = [name for name, guard in sturdy.items() if not guard.passed]
    variant = "doubtful" if variant == "clear" and turned else variant
    level = _capped(LEVEL_OF.get(variant), ledger, leaders)
    values = _values(ledger, ranked, leaders, prob) | {"caveats": [*reservations(ledger, ranked[0]), *turned]}
    keys = [("importance", "lmg_share", name) for name in leaders]
    pairs = [("importance", "prob_above", leaders[0], None, f"above:{name}") for name in ranked[1:2]]
    evidence = ledger.at(*keys, *pairs, ("regression", "r2"), ("regression", "f"))
    guards = (*rules, *sturdy.values())
    level = 1 if level and turned else level
    return [Claim(id="lead", variant=variant, level=level, values=values, evidence=evidence, guards=guards)]


def _values(ledger: Ledger, ranked: list[str], leaders: list[str], prob: float | None) -> dict[str, object]:
    share = ledger.row("importance", "lmg_share", ranked[0])
    return {
        "driver": ranked[0],
        "share": share["estimate"],
        "low": share["conf_low"],
        "high": share["conf_high"],
        "second": ranked[1] if len(ranked) > 1 else None,
        "prob": prob,
        "leaders": leaders,
        "others": leaders[1:],
        "leaders_share": sum(ledger.value("importance", "lmg_share", name) for name in leaders),
        "outcome": ledger.outcome,
        "r2": ledger.explained(),
        "n_eff": ledger.sample["n_eff"],
        "units": ledger.sample["units"],
        "few_units": ledger.sample["units"] < FEWEST_UNITS,
        "draws": ledger.study["draws"],
        "k": len(ranked),
    }


def reservations(ledger: Ledger, first: str) -> list[str]:
    """What keeps the first driver from a clear lead in itself: the caveats on its own figure, and 'method'."""
    return [*ledger.caveats(first), *(["method"] if contradicting(ledger, first) else [])]


def _guards(ledger: Ledger, leaders: list[str], first: str, prob: float | None) -> tuple[Guard, ...]:
    r2, p = ledger.explained(), ledger.overall_p()
    weakest = min((ledger.above(first, name) for name in ledger.drivers if name != first), default=1.0)
    caveats, against = ledger.caveats(first), contradicting(ledger, first)
    return (
        Guard(rule="r2 of the drivers of at least the floor", required=FLOOR_R2, found=r2, passed=r2 >= FLOOR_R2),
        Guard(rule="overall F p below", required=0.05, found=p, passed=p is None or p < 0.05),
        ledger.size_guard(),
        Guard(rule="prob_above for every other driver of at least", required=CLEAR, found=weakest,
              passed=len(leaders) == 1),
        Guard(rule="no caveat on the first driver", required="none", found=", ".join(caveats) or "none",
              passed=not caveats),
        Guard(rule="methods without the first driver in their leading set", required="none",
              found=", ".join(against) or "none", passed=not against),
        Guard(rule="prob_above of first over second of at least", required=NEAR, found=prob,
              passed=prob is None or prob >= NEAR),
    )  # fmt: skip


def _variant(guards: tuple[Guard, ...], leaders: list[str], drivers: int) -> str:
    fits, tested, large, alone, sound, common, near = (guard.passed for guard in guards)
    if not (fits and tested):
        return "none"
    if not large:
        return "small"
    if alone:
        return "clear" if sound and common else "doubtful"
    if len(leaders) == drivers or (len(leaders) > drivers / 2 and len(leaders) >= 4):
        return "flat"
    return "close" if len(leaders) <= 3 and near else "group"


def _sturdiness(ledger: Ledger, variant: str, leaders: list[str]) -> dict[str, Guard]:
    """What caps the claim at level 1 when it fails: 'specification', and 'tipping', the removal of a few people.

    A group claims no order within itself. It stands while its members together come first often enough, and cannot be
    turned by removing people.
    """
    named = leaders if variant == "group" else leaders[:1]
    shares = [ledger.figure("specification", "spec_first", name) for name in named]
    found = {}
    if None not in shares:
        agree = sum(share or 0.0 for share in shares)
        rule = "share of specifications in which what is named comes first, of at least"
        found["specification"] = Guard(rule=rule, required=HALF, found=agree, passed=agree >= HALF)
    tips = tips_at(ledger)
    if tips is not None and variant != "group":
        rule = f"removing at most {FEW_PEOPLE} people or {FEW_SHARE:.0%} of them leaves the order as it is"
        found["tipping"] = Guard(rule=rule, required="yes", found="no" if tips else "yes", passed=not tips)
    return found


def _capped(level: int | None, ledger: Ledger, leaders: list[str]) -> int | None:
    """One level lower where another method contradicts: a claim must not hang on the method.

    Only methods that answer the same question count (DIVIDING). A clear lead is contradicted by any other first driver,
    close and group by one from outside the leaders.
    """
    tops = firsts(ledger)
    others = {tops[metric] for metric in DIVIDING if metric in tops} - set(leaders)
    return level - 1 if level and level > 1 and others else level


def fit(ledger: Ledger) -> list[Claim]:
    """How much of the outcome the drivers explain together, beyond the controls: low under the floor, else plain."""
    r2 = ledger.row("regression", "r2")
    values = {
        "outcome": ledger.outcome,
        "k": len(ledger.drivers),
        "r2": r2["estimate"],
        "low": r2["conf_low"],
        "high": r2["conf_high"],
        "controls": ledger.controls,
        "r2_controls": ledger.figure("regression", "r2_controls") or 0.0,
        "beyond": ledger.explained(),
    }
    variant = "low" if ledger.tells_nothing() else "plain"
    evidence = ledger.at(("regression", "r2"), ("regression", "r2_controls"))
    return [Claim(id="fit", variant=variant, values=values, evidence=evidence)]


def unique(ledger: Ledger) -> list[Claim]:
    """Which drivers add something of their own to the others (Holm test): all, some or none.

    The test is that of the coefficient; where a driver has no single coefficient (a category), all are tested by the F
    of what they add, so that there is one family of tests. Graded by the weakest of those that do, and by how well the
    others are measured; a driver whose sign is turned round adds nothing that could be read, and is told apart.
    """
    rows = _tests(ledger)
    if not rows:
        return []
    tested = {name: float(ledger.rows[at]["p_adjusted"]) for name, at in rows.items()}
    adds = [name for name, p in tested.items() if p < LEVELS[2] and "sign" not in ledger.caveats(name)]
    turned = [name for name, p in tested.items() if p < LEVELS[2] and name not in adds]
    nothing = [name for name, p in tested.items() if p >= LEVELS[2]]
    weakest = max((tested[name] for name in adds), default=None)
    graded = weakest is not None and len(tested) > 1 and ledger.ranks()
    level = min(3 if (weakest or 0.0) < LEVELS[3] else 2, _cap(ledger)) if graded else None
    variant = "none" if not adds else "some" if nothing or turned else "all"
    values = {
        "adds": adds,
        "nothing": nothing,
        "turned": turned,
        "outcome": ledger.outcome,
        "k": len(tested),
        "p": weakest,
    }
    values |= {"weak": [name for name in tested if "low_reliability" in ledger.caveats(name)]}
    guards = (Guard(rule="Holm-adjusted p below", required=LEVELS[2], found=min(tested.values()), passed=bool(adds)),)
    evidence = tuple(rows.values())
    return [Claim(id="unique", variant=variant, level=level, values=values, evidence=evidence, guards=guards)]


def _tests(ledger: Ledger) -> dict[str, int]:
    """Driver -> position of the row of its test, all by the same test; empty where some driver has none."""
    for key in (("regression", "b"), ("importance", "f_unique")):
        found = {name: ledger.find(*key, name) for name in ledger.ranked()}
        usable = {
            name: at for name, at in found.items() if at is not None and ledger.rows[at]["p_adjusted"] is not None
        }
        if len(usable) == len(found):
            return usable
    return {}


def _cap(ledger: Ledger) -> int:
    """1 where a driver is measured badly, 2 where one rests on a single item, else 3.

    What a badly measured rating fails to carry shows up as somebody else's own contribution (Westfall & Yarkoni 2016).
    """
    if any("low_reliability" in ledger.caveats(name) for name in ledger.drivers):
        return 1
    return 2 if any(ledger.reliability(name)["reason"] == "one_item" for name in ledger.drivers) else 3
