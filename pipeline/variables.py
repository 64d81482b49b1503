"""What is wrong with the variables of a study.yaml, found without the data."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from pipeline.errors import Problem, listing, nearest
from pipeline.specs import Variable
from pipeline.study import Study

SEVERAL = ("multiple", "ranking")
"""Types of questions with several options."""
WAYS = ("cut", "recode", "ticked")
"""What may be made of another variable, an item or a question."""
NPS_POINTS = (0, 10)


def variables(study: Study) -> Iterator[Problem]:
    """Every problem of a variable, and every use of one that its type does not allow."""
    for name, variable in study.definition.variables.items():
        yield from _shape(study, name, variable)
        yield from _bands(study, name, variable)
        if variable.from_:
            yield from _source(study, name, variable)
    yield from _uses(study)


def _shape(study: Study, name: str, variable: Variable) -> Iterator[Problem]:
    """Keys that do not go together, whatever they say."""
    here = ("variables", name)
    made = [way for way in WAYS if getattr(variable, way)]
    several = variable.type in SEVERAL
    if variable.from_ and len(made) != 1:
        yield study.problem(f"'{name}' needs one of cut, recode and ticked beside 'from'.", *here, "from")
    if not variable.from_ and (variable.cut or variable.recode):
        yield study.problem(f"'{name}' needs 'from' beside '{made[0]}': what it is made of.", *here, made[0])
    if not variable.from_ and variable.ticked and variable.type != "multiple":
        message = f"'{name}' has 'ticked', so it is of type multiple, or made 'from' a question that is; say which."
        yield study.problem(message, *here, "ticked")
    if variable.column and variable.columns:
        yield study.problem(f"'{name}' has 'column' and 'columns'; a question has one or several.", *here, "columns")
    if (variable.columns or variable.separator) and not several:
        key = "columns" if variable.columns else "separator"
        message = (
            f"'{name}' has '{key}', which only a question with several options has; add type: multiple or ranking."
        )
        yield study.problem(message, *here, key)
    if variable.separator and len(variable.columns) > 1:
        message = f"'{name}' has several columns, so nothing stands between options in one cell; take out 'separator'."
        yield study.problem(message, *here, "separator")
    if variable.other is not None and not variable.codes:
        message = f"'{name}' has 'other' but no codes, so nothing tells what all others are; name the codes."
        yield study.problem(message, *here, "other")


def _bands(study: Study, name: str, variable: Variable) -> Iterator[Problem]:
    here = ("variables", name)
    if variable.cut and (len(variable.cut) == 1 or not all(low < high for low, high in pairwise(variable.cut))):
        yield study.problem("cut needs at least two limits, each larger than the one before.", *here, "cut")
    elif variable.labels and len(variable.labels) != _groups(variable):
        many = _groups(variable)
        made = f"{len(variable.cut)} limits (the outer ones among them) make {many} {'band' if many == 1 else 'bands'}"
        how = made if variable.cut else f"'{name}' has {_groups(variable)} groups"
        yield study.problem(f"{how}, but there are {len(variable.labels)} labels.", *here, "labels")
    elif any(variable.labels.count(label) > 1 for label in variable.labels):
        yield study.problem(f"two groups of '{name}' have the same label; give each its own.", *here, "labels")
    if variable.range and variable.range[0] > variable.range[1]:
        yield study.problem(f"the range of '{name}' ends below its start.", *here, "range")


def _groups(variable: Variable) -> int:
    """Groups that labels may name: bands, or who promotes, or yes and no."""
    if variable.cut:
        return len(variable.cut) - 1
    return 3 if variable.recode == "nps" else 2 if variable.recode or variable.ticked else 0


def _source(study: Study, name: str, variable: Variable) -> Iterator[Problem]:
    """What a variable is made of must exist and be of the kind that can be made into it."""
    here, source = ("variables", name, "from"), str(variable.from_)
    if variable.recode:
        yield from _recoded(study, variable, source, *here)
        return
    known = study.definition.variables
    if source not in known:
        close = nearest(source, known)
        message = f"unknown variable '{source}'.{close} Variables are: {listing(list(known))}."
        yield study.problem(message, *here)
    elif variable.ticked and known[source].type not in SEVERAL:
        yield study.problem(f"'{source}' is no question with several options; its type is not multiple.", *here)
    elif variable.cut and known[source].from_:
        message = f"'{source}' is made of bands itself; cut the number variable it comes from."
        yield study.problem(message, *here)
    elif variable.cut and known[source].type not in (None, "number"):
        yield study.problem(f"'{source}' is of type {known[source].type}; only a number can be cut.", *here)


def _recoded(study: Study, variable: Variable, source: str, *here: str) -> Iterator[Problem]:
    constructs = study.definition.constructs
    owner = source if source in constructs else next((n for n, c in constructs.items() if source in c.items), None)
    declared = study.definition.variables.get(source)
    if owner is None and declared and not declared.from_ and declared.range == NPS_POINTS:
        return
    if owner is None:
        items = [item for construct in constructs.values() for item in construct.items]
        message = f"'{source}' is no item and no construct.{nearest(source, [*items, *constructs])} Name one of them,"
        yield study.problem(f"{message} or a number variable with range: [0, 10].", *here)
        return
    items = list(constructs[owner].items)
    if source == owner and len(items) > 1:
        message = f"'{source}' has {len(items)} items, and {variable.recode} is made of one answer; name one of them:"
        yield study.problem(f"{message} {listing(items)}.", *here)
    scales = study.definition.scales
    scale = scales.get(constructs[owner].scale or next(iter(scales), ""))
    if variable.recode == "nps" and scale and (scale.low, scale.high) != NPS_POINTS:
        message = f"the net promoter score needs answers from 0 to 10; the scale of '{source}' runs from {scale.low} to"
        yield study.problem(f"{message} {scale.high}. Use top2_box instead.", *here)


def _uses(study: Study) -> Iterator[Problem]:
    """Questions with several options, and dates, are no groups and no numbers of the model."""
    definition = study.definition
    uses = {
        "segments": study.segment_variables,
        "model.drivers": definition.model.drivers or (),
        "model.controls": definition.model.controls,
    }
    for key, names in uses.items():
        for name in names:
            kind = study.variable(name).type
            if kind in SEVERAL:
                message = f"'{name}' has several options; make a variable of one: {{from: {name}, ticked: [option]}}."
                yield study.problem(message, *key.split("."))
            elif kind == "date":
                yield study.problem(f"'{name}' is a date, which is no group and no number here.", *key.split("."))
    stacked = definition.stack.columns if definition.stack else {}
    for name, variable in definition.variables.items():
        if variable.type in SEVERAL and (name in stacked or variable.column in stacked):
            message = f"'{name}' has several options and cannot be stacked; name its columns under the variable."
            yield study.problem(message, "variables", name)
