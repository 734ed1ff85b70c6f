// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <span>
#include <string_view>

namespace vec2vec {

/// What a CPU has, each with all before it. v2, v3 and v4 are the levels of the x86-64 ABI.
enum class CpuLevel {
  kNative,  ///< all code was compiled for one CPU (VEC2VEC_NATIVE), or this is no x86-64: there is nothing to choose
  kV2,      ///< SSE4.2
  kV3,      ///< AVX2, FMA
  kV4,      ///< AVX-512
  kBf16,    ///< AVX-512 and products of bfloat16 in hardware
};

/// The level whose kernels run: the highest that this CPU has, or a lower one that the environment variable VEC2VEC_CPU names.
/// It is chosen once. oneDNN is held to it as well. Throws Error on a name that is not known, or a level that the CPU does not
/// have.
CpuLevel cpu_level();

/// "v3", as VEC2VEC_CPU is spelled; "native" where there is no choice.
std::string_view name_of(CpuLevel level);

/// "AVX2, FMA": what a level adds to the one below.
std::string_view parts_of(CpuLevel level);

/// The levels that this build and this CPU can run, from the lowest.
std::span<const CpuLevel> possible_levels();

/// The one of `possible` that a value of VEC2VEC_CPU names, the highest when it is empty. Throws Error.
CpuLevel chosen_level(std::string_view wanted, std::span<const CpuLevel> possible);

}  // namespace vec2vec
