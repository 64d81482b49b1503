"""whybuy export: the scored, labelled file goes back out, as SPSS, Parquet and a data dictionary."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from pipeline import __version__
from pipeline.calibrated import calibrated
from pipeline.errors import AnalysisRefused
from pipeline.exporting._columns import Column, Rows, columns
from pipeline.exporting._names import legal
from pipeline.ingest import read
from pipeline.report.folder import MANIFEST, replacing, write
from pipeline.report.publish import FORMULA
from pipeline.sample import sample
from pipeline.score import score
from pipeline.screen import screen
from pipeline.study import Study

SAV, PARQUET, DICTIONARY = "scored.sav", "scored.parquet", "dictionary.csv"
WHEN = slice(92, 109)
"""Date and time of writing in the header of a .sav."""
ALWAYS = b"01 Jan 7000:00:00"
LONGEST_LABEL = 120
"""Bytes of a value label that SPSS takes; of the label of a variable it takes 256."""


def export(study: Study, out: Path) -> list[Path]:
    """Paths of what was written into out/<study>/, all together or not at all; the same input gives the same bytes.

    One row a row read, repetitions left out: a salted name of the respondent, whether it was analysed and why not, the
    weight, items as presented, scores, variables, options, flags. Raises AnalysisRefused for a published table.
    """
    if study.definition.correlations is not None:
        message = "a published table has no rows to export; export needs a study with data."
        raise AnalysisRefused(study.problem(message, "correlations"))
    found = columns(_rows(study))
    names = legal([column.name for column in found])
    target = out / study.name
    with replacing(target, SAV) as folder:
        _write_sav(folder / SAV, found, names)
        _write_parquet(folder / PARQUET, found, names)
        written = {name: (folder / name).read_bytes() for name in (SAV, PARQUET)}
        written[DICTIONARY] = _dictionary(found, names)
        outputs = {name: {"bytes": len(content)} for name, content in written.items()}
        manifest = {"whybuy": __version__, "outputs": outputs}
        write(folder, {**written, MANIFEST: json.dumps(manifest, indent=2).encode() + b"\n"})
    return [target / name for name in (SAV, PARQUET, DICTIONARY)]


def _rows(study: Study) -> Rows:
    """Every row as the analysis sees it."""
    responses = read(study)
    screening = screen(responses, study)
    responses = calibrated(responses, screening, study)
    scores = score(responses, study)
    analysed = sample(responses, screening, scores, study).rows
    kept = np.empty(0, dtype=int) if analysed is None else analysed
    return Rows(study=study, responses=responses, screening=screening, scores=scores, analysed=kept)


def _write_sav(path: Path, found: Sequence[Column], names: Sequence[str]) -> None:
    import pyreadstat

    pairs = list(zip(names, found, strict=True))
    pyreadstat.write_sav(
        pd.DataFrame({name: column.values for name, column in pairs}),
        path,
        row_compress=True,
        column_labels=[_cut(column.label, 2 * LONGEST_LABEL) for column in found],
        variable_value_labels={
            name: {code: _cut(label, LONGEST_LABEL) for code, label in column.labels.items()}
            for name, column in pairs
            if column.labels
        },
        missing_ranges={name: list(column.missing) for name, column in pairs if column.missing},
        variable_measure={name: column.measure for name, column in pairs},
    )
    raw = bytearray(path.read_bytes())
    raw[WHEN] = ALWAYS
    path.write_bytes(raw)


def _write_parquet(path: Path, found: Sequence[Column], names: Sequence[str]) -> None:
    """Codes of answers that are missing are null here."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    arrays = [pa.array(_plain(column), from_pandas=True) for column in found]
    pq.write_table(pa.table(dict(zip(names, arrays, strict=True))), path)


def _plain(column: Column) -> np.ndarray:
    if not column.missing:
        return column.values
    return np.where(np.isin(column.values, list(column.missing)), np.nan, column.values)


def _dictionary(found: Sequence[Column], names: Sequence[str]) -> bytes:
    """CSV with one row a column: what it is, what its codes mean, how many rows have an answer."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(["name", "original", "kind", "measure", "label", "values", "missing", "answered"])
    for name, column in zip(names, found, strict=True):
        codes = {code: label for code, label in column.labels.items() if code not in column.missing}
        missing = {code: column.labels[code] for code in column.missing}
        texts = [name, column.name, column.kind, column.measure, column.label, _listed(codes), _listed(missing)]
        plain = _plain(column)
        answered = int(pd.notna(plain).sum())
        writer.writerow([*(f"'{text}" if text.startswith(FORMULA) else text for text in texts), answered])
    return b"\xef\xbb\xbf" + stream.getvalue().encode()


def _listed(labels: dict[float, str]) -> str:
    """'Apple = 1; Huawei = 2'."""
    return "; ".join(f"{label} = {code:g}" for code, label in labels.items())


def _cut(text: str, size: int) -> str:
    return text.encode()[:size].decode("utf-8", "ignore")
