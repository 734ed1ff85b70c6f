// SPDX-License-Identifier: Apache-2.0
#include "kernels/loops/loops.h"

#include "core/cpu/level.h"

namespace vec2vec {

namespace level_base {
extern const Loops kLoops;
}
#ifdef VEC2VEC_LEVELS
namespace level_v3 {
extern const Loops kLoops;
}
namespace level_v4 {
extern const Loops kLoops;
}
#endif

namespace {

const Loops& loops_for(CpuLevel level) {
  switch (level) {
    case CpuLevel::kNative:
    case CpuLevel::kV2:
      return level_base::kLoops;
#ifdef VEC2VEC_LEVELS
    case CpuLevel::kV3:
      return level_v3::kLoops;
    case CpuLevel::kV4:
    case CpuLevel::kBf16:
      return level_v4::kLoops;
#else
    default:
      return level_base::kLoops;
#endif
  }
  return level_base::kLoops;
}

}  // namespace

const Loops& loops() {
  static const Loops& chosen = loops_for(cpu_level());
  return chosen;
}

const Loops& loops_of(std::size_t possible_level) { return loops_for(possible_levels()[possible_level]); }

}  // namespace vec2vec
