"""The specification curve: shares and ranks under every defensible way of running the analysis, and its chance level.

Simonsohn, Simmons & Nelson (2020), "Specification curve analysis", Nature Human Behaviour 4; Steegen et al. (2016).
Choices about the data (see `_ways`) are crossed with every importance metric. The chance level comes from shuffling
the outcome over respondents, so that dependent specifications cost nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

import numpy as np
from scipy.special import stdtrit

from pipeline.estimates import row
from pipeline.model import Row, Setting, everyone
from pipeline.model.importance import METHODS, usable
from pipeline.model.importance._subsets import joined
from pipeline.model.players import Structure, far_values
from pipeline.model.robustness._sums import CHUNK, Sums, swept
from pipeline.model.robustness._ways import AXES, Ways, plan, ways
from pipeline.responses import Responses
from pipeline.sample import Sample
from pipeline.score import Scores
from pipeline.screen import Screening
from pipeline.study import Study

Array = np.ndarray

SHUFFLES = 199
STREAM = 5 << 32
"""Keys of the shuffles, apart from those of anything else that is drawn."""
SIGNIFICANT = 0.05
NOTHING = 1e-12


@dataclass(frozen=True, slots=True, kw_only=True)
class Specifications:
    """rows: the estimates. detail: one dict a specification (choices, n, r2, first, shares), for the chart."""

    rows: list[Row]
    detail: list[dict[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Results:
    """Of s choices about the data: n, r2, df (s,), shares[metric] and t statistics (s, p)."""

    choices: list[dict[str, str]]
    n: Array
    r2: Array
    shares: Mapping[str, Array]
    t: Array
    df: Array


def specifications(
    responses: Responses,
    screening: Screening,
    scores: Scores,
    study: Study,
    sample: Sample,
    setting: Setting,
    seed: int,
) -> Specifications:
    """Rows and detail of the specification curve.

    The statistic against chance is the share of choices about the data in which the coefficient of the headline's
    first driver is significant (classical t) with the headline's sign; p = (1 + shuffles at least as high) / 200.
    A choice that cannot be computed (too few respondents, drivers that repeat each other) is left out and counted.
    """
    model = sample.model
    if model.parents or any(len(columns) > 1 for columns in model.at):
        return _absent("not_defined", "categories", sample, setting)
    found = ways(responses, screening, scores, study, sample, setting)
    choices = _distinct(found, plan(found.axes, len(METHODS)))
    sums = Sums.of(found, choices)
    results, kept = _results(found, sums, choices, setting)
    if kept[:1] != [0]:
        return _absent("singular", "singular", sample, setting)
    first = int(np.argmax(results.shares["lmg"][0]))
    strata = None if responses.strata is None else responses.strata[found.rows]
    orders = shuffles(responses.keys[found.respondent], found.respondent, strata, seed)
    chance = _chance(replace(sums, inside=sums.inside[kept]), results.choices, first, orders)
    rows = _rows(results, first, chance, len(choices) - len(kept), found.axes, sample, setting)
    return Specifications(rows=rows, detail=list(_detail(results, sample.drivers)))


def _absent(state: str, reason: str, sample: Sample, setting: Setting) -> Specifications:
    common = {"outcome": setting.outcome, **everyone(sample)}
    return Specifications(rows=[row("specification", "spec_count", state=state, reason=reason, **common)], detail=[])


def _distinct(found: Ways, choices: list[dict[str, str]]) -> list[dict[str, str]]:
    """The choices without those that lead to the same rows, weights and columns as one before."""
    kept: dict[tuple[str, str, str, bytes], dict[str, str]] = {}
    for choice in choices:
        rows = np.packbits(found.mask(choice)).tobytes()
        kept.setdefault((choice["outcome"], choice["weights"], choice["controls"], rows), choice)
    return list(kept.values())


def _results(found: Ways, sums: Sums, choices: list[dict[str, str]], setting: Setting) -> tuple[_Results, list[int]]:
    """Results of the choices that can be computed, and the places of these."""
    p = sums.drivers
    correlations, left, rank = _correlations(sums, choices)
    df = sums.inside @ np.diff(sums.ends) - rank - p
    people = np.array([_people(found.respondent[found.mask(choice)]) for choice in choices])
    outcome = np.nan_to_num(correlations[:, :p, p])
    good = usable(correlations) & (df > 0) & (people >= max(setting.minimum_base, p + 3))
    drivers = np.where(good[:, None, None], correlations[:, :p, :p], np.eye(p))
    inverse = np.linalg.inv(drivers)
    slope = (inverse @ outcome[..., None])[..., 0]
    r2 = (slope * outcome).sum(1)
    at = np.flatnonzero(good & (r2 > NOTHING))
    structure = Structure.plain(tuple(map(str, range(p))))
    raw = {name: far_values(joined(drivers[at], outcome[at]), structure, name) for name in METHODS}
    spread = np.diagonal(inverse[at], axis1=1, axis2=2)
    results = _Results(
        choices=[choices[place] for place in at],
        n=people[at],
        r2=r2[at] * left[at],
        shares={name: values / values.sum(1, keepdims=True) for name, values in raw.items()},
        t=slope[at] / np.sqrt((1 - r2[at, None]) / df[at, None] * spread),
        df=df[at],
    )
    return results, at.tolist()


def _people(respondent: Array) -> int:
    seen = np.zeros(int(respondent.max(initial=0)) + 1, dtype=bool)
    seen[respondent] = True
    return int(seen.sum())


def _correlations(sums: Sums, choices: list[dict[str, str]]) -> tuple[Array, Array, Array]:
    """(s, p + 1, p + 1) correlations after the controls, the (s,) part these leave of the variance, and their rank."""
    p, wide = sums.drivers, sums.before.shape[1]
    correlations, left = np.full((len(choices), p + 1, p + 1), np.nan), np.full(len(choices), np.nan)
    rank = np.zeros(len(choices), dtype=int)
    own = np.array([sums.codings.index(choice["outcome"]) for choice in choices])
    full = np.hstack([sums.before, sums.y])
    atoms = {name: sums.atoms(name, full, full) for name in sums.weight}
    for (weight, controls), members in together(choices):
        ahead = sums.of_drivers(controls)
        places = np.concatenate([ahead, np.arange(wide, full.shape[1])])
        products = np.tensordot(sums.inside[members], atoms[weight][:, places[:, None], places], axes=1)
        partial, _, rank[members] = swept(products, len(ahead) - p)
        whole = np.diagonal(swept(products, 1)[0], axis1=1, axis2=2)
        for place, each, total in zip(members, partial, whole, strict=True):
            columns = np.concatenate([np.arange(p), [p + own[place]]])
            correlations[place] = _scaled(each[np.ix_(columns, columns)])
            before = total[len(ahead) - 1 + own[place]]
            left[place] = each[columns[-1], columns[-1]] / before if before > 0 else np.nan
    return correlations, left, rank


def together(choices: list[dict[str, str]]) -> Iterator[tuple[tuple[str, str], Array]]:
    """Places of the choices with the same weights and controls."""
    keys = [(choice["weights"], choice["controls"]) for choice in choices]
    for key in dict.fromkeys(keys):
        yield key, np.array([at for at, other in enumerate(keys) if other == key])


def _scaled(products: Array) -> Array:
    size = np.diagonal(products)
    with np.errstate(invalid="ignore", divide="ignore"):
        scale = 1 / np.sqrt(np.where(size > NOTHING * max(size.max(), NOTHING), size, np.nan))
    return np.asarray(products * scale[:, None] * scale)


def shuffles(keys: Array, respondent: Array, strata: Array | None, seed: int) -> Iterator[Array]:
    """SHUFFLES times the (u,) rows that lend each row their outcome: whole respondents change places.

    Only with others of the same stratum who have as many rows; they stand in the order of their keys before.
    """
    people, start = np.unique(respondent, return_index=True)
    inside = np.argsort(respondent, kind="stable")
    counts = np.bincount(np.searchsorted(people, respondent))
    begin = np.concatenate([[0], np.cumsum(counts)[:-1]])
    stratum = np.zeros(len(people), int) if strata is None else np.unique(strata[start], return_inverse=True)[1]
    alike = np.unique(np.column_stack([counts, stratum]), axis=0, return_inverse=True)[1].ravel()
    order = np.lexsort((keys[start], alike))
    groups = np.split(order, np.cumsum(np.bincount(alike))[:-1])
    blocks = [inside[begin[members][:, None] + np.arange(counts[members[0]])] for members in groups]
    for shuffle in range(SHUFFLES):
        random = np.random.Generator(np.random.Philox(key=[seed, STREAM + shuffle]))
        lent = np.empty(len(respondent), dtype=np.intp)
        for block in blocks:
            lent[block] = block[random.permutation(len(block))]
        yield lent


def _chance(sums: Sums, choices: list[dict[str, str]], first: int, orders: Iterator[Array]) -> Array:
    """(2, SHUFFLES) share of the choices in which the first driver is significantly positive, and negative."""
    codings = np.empty(sums.y.T.shape)
    codings[:, sums.order] = sums.y.T
    found: list[Array] = []
    step = max(1, CHUNK // sums.y.size)
    while sources := [lent[sums.order] for lent in islice(orders, step)]:
        t, limit = _t_of_first(sums, choices, first, codings[:, np.array(sources)])
        found.append(np.array([(t >= limit).mean(0), (t <= -limit).mean(0)]))
    return np.concatenate(found, axis=1)


def _t_of_first(sums: Sums, choices: list[dict[str, str]], first: int, y: Array) -> tuple[Array, Array]:
    """(s, shuffles) t statistics of the first driver and their (s, 1) limits; only products with y are new.

    y: (codings, shuffles, u), sorted.
    """
    flat = y.reshape(-1, y.shape[-1])
    t, limit = np.empty((len(choices), y.shape[1])), np.empty((len(choices), 1))
    own = np.array([sums.codings.index(choice["outcome"]) for choice in choices])
    new = {weight: (sums.with_rows(weight, flat), sums.squares(weight, flat)) for weight in sums.weight}
    known = {weight: sums.atoms(weight, sums.before, sums.before) for weight in sums.weight}
    for (weight, controls), members in together(choices):
        inside, of_member = np.unique(sums.inside[members], axis=0, return_inverse=True)
        ahead = sums.of_drivers(controls)
        with_y, squares = new[weight]
        blocks = (known[weight][:, ahead[:, None], ahead], with_y[:, ahead])
        products = np.concatenate([np.tensordot(inside, block, axes=1) for block in blocks], axis=2)
        left, taken, rank = swept(products, len(ahead) - sums.drivers)
        df = inside @ np.diff(sums.ends) - rank - sums.drivers
        total = inside @ squares - (taken[..., sums.drivers :] ** 2).sum(1)
        every = _t(left, total, df, first).reshape(len(inside), len(sums.codings), -1)
        t[members] = every[of_member.ravel(), own[members]]
        limit[members, 0] = stdtrit(df, 1 - SIGNIFICANT / 2)[of_member.ravel()]
    return t, limit


def _t(left: Array, total: Array, df: Array, first: int) -> Array:
    """(s, columns) classical t of one driver, from (s, p, p + columns) products and (s, columns) total squares."""
    p = left.shape[1]
    inverse, with_y = np.linalg.inv(left[..., :p]), left[..., p:]
    slopes = inverse @ with_y
    residual = np.maximum(total - (slopes * with_y).sum(1), NOTHING * total)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(slopes[:, first] / np.sqrt(residual / df[:, None] * inverse[:, first, first, None]))


def _rows(
    results: _Results,
    first: int,
    chance: Array,
    left_out: int,
    axes: Mapping[str, tuple[str, ...]],
    sample: Sample,
    setting: Setting,
) -> list[Row]:
    common = {"outcome": setting.outcome, **everyone(sample)}
    shares = np.concatenate([results.shares[metric] for metric in METHODS])
    winner = shares.argmax(1)
    rows = [row("specification", "spec_count", estimate=float(len(shares)), **common)]
    if left_out:
        lost = float(left_out * len(METHODS))
        rows.append(row("specification", "spec_count", contrast="left_out", estimate=lost, **common))
    for at, driver in enumerate(sample.drivers):
        figures = {
            "spec_first": (winner == at).mean(),
            "spec_lowest": shares[:, at].min(),
            "spec_median": np.median(shares[:, at]),
            "spec_highest": shares[:, at].max(),
        }
        rows += [
            row("specification", metric, term=driver, estimate=float(value), **common)
            for metric, value in figures.items()
        ]
    rows += _choice_rows(results, winner == first, axes, {"term": sample.drivers[first], **common})
    observed = _observed(results, first)
    by_chance = chance[0] if results.t[0, first] > 0 else chance[1]
    p = (1 + (by_chance >= observed - NOTHING).sum()) / (1 + len(by_chance))
    significant = {"term": sample.drivers[first], "estimate": observed, "p_value": float(p)}
    return [*rows, row("specification", "spec_significant", **significant, **common)]


def _observed(results: _Results, first: int) -> float:
    limit = stdtrit(results.df, 1 - SIGNIFICANT / 2)
    return float((results.t[:, first] * np.sign(results.t[0, first]) >= limit).mean())


def _choice_rows(
    results: _Results, wins: Array, axes: Mapping[str, tuple[str, ...]], common: Mapping[str, Any]
) -> Iterator[Row]:
    """spec_first of the headline's first driver among the specifications with each choice that changes something."""
    every = [choice | {"metric": metric} for metric in METHODS for choice in results.choices]
    for axis, values in {**axes, "metric": tuple(METHODS)}.items():
        for value in values if len(values) > 1 else ():
            with_it = np.array([choice[axis] == value for choice in every])
            if with_it.any():
                contrast = f"choice:{axis}={value}"
                estimate = float(wins[with_it].mean())
                yield row("specification", "spec_first", contrast=contrast, estimate=estimate, **common)


def _detail(results: _Results, drivers: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    for at, choice in enumerate(results.choices):
        for metric in METHODS:
            shares = results.shares[metric][at]
            yield {
                "choices": {axis: choice[axis] for axis in AXES} | {"metric": metric},
                "n": int(results.n[at]),
                "r2": float(results.r2[at]),
                "first": drivers[int(shares.argmax())],
                "shares": dict(zip(drivers, map(float, shares), strict=True)),
            }
