"""Every analysis of a study in its order: the model itself, then everything that could make one doubt it."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from pipeline.errors import AnalysisRefused, listing
from pipeline.estimates import row
from pipeline.model import (
    Row,
    Setting,
    change,
    compare,
    confounding,
    description,
    dominance,
    drivers,
    effects,
    equivalence,
    everyone,
    influence,
    outcomes,
    reliability,
    tipping,
    validation,
)
from pipeline.model.correlate import correlated
from pipeline.model.importance import SMALLEST_EIGENVALUE, culprits, usable
from pipeline.model.jackknife import acceleration, shares_near
from pipeline.model.jackknife import influence as influences
from pipeline.model.panels import panels
from pipeline.model.players import Structure, arranged, sampling_error
from pipeline.model.regression import ols_apart
from pipeline.model.resample import Kind, Panel, Resampled, resample
from pipeline.model.robustness import assumptions, disattenuation, halo, nonlinearity
from pipeline.sample import Sample
from pipeline.study import Study

Array = np.ndarray

KINDS: dict[str, Kind] = {"bootstrap": "poisson", "bayesian": "bayesian", "jackknife": "jackknife"}
"""What `model.inference` means to the resampling."""


def refuse_unusable(study: Study, people: Sample) -> None:
    """Scores without variance and drivers that repeat each other cannot be decomposed: say which."""
    model = people.model
    flat = [name for name, column in zip(model.names, model.values.T, strict=True) if np.ptp(column) == 0]
    if flat:
        message = f"everybody has the same score on {listing(flat)}, so it explains nothing; leave it out."
        raise AnalysisRefused(study.problem(message, "model"))
    names = model.names[:-1]
    together = np.corrcoef(model.x, rowvar=False).reshape(len(names), -1)
    repeated = [names[at] for at in culprits(together)]
    if repeated and study.definition.model.collinear == "refuse":
        message = (
            f"the drivers {listing(repeated)} repeat each other (one is a combination of the others), so their "
            "importance cannot be told apart; drop one of them or put their items into one construct, or write "
            "collinear: show to divide it all the same."
        )
        raise AnalysisRefused(study.problem(message, "model", "drivers"))
    if ols_apart(model.x, model.y, model.names[:-1]).r2 > 1 - SMALLEST_EIGENVALUE:
        message = (
            f"the outcome '{people.outcome}' is an exact combination of the drivers, so there is nothing to explain; "
            "take out the driver that repeats it."
        )
        raise AnalysisRefused(study.problem(message, "model", "outcome"))


def resample_all(study: Study, people: Sample, setting: Setting, explained: Collection[str]) -> dict[str, Resampled]:
    """Moments of every panel in the sample and its replicates; 'model' is always among them."""
    kind = KINDS[study.definition.model.inference]
    sets = panels(study, people, setting, explained if people.model.plain else ())
    found = resample(people.design, sets, seed=setting.seed, draws=setting.draws, kind=kind)
    model = found.get("model", found["scores"])
    return found | {"model": correlated(study.definition.model.correlations, model, people, setting, kind)}


def model_rows(study: Study, people: Sample, resampled: dict[str, Resampled], setting: Setting) -> list[Row]:
    """The model: importance, coefficients, overlap, reliability, what people answered, and the groups compared."""
    model, structure = resampled["model"], Structure.of(people.model)
    floor = 0.0 if study.definition.model.collinear == "show" else SMALLEST_EIGENVALUE
    importance = drivers.decompose(model, structure=structure, floor=floor)
    if isinstance(importance, str):
        message = (
            "the drivers repeat each other, or explain nothing at all, in too many resamples to share anything out; "
            "use fewer drivers, or ask more people."
        )
        raise AnalysisRefused(study.problem(message, "model", "drivers"))
    fit = effects.fit(people)
    scales = {name: study.scale(name) for name in people.names}
    items = {name: resampled[f"items:{name}"] for name in people.names if f"items:{name}" in resampled}
    scores, rated = resampled["scores"], [scales[name] for name in people.names[:-1]]
    return [
        *drivers.importance_rows(importance, people.everyone, setting, _acceleration(study, people, model, structure)),
        *_sampling_rows(model, structure, people, setting),
        *equivalence.equivalence_rows(importance, people.everyone, setting),
        *_structure_rows(importance, model, structure, people, setting),
        *effects.regression_rows(fit, model.point, people, setting),
        *effects.unique_rows(fit, people, setting),
        *effects.overlap_rows(model.point.correlations, people, setting),
        *influence.influence_rows(fit, model.point, people, setting),
        *tipping.tipping_rows(model.point, people, setting),
        *confounding.confounding_rows(fit, model.point, people, setting),
        *reliability.reliability_rows(items, people, setting),
        *description.description_rows(scores, resampled["tops"], people, setting),
        *description.control_rows(model.point.correlations, people, setting),
        *description.distribution_rows(people, scales, setting),
        *description.performance_rows(importance, scores, people, rated, setting),
        *compare.group_rows(resampled, people, setting),
    ]


def _acceleration(study: Study, people: Sample, model: Resampled, structure: Structure) -> Array | None:
    """(p,) acceleration of the shares where the study asks for BCa intervals.

    0 where drivers repeat each other: shares have no slope there, and the interval corrects for bias alone.
    """
    if study.definition.model.interval != "bca":
        return None
    observed = np.atleast_2d(np.corrcoef(people.model.x, rowvar=False))
    if not usable(model.point.correlations[:-1, :-1]) or not usable(observed):
        return np.zeros(len(people.drivers))
    panel = Panel(names=people.model.names, columns=people.model.values, rows=np.arange(len(people.scores)))
    return acceleration(influences(shares_near(structure, model.point), panel, people.design), people.design)


def _sampling_rows(model: Resampled, structure: Structure, people: Sample, setting: Setting) -> list[Row]:
    """How far the choice of orders of entry moves lmg, where there are too many drivers for all of them."""
    error = sampling_error(arranged(model.point.correlations, structure), structure)
    common = {"outcome": setting.outcome, **everyone(people)}
    return [
        row("importance", "sampling_error", term=name, estimate=float(value), **common)
        for name, value in (() if error is None else zip(people.drivers, error[0], strict=True))
    ]


def _structure_rows(
    importance: drivers.Importance, model: Resampled, structure: Structure, people: Sample, setting: Setting
) -> list[Row]:
    """What lies below the shares: submodel by submodel, what is shared, and groups of drivers."""
    return [
        *dominance.dominance_rows(model.point.correlations, structure, people, setting),
        *dominance.commonality_rows(importance, model, structure, people, setting),
        *(drivers.player_group_rows(model, structure, people, setting) if structure.groups else []),
    ]


def second_rows(
    study: Study, people: Sample, resampled: dict[str, Resampled], setting: Setting, explained: Collection[str]
) -> list[Row]:
    """Everything that could make one doubt the model.

    What works on ratings alone leaves out models with controls, categories or interactions, whose shares it would not
    reproduce.
    """
    scales = {name: study.scale(name) for name in people.names}
    return [
        *validation.validation_rows(people, setting, setting.seed),
        *halo.halo_rows(resampled, people, setting),
        *nonlinearity.nonlinearity_rows(people, scales, setting, setting.seed),
        *assumptions.assumption_rows(people, setting, people.started),
        *(_score_rows(study, people, resampled, setting, explained) if people.model.plain else []),
    ]


def _score_rows(
    study: Study, people: Sample, resampled: dict[str, Resampled], setting: Setting, explained: Collection[str]
) -> list[Row]:
    declared = {name: value for name in people.names if (value := study.construct(name).reliability)}
    cutoff = study.scale(people.outcome).high - 1
    return [
        *outcomes.outcome_rows(people, setting, cutoff, study.definition.model.outcome_type),
        *disattenuation.disattenuated_rows(resampled, people, declared, setting),
        *change.change_rows(resampled, people, setting, explained),
    ]
