"""Ways: every defensible manner of making the data of the model, as masks, weights and columns over the rows read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import product

import numpy as np

from pipeline.model import Setting
from pipeline.model.compare import hidden_levels
from pipeline.responses import Responses
from pipeline.sample import Sample
from pipeline.score import Scores
from pipeline.screen import Screening
from pipeline.study import Study
from pipeline.terms import columns_of

Array = np.ndarray

AXES = ("outcome", "controls", "weights", "missing", "screening", "subset")
"""Choices about the data, the most important first; the metric comes on top of each."""
MOST = 400
"""Specifications up to which all choices are crossed with each other."""
CORE = 200
"""Specifications of the choices that stay crossed where all of them would be too many."""
FEWEST_ALIKE = 5
MOST_RULES = 6
"""Screening rules that are tried alone; more would make the curve one of screening."""
MOST_SUBSETS = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Ways:
    """u rows that some specification uses; the first value of each axis is what the study declares.

    x: (u, p) drivers. y[coding], weight[choice]: (u,). controls[choice]: (u, columns). masks[axis][value]: (u,).
    respondent: (u,). axes: axis -> values that change something in this study.
    """

    rows: Array
    respondent: Array
    x: Array
    y: Mapping[str, Array]
    weight: Mapping[str, Array]
    controls: Mapping[str, Array]
    masks: Mapping[str, Mapping[str, Array]]
    axes: Mapping[str, tuple[str, ...]]

    def mask(self, choices: Mapping[str, str]) -> Array:
        """(u,) rows that stay under these choices."""
        found = np.ones(len(self.rows), dtype=bool)
        for axis, values in self.masks.items():
            found &= values[choices[axis]]
        return found


def ways(
    responses: Responses, screening: Screening, scores: Scores, study: Study, sample: Sample, setting: Setting
) -> Ways:
    """The ways of this study: rows with any answer to the outcome and every driver, and a weight where there are some.

    A score is the mean of the answered items; how many must be answered only decides which rows stay.
    """
    anything = {name: _mean(scores.items[name]) for name in study.used}
    variables = columns_of(responses, study)
    drivers = [anything[name] if name in anything else variables.columns[name][1][:, 0] for name in sample.drivers]
    x, score = np.column_stack(drivers), anything[study.outcome]
    weight = np.ones(len(score)) if responses.weight is None else np.nan_to_num(responses.weight)
    rows = np.flatnonzero(np.isfinite(x).all(1) & np.isfinite(score) & (weight > 0))
    controls = _controls(responses, study)
    masks = {
        "controls": {name: np.isfinite(columns[rows]).all(1) for name, columns in controls.items()},
        "missing": {name: mask[rows] for name, mask in _missing(scores, study).items()},
        "screening": {name: mask[rows] for name, mask in _screening(responses, screening, study).items()},
        "subset": {name: mask[rows] for name, mask in _subsets(responses, study, sample, setting).items()},
    }
    weights = {"used": weight[rows]} if responses.weight is not None and np.ptp(weight[rows]) > 0 else {}
    found = Ways(
        rows=rows,
        respondent=responses.respondent[rows],
        x=x[rows],
        y=_codings(score[rows], study.scale(study.outcome).high),
        weight={**weights, "none": np.ones(len(rows))},
        controls={name: np.nan_to_num(columns[rows]) for name, columns in controls.items()},
        masks=masks,
        axes={},
    )
    return _that_matter(found)


def _mean(answers: Array) -> Array:
    count = np.isfinite(answers).sum(1)
    return np.asarray(np.where(count > 0, np.nansum(answers, 1) / np.maximum(count, 1), np.nan))


def _codings(score: Array, high: int) -> dict[str, Array]:
    """The score, whether it reaches the top two points, and its midrank among all rows."""
    _, inverse, counts = np.unique(score, return_inverse=True, return_counts=True)
    midranks = np.cumsum(counts) - (counts - 1) / 2
    return {"score": score, "top2box": (score >= high - 1 - 1e-9).astype(float), "ranks": midranks[inverse]}


def _controls(responses: Responses, study: Study) -> dict[str, Array]:
    """Columns that come before the drivers: the declared ones, none, and one for each level of each segment."""
    rows = len(responses.respondent)
    variables = columns_of(responses, study).columns
    declared = {"declared": np.column_stack([variables[name][1] for name in study.controls])} if study.controls else {}
    levels = [
        np.where(responses.variables[name].isna(), np.nan, responses.variables[name] == level)
        for name in study.segment_variables
        for level in list(responses.variables[name].cat.categories)[1:]
        if (responses.variables[name] == level).any()
    ]
    segments = {"segments": np.column_stack(levels).astype(float)} if levels else {}
    return {**declared, "none": np.zeros((rows, 0)), **segments}


def _missing(scores: Scores, study: Study) -> dict[str, Array]:
    answered = [np.isfinite(scores.items[name]) for name in study.used]
    return {
        "declared": np.all([np.isfinite(scores.values[name]) for name in study.used], axis=0),
        "complete": np.all([given.all(1) for given in answered], axis=0),
        "any": np.all([given.any(1) for given in answered], axis=0),
    }


def _screening(responses: Responses, screening: Screening, study: Study) -> dict[str, Array]:
    """Who stays: as declared, everybody but tests, every complete interview, and what rules make of these.

    Each rule alone (the MOST_RULES that flag most rows), nobody with any flag, and no straightliner. A choice that
    leaves the same rows as one before is left out.
    """
    alike = _straight(responses, [item for name in study.used for item in study.construct(name).items])
    real = np.ones(len(alike), dtype=bool) if responses.tests is None else ~responses.tests
    found = {"declared": screening.keep, "all": real, "no_rules": screening.complete}
    used = [(one.rule.name, one.flagged) for one in screening.found if one.flagged is not None]
    often = sorted(used, key=lambda one: -int(one[1].sum()))[:MOST_RULES]
    found |= {name: screening.complete & ~flagged for name, flagged in used if name in dict(often)}
    found |= {"any_flag": screening.complete & (screening.flags == 0), "no_straightliners": screening.keep & ~alike}
    first = {mask.tobytes(): name for name, mask in reversed(found.items())}
    return {name: mask for name, mask in found.items() if first[mask.tobytes()] == name}


def _straight(responses: Responses, items: list[str]) -> Array:
    """(r,) rows of respondents who gave one and the same answer, five times or more, to all items of the model."""
    answers = responses.items[items].to_numpy(float)
    people = len(responses.keys)
    lowest, highest, count = np.full(people, np.inf), np.full(people, -np.inf), np.zeros(people)
    np.minimum.at(lowest, responses.respondent, np.where(np.isfinite(answers), answers, np.inf).min(1))
    np.maximum.at(highest, responses.respondent, np.where(np.isfinite(answers), answers, -np.inf).max(1))
    np.add.at(count, responses.respondent, np.isfinite(answers).sum(1))
    return np.asarray(((lowest == highest) & (count >= FEWEST_ALIKE))[responses.respondent])


def _subsets(responses: Responses, study: Study, sample: Sample, setting: Setting) -> dict[str, Array]:
    """Everybody, and every level with the base that a claim about it needs, the largest first where they are many."""
    sizes = {
        (variable, level): sample.base(groups.mask(level)).n
        for variable, groups in sample.groups.items()
        for level in groups.levels
        if level not in hidden_levels(sample, groups, setting)
    }
    enough = [key for key, n in sizes.items() if n >= study.definition.quality.claim_base]
    kept = sorted(enough, key=lambda key: -sizes[key])[:MOST_SUBSETS]
    masks = {
        f"{variable}={level}": (responses.variables[variable].astype(str) == level).to_numpy()
        for variable, level in enough
        if (variable, level) in kept
    }
    return {"all": np.ones(len(responses.respondent), dtype=bool), **masks}


def _that_matter(found: Ways) -> Ways:
    """The ways without values that leave the data of this study as they are."""
    values = {"outcome": found.y, "weights": found.weight, **found.masks}
    declared = {axis: next(iter(values[axis])) for axis in AXES}
    base = found.mask(declared)
    axes = {}
    for axis in AXES:
        others = [value for value in values[axis] if value != declared[axis] and _changes(found, axis, value, base)]
        axes[axis] = (declared[axis], *others)
    return replace(found, axes=axes)


def _changes(found: Ways, axis: str, value: str, base: Array) -> bool:
    if axis == "outcome":
        one, other = found.y["score"][base], found.y[value][base]
        return bool(np.ptp(other) > 0 and abs(np.corrcoef(one, other)[0, 1]) < 1 - 1e-9)
    if axis in ("weights", "controls"):
        return True
    declared = {name: next(iter(values)) for name, values in found.masks.items()}
    mask = found.mask(declared | {axis: value})
    return bool(mask.any() and not np.array_equal(mask, base))


def plan(axes: Mapping[str, tuple[str, ...]], metrics: int) -> list[dict[str, str]]:
    """Choices about the data, one dict each; every metric is computed for each of them.

    All values are crossed where that makes MOST specifications or fewer. Else the most important axes are, as long as
    CORE is kept, and each further value is tried alone, the others as declared, with every coding of the outcome.
    """
    crossed = [axis for axis in AXES if axis in axes]
    full = metrics * int(np.prod([len(axes[axis]) for axis in crossed]))
    while full > MOST and metrics * int(np.prod([len(axes[axis]) for axis in crossed])) > CORE and len(crossed) > 1:
        crossed.pop()
    declared = {axis: axes[axis][0] for axis in AXES}
    found = [declared | dict(zip(crossed, values, strict=True)) for values in product(*(axes[a] for a in crossed))]
    return found + list(_alone(axes, crossed, declared))


def _alone(
    axes: Mapping[str, tuple[str, ...]], crossed: list[str], declared: Mapping[str, str]
) -> Iterator[dict[str, str]]:
    for axis in AXES:
        if axis not in crossed:
            for value in axes[axis][1:]:
                for coding in axes["outcome"]:
                    yield {**declared, axis: value, "outcome": coding}
