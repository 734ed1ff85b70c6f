#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Runs every export of a map (vec2vec export) by the real thing and compares it with vec2vec translate: tests/export/check_exports.py.
# Its packages go into build/export. sentence-transformers takes the PyTorch of scripts/setup.sh --torch, or is left out.
set -euo pipefail
cd "$(dirname "$0")/.."
work=$PWD/build/export
if [[ ! -f $work/installed ]]; then
  /usr/bin/python3 -m venv --clear --system-site-packages "$work/venv"
  pip() { "$work/venv/bin/pip" --quiet --disable-pip-version-check --retries 1 install "$@"; }
  pip 'numpy<2' onnxruntime onnx || { echo "left out: exports; onnxruntime cannot be had from a package index" && exit 0; }
  if "$work/venv/bin/python" -c 'import torch' 2>/dev/null; then
    # The last releases that take the PyTorch of Debian 12.
    pip 'sentence-transformers==3.4.1' 'transformers==4.46.3' safetensors || echo "left out: sentence-transformers"
  fi
  touch "$work/installed"
fi
"$work/venv/bin/python" tests/export/check_exports.py "${1:-build/release/cli/vec2vec}"
