// SPDX-License-Identifier: Apache-2.0
#include "core/text/json.h"
#include "vec2vec/postgres.h"

namespace vec2vec {

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
