#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# All checks, as CI runs them: release build and tests, the tutorial, the documentation site, the Python package, the parsers under
# AddressSanitizer and UBSan, a minute of fuzzing, and a program built against an installed copy. FUZZ_SECONDS=N changes the time given
# to each fuzzer, 0 leaves fuzzing out.
set -euo pipefail
cd "$(dirname "$0")/.."
jobs=$(nproc)
tests=$((jobs + 1)) # side by side: those of Postgres often wait for their server

step() { printf '\n=== %s (%d s) ===\n' "$1" "$SECONDS"; }

step "setup"
scripts/setup.sh --dev || echo "left out: formatters, linters and ccache (they could not be installed)"
# The Python package compiles what the release build has compiled.
if command -v ccache >/dev/null; then export CMAKE_CXX_COMPILER_LAUNCHER=ccache CCACHE_BASEDIR=$PWD; fi
scripts/setup.sh --encode || { scripts/setup.sh && echo "left out: text encoders (OpenVINO could not be installed)"; }
scripts/setup.sh --postgres || echo "left out: migrations on a Postgres server (the server could not be installed)"
[[ -d build/llama ]] || echo "left out: language models (scripts/setup.sh --invert builds llama.cpp, in minutes)"
scripts/setup.sh --browser || echo "left out: the audit's page in a browser (Chromium could not be installed)"

step "sources"
scripts/lint.sh

step "release build"
cmake --preset release
cmake --build --preset release -j "$jobs"

step "tests"
ctest --test-dir build/release --output-on-failure -j "$tests"

step "tests at lower levels of CPU"
# What is compiled for each of them, and what stands on it; scripts/matrix.sh runs all tests so.
for level in v2 v3; do
  VEC2VEC_CPU=$level build/release/cli/vec2vec --version || continue
  VEC2VEC_CPU=$level build/release/tests/vec2vec_tests --gtest_brief=1 \
    --gtest_filter='CpuLevel.*:GemmRows.*:FastExp.*:SoftMatch.*:Nearest*:RightFactor.*:*Tabu*:Mlp*:Map.*:CInterface.*'
done

step "tutorial"
python3 scripts/tutorial.py

step "documentation site"
if scripts/setup.sh --site; then
  scripts/site.sh
else
  echo "left out: the documentation site; MkDocs could not be installed"
fi

step "Python package"
if scripts/setup.sh --python; then
  scripts/python_test.sh
else
  echo "left out: the Python package; Python's headers could not be installed"
fi

step "AddressSanitizer and UBSan"
if scripts/setup.sh --fuzz; then
  cmake --preset asan -DVEC2VEC_TEST_FOLDERS=.
  cmake --build --preset asan -j "$jobs"
  # Long searches are arithmetic that the release build has tried already: tests/CMakeLists.txt lists them.
  ctest --test-dir build/asan -LE long --output-on-failure -j "$tests" --no-tests=error

  # Folders whose code shares data between threads. Left out: OpenVINO and llama.cpp, which are built without sanitizers.
  step "ThreadSanitizer"
  threaded=(core io align map evaluate neural language postgres)
  cmake --preset tsan -DVEC2VEC_TEST_FOLDERS="$(IFS=';' && echo "${threaded[*]}")"
  cmake --build --preset tsan -j "$jobs"
  ctest --test-dir build/tsan -LE long --output-on-failure -j "$tests" --no-tests=error

  step "fuzzing"
  if [[ ${FUZZ_SECONDS:-} == 0 ]]; then echo "left out: FUZZ_SECONDS=0"; else scripts/fuzz.sh "${FUZZ_SECONDS:-10}"; fi
else
  echo "left out: sanitizers and fuzzing; clang could not be installed"
fi

step "installed package"
scripts/check_install.sh

step "all checks passed"
