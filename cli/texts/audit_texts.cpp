// SPDX-License-Identifier: Apache-2.0
#include "cli/texts/audit_texts.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>

#include "cli/common/files.h"
#include "core/text/json.h"
#include "vec2vec/error.h"
#include "vec2vec/texts.h"
#include "vec2vec/version.h"

namespace vec2vec::cli {
namespace {

using Json = nlohmann::ordered_json;
namespace fs = std::filesystem;

/// The file of the set's vectors by model number k, in the work folder.
std::string encoded(const TextSet& set, std::size_t k, const TextLoader& loader) {
  if (loader.models.empty())
    bad_input("has texts but no vectors", "--" + set.name,
              "--encoder FOLDER to encode them, or their vectors in --" + set.name + "-vectors");
  const KnownModel& model = loader.models[k];
  fs::create_directories(loader.work);
  const std::string number = k == 0 ? "" : "." + std::to_string(k + 1);
  const std::string path = (fs::path(loader.work) / (set.name + number + ".npy")).string();
  EncodeOptions options;
  options.encoder.prefix = model.prefix;
  options.encoder.threads = loader.threads;
  options.output.overwrite = true;
  if (std::ifstream provenance(path + ".provenance.json"); provenance && fs::exists(path)) {
    const Json before = parse_ordered_json(provenance, false);
    if (!before.is_discarded() && before.value("/texts/sha256"_json_pointer, "") == file_sha256(set.texts) &&
        before.value("library_version", "") == version() && before.contains("model") &&
        before["model"] == parse_ordered_json(Encoder(model.folder, options.encoder).card()))
      return path;
  }
  const std::string stage = "encode " + set.name + (loader.models.size() > 1 ? " by " + model.name : "");
  options.progress = [&](std::string_view, double done) { return loader.progress(stage, done); };
  encode(model.folder, set.texts, path, options);
  return path;
}

}  // namespace

LoadedTexts TextLoader::load(const TextSet& set) const {
  LoadedTexts loaded;
  if (!set.given()) return loaded;
  require_one_for_each(set.vectors, names.size(), "--" + set.name + "-vectors");
  if (!set.texts.empty()) {
    loaded.texts = read_texts(set.texts);
    loaded.files["texts"] = {{"path", set.texts}, {"sha256", file_sha256(set.texts)}, {"lines", loaded.texts.size()}};
  }
  for (std::size_t k = 0; k < names.size(); ++k) {
    const std::string path = set.vectors.empty() ? encoded(set, k, *this) : set.vectors[k];
    const auto file = open_input(path, {}, quiet);
    loaded.vectors.push_back(load_rows(*file, 0, "read " + set.name, progress).rows);
    Json facts = {{"path", path}, {"sha256", file_sha256(path)}, {"rows", file->rows()}, {"dim", file->dim()}};
    if (names.size() == 1) {
      loaded.files["vectors"] = std::move(facts);
    } else {
      facts["model"] = names[k];
      loaded.files["vectors"].push_back(std::move(facts));
    }
    if (!loaded.texts.empty() && static_cast<Index>(loaded.texts.size()) != file->rows())
      bad_input("has " + std::to_string(loaded.texts.size()) + " lines for " + std::to_string(file->rows()) + " vectors",
                set.texts, "one line for each row of " + path);
  }
  return loaded;
}

std::vector<std::string> space_names(const std::vector<KnownModel>& models, const std::vector<std::string>& public_vectors) {
  std::vector<std::string> names;
  for (const KnownModel& model : models) names.push_back(model.name);
  if (!names.empty()) return names;
  if (public_vectors.empty()) return {""};
  for (const std::string& path : public_vectors) {
    if (std::count(public_vectors.begin(), public_vectors.end(), path) > 1)
      bad_input("the same file is given twice", path, "the vectors of each known space once");
    names.push_back(stem_of(path));
  }
  return std::set<std::string>(names.begin(), names.end()).size() == names.size() ? names : public_vectors;
}

}  // namespace vec2vec::cli
