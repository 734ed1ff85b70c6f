// SPDX-License-Identifier: Apache-2.0
#include "core/cpu/level.h"

#include <algorithm>
#include <cstdlib>
#include <string>
#include <vector>

#include "vec2vec/error.h"
#include "vec2vec/version.h"

#ifdef VEC2VEC_LEVELS
#include <cpuid.h>
#endif
#ifdef VEC2VEC_ONEDNN
#include <oneapi/dnnl/dnnl.h>
#endif

namespace vec2vec {
namespace {

constexpr CpuLevel kLevels[] = {CpuLevel::kNative, CpuLevel::kV2, CpuLevel::kV3, CpuLevel::kV4, CpuLevel::kBf16};

#ifdef VEC2VEC_LEVELS

/// The parts of v3 that compilers' builtins do not know everywhere.
bool has_small_parts_of_v3() {
  unsigned a = 0, b = 0, c = 0, d = 0;
  constexpr unsigned kMovbe = 1u << 22, kF16c = 1u << 29, kLzcnt = 1u << 5;
  if (!__get_cpuid(1, &a, &b, &c, &d) || (c & kMovbe) == 0 || (c & kF16c) == 0) return false;
  return __get_cpuid(0x80000001u, &a, &b, &c, &d) && (c & kLzcnt) != 0;
}

bool has_v3() {
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi") &&
         __builtin_cpu_supports("bmi2") && has_small_parts_of_v3();
}

bool has_v4() {
  return has_v3() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
         __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
}

std::vector<CpuLevel> find_levels() {
  __builtin_cpu_init();
  std::vector<CpuLevel> found = {CpuLevel::kV2};
  if (has_v3()) found.push_back(CpuLevel::kV3);
  if (has_v4()) found.push_back(CpuLevel::kV4);
  if (has_v4() && __builtin_cpu_supports("avx512bf16")) found.push_back(CpuLevel::kBf16);
  return found;
}

#else

std::vector<CpuLevel> find_levels() { return {CpuLevel::kNative}; }

#endif

/// Holds oneDNN, which chooses for itself, to a level; before its first use.
void hold_onednn_to([[maybe_unused]] CpuLevel level) {
#ifdef VEC2VEC_ONEDNN
  if (level == CpuLevel::kV2) dnnl_set_max_cpu_isa(dnnl_cpu_isa_sse41);
  if (level == CpuLevel::kV3) dnnl_set_max_cpu_isa(dnnl_cpu_isa_avx2);
  if (level == CpuLevel::kV4) dnnl_set_max_cpu_isa(dnnl_cpu_isa_avx512_core);
#endif
}

CpuLevel choose() {
  const char* wanted = std::getenv("VEC2VEC_CPU");
  const auto possible = possible_levels();
  const CpuLevel level = chosen_level(wanted ? wanted : "", possible);
  if (level != possible.back()) hold_onednn_to(level);
  return level;
}

}  // namespace

std::string_view name_of(CpuLevel level) {
  constexpr std::string_view kNames[] = {"native", "v2", "v3", "v4", "bf16"};
  return kNames[static_cast<std::size_t>(level)];
}

std::string_view parts_of(CpuLevel level) {
  constexpr std::string_view kParts[] = {"", "SSE4.2", "AVX2, FMA", "AVX-512", "AVX-512, bfloat16"};
  return kParts[static_cast<std::size_t>(level)];
}

std::span<const CpuLevel> possible_levels() {
  static const std::vector<CpuLevel> levels = find_levels();
  return levels;
}

CpuLevel chosen_level(std::string_view wanted, std::span<const CpuLevel> possible) {
  if (wanted.empty()) return possible.back();
  std::string names;
  for (const CpuLevel level : possible) {
    if (name_of(level) == wanted) return level;
    names += (names.empty() ? "" : ", ") + std::string(name_of(level));
  }
  const bool known = std::any_of(std::begin(kLevels), std::end(kLevels), [&](CpuLevel l) { return name_of(l) == wanted; });
  if (possible.front() == CpuLevel::kNative)
    bad_input("this build has code for one CPU only, so there is no level '" + std::string(wanted) + "' to choose",
              "the environment variable VEC2VEC_CPU", "unset it, or build with -DVEC2VEC_NATIVE=OFF");
  bad_input((known ? "this CPU does not have the level '" : "there is no level '") + std::string(wanted) + "'",
            "the environment variable VEC2VEC_CPU", "use one of " + names + ", or unset it");
}

CpuLevel cpu_level() {
  static const CpuLevel level = choose();
  return level;
}

const char* cpu() { return name_of(cpu_level()).data(); }

}  // namespace vec2vec
