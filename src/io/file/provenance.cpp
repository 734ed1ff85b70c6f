// SPDX-License-Identifier: Apache-2.0
#include "io/file/provenance.h"

#include <filesystem>

#include "core/text/json.h"
#include "core/time.h"
#include "vec2vec/version.h"

namespace vec2vec {

std::string provenance_text(const std::string& what, const std::string& path, const std::string& sha256,
                            const nlohmann::ordered_json& facts) {
  nlohmann::ordered_json json = {{"what", what}, {"file", std::filesystem::path(path).filename().string()}, {"sha256", sha256}};
  json.update(facts);
  json["library_version"] = version();
  json["date"] = utc_now();
  return json_text(json, 2) + "\n";
}

}  // namespace vec2vec
