// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>

#include "core/text/json.h"

namespace vec2vec {

/// What make_pillow_fixture.py wrote.
inline const std::string kPictures = VEC2VEC_TESTS_DIR "/picture/pictures/";

inline std::string bytes_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

inline nlohmann::json pillow() { return parse_json(bytes_of(VEC2VEC_TESTS_DIR "/picture/pillow.json")); }

}  // namespace vec2vec
