# SPDX-License-Identifier: Apache-2.0
"""Columns and data frames of pandas and polars -> arrays."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import numpy.typing as npt

from ._errors import BadInputError
from ._rows import of_arrow


def to_numpy(data: Any, name: str) -> npt.NDArray[Any]:
    """A frame of float columns (n, d), or a column of n vectors. BadInputError: anything else, with what to write instead."""
    return _of_frame(data, name) if is_frame(data) else _of_column(data, name)


def is_frame(data: Any) -> bool:
    """Whether it is a data frame of pandas or polars."""
    return type(data).__module__.partition(".")[0] in ("pandas", "polars") and hasattr(data, "columns")


def refuse_mixed(frame: Any, name: str) -> None:
    """BadInputError for a frame with columns of text, lists or whole numbers beside those of floats."""
    names, kinds = list(frame.columns), [_kind(dtype) for dtype in frame.dtypes]
    others, whole = ([n for n, kind in zip(names, kinds, strict=True) if kind == wanted] for wanted in ("other", "whole"))
    if others:
        vectors = [n for n in others if len(frame) > 0 and names.count(n) == 1 and _is_vector(frame[n])]
        hint = (
            f"the column of vectors: `df[{vectors[0]!r}]`" if len(vectors) == 1 else "the columns of vectors or numbers alone"
        )
        raise BadInputError(f"has columns that are no numbers: {_listed(others)}", name, hint)
    if whole and len(whole) < len(names):  # an id would become a dimension
        hint = f"`df.drop(columns={_listed(whole)})`; or `df.astype('float32')` if they belong to the vectors"
        raise BadInputError(f"has whole numbers in {_listed(whole)} beside columns of floats", name, hint)


def _kind(dtype: Any) -> str:
    """The kind of a column of pandas or polars: "float", "whole", or "other"."""
    text = str(dtype).lower()  # float32, Float64, double[pyarrow] ...
    if re.match(r"(float|double|halffloat)\d*\b", text):
        return "float"
    return "whole" if re.match(r"u?int\d+\b|bool", text) else "other"


def _of_column(column: Any, name: str) -> npt.NDArray[Any]:
    dtype = str(column.dtype).lower()
    if _kind(dtype) != "other":
        raise BadInputError(f"is one column of numbers ({column.dtype}), not of vectors", name, "the data frame of all columns")
    if re.match(r"(large_|fixed_size_)?list\b|array\b", dtype):  # of Arrow's types
        return of_arrow(column, name)
    return np.asarray(column.array if hasattr(column, "array") else column, dtype=object)


def _of_frame(frame: Any, name: str) -> npt.NDArray[Any]:
    names = list(frame.columns)
    if len(names) == 1 and _kind(next(iter(frame.dtypes))) == "other":
        return _of_column(frame[names[0]], name)
    refuse_mixed(frame, name)
    if any(str(dtype) != str(dtype).lower() or "[" in str(dtype) for dtype in frame.dtypes):  # types that know of nulls
        array = frame.to_numpy(dtype=np.float32, na_value=np.nan) if hasattr(frame, "iloc") else frame.to_numpy()
        return np.asarray(array)
    return np.asarray(frame)


def _is_vector(column: Any) -> bool:
    first = column.iloc[0] if hasattr(column, "iloc") else column[0]
    return not isinstance(first, (str, bytes)) and hasattr(first, "__len__")


def _listed(names: list[Any]) -> str:
    return repr(names if len(names) < 5 else [*names[:4], "..."])
