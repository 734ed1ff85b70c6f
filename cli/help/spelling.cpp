// SPDX-License-Identifier: Apache-2.0
#include "cli/help/spelling.h"

#include <algorithm>
#include <map>
#include <optional>
#include <regex>

namespace vec2vec::cli {
namespace {

/// Exceptions from the rule of spell() below.
const std::map<std::string, std::string, std::less<>> kExceptions = {
    {"CreateOptions::overwrite = true", "--force"},
    {"ExportOptions::overwrite = true", "--force"},
    {"JudgeEndpoint::seconds", "--judge-time"},
    {"MeasureGrid::to_csv()", "--csv FILE"},
    {"MeasureGrid::to_json()", "--json"},
    {"PictureEncoderOptions::output", "--layer"},
    {"MigrateOptions::batch_rows", "--block-rows"},
    {"MigrateOptions::build_indexes = false", "--no-indexes"},
    {"PortraitOptions::source_texts", "--texts-a"},
    {"PortraitOptions::target_texts", "--texts-b"},
    {"align()", "vec2vec align"},
    {"consensus()", "vec2vec evaluate"},
    {"drop_new_postgres()", "--drop-new"},
    {"drop_old_postgres()", "--drop-old"},
    {"inspect()", "vec2vec inspect"},
    {"measure_page()", "--report FILE"},
    {"plan_postgres()", "--dry-run"},
    {"roll_back_postgres()", "--roll-back"},
    {"sample_postgres()", "vec2vec sample"},
    {"switch_postgres()", "--switch"},
    {"vec2vec_cpp.stores", "python -m vec2vec_cpp"},
};

/// The text between back quotes in the command's words; nothing when it is no name of the library:
/// Options::max_rows -> --max-rows, Options::type = halfvec -> --type halfvec, Options::partial = true -> --partial.
std::optional<std::string> spell(const std::string& quoted) {
  if (const auto known = kExceptions.find(quoted); known != kExceptions.end()) return known->second;
  static const std::regex option("[A-Z][A-Za-z0-9]*::([a-z][a-z_0-9]*)(?: = (.+))?");
  std::smatch parts;
  constexpr std::size_t kLongest = 250;  // std::regex takes a stack frame for every character
  if (quoted.size() > kLongest || !std::regex_match(quoted, parts, option)) return {};
  std::string flag = "--" + parts.str(1);
  std::replace(flag.begin(), flag.end(), '_', '-');
  const std::string value = parts.str(2);
  return value.empty() || value == "true" ? flag : flag + " " + value;
}

}  // namespace

std::string in_flags(std::string_view text) {
  std::string result;
  while (true) {
    const std::size_t open = text.find('`'), close = open == text.npos ? open : text.find('`', open + 1);
    if (close == text.npos) return result.append(text);
    result.append(text.substr(0, open));
    const std::optional<std::string> spelt = spell(std::string(text.substr(open + 1, close - open - 1)));
    result.append(spelt ? *spelt : text.substr(open, 1));
    text.remove_prefix(spelt ? close + 1 : open + 1);
  }
}

}  // namespace vec2vec::cli
