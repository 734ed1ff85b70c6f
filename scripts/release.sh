#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Rehearses a release: builds every artefact from a clean clone of the last commit, checks each, and leaves them in build/dist/VERSION with
# SHA256SUMS and a bill of materials (SPDX). Publishes nothing, tags nothing. Refuses when files are changed, or when the places that name the version
# disagree. An hour on two cores; less with ccache.
#   scripts/release.sh [--dry-run] [--quick]
#   --dry-run    say what would be done
#   --quick      leave out scripts/test.sh, which takes most of the time: for work on this script
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD
dry=false quick=false
for option in "$@"; do
  case $option in
    --dry-run) dry=true ;;
    --quick) quick=true ;;
    *) echo "unknown option $option: scripts/release.sh [--dry-run] [--quick]" >&2 && exit 2 ;;
  esac
done

refuse() {
  echo "release: $1" >&2
  echo "  try: $2" >&2
  exit 2
}
version=$(sed -n 's/^project(vec2vec VERSION \([0-9.]*\).*/\1/p' CMakeLists.txt)
dist=$root/build/dist/$version

check_tree() {
  [[ -z $(git status --porcelain) ]] || refuse "files are changed or not added to git" "git status, then commit or stash"
  grep -q "^version: $version\$" CITATION.cff || refuse "CITATION.cff names another version than CMakeLists.txt ($version)" "change one of them"
  [[ $(grep -m 1 '^## ' CHANGELOG.md) == "## $version - "* ]] ||
    refuse "CHANGELOG.md does not begin with $version and its date" "write '## $version - YYYY-MM-DD' in the place of '## Unreleased'"
  ! git rev-parse -q --verify "refs/tags/v$version" >/dev/null || refuse "the tag v$version exists already" "raise the version"
}
clone() {
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  git clone --quiet "$root" "$work/vec2vec"
  cd "$work/vec2vec"
  # What scripts/setup.sh downloaded is not downloaded again.
  mkdir build
  for tools in openvino llama postgres site_tools browser; do [[ ! -e $root/build/$tools ]] || ln -s "$root/build/$tools" build/; done
  rm -rf "$dist"
  mkdir -p "$dist"
}
check_all() { if $quick; then echo "left out: --quick"; else scripts/test.sh; fi; }
sources() { git archive --prefix="vec2vec-$version/" -o "$dist/vec2vec-$version-source.tar.gz" HEAD; }
wheel() {
  scripts/portable_wheel.sh
  scripts/wheel_test.sh build/portable/x86_64/repaired/*.whl
  scripts/old_linux_test.sh
  python3 scripts/check_cpu_levels.py build/portable/x86_64/wheel3.11/vec2vec
  cp build/portable/x86_64/repaired/*.whl "$dist"
  # From the sources alone: it looks at every file below the folder it is made in.
  tar -xzf "$dist/vec2vec-$version-source.tar.gz" -C "$work"
  (cd "$work/vec2vec-$version" && "$work"/vec2vec/build/portable/venv3.11/bin/python -c "import scikit_build_core.build as b; b.build_sdist('$dist')")
}
packages() {
  scripts/package.sh
  cp build/packages/* "$dist"
}
materials() {
  scripts/sbom.py build/package "$version" build/package/cli/vec2vec >"$dist/vec2vec-$version-packages.spdx.json"
  scripts/sbom.py build/portable/x86_64/prefix/components.tsv "$version" >"$dist/vec2vec-$version-wheel.spdx.json"
}
sums() {
  cd "$dist"
  sha256sum -- * >"$work/SHA256SUMS"
  mv "$work/SHA256SUMS" .
  sha256sum --check --quiet SHA256SUMS
  ls -l
}

steps=(
  "check_tree:nothing is changed, and all places name version $version"
  "clone:a clean clone of the last commit"
  "check_all:scripts/test.sh, all checks"
  "sources:vec2vec-$version-source.tar.gz"
  "wheel:portable wheel and source distribution of the Python package; the wheel runs where there is no compiler, on Debian 11, and on every x86-64-v2 CPU"
  "packages:.deb and .tar.gz, each tried from a folder of its own"
  "materials:bills of materials (SPDX) of the wheel and of the packages"
  "sums:SHA256SUMS in build/dist/$version"
)
for step in "${steps[@]}"; do
  printf '\n=== %s: %s\n' "${step%%:*}" "${step#*:}"
  if ! $dry; then "${step%%:*}"; fi
done
if ! $dry; then printf '\nNext, by hand: docs/hacking/release.md, from the tag on.\n'; fi
