// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <nlohmann/json.hpp>
#include <string>

namespace vec2vec {

/// The text of PATH.provenance.json: what the file holds, its name and SHA-256, the facts that the caller adds, the release and
/// the time.
std::string provenance_text(const std::string& what, const std::string& path, const std::string& sha256,
                            const nlohmann::ordered_json& facts);

}  // namespace vec2vec
