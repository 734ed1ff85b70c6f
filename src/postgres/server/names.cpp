// SPDX-License-Identifier: Apache-2.0
#include "postgres/server/names.h"

namespace vec2vec::postgres {
namespace {

std::size_t most_bytes(Connection& c) { return static_cast<std::size_t>(c.run("SHOW max_identifier_length").number(0, 0)); }

/// The first `bytes` of UTF-8 text, without a piece of a character at the end.
std::string cut(const std::string& text, std::size_t bytes) {
  if (text.size() <= bytes) return text;
  while (bytes > 0 && (static_cast<unsigned char>(text[bytes]) & 0xC0U) == 0x80U) --bytes;
  return text.substr(0, bytes);
}

}  // namespace

std::string quoted(Connection& c, const std::string& identifier) {
  return c.run("SELECT quote_ident($1)", {identifier}).text(0, 0);
}

void require_name(Connection& c, const std::string& name, const std::string& option) {
  if (name.empty()) bad_input("is empty", option, "the name of a column");
  const std::size_t most = most_bytes(c);
  if (name.size() > most)
    bad_input("is " + std::to_string(name.size()) + " bytes long; a name in Postgres has at most " + std::to_string(most),
              option, "'" + cut(name, most) + "'");
}

std::string fitting_name(Connection& c, const std::string& stem, const std::string& suffix,
                         const std::function<bool(const std::string&)>& taken) {
  const std::size_t most = most_bytes(c);
  for (int number = 1;; ++number) {
    const std::string end = suffix + (number == 1 ? "" : std::to_string(number));
    std::string name = cut(stem, most - end.size()) + end;
    if (!taken(name)) return name;
  }
}

}  // namespace vec2vec::postgres
