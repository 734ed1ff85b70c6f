#!/usr/bin/env python3
"""vec2vec's protocol (arXiv 2505.12540) at our scale: fitted without pairs on Natural Questions alone, scored there, on tweets and on medical text.

    bench/paper_protocol.py [--pairs minilm-mpnet,...] [--seeds 0-2] [--vec2vec PROGRAM]

The 17,133 questions of ../shared/corpora, shuffled by seed 0: 0-6,499 are the source's, 6,500-12,999 the target's, the last 4,096 are scored,
paired. Tweets and medical sentences are those of ../shared/data; the tweets' pool is 800 rows, as the paper's. Each pair and seed is fitted
by `vec2vec align` and from there by `--method neural`. The oracle is the orthogonal map of the source's rows and their true pairs. Lines go to
bench/results/paper_protocol.jsonl; a run found there is skipped, and bench/make_results.py makes the table.
"""

import argparse
import gzip
import random
import tempfile
from pathlib import Path
from statistics import mean

from bench_env import ROOT, SHARED, run_inside
from encoded import encoded
from experiment import Lines, fit, score, take
from run import numbers, program_of

STORE = ROOT / "bench" / "results" / "paper_protocol.jsonl"
PAIRS = "minilm-mpnet,mpnet-minilm,minilm-e5,e5-minilm,mpnet-e5,e5-mpnet"
SIDE = 6500
POOLS = {"NQ": 4096, "tweets": 800, "medical": 2000}
# Mean over the paper's cross-backbone pairs, as far as it gives them: top-1, mean rank, raw cosine.
PUBLISHED = {"NQ": (0.950, 1.6, 0.806), "tweets": (0.919, None, None), "medical": (0.212, None, None)}
PUBLISHED_POOLS = {"NQ": 8192, "tweets": 800, "medical": 8192}


def section():
    """Of docs/results.md."""
    records = Lines(STORE, []).records
    if not records:
        return ""
    methods = list(dict.fromkeys(r["method"] for r in records))
    pairs = list(dict.fromkeys(r["pair"] for r in records))
    text = "## The paper's protocol at our scale\n\n" + __doc__.split("\n\n")[2].replace("\n", " ").strip() + "\n\n"
    text += "Top-1 / mean rank / raw cosine, mean of the seeds.\n\n"
    text += "| scored on | pool | " + " | ".join(["pair", *methods]) + " |\n" + "|---" * (3 + len(methods)) + "|\n"
    cell = lambda runs: " / ".join(f"{mean(r[k] for r in runs):{f}}" for k, f in (("top1", ".3f"), ("mean_rank", ".2f"), ("cosine", ".3f")))
    for corpus in POOLS:
        inside = [r for r in records if r["corpus"] == corpus]
        for pair in pairs:
            cells = [cell([r for r in inside if (r["pair"], r["method"]) == (pair, method)]) for method in methods]
            text += f"| {corpus} | {POOLS[corpus]:,} | {pair.replace('-', ' → ')} | " + " | ".join(cells) + " |\n"
        cells = [cell([r for r in inside if r["method"] == method]) for method in methods]
        text += f"| {corpus} | {POOLS[corpus]:,} | mean | " + " | ".join(cells) + " |\n"
        given = " / ".join("–" if value is None else str(value) for value in PUBLISHED[corpus])
        text += f"| {corpus} | {PUBLISHED_POOLS[corpus]:,} | *vec2vec's paper, mean of its cross-backbone pairs* |" + " |" * (methods.index("neural")) + f" {given} |\n"
    last = records[-1]
    verdicts = [r["verdict"] for r in records if r["method"] == "linear" and r["corpus"] == "NQ"]
    text += f"\n{len(set(r['seed'] for r in records if r['seed'] is not None))} seeds a pair; verdicts of the linear fits: "
    text += ", ".join(f"{v} {verdicts.count(v)}" for v in dict.fromkeys(verdicts))
    text += ". The paper fits a million rows a side of other encoders, takes the best of several seeds, and its medical texts are notes of MIMIC, which are not public: its row "
    text += f"stands beside ours, not under the same conditions. Chance: 1 in the pool. Machine: {last['machine']['cpu']}, {last['machine']['cores']} cores; "
    return text + f"{last['date'][:10]}; commit {', '.join(dict.fromkeys(r['program'] for r in records))}. Command: `bench/paper_protocol.py`\n\n"


def questions():
    with gzip.open(SHARED / "corpora" / "nq_questions.txt.gz", "rt", encoding="utf-8") as file:
        texts = [line.rstrip("\n") for line in file]
    random.Random(0).shuffle(texts)
    return texts


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", default=PAIRS)
    parser.add_argument("--seeds", type=numbers, default="0-2")
    parser.add_argument("--vec2vec", type=Path, help="the program; default: build/release, built first")
    arguments = parser.parse_args()
    program, label = program_of(arguments.vec2vec)
    lines, texts = Lines(STORE, ["pair", "seed", "method", "corpus"]), questions()
    for encoder in dict.fromkeys(name for pair in arguments.pairs.split(",") for name in pair.split("-")):
        encoded(program, "nq", texts, encoder)
    first, rows = ("nq", 0, SIDE), {"NQ": ("nq", len(texts) - 4096, len(texts)), "tweets": ("tweets", 0, 2000), "medical": ("medical", 0, 2000)}
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        for pair in arguments.pairs.split(","):
            source, target = pair.split("-")
            for seed in (None, *arguments.seeds):  # None: the paired oracle
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
    run_inside("bench-venv", ["numpy"])
    main()
