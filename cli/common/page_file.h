// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "cli/common/terminal.h"

namespace vec2vec::cli {

// A report is two files: a page (.html) and its figures beside it (the same name with .json).

/// Throws Error{kBadInput} unless both can be written. To be called before long work.
void check_page(const std::string& path, bool force, const std::vector<std::string>& inputs);

/// How a report begins: what it is of, by which version, when.
nlohmann::ordered_json report_head(const std::string& what);

/// Adds what to do next.
void add_next(nlohmann::ordered_json& json, const std::vector<NextStep>& next);

/// Writes both; page makes one out of the figures (vec2vec/pages.h).
void write_page(const std::string& path, std::string (*page)(const std::string& json), const nlohmann::ordered_json& json,
                bool force);

}  // namespace vec2vec::cli
