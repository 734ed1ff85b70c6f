// SPDX-License-Identifier: Apache-2.0
#include <unordered_map>

#include "core/boundary.h"
#include "core/tell.h"
#include "vec2vec/text_scores.h"

namespace vec2vec {
namespace {

constexpr std::size_t kLongest = 600;  // bytes of a text that the model is shown

std::string line_of(const std::string& text) {
  std::string line = text.substr(0, kLongest);
  for (char& c : line)
    if (c == '\n' || c == '\r') c = ' ';
  return line;
}

/// Mean log-probability of a token of the true text in a prompt that calls it the correction of a draft.
double expected(LanguageModel& model, const std::string& truth, const std::string& draft) {
  Sequence sequence{model.tokenize("Draft: " + draft + "\nText:", true)};
  sequence.first = sequence.tokens.size();
  const std::vector<Token> tokens = model.tokenize(" " + truth, false);
  if (tokens.empty()) return 0;
  sequence.tokens.insert(sequence.tokens.end(), tokens.begin(), tokens.end());
  const auto read = model.read({&sequence, 1}, 0);
  double sum = 0;
  for (const Expectation& e : read[0]) sum += e.log_probability;  // behind the last: 0
  return sum / static_cast<double>(tokens.size());
}

}  // namespace

LeakJudge language_model_judge(LanguageModel& model, Progress progress) {
  return [&model, progress = std::move(progress)](std::span<const std::pair<std::string, std::string>> pairs) {
    try {
      std::unordered_map<std::string, double> without;  // of each true text
      std::vector<double> gains;
      for (const auto& [truth, found] : pairs) {
        tell(progress, "judge", static_cast<double>(gains.size()) / static_cast<double>(pairs.size()));
        const std::string secret = line_of(truth);
        if (!without.contains(secret)) without[secret] = expected(model, secret, "");
        gains.push_back(expected(model, secret, line_of(found)) - without[secret]);
      }
      return gains;
    } catch (...) {
      rethrow_as_error();
    }
  };
}

}  // namespace vec2vec
