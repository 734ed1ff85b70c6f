// SPDX-License-Identifier: Apache-2.0
#pragma once
// Thread-safe: calls share nothing.
namespace vec2vec {
/// Library version, e.g. "0.1.0".
const char* version();

/// Whose kernels run on this CPU: "v2" (SSE4.2), "v3" (AVX2), "v4" (AVX-512), "bf16" (AVX-512 and products of bfloat16), or
/// "native" in a build for one CPU. The environment variable VEC2VEC_CPU names a lower one, and is read once. Throws Error on a
/// name that is not known, or a level that the CPU does not have.
const char* cpu();
}  // namespace vec2vec
