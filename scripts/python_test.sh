#!/usr/bin/env bash
# Builds a wheel of the Python package (scripts/build_wheel.sh), installs it into a virtual environment and runs python/tests there.
#   scripts/python_test.sh [PYTEST ARGUMENT...]     PYTHON=python3.12 takes another Python
# Left out, with a message, when the packages it needs cannot be had from a Python package index. Spark, Ray and vector stores have
# a run of their own: scripts/engines_test.sh.
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/build_wheel.sh || exit $(($? == 77 ? 0 : 1))
work=$PWD/build/python
python=${PYTHON:-/usr/bin/python3}
export PATH=$work/venv/bin:$PATH
pip --quiet --disable-pip-version-check install --force-reinstall --no-deps "$work"/repaired/*.whl

# The repaired wheel and numpy are all that a user needs: no library of this system's packages, no other package.
fresh=$work/fresh
"$python" -m venv --clear "$fresh"
"$fresh/bin/pip" --quiet --disable-pip-version-check install "$work"/repaired/*.whl
for library in "$fresh"/lib/python*/site-packages/vec2vec_cpp/_core*.so; do
  ldd "$library" | awk '$3 ~ /(openblas|lapack|dnnl|simdjson|crypto|gomp)/ && $3 !~ /vec2vec_cpp.libs/ { print "not in the wheel: " $0; bad = 1 } END { exit bad }'
done
(cd "$work" && "$fresh/bin/vec2vec-py" align ../../examples/data/minilm.a.npy ../../examples/data/mpnet.b.npy -o fresh.safetensors --force --quiet &&
  "$fresh/bin/vec2vec-py" translate fresh.safetensors ../../examples/data/minilm.eval.npy fresh.npy --force)

(cd "$work" && mypy --config-file ../../pyproject.toml -p vec2vec_cpp)
mypy python/tests examples/python
VEC2VEC_CLI=$PWD/build/release/cli/vec2vec python -m pytest -q "$@"
