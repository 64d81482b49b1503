"""Which single move of a rating goes with most of the outcome, by a model that assumes that ratings bring it about."""

from __future__ import annotations

from typing import Any

from pipeline.report.claims import CLEAR, FLOOR_R2, LEVELS, SMALLEST_N_EFF, Claim, Guard, Ledger, Values

NAME = "what_if"


def what_if(ledger: Ledger) -> list[Claim]:
    """small, none, clear or close, tried in this order.

    small: n_eff under 50, or too few sampling units. none: R² of the model on these rows under its floor, or no move
    passes its test (Holm p < .05). clear: one move goes with more than every other in .975 of the resamples. close:
    otherwise. At most moderate, whatever the data: a survey cannot show that the outcome would follow.
    """
    asked = (ledger.study.get("asked") or {}).get(NAME)
    contrast = next((f"{kind}:{ledger.outcome}" for kind in ("outcome", "share") if _moves(ledger, kind)), None)
    if asked is None or contrast is None:
        return []
    rows = _moves(ledger, contrast.partition(":")[0])
    driver = max(rows, key=lambda name: rows[name]["estimate"])
    row, others = rows[driver], _rivals(ledger, contrast, driver, list(rows))
    p = min(each["p_adjusted"] for each in rows.values())
    r2 = ledger.value(NAME, "r2", None, contrast)
    prob = min((_above(ledger, contrast, driver, name) for name in rows if name != driver), default=1.0)
    guards = (
        _sized(ledger, row),
        Guard(rule="r2 on these rows of at least", required=FLOOR_R2, found=r2, passed=r2 >= FLOOR_R2),
        Guard(rule="Holm-adjusted p of a move below", required=LEVELS[2], found=p, passed=p < LEVELS[2]),
        Guard(rule="P(more than each other move) of at least", required=CLEAR, found=prob, passed=not others),
    )
    variant = _variant(guards, row)
    level = {"clear": 2, "close": 1}.get(variant)
    values = {"outcome": ledger.outcome, "driver": driver, "step": asked["step"], "others": others, "prob": prob}
    values |= {"change": row["estimate"], "low": row["conf_low"], "high": row["conf_high"], "r2": r2}
    values |= {"n_eff": row["n_eff"], "share": contrast.startswith("share")} | _top(ledger, driver)
    evidence = ledger.at(
        (NAME, "predicted_change", driver, None, contrast), (NAME, "r2", None, None, contrast),
        (NAME, "predicted_change", driver, None, f"top2:{ledger.outcome}"),
    )  # fmt: skip
    return [Claim(id="what_if", variant=variant, level=level, values=values, evidence=evidence, guards=guards)]


def _moves(ledger: Ledger, kind: str) -> dict[str, Values]:
    """Driver -> its predicted change of the outcome, where there is one."""
    contrast = f"{kind}:{ledger.outcome}"
    rows = {name: ledger.known(NAME, "predicted_change", name, None, contrast) for name in ledger.drivers}
    return {name: row for name, row in rows.items() if row is not None and row["p_adjusted"] is not None}


def _above(ledger: Ledger, contrast: str, driver: str, other: str) -> float:
    row = ledger.known(NAME, "prob_larger_move", driver, None, f"{contrast};above:{other}")
    return 0.0 if row is None else float(row["estimate"])


def _rivals(ledger: Ledger, contrast: str, driver: str, names: list[str]) -> list[str]:
    """Moves that the first does not exceed in CLEAR of the resamples."""
    return [name for name in names if name != driver and _above(ledger, contrast, driver, name) < CLEAR]


def _sized(ledger: Ledger, row: Values) -> Guard:
    guard = ledger.size_guard()
    if not guard.passed:
        return guard
    n_eff = row["n_eff"] or 0.0
    return Guard(rule="n_eff of at least", required=SMALLEST_N_EFF, found=n_eff, passed=n_eff >= SMALLEST_N_EFF)


def _variant(guards: tuple[Guard, ...], row: Values) -> str:
    large, explains, tested, alone = (guard.passed for guard in guards)
    if not large:
        return "small"
    if not explains or not tested or row["estimate"] <= 0:
        return "none"
    return "clear" if alone else "close"


def _top(ledger: Ledger, driver: str) -> dict[str, Any]:
    """The same move for the top two points, where there are any."""
    row = ledger.known(NAME, "predicted_change", driver, None, f"top2:{ledger.outcome}")
    if row is None:
        return {"top": None}
    return {"top": row["estimate"], "top_low": row["conf_low"], "top_high": row["conf_high"]}
