# %% [markdown]
# # A rotation is not encryption
#
# Some vendors "protect" embeddings by a secret rotation: every distance stays, so search still works. But if all distances stay,
# so does the shape of the cloud, and a shape can be recognised. Here a store is rotated under a 256-bit key, and laid open with
# nothing but public vectors of other texts of the same model. The key is never attacked; it is not needed.
#
# Run as a script, or cell by cell: `python examples/python/rotation_is_not_encryption.py`

# %%
import os
import warnings
from pathlib import Path

import numpy as np
import vec2vec_cpp as v2v

data = Path(__file__).resolve().parents[1] / "data"
store = np.load(data / "mpnet.b.npy").astype(np.float32)  # the victim's 6,000 texts
public = np.concatenate([np.load(data / f"mpnet.{name}.npy") for name in ("pairs", "eval")])  # the attacker's 3,500 others

# %% The vendor's protection. Cosines are kept exactly, and single vectors look like noise.
protected = v2v.defend(store, "rotate", key=os.urandom(32))
print(f"cosine of a row and its rotated self: {np.mean(np.sum(store * protected, axis=1)):.3f}")


# %% The attack: align the stolen rows with the public ones. No pair is known.
def attack(stolen: np.ndarray) -> float:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", v2v.AlignmentWarning)  # the verdict is printed below
        found = v2v.align(stolen, public, source_name="stolen", target_name="public")
    opened = found.map.translate(stolen[:1000])
    scores = v2v.evaluate(opened, store[:1000], mean=found.map, bootstrap=0)
    print(f"{found.verdict}: {scores.top1.value:.1%} of the stolen rows land nearest to their true vector (chance 0.1 %)")
    return scores.top1.value


rotated_top1 = attack(protected)
assert rotated_top1 > 0.5


# %% What does help? Noise costs the attacker rows, and the owner search quality: both are measured here.
def nearest(rows: np.ndarray) -> np.ndarray:
    unit = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    cosines = unit @ unit.T
    np.fill_diagonal(cosines, -1)
    neighbours: np.ndarray = np.argmax(cosines, axis=1)
    return neighbours


for steps in ("rotate,noise=2",):
    noisy = v2v.defend(store, steps, key=os.urandom(32))
    kept = np.mean(nearest(noisy[:1000]) == nearest(store[:1000]))
    print(f"{steps}: {kept:.1%} of the rows keep their nearest neighbour;", end=" ")
    attack(noisy)
