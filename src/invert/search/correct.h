// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <span>
#include <string>
#include <vector>

#include "core/random.h"
#include "invert/search/guide.h"

namespace vec2vec {

/// Fills in log_probability and score of hypotheses, given their cosines, and returns what the model expects at each of their
/// places behind the prompt.
std::vector<std::vector<Expectation>> read_hypotheses(LanguageModel& model, std::span<const Token> prompt, Index k,
                                                      const Guide& guide, std::span<Hypothesis> hypotheses);

/// Rounds of correction of the texts in the pool: `edits` random changes of them are tried, and the best few by cosine are read
/// by the model and offered to the pool. words: what may be put in, besides the words of the pool itself. Ends when three
/// rounds brought nothing better. Progress runs from done to 1. False: the time is over.
bool correct(LanguageModel& model, std::span<const Token> prompt, std::span<const std::string> words,
             const InversionOptions& options, double done, Random& random, Guide& guide, Pool& pool);

}  // namespace vec2vec
