// SPDX-License-Identifier: Apache-2.0
#include "cli/common/files.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>

#include "cli/common/roles.h"
#include "core/tell.h"
#include "io/file/atomic_file.h"
#include "space/sample.h"
#include "vec2vec/error.h"
#include "vec2vec/postgres.h"

namespace vec2vec::cli {
namespace fs = std::filesystem;

std::unique_ptr<RowSource> open_input(const std::string& path, const OpenOptions& open, bool quiet) {
  refuse_database(path);
  if (open.tensor.empty()) refuse_map(path);
  std::unique_ptr<RowSource> source = open_rows(path, open);
  if (!quiet) print_notes(path, notes_on(*source), quiet);
  return source;
}

void print_notes(const std::string& path, const std::vector<std::string>& notes, bool quiet) {
  if (quiet) return;
  const char* clear = isatty(STDERR_FILENO) ? "\r\033[K" : "";  // a progress line may stand there
  for (const std::string& note : notes) std::cerr << clear << "note: " << path << ": " << note << "\n";
}

LoadedRows load_rows(RowSource& source, Index max_rows, const std::string& stage, const Progress& progress) {
  const Index n = source.rows(), dim = source.dim(), kept = max_rows > 0 ? std::min(max_rows, n) : n;
  constexpr Index kBlockRows = 4096;
  LoadedRows loaded{Matrix(kept, dim), n, source.format(), source.dtype()};
  Matrix block(kept < n ? std::min(kBlockRows, n) : 0, dim);
  const auto place = [&](Index row) { return spread_row(row, kept, n); };  // in the file, of a row of the result
  Index next = 0;
  for (Index first = 0; first < n; first += kBlockRows) {
    tell(progress, stage, static_cast<double>(first) / static_cast<double>(n));
    const Index count = std::min(kBlockRows, n - first);
    if (kept == n) {
      source.read(first, loaded.rows.span().middle_rows(first, count));
      continue;
    }
    if (next >= kept) break;
    if (place(next) >= first + count) continue;
    source.read(first, block.span().middle_rows(0, count));
    for (; next < kept && place(next) < first + count; ++next) {
      std::copy_n(block.row(place(next) - first), dim, loaded.rows.row(next));
    }
  }
  return loaded;
}

void require_writable(const std::string& path, bool force, const std::vector<std::string>& inputs) {
  std::error_code ignored;
  if (path == "-")
    bad_input("standard output is not written to: a file appears whole or not at all", path,
              "name a file; figures for a script are printed with --json");
  if (fs::is_directory(path, ignored)) bad_input("is a folder", path, "name a file in it");
  for (const std::string& input : inputs) {
    if (fs::equivalent(path, input, ignored))
      bad_input("the output is also an input", path, "choose another name for the output");
  }
  if (!force && fs::exists(fs::symlink_status(path, ignored))) bad_input("exists already", path, "--force to overwrite it");
  if (fs::exists(path, ignored) && !fs::is_regular_file(path, ignored))
    bad_input("is not a regular file", path, "name a file; devices such as /dev/null are not written to");
  fs::path folder = fs::path(path).parent_path();
  if (folder.empty()) folder = ".";
  if (!fs::is_directory(folder, ignored)) bad_input("there is no such folder", folder.string(), "mkdir -p " + folder.string());
  const AtomicFile probe(path, force);  // permissions, quotas and read-only disks all show when a file is made
}

void refuse_database(const std::string& path) {
  if (is_postgres_url(path))
    bad_input("is a database, not a file", path,
              "vec2vec sample writes vectors of a table to a file; vec2vec migrate translates a column within the database");
}

bool looks_like_map(const std::string& path) {
  std::error_code ignored;
  if (!fs::is_regular_file(path, ignored)) return false;  // reading a pipe would wait
  std::ifstream file(path, std::ios::binary);
  std::string start(64 * 1024, '\0');
  file.read(start.data(), static_cast<std::streamsize>(start.size()));
  start.resize(static_cast<std::size_t>(file.gcount()));
  return start.size() > 9 && start[8] == '{' && start.find("\"linear.weight\"") != std::string::npos;
}

std::string json_path(const std::string& page) { return std::filesystem::path(page).replace_extension(".json").string(); }

std::string stem_of(const std::string& path) { return fs::path(path).stem().string(); }

}  // namespace vec2vec::cli
