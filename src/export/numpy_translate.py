# SPDX-License-Identifier: Apache-2.0
"""Translates vectors with numpy alone. Written by vec2vec.cpp; its numbers are in the .npz file of the same name.

    from MAP import translate
    rows_in_b = translate(rows_of_a)"""

from pathlib import Path

import numpy as np

with np.load(Path(__file__).with_suffix(".npz")) as _file:
    _map = dict(_file)


def _unit(x):
    return x / np.maximum(np.linalg.norm(x, axis=1, keepdims=True), np.float32(1e-12))


def _layers(x):
    """The layers of a neural map."""
    for s in range(int(_map["neural.stages"])):
        given, depth = x, int(_map[f"neural.{s}.depth"])
        for layer in range(depth):
            name = f"neural.{s}.{layer}."
            y = x @ _map[name + "weight"] + _map[name + "bias"]
            if layer + 1 == depth:
                break
            y = y - y.mean(axis=1, keepdims=True)
            y = y / np.sqrt((y * y).mean(axis=1, keepdims=True) + np.float32(1e-5)) * _map[name + "gain"] + _map[name + "shift"]
            y = y / (1 + np.exp(np.minimum(-y, np.float32(88))))
            x = y + x if layer > 0 else y
        x = y + given if _map[f"neural.{s}.identity"] else y
        if f"neural.{s}.skip" in _map:
            x = x + given @ _map[f"neural.{s}.skip"]
    return x


def translate(rows):
    """Rows (n, d) of the source model -> unit rows of the target model, float32."""
    u = _unit(np.atleast_2d(np.asarray(rows, np.float32))) - _map["source.mean"]
    v = _unit(u @ _map["linear.weight"])
    if "blend" in _map:
        v = (1 - _map["blend"]) * v + _map["blend"] * _unit(_layers(_unit(u)))
    return _unit(_unit(v) * _map["target.spread"] + _map["target.mean"])
