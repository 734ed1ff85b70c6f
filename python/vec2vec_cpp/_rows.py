# SPDX-License-Identifier: Apache-2.0
"""Arrays of all kinds -> (n, d) float32 of numpy, without a copy where the memory allows it."""

from __future__ import annotations

import os
from typing import Any

import numpy as np
import numpy.typing as npt

from . import _core
from ._errors import BadInputError
from ._wording import meaning

Float32 = npt.NDArray[np.float32]

#: Files are read as they are: what needs an option goes through the stores.
_IN_STORES = "stores.sample(path, column=...)"
OF_FILES = {
    "OpenOptions::field": _IN_STORES,
    "OpenOptions::tensor": _IN_STORES,
    "OpenOptions::raw_dim": 'numpy.fromfile(path, "<f4").reshape(-1, dim)',
}


def as_rows(data: Any, name: str = "rows") -> Float32:
    """data (n, d), one vector a row -> the same as float32 with the values of each row side by side.

    Read in place: float32 of numpy (rows may lie apart, as in X[::2] or X[:, :128]), of any CPU tensor with DLPack (torch, JAX,
    CuPy in host memory), and of Arrow lists without nulls in one chunk. Copied: other layouts, other floating types (float64 is
    rounded to float32, values beyond its range become infinite and are refused later), integers, sequences of vectors, columns of
    vectors, data frames of float columns, vector files by their path (npy, safetensors, fvecs, csv ...). Refused with
    BadInputError: other types, other shapes, masked values and nulls, tensors of a GPU. `name` is what errors call the data.
    """
    if isinstance(data, (str, os.PathLike)):
        with meaning(OF_FILES):
            return _core.read_file(data)
    array = _as_array(data, name)
    if array.dtype == object:
        array = _stack(array, name)
    if array.ndim != 2:
        hint = "one vector is `X.reshape(1, -1)`" if array.ndim == 1 and array.dtype.kind in "fiu" else ""
        raise BadInputError(f"has {array.ndim} dimensions, not 2: (rows, columns)", name, hint)
    if array.dtype.kind not in "fiub" and array.dtype.name != "bfloat16":
        raise BadInputError(f"holds {array.dtype}, not numbers that float32 can stand for", name)
    in_place = (
        array.dtype == np.float32
        and array.dtype.isnative
        and array.flags.aligned
        and (array.shape[1] < 2 or array.strides[1] == 4)
        and array.strides[0] % 4 == 0
        and array.strides[0] >= 4 * array.shape[1]
    )
    if in_place:
        return array
    with np.errstate(over="ignore"):
        return np.ascontiguousarray(array, dtype=np.float32)


def require_finite(rows: Float32, name: str) -> None:
    """Raises the library's error for the first row with a value that is not finite."""
    if len(bad := np.flatnonzero(~np.isfinite(rows).all(axis=1))):
        hint = "remove or repair the row; `inspect()` counts them"
        raise BadInputError("there are NaN or infinite values", f"{name}, row {bad[0]}", hint)


def name_of(data: Any, given: str) -> str:
    """The name given to rows, else that of their file, else none."""
    return given or (os.path.splitext(os.path.basename(os.fspath(data)))[0] if isinstance(data, (str, os.PathLike)) else "")


def _as_array(data: Any, name: str) -> npt.NDArray[Any]:
    if isinstance(data, np.ndarray):
        return _unmasked(data, name)
    package = type(data).__module__.partition(".")[0]
    if package in ("pandas", "polars"):
        from . import _frames

        return _frames.to_numpy(data, name)
    if package == "pyarrow" or hasattr(data, "__arrow_c_stream__") or hasattr(data, "__arrow_c_array__"):
        return of_arrow(data, name)
    if hasattr(data, "__dlpack__") and hasattr(data, "__dlpack_device__"):
        return _from_dlpack(data, name)
    if hasattr(data, "tocsr"):
        raise BadInputError("is a sparse matrix", name, "`X.toarray()`")
    if isinstance(data, (list, tuple)):
        for row, vector in enumerate(data):
            if isinstance(vector, np.ma.MaskedArray):
                _unmasked(vector, name, row)
    try:
        return np.asarray(data)
    except (TypeError, ValueError, RuntimeError) as error:
        if isinstance(data, (list, tuple)):  # vectors of different lengths; what is wrong is found row by row
            rows = np.empty(len(data), object)
            rows[:] = list(data)
            return rows
        raise BadInputError(f"is no array: {error}", name) from error


def _unmasked(array: npt.NDArray[Any], name: str, row: int | None = None) -> npt.NDArray[Any]:
    """The values of an array; masked ones, which stand for nothing, are an error that names their row."""
    if not isinstance(array, np.ma.MaskedArray):
        return array
    mask = np.ma.getmaskarray(array)
    if mask.any():
        if row is None:
            row = int(np.argwhere(mask)[0][0])
        hint = "`X[~numpy.ma.getmaskarray(X).any(axis=1)]` leaves such rows out"
        raise BadInputError("holds a masked value", f"{name}, row {row}", hint)
    return np.asarray(array)


def of_arrow(data: Any, name: str) -> npt.NDArray[Any]:
    """Arrow data of any library, such as a column of vectors."""
    try:
        from . import _vectors
    except ImportError as error:
        raise ImportError("Arrow data is read by pyarrow: pip install pyarrow") from error
    return _vectors.to_numpy(data, name)


def _from_dlpack(data: Any, name: str) -> npt.NDArray[Any]:
    cpu, pinned = 1, 3  # DLDeviceType
    if data.__dlpack_device__()[0] not in (cpu, pinned):
        raise BadInputError("lies in the memory of a GPU", name, "copy it first, with .cpu() in torch")
    if getattr(data, "requires_grad", False):
        data = data.detach()
    if str(data.dtype) == "torch.bfloat16":  # numpy has no such type
        data = data.float()
    try:
        return np.from_dlpack(data)
    except (BufferError, RuntimeError, TypeError, ValueError) as error:
        raise BadInputError(f"cannot be read through DLPack: {error}", name) from error


def _stack(array: npt.NDArray[Any], name: str) -> npt.NDArray[Any]:
    """A 1-d array of vectors, such as a column of a data frame; or a 2-d one of numbers that are Python objects."""
    if array.ndim == 2 and array.shape[1] == 1 and array.size > 0 and np.ndim(array[0, 0]) == 1:
        array = array[:, 0]  # a table of one column of vectors
    if array.ndim == 0 or array.size == 0:
        raise BadInputError("holds Python objects, not numbers", name, "an array (n, d), or a list of vectors")
    vectors = [_vector(vector, f"{name}, row {row}") for row, vector in enumerate(array)]
    for row, vector in enumerate(vectors):
        if len(vector) != len(vectors[0]):
            raise BadInputError(f"has {len(vector)} values, row 0 has {len(vectors[0])}", f"{name}, row {row}")
    return np.stack(vectors)


def _vector(data: Any, where: str) -> Float32:
    if isinstance(data, (str, bytes)):
        raise BadInputError("is text, not a vector", where, "vectors written as text: `column.map(json.loads)`")
    if data is None or isinstance(data, float) or type(data).__name__ == "NAType":
        raise BadInputError(f"is {data}, not a vector", where, "leave such rows out: `column.dropna()`")
    if isinstance(data, np.ma.MaskedArray) and np.ma.getmaskarray(data).any():
        raise BadInputError("holds a masked value", where)
    try:
        values = np.asarray(data)
        if values.dtype == object and any(value is None for value in values.flat):  # numpy would make NaN of it
            raise BadInputError("is no vector of numbers: it holds None", where)
        if values.ndim == 1 and values.dtype.kind in "fiubO":
            with np.errstate(over="ignore"):
                return values.astype(np.float32)
    except BadInputError:
        raise
    except (TypeError, ValueError, RuntimeError, OverflowError) as error:
        raise BadInputError(f"is no vector of numbers: {error}", where) from error
    raise BadInputError(f"is no vector of numbers, but {type(data).__name__}", where)


def no_rows() -> Float32:
    """The value that stands for rows that are not given in the extension module."""
    return np.empty((0, 0), np.float32)


def as_pairs(pairs: Any, rows_of_a: int, rows_of_b: int) -> npt.NDArray[np.int64]:
    """None, "rows" (row i of A belongs to row i of B), the path of a file of two columns, or (k, 2) whole numbers -> (k, 2) int64."""
    if pairs is None:
        return np.empty((0, 2), np.int64)
    shape = "[(17, 42), (3, 5)]: rows of A and of B, counted from 0"
    if isinstance(pairs, str) and pairs == "rows":
        if rows_of_a != rows_of_b:
            message = f"'rows' needs as many rows in A as in B, but they have {rows_of_a} and {rows_of_b}"
            raise BadInputError(message, "`pairs`", shape)
        return np.repeat(np.arange(rows_of_a, dtype=np.int64)[:, None], 2, axis=1)
    if isinstance(pairs, (str, os.PathLike)):
        if not os.path.exists(pairs):
            hint = f'None, "rows", {shape}, or the path of a file of them'
            raise BadInputError(f"is '{os.fspath(pairs)}', and there is no such file", "`pairs`", hint)
        return _core.read_pairs(os.fspath(pairs))
    array = _unmasked(np.asanyarray(pairs), "pairs")
    if array.size == 0:
        return np.empty((0, 2), np.int64)
    if array.ndim != 2 or array.shape[1] != 2 or array.dtype.kind not in "iu":
        raise BadInputError("is no (k, 2) array of whole numbers", "`pairs`", shape)
    return np.ascontiguousarray(array, dtype=np.int64)
