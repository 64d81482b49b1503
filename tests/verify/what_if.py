"""Predicted changes against those of populations whose law is known, and how often a first move is named falsely."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from scipy.special import expit, ndtr, stdtr

from pipeline.model.case import Case
from pipeline.model.effects import holm
from pipeline.model.focused import focused
from pipeline.model.what_if._models import Model, fitted, predicted, reach_of, targets_of, widest_of
from tests.made_case import a_case, a_study
from tests.verify.coverage import PROMISED

Array = np.ndarray
Rows = list[dict[str, Any]]

DRAWS = 300
NOMINAL = 0.05
FIRST = 0.975
STEP = 0.5
NAMES = ("a", "b", "c", "d")
LARGE = 1_000_000
TITLE = "# What the model predicts when ratings move"
MEANING = (
    "Simulated surveys of four drivers (pairwise correlation .5), an outcome on seven points, its top two points, a "
    "premium from 0 to 100 and a purchase of yes and no, with log-normal weights of Kish design effect deff, and half "
    "of the people with a second answer. The population's change is that of everybody's expected outcome when the "
    f"ratings of all rise by {STEP} points (alone), or two rise and one falls (together); the top two points follow a "
    "probit law, which the curve does not know, the purchase a logit law. Coverage is the share of surveys whose 95 % "
    f"interval holds it, the lowest of the drivers; promised: {PROMISED[0]} to {PROMISED[1]}, give or take two Monte "
    "Carlo errors, where too wide is told and not broken. Bias is in standard deviations of the estimates; within 0.5 "
    "is kept. A first move is named falsely where two moves tie and one is put first in .975 of the resamples, or "
    "where ratings have nothing to do with the outcome and any move passes its test after Holm; promised: at most "
    f"{NOMINAL}, give or take two Monte Carlo errors."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """n people, half of them twice. ratings: 'normal' or 'points' (1 to 7, skewed). slopes of outcome and purchase."""

    n: int
    ratings: str = "normal"
    deff: float = 1.3
    slopes: tuple[float, ...] = (0.5, 0.3, 0.15, 0.0)


Job = tuple[str, Plan, int]


def jobs(number: int) -> list[Job]:
    plans = {
        "normal ratings": Plan(n=400),
        "ratings of 1 to 7": Plan(n=400, ratings="points"),
        "ratings of 1 to 7, larger, deff 1.9": Plan(n=1000, ratings="points", deff=1.9),
        "two moves tie": Plan(n=400, slopes=(0.4, 0.4, 0.1, 0.1)),
        "nothing goes with anything": Plan(n=400, slopes=(0.0, 0.0, 0.0, 0.0)),
    }
    return [(name, plan, number) for name, plan in plans.items()]


def ratings(plan: Plan, own: Array, random: np.random.Generator) -> Array:
    """(rows, 4) ratings of people with (rows, 4) traits."""
    root = np.linalg.cholesky(0.5 + 0.5 * np.eye(4)).T
    seen = np.sqrt(0.6) * own @ root + np.sqrt(0.4) * random.normal(size=own.shape) @ root
    return 4.5 + 1.2 * seen if plan.ratings == "normal" else np.clip(np.rint(5.0 + 1.4 * seen), 1, 7)


def means(plan: Plan, x: Array) -> tuple[Array, Array]:
    """Expected outcome of (…, 4) ratings, and log odds of a purchase."""
    pull = (x - 4.5) @ np.array(plan.slopes)
    return 4.2 + pull, -0.6 + 1.5 * pull


NOISE = 1.0
MOVES: Mapping[str, Array] = {
    **{name: STEP * np.eye(4)[at] for at, name in enumerate(NAMES)},
    "together": np.array([0.5, 0.5, -0.5, 0.0]),
}


@cache
def truth(plan: Plan) -> dict[tuple[str, str], float]:
    """(outcome, move) -> change in the population."""
    random = np.random.default_rng(1)
    x = ratings(plan, random.normal(size=(LARGE, 4)), random)
    found = {}
    for name, move in MOVES.items():
        one, other = (_expected(plan, at) for at in (x, x + move))
        found |= {(kind, name): other[kind] - one[kind] for kind in one}
    return found


def _expected(plan: Plan, x: Array) -> dict[str, float]:
    outcome, odds = means(plan, x)
    return {
        "outcome:y": float(outcome.mean()),
        "top2:y": float(ndtr((outcome - 6) / NOISE).mean()),
        "outcome:premium": float((20 + 4 * (outcome - 4.2)).mean()),
        "share:bought": float(expit(odds).mean()),
    }


def survey(plan: Plan, at: int) -> Case:
    """A case whose outcome is not rounded, so that its law is known."""
    random = np.random.default_rng(
        [11, plan.n, round(10 * plan.deff), len(plan.ratings), round(100 * plan.slopes[0]), at]
    )
    own = random.normal(size=(plan.n, 4))
    person = np.concatenate([np.arange(plan.n), np.arange(plan.n // 2)])
    x = ratings(plan, own[person], random)
    outcome, odds = means(plan, x)
    y = outcome + NOISE * (
        np.sqrt(0.5) * random.normal(size=plan.n)[person] + np.sqrt(0.5) * random.normal(size=len(x))
    )
    premium = 20 + 4 * (outcome - 4.2) + 6 * random.normal(size=len(x))
    bought = (random.random(len(x)) < expit(odds)).astype(float)
    weight = np.exp(np.sqrt(np.log(plan.deff)) * random.normal(size=plan.n))[person]
    study = a_study(
        constructs={name: {"items": [name]} for name in (*NAMES, "y")},
        model={"outcome": "y", "drivers": list(NAMES), "draws": DRAWS},
        variables={"premium": {"type": "number"}, "bought": {"type": "number", "range": [0, 1]}},
        what_if={"outcomes": ["premium", "bought"], "step": STEP},
    )
    items = dict(zip(NAMES, x.T, strict=True)) | {"y": y}
    return a_case(study, items, {"premium": premium, "bought": bought}, respondent=list(person), weight=weight)


def run(job: Job) -> Rows:
    """Rows of one plan: coverage and bias by outcome, and the rate of false claims where it has any."""
    name, plan, number = job
    figures: dict[tuple[str, str], list[Array]] = {key: [] for key in truth(plan)}
    named = 0
    for at in range(number):
        models, found = _predictions(survey(plan, at))
        for key, each in found.items():
            figures[key].append(each)
        named += _named(plan, models["outcome:y"])
    rows = [row for kind in _kinds(figures) for row in _row(name, plan, kind, figures)]
    return [*rows, *_false(name, plan, named, number)]


def _kinds(figures: Mapping[tuple[str, str], Any]) -> list[str]:
    return list(dict.fromkeys(kind for kind, _ in figures))


def _predictions(case: Case) -> tuple[dict[str, Model], dict[tuple[str, str], Array]]:
    """The models of one survey, and what each predicts of every move."""
    people = focused(case)
    reach = reach_of(case, people)
    every = fitted(case, people, targets_of(case, people))
    models = {kind: model for kind, model in every.items() if isinstance(model, Model)}
    pairs = ((kind, model, name) for kind, model in models.items() for name in MOVES)
    return models, {(kind, name): predicted(model, MOVES[name], widest_of(model, reach)) for kind, model, name in pairs}


def _row(name: str, plan: Plan, kind: str, figures: Mapping[tuple[str, str], list[Array]]) -> Iterator[dict[str, Any]]:
    true = truth(plan)
    for moved, keys in (("alone", [(kind, each) for each in NAMES]), ("together", [(kind, "together")])):
        held, bias = [], []
        for key in keys:
            change, low, high = np.array(figures[key]).T
            held.append(float(((low <= true[key]) & (true[key] <= high)).mean()))
            bias.append((change.mean() - true[key]) / change.std())
        error = float(np.sqrt(PROMISED[0] * (1 - PROMISED[0]) / len(figures[keys[0]])))
        worst = max(bias, key=abs)
        broken = min(held) < PROMISED[0] - 2 * error or abs(worst) > 0.5
        yield {
            "population": name, "people": plan.n, "deff": plan.deff, "outcome or false claim": kind, "moved": moved,
            "population value": ", ".join(f"{true[key]:.4f}" for key in keys), "lowest coverage": f"{min(held):.3f}",
            "mean coverage": f"{np.mean(held):.3f}", "largest bias (sd)": f"{worst:+.2f}", "rate": "",
            "± MC error": f"{error:.3f}",
            "promise": "BROKEN" if broken else "too wide" if min(held) > PROMISED[1] + 2 * error else "kept",
        }  # fmt: skip


def _named(plan: Plan, model: Model) -> bool:
    """Whether a move is named that must not be: first of two that tie, or any where nothing goes with anything."""
    if not any(plan.slopes):
        error = np.sqrt(np.diagonal(model.cov))
        return bool(holm(2 * stdtr(model.df, -np.abs(model.b / error))).min() < NOMINAL)
    first = int(model.b.argmax())
    others = np.delete(model.draws, first, axis=1)
    return bool((model.draws[:, first][:, None] > others).mean(0).min() >= FIRST)


def _false(name: str, plan: Plan, named: int, number: int) -> Iterator[dict[str, Any]]:
    tied = plan.slopes[0] == plan.slopes[1]
    if not tied:
        return
    rate = named / number
    error = float(np.sqrt(max(rate * (1 - rate), NOMINAL * (1 - NOMINAL)) / number))
    said = "a first move is named" if any(plan.slopes) else "a move passes its test"
    yield {
        "population": name, "people": plan.n, "deff": plan.deff, "outcome or false claim": said, "moved": "alone",
        "population value": "", "lowest coverage": "", "mean coverage": "", "largest bias (sd)": "",
        "rate": f"{rate:.3f}", "± MC error": f"{error:.3f}",
        "promise": "kept" if rate <= NOMINAL + 2 * error else "BROKEN",
    }  # fmt: skip
