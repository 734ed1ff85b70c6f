#!/usr/bin/env python3
"""Does `vec2vec advise` put the public file of the store's own kind first? Fourteen kinds of text, 1,000 rows a side, disjoint texts.

    bench/advise.py [--vec2vec build/release/cli/vec2vec]

Stores: tweets, sentences of medical notes, news titles and the general set by mpnet and by e5. Public sides: other texts of these
kinds and of ten corpora by minilm, some of them of nearly the same kind as another (reviews, sentences of abstracts, tweets of
another set). By spectra alone: 1,000 rows are too few for a search. Writes bench/results/advise.jsonl.
Needs the shared data (VEC2VEC_SHARED) and the minilm model (scripts/models.sh).
"""

import argparse
import json
import subprocess
import tempfile
from pathlib import Path

from bench_env import ROOT, add_record, run_inside
from encoded import encoded, tsv
from experiment import rows_of
from run import machine, now

ROWS = 1000
SHARED_KINDS = ["tweets", "medical", "agnews"]  # 2,000 rows each by every encoder
CORPORA = ["banking77_intent", "clinc150_intent", "coco_val2017_captions", "cqadupstack_forum", "medical_abstract_sentences"]
CORPORA += ["movie_polarity", "product_review_sentences", "tweeteval_sentiment", "wordnet_glosses", "snips_intent"]
RESULTS = ROOT / "bench" / "results" / "advise.jsonl"


def store_rows(encoder, kind):
    return rows_of(encoder, kind)[:ROWS]


def public_rows(np, program, kind):
    if kind in CORPORA:
        return np.load(encoded(program, f"{kind}.{ROWS}", [text for _, text in tsv(kind)[-ROWS:]], "minilm"))
    first = 20000 if kind == "general" else ROWS
    return rows_of("minilm", kind)[first : first + ROWS]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--vec2vec", type=Path, default=ROOT / "build" / "release" / "cli" / "vec2vec")
    arguments = parser.parse_args()
    import numpy as np

    kinds = [*SHARED_KINDS, "general", *CORPORA]
    RESULTS.unlink(missing_ok=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        publics = [folder / f"{kind}.npy" for kind in kinds]
        for kind, path in zip(kinds, publics):
            np.save(path, public_rows(np, arguments.vec2vec, kind))
        for encoder in ("mpnet", "e5"):
            for kind in (*SHARED_KINDS, "general"):
                store = folder / "store.npy"
                np.save(store, store_rows(encoder, kind))
                command = [arguments.vec2vec, "advise", store, "--public", *publics, "--no-search", "--json", "--quiet"]
                done = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=True)
                sides = [(Path(side["name"]).stem, round(side["spectrum_distance"], 4)) for side in json.loads(done.stdout)["sides"]]
                place = [name for name, _ in sides].index(kind) + 1
                record = {"store": kind, "encoder": encoder, "rows": ROWS, "place": place, "sides": sides}
                add_record(RESULTS, record | {"date": now(), "machine": machine()})
                print(f"{encoder} {kind}: place {place} of {len(sides)}, first {sides[0][0]}", flush=True)


if __name__ == "__main__":
    run_inside("bench-venv", ["numpy"])
    main()
