#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Builds vec2vec and shows its main job on the committed demo data (examples/data): two sets of vectors, made by two encoders
# from different texts, are aligned without a single pair; held-out rows show how well. Output goes to build/demo.
#   scripts/demo.sh [SEED]
set -euo pipefail
cd "$(dirname "$0")/.."
seed=${1:-0}

scripts/setup.sh
[[ -f build/release/CMakeCache.txt ]] || cmake --preset release
cmake --build --preset release --target vec2vec_cli

vec2vec=build/release/cli/vec2vec
data=examples/data
out=build/demo
mkdir -p "$out"

exec 3>&1
run() {
  printf '\n$ %s\n' "$(basename "$1") ${*:2}" >&3
  "$@"
}

echo
echo "Two files of vectors. MiniLM read the texts of the first, MPNet those of the second, and no text is in both:"
run "$vec2vec" inspect "$data/minilm.a.npy"
run "$vec2vec" inspect "$data/mpnet.b.npy"

# align_and_score TARGET LABEL: aligns MiniLM with TARGET and prints the scores of held-out rows.
align_and_score() {
  local target=$1 label=$2 verdict=0 map="$out/minilm-$1.safetensors"
  run "$vec2vec" align "$data/minilm.a.npy" "$data/$target.b.npy" -o "$map" --force --seed "$seed" || verdict=$?
  # 0, 3 and 4 are the verdicts ALIGNED, UNCERTAIN and NOT_ALIGNED; the scores below tell the rest.
  ((verdict == 0 || verdict == 3 || verdict == 4)) || exit "$verdict"
  run "$vec2vec" translate "$map" "$data/minilm.eval.npy" -o "$out/minilm-in-$target.npy" --force
  run "$vec2vec" evaluate --map "$map" "$data/minilm.eval.npy" "$data/$target.eval.npy" --json --quiet >"$out/ours.json"
  run "$vec2vec" align "$data/minilm.pairs.npy" "$data/$target.pairs.npy" -o "$out/oracle.safetensors" --paired --procrustes \
    --force --quiet
  run "$vec2vec" evaluate --map "$out/oracle.safetensors" "$data/minilm.eval.npy" "$data/$target.eval.npy" --json --quiet \
    >"$out/oracle.json"
  echo
  python3 - "$label" "$out/ours.json" "$out/oracle.json" <<'PYTHON'
import json
import sys

label = sys.argv[1]
ours, oracle = (json.load(open(path)) for path in sys.argv[2:])
print(f"{ours['rows']} held-out texts, translated from MiniLM to {label} and each ranked among {ours['pool']} true vectors:")
print(f"{'':<18}{'vec2vec, no pairs':>20}{'oracle, 2,500 pairs':>22}{'chance':>10}")
rows = (("cosine", "cosine"), ("centred_cosine", "centred cosine"), ("top1", "top-1"), ("mean_rank", "mean rank"))
for key, label in rows:
    values = ours["scores"][key]["value"], oracle["scores"][key]["value"], ours["scores"][key]["null"]
    print(f"{label:<18}" + "".join(f"{round(value, 3) + 0.0:>{width}.3f}" for value, width in zip(values, (20, 22, 10))))
PYTHON
  echo
  echo "map: $map   translated rows: $out/minilm-in-$target.npy"
  ((verdict == 0)) || echo "note: the verdict was not ALIGNED (exit code $verdict)"
}

align_and_score mpnet MPNet

echo
echo "MiniLM and MPNet were trained on the same texts. The e5 encoder is of another family, the hard case:"
align_and_score e5 multilingual-e5-small
