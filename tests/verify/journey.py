"""Bias and coverage of what moves over the waves, and how often something is said to move though nothing does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np

from pipeline.model.change import ingredients, swap
from pipeline.model.importance import METHODS
from pipeline.model.journey import journey_rows
from pipeline.moments import Moments
from tests.verify.coverage import PROMISED
from tests.waves import DRIVERS, MOVING, Plan, case, draw, steady

Array = np.ndarray
Rows = list[dict[str, Any]]
Key = tuple[str, str | None, str | None, str | None]

DRAWS = 400
NOMINAL = 0.05
LARGE = 150_000
LAST = "wave=2026-2023"
TITLE = "# Journey over the waves"
MEANING = (
    "Simulated surveys of four waves in which 40 % of each wave answer again, with log-normal weights of Kish design "
    "effect deff, three drivers and two images. Coverage is the share of surveys whose 95 % interval holds the value "
    f"of the population, the lowest of the figures of a kind; promised: {PROMISED[0]} to {PROMISED[1]}, give or take "
    "two Monte Carlo errors, where too wide is told and not broken. Bias is the largest of a kind, in standard "
    "deviations of the estimates; within 0.25 is kept, as small samples draw shares together. Where nothing moves the "
    "rate is that of surveys in which any figure of a family passes its test after Holm; promised: at most "
    f"{NOMINAL}, give or take two Monte Carlo errors."
)
KINDS: Mapping[str, tuple[str, ...]] = {
    "share_trend": ("share_trend",),
    "share_change": ("share_change",),
    "parts of share_change": ("change_effect", "change_spread", "change_overlap"),
    "image_lead_change": ("image_lead_change",),
    "image_lead_gap": ("image_lead_gap",),
    "within_change": ("within_change",),
    "b within person": ("b",),
    "b across people": ("b across",),
    "stayed less left": ("mean_difference",),
}
FAMILIES: Mapping[str, tuple[str, str | None]] = {
    "a share moved, first to last": ("share_change", None),
    "a share has a trend": ("share_trend", None),
    "the lead of the images moved": ("image_lead_change", None),
    "an image moved": ("mean_difference", LAST),
    "a cohort moved differently": ("image_lead_gap", None),
    "the same people moved": ("within_change", None),
    "steps and differences between people differ": ("b_difference", None),
    "those who left differ": ("mean_difference", "stayed-left"),
}

Job = tuple[str, Plan, int]


def jobs(number: int) -> list[Job]:
    plans = {
        "moving, n = 300 a wave": MOVING,
        "moving, n = 800 a wave": replace(MOVING, n=800),
        "nothing moves, n = 300 a wave": steady(),
        "nothing moves, n = 300, deff 1.9": steady(deff=1.9),
    }
    return [(name, plan, number) for name, plan in plans.items()]


def key_of(row: Mapping[str, Any]) -> Key:
    return row["metric"], row["term"], row["group"], row["contrast"]


@cache
def truth(plan: Plan) -> dict[Key, float]:
    """Values of the population: shares and their parts from its covariances, the others from a very large survey."""
    found: dict[Key, float] = {}
    made = [_population(plan, at) for at in range(4)]
    shares = np.array([_share(each) for each in made])
    trend = np.polyfit(range(4), shares, 1)[0]
    parts = swap(ingredients(made[3], np.ones(3)), ingredients(made[0], np.ones(3)))
    for at, name in enumerate(DRIVERS):
        found["share_trend", name, None, None] = float(trend[at])
        found["share_change", name, None, LAST] = float(shares[3, at] - shares[0, at])
        for part, metric in enumerate(("change_effect", "change_spread", "change_overlap")):
            found[metric, name, None, LAST] = float(parts[part, at])
    old, young = plan.lead[3] - plan.lead[0], plan.young[3] - plan.young[0]
    found["image_lead_change", None, None, LAST] = old + young / 2
    found["image_lead_change", None, "age=old", LAST] = old
    found["image_lead_change", None, "age=young", LAST] = old + young
    found["image_lead_gap", None, None, "age=young-old"] = young
    found["image_lead_gap", None, None, "age=old-young"] = -young
    return found | _followed(plan)


def _population(plan: Plan, at: int) -> Moments:
    drivers = plan.overlap + (1 - plan.overlap) * np.eye(3)
    slope = np.array(plan.slopes[at])
    cov = np.empty((4, 4))
    cov[:3, :3], cov[:3, 3], cov[3, :3] = drivers, drivers @ slope, drivers @ slope
    cov[3, 3] = slope @ drivers @ slope + plan.noise**2
    zeros, rows = np.zeros(4), 10_000
    names = (*DRIVERS, "intent")
    return Moments(names=names, origin=zeros, weight=np.array(1.0 * rows), sums=zeros, products=cov * rows, rows=rows)


def _share(moments: Moments) -> Array:
    raw = METHODS["lmg"](moments.correlations[:-1, :-1], moments.correlations[:-1, -1])
    return np.asarray(raw / raw.sum())


def _followed(plan: Plan) -> dict[Key, float]:
    """Values of the same people, from a survey so large that its errors do not count."""
    drawn = draw(replace(plan, n=LARGE, deff=1.0), np.random.default_rng(0))
    order = np.lexsort((drawn.wave, drawn.person))
    person, wave = drawn.person[order], drawn.wave[order]
    x = np.column_stack([drawn.items[name][order] for name in DRIVERS])
    y, lead = drawn.items["intent"][order], (drawn.items["companion"] - drawn.items["saver"])[order]
    same = person[1:] == person[:-1]
    before, after = np.flatnonzero(same), np.flatnonzero(same) + 1
    first, last = before[~np.isin(before, after)], after[~np.isin(after, before)]
    found = {("within_change", None, None, None): float((lead[last] - lead[first]).mean())}
    for name in ("intent", "saver", "companion"):
        values = drawn.items[name][order]
        found["within_change", name, None, None] = float((values[last] - values[first]).mean())
        stayed = np.zeros(len(wave), bool)
        stayed[before] = True
        found["mean_difference", name, None, "stayed-left"] = 0.0
    pair = np.char.add(wave[before], wave[after])
    steps = _within(x[after] - x[before], y[after] - y[before], pair)
    across = _within(x, y, wave)
    for at, name in enumerate(DRIVERS):
        found["b", name, None, "within_person"] = float(steps[at])
        found["b", name, None, "cross_section"] = float(across[at])
    return found


def _within(x: Array, y: Array, part: Array) -> Array:
    for one in np.unique(part):
        inside = part == one
        x[inside] -= x[inside].mean(0)
        y[inside] -= y[inside].mean()
    return np.asarray(np.linalg.lstsq(x, y, rcond=None)[0])


def run(job: Job) -> Rows:
    """Rows of one plan: coverage and bias of every kind, or the rates of false claims where nothing moves."""
    name, plan, number = job
    surveys = [survey(plan, at) for at in range(number)]
    true = truth(plan)
    rows = list(_coverage(name, plan, surveys, true))
    return rows + (list(_false(name, plan, surveys, number)) if name.startswith("nothing") else [])


def survey(plan: Plan, at: int) -> Rows:
    random = np.random.default_rng([7, plan.n, round(10 * plan.deff), round(10 * plan.young[-1]), at])
    return journey_rows(case(plan, draw(plan, random)))


def _kind(key: Key) -> str | None:
    metric = "b across" if key[0] == "b" and key[3] == "cross_section" else key[0]
    return next((kind for kind, metrics in KINDS.items() if metric in metrics), None)


def _coverage(name: str, plan: Plan, surveys: list[Rows], true: Mapping[Key, float]) -> Iterator[dict[str, Any]]:
    figures: dict[Key, list[tuple[float, float, float]]] = {key: [] for key in true}
    for rows in surveys:
        for row in rows:
            if key_of(row) in figures and row["conf_low"] is not None:
                figures[key_of(row)].append((row["estimate"], row["conf_low"], row["conf_high"]))
    for kind in KINDS:
        own = {key: np.array(values) for key, values in figures.items() if _kind(key) == kind and values}
        if not own:
            continue
        held = {key: ((each[:, 1] <= true[key]) & (true[key] <= each[:, 2])).mean() for key, each in own.items()}
        bias = {key: (each[:, 0].mean() - true[key]) / each[:, 0].std() for key, each in own.items()}
        key = min(held, key=lambda one: held[one])
        worst = max(bias.values(), key=abs)
        error = float(np.sqrt(PROMISED[0] * (1 - PROMISED[0]) / len(own[key])))
        broken = held[key] < PROMISED[0] - 2 * error or abs(worst) > 0.25
        wide = min(held.values()) > PROMISED[1] + 2 * error
        yield _cells(name, plan, kind, {
            "figures": len(own), "lowest coverage": f"{held[key]:.3f}",
            "mean coverage": f"{np.mean(list(held.values())):.3f}", "largest bias (sd)": f"{worst:+.2f}",
            "rate": "", "± MC error": f"{error:.3f}",
            "promise": "BROKEN" if broken else "too wide" if wide else "kept",
        })  # fmt: skip


def _cells(name: str, plan: Plan, kind: str, found: Mapping[str, Any]) -> dict[str, Any]:
    return {"population": name, "deff": plan.deff, "figure or false claim": kind, **found}


def _false(name: str, plan: Plan, surveys: list[Rows], number: int) -> Iterator[dict[str, Any]]:
    for said, (metric, contrast) in FAMILIES.items():
        met = 0
        for rows in surveys:
            own = [row for row in rows if row["metric"] == metric and (contrast is None or row["contrast"] == contrast)]
            p = [row["p_adjusted"] for row in own if row["p_adjusted"] is not None]
            met += bool(p) and min(p) < NOMINAL
        rate = met / number
        error = float(np.sqrt(max(rate * (1 - rate), NOMINAL * (1 - NOMINAL)) / number))
        yield _cells(name, plan, said, {
            "figures": "", "lowest coverage": "", "mean coverage": "", "largest bias (sd)": "", "rate": f"{rate:.3f}",
            "± MC error": f"{error:.3f}", "promise": "kept" if rate <= NOMINAL + 2 * error else "BROKEN",
        })  # fmt: skip
