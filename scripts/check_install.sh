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

# The C interface by pkg-config, from where it lies.
test -f "$work"/prefix/share/doc/*/LICENSE
if command -v pkg-config >/dev/null; then
  PKG_CONFIG_PATH=$(dirname "$(find "$work/prefix" -name vec2vec_c.pc)")
  export PKG_CONFIG_PATH
  # shellcheck disable=SC2046
  cc -o "$work/translate" examples/c_interface/translate.c $(pkg-config --cflags --libs vec2vec_c) -lm
  LD_LIBRARY_PATH=$(pkg-config --variable=libdir vec2vec_c)
  export LD_LIBRARY_PATH
  { "$work/translate" "$work/none" 2>&1 || true; } | grep "cannot open the file"  # as it should
else
  echo "left out: pkg-config is not installed"
fi
