"""BCa intervals of the importance metrics, where a study asks for them instead of percentiles."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from pipeline.model import Row, Setting
from pipeline.model.drivers import Importance
from pipeline.model.jackknife import acceleration, influence
from pipeline.model.players import MOST_DRAWN, Structure, arranged, values
from pipeline.model.resample import Panel, limits
from pipeline.moments import Moments
from pipeline.sample import Sample

Array = np.ndarray


def accelerated(rows: Iterable[Row], importance: Importance, sample: Sample, setting: Setting) -> Iterator[Row]:
    """The rows with the intervals of `<metric>` and `<metric>_share` exchanged for BCa; others as they are.

    Bias from the draws, acceleration from the infinitesimal jackknife, by unit and within strata. Above 15 drivers
    the acceleration is left at 0, which is the bias-corrected interval. Simulated coverage of shares near zero is worse
    than that of percentiles.
    """
    rates = _rates(importance, sample)
    place = {driver: at for at, driver in enumerate(importance.drivers)}
    for each in rows:
        metric = each["metric"]
        if each["analysis"] != "importance" or metric not in rates or each["conf_low"] is None:
            yield each
            continue
        point, draws = _figures(importance, metric)
        at = place[each["term"]]
        low, high = limits(draws[:, at], point[at], setting.level, "bca", rates[metric][at])
        yield each | {"conf_low": float(low), "conf_high": float(high)}


def _figures(importance: Importance, metric: str) -> tuple[Array, Array]:
    method = metric.removesuffix("_share")
    return importance.share(method) if metric != method else (importance.point[method], importance.draws[method])


def _rates(importance: Importance, sample: Sample) -> dict[str, Array]:
    """Metric -> (p,) acceleration, for every metric with draws, raw and as shares."""
    model, structure = sample.model, Structure.of(sample.model)
    names = [metric for method in importance.draws for metric in (method, f"{method}_share")]
    if len(structure.players) > MOST_DRAWN:
        return dict.fromkeys(names, np.zeros(len(structure.players)))

    def every(moments: Moments) -> Array:
        matrices = arranged(moments.correlations, structure)
        raw = [values(matrices, structure, method) for method in importance.draws]
        return np.hstack([part for each in raw for part in (each, each / each.sum(-1, keepdims=True))])

    panel = Panel(names=model.names, columns=model.values, rows=np.arange(len(model.values)))
    rate = acceleration(influence(every, panel, sample.design), sample.design)
    return dict(zip(names, rate.reshape(len(names), -1), strict=True))
