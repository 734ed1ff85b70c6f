#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Tries a wheel as a new user gets it: in a fresh virtual environment, with no other program on the path. The README's blocks of Python and
# shell have to run as written, and all libraries have to come from the wheel or from what every Linux has (glibc, libstdc++, zlib).
#   scripts/wheel_test.sh [WHEEL]     default: build/python/repaired/*.whl; PYTHON=python3.12 takes another Python
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD
wheel=$(realpath "${1:-$(echo build/python/repaired/*.whl)}")
python=${PYTHON:-/usr/bin/python3}
[[ -f $wheel ]] || { echo "there is no wheel at $wheel; scripts/build_wheel.sh builds one" >&2 && exit 2; }

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
SECONDS=0 # a stranger's clock: from the first command to a first map of his own
"$python" -m venv "$work/venv"
"$work/venv/bin/pip" --quiet --disable-pip-version-check install --only-binary :all: "$wheel"
package=$(echo "$work"/venv/lib/python*/site-packages/vec2vec_cpp)

# Files that are loaded, each with what the loader finds for it.
while read -r file; do
  ldd "$file" | awk -v own="$package" -v file="$file" '
    /not found/ || ($2 == "=>" && index($3, own) != 1 && $1 !~ /^(lib(c|m|dl|rt|z|resolv|pthread|gcc_s|stdc\+\+)\.so|ld-linux)/) {
      print file ": not in the wheel: " $0; bad = 1 }
    END { exit bad }'
done < <(find "$package"* -name '*.so*' && echo "$package/bin/vec2vec")
# None in the portable wheel, whose programs have it inside.
(($(find "$package" -name 'libvec2vec.so*' | wc -l) <= 1)) || { echo "the wheel has more than one copy of the library" && exit 1; }

mkdir "$work/run"
cd "$work/run"
for pair in a:minilm.a b:mpnet.b held-out-a:minilm.eval held-out-b:mpnet.eval; do
  "$work/venv/bin/python" -c 'import sys, numpy as np; np.save(sys.argv[2], np.load(sys.argv[1]).astype(np.float32))' \
    "$root/examples/data/${pair#*:}.npy" "${pair%:*}.npy"
done
block() { sed -n "/^\`\`\`$1\$/,/^\`\`\`\$/{/^\`\`\`/d;p}" "$root/README.md"; }
block python >readme.py
block sh | sed 's/ *#.*//; / inspect /s/$/ || (($? == 5))/' >readme.sh # 5: the two models can be aligned
[[ -s readme.py && -s readme.sh ]]
bare=(env -i "HOME=$work" "PATH=$work/venv/bin" LANG=C.UTF-8)
"${bare[@]}" /bin/bash -ec '! command -v cc gcc g++ clang cmake'
"${bare[@]}" "$work/venv/bin/python" readme.py
first_map=$SECONDS
((first_map < 300)) || { echo "the first map took $first_map s from the first command, more than five minutes" && exit 1; }
"${bare[@]}" /bin/bash -exo pipefail readme.sh
"${bare[@]}" vec2vec doctor
"${bare[@]}" vec2vec doctor --json >doctor.json
grep -A1 '"demo data"' doctor.json | grep -q '"there": true'
for file in page.html old-to-new.safetensors map.safetensors report.html a-in-b.npy audit.html; do
  [[ -s $file ]] || { echo "$file was not written" && exit 1; }
done
# A row has the same bytes however many are translated with it, in the kernels that BLAS has for other CPUs too.
cat >rows.py <<'END'
import numpy as np
import vec2vec_cpp as v2v
found, a = v2v.Map.load("old-to-new.safetensors"), np.load("a.npy")
whole = found.translate(a)
for first, rows in ((0, 1), (1, 2), (5, 7), (3, 16), (1, 33), (2, 100)):
    assert np.array_equal(found.translate(a[first : first + rows]), whole[first : first + rows]), (first, rows)
END
for core in Nehalem $(VEC2VEC_CPU=v3 "$work/venv/bin/vec2vec" --version >/dev/null 2>&1 && echo Haswell); do
  "${bare[@]}" OPENBLAS_CORETYPE="$core" "$work/venv/bin/python" rows.py
done
# The codes that it ends with are those of the program, and Ctrl-C reaches it.
code=0
"${bare[@]}" vec2vec align nowhere.npy b.npy -o none.safetensors 2>/dev/null || code=$?
((code == 2))
for page in "$work"/venv/share/man/man1/vec2vec.1 "$work"/venv/share/bash-completion/completions/vec2vec; do [[ -s $page ]]; done
echo "$(basename "$wheel"): $(du -h "$wheel" | cut -f1), runs where there is no compiler; a first map $first_map s after the first command"
