#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Measures `vec2vec align` where the store holds one kind of text and the public side another mix.

    bench/quality/narrow.py [--cases own,overlap,wide,wrong] [--kinds banking77_intent,...] [--pair minilm-mpnet] [--seeds 0-1]
    bench/report.py      writes the table of docs/results/hard-cases.md

A store has 2,000 rows of one kind (a corpus of the shared data) by the first encoder. The public side, by the second, never has the same
texts. 512 further rows of the kind, which neither side has, are paired, for evaluation. Cases:
  own      the public side has 2,000 rows of the kind
  overlap  the same, but 10, 25 or 50 % of the store's rows are of the next kind, which the public side lacks; the record has the area
           under the ROC curve of `translate --confidence` for rows of the store that are of the public side's kind or not
  wide     2,000 rows of the kind among 38,000 general rows
  wrong    2,000 rows of another kind, each of the kinds in turn: nothing but NOT_ALIGNED or UNCERTAIN is right, unless the map is good
The oracle is the orthogonal map of 20,000 true pairs of the general set. Little effort (--effort low) unless --options says otherwise.
Each run is one line of bench/results/narrow.jsonl; a stored run is skipped. Needs the shared data and the models (scripts/models.sh).
"""

import random
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from benchlib.data import encoded, lines_of, take
from benchlib.env import RESULTS, run_inside
from benchlib.fits import POOL, auc, fit, score
from benchlib.records import Lines, sweep
from benchlib.run import add_program, find_program, label_of, numbers, parser_of, run_measured

KINDS = ["banking77_intent", "cqadupstack_forum", "mtsamples_sentences", "ag_news_test_titles", "product_review_sentences", "tweeteval_sentiment"]
ROWS, HELD_OUT, GENERAL = 2000, 512, 38000  # rows of a side, rows for evaluation, general rows of a wide public side
PAIRED = ("general", 0, 20000)
MAX_TOKENS = 48
FEWEST_LETTERS = 12


def texts_of(kind):
    """Random texts of a kind, each once: the store's, then the public side's, then those for evaluation."""
    lines = lines_of(f"{kind}.tsv.gz")
    random.Random(7).shuffle(lines)
    texts = [" ".join(line.split("\t", 1)[1].split()) for line in lines]
    once = {text.lower(): text for text in reversed(texts) if len(text) >= FEWEST_LETTERS}
    return list(reversed(once.values()))[: 2 * ROWS + HELD_OUT]


def store_rows(program, encoder, kind, first, end):
    import numpy as np

    return np.load(encoded(program, f"narrow.{kind}", texts_of(kind), encoder, MAX_TOKENS))[first:end].astype(np.float32)


def public_rows(program, encoder, kind, first, end):
    """Rows by the public encoder, which never reads the store's texts."""
    import numpy as np

    rows = np.load(encoded(program, f"narrow.{kind}.public", texts_of(kind)[ROWS:], encoder, MAX_TOKENS))
    return rows[first - ROWS : end - ROWS].astype(np.float32)


def plan(arguments):
    """The runs. The seed "oracle" is the map of true pairs."""
    shared = {"pair": arguments.pair, "options": arguments.options, "label": arguments.label}
    for kind in arguments.kinds:
        yield shared | {"case": "own", "kind": kind, "other": None, "foreign": 0, "seed": "oracle"}
    for seed in arguments.seeds:
        for case in arguments.cases.split(","):
            for k, kind in enumerate(arguments.kinds):
                run = shared | {"case": case, "kind": kind, "other": None, "foreign": 0, "seed": seed}
                following = arguments.kinds[k + 1 :] + arguments.kinds[:k]
                if case == "overlap":
                    yield from (run | {"other": following[0], "foreign": percent} for percent in arguments.foreign)
                elif case == "wrong":
                    yield from (run | {"other": other} for other in following)
                else:
                    yield run


def sides(program, run):
    """Rows of the store, and of the public side."""
    import numpy as np

    source, target = run["pair"].split("-")
    kind, other = run["kind"], run["other"]
    foreign = ROWS * run["foreign"] // 100
    store = store_rows(program, source, kind, 0, ROWS - foreign)
    if foreign:
        store = np.concatenate([store, store_rows(program, source, other, 0, foreign)])
    public = public_rows(program, target, other if run["case"] == "wrong" else kind, ROWS, 2 * ROWS)
    if run["case"] == "wide":
        public = np.concatenate([take(target, [("general", 0, GENERAL)]), public])
    return store, public


def told_apart(program, folder, map_file, store, public, foreign):
    """The area under the ROC curve of the columns of --confidence: rows of the public side's kind above those that are not."""
    import numpy as np

    files, table = [folder / "store.npy", folder / "public.npy"], folder / "confidence.npy"
    np.save(files[0], store)
    np.save(files[1], public)
    command = [program, "translate", map_file, files[0], folder / "out.npy", "--confidence", table, "--store", files[1]]
    run_measured([*command, "--force", "--json", "--quiet"])
    values, own = np.load(table), np.arange(len(store)) < len(store) - foreign
    return {name: auc(values[:, column], own) for column, name in enumerate(("match", "margin", "support"))}


def measure(program, folder, run):
    source, target = run["pair"].split("-")
    if run["seed"] == "oracle":
        map_file, told = fit(program, folder, take(source, [PAIRED]), take(target, [PAIRED]), [], oracle=True)
    else:
        store, public = sides(program, run)
        map_file, told = fit(program, folder, store, public, ["--effort", "low", "--seed", run["seed"], *run["options"].split()])
        if run["foreign"]:
            told["told_apart"] = told_apart(program, folder, map_file, store, public, ROWS * run["foreign"] // 100)
    held_out = (run["kind"], 2 * ROWS, 2 * ROWS + HELD_OUT)
    return told | score(program, folder, map_file, store_rows(program, source, *held_out), public_rows(program, target, *held_out), POOL) | run


def show(record):
    what = f"{record['case']} {record['kind']} {record['other'] or ''} {record['foreign'] or ''} seed {record['seed']}"
    return f"{what}: top-1 {record['top1']:.3f}, {record.get('verdict', 'oracle')}, {record['seconds']:.0f} s"


def main():
    parser = parser_of(__doc__)
    parser.add_argument("--cases", default="own,overlap,wide,wrong")
    parser.add_argument("--kinds", type=lambda text: text.split(","), default=KINDS, help="corpora of the shared data, separated by commas")
    parser.add_argument("--foreign", type=numbers, default="10,25,50", help="per cent of the store's rows in the case overlap")
    parser.add_argument("--pair", default="minilm-mpnet", help="encoders of the store and of the public side")
    parser.add_argument("--seeds", type=numbers, default="0-1", help="as in 0-9 or 0,3,5")
    parser.add_argument("--label", help="the name of this program; runs of other labels are made again; default: its commit")
    parser.add_argument("--options", default="", help="more options for align")
    add_program(parser)
    arguments = parser.parse_args()
    run_inside("bench-venv", ["numpy"])
    program, arguments.label = find_program(arguments.vec2vec), label_of(arguments.label)
    lines = Lines(RESULTS / "narrow.jsonl", ["case", "kind", "other", "foreign", "pair", "options", "seed", "label"])
    with tempfile.TemporaryDirectory() as folder:
        sweep(lines, plan(arguments), lambda run: measure(program, Path(folder), run), show)


if __name__ == "__main__":
    main()
