#include "vec2vec/version.h"

namespace vec2vec {
const char* version() { return VEC2VEC_VERSION; }
}  // namespace vec2vec
