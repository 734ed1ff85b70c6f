#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Tests the Python package with PyTorch's tensors, on Spark, on Ray Data and in vector stores (docs/recipes), each on this machine:
# clusters of several worker processes, one of which is killed, and the embedded editions of the stores. Not part of scripts/test.sh:
# what it installs (Java and PyTorch from Debian; pyspark, ray and the stores' clients into build/engines/venv) takes 2 GB, and the
# tests need some 4 GB of memory.
#   scripts/engines_test.sh [PYTEST ARGUMENT...]    needs build/release; e.g. -k spark
set -euo pipefail
cd "$(dirname "$0")/.."
work=$PWD/build/engines
venv=$work/venv
packages=(numpy pyarrow pytest 'pyspark>=4' 'ray[data]' duckdb qdrant-client pymilvus milvus-lite lancedb chromadb)

scripts/setup.sh --engines --torch
mkdir -p "$work"
if [[ ! -f $venv/installed.txt || $(<"$venv/installed.txt") != "${packages[*]}" ]]; then
  /usr/bin/python3 -m venv --clear "$venv"
  "$venv/bin/pip" --quiet --disable-pip-version-check install "${packages[@]}"
  echo "${packages[*]}" >"$venv/installed.txt"
fi
scripts/build_wheel.sh
"$venv/bin/pip" --quiet --disable-pip-version-check install --force-reinstall --no-deps build/python/repaired/*.whl
# Debian's PyTorch and the numpy it was built with, in an environment of their own.
/usr/bin/python3 -m venv --clear --system-site-packages "$work/torch"
"$work/torch/bin/pip" --quiet --disable-pip-version-check install pytest
"$work/torch/bin/pip" --quiet --disable-pip-version-check install --no-deps build/python/repaired/*.whl
"$work/torch/bin/python" -c 'import torch'
(cd python/tests && "$work/torch/bin/python" -m pytest -q test_rows.py -k torch)
# Nothing leaves this machine, and nothing waits for an answer.
export RAY_USAGE_STATS_ENABLED=0 ANONYMIZED_TELEMETRY=False HF_HUB_OFFLINE=1
VEC2VEC_CLI=$PWD/build/release/cli/vec2vec "$venv/bin/python" -m pytest -q \
  python/tests/test_draw.py python/tests/test_spark.py python/tests/test_ray.py python/tests/test_recipes.py "$@"
