// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <CLI/CLI.hpp>
#include <string>
#include <vector>

namespace vec2vec::cli {

/// An option or a positional argument, as manual pages and completions need it.
struct ArgumentText {
  std::vector<std::string> names;    ///< "-o", "--output"; of a positional its name alone
  std::string value, initial;        ///< "FILE", and the default; empty for a flag
  std::string description, group;    ///< the group is empty when --help leaves the option out
  std::vector<std::string> choices;  ///< the values it takes, when they are a list
  bool required = false, many = false;
};

struct CommandText {
  std::string name;  ///< "vec2vec", or that of a command
  std::string description, footer;
  std::vector<ArgumentText> positionals, options;
};

/// All that the command line has: the program itself first, then each command in the order of --help. Manual pages and
/// completions are made from this alone.
std::vector<CommandText> command_texts(const CLI::App& app);

/// The first sentence of a description, on one line, without its full stop.
std::string first_sentence(const std::string& description);

/// Scripts for the completion of command lines in a shell.
std::string bash_completion(const std::vector<CommandText>& commands);
std::string zsh_completion(const std::vector<CommandText>& commands);
std::string fish_completion(const std::vector<CommandText>& commands);

/// What `man` knows the page of a command as: vec2vec, vec2vec-align ...
std::string manual_name(const CommandText& command, const std::vector<CommandText>& all);

/// The manual page of one of the commands, in roff, for section 1.
std::string manual_page(const CommandText& command, const std::vector<CommandText>& all);

}  // namespace vec2vec::cli
