#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Measures how much text comes back out of vectors: `vec2vec invert` of native vectors, and of vectors translated by an unpaired map.

    bench/audit/inversion.py [--corpora NAME[=ROWS],...] [--again]

The held texts are the first sentences of e-mails (enron), tweets (TweetTopic) and sentences of medical notes (mtsamples), most of them
of 6-20 words. The known space is minilm. The attacker has 5,000 other public texts of the same kind; those for enron are in none of the
e-mails. "native": minilm encodes the held texts. "translated": mpnet encodes them, and a map of `vec2vec align` (seed 0, no pairs) takes
them to minilm. One who holds the store fits that map: on one side rows 0-19,999 of general.mpnet, the held vectors and those of 2,500
more texts of the store, none of them public; on the other side rows 20,000-39,999 of general.minilm and the public texts. Both searches
have the same budget and run side by side with one thread each. sacrebleu and rouge-score score the same texts again. Each run is one line
of bench/results/inversion.jsonl; a stored run is skipped.
"""

import json
import random
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from benchlib.data import MODELS, TARGET_FIRST, encoded, lines_of, slice_of, text_file, tsv
from benchlib.env import BENCH_DATA, RESULTS, ROOT, run_inside
from benchlib.fits import align_files
from benchlib.records import Lines, machine, now
from benchlib.report.audit import MEASURES
from benchlib.run import add_program, parser_of, program_of, run_measured

WORK = BENCH_DATA / "inversion"
MODEL = ROOT / "build" / "models" / "gemma-3-270m" / "model.gguf"
CORPORA = "enron=50,tweets=20,medical=20"
PUBLIC, STORE_ROWS = 5000, 2500
BUDGET = {"beam": 4, "branches": 8, "words": 6, "examples": 4, "rounds": 8, "edits": 96, "max-tokens": 28}


def short(text):
    return 6 <= len(text.split()) <= 20


def texts_of(name, rows):
    """(held, public, more of the store) texts of a corpus."""
    if name == "enron":
        mails = [line.split("\t", 1)[1] for line in lines_of("enron_emails.tsv.gz")]
        random.Random(0).shuffle(mails)
        held, bodies = [], []
        for mail in mails:
            first = re.split(r"(?<=[.!?])\s", mail)[0].strip()
            if short(first) and first[-1] in ".!?":
                held.append(first)
                bodies.append(mail)
            if len(held) == rows:
                break
        bodies = "\n".join(bodies)
        public = {text for text in lines_of("enron_sentences.txt.gz") if 4 <= len(text.split()) <= 40 and text not in bodies}
    elif name == "tweets":
        held = [text for _, text in tsv("tweet_topic_en") if short(text)]
        random.Random(0).shuffle(held)
        held = held[:rows]
        public = {text for _, text in tsv("tweeteval_sentiment") if 4 <= len(text.split()) <= 40} - set(held)
    else:
        all_texts = sorted({text.strip() for _, text in tsv("mtsamples_sentences")})
        random.Random(0).shuffle(all_texts)
        held = [text for text in all_texts if short(text)][:rows]
        public = {text for text in all_texts if 4 <= len(text.split()) <= 40} - set(held)
    others = sorted(public)
    random.Random(1).shuffle(others)
    return held, others[:PUBLIC], others[PUBLIC : PUBLIC + STORE_ROWS]


def agreement(found, truth):
    """The scores of rouge-score and sacrebleu, means over the rows."""
    import sacrebleu
    from rouge_score import rouge_scorer

    scorer = rouge_scorer.RougeScorer(["rouge1", "rougeL"])
    rouge = [scorer.score(t, f) for f, t in zip(found, truth)]
    mean = lambda values: sum(values) / len(truth)
    return {
        "token_f1": mean([r["rouge1"].fmeasure for r in rouge]),
        "rouge_l": mean([r["rougeL"].fmeasure for r in rouge]),
        "bleu": mean([sacrebleu.sentence_bleu(f, [t]).score / 100 for f, t in zip(found, truth)]),
    }


def fitted(program, name, files, public_vectors):
    """The map of the store and the public texts, and its verdict."""
    import numpy as np

    sides = {"a": [slice_of("mpnet", 0, TARGET_FIRST), *files], "b": [slice_of("minilm", TARGET_FIRST, 2 * TARGET_FIRST), public_vectors]}
    for side, parts in sides.items():
        np.save(WORK / f"{name}.{side}.npy", np.concatenate([np.load(part).astype(np.float32) for part in parts]))
    map_file = WORK / f"{name}.map.safetensors"
    return map_file, align_files(program, [WORK / f"{name}.{side}.npy" for side in sides], map_file)["verdict"]


def main():
    parser = parser_of(__doc__)
    parser.add_argument("--corpora", default=CORPORA, help="NAME or NAME=ROWS, separated by commas")
    parser.add_argument("--again", action="store_true", help="also run what is stored already")
    add_program(parser)
    arguments = parser.parse_args()
    run_inside("inversion-venv", ["numpy", "sacrebleu", "rouge-score"])
    program, revision = program_of(arguments.vec2vec)
    lines = Lines(RESULTS / "inversion.jsonl", ["corpus", "reader", "rows", "revision"])
    WORK.mkdir(parents=True, exist_ok=True)
    if not MODEL.exists():
        subprocess.run([ROOT / "scripts" / "models.sh", "gemma-3-270m"], check=True)

    for corpus, rows in ((name, int(rows or 50)) for name, _, rows in (part.partition("=") for part in arguments.corpora.split(","))):
        held, public, more = texts_of(corpus, rows)
        name = f"inversion-{corpus}-{rows}"
        public_file, public_vectors = text_file(f"{name}-public", public), encoded(program, f"{name}-public", public, "minilm")
        vectors = {"native": encoded(program, name, held, "minilm"), "translated": encoded(program, name, held, "mpnet")}
        map_file, verdict = fitted(program, name, [vectors["translated"], encoded(program, f"{name}-store", more, "mpnet")], public_vectors)

        def invert(reader):
            run = {"corpus": corpus, "reader": reader, "rows": rows, "revision": revision}
            if lines.has(run) and not arguments.again:
                return
            out = WORK / f"{name}.{reader}.jsonl"
            command = [program, "invert", vectors[reader], "--encoder", ROOT / "build" / "models" / MODELS["minilm"], "--lm", MODEL]
            command += ["--public", public_file, "--public-vectors", public_vectors, "--store-texts", text_file(name, held), "-o", out]
            command += ["--precision", "bfloat16", "--threads", 1, "--force", "--json", "--quiet"]
            command += [word for option, value in BUDGET.items() for word in (f"--{option}", value)]
            if reader == "translated":
                command += ["--map", map_file]
            told = run_measured(command)["json"]
            found = [json.loads(line)["text"] for line in out.read_text().splitlines()]
            record = {"corpus": corpus, "reader": reader, "rows": rows, "public": len(public), "verdict": verdict, "seed": 0, "budget": BUDGET}
            record |= {key: told[key] for key in ("mean_cosine", "mean_nearest_cosine", "encoded_texts", "scores", "seconds")}
            record |= {"others_say": agreement(found, held), "date": now(), "revision": revision, "machine": machine()}
            lines.add(record)
            whole = record["scores"]["found"][0]
            print(corpus, reader, {k: whole[k] and round(whole[k]["value"], 3) for k in MEASURES}, flush=True)

        with ThreadPoolExecutor(2) as pool:
            list(pool.map(invert, vectors))


if __name__ == "__main__":
    main()
