"""Parquet: native cells by pyarrow."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import numpy as np

from pipeline.ingest._opened import Opened
from pipeline.ingest._table import MOST_CELLS, canonical, fail, make
from pipeline.responses import About, Coded, Table

LARGEST_TOTAL = 2_000_000_000


def fits(opened: Opened) -> bool:
    return opened.raw.startswith(b"PAR1")


def read(opened: Opened) -> Table:
    """Table of a Parquet file; rows are numbered as if a header stood above them.

    The categories of a dictionary column that has an order (as pandas writes an ordered category) are its labels.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        parquet = pq.ParquetFile(pa.BufferReader(opened.raw))
        meta = parquet.metadata
        unpacked = sum(meta.row_group(i).total_byte_size for i in range(meta.num_row_groups))
        if meta.num_rows * max(meta.num_columns, 1) > MOST_CELLS or unpacked > LARGEST_TOTAL:
            raise fail(
                opened.name,
                f"has {meta.num_rows:,} rows in {meta.num_columns:,} columns; that is more than can be read at once.",
            )
        table = parquet.read()
    except (pa.ArrowException, OSError, MemoryError):
        raise fail(opened.name, "cannot be read as Parquet; write the file again, or save it as CSV.") from None
    columns = [_coded(column) for column in table.columns]
    lines = np.arange(2, table.num_rows + 2)
    about = {name: _about(column) for name, column in zip(table.column_names, table.columns, strict=True)}
    known = {name: entry for name, entry in about.items() if entry}
    return make(opened, "parquet", table.column_names, columns, lines, about=known)


def _about(column: Any) -> About | None:
    """The order of the categories, where the file gives one."""
    import pyarrow as pa

    if not (pa.types.is_dictionary(column.type) and column.type.ordered and column.num_chunks):
        return None
    labels = [text for value in column.chunk(0).dictionary.to_pylist() if (text := canonical(value))]
    return About(labels=dict(zip(labels, labels, strict=True)) if len(set(labels)) == len(labels) else {})


def _coded(column: Any) -> Coded:
    """An arrow column, each distinct cell made once."""
    import pyarrow as pa

    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    if pa.types.is_nested(column.type) or pa.types.is_null(column.type):
        return Coded.of(_native(column.to_pylist()))
    coded = column.combine_chunks().dictionary_encode()
    if isinstance(coded, pa.ChunkedArray):
        coded = coded.combine_chunks()
    values = _native([*coded.dictionary.to_pylist(), None])
    distinct = Coded.of(values)  # NaN, None and '' are all blank
    codes = coded.indices.fill_null(len(values) - 1).to_numpy(zero_copy_only=False)
    return Coded(distinct.codes[codes], distinct.values)


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
