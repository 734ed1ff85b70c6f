"""The commands that the README gives to newcomers, the files that they start from, and what must come out."""

from __future__ import annotations

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def commands_of(user: str) -> list[str]:
    """Commands for one kind of user: those that all need, and those below the comment that begins with the user's name."""
    found = re.search(r"In Python, from a clone.*?```\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    assert found, "the README has no first steps"
    chosen, wanted = [], True
    for line in found.group(1).strip().splitlines():
        if line.startswith("#"):
            wanted = line[1:].strip().split(":")[0] == user
        elif wanted:
            chosen.append(line)
    assert len(chosen) > 2, f"the README has no first steps for {user}"
    return chosen


def make_inputs(folder: Path) -> None:
    """a.npy, store.parquet (the same vectors with ids and texts) and b.npy."""
    import numpy as np
    import pandas as pd

    a, b = (np.load(ROOT / "examples" / "data" / name).astype(np.float32) for name in ("minilm.a.npy", "mpnet.b.npy"))
    np.save(folder / "a.npy", a)
    np.save(folder / "b.npy", b)
    frame = pd.DataFrame({"id": [f"doc-{i}" for i in range(len(a))], "text": "?", "vector": list(a)})
    frame.to_parquet(folder / "store.parquet")


def check_outputs(folder: Path, user: str) -> None:
    import numpy as np
    import pandas as pd

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
