#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Tries a portable wheel on a bare Debian 11 (glibc 2.31), a folder that debootstrap makes once (build/portable/bullseye; needs root). Its
# Python is 3.9, older than the package takes: so the command is run as it is in the wheel, through the README's block of shell, and of the Python
# module it is checked that it lacks nothing but Python's own symbols.
#   scripts/old_linux_test.sh [WHEEL]     default: build/portable/x86_64/repaired/*.whl
# Left out, with a message, where there is no debootstrap or no right to chroot.
set -euo pipefail
cd "$(dirname "$0")/.."
wheel=$(realpath "${1:-$(echo build/portable/"$(uname -m)"/repaired/*.whl)}")
[[ -f $wheel ]] || { echo "there is no wheel at $wheel; scripts/portable_wheel.sh builds one" >&2 && exit 2; }
old=$PWD/build/portable/bullseye
if ((EUID != 0)) || ! command -v debootstrap >/dev/null; then
  echo "left out: Debian 11, which needs debootstrap and root"
  exit 0
fi
if [[ ! -f $old/made ]]; then
  rm -rf "$old"
  debootstrap --variant=minbase bullseye "$old" >/dev/null
  touch "$old/made"
fi
rm -rf "$old/opt/vec2vec" "$old/run/try"
mkdir -p "$old/opt/vec2vec" "$old/run/try"
python3 -m zipfile -e "$wheel" "$old/opt/vec2vec"
chmod +x "$old/opt/vec2vec/vec2vec_cpp/bin/vec2vec" # pip does so; zipfile does not
for pair in a:minilm.a b:mpnet.b held-out-a:minilm.eval held-out-b:mpnet.eval; do
  cp "examples/data/${pair#*:}.npy" "$old/run/try/${pair%:*}.npy"
done
sed -n "/^\`\`\`sh\$/,/^\`\`\`\$/{/^\`\`\`/d;p}" README.md | sed 's/ *#.*//; / inspect /s/$/ || (($? == 5))/' >"$old/run/try/readme.sh" # 5: they can be aligned
inside() { chroot "$old" /usr/bin/env -i PATH=/opt/vec2vec/vec2vec_cpp/bin:/usr/bin:/bin LANG=C.UTF-8 /bin/bash -c "cd /run/try && $1"; }
inside 'ldd --version | head -1; vec2vec --version; vec2vec demo; bash -exo pipefail readme.sh; vec2vec doctor'
# Python's own symbols are undefined in every module.
lacking=$(inside 'ldd -r /opt/vec2vec/vec2vec_cpp/_core*.so 2>&1' | grep -E 'not found|undefined symbol' | grep -vE 'symbol: _?Py' || true)
[[ -z $lacking ]] || { echo "$lacking" && exit 1; }
echo "$(basename "$wheel"): runs on Debian 11"
