# SPDX-License-Identifier: Apache-2.0
"""The commands that docs/python.md and docs/postgres.md give to newcomers, the files and the table that they start from, and what must come out."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def commands_of(user: str) -> list[str]:
    """Commands for one kind of user: a block of their own, or the one that all Python users need with what stands in it below the
    comment that begins with the user's name."""
    page, start = ("postgres.md", "From psql") if user == "psql" else ("python.md", "In Python, from a clone")
    found = re.search(rf"^{start}.*?```\n(.*?)```", (ROOT / "docs" / page).read_text(), re.DOTALL | re.MULTILINE)
    assert found, f"docs/{page} has no first steps for {user}"
    chosen, wanted = [], True
    for line in found.group(1).strip().splitlines():
        if line.startswith("#"):
            wanted = line[1:].strip().split(":")[0] == user
        elif wanted:
            chosen.append(line)
    assert len(chosen) > 2, f"docs/{page} has no first steps for {user}"
    return chosen


def make_inputs(folder: Path) -> None:
    """a.npy, store.parquet (the same vectors with ids and texts), a table of them when $DB is a database, b.npy, and queries."""
    import numpy as np
    import pandas as pd

    a, b = (np.load(ROOT / "examples" / "data" / name).astype(np.float32) for name in ("minilm.a.npy", "mpnet.b.npy"))
    np.save(folder / "a.npy", a)
    np.save(folder / "b.npy", b)
    for name, data in (("queries.npy", "minilm.eval.npy"), ("new-queries.npy", "mpnet.eval.npy")):
        np.save(folder / name, np.load(ROOT / "examples" / "data" / data).astype(np.float32))
    frame = pd.DataFrame({"id": [f"doc-{i}" for i in range(len(a))], "text": "?", "vector": list(a)})
    frame.to_parquet(folder / "store.parquet")
    if "DB" in os.environ:
        psql("CREATE EXTENSION vector; CREATE TABLE documents (id text PRIMARY KEY, text text, embedding vector(384) NOT NULL)")
        rows = "".join(f"doc-{i}\t?\t{row.tolist()}\n" for i, row in enumerate(a))
        psql("COPY documents FROM STDIN", rows)


def psql(sql: str, rows: str = "") -> str:
    """The answer of the database of $DB."""
    program = import_module("postgres_server").BINARIES["0.8"] / "psql"
    command = [program, os.environ["DB"], "-v", "ON_ERROR_STOP=1", "-Atqc", sql]
    return subprocess.run(command, input=rows, check=True, text=True, stdout=subprocess.PIPE).stdout


def check_outputs(folder: Path, user: str) -> None:
    import numpy as np
    import pandas as pd

    if user == "psql":
        columns = "count(*), count(DISTINCT id), min(vector_dims(embedding)), min(vector_dims(embedding_old))"
        found = psql(f"SELECT {columns} FROM documents")
        assert found.strip() == "6000|6000|768|384", found
        first = psql("SELECT embedding FROM documents WHERE id = 'doc-0'")
        assert abs(np.linalg.norm(np.fromstring(first.strip("[]\n"), sep=",")) - 1) < 1e-5
        return
    if user == "numpy":
        rows = np.load(folder / "a-in-b.npy")
    else:
        frame = pd.read_parquet(folder / "translated.parquet")
        assert list(frame.columns) == ["id", "text", "vector"] and list(frame["id"][[0, 5999]]) == ["doc-0", "doc-5999"]
        rows = np.stack(list(frame["vector"]))
    assert rows.shape == (6000, 768) and rows.dtype == np.float32 and np.isfinite(rows).all()


if __name__ == "__main__":
    if sys.argv[1] == "commands":
        print("\n".join(commands_of(sys.argv[2])))
    elif sys.argv[1] == "inputs":
        make_inputs(Path(sys.argv[2]))
    else:
        check_outputs(Path(sys.argv[2]), sys.argv[3])
