// SPDX-License-Identifier: Apache-2.0
#include <filesystem>
#include <iostream>
#include <memory>

#include "cli/common/command.h"
#include "cli/help/command_tree.h"
#include "cli/help/usage.h"
#include "io/file/atomic_file.h"
#include "vec2vec/error.h"

namespace vec2vec::cli {
namespace {

struct ManualArguments {
  std::string command = "vec2vec", folder;
  bool force = false;
};

int run_manual(const CLI::App& app, const ManualArguments& arguments) {
  const std::vector<CommandText> all = command_texts(app);
  if (arguments.folder.empty()) {
    for (const CommandText& command : all)
      if (command.name == arguments.command) std::cout << manual_page(command, all);
    return kSuccess;
  }
  std::error_code failed;
  std::filesystem::create_directories(arguments.folder, failed);
  if (failed) bad_input("the folder cannot be made", arguments.folder, "another folder");
  for (const CommandText& command : all) {
    const std::string path = arguments.folder + "/" + manual_name(command, all) + ".1";
    write_file(path, manual_page(command, all), arguments.force);
  }
  return kSuccess;
}

}  // namespace

void add_completion(CLI::App& app, Run& run) {
  auto shell = std::make_shared<std::string>();
  CLI::App* command = app.add_subcommand("completion", "Print a script that completes command lines of vec2vec in a shell");
  command->add_option("SHELL", *shell, "The shell: bash, zsh or fish")
      ->check(CLI::IsMember({"bash", "zsh", "fish"}).description(""))
      ->type_name("")
      ->required();
  command->footer(
      "Examples:\n"
      "  source <(vec2vec completion bash)\n"
      "  vec2vec completion bash > ~/.local/share/bash-completion/completions/vec2vec\n"
      "  vec2vec completion zsh > ~/.zfunc/_vec2vec      (with ~/.zfunc in fpath)\n"
      "  vec2vec completion fish > ~/.config/fish/completions/vec2vec.fish");
  command->callback([shell, &app, &run] {
    run = [shell, &app] {
      const std::vector<CommandText> all = command_texts(app);
      std::cout << (*shell == "bash" ? bash_completion(all) : *shell == "zsh" ? zsh_completion(all) : fish_completion(all));
      return kSuccess;
    };
  });
}

void add_manual(CLI::App& app, Run& run) {
  auto arguments = std::make_shared<ManualArguments>();
  CLI::App* command = app.add_subcommand("manual", "Print a manual page for man, or write all of them");
  std::vector<std::string> names = names_of_commands(app);
  names.insert(names.begin(), "vec2vec");
  command->add_option("COMMAND", arguments->command, "The command whose page it is; default: that of vec2vec itself")
      ->check(CLI::IsMember(names).description(""))
      ->type_name("");
  command
      ->add_option("-o,--output", arguments->folder,
                   "Write the pages of all commands into this folder in the place of printing one")
      ->type_name("FOLDER");
  command->add_flag("--force", arguments->force, "Overwrite pages that are there");
  command->footer(
      "Examples:\n"
      "  vec2vec manual align | man -l -\n"
      "  vec2vec manual -o ~/.local/share/man/man1");
  command->callback([arguments, &app, &run] { run = [arguments, &app] { return run_manual(app, *arguments); }; });
}

}  // namespace vec2vec::cli
