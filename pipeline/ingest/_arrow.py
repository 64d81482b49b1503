"""Arrow: columns of Parquet files and of DuckDB as cells, each distinct cell made once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from pipeline.ingest._native import coded as of_values
from pipeline.ingest._native import labelled, remade
from pipeline.responses import About, Coded


def coded(column: Any, ordered: bool = False) -> tuple[Coded, About | None]:
    """An arrow column and what its type says: the order of its categories, or the separator its lists were joined with.

    ordered: have categories an order though the column does not say so?
    """
    import pyarrow as pa

    about = None
    if pa.types.is_dictionary(column.type):
        told = (ordered or column.type.ordered) and column.num_chunks
        about = labelled(column.chunk(0).dictionary.to_pylist()) if told else None
        column = column.unify_dictionaries()
    if pa.types.is_nested(column.type) or pa.types.is_null(column.type):
        return of_values(column.to_pylist())
    encoded = column.combine_chunks()
    encoded = encoded if pa.types.is_dictionary(encoded.type) else encoded.dictionary_encode()
    if isinstance(encoded, pa.ChunkedArray):
        encoded = encoded.combine_chunks()
    indices = encoded.indices
    indices = indices.cast(pa.int64()) if pa.types.is_unsigned_integer(indices.type) else indices
    codes = indices.fill_null(-1).to_numpy(zero_copy_only=False)
    return remade(_held(codes, encoded.dictionary.to_pylist())), about


def _held(codes: np.ndarray, values: Sequence[Any]) -> Coded:
    """The column without the categories that no row has."""
    used = np.bincount(codes[codes >= 0], minlength=len(values)) > 0
    if used.all():
        return Coded(codes, tuple(values))
    place = np.append(np.cumsum(used) - 1, -1)
    return Coded(place[codes], tuple(value for value, kept in zip(values, used, strict=True) if kept))


def is_binary(kind: Any) -> bool:
    """Does a column of this type hold bytes, which are no answers?"""
    import pyarrow as pa

    return pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or pa.types.is_fixed_size_binary(kind)
