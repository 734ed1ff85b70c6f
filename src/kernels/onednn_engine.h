// SPDX-License-Identifier: Apache-2.0
#pragma once
#ifdef VEC2VEC_ONEDNN
#include <oneapi/dnnl/dnnl.hpp>

#include "core/cpu/level.h"

namespace vec2vec {

/// The engine of all products by oneDNN.
inline const dnnl::engine& cpu_engine() {
  cpu_level();  // oneDNN is held to it
  static const dnnl::engine engine(dnnl::engine::kind::cpu, 0);
  return engine;
}

}  // namespace vec2vec
#endif
