# SPDX-License-Identifier: Apache-2.0
"""Every option of the command is reachable from Python, under the same name and with the same default."""

from __future__ import annotations

import inspect
import os
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import vec2vec_cpp as v2v
from conftest import ROOT

#: Of every command: how it prints. The seed and the threads are among the arguments where they matter.
_COMMON = {"help", "json", "quiet", "report", "force"}
#: How files are read: what is given to Python is rows, or a path and then `raw_dim`, `tensor` and `field` where it matters.
_FILES = {"raw-dim", "tensor", "field"}
#: command -> (functions, options with another name there, options that have no meaning there and why)
_PAIRS: dict[str, tuple[list[Callable[..., Any]], dict[str, str], set[str]]] = {
    "align": (
        [v2v.align, v2v.train_neural, v2v.Alignment.report, v2v.Map.save],
        {
            "name-a": "source_name",
            "name-b": "target_name",
            "texts-a": "source_texts",
            "texts-b": "target_texts",
            "loss": "losses",
        },
        # output: Map.save. max-rows: slices of rows. paired, procrustes: pairs=..., fit_paired. method, init, start: train_neural, start.
        {"output", "max-rows", "paired", "procrustes", "method", "help-neural", "init", "start"},
    ),
    "translate": ([v2v.translate_file], {"type": "float16"}, {"output", "block-rows", "seed"}),
    "export": ([v2v.Map.export, v2v.Map.of], {}, {"output", "seed", "threads"}),
    "evaluate": ([v2v.evaluate, v2v.Map.of], {"map": "mean"}, {"max-rows"}),
    "measure": ([v2v.measure], {"name": "names"}, {"all", "list", "against-reference", "layers", "csv", "traits"}),
    "inspect": ([v2v.inspect, v2v.compare_models], {}, {"fingerprint"}),
    "advise": ([v2v.advise], {"public-vectors": "publics", "all": "try_all"}, set()),
    "defend": ([v2v.defend], {}, {"output", "type", "block-rows", "seed", "threads"}),
    "gate": ([v2v.gate], {"eval-a": "pairs", "eval-b": "pairs", "require": "policy"}, set()),
    "audit": (
        [v2v.audit, v2v.Map.of],
        {
            "public": "public_texts",
            "public-vectors": "public",
            "attributes": "labels",
            "attributes-vectors": "label_rows",
            "words-vectors": "word_rows",
            "candidates-vectors": "candidates",
            "store-texts-vectors": "native",
            "no-defences": "defences",
        },
        # What encodes texts or writes them needs the program: encoder, prefix, lm, text-time. fail-at: report.severity.
        {"output", "encoder", "prefix", "lm", "text-time", "fail-at"},
    ),
}
#: Defaults that differ on purpose: measure draws names from files; gate and audit have the same as the command.
_OTHER_DEFAULTS = {("defend", "key"), ("measure", "only")}


def _program() -> Path:
    program = Path(os.environ.get("VEC2VEC_CLI", ROOT / "build" / "release" / "cli" / "vec2vec"))
    if not program.exists():
        pytest.skip(f"{program} is not built")
    return program


def _options(command: str) -> dict[str, str]:
    """Each option of a command, and its default as --help has it; "" where none is shown."""
    flags = ["--help-neural"] if command == "align" else []
    found: dict[str, str] = {}
    for flag in ["--help", *flags]:
        shown = subprocess.run([str(_program()), command, flag], check=True, capture_output=True, text=True).stdout
        for name, default in re.findall(r"^  (?:-\w,)?--([a-z-]+)(?:\{false\})?(?: [A-Z|]+(?:=(\S+))?)?", shown, re.M):
            found[name] = default
    return found


def _parameters(functions: list[Callable[..., Any]]) -> dict[str, Any]:
    """Of all of them; the first that has a parameter decides its default."""
    found: dict[str, Any] = {}
    for function in functions:
        for name, parameter in inspect.signature(function).parameters.items():
            found.setdefault(name, parameter.default)
    return found


@pytest.mark.parametrize("command", _PAIRS)
def test_python_has_every_option_with_the_same_default(command: str) -> None:
    functions, renamed, without = _PAIRS[command]
    parameters, options = _parameters(functions), _options(command)
    assert set(renamed) | without <= set(options), "the table above names options that are gone"
    missing, different = [], []
    for option, shown in options.items():
        base = re.sub(r"-(a|b|store|public)$", "", option)
        if option in _COMMON | without or base in _FILES:
            continue
        name = renamed.get(option, option.replace("-", "_"))
        name = name if name in parameters or not name.startswith("no_") else name.removeprefix("no_")
        if name not in parameters:
            missing.append(option)
            continue
        default = parameters[name]
        if shown and option not in renamed and (command, option) not in _OTHER_DEFAULTS:
            same = default == shown if isinstance(default, str) else default is not None and float(default) == float(shown)
            if not same:
                different.append((option, shown, default))
    assert not missing and not different
