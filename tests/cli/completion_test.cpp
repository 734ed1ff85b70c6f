// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>

#include "cli/run_cli.h"
#include "contains.h"

namespace vec2vec {
namespace {

/// The first group of every match.
std::set<std::string> all_matches(const std::string& text, const char* pattern) {
  const std::regex expression(pattern);
  std::set<std::string> found;
  for (std::sregex_iterator match(text.begin(), text.end(), expression), end; match != end; ++match) found.insert((*match)[1]);
  return found;
}

/// The names of all commands, as --help has them.
std::set<std::string> commands() {
  const std::string help = run_cli({"--help"}).out;
  const std::string list = help.substr(help.find("\nSubcommands:"), help.find("\nExamples:") - help.find("\nSubcommands:"));
  return all_matches(list, "\n  ([a-z]+) ");
}

/// "--output" and the like, as the help of a command has them.
std::set<std::string> options(const std::string& command) {
  std::string help = run_cli({command, "--help"}).out;
  if (command == "align") help += run_cli({"align", "--help-neural"}).out;
  return all_matches(help, "\n  (?:-[a-zA-Z],)?(--[a-z0-9-]+)");
}

/// The script that completes command lines in a shell.
std::string shell_script(const char* shell) {
  const CliResult result = run_cli({"completion", shell});
  EXPECT_EQ(result.code, 0) << result.err;
  return result.out;
}

TEST(Completion, NamesEveryCommandAndOptionThatHelpNames) {
  ASSERT_GT(commands().size(), 14u);
  const std::string bash = shell_script("bash"), zsh = shell_script("zsh"), fish = shell_script("fish");
  for (const std::string& command : commands()) {
    const std::string list = bash.substr(bash.find("    " + command + ") options='"));
    const std::string words = list.substr(0, list.find("' ;;\n")) + " ";
    const std::string cases = zsh.substr(zsh.find("\n  " + command + ") _arguments"));
    const std::string arguments = cases.substr(0, cases.find(" ;;\n"));
    EXPECT_TRUE(contains(fish, " -a " + command + " -d '")) << command;
    ASSERT_GE(options(command).size(), 1u) << command;
    for (const std::string& option : options(command)) {
      EXPECT_TRUE(contains(words, " " + option + " ") || contains(words, "'" + option + " ")) << command << option << words;
      EXPECT_TRUE(contains(arguments, "'" + option + "[") || contains(arguments, "," + option + "}'[")) << command << option;
      const std::regex line("seen_subcommand_from " + command + "'[^\n]* -l " + option.substr(2) + " ");
      EXPECT_TRUE(std::regex_search(fish, line)) << command << option;
    }
  }
}

/// What bash offers for the words of a command line, the last of which is being typed; empty when it would offer files.
std::string offered(const std::string& words) {
  TempDir dir;
  const std::string script = dir.path("vec2vec.bash"), out = dir.path("out");
  std::ofstream(script) << shell_script("bash") << "COMP_WORDS=(" << words
                        << ")\nCOMP_CWORD=$((${#COMP_WORDS[@]} - 1))\n_vec2vec\necho \"${COMPREPLY[*]}\"\n";
  EXPECT_EQ(std::system(("bash -u '" + script + "' >'" + out + "'").c_str()), 0);
  return file_bytes(out);
}

TEST(Completion, WorksInBash) {
  if (std::system("command -v bash >/dev/null 2>&1") != 0) GTEST_SKIP() << "no bash here";
  EXPECT_EQ(offered("vec2vec al"), "align\n");
  EXPECT_EQ(offered("vec2vec align --by"), "--by-cosine\n");
  EXPECT_EQ(offered("vec2vec align a.npy b.npy -o map --method n"), "neural\n");
  EXPECT_EQ(offered("vec2vec align --method = l"), "linear\n");
  EXPECT_EQ(offered("vec2vec align a.n"), "\n") << "files are left to bash";
  EXPECT_EQ(offered("vec2vec align -o m"), "\n");
  EXPECT_EQ(offered("vec2vec completion b"), "bash\n");
  EXPECT_EQ(offered("vec2vec nonsense --a"), "\n");
}

TEST(Completion, AnUnknownShellIsCode2) {
  const CliResult result = run_cli({"completion", "tcsh"});
  EXPECT_EQ(result.code, 2);
  EXPECT_TRUE(contains(result.err, "bash, zsh, fish")) << result.err;
}

TEST(Manual, HasAPageForEveryCommandWithAllItsOptions) {
  TempDir dir;
  const std::string folder = dir.path("man1");
  ASSERT_EQ(run_cli({"manual", "-o", folder}).code, 0);
  std::set<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) names.insert(entry.path().filename().string());
  EXPECT_EQ(names.size(), commands().size() + 1);
  for (const std::string& command : commands()) {
    EXPECT_TRUE(names.count("vec2vec-" + command + ".1")) << command;
    const std::string page = run_cli({"manual", command}).out;
    EXPECT_TRUE(page.starts_with(".TH VEC2VEC")) << page.substr(0, 100);
    for (const std::string& option : options(command)) {
      const std::string name = "\\fB" + std::regex_replace(option, std::regex("-"), "\\-") + "\\fR";
      EXPECT_TRUE(contains(page, name)) << command << option;
    }
  }
  const std::string main_page = run_cli({"manual"}).out;
  for (const std::string& command : commands()) EXPECT_TRUE(contains(main_page, "\\fB" + command + "\\fR\n")) << command;
  EXPECT_EQ(run_cli({"manual", "-o", folder}).code, 2) << "nothing is overwritten unasked";
  EXPECT_EQ(run_cli({"manual", "-o", folder, "--force"}).code, 0);
  EXPECT_EQ(run_cli({"manual", "nonsense"}).code, 2);
}

TEST(Manual, LinesOfExamplesAreNoRequests) {
  for (const std::string& command : commands()) {
    std::istringstream page(run_cli({"manual", command}).out);
    for (std::string line; std::getline(page, line);)
      if (line.starts_with('.') || line.starts_with('\'')) {
        EXPECT_TRUE(std::regex_search(line, std::regex("^\\.(TH|SH|TP|B|BR|I|nf|fi)\\b"))) << command << ": " << line;
      }
  }
}

}  // namespace
}  // namespace vec2vec
