#!/usr/bin/env bash
# Installs build/release into a temporary prefix, then builds and runs examples/find_package against it with find_package(vec2vec).
set -euo pipefail
cd "$(dirname "$0")/.."

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cmake --install build/release --prefix "$work/prefix" >/dev/null
cmake -S examples/find_package -B "$work/build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DCMAKE_PREFIX_PATH="$work/prefix" >/dev/null
cmake --build "$work/build"
"$work/build/rotate_back"
"$work/prefix/bin/vec2vec" --version
