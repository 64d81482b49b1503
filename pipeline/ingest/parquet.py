"""Parquet: native cells by pyarrow."""

from __future__ import annotations

from typing import Any

import numpy as np

from pipeline.ingest._arrow import coded
from pipeline.ingest._opened import Opened
from pipeline.ingest._table import MOST_CELLS, MOST_COLUMNS, fail, make
from pipeline.responses import Table

LARGEST_TOTAL = 2_000_000_000


def fits(opened: Opened) -> bool:
    return opened.raw.startswith(b"PAR1")


def read(opened: Opened) -> Table:
    """Table of a Parquet file; rows are numbered as if a header stood above them.

    The categories of a dictionary column that has an order (as pandas writes an ordered category) are its labels; lists
    are several answers.
    """
    import pyarrow as pa

    try:
        table = _content(opened)
        columns, about = zip(*map(coded, table.columns), strict=True) if table.num_columns else ((), ())
        names = table.column_names
    except (pa.ArrowException, OSError, MemoryError, LookupError, ValueError):
        raise fail(opened.name, "cannot be read as Parquet; write the file again, or save it as CSV.") from None
    lines = np.arange(2, table.num_rows + 2)
    known = {name: entry for name, entry in zip(names, about, strict=True) if entry}
    return make(opened, "parquet", names, columns, lines, about=known)


def _content(opened: Opened) -> Any:
    """The arrow table, its texts by their distinct values: a few bytes can say that one long text stands everywhere."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    source = pa.BufferReader(opened.raw)
    meta = pq.read_metadata(source)
    unpacked = sum(meta.row_group(i).total_byte_size for i in range(meta.num_row_groups))
    columns = [meta.schema.column(i) for i in range(meta.num_columns)]  # those of a row group can end the process
    if (
        meta.num_rows * max(meta.num_columns, 1) > MOST_CELLS
        or unpacked > LARGEST_TOTAL
        or meta.num_columns > MOST_COLUMNS
    ):
        size = f"{meta.num_rows:,} rows in {meta.num_columns:,} columns"
        raise fail(opened.name, f"has {size}; that is more than can be read at once.")
    texts = {column.path for column in columns if column.physical_type == "BYTE_ARRAY"}
    return pq.ParquetFile(source, metadata=meta, read_dictionary=sorted(texts)).read()
