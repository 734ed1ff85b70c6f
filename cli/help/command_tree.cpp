// SPDX-License-Identifier: Apache-2.0
#include "cli/help/command_tree.h"

namespace vec2vec::cli {
namespace {

/// The words that an option accepts, taken from what its check says about a wrong value.
std::vector<std::string> choices_of(CLI::Option& option) {
  std::vector<std::string> words;
  for (int i = 0;; ++i) {
    std::string told;
    try {
      std::string none = "\x01";
      told = (*option.get_validator(i))(none);
    } catch (const CLI::OptionNotFound&) {
      return words;
    }
    const std::size_t begin = told.find("not in {"), end = told.rfind('}');
    if (begin == told.npos || end == told.npos) continue;
    for (const std::string& word : CLI::detail::split(told.substr(begin + 8, end - begin - 8), ',')) words.push_back(word);
  }
}

ArgumentText text_of(CLI::Option& option) {
  ArgumentText text;
  for (const std::string& name : option.get_snames()) text.names.push_back("-" + name);
  for (const std::string& name : option.get_lnames()) text.names.push_back("--" + name);
  if (option.get_positional()) text.names = {option.get_name(true)};
  const bool takes_value = option.get_items_expected_max() > 0;
  if (takes_value) text.value = option.get_type_name();
  text.initial = option.get_default_str();
  text.description = option.get_description();
  text.group = option.get_group();
  if (takes_value) text.choices = choices_of(option);
  text.required = option.get_required();
  text.many = option.get_expected_max() > 1;
  return text;
}

CommandText text_of(const CLI::App& app) {
  CommandText text{app.get_name(), app.get_description(), app.get_footer(), {}, {}};
  for (const CLI::Option* option : app.get_options()) {
    // Only reading; CLI11 hands out the checks of an option that may be changed.
    const ArgumentText argument = text_of(const_cast<CLI::Option&>(*option));
    (option->get_positional() ? text.positionals : text.options).push_back(argument);
  }
  return text;
}

}  // namespace

std::vector<CommandText> command_texts(const CLI::App& app) {
  std::vector<CommandText> texts = {text_of(app)};
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) texts.push_back(text_of(*command));
  return texts;
}

std::string first_sentence(const std::string& description) {
  std::string text = description.substr(0, std::min(description.find(". "), description.find('\n')));
  if (text.ends_with('.')) text.pop_back();
  return text;
}

}  // namespace vec2vec::cli
