#!/usr/bin/env python3
"""Reads an unknown space with several known ones: top-1 against the rows of the store and the number of known models.

    bench/known_spaces.py [--unknown e5,mpnet] [--rows 500,1000,2000,5000,20000] [--known 1,2,4] [--seeds 0-2] [--vec2vec PROGRAM]
    bench/known_spaces.py --table      prints the table of what is stored

Store: the first rows of the general set by the unknown encoder. Known: rows 20,000-39,999, other texts, by the first so many of the
encoders below; nothing of the unknown's family is among them. Evaluation: rows 40,000-44,095, seen by no fit. Each run is one line
of bench/results/known_spaces.jsonl with the score in the consensus (with one known space: in it), in each known space by --to, and
those of the oracle: a map of 20,000 true pairs (rows 20,000-39,999). A run found there is skipped. Needs the shared data and the
encoders of scripts/models.sh.
"""

import argparse
import tempfile
from pathlib import Path
from statistics import median

from bench_env import ROOT, records_of, run_inside
from experiment import EVALUATION, Lines, fit, score, take
from run import build, git, numbers

RESULTS = ROOT / "bench" / "results" / "known_spaces.jsonl"
KNOWN = {"e5": ["mpnet", "minilm", "l3", "bge"], "mpnet": ["bge", "e5", "e5v2", "wordllama"]}
PUBLIC = ("general", 20000, 40000)
POOL = 4096


def one_run(program, folder, unknown, known, rows, seed):
    oracle = rows == "oracle"
    store = PUBLIC if oracle else ("general", 0, rows)
    public = {name: take(name, [PUBLIC]) for name in known}
    map_file, told = fit(program, folder, take(unknown, [store]), public, ["--paired"] if oracle else ["--seed", seed])
    source, truth = take(unknown, [EVALUATION]), {name: take(name, [EVALUATION]) for name in known}
    single = {name: score(program, folder, map_file, source, {name: truth[name]}, POOL, name)["top1"] for name in known}
    whole = score(program, folder, map_file, source, truth, POOL)
    return told | whole | {"single": single, "unknown": unknown, "known": known, "rows": rows, "seed": seed, "commit": git("rev-parse", "--short", "HEAD")}


def table():
    """Median top-1 over seeds, with the lowest; of the single spaces the first."""
    records = records_of(RESULTS)
    print("| unknown | known | rows | seeds | top-1, median (lowest) | of the oracle | ALIGNED | first known alone | its oracle | seconds |\n|---|---|---|---|---|---|---|---|---|---|")
    cells = sorted({(r["unknown"], len(r["known"]), r["rows"]) for r in records if r["rows"] != "oracle"})
    for unknown, count, rows in cells:
        runs = [r for r in records if (r["unknown"], len(r["known"]), r["rows"]) == (unknown, count, rows)]
        best = next((r for r in records if (r["unknown"], len(r["known"]), r["rows"]) == (unknown, count, "oracle")), None)
        top = [r["top1"] for r in runs]
        first = runs[0]["known"][0]
        cell = [unknown, count, f"{rows:,}", len(runs), f"{median(top):.3f} ({min(top):.3f})"]
        cell += [f"{median(top) / best['top1']:.3f}" if best else "-", f"{sum(r['verdict'] == 'ALIGNED' for r in runs)}/{len(runs)}"]
        cell += [f"{median(r['single'][first] for r in runs):.3f}", f"{best['single'][first]:.3f}" if best else "-"]
        print("| " + " | ".join(map(str, cell + [f"{median(r['seconds'] for r in runs):.0f}"])) + " |")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--unknown", default="e5,mpnet")
    parser.add_argument("--rows", default="500,1000,2000,5000,20000")
    parser.add_argument("--known", default="1,2,4")
    parser.add_argument("--seeds", default="0-2")
    parser.add_argument("--vec2vec", type=Path)
    parser.add_argument("--table", action="store_true")
    arguments = parser.parse_args()
    if arguments.table:
        return table()
    program = arguments.vec2vec or build()
    lines = Lines(RESULTS, ["unknown", "known", "rows", "seed"])
    with tempfile.TemporaryDirectory() as name:
        for seed in numbers(arguments.seeds):
            for rows in ["oracle", *map(int, arguments.rows.split(","))]:
                for unknown in arguments.unknown.split(","):
                    for count in map(int, arguments.known.split(",")):
                        run = {"unknown": unknown, "known": KNOWN[unknown][:count], "rows": rows, "seed": 0 if rows == "oracle" else seed}
                        if lines.has(run):
                            continue
                        record = one_run(program, Path(name), **run)
                        lines.add(record)
                        print(f"{unknown} against {'+'.join(run['known'])}, {rows} rows, seed {run['seed']}: top-1 {record['top1']:.3f}, {record.get('verdict', '')}, {record['seconds']:.0f} s", flush=True)


if __name__ == "__main__":
    run_inside("bench-venv", ["numpy"])
    main()
