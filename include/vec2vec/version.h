#pragma once
namespace vec2vec {
/// Library version, e.g. "0.1.0".
const char* version();
}  // namespace vec2vec
