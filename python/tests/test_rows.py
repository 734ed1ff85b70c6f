# SPDX-License-Identifier: Apache-2.0
"""What counts as rows, and what is read in place."""

from __future__ import annotations

import os
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
        ([[1.0], [1.0, 2.0]], "row 1, has 2 values, row 0 has 1"),
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


def test_file_names_need_not_be_utf8(tmp_path: Path) -> None:
    name = os.fsdecode(os.fsencode(tmp_path) + b"/x\xff.npy")
    np.save(name, X)
    np.testing.assert_array_equal(as_rows(name), X)
    with pytest.raises(v2v.BadInputError, match=r"y\\xff.npy"):
        as_rows(name.replace("x\udcff", "y\udcff"))
def test_text_tables_are_read_as_by_the_command(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    rows = [[0.5, 0.25], [1.5, -2.0]]
    for text in ("\ufeff0.5,0.25\n1.5,-2\n", "a,b\r\n0.5,0.25\r\n1.5,-2\r\n"):
        path.write_bytes(text.encode())
        np.testing.assert_array_equal(as_rows(path), rows)
    for text in ('text,v\nx,"[0.5, 0.25]"\ny,"[1.5, -2]"\n', "0,1\n0.5,0.25\n1.5,-2\n", "2 2\nking 0.5 0.25\nqueen 1.5 -2\n"):
        path.write_text(text)
        with pytest.warns(v2v.InputWarning, match="t.csv"):
            np.testing.assert_array_equal(as_rows(path), rows)
    path.write_text("0.5,NULL\n1.5,-2\n2.5,-3\n")
    with pytest.raises(v2v.BadInputError, match="row 0"):
        as_rows(path)


def test_pairs_of_a_file(tmp_path: Path) -> None:
    path = tmp_path / "pairs.csv"
    path.write_text("a,b\n0,1\n5,7\n")
    for given in (path, str(path)):
        assert as_pairs(given, 9, 9).tolist() == [[0, 1], [5, 7]]
    path.write_text("0,1\n5,7\n")
    with pytest.warns(v2v.InputWarning, match="column names"):
        assert as_pairs(path, 9, 9).tolist() == [[5, 7]]
    path.write_text("0.5,1\n")
    with pytest.raises(v2v.BadInputError, match="is no row number"):
        as_pairs(path, 9, 9)


def test_pairs() -> None:
    assert as_pairs(None, 9, 9).shape == (0, 2) and as_pairs([], 9, 9).shape == (0, 2)
    assert as_pairs("rows", 3, 3).tolist() == [[0, 0], [1, 1], [2, 2]]
    assert as_pairs([(5, 1), (2, 8)], 9, 9).tolist() == [[5, 1], [2, 8]]
    masked = np.ma.array([[1, 2], [3, 4]], mask=np.array([[False, False], [False, True]]))
    bad: list[Any] = ["all", "pairs.csv", [1, 2, 3], [(0.5, 1.0)], [(1, 2, 3)], masked]
    for pairs in bad:
        with pytest.raises(v2v.BadInputError, match="pairs"):
            as_pairs(pairs, 9, 9)
    with pytest.raises(v2v.BadInputError, match="they have 9 and 8"):
        as_pairs("rows", 9, 8)


def test_masked_values_are_refused_by_their_row() -> None:
    masked = np.ma.array(X, mask=np.zeros(X.shape, bool))
    assert np.shares_memory(as_rows(masked), X)  # nothing is masked
    masked[4, 2] = np.ma.masked
    for data in (masked, list(masked), [masked[0], masked[4]]):
        with pytest.raises(v2v.BadInputError, match="A, row [14], holds a masked value"):
            as_rows(data, "A")
    left = masked[~np.ma.getmaskarray(masked).any(axis=1)]  # as the hint says
    np.testing.assert_array_equal(as_rows(left), X[[0, 1, 2, 3, 5]])
    column = np.empty(6, object)
    column[:] = list(masked)
    with pytest.raises(v2v.BadInputError, match="row 4, holds a masked value"):
        as_rows(column)


def _column(rows: list[Any]) -> Any:
    column = np.empty(len(rows), object)
    column[:] = rows
    return column


def test_columns_of_pandas() -> None:
    pd = pytest.importorskip("pandas")
    pa = pytest.importorskip("pyarrow")
    frame = pd.DataFrame({"id": range(6), "text": "t", "v": list(X), "w": X.tolist()})
    arrow = pd.Series(X.tolist(), dtype=pd.ArrowDtype(pa.list_(pa.float32())))
    for column in (
        frame["v"],
        frame["w"],
        frame[["v"]],
        frame["v"][::-1][::-1],
        arrow,
        pd.Series(X.astype(np.float64).tolist()),
    ):
        np.testing.assert_array_equal(as_rows(column), X)
    missing = frame["v"].copy()
    missing[3] = None
    for column, message in (
        (missing, r"rows, row 3, is None, not a vector\.\n.*`column.dropna\(\)`"),
        (frame["v"].map(lambda v: str(v.tolist())), r"row 0, is text, not a vector\.\n.*json.loads"),
        (frame["text"], "row 0, is text"),
        (frame["id"], "is one column of numbers"),
        (pd.Series([[1.0, 2.0], [1.0]]), "row 1, has 1 values, row 0 has 2"),
        (pd.Series([[1.0, "a"], [1.0, 2.0]]), "row 0, is no vector of numbers"),
        (pd.Series([[1.0, None]]), "row 0, is no vector of numbers"),
        (frame, r"no numbers: \['text', 'v', 'w'\]"),
        (frame[["id", "v"]], r"no numbers: \['v'\]\.\n.*`df\['v'\]`"),
    ):
        with pytest.raises(v2v.BadInputError, match=message):
            as_rows(column)


def test_data_frames_of_pandas() -> None:
    pd = pytest.importorskip("pandas")
    names = list("abcd")
    for frame in (
        pd.DataFrame(X, columns=names),
        pd.DataFrame(X, columns=names).astype("Float32"),
        pd.DataFrame(X, columns=names).convert_dtypes(dtype_backend="pyarrow"),
        pd.DataFrame({name: X[:, i].astype(np.float16 if i else np.float64) for i, name in enumerate(names)}),
        pd.DataFrame(X.astype(np.int8), columns=names),
    ):
        np.testing.assert_array_equal(as_rows(frame), X)
    with_id = pd.DataFrame(X, columns=names).assign(id=range(6))
    with pytest.raises(v2v.BadInputError, match=r"whole numbers in \['id'\]"):
        as_rows(with_id)
    np.testing.assert_array_equal(as_rows(with_id.drop(columns=["id"])), X)
    null = pd.DataFrame(X, columns=names).astype("Float32")
    null.iloc[2, 1] = pd.NA
    assert np.isnan(as_rows(null)[2, 1])  # and refused by name when it is used
    with pytest.raises(v2v.BadInputError, match="row 2"):
        v2v.defend(null, "rotate", 1)


def test_polars() -> None:
    pl = pytest.importorskip("polars")
    names = list("abcd")
    lists = pl.Series("v", X.tolist(), dtype=pl.List(pl.Float32))
    for data in (
        lists,
        lists.cast(pl.Array(pl.Float32, 4)),
        lists.to_frame(),
        pl.DataFrame(X, schema=names),
        pl.Series(X.tolist()),
    ):
        np.testing.assert_array_equal(as_rows(data), X)
    for data, message in (
        (pl.DataFrame(X, schema=names).with_columns(id=pl.int_range(6)), r"whole numbers in \['id'\]"),
        (pl.DataFrame({"t": ["x"] * 6, "v": X.tolist()}), r"no numbers: \['t', 'v'\]\.\n.*`df\['v'\]`"),
        (pl.Series([[1.0], None]), "row 1"),
        (pl.Series(["[1, 2]"]), "is text"),
        (pl.Series([1.0]), "one column of numbers"),
    ):
        with pytest.raises(v2v.BadInputError, match=message):
            as_rows(data)


def test_rows_of_python_objects() -> None:
    from decimal import Decimal

    np.testing.assert_array_equal(as_rows([[Decimal("0.5"), Decimal(2)], [1, 2]]), [[0.5, 2], [1, 2]])
    np.testing.assert_array_equal(as_rows(_column([X[0].tolist(), X[1], tuple(X[2])])), X[:3])
    np.testing.assert_array_equal(as_rows([Tensor(X[0]).array, X[1]]), X[:2])
    no_rows: list[Any] = [(row for row in X), {"a": 1}, {1.0, 2.0}, [], _column([[], []])]
    for data in no_rows:
        with pytest.raises(v2v.BadInputError):
            v2v.defend(data, "rotate", 1)
