// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "cli/texts/known_models.h"
#include "vec2vec/matrix.h"
#include "vec2vec/progress.h"

namespace vec2vec::cli {

/// Texts, and files of their vectors, one for each known space; without them the texts are encoded.
struct TextSet {
  std::string name, texts;
  std::vector<std::string> vectors;
  bool given() const { return !texts.empty() || !vectors.empty(); }
};

/// Texts and vectors of one set, with what the report says of their files.
struct LoadedTexts {
  std::vector<std::string> texts;
  std::vector<Matrix> vectors;  ///< one for each known space; none when the set is not given
  nlohmann::ordered_json files = nlohmann::ordered_json::object();

  MatrixView in(std::size_t space) const { return vectors.empty() ? MatrixView{} : vectors[space].view(); }
};

/// Reads the sets of an audit.
struct TextLoader {
  std::vector<KnownModel> models;  ///< may be none when every set has vectors
  std::vector<std::string> names;  ///< of the known spaces
  std::string work;                ///< folder that keeps what was encoded
  int threads = 0;
  bool quiet = false;
  Progress progress = {};

  /// Reads a set; texts without vectors are encoded by each model into the work folder, unless that was done already with the
  /// same model and texts.
  LoadedTexts load(const TextSet& set) const;
};

/// Names of the known spaces: of the models, else of the files of the public vectors.
std::vector<std::string> space_names(const std::vector<KnownModel>& models, const std::vector<std::string>& public_vectors);

}  // namespace vec2vec::cli
