"""Columns of an export: who, whether and why not analysed, weight, answers as presented, scores, variables, flags."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import pandas as pd

from pipeline.ingest import number
from pipeline.privacy import salted
from pipeline.responses import Reason, Responses
from pipeline.score import Scores
from pipeline.screen import Screening
from pipeline.specs import Label, Scale
from pipeline.study import Study

Array = np.ndarray
Measure = Literal["nominal", "ordinal", "scale"]
NO_ANSWER = (Reason.NOT_ASKED, Reason.SKIPPED, Reason.DECLINED)
LOWEST = -99
WORDS: dict[str, dict[str, str]] = {
    "en": {
        "respondent": "Respondent (salted hash)",
        "analysed": "Was the row analysed?",
        "left_out": "Why the row was left out",
        "weight": "Weight used in the analysis",
        "strata": "Stratum (a number)",
        "cluster": "Cluster (a number)",
        "flag": "Flagged by the rule",
        "no": "No",
        "yes": "Yes",
        "test": "Preview or test",
        "incomplete": "Interview not complete",
        "no_weight": "No weight",
        "screened": "Left out by screening",
        "no_score": "Too few answers to the outcome, a driver or a control",
        "NOT_ASKED": "Not asked",
        "SKIPPED": "Skipped",
        "DECLINED": "Declined to answer",
    },
    "zh": {
        "respondent": "受访者（加盐哈希）",
        "analysed": "该行是否进入分析",
        "left_out": "该行未进入分析的原因",
        "weight": "分析所用权重",
        "strata": "层（编号）",
        "cluster": "群（编号）",
        "flag": "被以下规则标记",
        "no": "否",
        "yes": "是",
        "test": "预览或测试",
        "incomplete": "未完成访问",
        "no_weight": "没有权重",
        "screened": "在数据筛查中剔除",
        "no_score": "结果变量、驱动因素或控制变量作答过少",
        "NOT_ASKED": "未问",
        "SKIPPED": "未作答",
        "DECLINED": "拒答",
    },
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column. values: (r,) floats, NaN where blank, or texts. labels: value -> label. missing: code -> why."""

    name: str
    kind: str
    label: str
    values: Array
    measure: Measure = "scale"
    labels: Mapping[float, str] = field(default_factory=dict)
    missing: Mapping[float, Reason] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """Every row read, and where it went. analysed: (a,) positions of those the analysis stands on."""

    study: Study
    responses: Responses
    screening: Screening
    scores: Scores
    analysed: Array

    @property
    def language(self) -> str:
        return self.study.languages[0]

    def word(self, key: str) -> str:
        return WORDS[self.language][key]

    def text(self, label: Label | None, otherwise: str) -> str:
        """The label in the first language of the report, or in the first that it has."""
        if label is None or isinstance(label, str):
            return label or otherwise
        return label.get(self.language) or next(iter(label.values()), otherwise)


def columns(rows: Rows) -> list[Column]:
    """All columns, in the order in which they are written."""
    return [*_design(rows), *_items(rows), *_scores(rows), *_variables(rows), *_choices(rows), *_flags(rows)]


def _design(rows: Rows) -> Iterator[Column]:
    """Who answered, whether the row was analysed, and how much it counts."""
    responses = rows.responses
    names = np.array(salted(responses.keys.tolist(), rows.study), dtype=object)[responses.respondent]
    yield Column(name="respondent", kind="id", label=rows.word("respondent"), values=names, measure="nominal")
    analysed = np.zeros(len(responses.respondent))
    analysed[rows.analysed] = 1
    yield _yes_no(rows, "analysed", "design", rows.word("analysed"), analysed)
    yield _left_out(rows, analysed == 1)
    if responses.weight is not None:
        yield Column(
            name="weight", kind="design", label=rows.word("weight"), values=_weight(responses.weight, responses)
        )
    for name in ("strata", "cluster"):
        texts = getattr(responses, name)
        if texts is not None:
            codes = pd.factorize(texts, sort=True)[0].astype(float) + 1
            yield Column(name=name, kind="design", label=rows.word(name), values=codes, measure="nominal")


def _weight(weight: Array, responses: Responses) -> Array:
    """(r,) weights; NaN where margins were met without the row, so that whoever sums the column meets them too."""
    calibration = responses.calibration
    return np.where(calibration.of_row >= 0, weight, np.nan) if calibration is not None else weight.astype(float)


def _yes_no(rows: Rows, name: str, kind: str, label: str, values: Array) -> Column:
    labels = {0.0: rows.word("no"), 1.0: rows.word("yes")}
    return Column(name=name, kind=kind, label=label, values=values, measure="nominal", labels=labels)


def _left_out(rows: Rows, analysed: Array) -> Column:
    """The first reason of each row that was not analysed, blank of the others."""
    responses, nobody = rows.responses, np.zeros(len(analysed), dtype=bool)
    reasons = {
        "test": nobody if responses.tests is None else responses.tests,
        "incomplete": ~responses.complete,
        "no_weight": nobody if responses.weight is None else ~(responses.weight > 0),
        "screened": ~rows.screening.keep,
        "no_score": ~analysed,
    }
    codes = np.select([~analysed & gone for gone in reasons.values()], np.arange(1.0, len(reasons) + 1), np.nan)
    labels = {float(place): rows.word(reason) for place, reason in enumerate(reasons, start=1)}
    return Column(
        name="left_out", kind="design", label=rows.word("left_out"), values=codes, measure="nominal", labels=labels
    )


def _items(rows: Rows) -> Iterator[Column]:
    """Answers as presented, not turned round."""
    for construct, spec in rows.study.definition.constructs.items():
        labels = _points(rows, rows.study.scale(construct))
        for item, wording in spec.items.items():
            label = rows.text(wording, rows.responses.wordings.get(item, item))
            values, reasons = rows.responses.items[item].to_numpy(float), rows.responses.reasons[item].to_numpy()
            yield _answers(
                rows,
                Column(name=item, kind="item", label=label, values=values, measure="ordinal", labels=labels),
                reasons,
            )


def _answers(rows: Rows, column: Column, reasons: Array) -> Column:
    """The column with a code for each reason, below every value, in place of blanks."""
    held = [*column.labels, *column.values[np.isfinite(column.values)].tolist()]
    low = min(held, default=0.0)
    lowest = LOWEST if low > LOWEST + 2 else int(np.floor(low)) - len(NO_ANSWER)
    codes = {reason: float(lowest + place) for place, reason in enumerate(NO_ANSWER)}
    blank = ~np.isfinite(column.values)
    values = column.values.copy()
    for reason, code in codes.items():
        values[blank & (reasons == reason)] = code
    labels = {**column.labels, **{code: rows.word(reason.name) for reason, code in codes.items()}}
    missing = {code: reason for reason, code in codes.items()}
    return Column(
        name=column.name, kind=column.kind, label=column.label, values=values, measure=column.measure, labels=labels,
        missing=missing,
    )  # fmt: skip


def _points(rows: Rows, scale: Scale) -> dict[float, str]:
    """Value -> wording of the points, or of both ends."""
    for texts, values in ((scale.labels, range(scale.low, scale.high + 1)), (scale.ends, (scale.low, scale.high))):
        worded = (texts.get(rows.language) or next(iter(texts.values()))) if isinstance(texts, dict) else texts
        if worded:
            return {float(value): text for value, text in zip(values, worded, strict=False)}
    return {}


def _scores(rows: Rows) -> Iterator[Column]:
    for name, values in rows.scores.values.items():
        label = rows.text(rows.study.construct(name).label, name)
        yield Column(name=f"score_{name}", kind="score", label=label, values=values)


def _variables(rows: Rows) -> Iterator[Column]:
    responses = rows.responses
    for name in map(str, responses.variables):
        series = responses.variables[name]
        label = rows.text(rows.study.variable(name).label, name)
        if isinstance(series.dtype, pd.CategoricalDtype):
            values, labels = _coded(rows, series, responses.labels.get(name, {}))
            column = Column(name=name, kind="variable", label=label, values=values, measure="nominal", labels=labels)
        else:
            column = Column(name=name, kind="variable", label=label, values=series.to_numpy(float))
        reasons = responses.variable_reasons
        yield _answers(rows, column, reasons[name].to_numpy()) if name in reasons else column


def _coded(rows: Rows, series: Any, known: Mapping[str, Label]) -> tuple[Array, dict[float, str]]:
    """(r,) the codes of a category where all are numbers, else their positions from 1; and code -> label."""
    levels = [str(level) for level in series.cat.categories]
    found = [number(level) for level in levels]
    codes = [float(place) for place in range(1, len(levels) + 1)]
    if None not in found and len(set(found)) == len(found):
        codes = [float(value) for value in found if value is not None]
    values = np.append(codes, np.nan)[series.cat.codes.to_numpy()]
    return values, {code: rows.text(known.get(level), level) for code, level in zip(codes, levels, strict=True)}


def _choices(rows: Rows) -> Iterator[Column]:
    """Options of multiple questions, 1 ticked and 0 not, and ranks of rankings."""
    for question, options in rows.responses.choices.items():
        known = rows.responses.labels.get(question, {})
        asked = rows.text(rows.study.variable(question).label, question)
        ticks = set(np.unique(options.to_numpy(float)[np.isfinite(options.to_numpy(float))])) <= {0.0, 1.0}
        for option in map(str, options):
            values = options[option].to_numpy(float)
            label = f"{asked}: {rows.text(known.get(option), option)}"
            name = f"{question}_{option}"
            if ticks:
                yield _yes_no(rows, name, "option", label, values)
            else:
                yield Column(name=name, kind="rank", label=label, values=values, measure="ordinal")


def _flags(rows: Rows) -> Iterator[Column]:
    for one in rows.screening.found:
        if one.flagged is not None:
            label = f"{rows.word('flag')}: {one.rule.name}"
            yield _yes_no(rows, f"flag_{one.rule.name}", "flag", label, one.flagged.astype(float))
