# SPDX-License-Identifier: Apache-2.0
"""Stores in Parquet and Arrow: bytes of the vectors, everything else untouched, killed and resumed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import vec2vec_cpp as v2v
from conftest import Cli, Load
from vec2vec_cpp import arrow, stores
from vec2vec_cpp._files import UNFINISHED
from vec2vec_cpp._rows import Float32, as_rows


def list_array(rows: Any, kind: str, values: Any) -> Any:
    """rows (n, d), None for a null -> list, large_list or fixed_size_list of float16, float32 or float64."""
    kinds = {"list": pa.list_(values), "large_list": pa.large_list(values), "fixed_size_list": pa.list_(values, 384)}
    numpy_type = values.to_pandas_dtype()
    return pa.array([np.asarray(row, numpy_type) if isinstance(row, np.ndarray) else row for row in rows], kinds[kind])


def table_of(rows: Any, kind: str = "fixed_size_list", values: Any = None) -> Any:
    n = len(rows)
    schema = pa.schema(
        [
            pa.field("id", pa.string(), metadata={"key": "yes"}),
            pa.field("v", list_array(rows[:1], kind, values or pa.float32()).type),
            pa.field("when", pa.timestamp("us", tz="UTC")),
            pa.field("tags", pa.list_(pa.string())),
        ],
        metadata={"owner": "me"},
    )
    tags = [["a", None] if i % 3 else None for i in range(n)]
    columns = [[f"doc-{i}" for i in range(n)], list_array(rows, kind, values or pa.float32()), list(range(n)), tags]
    return pa.table(columns, schema=schema)


@pytest.fixture(scope="module")
def store(demo: Load) -> Any:
    return table_of(demo("minilm.eval"))


@pytest.mark.parametrize("kind", ["list", "large_list", "fixed_size_list"])
@pytest.mark.parametrize("values", [pa.float16(), pa.float32(), pa.float64()], ids=str)
def test_every_kind_of_vector(demo: Load, paired_map: v2v.Map, tmp_path: Path, kind: str, values: Any) -> None:
    rows = demo("minilm.eval")  # they are float16 numbers
    pq.write_table(table_of(rows, kind, values), tmp_path / "in.parquet")
    arrow.translate(paired_map, tmp_path / "in.parquet", tmp_path / "out.parquet", column="v")
    out = pq.read_table(tmp_path / "out.parquet")
    assert out.schema.field("v").type == pa.list_(pa.float32(), 768)
    assert arrow.to_numpy(out["v"], "v").tobytes() == paired_map.translate(rows).tobytes()


def test_lists_are_read_in_place(demo: Load) -> None:
    rows = demo("minilm.eval")
    array = pa.FixedSizeListArray.from_arrays(pa.array(rows.ravel()), 384)
    assert np.shares_memory(as_rows(array), rows)
    assert np.shares_memory(as_rows(array[100:200]), rows)
    np.testing.assert_array_equal(as_rows(array[100:200]), rows[100:200])
    assert np.shares_memory(as_rows(pa.chunked_array([array])), rows)
    np.testing.assert_array_equal(as_rows(pa.chunked_array([array[:10], array[10:]])), rows)
    np.testing.assert_array_equal(as_rows(pa.table({"v": array})), rows)
    tensor = pa.FixedShapeTensorArray.from_numpy_ndarray(rows)
    assert np.shares_memory(as_rows(tensor), rows)


def test_all_else_is_carried_through(store: Any, paired_map: v2v.Map, map_file: Path, tmp_path: Path) -> None:
    pq.write_table(
        store,
        tmp_path / "in.parquet",
        compression={"id": "zstd", "v.list.element": "snappy", "when": "gzip"},
        row_group_size=300,
    )
    summary = arrow.translate(map_file, tmp_path / "in.parquet", tmp_path / "out.parquet")
    assert (summary.rows, summary.null_rows, summary.files) == (1000, 0, 1)
    out = pq.read_table(tmp_path / "out.parquet")
    assert out.drop_columns("v").equals(store.drop_columns("v"))
    assert out.schema.field("id").metadata == {b"key": b"yes"} and out.schema.metadata[b"owner"] == b"me"
    provenance = json.loads(out.schema.metadata[b"vec2vec"])
    assert len(provenance["map_sha256"]) == 64 and provenance["column"] == "v" and provenance["input"]["rows"] == 1000
    meta = pq.ParquetFile(tmp_path / "out.parquet").metadata
    assert [meta.row_group(i).num_rows for i in range(meta.num_row_groups)] == [300, 300, 300, 100]
    codecs = {
        meta.row_group(0).column(i).path_in_schema: meta.row_group(0).column(i).compression for i in range(meta.num_columns)
    }
    assert codecs["id"] == "ZSTD" and codecs["v.list.element"] == "SNAPPY" and codecs["when"] == "GZIP"
    with pytest.raises(v2v.BadInputError, match="exists"):
        arrow.translate(map_file, tmp_path / "in.parquet", tmp_path / "out.parquet")
    again = arrow.translate(map_file, tmp_path / "in.parquet", tmp_path / "out.parquet", into="w", overwrite=True)
    both = pq.read_table(tmp_path / "out.parquet")
    assert again.rows == 1000 and both.column_names == ["id", "v", "when", "tags", "w"]
    assert both.drop_columns("w").equals(store) and both["w"].combine_chunks().equals(out["v"].combine_chunks())


def test_arrow_files(store: Any, paired_map: v2v.Map, tmp_path: Path) -> None:
    with pa.ipc.new_file(str(tmp_path / "in.arrow"), store.schema) as writer:
        writer.write_table(store, max_chunksize=300)
    arrow.translate(paired_map, tmp_path / "in.arrow", tmp_path / "out.arrow", float16=True)
    arrow.translate(paired_map, tmp_path / "in.arrow", tmp_path / "parts", part_rows=500)
    with pa.ipc.open_file(str(tmp_path / "out.arrow")) as file:
        out = file.read_all()
    assert out.drop_columns("v").equals(store.drop_columns("v"))
    expected = paired_map.translate(arrow.to_numpy(store["v"], "v"))
    np.testing.assert_array_equal(arrow.to_numpy(out["v"], "v"), expected.astype(np.float16))
    assert sorted(p.name for p in (tmp_path / "parts").glob("*.arrow")) == ["part-00000.arrow", "part-00001.arrow"]


@pytest.mark.parametrize("compression", [None, "lz4", "zstd"])
def test_arrow_streams(store: Any, paired_map: v2v.Map, tmp_path: Path, compression: str | None) -> None:
    """What Hugging Face keeps data sets in, what polars' write_ipc_stream and Arrow Flight write."""
    expected = paired_map.translate(arrow.to_numpy(store["v"], "v"))
    coded = store.append_column("kind", pa.array(["a", "b"] * 500).dictionary_encode())
    with pa.ipc.new_stream(tmp_path / "in.arrows", coded.schema, options=pa.ipc.IpcWriteOptions(compression=compression)) as sink:
        for first in range(0, 1000, 130):
            sink.write_table(coded[first : first + 130])
    assert stores.format_of(tmp_path / "in.arrows") == "Parquet or Arrow"
    np.testing.assert_array_equal(stores.sample(tmp_path / "in.arrows"), arrow.to_numpy(store["v"], "v"))
    assert stores.sample(tmp_path / "in.arrows", max_rows=70).shape == (70, 384)
    for name, open_with in (
        ("out.arrows", pa.ipc.open_stream),
        ("out.arrow", pa.ipc.open_file),
        ("out.parquet", lambda path: pq.ParquetFile(path)),
    ):
        assert arrow.translate(paired_map, tmp_path / "in.arrows", tmp_path / name).rows == 1000
        opened = open_with(str(tmp_path / name))
        out = opened.read() if name == "out.parquet" else opened.read_all()
        assert arrow.to_numpy(out["v"], "v").tobytes() == expected.tobytes()
        assert out["id"].equals(store["id"]) and out["kind"].to_pylist() == ["a", "b"] * 500
    done = arrow.translate(paired_map, tmp_path / "in.arrows", tmp_path / "parts", part_rows=300)
    assert done.files == 3 and sorted(contents(tmp_path / "parts"))[1:] == [f"part-0000{i}.arrows" for i in range(3)]
    parts = pa.concat_tables(pa.ipc.open_stream(str(tmp_path / "parts" / f"part-0000{i}.arrows")).read_all() for i in range(3))
    assert arrow.to_numpy(parts["v"], "v").tobytes() == expected.tobytes()
    # a folder of streams that are named as Hugging Face names them stays one
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "data-00000-of-00001.arrow").write_bytes((tmp_path / "in.arrows").read_bytes())
    (tmp_path / "data" / "state.json").write_text("{}")
    arrow.translate(paired_map, tmp_path / "data", tmp_path / "translated")
    out = pa.ipc.open_stream(str(tmp_path / "translated" / "data-00000-of-00001.arrow")).read_all()
    assert arrow.to_numpy(out["v"], "v").tobytes() == expected.tobytes()


def test_a_stream_that_was_cut_is_refused(store: Any, paired_map: v2v.Map, tmp_path: Path) -> None:
    with pa.ipc.new_stream(tmp_path / "in.arrows", store.schema) as sink:
        sink.write_table(store, max_chunksize=200)
    whole = (tmp_path / "in.arrows").read_bytes()
    with pa.ipc.new_stream(tmp_path / "first.arrows", store.schema) as sink:
        sink.write_table(store[:200], max_chunksize=200)
    between_batches = (tmp_path / "first.arrows").stat().st_size - 8
    assert whole[:between_batches] == (tmp_path / "first.arrows").read_bytes()[:-8]
    for length in (100, 2000, len(whole) // 2, len(whole) - 100, between_batches):
        (tmp_path / "cut.arrows").write_bytes(whole[:length])
        with pytest.raises(v2v.BadInputError, match="cannot be read"):
            stores.translate(paired_map_file(paired_map, tmp_path), tmp_path / "cut.arrows", tmp_path / "out.arrow")
        assert not (tmp_path / "out.arrow").exists()


def paired_map_file(paired_map: v2v.Map, folder: Path) -> Path:
    paired_map.save(folder / "map", overwrite=True)
    return folder / "map"


@pytest.mark.parametrize("kind", ["list", "fixed_size_list"])
def test_nulls_are_refused_or_kept(demo: Load, paired_map: v2v.Map, tmp_path: Path, kind: str) -> None:
    rows: list[Any] = list(demo("minilm.eval"))
    for i in (7, 500, 999):
        rows[i] = None
    pq.write_table(table_of(rows, kind), tmp_path / "in.parquet", row_group_size=400)
    with pytest.raises(v2v.BadInputError, match="row 7: There is a null"):
        arrow.translate(paired_map, tmp_path / "in.parquet", tmp_path / "out.parquet")
    assert os.listdir(tmp_path) == ["in.parquet"]
    summary = arrow.translate(paired_map, tmp_path / "in.parquet", tmp_path / "out.parquet", nulls="keep")
    assert (summary.rows, summary.null_rows) == (1000, 3)
    out = pq.read_table(tmp_path / "out.parquet")
    assert [i for i, valid in enumerate(out["v"].is_valid().to_pylist()) if not valid] == [7, 500, 999]
    present = np.array([row is not None for row in rows])
    expected = paired_map.translate(demo("minilm.eval")[present])
    assert arrow.to_numpy(out["v"].drop_null(), "v").tobytes() == expected.tobytes()
    assert len(arrow.sample(tmp_path / "in.parquet")) == 997


def test_bad_rows_are_named(demo: Load, paired_map: v2v.Map, tmp_path: Path) -> None:
    def attempt(rows: list[Any], message: str, **options: Any) -> None:
        pq.write_table(table_of(rows, "list"), tmp_path / "in.parquet", row_group_size=300)
        with pytest.raises(v2v.BadInputError, match=message):
            arrow.translate(paired_map, tmp_path / "in.parquet", tmp_path / "out.parquet", **options)
        assert os.listdir(tmp_path) == ["in.parquet"]

    rows: list[Any] = list(demo("minilm.eval"))
    attempt([*rows[:700], rows[700][:100], *rows[701:]], "row 700: There is a vector of 100 values, not 384")
    attempt([*rows[:700], [None] * 384, *rows[701:]], "row 700, has nulls among its values")
    attempt([*rows[:700], np.full(384, np.nan), *rows[701:]], "row 700: There are NaN")
    attempt([None, *rows[:700], np.full(384, np.inf)], "row 701: There are NaN or inf", nulls="keep")
    attempt(list(demo("e5.eval")), "do not look like the model")
    attempt(rows, "is 'drop'", nulls="drop")
    attempt(rows, "has no column 'x'", column="x")
    attempt(rows, "holds string, not vectors", column="id")
    attempt(rows, "has a column 'id' already", into="id")


def test_foreign_files_are_refused(store: Any, paired_map: v2v.Map, tmp_path: Path) -> None:
    (tmp_path / "x.parquet").write_bytes(b"PAR1 but no more")
    (tmp_path / "x.csv").write_text("a,b\n")
    (tmp_path / "folder").mkdir()
    for name in ("none.parquet", "x.parquet", "x.csv", "folder"):
        with pytest.raises(v2v.BadInputError):
            arrow.translate(paired_map, tmp_path / name, tmp_path / "out.parquet")
    pq.write_table(store, tmp_path / "in.parquet")
    data = (tmp_path / "in.parquet").read_bytes()
    middle = len(data) // 2
    (tmp_path / "torn.parquet").write_bytes(data[:middle] + bytes(5000) + data[middle + 5000 :])
    with pytest.raises(v2v.BadInputError):
        arrow.translate(paired_map, tmp_path / "torn.parquet", tmp_path / "out.parquet", ignore_fingerprint=True)
    assert not (tmp_path / "out.parquet").exists()


def test_a_table_of_two_vector_columns_needs_a_name(store: Any, paired_map: v2v.Map) -> None:
    both = store.append_column("w", store["v"])
    with pytest.raises(v2v.BadInputError, match="columns of vectors: v, w"):
        arrow.Translator(paired_map).batch(both)
    out = arrow.Translator(paired_map, column="w").batch(both)
    assert out["v"].equals(both["v"]) and out.schema.field("w").type == pa.list_(pa.float32(), 768)


def test_batches_as_spark_hands_them_over(store: Any, paired_map: v2v.Map) -> None:
    translator = arrow.Translator(paired_map, into="new")
    out = pa.Table.from_batches(translator.batches(store.to_batches(max_chunksize=130)))
    assert out.schema == translator.schema(store.schema)
    expected = paired_map.translate(arrow.to_numpy(store["v"], "v"))
    assert arrow.to_numpy(out["new"], "new").tobytes() == expected.tobytes()
    assert list(translator.batches([])) == []


def test_sample_is_spread_evenly(store: Any, tmp_path: Path) -> None:
    rows = arrow.to_numpy(store["v"], "v")
    pq.write_table(store, tmp_path / "in.parquet", row_group_size=100)
    some = arrow.sample(tmp_path / "in.parquet", max_rows=50)
    np.testing.assert_array_equal(some, rows[::20])
    np.testing.assert_array_equal(arrow.sample(tmp_path / "in.parquet"), rows)


@pytest.fixture(scope="module")
def large(demo: Load, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """60,000 rows in 60 row groups."""
    path = tmp_path_factory.mktemp("large") / "in.parquet"
    rows = demo("minilm.a")
    with pq.ParquetWriter(path, pa.schema({"id": pa.int64(), "v": pa.list_(pa.float32(), 384)})) as writer:
        for i in range(60):
            part = np.roll(rows, i, axis=0)[:1000]
            vectors = pa.FixedSizeListArray.from_arrays(pa.array(part.ravel()), 384)
            writer.write_table(pa.table({"id": np.arange(1000) + 1000 * i, "v": vectors}))
    return path


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def test_a_killed_run_is_resumed_to_the_same_bytes(cli: Cli, large: Path, map_file: Path, tmp_path: Path) -> None:
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    summary = arrow.translate(map_file, large, whole, part_rows=5000)
    assert (summary.rows, summary.files, summary.resumed_files) == (60000, 12, 0)
    command = [
        sys.executable,
        "-m",
        "vec2vec_cpp",
        "translate",
        map_file,
        large,
        "-o",
        killed,
        "--part-rows",
        "5000",
        "--quiet",
    ]
    for kill in range(2):
        process = subprocess.Popen(list(map(str, command)))
        while process.poll() is None and len(list(killed.glob("*.parquet"))) < 3 * (kill + 1):
            time.sleep(0.001)
        process.send_signal(signal.SIGKILL)
        assert process.wait() == -signal.SIGKILL
        assert not json.loads((killed / "_vec2vec.json").read_text()).get("finished")
    resumed = arrow.translate(map_file, large, killed, part_rows=5000)
    assert 6 <= resumed.resumed_files < 12 and resumed.rows == 60000 - 5000 * resumed.resumed_files
    assert contents(whole) == contents(killed)
    assert json.loads(contents(killed)["_vec2vec.json"])["rows"] == 60000

    table = pq.read_table(killed)
    assert table["id"].to_pylist() == list(range(60000))
    np.save(tmp_path / "in.npy", arrow.to_numpy(pq.read_table(large)["v"], "v"))
    cli("translate", map_file, tmp_path / "in.npy", "-o", tmp_path / "out.npy")
    assert arrow.to_numpy(table["v"], "v").tobytes() == np.load(tmp_path / "out.npy").tobytes()

    assert arrow.translate(map_file, large, killed, part_rows=5000).resumed_files == 12  # nothing left to do
    with pytest.raises(v2v.BadInputError, match="another map, input or options"):
        arrow.translate(map_file, large, killed, part_rows=5000, centred=True)
    arrow.translate(map_file, large, killed, part_rows=30000, overwrite=True)
    assert len(list(killed.glob("*.parquet"))) == 2


def test_a_folder_becomes_a_folder(store: Any, paired_map: v2v.Map, tmp_path: Path) -> None:
    source = tmp_path / "old"
    source.mkdir()
    for name, part in (("a.parquet", store[:400]), ("b.parquet", store[400:])):
        pq.write_table(part, source / name)
    (source / "_SUCCESS").write_text("")
    summary = arrow.translate(paired_map, source, tmp_path / "new")
    assert summary.files == 2 and sorted(contents(tmp_path / "new")) == ["_vec2vec.json", "a.parquet", "b.parquet"]
    out = pq.read_table(tmp_path / "new")
    assert out["id"].equals(store["id"])
    with pytest.raises(v2v.BadInputError, match="where the input lies"):
        arrow.translate(paired_map, source, source, overwrite=True)
    with pytest.raises(v2v.BadInputError, match="name a folder"):
        arrow.translate(paired_map, source, tmp_path / "out.parquet")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("dear")
    with pytest.raises(v2v.BadInputError, match="files of others"):
        arrow.translate(paired_map, source, tmp_path / "mine", overwrite=True)
    assert contents(tmp_path / "mine") == {"letter.txt": b"dear"}


def test_folders_of_a_partitioned_table(store: Any, paired_map: v2v.Map, tmp_path: Path) -> None:
    """As Hive and Spark lay them out: what the rows of a file have in common stands in the names of its folders."""
    source, new = tmp_path / "old", tmp_path / "new"
    for part, (year, lang) in enumerate([("2024", "de"), ("2024", "en"), ("2025", "de")]):
        folder = source / f"year={year}" / f"lang={lang}"
        folder.mkdir(parents=True)
        pq.write_table(store[part * 300 : part * 300 + 300], folder / "part-0.parquet")
    (source / "_SUCCESS").write_text("")
    assert arrow.sample(source).shape == (900, 384)
    assert arrow.translate(paired_map, source, new).files == 3
    before, after = (pq.read_table(folder, partitioning="hive") for folder in (source, new))
    assert after["year"].to_pylist() == before["year"].to_pylist() and after["id"].equals(before["id"])
    expected = paired_map.translate(arrow.to_numpy(before["v"], "v"))
    assert arrow.to_numpy(after["v"], "v").tobytes() == expected.tobytes()
    assert arrow.translate(paired_map, source, new).resumed_files == 3
    arrow.translate(paired_map, source, new, centred=True, overwrite=True)
    assert sum(1 for _ in new.rglob("*.parquet")) == 3 and not list(new.rglob("*.tmp"))
    with pytest.raises(v2v.BadInputError, match="name one of the stores in it: 'old'"):
        (tmp_path / "upper").mkdir()
        source.rename(tmp_path / "upper" / "old")
        arrow.sample(tmp_path / "upper")


def test_two_runs_do_not_write_to_one_folder(large: Path, store: Any, map_file: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    refused: list[str] = []

    def meanwhile(stage: str, done: float) -> None:
        if not refused:
            assert list(out.glob(UNFINISHED))
            with pytest.raises(v2v.BadInputError, match="is being written to by another run") as error:
                arrow.translate(map_file, large, out, part_rows=5000, overwrite=True)
            refused.append(str(error.value))

    summary = arrow.translate(map_file, large, out, part_rows=5000, progress=meanwhile)
    assert refused and summary.files == 12 and pq.read_table(out).num_rows == 60000
    # What a killed run has left goes, what others have put there stays.
    for name in (UNFINISHED.replace("*", "0123"), ".mine.tmp"):
        (out / name).write_text("")
    assert arrow.translate(map_file, large, out, part_rows=5000).resumed_files == 12
    assert [path.name for path in out.glob(".*")] == [".mine.tmp"]


def test_what_says_of_a_folder_what_is_in_it_goes_first(
    store: Any, paired_map: v2v.Map, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run that is killed while it removes the files of another job leaves no description of files that are gone."""
    pq.write_table(store, tmp_path / "in.parquet")
    arrow.translate(paired_map, tmp_path / "in.parquet", tmp_path / "out")
    unlink = Path.unlink

    def die(path: Path, missing_ok: bool = False) -> None:
        if path.suffix == ".parquet":
            raise KeyboardInterrupt
        unlink(path, missing_ok)

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(Path, "unlink", die)
        arrow.translate(paired_map, tmp_path / "in.parquet", tmp_path / "out", centred=True, overwrite=True)
    kept = json.loads((tmp_path / "out" / "_vec2vec.json").read_text())
    assert "map_sha256" not in kept and kept["finished"] is False
    with pytest.raises(v2v.BadInputError, match="overwrite=True"):
        arrow.translate(paired_map, tmp_path / "in.parquet", tmp_path / "out")
    assert arrow.translate(paired_map, tmp_path / "in.parquet", tmp_path / "out", overwrite=True).rows == 1000


@pytest.mark.parametrize("wait", [0.0, 0.001, 0.005, 0.02])
def test_ctrl_c_leaves_nothing_half_written(large: Path, map_file: Path, tmp_path: Path, wait: float) -> None:
    command = [sys.executable, "-m", "vec2vec_cpp", "translate", map_file, large, "-o", tmp_path / "out.parquet"]
    process = subprocess.Popen(list(map(str, command)), stdout=subprocess.PIPE)
    while process.poll() is None and not list(tmp_path.glob(UNFINISHED)):
        time.sleep(0.0001)
    time.sleep(wait)
    process.send_signal(signal.SIGINT)
    assert process.wait() == 130
    assert os.listdir(tmp_path) == []


def test_shell(cli: Cli, store: Any, map_file: Path, tmp_path: Path) -> None:
    def shell(*arguments: object) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "vec2vec_cpp", *map(str, arguments)]
        return subprocess.run(command, capture_output=True, text=True)

    pq.write_table(store, tmp_path / "in.parquet")
    done = shell("sample", tmp_path / "in.parquet", "-o", tmp_path / "some.npy", "--max-rows", 100)
    assert "100 rows of dimension 384" in done.stdout and cli("inspect", tmp_path / "some.npy")["rows"] == 100
    done = shell("translate", map_file, tmp_path / "in.parquet", "-o", tmp_path / "out.parquet", "--into", "new")
    assert "1000 rows" in done.stdout and done.returncode == 0
    done = shell("translate", map_file, tmp_path / "in.parquet", "-o", tmp_path / "out.parquet")
    assert done.returncode != 0 and "exists already" in done.stderr and "Traceback" not in done.stderr


def test_pandas(demo: Load, paired_map: v2v.Map) -> None:
    pandas = pytest.importorskip("pandas")
    rows: Float32 = demo("minilm.eval")
    frame = pandas.DataFrame({"v": list(rows)})
    np.testing.assert_array_equal(paired_map.translate(frame["v"]), paired_map.translate(rows))
    np.testing.assert_array_equal(paired_map.translate(pandas.DataFrame(rows)), paired_map.translate(rows))
