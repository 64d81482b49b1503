"""Whether questions mean the same in every language version: loadings, shifts of items, and reliability by version."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from pipeline.asked import constructs_asked
from pipeline.estimates import row
from pipeline.model import Row, Setting, based, spread
from pipeline.model.case import Case, Cut
from pipeline.model.comparability.loadings import congruence, loadings, shifts
from pipeline.model.effects import holm_rows
from pipeline.model.modelled import FEWEST_USABLE
from pipeline.model.reliability import alpha
from pipeline.model.resample import Panel, Resampled, interval
from pipeline.moments import Moments
from pipeline.weight import Base

Array = np.ndarray
Found = tuple[Array, Array]
"""Point and draws."""

CAUGHT = 0.05
"""An item shifts where its p, times the number of items tested, is below this …"""
SMALL = 0.2
"""… and its shift is at least this part of the item's standard deviation (a small effect)."""
FEWEST_ANCHORS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Versions:
    """Two versions of one construct. items: (k,) names. bases: of the complete answers in each."""

    construct: str
    items: tuple[str, ...]
    contrast: str
    groups: tuple[str, str]
    each: tuple[Resampled, Resampled]
    bases: tuple[Base, Base]

    @property
    def base(self) -> Base:
        return min(self.bases, key=lambda base: base.n)


def comparability_rows(case: Case) -> list[Row]:
    """tucker_congruence, item_shift, score_shift and alpha of every construct of several items, by version.

    Each version against the largest, on the rows of the focus, complete answers of a construct at a time. Percentile
    intervals from resamples of respondents; p of shifts by Holm over all items. Versions of fewer respondents than the
    low base are 'too_few'; one version alone leaves one row with its state.
    """
    variable = case.study.definition.comparable
    if variable is None:
        return []
    cut = case.cut([])
    shown = {level: mask for _, level, mask in case.groups([variable], cut)}
    if len(shown) < 2:
        return [row("comparability", "tucker_congruence", state="too_few", reason="one_version")]
    sizes = {level: cut.base(mask).n for level, mask in shown.items()}
    reference = max(sizes, key=lambda level: (sizes[level], -list(sizes).index(level)))
    found = list(_versions(case, cut, variable, shown, reference))
    several = [one for one in found if isinstance(one, Versions)]
    rows = [one for one in found if isinstance(one, dict)]
    tests = sum(len(one.items) for one in several)
    every = {(one.construct, one.contrast): shift_rows(one, tests, case.setting) for one in several}
    rows += [each for one in several for each in _alike(one, case.setting)]
    return rows + holm_rows([each for some in every.values() for each in some])


def _versions(
    case: Case, cut: Cut, variable: str, shown: Mapping[str, Array], reference: str
) -> Iterator[Versions | Row]:
    """Every construct of several items in every version against the reference, or a row that says why not."""
    constructs = {
        name: case.scores.items[name][cut.rows]
        for name in constructs_asked(case.study)
        if case.scores.items[name].shape[1] > 1
    }
    panels, bases = {}, {}
    for name, answers in constructs.items():
        for level, mask in shown.items():
            rows = np.flatnonzero(mask & np.isfinite(answers).all(1))
            inside = np.zeros(len(cut), dtype=bool)
            inside[rows] = True
            bases[name, level] = cut.base(inside)
            if bases[name, level].n >= case.setting.low_base:
                items = tuple(case.study.construct(name).items)
                panels[name, level] = Panel(names=items, columns=answers[rows], rows=rows)
    keyed = {f"{at}": panel for at, panel in enumerate(panels.values())}
    drawn = case.replicated(cut.design, keyed)
    moments = dict(zip(panels, drawn.values(), strict=True))
    for name in constructs:
        for level in (one for one in shown if one != reference):
            pair = (level, reference)
            contrast = f"{variable}={level}-{reference}"
            if not all((name, one) in moments for one in pair):
                state = {"state": "too_few", "reason": "small_base"}
                yield row("comparability", "tucker_congruence", term=name, contrast=contrast, **state)
                continue
            yield Versions(
                construct=name, items=panels[name, level].names, contrast=contrast,
                groups=(f"{variable}={level}", f"{variable}={reference}"),
                each=(moments[name, level], moments[name, reference]),
                bases=(bases[name, level], bases[name, reference]),
            )  # fmt: skip


def _alike(one: Versions, setting: Setting) -> Iterator[Row]:
    """tucker_congruence; alpha of both versions (that of the reference once a contrast), and their difference."""
    common: Row = {"term": one.construct, "contrast": one.contrast, **based(one.base)}
    pairs = [tuple(getattr(each, of) for each in one.each) for of in ("point", "draws")]
    if len(one.items) == 2:
        yield row("comparability", "tucker_congruence", **common, state="not_defined", reason="two_loadings")
    else:
        values = [congruence(*(loadings(each.correlations) for each in pair)) for pair in pairs]
        yield _figure("tucker_congruence", (values[0], values[1]), common, setting)
    alphas = [[alpha(each.cov) for each in pair] for pair in pairs]
    for side, (group, base) in enumerate(zip(one.groups, one.bases, strict=True)):
        key: Row = {"term": one.construct, "group": group, "contrast": one.contrast, **based(base)}
        yield _figure("alpha", (alphas[0][side], alphas[1][side]), key, setting)
    gap = tuple(each[0] - each[1] for each in alphas)
    yield _figure("alpha_difference", (gap[0], gap[1]), common, setting)


def _figure(metric: str, values: Found, common: Row, setting: Setting) -> Row:
    point, draws = values
    if not np.isfinite(point) or np.isfinite(draws).mean() < FEWEST_USABLE:
        reason = "no_variance" if metric != "tucker_congruence" else "no_factor"
        state = "no_variance" if metric != "tucker_congruence" else "not_converged"
        return row("comparability", metric, state=state, reason=reason, **common)
    low, high = interval(draws[:, None], setting.level)
    limits = spread(draws, float(low[0]), float(high[0]), setting.level)
    return row("comparability", metric, estimate=float(point), **limits, **common)


def shift_rows(one: Versions, tests: int, setting: Setting) -> list[Row]:
    """item_shift and item_shift_d of every item, and score_shift of the construct where items shift.

    Items that surely shift are found one at a time, the surest first, and are no anchors for the others from then on;
    two anchors are always left. p: normal, from the error of the resamples.
    """
    gap, loading, width = _measured(one)
    common: Row = {"outcome": one.construct, "contrast": one.contrast, **based(one.base)}
    if not np.isfinite(loading[0]).all() or np.isfinite(loading[1]).all(-1).mean() < FEWEST_USABLE:
        state = {"state": "not_converged", "reason": "no_factor"}
        return [row("comparability", "item_shift", term=item, **common, **state) for item in one.items]
    anchors, p = _anchors(gap, loading, width, tests)
    found = [shifts(*each, anchors) for each in zip(gap, loading, strict=True)]
    low, high = interval(found[1], setting.level)
    rows = []
    for at, item in enumerate(one.items):
        limits = spread(found[1][:, at], low[at], high[at], setting.level)
        test = {"p_value": float(p[at])} if np.isfinite(p[at]) else {}
        rows.append(
            row("comparability", "item_shift", term=item, estimate=float(found[0][at]), **limits, **test, **common)
        )
        size = float(found[0][at] / width[at])
        rows.append(row("comparability", "item_shift_d", term=item, estimate=size, **common))
    if not anchors.all():
        sums = [(each * ~anchors).sum(-1) / len(anchors) for each in found]
        common |= {"term": one.construct}
        rows.append(_figure("score_shift", (sums[0], sums[1]), common, setting))
    return rows


def _measured(one: Versions) -> tuple[list[Array], list[Array], Array]:
    """Differences of item means and unstandardised loadings, point and draws, and the (k,) sd of items within versions.

    Two items have no loadings of their own: they are taken to measure alike.
    """
    gaps: list[Array] = []
    found: list[Array] = []
    widths: list[Array] = []
    for of in ("point", "draws"):
        pair: Sequence[Moments] = [getattr(each, of) for each in one.each]
        gaps.append(pair[0].mean - pair[1].mean)
        total = pair[0].weight + pair[1].weight
        within = sum(each.cov * (each.weight / total)[..., None, None] for each in pair)
        sd = np.sqrt(np.maximum(np.diagonal(within, axis1=-2, axis2=-1), 0.0))
        safe = np.where(sd > 0, sd, np.nan)
        together = within / safe[..., :, None] / safe[..., None, :]
        alike = np.where(np.isfinite(safe), 1.0, np.nan)
        found.append(alike if len(one.items) == 2 else loadings(together) * safe)
        widths.append(sd)
    return gaps, found, widths[0]


def _anchors(gap: list[Array], loading: list[Array], width: Array, tests: int) -> tuple[Array, Array]:
    """(k,) items that do not surely shift, and p of every item's shift from where it was last judged."""
    anchors = np.ones(len(width), dtype=bool)
    p = np.full(len(width), np.nan)
    while True:
        found = [shifts(*each, anchors) for each in zip(gap, loading, strict=True)]
        error = np.nanstd(found[1], axis=0, ddof=1)
        now = np.where(error > 0, 2 * ndtr(-np.abs(found[0]) / np.where(error > 0, error, 1.0)), np.nan)
        p[anchors] = now[anchors]
        caught = anchors & (now * tests < CAUGHT) & (np.abs(found[0]) >= SMALL * width)
        if not caught.any() or anchors.sum() <= FEWEST_ANCHORS:
            return anchors, p
        anchors = anchors & (np.arange(len(p)) != np.where(caught, np.abs(found[0]) / error, -1).argmax())
