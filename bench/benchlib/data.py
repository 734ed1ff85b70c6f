# SPDX-License-Identifier: Apache-2.0
"""Texts and vectors that the benches take: corpora of the shared data, their rows by an encoder, and files of such rows.

Rows of the general set, 44,096 texts: the source side takes those from 0 on, the target side those from 20,000 on, which are other
texts; rows 40,000-44,095 are for evaluation, and no fit and no choice sees them."""

import gzip
import subprocess
import tarfile
from functools import cache

from .env import BENCH_DATA, ROOT, SHARED
from .run import build

SOURCE_FIRST, TARGET_FIRST, EVAL_FIRST, EVAL_END = 0, 20000, 40000, 44096
GENERAL_ROWS = EVAL_END
EVALUATION = ("general", EVAL_FIRST, EVAL_END)
# Sources of the general set's texts, by kind.
QUESTIONS = {"triviaqa_questions", "nq_questions", "simplequestions", "wellformed_questions", "squad_questions", "hotpotqa_questions"}
QUESTIONS |= {"quora_questions", "msmarco_queries", "webq_trec_questions"}
CAPTIONS = {"wikimedia_captions", "news_captions_edis"}
ALL_LABELS = QUESTIONS | CAPTIONS | {"wikisplit_sentences", "fever_claims"}

# Encoders by the name they have in records and file names.
MODELS = {
    "minilm": "all-MiniLM-L6-v2",
    "mpnet": "all-mpnet-base-v2",
    "l3": "paraphrase-MiniLM-L3-v2",
    "e5": "multilingual-e5-small",
    "e5v2": "e5-small-v2",
    "bge": "bge-small-en-v1.5",
    "wordllama": "wordllama-256",
    "bge1": "bge-small-en",
    "glove": "glove-6b-100",
    "minilm-int8": "all-MiniLM-L6-v2-int8",
    "e5v2-float": "e5-small-v2-float",
    "bge-float": "bge-small-en-v1.5-float",
}
PREFIX = {"e5": "query: ", "e5v2": "query: ", "e5v2-float": "query: "}
CORPORA = SHARED / "corpora"
FOLDER = BENCH_DATA / "encoded"


# --- texts -------------------------------------------------------------------------------------------------------------------


def lines_of(file):
    """The lines of a packed text file of the shared data."""
    with gzip.open(CORPORA / file, "rt", encoding="utf-8", newline="\n") as lines:
        return [line.rstrip("\n") for line in lines]


def tsv(name):
    """[(label, text)] of a corpus with each text once. The text is one line."""
    with gzip.open(CORPORA / f"{name}.tsv.gz", "rt", encoding="utf-8") as file:
        rows = [line.rstrip("\n").split("\t", 1) for line in file]
    return list({text: (label, text) for label, text in rows if text.strip()}.values())


def retrieval(name):
    """(documents, queries, {(query, document): grade}) of a retrieval set; documents and queries are texts by id."""
    with tarfile.open(CORPORA / "retrieval.tar.gz") as archive:
        read = lambda part: archive.extractfile(f"retrieval/{name}/{part}.tsv").read().decode().splitlines()
        documents, queries = (dict(line.split("\t", 1) for line in read(part)) for part in ("corpus", "queries"))
        grades = {(q, d): float(g) for q, d, g in (line.split("\t") for line in read("qrels"))}
    return documents, queries, grades


@cache
def general_texts():
    """(source, text) of the general set; line i belongs to row i."""
    with gzip.open(CORPORA / "train_general_all.tsv.gz", "rt", encoding="utf-8", newline="\n") as lines:
        return [line.rstrip("\n").split("\t", 1) for line, _ in zip(lines, range(GENERAL_ROWS))]


def rows_from(labels, first, end):
    """Row numbers of the general set in first..end-1 whose text comes from one of these sources."""
    return [i for i, (label, _) in enumerate(general_texts()[:end]) if i >= first and label in labels]


# --- vectors -----------------------------------------------------------------------------------------------------------------


def text_file(name, texts):
    """A file of one text a line. When its content changes, vectors of the old content are removed."""
    path = FOLDER / f"{name}.txt"
    content = "".join(text.replace("\n", " ").replace("\r", " ") + "\n" for text in texts)
    if not path.exists() or path.read_text(encoding="utf-8") != content:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
        for old in FOLDER.glob(f"{name}.*.npy"):
            old.unlink()
    return path


def model_folder(encoder):
    """The folder of a model, which scripts/models.sh unpacks on first use."""
    model = ROOT / "build" / "models" / MODELS[encoder]
    if not model.exists():
        subprocess.run([ROOT / "scripts" / "models.sh", MODELS[encoder]], check=True)
    return model


def encoded(program, name, texts, encoder, max_tokens=128, prefix=None, model=None, precision="float32"):
    """The npy file of the texts' vectors, which `vec2vec encode` makes on first use in build/bench-data/encoded. prefix: another than the
    encoder's own. model: another folder than the encoder's; its name stands in the file's in the place of the encoder's."""
    source, path = text_file(name, texts), FOLDER / f"{name}.{model.name if model else encoder}.npy"
    if not path.exists():
        prefix = PREFIX.get(encoder, "") if prefix is None else prefix
        command = [program, "encode", model or model_folder(encoder), source, "-o", path, "--max-tokens", max_tokens, "--prefix", prefix,
                   "--precision", precision]
        subprocess.run(list(map(str, command)), check=True)
    return path


def file_of(encoder, corpus):
    """The npy file of a corpus by an encoder; None when there is none."""
    name = f"{corpus}.{encoder}.npy"
    return next((folder / name for folder in (SHARED / "data", BENCH_DATA, FOLDER) if (folder / name).exists()), None)


def rows_of(encoder, corpus):
    """All rows (n, d), mapped. An encoder's name may end in the number of leading columns to take: minilm:128."""
    import numpy as np

    name, _, columns = encoder.partition(":")
    path = file_of(name, corpus)
    if path is None and corpus == "general" and name in MODELS:
        path = encoded(build(), "general", [text for _, text in general_texts()], name)
    if path is None:
        raise SystemExit(f"{corpus}.{name}.npy is neither in {SHARED / 'data'} nor in {BENCH_DATA}. The variable VEC2VEC_SHARED names the shared data.")
    rows = np.load(path, mmap_mode="r")
    return rows[:, : int(columns)] if columns else rows


def take(encoder, parts):
    """float32 rows (n, d) of parts: (corpus, first, end) or (corpus, row numbers)."""
    import numpy as np

    picked = [rows_of(encoder, corpus)[where[0] if len(where) == 1 else slice(*where)] for corpus, *where in parts]
    return np.concatenate(picked).astype(np.float32)


def slice_of(encoder, first, end):
    """An npy file of rows first..end-1 of the general set, cut on first use."""
    import numpy as np

    path = BENCH_DATA / "slices" / f"{encoder}.{first}-{end}.npy"
    if not path.exists():
        rows = rows_of(encoder, "general")
        assert len(rows) >= end, f"general.{encoder}.npy has {len(rows)} rows only"
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(".part.npy")
        np.save(part, rows[first:end])
        part.rename(path)
    return path


def evaluation_files(pair):
    """The files of the evaluation rows of both encoders of a pair such as minilm-mpnet."""
    return [slice_of(encoder, EVAL_FIRST, EVAL_END) for encoder in pair.split("-")]
