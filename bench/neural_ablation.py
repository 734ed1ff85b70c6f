#!/usr/bin/env python3
"""The paper's losses from the linear start: all of them, and without each in turn (bench/neural_random.py does so from random weights).

    bench/neural_ablation.py [--pairs minilm-e5] [--seeds 0-4] [--variants full,no-vsp,...] [--vec2vec PROGRAM]

Files, linear maps and evaluation rows are those of bench/neural_gain.py, which must have run for these pairs. The `paper` preset with
width 512, rates 2e-4 and 1e-4 and 200 steps; the best of the scores at every 50th, step 0 included, is kept; no pair is read. Lines go to
bench/results/neural_ablation.jsonl; runs found there are skipped."""

import argparse
from pathlib import Path

from bench_env import BENCH_DATA, ROOT, add_record, records_of, run_inside
from neural_random import loss_options, weights_of

STORE = ROOT / "bench" / "results" / "neural_ablation.jsonl"
ROWS, STEPS = 20000, 200
LOSSES = {
    "full": "all losses",
    "no-vsp": "without VSP",
    "no-cycle": "without cycle losses",
    "no-latent-gan": "without the latent discriminator",
    "no-gan": "without discriminators",
    "no-vsp+no-cycle": "without VSP and cycle losses",
}
SHOWN = {"top1": "top-1", "mean_rank": "mean rank", "centred_cosine": "centred cosine", "cosine": "raw cosine"}


def train(run, program, pair, start, seed, work, variant="full"):
    """What align says of the map `work`; start: the options that say where training starts."""
    source, target = pair.split("-")
    files = [run.slice_of(source, 0, ROWS), run.slice_of(target, run.TARGET_FIRST, run.TARGET_FIRST + ROWS)]
    command = [program, "align", *files, "-o", work, "--method", "neural", *start, "--preset", "paper", "--width", 512, "--close", "no"]
    command += ["--learning-rate", 2e-4, "--discriminator-rate", 1e-4, "--steps", STEPS, "--period", STEPS // 4, *loss_options(weights_of(variant))]
    return run.run_measured([*command, "--seed", seed, "--force", "--json", "--quiet"], tuple(run.VERDICTS))


def section():
    records = records_of(STORE)
    if not records:
        return ""
    text = "## The paper's losses from the linear start\n\nMean of the seeds (min – max). *Changed*: seeds of which a step after the start was chosen, by the score that reads no pair.\n\n"
    text += "| pair | losses | seeds | changed | " + " | ".join(SHOWN.values()) + " |\n" + "|---" * (4 + len(SHOWN)) + "|\n"
    for pair in dict.fromkeys(r["pair"] for r in records):
        arrow, start = pair.replace("-", " → "), next(r["linear"] for r in records if r["pair"] == pair)
        text += f"| {arrow} | linear start | – | – | " + " | ".join(f"{start[name]['value']:.4f}" for name in SHOWN) + " |\n"
        for variant, told in LOSSES.items():
            runs = [r for r in records if (r["pair"], r["variant"]) == (pair, variant)]
            if not runs:
                continue
            cells = [arrow, told, str(len(runs)), f"{sum(r['best_step'] > 0 for r in runs)} of {len(runs)}"]
            for name in SHOWN:
                values = [r["scores"][name]["value"] for r in runs]
                cells.append(f"**{sum(values) / len(values):.4f}** ({min(values):.4f} – {max(values):.4f})")
            text += "| " + " | ".join(cells) + " |\n"
    m, seconds = records[-1]["machine"], [r["cpu_seconds"] for r in records]
    text += f"\n{ROWS:,} rows a side, pool 4,096 (chance: 0.0002, 2,048.5); {min(seconds):.0f} to {max(seconds):.0f} CPU seconds a run; machine: {m['cpu']}, {m['cores']} cores; {records[-1]['date'][:10]}; commit "
    return text + f"{', '.join(dict.fromkeys(r['revision'] for r in records))}. Command: `bench/neural_ablation.py`\n\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", default="minilm-e5")
    parser.add_argument("--seeds", default="0-4", help="as in 0-9 or 0,3,5")
    parser.add_argument("--variants", default=",".join(LOSSES))
    parser.add_argument("--vec2vec", type=Path, help="the program; default: build/release, built first")
    arguments = parser.parse_args()
    run_inside("bench-venv", ["numpy"])
    import run

    arguments.vec2vec, revision = run.program_of(arguments.vec2vec)
    done = {(r["pair"], r["variant"], r["seed"]) for r in records_of(STORE) if r["revision"] == revision}
    for pair in arguments.pairs.split(","):
        evaluation = [run.slice_of(encoder, run.EVAL_FIRST, run.EVAL_END) for encoder in pair.split("-")]
        start, work = BENCH_DATA / "neural" / f"{pair}.{ROWS}.linear.safetensors", BENCH_DATA / "neural" / "ablation.safetensors"
        linear = run.scores_of(arguments, start, evaluation)[0]
        for variant in arguments.variants.split(","):
            for seed in run.numbers(arguments.seeds):
                if (pair, variant, seed) in done:
                    continue
                told = train(run, arguments.vec2vec, pair, ["--start", start], seed, work, variant)
                record = {"pair": pair, "variant": variant, "seed": seed, "revision": revision, "cpu_seconds": told["cpu_seconds"]}
                record |= {name: told["json"][name] for name in ("start_score", "best_score", "best_step", "stopped_because")}
                record |= {"linear": linear, "scores": run.scores_of(arguments, work, evaluation)[0], "date": run.now(), "machine": run.machine()}
                add_record(STORE, record)
                shown = "  ".join(f"{name} {linear[name]['value']:.4f} -> {record['scores'][name]['value']:.4f}" for name in SHOWN)
                print(f"{pair} {variant} seed {seed}  step {record['best_step']}  {shown}  {record['cpu_seconds']:.0f} CPU s", flush=True)


if __name__ == "__main__":
    main()
