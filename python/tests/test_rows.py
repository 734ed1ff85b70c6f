"""What counts as rows, and what is read in place."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import vec2vec_cpp as v2v
from vec2vec_cpp._rows import as_pairs, as_rows

X = np.arange(24, dtype=np.float32).reshape(6, 4)


class Tensor:
    """A tensor of another library: DLPack and nothing else."""

    dtype = "float32"

    def __init__(self, array: npt.NDArray[Any], device: int = 1) -> None:
        self.array, self.device = array, device

    def __dlpack__(self, **arguments: Any) -> Any:
        return self.array.__dlpack__(**arguments)

    def __dlpack_device__(self) -> tuple[int, int]:
        return (self.device, 0)


@pytest.mark.parametrize("data", [X, X[::2], X[1:5, 1:3], X[:, :1], Tensor(X), Tensor(X[::2])])
def test_float32_is_read_in_place(data: Any) -> None:
    rows = as_rows(data)
    assert np.shares_memory(rows, X)
    np.testing.assert_array_equal(rows, data.array if isinstance(data, Tensor) else data)


def test_read_only_memory_is_read_in_place() -> None:
    frozen = X.copy()
    frozen.flags.writeable = False
    assert np.shares_memory(as_rows(frozen), frozen)


@pytest.mark.parametrize(
    "data",
    [
        X.astype(np.float16),
        X.astype(np.float64),
        X.astype(">f4"),
        X.astype(np.int64),
        np.asfortranarray(X),
        X[::-1],
        X[:, ::-1],
        np.broadcast_to(X[:1], X.shape),
        np.frombuffer(b"." + X.tobytes(), offset=1, dtype=np.float32).reshape(X.shape),
        X.tolist(),
        list(X),
        Tensor(X.astype(np.float64)),
    ],
    ids=lambda data: type(data).__name__,
)
def test_everything_else_is_copied(data: Any) -> None:
    rows = as_rows(data)
    assert rows.dtype == np.float32 and rows.flags.c_contiguous
    expected = data.array if isinstance(data, Tensor) else np.asarray(data, np.float32)
    np.testing.assert_array_equal(rows, expected)


def test_a_column_of_vectors_is_stacked() -> None:
    column = np.empty(6, object)
    column[:] = list(X)
    np.testing.assert_array_equal(as_rows(column), X)
    column[4] = X[0, :3]
    with pytest.raises(v2v.BadInputError, match="row 4"):
        as_rows(column)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (X[0], r"1 dimensions.*\n.*reshape\(1, -1\)"),
        (X[None], "3 dimensions"),
        (X.astype(np.complex64), "complex64"),
        (X.astype(str), "not numbers"),
        ([[1.0], [1.0, 2.0]], "no array"),
        (Tensor(X, device=2), "GPU"),
        ({}, "objects"),
        (None, "objects"),
    ],
)
def test_what_is_no_rows_is_refused(data: Any, message: str) -> None:
    with pytest.raises(v2v.BadInputError, match=message):
        as_rows(data, "A")


def test_torch_tensors_are_read_in_place() -> None:
    torch = pytest.importorskip("torch")
    tensor = torch.arange(24, dtype=torch.float32).reshape(6, 4)
    assert np.shares_memory(as_rows(tensor), tensor.numpy())
    assert np.shares_memory(as_rows(tensor.requires_grad_()), tensor.detach().numpy())
    for kind in (torch.float16, torch.bfloat16, torch.float64):
        np.testing.assert_array_equal(as_rows(tensor.to(kind)), X)


def test_paths_are_vector_files(tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", X.astype(np.float16))
    (tmp_path / "x.csv").write_text("\n".join(",".join(map(str, row)) for row in X.tolist()))
    for name in ("x.npy", "x.csv"):
        np.testing.assert_array_equal(as_rows(tmp_path / name), X)
    with pytest.raises(v2v.BadInputError, match="No such file"):
        as_rows(str(tmp_path / "none.npy"))


def test_pairs() -> None:
    assert as_pairs(None, 9).shape == (0, 2) and as_pairs([], 9).shape == (0, 2)
    assert as_pairs("rows", 3).tolist() == [[0, 0], [1, 1], [2, 2]]
    assert as_pairs([(5, 1), (2, 8)], 9).tolist() == [[5, 1], [2, 8]]
    bad: list[Any] = ["all", [1, 2, 3], [(0.5, 1.0)], [(1, 2, 3)]]
    for pairs in bad:
        with pytest.raises(v2v.BadInputError, match="pairs"):
            as_pairs(pairs, 9)
