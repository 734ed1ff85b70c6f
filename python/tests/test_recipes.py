# SPDX-License-Identifier: Apache-2.0
"""Every recipe of docs/recipes runs as it stands, on the edition of its store that the Python package embeds: ids, payload and the
translated vectors are in the place that applications look at, and the old ones are there again after the roll-back."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import vec2vec_cpp as v2v
from conftest import ROOT, Load
from vec2vec_cpp._rows import Float32

RECIPES = {path.stem: path for path in (ROOT / "docs" / "recipes").glob("*.md") if path.stem != "README"}
ROWS = 1000
IDS = [7 * i + 3 for i in range(ROWS)]
TEXTS = [f"Text {i}, mit Umlaut: ü" if i % 3 else "" for i in range(ROWS)]

#: (id, text, vector) of every row that applications find
Found = list[tuple[int, str, Any]]


def unit(rows: Float32) -> Float32:
    scaled: Float32 = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return scaled


class Qdrant:
    package = "qdrant_client"

    @staticmethod
    def client() -> Any:
        from qdrant_client import QdrantClient

        return QdrantClient(path="store")

    def fill(self, rows: Float32) -> None:
        from qdrant_client.models import CreateAlias, CreateAliasOperation, Distance, VectorParams

        client = self.client()
        client.create_collection("docs-2023", vectors_config=VectorParams(size=rows.shape[1], distance=Distance.COSINE))
        client.upload_collection("docs-2023", vectors=rows, ids=IDS, payload=[{"text": text} for text in TEXTS])
        alias = CreateAlias(collection_name="docs-2023", alias_name="docs")
        client.update_collection_aliases([CreateAliasOperation(create_alias=alias)])
        client.close()

    def read(self) -> Found:
        client = self.client()
        points = client.scroll("docs", limit=2 * ROWS, with_vectors=True)[0]
        client.close()
        return [(point.id, point.payload["text"], point.vector) for point in points]


class Milvus:
    package = "milvus_lite"

    @staticmethod
    def close(client: Any) -> None:
        from milvus_lite.server_manager import server_manager_instance

        client.close()
        server_manager_instance.release_all()  # else this process keeps the file locked

    def fill(self, rows: Float32) -> None:
        from pymilvus import DataType, MilvusClient

        client = MilvusClient("store.db")
        schema, index = client.create_schema(), client.prepare_index_params()
        schema.add_field("id", DataType.INT64, is_primary=True)
        schema.add_field("text", DataType.VARCHAR, max_length=100)
        schema.add_field("vector", DataType.FLOAT_VECTOR, dim=rows.shape[1])
        index.add_index("vector", index_type="AUTOINDEX", metric_type="COSINE")
        client.create_collection("docs_2023", schema=schema, index_params=index)
        client.insert("docs_2023", [{"id": i, "text": text, "vector": row} for i, text, row in zip(IDS, TEXTS, rows)])
        client.create_alias("docs_2023", "docs")
        self.close(client)

    def read(self) -> Found:
        from pymilvus import MilvusClient

        client = MilvusClient("store.db")
        client.load_collection("docs")
        found = client.query("docs", filter="id >= 0", output_fields=["*"], limit=2 * ROWS)
        self.close(client)
        return [(row["id"], row["text"], row["vector"]) for row in found]


class LanceDB:
    package = "lancedb"

    def fill(self, rows: Float32) -> None:
        import lancedb
        import pyarrow as pa

        vectors = pa.FixedSizeListArray.from_arrays(pa.array(rows.ravel()), rows.shape[1])
        lancedb.connect("store").create_table("docs", pa.table({"id": IDS, "text": TEXTS, "vector": vectors}))

    def read(self) -> Found:
        import lancedb

        table = lancedb.connect("store").open_table("docs").to_arrow()
        return list(zip(*(table[name].to_pylist() for name in ("id", "text", "vector"))))


class Chroma:
    package = "chromadb"

    def fill(self, rows: Float32) -> None:
        import chromadb

        collection = chromadb.PersistentClient("store").create_collection(
            "docs", embedding_function=None, configuration={"hnsw": {"space": "cosine"}}
        )
        names = [str(i) for i in IDS]
        collection.add(names, rows, [{"n": i} if i % 2 else None for i in range(ROWS)], TEXTS)

    def read(self) -> Found:
        import chromadb

        collection = chromadb.PersistentClient("store").get_collection("docs", embedding_function=None)
        found = collection.get(include=["embeddings", "documents", "metadatas"])
        for name, data in zip(found["ids"], found["metadatas"]):
            n = IDS.index(int(name))
            assert data == ({"n": n} if n % 2 else None)
        return list(zip(map(int, found["ids"]), found["documents"], found["embeddings"]))


class DuckDB:
    package = "duckdb"

    def fill(self, rows: Float32) -> None:
        import duckdb
        import pyarrow as pa

        vectors = pa.FixedSizeListArray.from_arrays(pa.array(rows.ravel()), rows.shape[1])
        table = pa.table({"id": IDS, "text": TEXTS, "vector": vectors})
        with duckdb.connect("store.duckdb") as db:
            db.register("filled", table)
            db.execute("create table docs as from filled").fetchall()

    def read(self) -> Found:
        import duckdb

        with duckdb.connect("store.duckdb") as db:
            return list(db.execute("select id, text, vector from docs").fetchall())


STORES: dict[str, Any] = {"qdrant": Qdrant, "milvus": Milvus, "lancedb": LanceDB, "chroma": Chroma, "duckdb": DuckDB}


def test_every_recipe_has_a_store() -> None:
    assert STORES.keys() == RECIPES.keys()
    index = (ROOT / "docs" / "recipes" / "README.md").read_text()
    assert all(f"({name}.md)" in index for name in RECIPES)


def check(found: Found, rows: Float32, same: Callable[[Any, Any], bool]) -> None:
    found = sorted(found, key=lambda row: row[0])
    assert [row[0] for row in found] == IDS and [row[1] for row in found] == TEXTS
    assert same(np.array([row[2] for row in found], np.float32), rows)


@pytest.mark.parametrize("name", sorted(RECIPES))
def test_recipe(name: str, demo: Load, paired_map: v2v.Map, map_file: Path, tmp_path: Path, monkeypatch: Any) -> None:
    store = STORES[name]()
    pytest.importorskip(store.package, reason=f"{store.package} is not installed: scripts/engines_test.sh")
    migrate, go_back = re.findall(r"```python\n(.*?)```", RECIPES[name].read_text(), re.DOTALL)
    monkeypatch.chdir(tmp_path)
    shutil.copy(map_file, "map.safetensors")
    rows = unit(demo("minilm.eval"))
    expected = paired_map.translate(rows)
    # Stores that compare by cosine may scale rows again.
    same: Callable[[Any, Any], bool] = np.array_equal
    if name in ("qdrant", "chroma"):
        same = lambda a, b: bool(np.abs(a - b).max() < 1e-6)  # noqa: E731
    store.fill(rows)

    def run(code: str) -> None:
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr

    run(migrate)
    check(store.read(), expected, same)
    run(go_back)
    check(store.read(), rows, same)
