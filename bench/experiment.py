"""What the bench scripts that fit many small cases share: rows by name, one JSON line a run, fit and score."""

import gzip
import json
from functools import cache

from bench_env import BENCH_DATA, SHARED, add_record, records_of
from encoded import FOLDER, MODELS, encoded
from run import VERDICTS, build, machine, now, run_measured

GENERAL_ROWS = 44096
EVALUATION = ("general", 40000, 44096)  # seen by no fit and no choice
# Sources of the general set's texts, by kind.
QUESTIONS = {"triviaqa_questions", "nq_questions", "simplequestions", "wellformed_questions", "squad_questions", "hotpotqa_questions"}
QUESTIONS |= {"quora_questions", "msmarco_queries", "webq_trec_questions"}
CAPTIONS = {"wikimedia_captions", "news_captions_edis"}
ALL_LABELS = QUESTIONS | CAPTIONS | {"wikisplit_sentences", "fever_claims"}


class Lines:
    """A file of one JSON record a line; records with equal values of `names` are the same run."""

    def __init__(self, path, names):
        self.path, self.names = path, names
        self.records = records_of(path)
        self.keys = {self.key(record) for record in self.records}

    def key(self, record):
        return json.dumps([record.get(name) for name in self.names])

    def has(self, record):
        return self.key(record) in self.keys

    def add(self, record):
        add_record(self.path, record)
        self.keys.add(self.key(record))


@cache
def general_texts():
    """(source, text) of the general set; line i belongs to row i."""
    with gzip.open(SHARED / "corpora" / "train_general_all.tsv.gz", "rt", encoding="utf-8", newline="\n") as lines:
        return [line.rstrip("\n").split("\t", 1) for line, _ in zip(lines, range(GENERAL_ROWS))]


def rows_from(labels, first, end):
    """Row numbers of the general set in first..end-1 whose text comes from one of these sources."""
    return [i for i, (label, _) in enumerate(general_texts()[:end]) if i >= first and label in labels]


def rows_of(encoder, corpus):
    """All rows (n, d), mapped. An encoder's name may end in the number of leading columns to take: minilm:128."""
    import numpy as np

    name, _, columns = encoder.partition(":")
    file = f"{corpus}.{name}.npy"
    path = next((folder / file for folder in (SHARED / "data", BENCH_DATA, FOLDER) if (folder / file).exists()), None)
    if path is None and corpus == "general" and name in MODELS:
        path = encoded(build(), "general", [text for _, text in general_texts()], name)
    if path is None:
        raise SystemExit(f"{file} found neither in {SHARED / 'data'} nor in {BENCH_DATA}; for l3 run bench/encode_l3.py")
    rows = np.load(path, mmap_mode="r")
    return rows[:, : int(columns)] if columns else rows


def take(encoder, parts):
    """Rows (n, d) of parts: (corpus, first, end) or (corpus, row numbers)."""
    import numpy as np

    picked = [rows_of(encoder, corpus)[where[0] if len(where) == 1 else slice(*where)] for corpus, *where in parts]
    return np.concatenate(picked).astype(np.float32)


def saved(folder, a, b):
    """The files of array a and of b: one array, or several known spaces as {name: array}."""
    import numpy as np

    folder.mkdir(exist_ok=True)
    arrays = {"a": a} | (b if isinstance(b, dict) else {"b": b})
    for name, rows in arrays.items():
        np.save(folder / f"{name}.npy", rows)
    return [folder / f"{name}.npy" for name in arrays]


def fit(program, folder, a, b, options, oracle=False):
    """Aligns array a with b, one array or several known spaces as {name: array}; the map's file, and a record of what align said."""
    out = folder / "map.safetensors"
    several = isinstance(b, dict) and len(b) > 1
    if oracle:
        options = ["--paired"] if several else ["--paired", "--procrustes"]
    command = [program, "align", *saved(folder / "fit", a, b), "-o", out, *options, "--force", "--json", "--quiet"]
    done = run_measured(command, allowed=tuple(VERDICTS))
    rows = [len(a), len(next(iter(b.values())) if isinstance(b, dict) else b)]
    record = {"rows": rows, "seconds": done["seconds"], "date": now(), "machine": machine()}
    if not oracle:
        record |= {"verdict": VERDICTS[done["exit"]], "evidence": done["json"].get("evidence"), "pair_fit": done["json"].get("pairs")}
        record["searches"] = len(done["json"].get("starts", []))
    return out, record


def score(program, folder, map_file, a, b, pool, to=None):
    """top-1, mean rank, raw and centred cosine of paired rows a, translated by the map (None: translated already; to: into that
    known space), and b, one array or several known spaces as {name: array}."""
    given = (["--map", map_file] if map_file else []) + (["--to", to] if to else [])
    command = [program, "evaluate", *given, *saved(folder / "eval", a, b), "--pool", pool, "--bootstrap", 0, "--json", "--quiet"]
    scores = run_measured(command)["json"]["scores"]
    return {name: scores[name]["value"] for name in ("top1", "mean_rank", "cosine", "centred_cosine")} | {"pool": min(pool, len(a))}
