#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes tests/encode/tiny_towers: two models of a picture and a text tower each, of random weights and a few kilobytes, in the layout of
Hugging Face's ONNX exports, and expected.json, what ONNX Runtime, Pillow and Hugging Face's tokenizers make of some pictures and texts.

    pip install numpy onnx onnxruntime pillow tokenizers && tests/encode/make_tiny_towers.py

clip: one model.onnx with both towers, outputs text_embeds and image_embeds, byte pairs that end in </w>, texts pooled at the last token's place.
siglip: onnx/text_model.onnx without an attention mask, which reads its texts filled up to 12 tokens, and onnx/vision_model.onnx; outputs pooler_output.
"""

import json
import shutil
from pathlib import Path

import numpy as np
import onnxruntime
from onnx import TensorProto, helper, numpy_helper
from PIL import Image, ImageOps
from tokenizers import Tokenizer

HERE = Path(__file__).resolve().parent / "tiny_towers"
PICTURES = sorted((HERE.parent.parent / "picture" / "pictures").iterdir())
SIZE, WIDTH, DIM, TOKENS = 24, 8, 6, 12
TEXTS = ["a cat", "The  CAT sat, on it's mat!", "", "unhappy cats 42 caf\u00e9"]
BEGIN, END = "<|startoftext|>", "<|endoftext|>"
random = np.random.default_rng(7)


def tokenizer():
    letters = "abcdefghijklmnopqrstuvwxyz0123456789,.!?'\u00c3\u00a9\u0142"
    vocab = [c for c in letters] + [c + "</w>" for c in letters]
    merges = [("c", "a"), ("ca", "t</w>"), ("t", "h"), ("th", "e</w>"), ("s", "a"), ("sa", "t</w>"), ("o", "n</w>"), ("\u00c3", "\u00a9</w>")]
    vocab += ["".join(pair) for pair in merges] + [BEGIN, END]
    ids = {token: i for i, token in enumerate(vocab)}
    special = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True}
    split = "'s|'t|'re|'ve|'m|'ll|'d|[\\p{L}]+|[\\p{N}]|[^\\s\\p{L}\\p{N}]+"
    return {
        "version": "1.0", "truncation": None, "padding": None, "decoder": None,
        "added_tokens": [{"id": ids[token], "content": token, **special} for token in (BEGIN, END)],
        "normalizer": {"type": "Sequence", "normalizers": [{"type": "NFC"}, {"type": "Replace", "pattern": {"Regex": "\\s+"}, "content": " "},
                                                           {"type": "Lowercase"}]},
        "pre_tokenizer": {"type": "Sequence", "pretokenizers": [
            {"type": "Split", "pattern": {"Regex": split}, "behavior": "Removed", "invert": True},
            {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True}]},
        "post_processor": {"type": "RobertaProcessing", "sep": [END, ids[END]], "cls": [BEGIN, ids[BEGIN]], "trim_offsets": False,
                           "add_prefix_space": False},
        "model": {"type": "BPE", "dropout": None, "unk_token": END, "continuing_subword_prefix": "", "end_of_word_suffix": "</w>", "fuse_unk": False,
                  "vocab": ids, "merges": [" ".join(pair) for pair in merges]},
    }, len(vocab)


class Graph:
    def __init__(self):
        self.nodes, self.constants, self.inputs, self.outputs = [], [], [], []

    def add(self, kind, inputs, output=None, **attributes):
        output = output or f"t{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, inputs, [output], **attributes))
        return output

    def constant(self, values):
        name = f"c{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.asarray(values), name))
        return name

    def weights(self, *shape):
        return self.constant(random.normal(size=shape).astype(np.float32))

    def text_tower(self, vocabulary, mask, pool_last, output):
        self.inputs.append(helper.make_tensor_value_info("input_ids", TensorProto.INT64, ["batch", "tokens"]))
        words = self.add("Gather", [self.weights(vocabulary, WIDTH), "input_ids"])
        width = self.add("Gather", [self.add("Shape", ["input_ids"]), self.constant(np.int64([1]))])
        places = self.add("Slice", [self.weights(TOKENS, WIDTH), self.constant(np.int64([0])), width])
        states = self.add("Add", [words, places])
        if mask:
            self.inputs.append(helper.make_tensor_value_info("attention_mask", TensorProto.INT64, ["batch", "tokens"]))
            ones = self.add("Cast", ["attention_mask"], to=TensorProto.FLOAT)
            states = self.add("Mul", [states, self.add("Unsqueeze", [ones, self.constant(np.int64([2]))])])
        states = self.add("Tanh", [self.add("CumSum", [states, self.constant(np.int64(1))])])
        if pool_last:
            row = self.add("Gather", [states, self.constant(np.int64(-1))], axis=1)
        else:
            place = self.add("ArgMax", ["input_ids"], axis=1, keepdims=1)
            place = self.add("Unsqueeze", [place, self.constant(np.int64([2]))])
            place = self.add("Expand", [place, self.constant(np.int64([1, 1, WIDTH]))])
            row = self.add("Squeeze", [self.add("GatherElements", [states, place], axis=1), self.constant(np.int64([1]))])
        self.add("MatMul", [row, self.weights(WIDTH, DIM)], output)
        self.outputs.append(helper.make_tensor_value_info(output, TensorProto.FLOAT, ["batch", DIM]))

    def picture_tower(self, output):
        self.inputs.append(helper.make_tensor_value_info("pixel_values", TensorProto.FLOAT, ["batch", 3, "height", "width"]))
        patches = self.add("Tanh", [self.add("Conv", ["pixel_values", self.weights(WIDTH, 3, 6, 6)], strides=[6, 6])])
        states = self.add("Transpose", [self.add("Reshape", [patches, self.constant(np.int64([0, WIDTH, -1]))])], perm=[0, 2, 1])
        self.add("Identity", [states], "last_hidden_state")
        self.outputs.append(helper.make_tensor_value_info("last_hidden_state", TensorProto.FLOAT, ["batch", (SIZE // 6) ** 2, WIDTH]))
        self.add("MatMul", [self.add("ReduceMean", [states], axes=[1], keepdims=0), self.weights(WIDTH, DIM)], output)
        self.outputs.append(helper.make_tensor_value_info(output, TensorProto.FLOAT, ["batch", DIM]))

    def save(self, path):
        path.parent.mkdir(parents=True, exist_ok=True)
        graph = helper.make_graph(self.nodes, "tiny", self.inputs, self.outputs, self.constants)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 14)], ir_version=8)
        path.write_bytes(model.SerializeToString())


def run(path, output, **inputs):
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    for value in session.get_inputs():  # the other tower's
        inputs.setdefault(value.name, np.zeros((1, 3, SIZE, SIZE), np.float32) if value.name == "pixel_values" else np.zeros((1, 1), np.int64))
    inputs = {name: value for name, value in inputs.items() if name in {value.name for value in session.get_inputs()}}
    row = session.run([output], inputs)[0][0]
    return [float(value) for value in row / np.linalg.norm(row)]


def prepared(path, square):
    image = ImageOps.exif_transpose(Image.open(path)).convert("RGB")
    if square:
        image = image.resize((SIZE, SIZE), Image.Resampling.BILINEAR)
    else:
        short, long = sorted(image.size)
        sides = 28, int(28 * long / short)
        image = image.resize(sides if image.width <= image.height else sides[::-1], Image.Resampling.BICUBIC)
        left, top = (image.width - SIZE) // 2, (image.height - SIZE) // 2
        image = image.crop((left, top, left + SIZE, top + SIZE))
    pixels = np.asarray(image, np.float32) / 255
    pixels = (pixels - np.float32([0.5, 0.4, 0.3])) / np.float32([0.2, 0.3, 0.4])
    return pixels.transpose(2, 0, 1)[None].astype(np.float32)


def main():
    shutil.rmtree(HERE, ignore_errors=True)
    description, vocabulary = tokenizer()
    both = Graph()
    both.text_tower(vocabulary, True, False, "text_embeds")
    both.picture_tower("image_embeds")
    both.save(HERE / "clip" / "model.onnx")
    text, vision = Graph(), Graph()
    text.text_tower(vocabulary, False, True, "pooler_output")
    vision.picture_tower("pooler_output")
    text.save(HERE / "siglip" / "onnx" / "text_model.onnx")
    vision.save(HERE / "siglip" / "onnx" / "vision_model.onnx")
    towers = {"text_config": {"max_position_embeddings": TOKENS, "pad_token_id": 3}}
    steps = {"do_normalize": True, "do_rescale": True, "do_resize": True, "image_mean": [0.5, 0.4, 0.3], "image_std": [0.2, 0.3, 0.4],
             "rescale_factor": 1 / 255}
    clip = steps | {"image_processor_type": "CLIPImageProcessor", "size": {"shortest_edge": 28}, "resample": 3, "do_center_crop": True,
                    "crop_size": {"height": SIZE, "width": SIZE}, "do_convert_rgb": True}
    siglip = steps | {"image_processor_type": "SiglipImageProcessor", "size": {"height": SIZE, "width": SIZE}, "resample": 2}
    expected = {"texts": TEXTS, "pictures": [path.name for path in PICTURES]}
    for name, processor in (("clip", clip), ("siglip", siglip)):
        folder = HERE / name
        for file, value in (("config.json", {"model_type": name, **towers}), ("preprocessor_config.json", processor), ("tokenizer.json", description)):
            (folder / file).write_text(json.dumps(value, indent=1, ensure_ascii=False) + "\n")
        tokens = Tokenizer.from_file(str(folder / "tokenizer.json"))
        texts, pictures, ids = [], [], []
        for line in TEXTS:
            ids.append(tokens.encode(line).ids)
            kept = ids[-1] if len(ids[-1]) <= TOKENS else ids[-1][: TOKENS - 1] + ids[-1][-1:]
            if name == "siglip":
                kept = kept + [3] * (TOKENS - len(kept))
            file, output = (folder / "model.onnx", "text_embeds") if name == "clip" else (folder / "onnx" / "text_model.onnx", "pooler_output")
            texts.append(run(file, output, input_ids=np.int64([kept]), attention_mask=np.ones((1, len(kept)), np.int64)))
        for path in PICTURES:
            file, output = (folder / "model.onnx", "image_embeds") if name == "clip" else (folder / "onnx" / "vision_model.onnx", "pooler_output")
            pictures.append(run(file, output, pixel_values=prepared(path, name == "siglip")))
        expected[name] = {"ids": ids, "texts": texts, "pictures": pictures}
    (HERE / "expected.json").write_text(json.dumps(expected) + "\n")


if __name__ == "__main__":
    main()
