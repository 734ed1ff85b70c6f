#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Asks whether `vec2vec advise` puts the public file of the store's own kind first.

    bench/verdict/advise.py

There are fourteen kinds of text with 1,000 rows a side; no text is on both sides. The stores are tweets, sentences of medical notes, news
titles and the general set, by mpnet and by e5. The public sides are other texts of these kinds and of ten corpora, by minilm. Some of
them are of nearly the same kind as another: reviews, sentences of abstracts, tweets of another set. `advise` compares spectra alone,
for 1,000 rows are too few for a search. Writes bench/results/advise.jsonl anew. Needs the shared data and the minilm model
(scripts/models.sh).
"""

import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from benchlib.data import TARGET_FIRST, encoded, rows_of, tsv
from benchlib.env import RESULTS, run_inside
from benchlib.records import add_record, machine, now
from benchlib.run import add_program, find_program, parser_of, run_measured

ROWS = 1000
SHARED_KINDS = ["tweets", "medical", "agnews"]  # 2,000 rows each by every encoder
CORPORA = ["banking77_intent", "clinc150_intent", "coco_val2017_captions", "cqadupstack_forum", "medical_abstract_sentences"]
CORPORA += ["movie_polarity", "product_review_sentences", "tweeteval_sentiment", "wordnet_glosses", "snips_intent"]
STORE = RESULTS / "advise.jsonl"


def store_rows(encoder, kind):
    return rows_of(encoder, kind)[:ROWS]


def public_rows(np, program, kind):
    if kind in CORPORA:
        return np.load(encoded(program, f"{kind}.{ROWS}", [text for _, text in tsv(kind)[-ROWS:]], "minilm"))
    first = TARGET_FIRST if kind == "general" else ROWS
    return rows_of("minilm", kind)[first : first + ROWS]


def main():
    parser = parser_of(__doc__)
    add_program(parser)
    arguments = parser.parse_args()
    run_inside("bench-venv", ["numpy"])
    import numpy as np

    program = find_program(arguments.vec2vec)
    kinds = [*SHARED_KINDS, "general", *CORPORA]
    STORE.unlink(missing_ok=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        publics = [folder / f"{kind}.npy" for kind in kinds]
        for kind, path in zip(kinds, publics):
            np.save(path, public_rows(np, program, kind))
        for encoder in ("mpnet", "e5"):
            for kind in (*SHARED_KINDS, "general"):
                store = folder / "store.npy"
                np.save(store, store_rows(encoder, kind))
                command = [program, "advise", store, "--public-vectors", *publics, "--no-search", "--json", "--quiet"]
                told = run_measured(command)["json"]
                sides = [(Path(side["name"]).stem, round(side["spectrum_distance"], 4)) for side in told["sides"]]
                place = [name for name, _ in sides].index(kind) + 1
                record = {"store": kind, "encoder": encoder, "rows": ROWS, "place": place, "sides": sides}
                add_record(STORE, record | {"date": now(), "machine": machine()})
                print(f"{encoder} {kind}: place {place} of {len(sides)}, first {sides[0][0]}", flush=True)


if __name__ == "__main__":
    main()
