# SPDX-License-Identifier: Apache-2.0
"""Training of the neural translator as its benches share it: losses left out, what is shown, what counts as kept."""

from .data import TARGET_FIRST, slice_of
from .fits import align_files

ROWS = 20000  # a side
TRAINING_STEPS = 200

LOSSES = {
    "full": "all losses",
    "no-vsp": "without VSP",
    "no-cycle": "without cycle losses",
    "no-latent-gan": "without the latent discriminator",
    "no-gan": "without discriminators",
    "no-vsp+no-cycle": "without VSP and cycle losses",
}
SHOWN = {"top1": "top-1", "mean_rank": "mean rank", "centred_cosine": "centred cosine", "cosine": "raw cosine"}
# Coefficients of the paper, and what the variants change: coefficients, further options of align.
BASE = {"reconstruction": 1, "cycle": 10, "preservation": 1, "cycle-preservation": 10, "generator": 1, "latent-generator": 1, "matching": 0}
VARIANTS = {
    "full": ({}, []),
    "noise": ({}, ["--instance-noise", "0.3"]),
    "penalty": ({}, ["--discriminator-penalty", "0.1"]),
    "matching": ({"matching": 10}, []),
    "no-vsp": ({"preservation": 0, "cycle-preservation": 0}, []),
    "no-cycle": ({"cycle": 0, "cycle-preservation": 0}, []),
    "no-cycle-vsp": ({"cycle-preservation": 0}, []),
    "cycle-vsp-1": ({"cycle-preservation": 1}, []),
    "no-latent-gan": ({"latent-generator": 0}, []),
    "no-gan": ({"generator": 0, "latent-generator": 0}, []),
}


def weights_of(variant):
    """The losses' coefficients of a variant, or of several joined by +."""
    return BASE | {name: weight for part in variant.split("+") for name, weight in VARIANTS[part][0].items()}


def loss_options(weights):
    return [part for name, weight in weights.items() for part in ("--loss", f"{name}={weight}")]


def train(program, pair, start, seed, work, variant="full"):
    """Trains the paper's preset with one variant of the losses; returns what align says of the map `work`. start: the options that say where
    training starts."""
    source, target = pair.split("-")
    files = [slice_of(source, 0, ROWS), slice_of(target, TARGET_FIRST, TARGET_FIRST + ROWS)]
    options = ["--method", "neural", *start, "--preset", "paper", "--width", 512, "--close", "no"]
    options += ["--learning-rate", 2e-4, "--discriminator-rate", 1e-4, "--steps", TRAINING_STEPS, "--period", TRAINING_STEPS // 4, *loss_options(weights_of(variant))]
    return align_files(program, files, work, [*options, "--seed", seed])


def kept(linear, neural):
    """Whether training kept both top-1 and mean rank of the linear map, or improved them."""
    return neural["top1"]["value"] >= linear["top1"]["value"] and neural["mean_rank"]["value"] <= linear["mean_rank"]["value"]
