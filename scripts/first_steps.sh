#!/usr/bin/env bash
# What a newcomer does: clones the repository and runs the commands of the README in the clone, with a fresh virtual environment and a
# plain `pip install .` each time: once from numpy arrays, once from a pandas/Arrow store. Minutes: the library is compiled again.
#   scripts/first_steps.sh [USER...]     the README's comments above the commands, such as "numpy"
# Needs scripts/python_test.sh to have run (build/python/venv makes the inputs). Uncommitted changes are not in the clone.
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD
python=$root/build/python/venv/bin/python
(($# > 0)) || set -- numpy "pandas, Arrow"

clone=$(mktemp -d)
trap 'rm -rf "$clone"' EXIT
git clone --quiet "$root" "$clone/vec2vec"
cd "$clone/vec2vec"
"$python" scripts/first_steps.py inputs .
for user; do
  rm -rf .venv
  mapfile -t commands < <("$python" scripts/first_steps.py commands "$user")
  printf '\n=== %s: %d commands\n' "$user" "${#commands[@]}"
  ((${#commands[@]} <= 5))
  printf '%s\n' "${commands[@]}" >"$clone/commands"
  bash -exo pipefail "$clone/commands" </dev/null
  "$python" scripts/first_steps.py check . "$user"
done
