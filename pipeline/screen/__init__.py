"""Screen: which rows may be analysed, counted so that every row read is kept or has one reason.

What is no complete interview, is a test or has no weight always goes. Rules (see `rules`) only flag: who goes for
flags is for `quality.drop_when` to say, and nobody does where it is absent.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipeline.errors import AnalysisRefused, Problem, listing
from pipeline.responses import Flow, Responses
from pipeline.screen.rules import Found, Subject, apply, declared
from pipeline.study import Study

Array = np.ndarray


@dataclass(frozen=True, slots=True, kw_only=True)
class Screening:
    """keep: (r,) bool, rows that stay. complete: (r,) those that would if no rule had left anybody out.

    flow: the steps so far; kept and removed rows add up to the step before. found: what every rule in use found.
    """

    keep: Array
    flow: tuple[Flow, ...]
    complete: Array
    found: tuple[Found, ...] = ()

    @property
    def flags(self) -> Array:
        """(r,) number of rules that flag each row."""
        return _flags(self.found, len(self.keep))


def screen(responses: Responses, study: Study) -> Screening:
    """Screening of the rows read. Repetitions of a respondent id are gone already; incomplete rows go next.

    In stacked data, rules on patterns of answers flag the row (a brand rated carelessly), rules on the interview (time,
    attention, address, repeated answers) all its rows. Raises AnalysisRefused where nobody is left.
    """
    complete, removed = _complete(responses, study)
    read = Flow(stage="read", remaining=len(complete) + responses.duplicates, removed={})
    steps = (read, Flow(stage="complete", remaining=int(complete.sum()), removed=removed))
    if not declared(study):
        return Screening(keep=complete, flow=steps, complete=complete)
    found = apply(Subject.of(responses, study, complete))
    keep, dropped = _dropped(complete, found, study)
    if not keep.any() and complete.any():
        raise AnalysisRefused(_nobody_left(study, found))
    screened = Flow(stage="screened", remaining=int(keep.sum()), removed=dropped)
    return Screening(keep=keep, flow=(*steps, screened), complete=complete, found=found)


def _complete(responses: Responses, study: Study) -> tuple[Array, dict[str, int]]:
    """(r,) rows that any analysis may use, and how many are left out for each reason."""
    if not responses.complete.all() and not responses.complete.any():
        raise AnalysisRefused(_never_complete(study))
    nobody = np.zeros(len(responses.complete), dtype=bool)
    gone = {
        "test": nobody if responses.tests is None else responses.tests,
        "incomplete": ~responses.complete,
        "no_weight": nobody if responses.weight is None else ~(responses.weight > 0),
    }
    keep, counts = _taken_away(~nobody, gone)
    removed = {"duplicate": responses.duplicates, **counts}
    return keep, {reason: count for reason, count in removed.items() if count}


def _dropped(complete: Array, found: tuple[Found, ...], study: Study) -> tuple[Array, dict[str, int]]:
    """(r,) rows that stay, and how many go for each rule that decides (the first that flags them) or for many flags."""
    drop = study.definition.quality.drop_when
    gone = {one.rule.name: one.flagged for one in found if one.rule.decides and one.flagged is not None}
    if drop and drop.flags is not None:
        gone["flags"] = _flags(found, len(complete)) >= drop.flags
    keep, counts = _taken_away(complete, gone)
    return keep, {reason: count for reason, count in counts.items() if count}


def _flags(found: tuple[Found, ...], rows: int) -> Array:
    """(r,) number of rules that flag each row; one that cannot be used flags nobody."""
    counts = np.zeros(rows, dtype=int)
    for one in found:
        counts += False if one.flagged is None else one.flagged
    return counts


def _taken_away(rows: Array, gone: dict[str, Array]) -> tuple[Array, dict[str, int]]:
    """(r,) rows left after each reason has taken its own, and how many that were: a row goes for its first reason."""
    keep, counts = rows.copy(), {}
    for reason, absent in gone.items():
        counts[reason] = int((keep & absent).sum())
        keep &= ~absent
    return keep, counts


def _never_complete(study: Study) -> Problem:
    complete = study.definition.respondent.complete
    assert complete is not None  # noqa: S101 (no row is incomplete unless the study says which are)
    marks = listing(list(complete.equals)) or "anything"
    message = f'no row is complete: column "{complete.column}" never holds {marks}; correct equals.'
    return study.problem(message, "respondent", "complete", "equals")


def _nobody_left(study: Study, found: tuple[Found, ...]) -> Problem:
    counts = [f"{one.rule.name} {one.flagged.sum():,}" for one in found if one.flagged is not None]
    message = (
        f"screening leaves out every complete interview (flagged: {', '.join(counts)}); loosen these thresholds under "
        "quality, or ask for more flags in drop_when."
    )
    return study.problem(message, "quality", "drop_when")
