# SPDX-License-Identifier: Apache-2.0
"""A module for sentence-transformers that translates embeddings through a map. Written by vec2vec.cpp; needs no other code of
vec2vec. The map is in map.safetensors beside it."""

import json
import shutil
from pathlib import Path

from safetensors import safe_open
from torch import nn
from torch.nn import functional


class Vec2vecTranslate(nn.Module):
    def __init__(self, path):
        super().__init__()
        self.path = str(path)
        with safe_open(self.path, "pt") as file:
            metadata = file.metadata()
            names = {name: name.replace(".", "_") for name in file.keys() if not name.startswith("support.")}
            for name, attribute in names.items():
                self.register_buffer(attribute, file.get_tensor(name))
        card = json.loads(metadata["card"])
        self.spread, self.blend = card["target_spread"], card.get("blend", 1.0)
        self.stages = json.loads(metadata["layers"])

    def layers(self, x):
        for s, stage in enumerate(self.stages):
            given = x
            for layer in range(stage["depth"]):
                get = lambda what, name=f"neural_{s}_{layer}_": getattr(self, name + what)  # noqa: E731
                y = x @ get("weight") + get("bias")
                if layer + 1 == stage["depth"]:
                    break
                y = functional.silu(functional.layer_norm(y, y.shape[-1:], get("gain")[0], get("shift")[0], eps=1e-5))
                x = y + x if layer > 0 else y
            x = y + given if stage["skip"] == "identity" else y
            if stage["skip"] == "linear":
                x = x + given @ getattr(self, f"neural_{s}_skip")
        return x

    def translate(self, x):
        unit = functional.normalize
        u = unit(x, dim=1) - self.source_mean
        v = unit(self.layers(unit(u, dim=1)), dim=1)
        if self.blend < 1:
            v = (1 - self.blend) * unit(u @ self.linear_weight, dim=1) + self.blend * v
        return unit(unit(v, dim=1) * self.spread + self.target_mean, dim=1)

    def forward(self, features, **_):
        x = features["sentence_embedding"]
        features["sentence_embedding"] = self.translate(x.to(self.source_mean.dtype))
        return features

    def get_sentence_embedding_dimension(self):
        return self.target_mean.shape[1]

    def save(self, output_path, *_, **__):
        shutil.copy(self.path, Path(output_path) / "map.safetensors")

    @classmethod
    def load(cls, path, subfolder="", **_):
        return cls(Path(path) / subfolder / "map.safetensors")
