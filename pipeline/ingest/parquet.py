"""Parquet: native cells by pyarrow."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import numpy as np

from pipeline.ingest._table import MOST_CELLS, fail, make
from pipeline.responses import Table
from pipeline.specs import DataFile

LARGEST_TOTAL = 2_000_000_000


def read(raw: bytes, file: DataFile) -> Table:
    """Table of a Parquet file; rows are numbered as if a header stood above them."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        parquet = pq.ParquetFile(pa.BufferReader(raw))
        meta = parquet.metadata
        unpacked = sum(meta.row_group(i).total_byte_size for i in range(meta.num_row_groups))
        if meta.num_rows * max(meta.num_columns, 1) > MOST_CELLS or unpacked > LARGEST_TOTAL:
            raise fail(
                file.file,
                f"has {meta.num_rows:,} rows in {meta.num_columns:,} columns; that is more than can be read at once.",
            )
        table = parquet.read()
    except (pa.ArrowException, OSError, MemoryError):
        raise fail(file.file, "cannot be read as Parquet; write the file again, or save it as CSV.") from None
    cells = np.empty((table.num_rows, table.num_columns), dtype=object)
    for position, column in enumerate(table.columns):
        cells[:, position] = _cells(column)
    return make(raw, file.file, "parquet", table.column_names, cells, np.arange(2, table.num_rows + 2))


def _cells(column: Any) -> np.ndarray:
    """(rows,) cells of an arrow column, each distinct value made once."""
    import pyarrow as pa

    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    if pa.types.is_nested(column.type) or pa.types.is_null(column.type):
        return _native(column.to_pylist())
    coded = column.combine_chunks().dictionary_encode()
    if isinstance(coded, pa.ChunkedArray):
        coded = coded.combine_chunks()
    values = _native([*coded.dictionary.to_pylist(), None])
    cells: np.ndarray = values[coded.indices.fill_null(len(values) - 1).to_numpy(zero_copy_only=False)]
    return cells


def _native(values: list[Any]) -> np.ndarray:
    """Texts and numbers as they are, None where there is none, all else as text."""
    cells = np.empty(len(values), dtype=object)
    for position, value in enumerate(values):
        if isinstance(value, bool):
            cells[position] = "TRUE" if value else "FALSE"
        elif isinstance(value, (str, int, float)) or value is None:
            cells[position] = None if value == "" or value != value else value
        elif isinstance(value, Decimal):
            cells[position] = float(value)
        else:
            cells[position] = str(value)
    return cells
