# SPDX-License-Identifier: Apache-2.0
"""Columns of pictures become files and a list, in the order of the rows."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from vec2vec_cpp import BadInputError
from vec2vec_cpp._pictures import unpack_pictures

PICTURES = Path(__file__).resolve().parents[2] / "tests" / "picture" / "pictures"


@pytest.fixture
def data() -> list[bytes | None]:
    return [(PICTURES / name).read_bytes() for name in ("cat.jpg", "cup.png", "cat.webp")] + [None]


def check(folder: Path, data: list[bytes | None]) -> None:
    names = (folder / "list.txt").read_text().splitlines()
    assert [Path(name).suffix for name in names] == [".jpg", ".png", ".webp", ".bin"]
    assert [(folder / name).read_bytes() for name in names] == [picture or b"" for picture in data]


def test_a_column_of_bytes_by_the_command(tmp_path: Path, data: list[bytes | None]) -> None:
    pq.write_table(pa.table({"id": [1, 2, 3, 4], "image": data}), tmp_path / "p.parquet", row_group_size=2)
    command = [sys.executable, "-m", "vec2vec_cpp", "pictures", str(tmp_path / "p.parquet"), "-o", str(tmp_path / "out")]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    check(tmp_path / "out", data)
    again = subprocess.run(command, capture_output=True, text=True)
    assert again.returncode == 2 and "exists already" in again.stderr


def test_structs_of_bytes_and_path_in_arrow(tmp_path: Path, data: list[bytes | None]) -> None:
    table = pa.table({"image": [picture and {"bytes": picture, "path": None} for picture in data], "raw": [b"x"] * 4})
    with pa.OSFile(str(tmp_path / "p.arrow"), "wb") as file, pa.ipc.new_file(file, table.schema) as writer:
        writer.write_table(table)
    assert unpack_pictures(tmp_path / "p.arrow", tmp_path / "out", column="image") == 4
    check(tmp_path / "out", data)
    with pytest.raises(BadInputError, match="2 columns of bytes"):
        unpack_pictures(tmp_path / "p.arrow", tmp_path / "other")


def test_what_holds_no_pictures_leaves_nothing(tmp_path: Path) -> None:
    pq.write_table(pa.table({"id": [1, 2]}), tmp_path / "p.parquet")
    with pytest.raises(BadInputError, match="0 columns of bytes"):
        unpack_pictures(tmp_path / "p.parquet", tmp_path / "out")
    with pytest.raises(BadInputError, match="holds no bytes"):
        unpack_pictures(tmp_path / "p.parquet", tmp_path / "out", column="id")
    assert [path.name for path in tmp_path.iterdir()] == ["p.parquet"]
