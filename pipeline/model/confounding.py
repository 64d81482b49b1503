"""How strong an unmeasured cause would have to be to explain a coefficient away.

Cinelli & Hazlett (2020), "Making sense of sensitivity", J. R. Stat. Soc. B 82, 39-67.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from scipy.special import stdtrit

from pipeline.estimates import row
from pipeline.model import Row, Setting, everyone
from pipeline.model.importance import usable
from pipeline.model.regression import Fit
from pipeline.moments import Moments
from pipeline.sample import Sample

Array = np.ndarray


def confounding_rows(model: Fit, moments: Moments, sample: Sample, setting: Setting) -> Iterator[Row]:
    """partial_r2, both robustness values and confounded_b of every driver; moments: of the model's columns.

    From the correlations of the weighted rows. Under weights, strata or clusters robustness_value_alpha is approximate:
    the design's error stands in for the classical one. A driver of several columns has a partial_r2 only. 'singular'
    where drivers repeat each other.
    """
    terms, found = sample.model, moments.correlations
    if not usable(found[:-1, :-1]) or np.isnan(model.b).any():
        absent: Row = {"state": "singular", "reason": "singular", "outcome": setting.outcome, **everyone(sample)}
        yield from (row("tipping", "partial_r2", term=driver, **absent) for driver in sample.drivers)
        return
    places = [[terms.controls + at for at in columns] for columns in terms.at]
    partial = [partial_r2(found, len(found) - 1, columns) for columns in places]
    single = [at for at, columns in enumerate(places) if len(columns) == 1]
    for at, driver in enumerate(sample.drivers):
        common: Row = {"outcome": setting.outcome, "term": driver, **everyone(sample)}
        yield row("tipping", "partial_r2", estimate=partial[at], **common)
        if at not in single:
            yield from _absent(("robustness_value", "robustness_value_alpha"), "several_columns", common)
            continue
        yield from _robustness_rows(model, 1 + places[at][0], partial[at], setting, common)
        others = [other for other in single if other != at]
        if others:
            strongest = max(others, key=lambda other: partial[other])
            contrast = {"contrast": f"as_strong_as:{sample.drivers[strongest]}"}
            b = float(model.b[1 + places[at][0]])
            within = partial_r2(found, places[at][0], places[strongest], without=[len(found) - 1])
            left = confounded(b, partial[at], within, partial[strongest])
            if left is None:
                yield from _absent(("confounded_b",), "impossible", common | contrast)
            else:
                yield row("tipping", "confounded_b", estimate=left, **common | contrast)


def _absent(metrics: Sequence[str], reason: str, common: Row) -> Iterator[Row]:
    for metric in metrics:
        yield row("tipping", metric, state="not_defined", reason=reason, **common)


def _robustness_rows(model: Fit, at: int, partial: float, setting: Setting, common: Row) -> Iterator[Row]:
    error = model.se_classical[at] if model.errors == "hc3" else model.se[at]
    t, f = float(abs(model.b[at]) / error), float(np.sqrt(partial / (1 - partial)))
    yield row("tipping", "robustness_value", estimate=robustness_value(f), **common)
    value = robustness_value(f, critical(f, t, model.df_residual, 1 - setting.level))
    yield row("tipping", "robustness_value_alpha", estimate=value, **common)


def partial_r2(correlations: Array, target: int, columns: Sequence[int], without: Sequence[int] = ()) -> float:
    """Part of what all other columns leave of the target's variance that these columns explain."""
    others = [at for at in range(len(correlations)) if at not in (target, *columns, *without)]
    return 1 - _left(correlations, target, [*others, *columns]) / _left(correlations, target, others)


def _left(correlations: Array, target: int, columns: Sequence[int]) -> float:
    r = correlations[target, columns]
    return float(1 - r @ np.linalg.solve(correlations[np.ix_(columns, columns)], r))


def robustness_value(f: float, critical: float = 0.0) -> float:
    """Partial R² that a confounder needs with driver and outcome to bring the coefficient to zero.

    f: √ of the driver's partial R² over what is left. With a critical value: to make it no longer significant.
    """
    over = f - critical
    if over <= 0:
        return 0.0
    if f * critical > 1:
        return (f**2 - critical**2) / (1 + f**2)
    return float((np.sqrt(over**4 + 4 * over**2) - over**2) / 2)


def critical(f: float, t: float, df: int, alpha: float) -> float:
    """f at which t would be at its two-sided critical value, with the degree of freedom the confounder takes."""
    if df < 2 or t == 0:
        return float("inf")
    return float(f / t * stdtrit(df - 1, 1 - alpha / 2) * np.sqrt(df / (df - 1)))


def confounded(b: float, partial: float, with_driver: float, with_outcome: float, times: float = 1.0) -> float | None:
    """Coefficient left beside a confounder `times` as strong as a benchmark driver (their k_D = k_Y).

    partial: partial R² of driver and outcome. with_driver, with_outcome: those of the benchmark, given all others.
    None where no confounder can be that strong.
    """
    odds = times * with_driver / (1 - with_driver)
    shared = times * with_driver**2 / ((1 - times * with_driver) * (1 - with_driver))
    if odds >= 1 or shared >= 1 or times * with_driver >= 1:
        return None
    strength = (np.sqrt(times) + np.sqrt(shared)) / np.sqrt(1 - shared)
    outcome = min(1.0, strength**2 * with_outcome / (1 - with_outcome))
    bias = abs(b) * np.sqrt((1 - partial) / partial * outcome * odds / (1 - odds)) if partial > 0 else 0.0
    return float(np.sign(b) * (abs(b) - bias))
