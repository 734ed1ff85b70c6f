// SPDX-License-Identifier: Apache-2.0
#include "postgres/server/conninfo.h"

#include <libpq-fe.h>

#include <algorithm>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "vec2vec/error.h"
#include "vec2vec/postgres.h"

namespace vec2vec::postgres {
namespace {

constexpr const char* kSpaces = " \t\r\n\f\v";

struct Parameter {
  std::string name, value;
};

/// What stands behind the ? of a URL; one before the @ belongs to the password.
std::vector<Parameter> url_parameters(const std::string& url) {
  std::vector<Parameter> parameters;
  const auto host = url.find_first_of("@/", url.find("://") + 3);
  const auto question = url.find('?', host != std::string::npos && url[host] == '@' ? host : 0);
  if (question == std::string::npos) return parameters;
  for (std::size_t begin = question + 1; begin < url.size();) {
    const std::size_t end = std::min(url.find('&', begin), url.size()), equals = std::min(url.find('=', begin), end);
    parameters.push_back(
        {url.substr(begin, equals - begin), url.substr(std::min(equals + 1, end), end - std::min(equals + 1, end))});
    begin = end + 1;
  }
  return parameters;
}

/// The parameters of "host=localhost dbname = app password='it\'s'", up to the first fault.
std::vector<Parameter> string_parameters(const std::string& text) {
  std::vector<Parameter> parameters;
  for (std::size_t at = 0;;) {
    at = text.find_first_not_of(kSpaces, at);
    const std::size_t equals = text.find('=', std::min(at, text.size()));
    if (equals == std::string::npos) return parameters;
    Parameter parameter{text.substr(at, equals - at), {}};
    parameter.name.erase(parameter.name.find_last_not_of(kSpaces) + 1);
    at = std::min(text.find_first_not_of(kSpaces, equals + 1), text.size());
    const bool in_quotes = at < text.size() && text[at] == '\'';
    for (at += in_quotes; at < text.size(); ++at) {
      if (in_quotes ? text[at] == '\'' : std::string_view(kSpaces).find(text[at]) != std::string_view::npos) break;
      if (text[at] == '\\' && at + 1 < text.size()) ++at;
      parameter.value += text[at];
    }
    at += in_quotes;
    parameters.push_back(std::move(parameter));
  }
}

bool is_name(const std::string& text) {
  const auto fits = [](char c) {
    return c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  };
  return !text.empty() && text.size() <= 40 && std::all_of(text.begin(), text.end(), fits);
}

bool is_known(const std::string& name, const PQconninfoOption* known) {
  for (; known->keyword; ++known)
    if (name == known->keyword) return true;
  return name == "ssl";  // of URLs, for JDBC's sake
}

/// Those that libpq does not know. What follows a password, or has an @ in it, may be a piece of one that is not escaped.
std::vector<Parameter> unknown_parameters(const std::vector<Parameter>& all) {
  const std::unique_ptr<PQconninfoOption, void (*)(PQconninfoOption*)> known(PQconndefaults(), PQconninfoFree);
  std::vector<Parameter> unknown;
  if (!known) return unknown;
  for (const Parameter& parameter : all) {
    if (parameter.value.find('@') != std::string::npos && !is_known(parameter.name, known.get())) return {};
    if (parameter.name.ends_with("password")) break;
    if (!is_known(parameter.name, known.get()) && is_name(parameter.name)) unknown.push_back(parameter);
  }
  return unknown;
}

void refuse_unknown(const std::vector<Parameter>& unknown, const std::string& place) {
  if (unknown.empty()) return;
  std::string names, more;
  for (const Parameter& parameter : unknown) {
    names += (names.empty() ? "'" : ", '") + parameter.name + "'";
    if (parameter.name == "schema" || parameter.name == "currentSchema")
      more += "; the schema belongs to the table: `PostgresColumn::table = " +
              (is_name(parameter.value) ? parameter.value : "SCHEMA") + ".TABLE`";
    if (parameter.name == "pgbouncer") more += "; and connect to the server itself, or to a pool in session mode";
  }
  const bool one = unknown.size() == 1;
  bad_input(std::string(one ? "unknown parameter " : "unknown parameters ") + names + " in " + place, "the database",
            (one ? "remove it" : "remove them") + more);
}

/// Whether libpq can take it apart, into what can be host and port: its errors quote them, and with a wrong character in the
/// password they are pieces of it.
bool is_sound(const std::string& text) {
  char* error = nullptr;
  const std::unique_ptr<PQconninfoOption, void (*)(PQconninfoOption*)> parts(PQconninfoParse(text.c_str(), &error),
                                                                             PQconninfoFree);
  PQfreemem(error);
  if (!parts) return false;
  bool sound = true;
  for (const PQconninfoOption* part = parts.get(); part->keyword; ++part) {
    const std::string_view keyword = part->keyword, value = part->val ? part->val : "";
    if (keyword == "port") sound &= value.find_first_not_of("0123456789,") == std::string_view::npos;
    if (keyword == "host") sound &= value.find('@') == std::string_view::npos;
  }
  return sound;
}

}  // namespace

void require_conninfo(const std::string& text) {
  const bool url = is_postgres_url(text);
  if (!url && (text.find('=') == std::string::npos || text.find("://") < text.find('=')))
    bad_input("is no URL of a Postgres database", "the database",
              "postgres://user@host:5432/database, or \"host=... dbname=... user=...\"");
  refuse_unknown(unknown_parameters(url ? url_parameters(text) : string_parameters(text)),
                 url ? "the URL" : "the connection string");
  if (is_sound(text)) return;
  if (url)
    bad_input(
        "the URL of the database is malformed", "the database",
        "postgres://user@host:5432/database, with %-escapes for special characters; the password in ~/.pgpass or PGPASSWORD");
  bad_input(
      "the connection string is malformed", "the database",
      "\"host=... port=5432 dbname=... user=...\", with '...' around values that have spaces; the password in ~/.pgpass or "
      "PGPASSWORD");
}

}  // namespace vec2vec::postgres
