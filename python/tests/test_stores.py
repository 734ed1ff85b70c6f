# SPDX-License-Identifier: Apache-2.0
"""Stores of all formats: told apart by content, vectors translated to the bytes of Map.translate, ids and parameters kept."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import vec2vec_cpp as v2v
from conftest import Cli, Load
from vec2vec_cpp import stores
from vec2vec_cpp._rows import Float32

IDS = np.arange(1000)[::-1] * 7 + 3


def shell(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "vec2vec_cpp", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True)


@pytest.fixture(scope="module")
def rows(demo: Load) -> Float32:
    return demo("minilm.eval")


@pytest.fixture(scope="module")
def expected(rows: Float32, paired_map: v2v.Map) -> Float32:
    return paired_map.translate(rows)


# --- NDJSON and other vector files


def test_ndjson_keeps_its_other_fields(rows: Float32, expected: Float32, map_file: Path, cli: Cli, tmp_path: Path) -> None:
    records = [{"id": f"ä-{i}", "tags": [1.5] * (i % 3), "dense": row.tolist(), "n": None} for i, row in enumerate(rows)]
    (tmp_path / "in.jsonl").write_text("".join(json.dumps(record) + "\n" for record in records))
    assert stores.format_of(tmp_path / "in.jsonl") == "a vector file"
    with pytest.raises(v2v.BadInputError, match="no field 'x'"):
        stores.translate(map_file, tmp_path / "in.jsonl", tmp_path / "out.jsonl", column="x")
    done = stores.translate(map_file, tmp_path / "in.jsonl", tmp_path / "out.jsonl", column="dense")
    assert done.rows == 1000
    out = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()]
    assert np.array([record["dense"] for record in out], np.float32).tobytes() == expected.tobytes()
    for before, after in zip(records, out, strict=True):
        assert list(before) == list(after) and before | {"dense": 0} == after | {"dense": 0}
    cli("translate", map_file, tmp_path / "in.jsonl", "-o", tmp_path / "cli.jsonl", "--field", "dense")
    assert (tmp_path / "cli.jsonl").read_bytes() == (tmp_path / "out.jsonl").read_bytes()
    stores.translate(v2v.Map.load(map_file), tmp_path / "in.jsonl", tmp_path / "by_map.jsonl", column="dense")
    assert (tmp_path / "by_map.jsonl").read_bytes() == (tmp_path / "out.jsonl").read_bytes()
    assert stores.sample(tmp_path / "in.jsonl", column="dense", max_rows=128).shape == (128, 384)


def test_samples_of_vector_files_are_spread(rows: Float32, tmp_path: Path) -> None:
    np.save(tmp_path / "in.npy", rows)
    some = stores.sample(tmp_path / "in.npy", max_rows=64)
    np.testing.assert_array_equal(some, rows[[i * 999 // 63 for i in range(64)]])
    np.testing.assert_array_equal(stores.sample(tmp_path / "in.npy"), rows)
    np.testing.assert_array_equal(stores.sample(tmp_path / "in.npy", max_rows=1), rows[:1])


# --- VDF


@pytest.fixture()
def vdf(rows: Float32, tmp_path: Path) -> Path:
    """An index of two namespaces, as vector-io exports them."""
    folder = tmp_path / "vdf"
    entries = []
    for name, part in (("", slice(0, 700)), ("blue", slice(700, 1000))):
        path = folder / "articles" / (name or "default")
        path.mkdir(parents=True)
        ids = [f"id-{i}" for i in IDS[part]]
        vectors = pa.array(list(rows[part].astype(np.float64)))
        pq.write_table(pa.table({"id": ids, "vector": vectors, "title": ids[::-1]}), path / "1.parquet")
        entries.append(
            {
                "namespace": name,
                "index_name": "articles",
                "total_vector_count": len(ids),
                "exported_vector_count": len(ids),
                "dimensions": 384,
                "model_name": "all-MiniLM-L6-v2",
                "vector_columns": ["vector"],
                "data_path": f"articles/{name or 'default'}",
                "metric": "Cosine",
            }
        )
    meta = {
        "version": "0.1.200",
        "file_structure": ["VDF_META.json", "articles/default/1.parquet", "articles/blue/1.parquet"],
        "author": "me",
        "exported_from": "pinecone",
        "exported_at": "2026-11-24T00:00:00+00:00",
        "indexes": {"articles": entries},
        "id_column": "id",
    }
    (folder / "VDF_META.json").write_text(json.dumps(meta))
    return folder


def test_vdf(vdf: Path, expected: Float32, map_file: Path, tmp_path: Path) -> None:
    assert stores.format_of(vdf) == "VDF"
    done = stores.translate(map_file, vdf, tmp_path / "out")
    assert (done.rows, done.files, done.resumed_files) == (1000, 2, 0)
    meta = json.loads((tmp_path / "out" / "VDF_META.json").read_text())
    before = json.loads((vdf / "VDF_META.json").read_text())
    assert len(meta.pop("vec2vec")["map_sha256"]) == 64
    for old, new in zip(before["indexes"]["articles"], meta["indexes"]["articles"], strict=True):
        assert new["dimensions"] == 768 and "translated" in new["model_name"]
        assert new == old | {"dimensions": 768, "model_name": new["model_name"]}
    assert sorted(meta["file_structure"]) == sorted(before["file_structure"])
    assert {key: meta[key] for key in ("version", "author", "id_column")} == {
        key: before[key] for key in ("version", "author", "id_column")
    }
    found = [pq.read_table(tmp_path / "out" / "articles" / name / "1.parquet") for name in ("default", "blue")]
    table = pa.concat_tables(found)
    assert table["id"].to_pylist() == [f"id-{i}" for i in IDS]
    assert np.stack(table["vector"].to_numpy()).tobytes() == expected.tobytes()
    again = stores.translate(map_file, vdf, tmp_path / "out")
    assert again.resumed_files == 2 and again.rows == 0
    assert stores.format_of(tmp_path / "out") == "VDF" and stores.sample(tmp_path / "out", max_rows=100).shape == (100, 768)


def test_bad_vdf_is_refused(vdf: Path, map_file: Path, tmp_path: Path) -> None:
    meta = json.loads((vdf / "VDF_META.json").read_text())

    def attempt(message: str, change: Any = None, **options: Any) -> None:
        changed = json.loads(json.dumps(meta))
        text = change(changed) if change else None
        (vdf / "VDF_META.json").write_text(text if isinstance(text, str) else json.dumps(changed))
        with pytest.raises(v2v.BadInputError, match=message):
            stores.translate(map_file, vdf, tmp_path / "out", **options)
        assert not (tmp_path / "out").exists()

    def entry(meta: Any) -> Any:
        return meta["indexes"]["articles"][0]

    attempt("does not describe", lambda meta: "{")
    attempt("does not describe", lambda meta: "[]")
    attempt("does not describe", lambda meta: meta.pop("indexes"))
    attempt("does not describe", lambda meta: entry(meta).pop("data_path"))
    attempt("names no index", lambda meta: meta["indexes"].clear())
    attempt("outside the folder", lambda meta: entry(meta).update(data_path="../vdf"))
    attempt("outside the folder", lambda meta: entry(meta).update(data_path="/etc"))
    attempt("has no folder", lambda meta: entry(meta).update(data_path="articles/none"))
    attempt("several vector columns", lambda meta: entry(meta).update(vector_columns=["vector", "title"]))
    attempt("no vector column 'v'", column="v")
    attempt("has dimension 12", lambda meta: entry(meta).update(dimensions=12))
    attempt("does not go with VDF", into="new")
    (vdf / "VDF_META.json").write_text(json.dumps(meta))
    with pytest.raises(v2v.BadInputError, match="where the input lies"):
        stores.translate(map_file, vdf, vdf / "out")


def test_a_data_set_of_others_is_not_written_over(vdf: Path, map_file: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "VDF_META.json").write_text(json.dumps({"indexes": {}}))
    for overwrite in (False, True):
        with pytest.raises(v2v.BadInputError, match="a data set of others"):
            stores.translate(map_file, vdf, other, overwrite=overwrite)
    assert os.listdir(other) == ["VDF_META.json"]


# --- FAISS

faiss = pytest.importorskip("faiss")


def make_index(kind: str, rows: Float32) -> Any:
    metric = faiss.METRIC_INNER_PRODUCT if "ip" in kind else faiss.METRIC_L2
    if "ivf" in kind:
        index = faiss.IndexIVFFlat(faiss.IndexFlat(384, metric), 384, 20, metric)
        index.train(rows)
        index.nprobe = 7
    elif "hnsw" in kind:
        index = faiss.IndexHNSWFlat(384, 12, metric)
        index.hnsw.efConstruction, index.hnsw.efSearch = 60, 50
    else:
        index = faiss.IndexFlat(384, metric)
    index = faiss.IndexIDMap2(index) if "idmap" in kind else index
    if "ids" in kind or "idmap" in kind:
        index.add_with_ids(rows, IDS)
    else:
        index.add(rows)
    if "direct" in kind:
        index.set_direct_map_type(faiss.DirectMap.Hashtable)
    return index


@pytest.mark.parametrize(
    "kind",
    [
        "flat l2",
        "flat ip",
        "idmap flat",
        "ivf l2",
        "ivf ip ids",
        "ivf ids direct",
        "idmap ivf",
        "hnsw l2",
        "hnsw ip",
        "idmap hnsw",
    ],
)
def test_faiss(kind: str, rows: Float32, expected: Float32, map_file: Path, tmp_path: Path) -> None:
    faiss.write_index(make_index(kind, rows), str(tmp_path / "old"))
    assert stores.format_of(tmp_path / "old") == "FAISS"
    assert stores.translate(map_file, tmp_path / "old", tmp_path / "new").rows == 1000
    old, new = (faiss.read_index(str(tmp_path / name)) for name in ("old", "new"))
    assert type(new) is type(old) and (new.ntotal, new.d, new.metric_type) == (1000, 768, old.metric_type)
    ids = IDS if "id" in kind else np.arange(1000)
    inner = faiss.downcast_index(new.index) if "idmap" in kind else new
    if "ivf" in kind:
        assert (inner.nlist, inner.nprobe) == (20, 7)
        assert inner.direct_map.type == (faiss.DirectMap.Hashtable if "direct" in kind else faiss.DirectMap.NoMap)
        inner.nprobe = 20  # all lists: exact
    if "hnsw" in kind:
        assert (inner.hnsw.nb_neighbors(1), inner.hnsw.efConstruction, inner.hnsw.efSearch) == (12, 60, 50)
    # Each translated row finds its own id; and stored vectors have the bytes of Map.translate.
    distances, found = new.search(expected, 1)
    assert np.mean(found[:, 0] == ids) > (0.98 if "hnsw" in kind else 0.999)
    if "ivf" not in kind:
        at = faiss.vector_to_array(new.id_map) if "idmap" in kind else np.arange(1000)
        np.testing.assert_array_equal(at, ids)
        assert inner.reconstruct_n(0, 1000).tobytes() == expected.tobytes()
    else:
        inner.set_direct_map_type(faiss.DirectMap.Hashtable)
        at = faiss.vector_to_array(new.id_map) if "idmap" in kind else ids
        stored = np.stack([inner.reconstruct(i) for i in (range(1000) if "idmap" in kind else ids.tolist())])
        order = {int(id): i for i, id in enumerate(ids)}
        assert sorted(at) == sorted(ids)
        np.testing.assert_array_equal(stored, expected[[order[int(id)] for id in at]])
    provenance = json.loads((tmp_path / "new.provenance.json").read_text())
    assert provenance["rows"] == 1000 and len(provenance["input"]["sha256"]) == 64
    assert bool(provenance["index"]["anew"]) == ("flat" not in kind)


def test_an_index_trained_anew_searches_like_a_native_one(
    rows: Float32, expected: Float32, map_file: Path, tmp_path: Path
) -> None:
    """Centroids of the old space would be of no use in the new one: recall after translation is that of an index built natively."""
    faiss.write_index(make_index("ivf ip", rows), str(tmp_path / "old"))
    stores.translate(map_file, tmp_path / "old", tmp_path / "new")
    exact = faiss.IndexFlatIP(768)
    exact.add(expected)
    _, truth = exact.search(expected, 10)

    def recall(index: Any) -> float:
        _, found = index.search(expected, 10)
        return float(np.mean([len(set(a) & set(b)) / 10 for a, b in zip(found, truth, strict=True)]))

    native = faiss.IndexIVFFlat(faiss.IndexFlatIP(768), 768, 20, faiss.METRIC_INNER_PRODUCT)
    native.train(expected)
    native.add(expected)
    native.nprobe = 7
    assert recall(faiss.read_index(str(tmp_path / "new"))) > recall(native) - 0.02


def test_other_faiss_files_are_refused(rows: Float32, map_file: Path, tmp_path: Path) -> None:
    def attempt(index: Any, message: str) -> None:
        if isinstance(index, bytes):
            (tmp_path / "old").write_bytes(index)
        else:
            faiss.write_index(index, str(tmp_path / "old"))
        with pytest.raises(v2v.BadInputError, match=message):
            stores.translate(map_file, tmp_path / "old", tmp_path / "new")
        assert os.listdir(tmp_path) == ["old"]

    coded = faiss.index_factory(384, "IVF4,SQ8")
    coded.train(rows)
    coded.add(rows)
    attempt(coded, "is an IndexIVFScalarQuantizer")
    attempt(faiss.IndexFlatL2(384), "holds no vectors")
    small = faiss.IndexFlatL2(12)
    small.add(np.ascontiguousarray(rows[:, :12]))
    attempt(small, "dimension 12")
    flat = make_index("flat l2", rows)
    faiss.write_index(flat, str(tmp_path / "old"))
    attempt((tmp_path / "old").read_bytes()[:5000], "no index that FAISS can read")
    bad = rows.copy()
    bad[123, 4] = np.nan
    attempt(make_index("flat l2", bad), "vector 123: There are NaN")
    lists = make_index("ivf ids", rows)
    lists.remove_ids(faiss.IDSelectorRange(0, 6900))
    attempt(lists, "too few to train 20 lists anew")


def on_disk(rows: Float32, folder: Path) -> Path:
    """An IVF index whose inverted lists lie in a file of their own, as demo_ondisk_ivf of FAISS makes them."""
    folder.mkdir()
    index = make_index("ivf ids", rows)
    lists = faiss.OnDiskInvertedLists(index.nlist, index.code_size, str(folder / "merged.ivfdata"))
    inner = faiss.InvertedListsPtrVector()
    inner.push_back(index.invlists)
    lists.merge_from_multiple(inner.data(), 1)
    index.replace_invlists(lists)
    faiss.write_index(index, str(folder / "old"))
    return folder / "old"


def test_lists_of_faiss_on_disk_are_found_beside_their_index(
    rows: Float32, expected: Float32, map_file: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    on_disk(rows, tmp_path / "a")
    (tmp_path / "a" / "merged.ivfdata").chmod(0o444)  # nothing is written there
    stores.translate(map_file, tmp_path / "a" / "old", tmp_path / "new")
    (tmp_path / "a").rename(tmp_path / "b")
    stores.translate(map_file, tmp_path / "b" / "old", tmp_path / "moved")
    first, second = (faiss.read_index(str(tmp_path / name)) for name in ("new", "moved"))
    assert first.ntotal == second.ntotal == 1000
    second.nprobe = 20
    np.testing.assert_array_equal(second.search(expected, 1)[1][:, 0], IDS)
    (tmp_path / "b" / "merged.ivfdata").rename(tmp_path / "elsewhere")
    with pytest.raises(v2v.BadInputError, match=r"could not open .*merged\.ivfdata") as error:
        stores.translate(map_file, tmp_path / "b" / "old", tmp_path / "lost")
    assert "beside it" in error.value.hint


def test_every_source_is_named_for_what_it_is(rows: Float32, map_file: Path, tmp_path: Path) -> None:
    """Whatever the target is called: what is wrong is the source."""
    binary = faiss.IndexBinaryFlat(64)
    binary.add(np.zeros((3, 8), np.uint8))
    faiss.write_index_binary(binary, str(tmp_path / "binary"))
    graph = faiss.IndexNSGFlat(384, 16)
    graph.add(rows)
    faiss.write_index(graph, str(tmp_path / "nsg"))
    (tmp_path / "a.hdf5").write_bytes(b"\x89HDF\r\n\x1a\n" + bytes(100))
    (tmp_path / "words").write_text("no numbers here\n")
    np.save(tmp_path / "a.npy", rows)
    for target in ("out.arrow", "out.parquet", "out.faiss", "out.npy"):
        for source, message in (
            ("binary", "binary index of FAISS"),
            ("nsg", "is an IndexNSGFlat"),
            ("a.hdf5", "is an HDF5 file"),
            ("words", "no row of numbers"),
        ):
            with pytest.raises(v2v.BadInputError, match=message) as error:
                stores.translate(map_file, tmp_path / source, tmp_path / target)
            assert error.value.where == str(tmp_path / source)
    with pytest.raises(v2v.BadInputError, match="has a name that does not tell the format") as error:
        stores.translate(map_file, tmp_path / "a.npy", tmp_path / "out.parquet")
    assert "vector files become vector files" in error.value.hint
    assert not list(tmp_path.glob("out*"))


def test_provenance_names_its_index(rows: Float32, map_file: Path, tmp_path: Path) -> None:
    faiss.write_index(make_index("flat l2", rows), str(tmp_path / "old"))
    stores.translate(map_file, tmp_path / "old", tmp_path / "new")
    provenance = json.loads((tmp_path / "new.provenance.json").read_text())
    assert provenance["sha256"] == hashlib.sha256((tmp_path / "new").read_bytes()).hexdigest()


def test_faiss_files_are_not_written_over(rows: Float32, map_file: Path, tmp_path: Path) -> None:
    faiss.write_index(make_index("flat l2", rows), str(tmp_path / "old"))
    (tmp_path / "new").write_text("mine")
    with pytest.raises(v2v.BadInputError, match="exists"):
        stores.translate(map_file, tmp_path / "old", tmp_path / "new")
    assert (tmp_path / "new").read_text() == "mine"
    with pytest.raises(v2v.BadInputError, match="where the input lies"):
        stores.translate(map_file, tmp_path / "old", tmp_path / "old", overwrite=True)
    stores.translate(map_file, tmp_path / "old", tmp_path / "new", overwrite=True)
    assert faiss.read_index(str(tmp_path / "new")).d == 768


# --- usearch


@pytest.mark.parametrize("dtype", ["f32", "f16"])
def test_usearch(dtype: str, rows: Float32, expected: Float32, map_file: Path, tmp_path: Path) -> None:
    usearch = pytest.importorskip("usearch.index")
    old = usearch.Index(ndim=384, metric="cos", dtype=dtype, connectivity=12, expansion_add=90, expansion_search=70)
    old.add(IDS, rows)
    old.save(str(tmp_path / "old"))
    assert stores.format_of(tmp_path / "old") == "usearch"
    assert stores.translate(map_file, tmp_path / "old", tmp_path / "new").rows == 1000
    new = usearch.Index.restore(str(tmp_path / "new"))
    assert (len(new), new.ndim, new.connectivity, new.dtype, new.metric_kind) == (1000, 768, 12, old.dtype, old.metric_kind)
    assert sorted(new.keys) == sorted(IDS)
    stored = np.asarray(new.get(IDS), np.float32)
    if dtype == "f32":
        assert stored.tobytes() == expected.tobytes()
    else:
        np.testing.assert_allclose(stored, expected, atol=2e-3)
    assert np.mean(new.search(expected, 1).keys.ravel() == IDS) > 0.98
    (tmp_path / "torn").write_bytes((tmp_path / "old").read_bytes()[:5000])
    with pytest.raises(v2v.BadInputError):
        stores.translate(map_file, tmp_path / "torn", tmp_path / "out")


# --- the shell


def test_the_shell_aligns_and_translates_any_store(demo: Load, tmp_path: Path) -> None:
    faiss.write_index(make_index("flat ip", demo("minilm.a")), str(tmp_path / "a.index"))
    np.save(tmp_path / "b.npy", demo("mpnet.b"))
    done = shell("align", tmp_path / "a.index", tmp_path / "b.npy", "-o", tmp_path / "map")
    assert done.returncode == 0 and "ALIGNED" in done.stdout, done.stderr
    done = shell("align", tmp_path / "a.index", tmp_path / "b.npy", "-o", tmp_path / "map")
    assert done.returncode == 2 and "exists already" in done.stderr
    done = shell("translate", tmp_path / "map", tmp_path / "a.index", "-o", tmp_path / "out.index")
    assert done.returncode == 0 and done.stdout.startswith("6000 rows in"), done.stderr
    for arguments in (["--into", "x"], ["--float16"]):
        done = shell("translate", tmp_path / "map", tmp_path / "a.index", "-o", tmp_path / "o", *arguments)
        assert done.returncode == 2 and "does not go with FAISS" in done.stderr and "Traceback" not in done.stderr
    done = shell("translate", tmp_path / "map", tmp_path / "none", "-o", tmp_path / "o")
    assert done.returncode == 2 and "does not exist" in done.stderr
