"""Whether complaints go with less of the outcome, and whether trust takes the edge off them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from scipy.special import stdtr, stdtrit

from pipeline.estimates import row
from pipeline.model import Row, Setting, based
from pipeline.model.case import Case
from pipeline.model.importance import usable
from pipeline.model.modelled import Modelled, enough_units, modelled, quantile, state_of
from pipeline.model.regression import Fit, ols

Array = np.ndarray

PLACES = {"p16": 0.16, "p84": 0.84}
"""Parts of the respondents who trust less: what a standard deviation below and above the mean is in a normal
distribution, and always a rating that occurs (Hayes 2022, sec. 7.4)."""


def complaint_rows(case: Case, complaint: str, trust: str | None) -> list[Row]:
    """b of the complaint (at mean trust), of complaint × trust, and of the complaint where trust is low and high.

    One regression of the outcome on the model, the complaint, trust and their product, both centred at their weighted
    means. Errors HC3, or those of the design. moderator_value: the ratings of trust that low and high mean.
    """
    further = [name for name in (complaint, trust) if name]
    data = modelled(case, further)
    terms = _terms(complaint, trust)
    unfit = state_of(data) or _unvaried(data, further)
    if unfit:
        return [row("paradox", metric, **key, **unfit) for metric, key in terms]
    cut, weight = data.cut, data.cut.design.weight
    own = [name for name in further if name not in data.at]
    columns = [data.x, *(cut.column(name) - np.average(cut.column(name), weights=weight) for name in own)]
    names = [*data.names, *own]
    if trust:
        apart = [cut.column(name) - np.average(cut.column(name), weights=weight) for name in further]
        columns.append(apart[0] * apart[1])
        names.append(f"{complaint}*{trust}")
    x = np.column_stack(columns)
    if not usable(np.corrcoef(x, rowvar=False)):
        return [row("paradox", metric, **key, state="singular", reason="singular") for metric, key in terms]
    fit = ols(x, data.y, tuple(names), design=cut.design)
    return list(_rows(data, fit, complaint, trust, case.setting))


def _terms(complaint: str, trust: str | None) -> list[tuple[str, Row]]:
    found: list[tuple[str, Row]] = [("b", {"term": complaint})]
    if trust:
        found.append(("b", {"term": f"{complaint}*{trust}"}))
        found += [("b", {"term": complaint, "contrast": place}) for place in PLACES]
        found += [("moderator_value", {"term": trust, "contrast": place}) for place in PLACES]
    return found


def _unvaried(data: Modelled, further: list[str]) -> Row:
    """State where complaints or trust do not vary, or there are too few people for the columns they add."""
    if any(np.ptp(data.cut.column(name)) == 0 for name in further):
        return {"state": "no_variance", "reason": "no_variance"}
    return {} if enough_units(data, data.x.shape[1] + 3) else {"state": "too_few", "reason": "small_base"}


def _rows(data: Modelled, fit: Fit, complaint: str, trust: str | None, setting: Setting) -> Iterator[Row]:
    common = {**based(data.cut.everyone), **setting.state(data.cut.everyone)}
    slope = _at(fit, complaint)
    yield row("paradox", "b", term=complaint, **_figures(fit, slope, setting), **common)
    if trust is None:
        return
    product = _at(fit, f"{complaint}*{trust}")
    yield row("paradox", "b", term=f"{complaint}*{trust}", **_figures(fit, product, setting), **common)
    values, weight = data.cut.column(trust), data.cut.design.weight
    centre = float(np.average(values, weights=weight))
    for place, part in PLACES.items():
        at = quantile(values, weight, part)
        yield row("paradox", "moderator_value", term=trust, contrast=place, estimate=at, **common)
        figures = _figures(fit, slope + (at - centre) * product, setting)
        yield row("paradox", "b", term=complaint, contrast=place, **figures, **common)


def _at(fit: Fit, name: str) -> Array:
    """(k,) 1 at one coefficient."""
    return (np.array(fit.names) == name).astype(float)


def _figures(fit: Fit, combination: Array, setting: Setting) -> Row:
    """Figures of a linear combination of coefficients."""
    value, error = float(combination @ fit.b), float(np.sqrt(max(combination @ fit.cov @ combination, 0.0)))
    reach = float(stdtrit(fit.df_residual, (1 + setting.level) / 2)) * error
    p = float(2 * stdtr(fit.df_residual, -abs(value) / error)) if error > 0 else None
    limits = {"conf_low": value - reach, "conf_high": value + reach, "conf_level": setting.level}
    return {"estimate": value, "std_error": error, "p_value": p, **limits}
