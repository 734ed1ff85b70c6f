#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Builds the packages of this Linux, build/packages/*.deb and *.tar.gz, with shared libraries, and tries each from a folder of its own: nothing is
# installed on this machine. Encoders and language models are left out: OpenVINO and llama.cpp are no packages of Debian.
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD
if command -v ccache >/dev/null; then export CMAKE_CXX_COMPILER_LAUNCHER=ccache; fi

# A folder beside build/release: what ccache has compiled for one is then there for the other.
cmake -S . -B build/package -G Ninja -DCMAKE_BUILD_TYPE=Release -DCMAKE_INSTALL_PREFIX=/usr -DBUILD_SHARED_LIBS=ON -DVEC2VEC_UNITY=ON \
  -DVEC2VEC_TESTS=OFF -DVEC2VEC_ENCODE=OFF -DVEC2VEC_INVERT=OFF -DVEC2VEC_ENDPOINT=OFF \
  -DVEC2VEC_ZSH_FOLDER=zsh/vendor-completions
cmake --build build/package -j "${JOBS:-$(nproc)}"
rm -rf build/packages
mkdir build/packages
(cd build/packages && cpack --config ../package/CPackConfig.cmake && rm -rf _CPack_Packages)

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
for package in "$root"/build/packages/*.deb; do
  dpkg-deb -I "$package" | sed -n '/Package\|Version\|Depends/p'
  dpkg-deb -c "$package" | awk '{ print $6 }' | grep -vE '^\./$|^\./usr/' && echo "a file outside of /usr" && exit 1
  dpkg-deb -x "$package" deb
done
# Two packages with one file cannot be installed together.
for package in "$root"/build/packages/*.deb; do dpkg-deb -c "$package" | awk '$6 !~ /\/$/ { print $6 }'; done | sort | uniq -d | grep . && exit 1
mkdir tar
tar -xzf "$root"/build/packages/*.tar.gz -C tar --strip-components=1
for prefix in "$work/deb/usr" "$work/tar"; do
  [[ -d $prefix/bin ]] || prefix=$prefix/usr
  echo "== $prefix"
  ldd "$prefix/bin/vec2vec" | grep -F "$prefix/" # its own libraries, where they lie
  "$root/scripts/check_install.sh" "$prefix"
done
(cd deb && ./usr/bin/vec2vec demo -o demo --quiet)
find deb -name 'libvec2vec*.so*' | sort
ls -l "$root/build/packages"
