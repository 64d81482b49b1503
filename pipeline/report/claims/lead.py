"""Which driver leads, how much all of them explain, and whether another method would say the same."""

from __future__ import annotations

from pipeline.report.claims import (
    CLEAR,
    FEWEST_UNITS,
    FLOOR_R2,
    NEAR,
    Claim,
    Guard,
    Ledger,
)


def lead(ledger: Ledger) -> list[Claim]:
    """The lead claim: none, small, clear, doubtful, flat, close or group, tried in this order.

    none: R² or the overall F fails. small: n_eff under 50, or under 30 sampling units. clear: one leader without a
    caveat. doubtful: one leader whose own figure carries a caveat. flat: all drivers lead, or more than half and at
    least four. close: two or three leaders and P(first > second) of .90 or more. group: otherwise.
    """
    ranked, leaders = ledger.ranked(), ledger.leaders()
    first, second = ranked[0], ranked[1] if len(ranked) > 1 else None
    prob = ledger.above(first, second) if second else None
    guards = _guards(ledger, leaders, first, prob)
    variant = _variant(guards, leaders, len(ranked))
    share = ledger.row("importance", "lmg_share", first)
    values = {
        "driver": first,
        "share": share["estimate"],
        "low": share["conf_low"],
        "high": share["conf_high"],
        "second": second,
        "prob": prob,
        "leaders": leaders,
        "others": leaders[1:],
        "leaders_share": sum(ledger.value("importance", "lmg_share", name) for name in leaders),
        "outcome": ledger.outcome,
        "r2": ledger.value("regression", "r2"),
        "n_eff": ledger.sample["n_eff"],
        "units": ledger.sample["units"],
        "few_units": ledger.sample["units"] < FEWEST_UNITS,
        "draws": ledger.study["draws"],
        "k": len(ranked),
        "caveats": ledger.caveats(first),
    }
    keys = [("importance", "lmg_share", name) for name in leaders]
    pair = ("importance", "prob_above", first, None, f"above:{second}")
    evidence = ledger.at(*keys, pair, ("regression", "r2"), ("regression", "f"))
    level = {"clear": 3, "close": 2, "group": 2, "doubtful": 1}.get(variant)
    return [
        Claim(id="lead", variant=variant, level=_capped(level, ledger), values=values, evidence=evidence, guards=guards)
    ]


def _guards(ledger: Ledger, leaders: list[str], first: str, prob: float | None) -> tuple[Guard, ...]:
    r2, p = ledger.value("regression", "r2"), float(ledger.row("regression", "f")["p_value"])
    rivals = [ledger.above(first, name) for name in ledger.drivers if name != first]
    weakest = min(rivals, default=1.0)
    caveats = ledger.caveats(first)
    return (
        Guard(rule="r2 of at least the floor", required=FLOOR_R2, found=r2, passed=r2 >= FLOOR_R2),
        Guard(rule="overall F p below", required=0.05, found=p, passed=p < 0.05),
        ledger.size_guard(),
        Guard(
            rule="prob_above for every other driver of at least",
            required=CLEAR,
            found=weakest,
            passed=len(leaders) == 1,
        ),
        Guard(
            rule="no caveat on the first driver",
            required="none",
            found=", ".join(caveats) or "none",
            passed=not caveats,
        ),
        Guard(
            rule="prob_above of first over second of at least",
            required=NEAR,
            found=prob,
            passed=prob is None or prob >= NEAR,
        ),
    )


def _variant(guards: tuple[Guard, ...], leaders: list[str], drivers: int) -> str:
    fits, tested, large, alone, sound, near = (guard.passed for guard in guards)
    if not (fits and tested):
        return "none"
    if not large:
        return "small"
    if alone:
        return "clear" if sound else "doubtful"
    if len(leaders) == drivers or (len(leaders) > drivers / 2 and len(leaders) >= 4):
        return "flat"
    return "close" if len(leaders) <= 3 and near else "group"


def _capped(level: int | None, ledger: Ledger) -> int | None:
    """One level lower where another method puts another driver first: a strong claim must not hang on the method."""
    return min(level, 2) if level and _agreement(ledger)[0] != "same_top" else level


def fit(ledger: Ledger) -> list[Claim]:
    """How much of the outcome the drivers explain together: low under the floor, else plain."""
    r2 = ledger.row("regression", "r2")
    values = {
        "outcome": ledger.outcome,
        "k": len(ledger.drivers),
        "r2": r2["estimate"],
        "low": r2["conf_low"],
        "high": r2["conf_high"],
    }
    variant = "low" if ledger.tells_nothing() else "plain"
    return [Claim(id="fit", variant=variant, values=values, evidence=ledger.at(("regression", "r2")))]


def agreement(ledger: Ledger) -> list[Claim]:
    """Whether relative weights put the same driver first: same_top, same_group (within the leaders) or differs."""
    variant, top, tau = _agreement(ledger)
    values = {"driver": ledger.ranked()[0], "other": top, "tau": tau}
    evidence = ledger.at(*(("importance", "relative_weights_share", name) for name in ledger.drivers))
    return [Claim(id="agreement", variant=variant, values=values, evidence=evidence)]


def _agreement(ledger: Ledger) -> tuple[str, str, float | None]:
    shares = {name: ledger.value("importance", "relative_weights_share", name) for name in ledger.drivers}
    top = max(shares, key=lambda name: shares[name])
    lmg = {name: ledger.value("importance", "lmg_share", name) for name in ledger.drivers}
    variant = "same_top" if top == ledger.ranked()[0] else "same_group" if top in ledger.leaders() else "differs"
    return variant, top, kendall_tau(list(lmg.values()), list(shares.values()))


def kendall_tau(first: list[float], second: list[float]) -> float | None:
    """Kendall's tau-a of two lists without ties; None for fewer than two entries."""
    pairs = [(a, b) for a in range(len(first)) for b in range(a)]
    signs = [(first[a] > first[b]) == (second[a] > second[b]) for a, b in pairs]
    return (2 * sum(signs) - len(signs)) / len(signs) if signs else None


def unique(ledger: Ledger) -> list[Claim]:
    """Which drivers add something of their own to the others (Holm test of the coefficient): all, some or none.

    Graded by the weakest of those that do, and by how well the others are measured; a driver whose sign is turned
    round adds nothing that could be read.
    """
    tested = {name: float(ledger.row("regression", "b", name)["p_adjusted"]) for name in ledger.ranked()}
    adds = [name for name, p in tested.items() if p < 0.05 and "sign" not in ledger.caveats(name)]
    nothing = [name for name in tested if name not in adds]
    weakest = max((tested[name] for name in adds), default=None)
    level = None if weakest is None or not _graded(ledger) else min(3 if weakest < 0.01 else 2, _cap(ledger))
    variant = "none" if not adds else "some" if nothing else "all"
    values = {"adds": adds, "nothing": nothing, "outcome": ledger.outcome, "k": len(tested), "p": weakest}
    values |= {"weak": [name for name in tested if "low_reliability" in ledger.caveats(name)]}
    guards = (Guard(rule="Holm-adjusted p below", required=0.05, found=min(tested.values()), passed=bool(adds)),)
    evidence = ledger.at(*(("regression", "b", name) for name in tested))
    return [Claim(id="unique", variant=variant, level=level, values=values, evidence=evidence, guards=guards)]


def _graded(ledger: Ledger) -> bool:
    """Whether the study carries a graded claim on several drivers at all."""
    return len(ledger.drivers) > 1 and not ledger.tells_nothing() and ledger.size_guard().passed


def _cap(ledger: Ledger) -> int:
    """1 where a driver is measured badly, 2 where one rests on a single item, else 3.

    What a badly measured rating fails to carry shows up as somebody else's own contribution (Westfall & Yarkoni 2016).
    """
    if any("low_reliability" in ledger.caveats(name) for name in ledger.drivers):
        return 1
    alphas = [ledger.row("reliability", "alpha", name) for name in ledger.drivers]
    return 2 if any(row["reason"] == "one_item" for row in alphas) else 3
