"""results.json: everything a page or an export may print, and nothing about a single respondent."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict
from importlib.metadata import version
from typing import Any

from pipeline import __version__
from pipeline.analysis import Analysis, explained
from pipeline.estimates import COLUMNS
from pipeline.report.asked import further
from pipeline.report.claims import Ledger, all_claims
from pipeline.report.claims.assumptions import all_assumptions
from pipeline.report.claims.checks import all_checks
from pipeline.report.profiled import profile
from pipeline.report.theme import accent_of, logo_url
from pipeline.report.view import View
from pipeline.report.weights import weights
from pipeline.report.words.claims import render, render_check
from pipeline.screen.rules import Rule, declared
from pipeline.specs import Label, Scale
from pipeline.study import Study

SCHEMA_VERSION = "1"
DIGITS = 10
CHOICES = (
    "draws", "seed", "confidence", "level", "outcome_type", "correlations", "inference", "interval", "sesoi",
    "collinear",
)  # fmt: skip
"""Keys of `model` that the report prints."""
SOFTWARE = ("numpy", "pandas", "scipy")


def build(analysis: Analysis) -> dict[str, Any]:
    """The results of an analysis as plain JSON values, numbers rounded to 10 significant digits."""
    found = facts(analysis)
    ledger = Ledger(found["estimates"], found["study"], found["sample"], found["screening"])
    words = {language: View(found).words(language) for language in analysis.study.languages}
    found["claims"] = [rounded(_claim(claim, words)) for claim in all_claims(ledger)]
    for part, checks in (("checks", all_checks(ledger)), ("assumptions", all_assumptions(ledger))):
        found[part] = [rounded(_check(check, words)) for check in checks]
    return found


def facts(analysis: Analysis) -> dict[str, Any]:
    """The same before anything is claimed of it."""
    found = {
        "schema_version": SCHEMA_VERSION,
        "study": _study(analysis),
        "provenance": _provenance(analysis),
        "sample": _sample(analysis),
        "screening": [_step(step) for step in analysis.sample.flow],
        "estimates": [_row(row) for row in analysis.estimates.to_dict(orient="records")],
        "specifications": list(analysis.specifications),
        "claims": [],
        "checks": [],
        "assumptions": [],
    }
    return dict(rounded(found))


def rounded(value: Any) -> Any:
    """The value with every float cut to 10 significant digits, containers as lists and dicts."""
    if isinstance(value, Mapping):
        return {str(key): rounded(entry) for key, entry in value.items()}
    if isinstance(value, (list, tuple)):
        return [rounded(entry) for entry in value]
    if isinstance(value, bool) or value is None or isinstance(value, (str, int)):
        return value
    number = float(f"{float(value):.{DIGITS}g}")
    return None if math.isnan(number) else number + 0.0


def _row(row: Mapping[Any, Any]) -> dict[str, Any]:
    found = {name: None if isinstance(row[name], float) and math.isnan(row[name]) else row[name] for name in COLUMNS}
    return found | {"n": None if found["n"] is None else int(found["n"])}


def _step(step: Any) -> dict[str, Any]:
    return {"stage": step.stage, "remaining": step.remaining, "removed": dict(step.removed)}


def _sample(analysis: Analysis) -> dict[str, Any]:
    sample = analysis.sample
    return {
        "n": sample.everyone.n,
        "rows": len(sample.scores),
        "n_eff": sample.everyone.n_eff,
        "deff": sample.everyone.deff,
        "units": len(sample.design.keys),
        "weighted": _weighted(analysis.study),
        "design": "published" if analysis.study.definition.correlations else sample.design.kind,
    }


def _weighted(study: Study) -> bool:
    given = study.definition.weights
    return given.column is not None or given.method is not None


def _provenance(analysis: Analysis) -> dict[str, Any]:
    names = ("name", "format", "encoding", "delimiter", "sheet", "rows", "columns")
    data = [
        {name: getattr(source, name) for name in names} | {"detected": list(source.detected)}
        for source in analysis.sources
    ]
    return {
        "definition_sha256": analysis.study.sha256,
        "content_sha256": analysis.content_sha256,
        "data": data,
        "software": {"whybuy": __version__} | {name: version(name) for name in SOFTWARE},
    }


def _study(analysis: Analysis) -> dict[str, Any]:
    study, definition = analysis.study, analysis.study.definition
    info, model = definition.study, definition.model
    optional = {"client": info.client, "wave": info.wave}
    return {
        "name": study.name,
        "title": study.label(info.title, study.name),
        **{name: _optional(study, label) for name, label in optional.items()},
        "fieldwork": None if info.fieldwork is None else list(info.fieldwork),
        "simulated": info.simulated,
        "design": info.design,
        "languages": list(study.languages),
        "outcome": study.outcome,
        "drivers": list(study.drivers),
        "constructs": {name: _construct(analysis, name) for name in study.used},
        "terms": _terms(analysis),
        "controls": [_named(study, name) for name in study.controls],
        "groups": [_group(study, name) for name in study.groups],
        "interactions": [list(pair) for pair in model.interactions],
        "explain": list(explained(study)),
        "segments": [_segment(analysis, name) for name in study.segment_variables],
        **further(analysis),
        "sample": {name: _disclosed(study, name, value) for name, value in definition.sample},
        "weights": weights(analysis),
        "profile": profile(analysis),
        "stacked": analysis.sample.stacked,
        "published": definition.correlations is not None,
        "files": max(len(definition.data), 1),
        "breaks": [asdict(one) for one in analysis.breaks],
        "bases": definition.quality.model_dump(include={"minimum_base", "low_base", "claim_base"}),
        "rules": [_rule(rule) for rule in declared(study)],
        "drop_flags": definition.quality.drop_when.flags if definition.quality.drop_when else None,
        **{name: getattr(model, name) for name in CHOICES},
        "theme": {
            "firm": _optional(study, definition.report.theme.firm),
            "logo": logo_url(study),
            "accent": accent_of(study),
        },
    }


def _rule(rule: Rule) -> dict[str, Any]:
    return {"rule": rule.name, "threshold": rule.threshold, "decides": rule.decides}


def _terms(analysis: Analysis) -> dict[str, Any]:
    """Drivers that are no constructs: variables and interactions, with their kind and label."""
    study, kinds = analysis.study, analysis.sample.model.kinds
    found = {}
    for name in study.drivers:
        if name not in study.scored:
            found[name] = {"kind": kinds[name], "label": _term_label(study, name), "levels": _levels(analysis, name)}
    return found


def _levels(analysis: Analysis, name: str) -> dict[str, dict[str, str]]:
    """Labels of the levels of a category, as far as the study or its files give them."""
    labels = analysis.sample.labels.get(name, {})
    return {code: analysis.study.label(label, code) for code, label in labels.items()}


def _term_label(study: Study, name: str) -> dict[str, str]:
    if name in study.definition.variables:
        return study.label(study.variable(name).label, name)
    parts = [study.label(study.construct(part).label, part) for part in name.split("*")]
    return {language: " × ".join(part[language] for part in parts) for language in study.languages}


def _named(study: Study, name: str) -> dict[str, Any]:
    known = study.construct(name).label if name in study.definition.constructs else study.variable(name).label
    return {"variable": name, "label": study.label(known, name)}


def _group(study: Study, name: str) -> dict[str, Any]:
    group = study.definition.model.groups[name]
    return {"name": name, "label": study.label(group.label, name), "drivers": list(study.groups[name])}


def _optional(study: Study, label: Label | None) -> dict[str, str] | None:
    return None if label is None else study.label(label, "")


def _disclosed(study: Study, name: str, value: Any) -> Any:
    return value if name == "type" else _optional(study, value)


def _construct(analysis: Analysis, name: str) -> dict[str, Any]:
    study, told = analysis.study, analysis.sample.wordings
    construct = study.construct(name)
    return {
        "label": study.label(construct.label, name),
        "items": {item: _optional(study, wording or told.get(item)) for item, wording in construct.items.items()},
        "reverse": list(construct.reverse),
        "needed": construct.needed,
        "source": construct.source,
        "reliability": construct.reliability,
        "scale": None if study.definition.correlations else _scale(study, study.scale(name)),
    }


def _scale(study: Study, scale: Scale) -> dict[str, Any]:
    texts = {key: getattr(scale, key) for key in ("labels", "ends")}
    shown = {key: _in_languages(study, value) for key, value in texts.items()}
    return {"low": scale.low, "high": scale.high, "points": scale.points, "neutral": scale.neutral, **shown}


def _in_languages(study: Study, texts: list[str] | dict[str, list[str]] | None) -> dict[str, list[str]] | None:
    if texts is None:
        return None
    return {language: texts if isinstance(texts, list) else texts[language] for language in study.languages}


def _segment(analysis: Analysis, name: str) -> dict[str, Any]:
    study, groups = analysis.study, analysis.sample.groups[name]
    codes = analysis.sample.labels.get(name, {})
    stack = study.definition.stack
    if stack and stack.by == name and isinstance(stack.levels, dict):
        codes = stack.levels
    levels = [{"value": level, "label": study.label(codes.get(level), level)} for level in groups.levels]
    label = study.label(study.variable(name).label, name)
    return {"variable": name, "label": label, "reference": groups.reference, "levels": levels}


def _claim(claim: Any, words: Mapping[str, Any]) -> dict[str, Any]:
    texts = {language: render(claim.id, claim.variant, rounded(claim.values), one) for language, one in words.items()}
    return {
        "id": claim.id,
        "variant": claim.variant,
        "level": claim.level,
        "values": claim.values,
        "evidence": claim.evidence,
        "guards": [
            {name: getattr(guard, name) for name in ("rule", "required", "found", "passed")} for guard in claim.guards
        ],
        "text": {language: text["text"] for language, text in texts.items()},
        **{part: _part(texts, part) for part in ("title", "action")},
    }


def _part(texts: Mapping[str, Mapping[str, str | None]], part: str) -> dict[str, str | None] | None:
    found = {language: text[part] for language, text in texts.items()}
    return found if all(text is not None for text in found.values()) else None


def _check(check: Any, words: Mapping[str, Any]) -> dict[str, Any]:
    texts = {lang: render_check(check.id, check.verdict, rounded(check.values), one) for lang, one in words.items()}
    parts = {part: {lang: text[part] for lang, text in texts.items()} for part in ("text", "result")}
    return {"id": check.id, "verdict": check.verdict, "values": check.values, **parts}
