#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Builds a wheel of the Python package (scripts/build_wheel.sh), installs it into a virtual environment and runs python/tests there.
#   scripts/python_test.sh [PYTEST ARGUMENT...]     PYTHON=python3.12 takes another Python
# Left out, with a message, when the packages it needs cannot be had from a Python package index. Spark, Ray and vector stores have
# a run of their own: scripts/engines_test.sh.
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/build_wheel.sh || exit $(($? == 77 ? 0 : 1))
work=$PWD/build/python
export PATH=$work/venv/bin:$PATH
pip --quiet --disable-pip-version-check install --force-reinstall --no-deps "$work"/repaired/*.whl

scripts/wheel_test.sh

(cd "$work" && mypy --config-file ../../pyproject.toml -p vec2vec_cpp)
mypy python/tests examples/python
VEC2VEC_CLI=$PWD/build/release/cli/vec2vec python -m pytest -q "$@"
