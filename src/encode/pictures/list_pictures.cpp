// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <filesystem>
#include <fstream>

#include "core/boundary.h"
#include "vec2vec/encode_pictures.h"
#include "vec2vec/error.h"
#include "vec2vec/texts.h"

namespace vec2vec {
namespace fs = std::filesystem;
namespace {

bool named_as_picture(const fs::path& path) {
  std::string ending = path.extension().string();
  std::transform(ending.begin(), ending.end(), ending.begin(),
                 [](unsigned char c) { return c >= 'A' && c <= 'Z' ? c + 32 : c; });
  return ending == ".jpg" || ending == ".jpeg" || ending == ".png" || ending == ".webp";
}

bool begins_as_picture(const std::string& path) {
  char bytes[12] = {};
  std::ifstream(path, std::ios::binary).read(bytes, sizeof bytes);
  const std::string_view begin(bytes, sizeof bytes);
  return begin.starts_with("\xFF\xD8\xFF") || begin.starts_with("\x89PNG\r\n\x1A\n") ||
         (begin.starts_with("RIFF") && begin.ends_with("WEBP"));
}

std::vector<std::string> pictures_below(const std::string& folder) {
  std::vector<std::string> paths;
  const auto options = fs::directory_options::follow_directory_symlink;
  for (const auto& entry : fs::recursive_directory_iterator(folder, options))
    if (entry.is_regular_file() && named_as_picture(entry.path())) paths.push_back(entry.path().string());
  std::sort(paths.begin(), paths.end());
  if (paths.empty())
    bad_input("there is no picture in the folder", folder,
              "a folder of files that end in .jpg, .jpeg, .png or .webp, or a list of their paths");
  return paths;
}

}  // namespace

bool holds_pictures(const std::string& path) { return fs::is_directory(path) || begins_as_picture(path); }

std::vector<std::string> list_pictures(const std::string& path) try {
  if (fs::is_directory(path)) return pictures_below(path);
  if (begins_as_picture(path)) return {path};
  std::vector<std::string> paths;
  const fs::path folder = fs::path(path).parent_path();
  std::size_t line = 0;
  for (const std::string& name : read_texts(path)) {
    ++line;
    if (name.empty()) bad_input("a line is empty where a picture's path belongs", path + ", line " + std::to_string(line));
    paths.push_back((folder / name).string());
  }
  return paths;
} catch (...) {
  rethrow_as_error();
}

}  // namespace vec2vec
