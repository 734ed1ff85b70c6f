#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Scores the linear map, the neural map after it and the neural map alone on tweets, medical sentences and news titles. All are fitted on
general texts.

    bench/neural/domains.py [--pairs minilm-mpnet,...] [--alone minilm-mpnet,...]

The maps are those that bench/neural/gain.py left in build/bench-data/neural: 20,000 rows a side, one linear map, 5 seeds of training.
The neural map alone is trained here, for the pairs of --alone: the `paper` preset from random weights on the same rows, with the
settings of bench/neural/ablation.py. bench/results/neural_domains.jsonl is written anew each time.
"""

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from benchlib.data import evaluation_files
from benchlib.env import BENCH_DATA, RESULTS, SHARED, run_inside
from benchlib.fits import scores_of
from benchlib.neural import ROWS, SHOWN, train
from benchlib.records import machine, now, records_of
from benchlib.report.neural import CORPORA
from benchlib.run import add_program, parser_of, program_of

FOLDER = BENCH_DATA / "neural"
PAIRS = "minilm-mpnet,mpnet-minilm,minilm-e5,e5-minilm,mpnet-e5,e5-mpnet"


def main():
    parser = parser_of(__doc__)
    parser.add_argument("--pairs", default=PAIRS, help="directed pairs, source-target, separated by commas")
    parser.add_argument("--alone", default="minilm-mpnet,minilm-e5", help="pairs that are trained from random weights too")
    add_program(parser)
    arguments = parser.parse_args()
    run_inside("bench-venv", ["numpy"])
    program, revision = program_of(arguments.vec2vec)
    gains = {(r["pair"], r["seed"]): r["revision"] for r in records_of(RESULTS / "neural.jsonl") if r.get("rows", ROWS) == ROWS}
    records = []
    for pair in arguments.pairs.split(","):
        source, target = pair.split("-")
        maps = [("linear", 0, FOLDER / f"{pair}.{ROWS}.linear.safetensors")]
        maps += [("after", seed, FOLDER / f"{pair}.{ROWS}.{seed}.safetensors") for seed in range(5)]
        for seed in range(3) if pair in arguments.alone.split(",") else ():
            work = FOLDER / f"{pair}.{ROWS}.alone.{seed}.safetensors"
            if not work.exists():
                train(program, pair, ["--init", "random"], seed, work)
            maps.append(("alone", seed, work))
        for corpus in CORPORA:
            files = evaluation_files(pair)
            if corpus != "general":
                files = [SHARED / "data" / f"{corpus}.{encoder}.npy" for encoder in (source, target)]
            for kind, seed, work in maps:
                scores, rows = scores_of(program, work, files)
                record = {"pair": pair, "corpus": corpus, "kind": kind, "seed": seed, "rows": rows}
                record |= {"revision": gains[pair, seed] if kind == "after" else revision, "scores": scores, "date": now(), "machine": machine()}
                records.append(record)
                print(pair, corpus, kind, seed, " ".join(f"{name} {scores[name]['value']:.4f}" for name in SHOWN), flush=True)
    (RESULTS / "neural_domains.jsonl").write_text("".join(json.dumps(record) + "\n" for record in records))


if __name__ == "__main__":
    main()
