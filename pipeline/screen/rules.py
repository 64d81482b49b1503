"""Rules that may flag a row: what the study declares under `quality`, and whom each catches."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from pipeline.responses import Responses
from pipeline.rulings import used
from pipeline.screen import careless
from pipeline.specs import Quality
from pipeline.study import Study

Array = np.ndarray


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A rule in use. threshold: as the study writes it, None where a flag needs none.

    decides: whether one flag of it is enough to leave a row out.
    """

    name: str
    threshold: float | None
    decides: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a rule found: (r,) flags, or why it could not be used."""

    rule: Rule
    flagged: Array | None
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What rules look at: the responses, and the (u,) rows among them that are real and complete interviews.

    answers: (u, k) items of the model as presented, in the order of the study, NaN where there is none. scored: the
    same, reversed items turned round. sizes: items of each scale. interview: (u,) a number for each respondent and
    wave: rows of one interview differ in the brand they rate. wave: (u,).
    """

    responses: Responses
    study: Study
    rows: Array
    answers: Array
    scored: Array
    sizes: tuple[int, ...]
    interview: Array
    wave: Array

    @classmethod
    def of(cls, responses: Responses, study: Study, complete: Array) -> Subject:
        scales = scales_of(study)
        rows = np.flatnonzero(complete)
        items = [item for scale in scales for item in scale]
        answers = responses.items[items].to_numpy(float)[rows]
        turn = _turns(study)
        scored = answers.copy()
        for at, item in enumerate(items):
            if item in turn:
                scored[:, at] = turn[item] - answers[:, at]
        wave = _waves(responses, study)[rows]
        return cls(
            responses=responses,
            study=study,
            rows=rows,
            answers=answers,
            scored=scored,
            sizes=tuple(map(len, scales)),
            interview=responses.respondent[rows] * (wave.max(initial=0) + 1) + wave,
            wave=wave,
        )

    @property
    def quality(self) -> Quality:
        return self.study.definition.quality

    def first(self) -> Array:
        """(i,) places in `rows` of the first row of every interview, the earliest first where that is known."""
        _, first = np.unique(self.interview, return_index=True)
        started = self.responses.started
        return first if started is None else first[np.argsort(started[self.rows[first]], kind="stable")]

    def spread(self, flagged: Array) -> Array:
        """(r,) from (u,): rows that are not looked at are never flagged."""
        found = np.zeros(len(self.responses.respondent), dtype=bool)
        found[self.rows] = flagged
        return found


def scales_of(study: Study) -> list[tuple[str, ...]]:
    """Items of every scale of the model, in the order of the study; with items as drivers, a group is a scale."""
    names = [name for name in study.definition.constructs if name in study.used]
    grouped = study.groups if study.definition.model.level == "items" else {}
    owner = {driver: group for group, drivers in grouped.items() for driver in drivers}
    found: dict[str, list[str]] = {}
    for name in names:
        found.setdefault(owner.get(name, name), []).extend(study.construct(name).items)
    return [tuple(items) for items in found.values()]


def _waves(responses: Responses, study: Study) -> Array:
    """(r,) number of the wave of each row, 0 where there is none."""
    name = study.definition.segments.waves or "wave"
    if name not in responses.variables:
        return np.zeros(len(responses.respondent), dtype=np.int64)
    return np.maximum(pd.factorize(responses.variables[name], sort=True)[0], 0)


def _turns(study: Study) -> dict[str, int]:
    """Reversed item -> what its answer is taken from."""
    found: dict[str, int] = {}
    for name in study.used:
        scale = study.scale(name)
        found |= dict.fromkeys(study.construct(name).reverse, scale.low + scale.high)
    return found


def declared(study: Study) -> tuple[Rule, ...]:
    """The rules that a study uses, in the order of RULES."""
    quality = study.definition.quality
    enough = quality.drop_when.rules if quality.drop_when else ()
    thresholds = {name: getattr(quality, name, None) for name in used(study)}
    return tuple(
        Rule(name=name, threshold=value if isinstance(value, (int, float)) else None, decides=name in enough)
        for name, value in thresholds.items()
    )


def apply(subject: Subject) -> tuple[Found, ...]:
    """What every rule in use found."""
    return tuple(_found(rule, RULES[rule.name](subject), subject) for rule in declared(subject.study))


def _found(rule: Rule, flagged: Array | str, subject: Subject) -> Found:
    if isinstance(flagged, str):
        return Found(rule=rule, flagged=None, reason=flagged)
    return Found(rule=rule, flagged=subject.spread(flagged))


def _attention(subject: Subject) -> Array | str:
    """(u,) a check answered wrongly, or left out by somebody who was asked."""
    checks = subject.responses.attention
    passed = np.empty((len(subject.rows), 0)) if checks is None else checks.to_numpy(float)[subject.rows]
    return (passed == 0).any(1) if np.isfinite(passed).any() else "not_asked"


def _seconds(subject: Subject) -> Array | None:
    """(u,) length of the interview; None where it is known of nobody."""
    seconds = subject.responses.seconds
    return None if seconds is None or not np.isfinite(seconds[subject.rows]).any() else seconds[subject.rows]


def _short(subject: Subject) -> Array | str:
    seconds, least = _seconds(subject), subject.quality.min_seconds
    return "no_times" if seconds is None else seconds < least


def _fast(subject: Subject) -> Array | str:
    """(u,) shorter than the declared part of the median of all complete interviews, each counted once."""
    seconds, part = _seconds(subject), subject.quality.min_speed
    if seconds is None or part is None:
        return "no_times"
    return np.asarray(seconds < part * np.nanmedian(seconds[subject.first()]))


def _longstring(subject: Subject) -> Array | str:
    if subject.answers.shape[1] < 2:
        return "few_items"
    return careless.longstring(subject.answers) >= (subject.quality.longstring or np.inf)


def _irv(subject: Subject) -> Array | str:
    found = careless.irv(subject.answers)
    return "few_items" if _unknown(found) else found <= subject.quality.irv


def _even_odd(subject: Subject) -> Array | str:
    """(u,) consistency, minus R's score, below the threshold."""
    found = careless.even_odd(subject.scored, subject.sizes)
    return "no_halves" if _unknown(found) else -found < subject.quality.even_odd


def _psychsyn(subject: Subject) -> Array | str:
    found = careless.psychsyn(subject.answers, subject.quality.synonyms)
    return "no_synonyms" if _unknown(found) else found < subject.quality.psychsyn


def _psychant(subject: Subject) -> Array | str:
    found = careless.psychant(subject.answers, subject.quality.synonyms)
    return "no_antonyms" if _unknown(found) else found > subject.quality.psychant


def _mahalanobis(subject: Subject) -> Array | str:
    distances = careless.mahalanobis(subject.answers)
    if _unknown(distances):
        return "items_repeat"
    return careless.improbability(distances, subject.answers.shape[1]) < (subject.quality.mahalanobis or 0.0)


def _unknown(found: Array) -> bool:
    return bool(np.isnan(found).all())


def _id(subject: Subject) -> Array | str:
    """(u,) rows of a respondent beyond the first of the same wave and brand: the earliest, else the fullest."""
    responses, study, rows = subject.responses, subject.study, subject.rows
    name = study.definition.segments.brand or (study.definition.stack.by if study.definition.stack else None)
    brand = pd.factorize(responses.variables[name].iloc[rows], sort=True)[0] if name else np.zeros(len(rows))
    answered = responses.items.iloc[rows].notna().to_numpy().sum(1)
    began = np.zeros(len(rows)) if responses.started is None else np.nan_to_num(responses.started[rows], nan=np.inf)
    order = np.lexsort((-answered, began))
    again = pd.DataFrame({"interview": subject.interview[order], "brand": brand[order]}).duplicated().to_numpy()
    found = np.zeros(len(rows), dtype=bool)
    found[order] = again
    return found


def _ip(subject: Subject) -> Array | str:
    """(u,) rows of an interview from an address that an earlier interview of the same wave came from."""
    addresses = subject.responses.ip
    if addresses is None or not addresses[subject.rows].any():
        return "no_addresses"
    first = subject.first()
    of_first = addresses[subject.rows[first]]
    return _repeated(subject, first, of_first, of_first != 0)


def _answers(subject: Subject) -> Array | str:
    """(u,) rows of an interview with all the answers (items, variables, choices) of an earlier one of the same wave."""
    responses, rows = subject.responses, subject.rows
    parts = [responses.items, responses.variables, *responses.choices.values()]
    hashed = [pd.util.hash_pandas_object(part.iloc[rows], index=False).to_numpy() for part in parts if part.shape[1]]
    mixed = pd.util.hash_array(np.bitwise_xor.reduce([part * np.uint64(2 * at + 1) for at, part in enumerate(hashed)]))
    _, interview = np.unique(subject.interview, return_inverse=True)
    whole, answered = np.zeros(interview.max(initial=-1) + 1, dtype=np.uint64), np.zeros(interview.max(initial=-1) + 1)
    np.add.at(whole, interview, mixed)
    np.add.at(answered, interview, responses.items.iloc[rows].notna().to_numpy().any(1))
    first = subject.first()
    return _repeated(subject, first, whole[interview[first]], answered[interview[first]] > 0)


def _repeated(subject: Subject, first: Array, key: Array, known: Array) -> Array:
    """(u,) rows of interviews whose key an earlier one of the same wave has."""
    frame = pd.DataFrame({"key": key, "wave": subject.wave[first]})[known]
    again = subject.interview[first[known]][frame.duplicated().to_numpy()]
    return np.isin(subject.interview, again)


RULES: Mapping[str, Callable[[Subject], Array | str]] = {
    "attention": _attention,
    "min_seconds": _short,
    "min_speed": _fast,
    "longstring": _longstring,
    "irv": _irv,
    "even_odd": _even_odd,
    "psychsyn": _psychsyn,
    "psychant": _psychant,
    "mahalanobis": _mahalanobis,
    "id": _id,
    "ip": _ip,
    "answers": _answers,
}
"""Rule -> (u,) flags, or the reason why it cannot be used; the order in which a row that goes is given its reason."""
