"""Waves of a study, and differences of design-based means between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.model import Row
from pipeline.model.case import Case, Cut
from pipeline.variance import Means

Array = np.ndarray


@dataclass(frozen=True, slots=True, kw_only=True)
class Waves:
    """The waves with rows in focus, in the order of the study. of_row: (all rows read,) position, -1 = none."""

    name: str
    levels: tuple[str, ...]
    of_row: Array

    @classmethod
    def of(cls, case: Case, name: str) -> Waves:
        found = case.levels(name)
        inside = np.where(case.focus, found.of_row, -1)
        there = [at for at in range(len(found.names)) if (inside == at).any()]
        place = np.full(len(found.names) + 1, -1)
        place[there] = np.arange(len(there))
        return cls(name=name, levels=tuple(found.names[at] for at in there), of_row=place[inside])

    def group(self, at: int) -> str:
        """'wave=2024' of one wave."""
        return f"{self.name}={self.levels[at]}"

    def contrast(self, first: int, last: int) -> str:
        """'wave=2026-2023': the last less the first."""
        return f"{self.group(last)}-{self.levels[first]}"

    def masks(self, cut: Cut) -> Array:
        """(r, waves) bool over the rows of a cut."""
        return np.asarray(self.of_row[cut.rows][:, None] == np.arange(len(self.levels)))

    def shown(self, case: Case, cut: Cut) -> list[int]:
        """Waves that may be shown in a cut: neither hidden nor below the minimum base."""
        levels = {level for _, level, _ in case.groups([self.name], cut)}
        return [at for at, level in enumerate(self.levels) if level in levels]

    def carrying(self, case: Case, cut: Cut) -> list[int]:
        """Shown waves with the low base, from which differences are told."""
        masks = self.masks(cut)
        return [at for at in self.shown(case, cut) if cut.base(masks[:, at]).n >= case.setting.low_base]


def within(columns: Array, masks: Sequence[Array]) -> Array:
    """(r, masks) one (r,) column in each of the masks, NaN outside."""
    return np.column_stack([np.where(mask, columns, np.nan) for mask in masks])


def told(found: Means, weights: Array, level: float, tested: bool = False) -> Row:
    """Estimate, error and t interval of a weighted sum of design-based means; p where it is tested.

    A figure without an error (everybody answers alike) has no interval and no p.
    """
    from scipy.special import stdtr, stdtrit

    used = np.flatnonzero(weights)
    part, cov = weights[used], found.cov[np.ix_(used, used)]
    estimate, error = float(part @ found.mean[used]), float(np.sqrt(max(part @ cov @ part, 0.0)))
    if not error > 0:
        return {"estimate": estimate}
    reach = float(stdtrit(found.df, (1 + level) / 2)) * error
    p = {"p_value": float(2 * stdtr(found.df, -abs(estimate) / error))} if tested else {}
    limits = {"conf_low": estimate - reach, "conf_high": estimate + reach, "conf_level": level}
    return {"estimate": estimate, "std_error": error, **limits, **p}


def unit(size: int, plus: int, minus: int | None = None) -> Array:
    """(size,) weights 1 at `plus` and -1 at `minus`."""
    found = np.zeros(size)
    found[plus] = 1.0
    if minus is not None:
        found[minus] -= 1.0
    return found
