"""How little it would take to turn the result: a few people left out, or something that nobody asked about."""

from __future__ import annotations

from pipeline.report.claims import Claim, Guard, Ledger, Values

FEW_PEOPLE, FEW_SHARE = 5, 0.01
"""At so few people, or so small a part of them, the order of the first two is an accident of who was asked."""
MANY_SHARE = 0.05
"""Above this part of the respondents the order hangs on no small group."""


def tipping(ledger: Ledger) -> list[Claim]:
    """How many people need to be left out to turn the first two: few, some, or sturdy (many, or no such set found)."""
    row = _tipping(ledger)
    if row is None or not ledger.ranks():
        return []
    driver, second = ledger.ranked()[:2]
    k, share = row["estimate"], ledger.figure("tipping", "tipping_share", driver, f"above:{second}")
    few = tips_at(ledger)
    variant = "few" if few else "sturdy" if k is None or (share or 0.0) > MANY_SHARE else "some"
    n = ledger.sample["n"]
    values = {"driver": driver, "second": second, "k": None if k is None else int(k), "share": share, "n": n}
    guards = (
        Guard(rule="people to leave out, more than", required=FEW_PEOPLE, found=k, passed=not few),
        Guard(rule="part of the respondents to leave out, more than", required=MANY_SHARE, found=share,
              passed=variant == "sturdy"),
    )  # fmt: skip
    evidence = ledger.at(*(("tipping", f"tipping_{of}", driver, None, f"above:{second}") for of in _MEASURES))
    return [Claim(id="tipping", variant=variant, values=values, evidence=evidence, guards=guards)]


_MEASURES = ("respondents", "share")


def _tipping(ledger: Ledger) -> Values | None:
    """The row of the first two drivers: with a value, or because no set of people was found; None if never sought."""
    if len(ledger.drivers) < 2:
        return None
    first, second = ledger.ranked()[:2]
    at = ledger.find("tipping", "tipping_respondents", first, None, f"above:{second}")
    row = None if at is None else ledger.rows[at]
    return row if row is not None and (row["estimate"] is not None or row["reason"] == "not_found") else None


def tips_at(ledger: Ledger) -> bool | None:
    """Whether few people turn the order of the first two; None where this was not sought."""
    row = _tipping(ledger)
    if row is None:
        return None
    k = row["estimate"]
    return k is not None and bool(k <= FEW_PEOPLE or k <= FEW_SHARE * ledger.sample["n"])


def confounding(ledger: Ledger) -> list[Claim]:
    """What an unmeasured reason would have to be to bring the first driver's coefficient to zero (Cinelli & Hazlett).

    strong: more closely tied to driver and outcome than the strongest other driver is to the outcome, and one as strong
    as that driver would leave the coefficient its sign; else weak.
    """
    driver = ledger.ranked()[0]
    names = [name.removeprefix("as_strong_as:") for name in ledger.contrasts("tipping", "confounded_b")]
    others = [name for name in names if ledger.known("tipping", "confounded_b", driver, None, f"as_strong_as:{name}")]
    rv, b = ledger.figure("tipping", "robustness_value", driver), ledger.figure("regression", "b", driver)
    if not others or rv is None or b is None or not ledger.ranks():
        return []
    other, contrast = others[0], f"as_strong_as:{others[0]}"
    strength = ledger.value("tipping", "partial_r2", other)
    values = {"driver": driver, "rv": rv, "other": other, "other_r2": strength, "b": b, "outcome": ledger.outcome}
    left = ledger.value("tipping", "confounded_b", driver, contrast)
    values |= {"confounded": left}
    rule = "robustness value above the partial r2 of the strongest other driver"
    sign = "coefficient beside a reason as strong as that driver, times the coefficient, above"
    guards = (
        Guard(rule=rule, required=strength, found=rv, passed=rv > strength),
        Guard(rule=sign, required=0.0, found=left * b, passed=left * b > 0),
    )
    evidence = ledger.at(
        ("tipping", "robustness_value", driver),
        ("tipping", "partial_r2", other),
        ("tipping", "confounded_b", driver, None, contrast),
    )
    variant = "strong" if all(guard.passed for guard in guards) else "weak"
    return [Claim(id="confounding", variant=variant, values=values, evidence=evidence, guards=guards)]
