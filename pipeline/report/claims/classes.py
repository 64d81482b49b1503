"""Latent classes: how many, how large, how stable, what tells them apart, and what drives the outcome within them.

A class bears a name only where resamples find the same people in it, and the typical answers of the name are most
frequent in it in nearly all of them; otherwise it has a number.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.report.claims import CLEAR, LEVELS, SMALLEST_N_EFF, Claim, Guard, Ledger, Values

NAME = "classes"
STABLE, HIGHLY = 0.75, 0.85
"""Mean Jaccard index from which a class is stable, and highly so (Hennig 2007)."""
TEST = 0.05
VERY_STRONG = 10.0
"""Difference of BIC that is very strong evidence (Raftery 1995)."""
MOST_TYPICAL = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Classes of one kind. groups: their groups in the rows; tokens: their name or number for the sentences."""

    kind: str
    groups: tuple[str, ...]
    tokens: tuple[str, ...]
    jaccard: tuple[float | None, ...]
    sizes: tuple[float | None, ...]
    people: tuple[int, ...]

    def sized(self) -> list[dict[str, Any]]:
        """Token and share of every class that is shown."""
        pairs = zip(self.tokens, self.sizes, strict=True)
        return [{"class": token, "size": size} for token, size in pairs if size is not None]


def found(ledger: Ledger, kind: str) -> Found | None:
    """The classes of a kind; None where there are none, or only one."""
    sizes = [
        row
        for row in ledger.rows
        if row["analysis"] == NAME and row["metric"] == "class_size" and row["group"].startswith(f"{kind}=")
    ]
    if not sizes:
        return None
    groups = tuple(row["group"] for row in sizes)
    jaccard = tuple(ledger.row(NAME, "stability_jaccard", None, group)["estimate"] for group in groups)
    return Found(
        kind=kind,
        groups=groups,
        tokens=tuple(_tokens(ledger, groups, jaccard)),
        jaccard=jaccard,
        sizes=tuple(row["estimate"] for row in sizes),
        people=tuple(row["n"] or 0 for row in sizes),
    )


def _tokens(ledger: Ledger, groups: Sequence[str], jaccard: Sequence[float | None]) -> list[str]:
    """'class_name:0' for the first declared name that fits and is free, else the group itself."""
    contrasts = ledger.contrasts(NAME, "prob_typical")
    tokens: list[str] = []
    for group, stable in zip(groups, jaccard, strict=True):
        fitting = [f"class_{name}" for name in contrasts if _fits(ledger, group, name)]
        free = [token for token in fitting if token not in tokens]
        tokens.append(free[0] if free and (stable or 0.0) >= STABLE else group)
    return tokens


def _fits(ledger: Ledger, group: str, name: str) -> bool:
    row = ledger.known(NAME, "prob_typical", None, group, name)
    return row is not None and float(row["estimate"]) >= CLEAR


def classes(ledger: Ledger) -> list[Claim]:
    """Classes of the answers."""
    return _of_kind(ledger, "class", "classes")


def driver_classes(ledger: Ledger) -> list[Claim]:
    """Classes by what drives the outcome."""
    return _of_kind(ledger, "driver_class", "driver_classes")


def _of_kind(ledger: Ledger, kind: str, claim_id: str) -> list[Claim]:
    """small: too few. unable: no number of classes can be chosen. one: a single class fits best.

    found: every class is stable and the test rejects one class less. partly: some are stable. unstable: none is, or
    the test does not reject one class less.
    """
    row = next((ledger.rows[at] for at in ledger.at((NAME, "class_count", None, None, claim_id))), None)
    if row is None:
        return []
    made, test = found(ledger, kind), None
    values: dict[str, Any] = {"outcome": ledger.outcome, "n": row["n"], "n_eff": row["n_eff"]}
    guards = [_large(ledger, row)]
    if row["state"] == "too_few" or not guards[0].passed:
        return [Claim(id=claim_id, variant="small", values=values, guards=tuple(guards))]
    if row["estimate"] is None or (made is None and row["estimate"] > 1):
        return [Claim(id=claim_id, variant="unable", values=values | {"reason": row["reason"]}, guards=tuple(guards))]
    evidence = ledger.at((NAME, "class_count", None, None, claim_id))
    if made is None:
        two = ledger.known(NAME, "bic", None, None, f"{claim_id}:2")
        gain = None if two is None else float(two["estimate"]) - ledger.value(NAME, "bic", None, f"{claim_id}:1")
        return [Claim(id=claim_id, variant="one", values=values | {"gain": gain}, evidence=evidence, guards=(*guards,))]
    k = len(made.groups)
    test = ledger.known(NAME, "blrt", None, None, f"{claim_id}:{k}")
    guards += _guards(made, test)
    values |= _values(ledger, made, test, claim_id)
    variant = _variant(made, guards)
    level = _level(ledger, made, claim_id) if variant == "found" else 1 if variant == "partly" else None
    evidence += ledger.at(
        (NAME, "blrt", None, None, f"{claim_id}:{k}"),
        *((NAME, metric, None, group) for group in made.groups for metric in ("class_size", "stability_jaccard")),
    )
    return [Claim(id=claim_id, variant=variant, level=level, values=values, evidence=evidence, guards=tuple(guards))]


def _large(ledger: Ledger, row: Values) -> Guard:
    guard = ledger.size_guard()
    n_eff = row["n_eff"] or 0.0
    if not guard.passed:
        return guard
    return Guard(rule="n_eff of at least", required=SMALLEST_N_EFF, found=n_eff, passed=n_eff >= SMALLEST_N_EFF)


def _guards(made: Found, test: Values | None) -> list[Guard]:
    p = None if test is None else test["p_value"]
    least = min((value for value in made.jaccard if value is not None), default=0.0)
    return [
        Guard(
            rule="bootstrap p against one class less of at most",
            required=TEST,
            found=p,
            passed=p is not None and p <= TEST,
        ),
        Guard(rule="mean Jaccard of every class of at least", required=STABLE, found=least, passed=least >= STABLE),
    ]


def _variant(made: Found, guards: Sequence[Guard]) -> str:
    if not guards[1].passed:
        return "unstable"
    if guards[2].passed:
        return "found"
    return "partly" if any((value or 0.0) >= STABLE for value in made.jaccard) else "unstable"


def _level(ledger: Ledger, made: Found, claim_id: str) -> int:
    """3: BIC is much lower than with one class less, and every class is highly stable."""
    k = len(made.groups)
    own, less = (ledger.figure(NAME, "bic", None, f"{claim_id}:{size}") for size in (k, k - 1))
    sure = own is not None and less is not None and less - own >= VERY_STRONG
    return 3 if sure and all((value or 0.0) >= HIGHLY for value in made.jaccard) else 2


def _values(ledger: Ledger, made: Found, test: Values | None, claim_id: str) -> dict[str, Any]:
    k = len(made.groups)
    stable = [
        token for token, value in zip(made.tokens, made.jaccard, strict=True) if value is not None and value >= STABLE
    ]
    entropy = ledger.known(NAME, "entropy", None, None, f"{claim_id}:{k}") or {}
    largest = max(range(k), key=lambda at: made.sizes[at] or 0.0)
    return {
        "k": k,
        "sized": made.sized(),
        "classes": list(made.tokens),
        "stable": stable,
        "unstable": [token for token in made.tokens if token not in stable],
        "first": made.tokens[largest],
        "size": made.sizes[largest],
        "least": min((value for value in made.jaccard if value is not None), default=0.0),
        "p": None if test is None else test["p_value"],
        "entropy": entropy.get("estimate"),
        "required": STABLE,
    }


def profiles(ledger: Ledger) -> list[Claim]:
    """One claim for each class of the answers that is stable and has the claim base: told or mixed.

    told: some answers are more frequent in it than in any other class, interval above interval. mixed: none is.
    """
    made = found(ledger, "class")
    if made is None or not ledger.size_guard().passed:
        return []
    base = ledger.study["bases"]["claim_base"]
    steady = [
        at for at, value in enumerate(made.jaccard) if (value or 0.0) >= STABLE and made.people[at] >= base
    ]  # fmt: skip
    return [_profile(ledger, made, at) for at in steady]


def _profile(ledger: Ledger, made: Found, at: int) -> Claim:
    group = made.groups[at]
    typical = sorted(_typical(ledger, made, group), key=lambda one: -one["gap"])[:MOST_TYPICAL]
    mean = ledger.known(NAME, "mean", ledger.outcome, group) or {}
    values = {
        "class": made.tokens[at], "size": made.sizes[at], "outcome": ledger.outcome, "mean": mean.get("estimate"),
        "typical": [{"answer": one["answer"], "share": one["share"]} for one in typical], "group": group,
    }  # fmt: skip
    evidence = ledger.at(
        (NAME, "class_size", None, group),
        *((NAME, "proportion", one["answer"].partition("=")[0], group, f"level:{one['answer'].partition('=')[2]}")
          for one in typical),
    )  # fmt: skip
    return Claim(id="class_profile", variant="told" if typical else "mixed", values=values, evidence=evidence)


def _typical(ledger: Ledger, made: Found, group: str) -> list[dict[str, Any]]:
    """Answers whose interval in this class lies above those of all others."""
    shown = []
    for row in ledger.rows:
        if row["analysis"] != NAME or row["metric"] != "proportion" or row["group"] != group or row["conf_low"] is None:
            continue
        others = [
            ledger.known(NAME, "proportion", row["term"], other, row["contrast"])
            for other in made.groups
            if other != group
        ]
        highs = [one["conf_high"] for one in others if one is not None and one["conf_high"] is not None]
        if len(highs) == len(others) and row["conf_low"] > max(highs):
            gap = row["estimate"] - max(one["estimate"] for one in others if one is not None)
            answer = f"{row['term']}={row['contrast'].partition(':')[2]}"
            shown.append({"answer": answer, "share": row["estimate"], "gap": gap})
    return shown


def class_outcomes(ledger: Ledger) -> list[Claim]:
    """differs: the outcome's means of some two classes differ (Holm p < .05); none."""
    return _compared(ledger, "mean_difference", "class_outcome", [ledger.outcome])


def class_drivers(ledger: Ledger) -> list[Claim]:
    """differs: a driver's shares differ between some two classes (Holm p < .05); none."""
    return _compared(ledger, "lmg_share", "class_driver", ledger.drivers)


def _compared(ledger: Ledger, metric: str, claim_id: str, terms: Sequence[str]) -> list[Claim]:
    """The surest difference between two stable classes of the claim base."""
    made = found(ledger, "class")
    if made is None or not ledger.size_guard().passed:
        return []
    base = ledger.study["bases"]["claim_base"]
    large = [
        at for at, value in enumerate(made.jaccard) if (value or 0.0) >= STABLE and made.people[at] >= base
    ]  # fmt: skip
    tested = {
        (term, a, b): row
        for term in terms
        for a in large
        for b in large
        if (row := ledger.known(NAME, metric, term, None, f"{made.groups[a]}-{b + 1}")) is not None
        and row["p_adjusted"] is not None
    }
    if not tested:
        return []
    key = min(tested, key=lambda one: (tested[one]["p_adjusted"], -abs(tested[one]["estimate"])))
    row, p = tested[key], tested[key]["p_adjusted"]
    term, more, less = key if row["estimate"] >= 0 else (key[0], key[2], key[1])
    figure = "mean" if metric == "mean_difference" else metric
    one, other = (ledger.known(NAME, figure, term, made.groups[at]) or {} for at in (more, less))
    limits = sorted(row[end] if row["estimate"] >= 0 else -row[end] for end in ("conf_low", "conf_high"))
    values = {
        "outcome": ledger.outcome, "driver": term, "more": made.tokens[more], "less": made.tokens[less],
        "more_value": one.get("estimate"), "less_value": other.get("estimate"), "gap": abs(row["estimate"]),
        "low": limits[0], "high": limits[1], "p_adjusted": p,
        "comparisons": sum(
            one["p_adjusted"] is not None and one["metric"] == metric and str(one["contrast"]).startswith("class=")
            for one in ledger.rows
            if one["analysis"] == NAME
        ),
    }  # fmt: skip
    guard = Guard(rule="Holm-adjusted p below", required=LEVELS[2], found=p, passed=p < LEVELS[2])
    level = (3 if p < LEVELS[3] else 2) if p < LEVELS[2] else None
    evidence = ledger.at((NAME, metric, term, None, f"{made.groups[key[1]]}-{key[2] + 1}"))
    variant = "differs" if p < LEVELS[2] else "none"
    return [Claim(id=claim_id, variant=variant, level=level, values=values, evidence=evidence, guards=(guard,))]
