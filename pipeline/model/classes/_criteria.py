"""Rows on the number of classes, their sizes, and how stable they are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from pipeline.estimates import row
from pipeline.model import Row, Setting, based, spread
from pipeline.model.classes._answers import Answers
from pipeline.model.classes._number import Explored, Fitted
from pipeline.model.classes._stable import Stable
from pipeline.model.resample import interval
from pipeline.suppression import hidden
from pipeline.weight import Base

Array = np.ndarray

ANALYSIS = "classes"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One way to make classes. group: 'class' or 'driver_class'; people: whom they are made of."""

    group: str
    people: Base
    setting: Setting

    @property
    def many(self) -> str:
        return f"{self.group}es"

    def name(self, at: int) -> str:
        """Group of the class at this position, counted from 1 in the rows."""
        return f"{self.group}={at + 1}"

    def row(self, metric: str, **columns: object) -> Row:
        return row(ANALYSIS, metric, **{**based(self.people), **columns})

    def part(self, share: float, of: Base | None = None) -> Base:
        """Base of a class of this size."""
        whole = of or self.people
        return Base(n=round(whole.n * share), n_eff=whole.n_eff * share, deff=whole.deff)

    def states(self, sizes: Array) -> list[Row]:
        """State of every class of (K,) sizes; a second one is hidden with one that is hidden alone."""
        counts = np.rint(sizes * self.people.n).astype(int)
        gone = hidden(counts, np.ones((1, len(counts))), self.setting.minimum_base)
        small = {"state": "suppressed", "reason": "small_base"}
        return [
            self.setting.state(self.part(size))
            if not away
            else small | ({} if count < self.setting.minimum_base else {"reason": "complementary"})
            for size, away, count in zip(sizes, gone, counts, strict=True)
        ]


def refused(kind: Kind, state: str, reason: str) -> Row:
    """The one row of classes that cannot be made."""
    return kind.row("class_count", contrast=kind.many, state=state, reason=reason)


def criteria_rows(found: Explored, kind: Kind, complete: bool) -> Iterator[Row]:
    """Criteria of every number of classes, and the one chosen; complete: whether nobody left out an answer."""
    fault = found.point.fault
    state: Row = {"estimate": found.chosen} if fault is None else {"state": "not_defined", "reason": fault}
    yield kind.row("class_count", contrast=kind.many, **state)
    for fit in found.fits:
        yield from _of_size(found, fit, kind, complete)


def _of_size(found: Explored, fit: Fitted, kind: Kind, complete: bool) -> Iterator[Row]:
    contrast = f"{kind.many}:{fit.size}"
    model = found.model.into(fit.size)
    scale = kind.people.n_eff / float(model.weight[0].sum())
    figures: dict[str, float] = {
        "log_likelihood": fit.likelihood,
        "aic": 2 * model.free - 2 * fit.likelihood * scale,
        "bic": fit.bic,
        "icl": fit.icl,
        "starts_reached": fit.reached,
    }
    if isinstance(model, Answers) and complete:
        figures["g2"] = model.deviance(fit.values)
    if fit.size > 1:
        figures["entropy"] = fit.entropy
    lost: Row = {"state": "not_converged", "reason": "not_converged"} if fit.fault == "not_converged" else {}
    for metric, value in figures.items():
        yield kind.row(metric, contrast=contrast, **(lost or {"estimate": value}))
    if fit.size > 1:
        yield _smallest(fit, kind, contrast)
    if fit.size in found.tests:
        ratio = 2 * (fit.likelihood - found.fits[fit.size - 2].likelihood)
        yield kind.row("blrt", contrast=contrast, estimate=ratio, p_value=found.tests[fit.size])


def _smallest(fit: Fitted, kind: Kind, contrast: str) -> Row:
    """Share of the smallest class, or why this number of classes cannot be chosen."""
    states: dict[str | None, str] = {
        "not_converged": "not_converged",
        "not_identified": "not_defined",
        "empty_class": "suppressed",
    }
    lost: Row = {"state": states[fit.fault], "reason": fit.fault} if fit.fault else {}
    value: Row = {} if lost else {"estimate": fit.smallest / kind.people.n}
    return kind.row("smallest_class", contrast=contrast, **value, **lost)


def stable_rows(found: Explored, drawn: Stable, kind: Kind) -> Iterator[Row]:
    """Size of every class, and how far resamples find the same people in it; how far they agree as a whole."""
    size, level = found.chosen, kind.setting.level
    sizes, draws = found.point.values[:size], drawn.values[:, :size]
    low, high = interval(draws, level)
    for at, state in enumerate(kind.states(sizes)):
        common = {"group": kind.name(at), **based(kind.part(sizes[at])), **state}
        limits = spread(draws[:, at], low[at], high[at], level)
        yield kind.row("class_size", **_shown(float(sizes[at]), common, limits))
        yield kind.row("stability_jaccard", **_shown(float(drawn.jaccard[:, at].mean()), common))
    yield kind.row("adjusted_rand", contrast=kind.many, estimate=float(drawn.rand.mean()))


def _shown(value: float, common: Row, limits: Row | None = None) -> Row:
    """The columns of a figure; without it, and without its base, where the class is hidden."""
    if common.get("state") == "suppressed":
        return common | {"n": None, "n_eff": None, "deff": None}
    return common | {"estimate": value} | (limits or {})
