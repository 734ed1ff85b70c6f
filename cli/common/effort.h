// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <CLI/CLI.hpp>
#include <optional>
#include <string>

#include "vec2vec/align.h"

namespace vec2vec::cli {

/// 90, 90s, 5m and 1h as seconds; nothing for what is no time.
std::optional<double> seconds_of(std::string text);

/// Adds an option that takes a time. seconds must outlive the app; its value is the default.
CLI::Option* add_time_option(CLI::App& command, const std::string& name, double& seconds, const std::string& help);

/// Adds --effort: low, normal or high, or a time, which is high until then. Both values must outlive the app.
void add_effort_option(CLI::App& command, Effort& effort, double& time_budget, const std::string& help);

}  // namespace vec2vec::cli
