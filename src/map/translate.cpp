// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <future>
#include <nlohmann/json.hpp>
#include <numeric>
#include <optional>
#include <utility>
#include <vector>

#include "core/boundary.h"
#include "core/parallel.h"
#include "core/tell.h"
#include "core/text/json.h"
#include "core/time.h"
#include "io/file/provenance.h"
#include "map/fingerprint.h"
#include "space/check_rows.h"
#include "space/sample.h"
#include "vec2vec/confidence.h"
#include "vec2vec/error.h"
#include "vec2vec/map.h"

namespace vec2vec {
namespace {

constexpr Index kPart = 512;  // rows a task translates

/// notes: how the rows were read, which may explain why they do not fit.
void check_dim(const Map& map, Index dim, const std::string& where, const std::vector<std::string>& notes = {}) {
  if (dim == map.source_dim()) return;
  std::string hint = dim == map.target_dim() ? "these look like rows of the map's target side; fit a map the other way round"
                                             : "translate rows of the model the map was fitted on";
  for (const std::string& note : notes) hint += "; note: " + note;
  bad_input(
      "the rows have dimension " + std::to_string(dim) + ", but the map translates from " + std::to_string(map.source_dim()),
      where, hint);
}

void check_model(const Map& map, MatrixView rows, const std::string& where) {
  for (Index i = 0; i < rows.rows; ++i)
    if (!std::isfinite(std::accumulate(rows.row(i), rows.row(i) + rows.cols, 0.0))) return;  // translating names it
  if (map.fits(rows)) return;
  bad_input("these rows do not look like the model that the map was fitted on", where, kUnfitHint);
}

/// The rows that Map::fits would draw, read from a source.
Matrix sample_of(RowSource& source) {
  const Index count = std::min(kFitRows, source.rows());
  Matrix sample(count, source.dim());
  for (Index i = 0; i < count; ++i) source.read(spread_row(i, count, source.rows()), sample.span().middle_rows(i, 1));
  return sample;
}

/// x (n, d_source) -> y (n, d_target); returns how many rows of x are zero. first is the number of x's first row, for errors.
Index translate_part(const Map& map, MatrixView x, Index first, bool centred, const std::string& where, MatrixSpan y) {
  Index zero_rows = 0;
  for (Index i = 0; i < x.rows; ++i) {
    float square = 0;
    for (Index c = 0; c < x.cols; ++c) square += x.row(i)[c] * x.row(i)[c];
    if (!std::isfinite(square)) refuse_row(where, first + i);
    zero_rows += square == 0;
  }
  centred ? map.translate_centred(x, y) : map.translate(x, y);
  return zero_rows;
}

void report(const TranslateOptions& options, Index done, Index rows, const std::string& where) {
  tell(options.progress, "translate", static_cast<double>(done) / static_cast<double>(rows), where, "nothing was written");
}

/// The confidence file of one translation; without a path it does nothing.
class ConfidenceFile {
 public:
  ConfidenceFile(const Map& map, Index rows, const TranslateOptions& options) {
    if (options.confidence_path.empty()) return;
    Matrix store;
    if (!options.store_path.empty()) {
      const auto source = open_rows(options.store_path, options.store_open);
      for (const std::string& note : notes_on(*source)) notes_.push_back("the store: " + note);
      store = read_all(*source);
    }
    scorer_.emplace(map, store, options.threads);
    rows_.resize(static_cast<std::size_t>(std::min(options.block_rows, rows)));
    CreateOptions output{format_of_name(options.confidence_path), ValueType::kFloat32, options.output.overwrite};
    output.columns = {"support"};
    if (scorer_->has_store()) output.columns = {"match", "margin", "support"};
    sink_ = create_rows(options.confidence_path, rows, static_cast<Index>(output.columns.size()), output);
  }

  /// in (n, d_source), rows `first` and on of the block.
  void score(MatrixView in, Index first) {
    if (scorer_) scorer_->score(in, rows_.data() + first);
  }

  void write_block(Index count, TranslateSummary& summary) {
    if (!scorer_) return;
    Matrix out(count, scorer_->has_store() ? 3 : 1);
    double far = 0, match = 0;
    for (Index i = 0; i < count; ++i) {
      const RowConfidence& row = rows_[static_cast<std::size_t>(i)];
      if (scorer_->has_store()) {
        out(i, 0) = row.match;
        out(i, 1) = row.margin;
      }
      out(i, out.cols() - 1) = row.support;
      far += (row.support < kFarSupport) / static_cast<double>(summary.rows);
      match += static_cast<double>(row.match) / static_cast<double>(summary.rows);
    }
    summary.far_rows = summary.far_rows.value_or(0) + far;
    if (scorer_->has_store()) summary.mean_match = summary.mean_match.value_or(0) + match;
    sink_->write(out);
  }

  void commit() {
    if (sink_) sink_->commit();
  }

  const std::vector<std::string>& notes() const { return notes_; }

 private:
  std::optional<ConfidenceScorer> scorer_;
  std::vector<RowConfidence> rows_;  ///< of the block being translated
  std::unique_ptr<RowSink> sink_;
  std::vector<std::string> notes_;  ///< on how the store was read
};

/// The map as the provenance names it: the file, and which of its known spaces was meant where it has several.
nlohmann::ordered_json map_facts(const Map& map, const std::string& path, const std::string& sha256) {
  nlohmann::ordered_json facts = {{"path", path}, {"sha256", sha256}};
  const auto card = parse_json(map.card.empty() ? "{}" : map.card);
  if (!map.targets.empty() || card.contains("one_of")) facts["target"] = card.at("target").at("name");
  return facts;
}

}  // namespace

void TranslateOptions::validate() const {
  const CheckOptions check("TranslateOptions");
  check.at_least(1, block_rows, "block_rows");
  check.threads(threads);
}

TranslateSummary translate(const Map& map, const std::string& map_path, const std::string& in_path,
                           const OpenOptions& in_options, const std::string& out_path, const TranslateOptions& options) try {
  const auto start = Clock::now();
  options.validate();
  map.validate(map_path);
  const auto source = open_rows(in_path, in_options);
  TranslateSummary summary;
  summary.notes = notes_on(*source);
  check_dim(map, source->dim(), in_path, summary.notes);
  if (!options.ignore_fingerprint) check_model(map, sample_of(*source), in_path);
  summary.rows = source->rows();
  summary.dim = map.target_dim();
  std::future<std::string> input_sha256 = std::async(std::launch::async, [&] { return file_sha256(in_path); });
  summary.map_sha256 = file_sha256(map_path);
  ConfidenceFile confidence(map, summary.rows, options);
  summary.notes.insert(summary.notes.end(), confidence.notes().begin(), confidence.notes().end());
  CreateOptions output = options.output;
  output.carry = source.get();
  output.provenance = [&](const std::string& sha256) {
    return provenance_text("vectors translated by vec2vec; not native rows of the target model", out_path, sha256,
                           {{"rows", summary.rows},
                            {"centred", options.centred},
                            {"input", {{"path", in_path}, {"sha256", summary.input_sha256}}},
                            {"map", map_facts(map, map_path, summary.map_sha256)}});
  };
  const auto sink = create_rows(out_path, source->rows(), map.target_dim(), output);

  const Index block = options.block_rows;
  Matrix in(std::min(block, source->rows()), source->dim());
  Matrix buffers[2] = {Matrix(in.rows(), map.target_dim()), Matrix(in.rows(), map.target_dim())};
  std::future<void> writing;  // of the last block, from the buffer that is not being filled
  for (Index begin = 0; begin < source->rows(); begin += block) {
    Matrix& out = buffers[begin / block % 2];
    const Index count = std::min(block, source->rows() - begin), parts = (count + kPart - 1) / kPart;
    std::vector<Index> zero(static_cast<std::size_t>(parts));
    parallel_for(parts, options.threads, [&](Index p) {
      const Index first = p * kPart, rows = std::min(kPart, count - first);
      const MatrixSpan x = in.span().middle_rows(first, rows);
      source->read(begin + first, x);
      zero[static_cast<std::size_t>(p)] =
          translate_part(map, x, begin + first, options.centred, in_path, out.span().middle_rows(first, rows));
      confidence.score(x, first);
    });
    for (Index z : zero) summary.zero_rows += z;
    confidence.write_block(count, summary);
    if (writing.valid()) writing.get();
    writing = std::async(std::launch::async, [&sink, &out, count] { sink->write(out.view().middle_rows(0, count)); });
    report(options, begin + count, source->rows(), out_path);
  }
  if (writing.valid()) writing.get();
  summary.input_sha256 = input_sha256.get();
  confidence.commit();
  sink->commit();
  summary.seconds = seconds_since(start);
  return summary;
} catch (...) {
  rethrow_as_error();
}

TranslateSummary translate(const Map& map, MatrixView in, MatrixSpan out, const TranslateOptions& options,
                           const std::string& name) try {
  const auto start = Clock::now();
  options.validate();
  map.validate();
  check_dim(map, in.cols, name);
  if (out.rows != in.rows || out.cols != map.target_dim())
    bad_input("the output is (" + std::to_string(out.rows) + ", " + std::to_string(out.cols) + "), not (" +
                  std::to_string(in.rows) + ", " + std::to_string(map.target_dim()) + ")",
              name);
  if (!options.ignore_fingerprint) check_model(map, in, name);
  TranslateSummary summary;
  summary.rows = in.rows;
  summary.dim = map.target_dim();
  constexpr Index kBlock = 64 * kPart;  // between two reports of progress
  for (Index begin = 0; begin < in.rows; begin += kBlock) {
    const Index count = std::min(kBlock, in.rows - begin), parts = (count + kPart - 1) / kPart;
    std::vector<Index> zero(static_cast<std::size_t>(parts));
    parallel_for(parts, options.threads, [&](Index p) {
      const Index first = begin + p * kPart, rows = std::min(kPart, begin + count - first);
      zero[static_cast<std::size_t>(p)] =
          translate_part(map, in.middle_rows(first, rows), first, options.centred, name, out.middle_rows(first, rows));
    });
    for (Index z : zero) summary.zero_rows += z;
    report(options, begin + count, in.rows, name);
  }
  summary.seconds = seconds_since(start);
  return summary;
} catch (...) {
  rethrow_as_error();
}

}  // namespace vec2vec
