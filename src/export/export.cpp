// SPDX-License-Identifier: Apache-2.0
#include "vec2vec/export.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include "core/boundary.h"
#include "export/writers.h"
#include "io/file/atomic_file.h"
#include "vec2vec/error.h"

namespace vec2vec {
namespace {

namespace fs = std::filesystem;

constexpr std::pair<std::string_view, ExportFormat> kFormats[] = {
    {"onnx", ExportFormat::kOnnx},
    {"sentence-transformers", ExportFormat::kSentenceTransformers},
    {"sql", ExportFormat::kSql},
    {"numpy", ExportFormat::kNumpy},
};

void refuse_replacing(const std::string& path, bool overwrite) {
  std::error_code ignored;
  if (!overwrite && fs::exists(fs::symlink_status(path, ignored)))
    bad_input("exists already", path, "`ExportOptions::overwrite = true`, or another name");
}

/// Deletes a folder that did not get its name.
struct Unfinished {
  std::string path;
  ~Unfinished() {
    std::error_code ignored;
    if (!path.empty()) fs::remove_all(path, ignored);
  }
};

/// A folder appears under its name when all of it is there. One that is replaced has to look like one of ours.
void write_folder(const std::string& path, const std::vector<std::pair<std::string, std::string>>& files, bool overwrite) {
  refuse_replacing(path, overwrite);
  const bool replaces = fs::exists(path);
  if (replaces && !fs::exists(fs::path(path) / "modules.json"))
    bad_input("is no folder of modules, so it is not replaced", path, "delete it, or choose another name");
  std::string name = fs::path(path).lexically_normal().string();
  while (name.size() > 1 && name.back() == '/') name.pop_back();
  std::string beside = name + ".XXXXXX";
  if (!mkdtemp(beside.data()))
    throw Error(ErrorKind::kUnavailable, "the folder cannot be made: " + std::string(std::strerror(errno)), path,
                "check that its parent folder is there and can be written to");
  Unfinished fresh{beside}, old;
  fs::permissions(beside, fs::perms::owner_all | fs::perms::group_read | fs::perms::group_exec | fs::perms::others_read |
                              fs::perms::others_exec);
  for (const auto& [file, bytes] : files) {
    const fs::path to = fs::path(beside) / file;
    fs::create_directories(to.parent_path());
    write_file(to.string(), bytes, false);
  }
  if (replaces) {
    old.path = beside + ".old";
    fs::rename(name, old.path);
  }
  fs::rename(beside, name);
  fresh.path.clear();
}

/// A name that SQL takes as it is, and that leaves room for what is added to it.
void require_sql_name(const std::string& name) {
  const auto plain = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; };
  if (name.empty() || name.size() > 50 || (name[0] >= '0' && name[0] <= '9') || !std::all_of(name.begin(), name.end(), plain))
    bad_input("is no name for a function: '" + name + "'", "`ExportOptions::function`",
              "small letters, digits and underscores, at most 50 of them, beginning with a letter");
}

}  // namespace

void ExportOptions::validate() const { require_sql_name(function); }

ExportFormat export_format(std::string_view name) {
  for (const auto& [known, format] : kFormats)
    if (name == known) return format;
  bad_input("there is no format '" + std::string(name) + "' to export to", {}, "onnx, sentence-transformers, sql or numpy");
}

std::vector<std::string> export_map(const Map& map, ExportFormat format, const std::string& path,
                                    const ExportOptions& options) try {
  switch (format) {
    case ExportFormat::kOnnx:
      refuse_replacing(path, options.overwrite);
      write_file(path, onnx_of(map), options.overwrite);
      return {path};
    case ExportFormat::kSentenceTransformers:
      write_folder(path, modules_of(map), options.overwrite);
      return {path};
    case ExportFormat::kSql:
      options.validate();
      if (map.network) bad_input("a neural map has too many layers for a function in SQL", path, "export it to onnx or numpy");
      refuse_replacing(path, options.overwrite);
      write_file(path, sql_of(map, options.function), options.overwrite);
      return {path};
    case ExportFormat::kNumpy: {
      const std::string script = fs::path(path).replace_extension(".py").string();
      if (fs::path(path).extension() != ".npz") bad_input("what is written there is an .npz file", path, path + ".npz");
      for (const std::string& file : {path, script}) refuse_replacing(file, options.overwrite);
      write_file(path, npz_of(map), options.overwrite);
      write_file(script, kNumpyTranslate, options.overwrite);
      return {path, script};
    }
  }
  throw Error(ErrorKind::kInternal, "there is no such format of an export");
} catch (...) {
  rethrow_as_error();
}

}  // namespace vec2vec
