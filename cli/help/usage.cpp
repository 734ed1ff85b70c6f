// SPDX-License-Identifier: Apache-2.0
#include "cli/help/usage.h"

#include <algorithm>
#include <regex>

#include "core/text/layout.h"

namespace vec2vec::cli {
std::vector<std::string> names_of_commands(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; }))
    names.push_back(command->get_name());
  return names;
}

namespace {

/// Damerau-Levenshtein distance (neighbouring letters exchanged count one).
std::size_t distance(const std::string& a, const std::string& b) {
  std::vector<std::vector<std::size_t>> d(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) {
    for (std::size_t j = 0; j <= b.size(); ++j) {
      if (i == 0 || j == 0) {
        d[i][j] = i + j;
        continue;
      }
      d[i][j] = std::min({d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + (a[i - 1] != b[j - 1])});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
    }
  }
  return d[a.size()][b.size()];
}

std::vector<std::string> names_of_options(const CLI::App& command) {
  std::vector<std::string> names;
  for (const CLI::Option* option : command.get_options())
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  return names;
}

UsageError unknown_command(const CLI::App& app, const std::vector<std::string>& arguments) {
  const std::vector<std::string> commands = names_of_commands(app);
  if (arguments.empty()) return {"no command was given", "one of " + listed(commands) + "; vec2vec --help"};
  const std::string& typed = arguments.front();
  if (typed.starts_with("-"))
    return {"the command comes first; there is no option " + typed + " before it",
            "vec2vec COMMAND " + typed + " ..., or vec2vec --help"};
  const std::string near = nearest_word(typed, commands);
  return {"there is no command '" + typed + "'", near.empty()
                                                     ? "one of " + listed(commands) + "; vec2vec --help"
                                                     : "vec2vec " + near + ": did you mean that? vec2vec --help lists all"};
}

UsageError unknown_option(const CLI::App& command, const std::string& typed) {
  const std::string name = typed.substr(0, typed.find('=')), near = nearest_word(name, names_of_options(command));
  const std::string help = "vec2vec " + command.get_name() + " --help lists all";
  return {"the command " + command.get_name() + " has no option " + name,
          near.empty() ? help : near + ": did you mean that? " + help};
}

/// "FIRST SECOND": what the command takes beside its options.
std::string positionals(const CLI::App& command) {
  std::vector<std::string> names;
  for (const CLI::Option* option : command.get_options([](const CLI::Option* o) { return o->get_positional(); }))
    names.push_back(option->get_required() ? option->get_name(true) : "[" + option->get_name(true) + "]");
  return listed(names, " ");
}

/// 0.500000 -> 0.5, 1.000000 -> 1.
std::string without_zeros(std::string number) {
  if (number.find('.') == number.npos) return number;
  number.erase(number.find_last_not_of('0') + 1);
  if (number.ends_with('.')) number.pop_back();
  return number;
}

/// CLI11 has no name for options that --help leaves out: its message begins with ": ". This puts the name in, by the value.
std::string with_name(const std::string& message, const CLI::App& command) {
  if (!message.starts_with(": ")) return message;
  for (const CLI::Option* option : command.get_options())
    for (const std::string& value : option->results())
      if (option->get_group().empty() && !option->get_lnames().empty() && message.find(' ' + value) != message.npos)
        return "--" + option->get_lnames().front() + message;
  return message;
}

/// Sentences that say what would be right, in the place of CLI11's words.
std::string plain(const std::string& message) {
  constexpr std::size_t kLongest = 1000;  // std::regex takes a stack frame for every character
  if (message.size() > kLongest) return message.substr(0, kLongest) + " ...";
  std::smatch parts;
  static const std::regex choice("(.+): (.*) not in \\{(.*)\\}"), conversion("Could not convert: (.+) = (.*)"),
      missing("(-\\S+): 1 required .* missing"), range("(.+): Value (.*) not in range (\\S+) to (\\S+)"),
      must("(.+): (must .*)");
  if (std::regex_match(message, parts, choice)) {
    std::vector<std::string> words;
    std::string names = parts.str(3);
    for (std::size_t comma; (comma = names.find(',')) != names.npos; names.erase(0, comma + 1))
      words.push_back(names.substr(0, comma));
    words.push_back(names);
    const std::string near = nearest_word(parts.str(2), words);
    return parts.str(1) + " must be one of " + listed(words) + "; is '" + parts.str(2) + "'" +
           (near.empty() ? "" : " (did you mean " + near + "?)");
  }
  if (std::regex_match(message, parts, conversion)) return parts.str(1) + " must be a number; is '" + parts.str(2) + "'";
  if (std::regex_match(message, parts, missing)) return parts.str(1) + " needs a value";
  if (std::regex_match(message, parts, range))
    return parts.str(1) + " must lie between " + without_zeros(parts.str(3)) + " and " + without_zeros(parts.str(4)) +
           "; is '" + parts.str(2) + "'";
  if (std::regex_match(message, parts, must)) return parts.str(1) + " " + parts.str(2);
  return message;
}

}  // namespace

std::string nearest_word(const std::string& typed, const std::vector<std::string>& known) {
  std::string best;
  std::size_t least = std::max<std::size_t>(1, (typed.size() - typed.find_first_not_of('-')) / 3) + 1;
  if (typed.find_first_not_of('-') == typed.npos) return best;
  for (const std::string& word : known)
    if (const std::size_t d = distance(typed, word); d < least) {
      least = d;
      best = word;
    }
  for (const std::string& word : known)
    if (best.empty() && typed.size() > 3 && (word.starts_with(typed) || typed.starts_with(word + "-"))) best = word;
  return best;
}

UsageError explain(const CLI::ParseError& error, const CLI::App& app, const std::vector<std::string>& arguments) {
  const auto chosen = app.get_subcommands();
  if (chosen.empty() || arguments.front().starts_with("-")) return unknown_command(app, arguments);
  const CLI::App& command = *chosen.front();
  const std::string help = "vec2vec " + command.get_name() + " --help";
  // Leftover arguments come first, for a misspelt option is why another one is missing.
  const std::vector<std::string> rest = command.remaining();
  for (const std::string& word : rest)
    if (word.size() > 1 && word[0] == '-') return unknown_option(command, word);
  if (!rest.empty())
    return {"the command " + command.get_name() + " takes no further argument '" + rest.front() + "'",
            (command.get_option_no_throw("--output") ? "-o " + rest.front() + ", if that is the output; " : "") + "vec2vec " +
                command.get_name() + " " + positionals(command) + " and options; " + help};
  if (dynamic_cast<const CLI::RequiredError*>(&error) != nullptr)
    return {error.what(), "vec2vec " + command.get_name() + " " + positionals(command) + " and options; " + help};
  return {plain(with_name(error.what(), command)), help};
}

}  // namespace vec2vec::cli
