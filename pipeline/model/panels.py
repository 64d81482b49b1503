"""Panels: every set of columns that is reduced to Moments and resampled, all with the same replicates."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from pipeline.model import Setting, compare
from pipeline.model.change import change_panels
from pipeline.model.resample import Panel
from pipeline.model.robustness.halo import halo_panels
from pipeline.sample import Sample
from pipeline.study import Study

Array = np.ndarray


def panels(study: Study, sample: Sample, setting: Setting, explained: Collection[str]) -> dict[str, Panel]:
    """Panels by name: 'model', 'scores', 'tops', 'items:<construct>', '<variable>=<level>', 'halo:…' and, for the
    variables whose differences are explained, 'items:<driver>@<variable>=<level>'.

    'model' has the columns of the model: controls, those of the drivers, the outcome; in a plain model they are scores.
    """
    everyone = np.arange(len(sample.scores))
    tops = np.array([study.scale(name).high - 1 for name in sample.names])
    top = (sample.scores >= tops - 1e-9).astype(float)
    model = (
        {}
        if sample.model.plain
        else {"model": Panel(names=sample.model.names, columns=sample.model.values, rows=everyone)}
    )
    return {
        "scores": Panel(names=sample.names, columns=sample.scores, rows=everyone),
        **model,
        "tops": Panel(names=sample.names, columns=top, rows=everyone),
        **_items(sample, setting),
        **compare.panels(sample, setting),
        **halo_panels(sample),
        **change_panels(sample, setting, explained),
    }


def _items(sample: Sample, setting: Setting) -> dict[str, Panel]:
    found = {}
    for name, answers in sample.items.items():
        rows = np.flatnonzero(np.isfinite(answers).all(1))
        if answers.shape[1] > 1 and sample.base(rows).n >= setting.minimum_base:
            names = tuple(str(at) for at in range(answers.shape[1]))
            found[f"items:{name}"] = Panel(names=names, columns=answers[rows], rows=rows)
    return found
