"""Screen: which rows may be analysed, counted so that every row read is kept or has one reason."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipeline.responses import Flow, Responses
from pipeline.study import Study


@dataclass(frozen=True, slots=True, kw_only=True)
class Screening:
    """keep: (r,) bool, rows that stay. flow: the steps so far; what a step keeps and removes adds up to the step before."""

    keep: np.ndarray
    flow: tuple[Flow, ...]


def screen(responses: Responses, study: Study) -> Screening:
    """Screening of the rows read: repetitions are gone already, unfinished and unweighted rows go here."""
    incomplete = ~responses.complete
    unweighted = ~incomplete & (np.isnan(responses.weight) if responses.weight is not None else False)
    keep = ~(incomplete | unweighted)
    removed = {"duplicate": responses.duplicates, "incomplete": int(incomplete.sum()), "no_weight": int(unweighted.sum())}
    read = Flow(stage="read", remaining=len(keep) + responses.duplicates, removed={})
    complete = Flow(stage="complete", remaining=int(keep.sum()), removed={key: n for key, n in removed.items() if n})
    return Screening(keep=keep, flow=(read, complete))
