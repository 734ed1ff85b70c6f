// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cctype>

#include "cli/help/command_tree.h"
#include "core/text/layout.h"
#include "vec2vec/version.h"

namespace vec2vec::cli {
namespace {

/// Text as roff takes it: nothing in it is a request or an escape.
std::string roff(const std::string& text) {
  std::string out;
  bool line_begins = true;
  for (const char c : text) {
    if (line_begins && (c == '.' || c == '\'')) out += "\\&";
    out += c == '\\' ? "\\e" : c == '-' ? "\\-" : std::string(1, c);
    line_begins = c == '\n';
  }
  return out;
}

std::string upper(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return text;
}

std::string in_manual(const ArgumentText& argument, bool positional) {
  std::string names;
  for (const std::string& name : argument.names) names += (names.empty() ? "\\fB" : ", \\fB") + roff(name) + "\\fR";
  if (!positional && !argument.value.empty()) names += " \\fI" + roff(argument.value) + "\\fR";
  std::string facts;
  const auto add = [&facts](const std::string& fact) { facts += (facts.empty() ? "" : "; ") + fact; };
  if (argument.required) add("required");
  if (positional && argument.many) add("one or more");
  if (!argument.choices.empty()) add("one of " + listed(argument.choices));
  if (!argument.initial.empty()) add("default: " + argument.initial);
  return ".TP\n" + names + "\n" + roff(argument.description) + (facts.empty() ? "" : ". [" + roff(facts) + "]") + "\n";
}

std::string synopsis(const CommandText& command, const CommandText& program) {
  if (&command == &program) return ".B vec2vec\n.I COMMAND\n[\\fIOPTIONS\\fR] ...\n";
  std::string text = ".B vec2vec " + roff(command.name) + "\n";
  for (const ArgumentText& argument : command.positionals) {
    const std::string name = "\\fI" + roff(argument.names[0]) + "\\fR" + (argument.many ? " ..." : "");
    text += argument.required ? name + "\n" : "[" + name + "]\n";
  }
  return text + "[\\fIOPTIONS\\fR]\n";
}

std::vector<std::string> groups_of(const CommandText& command) {
  std::vector<std::string> groups;
  for (const ArgumentText& option : command.options)
    if (std::find(groups.begin(), groups.end(), option.group) == groups.end()) groups.push_back(option.group);
  // What --help leaves out comes last.
  std::stable_partition(groups.begin(), groups.end(), [](const std::string& group) { return !group.empty(); });
  return groups;
}

}  // namespace

std::string manual_name(const CommandText& command, const std::vector<CommandText>& all) {
  return command.name == all.front().name ? command.name : all.front().name + "-" + command.name;
}

std::string manual_page(const CommandText& command, const std::vector<CommandText>& all) {
  const CommandText& program = all.front();
  const std::string name = manual_name(command, all);
  std::string text = ".TH " + upper(roff(name)) + " 1 \"\" \"vec2vec " + std::string(version()) + "\" \"vec2vec\"\n.SH NAME\n" +
                     roff(name) + " \\- " + roff(first_sentence(command.description)) + "\n.SH SYNOPSIS\n" +
                     synopsis(command, program) + ".SH DESCRIPTION\n" + roff(command.description) + "\n";
  if (!command.positionals.empty()) text += ".SH ARGUMENTS\n";
  for (const ArgumentText& argument : command.positionals) text += in_manual(argument, true);
  if (&command == &program) {
    text += ".SH COMMANDS\n";
    for (std::size_t i = 1; i < all.size(); ++i)
      text += ".TP\n\\fB" + roff(all[i].name) + "\\fR\n" + roff(all[i].description) + "\n";
  }
  for (const std::string& group : groups_of(command)) {
    text += ".SH " + upper(roff(group.empty() ? "Further options" : group)) + "\n";
    for (const ArgumentText& option : command.options)
      if (option.group == group) text += in_manual(option, false);
  }
  if (!command.footer.empty()) text += ".SH NOTES\n.nf\n" + roff(command.footer) + "\n.fi\n";
  text += ".SH SEE ALSO\n";
  std::vector<std::string> others;
  for (const CommandText& other : all)
    if (&other != &command) others.push_back(manual_name(other, all));
  for (const std::string& other : others) text += ".BR " + roff(other) + (&other == &others.back() ? " (1)\n" : " (1),\n");
  return text;
}

}  // namespace vec2vec::cli
