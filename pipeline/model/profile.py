"""Profile: who the respondents of the analysis are, by every variable, with design-based errors."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from pipeline.estimates import row
from pipeline.model import Row, Setting, based
from pipeline.responses import Responses
from pipeline.sample import Sample
from pipeline.study import Study
from pipeline.suppression import MOST_LEVELS
from pipeline.variance import Means, means

Array = np.ndarray

NPS = (-1.0, 0.0, 1.0)
"""What detractors, passives and promoters count."""
KNOWN = 1e-9
"""Standard error below which a figure is what the weights were adjusted to, and has no interval."""


def profile_rows(responses: Responses, people: Sample, study: Study, setting: Setting) -> list[Row]:
    """proportion of every level of a category and of every option of a multiple question; mean of a number; nps;
    mean_rank of every option of a ranking, among those who ranked it.

    Among the respondents of the analysis who answered the variable, which is the base of its rows (ratings, where rows
    are stacked). Errors by linearisation, as R `svymean`; intervals of proportions on the logit, as R `svyciprop`, of
    means by t. Levels of few respondents are suppressed, and with them nps of their variable; one that only the answers
    name has no row at all, for its name may say who answered. Variables of more than MOST_LEVELS levels are
    'not_defined'. Dates have no rows.
    """
    assert people.rows is not None  # noqa: S101 (this sample is made of responses)
    rows: list[Row] = []
    for name in map(str, responses.variables):
        column = responses.variables[name]
        if study.variable(name).type == "date":
            continue
        if column.dtype.kind == "f":
            rows += _number(name, column.to_numpy(float)[people.rows], people, setting)
        else:
            rows += _category(name, people, setting)
            if study.variable(name).recode == "nps":
                codes = column.cat.codes.to_numpy()[people.rows]
                rows += _nps(name, np.append(NPS, np.nan)[codes], people, setting)
    for question in responses.choices:
        if study.variable(question).type == "multiple":
            rows += _options(question, list(map(str, responses.choices[question])), people, setting)
        else:
            for option, ranks in responses.choices[question].items():
                values = ranks.to_numpy(float)[people.rows]
                rows += _mean("mean_rank", question, values, people, setting, contrast=f"level:{option}")
    return rows


def _category(name: str, people: Sample, setting: Setting) -> Iterator[Row]:
    found = people.levels[name]
    if len(found.names) > MOST_LEVELS:
        yield row("profile", "proportion", term=name, state="not_defined", reason="many_levels")
        return
    answered = found.of_row >= 0
    columns = np.where(answered[:, None], found.of_row[:, None] == np.arange(len(found.names)), np.nan)
    hidden = [level in people.hidden[name] for level in found.names]
    yield from _proportions(name, found.names, columns, hidden, people, setting)


def _options(question: str, options: list[str], people: Sample, setting: Setting) -> Iterator[Row]:
    codes = np.column_stack([people.levels[f"{question}={option}"].of_row for option in options]).astype(float)
    columns = np.where(codes >= 0, codes, np.nan)
    hidden = [bool(people.hidden[f"{question}={option}"]) for option in options]
    yield from _proportions(question, tuple(options), columns, hidden, people, setting)


def _proportions(
    name: str, levels: tuple[str, ...], columns: Array, hidden: list[bool], people: Sample, setting: Setting
) -> Iterator[Row]:
    if not levels:
        return
    found = means(columns, people.design)
    low, high = logit_interval(found, setting.level)
    for at, level in enumerate(levels):
        key: Row = {"term": name, "contrast": f"level:{level}"}
        answered = np.isfinite(columns[:, at])
        if hidden[at] or not answered.any():
            if level in people.labels.get(name, {}):
                yield row("profile", "proportion", state="suppressed", reason="small_base", **key)
            continue
        limits = _limits(found, low, high, at, setting) if 0 < found.mean[at] < 1 else {}
        yield _figure("proportion", found.mean[at], limits, key, answered, people, setting)


def logit_interval(found: Means, level: float) -> tuple[Array, Array]:
    """(k,) limits of proportions: t intervals of their logits, so that none lies outside 0 to 1; NaN at 0 and 1."""
    from scipy.special import expit, logit, stdtrit

    p = np.where((found.mean > 0) & (found.mean < 1), found.mean, np.nan)
    reach = stdtrit(found.df, (1 + level) / 2) * found.se / (p * (1 - p))
    return expit(logit(p) - reach), expit(logit(p) + reach)


def _limits(found: Means, low: Array, high: Array, at: int, setting: Setting) -> Row:
    columns = {"std_error": found.se[at], "conf_low": low[at], "conf_high": high[at]}
    if not np.isfinite(list(columns.values())).all() or columns["std_error"] < KNOWN:
        return {}
    return {name: float(value) for name, value in columns.items()} | {"conf_level": setting.level}


def _number(name: str, values: Array, people: Sample, setting: Setting) -> Iterator[Row]:
    yield from _mean("mean", name, values, people, setting)


def _nps(name: str, values: Array, people: Sample, setting: Setting) -> Iterator[Row]:
    """Share of promoters less that of detractors; with one of the groups hidden it would give that away."""
    if people.hidden[name]:
        yield row("profile", "nps", term=name, state="suppressed", reason="small_base")
    else:
        yield from _mean("nps", name, values, people, setting)


def _mean(
    metric: str, name: str, values: Array, people: Sample, setting: Setting, contrast: str | None = None
) -> Iterator[Row]:
    answered = np.isfinite(values)
    if not answered.any():
        return
    found = means(values[:, None], people.design)
    low, high = found.interval(setting.level)
    limits = _limits(found, low, high, 0, setting)
    yield _figure(metric, found.mean[0], limits, {"term": name, "contrast": contrast}, answered, people, setting)


def _figure(metric: str, value: float, limits: Row, key: Row, answered: Array, people: Sample, setting: Setting) -> Row:
    """The row, or what its base leaves of it."""
    base = people.base(answered)
    state = setting.state(base)
    if state.get("state") == "suppressed":
        return row("profile", metric, **key, **state)
    return row("profile", metric, estimate=float(value), **limits, **key, **based(base), **state)
