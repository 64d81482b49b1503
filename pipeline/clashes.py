"""What is wrong between the terms of a model: controls, groups, interactions and drivers that are variables."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.errors import Problem, listing, nearest
from pipeline.study import Study


def terms(study: Study) -> Iterator[Problem]:
    """Every problem of the parts of the model beyond its outcome and its drivers' names."""
    yield from _controls(study)
    yield from _variables_as_drivers(study)
    yield from _groups(study)
    yield from _interactions(study)
    yield from _items(study)
    yield from _resampling(study)
    yield from _imputations(study)
    yield from _table(study)


def _known_variables(study: Study) -> list[str]:
    if study.definition.correlations:
        return [name for name in study.definition.constructs if name != study.outcome]
    return list(dict.fromkeys((*study.definition.variables, *study.segment_variables)))


def _controls(study: Study) -> Iterator[Problem]:
    known = _known_variables(study)
    for position, name in enumerate(study.controls):
        place = ("model", "controls", position)
        if name not in known:
            message = (
                f"unknown control '{name}'.{nearest(name, known)} Variables are: {listing(known) or 'none declared'}."
            )
            yield study.problem(message, *place)
        elif name in study.drivers:
            yield study.problem(f"'{name}' is a driver; it cannot be taken into account before itself.", *place)
        elif name in study.controls[:position]:
            yield study.problem(f"control '{name}' is listed twice.", *place)


def _variables_as_drivers(study: Study) -> Iterator[Problem]:
    for position, name in enumerate(study.definition.model.drivers or ()):
        if name in study.segment_variables and name not in study.definition.constructs:
            message = f"'{name}' is compared under segments; inside one of its groups it cannot be a driver."
            yield study.problem(message, "model", "drivers", position)
    named = study.definition.model.drivers
    if named and not study.scored and all(name in study.definition.variables for name in named):
        message = f"no driver is a construct; at least one of {listing(list(study.definition.constructs))} must drive."
        yield study.problem(message, "model", "drivers")


def _groups(study: Study) -> Iterator[Problem]:
    owner: dict[str, str] = {}
    names = {*study.definition.constructs, *study.definition.variables}
    for name, group in study.definition.model.groups.items():
        if name in names:
            message = f"group '{name}' has the name of a construct or variable; give it another name."
            yield study.problem(message, "model", "groups", name)
        for driver in group.drivers:
            if driver not in study.drivers:
                close = nearest(driver, study.drivers)
                message = f"'{driver}' is no driver.{close} Drivers are: {listing(study.drivers)}."
                yield study.problem(message, "model", "groups", name)
            elif driver in owner:
                message = f"driver '{driver}' already belongs to group '{owner[driver]}'; it plays in one."
                yield study.problem(message, "model", "groups", name)
            owner.setdefault(driver, name)


def _interactions(study: Study) -> Iterator[Problem]:
    seen: set[frozenset[str]] = set()
    model = study.definition.model
    for position, pair in enumerate(model.interactions):
        place = ("model", "interactions", position)
        for name in pair:
            if name not in study.scored:
                close = nearest(name, study.scored)
                message = f"'{name}' cannot interact.{close} Drivers that are constructs: {listing(study.scored)}."
                yield study.problem(message, *place)
        if len(set(pair)) < 2 or frozenset(pair) in seen:
            yield study.problem(f"the pair {listing(pair)} is no new pair of two drivers; take it out.", *place)
        seen.add(frozenset(pair))
    if model.interactions and model.level == "items":
        yield study.problem("items and interactions do not go together; take one of them out.", "model", "level")
    if model.interactions and model.groups:
        yield study.problem("groups and interactions do not go together; take one of them out.", "model", "groups")


def _items(study: Study) -> Iterator[Problem]:
    if study.definition.model.level != "items":
        return
    names = {*study.definition.constructs, *study.definition.variables}
    for name in study.scored:
        items = study.construct(name).items
        for item in items if len(items) > 1 else ():
            if item in names:
                message = (
                    f"item '{item}' has the name of a construct or variable, so it cannot be a driver; rename one."
                )
                yield study.problem(message, "constructs", name, "items")


def _resampling(study: Study) -> Iterator[Problem]:
    model = study.definition.model
    if model.correlations == "polychoric" and model.inference == "jackknife":
        message = "polychoric correlations are fitted anew in every resample; choose inference bootstrap or bayesian."
        yield study.problem(message, "model", "inference")


def _imputations(study: Study) -> Iterator[Problem]:
    if study.definition.model.imputations == 1:
        message = "one completed data set cannot say how far others would differ; ask for 20, or leave imputations out."
        yield study.problem(message, "model", "imputations")


def _table(study: Study) -> Iterator[Problem]:
    """What needs answers cannot be asked of a published table."""
    definition = study.definition
    if definition.correlations is None:
        return
    model = definition.model
    asked = {
        "model.level": model.level == "items",
        "model.interactions": model.interactions,
        "model.controls": [name for name in model.controls if name not in definition.constructs],
        "model.outcome_type": model.outcome_type != "score",
        "model.correlations": model.correlations != "pearson",
        "model.inference": model.inference != "bootstrap",
        "model.interval": model.interval != "percentile",
        "model.imputations": model.imputations,
        "segments": study.segment_variables,
        "weights": any(value for _, value in definition.weights),
        "stack": definition.stack,
    }
    unmade = [key for key, value in asked.items() if value]
    if unmade:
        message = f"a published table has no answers of respondents, which {listing(unmade)} would need; take it out."
        yield study.problem(message, *unmade[0].split("."))
