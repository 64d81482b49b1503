"""A published correlation table as the data of a study: read strictly, and never repaired."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pipeline.errors import AnalysisRefused, DefinitionError, listing
from pipeline.ingest import MOMENTS, correlations_of, fetch_grid, grid, moment_of
from pipeline.responses import Source
from pipeline.study import Study

Array = np.ndarray

MOST_DRIVERS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """Correlations (q, q) of the constructs of the model, drivers first and the outcome last, from n respondents.

    mean, sd: (q,) where the table gives them for all. reliability: (q,), NaN where the study states none.
    """

    names: tuple[str, ...]
    correlations: Array
    mean: Array | None
    sd: Array | None
    reliability: Array
    n: int
    source: Source
    content_sha256: str


def read_published(study: Study) -> Published:
    """The table that a study names under `correlations`: square, or one triangle; diagonal 1 or blank.

    Rows or columns called mean and sd may stand beside the correlations. Raises DefinitionError for a file outside the
    study folder, DataError with row and column for a cell that cannot be a correlation and for correlations that no
    data can have, AnalysisRefused where they cannot carry the model.
    """
    declared = study.definition.correlations
    if declared is None:
        raise DefinitionError(study.problem("there is no published table under 'correlations'.", "correlations"))
    _refuse_unfit(study, declared.n)
    raw = _fetch(study, declared.file)
    found = grid(raw, str(study.folder / declared.file))
    matrix = correlations_of(found, study.used, study.where("model"))
    moments = {name: moment_of(found, name, study.used) for name in MOMENTS}
    source = Source(
        name=declared.file,
        format="csv",
        rows=len(found.rows),
        columns=len(found.columns),
        sha256=hashlib.sha256(raw).hexdigest(),
        encoding=found.encoding,
        delimiter=found.delimiter,
        detected=("format", "encoding", "delimiter"),
    )
    given = [study.construct(name).reliability for name in study.used]
    return Published(
        names=study.used,
        correlations=matrix,
        **moments,
        reliability=np.array([np.nan if each is None else each for each in given]),
        n=declared.n,
        source=source,
        content_sha256=_content(study.used, matrix, moments, declared.n),
    )


def understood(study: Study) -> list[str]:
    """Lines about what was read, to be held against the paper."""
    table = read_published(study)
    known = [name for name in MOMENTS if getattr(table, name) is not None]
    beside = f", with {' and '.join(known)}" if known else ""
    stated = [name for name, given in zip(table.names, table.reliability, strict=True) if np.isfinite(given)]
    value, one, other = _largest(table)
    return [
        f"{table.source.name}: correlations of {len(table.names)} constructs{beside}; {table.n:,} respondents",
        *(f"{name} ({'outcome' if name == study.outcome else 'driver'})" for name in table.names),
        f"largest correlation: {value:.2f} ({one}, {other})",
        f"reliability stated: {listing(stated) or 'of none'}",
    ]


def _largest(table: Published) -> tuple[float, str, str]:
    """The correlation farthest from 0, and its pair."""
    off = np.abs(table.correlations - np.eye(len(table.names)))
    i, j = np.unravel_index(off.argmax(), off.shape)
    return float(table.correlations[i, j]), table.names[i], table.names[j]


def _refuse_unfit(study: Study, n: int) -> None:
    drivers = len(study.drivers)
    if drivers > MOST_DRIVERS:
        message = f"{drivers} drivers are too many to share an outcome out among; name {MOST_DRIVERS} at most."
        raise AnalysisRefused(study.problem(message, "model", "drivers"))
    needed = max(study.definition.quality.minimum_base, drivers + 3)
    if n < needed:
        message = (
            f"the table stands on {n}, but {drivers} drivers need at least {needed} respondents; use fewer drivers."
        )
        raise AnalysisRefused(study.problem(message, "correlations", "n"))


def _fetch(study: Study, name: str) -> bytes:
    if Path(name).is_absolute() or ".." in Path(name).parts:
        message = f"'{name}' does not lie inside the study folder; put the file there and name it from there."
        raise DefinitionError(study.problem(message, "correlations", "file"))
    return fetch_grid(study.folder / name)


def _content(names: Sequence[str], matrix: Array, moments: Mapping[str, Array | None], n: int) -> str:
    """sha256 of what was read, whatever the order of rows and columns in the file."""
    return hashlib.sha256("\n".join(_facts(names, matrix, moments, n)).encode()).hexdigest()


def _facts(names: Sequence[str], matrix: Array, moments: Mapping[str, Array | None], n: int) -> Iterator[str]:
    yield f"n {n}"
    order = sorted(range(len(names)), key=lambda at: names[at])
    for i in order:
        beside = [f"{key} {float(found[i])!r}" for key, found in moments.items() if found is not None]
        yield " ".join([names[i], *beside, *(repr(float(matrix[i, j])) for j in order)])
