#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Checks the sources without building them: format, shell scripts, Python, layers of src/. A check whose tool is missing is left out
# with a message. scripts/setup.sh --dev and --site install the tools.
#   scripts/lint.sh          check
#   scripts/lint.sh --fix    bring format and imports in order
#   scripts/lint.sh --tidy   also clang-tidy over the sources that differ from main (needs a configured build/release; slow)
set -euo pipefail
cd "$(dirname "$0")/.."
fix=false tidy=false
for option in "$@"; do
  case $option in
    --fix) fix=true ;;
    --tidy) tidy=true ;;
    *) echo "unknown option $option: scripts/lint.sh [--fix] [--tidy]" >&2 && exit 2 ;;
  esac
done
ruff=build/site_tools/bin/ruff
mapfile -t cpp < <(git ls-files '*.cpp' '*.h')
missing() { echo "left out: $1 (scripts/setup.sh $2 brings it)"; }

if command -v clang-format >/dev/null; then
  if $fix; then clang-format -i "${cpp[@]}"; else clang-format --dry-run -Werror "${cpp[@]}"; fi
else
  missing clang-format --dev
fi
if command -v shellcheck >/dev/null; then git ls-files '*.sh' | xargs shellcheck; else missing shellcheck --dev; fi
if [[ -x $ruff ]]; then
  if $fix; then "$ruff" check --quiet --fix .; else "$ruff" check --quiet .; fi
else
  missing ruff --site
fi
python3 scripts/check_layers.py
scripts=$(git ls-files 'bench/*/*.py' | grep -v benchlib/ | xargs -n 1 basename -s .py | paste -sd '|')
if git grep -nE "^ *(from|import) ($scripts)( |$)" -- 'bench/*.py'; then
  echo "a script of bench/ imports bench/benchlib and no other script" >&2
  exit 1
fi
if $tidy; then
  git diff --name-only --diff-filter=d main -- 'src/*.cpp' 'cli/*.cpp' | xargs --no-run-if-empty clang-tidy --quiet -p build/release
fi
