#!/usr/bin/env python3
"""What the neural translator adds to the linear map that it starts from, pair by pair and seed by seed, without pairs.

    bench/neural_gain.py [--pairs minilm-mpnet,minilm-e5+50] [--seeds 0-4] [--rows 20000] [--time-budget 120] [--maps FOLDER] [--tuning] [-- OPTION ...]

NAME+50 gives 50 known pairs to the linear start and to training (texts of the last 50 target rows; they take the place of as many
source rows). The linear map of a pair is found once (seed 0), or taken from FOLDER (bench/run.py keeps them in
build/bench-data/maps); training is run once a seed. Options behind -- go to `vec2vec align --method neural`. Splits, data and scores
are those of bench/run.py. Lines go to bench/results/neural.jsonl; runs found there for the same revision and options are skipped, so an
interrupted bench goes on. bench/make_results.py makes the table.

--tuning, for choosing settings: 10,000 rows a side, scored on rows 10,000-14,095, which are no evaluation rows; lines go to
bench/results/neural_tuning.jsonl."""

import argparse
import os
import shutil
from pathlib import Path

from bench_env import BENCH_DATA, ROOT, add_record, records_of, run_inside

RESULTS = ROOT / "bench" / "results"
STORE = RESULTS / "neural.jsonl"
ROWS = 20000
SHOWN = {"top1": "top-1", "mean_rank": "mean rank", "centred_cosine": "centred cosine"}


def key(record):
    return (record.get("rows", ROWS), *(record[name] for name in ("pair", "seed", "options", "revision")))


def section():
    """Of docs/results.md: the newest options of each pair."""
    records = records_of(STORE)
    if not records:
        return ""
    text = "## Neural after linear\n\nThe translator trained from the linear map of the same rows (docs/neural.md), on the rows scored above. "
    text += "*Kept*: seeds whose top-1 and mean rank are no worse than those of the linear map; 0 CPU seconds: nothing was trained, for the searches behind the start agreed.\n\n"
    text += "| start | rows a side | seeds | " + " | ".join(f"{name}: linear → neural, mean (min – max)" for name in SHOWN.values()) + " | kept | CPU seconds, mean |\n"
    text += "|---" * (5 + len(SHOWN)) + "|\n"
    for pair, rows in dict.fromkeys((r["pair"], r.get("rows", ROWS)) for r in records):
        of_pair = [r for r in records if (r["pair"], r.get("rows", ROWS)) == (pair, rows)]
        runs = [r for r in of_pair if (r["options"], r["revision"]) == (of_pair[-1]["options"], of_pair[-1]["revision"])]
        cells = [pair.replace("-", " → ").replace("+", ", known pairs: "), f"{rows:,}", str(len(runs))]
        for name in SHOWN:
            values = [r["neural"][name]["value"] for r in runs]
            cells.append(f"{runs[0]['linear'][name]['value']:.4f} → **{sum(values) / len(values):.4f}** ({min(values):.4f} – {max(values):.4f})")
        cells.append(f"{sum(kept(r['linear'], r['neural']) for r in runs)} of {len(runs)}")
        cells.append(f"{sum(r['cpu_seconds'] for r in runs) / len(runs):.0f}")
        text += "| " + " | ".join(cells) + " |\n"
    last = records[-1]
    loads = [r["load"] for r in records]
    text += f"\n4,096 evaluation rows; machine: {last['machine']['cpu']}, {last['machine']['cores']} cores, load {min(loads):.0f} – {max(loads):.0f} during the runs, so only CPU seconds are given; "
    text += f"{last['date'][:10]}; commit {', '.join(dict.fromkeys(r['revision'] for r in records))}. Command: `bench/neural_gain.py`, options: {last['options'] or 'none, the preset'}\n\n"
    return text


def kept(linear, neural):
    return neural["top1"]["value"] >= linear["top1"]["value"] and neural["mean_rank"]["value"] <= linear["mean_rank"]["value"]


def with_known_pairs(run, source, a, last, rows, count):
    """The rows of file a, but the last `count` replaced by rows last - count .. last - 1 of the encoder, and the file of pairs."""
    import numpy as np

    folder = BENCH_DATA / "neural"
    folder.mkdir(parents=True, exist_ok=True)
    path, pairs = folder / f"{source}.{rows}.{count}.npy", folder / f"pairs.{rows}.{count}.csv"
    if not path.exists():
        changed = np.load(a)
        changed[rows - count :] = np.load(run.slice_of(source, last - count, last))
        np.save(path, changed)
        pairs.write_text("".join(f"{i},{i}\n" for i in range(rows - count, rows)))
    return path, ["--pairs", pairs]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", default="minilm-mpnet,mpnet-minilm,minilm-e5+50")
    parser.add_argument("--seeds", default="0-4", help="as in 0-9 or 0,3,5")
    parser.add_argument("--rows", type=int, default=ROWS, help="a side")
    parser.add_argument("--time-budget", type=int, default=120, help="seconds of training a run; 0 = all steps of the preset")
    parser.add_argument("--maps", type=Path, help="folder of linear maps named PAIR.ROWS.0.safetensors")
    parser.add_argument("--tuning", action="store_true", help="fewer rows, scored on rows that are not kept for evaluation")
    parser.add_argument("--vec2vec", type=Path, help="the program; default: build/release, built first")
    parser.add_argument("options", nargs="*")
    arguments = parser.parse_args()
    run_inside("bench-venv", ["numpy"])
    import run

    arguments.vec2vec, revision = run.program_of(arguments.vec2vec)
    n, store, first, end = arguments.rows, STORE, run.EVAL_FIRST, run.EVAL_END
    if arguments.tuning:
        n, store, first, end = 10000, RESULTS / "neural_tuning.jsonl", 10000, 14096
    done = {key(record) for record in records_of(store)}
    for pair in arguments.pairs.split(","):
        encoders, _, known = pair.partition("+")
        source, target = encoders.split("-")
        a, b, pairs = run.slice_of(source, 0, n), run.slice_of(target, run.TARGET_FIRST, run.TARGET_FIRST + n), []
        if known:
            a, pairs = with_known_pairs(run, source, a, run.TARGET_FIRST + n, n, int(known))
        evaluation = [run.slice_of(encoder, first, end) for encoder in (source, target)]
        start = BENCH_DATA / "neural" / f"{pair}.{n}.linear.safetensors"
        start.parent.mkdir(parents=True, exist_ok=True)
        given = arguments.maps / f"{pair}.{n}.0.safetensors" if arguments.maps else start
        if not start.exists() and given.exists():
            shutil.copy(given, start)
        if not start.exists():
            run.run_measured([arguments.vec2vec, "align", a, b, "-o", start, *pairs, "--json", "--quiet"], tuple(run.VERDICTS))
        linear = None
        for seed in run.numbers(arguments.seeds):
            shown = " ".join([*(["--time-budget", str(arguments.time_budget)] if arguments.time_budget else []), *arguments.options])
            record = {"pair": pair, "rows": n, "seed": seed, "options": shown, "revision": revision}
            if key(record) in done:
                continue
            linear = linear or run.scores_of(arguments, start, evaluation)[0]
            work = BENCH_DATA / "neural" / f"{pair}.{n}.{seed}.safetensors"
            command = [arguments.vec2vec, "align", a, b, "-o", work, *pairs, "--method", "neural", "--start", start, "--seed", seed, *shown.split()]
            told = run.run_measured([*command, "--force", "--json", "--quiet"], tuple(run.VERDICTS))
            record["cpu_seconds"] = told["cpu_seconds"]
            record |= {name: told["json"][name] for name in ("start_score", "best_score", "best_step", "steps", "stopped_because")}
            record |= {"linear": linear, "neural": run.scores_of(arguments, work, evaluation)[0], "seconds": told["seconds"]}
            record |= {"load": os.getloadavg()[0], "date": run.now(), "machine": run.machine()}
            add_record(store, record)
            scores = "  ".join(f"{name} {linear[name]['value']:.4f} -> {record['neural'][name]['value']:.4f}" for name in SHOWN)
            print(f"{pair} seed {seed}  {scores}  {'kept' if kept(linear, record['neural']) else 'WORSE'}  step {record['best_step']} of {record['steps']}  {record['cpu_seconds']:.0f} CPU s", flush=True)


if __name__ == "__main__":
    main()
