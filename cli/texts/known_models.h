// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <CLI/CLI.hpp>
#include <memory>
#include <string>
#include <vector>

#include "vec2vec/encode.h"
#include "vec2vec/inversion.h"
#include "vec2vec/matrix.h"
#include "vec2vec/progress.h"

namespace vec2vec::cli {

/// A model of a known space.
struct KnownModel {
  std::string name, folder, prefix;
};

/// The models as they were typed: the option's name, [NAME=]FOLDER a model, and --prefix for each.
struct ModelArguments {
  std::string option;  ///< "--encoder"
  std::vector<std::string> folders, prefixes;
};

/// Adds the option and --prefix, both once a model.
CLI::Option* add_model_options(CLI::App& command, ModelArguments& models, const std::string& option, const std::string& help);

/// An option that may be given once for each model, each time with one value.
CLI::Option* add_repeated(CLI::App& command, const std::string& option, std::vector<std::string>& values,
                          const std::string& help);

/// The models, named by NAME or else by the last part of FOLDER. Throws Error{kBadInput} when one is given twice, when two have
/// one name, or when the prefixes are not one for each (a single model needs none).
std::vector<KnownModel> known_models(const ModelArguments& models);

/// Throws Error{kBadInput} unless there are no files or one for each of `count` known spaces.
void require_one_for_each(const std::vector<std::string>& files, std::size_t count, const std::string& option);

}  // namespace vec2vec::cli
