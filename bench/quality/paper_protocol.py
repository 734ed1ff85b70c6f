#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Repeats vec2vec's protocol (arXiv 2505.12540) at our scale: maps are fitted without pairs on Natural Questions alone, and scored on
those, on tweets and on medical text.

    bench/quality/paper_protocol.py [--pairs minilm-mpnet,...] [--seeds 0-2]

The 17,133 questions of the shared data are shuffled by seed 0. The source takes 0-6,499, the target 6,500-12,999; the last 4,096 are
paired, for evaluation. The pool of the tweets has 800 rows, as in the paper. `vec2vec align` fits each pair and seed, and `--method
neural` goes on from that map. The oracle is the orthogonal map of the source's rows and their true pairs. Each score is one line of
bench/results/paper_protocol.jsonl; a stored run is skipped.
"""

import random
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from benchlib.data import encoded, lines_of, take
from benchlib.env import RESULTS, run_inside
from benchlib.fits import fit, score
from benchlib.records import Lines
from benchlib.report.neural import POOLS
from benchlib.run import add_program, numbers, parser_of, program_of

PAIRS = "minilm-mpnet,mpnet-minilm,minilm-e5,e5-minilm,mpnet-e5,e5-mpnet"
SIDE = 6500


def questions():
    texts = lines_of("nq_questions.txt.gz")
    random.Random(0).shuffle(texts)
    return texts


def main():
    parser = parser_of(__doc__)
    parser.add_argument("--pairs", default=PAIRS)
    parser.add_argument("--seeds", type=numbers, default="0-2")
    add_program(parser)
    arguments = parser.parse_args()
    run_inside("bench-venv", ["numpy"])
    program, label = program_of(arguments.vec2vec)
    lines, texts = Lines(RESULTS / "paper_protocol.jsonl", ["pair", "seed", "method", "corpus"]), questions()
    for encoder in dict.fromkeys(name for pair in arguments.pairs.split(",") for name in pair.split("-")):
        encoded(program, "nq", texts, encoder)
    first, rows = ("nq", 0, SIDE), {"NQ": ("nq", len(texts) - 4096, len(texts)), "tweets": ("tweets", 0, 2000), "medical": ("medical", 0, 2000)}
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        for pair in arguments.pairs.split(","):
            source, target = pair.split("-")
            for seed in (None, *arguments.seeds):  # a seed None is the paired oracle
                methods = ["linear", "neural"] if seed is not None else ["oracle"]
                records = {m: [{"pair": pair, "seed": seed, "method": m, "corpus": corpus, "program": label} for corpus in rows] for m in methods}
                if all(lines.has(record) for of_method in records.values() for record in of_method):
                    continue
                a, b = take(source, [first]), take(target, [first if seed is None else ("nq", SIDE, 2 * SIDE)])
                out = None
                for method in methods:
                    options = ["--seed", seed]
                    if method == "neural":
                        options += ["--method", "neural", "--start", out.rename(folder / "start.safetensors")]
                    out, told = fit(program, folder, a, b, options, oracle=seed is None)
                    for record in records[method]:
                        part = [rows[record["corpus"]]]
                        record |= told | score(program, folder, out, take(source, part), take(target, part), POOLS[record["corpus"]])
                        lines.add(record)
                        print(pair, seed, method, record["corpus"], record.get("verdict", ""), f"top-1 {record['top1']:.3f}", f"{record['seconds']:.0f} s", flush=True)


if __name__ == "__main__":
    main()
