"""The commands of the README lead from a Parquet store to a translated one."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from conftest import ROOT, Load


def test_the_commands_of_the_readme(demo: Load, tmp_path: Path) -> None:
    found = re.search(r"In Python, from a clone.*?```\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    assert found
    commands = found.group(1).strip().splitlines()
    assert len(commands) <= 5 and "pip install" in commands[1]
    rows = demo("minilm.a")
    vectors = pa.FixedSizeListArray.from_arrays(pa.array(rows.ravel()), 384)
    pq.write_table(
        pa.table({"id": np.arange(len(rows)), "text": ["?"] * len(rows), "vector": vectors}), tmp_path / "store.parquet"
    )
    np.save(tmp_path / "b.npy", demo("mpnet.b"))
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    for command in commands[2:]:
        subprocess.run(command, shell=True, check=True, cwd=tmp_path, env={**os.environ, "PATH": path})
    out = pq.read_table(tmp_path / "translated.parquet")
    assert out.column_names == ["id", "text", "vector"] and out["vector"].type.list_size == 768 and len(out) == 6000
