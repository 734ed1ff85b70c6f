#!/usr/bin/env python3
"""Pictures against captions of other pictures, without pairs: how near the map comes to that of true pairs.

    bench/pictures.py [--pictures efflite0+rn50,efflite0] [--captions minilm+bge+l3,minilm] [--pairs 0,50] [--seeds 0-4] [--vec2vec PROGRAM]
    bench/pictures.py --table      prints the table of what is stored

A: pictures 0-8,499 of webcap by one encoder or several side by side (centred unit rows of each, so that each has an equal say). B: captions 8,500-16,999 by
one encoder or several known spaces. Evaluation: pictures and captions 17,000-18,605, a pool of 1,606, seen by no fit. With known pairs the captions of
the first so many pictures are added to B. "true pairs" are pictures 0-8,499 with their own captions, --paired; chance is 0.5 in FOSCTTM and 0.006 in top-10.
Each run is one line of bench/results/pictures.jsonl; one found there is skipped. Needs the shared data; captions are encoded on first use.
"""

import argparse
import tempfile
from pathlib import Path
from statistics import median

from bench_env import ROOT, SHARED, records_of, run_inside
from encoded import encoded
from experiment import Lines, fit, saved
from run import build, git, numbers, run_measured

RESULTS = ROOT / "bench" / "results" / "pictures.jsonl"
STORE, PUBLIC, EVALUATION = slice(0, 8500), slice(8500, 17000), slice(17000, 18606)
POOL = 1606


def pictures(encoders, rows):
    """(n, d): each encoder's centred unit rows, side by side; centred by the mean of the store."""
    import numpy as np

    parts = []
    for encoder in encoders:
        whole = np.load(SHARED / "data" / f"webcap.{encoder}.npy").astype(np.float32)
        part = whole[rows] - whole[STORE].mean(0)
        parts.append(part / np.linalg.norm(part, axis=1, keepdims=True))
    return np.concatenate(parts, 1)


def captions(program, encoders, rows):
    """{encoder: (n, d)}; rows: a slice or row numbers."""
    import numpy as np

    texts = (SHARED / "data" / "webcap.captions.txt").read_text(encoding="utf-8").split("\n")[:18606]
    files = {name: SHARED / "data" / f"webcap.{name}.npy" for name in encoders}
    files = {name: path if path.exists() else encoded(program, "webcap", texts, name) for name, path in files.items()}
    return {name: np.load(path)[rows].astype(np.float32) for name, path in files.items()}


def one_run(program, folder, views, spaces, pairs, seed):
    import numpy as np

    oracle = pairs == "all"
    store, rows, options = pictures(views, STORE), np.arange(18606)[STORE if oracle else PUBLIC], ["--paired"]
    if not oracle:
        options = ["--seed", seed]
        rows = np.concatenate([rows, np.arange(pairs)])
        if pairs:
            known = folder / "pairs.csv"
            known.write_text("".join(f"{i},{8500 + i}\n" for i in range(pairs)))
            options += ["--pairs", known]
    map_file, told = fit(program, folder, store, captions(program, spaces, rows), options)
    files = saved(folder / "eval", pictures(views, EVALUATION), captions(program, spaces, EVALUATION))
    command = [program, "evaluate", "--map", map_file, *files, "--pool", POOL, "--bootstrap", 0, "--json", "--quiet"]
    scores = run_measured(command)["json"]["scores"]
    found = {name: scores[name]["value"] for name in ("foscttm", "top1", "top10")}
    return told | found | {"pictures": views, "captions": spaces, "pairs": pairs, "seed": seed, "commit": git("rev-parse", "--short", "HEAD")}


def table():
    records = records_of(RESULTS)
    print("| pictures | captions | known pairs | seeds | FOSCTTM: median (worst) | top-10: median (worst) | ALIGNED | seconds |\n|---|---|---|---|---|---|---|---|")
    for cell in sorted({(len(r["pictures"]), "+".join(r["pictures"]), len(r["captions"]), "+".join(r["captions"]), str(r["pairs"])) for r in records}):
        runs = [r for r in records if ("+".join(r["pictures"]), "+".join(r["captions"]), str(r["pairs"])) == (cell[1], cell[3], cell[4])]
        wrong, top = [r["foscttm"] for r in runs], [r["top10"] for r in runs]
        values = [cell[1], cell[3], cell[4], len(runs), f"{median(wrong):.3f} ({max(wrong):.3f})", f"{median(top):.3f} ({min(top):.3f})"]
        aligned = "-" if cell[4] == "all" else f"{sum(r['verdict'] == 'ALIGNED' for r in runs)}/{len(runs)}"
        print("| " + " | ".join(map(str, [*values, aligned, f"{median(r['seconds'] for r in runs):.0f}"])) + " |")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--pictures", default="efflite0+rn50,efflite0")
    parser.add_argument("--captions", default="minilm+bge+l3,minilm")
    parser.add_argument("--pairs", default="all,0,50", help="numbers of known pairs, or all")
    parser.add_argument("--seeds", default="0-4")
    parser.add_argument("--vec2vec", type=Path)
    parser.add_argument("--table", action="store_true")
    arguments = parser.parse_args()
    if arguments.table:
        return table()
    program = arguments.vec2vec or build()
    lines = Lines(RESULTS, ["pictures", "captions", "pairs", "seed"])
    with tempfile.TemporaryDirectory() as name:
        for seed in numbers(arguments.seeds):
            for pairs in [p if p == "all" else int(p) for p in arguments.pairs.split(",")]:
                for views in arguments.pictures.split(","):
                    for spaces in arguments.captions.split(","):
                        run = {"views": views.split("+"), "spaces": spaces.split("+"), "pairs": pairs, "seed": 0 if pairs == "all" else seed}
                        if lines.has({"pictures": run["views"], "captions": run["spaces"], "pairs": pairs, "seed": run["seed"]}):
                            continue
                        record = one_run(program, Path(name), **run)
                        lines.add(record)
                        print(f"{views} against {spaces}, {pairs} pairs, seed {run['seed']}: FOSCTTM {record['foscttm']:.3f}, top-10 {record['top10']:.3f}, "
                              f"{record.get('verdict', '')}, {record['seconds']:.0f} s", flush=True)


if __name__ == "__main__":
    run_inside("bench-venv", ["numpy"])
    main()
