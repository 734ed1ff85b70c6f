#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Checks an installation as a user would: runs the installed command, then builds and runs examples/find_package against it with
# find_package(vec2vec), and the C example with pkg-config.
#   scripts/check_install.sh [PREFIX]     default: build/release, installed into a temporary folder and uninstalled at the end
set -euo pipefail
prefix=${1:+$(realpath "$1")}
cd "$(dirname "$0")/.."

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
if (($# == 0)); then
  prefix=$work/prefix
  cmake --install build/release --prefix "$prefix" >/dev/null
fi

"$prefix/bin/vec2vec" --version
"$prefix/bin/vec2vec" doctor --json | grep -A1 '"demo data"' | grep -q '"there": true'
[[ -s $prefix/share/doc/vec2vec/LICENSE && -s $prefix/share/man/man1/vec2vec-align.1 ]]
bash -c 'source "$1"; COMP_WORDS=(vec2vec al) COMP_CWORD=1; _vec2vec; [[ ${COMPREPLY[*]} == align ]]' - \
  "$prefix/share/bash-completion/completions/vec2vec"

# Installed CMake files name no place of the machine that they were built on (OpenVINO and llama.cpp lie where the build found them).
config=$(dirname "$(find "$prefix" -name vec2vec-targets.cmake)")
if sed 's/#.*//' "$config"/*.cmake | grep -E '(^|[";:])/[a-z]' | grep -vE 'openvino|llama|_realOrig|_PREFIX'; then
  echo "a CMake file of the installation names a path of this machine" && exit 1
fi
cmake -S examples/find_package -B "$work/build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DCMAKE_PREFIX_PATH="$prefix" >/dev/null
cmake --build "$work/build"
"$work/build/rotate_back"

# The C interface by pkg-config, from where it lies.
if command -v pkg-config >/dev/null; then
  PKG_CONFIG_PATH=$(dirname "$(find "$prefix" -name vec2vec_c.pc)")
  export PKG_CONFIG_PATH
  # shellcheck disable=SC2046
  cc -o "$work/translate" examples/c_interface/translate.c $(pkg-config --cflags --libs vec2vec_c) -lm
  LD_LIBRARY_PATH=$(pkg-config --variable=libdir vec2vec_c)
  export LD_LIBRARY_PATH
  { "$work/translate" "$work/none" 2>&1 || true; } | grep "cannot be opened" # as it should
else
  echo "left out: pkg-config is not installed"
fi

if (($# == 0)); then
  cmake --build build/release --target uninstall
  [[ -z $(find "$prefix" ! -type d 2>/dev/null) ]] || { echo "uninstalling left files behind" && exit 1; }
fi
