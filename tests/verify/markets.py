"""Surveys of the simulated market, analysed as the pipeline does, and the same figures in a very large population."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from ruamel.yaml import YAML

from pipeline import load
from pipeline.analysis import KINDS, Analysis, explained
from pipeline.calibrated import calibrated
from pipeline.estimates import KEY, check, frame
from pipeline.ingest import read
from pipeline.model import Row, Setting
from pipeline.model.case import Case
from pipeline.model.every import model_rows, resample_all
from pipeline.model.further import FURTHER
from pipeline.report.claims import Claim, Ledger
from pipeline.report.claims.further import RULES
from pipeline.report.results import facts
from pipeline.sample import sample as people_of
from pipeline.score import score
from pipeline.screen import screen
from pipeline.simulation import Market, Sample, population, sample
from pipeline.simulation.answers import SKIPPED
from pipeline.simulation.market import WAVES
from pipeline.study import Study
from pipeline.suppression import shielded

STUDY = Path(__file__).parents[2] / "surveys" / "phone_value" / "study.yaml"
PEOPLE = 1600
POPULATION, LARGE_SEED = 120_000, 987_654_321
FEWER: Mapping[str, Any] = {"compare": [], "brand": "brand", "waves": "wave"}
MODEL = ("importance", "regression")
"""Analyses of the model itself that are held against the truth."""
Found = dict[tuple[Any, ...], Row]


@cache
def study(draws: int, without: tuple[str, ...] = ()) -> Study:
    """That of the market with fewer draws and groups, and without some keys, over one Parquet file a wave."""
    found: dict[str, Any] = YAML(typ="safe").load(STUDY)
    found["data"] = [{"file": f"wave{at + 1}.parquet", "wave": wave} for at, wave in enumerate(WAVES)]
    found["segments"] = dict(FEWER)
    found["model"]["draws"] = draws
    found["pricing"]["groups"] = found["promotion"]["groups"] = ["waits"]
    found["journey"]["cohorts"] = ["age_band"]
    if "pricing" in without:
        found["model"]["outcomes"] = [found["promotion"]["outcome"]]
    found = {key: part for key, part in found.items() if key not in without}
    named = json.dumps({key: part for key, part in found.items() if key != "variables"} | {"age_band": "age"})
    found["variables"] = {name: part for name, part in found["variables"].items() if f'"{name}"' in named}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "study.yaml"
        path.write_text(json.dumps(found), encoding="utf-8")
        return load(path)


def columns(asked: Study) -> frozenset[str]:
    """Columns that the study reads."""
    definition = asked.definition
    stacked = {
        column for columns in (definition.stack.columns if definition.stack else {}).values() for column in columns
    }
    items = {item for construct in definition.constructs.values() for item in construct.items}
    return frozenset({*stacked, *items, *definition.variables, *definition.quality.attention, "id", "w", "seconds"})


def case(drawn: Sample, asked: Study) -> Case:
    """Everything an analysis looks at, from the answers of a draw."""
    wanted = columns(asked)
    with tempfile.TemporaryDirectory() as folder:
        place = replace(asked, path=Path(folder) / "study.yaml")
        for wave in range(len(WAVES)):
            rows = drawn.visits.wave == wave
            cells = {name: _cells(values[rows]) for name, values in drawn.cells.items() if name in wanted}
            pd.DataFrame(cells).to_parquet(place.folder / f"wave{wave + 1}.parquet")
        responses = read(place)
    screening = screen(responses, asked)
    responses = calibrated(responses, screening, asked)
    scores, setting = score(responses, asked), Setting.of(asked)
    people = people_of(responses, screening, scores, asked)
    return Case(
        study=asked,
        responses=responses,
        screening=screening,
        scores=scores,
        people=people,
        resampled=resample_all(asked, people, setting, explained(asked)),
        setting=setting,
        kind=KINDS[asked.definition.model.inference],
    )


def _cells(values: np.ndarray) -> Any:
    """Numbers as whole numbers where they are, blanks as missing."""
    if values.dtype.kind == "U":
        return values
    if (values != np.rint(values)).any():
        return values
    return pd.arrays.IntegerArray(values.astype(np.int64), values == SKIPPED)


def figures(found: Case, names: Mapping[str, Callable[[Case], list[Row]]]) -> Found:
    """Every row with a value, by its key."""
    model = model_rows(found.study, found.people, found.resampled, found.setting)
    rows = [row for row in model if row["analysis"] in MODEL]
    for rows_of in names.values():
        rows += rows_of(found)
    return {tuple(row.get(part) for part in KEY): row for row in rows if row.get("estimate") is not None}


def asked(*without: str) -> dict[str, Callable[[Case], list[Row]]]:
    """The analyses beyond the model, but for those named."""
    return {name: rows_of for name, rows_of in FURTHER.items() if name not in without}


@cache
def truth(*without: str) -> Found:
    """The figures in a very large population where everybody gives every answer."""
    return figures(case(population(Market(), POPULATION, LARGE_SEED), study(200)), asked(*without))


def surveys(market: Market, number: int, seed: int, asked: Study) -> Iterator[Case]:
    """So many surveys of a market."""
    for at in range(number):
        yield case(sample(market, PEOPLE, seed + at), asked)


def claims(found: Case, analyses: Collection[str]) -> list[Claim]:
    """What would be claimed beyond the model, from these analyses."""
    rows = model_rows(found.study, found.people, found.resampled, found.setting)
    for name in analyses:
        rows += FURTHER[name](found)
    told = Analysis(
        study=found.study,
        estimates=check(frame(shielded(rows, found.people.hidden))),
        sample=found.people,
        sources=found.responses.sources,
        content_sha256="",
    )
    known = facts(told)
    ledger = Ledger(known["estimates"], known["study"], known["sample"], known["screening"])
    return [claim for rule in RULES for claim in rule(ledger)]
