#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What is too long for every commit, on build/release: the tests at each level of CPU that this machine has, packages, completions in
# their shells, the exports run by what they are for, and the examples of the C interface in each language. Before a release, and when asked.
set -euo pipefail
cd "$(dirname "$0")/.."
for level in v2 v3 v4; do
  if VEC2VEC_CPU=$level build/release/cli/vec2vec --version; then
    VEC2VEC_CPU=$level ctest --test-dir build/release --output-on-failure -j "$(nproc)" -LE long
  else
    echo "left out: level $level"
  fi
done
python3 scripts/check_cpu_levels.py build/release
scripts/package.sh
# A wheel for each further Python: PYTHONS="/path/to/python3.10 /path/to/python3.12" scripts/matrix.sh
for python in /usr/bin/python3 ${PYTHONS:-}; do
  PYTHON=$python scripts/portable_wheel.sh
  PYTHON=$python scripts/wheel_test.sh build/portable/x86_64/repaired/*.whl
done
scripts/old_linux_test.sh
scripts/shells_test.sh
scripts/export_test.sh
scripts/c_examples.sh
