// SPDX-License-Identifier: Apache-2.0
#include "vec2vec/encode.h"

#include <exception>

#include "core/boundary.h"
#include "core/tell.h"
#include "core/text/json.h"
#include "core/time.h"
#include "encode/partial_rows.h"
#include "io/file/atomic_file.h"
#include "io/file/provenance.h"
#include "io/text/text_file.h"
#include "io/text/utf8.h"
#include "vec2vec/error.h"
#include "vec2vec/version.h"

namespace vec2vec {
namespace {

using Json = nlohmann::ordered_json;
/// All that decides the rows: two runs with equal identities give the same bytes.
Json identity_of(const EncodeSummary& summary, const EncodeOptions& options) {
  return {{"model", parse_ordered_json(summary.card)},
          {"texts_sha256", summary.texts_sha256},
          {"column", options.text_column},
          {"block_rows", options.block_rows},
          {"library_version", version()}};
}

}  // namespace

void EncoderOptions::validate() const {
  const CheckOptions check("EncoderOptions");
  check.within(0, 1'000'000, max_tokens, "max_tokens");
  check.threads(threads);
  check.require(valid_utf8(prefix), "prefix", "is not UTF-8");
}

void EncodeOptions::validate() const {
  const CheckOptions check("EncodeOptions");
  check.at_least(0, text_column, "text_column");
  check.within(1, 65536, block_rows, "block_rows");
  encoder.validate();
}

EncodeSummary encode(const std::string& model_folder, const std::string& texts_path, const std::string& out_path,
                     const EncodeOptions& options) try {
  options.validate();
  if (!options.output.overwrite) refuse_existing(out_path);
  const Clock::time_point start = Clock::now();
  const Encoder encoder(model_folder, options.encoder);
  EncodeSummary summary;
  summary.dim = encoder.dim();
  summary.card = encoder.card();
  const TextFile texts(texts_path, options.text_column);
  summary.rows = texts.rows();
  summary.empty_texts = texts.empty_rows();
  summary.texts_sha256 = file_sha256(texts_path);
  PartialRows partial(out_path + ".partial", json_text(identity_of(summary, options)), summary.dim, options.restart);
  summary.resumed_rows = partial.rows();
  summary.load_seconds = seconds_since(start);

  const auto total = static_cast<double>(summary.rows);
  Matrix rows(std::min(options.block_rows, summary.rows), summary.dim);
  while (partial.rows() < summary.rows) {
    const Index first = partial.rows(), count = std::min(options.block_rows, summary.rows - first);
    const MatrixSpan block = rows.span().middle_rows(0, count);
    const Progress progress = part_of(options.progress, static_cast<double>(first) / total, static_cast<double>(count) / total);
    try {
      const TokenCounts counts = encoder.encode(texts.read(first, count), block, progress);
      summary.counts.tokens += counts.tokens;
      summary.counts.cut_texts += counts.cut_texts;
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::kInterrupted) throw;
      std::throw_with_nested(
          Error(ErrorKind::kInterrupted, error.message(), out_path + ".partial",
                "the same command; it goes on from row " + std::to_string(first) + " of " + std::to_string(summary.rows)));
    }
    partial.append(block);
  }

  CreateOptions output = options.output;
  output.provenance = [&](const std::string& sha256) {
    return provenance_text(
        "vectors of texts, encoded by vec2vec", out_path, sha256,
        {{"rows", summary.rows},
         {"dim", summary.dim},
         {"model_folder", model_folder},
         {"model", parse_ordered_json(summary.card)},
         {"texts", {{"path", texts_path}, {"sha256", summary.texts_sha256}, {"column", options.text_column}}}});
  };
  const auto sink = create_rows(out_path, summary.rows, summary.dim, output);
  partial.each([&](MatrixView block) { sink->write(block); });
  sink->commit();
  partial.remove();
  summary.seconds = seconds_since(start);
  return summary;
} catch (...) {
  rethrow_as_error();
}

}  // namespace vec2vec
