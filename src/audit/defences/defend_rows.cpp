// SPDX-License-Identifier: Apache-2.0
#include "core/boundary.h"
#include "core/parallel.h"
#include "core/tell.h"
#include "core/text/json.h"
#include "core/time.h"
#include "io/file/provenance.h"
#include "space/check_rows.h"
#include "vec2vec/defend.h"

namespace vec2vec {

void DefendOptions::validate() const {
  const CheckOptions check("DefendOptions");
  check.at_least(1, block_rows, "block_rows");
  check.threads(threads);
}

std::string DefendSummary::brief() const {
  return std::to_string(rows) + " rows x " + std::to_string(dim) + " (" + format_seconds(seconds) + ")\n";
}

std::string DefendSummary::to_json() const {
  return json_text({{"rows", rows},
                    {"source_dim", source_dim},
                    {"dim", dim},
                    {"seconds", seconds},
                    {"input_sha256", input_sha256},
                    {"notes", notes}},
                   2);
}

DefendSummary defend(const std::string& in_path, const OpenOptions& in_options, const std::string& out_path,
                     const DefendOptions& options) try {
  const auto start = Clock::now();
  options.validate();
  const auto source = open_rows(in_path, in_options);
  const Defence defence(options.steps, source->dim(), options.key);
  DefendSummary summary{source->rows(), source->dim(), defence.dim(), 0, file_sha256(in_path), notes_on(*source)};
  CreateOptions output = options.output;
  output.carry = source.get();
  output.provenance = [&](const std::string& sha256) {
    return provenance_text("vectors changed by a defence of vec2vec; not the rows of the encoder", out_path, sha256,
                           {{"rows", summary.rows},
                            {"dim", summary.dim},
                            {"steps", to_string(options.steps)},
                            {"input", {{"path", in_path}, {"sha256", summary.input_sha256}}}});
  };
  const auto sink = create_rows(out_path, summary.rows, summary.dim, output);
  const Index block = std::min(options.block_rows, summary.rows);
  constexpr Index kPart = 256;
  Matrix in(block, summary.source_dim), out(block, summary.dim);
  for (Index begin = 0; begin < summary.rows; begin += block) {
    const Index count = std::min(block, summary.rows - begin);
    source->read(begin, in.span().middle_rows(0, count));
    parallel_for((count + kPart - 1) / kPart, options.threads, [&](Index part) {
      const Index first = part * kPart, rows = std::min(kPart, count - first);
      const MatrixView x = in.view().middle_rows(first, rows);
      require_finite_rows(x, in_path, begin + first);
      defence.apply(x, begin + first, out.span().middle_rows(first, rows));
    });
    sink->write(out.view().middle_rows(0, count));
    tell(options.progress, "defend", static_cast<double>(begin + count) / static_cast<double>(summary.rows), out_path,
         "nothing was written");
  }
  sink->commit();
  summary.seconds = seconds_since(start);
  return summary;
} catch (...) {
  rethrow_as_error();
}

}  // namespace vec2vec
