"""Whether value beyond the product carries more than the product, and which layer of value leads."""

from __future__ import annotations

from typing import Any

from pipeline.report.claims import CLEAR, FLOOR_R2, NEAR, SMALLEST_N_EFF, Claim, Guard, Ledger, Values

NAME = "total_value"
PRODUCT, BEYOND, REST = "part:product", "part:beyond", "part:rest"
LEVEL_OF = {"clear": 3, "close": 2, "group": 2, "doubtful": 1}


def asked(ledger: Ledger, key: str) -> Any:
    """A key of study.yaml beyond the model; None where the study does not have it."""
    return ledger.study.get("asked", {}).get(key)


def enough(ledger: Ledger, row: Values) -> Guard:
    """Enough sampling units in the study, and effective respondents behind the row itself."""
    guard = ledger.size_guard()
    if not guard.passed:
        return guard
    n_eff = row["n_eff"] or 0.0
    return Guard(rule="n_eff of at least", required=SMALLEST_N_EFF, found=n_eff, passed=n_eff >= SMALLEST_N_EFF)


def told(ledger: Ledger) -> Guard:
    """Enough explained by the model that its shares are shares of something."""
    r2 = ledger.explained()
    rule = "r2 of the drivers of at least the floor, and overall F p below .05"
    return Guard(rule=rule, required=FLOOR_R2, found=r2, passed=not ledger.tells_nothing())


def total_value(ledger: Ledger) -> list[Claim]:
    """none, small, more_beyond, product_mostly, doubtful or undecided, tried in this order.

    none: R² or the overall F fails. small: n_eff under 50. more_beyond: P(all other value carries more than the
    product) of .975 or more, whether each side plays as one or the shares of its drivers are added up. product_mostly:
    the same the other way round. doubtful: one of these, where a driver of the smaller side is measured so badly
    (reliability below .6) that its share is too low. undecided: otherwise.
    """
    row = ledger.known(NAME, "lmg_share", BEYOND)
    if row is None:
        return []
    values = _product_values(ledger, row)
    beyond, summed = values["prob"], values["prob_sum"]
    rule = "P(one side carries more), as one player and as a sum of its drivers, of at least"
    least = min(max(beyond, 1 - beyond), max(summed, 1 - summed))
    same = (beyond > 0.5) == (summed > 0.5)
    side = _members(ledger, product=beyond > 0.5)
    weak = [name for name in side if "low_reliability" in ledger.caveats(name)]
    guards = (
        told(ledger), enough(ledger, row),
        Guard(rule=rule, required=CLEAR, found=least, passed=same and least >= CLEAR),
        Guard(rule="drivers of the smaller side measured with a reliability below .6", required="none",
              found=", ".join(weak) or "none", passed=not weak),
    )  # fmt: skip
    variant, level = _side(guards, beyond)
    values |= {"weak": weak}
    evidence = ledger.at(
        *((NAME, metric, part) for metric in ("lmg_share", "lmg_share_sum") for part in (PRODUCT, BEYOND)),
        (NAME, "prob_above", BEYOND, None, f"above:{PRODUCT}"), (NAME, "prob_above", BEYOND, None, f"sum:{PRODUCT}"),
    )  # fmt: skip
    return [Claim(id="total_value", variant=variant, level=level, values=values, evidence=evidence, guards=guards)]


def _side(guards: tuple[Guard, ...], beyond: float) -> tuple[str, int | None]:
    tells, large, firm, sound = (guard.passed for guard in guards)
    if not tells or not large:
        return ("none" if not tells else "small"), None
    if not firm:
        return "undecided", None
    if not sound:
        return "doubtful", 1
    return ("more_beyond" if beyond > 0.5 else "product_mostly"), 3


def _members(ledger: Ledger, product: bool) -> list[str]:
    """Drivers that are the product, or all others."""
    named = ledger.study["asked"]["value"]["product"]
    return [name for name in ledger.drivers if (name in named) == product]


def _product_values(ledger: Ledger, row: Values) -> dict[str, Any]:
    product = ledger.row(NAME, "lmg_share", PRODUCT)
    single = ledger.row(NAME, "lmg_share_sum", PRODUCT)
    members = _members(ledger, product=True)
    return {
        "outcome": ledger.outcome,
        "drivers": members,
        "share": row["estimate"],
        "low": row["conf_low"],
        "high": row["conf_high"],
        "product": product["estimate"],
        "product_low": product["conf_low"],
        "product_high": product["conf_high"],
        "single": single["estimate"],
        "single_low": single["conf_low"],
        "single_high": single["conf_high"],
        "equal": len(members) / len(ledger.drivers),
        "prob": ledger.value(NAME, "prob_above", BEYOND, f"above:{PRODUCT}"),
        "prob_sum": ledger.value(NAME, "prob_above", BEYOND, f"sum:{PRODUCT}"),
        "k": len(ledger.drivers),
        "r2": ledger.explained(),
        "n_eff": row["n_eff"],
        "draws": ledger.study["draws"],
    }


def product_alone(ledger: Ledger) -> list[Claim]:
    """part: P(the product alone explains most of what all explain) of .025 or less; most: .975 or more; half.

    Nothing where `total_value` has nothing to say of the product.
    """
    row = ledger.known(NAME, "alone_share", PRODUCT)
    chance = ledger.figure(NAME, "prob_most", PRODUCT)
    if row is None or chance is None or not (told(ledger).passed and enough(ledger, row).passed):
        return []
    sure = max(chance, 1 - chance)
    rule = "P(the product alone explains less, or more, than half of what all explain) of at least"
    guards = (Guard(rule=rule, required=CLEAR, found=sure, passed=sure >= CLEAR),)
    variant = "half" if sure < CLEAR else "most" if chance > 0.5 else "part"
    own, other = (ledger.row(NAME, "unique_share", part) for part in (PRODUCT, BEYOND))
    values = {
        "outcome": ledger.outcome, "drivers": _members(ledger, product=True), "k": len(ledger.drivers),
        "alone": row["estimate"], "low": row["conf_low"], "high": row["conf_high"],
        "own": own["estimate"], "own_low": own["conf_low"], "own_high": own["conf_high"],
        "other": other["estimate"], "other_low": other["conf_low"], "other_high": other["conf_high"],
        "shared": ledger.value(NAME, "shared_share"), "r2": ledger.explained(),
    }  # fmt: skip
    evidence = ledger.at(
        (NAME, "alone_share", PRODUCT), (NAME, "unique_share", PRODUCT), (NAME, "unique_share", BEYOND),
        (NAME, "shared_share"), (NAME, "prob_most", PRODUCT),
    )  # fmt: skip
    level = None if variant == "half" else 3
    return [Claim(id="product_alone", variant=variant, level=level, values=values, evidence=evidence, guards=guards)]


def layers(ledger: Ledger) -> list[Claim]:
    """The rule of the lead claim, on layers: none, small, clear, doubtful, flat, close or group.

    none: the layers explain less than the floor, or the overall F of the drivers fails. small: n_eff under 50.
    clear: the first layer exceeds every other in .975 of the resamples; doubtful: so it does, but one of its constructs
    has a reliability below .6. flat: all layers lead, or more than half and at least four. close: two or three leaders
    and P(first > second) of .90 or more. group: otherwise. Drivers in no layer are no rival, and are told beside it.
    """
    names = [f"layer:{name}" for name in (asked(ledger, "value") or {}).get("layers") or {}]
    shares = {name: ledger.known(NAME, "lmg_share", name) for name in names}
    rows = {name: row for name, row in shares.items() if row is not None}
    if len(rows) < 2:
        return []
    ranked = sorted(rows, key=lambda name: -rows[name]["estimate"])
    prob = {name: ledger.value(NAME, "prob_above", ranked[0], f"above:{name}") for name in ranked[1:]}
    leaders = [ranked[0], *(name for name in ranked[1:] if prob[name] < CLEAR)]
    guards = _layer_guards(ledger, rows[ranked[0]], ranked, prob, leaders)
    variant = _layer_variant(guards, leaders, len(ranked))
    values = _layer_values(ledger, rows, ranked, prob, leaders)
    pairs = [(NAME, "prob_above", ranked[0], None, f"above:{ranked[1]}")]
    evidence = ledger.at(*((NAME, "lmg_share", name) for name in ranked), *pairs, (NAME, "r2", None, None, "layers"))
    level = LEVEL_OF.get(variant)
    return [Claim(id="layers", variant=variant, level=level, values=values, evidence=evidence, guards=guards)]


def _layer_r2(ledger: Ledger) -> float:
    """What the layers, and drivers in none, explain beyond the controls."""
    return ledger.value(NAME, "r2", None, "layers") - (ledger.figure("regression", "r2_controls") or 0.0)


def _layer_guards(
    ledger: Ledger, first: Values, ranked: list[str], prob: dict[str, float], leaders: list[str]
) -> tuple[Guard, ...]:
    r2, p, second = _layer_r2(ledger), ledger.overall_p(), prob[ranked[1]]
    named = ledger.study["asked"]["value"]["layers"][ranked[0].partition(":")[2]]["drivers"]
    weak = [name for name in named if name in ledger.drivers and "low_reliability" in ledger.caveats(name)]
    rule = "prob_above for every other layer of at least"
    return (
        Guard(rule="r2 of the layers of at least the floor", required=FLOOR_R2, found=r2, passed=r2 >= FLOOR_R2),
        Guard(rule="overall F p of the drivers below", required=0.05, found=p, passed=p is None or p < 0.05),
        enough(ledger, first),
        Guard(rule=rule, required=CLEAR, found=min(prob.values()), passed=len(leaders) == 1),
        Guard(rule="constructs of the first layer with a reliability below .6", required="none",
              found=", ".join(weak) or "none", passed=not weak),
        Guard(rule="prob_above of first over second of at least", required=NEAR, found=second, passed=second >= NEAR),
    )  # fmt: skip


def _layer_variant(guards: tuple[Guard, ...], leaders: list[str], layers: int) -> str:
    fits, tested, large, alone, sound, near = (guard.passed for guard in guards)
    if not (fits and tested):
        return "none"
    if not large:
        return "small"
    if alone:
        return "clear" if sound else "doubtful"
    if len(leaders) == layers or (len(leaders) > layers / 2 and len(leaders) >= 4):
        return "flat"
    return "close" if len(leaders) <= 3 and near else "group"


def _layer_values(
    ledger: Ledger, rows: dict[str, Values], ranked: list[str], prob: dict[str, float], leaders: list[str]
) -> dict[str, Any]:
    first, second = ranked[:2]
    return {
        "outcome": ledger.outcome,
        "layer": first,
        "share": rows[first]["estimate"],
        "low": rows[first]["conf_low"],
        "high": rows[first]["conf_high"],
        "second": second,
        "second_share": rows[second]["estimate"],
        "prob": prob[second],
        "leaders": leaders,
        "others": leaders[1:],
        "leaders_share": sum(rows[name]["estimate"] for name in leaders),
        "rest": ledger.figure(NAME, "lmg_share", REST),
        "layers": len(ranked),
        "r2": _layer_r2(ledger),
        "n_eff": rows[first]["n_eff"],
        "draws": ledger.study["draws"],
    }
