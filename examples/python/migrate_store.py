# %% [markdown]
# # Move a vector store to another model without embedding it again
#
# A store holds MiniLM vectors with ids in a Parquet file. The new model is MPNet. No text is read: MPNet vectors of *other* texts
# show where to go. What comes out is the same store, ids and all, that MPNet queries can search.
#
# Run as a script, or cell by cell: `python examples/python/migrate_store.py [FOLDER]`

# %%
import sys
import tempfile
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import vec2vec_cpp as v2v
from vec2vec_cpp import arrow

data = Path(__file__).resolve().parents[1] / "data"
folder = Path(sys.argv[1] if len(sys.argv) > 1 else tempfile.mkdtemp())

# %% The old store: 7,000 documents. The last 1,000 have known MPNet vectors, kept aside to judge by.
old = np.concatenate([np.load(data / "minilm.a.npy"), np.load(data / "minilm.eval.npy")]).astype(np.float32)
vectors = pa.FixedSizeListArray.from_arrays(pa.array(old.ravel()), 384)
pq.write_table(pa.table({"id": [f"doc-{i}" for i in range(len(old))], "vector": vectors}), folder / "old.parquet")

# %% Find the map from a sample of the store and MPNet vectors of other texts.
mpnet = np.load(data / "mpnet.b.npy")
alignment = v2v.align(arrow.sample(folder / "old.parquet", rows=6000), mpnet, source_name="MiniLM", target_name="MPNet")
print(alignment)
if alignment.verdict != "ALIGNED":
    sys.exit("the map is not to be trusted: use more rows, or embed the texts again")
alignment.map.save(folder / "map.safetensors", overwrite=True)

# %% Translate the store. All columns are carried through; the schema says that these are no native MPNet vectors.
summary = arrow.translate(alignment.map, folder / "old.parquet", folder / "new.parquet", overwrite=True)
print(summary)
new = pq.read_table(folder / "new.parquet")
print(new.schema.metadata[b"vec2vec"].decode())

# %% Would the new model's queries find what they should? The queries are MPNet's own vectors of the last 1,000 documents.
queries = np.load(data / "mpnet.eval.npy").astype(np.float32)
store = arrow.to_numpy(new["vector"], "store")
found = np.argmax((queries - queries.mean(0)) @ (store - store.mean(0)).T, axis=1)
hits = np.mean([new["id"][int(row)].as_py() == f"doc-{6000 + i}" for i, row in enumerate(found)])
print(f"{hits:.1%} of the queries find their own document first, among {len(store):,}; chance: {1 / len(store):.2%}")
assert hits > 0.8
