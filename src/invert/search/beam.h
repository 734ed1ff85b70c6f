// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <span>
#include <string>
#include <vector>

#include "invert/search/guide.h"

namespace vec2vec {

/// Texts that go on from a prompt, found by beam search: at each step the likeliest next tokens of each text kept, and the
/// words it lacks, are tried, and the best by Guide::score stay. What was found on the way, finished or not, goes into the
/// pool. words: to be tried as continuations. share: part of the row's progress that the search is. False: the time is over.
bool beam_search(LanguageModel& model, std::span<const Token> prompt, std::span<const std::string> words,
                 const InversionOptions& options, double share, Guide& guide, Pool& pool);

}  // namespace vec2vec
