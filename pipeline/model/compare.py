"""Groups: the same estimators within every level of a variable, and the gaps between levels with their own interval."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from pipeline import suppression
from pipeline.estimates import row
from pipeline.model import Row, Setting, based, spread
from pipeline.model.drivers import Importance, decompose, r2_row
from pipeline.model.effects import holm_rows
from pipeline.model.importance import SMALLEST_EIGENVALUE, usable
from pipeline.model.players import Structure, settled
from pipeline.model.resample import Panel, Resampled, difference_p, interval
from pipeline.moments import Moments
from pipeline.sample import Groups, Sample
from pipeline.suppression import Levels
from pipeline.weight import Base

Array = np.ndarray

ANALYSIS: Mapping[str, str] = {"lmg_share": "importance", "b": "regression"}
"""What is compared, and the analysis it belongs to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """What one level gives: importance, and slopes of the model's columns as point (k,) and draws (B, k)."""

    importance: Importance
    slopes: tuple[Array, Array]

    def values(self, sample: Sample) -> dict[str, tuple[Array, Array]]:
        """Point and draws of the share of every driver, and of the coefficient of those that have one."""
        columns = list(sloped(sample).values())
        point, draws = (each[..., columns] for each in self.slopes)
        return {"lmg_share": self.importance.share(), "b": (point, draws)}


def level_of(resampled: Resampled, structure: Structure, floor: float = SMALLEST_EIGENVALUE) -> Level | str:
    """The level, or the state that forbids it (see `decompose`); slopes are NaN where drivers repeat each other."""
    importance = decompose(resampled, methods=("lmg",), structure=structure, floor=floor)
    if isinstance(importance, str):
        return importance
    point, draws = (
        slopes(each, usable(settled(each.correlations, structure.optional)[..., :-1, :-1]))
        for each in (resampled.point, resampled.draws)
    )
    return Level(importance=importance, slopes=(point, draws))


def panels(sample: Sample, setting: Setting) -> dict[str, Panel]:
    """One panel of scores for every level that is shown."""
    found = {}
    for variable, groups in sample.groups.items():
        hidden = hidden_levels(sample, groups, setting)
        for level in groups.levels:
            mask = groups.mask(level)
            if level not in hidden and sample.base(mask).n > len(sample.model.names) + 1:
                model = sample.model
                found[f"{variable}={level}"] = Panel(
                    names=model.names, columns=model.values[mask], rows=np.flatnonzero(mask)
                )
    return found


def hidden_levels(sample: Sample, groups: Groups, setting: Setting) -> set[str]:
    """Levels under the minimum base, and the next smallest while one level only, or too few people, would be hidden.

    Else the total less the levels that are shown would give back what is hidden (see `suppression`, which judges all
    variables of a study together).
    """
    if groups.hidden is not None:
        return set(groups.hidden)
    found = Levels(names=groups.levels, of_row=groups.of_row)
    return set(suppression.hidden_levels({"": found}, sample.respondent, setting.minimum_base)[""])


def slopes(moments: Moments, good: Array) -> Array:
    """(…, p) regression coefficients; NaN where not (…) good, as the drivers cannot be told apart there.

    A column that does not vary has the slope 0.
    """
    cov = moments.cov
    flat = np.isnan(np.diagonal(moments.correlations, axis1=-2, axis2=-1))
    cov = np.where(flat[..., :, None] | flat[..., None, :], np.eye(cov.shape[-1]), cov)
    safe = np.where(good[..., None, None], cov[..., :-1, :-1], np.eye(cov.shape[-1] - 1))
    solved = np.linalg.solve(safe, cov[..., :-1, -1:])[..., 0]
    return np.asarray(np.where(good[..., None], solved, np.nan))


def parts_of(resampled: Mapping[str, Resampled], sample: Sample, setting: Setting) -> dict[str, Level | str]:
    """'variable=level' -> what it gives, or the state that forbids it, for every level that was resampled."""
    structure = Structure.of(sample.model)
    levels = {name: each for name, each in resampled.items() if "=" in name and not name.startswith("items:")}
    floor = 0.0 if setting.collinear else SMALLEST_EIGENVALUE
    return {name: level_of(each, structure, floor) for name, each in levels.items()}


def group_rows(
    resampled: Mapping[str, Resampled],
    sample: Sample,
    setting: Setting,
    parts: Mapping[str, Level | str] | None = None,
) -> list[Row]:
    """R², lmg_share and b within every level, then the differences of both against the reference level.

    Differences of b are one family for Holm, those of the shares another, over all levels and variables. parts: those
    of `parts_of`, where they are known already.
    """
    rows: list[Row] = []
    gaps: list[Row] = []
    parts = parts_of(resampled, sample, setting) if parts is None else parts
    for variable, groups in sample.groups.items():
        hidden = hidden_levels(sample, groups, setting)
        for level in groups.levels:
            name = f"{variable}={level}"
            base = sample.base(groups.mask(level))
            state = _hidden(level, hidden, base, setting)
            rows += (
                _hidden_rows(name, state, base, sample, setting)
                if state
                else _level_rows(name, parts.get(name, "too_few"), base, sample, setting)
            )
        gaps += _gap_rows(variable, groups, parts, sample, setting)
    return rows + _adjusted(gaps)


def _hidden(level: str, hidden: set[str], base: Base, setting: Setting) -> Row:
    if level not in hidden:
        return {}
    return {"state": "suppressed", "reason": "small_base" if base.n < setting.minimum_base else "complementary"}


def _hidden_rows(name: str, state: Row, base: Base, sample: Sample, setting: Setting) -> list[Row]:
    shown = {} if state["state"] == "suppressed" else based(base)
    return list(_blank(name, state | shown, sample, setting))


def _blank(name: str, columns: Row, sample: Sample, setting: Setting) -> Iterator[Row]:
    for metric, analysis in ANALYSIS.items():
        for term in _terms(metric, sample):
            yield row(analysis, metric, outcome=setting.outcome, term=term, group=name, **columns)


def _terms(metric: str, sample: Sample) -> tuple[str, ...]:
    return sample.drivers if metric == "lmg_share" else tuple(sloped(sample))


def sloped(sample: Sample) -> dict[str, int]:
    """Drivers with one coefficient, and its column in the model: all but categories, which have one a level."""
    model = sample.model
    pairs = zip(model.players, model.at, strict=True)
    return {player: model.controls + columns[0] for player, columns in pairs if model.kinds[player] != "category"}


def _level_rows(name: str, part: Level | str, base: Base, sample: Sample, setting: Setting) -> list[Row]:
    if isinstance(part, str):
        return list(_blank(name, {"state": part, "reason": part, **based(base)}, sample, setting))
    common = {"outcome": setting.outcome, "group": name, **based(base), **setting.state(base)}
    whole = r2_row(part.importance, base, setting) | {"group": name} | setting.state(base)
    return [whole, *_figures(part.values(sample), common, sample, setting)]


def _figures(values: Mapping[str, tuple[Array, Array]], common: Row, sample: Sample, setting: Setting) -> Iterator[Row]:
    """Rows of each metric from its point (k,) and draws (B, k)."""
    for metric, (point, draws) in values.items():
        if not np.isfinite(point).all():
            yield from _repeated(metric, common, sample)
            continue
        low, high = interval(draws, setting.level)
        for at, term in enumerate(_terms(metric, sample)):
            limits = spread(draws[:, at], low[at], high[at], setting.level)
            yield row(ANALYSIS[metric], metric, term=term, estimate=float(point[at]), **limits, **common)


def _repeated(metric: str, common: Row, sample: Sample) -> Iterator[Row]:
    """Coefficients of drivers that repeat each other within a level."""
    for term in _terms(metric, sample):
        yield row(ANALYSIS[metric], metric, term=term, **common | {"state": "singular", "reason": "collinear"})


def _gap_rows(
    variable: str, groups: Groups, parts: Mapping[str, Level | str], sample: Sample, setting: Setting
) -> list[Row]:
    rows: list[Row] = []
    for level in groups.levels:
        one, other = (parts.get(f"{variable}={name}") for name in (level, groups.reference))
        smallest = min(sample.base(groups.mask(name)).n for name in (level, groups.reference))
        if level == groups.reference or smallest < setting.low_base:
            continue
        if isinstance(one, Level) and isinstance(other, Level):
            base = sample.base(groups.mask(level) | groups.mask(groups.reference))
            common = {"outcome": setting.outcome, "contrast": f"{variable}={level}-{groups.reference}", **based(base)}
            gaps = _gaps(one.values(sample), other.values(sample))
            rows += _tested(_figures(gaps, common, sample, setting), gaps)
    return rows


def _gaps(
    one: Mapping[str, tuple[Array, Array]], other: Mapping[str, tuple[Array, Array]]
) -> dict[str, tuple[Array, Array]]:
    """Differences of point and draws; draw b of both levels is the same resample."""
    return {metric: (one[metric][0] - other[metric][0], one[metric][1] - other[metric][1]) for metric in one}


def _tested(rows: Iterator[Row], gaps: Mapping[str, tuple[Array, Array]]) -> Iterator[Row]:
    """The rows with their p: normal for coefficients, from the draws themselves for shares, which are skewed."""
    shares = iter(difference_p(gaps["lmg_share"][1], gaps["lmg_share"][0]))
    for gap in rows:
        p = next(shares) if gap["metric"] == "lmg_share" else None
        if gap["std_error"]:
            yield gap | {"p_value": float(2 * ndtr(-abs(gap["estimate"]) / gap["std_error"]) if p is None else p)}


def _adjusted(gaps: list[Row]) -> list[Row]:
    rows = []
    for metric in ANALYSIS:
        rows += holm_rows([gap for gap in gaps if gap["metric"] == metric])
    return rows
