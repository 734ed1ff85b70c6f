#!/usr/bin/env python3
"""Linear, neural after linear, and neural alone: fitted on general texts, scored on tweets, medical sentences and news titles.

    bench/neural_domains.py [--pairs minilm-mpnet,...] [--vec2vec PROGRAM]

The maps are those that bench/neural_gain.py left in build/bench-data/neural (20,000 rows a side, one linear map, 5 seeds of training). *Alone* is
the `paper` preset from random weights on the same rows, with width 512, rates 2e-4 and 1e-4 and 200 steps, as bench/neural_ablation.py has
them from the linear start; trained here, for the pairs of --alone. Lines go to bench/results/neural_domains.jsonl, written anew each time."""

import argparse
import json
from pathlib import Path
from statistics import mean

from bench_env import BENCH_DATA, ROOT, SHARED, records_of, run_inside
from neural_ablation import ROWS, SHOWN, train
from neural_gain import STORE as GAINS
from neural_gain import kept

STORE = ROOT / "bench" / "results" / "neural_domains.jsonl"
FOLDER = BENCH_DATA / "neural"
PAIRS = "minilm-mpnet,mpnet-minilm,minilm-e5,e5-minilm,mpnet-e5,e5-mpnet"
CORPORA = {"general": "general, held out", "tweets": "tweets", "medical": "medical sentences", "agnews": "news titles"}
KINDS = {"linear": "linear", "after": "neural after linear", "alone": "neural alone, random weights"}


def section():
    records = records_of(STORE)
    if not records:
        return ""
    text = "## Linear, neural after linear, neural alone: out of distribution\n\n" + __doc__.split("\n\n")[2].replace("\n", " ").partition(" Lines go")[0] + "\n\n"
    text += "| pair | scored on (rows = pool) | map | seeds | " + " | ".join(SHOWN.values()) + " |\n" + "|---" * (4 + len(SHOWN)) + "|\n"
    for pair, corpus, kind in dict.fromkeys((r["pair"], r["corpus"], r["kind"]) for r in records):
        runs = [r for r in records if (r["pair"], r["corpus"], r["kind"]) == (pair, corpus, kind)]
        cells = [pair.replace("-", " → "), f"{CORPORA[corpus]} ({runs[0]['rows']:,})", KINDS[kind], str(len(runs)) if kind != "linear" else "–"]
        for name in SHOWN:
            values = [r["scores"][name]["value"] for r in runs]
            spread = f" ({min(values):.4f} – {max(values):.4f})" if min(values) < max(values) else ""
            cells.append(f"{mean(values):.4f}{spread}")
        text += "| " + " | ".join(cells) + " |\n"
    good = {}  # corpus -> of each run after linear: was it kept?
    for r in records:
        if r["kind"] == "after":
            start = next(s for s in records if (s["pair"], s["corpus"], s["kind"]) == (r["pair"], r["corpus"], "linear"))["scores"]
            good.setdefault(r["corpus"], []).append(kept(start, r["scores"]))
    text += "\nRuns of *neural after linear* that keep or improve both top-1 and mean rank of their linear map: "
    text += ", ".join(f"{CORPORA[corpus]} {sum(runs)} of {len(runs)}" for corpus, runs in good.items()) + ".\n"
    m = records[-1]["machine"]
    return text + f"\nChance: a top-1 of 1 in so many rows. Machine: {m['cpu']}, {m['cores']} cores; {records[-1]['date'][:10]}; commit {', '.join(dict.fromkeys(r['revision'] for r in records))}. Command: `bench/neural_domains.py`\n\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", default=PAIRS)
    parser.add_argument("--alone", default="minilm-mpnet,minilm-e5", help="pairs that are trained from random weights too")
    parser.add_argument("--vec2vec", type=Path, help="the program; default: build/release, built first")
    arguments = parser.parse_args()
    run_inside("bench-venv", ["numpy"])
    import run

    arguments.vec2vec, revision = run.program_of(arguments.vec2vec)
    gains = {(r["pair"], r["seed"]): r["revision"] for r in records_of(GAINS) if r.get("rows", ROWS) == ROWS}
    records = []
    for pair in arguments.pairs.split(","):
        source, target = pair.split("-")
        maps = [("linear", 0, FOLDER / f"{pair}.{ROWS}.linear.safetensors")]
        maps += [("after", seed, FOLDER / f"{pair}.{ROWS}.{seed}.safetensors") for seed in range(5)]
        for seed in range(3) if pair in arguments.alone.split(",") else ():
            work = FOLDER / f"{pair}.{ROWS}.alone.{seed}.safetensors"
            if not work.exists():
                train(run, arguments.vec2vec, pair, ["--init", "random"], seed, work)
            maps.append(("alone", seed, work))
        for corpus in CORPORA:
            if corpus == "general":
                files = [run.slice_of(encoder, run.EVAL_FIRST, run.EVAL_END) for encoder in (source, target)]
            else:
                files = [SHARED / "data" / f"{corpus}.{encoder}.npy" for encoder in (source, target)]
            for kind, seed, work in maps:
                scores, rows = run.scores_of(arguments, work, files)
                record = {"pair": pair, "corpus": corpus, "kind": kind, "seed": seed, "rows": rows}
                record |= {"revision": gains[pair, seed] if kind == "after" else revision, "scores": scores, "date": run.now(), "machine": run.machine()}
                records.append(record)
                print(pair, corpus, kind, seed, " ".join(f"{name} {scores[name]['value']:.4f}" for name in SHOWN), flush=True)
    STORE.write_text("".join(json.dumps(record) + "\n" for record in records))


if __name__ == "__main__":
    main()
