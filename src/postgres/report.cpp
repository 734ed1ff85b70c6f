// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "core/boundary.h"
#include "core/text/json.h"
#include "core/text/layout.h"
#include "core/text/number.h"
#include "core/time.h"
#include "vec2vec/postgres.h"

namespace vec2vec {
namespace {

/// The first keys of so many rows.
std::string listed_keys(const std::vector<std::string>& keys, Index count) {
  return listed(keys) + (count > static_cast<Index>(keys.size()) ? " ..." : "");
}

/// The rows of a plan or a summary that others wrote.
template <class Counts>
std::string native_rows(const Counts& counts) {
  std::string text;
  if (counts.native > 0)
    text += "  native: " + std::to_string(counts.native) +
            " vectors of the new model that others wrote, by key: " + listed_keys(counts.native_keys, counts.native) + "\n";
  if (counts.stale > 0)
    text += "  stale: " + std::to_string(counts.stale) +
            " old vectors that may be of an older text, since others wrote the new ones, by key: " +
            listed_keys(counts.stale_keys, counts.stale) + "\n";
  return text;
}

std::string about(double seconds) { return seconds < 1 ? "under a second" : "about " + format_seconds(seconds); }

std::string gigabytes(Index bytes) {
  return significant(static_cast<double>(bytes) / 1e9, bytes < 10'000'000'000 ? 2 : 3) + " GB";
}

}  // namespace

void MigrateOptions::validate() const {
  const CheckOptions check("MigrateOptions");
  check.at_least(0, connections, "connections");
  check.at_least(1, batch_rows, "batch_rows");
  check.at_least(0, verify_rows, "verify_rows");
  check.at_least(0, accept_stale, "accept_stale");
  check.at_least(0, accept_loss, "accept_loss");
  check.seconds(retry_time, "retry_time");
}

std::string MigratePlan::brief() const {
  const bool switched = state == "switched" || state == "finished", started = state != "new" && !switched;
  std::string text = std::string("  rows    ") + (started ? "" : "about ") + std::to_string(rows);
  if (started)
    text += ", of which " + std::to_string(translated) + " are translated and " + std::to_string(pending) + " pending";
  text += "\n";
  if (!switched)
    text += "  disk    " + gigabytes(table_bytes) + " now, up to " + gigabytes(growth_bytes) + " more until the next VACUUM\n";
  if (row_seconds >= 0) text += "  time    rows " + about(row_seconds);
  if (row_seconds >= 0 && index_seconds > 0) text += ", indexes " + about(index_seconds);
  if (!time_basis.empty()) text += (row_seconds >= 0 ? "\n          " : "  time    ") + time_basis + "\n";
  if (sampled > 0)
    text += "  sample  " + std::to_string(sampled) + " vectors, " + std::to_string(wrong_dim) + " of a wrong dimension\n";
  return text + native_rows(*this);
}

std::string MigratePlan::to_json() const {
  const auto seconds = [](double x) { return x < 0 ? nlohmann::ordered_json() : nlohmann::ordered_json(x); };
  nlohmann::ordered_json refusals = nlohmann::ordered_json::array();
  for (const MigrateProblem& problem : problems)
    refusals.push_back({{"what", problem.what}, {"where", problem.where}, {"hint", problem.hint}});
  return json_text({{"state", state},
                    {"server", server},
                    {"rows", rows},
                    {"source_dim", source_dim},
                    {"target_dim", target_dim},
                    {"target_type", target_type},
                    {"table_bytes", table_bytes},
                    {"growth_bytes", growth_bytes},
                    {"translated", translated},
                    {"pending", pending},
                    {"native", native},
                    {"native_keys", native_keys},
                    {"stale", stale},
                    {"stale_keys", stale_keys},
                    {"row_seconds", seconds(row_seconds)},
                    {"index_seconds", seconds(index_seconds)},
                    {"time_basis", time_basis},
                    {"old_column", old_column},
                    {"problems", refusals},
                    {"sampled", sampled},
                    {"sampled_wrong_dim", wrong_dim},
                    {"notes", notes}},
                   2);
}

std::string MigrateSummary::brief() const {
  std::string text;
  const auto line = [&](const std::string& what) { text += "  " + what + "\n"; };
  if (rows > 0) {
    line(std::to_string(rows) + " rows = " + std::to_string(translated) + " translated + " + std::to_string(native) +
         " native + " + std::to_string(null_rows) + " NULL + " + std::to_string(wrong_dim) + " of a wrong dimension + " +
         std::to_string(pending) + " pending");
    text += native_rows(*this);
  }
  if (translated_now > 0)
    line(std::to_string(translated_now) + " translated by this call, " +
         std::to_string(std::llround(static_cast<double>(translated_now) / std::max(seconds, 1e-3))) + " rows/s");
  if (zero_rows > 0) line(std::to_string(zero_rows) + " vectors were all zero; they became the target's mean direction");
  if (verified > 0) line(std::to_string(verified) + " rows read back: none differs from its translation");
  if (!wrong_keys.empty()) line("of a wrong dimension, by key: " + listed_keys(wrong_keys, wrong_dim));
  if (pending > 0 && state != "switched") line("pending rows were written by others meanwhile; the next call translates them");
  return text;
}

std::string MigrateSummary::to_json() const {
  return json_text({{"state", state},
                    {"rows", rows},
                    {"translated", translated},
                    {"null_rows", null_rows},
                    {"wrong_dim", wrong_dim},
                    {"wrong_keys", wrong_keys},
                    {"native", native},
                    {"native_keys", native_keys},
                    {"stale", stale},
                    {"stale_keys", stale_keys},
                    {"pending", pending},
                    {"translated_now", translated_now},
                    {"zero_rows", zero_rows},
                    {"verified", verified},
                    {"largest_difference", largest_difference},
                    {"resumed", resumed},
                    {"old_column", old_column},
                    {"seconds", seconds},
                    {"notes", notes}},
                   2);
}

}  // namespace vec2vec
