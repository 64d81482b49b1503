"""Sample: the rows an analysis stands on, with scores, weights, design and groups."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from pipeline.errors import AnalysisRefused
from pipeline.responses import Flow, Responses
from pipeline.score import Scores
from pipeline.screen import Screening
from pipeline.specs import Label
from pipeline.study import Study
from pipeline.suppression import MOST_LEVELS, Levels, hidden_levels, levels_of
from pipeline.terms import Terms, columns_of, terms_of
from pipeline.weight import Base, Design, base, weigh

Array = np.ndarray

MOST_DRIVERS = 30
"""Above 25 even the shares themselves are sampled; beyond 30 nobody could read what is left of each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Groups:
    """Levels of one variable over the r rows, in the order of the study: `of_row` holds positions, -1 = none."""

    levels: tuple[str, ...]
    of_row: Array
    reference: str
    hidden: frozenset[str] | None = None
    """Levels that stay hidden (see `suppression`); None where this variable was not judged with the others."""

    def mask(self, level: str) -> Array:
        """(r,) whether a row belongs to the level."""
        return np.asarray(self.of_row == self.levels.index(level))


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """r complete rows. names: constructs that drive, then the outcome. scores: (r, len(names)). items: (r, items) each.

    `terms` is the model itself, which may have controls, categories and interactions beside the scores; absent, the
    scores are the model. `everyone` is the base of the whole sample; `flow` says what happened to the other rows.
    """

    names: tuple[str, ...]
    scores: Array
    items: Mapping[str, Array]
    respondent: Array
    design: Design
    groups: Mapping[str, Groups]
    everyone: Base
    flow: tuple[Flow, ...]
    stacked: bool
    terms: Terms | None = None
    started: Array | None = None
    """(r,) numbers that rise with the time of the interviews; None where it is not known of all."""
    rows: Array | None = None
    """(r,) positions in the Responses; None where the sample was not made of any."""
    wordings: Mapping[str, str] = field(default_factory=dict)
    """Item -> wording, as far as a file gives it."""
    labels: Mapping[str, Mapping[str, Label]] = field(default_factory=dict)
    """Variable -> level -> label, as far as files or study give them."""
    levels: Mapping[str, Levels] = field(default_factory=dict)
    """Categories by name, and options of multiple questions as 'question=option' with the levels no and yes."""
    hidden: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Levels of each of these that stay hidden."""

    @property
    def model(self) -> Terms:
        """Columns and players of the model."""
        return self.terms or Terms.of_scores(self.names, self.scores)

    @property
    def drivers(self) -> tuple[str, ...]:
        """Players of the model, whatever their kind."""
        return self.terms.players if self.terms else self.names[:-1]

    @property
    def outcome(self) -> str:
        return self.names[-1]

    def base(self, mask: Array | None = None) -> Base:
        """Base of the rows in the mask."""
        if mask is None:
            return self.everyone
        return base(self.design.weight[mask], self.respondent[mask])


def sample(responses: Responses, screening: Screening, scores: Scores, study: Study) -> Sample:
    """Rows that were kept and have a score on the outcome and every driver, and every control (listwise).

    Raises AnalysisRefused where too few rows are left for the drivers.
    """
    values = np.column_stack([scores.values[name] for name in study.used])
    variables = columns_of(responses, study)
    gone = {"no_outcome": ~np.isfinite(values[:, -1])}
    gone["no_driver"] = ~np.isfinite(values).all(1) | variables.no_driver
    gone["no_control"] = variables.no_control
    keep, removed = screening.keep.copy(), {}
    for reason, absent in gone.items():
        removed[reason] = int((keep & absent).sum())
        keep &= ~absent
    rows = np.flatnonzero(keep)
    counted = {reason: count for reason, count in removed.items() if count or reason != "no_control"}
    flow = (*screening.flow, Flow(stage="answered", remaining=len(rows), removed=counted))
    respondent = responses.respondent[rows]
    _refuse_too_many(study)
    _refuse_too_few(study, len(np.unique(respondent)))
    design = weigh(responses, rows, study)
    _refuse_too_few_units(study, design)
    levels = levels_of(responses, rows)
    hidden = hidden_levels(levels, respondent, study.definition.quality.minimum_base)
    return Sample(
        names=study.used,
        scores=values[rows],
        items={name: scores.items[name][rows] for name in study.used},
        respondent=respondent,
        design=design,
        groups={name: _groups(name, levels[name], hidden[name], study) for name in study.segment_variables},
        everyone=base(design.weight, respondent),
        flow=flow,
        stacked=len(np.unique(respondent)) < len(rows),
        terms=terms_of(study, values[rows], variables, rows, design.weight),
        started=_started(responses, rows),
        rows=rows,
        labels=responses.labels,
        levels=levels,
        hidden=hidden,
        wordings=responses.wordings,
    )


def _started(responses: Responses, rows: Array) -> Array | None:
    known = responses.started is not None and np.isfinite(responses.started[rows]).all()
    return responses.started[rows] if responses.started is not None and known else None


def _refuse_too_many(study: Study) -> None:
    if len(study.drivers) > MOST_DRIVERS:
        message = (
            f"{len(study.drivers)} drivers are too many to share an outcome out among; the most is {MOST_DRIVERS}. Put "
            "items that measure the same into one construct, or name fewer drivers."
        )
        raise AnalysisRefused(study.problem(message, "model", "drivers"))


def _refuse_too_few(study: Study, n: int) -> None:
    needed = max(study.definition.quality.minimum_base, len(study.drivers) + 3)
    if n < needed:
        message = (
            f"usable answers to the outcome and every driver came from {n}, but {len(study.drivers)} drivers need at "
            f"least {needed} respondents. Use fewer drivers, lower min_answered, or collect more answers."
        )
        raise AnalysisRefused(study.problem(message, "model"))


def _refuse_too_few_units(study: Study, design: Design) -> None:
    units, strata = len(design.keys), len(np.unique(design.strata))
    if units - strata <= len(study.drivers):
        message = (
            f"{units} sampling units in {strata} strata cannot carry errors for {len(study.drivers)} drivers; "
            f"at least {strata + len(study.drivers) + 1} are needed. Use fewer drivers, or a finer cluster."
        )
        raise AnalysisRefused(study.problem(message, "weights", "cluster"))


def _groups(name: str, found: Levels, hidden: frozenset[str], study: Study) -> Groups:
    levels = found.names
    if len(levels) > MOST_LEVELS:
        message = (
            f"'{name}' has {len(levels)} levels; at most {MOST_LEVELS} can be compared, and the names of tiny ones may "
            "say who answered. Put levels together in the data, or cut a number into bands."
        )
        raise AnalysisRefused(study.problem(message, "segments"))
    declared = study.definition.segments.reference.get(name)
    reference = declared if declared in levels else next(iter(levels), "")
    return Groups(levels=levels, of_row=found.of_row, reference=reference, hidden=hidden)
