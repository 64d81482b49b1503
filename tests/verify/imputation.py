"""Coverage with missing answers: imputed, scored from what is there (person means), and from complete answers alone."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

from pipeline import load
from pipeline.imputation import imputed_rows
from pipeline.model import Setting
from pipeline.model.drivers import decompose
from pipeline.model.effects import fit
from pipeline.model.importance import METHODS
from pipeline.model.resample import Panel, corrected_interval, interval, resample
from pipeline.moments import Moments
from pipeline.responses import Reason, Responses
from pipeline.sample import sample
from pipeline.score import score
from pipeline.screen import Screening
from pipeline.study import Study
from tests.verify.coverage import LEVEL, PROMISED

Array = np.ndarray
Limits = dict[str, tuple[Array, Array]]

SIZES = (200, 600)
DRIVERS, ITEMS, POINTS = 3, 2, 7
SLOPES = (0.45, 0.3, 0.15)
OVERLAP, LOADING, NOISE = 0.4, 0.75, 0.7
MISSING = 0.15
PULL = 1.2
"""Slope of the log odds of a gap in the outcome, where gaps depend on it."""
TOGETHER, ALIKE = 6, 0.3
IMPUTATIONS, DRAWS = 20, 500
POPULATION = 2_000_000
NAMES = (*(f"d{at}" for at in range(DRIVERS)), "y")
WAYS = ("imputed", "person means", "complete answers")
FIGURES = ("b", "shares", "R²")


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """n people; gaps in the drivers' answers, by chance or the more often the lower the outcome.

    cluster: people in each cluster, whose answers are alike by a part ALIKE of their variance where they are several.
    """

    n: int
    gaps: str
    cluster: int = 1


Job = tuple[str, Plan, int]


def jobs(number: int) -> list[Job]:
    plans = [Plan(n=n, gaps=gaps) for gaps in ("by chance", "by the outcome") for n in SIZES]
    plans.append(Plan(n=SIZES[-1], gaps="by the outcome", cluster=TOGETHER))
    return [(f"gaps {plan.gaps}, n = {plan.n}, clusters of {plan.cluster}", plan, number) for plan in plans]


def normal(n: int, columns: int, random: np.random.Generator, cluster: int) -> Array:
    """(n, columns) standard normal numbers; in clusters of several, alike by a part ALIKE of their variance."""
    if cluster == 1:
        return random.normal(size=(n, columns))
    shared = np.repeat(random.normal(size=(-(-n // cluster), columns)), cluster, axis=0)[:n]
    return np.asarray(np.sqrt(ALIKE) * shared + np.sqrt(1 - ALIKE) * random.normal(size=(n, columns)))


def answers(n: int, random: np.random.Generator, cluster: int = 1) -> Array:
    """(n, items) answers from 1 to POINTS, skewed to the high end: ITEMS of each driver, then ITEMS of the outcome."""
    cov = np.full((DRIVERS, DRIVERS), OVERLAP) + (1 - OVERLAP) * np.eye(DRIVERS)
    latent = normal(n, DRIVERS, random, cluster) @ np.linalg.cholesky(cov).T
    outcome = latent @ np.array(SLOPES) + NOISE * normal(n, 1, random, cluster)[:, 0]
    traits = np.column_stack([latent, outcome / np.sqrt(np.array(SLOPES) @ cov @ np.array(SLOPES) + NOISE**2)])
    noise = normal(n, (DRIVERS + 1) * ITEMS, random, cluster)
    seen = LOADING * np.repeat(traits, ITEMS, axis=1) + np.sqrt(1 - LOADING**2) * noise
    return np.clip(np.rint(4.8 + 1.3 * seen), 1, POINTS)


def gaps(full: Array, plan: Plan, random: np.random.Generator) -> Array:
    """(n, items) bool: answers to the drivers that are missing; the outcome is always known."""
    mean = full[:, DRIVERS * ITEMS :].mean(1)
    pull = -PULL * (mean - mean.mean()) / mean.std() if plan.gaps == "by the outcome" else np.zeros(len(full))
    odds = np.exp(np.log(MISSING / (1 - MISSING)) + pull)
    missing = random.random(full.shape) < (odds / (1 + odds))[:, None]
    missing[:, DRIVERS * ITEMS :] = False
    return missing


@cache
def studies() -> tuple[Study, Study]:
    """The study with person means of half the items or more, and that with complete answers only."""
    found = []
    for needed in (ITEMS // 2, ITEMS):
        parts = [
            f"  {name}: {{items: [{', '.join(f'{name}_{at}' for at in range(ITEMS))}], min_answered: {needed}}}"
            for name in NAMES
        ]
        text = ["study: {title: Simulated}", "data: none.csv", f"scales: {{seven: {{points: {POINTS}}}}}"]
        text += ["constructs:", *parts, f"model: {{outcome: y, imputations: {IMPUTATIONS}, draws: {DRAWS}}}"]
        folder = Path(tempfile.mkdtemp())
        (folder / "study.yaml").write_text("\n".join(text), encoding="utf-8")
        found.append(load(folder))
    return found[0], found[1]


@cache
def truth() -> dict[str, Array]:
    """b, shares and R² of the scores of a very large sample without gaps."""
    full = answers(POPULATION, np.random.default_rng(0)).reshape(POPULATION, DRIVERS + 1, ITEMS).mean(2)
    moments = Moments.of(full, NAMES)
    raw = METHODS["lmg"](moments.correlations[:-1, :-1], moments.correlations[:-1, -1])
    b = np.linalg.solve(moments.cov[:-1, :-1], moments.cov[:-1, -1])
    return {"b": b, "shares": raw / raw.sum(), "R²": np.array([raw.sum()])}


def responses(full: Array, missing: Array, cluster: int) -> Responses:
    names = [f"{name}_{at}" for name in NAMES for at in range(ITEMS)]
    rows = len(full)
    return Responses(
        items=pd.DataFrame(np.where(missing, np.nan, full), columns=names),
        reasons=pd.DataFrame(np.where(missing, Reason.SKIPPED, Reason.ANSWERED), columns=names),
        variables=pd.DataFrame(index=range(rows)),
        weight=None,
        strata=None,
        cluster=None if cluster == 1 else (np.arange(rows) // cluster).astype(str).astype(object),
        respondent=np.arange(rows),
        keys=np.arange(rows, dtype=np.uint64) * np.uint64(2**40),
        complete=np.ones(rows, dtype=bool),
        sources=(),
        content_sha256="",
        duplicates=0,
    )


def intervals(full: Array, missing: Array, cluster: int) -> dict[str, Limits]:
    """Limits of each figure in each way, from one survey."""
    everybody = np.ones(len(full), dtype=bool)
    given, keep = responses(full, missing, cluster), Screening(keep=everybody, complete=everybody, flow=())
    half, whole = studies()
    setting = Setting.of(half)
    rows = imputed_rows(given, keep, score(given, half), half, setting)
    chosen = {"b": "b", "shares": "lmg_share", "R²": "r2"}
    found: dict[str, Limits] = {"imputed": {}}
    for figure, metric in chosen.items():
        own = [row for row in rows if row["metric"] == metric]
        found["imputed"][figure] = (
            np.array([row["conf_low"] for row in own]),
            np.array([row["conf_high"] for row in own]),
        )
    for name, study in (("person means", half), ("complete answers", whole)):
        found[name] = _plain(given, keep, study)
    return found


def _plain(given: Responses, keep: Screening, study: Study) -> Limits:
    people = sample(given, keep, score(given, study), study)
    panel = Panel(names=people.names, columns=people.scores, rows=np.arange(len(people.scores)))
    setting = Setting.of(study)
    resampled = resample(people.design, {"scores": panel}, seed=setting.seed, draws=setting.draws)["scores"]
    importance = decompose(resampled, ("lmg",))
    assert not isinstance(importance, str)
    low, high = fit(people).interval(LEVEL)
    r2 = corrected_interval(importance.r2_draws, importance.r2, LEVEL)
    return {
        "b": (low[1:], high[1:]),
        "shares": interval(importance.share()[1], LEVEL),
        "R²": (np.array([r2[0]]), np.array([r2[1]])),
    }


def run(job: Job) -> list[dict[str, object]]:
    """One row a way: coverage of b, of the shares (mean and lowest) and of R²."""
    _, plan, number = job
    true = truth()
    held = {way: {name: np.zeros(len(true[name])) for name in FIGURES} for way in WAYS}
    for survey in range(number):
        random = np.random.default_rng([plan.n, len(plan.gaps), survey])
        full = answers(plan.n, random, plan.cluster)
        for way, figures in intervals(full, gaps(full, plan, random), plan.cluster).items():
            for name, (low, high) in figures.items():
                held[way][name] += (low <= true[name]) & (true[name] <= high)
    return [_row(plan, way, {name: each / number for name, each in held[way].items()}, number) for way in WAYS]


def _row(plan: Plan, way: str, covered: dict[str, Array], number: int) -> dict[str, object]:
    error = float(np.sqrt(PROMISED[0] * (1 - PROMISED[0]) / number))
    lowest = min(each.min() for each in covered.values())
    broken = way == "imputed" and lowest < PROMISED[0] - 2 * error
    return {
        "gaps": plan.gaps,
        "n": plan.n,
        "clusters of": plan.cluster,
        "missing answers": way,
        "b, lowest": f"{covered['b'].min():.3f}",
        "b, mean": f"{covered['b'].mean():.3f}",
        "shares, lowest": f"{covered['shares'].min():.3f}",
        "shares, mean": f"{covered['shares'].mean():.3f}",
        "R²": f"{covered['R²'][0]:.3f}",
        "± MC error": f"{error:.3f}",
        "promise": "" if way != "imputed" else "BROKEN" if broken else "kept",
    }
