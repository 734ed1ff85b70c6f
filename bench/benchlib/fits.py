# SPDX-License-Identifier: Apache-2.0
"""Fitting and scoring maps: `vec2vec align` and `vec2vec evaluate` of arrays or files, with what a record keeps of them; areas under ROC curves."""

from .records import machine, now
from .run import VERDICTS, run_measured

POOL = 4096


def saved(folder, a, b):
    """The files of array a and of b: one array, or several known spaces as {name: array}."""
    import numpy as np

    folder.mkdir(exist_ok=True)
    arrays = {"a": a} | (b if isinstance(b, dict) else {"b": b})
    for name, rows in arrays.items():
        np.save(folder / f"{name}.npy", rows)
    return [folder / f"{name}.npy" for name in arrays]


def align_files(program, files, out, options=(), allowed=tuple(VERDICTS)):
    """`vec2vec align` of files. What run_measured returns, with the verdict in words."""
    done = run_measured([program, "align", *files, "-o", out, *options, "--force", "--json", "--quiet"], allowed)
    return done | {"verdict": VERDICTS[done["exit"]]}


def fit(program, folder, a, b, options, oracle=False):
    """Aligns array a with b, one array or several known spaces as {name: array}. Returns the map's file and a record of what align said.
    oracle: the rows are true pairs, and the map is fitted to them."""
    out = folder / "map.safetensors"
    several = isinstance(b, dict) and len(b) > 1
    if oracle:
        options = ["--paired"] if several else ["--paired", "--procrustes"]
    done = align_files(program, saved(folder / "fit", a, b), out, options)
    rows = [len(a), len(next(iter(b.values())) if isinstance(b, dict) else b)]
    record = {"rows": rows, "seconds": done["seconds"], "date": now(), "machine": machine()}
    if not oracle:
        record |= {"verdict": done["verdict"], "evidence": done["json"].get("evidence"), "pair_fit": done["json"].get("pairs")}
        record["searches"] = len(done["json"].get("starts", []))
    return out, record


def evaluated(program, files, given, pool, bootstrap=0):
    """{score: value} of `vec2vec evaluate`, without intervals."""
    command = [program, "evaluate", *given, *files, "--pool", pool, "--bootstrap", bootstrap, "--json", "--quiet"]
    return {name: score["value"] for name, score in run_measured(command)["json"]["scores"].items() if score}


def score(program, folder, map_file, a, b, pool, to=None):
    """top-1, mean rank, raw and centred cosine of paired rows a, translated by the map, and b: one array or several known spaces as
    {name: array}. map_file None: a is translated already. to: translates into that known space."""
    given = (["--map", map_file] if map_file else []) + (["--to", to] if to else [])
    scores = evaluated(program, saved(folder / "eval", a, b), given, pool)
    return {name: scores[name] for name in ("top1", "mean_rank", "cosine", "centred_cosine")} | {"pool": min(pool, len(a))}


def auc(values, right):
    """Area under the ROC curve; ties count half."""
    import numpy as np

    order = np.sort(values)
    rank = (np.searchsorted(order, values, "left") + np.searchsorted(order, values, "right") + 1) / 2
    hits = right.sum()
    return float((rank[right].sum() - hits * (hits + 1) / 2) / (hits * (len(right) - hits)))


def scores_of(program, map_file, files):
    """(scores with their intervals, number of rows) of a map on two files of paired rows, in a pool of 4,096."""
    evaluation = run_measured([program, "evaluate", "--map", map_file, *files, "--pool", POOL, "--json", "--quiet"])["json"]
    return evaluation["scores"], evaluation["rows"]
