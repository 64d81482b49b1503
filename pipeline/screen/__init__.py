"""Screen: which rows may be analysed, counted so that every row read is kept or has one reason."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipeline.errors import AnalysisRefused, Problem, listing
from pipeline.responses import Flow, Responses
from pipeline.study import Study


@dataclass(frozen=True, slots=True, kw_only=True)
class Screening:
    """keep: (r,) bool, rows that stay. flow: the steps so far; kept and removed rows add up to the step before."""

    keep: np.ndarray
    flow: tuple[Flow, ...]


def screen(responses: Responses, study: Study) -> Screening:
    """Screening of the rows read: repetitions are gone already, unfinished rows and rows without weight go here."""
    incomplete = ~responses.complete
    unweighted = ~incomplete & (~(responses.weight > 0) if responses.weight is not None else False)
    keep = ~(incomplete | unweighted)
    if incomplete.all():
        raise AnalysisRefused(_never_complete(study))
    removed = {
        "duplicate": responses.duplicates,
        "incomplete": int(incomplete.sum()),
        "no_weight": int(unweighted.sum()),
    }
    read = Flow(stage="read", remaining=len(keep) + responses.duplicates, removed={})
    complete = Flow(stage="complete", remaining=int(keep.sum()), removed={key: n for key, n in removed.items() if n})
    return Screening(keep=keep, flow=(read, complete))


def _never_complete(study: Study) -> Problem:
    complete = study.definition.respondent.complete
    assert complete is not None  # noqa: S101 (no row is incomplete unless the study says which are)
    message = (
        f'no row is complete: column "{complete.column}" never holds {listing(list(complete.equals))}; correct equals.'
    )
    return study.problem(message, "respondent", "complete", "equals")
