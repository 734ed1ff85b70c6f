# SPDX-License-Identifier: Apache-2.0
"""Columns of vectors in Arrow: lists, large lists and fixed-size lists of float16, float32 and float64 <-> numpy."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from ._errors import BadInputError
from ._rows import Float32

VALUE_TYPES = (pa.float16(), pa.float32(), pa.float64())


def is_vector_type(kind: Any) -> bool:
    if isinstance(kind, pa.BaseExtensionType):  # such as fixed_shape_tensor
        kind = kind.storage_type
    lists = pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind)
    return lists and kind.value_type in VALUE_TYPES


def vector_column(schema: Any, column: str | None, where: str) -> str:
    """The named column, or the only one that holds vectors."""
    candidates: list[str] = [field.name for field in schema if is_vector_type(field.type)]
    hint = f"columns of vectors: {', '.join(candidates)}" if candidates else "lists of float16, float32 or float64 are read"
    if column is None:
        if len(candidates) != 1:
            raise BadInputError(f"holds {len(candidates) or 'no'} columns of vectors, name one with `column`", where, hint)
        return candidates[0]
    if column not in schema.names:
        raise BadInputError(f"has no column '{column}'", where, hint)
    if column not in candidates:
        raise BadInputError(f"column '{column}' holds {schema.field(column).type}, not vectors", where, hint)
    return column


def as_one_array(data: Any) -> Any:
    """An Arrow array, chunked array, or table of one column -> one array, in place when it has one chunk."""
    if isinstance(data, pa.Table):
        if data.num_columns != 1:
            raise BadInputError(f"is a table of {data.num_columns} columns", "rows", "table['column']")
        data = data.column(0)
    if not isinstance(data, (pa.Array, pa.ChunkedArray)):
        data = pa.chunked_array(data)
    if isinstance(data, pa.ChunkedArray):
        data = data.chunk(0) if data.num_chunks == 1 else data.combine_chunks()
    if isinstance(data, pa.ChunkedArray):  # some versions keep the type
        data = pa.concat_arrays(data.chunks) if data.num_chunks else pa.array([], data.type)
    return data.storage if isinstance(data, pa.ExtensionArray) else data


def vectors(array: Any, dim: int | None, first_row: int, where: str) -> tuple[npt.NDArray[Any], npt.NDArray[np.bool_] | None]:
    """array of n lists -> (rows (k, dim) of its own type, in place where no row is null; which of the n are not null, or None
    when all are). BadInputError names the first row, counted from first_row, whose length is not dim (None: not the first
    row's) or that has nulls inside."""
    if not is_vector_type(array.type):
        raise BadInputError(f"holds {array.type}, not vectors", where, "lists of float16, float32 or float64 are read")
    present = None if array.null_count == 0 else array.is_valid().to_numpy(zero_copy_only=False)
    lengths = pc.list_value_length(array).fill_null(-1).to_numpy(zero_copy_only=False)
    known = lengths if present is None else lengths[present]
    if dim is None:
        dim = int(known[0]) if len(known) else 0
    wrong = lengths != dim if present is None else (lengths != dim) & present
    if wrong.any():
        row = int(np.argmax(wrong))
        message = f"there is a vector of {lengths[row]} values, not {dim} ({int(wrong.sum())} such rows in this batch)"
        raise BadInputError(message, f"{where}, row {first_row + row}", "remove or repair them first")
    values = array.flatten()  # of the rows that are not null, without a copy
    if values.null_count > 0:
        place = int(np.argmax(values.is_null().to_numpy(zero_copy_only=False))) // dim
        row = place if present is None else int(np.flatnonzero(present)[place])
        raise BadInputError(
            "has nulls among its values", f"{where}, row {first_row + row}", "remove or repair it first"
        )
    return values.to_numpy(zero_copy_only=True).reshape(len(known), dim), present


def to_numpy(data: Any, name: str) -> npt.NDArray[Any]:
    """Arrow data without null rows -> (n, d)."""
    rows, present = vectors(as_one_array(data), None, 0, name)
    if present is not None:
        first = int(np.argmin(present))
        raise BadInputError("is a null in the place of a vector", f"{name}, row {first}", "column.drop_null()")
    return rows


def from_numpy(rows: Float32 | npt.NDArray[np.float16], present: npt.NDArray[np.bool_] | None) -> Any:
    """rows (k, d), C order -> fixed_size_list<d> of n rows, null where `present` (n,) is false; in place when it is None."""
    dim = rows.shape[1]
    if present is None:
        return pa.FixedSizeListArray.from_arrays(pa.array(rows.ravel()), dim)
    full = np.zeros((len(present), dim), rows.dtype)
    full[present] = rows
    mask = pa.array(present).buffers()[1]  # one bit a row, as validity is stored
    values = pa.array(full.ravel())
    return pa.Array.from_buffers(pa.list_(values.type, dim), len(present), [mask], children=[values])
