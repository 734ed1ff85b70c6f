# %% [markdown]
# # How Platonic are two spaces?
#
# The Platonic representation hypothesis (Huh et al. 2024) says that models converge to one picture of the world. Three encoders
# read the same 1,000 texts; measures that see only who is near whom tell how much their pictures agree, beside what chance gives.
# The sharper test: can one space be laid over the other *without* any pair?
#
# Run as a script, or cell by cell: `python examples/python/how_platonic.py`

# %%
from pathlib import Path

import numpy as np
import vec2vec_cpp as v2v

data = Path(__file__).resolve().parents[1] / "data"
spaces = {name: np.load(data / f"{name}.eval.npy").astype(np.float32) for name in ("minilm", "mpnet", "e5")}

# %% All pairs at once. Always read a value beside its null: several measures are far from 0 for unrelated spaces.
grid = v2v.measure_all(spaces, only=["mutual_knn", "cka"], permutations=20, bootstrap=200)
print(grid)

# %% One pair in detail.
result = v2v.measure(spaces["minilm"], spaces["e5"], names=("minilm", "e5"), only="mutual_knn", permutations=20)
print(result)
knn = result["mutual_knn"]
assert knn.value is not None and knn.value > knn.null["high"]

# %% Another family shares less than a sibling does.
sibling, stranger = grid.value("mutual_knn", "minilm", "mpnet"), grid.value("mutual_knn", "minilm", "e5")
print(f"of the 10 nearest neighbours MiniLM shares {10 * sibling:.1f} with MPNet and {10 * stranger:.1f} with e5")
assert sibling > stranger

# %% The test without pairs: rows of different texts, and only geometry to go by.
alignment = v2v.align(np.load(data / "minilm.a.npy"), np.load(data / "mpnet.b.npy"))
scores = v2v.evaluate(alignment.map.translate(spaces["minilm"]), spaces["mpnet"], mean=alignment.map)
print(alignment)
print(scores)
assert alignment.verdict == "ALIGNED" and scores.top1.value > 10 * scores.top1.null
