"""Arrays of all kinds -> (n, d) float32 of numpy, without a copy where the memory allows it."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from . import _core
from ._errors import BadInputError

Float32 = npt.NDArray[np.float32]


def as_rows(data: Any, name: str = "rows") -> Float32:
    """data (n, d), one vector a row -> the same as float32 with the values of each row side by side.

    Read in place: float32 of numpy (rows may lie apart, as in X[::2] or X[:, :128]), of any CPU tensor with DLPack (torch, JAX,
    CuPy in host memory), and of Arrow lists without nulls in one chunk. Copied: other layouts, other floating types (float64 is
    rounded to float32, values beyond its range become infinite and are refused later), integers, sequences of vectors, data
    frames, vector files by their path (npy, safetensors, fvecs, csv ...). Refused with BadInputError: other types, other shapes, tensors of a GPU. `name` is what errors call the data.
    """
    if isinstance(data, (str, os.PathLike)):
        return _core.read_file(os.fspath(data))
    array = _as_array(data, name)
    if array.dtype == object:
        array = _stack(array, name)
    if array.ndim != 2:
        hint = "one vector is X.reshape(1, -1)" if array.ndim == 1 else ""
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


def _as_array(data: Any, name: str) -> npt.NDArray[Any]:
    if isinstance(data, np.ndarray):
        return data
    if type(data).__module__.split(".")[0] == "pyarrow" or hasattr(data, "__arrow_c_stream__") and not hasattr(data, "columns"):
        from . import _vectors

        return _vectors.to_numpy(data, name)
    if hasattr(data, "__dlpack__") and hasattr(data, "__dlpack_device__"):
        return _from_dlpack(data, name)
    if hasattr(data, "tocsr"):
        raise BadInputError("is a sparse matrix", name, "X.toarray()")
    try:
        return np.asarray(data)
    except (TypeError, ValueError) as error:
        raise BadInputError(f"is no array: {error}", name, "all vectors need the same number of values") from error


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
    """A 1-d array of vectors, such as a column of a data frame."""
    if array.ndim != 1 or array.size == 0:
        raise BadInputError("holds Python objects, not numbers", name)
    vectors: Sequence[Any] = list(array)
    for i, vector in enumerate(vectors):
        if not isinstance(vector, (np.ndarray, list, tuple)) or len(vector) != len(vectors[0]):
            raise BadInputError("is no vector of as many values as the first", f"{name}, row {i}")
    try:
        return np.stack([np.asarray(vector, dtype=np.float32) for vector in vectors])
    except (TypeError, ValueError) as error:
        raise BadInputError(f"is no array of numbers: {error}", name) from error


def no_rows() -> Float32:
    """What the extension module takes for rows that are not given."""
    return np.empty((0, 0), np.float32)


def as_pairs(pairs: Any, rows: int) -> npt.NDArray[np.int64]:
    """None, "rows" (row i of A belongs to row i of B) or (k, 2) whole numbers -> (k, 2) int64."""
    if pairs is None:
        return np.empty((0, 2), np.int64)
    if isinstance(pairs, str):
        if pairs != "rows":
            raise BadInputError(f"is '{pairs}'", "pairs", 'None, "rows", or an array of (row of A, row of B)')
        return np.repeat(np.arange(rows, dtype=np.int64)[:, None], 2, axis=1)
    array = np.asarray(pairs)
    if array.size == 0:
        return np.empty((0, 2), np.int64)
    if array.ndim != 2 or array.shape[1] != 2 or array.dtype.kind not in "iu":
        raise BadInputError("is no (k, 2) array of whole numbers", "pairs", "[(17, 42), (3, 5)]: rows of A and of B from 0 on")
    return np.ascontiguousarray(array, dtype=np.int64)
