// SPDX-License-Identifier: Apache-2.0
#include "cli/help/spelling.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include "cli/run_cli.h"

namespace vec2vec {
namespace {

namespace fs = std::filesystem;
using cli::in_flags;

TEST(SpellingTest, NamesOfTheLibraryBecomeFlags) {
  EXPECT_EQ(in_flags("another name, or `CreateOptions::overwrite = true`"), "another name, or --force");
  EXPECT_EQ(in_flags("a smaller `EncoderOptions::max_tokens`."), "a smaller --max-tokens.");
  EXPECT_EQ(in_flags("`MigrateOptions::type = vector`; `inspect()`"), "--type vector; vec2vec inspect");
  EXPECT_EQ(in_flags("`AlignOptions::partial = true``AttributeOptions::k`"), "--partial--k");
}

TEST(SpellingTest, OtherBackQuotesStay) {
  const std::string rows(200000, 'x');
  for (const std::string& text : {std::string("a `b` c"), std::string("`"), std::string("``"), std::string(), "`" + rows + "`",
                                  "`A::" + rows + "`", std::string("`ls -l` gives ` and `a::b`"), std::string("std::string")})
    EXPECT_EQ(in_flags(text), text);
  EXPECT_EQ(in_flags("it`s `X::y`"), "it`s --y");
}

const fs::path kRoot = fs::path(VEC2VEC_TESTS_DIR) / "..";

std::vector<fs::path> sources(const std::string& folder) {
  std::vector<fs::path> found;
  for (const auto& entry : fs::recursive_directory_iterator(kRoot / folder))
    if (entry.path().extension() == ".cpp" || entry.path().extension() == ".h") found.push_back(entry.path());
  return found;
}

/// The string literals of a source file, neighbours joined as the compiler joins them.
std::vector<std::string> literals(const fs::path& path) {
  const std::string text = file_bytes(path.string());
  std::vector<std::string> found;
  bool joined = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text.compare(i, 2, "//") == 0) {
      i = text.find('\n', i);
      if (i == text.npos) break;
    } else if (text[i] == '\'') {
      i += text[i + 1] == '\\' ? 3 : 2;
    } else if (text[i] == '"') {
      std::string literal;
      for (++i; i < text.size() && text[i] != '"'; ++i) {
        if (text[i] == '\\') literal += text[i++];
        literal += text[i];
      }
      if (!joined) found.emplace_back();
      found.back() += literal;
      joined = true;
    } else if (!std::isspace(static_cast<unsigned char>(text[i]))) {
      joined = false;
    }
  }
  return found;
}

TEST(SpellingTest, TheLibraryKnowsNoFlagAndNoCommand) {
  // What remains when shell commands that build the program, and a text that keys are made of, are taken out.
  const std::regex allowed("scripts/setup\\.sh --[a-z]+|cmake --preset|vec2vec defend, seed "), flag("(^|[^-\\w])--[a-z]"),
      command("vec2vec (align|audit|defend|encode|evaluate|gate|inspect|invert|measure|migrate|sample|translate)\\b");
  for (const fs::path& path : sources("src")) {
    for (const std::string& literal : literals(path)) {
      const std::string rest = std::regex_replace(literal, allowed, "");
      EXPECT_FALSE(std::regex_search(rest, flag)) << path << ": \"" << literal << "\" names a flag";
      EXPECT_FALSE(std::regex_search(rest, command)) << path << ": \"" << literal << "\" names a command";
    }
  }
}

TEST(SpellingTest, EveryNameIsInTheHeadersAndItsFlagInTheCommand) {
  std::string headers, program;
  for (const fs::path& path : sources("include")) headers += file_bytes(path.string());
  for (const fs::path& path : sources("cli"))
    for (const std::string& literal : literals(path)) program += "\n" + literal + " ";
  // What the command leaves at its default, or always gives.
  const std::set<std::string> unset = {"AttributeOptions::shuffles", "GateEvidence::age_days", "WordOptions::least_texts",
                                       "WordOptions::most_share",    "WordOptions::power",     "WordOptions::step"};
  const std::regex name("`([A-Z][A-Za-z0-9]*)::([a-z_0-9]+)(\\(\\))?( = [^`]+)?`");
  int seen = 0;
  for (const fs::path& path : sources("src")) {
    for (const std::string& literal : literals(path)) {
      for (std::sregex_iterator i(literal.begin(), literal.end(), name), end; i != end; ++i, ++seen) {
        const std::string option = i->str(1) + "::" + i->str(2);
        const std::size_t type = headers.find(" " + i->str(1) + " {");
        ASSERT_NE(type, headers.npos) << path << ": " << option;
        const std::string body = headers.substr(type, headers.find("\n};", type) - type);
        EXPECT_TRUE(std::regex_search(body, std::regex("\\b" + i->str(2) + "\\b"))) << path << ": no member " << option;
        if (unset.contains(option)) continue;
        const std::string flag = in_flags(i->str()), word = flag.substr(0, flag.find(' '));
        EXPECT_TRUE(std::regex_search(program, std::regex("[\\n,]" + word + "[ ,]")))
            << path << ": the command has no " << flag << " (" << option << ")";
      }
    }
  }
  EXPECT_GT(seen, 30);
}

}  // namespace
}  // namespace vec2vec
