"""Recovery of latent classes: number, sizes, answers, drivers and names; and classes found where there are none."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

import numpy as np

from pipeline.model.classes import classes_rows
from pipeline.model.classes._number import TESTED as FULL
from pipeline.model.importance import METHODS
from tests.made_case import a_case, a_study

Array = np.ndarray
Row = dict[str, Any]

DRAWS = 200
PROMISED = 0.92
"""Coverage of 95 % intervals."""
NOMINAL = 0.05
ANSWERS, LEVELS, DRIVERS = 6, 3, 3
SIZES = np.array([0.5, 0.3, 0.2])
SLOPES = np.array([[0.6, 0.2, 0.0], [0.0, 0.6, 0.2], [0.2, 0.0, 0.6]])
MEANS = np.array([0.5, 0.0, -0.5])
RIVAL = 0.5
"""Correlation of the drivers."""
NOISE = {False: 0.6, True: 0.35}
"""Spread about the line of a class; lines without answers can only be told apart where it is small."""

TITLE = "# Latent classes"
MEANING = (
    f"Simulated surveys of {ANSWERS} answers with {LEVELS} levels each, in classes of {SIZES[0]:.0%}, {SIZES[1]:.0%} "
    f"and {SIZES[2]:.0%}; each class has a level of its own for every answer, given with the probability named. Within "
    f"classes {DRIVERS} drivers have coefficients of their own on an outcome. Number right: the share of surveys in "
    "which the lowest BIC is that of the true number. Of these: largest bias, mean coverage of 95 % intervals, and the "
    "lowest coverage of any figure in brackets, of sizes, probabilities of answers, means of the outcome, coefficients "
    "and shares of drivers within classes; and the share of surveys in which a class bears a name that belongs to "
    "another. Lines: mixtures of regressions, without answers. One class or line: the share of surveys in which BIC "
    "finds more, in which the bootstrap likelihood-ratio test rejects a single one at .05, and in which both do. "
    f"Promised for classes of answers: mean coverage of at least {PROMISED}, false classes by the test at most "
    f"{NOMINAL}, wrong names at most .025, give or take two Monte Carlo errors. Where answers hardly tell classes "
    "apart (.60), and for two lines, coverage is information."
)


@dataclass(frozen=True, slots=True)
class Plan:
    """One kind of survey. clear: probability of the level of one's own class."""

    what: str
    n: int
    clear: float
    classes: int = 3
    spread: float = 0.0
    """Standard deviation of the logarithm of the weights."""
    missing: float = 0.0
    lines: bool = False


PLANS = (
    Plan("three classes", 600, 0.8),
    Plan("three classes, weights", 700, 0.8, spread=0.6),
    Plan("three classes, 15 % missing", 600, 0.8, missing=0.15),
    Plan("three classes, hardly apart", 800, 0.6),
    Plan("one class", 400, 0.0, classes=1),
    Plan("one class, weights", 500, 0.0, classes=1, spread=0.6),
    Plan("two lines", 700, 0.0, classes=2, lines=True),
    Plan("one line", 300, 0.0, classes=1, lines=True),
)


def jobs(number: int) -> list[tuple[Plan, int]]:
    return [(plan, number) for plan in PLANS]


def run(job: tuple[Plan, int]) -> list[dict[str, object]]:
    plan, number = job
    notes: dict[str, list[Any]] = defaultdict(list)
    for survey in range(number):
        _note(plan, simulated(plan, survey), notes)
    return [_row(plan, notes, number)]


def chances(plan: Plan) -> Array:
    """(classes, ANSWERS, LEVELS) probability of each level; alike where there is one class."""
    found = np.full((plan.classes, ANSWERS, LEVELS), (1 - plan.clear) / (LEVELS - 1))
    if plan.classes == 1:
        return np.full_like(found, 1 / LEVELS)
    for at in range(plan.classes):
        found[at, :, at] = plan.clear
    return found


def simulated(plan: Plan, survey: int) -> list[Row]:
    """Rows of one survey; the test of the number of classes is made where there is one class, whose error it may be."""
    random = np.random.default_rng(
        [survey, plan.n, int(100 * plan.clear), plan.classes, plan.lines, int(10 * plan.spread)]
    )
    share = SIZES if plan.classes == 3 else np.full(plan.classes, 1 / plan.classes)
    of = random.choice(plan.classes, plan.n, p=share)
    root = np.linalg.cholesky(RIVAL + (1 - RIVAL) * np.eye(DRIVERS))
    x = random.standard_normal((plan.n, DRIVERS)) @ root.T
    y = (x * SLOPES[of]).sum(1) + MEANS[of] + NOISE[plan.lines] * random.standard_normal(plan.n)
    items = {f"d{at}": 4 + x[:, at] for at in range(DRIVERS)} | {"y": 4 + y}
    table = chances(plan)
    answers = {}
    for at in range(ANSWERS):
        level = (random.random((plan.n, 1)) > np.cumsum(table[of, at], axis=1)).sum(1).clip(max=LEVELS - 1)
        gone = random.random(plan.n) < plan.missing
        answers[f"a{at}"] = [None if lost else f"l{one}" for one, lost in zip(level, gone, strict=True)]
    weight = np.exp(plan.spread * random.standard_normal(plan.n)) if plan.spread else None
    study = a_study(
        constructs={name: {"items": [name], "scale": "seven"} for name in items},
        variables={name: {"column": name, "type": "category"} for name in answers},
        model={"outcome": "y", "draws": DRAWS, "seed": survey + 1},
        classes=_key(plan),
    )
    with patch("pipeline.model.classes._number.TESTED", FULL if plan.classes == 1 else 1):
        return classes_rows(a_case(study, items, answers, weight=weight))


def _key(plan: Plan) -> dict[str, Any]:
    names = [{"label": f"name {at}", "typical": {"a0": f"l{at}", "a1": f"l{at}"}} for at in range(LEVELS)]
    if plan.lines:
        return {"drivers": True, "most": min(3, plan.classes + 1), "starts": 15}
    return {"answers": [f"a{at}" for at in range(ANSWERS)], "names": names, "most": plan.classes + 1, "starts": 15}


def _note(plan: Plan, rows: list[Row], notes: dict[str, list[Any]]) -> None:
    at = {(row["metric"], row["term"], row["group"], row["contrast"]): row for row in rows}
    kind = "driver_class" if plan.lines else "class"
    chosen = at["class_count", None, None, f"{kind}es"]["estimate"]
    notes["right"].append(chosen == plan.classes)
    if plan.classes == 1:
        test = at.get(("blrt", None, None, f"{kind}es:2"))
        rejected = test is not None and test["p_value"] <= NOMINAL
        notes["bic"].append(chosen != 1)
        notes["test"].append(rejected)
        notes["both"].append(chosen != 1 and rejected)
    elif chosen == plan.classes:
        _recovered(plan, kind, at, notes)


def _recovered(plan: Plan, kind: str, at: dict[Any, Row], notes: dict[str, list[Any]]) -> None:
    from scipy.optimize import linear_sum_assignment

    table, slopes, means = chances(plan), SLOPES[: plan.classes], 4 + MEANS[: plan.classes]
    sizes = SIZES if plan.classes == 3 else np.full(plan.classes, 1 / plan.classes)
    groups = [f"{kind}={one + 1}" for one in range(plan.classes)]
    if plan.lines:
        found = np.array([[at["b", f"d{d}", group, None]["estimate"] for d in range(DRIVERS)] for group in groups])
        apart = ((found[:, None] - slopes[None]) ** 2).sum(2)
    else:
        found = np.array(
            [
                [at["proportion", f"a{a}", group, "level:l0"]["estimate"] for a in range(ANSWERS)]
                + [at["proportion", f"a{a}", group, "level:l1"]["estimate"] for a in range(ANSWERS)]
                for group in groups
            ]
        )
        true = np.hstack([table[:, :, 0], table[:, :, 1]])
        apart = ((found[:, None] - true[None]) ** 2).sum(2)
    own = linear_sum_assignment(apart)[1]
    wrong = False
    for group, mine in zip(groups, own, strict=True):
        _held("sizes", mine, at["class_size", None, group, None], sizes[mine], notes)
        _held("means", mine, at["mean", "y", group, None], means[mine], notes)
        for d in range(DRIVERS):
            _held("b", (mine, d), at["b", f"d{d}", group, None], slopes[mine, d], notes)
            _held(
                "shares",
                (mine, d),
                at["lmg_share", f"d{d}", group, None],
                shares(slopes[mine], NOISE[plan.lines])[d],
                notes,
            )
        if not plan.lines:
            for a in range(ANSWERS):
                _held(
                    "answers",
                    (mine, a),
                    at["proportion", f"a{a}", group, f"level:l{mine}"],
                    table[mine, a, mine],
                    notes,
                )
            wrong |= _misnamed(group, mine, at)
    notes["wrong"].append(wrong)


def _misnamed(group: str, mine: int, at: dict[Any, Row]) -> bool:
    stable = at["stability_jaccard", None, group, None]["estimate"] >= 0.75
    named = [name for name in range(LEVELS) if at["prob_typical", None, group, f"name:{name}"]["estimate"] >= 0.975]
    return bool(stable and [name for name in named if name != mine])


def shares(slopes: Array, noise: float) -> Array:
    """(DRIVERS,) LMG shares of the population of a class."""
    between = RIVAL + (1 - RIVAL) * np.eye(DRIVERS)
    toward = between @ slopes
    raw = METHODS["lmg"](between, toward / np.sqrt(slopes @ toward + noise**2))
    return np.asarray(raw / raw.sum())


def _held(what: str, which: Any, row: Row, true: float, notes: dict[str, list[Any]]) -> None:
    if row["estimate"] is not None and row["conf_low"] is not None:
        notes[what].append((which, row["estimate"] - true, row["conf_low"] <= true <= row["conf_high"]))


def _row(plan: Plan, notes: dict[str, list[Any]], number: int) -> dict[str, object]:
    right = int(sum(notes["right"]))
    found: dict[str, object] = {
        "survey": plan.what,
        "n": plan.n,
        "own level": f"{plan.clear:.2f}" if plan.clear else "",
        "number right": f"{right / number:.3f}",
    }
    promises = []
    for what in ("sizes", "answers", "means", "b", "shares"):
        found[what], kept = _coverage(notes[what], right)
        promises.append(kept or plan.clear == 0.6 or plan.lines)
    error = 2 * np.sqrt(NOMINAL * (1 - NOMINAL) / number)
    if plan.classes == 1:
        promises.append(float(np.mean(notes["test"])) <= NOMINAL + error)
    wrong = float(np.mean(notes["wrong"])) if notes["wrong"] else 0.0
    promises.append(wrong <= 0.025 + 2 * np.sqrt(0.025 * 0.975 / max(1, right)))
    for what in ("bic", "test", "both"):
        found[f"more by {what}"] = f"{np.mean(notes[what]):.3f}" if plan.classes == 1 else ""
    found["wrong name"] = f"{wrong:.3f}" if notes["wrong"] and not plan.lines else ""
    return found | {"promise": "kept" if all(promises) else "BROKEN"}


def _coverage(noted: list[Any], surveys: int) -> tuple[str, bool]:
    """'bias +0.001, .95 (.93)' and whether the mean coverage is as promised."""
    if not noted:
        return "", True
    each: dict[Any, list[tuple[float, bool]]] = defaultdict(list)
    for which, error, held in noted:
        each[which].append((error, held))
    bias = max((float(np.mean([error for error, _ in one])) for one in each.values()), key=abs)
    covered = [float(np.mean([held for _, held in one])) for one in each.values()]
    mean = float(np.mean(covered))
    least = PROMISED - 2 * float(np.sqrt(PROMISED * (1 - PROMISED) / max(1, surveys)))
    return f"{bias:+.3f}, {mean:.3f} ({min(covered):.3f})", mean >= least
