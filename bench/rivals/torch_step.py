#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Times one training step of the paper's preset (arXiv 2505.12540) in PyTorch, float32: the rival of `vec2vec align --method neural --preset paper`.

    bench/rivals/torch_step.py [--dims 384,768] [--threads 2] [--steps 10]

Layers, losses and order of work are those of src/neural (docs/neural.md), with autograd and torch's AdamW. Prints one JSON line with the
median wall and CPU seconds of a step; with one thread the CPU seconds do not depend on what else the machine does. Needs Debian's
python3-torch (scripts/setup.sh --torch).
"""

import argparse
import json
import os
import statistics
import time

arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
arguments.add_argument("--dims", default="384,768")
arguments.add_argument("--threads", type=int, default=2)
arguments.add_argument("--steps", type=int, default=10)
arguments = arguments.parse_args()
os.environ["OPENBLAS_NUM_THREADS"] = str(arguments.threads)  # Debian's PyTorch leaves some products to it

import torch  # noqa: E402
from torch import nn  # noqa: E402

torch.set_num_threads(arguments.threads)
torch.manual_seed(0)
DIMS = [int(d) for d in arguments.dims.split(",")]
WIDTH, BATCH = 1024, 256


class Block(nn.Module):
    def __init__(self, into, out, residual):
        super().__init__()
        self.linear, self.norm, self.residual = nn.Linear(into, out), nn.LayerNorm(out), residual

    def forward(self, x):
        y = nn.functional.silu(self.norm(self.linear(x)))
        return x + y if self.residual else y


class Mlp(nn.Module):
    def __init__(self, into, out, depth, skip=None, residual=True):
        super().__init__()
        self.blocks = nn.Sequential(*(Block(into if i == 0 else WIDTH, WIDTH, residual and i > 0) for i in range(depth - 1)))
        self.last = nn.Linear(WIDTH, out)
        self.skip = nn.Linear(into, out, bias=False) if skip == "linear" else nn.Identity() if skip == "identity" else None

    def forward(self, x):
        y = self.last(self.blocks(x))
        return y if self.skip is None else y + self.skip(x)


A = nn.ModuleList(Mlp(d, WIDTH, 3, "linear") for d in DIMS)
T = Mlp(WIDTH, WIDTH, 4, "identity")
B = nn.ModuleList(Mlp(WIDTH, d, 3, "linear") for d in DIMS)
D = nn.ModuleList(Mlp(d, 1, 5, residual=False) for d in (*DIMS, WIDTH))
translator = [*A.parameters(), *T.parameters(), *B.parameters()]
average = [p.detach().clone() for p in translator]
optimiser = torch.optim.AdamW(translator, lr=2e-5, weight_decay=0)
discriminator_optimiser = torch.optim.AdamW(D.parameters(), lr=1e-5, weight_decay=0)


def unit(x):
    return x / x.norm(dim=1, keepdim=True)


def distance(y, t):
    return ((y - t) ** 2).sum(1).mean() / 2


def preservation(y, t):
    return ((y @ y.T - t @ t.T) ** 2).sum() / len(y)


def least_squares(scores, label):
    return ((scores - label) ** 2).mean() / 2


def both(f):
    return (f(0) + f(1)) / 2


def step(x):
    latent = [T(A[s](x[s])) for s in (0, 1)]
    translated = [unit(B[1 - s](latent[s])) for s in (0, 1)]
    loss = sum(least_squares(D[s](x[s]), 1) + least_squares(D[s](translated[1 - s].detach()), 0)
               + least_squares(D[2](latent[s].detach()), 1 - s) for s in (0, 1))
    discriminator_optimiser.zero_grad(set_to_none=True)
    loss.backward()
    nn.utils.clip_grad_norm_(D.parameters(), 1)
    discriminator_optimiser.step()

    D.requires_grad_(False)
    cycled = [unit(B[s](T(A[1 - s](translated[s])))) for s in (0, 1)]
    loss = (both(lambda s: distance(unit(B[s](latent[s])), x[s])) + 10 * both(lambda s: distance(cycled[s], x[s]))
            + both(lambda s: preservation(translated[s], x[s])) + 10 * both(lambda s: preservation(cycled[s], x[s]))
            + both(lambda s: least_squares(D[1 - s](translated[s]), 1)) + both(lambda s: least_squares(D[2](latent[s]), s)))
    optimiser.zero_grad(set_to_none=True)
    loss.backward()
    D.requires_grad_(True)
    nn.utils.clip_grad_norm_(translator, 1)
    optimiser.step()
    with torch.no_grad():
        torch._foreach_mul_(average, 0.999)
        torch._foreach_add_(average, translator, alpha=0.001)


times, cpu_times = [], []
for _ in range(arguments.steps + 2):
    begin, cpu_begin = time.perf_counter(), time.process_time()
    step([unit(torch.randn(BATCH, d)) for d in DIMS])
    times.append(time.perf_counter() - begin)
    cpu_times.append(time.process_time() - cpu_begin)
seconds = statistics.median(times[2:])
parameters = sum(p.numel() for p in translator), sum(p.numel() for p in D.parameters())
print(json.dumps({"what": "torch_step", "torch": torch.__version__, "dims": DIMS, "threads": arguments.threads, "batch": BATCH,
                  "seconds": seconds, "cpu_seconds": statistics.median(cpu_times[2:]), "translator_parameters": parameters[0], "discriminator_parameters": parameters[1]}))
