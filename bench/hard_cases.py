#!/usr/bin/env python3
"""Measures `vec2vec align`, unpaired, where the two sides differ: in size, in what they are about, from what is translated later,
and encoders that are very different. Rows a side from 20,000 down to 1,000 are bench/run.py's, damaged rows bench/dirty.py's.

    bench/hard_cases.py [--cases unequal,corpora] [--pairs minilm-mpnet] [--seeds 0-9] [--vec2vec PROGRAM] [--label NAME]

Each run is one JSON line of bench/results/hard_cases.jsonl; a run found there is skipped. bench/make_results.py makes the tables.
Rows 0-19,999 of the general set are the source's, 20,000-39,999 the target's, 40,000-44,095 are evaluated on, paired. The oracle is
the orthogonal map of 20,000 true pairs of the general set.
"""

import argparse
import tempfile
from pathlib import Path
from statistics import median

from bench_env import BENCH_DATA, ROOT, run_inside
from experiment import ALL_LABELS, CAPTIONS, EVALUATION, QUESTIONS, Lines, fit, rows_from, score, take
from run import build, git, numbers

RESULTS = ROOT / "bench" / "results" / "hard_cases.jsonl"
ALIGN = ROOT / "bench" / "results" / "align"
CORPORA = ["tweets", "medical", "agnews"]
A, B = ("general", 0, 20000), ("general", 20000, 40000)
EASY, UNRELATED = ["minilm-mpnet", "mpnet-minilm"], ["minilm-e5", "e5-minilm", "mpnet-e5", "e5-mpnet"]


def cases():
    """(group, name, pairs, parts of the source, parts of the target, {name: rows evaluated})."""
    few_a, few_b = ("general", 0, 1000), ("general", 20000, 21000)
    general = {"": EVALUATION}
    for pairs in (EASY, ["minilm-e5"]):
        yield "unequal", "1,000 against 20,000", pairs, [few_a], [B], general
        yield "unequal", "20,000 against 1,000", pairs, [A], [few_b], general
    questions = ("general", rows_from(QUESTIONS, 0, 20000))
    captions, statements = (("general", rows_from(labels, 20000, 40000)) for labels in (CAPTIONS, ALL_LABELS - QUESTIONS))
    yield "corpora", "questions against statements", EASY + UNRELATED[:1], [questions], [statements], general
    yield "corpora", "questions against captions and news", EASY, [questions], [captions], general
    half = [("general", 20000, 22000), ("medical", 0, 2000)]
    yield "corpora", "general against general and 50 % medical", EASY + UNRELATED[:1], [("general", 0, 4000)], half, general
    rest = {f", {corpus}": (corpus, 1000, 2000) for corpus in CORPORA}
    yield "domain", "general", EASY + UNRELATED, [A], [B], {f", {corpus}, all rows": (corpus, 0, 2000) for corpus in CORPORA} | rest
    for corpus in CORPORA:  # 500 rows a side of the corpus, unpaired, beside the general ones
        yield "domain", "general and 500 rows of the domain", EASY + UNRELATED[:1], [A, (corpus, 0, 500)], [B, (corpus, 500, 1000)], {
            f", {corpus}": rest[f", {corpus}"]
        }
    yield "encoders", "static, 256 dimensions", ["minilm-wordllama", "wordllama-minilm"], [A], [B], general
    for columns in (128, 64):
        yield "encoders", f"cut to {columns} columns", [f"minilm-wordllama:{columns}", f"minilm-mpnet:{columns}"], [A], [B], general


def kept(pair, seed):
    """The map that bench/run.py kept of the same fit, of 20,000 general rows a side, and what is known of it; None when there is none."""
    path = BENCH_DATA / "maps" / f"{pair}.20000.{'oracle' if seed is None else seed}.safetensors"
    runs = [r for r in Lines(ALIGN / f"{pair}.jsonl", []).records if (r["rows"], r["seed"], r.get("effort")) == (20000, seed, None)]
    runs = [r for r in runs if r["kind"] == ("oracle" if seed is None else "align")]
    if not path.exists() or not runs:
        return None
    last = max(runs, key=lambda r: r["date"])
    told = {name: last[name] for name in ("seconds", "date", "machine", "verdict", "evidence") if name in last}
    return path, told | {"rows": [20000, 20000], "program": last["revision"]}


GROUPS = {
    "unequal": "Very unequal sides",
    "corpora": "Different corpora on the two sides",
    "domain": "Out of distribution: fitted on general text, translated from elsewhere",
    "encoders": "Very different encoders, and cut vectors",
}


def section():
    """Of docs/results.md."""
    records = Lines(RESULTS, []).records
    if not records:
        return ""
    parts = ["## Hard cases\n", __doc__.split("\n\n")[-1].replace("\n", " ").strip() + " `bench/hard_cases.py`.\n"]
    for group, title in GROUPS.items():
        inside = [r for r in records if r["group"] == group]
        if not inside:
            continue
        parts.append(f"### {title}\n")
        parts.append("| case | pair | rows | oracle top-1 | ours, min / **median** / max | seeds ≥ 0.8 × | mean rank (oracle) | ALIGNED / UNCERTAIN / NOT_ALIGNED |")
        parts.append("|---|---|---|---|---|---|---|---|")
        for case, pair, options in dict.fromkeys((r["case"], r["pair"], r["options"]) for r in inside):
            runs = [r for r in inside if (r["case"], r["pair"], r["options"]) == (case, pair, options)]
            ours = [r for r in runs if r["seed"] is not None and r["label"] == runs[-1]["label"]]
            if not ours:
                continue
            oracle = next(r for r in runs if r["seed"] is None)
            top1 = [r["top1"] for r in ours]
            verdicts = " / ".join(str(sum(r["verdict"] == v for r in ours)) for v in ("ALIGNED", "UNCERTAIN", "NOT_ALIGNED"))
            cells = [f"{case} {options}".strip(), pair.replace("-", " → "), " / ".join(f"{n:,}" for n in ours[0]["rows"]), f"{oracle['top1']:.3f}"]
            cells += [f"{min(top1):.3f} / **{median(top1):.3f}** / {max(top1):.3f}", f"{sum(t >= 0.8 * oracle['top1'] for t in top1)} of {len(top1)}"]
            cells += [f"{median(r['mean_rank'] for r in ours):.1f} ({oracle['mean_rank']:.1f})", verdicts]
            parts.append("| " + " | ".join(cells) + " |")
        pools = ", ".join(f"{p:,}" for p in sorted({r["pool"] for r in inside}))
        machines = ", ".join(sorted({f"{r['machine']['cpu']}, {r['machine']['cores']} cores" for r in inside}))
        parts.append(f"\nPool: {pools} rows, chance 1 in so many. Machine: {machines}; commit {', '.join(sorted({r['program'] for r in inside}))}.\n")
    return "\n".join(parts)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", default="unequal,corpora,domain,encoders")
    parser.add_argument("--pairs", help="only these directed pairs")
    parser.add_argument("--seeds", type=numbers, default="0-9")
    parser.add_argument("--vec2vec", type=Path, help="the program; default: build/release, built first")
    parser.add_argument("--label", help="what to call this program; runs of other labels are made again; default: its commit")
    parser.add_argument("--options", default="", help="more options for align")
    arguments = parser.parse_args()
    program = (arguments.vec2vec or build()).resolve()
    label = arguments.label or git("log", "-1", "--format=%h", "--abbrev=12")
    lines = Lines(RESULTS, ["group", "case", "pair", "seed", "label", "options"])
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        for group, name, pairs, a, b, evaluations in cases():
            for pair in pairs:
                if group not in arguments.cases.split(",") or (arguments.pairs and pair not in arguments.pairs.split(",")):
                    continue
                for seed in (None, *arguments.seeds):  # None: the paired oracle
                    same = {"group": group, "pair": pair, "seed": seed, "label": label, "program": label, "options": arguments.options}
                    records = [same | {"case": name + of} for of in evaluations]
                    if all(lines.has(record) for record in records):
                        continue
                    source, target = pair.split("-")
                    same_fit = (seed is None or (a, b) == ([A], [B])) and not arguments.options
                    if same_fit and (found := kept(pair, seed)):
                        out, told = found
                    else:
                        rows = (take(source, [A]), take(target, [A])) if seed is None else (take(source, a), take(target, b))
                        out, told = fit(program, folder, *rows, ["--seed", seed, *arguments.options.split()], oracle=seed is None)
                    for record, evaluated in zip(records, evaluations.values()):
                        record |= told | score(program, folder, out, take(source, [evaluated]), take(target, [evaluated]), 4096)
                        lines.add(record)
                        said = f"top-1 {record['top1']:.3f}, {record['seconds']:.1f} s"
                        print(group, record["case"], pair, seed, record.get("verdict", "oracle"), said, flush=True)


if __name__ == "__main__":
    run_inside("bench-venv", ["numpy"])
    main()
