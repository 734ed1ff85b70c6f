#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Fuzzes every file parser under AddressSanitizer and UBSan: scripts/fuzz.sh [seconds each, default 12].
set -euo pipefail
cd "$(dirname "$0")/.."
cmake --preset asan >/dev/null
cmake --build --preset asan -j "$(nproc)" --target fuzzers
names=(npy npz safetensors vecs fbin json map table)
[[ -x build/asan/fuzz/fuzz_picture ]] && names+=(picture)

fuzz() {
  local name=$1 seconds=$2 corpus=build/asan/corpus/$1 options=()
  mkdir -p "$corpus"
  [[ -f fuzz/$name.dict ]] && options+=("-dict=fuzz/$name.dict")
  if [[ -d fuzz/seeds/$name ]]; then cp -n fuzz/seeds/"$name"/* "$corpus"; fi
  "build/asan/fuzz/fuzz_$name" "${options[@]}" -max_total_time="$seconds" -max_len=4096 -verbosity=0 -print_final_stats=1 "$corpus" \
    2>"build/asan/$name.log" || { tail -40 "build/asan/$name.log" && exit 1; }
  echo "fuzzing $name: $(grep executed "build/asan/$name.log")"
}
export -f fuzz
seconds=${1:-12}
printf '%s\0' "${names[@]}" | xargs -0 -P "$(nproc)" -I NAME bash -c "fuzz NAME $seconds"
