#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Compiles and runs the examples of the C interface (examples/c_interface) in each language whose tools are here, against an installed
# copy of build/release, and checks that all of them translate a row to the same numbers. Others are left out, by name.
set -euo pipefail
cd "$(dirname "$0")/.."
examples=$PWD/examples/c_interface
work=$(mktemp -d)
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT # Go's caches are read-only
cmake --install build/release --prefix "$work/prefix" >/dev/null
library=$(find "$work/prefix" -name 'libvec2vec_c.so')
LD_LIBRARY_PATH=$(dirname "$library")
export LD_LIBRARY_PATH LIBRARY_PATH=$LD_LIBRARY_PATH CPATH=$work/prefix/include
data=examples/data
printf '%s\n' {0..999} | sed 's/.*/&,&/' >"$work/pairs.csv"
"$work/prefix/bin/vec2vec" align $data/minilm.pairs.npy $data/mpnet.pairs.npy --pairs "$work/pairs.csv" --effort low --quiet -o "$work/map" >/dev/null

expected="" failed=0
# check LANGUAGE COMMAND...: the command prints what the first one printed.
check() {
  local found language=$1
  shift
  found=$("$@") || { echo "FAILED: $language" && failed=1 && return; }
  expected=${expected:-$found}
  if [[ $found == "$expected" ]]; then echo "$language: $found"; else echo "FAILED: $language: $found, expected $expected" && failed=1; fi
}
left_out() { echo "left out: $1; $2 is not installed"; }
has() { command -v "$1" >/dev/null; }

cc -Wall -Wextra -o "$work/c" "$examples/translate.c" -lvec2vec_c -lm
check C "$work/c" "$work/map"
if has python3; then check Python python3 "$examples/translate.py" "$library" "$work/map"; else left_out Python python3; fi
if has rustc; then
  rustc -O -o "$work/rust" -L "$LD_LIBRARY_PATH" "$examples/translate.rs"
  check Rust "$work/rust" "$work/map"
else left_out Rust rustc; fi
if has go; then
  GOCACHE=$work/go GOFLAGS=-mod=mod CGO_CFLAGS=-I$work/prefix/include CGO_LDFLAGS=-L$LD_LIBRARY_PATH go build -o "$work/go-example" "$examples/translate.go"
  check Go "$work/go-example" "$work/map"
else left_out Go go; fi
if has node && has npm && npm install --silent --no-fund --no-audit --prefix "$work/node" koffi >/dev/null 2>&1; then
  cp "$examples/translate.mjs" "$work/node/"
  check Node node "$work/node/translate.mjs" "$library" "$work/map"
else left_out Node "node, or its package koffi,"; fi
if has java && [[ $(java -version 2>&1 | sed -n '1s/.*version "\([0-9]*\).*/\1/p') -ge 22 ]]; then
  check Java java --enable-native-access=ALL-UNNAMED "$examples/Translate.java" "$library" "$work/map"
else left_out Java "Java 22 or later"; fi
{ "$work/c" "$work/pairs.csv" 2>&1 || true; } | grep -q 'not a safetensors file' || { echo "FAILED: a file that is no map is not told" && failed=1; }
exit $failed
