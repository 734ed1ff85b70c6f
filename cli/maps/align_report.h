// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "cli/common/command.h"
#include "cli/common/files.h"
#include "cli/common/terminal.h"
#include "vec2vec/align.h"
#include "vec2vec/progress.h"

namespace vec2vec::cli {

/// align --report: the page of an alignment, and the texts that it shows.
struct AlignReport {
  std::string page, source_texts_path, target_texts_path;  ///< of the options; no page, no report
  std::vector<std::string> source_texts, target_texts;     ///< of the rows that were loaded

  /// Adds --report, --texts-a and --texts-b.
  void add_options(CLI::App& command);

  /// Throws Error{kBadInput} unless page and figures can be written. To be called before long work.
  void check(bool force, const std::vector<std::string>& inputs) const;

  /// Reads the texts. Throws Error{kBadInput} when they are not one a row of the file.
  void read_texts_of(const LoadedRows& source, const LoadedRows& target);

  /// Writes the page and its figures (the same name with .json), if a page was asked for. facts: what the command prints with
  /// --json.
  void write(nlohmann::ordered_json facts, const Map& map, const AlignProblem& problem, const std::vector<NextStep>& next,
             const LoadedRows& source, const LoadedRows& target, const Common& common, bool force,
             const Progress& progress) const;
};

}  // namespace vec2vec::cli
