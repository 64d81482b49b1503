"""Weights: how much each row counts, and which rows are drawn together."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b
from typing import Literal

import numpy as np

from pipeline.errors import AnalysisRefused
from pipeline.responses import Responses
from pipeline.study import Study

Array = np.ndarray
Kind = Literal["simple", "weighted", "clustered", "stratified"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Design:
    """Sampling design of r rows in m resampling units (respondents, or the clusters they came in).

    weight: (r,). unit: (r,) index into keys. keys: (m,) uint64, stable names of the units.
    stratum: (m,) index into stratum_keys, or None. kind: what the errors must respect.
    """

    weight: Array
    unit: Array
    keys: Array
    stratum: Array | None
    stratum_keys: Array | None
    kind: Kind

    @property
    def strata(self) -> Array:
        """(m,) stratum of each unit; one stratum where none is declared."""
        return np.zeros(len(self.keys), dtype=int) if self.stratum is None else self.stratum


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
    """Design of the given rows (positions in `responses`).

    Raises AnalysisRefused where a stratum holds a single unit: its variance cannot be known.
    """
    weight = np.ones(len(rows)) if responses.weight is None else responses.weight[rows]
    people = responses.keys[responses.respondent[rows]]
    names = people if responses.cluster is None else hashed(responses.cluster[rows])
    if responses.strata is None:
        keys, unit = np.unique(names, return_inverse=True)
        kind = _kind(responses, rows, weight)
        return Design(weight=weight, unit=unit, keys=keys, stratum=None, stratum_keys=None, kind=kind)
    strata = responses.strata[rows]
    nested = hashed(np.array([f"{part}\x1f{name}" for part, name in zip(strata, names, strict=True)], dtype=object))
    keys, first, unit = np.unique(nested, return_index=True, return_inverse=True)
    stratum_keys, of_unit = np.unique(hashed(strata[first]), return_inverse=True)
    _refuse_lonely(study, strata[first], of_unit)
    return Design(weight=weight, unit=unit, keys=keys, stratum=of_unit, stratum_keys=stratum_keys, kind="stratified")


def hashed(texts: Array) -> Array:
    """(r,) uint64 stable hash of each text."""
    known = {text: int.from_bytes(blake2b(str(text).encode(), digest_size=8).digest(), "little") for text in set(texts)}
    return np.array([known[text] for text in texts], dtype=np.uint64)


def _refuse_lonely(study: Study, names: Array, of_unit: Array) -> None:
    lonely = np.flatnonzero(np.bincount(of_unit) == 1)
    if len(lonely):
        name = names[np.flatnonzero(of_unit == lonely[0])[0]]
        message = (
            f"stratum '{name}' holds a single sampling unit, so its variance cannot be known; merge it with another."
        )
        raise AnalysisRefused(study.problem(message, "weights", "strata"))


def _kind(responses: Responses, rows: Array, weight: Array) -> Kind:
    stacked = len(np.unique(responses.respondent[rows])) < len(rows)
    if responses.cluster is not None or stacked:
        return "clustered"
    return "weighted" if np.ptp(weight) > 0 else "simple"
