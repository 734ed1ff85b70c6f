#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Builds the documentation site into build/site, out of README.md, docs/, the headers and the Python package. Broken links and pages
# that the menu lacks are errors. No page loads anything from a network.
#   scripts/site.sh           scripts/setup.sh --site installs what it needs
#   scripts/site.sh serve     shows it at localhost:8000, and updates it when a text changes
set -euo pipefail
cd "$(dirname "$0")/.."
# Files lie as they do in the repository, so that links between them are right in both.
pages=build/site_pages
rm -rf "$pages"
mkdir -p "$pages"
ln -s "$PWD"/{README.md,HACKING.md,CONTRIBUTING.md,SECURITY.md,CHANGELOG.md,docs,examples} "$pages"
# The first page: the README, and the gallery behind it.
sed 's|^# Gallery|## Gallery|; s|^## \([^G]\)|### \1|; s|](images/|](docs/images/|' docs/gallery.md | cat README.md - >"$pages/first.md"
mv "$pages/first.md" "$pages/README.md"
python3 scripts/site_reference.py "$pages/reference"
python3 scripts/notebooks.py pages "$pages/notebooks"
export PYTHONPATH=$PWD/build/site_tools NO_MKDOCS_2_WARNING=1
# Not --quiet: with it, warnings are no longer counted by --strict.
/usr/bin/python3 -m mkdocs "${1:-build}" --strict
[[ ${1:-build} != build ]] || /usr/bin/python3 scripts/site_check.py build/site
