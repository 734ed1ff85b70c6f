#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Measures what translated vectors tell about attributes and which words they give away, beside the oracle and the baselines.

    bench/audit/attributes.py [--pairs a-b,...] [--corpora NAME,...] [--again]

The attacker's map is made by `vec2vec align` without pairs, seed 0, of rows 0-19,999 of general.SOURCE and rows 20,000-39,999 of
general.TARGET. All corpora but general are therefore out of distribution. The victim is a labelled corpus, encoded by SOURCE. Labels are
texts, encoded by TARGET. TARGET may be several known models at once: --pairs e5-mpnet+minilm+l3+bge. `vec2vec audit --map` scores
attributes and words. Each run is one line of bench/results/attributes.jsonl; a stored run is skipped.
"""

import random
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from benchlib.data import TARGET_FIRST, encoded, general_texts, slice_of, text_file, tsv
from benchlib.env import BENCH_DATA, RESULTS, run_inside
from benchlib.fits import align_files
from benchlib.labels import label_files, repeated, single, tweets
from benchlib.records import Lines, machine, now, sweep
from benchlib.run import add_program, parser_of, program_of, run_measured

WORK = BENCH_DATA / "attributes"
PAIRS = ["minilm-mpnet", "mpnet-minilm", "minilm-e5", "e5-minilm", "e5-mpnet", "mpnet-e5"]
CORPORA = ["tweets", "medical", "abstracts", "agnews", "banking77", "clinc150", "enron", "general"]
FEW = 1000  # rows that the larger corpora give
NEAR = {"+near": 6000, "+nearer": 16000}  # medical+near: this many of 20,000 rows a side are sentences of the same kind (mtsamples), other ones on each side
PAIRED = "+pairs"  # medical+pairs: the map is fitted on 20,000 true pairs of general texts, which no attacker has


def corpus(name):
    if name == "tweets":
        return tweets()
    return {
        "medical": lambda: single("mtsamples_descriptions", 10**6),
        "abstracts": lambda: single("medical_abstract_titles", FEW),
        "agnews": lambda: single("ag_news_test_titles", FEW),
        "banking77": lambda: single("banking77_intent", FEW),
        "clinc150": lambda: single("clinc150_intent", FEW),
        "enron": lambda: single("enron_emails", FEW),  # the label of an e-mail is its subject line
    }[base(name)]()


def base(name):
    """The corpus without what its map was fitted on."""
    return name.partition("+")[0]


def near_texts(count):
    """`count` sentences for each side; none of them is a description, which is what is attacked."""
    descriptions = {text.strip().lower() for _, text in tsv("mtsamples_descriptions")}
    sentences = sorted({text.strip() for _, text in tsv("mtsamples_sentences")})
    sentences = [text[:300] for text in sentences if text.lower() not in descriptions and len(text) > 25]
    random.Random(0).shuffle(sentences)
    return sentences[:count], sentences[count : 2 * count]


def near_files(program, encoders, kind):
    """npy files of the source and each target: general rows, and near ones behind them."""
    import numpy as np

    files, count = [], NEAR[kind]
    both = near_texts(count)
    for place, encoder in enumerate(encoders):
        side, first, texts = ("b", 20000, both[1]) if place else ("a", 0, both[0])
        path = WORK / f"{kind[1:]}-{side}.{encoder}.npy"
        general = np.load(slice_of(encoder, first, first + 20000 - count)).astype(np.float32)
        np.save(path, np.concatenate([general, np.load(encoded(program, f"mtsamples-{side}-{count}", texts, encoder, 96))]))
        files.append(path)
    return files


def map_of(program, pair, kind):
    """The map of two encoders, fitted on first use: without pairs, or as `kind` says. Without a kind it is the file of bench/quality/align.py."""
    source, several = pair.split("-")
    targets, map_file = several.split("+"), BENCH_DATA / "maps" / f"{pair}.20000{kind}.0.safetensors"
    if not map_file.exists():
        options = []
        if kind in NEAR:
            sides = near_files(program, [source, *targets], kind)
        elif kind == PAIRED:
            sides, options = [slice_of(encoder, 0, TARGET_FIRST) for encoder in (source, *targets)], ["--paired"]
        else:
            sides = [slice_of(source, 0, TARGET_FIRST), *(slice_of(target, TARGET_FIRST, 2 * TARGET_FIRST) for target in targets)]
        align_files(program, sides, map_file, options)
    return map_file


def measure(program, public_texts, run):
    pair, name = run["pair"], run["corpus"]
    source, several = pair.split("-")
    targets, kind = several.split("+"), name.removeprefix(base(name))
    public = [slice_of(target, TARGET_FIRST, 2 * TARGET_FIRST) for target in targets]
    map_file = map_of(program, pair, kind)
    if name == "general":
        texts, labels = [text for _, text in general_texts()[41000:43048]], None
        store, *native = (slice_of(encoder, 41000, 43048) for encoder in (source, *targets))
    else:
        texts, truth, labels = corpus(name)
        store, *native = (encoded(program, base(name), texts, encoder) for encoder in (source, *targets))
    command = [program, "audit", store, "--public", public_texts, *repeated("--public-vectors", public), "--map", map_file, "--no-defences"]
    command += ["--store-texts", text_file(name, texts), *repeated("--store-texts-vectors", native)]
    if labels:
        names, truth_file, vectors = label_files(program, base(name), labels, truth, targets)
        command += ["--attributes", names, *repeated("--attributes-vectors", vectors), "--truth", truth_file]
    told = run_measured([*command, "-o", WORK / "audit.html", "--force", "--json", "--quiet"])
    report = told["json"]
    record = {"pair": pair, "corpus": name, "rows": len(texts), "labels": len(labels or []), "seed": 0, "seconds": told["seconds"]}
    record["verdict"] = report["alignment"]["verdict"]
    record["translation_top1"] = report["alignment"]["scores"]["scores"]["top1"]
    record["readers"] = {r.pop("reader"): r for r in report["attributes"].get("readers", [])}
    record["words"] = {reader: report["words"][reader] for reader in ("translated", "native")}
    return record | {"date": now(), "revision": run["revision"], "machine": machine()}


def show(record):
    shown = {k: v["top1"]["value"] for k, v in record["readers"].items()} | {"f1": record["words"]["translated"]["f1"]["value"]}
    return f"{record['pair']} {record['corpus']} {record['verdict']} { {k: round(v, 3) for k, v in shown.items()} }"


def main():
    parser = parser_of(__doc__)
    parser.add_argument("--pairs", default=",".join(PAIRS), help="directed pairs, source-target; + joins several targets")
    parser.add_argument("--corpora", default=",".join(CORPORA))
    parser.add_argument("--again", action="store_true", help="also run what is stored already")
    add_program(parser)
    arguments = parser.parse_args()
    run_inside("bench-venv", ["numpy"])
    program, revision = program_of(arguments.vec2vec)
    for folder in (WORK, BENCH_DATA / "maps"):
        folder.mkdir(parents=True, exist_ok=True)
    public_texts = text_file("general-public", [text for _, text in general_texts()[TARGET_FIRST : 2 * TARGET_FIRST]])
    pairs, corpora = arguments.pairs.split(","), arguments.corpora.split(",")
    runs = [{"pair": pair, "corpus": name, "revision": revision} for name in corpora for pair in pairs]
    lines = Lines(RESULTS / "attributes.jsonl", ["pair", "corpus", "revision"])
    sweep(lines, runs, lambda run: measure(program, public_texts, run), show, arguments.again)


if __name__ == "__main__":
    main()
