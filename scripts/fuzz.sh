#!/usr/bin/env bash
# Fuzzes every file parser under AddressSanitizer and UBSan: scripts/fuzz.sh [seconds each, default 12].
set -euo pipefail
cd "$(dirname "$0")/.."
cmake --preset fuzz >/dev/null
cmake --build --preset fuzz -j "$(nproc)"
for name in npy safetensors vecs text ndjson map; do
  corpus=build/fuzz/corpus/$name
  mkdir -p "$corpus"
  echo "fuzzing $name"
  "build/fuzz/fuzz/fuzz_$name" -max_total_time="${1:-12}" -max_len=4096 -verbosity=0 -print_final_stats=1 "$corpus" 2> "build/fuzz/$name.log" || { tail -40 "build/fuzz/$name.log"; exit 1; }
  grep executed "build/fuzz/$name.log"
done
