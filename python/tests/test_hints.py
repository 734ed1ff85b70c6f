# SPDX-License-Identifier: Apache-2.0
"""Commands that errors print for files that are not read: each is run as printed, and makes a file that is read."""

from __future__ import annotations

import bz2
import gzip
import json
import lzma
import os
import pickle
import re
import shutil
import sqlite3
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
import vec2vec_cpp as v2v
from vec2vec_cpp import arrow
from vec2vec_cpp._rows import Float32, as_rows

ROWS = np.random.default_rng(0).normal(size=(20, 4)).astype(np.float32)
Write = Callable[[Path], Any]


def save(array: Any, **options: Any) -> Write:
    return lambda path: np.save(open(path, "wb"), array, **options)  # numpy.save would add an ending


def save_all(*arrays: Any) -> Write:
    def write(path: Path) -> None:
        with path.open("wb") as file:
            for array in arrays:
                np.save(file, array)

    return write


def save_rows_as_objects(path: Path) -> None:
    column = pd.Series(ROWS.tolist()).to_numpy()
    save(column, allow_pickle=True)(path)


def dump(value: Any, **options: Any) -> Write:
    return lambda path: path.write_text(json.dumps(value, **options))


def sqlite(path: Path) -> None:
    with sqlite3.connect(path) as base:
        base.execute("CREATE TABLE items (id INTEGER, embedding BLOB)")
        base.executemany("INSERT INTO items VALUES (?, ?)", [(i, row.tobytes()) for i, row in enumerate(ROWS)])


def hdf5(path: Path) -> None:
    with pytest.importorskip("h5py").File(path, "w") as file:
        file["train"] = ROWS


def torch(path: Path) -> None:
    library = pytest.importorskip("torch")
    library.save(library.nn.Parameter(library.from_numpy(ROWS)), path)


def packed(pack: Callable[[bytes], bytes]) -> Write:
    def write(path: Path) -> None:
        save(ROWS)(path)
        path.write_bytes(pack(path.read_bytes()))

    return write


LISTS = ROWS.tolist()
RECORDS = [{"index": i, "embedding": row} for i, row in enumerate(LISTS)]
FILES: dict[str, Write] = {
    "objects.npy": save_rows_as_objects,
    "numbers as objects.npy": save(ROWS.astype(object), allow_pickle=True),
    "big-endian.npy": save(ROWS.astype(">f4")),
    "long.npy": save(ROWS.astype(np.longdouble)),
    "text.npy": save(np.array([str(row) for row in LISTS])),
    "cube.npy": save(ROWS.reshape(20, 2, 2)),
    "two.npy": save_all(ROWS[:7], ROWS[7:]),
    "it's more.npy": packed(lambda data: data + b"x"),
    "rows.npz": lambda path: np.savez(path, **{f"d{i}": row for i, row in enumerate(ROWS)}),
    "big-endian.npz": lambda path: np.savez_compressed(path, ids=np.arange(20), v=ROWS.astype(">f8")),
    "array.pkl": lambda path: path.write_bytes(pickle.dumps(ROWS)),
    "lists.pkl": lambda path: path.write_bytes(pickle.dumps(LISTS, protocol=2)),
    "a.db": sqlite,
    "a.hdf5": hdf5,
    "a.pt": torch,
    "a.npy.gz": packed(gzip.compress),
    "a.npy.bz2": packed(bz2.compress),
    "a.npy.xz": packed(lzma.compress),
    "gzip": packed(gzip.compress),
    "utf16.jsonl": lambda path: path.write_text("".join(f"{json.dumps(r)}\n" for r in RECORDS), encoding="utf-16"),
    "answer.json": dump({"object": "list", "data": RECORDS}),
    "pretty.json": dump({"object": "list", "data": RECORDS}, indent=2),
    "words.json": dump({f"word {i}": row for i, row in enumerate(LISTS)}),
    "store.json": dump({"ids": list("ab"), "my embeddings": LISTS}, indent=1),
    "frame.json": lambda path: pd.DataFrame({"text": ["x"] * 20, "embedding": LISTS}).to_json(path),
}


def hint_of(path: Path) -> str:
    with pytest.raises(v2v.BadInputError) as error:
        as_rows(path)
    assert str(path) in error.value.where
    command = re.search("`([^`]+)`", error.value.hint)
    assert command, error.value.hint
    return command[1]


def run(command: str, folder: Path) -> None:
    tool = command.split()[0]
    if tool != "python3" and shutil.which(tool) is None:
        pytest.skip(f"{tool} is not installed")
    (folder / "bin").mkdir()
    (folder / "bin" / "python3").symlink_to(sys.executable)
    environment = os.environ | {"PATH": f"{folder / 'bin'}:{os.environ['PATH']}", "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, env=environment)
    assert done.returncode == 0, f"{command}\n{done.stderr}"


@pytest.mark.parametrize("name", FILES)
def test_the_command_converts_the_file(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    FILES[name](path)
    run(hint_of(path), tmp_path)
    made = [file for file in tmp_path.iterdir() if file.is_file() and file != path]
    assert len(made) == 1
    found: Float32 = as_rows(made[0])
    np.testing.assert_allclose(found.reshape(20, 4), ROWS, rtol=1e-6)


def test_a_pickled_frame_becomes_parquet(tmp_path: Path) -> None:
    pd.DataFrame({"id": range(20), "embedding": list(ROWS)}).to_pickle(tmp_path / "frame.pkl")
    run(hint_of(tmp_path / "frame.pkl"), tmp_path)
    table = pq.read_table(tmp_path / "frame.pkl.parquet")
    np.testing.assert_array_equal(arrow.to_numpy(table["embedding"], "v"), ROWS)


@pytest.mark.parametrize("member", ["xl/workbook.xml", "content.xml"])
def test_a_workbook_is_told_from_an_archive_of_arrays(member: str, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.xlsx", "w") as archive:
        archive.writestr("mimetype", "sheet")
        archive.writestr(member, "<x/>")
    with pytest.raises(v2v.BadInputError, match="is a workbook of Excel or LibreOffice"):
        v2v.inspect(tmp_path / "a.xlsx")


def test_integers_and_sparse_matrices(tmp_path: Path) -> None:
    whole = np.arange(80).reshape(20, 4)
    np.save(tmp_path / "a.npy", whole)
    run(hint_of(tmp_path / "a.npy"), tmp_path)
    np.testing.assert_array_equal(as_rows(tmp_path / "a.converted.npy"), whole)
    shutil.rmtree(tmp_path / "bin")
    sparse = pytest.importorskip("scipy.sparse")
    sparse.save_npz(tmp_path / "b.npz", sparse.csr_matrix(ROWS))
    run(hint_of(tmp_path / "b.npz"), tmp_path)
    np.testing.assert_array_equal(as_rows(tmp_path / "b.npz.npy"), ROWS)
