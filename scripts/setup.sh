#!/usr/bin/env bash
# Installs what the project needs on Debian 12; does nothing when all is there.
#   scripts/setup.sh           what the build and the tests need
#   scripts/setup.sh --fuzz    the same, and what scripts/fuzz.sh needs
#   scripts/setup.sh --dev     the same, and formatters and linters
set -euo pipefail

packages=(g++ cmake ninja-build libeigen3-dev libopenblas-dev liblapacke-dev libdnnl-dev libcli11-dev nlohmann-json3-dev libssl-dev
  libgtest-dev libbenchmark-dev python3)
fuzz=(clang libclang-rt-14-dev)
dev=(clang-format clang-tidy shellcheck)

for option in "$@"; do
  case $option in
    --fuzz) packages+=("${fuzz[@]}") ;;
    --dev) packages+=("${fuzz[@]}" "${dev[@]}") ;;
    *)
      sed -n '2,5s/^# \{0,1\}//p' "$0" >&2
      exit 2
      ;;
  esac
done

if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
  echo "setup: not a Debian system; install the equivalents of: ${packages[*]}" >&2
  exit 1
fi

missing=()
for package in "${packages[@]}"; do
  status=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
  [[ $status == installed ]] || missing+=("$package")
done
if ((${#missing[@]} == 0)); then
  echo "setup: all packages are there"
  exit 0
fi

as_root=()
if ((EUID != 0)); then
  if ! command -v sudo >/dev/null; then
    echo "setup: run as root: apt-get install ${missing[*]}" >&2
    exit 1
  fi
  as_root=(sudo)
fi
echo "setup: installing ${missing[*]}"
apt=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=300)
"${apt[@]}" update
"${apt[@]}" install -y --no-install-recommends "${missing[@]}"
