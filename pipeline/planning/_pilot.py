"""Pilots: the correlations a plan starts from, and the design effect of the largest share."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pipeline.calibrated import calibrated
from pipeline.errors import AnalysisRefused, UsageError, listing, nearest
from pipeline.ingest import correlations_of, fetch_grid, grid, read
from pipeline.model.importance import METHODS, r2, usable
from pipeline.model.resample import Panel, resample
from pipeline.model.wishart import wishart
from pipeline.moments import correlations as scaled
from pipeline.published import read_published
from pipeline.sample import Sample, sample
from pipeline.score import score
from pipeline.screen import screen
from pipeline.study import Study, load

Array = np.ndarray

PILOT_DRAWS = 400
SEED = 20260101


@dataclass(frozen=True, slots=True, kw_only=True)
class Pilot:
    """Correlations (q, q), the outcome last, and what they come from: n respondents, or None where they are assumed.

    deff: variance of the largest share in resamples of the pilot over that of a simple normal sample; 1 if assumed.
    """

    names: tuple[str, ...]
    correlations: Array
    n: int | None
    deff: float


def pilot_at(path: Path, outcome: str) -> Pilot:
    """The pilot of a study (answers or a published table), or of a CSV of correlations whose outcome is named."""
    if path.suffix.lower() == ".csv":
        return _assumed(path, outcome)
    study = load(path)
    if outcome:
        raise UsageError("--outcome is for a CSV of correlations; a study names its outcome itself.")
    if study.definition.correlations is not None:
        table = read_published(study)
        return Pilot(names=table.names, correlations=table.correlations, n=table.n, deff=1.0)
    return _answered(study)


def _assumed(path: Path, outcome: str) -> Pilot:
    """A table of its own; the outcome is the last name unless it is given."""
    table = grid(fetch_grid(path), str(path))
    last = outcome or table.names[-1]
    if last not in table.names:
        message = f"--outcome: '{last}' is not in {path}.{nearest(last, table.names)} It holds: {listing(table.names)}."
        raise UsageError(message)
    names = (*(name for name in table.names if name != last), last)
    return Pilot(names=names, correlations=correlations_of(table, names, str(path)), n=None, deff=1.0)


def _answered(study: Study) -> Pilot:
    """Correlations of the scores of a study, and the design effect of its largest share."""
    responses = read(study)
    screening = screen(responses, study)
    people = sample(calibrated(responses, screening, study), screening, score(responses, study), study)
    panel = Panel(names=people.names, columns=people.scores, rows=np.arange(len(people.scores)))
    drawn = resample(people.design, {"scores": panel}, seed=study.definition.model.seed, draws=PILOT_DRAWS)["scores"]
    matrix = drawn.point.correlations
    if not usable(matrix):
        message = "the drivers repeat each other, or a score does not vary, so nothing can be planned from this pilot."
        raise AnalysisRefused(study.problem(message, "model", "drivers"))
    found = _effect(matrix, drawn.draws.correlations, people)
    return Pilot(names=people.names, correlations=matrix, n=people.everyone.n, deff=found)


def _effect(matrix: Array, drawn: Array, people: Sample) -> float:
    """Variance of the largest share over resamples, divided by that over simple normal samples of as many people."""
    at = int(shares(matrix).argmax())
    good = usable(drawn)
    simple = scaled(wishart(matrix, people.everyone.n, PILOT_DRAWS, SEED))
    return float(shares(drawn[good])[:, at].var() / shares(simple)[:, at].var())


def shares(matrix: Array) -> Array:
    """(…, p) lmg_share of (…, q, q) correlations, the outcome last."""
    drivers, outcome = matrix[..., :-1, :-1], matrix[..., :-1, -1]
    return np.asarray(METHODS["lmg"](drivers, outcome) / r2(drivers, outcome)[..., None])
