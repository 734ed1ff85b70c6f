// SPDX-License-Identifier: Apache-2.0
#include "cli/texts/known_models.h"

#include <filesystem>

#include "vec2vec/error.h"

namespace vec2vec::cli {
namespace {
namespace fs = std::filesystem;

/// [NAME=]FOLDER; a folder whose own name has a "=" is no name.
KnownModel parse(const std::string& text) {
  std::error_code ignored;
  const std::size_t sign = fs::exists(text, ignored) ? text.npos : text.find('=');
  if (sign != text.npos) return {text.substr(0, sign), text.substr(sign + 1), {}};
  fs::path folder = fs::path(text).lexically_normal();
  if (folder.filename().empty()) folder = folder.parent_path();  // ends in a slash
  return {folder.filename().string(), text, {}};
}

std::string counted(std::size_t count, const char* what) {
  return std::to_string(count) + " " + what + (count == 1 ? "" : "s");
}

std::string times(std::size_t count) { return count == 1 ? "once" : count == 2 ? "twice" : std::to_string(count) + " times"; }

}  // namespace

CLI::Option* add_repeated(CLI::App& command, const std::string& option, std::vector<std::string>& values,
                          const std::string& help) {
  return command.add_option(option, values, help)->expected(1)->take_all();
}

CLI::Option* add_model_options(CLI::App& command, ModelArguments& models, const std::string& option, const std::string& help) {
  models.option = option;
  CLI::Option* added = add_repeated(command, option, models.folders, help)->type_name("[NAME=]FOLDER");
  add_repeated(command, "--prefix", models.prefixes,
               "Put before every text that is encoded, such as \"query: \"; with several models once for each, \"\" for none")
      ->type_name("TEXT");
  return added;
}

std::vector<KnownModel> known_models(const ModelArguments& arguments) {
  std::vector<KnownModel> models;
  for (const std::string& text : arguments.folders) {
    KnownModel model = parse(text);
    if (model.name.empty()) bad_input("has no name before the =", arguments.option + " " + text, "NAME=FOLDER");
    for (const KnownModel& other : models) {
      std::error_code ignored;
      if (other.folder == model.folder || fs::equivalent(other.folder, model.folder, ignored))
        bad_input("the same model is given twice", model.folder, "each model once: a second time it adds nothing");
      if (other.name == model.name)
        bad_input("two models are called '" + model.name + "'", other.folder + " and " + model.folder,
                  arguments.option + " NAME=FOLDER");
    }
    models.push_back(std::move(model));
  }
  if (!arguments.prefixes.empty() && arguments.prefixes.size() != std::max<std::size_t>(1, models.size()))
    bad_input("is given " + times(arguments.prefixes.size()) + " for " + counted(models.size(), "model"), "--prefix",
              "once for each model, in their order; --prefix \"\" for a model that takes none");
  for (std::size_t k = 0; k < models.size() && !arguments.prefixes.empty(); ++k) models[k].prefix = arguments.prefixes[k];
  return models;
}

void require_one_for_each(const std::vector<std::string>& files, std::size_t count, const std::string& option) {
  if (!files.empty() && files.size() != count)
    bad_input("is given " + times(files.size()) + " for " + counted(count, "known space"), option,
              "once for each model, in their order");
}

}  // namespace vec2vec::cli
