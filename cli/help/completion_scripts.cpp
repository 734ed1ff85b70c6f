// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "cli/help/command_tree.h"
#include "core/text/layout.h"

namespace vec2vec::cli {
namespace {

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  for (std::size_t at = 0; (at = text.find(from, at)) != text.npos; at += to.size()) text.replace(at, from.size(), to);
  return text;
}

std::vector<std::string> option_names(const CommandText& command) {
  std::vector<std::string> names;
  for (const ArgumentText& option : command.options) names.insert(names.end(), option.names.begin(), option.names.end());
  return names;
}

std::vector<std::string> command_names(const std::vector<CommandText>& commands) {
  std::vector<std::string> names;
  for (std::size_t i = 1; i < commands.size(); ++i) names.push_back(commands[i].name);
  return names;
}

bool is_number(const ArgumentText& argument) { return argument.value == "N"; }

}  // namespace

std::string bash_completion(const std::vector<CommandText>& commands) {
  std::string values, options, arguments;
  for (std::size_t i = 1; i < commands.size(); ++i) {
    const CommandText& command = commands[i];
    for (const ArgumentText& option : command.options) {
      if (option.value.empty()) continue;
      std::vector<std::string> patterns;
      for (const std::string& name : option.names) patterns.push_back("'" + command.name + " " + name + "'");
      values += "    " + listed(patterns, " | ") + ") ";
      if (!option.choices.empty())
        values += "COMPREPLY=($(compgen -W '" + listed(option.choices, " ") + "' -- \"$cur\")); return ;;\n";
      else
        values += is_number(option) ? "compopt +o default +o bashdefault 2>/dev/null; return ;;\n" : "return ;;\n";
    }
    options += "    " + command.name + ") options='" + listed(option_names(command), " ") + "' ;;\n";
    for (const ArgumentText& argument : command.positionals)
      if (!argument.choices.empty())
        arguments += "    " + command.name + ") choices='" + listed(argument.choices, " ") + "' ;;\n";
  }
  return "# Completion of vec2vec in bash, made by: vec2vec completion bash\n"
         "_vec2vec() {\n"
         "  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} command=${COMP_WORDS[1]} options='' "
         "choices=''\n"
         "  COMPREPLY=()\n"
         "  if [[ $cur == '=' ]]; then cur=''; elif [[ $prev == '=' ]]; then prev=${COMP_WORDS[COMP_CWORD-2]}; fi\n"
         "  if ((COMP_CWORD == 1)); then\n"
         "    COMPREPLY=($(compgen -W '" +
         listed(command_names(commands), " ") + " " + listed(option_names(commands[0]), " ") +
         "' -- \"$cur\"))\n"
         "    return\n"
         "  fi\n"
         "  case \"$command $prev\" in\n" +
         values +
         "  esac\n"
         "  if [[ $cur == -* ]]; then\n"
         "    case $command in\n" +
         options +
         "    esac\n"
         "    COMPREPLY=($(compgen -W \"$options\" -- \"$cur\"))\n"
         "    return\n"
         "  fi\n"
         "  case $command in\n" +
         arguments +
         "    *) return ;;\n"
         "  esac\n"
         "  COMPREPLY=($(compgen -W \"$choices\" -- \"$cur\"))\n"
         "}\n"
         "complete -o default -o bashdefault -F _vec2vec vec2vec\n";
}

namespace {

/// For _arguments of zsh, between single quotes.
std::string zsh_text(std::string text) {
  text = first_sentence(text);
  for (const char* special : {"\\", "[", "]", ":"}) text = replaced(text, special, std::string("\\") + special);
  return replaced(text, "'", "'\\''");
}

std::string zsh_value(const ArgumentText& argument) {
  const std::string action = !argument.choices.empty() ? "(" + listed(argument.choices, " ") + ")"
                             : is_number(argument)     ? ""
                                                       : "_files";
  return ":" + zsh_text(argument.value.empty() ? argument.names[0] : argument.value) + ":" + action;
}

std::string zsh_arguments(const CommandText& command) {
  std::string text;
  for (const ArgumentText& option : command.options) {
    const std::string what = "[" + zsh_text(option.description) + "]" + (option.value.empty() ? "" : zsh_value(option));
    const std::string often = option.many ? "'*'" : "";
    if (option.names.size() == 1)
      text += " \\\n    " + often + "'" + option.names[0] + what + "'";
    else
      text += " \\\n    " + (option.many ? often : "'(" + listed(option.names, " ") + ")'") + "{" + listed(option.names, ",") +
              "}'" + what + "'";
  }
  for (const ArgumentText& argument : command.positionals)
    text += " \\\n    '" + std::string(argument.many ? "*" : "") + zsh_value(argument) + "'";
  return text;
}

}  // namespace

std::string zsh_completion(const std::vector<CommandText>& commands) {
  std::string list, cases;
  for (std::size_t i = 1; i < commands.size(); ++i) {
    list += "    '" + commands[i].name + ":" + zsh_text(commands[i].description) + "'\n";
    cases += "  " + commands[i].name + ") _arguments" + zsh_arguments(commands[i]) + " ;;\n";
  }
  return "#compdef vec2vec\n"
         "# Completion of vec2vec in zsh, made by: vec2vec completion zsh\n"
         "_vec2vec() {\n"
         "  local -a commands\n"
         "  commands=(\n" +
         list +
         "  )\n"
         "  if ((CURRENT == 2)); then\n"
         "    _describe command commands\n"
         "    _arguments" +
         zsh_arguments(commands[0]) +
         "\n"
         "    return\n"
         "  fi\n"
         "  local command=$words[2]\n"
         "  shift words\n"
         "  ((CURRENT--))\n"
         "  case $command in\n" +
         cases +
         "  esac\n"
         "}\n"
         "if [[ $zsh_eval_context[-1] == loadautofunc ]]; then _vec2vec \"$@\"; else compdef _vec2vec vec2vec; fi\n";
}

std::string fish_completion(const std::vector<CommandText>& commands) {
  const auto quoted = [](const std::string& text) {
    return "'" + replaced(replaced(first_sentence(text), "\\", "\\\\"), "'", "\\'") + "'";
  };
  std::string text = "# Completion of vec2vec in fish, made by: vec2vec completion fish\n";
  for (std::size_t i = 0; i < commands.size(); ++i) {
    const CommandText& command = commands[i];
    const std::string when = i == 0 ? "complete -c vec2vec -n __fish_use_subcommand"
                                    : "complete -c vec2vec -n '__fish_seen_subcommand_from " + command.name + "'";
    if (i > 0)
      text +=
          "complete -c vec2vec -n __fish_use_subcommand -f -a " + command.name + " -d " + quoted(command.description) + "\n";
    for (const ArgumentText& option : command.options) {
      text += when;
      for (const std::string& name : option.names)
        text += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
      if (!option.choices.empty())
        text += " -x -a '" + listed(option.choices, " ") + "'";
      else if (!option.value.empty())
        text += is_number(option) ? " -x" : " -r -F";
      text += " -d " + quoted(option.description) + "\n";
    }
    for (const ArgumentText& argument : command.positionals)
      if (!argument.choices.empty()) text += when + " -f -a '" + listed(argument.choices, " ") + "'\n";
  }
  return text;
}

}  // namespace vec2vec::cli
