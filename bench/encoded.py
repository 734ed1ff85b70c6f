"""Texts of ../shared/corpora encoded with `vec2vec encode`, kept in build/bench-data/encoded."""

import gzip
import subprocess
import tarfile

from bench_env import BENCH_DATA, ROOT, SHARED

MODELS = {
    "minilm": "all-MiniLM-L6-v2",
    "mpnet": "all-mpnet-base-v2",
    "l3": "paraphrase-MiniLM-L3-v2",
    "e5": "multilingual-e5-small",
    "e5v2": "e5-small-v2",
    "bge": "bge-small-en-v1.5",
    "wordllama": "wordllama-256",
}
PREFIX = {"e5": "query: ", "e5v2": "query: "}
CORPORA = SHARED / "corpora"
FOLDER = BENCH_DATA / "encoded"


def tsv(name):
    """[(label, text)] of a corpus; texts in one line, the same text once."""
    with gzip.open(CORPORA / f"{name}.tsv.gz", "rt", encoding="utf-8") as file:
        rows = [line.rstrip("\n").split("\t", 1) for line in file]
    return list({text: (label, text) for label, text in rows if text.strip()}.values())


def retrieval(name):
    """(documents, queries, {(query, document): grade}) of a retrieval set; texts by id."""
    with tarfile.open(CORPORA / "retrieval.tar.gz") as archive:
        read = lambda part: archive.extractfile(f"retrieval/{name}/{part}.tsv").read().decode().splitlines()
        documents, queries = (dict(line.split("\t", 1) for line in read(part)) for part in ("corpus", "queries"))
        grades = {(q, d): float(g) for q, d, g in (line.split("\t") for line in read("qrels"))}
    return documents, queries, grades


def text_file(name, texts):
    path = FOLDER / f"{name}.txt"
    content = "".join(text.replace("\n", " ").replace("\r", " ") + "\n" for text in texts)
    if not path.exists() or path.read_text(encoding="utf-8") != content:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
        for old in FOLDER.glob(f"{name}.*.npy"):
            old.unlink()
    return path


def encoded(program, name, texts, encoder, max_tokens=128):
    """The npy file of the texts' vectors; made on first use."""
    source, path = text_file(name, texts), FOLDER / f"{name}.{encoder}.npy"
    if not path.exists():
        model = ROOT / "build" / "models" / MODELS[encoder]
        if not model.exists():
            subprocess.run([ROOT / "scripts" / "models.sh", MODELS[encoder]], check=True)
        command = [program, "encode", model, source, "-o", path, "--max-tokens", max_tokens, "--prefix", PREFIX.get(encoder, "")]
        subprocess.run(list(map(str, command)), check=True)
    return path
