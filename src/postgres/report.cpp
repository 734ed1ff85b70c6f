#include "core/json.h"
#include "vec2vec/postgres.h"

namespace vec2vec {

std::string MigratePlan::to_json() const {
  return json_text({{"state", state},
                    {"server", server},
                    {"rows", rows},
                    {"source_dim", source_dim},
                    {"target_dim", target_dim},
                    {"target_type", target_type},
                    {"table_bytes", table_bytes},
                    {"growth_bytes", growth_bytes},
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
                    {"pending", pending},
                    {"translated_now", translated_now},
                    {"zero_rows", zero_rows},
                    {"verified", verified},
                    {"largest_difference", largest_difference},
                    {"resumed", resumed},
                    {"seconds", seconds},
                    {"notes", notes}},
                   2);
}

}  // namespace vec2vec
