"""Weights: how much each row counts, which rows are drawn together, and how much of the population they are."""

from __future__ import annotations

from dataclasses import dataclass, replace
from hashlib import blake2b
from typing import Literal

import numpy as np

from pipeline.errors import AnalysisRefused
from pipeline.responses import Responses
from pipeline.study import Study
from pipeline.weighting import Adjusted, Calibration

Array = np.ndarray
Kind = Literal["simple", "weighted", "clustered", "stratified"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Design:
    """Sampling design of r rows in m resampling units (respondents, or the clusters they came in).

    weight: (r,). unit: (r,) index into keys. keys: (m,) uint64, stable names of the units.
    stratum: (m,) index into stratum_keys, or None. kind: what the errors must respect. left: (strata,) part of each
    stratum's units that was not sampled, 1 - f, or None where the population is as good as endless. frame: everybody
    whose weights were adjusted together, where they were.
    """

    weight: Array
    unit: Array
    keys: Array
    stratum: Array | None
    stratum_keys: Array | None
    kind: Kind
    left: Array | None = None
    frame: Frame | None = None

    @property
    def strata(self) -> Array:
        """(m,) stratum of each unit; one stratum where none is declared."""
        return np.zeros(len(self.keys), dtype=int) if self.stratum is None else self.stratum

    @property
    def pieces(self) -> tuple[Array, int]:
        """(r,) what shares a factor in a replicate, and how many there are: units, or parts of them that were alike."""
        again = self.frame.again if self.frame is not None else None
        return (self.unit, len(self.keys)) if again is None else (again.of_row, len(again.unit))


@dataclass(frozen=True, slots=True, kw_only=True)
class Pieces:
    """Rows of one unit and one kind, which share a factor where replicates are adjusted again.

    of_row: (r,) piece of each row. unit, kind: (p,) of each piece, in the frame.
    """

    of_row: Array
    unit: Array
    kind: Array


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """The n respondents whose weights were adjusted together; a sample holds the rows of some of them.

    design: theirs, a row each. of_row: (r,) respondent of each row of the sample. again: how replicates are adjusted
    anew; None where replicates keep the weights.
    """

    design: Design
    adjusted: Adjusted
    of_row: Array
    again: Pieces | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Base:
    """Size of a group: respondents, Kish's effective number of them, and the design effect n / n_eff."""

    n: int
    n_eff: float
    deff: float


def base(weight: Array, respondent: Array) -> Base:
    """Base of the rows with these weights; a respondent counts once, with the mean weight of his rows.

    n_eff = (Σw)² / Σw² (Kish 1965, sec. 11.7).
    """
    _, index, counts = np.unique(respondent, return_inverse=True, return_counts=True)
    each = np.bincount(index, weight) / counts
    n = len(counts)
    n_eff = float(each.sum() ** 2 / (each**2).sum()) if n else 0.0
    return Base(n=n, n_eff=n_eff, deff=n / n_eff if n else float("nan"))


def weigh(responses: Responses, rows: Array, study: Study) -> Design:
    """Design of the given rows (positions in `responses`); strata and their population count units among these rows.

    Raises AnalysisRefused where a stratum holds a single unit of several (its variance cannot be known), or more units
    than its population.
    """
    design = _drawn(responses, rows, study)
    calibration = responses.calibration
    return design if calibration is None else replace(design, frame=_frame(calibration, responses, rows, study))


def _drawn(responses: Responses, rows: Array, study: Study) -> Design:
    weight = np.ones(len(rows)) if responses.weight is None else responses.weight[rows]
    people = responses.keys[responses.respondent[rows]]
    names = people if responses.cluster is None else hashed(responses.cluster[rows])
    kind = _kind(responses, rows, weight)
    if responses.strata is None:
        keys, unit = np.unique(names, return_inverse=True)
        left = _left(responses, rows, unit, np.zeros(len(keys), dtype=int), np.array([""]), study)
        return Design(weight=weight, unit=unit, keys=keys, stratum=None, stratum_keys=None, kind=kind, left=left)
    strata = responses.strata[rows]
    nested = hashed(np.array([f"{part}\x1f{name}" for part, name in zip(strata, names, strict=True)], dtype=object))
    keys, first, unit = np.unique(nested, return_index=True, return_inverse=True)
    stratum_keys, where, of_unit = np.unique(hashed(strata[first]), return_index=True, return_inverse=True)
    left = _left(responses, rows, unit, of_unit, strata[first][where], study)
    _refuse_lonely(study, strata[first][where], of_unit, left)
    return Design(
        weight=weight, unit=unit, keys=keys, stratum=of_unit, stratum_keys=stratum_keys, kind="stratified", left=left
    )


def _frame(calibration: Calibration, responses: Responses, rows: Array, study: Study) -> Frame | None:
    """The frame of these rows; None where one of them took no part in the adjustment."""
    of_row = calibration.of_row[rows]
    if (of_row < 0).any():
        return None
    whole = _drawn(responses, calibration.rows, study)
    again = None
    if calibration.again:
        kinds = calibration.adjusted.kinds.of
        pairs = whole.unit[of_row] * (kinds.max() + 1) + kinds[of_row]
        _, first, of_piece = np.unique(pairs, return_index=True, return_inverse=True)
        again = Pieces(of_row=of_piece, unit=whole.unit[of_row][first], kind=kinds[of_row][first])
    return Frame(design=whole, adjusted=calibration.adjusted, of_row=of_row, again=again)


def _left(responses: Responses, rows: Array, unit: Array, of_unit: Array, names: Array, study: Study) -> Array | None:
    """(strata,) part of the units of each stratum that was not sampled; None where no population is declared.

    Numbers up to 1 are the sampled share, as in R `svydesign`; larger ones count the units of the population.
    """
    if responses.fpc is None or not len(rows):
        return None
    size = responses.fpc[rows]
    stratum = of_unit[unit]
    low, high = np.full(len(names), np.inf), np.zeros(len(names))
    np.minimum.at(low, stratum, size)
    np.maximum.at(high, stratum, size)
    units = np.bincount(of_unit, minlength=len(names))
    share = high if (high <= 1).all() else units / high
    for wrong, fault in (
        (low != high, "does not have one size of the population (fpc) in all its rows"),
        (~(low > 0) | (share > 1), "has more sampling units than its population (fpc)"),
    ):
        if wrong.any():
            name = names[np.flatnonzero(wrong)[0]]
            owner = f"stratum '{name}'" if name else "the sample"
            message = f"{owner} {fault}; correct the column."
            raise AnalysisRefused(study.problem(message, "weights", "fpc"))
    if (share == 1).all():
        message = "every unit of the population was sampled (fpc), so there is no sampling error; leave 'fpc' out."
        raise AnalysisRefused(study.problem(message, "weights", "fpc"))
    return np.asarray(1 - share)


def hashed(texts: Array) -> Array:
    """(r,) uint64 stable hash of each text."""
    known = {text: int.from_bytes(blake2b(str(text).encode(), digest_size=8).digest(), "little") for text in set(texts)}
    return np.array([known[text] for text in texts], dtype=np.uint64)


def _refuse_lonely(study: Study, names: Array, of_unit: Array, left: Array | None) -> None:
    alone = np.bincount(of_unit) == 1
    lonely = np.flatnonzero(alone if left is None else alone & (left > 0))
    if len(lonely):
        message = (
            f"stratum '{names[lonely[0]]}' holds a single sampling unit, so its variance cannot be known; merge it "
            "with another."
        )
        raise AnalysisRefused(study.problem(message, "weights", "strata"))


def _kind(responses: Responses, rows: Array, weight: Array) -> Kind:
    stacked = len(np.unique(responses.respondent[rows])) < len(rows)
    if responses.cluster is not None or stacked:
        return "clustered"
    known = (len(weight) > 0 and np.ptp(weight) > 0) or responses.fpc is not None or responses.calibration is not None
    return "weighted" if known else "simple"
