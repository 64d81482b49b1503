"""What a study asks beyond its model: which constructs and variables that needs, and whether they are there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.errors import Problem, listing, nearest
from pipeline.specs import Beyond, Chain, Definition
from pipeline.study import Place, Study

FURTHER = tuple(Beyond.model_fields)
"""Keys of study.yaml that ask beyond the model."""
MOST_MEDIATORS = 6
"""Mediators of one chain: 63 paths where they stand in a row."""
NUMBER, EITHER, CATEGORY = "a construct, or a variable that is a number", "a construct or a variable", "a category"


@dataclass(frozen=True, slots=True, kw_only=True)
class Name:
    """A construct or variable that a further question needs: where it is named, and what it must be."""

    name: str
    keys: Place
    kind: str = NUMBER


def names(study: Study) -> Iterator[Name]:
    """Every name of a further question, in the order of the keys."""
    definition = study.definition
    for at, name in enumerate(definition.model.outcomes):
        yield Name(name=name, keys=("model", "outcomes", at))
    if definition.focus:
        yield Name(name=definition.focus.variable, keys=("focus",), kind=CATEGORY)
    yield from _of_value(definition)
    for driver, name in definition.stated_importance.items():
        yield Name(name=name, keys=("stated_importance", driver))
    for chain, spec in definition.mediation.items():
        yield from _of_chain(chain, spec)
    yield from _of_brands(definition)
    yield from _of_prices(definition)
    yield from _of_people(definition)
    yield from _of_time(definition)


def _of_value(definition: Definition) -> Iterator[Name]:
    for layer, group in definition.value.layers.items() if definition.value else ():
        for name in group.drivers:
            yield Name(name=name, keys=("value", "layers", layer))


def _of_chain(chain: str, spec: Chain) -> Iterator[Name]:
    here = ("mediation", chain)
    yield Name(name=spec.from_, keys=(*here, "from"))
    for stage in spec.through:
        for name in stage:
            yield Name(name=name, keys=(*here, "through"))
    if spec.to:
        yield Name(name=spec.to, keys=(*here, "to"))
    for name in spec.controls:
        yield Name(name=name, keys=(*here, "controls"), kind=EITHER)
    if spec.moderator:
        yield Name(name=spec.moderator, keys=(*here, "moderator"), kind=EITHER)


def _of_brands(definition: Definition) -> Iterator[Name]:
    paradox, rivals = definition.paradox, definition.rivals
    for key in ("product", "complaint", "trust") if paradox else ():
        if name := getattr(paradox, key):
            yield Name(name=name, keys=("paradox", key))
    if rivals and rivals.product:
        yield Name(name=rivals.product, keys=("rivals", "product"))
    if rivals and rivals.variable:
        yield Name(name=rivals.variable, keys=("rivals", "variable"), kind=CATEGORY)


def _of_prices(definition: Definition) -> Iterator[Name]:
    if not definition.pricing:
        return
    four, ladder, premium = definition.pricing.westendorp, definition.pricing.ladder, definition.pricing.premium
    for key in ("too_cheap", "cheap", "expensive", "too_expensive") if four else ():
        yield Name(name=getattr(four, key), keys=("pricing", "westendorp", key))
    intent = four.intent if four else None
    for key in ("cheap", "expensive") if intent else ():
        yield Name(name=getattr(intent, key), keys=("pricing", "westendorp", "intent", key), kind=EITHER)
    for price, name in ladder.prices.items() if ladder else ():
        yield Name(name=name, keys=("pricing", "ladder", "prices", price), kind=EITHER)
    if ladder and ladder.highest:
        yield Name(name=ladder.highest, keys=("pricing", "ladder", "highest"))
    for key in ("own", "reference") if premium else ():
        yield Name(name=getattr(premium, key), keys=("pricing", "premium", key))
    for name in definition.pricing.groups:
        yield Name(name=name, keys=("pricing", "groups"), kind=CATEGORY)


def _of_people(definition: Definition) -> Iterator[Name]:
    promotion, classes, lock_in = definition.promotion, definition.classes, definition.lock_in
    if promotion:
        yield Name(name=promotion.outcome, keys=("promotion", "outcome"))
        for name in promotion.groups:
            yield Name(name=name, keys=("promotion", "groups"), kind=CATEGORY)
    for name in classes.answers if classes else ():
        yield Name(name=name, keys=("classes", "answers"), kind=CATEGORY)
    if lock_in:
        yield Name(name=lock_in.devices, keys=("lock_in", "devices"))
        for key in ("outcomes", "controls"):
            for name in getattr(lock_in, key):
                yield Name(name=name, keys=("lock_in", key), kind=NUMBER if key == "outcomes" else EITHER)
        for key, kind in (("cost", NUMBER), ("former", CATEGORY)):
            if name := getattr(lock_in, key):
                yield Name(name=name, keys=("lock_in", key), kind=kind)


def _of_time(definition: Definition) -> Iterator[Name]:
    journey, what_if = definition.journey, definition.what_if
    for key in ("image_from", "image_to") if journey else ():
        if name := getattr(journey, key):
            yield Name(name=name, keys=("journey", key))
    for name in journey.cohorts if journey else ():
        yield Name(name=name, keys=("journey", "cohorts"), kind=CATEGORY)
    for name in what_if.outcomes if what_if else ():
        yield Name(name=name, keys=("what_if", "outcomes"))
    if definition.comparable:
        yield Name(name=definition.comparable, keys=("comparable",), kind=CATEGORY)


def levels_asked(study: Study) -> Iterator[tuple[str, str, Place]]:
    """(variable, level, where) of every level that a further question names."""
    definition = study.definition
    if definition.focus:
        yield definition.focus.variable, definition.focus.level, ("focus",)
    rivals = definition.rivals
    variable = (rivals.variable or study.brand_variable) if rivals else None
    for level in rivals.brands if rivals and variable else ():
        yield str(variable), level, ("rivals", "brands")
    for at, name in enumerate(definition.classes.names if definition.classes else ()):
        for answer, level in name.typical.items():
            yield answer, level, ("classes", "names", at)
    lock_in = definition.lock_in
    if lock_in and lock_in.former and lock_in.rival:
        yield lock_in.former, lock_in.rival, ("lock_in", "rival")
    for figure in definition.journey.context if definition.journey and study.wave_variable else ():
        yield str(study.wave_variable), figure.wave, ("journey", "context")


def constructs_asked(study: Study) -> tuple[str, ...]:
    """Constructs that are scored: those of the model, then those of further questions; none twice."""
    further = (one.name for one in names(study) if one.name in study.definition.constructs)
    return tuple(dict.fromkeys((*study.used, *further)))


def asked(study: Study) -> Iterator[Problem]:
    """Names that are unknown or of the wrong kind, and questions that need what the study does not have."""
    if study.definition.correlations is not None:
        yield from _of_tables(study)
        return
    used = [key for key in FURTHER if getattr(study.definition, key)]
    if used and study.definition.model.level == "items":
        yield study.problem(f"{used[0]} looks at scales, and the model at items; take one of them out.", used[0])
    for one in names(study):
        yield from _known(study, one)
    yield from _drivers(study)
    yield from _layers(study)
    yield from _chains(study)
    yield from _stated(study)
    yield from _promoted(study)
    yield from _moved(study)
    yield from _classed(study)


def _of_tables(study: Study) -> Iterator[Problem]:
    used = [key for key in FURTHER if getattr(study.definition, key)]
    used += ["model.outcomes"] if study.definition.model.outcomes else []
    if used:
        message = f"a published table has no answers of people, which {listing(used)} needs; take it out."
        yield study.problem(message, *used[0].split("."))


def is_number(study: Study, name: str) -> bool:
    """Whether a variable holds numbers."""
    variable = study.variable(name)
    cut = any(other.from_ == name and other.cut for other in study.definition.variables.values())
    return not variable.cut and (variable.type == "number" or variable.range is not None or cut)


def _known(study: Study, one: Name) -> Iterator[Problem]:
    constructs, variables = study.definition.constructs, {*study.definition.variables, *study.segment_variables}
    category = one.kind == CATEGORY
    possible = [*(() if category else constructs), *sorted(variables)]
    if one.name not in possible:
        close = nearest(one.name, possible)
        message = f"unknown name '{one.name}'.{close} It must be {one.kind}: {listing(possible)}."
        yield study.problem(message, *one.keys)
    elif one.kind == NUMBER and one.name in variables.difference(constructs) and not is_number(study, one.name):
        message = f"'{one.name}' is no number; give it 'type: number' and a range, or name a construct."
        yield study.problem(message, *one.keys)
    elif category and one.name in variables and is_number(study, one.name):
        message = f"'{one.name}' is a number; make bands of it (from, cut) and name these."
        yield study.problem(message, *one.keys)


def _drivers(study: Study) -> Iterator[Problem]:
    """Keys that must name drivers of the model."""
    definition = study.definition
    product = definition.value.product if definition.value else ()
    for key, names_ in (("value", product), ("stated_importance", definition.stated_importance)):
        for name in names_:
            if name not in study.drivers:
                message = f"'{name}' is no driver of the model.{nearest(name, study.drivers)} Drivers are: "
                yield study.problem(f"{message}{listing(list(study.drivers))}.", key)
    for at, name in enumerate(definition.model.outcomes):
        if name == study.outcome or name in study.drivers or name in definition.model.outcomes[:at]:
            yield study.problem(
                f"'{name}' is in the model already; a further outcome is another construct or number.",
                "model", "outcomes", at,
            )  # fmt: skip


def _layers(study: Study) -> Iterator[Problem]:
    """Layers are two or more, and no construct is in two of them."""
    layers = study.definition.value.layers if study.definition.value else {}
    owner: dict[str, str] = {}
    for layer, group in layers.items():
        for name in group.drivers:
            if name in owner:
                where = "twice" if owner[name] == layer else f"and in the layer '{owner[name]}'"
                message = f"'{name}' is in the layer '{layer}' {where}; each construct belongs to one layer."
                yield study.problem(message, "value", "layers", layer)
            elif name == study.outcome:
                message = f"'{name}' is the outcome of the model; a layer holds what may explain it."
                yield study.problem(message, "value", "layers", layer)
            owner[name] = layer
    if len(layers) == 1:
        yield study.problem("one layer has nothing to be compared with; name two or more.", "value", "layers")


def _stated(study: Study) -> Iterator[Problem]:
    """Stated importance has a variable of its own for two drivers or more, and ends that it is measured by."""
    stated = study.definition.stated_importance
    if len(stated) == 1:
        message = "the importance of one driver has nothing to be compared with; name two or more drivers."
        yield study.problem(message, "stated_importance")
    for driver, name in stated.items():
        if list(stated.values()).count(name) > 1:
            message = f"'{name}' is named for several drivers; each has a variable of its own."
            yield study.problem(message, "stated_importance", driver)
        elif name in study.definition.variables and ends(study, name) is None:
            message = f"'{name}' has no range, so its place between least and most important is unknown; add one, as "
            yield study.problem(f"{message}range: [1, 7].", "variables", name)


def ends(study: Study, name: str) -> tuple[float, float] | None:
    """Ends of the scale of a construct, or the declared range of a number; None where there is none."""
    definition = study.definition
    if name in definition.constructs:
        scale = definition.scales.get(definition.constructs[name].scale or next(iter(definition.scales), ""))
        return None if scale is None else (float(scale.low), float(scale.high))
    declared = study.variable(name).range
    return None if declared is None else (float(declared[0]), float(declared[1]))


def _promoted(study: Study) -> Iterator[Problem]:
    """The outcome on promotion is another question than the outcome, on the same scale."""
    promotion = study.definition.promotion
    if not promotion:
        return
    name, wanted, found = promotion.outcome, ends(study, study.outcome), ends(study, promotion.outcome)
    if name == study.outcome or name in study.drivers:
        message = f"'{name}' is in the model already; the outcome on promotion is another construct or number."
        yield study.problem(message, "promotion", "outcome")
    elif wanted and found != wanted and (found or name in study.definition.variables):
        told = "no range" if found is None else f"answers from {found[0]:g} to {found[1]:g}"
        message = f"'{name}' has {told}, '{study.outcome}' from {wanted[0]:g} to {wanted[1]:g}; both need one scale."
        yield study.problem(message, "promotion", "outcome")


def _moved(study: Study) -> Iterator[Problem]:
    """A journey has waves, and two images on one scale; what moves in 'what_if' is not in the model already."""
    journey, what_if = study.definition.journey, study.definition.what_if
    if journey and study.wave_variable is None:
        message = "a journey needs waves: name 'wave' under each file of data, or the variable under segments.waves."
        yield study.problem(message, "journey")
    named = [name for name in (journey.image_from, journey.image_to) if name] if journey else []
    known = {*study.definition.constructs, *study.definition.variables}
    if len(named) == 2 and known.issuperset(named):
        one, other = (ends(study, name) for name in named)
        if named[0] == named[1] or one != other:
            message = "image_from and image_to are two questions on the same scale; else neither can lead the other."
            yield study.problem(message, "journey", "image_to")
    for at, name in enumerate(what_if.outcomes if what_if else ()):
        if name == study.outcome or name in study.drivers:
            message = f"'{name}' is in the model already; what moves besides is another construct or number."
            yield study.problem(message, "what_if", "outcomes", at)


def _chains(study: Study) -> Iterator[Problem]:
    """Every name stands once in a chain, which is short enough for all its paths to be told."""
    for chain, spec in study.definition.mediation.items():
        through = [name for stage in spec.through for name in stage]
        every = [spec.from_, *through, spec.to or study.outcome]
        once = [*every, *spec.controls]
        for name in dict.fromkeys(name for name in once if once.count(name) > 1):
            message = f"'{name}' stands twice in the chain '{chain}'; each name has one place in it."
            yield study.problem(message, "mediation", chain)
        if spec.moderator in every:
            message = f"'{spec.moderator}' is in the chain '{chain}' and cannot moderate it; name something else."
            yield study.problem(message, "mediation", chain, "moderator")
        if not all(spec.through) or len(through) > MOST_MEDIATORS:
            message = f"the chain '{chain}' goes through {len(through)}; every stage needs a name, and all of them 1 to"
            yield study.problem(f"{message} {MOST_MEDIATORS}.", "mediation", chain, "through")


def _classed(study: Study) -> Iterator[Problem]:
    """Classes are made of something, are named after answers that make them, and are confused with no variable."""
    classes = study.definition.classes
    if classes is None:
        return
    if not classes.answers and not classes.drivers:
        yield study.problem("classes are made of answers, or of what drives the outcome; name either.", "classes")
    if len(classes.answers) == 1:
        yield study.problem("one answer makes no classes; name two or more, best four to eight.", "classes", "answers")
    for at, name in enumerate(classes.names):
        for answer in name.typical:
            if answer not in classes.answers:
                message = f"'{answer}' is none of the answers that make the classes.{nearest(answer, classes.answers)}"
                yield study.problem(f"{message} Answers are: {listing(classes.answers)}.", "classes", "names", at)
    for taken in sorted({"class", "driver_class"} & {*study.definition.variables, *study.segment_variables}):
        yield study.problem(f"a variable named '{taken}' would be taken for the classes; rename it.", "classes")
