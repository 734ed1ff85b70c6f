// SPDX-License-Identifier: Apache-2.0
#include "cli/common/roles.h"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <iostream>

#include "cli/common/files.h"
#include "vec2vec/error.h"
#include "vec2vec/rows.h"

namespace vec2vec::cli {
namespace {
namespace fs = std::filesystem;

/// Endings that promise a kind of file. Others (map.v2) are part of a name.
const std::vector<std::string> kKnownEndings = {
    ".safetensors", ".npy",   ".npz",    ".fvecs",  ".bvecs", ".ivecs",   ".fbin",  ".csv",     ".tsv",   ".txt",
    ".json",        ".jsonl", ".ndjson", ".html",   ".htm",   ".parquet", ".arrow", ".feather", ".h5",    ".hdf5",
    ".pt",          ".pth",   ".pkl",    ".pickle", ".bin",   ".raw",     ".f32",   ".gguf",    ".onnx",  ".pdf",
    ".md",          ".xml",   ".yaml",   ".yml",    ".zip",   ".gz",      ".tar",   ".db",      ".sqlite"};

std::string ending_of(const std::string& path) {
  std::string ending = fs::path(path).extension().string();
  std::transform(ending.begin(), ending.end(), ending.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return ending;
}

bool holds(const std::vector<std::string>& words, const std::string& word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

/// Reads no further than to the first difference: files of one size are common, equal ones are not.
bool same_bytes(const std::string& a, const std::string& b) {
  std::error_code error;
  if (fs::equivalent(a, b, error)) return true;
  const auto size_a = fs::file_size(a, error);
  if (error) return false;
  const auto size_b = fs::file_size(b, error);
  if (error || size_a != size_b) return false;
  std::ifstream file_a(a, std::ios::binary), file_b(b, std::ios::binary);
  std::vector<char> block_a(1 << 20), block_b(block_a.size());
  while (file_a && file_b) {
    file_a.read(block_a.data(), static_cast<std::streamsize>(block_a.size()));
    file_b.read(block_b.data(), static_cast<std::streamsize>(block_b.size()));
    if (file_a.gcount() != file_b.gcount() || !std::equal(block_a.begin(), block_a.begin() + file_a.gcount(), block_b.begin()))
      return false;
  }
  return file_a.eof() && file_b.eof();
}

}  // namespace

const FileKind kMapFile{"a map (safetensors)", {".safetensors"}}, kHtmlFile{"an HTML page", {".html", ".htm"}},
    kCsvFile{"a CSV table", {".csv"}}, kNdjsonFile{"NDJSON, a line a row", {".jsonl", ".ndjson"}},
    kOnnxFile{"an ONNX model", {".onnx"}}, kSqlFile{"a script in SQL", {".sql"}};

void require_ending(const std::string& path, const FileKind& kind) {
  const std::string ending = ending_of(path);
  if (holds(kind.endings, ending) || !holds(kKnownEndings, ending)) return;
  bad_input(std::string("what is written there is ") + kind.what + ", and the name ends in " + ending, path,
            fs::path(path).replace_extension(kind.endings.front()).string());
}

void add_target_option(CLI::App& command, std::string& to) {
  command
      .add_option("--to", to,
                  "The known space to translate into, by its name, when the map has several; default: their consensus "
                  "(docs/known-spaces.md)")
      ->type_name("NAME");
}

Map load_map(const std::string& path, const std::string& vectors, const std::string& to) {
  if (!vectors.empty() && looks_like_map(vectors) && !looks_like_map(path))
    bad_input("the arguments stand in each other's place: the first file holds no map, the second does", path + " " + vectors,
              "swap them: " + vectors + " " + path);
  Map map = Map::load(path);
  return to.empty() ? map : map.to(to);
}

void refuse_map(const std::string& path) {
  if (looks_like_map(path))
    bad_input("is a map, not vectors", path, "vec2vec inspect shows a map, vec2vec translate sends vectors through it");
}

void remark_same_files(const std::vector<std::string>& paths, const std::string& meaning, bool quiet) {
  for (std::size_t i = 0; i < paths.size() && !quiet; ++i)
    for (std::size_t j = i + 1; j < paths.size(); ++j)
      if (same_bytes(paths[i], paths[j]))
        std::cerr << "note: "
                  << (paths[i] == paths[j] ? paths[i] + " is given twice"
                                           : paths[i] + " and " + paths[j] + " hold the same bytes")
                  << ": " << meaning << "\n";
}

}  // namespace vec2vec::cli
