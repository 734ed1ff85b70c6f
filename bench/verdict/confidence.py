#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Measures what `vec2vec translate --confidence` and `vec2vec inspect --fingerprint` are worth on real embeddings.

    bench/verdict/confidence.py [--pairs minilm-mpnet,minilm-e5] [--rows 20000] [--seed 0] [--skip-kinship]

A map without pairs is made for each pair of encoders, from the sides of bench/quality/align.py. Rows of four corpora, 2,000 each, are
translated with their confidence against a store of their true rows: held-out general rows, and tweets, medical and agnews, which the
fit never saw. A record has the area under the ROC curve of `match` for right and wrong rows, with a 95 % bootstrap interval (chance:
0.5), and the same of `support`; the mean match beside the top-1 that it foretells; the calibration error over ten bins; and two nulls:
the mean match in a store of other texts, and that of a random map. After that all pairs of files of equal dimension (encoder and corpus)
are compared by their moments, and the verdict on "one model" is checked. Each result is one line of bench/results/confidence.jsonl.
Needs the shared data.
"""

import json
import sys
import tempfile
from itertools import combinations
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from benchlib.data import EVAL_FIRST, TARGET_FIRST, file_of, slice_of
from benchlib.env import BENCH_DATA, RESULTS, SHARED, run_inside
from benchlib.fits import align_files, auc
from benchlib.records import add_record, machine, now
from benchlib.run import add_program, find_program, git, parser_of, run_measured

CORPORA = ["general", "tweets", "medical", "agnews"]
ROWS = 2000


def corpus_file(corpus, encoder, part=0):
    if corpus == "general":
        return slice_of(encoder, EVAL_FIRST + ROWS * part, EVAL_FIRST + ROWS * (part + 1))
    return SHARED / "data" / f"{corpus}.{encoder}.npy"


def with_interval(values, right, resamples=500):
    import numpy as np

    random = np.random.default_rng(0)
    draws = [random.integers(0, len(right), len(right)) for _ in range(resamples)]
    areas = [auc(values[d], right[d]) for d in draws if 0 < right[d].sum() < len(d)]
    return [auc(values, right), *map(float, np.quantile(areas, [0.025, 0.975]))]


def calibration_error(match, right, bins=10):
    import numpy as np

    place = np.minimum((match * bins).astype(int), bins - 1)
    parts = [place == b for b in range(bins)]
    return float(sum(abs(right[p].mean() - match[p].mean()) * p.mean() for p in parts if p.any()))


def score(program, map_file, source, store, folder):
    """match, margin, support of each row, and whether its true row (same number in the store) is the nearest."""
    import numpy as np

    out, table = folder / "out.npy", folder / "confidence.npy"
    command = [program, "translate", map_file, source, "-o", out, "--centred", "--confidence", table, "--store", store]
    run_measured([*command, "--force", "--ignore-fingerprint", "--json", "--quiet"])
    translated, rows = np.load(out), np.load(store).astype(np.float32)
    mean = tensor(map_file, "target.mean")
    unit = lambda x: x / np.maximum(np.linalg.norm(x, axis=1, keepdims=True), 1e-12)  # noqa: E731
    nearest = np.argmax(translated @ unit(unit(rows) - mean).T, axis=1)
    return np.load(table), nearest == np.arange(len(rows))


def tensor(path, name):
    import numpy as np

    data = Path(path).read_bytes()
    size = int.from_bytes(data[:8], "little")
    info = json.loads(data[8 : 8 + size])[name]
    first, last = (8 + size + offset for offset in info["data_offsets"])
    return np.frombuffer(data[first:last], np.float32).reshape(info["shape"])


def randomised(map_file, folder):
    """The same map with random weights."""
    import numpy as np

    data = bytearray(Path(map_file).read_bytes())
    size = int.from_bytes(data[:8], "little")
    first, last = (8 + size + offset for offset in json.loads(data[8 : 8 + size])["linear.weight"]["data_offsets"])
    data[first:last] = np.random.default_rng(0).standard_normal((last - first) // 4).astype(np.float32).tobytes()
    path = folder / "random.safetensors"
    path.write_bytes(data)
    return path


def confidence(program, pair, rows, seed, common, folder):
    source, target = pair.split("-")
    made = BENCH_DATA / "maps" / f"{pair}.{rows}.{seed}.support.safetensors"
    made.parent.mkdir(parents=True, exist_ok=True)
    files = [slice_of(source, 0, rows), slice_of(target, TARGET_FIRST, TARGET_FIRST + rows)]
    if not made.exists():
        print(pair, align_files(program, files, made, ["--seed", seed])["verdict"], flush=True)
    wrong = randomised(made, folder)
    for corpus in CORPORA:
        rows_file, store = corpus_file(corpus, source), corpus_file(corpus, target)
        table, right = score(program, made, rows_file, store, folder)
        # The store of other texts is of the same corpus where that has more rows, else of the next corpus.
        other = corpus_file("general", target, 1) if corpus == "general" else corpus_file(CORPORA[CORPORA.index(corpus) % 3 + 1], target)
        record = {"kind": "confidence", "pair": pair, "rows": rows, "seed": seed, "corpus": corpus, "n": len(right), **common}
        record |= {"top1": float(right.mean()), "mean_match": float(table[:, 0].mean())}
        record |= {"calibration_error": calibration_error(table[:, 0], right)}
        if 0 < right.sum() < len(right):
            record |= {"auc_match": with_interval(table[:, 0], right), "auc_margin": with_interval(table[:, 1], right)}
            record |= {"auc_support": with_interval(table[:, 2], right)}
        record |= {"far_rows": float((table[:, 2] < 0.05).mean())}
        record |= {"mean_match_other_store": float(score(program, made, rows_file, other, folder)[0][:, 0].mean())}
        record |= {"mean_match_random_map": float(score(program, wrong, rows_file, store, folder)[0][:, 0].mean())}
        write(record)


def kinship(program, common, folder):
    import numpy as np

    l3 = file_of("l3", "general")
    sets = [(e, c, corpus_file(c, e)) for e in ("minilm", "e5", "mpnet") for c in CORPORA]
    sets += [(e, "general-2", slice_of(e, 30000, 32000)) for e in ("minilm", "e5", "mpnet")]
    sets += [(e, "general-500", slice_of(e, 35000, 35500)) for e in ("minilm", "e5", "mpnet")]
    sets += [("l3", "general", slice_of("l3", 40000, 42000)), ("l3", "general-2", slice_of("l3", 30000, 32000))] if l3 else []
    for encoder in ("minilm", "mpnet"):
        rows = np.load(corpus_file("general", encoder)).astype(np.float32)
        turn, _ = np.linalg.qr(np.random.default_rng(1).standard_normal((rows.shape[1], rows.shape[1])))
        path = folder / f"{encoder}.rotated.npy"
        np.save(path, (rows @ turn).astype(np.float32))
        sets.append((f"{encoder} rotated", "general", path))
    for (encoder_a, corpus_a, a), (encoder_b, corpus_b, b) in combinations(sets, 2):
        if np.load(a, mmap_mode="r").shape[1] != np.load(b, mmap_mode="r").shape[1]:
            continue
        command = [program, "inspect", "--fingerprint", a, b, "--no-search", "--json", "--quiet"]
        found = run_measured(command, allowed=(0, 3))["json"]
        record = {"kind": "kinship", "encoders": [encoder_a, encoder_b], "corpora": [corpus_a, corpus_b], **common}
        write(record | {k: found[k] for k in ("verdict", "axis_correlation", "mean_cosine", "spectrum_distance", "null_deviation")})


def write(record):
    add_record(RESULTS / "confidence.jsonl", record)
    print({k: v for k, v in record.items() if k not in ("machine", "date", "commit")}, flush=True)


def main():
    parser = parser_of(__doc__)
    parser.add_argument("--pairs", default="minilm-mpnet,mpnet-minilm,minilm-e5,e5-minilm,mpnet-e5,e5-mpnet")
    parser.add_argument("--rows", type=int, default=20000, help="rows a side of the fit")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--skip-kinship", action="store_true", help="leave out the comparison of files")
    add_program(parser)
    arguments = parser.parse_args()
    run_inside("bench-venv", ["numpy"])
    program = find_program(arguments.vec2vec)
    common = {"date": now(), "machine": machine(), "commit": git("log", "-1", "--format=%h", "--abbrev=12")}
    with tempfile.TemporaryDirectory() as temporary:
        for pair in [pair for pair in arguments.pairs.split(",") if pair]:
            confidence(program, pair, arguments.rows, arguments.seed, common, Path(temporary))
        if not arguments.skip_kinship:
            kinship(program, common, Path(temporary))


if __name__ == "__main__":
    main()
