// SPDX-License-Identifier: Apache-2.0
#include "core/text/sentence.h"

#include <algorithm>
#include <string_view>

namespace vec2vec {
namespace {

/// How messages begin whose subject is the place. tests/house/errors_test.py knows the same list.
constexpr std::string_view kVerbs[] = {"answered", "are",  "asks",  "cannot be", "did",   "do",    "does", "exists", "gave",
                                       "got",      "has",  "have",  "holds",     "is",    "lacks", "lie",  "lies",   "looks",
                                       "must",     "name", "names", "needs",     "takes", "was",   "were", "would"};

bool begins_with_verb(std::string_view text) {
  return std::any_of(std::begin(kVerbs), std::end(kVerbs), [&](std::string_view verb) {
    return text.starts_with(verb) && (text.size() == verb.size() || text[verb.size()] == ' ');
  });
}

bool small(char c) { return c >= 'a' && c <= 'z'; }

/// With a capital, unless the first word is a name, such as that of a file.
std::string capitalised(std::string text) {
  const std::size_t end = std::min(text.find(' '), text.size());
  if (end > 0 && std::all_of(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(end), small))
    text[0] = static_cast<char>(text[0] - 'a' + 'A');
  return text;
}

}  // namespace

std::string sentence(std::string what, const std::string& where) {
  if (what.empty()) return what;
  if (begins_with_verb(what) && !where.empty()) {
    const bool words = where.starts_with("the ");
    // "a.csv, row 3, is no number"
    what = (words ? capitalised(where) : where) + (where.find(", ") == std::string::npos ? " " : ", ") + what;
  } else {
    what = capitalised(std::move(what));
  }
  if (std::string_view(".!?").find(what.back()) == std::string_view::npos) what += '.';
  return what;
}

std::string place_beside(const std::string& sentence, const std::string& where) {
  return sentence.starts_with(where) || sentence.starts_with(capitalised(where)) ? std::string() : where;
}

std::string told(const std::string& sentence, const std::string& where, const std::string& hint) {
  const std::string place = place_beside(sentence, where);
  return (place.empty() ? "" : place + ": ") + sentence + (hint.empty() ? "" : "\n  try: " + hint);
}

}  // namespace vec2vec
