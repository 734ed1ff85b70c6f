#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Writes pytorch.safetensors: a tiny translator and its discriminators, two training steps of which PyTorch's autograd and AdamW
took; pytorch_test.cpp takes the same steps. Needs Debian's python3-torch (scripts/setup.sh --torch)."""

import json
import struct
from pathlib import Path

import torch
import torch.nn.functional as F

DIMS, WIDTH, LATENT = (6, 9), 8, 9
ADAPTER_DEPTH, BACKBONE_DEPTH, DISCRIMINATOR_DEPTH, DISCRIMINATOR_WIDTH = 3, 2, 3, 7
BATCH, RATE, DISCRIMINATOR_RATE, DECAY = 5, 0.01, 0.02, 0.1
WEIGHTS = dict(reconstruction=1.5, cycle=2.0, preservation=0.3, cycle_preservation=0.2, generator=0.7, latent_generator=0.9,
               matching=1.1)

generator = torch.Generator().manual_seed(1)


def normal(*shape, scale=1.0):
    return torch.randn(*shape, generator=generator) * scale


def unit(x):
    return x / x.norm(dim=1, keepdim=True)


class Mlp:
    """Linear layers; all but the last are followed by layer norm and SiLU, with a residual from the second on if asked for."""

    def __init__(self, tensors, name, into, hidden, out, depth, skip=None, residual=True):
        self.depth, self.skip, self.residual, self.name, self.tensors = depth, skip, residual, name, tensors
        for i in range(depth):
            rows, cols = into if i == 0 else hidden, out if i == depth - 1 else hidden
            tensors[f"{name}.{i}.weight"] = normal(rows, cols, scale=rows**-0.5)
            tensors[f"{name}.{i}.bias"] = normal(1, cols, scale=0.1)
            if i < depth - 1:
                tensors[f"{name}.{i}.gain"] = 1 + normal(1, cols, scale=0.1)
                tensors[f"{name}.{i}.shift"] = normal(1, cols, scale=0.1)
        if skip == "linear":
            tensors[f"{name}.skip"] = normal(into, out, scale=into**-0.5)

    def __call__(self, x):
        h, of = x, lambda i, what: self.tensors[f"{self.name}.{i}.{what}"]
        for i in range(self.depth - 1):
            z = F.linear(h, of(i, "weight").T, of(i, "bias")[0])
            z = F.silu(F.layer_norm(z, z.shape[1:], of(i, "gain")[0], of(i, "shift")[0]))
            h = h + z if self.residual and i > 0 else z
        y = F.linear(h, of(self.depth - 1, "weight").T, of(self.depth - 1, "bias")[0])
        if self.skip == "linear":
            y = y + x @ self.tensors[f"{self.name}.skip"]
        return y + x if self.skip == "identity" else y


def adamw(tensors, rate, decay):
    matrices = [t for t in tensors.values() if t.shape[0] > 1]
    others = [t for t in tensors.values() if t.shape[0] == 1]
    return torch.optim.AdamW([{"params": matrices, "weight_decay": decay}, {"params": others, "weight_decay": 0}], lr=rate)


translator, discriminators = {}, {}
sides = ("source", "target")
A = [Mlp(translator, f"{sides[s]}.input", DIMS[s], WIDTH, LATENT, ADAPTER_DEPTH, "linear") for s in (0, 1)]
T = Mlp(translator, "backbone", LATENT, WIDTH, LATENT, BACKBONE_DEPTH, "identity")
B = [Mlp(translator, f"{sides[s]}.output", LATENT, WIDTH, DIMS[s], ADAPTER_DEPTH, "linear") for s in (0, 1)]
D = [Mlp(discriminators, f"discriminator.{name}", dim, DISCRIMINATOR_WIDTH, 1, DISCRIMINATOR_DEPTH, residual=False)
     for name, dim in (("source", DIMS[0]), ("target", DIMS[1]), ("latent", LATENT))]

x = [unit(normal(BATCH, d)) for d in DIMS]
counterpart = [0.8 * unit(normal(BATCH, DIMS[1])), 0.8 * unit(normal(BATCH, DIMS[0]))]
out = {f"x.{s}": x[s] for s in (0, 1)} | {f"counterpart.{s}": counterpart[s] for s in (0, 1)}
out |= {f"before.{name}": t.clone() for name, t in (translator | discriminators).items()}
for t in (translator | discriminators).values():
    t.requires_grad_(True)
optimiser, discriminator_optimiser = adamw(translator, RATE, DECAY), adamw(discriminators, DISCRIMINATOR_RATE, 0)


def distance(y, t):
    return ((y - t) ** 2).sum(1).mean() / 2


def preservation(y, t):
    return ((y @ y.T - t @ t.T) ** 2).sum() / len(y)


def least_squares(scores, label):
    return ((scores - label) ** 2).mean() / 2


for step in (0, 1):
    latent = [T(A[s](x[s])) for s in (0, 1)]
    translated = [unit(B[1 - s](latent[s])) for s in (0, 1)]
    lessons = [least_squares(D[s](x[s]), 1) + least_squares(D[s](translated[1 - s].detach()), 0) for s in (0, 1)]
    lessons += [least_squares(D[2](latent[s].detach()), 1 - s) for s in (0, 1)]
    discriminator_optimiser.zero_grad()
    sum(lessons).backward()
    out[f"loss.{step}.discriminator"] = sum(lessons).detach() / 6
    if step == 0:
        out |= {f"gradient.{name}": t.grad.clone() for name, t in discriminators.items()}
    discriminator_optimiser.step()

    cycled = [unit(B[s](T(A[1 - s](translated[s])))) for s in (0, 1)]
    both = lambda f: (f(0) + f(1)) / 2
    losses = dict(
        reconstruction=both(lambda s: distance(unit(B[s](latent[s])), x[s])),
        cycle=both(lambda s: distance(cycled[s], x[s])),
        preservation=both(lambda s: preservation(translated[s], x[s])),
        cycle_preservation=both(lambda s: preservation(cycled[s], x[s])),
        generator=both(lambda s: least_squares(D[1 - s](translated[s]), 1)),
        latent_generator=both(lambda s: least_squares(D[2](latent[s]), s)),
        matching=both(lambda s: distance(translated[s], counterpart[s])),
    )
    optimiser.zero_grad()
    sum(WEIGHTS[name] * value for name, value in losses.items()).backward()
    out |= {f"loss.{step}.{name}": value.detach() for name, value in losses.items()}
    if step == 0:
        out |= {f"gradient.{name}": t.grad.clone() for name, t in translator.items()}
        out["norm"] = torch.nn.utils.clip_grad_norm_(translator.values(), 1e9)
    optimiser.step()

out |= {f"after.{name}": t.detach() for name, t in (translator | discriminators).items()}

header, data = {}, b""
for name, t in out.items():
    t = t.reshape(1, -1) if t.dim() < 2 else t
    content = struct.pack(f"<{t.numel()}f", *t.flatten().tolist())
    header[name] = {"dtype": "F32", "shape": list(t.shape), "data_offsets": [len(data), len(data) + len(content)]}
    data += content
text = json.dumps({"__metadata__": {"torch": torch.__version__}} | header).encode()
text += b" " * (-len(text) % 8)
path = Path(__file__).with_name("pytorch.safetensors")
path.write_bytes(struct.pack("<Q", len(text)) + text + data)
print(f"{path}: {len(out)} tensors, {path.stat().st_size} bytes")
