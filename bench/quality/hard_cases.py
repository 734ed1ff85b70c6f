#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Measures `vec2vec align` without pairs where the two sides differ: in size, in their subject, from what is translated later, and by
very different encoders.

    bench/quality/hard_cases.py [--cases unequal,corpora] [--pairs minilm-mpnet] [--seeds 0-9] [--label NAME]

The source side has rows 0-19,999 of the general set, the target side rows 20,000-39,999; rows 40,000-44,095 are paired, for evaluation.
The oracle is the orthogonal map of 20,000 true pairs of the general set. Each run is one line of bench/results/hard_cases.jsonl; a
stored run is skipped. bench/quality/align.py measures fewer rows a side, bench/quality/dirty.py damaged rows.
"""

import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from benchlib.data import ALL_LABELS, CAPTIONS, EVALUATION, QUESTIONS, rows_from, take
from benchlib.env import BENCH_DATA, RESULTS, run_inside
from benchlib.fits import POOL, fit, score
from benchlib.records import Lines, records_of
from benchlib.run import add_program, find_program, label_of, numbers, parser_of

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
    for corpus in CORPORA:  # 500 unpaired rows a side of the corpus join the general ones
        yield "domain", "general and 500 rows of the domain", EASY + UNRELATED[:1], [A, (corpus, 0, 500)], [B, (corpus, 500, 1000)], {
            f", {corpus}": rest[f", {corpus}"]
        }
    yield "encoders", "static, 256 dimensions", ["minilm-wordllama", "wordllama-minilm"], [A], [B], general
    for columns in (128, 64):
        yield "encoders", f"cut to {columns} columns", [f"minilm-wordllama:{columns}", f"minilm-mpnet:{columns}"], [A], [B], general


def kept(pair, seed):
    """The map that bench/quality/align.py kept of the same fit, of 20,000 general rows a side, and what is known of it; None when there is none."""
    path = BENCH_DATA / "maps" / f"{pair}.20000.{'oracle' if seed is None else seed}.safetensors"
    runs = [r for r in records_of(RESULTS / "align" / f"{pair}.jsonl") if (r["rows"], r["seed"], r.get("effort")) == (20000, seed, None)]
    runs = [r for r in runs if r["kind"] == ("oracle" if seed is None else "align")]
    if not path.exists() or not runs:
        return None
    last = max(runs, key=lambda r: r["date"])
    told = {name: last[name] for name in ("seconds", "date", "machine", "verdict", "evidence") if name in last}
    return path, told | {"rows": [20000, 20000], "program": last["revision"]}


def main():
    parser = parser_of(__doc__)
    parser.add_argument("--cases", default="unequal,corpora,domain,encoders")
    parser.add_argument("--pairs", help="only these directed pairs")
    parser.add_argument("--seeds", type=numbers, default="0-9")
    parser.add_argument("--label", help="the name of this program; runs of other labels are made again; default: its commit")
    parser.add_argument("--options", default="", help="more options for align")
    add_program(parser)
    arguments = parser.parse_args()
    run_inside("bench-venv", ["numpy"])
    program, label = find_program(arguments.vec2vec), label_of(arguments.label)
    lines = Lines(RESULTS / "hard_cases.jsonl", ["group", "case", "pair", "seed", "label", "options"])
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        for group, name, pairs, a, b, evaluations in cases():
            for pair in pairs:
                if group not in arguments.cases.split(",") or (arguments.pairs and pair not in arguments.pairs.split(",")):
                    continue
                for seed in (None, *arguments.seeds):  # a seed None is the paired oracle
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
                        record |= told | score(program, folder, out, take(source, [evaluated]), take(target, [evaluated]), POOL)
                        lines.add(record)
                        said = f"top-1 {record['top1']:.3f}, {record['seconds']:.1f} s"
                        print(group, record["case"], pair, seed, record.get("verdict", "oracle"), said, flush=True)


if __name__ == "__main__":
    main()
