"""What is wrong between the screening rules of a study.yaml and its other keys, found without the data."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.errors import Problem, listing, nearest
from pipeline.specs import RULES
from pipeline.study import Study

NEEDED = {
    "min_seconds": ("seconds", "the length of the interview"),
    "min_speed": ("seconds", "the length of the interview"),
    "id": ("id", "the respondent id"),
    "ip": ("ip", "the IP address"),
}
"""Rule -> key under respondent without which it has nothing to look at, and what its column holds."""


REPEATS = ("id", "ip")


def rulings(study: Study) -> Iterator[Problem]:
    """Rules without their column, rules that can flag nobody, and decisions on rules that are not declared."""
    if study.definition.correlations is not None and used(study):
        rules = listing(used(study))
        yield study.problem(f"a published table has no answers to screen; take {rules} out.", "quality")
        return
    yield from _columns(study)
    yield from _reach(study)
    yield from _attention(study)
    yield from _decisions(study)


def used(study: Study) -> list[str]:
    """Rules that the study declares, in the order of RULES."""
    declared = study.definition.quality
    found = {name for name in RULES if getattr(declared, name, None) not in (None, {})} | set(declared.duplicates)
    return [name for name in RULES if name in found]


def _columns(study: Study) -> Iterator[Problem]:
    for rule in used(study):
        key, holds = NEEDED.get(rule, ("", ""))
        if key and getattr(study.definition.respondent, key) is None:
            what = f"duplicates: {rule}" if rule in REPEATS else rule
            message = f"'{what}' needs the column with {holds}; name it under respondent as '{key}', or take it out."
            yield study.problem(message, "quality", "duplicates" if rule in REPEATS else rule)


def _reach(study: Study) -> Iterator[Problem]:
    """A run cannot be longer than the questions there are."""
    longest = study.definition.quality.longstring
    known = [name for name in study.used if name in study.definition.constructs]
    items = sum(len(study.construct(name).items) for name in known)
    if longest is not None and items and longest > items:
        message = f"longstring is {longest}, but the model has {items} items, so it can flag nobody; lower it."
        yield study.problem(message, "quality", "longstring")


def _attention(study: Study) -> Iterator[Problem]:
    """A check has a right answer, and is no answer to a question of the model itself."""
    owner = {item: name for name, construct in study.definition.constructs.items() for item in construct.items}
    for column, right in study.definition.quality.attention.items():
        here = ("quality", "attention", column)
        if not right:
            yield study.problem(f"the check '{column}' has no right answer; name it.", *here)
        if column in owner:
            message = (
                f"'{column}' is an item of '{owner[column]}'; a check with a right answer measures nothing, so take it "
                "out of one of them."
            )
            yield study.problem(message, *here)


def _decisions(study: Study) -> Iterator[Problem]:
    drop, declared = study.definition.quality.drop_when, used(study)
    if "id" in declared and not (drop and ("id" in drop.rules or drop.flags == 1)):
        message = "rows of one respondent that contradict each other cannot all stay; add 'id' to drop_when.rules."
        yield study.problem(message, "quality", "duplicates")
    if drop is None:
        return
    here = ("quality", "drop_when")
    for position, rule in enumerate(drop.rules):
        if rule not in RULES:
            message = f"unknown rule '{rule}'.{nearest(rule, RULES)} Rules in use are: {listing(declared) or 'none'}."
            yield study.problem(message, *here, "rules", position)
        elif rule not in declared:
            message = f"'{rule}' decides who is left out but is not in use; declare it under quality, or take it out."
            yield study.problem(message, *here, "rules", position)
    if drop.flags is None and not drop.rules:
        yield study.problem("drop_when says nothing; name a number of flags, or rules.", *here)
    if drop.flags is not None and drop.flags > len(declared):
        message = (
            f"drop_when asks for {drop.flags} flags, but the rules in use are {len(declared)}, so it leaves nobody "
            "out; lower it, or use more rules."
        )
        yield study.problem(message, *here, "flags")
