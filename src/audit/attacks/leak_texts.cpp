// SPDX-License-Identifier: Apache-2.0
#include "audit/attacks/leak_texts.h"

#include <algorithm>

#include "core/tell.h"
#include "core/text/json.h"
#include "space/sample.h"

namespace vec2vec {
namespace {

using Json = nlohmann::ordered_json;

/// What the texts depend on beside the store and the alignment.
std::string identity_of(const LanguageModel& model, const InversionOptions& o) {
  Json identity = {{"model", parse_ordered_json(model.card())}};
  identity.update(parse_ordered_json(o.to_json()));
  return json_text(identity);
}

std::string masked(const std::string& text) {
  std::string mask;
  for (const char c : " " + text)
    if (c == ' ') mask += mask.empty() ? "•••••" : " •••••";
  return text.empty() ? text : mask;
}

}  // namespace

TextLeak leak_texts(const AuditProblem& p, MatrixView rows, MatrixView mean, KeptStages& kept, const AuditOptions& options) {
  InversionOptions inversion = options.inversion;
  inversion.seed = options.seed;
  inversion.threads = options.threads;
  InversionAids aids{mean.cols, mean};
  if (!p.public_texts.empty()) {
    aids.public_rows = p.public_rows;
    aids.public_texts = p.public_texts;
  }
  const Inverter inverter(*p.language_model, p.encode, aids, inversion);
  const std::string identity = identity_of(*p.language_model, inversion);
  TextLeak leak;
  std::vector<std::string> found, truth;
  const Index count = std::min(options.samples, rows.rows);
  for (Index s = 0; s < count; ++s) {
    const Index row = spread_row(s, count, rows.rows);
    const double part = 1 / static_cast<double>(count);
    const Progress progress = part_of(options.progress, static_cast<double>(s) * part, part, "write texts");
    TextSample sample = kept.text(identity, row, [&] {
      const Inversion i = inverter.invert(rows.row(row), row, progress);
      return TextSample{row, i.text, i.cosine, i.log_probability, i.nearest_cosine, {}};
    });
    found.push_back(sample.text);
    if (!p.store_texts.empty()) truth.push_back(p.store_texts[static_cast<std::size_t>(row)]);
    if (!options.reveal)
      sample.text = masked(sample.text);
    else if (!truth.empty())
      sample.truth = truth.back();
    leak.samples.push_back(std::move(sample));
  }
  if (truth.size() > 1) {
    ScoreOptions scoring;
    scoring.bootstrap = options.bootstrap;
    scoring.seed = options.seed;
    scoring.threads = options.threads;
    leak.scores = score_inversions(found, truth, {}, scoring)[0];
  }
  return leak;
}

}  // namespace vec2vec
