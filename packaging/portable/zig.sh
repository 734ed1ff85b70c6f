#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# clang of the package ziglang, called as GCC would be: zig.sh ZIG c++|cc TARGET ARGUMENT...
set -euo pipefail
zig=$1 language=$2 target=$3
shift 3
arguments=()
for argument in "$@"; do
  case $argument in
    -march=x86-64-v?) arguments+=("-mcpu=x86_64_${argument#-march=x86-64-}") ;; # its names of CPUs
    -Wl,--exclude-libs,ALL) ;;                                                  # unknown there; version scripts say what is exported
    *) arguments+=("$argument") ;;
  esac
done
# Optimised from the first try of CMake on, or the compiler makes a second libc++, for debugging.
exec "$zig" "$language" -target "$target" -O2 "${arguments[@]}"
