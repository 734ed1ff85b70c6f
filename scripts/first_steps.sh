#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Repeats the first steps of a new user: clones the repository and runs the commands of docs/python.md and docs/postgres.md in the clone, with a fresh virtual environment and a
# plain `pip install .` each time: from numpy arrays, from a pandas/Arrow store, and from a table of Postgres. Minutes: the library is
# compiled again for each.
#   scripts/first_steps.sh [USER...]     numpy, "pandas, Arrow", psql
# Needs scripts/python_test.sh to have run (build/python/venv makes the inputs), and for psql scripts/setup.sh --postgres. Uncommitted
# changes are not in the clone.
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD
python=$root/build/python/venv/bin/python
(($# > 0)) || set -- numpy "pandas, Arrow" psql

clone=$(mktemp -d)
server=
clean_up() {
  [[ -z $server ]] || "$root/scripts/postgres_server.py" kill "$server"
  rm -rf "$clone"
}
trap clean_up EXIT
git clone --quiet "$root" "$clone/vec2vec"
cd "$clone/vec2vec"
if [[ " $* " == *" psql "* ]]; then
  chmod 755 "$clone" # root starts the server as another user
  DB=$("$root/scripts/postgres_server.py" start "$clone/server" --pgvector 0.8 fsync=off)
  export DB
  server=$clone/server
fi
"$python" "$root/scripts/first_steps.py" inputs .
for user; do
  rm -rf .venv
  mapfile -t commands < <("$python" scripts/first_steps.py commands "$user")
  printf '\n=== %s: %d commands\n' "$user" "${#commands[@]}"
  ((${#commands[@]} <= 5))
  printf '%s\n' "${commands[@]}" >"$clone/commands"
  bash -exo pipefail "$clone/commands" </dev/null
  "$python" "$root/scripts/first_steps.py" check . "$user"
done
