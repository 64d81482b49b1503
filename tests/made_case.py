"""A Case made of tables in memory, for tests of questions beyond the model and for their simulations."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from pipeline import load
from pipeline.model import Setting
from pipeline.model.case import Case
from pipeline.responses import Reason, Responses
from pipeline.sample import sample
from pipeline.score import score
from pipeline.screen import Screening
from pipeline.study import Study

KEY = np.uint64(0x9E3779B97F4A7C15)


@cache
def _loaded(text: str) -> Study:
    folder = Path(tempfile.mkdtemp())
    (folder / "study.yaml").write_text(text, encoding="utf-8")
    return load(folder)


def a_study(**keys: Any) -> Study:
    """A study whose scale has seven points; keys as in study.yaml."""
    whole = {"study": {"title": "Simulated"}, "data": "none.csv", "scales": {"seven": {"points": 7}}} | keys
    return _loaded(json.dumps(whole))


def a_case(
    study: Study,
    items: Mapping[str, Any],
    variables: Mapping[str, Any] | None = None,
    *,
    respondent: Sequence[int] | None = None,
    weight: Any = None,
    cluster: Any = None,
    strata: Any = None,
) -> Case:
    """The case of a study; items: name -> answers, variables: name -> numbers, or a list of texts for a category."""
    frame = pd.DataFrame(dict(items), dtype=float)
    rows = len(frame)
    person = np.arange(rows) if respondent is None else np.unique(respondent, return_inverse=True)[1]
    everybody = np.ones(rows, dtype=bool)
    responses = Responses(
        items=frame,
        reasons=frame.notna().replace({True: Reason.ANSWERED, False: Reason.SKIPPED}).astype(int),
        variables=pd.DataFrame(
            {name: _column(values) for name, values in (variables or {}).items()}, index=range(rows)
        ),
        weight=None if weight is None else np.asarray(weight, float),
        strata=_texts(strata),
        cluster=_texts(cluster),
        respondent=person,
        keys=(np.arange(1, person.max(initial=0) + 2)).astype(np.uint64) * KEY,
        complete=everybody,
        sources=(),
        content_sha256="",
        duplicates=0,
    )
    screening = Screening(keep=everybody, complete=everybody, flow=())
    scores = score(responses, study)
    people = sample(responses, screening, scores, study)
    return Case(
        study=study, responses=responses, screening=screening, scores=scores, people=people, resampled={},
        setting=Setting.of(study), kind="poisson",
    )  # fmt: skip


def _texts(values: Any) -> np.ndarray | None:
    return None if values is None else np.asarray(values).astype(str).astype(object)


def _column(values: Any) -> Any:
    found = np.asarray(values)
    if found.dtype.kind in "fiub":
        return found.astype(float)
    levels = list(dict.fromkeys(value for value in values if value is not None))
    return pd.Categorical(values, categories=levels, ordered=True)


def found(rows: Sequence[Mapping[str, Any]], metric: str, **key: Any) -> Mapping[str, Any]:
    """The one row with this metric and these columns."""
    key = {"term": None, "group": None, "contrast": None} | key
    (one,) = (each for each in rows if each["metric"] == metric and all(each[name] == key[name] for name in key))
    return one
