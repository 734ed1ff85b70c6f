#!/usr/bin/env python3
"""What each defence of a vector store stops, and what it costs; and how fast a secret rotation falls.

    bench/defences.py [--vec2vec PROGRAM] [--again] [--attack-only]

The store: rows 0-9,999 of general.minilm behind `vec2vec defend`. The attacker: rows 20,000-29,999 of other texts, encoded by the same
model (minilm) or another (mpnet), `vec2vec align`. Leakage: top-1 of 4,096 held-out rows behind the same defence, and attribute accuracy on
1,000 tweets (TweetTopic, 19 labels as texts) by `vec2vec audit`. Utility: nDCG@10 of three retrieval sets with documents and queries behind
the defence. Lines go to bench/results/defences.jsonl; bench/make_results.py makes tables of them.
"""

import argparse
import json
from pathlib import Path

from bench_env import BENCH_DATA, ROOT, add_record, records_of, run_inside

STORE = ROOT / "bench" / "results" / "defences.jsonl"
ROWS = 10000
SETS = ["cranfield", "med"]
POOL = 4096
DEFENCES = [
    "none", "rotate", "quantise=1", "rotate,noise=0.5", "rotate,noise=1", "rotate,truncate=96", "project=48", "rotate,noise=2", "rotate,truncate=24"
]  # fmt: skip


def section():
    """The tables of docs/results.md, or nothing when the bench was not run."""
    if not STORE.exists():
        return ""
    lines = records_of(STORE)
    attacks = list({line["seed"]: line for line in lines if line["kind"] == "rotation"}.values())
    curves = [line for line in lines if line["kind"] == "defence"]
    text = "## A secret rotation is not encryption\n\n"
    if attacks:
        text += f"A {attacks[0]['dim']}-d store behind `vec2vec defend --steps rotate`, attacked from {attacks[0]['rows']:,} unpaired public rows of the same model.\n\n"
        text += "| seed | verdict | top-1 of 4,096 held-out rows (95 %) | align, wall s | CPU s |\n|---|---|---|---|---|\n"
        for a in attacks:
            t = a["top1"]
            text += f"| {a['seed']} | {a['verdict']} | {t['value']:.4f} ({t['low']:.4f}–{t['high']:.4f}) | {a['seconds']:.1f} | {a['cpu_seconds']:.1f} |\n"
        text += f"\nchance: {attacks[0]['top1']['null']:.4f}. {circumstances(attacks)} Command: `bench/defences.py --attack-only`\n\n"
    if curves:
        text += "## What defences stop, and what they cost\n\n"
        text += f"Store: {ROWS:,} MiniLM vectors behind the defence; attacker: {ROWS:,} vectors of other texts. Recovered: top-1 of 4,096 held-out rows "
        text += "(chance 0.0002). Attributes: first guess of 19 on 1,000 tweets right (most frequent label: 0.494). Utility: nDCG@10 with documents and "
        text += f"queries behind the defence, mean of {', '.join(SETS)}. Seed 0, one run each. ? = UNCERTAIN, ✗ = NOT_ALIGNED.\n\n"
        text += "| defence | nDCG@10 | recovered, same model | attributes | recovered, mpnet | attributes |\n|---|---|---|---|---|---|\n"
        marks = {"ALIGNED": "", "UNCERTAIN": " ?", "NOT_ALIGNED": " ✗"}
        for c in {line["steps"]: line for line in curves}.values():
            cells = [f"`{c['steps']}`", f"{c['ndcg10']:.3f}"]
            for reader in ("minilm", "mpnet"):
                a = c["attacks"][reader]
                cells += [f"{a['top1']['value']:.3f}{marks[a['verdict']]}", f"{a['attribute_top1']['value']:.3f}"]
            text += "| " + " | ".join(cells) + " |\n"
        text += f"\n{circumstances(curves)} Command: `bench/defences.py`\n"
    return text


def circumstances(lines):
    m = lines[-1]["machine"]
    revisions = ", ".join(dict.fromkeys(line["revision"] for line in lines))
    return f"Machine: {m['cpu']}, {m['cores']} cores, {m['memory_gib']:.0f} GiB; date: {lines[-1]['date'][:10]}; commit {revisions}."


def ndcg10(np, documents, queries, document_ids, query_ids, grades):
    """Mean over queries with at least one judged document; exponential gain, cosine ranking."""
    unit = lambda x: x / np.maximum(np.linalg.norm(x, axis=1, keepdims=True), 1e-9)
    order = np.argsort(-(unit(queries) @ unit(documents).T), axis=1, kind="stable")[:, :10]
    by_query = {}
    for (q, d), grade in grades.items():
        if grade > 0:
            by_query.setdefault(q, {})[d] = grade
    discount = 1 / np.log2(np.arange(2, 12))
    values = []
    for i, q in enumerate(query_ids):
        if q not in by_query:
            continue
        gain = np.array([2 ** by_query[q].get(document_ids[j], 0.0) - 1 for j in order[i]])
        best = np.array(sorted((2**g - 1 for g in by_query[q].values()), reverse=True)[:10])
        values.append((gain * discount[: len(gain)]).sum() / (best * discount[: len(best)]).sum())
    return float(np.mean(values))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--vec2vec", type=Path)
    parser.add_argument("--again", action="store_true")
    parser.add_argument("--attack-only", action="store_true", help="the rotation attack alone, three seeds")
    parser.add_argument("--defences", nargs="*", default=DEFENCES)
    arguments = parser.parse_args()
    run_inside("bench-venv", ["numpy"])
    import numpy as np
    import run
    from attributes import label_files, tweets
    from encoded import encoded, retrieval

    program, revision = run.program_of(arguments.vec2vec)
    common = {"revision": revision, "machine": run.machine()}
    work = BENCH_DATA / "defences"
    work.mkdir(parents=True, exist_ok=True)
    lines = records_of(STORE)
    done = {(line["kind"], line.get("steps"), line["seed"], line["revision"]) for line in lines}

    def keep(record):
        record |= {"date": run.now(), **common}
        add_record(STORE, record)
        print(json.dumps({k: v for k, v in record.items() if k not in ("machine", "attacks")}), flush=True)

    def defend(source, steps, name, seed=0):
        if steps == "none":
            return source
        out = work / f"{name}.npy"
        run.run_measured([program, "defend", source, out, "--steps", steps, "--seed", seed, "--force", "--json", "--quiet"])
        return out

    def align(store, public, seed=0):
        command = [program, "align", store, public, "-o", work / "map.safetensors", "--seed", seed, "--force", "--json", "--quiet"]
        result = run.run_measured(command, allowed=tuple(run.VERDICTS))
        return run.VERDICTS[result["exit"]], result["seconds"], result["cpu_seconds"]

    def top1(held, truth):
        command = [program, "evaluate", "--map", work / "map.safetensors", held, truth, "--pool", POOL, "--json", "--quiet"]
        return run.run_measured(command)["json"]["scores"]["top1"]

    def slice_of(encoder, first, end):
        return run.slice_of(encoder, first, end)

    store, held = slice_of("minilm", 0, ROWS), slice_of("minilm", 40000, 44096)
    public = {e: slice_of(e, 20000, 20000 + ROWS) for e in ("minilm", "mpnet")}
    truth = {e: slice_of(e, 40000, 44096) for e in public}

    for seed in (0, 1, 2):
        if ("rotation", None, seed, common["revision"]) in done and not arguments.again:
            continue
        rotated, rotated_held = defend(store, "rotate", "rotated", seed), defend(held, "rotate", "rotated-held", seed)
        verdict, seconds, cpu = align(rotated, public["minilm"], seed)
        record = {"kind": "rotation", "seed": seed, "rows": ROWS, "dim": 384, "verdict": verdict, "seconds": seconds, "cpu_seconds": cpu}
        keep(record | {"top1": top1(rotated_held, truth["minilm"])})
    if arguments.attack_only:
        return

    texts, true_labels, labels = tweets()
    victim = encoded(program, "tweets", texts, "minilm")
    sets = {}
    for name in SETS:
        documents, queries, grades = retrieval(name)
        files = [encoded(program, f"{name}-{part}", part_texts.values(), "minilm") for part, part_texts in (("documents", documents), ("queries", queries))]
        sets[name] = (files, list(documents), list(queries), grades)
    for steps in arguments.defences:
        if ("defence", steps, 0, common["revision"]) in done and not arguments.again:
            continue
        record = {"kind": "defence", "steps": steps, "seed": 0, "rows": ROWS, "ndcg10_of": {}, "attacks": {}}
        for name, (files, document_ids, query_ids, grades) in sets.items():
            vectors = [np.load(defend(file, steps, f"retrieval-{i}")).astype(np.float32) for i, file in enumerate(files)]
            record["ndcg10_of"][name] = ndcg10(np, *vectors, document_ids, query_ids, grades)
        record["ndcg10"] = float(np.mean(list(record["ndcg10_of"].values())))
        defended, defended_held, defended_tweets = (defend(f, steps, n) for f, n in ((store, "store"), (held, "held"), (victim, "tweets")))
        for reader in public:
            verdict, seconds, cpu = align(defended, public[reader])
            attack = {"verdict": verdict, "seconds": seconds, "cpu_seconds": cpu, "top1": top1(defended_held, truth[reader])}
            names, truth_file, vectors = label_files(program, "tweets", labels, true_labels, reader)
            command = [program, "audit", defended_tweets, "--public-vectors", public[reader], "--attributes", names, "--attributes-vectors", vectors]
            command += ["--truth", truth_file, "--map", work / "map.safetensors", "--no-defences", "-o", work / "audit.html", "--force", "--json", "--quiet"]
            read = run.run_measured(command)["json"]["attributes"]["readers"][0]
            attack |= {"attribute_top1": read["top1"], "attribute_auc": read["auc"]}
            record["attacks"][reader] = attack
        keep(record)


if __name__ == "__main__":
    main()
