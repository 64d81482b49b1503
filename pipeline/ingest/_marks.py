"""Marks: what a row says of itself beside its answers: weight, length of the interview, address, checks, design."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from pipeline.errors import Problem
from pipeline.ingest._cells import Sheet, decimals, number, plain, shown
from pipeline.ingest._durations import seconds as length
from pipeline.ingest._rows import hashed
from pipeline.ingest._table import canonical
from pipeline.ingest._typing import described
from pipeline.responses import Reason
from pipeline.study import Study


def weights(
    sheet: Sheet, column: str, missing: Mapping[str, Reason], what: str = "weight"
) -> tuple[np.ndarray, list[Problem]]:
    """(rows,) weights, NaN where blank or missing; negative ones and all zeros are problems."""
    cells = sheet.columns[column]
    possible = f"is not a {what}: a number that is zero or more. Correct it or add it to missing."
    wrong = {
        text: f"{described(text)} {possible}{decimals(text)}"
        for text in cells.texts
        if text not in missing and ((value := number(text)) is None or value < 0)
    }
    values = cells.look_up(
        [np.nan if text in missing or (value := number(text)) is None else value for text in cells.texts]
    )
    if not wrong and not np.nansum(values) > 0:
        message = f'column "{column}": no {what} is above zero; name another column under weights.'
        return values, [Problem(where=sheet.names[0], message=message)]
    return values, sheet.cell_problems(cells, wrong)


def durations(sheet: Sheet, column: str, missing: Mapping[str, Reason]) -> tuple[np.ndarray, list[Problem]]:
    """(rows,) seconds, NaN where blank or missing."""
    cells = sheet.columns[column]
    found = [None if text in missing else length(text) for text in cells.texts]
    wrong = {
        text: f"{shown(text)} is no length of an interview. Write it in seconds, as 2:05 or as 2分5秒."
        for text, value in zip(cells.texts, found, strict=True)
        if value is None and text not in missing
    }
    return cells.look_up([np.nan if value is None else value for value in found]), sheet.cell_problems(cells, wrong)


def addresses(sheet: Sheet, column: str) -> np.ndarray:
    """(rows,) uint64 hash of the address without its place ('1.2.3.4(广东-深圳)'), 0 where blank."""
    cells = sheet.columns[column]
    texts = [text.partition("(")[0].partition("（")[0].strip() for text in cells.texts]
    found: np.ndarray = np.append(hashed(texts), np.uint64(0))[cells.codes]
    return found


def attention(study: Study, sheet: Sheet, missing: Mapping[str, Reason]) -> pd.DataFrame | None:
    """(rows, checks) 1 passed, 0 failed or left out, NaN where not asked; None where the study has no check."""
    checks = study.definition.quality.attention
    if not checks:
        return None
    found = {}
    for column, right in checks.items():
        cells = sheet.columns[column]
        passed = cells.equal(text for answer in right if (text := plain(canonical(answer))) is not None)
        found[column] = np.where(cells.reasons(missing) == Reason.NOT_ASKED, np.nan, passed)
    return pd.DataFrame(found)
