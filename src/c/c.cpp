// SPDX-License-Identifier: Apache-2.0
#include "vec2vec/c.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <string>
#include <utility>

#include "core/boundary.h"
#include "core/text/sentence.h"
#include "vec2vec/align.h"
#include "vec2vec/error.h"
#include "vec2vec/gate.h"
#include "vec2vec/map.h"
#include "vec2vec/version.h"

using namespace vec2vec;

struct vec2vec_map {
  Map map;
};

namespace {

thread_local std::string last_error;

/// Inside a handler: keeps the text of the exception for vec2vec_error.
vec2vec_status failed() noexcept {
  try {
    try {
      rethrow_as_error();
    } catch (const Error& error) {
      last_error = told(error.message(), error.where(), error.hint());
      switch (error.kind()) {
        case ErrorKind::kBadInput:
          return VEC2VEC_BAD_INPUT;
        case ErrorKind::kUnavailable:
          return VEC2VEC_UNAVAILABLE;
        case ErrorKind::kInterrupted:
          return VEC2VEC_INTERRUPTED;
        case ErrorKind::kInternal:
          break;
      }
    }
  } catch (...) {  // no memory even for the text
    last_error.clear();
    return VEC2VEC_UNAVAILABLE;
  }
  return VEC2VEC_INTERNAL;
}

template <class Call>
vec2vec_status guarded(const Call& call) noexcept {
  try {
    call();
    return VEC2VEC_OK;
  } catch (...) {
    return failed();
  }
}

template <class Call>
vec2vec_map* new_map(const Call& call) noexcept {
  vec2vec_map* made = nullptr;
  guarded([&] { made = new vec2vec_map{call()}; });
  return made;
}

void require(const void* pointer, const char* what) {
  if (!pointer) bad_input("is NULL", what, "give what vec2vec/c.h asks for");
}

/// Rows that a caller points at.
MatrixView view_of(const float* data, int64_t rows, int64_t dim, const char* what) {
  if (rows < 0 || dim < 0) bad_input("a number of rows or dimensions is below 0", what);
  if (rows > 0) require(data, what);
  matrix_size(rows, dim);  // refuses what no memory holds
  return {data, rows, dim, dim};
}

/// Text that the caller frees.
char* handed_over(const std::string& text) {
  auto* copy = static_cast<char*>(std::malloc(text.size() + 1));
  if (!copy) throw std::bad_alloc();
  std::memcpy(copy, text.c_str(), text.size() + 1);
  return copy;
}

AlignOptions options_of(const vec2vec_align_options& given) {
  AlignOptions options;
  options.seed = given.seed;
  if (given.effort < -1 || given.effort > 1) bad_input("must be -1, 0 or 1", "the effort", "0, which is normal");
  options.effort = given.effort < 0 ? Effort::kLow : given.effort == 0 ? Effort::kNormal : Effort::kHigh;
  options.threads = given.threads;
  options.time_budget = given.time_budget;
  options.partial = given.partial != 0;
  if (given.progress)
    options.progress = [progress = given.progress, context = given.context](std::string_view stage, double done) {
      return progress(std::string(stage).c_str(), done, context) == 0;
    };
  return options;
}

}  // namespace

extern "C" {

const char* vec2vec_version(void) { return version(); }

const char* vec2vec_cpu(void) {
  const char* name = nullptr;
  guarded([&] { name = cpu(); });
  return name;
}

const char* vec2vec_error(void) { return last_error.c_str(); }

vec2vec_map* vec2vec_map_load(const char* path) {
  return new_map([&] {
    require(path, "path");
    return Map::load(path);
  });
}

vec2vec_map* vec2vec_map_from_bytes(const void* bytes, size_t size) {
  return new_map([&] {
    require(bytes, "bytes");
    return Map::from_bytes({static_cast<const char*>(bytes), size});
  });
}

vec2vec_map* vec2vec_map_to(const vec2vec_map* map, const char* name) {
  return new_map([&] {
    require(map, "map");
    require(name, "name");
    return map->map.to(name);
  });
}

void vec2vec_map_free(vec2vec_map* map) { delete map; }

vec2vec_status vec2vec_map_save(const vec2vec_map* map, const char* path, int overwrite) {
  return guarded([&] {
    require(map, "map");
    require(path, "path");
    map->map.save(path, overwrite != 0);
  });
}

int64_t vec2vec_map_source_dim(const vec2vec_map* map) { return map ? map->map.source_dim() : 0; }

int64_t vec2vec_map_target_dim(const vec2vec_map* map) { return map ? map->map.target_dim() : 0; }

const char* vec2vec_map_card(const vec2vec_map* map) { return map && !map->map.card.empty() ? map->map.card.c_str() : "{}"; }

vec2vec_status vec2vec_translate(const vec2vec_map* map, const float* in, int64_t rows, int64_t dim, float* out, int threads) {
  return guarded([&] {
    require(map, "map");
    const MatrixView x = view_of(in, rows, dim, "in");
    if (rows == 0) return;
    require(out, "out");
    TranslateOptions options;
    options.threads = threads;
    translate(map->map, x, {out, rows, map->map.target_dim(), map->map.target_dim()}, options);
  });
}

vec2vec_status vec2vec_translate_one(const vec2vec_map* map, const float* in, int64_t dim, float* out) {
  return vec2vec_translate(map, in, 1, dim, out, 1);
}

vec2vec_status vec2vec_gate(const vec2vec_map* map, const char* policy, const vec2vec_gate_rows* rows, double age_in_days,
                            int* passed, char** report) {
  return guarded([&] {
    require(map, "map");
    require(policy, "policy");
    require(passed, "passed");
    const Index from = map->map.source_dim(), to = map->map.target_dim();
    GateRows given;
    if (rows) {
      given.eval_a = view_of(rows->eval_a, rows->eval_rows, from, "eval_a");
      given.eval_b = view_of(rows->eval_b, rows->eval_rows, to, "eval_b");
      given.queries = view_of(rows->rows, rows->row_count, from, "rows");
      given.store = view_of(rows->store, rows->store_rows, to, "store");
    }
    const GatePolicy limits = GatePolicy::parse(policy, "policy");
    GateEvidence evidence = gather_evidence(map->map, limits, given);
    if (age_in_days >= 0) evidence.age_days = age_in_days;
    const GateReport found = check_gate(map->map, limits, evidence);
    if (report) *report = handed_over(found.to_json());
    *passed = found.passed() ? 1 : 0;
  });
}

vec2vec_map* vec2vec_align(const float* a, int64_t a_rows, int64_t a_dim, const float* b, int64_t b_rows, int64_t b_dim,
                           const vec2vec_align_options* options, char** report) {
  return new_map([&] {
    vec2vec_align_options given = {};
    if (options) std::memcpy(&given, options, std::min(options->size, sizeof given));
    AlignProblem problem{view_of(a, a_rows, a_dim, "a"), view_of(b, b_rows, b_dim, "b"), "a", "b"};
    view_of(nullptr, 0, given.pair_count, "pairs");
    if (given.pair_count > 0) require(given.pairs, "pairs");
    for (int64_t i = 0; i < given.pair_count; ++i) problem.pairs.push_back({given.pairs[2 * i], given.pairs[2 * i + 1]});
    AlignSummary found = align(problem, options_of(given));
    if (report) *report = handed_over(found.to_json());
    return std::move(found.map);
  });
}

void vec2vec_free(char* text) { std::free(text); }

}  // extern "C"
