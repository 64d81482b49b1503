"""What results.json says of the questions beyond the model: the keys of the study, and the names they use."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from pipeline.analysis import Analysis
from pipeline.asked import FURTHER, constructs_asked, names
from pipeline.study import Study


def further(analysis: Analysis) -> dict[str, Any]:
    """The parts of `study` that belong to questions beyond the model."""
    definition = analysis.study.definition
    return {
        "asked": _asked(analysis), "names": _named(analysis), "currency": definition.study.currency,
        "audience": list(definition.report.audience),
    }  # fmt: skip


def _asked(analysis: Analysis) -> dict[str, Any]:
    """Every further key as study.yaml has it (labels in every language), null where absent."""
    study = analysis.study
    return {key: _plain(study, getattr(study.definition, key)) for key in FURTHER} | {
        "outcomes": list(study.definition.model.outcomes)
    }


def _plain(study: Study, value: Any) -> Any:
    if isinstance(value, BaseModel):
        found = {}
        for name, field in type(value).model_fields.items():
            part = getattr(value, name)
            labelled = name in ("label", "unit", "offer") and part is not None
            found[field.alias or name] = study.label(part, "") if labelled else _plain(study, part)
        return found
    if isinstance(value, Mapping):
        return {str(key): _plain(study, part) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(study, part) for part in value]
    return value


def _named(analysis: Analysis) -> dict[str, Any]:
    """Constructs and variables of further questions: kind, label, and levels or scale; those of the model are not."""
    study = analysis.study
    constructs = [name for name in constructs_asked(study) if name not in study.used]
    found = {name: _construct(study, name) for name in constructs}
    for one in names(study):
        if one.name not in found and one.name not in study.definition.constructs:
            found[one.name] = _variable(analysis, one.name)
    return found


def _construct(study: Study, name: str) -> dict[str, Any]:
    scale, construct = study.scale(name), study.construct(name)
    return {
        "kind": "construct", "label": study.label(construct.label, name), "levels": [],
        "range": [scale.low, scale.high], "source": construct.source,
    }  # fmt: skip


def _variable(analysis: Analysis, name: str) -> dict[str, Any]:
    study, sample = analysis.study, analysis.sample
    variable, known = study.variable(name), sample.labels.get(name, {})
    stack = study.definition.stack
    if stack and stack.by == name and isinstance(stack.levels, dict):
        known = stack.levels
    levels = sample.levels[name].names if name in sample.levels else ()
    shown = [level for level in levels if level not in sample.hidden.get(name, ())]
    return {
        "kind": "category" if levels else "number", "label": study.label(variable.label, name),
        "levels": [{"value": level, "label": study.label(known.get(level), level)} for level in shown],
        "range": None if variable.range is None else list(variable.range), "source": None,
    }  # fmt: skip
