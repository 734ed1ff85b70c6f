#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs `vec2vec align` where the truth is known, to calibrate its verdict: easy and hard pairs, small sides, several known spaces, other
corpora, noise, few columns, and data in which there is nothing to find, unrelated clusters among them.

    bench/verdict/runs.py [--only KIND] [--part 0/2 --threads 1]

Each run is one line of bench/results/verdict.jsonl; a stored run is skipped. bench/verdict/fit.py fits the model to them. Fits see rows
0-9,999 and 20,000-29,999 of the general set. top-1 is taken on its rows 14,096-18,191 (pool 4,096), or on the corpus of the source side
(pool 2,000), never on the evaluation rows of docs/results.md. Needs the shared data (VEC2VEC_SHARED) and, for several known spaces, the
encoders of scripts/models.sh.
"""

import itertools
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from benchlib.data import ALL_LABELS, QUESTIONS, rows_from, rows_of, take
from benchlib.env import run_inside
from benchlib.fits import POOL, fit, score
from benchlib.records import Lines, sweep
from benchlib.run import add_program, find_program, parser_of
from benchlib.verdict_model import RUNS

ENCODERS = ["minilm", "mpnet", "e5", "l3"]  # l3 has general rows only
CORPORA = ["tweets", "medical", "agnews"]
# An unknown space, and the known ones that read it. None of them is of the unknown's family.
SEVERAL = [("e5", "mpnet+minilm"), ("e5", "minilm+mpnet+bge+wordllama"), ("mpnet", "bge+e5+e5v2+wordllama"), ("minilm", "e5+bge"), ("bge", "minilm+mpnet+wordllama")]
SEVERAL += [("e5v2", "bge+minilm+mpnet+wordllama"), ("wordllama", "mpnet+bge+e5v2"), ("l3", "e5+bge+wordllama"), ("e5", "l3+mpnet+minilm+bge+wordllama"), ("mpnet", "l3+e5")]
PUBLIC = ["general", 20000, 10000]  # rows of the known spaces where the store is small
TRUTH = (14096, 18192)
KINDS = {"questions": QUESTIONS, "statements": ALL_LABELS - QUESTIONS}


def plan():
    """All runs: dicts of kind, source, target (+ joins several known spaces), and the rows that each side takes: lists of
    (corpus, first, count)."""
    pairs = list(itertools.permutations(ENCODERS, 2))
    with_corpora = [p for p in pairs if "l3" not in p]

    def run(kind, pair, a, b, **more):
        return {"kind": kind, "source": pair[0], "target": pair[1], "a": a, "b": b, **more}

    for pair in pairs:
        for n in (500, 1000, 2000, 5000):
            for seed, first in enumerate((0, 2500, 5000)):
                yield run("general", pair, [["general", first, n]], [["general", 20000 + first, n]], seed=seed)
        yield run("general", pair, [["general", 0, 9000]], [["general", 20000, 9000]], seed=0)
        for noise in (0.5, 1.0, 2.0):
            yield run("noise", pair, [["general", 0, 2000]], [["general", 20000, 2000]], noise=noise, seed=0)
        for destroyed in ("shuffled columns", "gaussian"):
            yield run("destroyed", pair, [["general", 0, 2000]], [["general", 20000, 2000]], destroyed=destroyed, seed=0)
    # Many rows that fail. Without these runs the model would take many rows for a good sign.
    for pair in pairs:
        yield run("questions and statements", pair, [["questions", 0, 10000]], [["statements", 20000, 10000]], seed=0)
        yield run("destroyed", pair, [["general", 0, 9000]], [["general", 20000, 9000]], destroyed="gaussian", seed=0)
    # In few dimensions neighbours agree more, whether the map is right or not.
    few = [(x, x) for x in ENCODERS] + [("minilm", "mpnet"), ("mpnet", "e5"), ("e5", "minilm"), ("l3", "minilm"), ("minilm", "l3")]
    for x, y in few:
        for columns, n in ((24, 5000), (24, 9000), (48, 5000), (96, 5000)):
            yield run("few columns", (f"{x}:{columns}", y), [["general", 0, n]], [["general", 20000, n]], seed=0)
    # Scores rise with clusters that have no counterpart, and halves agree on them.
    for pair in (("minilm", "mpnet"), ("e5", "minilm"), ("mpnet", "e5"), ("l3", "minilm"), ("minilm:64", "mpnet:96"), ("l3:64", "e5:96")):
        for clusters in (20, 50, 200):
            yield run("clusters", pair, [["general", 0, 4000]], [["general", 20000, 4000]], clusters=clusters, seed=0)
    for pair in with_corpora:
        for corpus in CORPORA:
            yield run("one corpus", pair, [[corpus, 0, 1000]], [[corpus, 1000, 1000]], seed=0)
            yield run("general and corpus", pair, [["general", 0, 2000]], [[corpus, 0, 2000]], seed=0)
        for x, y in itertools.permutations(CORPORA, 2):
            yield run("two corpora", pair, [[x, 0, 2000]], [[y, 0, 2000]], seed=0)
        for seed, (x, y) in enumerate(itertools.combinations(CORPORA, 2)):
            yield run("half overlap", pair, [["general", 0, 1000], [x, 0, 1000]], [["general", 20000, 1000], [y, 0, 1000]], seed=seed)
        yield run("unequal", pair, [["general", 0, 500]], [["general", 20000, 5000]], seed=0)
        yield run("unequal", pair, [["general", 0, 5000]], [["general", 20000, 500]], seed=0)
    for pair in SEVERAL:
        for n in (300, 500, 1000, 2000):
            for seed, first in enumerate((0, 2500)):
                yield run("several known", pair, [["general", first, n]], [PUBLIC], seed=seed)
        yield run("several known", pair, [["general", 0, 5000]], [["general", 20000, 5000]], seed=0)
        for n, noise in ((1000, 1.0), (2000, 2.0)):
            yield run("several known, noise", pair, [["general", 0, n]], [PUBLIC], noise=noise, seed=0)
        for n, destroyed in ((2000, "shuffled columns"), (500, "gaussian"), (2000, "gaussian"), (9000, "gaussian")):
            yield run("several known, destroyed", pair, [["general", 0, n]], [PUBLIC], destroyed=destroyed, seed=0)
        yield run("several known, questions and statements", pair, [["questions", 0, 10000]], [["statements", 20000, 10000]], seed=0)


def mixture(np, random, clusters, n, dim):
    """Rows (n, dim) around so many centres of unequal weight."""
    centres = random.standard_normal((clusters, dim))
    rows = centres[random.choice(clusters, n, p=random.dirichlet(np.full(clusters, 2.0)))] + 0.5 * random.standard_normal((n, dim))
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def part_of(corpus, first, count):
    """The part as `take` wants it. Questions and statements are those of the general set."""
    if corpus in KINDS:
        return "general", rows_from(KINDS[corpus], first, first + count)
    return corpus, first, first + count


def sides(np, random, run):
    """Rows of the source, and those of each known space by name."""
    names = run["target"].split("+")
    a = take(run["source"], [part_of(*part) for part in run["a"]])
    b = [take(name, [part_of(*part) for part in run["b"]]) for name in names]
    if "noise" in run:  # as long as the row times `noise`; several known spaces have none, for we encode them ourselves
        for rows in (a, *b) if len(b) == 1 else (a,):
            rows += run["noise"] * random.standard_normal(rows.shape, dtype=np.float32) / np.sqrt(rows.shape[1])
    if "clusters" in run:
        a, *b = (mixture(np, random, run["clusters"], *rows.shape) for rows in (a, *b))
    if "destroyed" in run:  # known spaces must stay rows of the same texts
        if len(b) > 1:
            a = destroyed_rows(np, random, a, run["destroyed"])
        else:
            b = [destroyed_rows(np, random, b[0], run["destroyed"])]
    return a, dict(zip(names, b))


def destroyed_rows(np, random, rows, how):
    if how == "shuffled columns":
        return random.permuted(rows, axis=0)
    mean = rows.mean(0)
    _, s, vt = np.linalg.svd(rows - mean, full_matrices=False)
    return (mean + random.standard_normal((len(rows), len(s))) * (s / np.sqrt(len(rows))) @ vt).astype(np.float32)


def truth(encoder, corpus):
    rows = rows_of(encoder, corpus)
    return rows[slice(*TRUTH)] if corpus == "general" else rows


class Oracles:
    """top-1 of the map of true pairs, fitted once for each pair and corpus."""

    def __init__(self, program, folder):
        self.program, self.folder, self.found = program, folder, {}

    def __call__(self, source, target, corpus, pool):
        if (source, target, corpus) not in self.found:
            known = {name: rows_of(name, "general")[:14096] for name in target.split("+")}
            best, _ = fit(self.program, self.folder, rows_of(source, "general")[:14096], known, [], oracle=True)
            self.found[source, target, corpus] = score(self.program, self.folder, best, *pool, POOL)["top1"]
        return self.found[source, target, corpus]


def measure(program, folder, threads, oracle, run):
    import numpy as np

    a, b = sides(np, np.random.default_rng(7), run)
    corpus = "general" if run["a"][0][0] in KINDS else run["a"][0][0]
    pool = truth(run["source"], corpus), {name: truth(name, corpus) for name in b}
    best = oracle(run["source"], run["target"], corpus, pool)
    found, record = fit(program, folder, a, b, ["--seed", run["seed"], "--threads", threads])
    return record | {"run": run, "top1": score(program, folder, found, *pool, POOL)["top1"], "oracle": best}


def main():
    parser = parser_of(__doc__)
    parser.add_argument("--only", metavar="KIND", help="runs of this kind only")
    parser.add_argument("--part", default="0/1", help="I/N: every N-th run from the I-th; on two cores two parts at once with --threads 1 are the fastest")
    parser.add_argument("--threads", type=int, default=0, help="passed on to align")
    parser.add_argument("--list", action="store_true", help="print the runs that are left, and run nothing")
    add_program(parser)
    arguments = parser.parse_args()
    run_inside("bench-venv", ["numpy"])
    import numpy as np

    # The order is random and never changes, so that an unfinished bench has runs of every kind.
    runs = [run for run in plan() if arguments.only in (None, run["kind"])]
    runs = [runs[i] for i in np.random.default_rng(0).permutation(len(runs))]
    lines = Lines(RUNS, ["run"])
    part, parts = map(int, arguments.part.split("/"))
    place = {lines.key({"run": run}): number for number, run in enumerate(runs)}
    mine = [{"run": run} for number, run in enumerate(runs) if number % parts == part]
    if arguments.list:
        for run in mine:
            if not lines.has(run):
                print(run["run"])
        return
    program = find_program(arguments.vec2vec)

    def show(record):
        run, number = record["run"], place[lines.key(record)] + 1
        told = f"{record['verdict']} agreement {record['evidence']['agreement']:.2f}, top-1 {record['top1']:.3f} of {record['oracle']:.3f}"
        return f"{number}/{len(runs)} {run['kind']} {run['source']}-{run['target']} {record['rows']}: {told}, {record['seconds']:.1f} s"

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        oracle = Oracles(program, folder)
        sweep(lines, mine, lambda run: measure(program, folder, arguments.threads, oracle, run["run"]), show)


if __name__ == "__main__":
    main()
