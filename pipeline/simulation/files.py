"""Files: a drawn sample as one CSV a wave, as an export of fieldwork would hold it."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import numpy as np

from pipeline.simulation._dice import Array
from pipeline.simulation.answers import SKIPPED, Sample
from pipeline.simulation.market import WAVES

PEOPLE, SEED = 6000, 20260601


def texts(drawn: Sample) -> dict[str, str]:
    """Name of the file of each wave -> its text; rows in the order of the ids."""
    columns = [_texts(values) for values in drawn.cells.values()]
    found = {}
    for wave in range(len(WAVES)):
        rows = np.flatnonzero(drawn.visits.wave == wave)
        rows = rows[np.argsort(drawn.cells["id"][rows], kind="stable")]
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(drawn.cells)
        writer.writerows(zip(*(column[rows].tolist() for column in columns), strict=True))
        found[f"wave{wave + 1}.csv"] = text.getvalue()
    return found


def _texts(values: Array) -> Array:
    if values.dtype.kind == "U":
        return values
    whole = bool((values == np.rint(values)).all())
    found = (values.astype(int) if whole else values).astype(str)
    found[values == SKIPPED] = ""
    return found


def write(folder: Path, drawn: Sample) -> list[Path]:
    """Paths of the files, written into the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in texts(drawn).items():
        (folder / name).write_text(text, encoding="utf-8", newline="")
    return [folder / name for name in texts(drawn)]
