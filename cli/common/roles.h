// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "vec2vec/map.h"

namespace vec2vec::cli {

/// A kind of file that a command writes, by the endings of its name.
struct FileKind {
  const char* what;                  ///< "a map"
  std::vector<std::string> endings;  ///< the first is proposed
};
extern const FileKind kMapFile, kHtmlFile, kCsvFile, kNdjsonFile, kOnnxFile, kSqlFile;

/// Throws Error{kBadInput} when the name of an output ends as files of another kind do (map.json); a name without an ending, or
/// with one that stands for no kind of file, is taken.
void require_ending(const std::string& path, const FileKind& kind);

/// --to NAME: which of its known spaces a map of several translates into.
void add_target_option(CLI::App& command, std::string& to);

/// Loads a map; of several known spaces, the map into `to` when that is named. Throws Error{kBadInput} that says so when the
/// arguments stand in each other's place: path holds no map, and `vectors` does.
Map load_map(const std::string& path, const std::string& vectors = {}, const std::string& to = {});

/// Throws Error{kBadInput} when path holds a map where vectors are asked for.
void refuse_map(const std::string& path);

/// Says on stderr which of the files hold the same bytes, and what that means for the result; unless quiet.
void remark_same_files(const std::vector<std::string>& paths, const std::string& meaning, bool quiet);

}  // namespace vec2vec::cli
