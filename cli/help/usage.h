// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <CLI/CLI.hpp>
#include <string>
#include <vector>

namespace vec2vec::cli {

/// Why a command line was refused, and the way out, both in the words of a user.
struct UsageError {
  std::string what, hint;
};

/// The names of the commands, in the order in which they were added.
std::vector<std::string> names_of_commands(const CLI::App& app);

/// What to say of a command line that app refused with error: a command or an option that does not exist is named together with
/// the one that was probably meant.
UsageError explain(const CLI::ParseError& error, const CLI::App& app, const std::vector<std::string>& arguments);

/// The word of `known` that is nearest to `typed`, by changed, missing, added and exchanged letters, or that it begins; empty
/// when none is near.
std::string nearest_word(const std::string& typed, const std::vector<std::string>& known);

}  // namespace vec2vec::cli
