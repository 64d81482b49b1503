"""Contradictions of the questions about critics, rivals, owners and cohorts: keys that need each other, cuts, lists."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.asked import ends, names
from pipeline.errors import Problem
from pipeline.study import Study

LISTS = (
    ("pricing", "groups"), ("promotion", "groups"), ("classes", "answers"), ("lock_in", "outcomes"),
    ("lock_in", "controls"), ("journey", "cohorts"), ("what_if", "outcomes"),
)  # fmt: skip
"""Lists in which a name has no second place."""


def rivalry(study: Study) -> Iterator[Problem]:
    """Problems of `paradox`, `rivals`, `lock_in` and of lists; names that are unknown are told by `asked`."""
    yield from _paradox(study)
    yield from _rivals(study)
    yield from _lock_in(study)
    yield from _lists(study)


def _paradox(study: Study) -> Iterator[Problem]:
    spec = study.definition.paradox
    if not spec:
        return
    known = {*study.definition.constructs, *study.definition.variables}
    limits = ends(study, spec.product) if spec.product in known else None
    if spec.product == study.outcome:
        yield study.problem(f"'{spec.product}' is the outcome; critics rate something else.", "paradox", "product")
    elif spec.below is None and spec.product in known and spec.product not in study.definition.constructs:
        message = f"'{spec.product}' is a number, which has no middle; say under 'below' what a critic rates it below."
        yield study.problem(message, "paradox", "product")
    elif spec.below is not None and limits and not limits[0] < spec.below <= limits[1]:
        message = f"nobody, or everybody, rates '{spec.product}' below {spec.below:g}; it goes from {limits[0]:g} to "
        yield study.problem(f"{message}{limits[1]:g}.", "paradox", "below")
    if spec.trust and not spec.complaint:
        message = (
            "'trust' needs 'complaint': it is complaints that trust may take the edge off. Add it, or take it out."
        )
        yield study.problem(message, "paradox", "trust")
    if spec.complaint and spec.complaint in (study.outcome, spec.trust):
        message = f"'{spec.complaint}' is the outcome or the trust itself; a complaint is another question."
        yield study.problem(message, "paradox", "complaint")


def _rivals(study: Study) -> Iterator[Problem]:
    spec = study.definition.rivals
    if not spec:
        return
    if spec.variable is None and study.brand_variable is None:
        message = "no variable tells brands apart; name it under 'variable', under segments.brand, or stack by brand."
        yield study.problem(message, "rivals", "brands")
    if spec.brands[0] == spec.brands[1]:
        yield study.problem(f"'{spec.brands[0]}' stands twice; name two brands.", "rivals", "brands")


def _lock_in(study: Study) -> Iterator[Problem]:
    spec = study.definition.lock_in
    if not spec:
        return
    if (spec.former is None) != (spec.rival is None):
        has, lacks = ("former", "rival") if spec.former else ("rival", "former")
        yield study.problem(
            f"'{has}' needs '{lacks}': the variable of the brand before, and its level.", "lock_in", has
        )
    if spec.devices in (study.outcome, *spec.outcomes, spec.cost):
        message = f"'{spec.devices}' is the dose and what it is held against; outcomes and cost are other questions."
        yield study.problem(message, "lock_in", "devices")


def _lists(study: Study) -> Iterator[Problem]:
    """Names that stand twice in a list, and waves taken for people who are followed over them."""
    listed = [one for one in names(study) if one.keys in LISTS]
    for one in dict.fromkeys(one for one in listed if listed.count(one) > 1):
        message = f"'{one.name}' stands twice in {'.'.join(map(str, one.keys))}; name it once."
        yield study.problem(message, *one.keys)
    journey = study.definition.journey
    if journey and study.wave_variable in journey.cohorts:
        message = f"'{study.wave_variable}' is the wave; cohorts are groups of people, who are followed over the waves."
        yield study.problem(message, "journey", "cohorts")
