"""Through what an effect may run: what is carried, in which orders, how sturdy it is, and for whom."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from pipeline.report.claims import LEVELS, SMALLEST_N_EFF, Claim, Guard, Ledger, Values

NEGLIGIBLE = 0.10
"""Standardised effect within which both limits must lie for a chain to be called too small to matter."""
WEAK, STURDY = 0.10, 0.30
"""Correlations of unmeasured causes: below the first any will do, above the second it must be a strong one."""
Row = Values


def mediation(ledger: Ledger) -> list[Claim]:
    """One for each chain.

    carried: along the chain surely (Holm p over the chains < .05), beside it not surely. partly: both, in one
    direction. against: both, in opposite ones. not_carried: not surely, and no more than NEGLIGIBLE. undecided: not
    surely. small: too few for a claim. unable: the chain could not be followed. In a survey never more than moderate,
    since the order is assumed; tentative where a weak unmeasured cause would do.
    """
    return [_mediation(ledger, name, chain) for name, chain in _chains(ledger)]


def _chains(ledger: Ledger) -> list[tuple[str, Values]]:
    return list((ledger.study.get("asked", {}).get("mediation") or {}).items())


def _base(ledger: Ledger, name: str, chain: Values) -> dict[str, Any]:
    end, stages = chain["to"] or ledger.outcome, chain["through"]
    way = ">".join((chain["from"], *("+".join(stage) for stage in stages), end))
    return {
        "chain": f"chain:{name}", "name": name, "begin": chain["from"], "end": end, "way": way,
        "through": [one for stage in stages for one in stage], "experiment": ledger.study["design"] == "experiment",
    }  # fmt: skip


def _mediation(ledger: Ledger, name: str, chain: Values) -> Claim:
    base = _base(ledger, name, chain)
    row = ledger.known("mediation", "chain_indirect", name)
    if row is None:
        at = ledger.find("mediation", "chain_indirect", name)
        reason = "refused" if at is None else ledger.rows[at]["reason"]
        return Claim(id="mediation", variant="unable", values=base | {"reason": reason})
    guard = _size(ledger, row)
    values = base | {"n": row["n"], "n_eff": row["n_eff"], "required": SMALLEST_N_EFF}
    if not guard.passed:
        return Claim(id="mediation", variant="small", values=values, guards=(guard,))
    direct, total, beta = (
        ledger.row("mediation", metric, name) for metric in ("direct", "total", "chain_indirect_beta")
    )
    values |= _figures("indirect", row) | _figures("direct", direct) | _figures("total", total)
    values |= {"p": row["p_adjusted"], "beta": beta["estimate"], "bound": _bound(beta), "points": _bound(row)}
    values |= _weakest(ledger, name, base) | _largest_rival(ledger, name, base)
    p = row["p_adjusted"]
    variant = _variant(row, direct, beta)
    sure = Guard(rule="Holm-adjusted p below", required=LEVELS[2], found=p, passed=p < LEVELS[2])
    return Claim(
        id="mediation", variant=variant, values=values, level=_level(variant, values), guards=(guard, sure),
        evidence=ledger.at(*(("mediation", metric, name) for metric in ("chain_indirect", "direct", "total"))),
    )  # fmt: skip


def _size(ledger: Ledger, row: Row) -> Guard:
    """Those of the study, then the effective size of the chain's own rows."""
    study = ledger.size_guard()
    n_eff = float(row["n_eff"])
    own = Guard(rule="n_eff of at least", required=SMALLEST_N_EFF, found=n_eff, passed=n_eff >= SMALLEST_N_EFF)
    return own if study.passed else study


def _figures(name: str, row: Row) -> dict[str, Any]:
    return {name: row["estimate"], f"{name}_low": row["conf_low"], f"{name}_high": row["conf_high"]}


def _bound(row: Row) -> float:
    return max(abs(row["conf_low"]), abs(row["conf_high"]))


def apart(row: Row) -> bool:
    """Whether the interval of a row lies on one side of zero."""
    return row["conf_low"] is not None and not row["conf_low"] <= 0 <= row["conf_high"]


def _variant(row: Row, direct: Row, beta: Row) -> str:
    if row["p_adjusted"] >= LEVELS[2] or not apart(row):
        return "not_carried" if _bound(beta) < NEGLIGIBLE else "undecided"
    if not apart(direct):
        return "carried"
    return "partly" if direct["estimate"] * row["estimate"] > 0 else "against"


def _level(variant: str, values: Values) -> int | None:
    if variant not in ("carried", "partly", "against"):
        return None
    if values["rho"] is not None and abs(values["rho"]) < WEAK:
        return 1
    return 3 if values["experiment"] and values["p"] < LEVELS[3] else 2


def _links(ledger: Ledger, name: str) -> Iterator[tuple[str, Row]]:
    """'source>target' and the row of rho_zero of every arrow of a chain."""
    for row in ledger.rows:
        if row["metric"] == "rho_zero" and row["term"] == name and row["estimate"] is not None:
            yield row["contrast"], row


def _weakest(ledger: Ledger, name: str, base: Values) -> dict[str, Any]:
    """The arrow that the weakest unmeasured factor would bring to zero, and the route that would go with it.

    With mediators side by side that of the strongest route, since the others may vanish and leave it standing.
    """
    rho = {link: float(row["estimate"]) for link, row in _links(ledger, name)}
    weakest = {
        ">".join(route): min(_asked(route, base), key=lambda link: abs(rho[link]))
        for route in _whole(base["way"])
        if all(link in rho for link in _asked(route, base))
    }
    route = max(weakest, key=lambda one: abs(rho[weakest[one]]), default=None)
    if route is None:
        return {"rho": None, "a": base["begin"], "b": base["end"], "route": base["way"]}
    a, b = weakest[route].split(">")
    return {"rho": rho[weakest[route]], "part": abs(rho[weakest[route]]), "a": a, "b": b, "route": route}


def _whole(way: str) -> list[tuple[str, ...]]:
    """Every route through one mediator of each stage."""
    found: list[tuple[str, ...]] = [()]
    for stage in way.split(">"):
        found = [(*route, one) for route in found for one in stage.split("+")]
    return found


def _asked(route: tuple[str, ...], base: Values) -> list[str]:
    """Arrows of a route that may have an unmeasured cause: what an experiment assigned has none."""
    links = [f"{a}>{b}" for a, b in pairwise(route)]
    return links[1:] if base["experiment"] else links


def _rivals(ledger: Ledger, name: str, way: str) -> list[Row]:
    rows = (row for row in ledger.rows if row["metric"] == "rival_indirect" and row["term"] == name)
    return [row for row in rows if row["contrast"] != way and row["estimate"] is not None]


def _largest_rival(ledger: Ledger, name: str, base: Values) -> dict[str, Any]:
    """The rival order along which most would run, and how many orders were tried beside the claimed one."""
    rivals = _rivals(ledger, name, base["way"])
    if not rivals:
        return {"rival": None, "rival_beta": None, "orders": 0}
    row = max(rivals, key=lambda one: abs(one["estimate"]))
    return {"rival": row["contrast"], "rival_beta": row["estimate"], "orders": len(rivals)}


def rival_orders(ledger: Ledger) -> list[Claim]:
    """What other orders of the same variables give: alike where one is not surely smaller, else smaller.

    Sizes decide nothing: every order fits the same answers equally well. Only of chains along which something runs.
    """
    found = []
    for name, chain in _chains(ledger):
        base = _base(ledger, name, chain)
        own = ledger.known("mediation", "rival_indirect", name, None, base["way"])
        rivals = _rivals(ledger, name, base["way"])
        if own is None or not rivals or not _runs(ledger, name):
            continue
        surely = [row for row in rivals if _smaller(ledger, name, own, row)]
        values = base | _largest_rival(ledger, name, base) | {"beta": own["estimate"], "smaller": len(surely)}
        variant = "smaller" if len(surely) == len(rivals) else "alike"
        keys = [("mediation", "rival_indirect", name, None, row["contrast"]) for row in (own, *rivals)]
        found.append(Claim(id="rival_orders", variant=variant, values=values, evidence=ledger.at(*keys)))
    return found


def _smaller(ledger: Ledger, name: str, own: Row, row: Row) -> bool:
    """Whether a rival order surely has less than the claimed one, in the direction of that."""
    difference = ledger.known("mediation", "rival_difference", name, None, row["contrast"])
    return difference is not None and apart(difference) and difference["estimate"] * own["estimate"] > 0


def _runs(ledger: Ledger, name: str) -> bool:
    row = ledger.known("mediation", "chain_indirect", name)
    return row is not None and _size(ledger, row).passed and apart(row) and row["p_adjusted"] < LEVELS[2]


def hidden_cause(ledger: Ledger) -> list[Claim]:
    """What an unmeasured cause would have to be to leave nothing: sturdy, some or weak (Imai, Keele & Yamamoto)."""
    found = []
    for name, chain in _chains(ledger):
        base = _base(ledger, name, chain)
        weakest = _weakest(ledger, name, base)
        if weakest["rho"] is None or not _runs(ledger, name):
            continue
        part = weakest["part"]
        variant = "sturdy" if part >= STURDY else "some" if part >= WEAK else "weak"
        row = ledger.row("mediation", "rho_zero", name, None, f"{weakest['a']}>{weakest['b']}")
        values = base | weakest | {"low": row["conf_low"], "high": row["conf_high"]}
        guard = Guard(
            rule="rho at which nothing is left of at least", required=STURDY, found=part, passed=part >= STURDY
        )
        evidence = ledger.at(("mediation", "rho_zero", name, None, f"{weakest['a']}>{weakest['b']}"))
        found.append(Claim(id="hidden_cause", variant=variant, values=values, guards=(guard,), evidence=evidence))
    return found


def moderated(ledger: Ledger) -> list[Claim]:
    """Whether the chain depends on its moderator: differs (p of the index < .05), even, or unable."""
    found = []
    for name, chain in _chains(ledger):
        at = ledger.find("mediation", "index_of_moderated_mediation", name)
        row = ledger.known("mediation", "chain_indirect", name)
        if at is None or row is None or not _size(ledger, row).passed:
            continue
        index = ledger.rows[at]
        values = _base(ledger, name, chain) | {"moderator": chain["moderator"], "where": chain["moderates"]}
        if index["estimate"] is None:
            found.append(Claim(id="moderated", variant="unable", values=values | {"reason": index["reason"]}))
            continue
        values |= _figures("index", index) | {"p": index["p_value"]} | _ends(ledger, name, chain["moderator"])
        variant = "differs" if index["p_value"] < LEVELS[2] and apart(index) else "even"
        level = None if variant == "even" else 2 if index["p_value"] < LEVELS[3] else 1
        guard = Guard(rule="p of the index below", required=LEVELS[2], found=index["p_value"], passed=level is not None)
        found.append(
            Claim(id="moderated", variant=variant, values=values, level=level, guards=(guard,), evidence=(at,))
        )
    return found


def _ends(ledger: Ledger, name: str, moderator: str) -> dict[str, Any]:
    """The chain where the moderator is low and where it is high, with the values or the levels."""
    rows = [
        row
        for row in ledger.rows
        if row["metric"] == "conditional_indirect" and row["term"] == name and row["estimate"] is not None
    ]
    found: dict[str, Any] = {}
    for end, row in (("first", rows[0]), ("last", rows[-1])):
        found |= _figures(end, row)
        kind, _, level = row["contrast"].partition(":")
        found[f"{end}_level"] = f"{moderator}={level}" if kind == "level" else None
        found[f"{end}_value"] = ledger.value("mediation", "moderator_value", name, row["contrast"])
    return found
