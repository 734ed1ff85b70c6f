#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Measures what each defence of a vector store stops and what it costs, and how fast a secret rotation falls.

    bench/audit/defences.py [--again] [--attack-only]

The store has rows 0-9,999 of general.minilm behind `vec2vec defend`. The attacker has rows 20,000-29,999, which are other texts, by the
same model (minilm) or by another (mpnet), and runs `vec2vec align`. Leakage is the top-1 of 4,096 held-out rows behind the same defence,
and the part of attributes that `vec2vec audit` reads right in 1,000 tweets (TweetTopic, 19 labels as texts). Utility is nDCG@10 of two
retrieval sets with documents and queries behind the defence. Each run is one line of bench/results/defences.jsonl; a stored run is
skipped.
"""

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from benchlib.data import EVAL_END, EVAL_FIRST, TARGET_FIRST, encoded, retrieval, slice_of
from benchlib.env import BENCH_DATA, RESULTS, run_inside
from benchlib.fits import POOL, align_files
from benchlib.labels import label_files, tweets
from benchlib.records import Lines, machine, now, sweep
from benchlib.run import add_program, parser_of, program_of, run_measured

WORK = BENCH_DATA / "defences"
MAP = WORK / "map.safetensors"
ROWS = 10000
SETS = ["cranfield", "med"]
READERS = ["minilm", "mpnet"]  # encoders of the attacker
DEFENCES = [
    "none", "rotate", "quantise=1", "rotate,noise=0.5", "rotate,noise=1", "rotate,truncate=96", "project=48", "rotate,noise=2", "rotate,truncate=24"
]  # fmt: skip


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


class Attack:
    """The store of the bench behind a defence, and the attacker with a public set of the same model or of another."""

    def __init__(self, program):
        self.program = program
        self.store, self.held = slice_of("minilm", 0, ROWS), slice_of("minilm", EVAL_FIRST, EVAL_END)
        self.public = {e: slice_of(e, TARGET_FIRST, TARGET_FIRST + ROWS) for e in READERS}
        self.truth = {e: slice_of(e, EVAL_FIRST, EVAL_END) for e in READERS}

    def defend(self, source, steps, name, seed=0):
        if steps == "none":
            return source
        out = WORK / f"{name}.npy"
        run_measured([self.program, "defend", source, "-o", out, "--steps", steps, "--seed", seed, "--force", "--json", "--quiet"])
        return out

    def align(self, store, reader, held, seed=0):
        """Fits a map from a defended store to the public set; its verdict, its cost, and top-1 of the held-out rows."""
        done = align_files(self.program, [store, self.public[reader]], MAP, ["--seed", seed])
        command = [self.program, "evaluate", "--map", MAP, held, self.truth[reader], "--pool", POOL, "--json", "--quiet"]
        told = {"verdict": done["verdict"], "seconds": done["seconds"], "cpu_seconds": done["cpu_seconds"]}
        return told | {"top1": run_measured(command)["json"]["scores"]["top1"]}

    def rotation(self, run):
        seed = run["seed"]
        rotated, held = self.defend(self.store, "rotate", "rotated", seed), self.defend(self.held, "rotate", "rotated-held", seed)
        record = {"kind": "rotation", "seed": seed, "rows": ROWS, "dim": 384} | self.align(rotated, "minilm", held, seed)
        return record | {"date": now(), "revision": run["revision"], "machine": machine()}


class Curve:
    """Utility of a store behind each defence, and what the attacker still reads."""

    def __init__(self, attack):
        self.attack, (self.texts, self.truth, self.labels), self.sets = attack, tweets(), {}
        self.victim = encoded(attack.program, "tweets", self.texts, "minilm")
        for name in SETS:
            documents, queries, grades = retrieval(name)
            parts = (("documents", documents), ("queries", queries))
            files = [encoded(attack.program, f"{name}-{part}", texts.values(), "minilm") for part, texts in parts]
            self.sets[name] = (files, list(documents), list(queries), grades)

    def utility(self, steps):
        import numpy as np

        found = {}
        for name, (files, document_ids, query_ids, grades) in self.sets.items():
            vectors = [np.load(self.attack.defend(file, steps, f"retrieval-{i}")).astype(np.float32) for i, file in enumerate(files)]
            found[name] = ndcg10(np, *vectors, document_ids, query_ids, grades)
        return {"ndcg10_of": found, "attacks": {}, "ndcg10": float(np.mean(list(found.values())))}

    def attributes(self, tweets_file, reader):
        names, truth_file, vectors = label_files(self.attack.program, "tweets", self.labels, self.truth, [reader])
        command = [self.attack.program, "audit", tweets_file, "--public-vectors", self.attack.public[reader], "--attributes", names]
        command += ["--attributes-vectors", *vectors, "--truth", truth_file, "--map", MAP, "--no-defences"]
        read = run_measured([*command, "-o", WORK / "audit.html", "--force", "--json", "--quiet"])["json"]["attributes"]["readers"][0]
        return {"attribute_top1": read["top1"], "attribute_auc": read["auc"]}

    def measure(self, run):
        steps, attack = run["steps"], self.attack
        record = {"kind": "defence", "steps": steps, "seed": 0, "rows": ROWS} | self.utility(steps)
        files = ((attack.store, "store"), (attack.held, "held"), (self.victim, "tweets"))
        store, held, victim = (attack.defend(file, steps, name) for file, name in files)
        for reader in READERS:
            record["attacks"][reader] = attack.align(store, reader, held) | self.attributes(victim, reader)
        return record | {"date": now(), "revision": run["revision"], "machine": machine()}


def show(record):
    return json.dumps({k: v for k, v in record.items() if k not in ("machine", "attacks")})


def main():
    parser = parser_of(__doc__)
    parser.add_argument("--again", action="store_true", help="also run what is stored already")
    parser.add_argument("--attack-only", action="store_true", help="the rotation attack alone, three seeds")
    parser.add_argument("--defences", nargs="*", default=DEFENCES, help="steps of vec2vec defend")
    add_program(parser)
    arguments = parser.parse_args()
    run_inside("bench-venv", ["numpy"])
    program, revision = program_of(arguments.vec2vec)
    WORK.mkdir(parents=True, exist_ok=True)
    lines, attack = Lines(RESULTS / "defences.jsonl", ["kind", "steps", "seed", "revision"]), Attack(program)
    rotations = [{"kind": "rotation", "seed": seed, "revision": revision} for seed in (0, 1, 2)]
    sweep(lines, rotations, attack.rotation, show, arguments.again)
    if not arguments.attack_only:
        curves = [{"kind": "defence", "steps": steps, "seed": 0, "revision": revision} for steps in arguments.defences]
        sweep(lines, curves, Curve(attack).measure, show, arguments.again)


if __name__ == "__main__":
    main()
